/* The signatures of an audit, verified by threads beside the one that walks the ledger. Whether a
 * signature verifies changes nothing of what the rules make of a statement, so the walk goes on and
 * hears of a wrong one later; of several the first in the walk's order counts. */
#ifndef LEDGER_AUDIT_VERIFIER_H
#define LEDGER_AUDIT_VERIFIER_H

#include "ledger/audit.h"
#include "ledger/members/members.h"
#include "ledger/proof/note.h"
#include "ledger/store/ledger_db.h"

#define AUDIT_KEYS_MAX    256
#define AUDIT_THREADS_MAX 64

/* Log and cosign keys as the ledger had registered them at some point; never changed. */
struct audit_keys {
	struct audit_keys *before; /* an earlier point's */
	size_t count;
	struct note_key key[AUDIT_KEYS_MAX];
	char name[AUDIT_KEYS_MAX][NAME_SIZE_MAX + 1];
};

enum audit_note {
	AUDIT_NOTE_RIGHT,
	AUDIT_NOTE_UNKNOWN, /* lines of keys that are not known, or no line of the log */
	AUDIT_NOTE_WRONG,
};

/* Every line must be a known key's and verify, so that no byte can be changed, and the row's time
 * that of the newest cosignature. why: FAULT_TEXT_SIZE, unless right. Pure. */
enum audit_note audit_note_judge(const struct audit_keys *keys, const struct ledger_checkpoint *row,
	const struct note *note, size_t *lines, char *why);

struct audit_wrong {
	enum audit_what what;
	uint64_t position, height;
	char why[FAULT_TEXT_SIZE];
};

struct audit_verifier;

/* threads 0: one a core. Errors: ERR_MEMORY. */
MUST_CHECK enum err audit_verifier_open(
	struct audit_verifier **verifier, unsigned threads, struct fault *fault);
void audit_verifier_free(struct audit_verifier *verifier);

/* Bytes are copied; keys must stay. They wait while too much is under way.
 * Errors: ERR_MEMORY. Thread: the walk's. */
MUST_CHECK enum err audit_verify_statement(struct audit_verifier *verifier, struct span bytes,
	enum signed_type type, const uint8_t public[SIGN_PUBLIC], uint64_t position,
	uint64_t height, struct fault *fault);
MUST_CHECK enum err audit_verify_note(struct audit_verifier *verifier, struct span text,
	const struct audit_keys *keys, const struct ledger_checkpoint *row, struct fault *fault);

/* Whether something wrong is known already. */
bool audit_verifier_has_failed(struct audit_verifier *verifier);
/* Waits for all; the first wrong one, or false. lines: signatures in notes so far. */
bool audit_verifier_settle(
	struct audit_verifier *verifier, struct audit_wrong *wrong, uint64_t *lines);

#endif
