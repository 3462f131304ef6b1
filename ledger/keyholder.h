/* The key holder: a process of its own, forked before a port is opened, that holds an appliance's
 * private keys and signs only what each may sign. It speaks over a socketpair (messages:
 * ledger/keyholder_wire.h) and ends when its parent goes.
 *
 *	appliance   COSE messages of every signed type; the hashes of a W3C data integrity proof
 *	station     statements
 *	holder      statements
 *	log, cosign checkpoints, which it builds itself: never a size below the floor, never
 *	            another root for the same size
 *	log         COSE receipts, of trees whose checkpoints it has signed
 *	box         opening of sealed boxes
 *
 * It does not load root keys (offline) nor CURVE keys (ZeroMQ needs those in the parent's memory).
 *
 * The floor is the newest size and root it has signed for each origin. It is durable in the
 * ledger's folder and in a second place before the signature is made; of two copies that differ
 * the higher counts; a damaged copy is made new from the other one, two damaged ones stop all
 * signing of checkpoints. Format: ledger/keyholder_floor.h. */
#ifndef LEDGER_KEYHOLDER_H
#define LEDGER_KEYHOLDER_H

#include "ledger/app.h"
#include "ledger/keyfile.h"

#define KEYHOLDER_KEYS_MAX 512

struct keyholder;

struct keyholder_key {
	uint8_t kid[KID_SIZE];
	enum key_purpose purpose;
	uint8_t public[32];
	char party[NAME_SIZE_MAX + 1];
	bool has_tenant;
	uint8_t tenant[UNIT_ID_SIZE];
};

/* Forks and waits until the keys under <folder>/keys are loaded. second_floor is the path of the
 * floor's second copy, or NULL. Call it before any thread is started and any port opened.
 * Errors: what keyfile_load says of a key file, with its path; ERR_EXISTS for two files of one
 * key; ERR_IO, ERR_MEMORY. A folder without keys is no error. */
MUST_CHECK enum err keyholder_start(
	struct keyholder **out, const char *folder, const char *second_floor, struct fault *fault);

/* Ends the process and waits for it. NULL is no error. */
void keyholder_stop(struct keyholder *holder);

/* All below: thread any (one request at a time); ERR_IO once the process is gone, for good. */

/* What it holds, in order of path. Errors: ERR_LIMIT when room is too small. */
MUST_CHECK enum err keyholder_keys(struct keyholder *holder, struct keyholder_key *keys,
	size_t room, size_t *count, struct fault *fault);

/* The key of that purpose that a party signs with: of several the last in order of path, which is
 * the one without a label (ledger/keyfile_renew.h). party NULL is the first that has one.
 * Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err keyholder_find(struct keyholder *holder, const char *party,
	enum key_purpose purpose, struct keyholder_key *key, struct fault *fault);

/* Signs the Sig_structure of a COSE_Sign1 message.
 * Errors: ERR_NOT_FOUND: it holds no such key; ERR_DENIED: the key's purpose may not sign that
 * type, or the header names another key; ERR_REFUSED: a receipt of a tree that was not signed here
 * lately; ERR_FORMAT: no well-formed Sig_structure. */
MUST_CHECK enum err keyholder_sign(struct keyholder *holder, const uint8_t kid[32], struct span tbs,
	uint8_t sig[SIGN_SIZE], struct fault *fault);

/* The same as a signer for ledger/proof: fill it and keep it as long as the signer. */
struct keyholder_signer {
	struct keyholder *holder;
	uint8_t kid[32];
};
struct signer keyholder_signer(struct keyholder_signer *self);

/* Signs the two SHA-256 hashes of an eddsa-jcs-2022 proof (configuration, document) with an
 * appliance key. Such 64 bytes can be no Sig_structure of ours: the shortest one is longer. */
MUST_CHECK enum err keyholder_sign_hashes(struct keyholder *holder, const uint8_t kid[32],
	const uint8_t hashes[64], uint8_t sig[SIGN_SIZE], struct fault *fault);

/* Appends a whole signed note: the log key's line under the name origin, then the cosign key's
 * cosignature/v1 line under its party's name, each if there is such a key.
 * Errors: ERR_REFUSED: size below the floor, or another root at its size; ERR_KEY: neither log
 * nor cosign key; ERR_LIMIT: too many origins; ERR_CORRUPT, ERR_IO, ERR_FULL: floor. */
MUST_CHECK enum err keyholder_checkpoint(struct keyholder *holder, struct span origin,
	uint64_t size, const uint8_t root[32], int64_t time_ms, struct buf *note,
	struct fault *fault);

/* Highest size signed for the origin, and its root; size 0 if none. */
MUST_CHECK enum err keyholder_floor(struct keyholder *holder, struct span origin, uint64_t *size,
	uint8_t root[32], struct fault *fault);

/* Opens a sealed box of up to 4 KiB; out has box.size - BOX_SEAL_EXTRA bytes.
 * Errors: ERR_NOT_FOUND, ERR_DENIED (no box key), ERR_SIGNATURE (not for this key, or damaged). */
MUST_CHECK enum err keyholder_box_open(struct keyholder *holder, const uint8_t kid[32],
	struct span box, uint8_t *out, struct fault *fault);

#endif
