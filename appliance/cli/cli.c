#include "appliance/cli/cli.h"

#include "ledger/base/env.h"
#include "ledger/base/utf8.h"
#include "ledger/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRESS_FIRST_MS 1000
#define PROGRESS_EVERY_MS 200
#define PROGRESS_WIDTH    40

void cli_keep_private(void)
{
	(void)umask(077);
}

void cli_print_json(json_t *value)
{
	struct buf line;
	char *text = json_dumps(value, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);
	buf_init(&line, SIZE_MAX);
	if (text)
		utf8_escape_json(span_text(text), &line);
	if (text && !line.err)
		(void)puts(buf_text(&line));
	buf_close(&line);
	free(text);
	json_decref(value);
}

void cli_say(const struct cli *cli, const char *format, ...)
{
	if (cli->json)
		return;
	va_list args;
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	(void)putchar('\n');
	(void)fflush(stdout);
}

enum err cli_read_file(const char *path, size_t limit, struct buf *out, struct fault *fault)
{
	bool is_input = !strcmp(path, "-");
	int fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, 0, 0,
			"cannot read %.150s: %s", path, strerror(errno));
	enum err err = OK;
	for (;;) {
		uint8_t chunk[65536];
		ssize_t got = read(fd, chunk, sizeof chunk);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = fault_set(fault, ERR_IO, 0, 0, "cannot read %.150s: %s", path,
				strerror(errno));
		if (got <= 0)
			break;
		if (out->size + (size_t)got > limit) {
			err = fault_set(fault, ERR_LIMIT, 0, 0,
				"%.150s is larger than the %zu bytes read here", path, limit);
			break;
		}
		buf_put(out, span_of(chunk, (size_t)got));
	}
	if (!is_input)
		close(fd);
	if (!err && out->err)
		err = fault_set(fault, out->err, 0, 0, "%.150s does not fit into memory", path);
	return err;
}

static enum err write_fault(const char *path, int number, struct fault *fault)
{
	return fault_set(fault,
		number == EEXIST   ? ERR_EXISTS
		: number == ENOSPC ? ERR_FULL
				   : ERR_IO,
		0, 0, "cannot write %.150s: %s", path, strerror(number));
}

/* Writes and syncs what was opened; what could not be written whole goes. Gives back an errno. */
static int write_new(const char *path, int fd, struct span bytes)
{
	bool fine = true;
	for (size_t done = 0; fine && done < bytes.size;) {
		ssize_t put = write(fd, bytes.at + done, bytes.size - done);
		fine = put >= 0 || errno == EINTR;
		done += put > 0 ? (size_t)put : 0;
	}
	/* A pipe or a terminal has nothing to sync. */
	fine = fine && (private_file_sync(fd) || errno == EINVAL || errno == EROFS);
	int number = fine ? 0 : errno;
	if (close(fd) && !number)
		number = errno;
	struct stat about;
	if (number && !lstat(path, &about) && S_ISREG(about.st_mode))
		(void)unlink(path);
	return number;
}

/* What is there stays until the new content is on the disk. */
enum err cli_write_file(
	const char *path, struct span bytes, unsigned mode, bool replace, struct fault *fault)
{
	char beside[PATH_MAX];
	struct stat about;
	bool is_there = replace && !lstat(path, &about) && S_ISREG(about.st_mode);
	int size = snprintf(beside, sizeof beside, "%s%s", path, is_there ? ".new" : "");
	if (size < 0 || (size_t)size >= sizeof beside)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the path is too long: %.100s", path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_CLOEXEC | (replace ? O_TRUNC : O_EXCL),
		is_there ? about.st_mode & 0777 : mode);
	if (fd < 0)
		return write_fault(path, errno, fault);
	int number = write_new(beside, fd, bytes);
	if (!number && is_there && rename(beside, path)) {
		number = errno;
		(void)unlink(beside);
	}
	return number ? write_fault(path, number, fault) : OK;
}

void progress_show(struct progress *progress, uint64_t done, uint64_t all)
{
	struct env env;
	env_machine(&env);
	int64_t now = env_steady_us(&env) / 1000;
	if (!progress->begun_ms)
		progress->begun_ms = now;
	if (!all || !isatty(STDERR_FILENO) || now - progress->begun_ms < PROGRESS_FIRST_MS ||
		now - progress->shown_ms < PROGRESS_EVERY_MS)
		return;
	progress->shown_ms = now;
	progress->is_shown = true;
	int full = (int)((double)done / (double)all * PROGRESS_WIDTH);
	int64_t spent = now - progress->begun_ms;
	(void)fprintf(stderr, "\r%s [%.*s%*s] %3d %%  %llu/s ", progress->what, full,
		"########################################", PROGRESS_WIDTH - full, "",
		(int)((double)done / (double)all * 100),
		(unsigned long long)(spent ? done * 1000 / (uint64_t)spent : 0));
}

void progress_end(struct progress *progress)
{
	if (progress->is_shown)
		(void)fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH + 40, "");
}
