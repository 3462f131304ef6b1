#include "ledger/keyholder_confine.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define CONFINE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define CONFINE_ARCH AUDIT_ARCH_AARCH64
#endif

enum err confine_process(pid_t parent, int keep)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};
	struct rlimit none = {0, 0};
	(void)prctl(PR_SET_NAME, "assay-keys");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_DUMPABLE, 0) ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || setrlimit(RLIMIT_CORE, &none))
		return ERR_IO;
	if (getppid() != parent)
		return ERR_IO;
	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		(void)signal(ignored[i], SIG_IGN);
	/* All but 2 and keep. */
	if (keep > 3 && close_range(3, (unsigned)keep - 1, 0))
		return ERR_IO;
	if (close_range((unsigned)keep + 1, ~0U, 0))
		return ERR_IO;
	(void)close(0);
	(void)close(1);
	return OK;
}

#ifdef CONFINE_ARCH

#define ALLOW(name)                                                                                \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1),                                    \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

enum err confine_calls(void)
{
	/* Messages, the floor, memory, and the end. munlock and madvise come from freeing secrets;
	 * rt_sig* and sigaltstack from the C library and the sanitizers. */
	static const struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CONFINE_ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(recvfrom),
		ALLOW(sendto),
		ALLOW(read),
		ALLOW(write),
		ALLOW(pwrite64),
		ALLOW(fdatasync),
		ALLOW(ftruncate),
		ALLOW(fstat),
		ALLOW(close),
		ALLOW(brk),
		ALLOW(mmap),
		ALLOW(munmap),
		ALLOW(mremap),
		ALLOW(mprotect),
		ALLOW(madvise),
		ALLOW(mlock),
		ALLOW(munlock),
		ALLOW(getrandom),
		ALLOW(clock_gettime),
		ALLOW(futex),
		ALLOW(getpid),
		ALLOW(gettid),
		ALLOW(tgkill),
		ALLOW(rt_sigaction),
		ALLOW(rt_sigprocmask),
		ALLOW(rt_sigreturn),
		ALLOW(sigaltstack),
		ALLOW(restart_syscall),
		ALLOW(exit),
		ALLOW(exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1 /* EPERM */),
	};
	struct sock_filter copy[sizeof rules / sizeof rules[0]];
	struct sock_fprog program = {.len = sizeof rules / sizeof rules[0], .filter = copy};
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		copy[i] = rules[i];
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? ERR_IO : OK;
}

#else

enum err confine_calls(void)
{
	return OK;
}

#endif
