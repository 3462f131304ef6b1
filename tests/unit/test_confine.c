#include "ledger/keyholder_confine.h"
#include "tests/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a confined process finds; bits of its exit status. */
enum found {
	FOUND_OPEN = 1, /* it could open a file */
	FOUND_SOCKET = 2,
	FOUND_FORK = 4,
	FOUND_EXEC = 8,
	FOUND_NO_WRITE = 16, /* it could not write to what it had */
	FOUND_BROKEN = 32,
};

static int look(int file)
{
	int found = 0;
	char name[] = "/bin/true";
	char *const words[] = {name, NULL};
	errno = 0;
	if (open("/etc/hostname", O_RDONLY) >= 0 || errno != EPERM)
		found |= FOUND_OPEN;
	errno = 0;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		found |= FOUND_SOCKET;
	errno = 0;
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	if (child > 0 || errno != EPERM)
		found |= FOUND_FORK;
	errno = 0;
	(void)execv(name, words);
	if (errno != EPERM)
		found |= FOUND_EXEC;
	if (write(file, "x", 1) != 1)
		found |= FOUND_NO_WRITE;
	return found;
}

TEST(a_confined_process_keeps_what_it_has_and_gets_nothing_new)
{
#if defined(__x86_64__) || defined(__aarch64__)
	int pipes[2];
	int status = 0;
	char byte = 0;
	NEED(!pipe(pipes));
	pid_t child = fork();
	NEED(child >= 0);
	if (child == 0)
		_exit(confine_process(getppid(), pipes[1]) || confine_calls() ? FOUND_BROKEN
									      : look(pipes[1]));
	NEED(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status));
	CHECK_ROW(WEXITSTATUS(status) == 0, "found %d", WEXITSTATUS(status));
	CHECK(read(pipes[0], &byte, 1) == 1 && byte == 'x');
	(void)close(pipes[0]);
	(void)close(pipes[1]);
#else
	SKIP("system calls are not filtered on this architecture");
#endif
}

TEST(a_confined_process_closes_what_it_inherited_and_leaves_no_dump)
{
	int pipes[2];
	int other[2];
	int status = 0;
	NEED(!pipe(pipes) && !pipe(other));
	pid_t child = fork();
	NEED(child >= 0);
	if (child == 0) {
		struct rlimit core = {1, 1};
		if (confine_process(getppid(), pipes[1]))
			_exit(1);
		if (fcntl(pipes[0], F_GETFD) >= 0 || fcntl(other[0], F_GETFD) >= 0 ||
			fcntl(0, F_GETFD) >= 0 || fcntl(1, F_GETFD) >= 0)
			_exit(2);
		if (fcntl(pipes[1], F_GETFD) < 0 || fcntl(2, F_GETFD) < 0)
			_exit(3);
		if (prctl(PR_GET_DUMPABLE) != 0 || getrlimit(RLIMIT_CORE, &core) || core.rlim_cur)
			_exit(4);
		if (raise(SIGTERM) || raise(SIGINT) || raise(SIGHUP))
			_exit(5);
		_exit(0);
	}
	NEED(waitpid(child, &status, 0) == child);
	CHECK_ROW(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
	/* One whose parent is another is not served. */
	child = fork();
	NEED(child >= 0);
	if (child == 0)
		_exit(confine_process(getpid(), pipes[1]) == ERR_IO ? 0 : 1);
	NEED(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
	(void)close(other[0]);
	(void)close(other[1]);
}

TAP_MAIN(CASE(a_confined_process_keeps_what_it_has_and_gets_nothing_new),
	CASE(a_confined_process_closes_what_it_inherited_and_leaves_no_dump))
