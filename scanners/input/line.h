/* A serial line, set so that every byte comes through as it was sent. */
#ifndef SCANNERS_INPUT_LINE_H
#define SCANNERS_INPUT_LINE_H

#include "ledger/base/err.h"

#define LINE_SPEED_DEFAULT 9600

/* Opens it raw (no echo, no translation of CR, no flow control by characters: a line left in its
 * ordinary mode turns CR to LF and swallows 0x11 and 0x13), for this process alone; bytes from
 * before are thrown away. Reading does not wait.
 * Errors: ERR_NOT_FOUND, ERR_DENIED, ERR_BUSY, ERR_USAGE (no line, or no such speed), ERR_IO. */
MUST_CHECK enum err line_open(const char *path, unsigned speed, int *fd, struct fault *fault);

#endif
