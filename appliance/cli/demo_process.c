/* Starting programs of ours, as a person would. */
#include "appliance/cli/demo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX  32
#define PORT_TRY  200
#define SELF_PATH "/proc/self/exe"

/* In the child, between fork and exec. */
static void become(const char *const *args, const char *folder, int input, int output, pid_t parent)
{
	char *argv[ARGS_MAX + 2];
	char name[] = "assay";
	size_t count = 1;
	argv[0] = name;
	while (args[count - 1] && count <= ARGS_MAX) {
		argv[count] = strdup(args[count - 1]);
		if (!argv[count])
			_exit(126);
		count++;
	}
	argv[count] = NULL;
	/* It ends with us, also when we are killed. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent)
		_exit(126);
	if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0)
		_exit(126);
	if (folder && chdir(folder))
		_exit(126);
	sigset_t none;
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execv(SELF_PATH, argv);
	_exit(127);
}

static enum err start(const char *const *args, const char *folder, struct demo_process *process,
	struct fault *fault)
{
	int in[2];
	int out[2];
	if (pipe2(in, O_CLOEXEC))
		return fault_set(fault, ERR_IO, 0, 0, "no pipe: %s", strerror(errno));
	if (pipe2(out, O_CLOEXEC)) {
		close(in[0]);
		close(in[1]);
		return fault_set(fault, ERR_IO, 0, 0, "no pipe: %s", strerror(errno));
	}
	pid_t parent = getpid();
	pid_t pid = fork();
	if (!pid)
		become(args, folder, in[0], out[1], parent);
	close(in[0]);
	close(out[1]);
	if (pid < 0) {
		close(in[1]);
		close(out[0]);
		return fault_set(
			fault, ERR_IO, 0, 0, "cannot start assay %s: %s", args[0], strerror(errno));
	}
	*process = (struct demo_process){pid, out[0], in[1]};
	return OK;
}

enum err demo_start(const char *const *args, struct demo_process *process, struct fault *fault)
{
	return start(args, NULL, process, fault);
}

/* Its exit status, 128 and the signal when it was killed, or -1. */
static int reap(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* False at the end of its output. */
static bool take_output(int fd, struct buf *output)
{
	uint8_t chunk[4096];
	ssize_t got;
	do
		got = read(fd, chunk, sizeof chunk);
	while (got < 0 && errno == EINTR);
	if (got > 0)
		buf_put(output, span_of(chunk, (size_t)got));
	return got > 0;
}

enum err demo_run(const char *const *args, const char *folder, struct buf *output, int *status,
	struct fault *fault)
{
	struct demo_process process;
	enum err err = start(args, folder, &process, fault);
	if (err)
		return err;
	close(process.input);
	while (take_output(process.output, output))
		;
	close(process.output);
	*status = reap(process.pid);
	if (*status < 0 || *status > 125)
		return fault_set(fault, ERR_IO, 0, 0, "assay %s ended unexpectedly (status %d)",
			args[0], *status);
	return OK;
}

enum err demo_await(struct demo_process *process, const char *sign, int wait_ms, struct buf *output,
	struct fault *fault)
{
	struct env env;
	env_machine(&env);
	int64_t end = env_steady_us(&env) / 1000 + wait_ms;
	for (;;) {
		if (strstr(buf_text(output), sign))
			return OK;
		int64_t left = end - env_steady_us(&env) / 1000;
		struct pollfd poller = {.fd = process->output, .events = POLLIN};
		int ready = left > 0 ? poll(&poller, 1, (int)left) : 0;
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return fault_set(fault, ERR_TIMEOUT, 0, 0,
				"it did not say \"%s\" within %d s", sign, wait_ms / 1000);
		if (!take_output(process->output, output)) {
			demo_stop(process);
			return fault_set(
				fault, ERR_IO, 0, 0, "it ended before it said \"%s\"", sign);
		}
	}
}

bool demo_runs(const struct demo_process *process)
{
	siginfo_t ended = {0};
	return process->pid &&
	       !waitid(P_PID, (id_t)process->pid, &ended, WEXITED | WNOHANG | WNOWAIT) &&
	       !ended.si_pid;
}

void demo_stop(struct demo_process *process)
{
	if (!process->pid)
		return;
	(void)kill(process->pid, SIGTERM);
	close(process->input);
	(void)reap(process->pid);
	close(process->output);
	process->pid = 0;
}

static bool is_free(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	bool bound = !bind(fd, (struct sockaddr *)&address, sizeof address) && !listen(fd, 1);
	close(fd);
	return bound;
}

uint16_t demo_port(uint16_t wanted)
{
	for (uint16_t i = 0; i < PORT_TRY && wanted + i < UINT16_MAX; i++)
		if (is_free((uint16_t)(wanted + i)))
			return (uint16_t)(wanted + i);
	return 0;
}
