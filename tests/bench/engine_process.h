/* The real program in processes of its own: this binary is `assay` when it gets arguments. */
#ifndef TESTS_BENCH_ENGINE_PROCESS_H
#define TESTS_BENCH_ENGINE_PROCESS_H

#include "tests/bench/limits.h"

#include "appliance/cli/cli.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define ENGINE_ARGS_MAX  24
#define ENGINE_LINE_SIZE 4096

/* What main does with arguments. */
static inline int assay_run(int argc, char **argv)
{
	struct cli cli = {0};
	int status = STATUS_COULD_NOT;
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(argv[1], commands[i]->word))
			continue;
		if (args_parse(&cli.args, commands[i]->options, argc - 1, argv + 1, &cli.fault) ==
			OK) {
			cli.json = arg_given(&cli.args, "--json");
			cli.folder = arg_value(&cli.args, "--folder");
			status = (int)commands[i]->run(&cli);
		}
		args_close(&cli.args);
	}
	if (status == STATUS_COULD_NOT && cli.fault.text[0])
		(void)fprintf(stderr, "assay %s: %s\n", argv[1], cli.fault.text);
	return status;
}

struct process {
	pid_t id;
	int out; /* what it says */
};

static inline void process_start(struct process *process, const char *const *args)
{
	int ends[2];
	char name[] = "assay", *argv[ENGINE_ARGS_MAX] = {name};
	for (size_t i = 0; args[i] && i + 2 < ENGINE_ARGS_MAX; i++)
		argv[i + 1] = (char *)(uintptr_t)args[i];
	if (pipe(ends))
		fail("pipe", NULL);
	process->id = fork();
	if (process->id < 0)
		fail("fork", NULL);
	if (!process->id) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* not left behind when we fail */
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		(void)execv("/proc/self/exe", argv);
		_exit(127);
	}
	(void)close(ends[1]);
	process->out = ends[0];
}

/* The next line that it says; false when it has ended. */
static inline bool process_line(struct process *process, char line[ENGINE_LINE_SIZE])
{
	size_t size = 0;
	while (size + 1 < ENGINE_LINE_SIZE && read(process->out, line + size, 1) == 1)
		if (line[size++] == '\n')
			break;
	line[size] = 0;
	return size > 0;
}

/* Peak of the memory of a process and of its children that runs still, in KiB. */
static inline long process_peak(pid_t id)
{
	char path[64], line[256];
	long peak = 0;
	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)id);
	FILE *in = fopen(path, "r");
	while (in && fgets(line, sizeof line, in))
		if (!strncmp(line, "VmHWM:", 6))
			peak = strtol(line + 6, NULL, 10);
	if (in)
		(void)fclose(in);
	return peak;
}

/* CPU time of a process so far, in us. */
static inline double process_cpu(pid_t id)
{
	char path[64], line[1024];
	unsigned long user = 0, system = 0;
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)id);
	FILE *in = fopen(path, "r");
	const char *at = in && fgets(line, sizeof line, in) ? strrchr(line, ')') : NULL;
	for (int i = 0; at && i < 12; i++)
		at = strchr(at + 1, ' ');
	char *end;
	if (at) {
		user = strtoul(at, &end, 10);
		system = strtoul(end, NULL, 10);
	}
	if (in)
		(void)fclose(in);
	return (double)(user + system) * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

/* Ends it, or waits for its end when signal is 0. Returns its peak in KiB. */
static inline long process_end(struct process *process, int signal)
{
	struct rusage usage;
	int status = 0;
	if (signal && kill(process->id, signal))
		fail("the program has ended by itself", NULL);
	if (wait4(process->id, &status, 0, &usage) != process->id || status != 0)
		fail("the program did not end well", NULL);
	(void)close(process->out);
	return usage.ru_maxrss;
}

/* Runs a command to its end, its words dropped. Returns its peak in KiB. */
static inline long process_run(const char *const *args)
{
	struct process process;
	char line[ENGINE_LINE_SIZE];
	process_start(&process, args);
	while (process_line(&process, line))
		;
	return process_end(&process, 0);
}

#endif
