/* Inside of the reader, shared by reader.c and reader_receipt.c. Nobody else includes this. */
#ifndef LEDGER_READER_PARTS_H
#define LEDGER_READER_PARTS_H

#include "ledger/folder.h"
#include "ledger/reader.h"
#include "ledger/store/entries.h"
#include "ledger/store/ledger_db.h"
#include "ledger/store/state.h"

struct reader {
	struct ledger_db *ledger;
	struct state *state;
	struct env env;
	bool is_inside; /* a snapshot */
	struct entries *entries; /* opened when it is first asked */
	char folder[FOLDER_PATH_SIZE];
	struct buf origin;
	struct ledger_batch batch;
	struct outcome outcomes[LEDGER_BATCH_MAX];
};

/* A call outside a snapshot that reads more than once makes its own moment. */
MUST_CHECK enum err reader_enter(struct reader *reader, bool *own, struct fault *fault);
void reader_leave(struct reader *reader, bool own);

/* The batch of a leaf, in reader->batch and reader->outcomes, and the leaf's index in it. */
MUST_CHECK enum err reader_locate(
	struct reader *reader, uint64_t position, size_t *index, struct fault *fault);

#endif
