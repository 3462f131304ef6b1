/* Inside the vault: its two files, its key and how a record is sealed. For vault*.c only. */
#ifndef APPLIANCE_PEOPLE_VAULT_INSIDE_H
#define APPLIANCE_PEOPLE_VAULT_INSIDE_H

#include "appliance/people/vault.h"
#include "ledger/base/db.h"
#include "ledger/proof/cbor.h"

#include <pthread.h>

#define VAULT_KEY_SIZE    32
#define VAULT_PERSON_KIND 1 /* a record's kind, beside enum vault_kind */
#define VAULT_CONTENT_MAX (VAULT_DOCUMENT_MAX + 1024)
#define VAULT_WRAPPED     (AEAD_NONCE + VAULT_KEY_SIZE + AEAD_EXTRA)

struct vault {
	struct db *records; /* vault.db */
	struct db *keys; /* keys.db */
	const struct env *env;
	uint8_t *key; /* of vault.key; secret memory */
	pthread_mutex_t lock;
};

/* One row of record. */
struct vault_row {
	uint8_t id[VAULT_ID_SIZE];
	uint8_t person[VAULT_ID_SIZE];
	unsigned kind;
	uint32_t version;
	int64_t number;
	bool has_commitment;
	uint8_t commitment[COMMITMENT_SIZE];
	uint64_t position;
};

/* Reads <folder>/vault.key into secret memory, making it first if it is not there.
 * Errors: ERR_DENIED when others may read it; ERR_CORRUPT; ERR_IO, ERR_FULL, ERR_MEMORY. */
MUST_CHECK enum err vault_key_load(
	const char *folder, const struct env *env, uint8_t **key, struct fault *fault);

/* Seals content under a new key, writes key and row. Inside no transaction.
 * row: number is set. */
MUST_CHECK enum err vault_row_add(struct vault *vault, const char *party, struct vault_row *row,
	struct span content, struct fault *fault);
/* Seals new content under the record's key with the next version. */
MUST_CHECK enum err vault_row_change(struct vault *vault, const char *party, struct vault_row *row,
	struct span content, struct fault *fault);
/* Opens sealed bytes of a row; content is reset and filled. */
MUST_CHECK enum err vault_row_open(struct vault *vault, const char *party,
	const struct vault_row *row, struct span sealed, struct buf *content, struct fault *fault);

/* Wraps and unwraps 32 bytes with the party's key; `of` is what the secret belongs to. */
void vault_wrap(const struct vault *vault, const char *party, const uint8_t of[VAULT_ID_SIZE],
	const uint8_t secret[VAULT_KEY_SIZE], uint8_t out[VAULT_WRAPPED]);
MUST_CHECK enum err vault_unwrap(const struct vault *vault, const char *party,
	const uint8_t of[VAULT_ID_SIZE], struct span wrapped, uint8_t secret[VAULT_KEY_SIZE],
	struct fault *fault);

/* Whether a person is there and the party's. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err vault_person_check(struct vault *vault, const char *party,
	const uint8_t id[VAULT_ID_SIZE], struct fault *fault);

/* Takes a column of exactly size bytes. Errors: ERR_CORRUPT. */
MUST_CHECK enum err vault_take(
	struct db_query *query, int column, uint8_t *out, size_t size, struct fault *fault);

#endif
