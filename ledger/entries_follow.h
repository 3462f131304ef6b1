/* entries.db, written behind the ledger. */
#ifndef LEDGER_ENTRIES_FOLLOW_H
#define LEDGER_ENTRIES_FOLLOW_H

#include "ledger/reader.h"
#include "ledger/store/entries.h"

/* Adds the leaves that are missing, at most runs_max runs of them; *is_behind says whether there
 * are more whole runs to add. What is of another ledger, or of one that was set back, is forgotten
 * first. Errors: storage of either; ERR_CORRUPT. */
MUST_CHECK enum err entries_follow(struct entries *entries, struct reader *reader,
	unsigned runs_max, bool *is_behind, struct fault *fault);

#endif
