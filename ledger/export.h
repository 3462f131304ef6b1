/* A ledger as a folder of C2SP tiles and statements that other programs read, and a ledger made
 * from such a folder. Format: ledger/export_folder.h. */
#ifndef LEDGER_EXPORT_H
#define LEDGER_EXPORT_H

#include "ledger/app.h"
#include "ledger/audit.h"
#include "ledger/base/env.h"
#include "ledger/proof/envelope.h"

struct export_options {
	const char *folder; /* of the ledger; may be in use by its node */
	const char *to;
	const struct env *env;
	void (*progress)(void *self, uint64_t done, uint64_t all); /* leaves; may be NULL */
	void *progress_self;
};

struct export_report {
	uint64_t size; /* of the checkpoint */
	uint64_t before; /* what the folder had already */
	uint8_t root[HASH_SIZE];
	char origin[ORIGIN_SIZE_MAX + 1];
};

/* Writes what the newest signed checkpoint covers and the folder has not yet: an export that is
 * there is carried on, when it is of this ledger and this history.
 * Errors: ERR_EXISTS: another ledger's; ERR_CORRUPT: ledger.db is damaged, with the position;
 * ERR_NOT_FOUND: no ledger, nothing signed yet, or a statement in an archive that is not there;
 * storage. Cost: reads each statement and hashes it; signatures are not verified. */
MUST_CHECK enum err export_ledger(
	const struct export_options *options, struct export_report *report, struct fault *fault);

struct import_options {
	const char *from; /* folder of an export */
	const char *folder; /* to be made; must not be there, or be empty */
	const struct env *env;
	const struct app *app;
	struct span policy; /* trust policy that the checkpoint is judged by; size 0: none */
	void (*progress)(void *self, uint64_t done, uint64_t all);
	void *progress_self;
};

/* Makes ledger.db and state.db from an export alone, judging everything: hashes, tiles, seals,
 * rules, roots, and in an audit of what came out signatures and checkpoints. There are no keys in
 * it: a copy that can be read, audited and exported, and signs nothing. It is made beside the
 * folder's name and put there when it is right.
 * Errors: ERR_EXISTS: something is in the folder; ERR_NOT_FOUND, ERR_CORRUPT: what is wrong, with
 * file and position; what policy_judge says; storage. */
MUST_CHECK enum err import_ledger(
	const struct import_options *options, struct audit_report *report, struct fault *fault);

#endif
