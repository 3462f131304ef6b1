/* tests/vectors/proof.json: keys and messages that other implementations made. */
#ifndef TESTS_UNIT_PROOF_VECTORS_H
#define TESTS_UNIT_PROOF_VECTORS_H

#include "ledger/proof/signer.h"
#include "tests/json.h"

#define PROOF_VECTORS     "tests/vectors/proof.json"
#define PROOF_VECTOR_ROOM 8192

/* A hexadecimal member as bytes in room; size 0 if it is not there. */
static inline struct span vector_bytes(const json_t *file, const char *name, uint8_t *room)
{
	size_t size = 0;
	return json_hex(json_text(file, name), room, PROOF_VECTOR_ROOM, &size) ? span_of(room, size)
									       : span_of(NULL, 0);
}

/* The key whose seed is 32 times the number: 1 author, 2 log, 3 to 5 voters. */
struct vector_key {
	uint8_t public[SIGN_PUBLIC];
	uint8_t secret[SIGN_SECRET];
	struct signer signer;
};

static inline void vector_key(uint8_t number, struct vector_key *key)
{
	uint8_t seed[SIGN_SEED];
	memset(seed, number, sizeof seed);
	sign_keys(seed, key->public, key->secret);
	key->signer = signer_local(key->secret);
}

#endif
