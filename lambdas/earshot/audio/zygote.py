"""The decoder process: warm, single-threaded, forks one limited child for each file.

earshot.audio.sandbox starts it as `python -m earshot.audio.zygote FD`, without secrets in its
environment. A new interpreter for each file would take about a second; a fork takes milliseconds.

To ask for a child, the caller sends one byte on the control socket with a socket attached. Over
that socket the child receives its request and sends its answer (earshot.audio.messages). So any
number of threads and forks of the caller can ask at once. If a limit kills the child, the caller
sees the end of the stream.
"""

import gc
import os
import signal
import socket
import sys

from earshot.audio import child, jail


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the caller, which then closes the control socket
    unconfined = _unconfined()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps children
    gc.collect()
    gc.freeze()
    while True:
        message, fds, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return  # the caller has closed the control socket
        if os.fork() == 0:
            control.close()
            with socket.socket(fileno=fds[0]) as answer:
                child.serve(answer, unconfined)
            os._exit(0)
        os.close(fds[0])


def _unconfined() -> str:
    """Why children run without a jail; empty if they don't. Said once, on standard error."""
    if os.environ.get(jail.ALLOW_UNCONFINED) != "allow":
        return ""  # where there is none, every child refuses to decode
    reason = jail.why_not()
    if reason:
        print(f"Audio is decoded without a filter of system calls: {reason}.", file=sys.stderr)
    return reason


if __name__ == "__main__":
    main()
