/* Who takes part in a ledger and what their keys may say: members, tenants, keys, sites, mandates
 * and peppers, kept in state tables 0-31. Knows neither medicines nor people: scopes are bytes.
 *
 * The node's way with one statement: members_key gives the key to verify with; members_admit
 * judges the envelope; then members_apply for kinds below 32, the application for the others; and
 * members_record once it was accepted. All four are pure functions of table and arguments. */
#ifndef LEDGER_MEMBERS_MEMBERS_H
#define LEDGER_MEMBERS_MEMBERS_H

#include "ledger/members/bodies.h"

#define SEQUENCE_WINDOW 1024
#define LATE_MAX_MS     ((int64_t)30 * 24 * 3600 * 1000)
/* How far ahead of ledger time not_after may lie: what stations use, and a day for clocks. */
#define NOT_AFTER_MAX_DAYS 31

/* Statements accepted in one hour of ledger time. */
#define QUOTA_MEMBER_HOUR 1000000 /* a member with all its tenants */
#define QUOTA_DEVICE_HOUR 20000 /* a station's or holder's key */

/* The public key a statement is to be verified with, and who holds it (without principal).
 * On a ledger without genesis there are no keys: members_genesis_key.
 * Errors: ERR_NOT_FOUND: not registered here; ERR_IO, ERR_CORRUPT. */
MUST_CHECK enum err members_key(const struct table *table, const uint8_t kid[32],
	struct author *author, uint8_t public[32], struct fault *fault);

/* The same for the genesis statement: the root key of its first member.
 * Errors: as genesis_decode; ERR_KEY when kid is not that key's thumbprint. */
MUST_CHECK enum err members_genesis_key(
	const struct statement *genesis, uint8_t public[32], struct fault *fault);

/* Judges the envelope of a statement whose signature was verified: ledger, key, issuer, mandate,
 * not_after, sequence window, quota. On OUTCOME_ACCEPTED author is set; otherwise outcome says
 * why not. A seal's sequence number and quota are not looked at. late: it came inside a delivery.
 * Errors: broken storage only. Thread: any, with a table of its own. */
MUST_CHECK enum err members_admit(const struct table *table, const struct statement *statement,
	const uint8_t entry[32], int64_t time_ms, bool late, struct author *author,
	struct outcome *outcome, struct fault *fault);

/* Judges and applies a statement of kinds 0-9. Seals and deliveries are the node's affair: for
 * them, and for unknown kinds, the outcome is OUTCOME_UNKNOWN_KIND. */
MUST_CHECK enum err members_apply(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault);

/* Whether the author of a delivery statement (kind 10) may deliver the statement inside it: by an
 * appliance of the same party, of a station's key, of an application's kind. */
void members_delivery(const struct author *deliverer, const struct author *inside, unsigned kind,
	struct outcome *outcome);

/* Notes an accepted statement: its sequence number and its count. Seals are left alone. */
MUST_CHECK enum err members_record(
	const struct table *table, const struct applying *applying, struct fault *fault);

/* Reading, for the application and the front ends. Spans live until the next table call. */

/* Texts of genesis. Errors: ERR_NOT_FOUND before genesis. */
MUST_CHECK enum err members_origin(
	const struct table *table, struct span *origin, struct fault *fault);
MUST_CHECK enum err members_chosen(
	const struct table *table, struct span *chosen, struct fault *fault);
MUST_CHECK enum err members_zone(const struct table *table, struct span *name, struct fault *fault);
MUST_CHECK enum err members_genesis(const struct table *table, uint8_t entry[32], int64_t *time_ms,
	uint32_t *rules_version, struct fault *fault);

/* "<chosen>/<first 32 hex digits of the genesis entry>"; out has ORIGIN_SIZE_MAX bytes of room. */
void members_origin_make(
	struct span chosen, const uint8_t entry[32], char out[ORIGIN_SIZE_MAX + 1]);

struct member {
	uint16_t index;
	char name[MEMBER_NAME_MAX + 1];
	bool has_operator;
	uint16_t operator_index;
	uint8_t root[SIGN_PUBLIC]; /* as admitted; later root keys are in the key list */
	struct span scope; /* until the next table call */
};

MUST_CHECK enum err members_count(const struct table *table, uint16_t *count, struct fault *fault);
/* Errors: ERR_NOT_FOUND. Indexes run from 0 to members_count - 1. */
MUST_CHECK enum err member_at(
	const struct table *table, uint16_t index, struct member *member, struct fault *fault);
MUST_CHECK enum err member_named(
	const struct table *table, struct span name, struct member *member, struct fault *fault);

/* Indexes of the voters, in the order of genesis. */
MUST_CHECK enum err members_voters(const struct table *table, uint16_t voters[BODY_VOTERS_MAX],
	size_t *count, struct fault *fault);

struct tenant {
	uint8_t id[UNIT_ID_SIZE];
	uint16_t operator_index; /* now */
	uint8_t root[SIGN_PUBLIC];
	uint64_t moved; /* position since which this operator serves it */
};

MUST_CHECK enum err tenant_find(const struct table *table, const uint8_t id[UNIT_ID_SIZE],
	struct tenant *tenant, struct fault *fault);

/* The first tenant whose ID comes after; after NULL is the first of all. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err tenant_next(const struct table *table, const uint8_t *after,
	struct tenant *tenant, struct fault *fault);

/* How far its move to another operator is: both sides say so, in either order. */
struct tenant_moving {
	bool has_offered; /* an operator would serve it */
	uint16_t offered_index;
	bool has_wanted; /* the tenant wants that operator */
	uint16_t wanted_index;
};

MUST_CHECK enum err tenant_moving(const struct table *table, const uint8_t id[UNIT_ID_SIZE],
	struct tenant_moving *moving, struct fault *fault);

/* An organisation that acts: a member, or a tenant of whichever member now serves it. */
struct party {
	bool has_tenant;
	uint16_t member_index; /* when it is no tenant */
	uint8_t tenant[UNIT_ID_SIZE];
};

struct party party_of(const struct author *author);
bool party_equal(const struct party *a, const struct party *b);

struct site {
	uint8_t id[UNIT_ID_SIZE];
	struct party party;
	uint8_t level;
	bool has_parent;
	uint8_t parent[UNIT_ID_SIZE];
	int64_t from_ms;
	bool has_until;
	int64_t until_ms;
	bool has_successor;
	uint8_t successor[UNIT_ID_SIZE];
};

MUST_CHECK enum err site_find(const struct table *table, const uint8_t id[UNIT_ID_SIZE],
	struct site *site, struct fault *fault);

/* Whether site is `within` or lies under it. A site that is not there lies nowhere.
 * Cost: at most SITE_LEVEL_MAX reads. */
MUST_CHECK enum err site_within(const struct table *table, const uint8_t site[UNIT_ID_SIZE],
	const uint8_t within[UNIT_ID_SIZE], bool *is_within, struct fault *fault);

struct key_record {
	uint8_t kid[KID_SIZE];
	enum key_purpose purpose;
	uint8_t public[32];
	struct party party;
	uint32_t index; /* order of registration, from 0 */
	uint64_t position; /* of its registration */
	int64_t since_ms; /* ledger time of its registration */
	bool has_until;
	int64_t until_ms;
	bool has_site;
	uint8_t site[UNIT_ID_SIZE];
	bool has_appliance;
	uint8_t appliance[UNIT_ID_SIZE];
	bool is_revoked;
	uint64_t last_good; /* sequence number */
	int64_t revoked_ms;
	enum revoke_reason reason;
	bool has_compromised;
	int64_t compromised_ms; /* what it did since is flagged by the application */
};

MUST_CHECK enum err key_find(const struct table *table, const uint8_t kid[KID_SIZE],
	struct key_record *key, struct fault *fault);

/* Whether the key of that index is one of the party's. Cost: a read for each purpose. */
MUST_CHECK enum err key_is_of(const struct table *table, const struct party *party, uint32_t index,
	bool *is, struct fault *fault);

/* In force at that time: registered, not revoked, not expired. A key that was replaced or retired
 * was in force until then; one that was lost never counts again. A tenant's appliance, log, cosign,
 * box and curve keys end when it moves: their private halves are with the operator it left. */
MUST_CHECK enum err key_in_force(const struct table *table, const struct key_record *key,
	int64_t time_ms, bool *in_force, struct fault *fault);

/* Keys of one party, by purpose and then by registration:
 *
 *	key_walk_init(&walk, &party, KEY_BOX);
 *	while (!(err = key_walk_next(table, &walk, &key, fault))) ...
 *	if (err != ERR_NOT_FOUND) return err; */
struct key_walk {
	size_t prefix_size;
	size_t after_size;
	uint8_t after[32]; /* starts with the prefix */
};

/* purpose 0 walks all. */
void key_walk_init(struct key_walk *walk, const struct party *party, unsigned purpose);
MUST_CHECK enum err key_walk_next(const struct table *table, struct key_walk *walk,
	struct key_record *key, struct fault *fault);

/* The number that a key's next statement should carry: one above the highest it has used. */
MUST_CHECK enum err members_sequence_next(const struct table *table, const uint8_t kid[KID_SIZE],
	uint64_t *sequence, struct fault *fault);

/* The statement that used a number of the key, while it is in the window. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err members_sequence_find(const struct table *table, const uint8_t kid[KID_SIZE],
	uint64_t sequence, uint8_t entry[32], uint64_t *position, struct fault *fault);

/* What a key said, by sequence number, as far as its window reaches; after NULL begins.
 * Errors: ERR_NOT_FOUND at the end. */
struct key_said {
	uint64_t sequence;
	uint64_t position;
	int64_t time_ms; /* ledger time */
};
MUST_CHECK enum err members_said_next(const struct table *table, const uint8_t kid[KID_SIZE],
	const struct key_said *after, struct key_said *said, struct fault *fault);

/* The newest mandate in force by which agent may state that kind for principal.
 * Errors: ERR_NOT_FOUND. */
struct mandate {
	uint8_t id[UNIT_ID_SIZE];
	uint16_t principal_index;
	uint16_t agent_index;
	uint64_t position;
	int64_t from_ms;
	int64_t until_ms;
	bool is_revoked;
	size_t kind_count;
	uint16_t kind[BODY_MANDATE_KINDS];
	size_t scope_size;
	uint8_t scope[BODY_MANDATE_SCOPE];
};

MUST_CHECK enum err mandate_find(const struct table *table, const uint8_t id[UNIT_ID_SIZE],
	struct mandate *mandate, struct fault *fault);
/* The first mandate whose ID comes after; after NULL is the first of all. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err mandate_next(const struct table *table, const uint8_t *after,
	struct mandate *mandate, struct fault *fault);
MUST_CHECK enum err mandate_for(const struct table *table, uint16_t principal_index,
	uint16_t agent_index, unsigned kind, int64_t time_ms, struct mandate *mandate,
	struct fault *fault);

/* The same of those given before a position: an agent may have several. */
MUST_CHECK enum err mandate_before(const struct table *table, uint16_t principal_index,
	uint16_t agent_index, unsigned kind, int64_t time_ms, uint64_t position,
	struct mandate *mandate, struct fault *fault);

/* What a year's pepper must hash to, and the box of it for one box key.
 * Errors: ERR_NOT_FOUND. The newest year on the ledger: pepper_newest. */
MUST_CHECK enum err pepper_find(const struct table *table, uint16_t year,
	uint8_t commitment[HASH_SIZE], struct fault *fault);
MUST_CHECK enum err pepper_box_find(const struct table *table, uint16_t year,
	const uint8_t kid[KID_SIZE], uint8_t box[BODY_PEPPER_BOX_SIZE], struct fault *fault);
MUST_CHECK enum err pepper_newest(const struct table *table, uint16_t *year, struct fault *fault);
/* The one that what is registered at that time names: the newest whose year (UTC) has begun, or, if
 * there is none, the newest. */
MUST_CHECK enum err pepper_present(
	const struct table *table, int64_t time_ms, uint16_t *year, struct fault *fault);

#endif
