/* Renewing the keys of an appliance's folder. A new key waits beside the present one; once the
 * ledger knows it, it takes the name, and the key before gets a label, by which it is loaded still,
 * but no longer signed with; when nothing needs it any more, it is destroyed.
 *
 *	keys/<party>/<purpose>.key          the key that is used from the next start on
 *	keys/<party>/<purpose>.key.new      made, not yet taken: not loaded
 *	keys/<party>/<purpose>-<8 hex>.key  a former one, by the first digits of its kid
 *
 * A crash between any two steps leaves a folder that works; the same step said again completes. */
#ifndef LEDGER_KEYFILE_RENEW_H
#define LEDGER_KEYFILE_RENEW_H

#include "ledger/keyfile.h"

/* Keeps a new key waiting, in place of one that waited before.
 * Errors: keyfile_save's. */
MUST_CHECK enum err keyfile_wait(
	const struct keyfile *key, const char *folder, struct fault *fault);

/* The key that waits takes the name, if it is this one. *taken: it has the name now, perhaps for
 * long. Errors: keyfile_load's; ERR_IO with the path. */
MUST_CHECK enum err keyfile_take(const char *folder, enum key_purpose purpose, const char *party,
	const uint8_t kid[KID_SIZE], bool *taken, struct fault *fault);

/* Overwrites and removes a former key; none there is no error, the present key is left alone.
 * Errors: ERR_IO with the path. */
MUST_CHECK enum err keyfile_destroy(const char *folder, enum key_purpose purpose, const char *party,
	const uint8_t kid[KID_SIZE], bool *destroyed, struct fault *fault);

#endif
