/* The keys in the key holder's memory. Only in its own process. */
#ifndef LEDGER_KEYHOLDER_KEYS_H
#define LEDGER_KEYHOLDER_KEYS_H

#include "ledger/keyholder.h"

struct held_key {
	struct keyholder_key about;
	uint8_t *secret; /* secret_new memory */
};

struct held_keys {
	size_t count;
	struct held_key key[KEYHOLDER_KEYS_MAX];
};

/* Loads <folder>/keys/<party>/<purpose>[-<label>].key in order of path, CURVE keys left out.
 * Errors: as keyholder_start. */
MUST_CHECK enum err held_keys_load(struct held_keys *keys, const char *folder, struct fault *fault);
void held_keys_close(struct held_keys *keys);

const struct held_key *held_key_find(const struct held_keys *keys, const uint8_t kid[32]);
/* The one of that purpose that is signed with, as keyholder_find says, or NULL. */
const struct held_key *held_key_of(const struct held_keys *keys, enum key_purpose purpose);

#endif
