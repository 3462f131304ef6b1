#include "appliance/cli/secret_input.h"

#include "ledger/base/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Byte by byte, so that nothing of the next line is taken, and none stays in a buffer. */
static enum err read_line(int fd, char *out, struct fault *fault)
{
	size_t size = 0;
	for (;;) {
		char c;
		ssize_t got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fault_set(
				fault, ERR_IO, 0, 0, "cannot read it: %s", strerror(errno));
		if (!got || c == '\n')
			break;
		if (size == SECRET_INPUT_MAX)
			return fault_set(fault, ERR_LIMIT, 0, size, "it has at most %d characters",
				SECRET_INPUT_MAX);
		out[size++] = c;
	}
	if (size && out[size - 1] == '\r')
		size--;
	out[size] = 0;
	return size ? OK : fault_set(fault, ERR_FORMAT, 0, 0, "nothing was given");
}

static void tell(int fd, const char *text)
{
	ssize_t put = write(fd, text, strlen(text));
	(void)put;
}

static enum err ask(int terminal, const char *what, char *out, struct fault *fault)
{
	struct termios shown, hidden;
	if (tcgetattr(terminal, &shown))
		return fault_set(fault, ERR_IO, 0, 0, "the terminal does not answer");
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tell(terminal, what);
	tell(terminal, ": ");
	if (tcsetattr(terminal, TCSAFLUSH, &hidden))
		return fault_set(fault, ERR_IO, 0, 0, "the terminal cannot hide what is typed");
	enum err err = read_line(terminal, out, fault);
	(void)tcsetattr(terminal, TCSAFLUSH, &shown);
	tell(terminal, "\n");
	return err;
}

enum err secret_input(const char *what, bool twice, char *out, struct fault *fault)
{
	char again[SECRET_INPUT_MAX + 1] = "";
	memset(out, 0, SECRET_INPUT_MAX + 1);
	if (!isatty(STDIN_FILENO))
		return read_line(STDIN_FILENO, out, fault);
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (terminal < 0)
		return fault_set(fault, ERR_IO, 0, 0, "there is no terminal to ask on");
	enum err err = ask(terminal, what, out, fault);
	if (!err && twice) {
		err = ask(terminal, "once more", again, fault);
		if (!err && strcmp(out, again) != 0)
			err = fault_set(fault, ERR_FORMAT, 0, 0, "the two are not the same");
	}
	(void)close(terminal);
	secret_wipe(again, sizeof again);
	return err;
}
