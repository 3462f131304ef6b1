/* A ledger's folder while `assay init` makes it. The file `unfinished` is there from before the
 * first other file until all are on the disk; assay.conf is made last and says that the ledger is
 * whole. A folder that has the first and not the second belongs to a making that was cut off:
 * nobody can have used it, and the next making clears it. Root keys go with it only when there was
 * no folder of them before: `unfinished` then says "root". */
#ifndef APPLIANCE_MAKING_H
#define APPLIANCE_MAKING_H

#include "ledger/base/err.h"

/* Makes the folder if there is none; clears what a making that was cut off left in it. *lock keeps
 * other makings away until making_end.
 * Errors: ERR_EXISTS: there is a ledger, or parts of one that no making left; ERR_BUSY: another
 * process is making it; ERR_READONLY, ERR_FULL, ERR_IO. */
MUST_CHECK enum err making_begin(const char *folder, int *lock, struct fault *fault);
/* All that is in the folder is put on the disk, so that assay.conf can be made. */
MUST_CHECK enum err making_sync(const char *folder, struct fault *fault);
/* is_whole: assay.conf is there. Else everything stays for the next making to clear. */
void making_end(const char *folder, int lock, bool is_whole);

/* Whether the folder is one that a making left before it was done. */
bool making_was_cut_off(const char *folder);
/* A whole ledger is in use: losing its assay.conf must not make it one that was cut off. */
void making_tidy(const char *folder);

#endif
