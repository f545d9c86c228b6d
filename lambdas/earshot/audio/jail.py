"""A filter of system calls, from which a process can't get out again. Linux only.

It lets through what decoding an open file takes: reading, memory, time, and writing to what is
open. All else fails with EPERM: sockets, opening or changing files, other programs and processes,
signals. So what a codec's fault lets an attacker do ends at the answers that the child sends.

See seccomp(2), and the kernel's Documentation/userspace-api/seccomp_filter.rst.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

ALLOW_UNCONFINED = "EARSHOT_UNCONFINED_DECODER"
"""The environment variable that, as `allow`, lets files be decoded where no jail can be had."""

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38  # of prctl(2)
_SECCOMP_MODE_FILTER, _SECCOMP_SET_MODE_FILTER = 2, 1
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000 | errno.EPERM  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # of classic BPF
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4  # in struct seccomp_data
_X32 = 0x40000000  # x86_64's second set of system calls, by the same names


@dataclass(frozen=True, slots=True)
class _Architecture:
    audit: int  # AUDIT_ARCH_… of linux/audit.h
    seccomp: int  # the number of seccomp(2)
    allowed: dict[str, int]  # system calls by name


# fmt: off
_ARCHITECTURES = {
    "x86_64": _Architecture(0xC000003E, 317, {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10,
        "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
        "pread64": 17, "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28,
        "dup": 32, "nanosleep": 35, "alarm": 37, "setitimer": 38, "getpid": 39, "sendto": 44,
        "recvfrom": 45, "exit": 60, "uname": 63, "fcntl": 72, "gettimeofday": 96, "getrlimit": 97,
        "getrusage": 98, "sysinfo": 99, "sigaltstack": 131, "gettid": 186, "futex": 202,
        "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228,
        "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "newfstatat": 262,
        "set_robust_list": 273, "getrandom": 318, "membarrier": 324, "rseq": 334,
    }),
    "aarch64": _Architecture(0xC00000B7, 277, {
        "dup": 23, "fcntl": 25, "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65,
        "writev": 66, "pread64": 67, "newfstatat": 79, "fstat": 80, "exit": 93, "exit_group": 94,
        "futex": 98, "set_robust_list": 99, "nanosleep": 101, "setitimer": 103,
        "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "restart_syscall": 128,
        "sched_getaffinity": 123, "sched_yield": 124, "sigaltstack": 132, "rt_sigaction": 134,
        "rt_sigprocmask": 135, "rt_sigreturn": 139, "uname": 160, "getrlimit": 163,
        "getrusage": 165, "gettimeofday": 169, "getpid": 172, "gettid": 178, "sysinfo": 179,
        "sendto": 206, "recvfrom": 207, "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222,
        "mprotect": 226, "madvise": 233, "getrandom": 278, "membarrier": 283, "rseq": 293,
    }),
}
# fmt: on


class _Program(ctypes.Structure):
    """struct sock_fprog: how many instructions, and where they are."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def hide() -> None:
    """Keeps other processes of this user from reading this one's memory and environment.

    Debuggers can't attach afterwards. Does nothing outside Linux. See PR_SET_DUMPABLE in prctl(2).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)


def enter() -> None:
    """Confines this process for good, to the system calls above.

    Raises OSError where the kernel, or a container's own filter, doesn't let it.
    """
    known = _ARCHITECTURES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        where = f"{sys.platform} on {platform.machine()}"
        raise OSError(errno.ENOSYS, f"there is no filter of system calls for {where}")
    instructions = _instructions(known)
    buffer = ctypes.create_string_buffer(instructions)
    program = _Program(len(instructions) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) and not _has_no_new_privileges():
        raise OSError(ctypes.get_errno(), "no_new_privs can't be set")
    address = ctypes.byref(program)
    if libc.syscall(known.seccomp, _SECCOMP_SET_MODE_FILTER, 0, address) and libc.prctl(
        _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, address
    ):
        raise OSError(ctypes.get_errno(), "a filter of system calls can't be set")


def why_not() -> str:
    """Why `enter` fails on this machine; empty if it works. Tried out in a fork."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        try:
            enter()
        except OSError as error:
            os.write(
                writing, f"{error.strerror} ({errno.errorcode.get(error.errno or 0)})".encode()
            )
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        reason = told.read().decode()
    _, status = os.waitpid(child, 0)
    return reason or ("" if status == 0 else "the process that tried it died")


def _instructions(architecture: _Architecture) -> bytes:
    """The filter as classic BPF: each instruction has a code, two jumps and a value."""
    numbers = sorted(architecture.allowed.values())
    checks = [
        (_IF_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)
    ]  # to the last line if it is equal
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, architecture.audit),
        (_RETURN, 0, 0, _FAIL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IF_AT_LEAST, len(numbers), 0, _X32),
        *checks,
        (_RETURN, 0, 0, _FAIL),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _has_no_new_privileges() -> bool:
    return "NoNewPrivs:\t1" in Path("/proc/self/status").read_text()
