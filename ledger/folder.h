/* The folder of a ledger: names of its files, and the lock that keeps it to one process. */
#ifndef LEDGER_FOLDER_H
#define LEDGER_FOLDER_H

#include "ledger/base/err.h"

#define FOLDER_PATH_SIZE 4096
#define FOLDER_LEDGER    "ledger.db"
#define FOLDER_STATE     "state.db"
#define FOLDER_ENTRIES   "entries.db"
#define FOLDER_LOCK      "lock"

/* "<folder>/<name>". Errors: ERR_LIMIT. */
MUST_CHECK enum err folder_path(
	const char *folder, const char *name, char path[FOLDER_PATH_SIZE], struct fault *fault);

/* Takes the lock (flock on a file of that name; it ends with the process, however that ends). The
 * process number of the holder stands in the file, for people.
 * Errors: ERR_NOT_FOUND: no such folder; ERR_BUSY: another process has it; ERR_READONLY. */
MUST_CHECK enum err folder_lock(const char *folder, int *lock, struct fault *fault);
void folder_unlock(int lock); /* -1 is allowed */

#endif
