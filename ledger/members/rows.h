/* The rows of the members' state tables: keys big endian, values as told. A damaged row is
 * ERR_CORRUPT. Inside ledger/members only; others read through ledger/members/members.h.
 *
 *	1  meta         word                           see meta.c
 *	2  member       index 2                        CBOR [name, root, scope, operator or null]
 *	3  member name  name                           index 2
 *	4  key          kid 32                         CBOR, see key.c
 *	5  sequence     key index 4, number 8          entry 32, position 8, time 8
 *	6  site         ID 16                          CBOR, see site.c
 *	7  tenant       ID 16                          CBOR, see tenant.c
 *	8  mandate      ID 16                          CBOR, see mandate.c
 *	9  pepper       year 2                         commitment 32
 *	                year 2, kid 32                 sealed box 80
 *	10 key list     party, purpose 1, index 4      kid 32
 *	11 mandate list principal 2, agent 2, position 8   ID 16; those not revoked
 *	12 quota        'm' member index 2             hour 4, count 4
 *	                'k' key index 4                hour 4, count 4
 *
 * A party in a key is 'm' and the member's index in 2 bytes, or 't' and the tenant's ID. */
#ifndef LEDGER_MEMBERS_ROWS_H
#define LEDGER_MEMBERS_ROWS_H

#include "ledger/members/members.h"

enum members_table {
	ROWS_META = 1,
	ROWS_MEMBER = 2,
	ROWS_MEMBER_NAME = 3,
	ROWS_KEY = 4,
	ROWS_SEQUENCE = 5,
	ROWS_SITE = 6,
	ROWS_TENANT = 7,
	ROWS_MANDATE = 8,
	ROWS_PEPPER = 9,
	ROWS_KEY_LIST = 10,
	ROWS_MANDATE_LIST = 11,
	ROWS_QUOTA = 12,
};

#define PARTY_KEY_MAX (1 + UNIT_ID_SIZE)

/* The party's bytes; returns their size. */
size_t party_key(const struct party *party, uint8_t out[PARTY_KEY_MAX]);
bool party_key_read(struct span key, struct party *party);

uint64_t be_read(const uint8_t *at, unsigned bytes);
void be_write(uint64_t value, unsigned bytes, uint8_t *out);

enum err row_corrupt(const char *what, struct fault *fault);

/* A value or null behind it in a CBOR row. */
bool row_bytes_or_null(struct cbor *cbor, uint8_t *out, size_t size);
bool row_time_or_null(struct cbor *cbor, int64_t *ms);
void row_put_bytes_or_null(struct buf *buf, bool there, const uint8_t *bytes, size_t size);
void row_put_time_or_null(struct buf *buf, bool there, int64_t ms);

/* Meta: numbers are 8 bytes. A number that is not there is 0. */
MUST_CHECK enum err meta_get(
	const struct table *table, const char *word, struct span *value, struct fault *fault);
MUST_CHECK enum err meta_number(
	const struct table *table, const char *word, uint64_t *number, struct fault *fault);
MUST_CHECK enum err meta_put(
	const struct table *table, const char *word, struct span value, struct fault *fault);
MUST_CHECK enum err meta_put_number(
	const struct table *table, const char *word, uint64_t number, struct fault *fault);

MUST_CHECK enum err member_put(
	const struct table *table, const struct member *member, struct fault *fault);

/* Registers: gives the next index, writes the row and its place in the party's list. */
MUST_CHECK enum err key_register(
	const struct table *table, struct key_record *key, struct fault *fault);
MUST_CHECK enum err key_put(
	const struct table *table, const struct key_record *key, struct fault *fault);

/* A tenant with what is under way: an operator that offered to serve it, one it wants. */
struct tenant_row {
	struct tenant tenant;
	bool has_offered;
	uint16_t offered_index;
	bool has_wanted;
	uint16_t wanted_index;
};

MUST_CHECK enum err tenant_row_get(const struct table *table, const uint8_t id[UNIT_ID_SIZE],
	struct tenant_row *row, struct fault *fault);
MUST_CHECK enum err tenant_row_put(
	const struct table *table, const struct tenant_row *row, struct fault *fault);

MUST_CHECK enum err site_put(
	const struct table *table, const struct site *site, struct fault *fault);
MUST_CHECK enum err mandate_put(
	const struct table *table, const struct mandate *mandate, struct fault *fault);

/* Whether a key ended because its tenant moved to another operator. */
MUST_CHECK enum err key_left_behind(const struct table *table, const struct key_record *key,
	bool *left_behind, struct fault *fault);

/* Sequence window and quotas. OUTCOME_ACCEPTED or why not. */
MUST_CHECK enum err sequence_judge(const struct table *table, uint32_t key_index, uint64_t sequence,
	const uint8_t entry[32], struct outcome *outcome, struct fault *fault);
MUST_CHECK enum err sequence_record(const struct table *table, uint32_t key_index,
	uint64_t sequence, const struct applying *applying, struct fault *fault);
MUST_CHECK enum err quota_judge(const struct table *table, const struct author *author,
	int64_t time_ms, struct outcome *outcome, struct fault *fault);
MUST_CHECK enum err quota_record(const struct table *table, const struct author *author,
	int64_t time_ms, struct fault *fault);

/* Ends a judgement: `return refuse(outcome, OUTCOME_NOT_THERE, 0)`. */
static inline enum err refuse(struct outcome *outcome, enum outcome_code code, int64_t a)
{
	*outcome = (struct outcome){.code = (uint16_t)code, .a = a};
	return OK;
}

/* One kind each, called by members_apply. */
MUST_CHECK enum err apply_genesis(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault);
MUST_CHECK enum err apply_key(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault);
MUST_CHECK enum err apply_key_revoke(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault);
MUST_CHECK enum err apply_tenant(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault);
MUST_CHECK enum err apply_tenant_move(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault);
MUST_CHECK enum err apply_site(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault);
MUST_CHECK enum err apply_mandate(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault);
MUST_CHECK enum err apply_mandate_revoke(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault);
MUST_CHECK enum err apply_pepper(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault);

#endif
