/* What a party asks its offline root key to sign, in a file that travels: made at the appliance
 * (the request), signed where the root key is, carried back and handed in. It holds no secret.
 * Deterministic CBOR: a map with
 *
 *	1 "assay-authorisation/1"   2 origin    3 issuer (member's name)   4 party (shown name)
 *	5? tenant 16                6 kid of the root key                  7 first sequence number
 *	8 made, ms                  9 what is to be signed [[kind, body], 1..32]
 *	10? the signed statements [bytes], one for each of 9, in the same order
 *
 * Kinds: those that a root key signs (key, key-revoke, tenant-move, mandate, mandate-revoke). */
#ifndef LEDGER_AUTHORISATION_H
#define LEDGER_AUTHORISATION_H

#include "ledger/keyfile.h"
#include "ledger/members/bodies.h"

#define AUTHORISATION_ITEMS_MAX 32
#define AUTHORISATION_BODY_MAX  4096
#define AUTHORISATION_SIZE_MAX  ((size_t)384 << 10)

struct authorisation {
	char origin[ORIGIN_SIZE_MAX + 1];
	char issuer[MEMBER_NAME_MAX + 1];
	char party[MEMBER_NAME_MAX + 1];
	bool has_tenant;
	uint8_t tenant[UNIT_ID_SIZE];
	uint8_t root_kid[KID_SIZE];
	uint64_t sequence; /* of the first; counted up */
	int64_t made_ms;
	size_t item_count; /* 1.. */
	struct {
		uint16_t kind;
		struct span body; /* into the bytes read, or the caller's */
		struct span statement; /* when is_signed */
	} item[AUTHORISATION_ITEMS_MAX];
	bool is_signed;
};

/* Reads form only; of signed ones also that each statement is the one asked for: kind, body, key,
 * origin and number. Whether its signature holds is the ledger's affair.
 * Errors: ERR_VERSION, ERR_FORMAT, ERR_RANGE, ERR_LIMIT with the place; ERR_PROOF: a statement
 * that was not asked for. Spans point into bytes. */
MUST_CHECK enum err authorisation_decode(
	struct span bytes, struct authorisation *authorisation, struct fault *fault);
/* Appends what decoders take. The buf's error sticks. */
void authorisation_encode(const struct authorisation *authorisation, struct buf *buf);

/* Signs all items with the root key; statements is where their bytes are kept.
 * Errors: ERR_KEY: another key than the one asked for, of another party or still sealed. */
MUST_CHECK enum err authorisation_sign(struct authorisation *authorisation,
	const struct keyfile *root, int64_t now_ms, struct buf *statements, struct fault *fault);

#endif
