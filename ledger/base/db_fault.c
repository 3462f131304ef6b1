#include "ledger/base/db_fault.h"

#include <errno.h>
#include <sqlite3.h>

static enum err fault_io(const struct db_failure *failure, struct fault *fault)
{
	const char *path = failure->path;
	int code = failure->code, reason = failure->reason;
	/* What SQLite keeps beside the file was not written for want of room. */
	if (reason == ENOSPC || reason == EDQUOT)
		return fault_set(fault, ERR_FULL, 0, 0,
			"%s: the disk is full; make room and try again", path);
	if (code == SQLITE_IOERR_DATA)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"%s: %s %lld is not what was written: the disk or the memory fails; keep "
			"a copy, then restore or rebuild the file",
			path, failure->where.is_wal ? "frame of the WAL" : "page",
			(long long)failure->where.page);
	return fault_set(fault, ERR_IO, 0, 0,
		"%s: reading or writing failed (%s, code %d); check the disk", path,
		sqlite3_errstr(code), code);
}

enum err db_fault_set(const struct db_failure *failure, struct fault *fault)
{
	const char *path = failure->path;
	const char *message = failure->message ? failure->message : sqlite3_errstr(failure->code);
	switch (failure->code & 0xff) {
	case SQLITE_FULL:
		return fault_set(fault, ERR_FULL, 0, 0,
			"%s: the disk is full; make room and try again", path);
	case SQLITE_READONLY:
		return fault_set(fault, ERR_READONLY, 0, 0,
			"%s: not writable; check the folder's owner, its rights and the mount",
			path);
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return fault_set(fault, ERR_DENIED, 0, 0,
			"%s: no right to open it; check its owner and rights", path);
	case SQLITE_CORRUPT:
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"%s: the file is damaged; keep a copy, then restore or rebuild it", path);
	case SQLITE_NOTADB:
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"%s: this is no database; check the path, then restore or rebuild it",
			path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fault_set(fault, ERR_BUSY, 0, 0,
			"%s: another process holds it; stop that one or try again", path);
	case SQLITE_NOMEM: return fault_set(fault, ERR_MEMORY, 0, 0, "%s: out of memory", path);
	case SQLITE_TOOBIG:
		return fault_set(fault, ERR_LIMIT, 0, 0, "%s: a value is too large", path);
	case SQLITE_CONSTRAINT: return fault_set(fault, ERR_EXISTS, 0, 0, "%s: %s", path, message);
	case SQLITE_CANTOPEN:
		return fault_set(fault, ERR_IO, 0, 0,
			"%s: cannot be opened; check that the folder is there and may be used",
			path);
	case SQLITE_IOERR: return fault_io(failure, fault);
	default:
		return fault_set(
			fault, ERR_IO, 0, 0, "%s: %s (code %d)", path, message, failure->code);
	}
}
