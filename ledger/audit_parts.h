/* Inside of the audit, shared by audit.c, which walks the ledger, audit_batch.c, which judges a
 * batch, and audit_tree.c, which judges tiles and checkpoints. Nobody else includes this.
 *
 * What is found wrong is a return of ERR_CORRUPT with report->what set; ERR_CORRUPT without it
 * came from storage and is a finding about the file. */
#ifndef LEDGER_AUDIT_PARTS_H
#define LEDGER_AUDIT_PARTS_H

#include "ledger/apply.h"
#include "ledger/audit.h"
#include "ledger/audit_verifier.h"
#include "ledger/proof/note.h"
#include "ledger/store/edge.h"
#include "ledger/store/ledger_db.h"
#include "ledger/store/state.h"

#define AUDIT_EARLY_MAX 256

struct auditor {
	const struct audit_options *options;
	struct audit_report *report;
	struct ledger_db *ledger;
	struct state *state; /* made here, from the statements alone */
	struct app app; /* what no_rules leaves of the application */
	struct audit_verifier *verifier;
	bool verifies; /* signatures of the present batch */
	/* SHA-256(chain, SHA-256(note or evidence)); the newest note is in it once a larger size
	 * has one, for until then it may be signed again. */
	uint8_t chain[HASH_SIZE];
	uint8_t newest_note[HASH_SIZE];
	uint64_t newest_note_size; /* 0: there is none that is not in the chain */
	int64_t kept_us; /* when a mark was given last */
	struct buf origin;
	struct edge edge;
	struct ledger_applied head;

	struct ledger_batch batch;
	struct buf bytes;
	struct key_cache cache;
	int64_t time_ms; /* ledger time of the batch before */
	uint32_t rules_version;
	bool has_new_keys; /* the note keys have to be read again */
	struct audit_keys *keys; /* log and cosign keys registered so far */
	/* A ledger's first checkpoints are older than the statements that register their keys:
	 * their sizes, to be judged once these are known. */
	uint64_t early[AUDIT_EARLY_MAX];
	size_t early_count;
	uint64_t statement_rows, tile_rows, checkpoint_rows; /* that there should be */
	struct outcome outcomes[LEDGER_BATCH_MAX];
};

/* Records a finding; printf-made sentence. */
enum err audit_found(struct auditor *auditor, enum audit_what what, uint64_t position,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Marks: audit_mark.c. Something that the tree does not hold goes into the chain. */
void audit_chain(struct auditor *auditor, const uint8_t hash[HASH_SIZE]);
void audit_chain_note(struct auditor *auditor, uint64_t size, struct span note);
/* After a batch: whether the mark is of these bytes (ERR_UNSURE: it is not), and a new mark. */
MUST_CHECK enum err audit_mark_pass(struct auditor *auditor, struct fault *fault);
/* At the end, when all is right. */
void audit_mark_end(struct auditor *auditor);

/* The batch loaded in auditor->batch, in its place behind the ones before. */
MUST_CHECK enum err audit_batch(struct auditor *auditor, struct fault *fault);
/* Loads bytes of a statement into auditor->bytes and compares its hash with the log. */
MUST_CHECK enum err audit_bytes(
	struct auditor *auditor, size_t index, uint64_t position, struct fault *fault);

/* An entry into the tree; tiles that get full are compared with those stored. */
MUST_CHECK enum err audit_leaf(
	struct auditor *auditor, const uint8_t entry[ENTRY_SIZE], struct fault *fault);
/* The checkpoint of the present size, if there is one. */
MUST_CHECK enum err audit_checkpoint(struct auditor *auditor, struct fault *fault);
/* At the end: the checkpoints from before the first log and cosign keys. */
MUST_CHECK enum err audit_early(struct auditor *auditor, struct fault *fault);
/* At the end: the tiles at the right edge. */
MUST_CHECK enum err audit_edge(struct auditor *auditor, struct fault *fault);

#endif
