/* The commands of `assay`, one file each, and what they share. Exit status everywhere: 0 done or
 * yes, 1 answered no, 2 could not. */
#ifndef APPLIANCE_CLI_CLI_H
#define APPLIANCE_CLI_CLI_H

#include "appliance/cli/args.h"
#include "ledger/base/buf.h"

#include <jansson.h>

enum status {
	STATUS_YES = 0,
	STATUS_NO = 1,
	STATUS_COULD_NOT = 2,
};

struct cli {
	struct args args;
	bool json;
	const char *folder; /* --folder, $ASSAY_FOLDER, /var/lib/assay */
	struct fault fault;
};

struct command {
	const char *word;
	const char *usage; /* what follows the word */
	const char *summary; /* one line */
	const char *help; /* more, for --help and the manual; may be NULL */
	const struct arg_option *options;
	/* A status; on STATUS_COULD_NOT cli->fault says why and is printed by the caller. */
	enum status (*run)(struct cli *cli);
};

/* Options that every command has; tables begin with them. */
#define CLI_OPTIONS                                                                                \
	{"--json", NULL, "print one JSON object instead of text"},                                 \
		{"--folder", "DIR",                                                                \
			"the appliance's folder (else $ASSAY_FOLDER, /var/lib/assay)"},            \
	{                                                                                          \
		"--help", NULL, "print this and end"                                               \
	}
/* Those of commands that ask a running appliance. */
#define CLI_CLIENT_OPTIONS                                                                         \
	CLI_OPTIONS, {"--as", "USER", "the account to ask as (a token of it is in the folder)"},   \
		{"--once", "KEY", "the same command with the same key is done once, for a day"},   \
	{                                                                                          \
		"--url", "URL", "the appliance's address (else from assay.conf in the folder)"     \
	}

extern const struct command *const commands[]; /* ended by NULL */

/* Ends a command that failed: STATUS_COULD_NOT. */
static inline enum status cli_failed(enum err err)
{
	return err ? STATUS_COULD_NOT : STATUS_YES;
}

/* Prints a JSON value (and gives up the reference) on one line. */
/* What is made from here on is for this user alone, in a folder of any mode. */
void cli_keep_private(void);

void cli_print_json(json_t *value);
/* A line of text on standard output, unless --json. */
void cli_say(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads a whole file ("-": standard input) up to limit bytes. */
MUST_CHECK enum err cli_read_file(
	const char *path, size_t limit, struct buf *out, struct fault *fault);
/* Writes a new file; an existing one only when replace. mode as in open(2). */
MUST_CHECK enum err cli_write_file(
	const char *path, struct span bytes, unsigned mode, bool replace, struct fault *fault);

/* A progress bar on a terminal (nothing else), for what takes over a second. */
struct progress {
	const char *what;
	int64_t shown_ms;
	int64_t begun_ms;
	bool is_shown;
};
void progress_show(struct progress *progress, uint64_t done, uint64_t all);
void progress_end(struct progress *progress);

#endif
