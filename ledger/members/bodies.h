/* Bodies of the ledger's own kinds (0-10): what stands under payload key 5 of a statement. Each
 * is a deterministic CBOR map with integer keys; a key that is not named here is refused. Times
 * are milliseconds since 1970 UTC, 0..2^53. IDs are 16 random bytes. `?` may be left out.
 *
 *	0 genesis         1 chosen name, 2 zone, 3 members [{1 name, 2 root public, 3 scope,
 *	                  4? operator}], 4 voters [names], 5 recovery {1 k, 2 [public]},
 *	                  6 rules version, 7 time
 *	1 seal            1 height, 2 term, 3 time, 4 rules version, 5 tree size, 6 root, 7 digest
 *	2 key             1 purpose, 2 public, 3? site, 4? until, 5? tenant, 6? appliance
 *	3 key-revoke      1 kid, 2 last good sequence, 3? compromised since, 4 reason
 *	4 tenant          1 tenant, 2 root public, 3 signature of that root
 *	5 tenant-move     1 tenant, 2 new operator
 *	6 site            1 site, 2? parent, 3 level, 4 from, 5? until, 6? successor, 7? tenant
 *	7 mandate         1 mandate, 2 agent, 3 [kinds, ascending], 4 scope, 5 from, 6 until
 *	8 mandate-revoke  1 mandate
 *	9 pepper          1 year, 2 commitment, 3 [[kid, sealed box 80 bytes], kids ascending]
 *	10 delivery       1 statement
 *
 * Decoders judge form only (sizes, ranges of small numbers, order); whether a name or ID is there
 * is the rules' affair. Encoders append what decoders take; the caller keeps to the limits.
 * Spans point into the input. */
#ifndef LEDGER_MEMBERS_BODIES_H
#define LEDGER_MEMBERS_BODIES_H

#include "ledger/app.h"

#define BODY_TIME_MAX        ((int64_t)1 << 53)
#define BODY_MEMBERS_MAX     128
#define BODY_VOTERS_MAX      9
#define BODY_RECOVERY_MAX    32
#define BODY_SCOPE_MAX       16384 /* of a member */
#define BODY_MANDATE_SCOPE   512 /* at most; struct author has room for it */
#define BODY_MANDATE_KINDS   64
#define BODY_PEPPER_BOXES    1024
#define BODY_PEPPER_BOX_SIZE (32 + BOX_SEAL_EXTRA)
#define BODY_SIZE_MAX        (STATEMENT_SIZE_MAX - 1024) /* leaves room for the envelope */

enum ledger_kind {
	KIND_GENESIS = 0,
	KIND_SEAL = STATEMENT_KIND_SEAL,
	KIND_KEY = 2,
	KIND_KEY_REVOKE = 3,
	KIND_TENANT = 4,
	KIND_TENANT_MOVE = 5,
	KIND_SITE = 6,
	KIND_MANDATE = 7,
	KIND_MANDATE_REVOKE = 8,
	KIND_PEPPER = 9,
	KIND_DELIVERY = 10,
	KIND_APP_FIRST = 32,
};

/* The kind's word ("key-revoke"), which is a statement's subject; NULL for no kind of ours. */
const char *ledger_kind_word(unsigned kind);

const char *key_purpose_word(enum key_purpose purpose); /* "appliance" */
MUST_CHECK enum err key_purpose_parse(
	struct span word, enum key_purpose *purpose, struct fault *fault);
bool key_purpose_is_x25519(enum key_purpose purpose); /* box and curve */
/* RFC 9679 thumbprint of a public key of that purpose. */
void key_purpose_kid(enum key_purpose purpose, const uint8_t public[32], uint8_t kid[KID_SIZE]);
/* Canonical and of prime order (Ed25519), canonical and not of low order (X25519). */
bool key_purpose_takes(enum key_purpose purpose, const uint8_t public[32]);

struct genesis_member {
	struct span name;
	uint8_t root[SIGN_PUBLIC];
	struct span scope; /* opaque here */
	struct span operator_name; /* size 0: runs its own appliance, or has none yet */
};

struct genesis {
	struct span chosen;
	struct span zone;
	size_t member_count; /* 1.. */
	struct genesis_member member[BODY_MEMBERS_MAX];
	size_t voter_count; /* 1.. */
	struct span voter[BODY_VOTERS_MAX];
	uint64_t recovery_k;
	size_t recovery_count;
	uint8_t recovery[BODY_RECOVERY_MAX][SIGN_PUBLIC];
	uint32_t rules_version;
	int64_t time_ms;
};

MUST_CHECK enum err genesis_decode(struct span body, struct genesis *genesis, struct fault *fault);
void genesis_encode(const struct genesis *genesis, struct buf *buf);

struct seal_body {
	uint64_t height;
	uint64_t term;
	int64_t time_ms;
	uint32_t rules_version;
	uint64_t tree_size; /* this and below: after the batch before */
	uint8_t root[HASH_SIZE];
	uint8_t digest[HASH_SIZE];
	bool has_tables; /* at the heights of seal_has_tables, ledger/seal.h */
	uint8_t tables[HASH_SIZE]; /* the walk of ledger/store/walk.h */
};

MUST_CHECK enum err seal_body_decode(struct span body, struct seal_body *seal, struct fault *fault);
void seal_body_encode(const struct seal_body *seal, struct buf *buf);

struct key_body {
	enum key_purpose purpose;
	uint8_t public[32]; /* Ed25519, or X25519 for box and curve */
	bool has_site;
	uint8_t site[UNIT_ID_SIZE];
	bool has_until;
	int64_t until_ms;
	bool has_tenant;
	uint8_t tenant[UNIT_ID_SIZE];
	bool has_appliance;
	uint8_t appliance[UNIT_ID_SIZE];
};

MUST_CHECK enum err key_body_decode(struct span body, struct key_body *key, struct fault *fault);
void key_body_encode(const struct key_body *key, struct buf *buf);

enum revoke_reason {
	REVOKE_REPLACED = 1,
	REVOKE_LOST = 2,
	REVOKE_COMPROMISED = 3,
	REVOKE_RETIRED = 4,
};

struct key_revoke_body {
	uint8_t kid[KID_SIZE];
	uint64_t last_good;
	bool has_compromised;
	int64_t compromised_ms;
	enum revoke_reason reason;
};

MUST_CHECK enum err key_revoke_body_decode(
	struct span body, struct key_revoke_body *revoke, struct fault *fault);
void key_revoke_body_encode(const struct key_revoke_body *revoke, struct buf *buf);

struct tenant_body {
	uint8_t tenant[UNIT_ID_SIZE];
	uint8_t root[SIGN_PUBLIC];
	uint8_t signature[SIGN_SIZE]; /* over tenant_signed_bytes */
};

MUST_CHECK enum err tenant_body_decode(
	struct span body, struct tenant_body *tenant, struct fault *fault);
void tenant_body_encode(const struct tenant_body *tenant, struct buf *buf);

/* Appends what the tenant's root signs to be served by an operator: "assay/tenant/1", then origin
 * and operator, each behind its length in one byte, then the tenant's ID. */
void tenant_signed_bytes(struct span origin, struct span operator_name,
	const uint8_t tenant[UNIT_ID_SIZE], struct buf *buf);

struct tenant_move_body {
	uint8_t tenant[UNIT_ID_SIZE];
	struct span operator_name;
};

MUST_CHECK enum err tenant_move_body_decode(
	struct span body, struct tenant_move_body *move, struct fault *fault);
void tenant_move_body_encode(const struct tenant_move_body *move, struct buf *buf);

#define SITE_LEVEL_MAX 4 /* 1 organisation, 2 building, 3 ward or department, 4 cupboard or bench */

struct site_body {
	uint8_t site[UNIT_ID_SIZE];
	bool has_parent;
	uint8_t parent[UNIT_ID_SIZE];
	uint8_t level; /* 1..SITE_LEVEL_MAX */
	int64_t from_ms;
	bool has_until;
	int64_t until_ms;
	bool has_successor;
	uint8_t successor[UNIT_ID_SIZE];
	bool has_tenant;
	uint8_t tenant[UNIT_ID_SIZE];
};

MUST_CHECK enum err site_body_decode(struct span body, struct site_body *site, struct fault *fault);
void site_body_encode(const struct site_body *site, struct buf *buf);

struct mandate_body {
	uint8_t mandate[UNIT_ID_SIZE];
	struct span agent;
	size_t kind_count; /* 1.. */
	uint16_t kind[BODY_MANDATE_KINDS]; /* ascending */
	struct span scope; /* opaque here */
	int64_t from_ms;
	int64_t until_ms;
};

MUST_CHECK enum err mandate_body_decode(
	struct span body, struct mandate_body *mandate, struct fault *fault);
void mandate_body_encode(const struct mandate_body *mandate, struct buf *buf);

struct mandate_revoke_body {
	uint8_t mandate[UNIT_ID_SIZE];
};

MUST_CHECK enum err mandate_revoke_body_decode(
	struct span body, struct mandate_revoke_body *revoke, struct fault *fault);
void mandate_revoke_body_encode(const struct mandate_revoke_body *revoke, struct buf *buf);

/* Boxes are taken one by one with pepper_box_next, or put one by one behind the head. */
struct pepper_body {
	uint16_t year;
	uint8_t commitment[HASH_SIZE]; /* pepper_commitment */
	size_t box_count; /* 1.. */
	struct span boxes; /* the encoded pairs, one behind the other */
};

struct pepper_box {
	uint8_t kid[KID_SIZE];
	uint8_t box[BODY_PEPPER_BOX_SIZE];
};

MUST_CHECK enum err pepper_body_decode(
	struct span body, struct pepper_body *pepper, struct fault *fault);
/* Takes the pair at the front of body.boxes; false when there is none left. */
bool pepper_box_next(struct span *boxes, struct pepper_box *box);
void pepper_body_encode(const struct pepper_body *pepper, struct buf *buf);
void pepper_box_put(const struct pepper_box *box, struct buf *buf);

#define PEPPER_SIZE 32
/* SHA-256("assay/pepper/1" || pepper). */
void pepper_commitment(const uint8_t pepper[PEPPER_SIZE], uint8_t out[HASH_SIZE]);

struct delivery_body {
	struct span statement;
};

MUST_CHECK enum err delivery_body_decode(
	struct span body, struct delivery_body *delivery, struct fault *fault);
void delivery_body_encode(const struct delivery_body *delivery, struct buf *buf);

#endif
