/* The vault: what the appliance knows of people, off the ledger and erasable.
 *
 * vault.db  person(id, party), record(id, person, kind, version, commitment, position, sealed),
 *           pseudonym(party, pseudonym, person), list(party, relying, id, next index)
 *           A record is XChaCha20-Poly1305 under a key of its own: 24 bytes nonce, then the sealed
 *           CBOR; associated data is record id || version u32 || party. Only ids, commitments and
 *           positions lie in the open.
 * keys.db   record_key(record, person, wrapped), person_secret(person, wrapped), erased(person, at)
 *           Each key is wrapped by its party's key, which comes from vault.key (32 random bytes,
 *           mode 0600). In no ordinary backup: who has an old vault.db has noise.
 *
 * Erasing: the person's keys and pseudonym secret are deleted with secure_delete and the WAL cut,
 * then the records in vault.db likewise; only then is it acknowledged. A vault.db that comes back
 * from a backup loses the erased people again when it is opened, and could not be read anyway.
 *
 * Thread: any. */
#ifndef APPLIANCE_PEOPLE_VAULT_H
#define APPLIANCE_PEOPLE_VAULT_H

#include "appliance/people/commitment.h"
#include "appliance/people/credential.h"
#include "appliance/rules/attestation.h"
#include "ledger/base/env.h"

#define VAULT_ID_SIZE       16
#define VAULT_DOCUMENT_MAX  ((size_t)16 << 10)
#define VAULT_DOCUMENTS_MAX 100000 /* of a person and kind: decisions and badges of a life */
#define POSITION_NONE       UINT64_MAX

struct vault;

/* Opens the three files in the folder and makes those that are not there.
 * Errors: ERR_CORRUPT or ERR_DENIED for vault.key; storage. */
MUST_CHECK enum err vault_open(
	struct vault **vault, const char *folder, const struct env *env, struct fault *fault);
void vault_free(struct vault *vault);

/* In all below party is the local name of the party whose people they are: another party's person
 * is ERR_NOT_FOUND. Other errors: ERR_CORRUPT for a record that does not open; storage. */

struct vault_person {
	uint8_t id[VAULT_ID_SIZE]; /* random; only inside this vault */
	char name[CREDENTIAL_NAME_MAX + 1];
	bool has_photo;
	uint8_t photo[HASH_SIZE]; /* SHA-256 of the picture */
	int64_t added_ms;
};

/* The name must be person_name_is_valid. id and added_ms are set. */
MUST_CHECK enum err vault_person_add(
	struct vault *vault, const char *party, struct vault_person *person, struct fault *fault);
MUST_CHECK enum err vault_person_change(struct vault *vault, const char *party,
	const struct vault_person *person, struct fault *fault);
MUST_CHECK enum err vault_person_find(struct vault *vault, const char *party,
	const uint8_t id[VAULT_ID_SIZE], struct vault_person *person, struct fault *fault);
/* The first person after an id, in order of id; NULL starts. ERR_NOT_FOUND at the end. */
MUST_CHECK enum err vault_person_next(struct vault *vault, const char *party, const uint8_t *after,
	struct vault_person *person, struct fault *fault);

/* The person's pseudonym towards an organisation: first 16 bytes of BLAKE2b keyed with the
 * person's secret over "assay/rel/1" || 0 || organisation. Different for each, so that no two can
 * join what they hold; gone with the secret. It is remembered, so that a badge finds its person. */
MUST_CHECK enum err vault_pseudonym(struct vault *vault, const char *party,
	const uint8_t id[VAULT_ID_SIZE], const char *organisation, uint8_t out[PERSON_SIZE],
	struct fault *fault);
MUST_CHECK enum err vault_person_of(struct vault *vault, const char *party,
	const uint8_t pseudonym[PERSON_SIZE], uint8_t id[VAULT_ID_SIZE], struct fault *fault);

enum vault_kind {
	VAULT_CHECK = 2, /* a secured credential */
	VAULT_DECISION = 3, /* a clearance decision */
	VAULT_BADGE = 4, /* what a badge's status entry is for */
};

struct vault_document {
	enum vault_kind kind;
	int64_t number; /* order of adding; set when reading */
	uint8_t person[VAULT_ID_SIZE];
	uint8_t commitment[COMMITMENT_SIZE];
	uint8_t r[COMMITMENT_KEY_SIZE];
	bool is_imported; /* made by another organisation */
	int64_t added_ms; /* when it came into the vault; set when adding */
	uint8_t list[STATUS_LIST_ID]; /* checks and badges: the status entry */
	uint32_t index;
	uint64_t position; /* of its statement; POSITION_NONE: not known yet */
	struct span document; /* when reading: in the buffer that was given */
};

/* Errors: also ERR_EXISTS: the commitment is there; ERR_LIMIT. */
MUST_CHECK enum err vault_document_add(struct vault *vault, const char *party,
	const struct vault_document *document, struct fault *fault);
/* The first of a kind after a number (0 starts), in order of adding; ERR_NOT_FOUND at the end. */
MUST_CHECK enum err vault_document_next(struct vault *vault, const char *party,
	const uint8_t person[VAULT_ID_SIZE], enum vault_kind kind, int64_t after,
	struct vault_document *document, struct buf *bytes, struct fault *fault);
MUST_CHECK enum err vault_document_find(struct vault *vault, const char *party,
	const uint8_t commitment[COMMITMENT_SIZE], struct vault_document *document,
	struct buf *bytes, struct fault *fault);
/* Notes where its statement stands. */
MUST_CHECK enum err vault_document_stated(struct vault *vault, const char *party,
	const uint8_t commitment[COMMITMENT_SIZE], uint64_t position, struct fault *fault);
/* Takes back a document whose statement was refused. */
MUST_CHECK enum err vault_document_drop(struct vault *vault, const char *party,
	const uint8_t commitment[COMMITMENT_SIZE], struct fault *fault);

/* The next free entry of the status list that party keeps for a relying organisation; a
 * full list is followed by a new one. Nobody else learns whom a list is for. */
MUST_CHECK enum err vault_list_take(struct vault *vault, const char *party, const char *relying,
	uint8_t list[STATUS_LIST_ID], uint32_t *index, struct fault *fault);
/* The lists of a party: the one after an id, in order; NULL starts. ERR_NOT_FOUND at the end. */
MUST_CHECK enum err vault_list_next(struct vault *vault, const char *party, const uint8_t *after,
	uint8_t list[STATUS_LIST_ID], uint32_t *used, struct fault *fault);

/* What an erasure leaves: commitments on the ledger, which nobody can open any more. */
struct vault_erased {
	size_t checks;
	size_t decisions;
	size_t badges;
	size_t stated; /* of these, how many have a commitment on the ledger */
};

/* When it returns OK, keys, secret, pseudonyms and records are gone from the files and their
 * WALs. Erasing somebody who is already erased is ERR_NOT_FOUND. */
MUST_CHECK enum err vault_erase(struct vault *vault, const char *party,
	const uint8_t id[VAULT_ID_SIZE], struct vault_erased *erased, struct fault *fault);

#endif
