/* Showing what the appliance answered, as text; with --json its own JSON goes out unchanged. */
#ifndef APPLIANCE_CLI_ANSWERS_H
#define APPLIANCE_CLI_ANSWERS_H

#include "appliance/cli/client.h"

/* Takes the answer over: prints it as JSON, or calls show. */
void answer_print(struct cli *cli, json_t *answer, void (*show)(const json_t *answer));

/* A verdict: word, colour, sentence, product, evidence. ANSI colours on a terminal. */
void show_verdict(const json_t *answer);
/* "position 123, entry ..., ledger time ...". */
void show_evidence(const json_t *evidence);
/* Members of an object, one a line. */
void show_members(const json_t *answer);

/* 0 for green and grey, 1 for amber and red. */
enum status verdict_status(const json_t *answer);

/* The text under name, or "". */
/* All texts in it, before they are shown: names and events come from outside, and a terminal does
 * what control characters tell it. */
void json_make_harmless(json_t *value);

const char *json_text(const json_t *object, const char *name);

/* Saves the receipt of "evidence" to --receipt FILE, if that was asked for. */
MUST_CHECK enum err save_receipt(struct cli *cli, const json_t *answer);

#endif
