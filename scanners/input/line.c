#include "scanners/input/line.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static const struct {
	unsigned bits;
	speed_t code;
} speeds[] = {
	{1200, B1200},
	{2400, B2400},
	{4800, B4800},
	{9600, B9600},
	{19200, B19200},
	{38400, B38400},
	{57600, B57600},
	{115200, B115200},
	{230400, B230400},
};

static speed_t speed_code(unsigned bits)
{
	for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++)
		if (speeds[i].bits == bits)
			return speeds[i].code;
	return B0;
}

static enum err open_fault(const char *path, struct fault *fault)
{
	switch (errno) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"there is no serial line %s: is the scanner plugged in?", path);
	case EACCES:
	case EPERM:
		return fault_set(fault, ERR_DENIED, 0, 0,
			"%s may not be used by this account: put it into the group of the line "
			"(dialout)",
			path);
	case EBUSY:
		return fault_set(
			fault, ERR_BUSY, 0, 0, "another program uses the scanner on %s", path);
	default: return fault_set(fault, ERR_IO, 0, 0, "cannot open %s: %s", path, strerror(errno));
	}
}

static enum err make_raw(int fd, const char *path, speed_t code, struct fault *fault)
{
	struct termios mode;
	if (tcgetattr(fd, &mode))
		return fault_set(fault, ERR_USAGE, 0, 0, "%s is no serial line", path);
	cfmakeraw(&mode);
	mode.c_cflag |= CLOCAL | CREAD;
	mode.c_iflag &= ~(tcflag_t)(IXON | IXOFF | IXANY);
	if (cfsetspeed(&mode, code) || tcsetattr(fd, TCSANOW, &mode))
		return fault_set(fault, ERR_IO, 0, 0, "cannot set the serial line %s: %s", path,
			strerror(errno));
	(void)tcflush(fd, TCIFLUSH);
	return OK;
}

enum err line_open(const char *path, unsigned speed, int *out, struct fault *fault)
{
	unsigned bits = speed ? speed : LINE_SPEED_DEFAULT;
	speed_t code = speed_code(bits);
	if (code == B0)
		return fault_set(fault, ERR_USAGE, 0, 0,
			"%u is no speed of a serial line; 9600 and 115200 are usual", bits);
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return open_fault(path, fault);
	enum err err = make_raw(fd, path, code, fault);
	/* TIOCEXCL does not stop the superuser; the lock does, and other programs of its kind. */
	if (!err && (flock(fd, LOCK_EX | LOCK_NB) || ioctl(fd, TIOCEXCL))) {
		errno = EBUSY;
		err = open_fault(path, fault);
	}
	if (err)
		close(fd);
	else
		*out = fd;
	return err;
}
