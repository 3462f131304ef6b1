/* What SQLite answers, as one sentence that says what the person in front of it can do. */
#ifndef LEDGER_BASE_DB_FAULT_H
#define LEDGER_BASE_DB_FAULT_H

#include "ledger/base/db_sums.h"
#include "ledger/base/err.h"

struct db_failure {
	const char *path;
	int code; /* extended */
	int reason; /* errno of the call that failed; 0: none did */
	const char *message; /* SQLite's own; NULL: none */
	struct db_sums_where where; /* of a page that is not what was written */
};

MUST_CHECK enum err db_fault_set(const struct db_failure *failure, struct fault *fault);

#endif
