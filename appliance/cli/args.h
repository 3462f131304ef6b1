/* Options of a command: a table says which there are, and --help is printed from it. */
#ifndef APPLIANCE_CLI_ARGS_H
#define APPLIANCE_CLI_ARGS_H

#include "ledger/base/err.h"

#define ARGS_OPTIONS_MAX 24
#define ARGS_VALUES_MAX  8 /* of one option given several times */
#define ARGS_PLAIN_MAX   4096 /* arguments that are no options */

struct arg_option {
	const char *name; /* "--json" */
	const char *value; /* what its value is called; NULL for a flag */
	const char *help;
};

struct args {
	const struct arg_option *options; /* ended by a row without name */
	const char *values[ARGS_OPTIONS_MAX][ARGS_VALUES_MAX];
	unsigned counts[ARGS_OPTIONS_MAX];
	const char **plain;
	size_t plain_count;
};

/* argv[0] is the command's word. "--name value" and "--name=value"; "--" ends the options.
 * Errors: ERR_USAGE with a sentence. */
MUST_CHECK enum err args_parse(struct args *args, const struct arg_option *options, int argc,
	char **argv, struct fault *fault);
void args_close(struct args *args);

/* The last value given, or NULL; a flag's value is its own name. */
const char *arg_value(const struct args *args, const char *name);
const char *arg_value_at(const struct args *args, const char *name, unsigned index);
bool arg_given(const struct args *args, const char *name);
/* A whole number in a range. Errors: ERR_USAGE. */
MUST_CHECK enum err arg_int(const struct args *args, const char *name, int64_t otherwise,
	int64_t least, int64_t most, int64_t *value, struct fault *fault);

#endif
