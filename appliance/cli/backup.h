/* What a backup of an appliance's folder holds; shared by backup and restore.
 *
 *	DIR/ledger.db attachments.db users.db view.db policy assay.conf    the ordinary one
 *	DIR/backup.json    {"format": "assay-backup/1", "origin", "height", "size", "made",
 *	                   "files": [{"name", "bytes", "sha256"}]}
 *	FILE               with --keys, apart: keys/, tls/, tokens/, vault.key, keys.db, vault.db,
 *	                   under a passphrase (ledger/bundle.h)
 *
 * No floor: a floor that was put back is worth nothing. No state.db: it is made again. */
#ifndef APPLIANCE_CLI_BACKUP_H
#define APPLIANCE_CLI_BACKUP_H

#include "appliance/cli/cli.h"
#include "ledger/base/crypto.h"

#define BACKUP_FORMAT   "assay-backup/1"
#define BACKUP_MANIFEST "backup.json"
#define BACKUP_PATH_MAX 4096

struct backup_file {
	const char *name;
	uint32_t application; /* of a database: copied as of one moment; 0: a plain file */
};

/* In the order of copying: what the ledger refers to is copied after it. Ended by NULL. */
extern const struct backup_file backup_files[];

/* SHA-256 and size of a file. Errors: ERR_NOT_FOUND, ERR_IO with the path. */
MUST_CHECK enum err backup_hash(
	const char *path, uint8_t hash[HASH_SIZE], uint64_t *bytes, struct fault *fault);

#endif
