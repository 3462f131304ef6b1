/* Passwords and passphrases that a person types, or that stand on standard input: never among the
 * arguments, where every account of the machine could read them. */
#ifndef APPLIANCE_CLI_SECRET_INPUT_H
#define APPLIANCE_CLI_SECRET_INPUT_H

#include "ledger/base/err.h"

#define SECRET_INPUT_MAX 128

/* One line without its end. On a terminal: asked for with `what`, without showing it; with twice,
 * once more, and the two must be the same. out has SECRET_INPUT_MAX + 1 bytes; wipe it after use.
 * Errors: ERR_FORMAT: nothing, or two different ones; ERR_LIMIT: too long; ERR_IO. */
MUST_CHECK enum err secret_input(const char *what, bool twice, char *out, struct fault *fault);

#endif
