/* Preloaded into a program, hides this processor's newer instructions from it.

   OLDER_PROCESSOR=avx512 hides the matrix units (AMX), avx2 also AVX-512 and VNNI. Linux lets a
   process ask that CPUID, which tells what a processor can do, is trapped (arch_prctl(2)). Here the
   trap's handler runs it and clears the bits. Instructions themselves are not hidden: only programs
   that ask before they use them, as all that run on different processors do. */

#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define BIT(n) (1u << (n))
#ifndef ARCH_SET_CPUID
#define ARCH_SET_CPUID 0x1012
#endif

/* Leaf 7 of CPUID, by part (EAX, EBX, ECX, EDX) of its first two subleaves: Intel's manual, vol. 2. */
static const unsigned AMX_EDX = BIT(22) | BIT(24) | BIT(25);
static const unsigned AMX_EAX_1 = BIT(21);
static const unsigned AMX_EDX_1 = BIT(8);
static const unsigned AVX512_EBX = BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31);
static const unsigned AVX512_ECX = BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14);
static const unsigned AVX512_EDX = BIT(2) | BIT(3) | BIT(8) | BIT(23);
static const unsigned NEWER_AVX_EAX_1 = BIT(4) | BIT(5) | BIT(23); /* AVX-VNNI, bfloat16, IFMA */
static const unsigned NEWER_AVX_EDX_1 = BIT(4) | BIT(5) | BIT(10) | BIT(19);

static int only_avx2;

static void trap_cpuid(int wanted) { syscall(SYS_arch_prctl, ARCH_SET_CPUID, wanted ? 0 : 1); }

static void answer(int signal_number, siginfo_t *info, void *context) {
  (void)info;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const unsigned char *instruction = (const unsigned char *)registers[REG_RIP];
  if (instruction[0] != 0x0f || instruction[1] != 0xa2) { /* a real fault, not CPUID */
    signal(signal_number, SIG_DFL);
    return;
  }
  unsigned leaf = registers[REG_RAX], subleaf = registers[REG_RCX], eax, ebx, ecx, edx;
  trap_cpuid(0);
  __cpuid_count(leaf, subleaf, eax, ebx, ecx, edx);
  trap_cpuid(1);
  if (leaf == 7 && subleaf == 0) {
    edx &= ~AMX_EDX;
    if (only_avx2) ebx &= ~AVX512_EBX, ecx &= ~AVX512_ECX, edx &= ~AVX512_EDX;
  }
  if (leaf == 7 && subleaf == 1) {
    eax &= ~AMX_EAX_1, edx &= ~AMX_EDX_1;
    if (only_avx2) eax &= ~NEWER_AVX_EAX_1, edx &= ~NEWER_AVX_EDX_1;
  }
  registers[REG_RAX] = eax, registers[REG_RBX] = ebx, registers[REG_RCX] = ecx, registers[REG_RDX] = edx;
  registers[REG_RIP] += 2;
}

__attribute__((constructor)) static void begin(void) {
  const char *wanted = getenv("OLDER_PROCESSOR");
  if (!wanted) return;
  only_avx2 = !strcmp(wanted, "avx2");
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = answer;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSEGV, &action, NULL);
  trap_cpuid(1);
}
