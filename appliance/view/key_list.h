/* A party's keys as JSON, for people: purpose, validity, state, place, and whether the private half
 * is here. */
#ifndef APPLIANCE_VIEW_KEY_LIST_H
#define APPLIANCE_VIEW_KEY_LIST_H

#include "ledger/keyholder.h"
#include "ledger/members/members.h"

#include <jansson.h>

struct key_list_options {
	const struct table *table;
	int64_t now_ms;
	const struct keyholder_key *held; /* NULL: not known here */
	size_t held_count;
};

/* Appends to list, by purpose and registration:
 * {"kid", "purpose", "state", "since", "until"?, "site"?, "next", "here"?, "revoked"?: {"at",
 * "reason", "last_good", "compromised_since"?}}. state: in_force, expired, revoked, left_behind (a
 * tenant's, with the operator it left). next: number of its next statement. Errors: storage. */
MUST_CHECK enum err key_list_put(const struct key_list_options *options, const struct party *party,
	json_t *list, struct fault *fault);

const char *revoke_reason_word(enum revoke_reason reason); /* "replaced" */
MUST_CHECK enum err revoke_reason_parse(
	const char *word, enum revoke_reason *reason, struct fault *fault);

/* The last number of a key that counts when it is revoked and nobody said which: all, when it was
 * replaced or retired; else the last one before compromised_ms (0: up to now).
 * Errors: ERR_NOT_FOUND: no such key. */
MUST_CHECK enum err key_last_good(const struct table *table, const uint8_t kid[KID_SIZE],
	enum revoke_reason reason, int64_t compromised_ms, uint64_t *last_good,
	struct fault *fault);

#endif
