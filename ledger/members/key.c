/* Row of a key: CBOR [purpose, public, party, index, position, since, until or null, site or null,
 * appliance or null, null or [last good, revoked at, reason, compromised since or null]]. */
#include "ledger/members/rows.h"

#include <assert.h>

#define KEY_ROW_MAX 320

static void put_revocation(struct buf *row, const struct key_record *key)
{
	if (!key->is_revoked) {
		cbor_put_null(row);
		return;
	}
	cbor_put_array(row, 4);
	cbor_put_uint(row, key->last_good);
	cbor_put_int(row, key->revoked_ms);
	cbor_put_uint(row, (uint64_t)key->reason);
	row_put_time_or_null(row, key->has_compromised, key->compromised_ms);
}

enum err key_put(const struct table *table, const struct key_record *key, struct fault *fault)
{
	uint8_t memory[KEY_ROW_MAX];
	uint8_t party[PARTY_KEY_MAX];
	struct buf row;
	buf_over(&row, memory, sizeof memory);
	cbor_put_array(&row, 10);
	cbor_put_uint(&row, (uint64_t)key->purpose);
	cbor_put_bytes(&row, span_of(key->public, sizeof key->public));
	cbor_put_bytes(&row, span_of(party, party_key(&key->party, party)));
	cbor_put_uint(&row, key->index);
	cbor_put_uint(&row, key->position);
	cbor_put_int(&row, key->since_ms);
	row_put_time_or_null(&row, key->has_until, key->until_ms);
	row_put_bytes_or_null(&row, key->has_site, key->site, sizeof key->site);
	row_put_bytes_or_null(&row, key->has_appliance, key->appliance, sizeof key->appliance);
	put_revocation(&row, key);
	assert(!row.err);
	return table_put(
		table, ROWS_KEY, span_of(key->kid, sizeof key->kid), buf_span(&row), fault);
}

static void take_revocation(struct cbor *cbor, struct key_record *key)
{
	if (cbor_null(cbor))
		return;
	key->is_revoked = true;
	(void)cbor_array(cbor, 4);
	key->last_good = cbor_uint(cbor);
	key->revoked_ms = cbor_int(cbor);
	key->reason = (enum revoke_reason)cbor_uint_max(cbor, REVOKE_RETIRED);
	key->has_compromised = row_time_or_null(cbor, &key->compromised_ms);
}

enum err key_find(const struct table *table, const uint8_t kid[KID_SIZE], struct key_record *key,
	struct fault *fault)
{
	struct span value;
	struct cbor cbor;
	struct key_record read = {0};
	enum err err = table_get(table, ROWS_KEY, span_of(kid, KID_SIZE), &value, fault);
	if (err)
		return err;
	memcpy(read.kid, kid, KID_SIZE);
	cbor_init(&cbor, value);
	(void)cbor_array(&cbor, 10);
	read.purpose = (enum key_purpose)cbor_uint_max(&cbor, KEY_HOLDER);
	struct span public = cbor_bytes_of(&cbor, sizeof read.public);
	struct span party = cbor_bytes(&cbor);
	read.index = (uint32_t)cbor_uint_max(&cbor, UINT32_MAX);
	read.position = cbor_uint(&cbor);
	read.since_ms = cbor_int(&cbor);
	read.has_until = row_time_or_null(&cbor, &read.until_ms);
	read.has_site = row_bytes_or_null(&cbor, read.site, sizeof read.site);
	read.has_appliance = row_bytes_or_null(&cbor, read.appliance, sizeof read.appliance);
	take_revocation(&cbor, &read);
	if (cbor_end(&cbor, NULL) || !party_key_read(party, &read.party))
		return row_corrupt("key", fault);
	memcpy(read.public, public.at, public.size);
	*key = read;
	return OK;
}

/* Key of table 10; returns its size. */
static size_t list_key(const struct party *party, unsigned purpose, uint32_t index, uint8_t out[32])
{
	size_t size = party_key(party, out);
	out[size] = (uint8_t)purpose;
	be_write(index, 4, out + size + 1);
	return size + 5;
}

enum err key_register(const struct table *table, struct key_record *key, struct fault *fault)
{
	uint64_t index;
	uint8_t place[32];
	enum err err = meta_number(table, "keys", &index, fault);
	if (err)
		return err;
	if (index >= UINT32_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "no more keys fit into this ledger");
	key->index = (uint32_t)index;
	size_t size = list_key(&key->party, (unsigned)key->purpose, key->index, place);
	err = meta_put_number(table, "keys", index + 1, fault);
	if (!err)
		err = key_put(table, key, fault);
	if (!err)
		err = table_put(table, ROWS_KEY_LIST, span_of(place, size),
			span_of(key->kid, sizeof key->kid), fault);
	return err;
}

enum err key_is_of(const struct table *table, const struct party *party, uint32_t index, bool *is,
	struct fault *fault)
{
	enum err err = ERR_NOT_FOUND;
	for (unsigned purpose = KEY_ROOT; purpose <= KEY_HOLDER && err == ERR_NOT_FOUND;
		purpose++) {
		uint8_t place[32];
		struct span value;
		size_t size = list_key(party, purpose, index, place);
		err = table_get(table, ROWS_KEY_LIST, span_of(place, size), &value, fault);
	}
	if (err && err != ERR_NOT_FOUND)
		return err;
	*is = !err;
	return OK;
}

void key_walk_init(struct key_walk *walk, const struct party *party, unsigned purpose)
{
	*walk = (struct key_walk){0};
	walk->prefix_size = party_key(party, walk->after);
	if (purpose)
		walk->after[walk->prefix_size++] = (uint8_t)purpose;
}

enum err key_walk_next(const struct table *table, struct key_walk *walk, struct key_record *key,
	struct fault *fault)
{
	struct span place;
	struct span value;
	struct span after =
		walk->after_size ? span_of(walk->after, walk->after_size) : span_of(NULL, 0);
	enum err err = table_next(table, ROWS_KEY_LIST, span_of(walk->after, walk->prefix_size),
		after, TABLE_UP, &place, &value, fault);
	if (err)
		return err;
	if (place.size > sizeof walk->after || value.size != KID_SIZE)
		return row_corrupt("key list", fault);
	uint8_t kid[KID_SIZE];
	memcpy(kid, value.at, sizeof kid);
	memcpy(walk->after, place.at, place.size);
	walk->after_size = place.size;
	err = key_find(table, kid, key, fault);
	return err == ERR_NOT_FOUND ? row_corrupt("key list", fault) : err;
}

static bool is_of_appliance(enum key_purpose purpose)
{
	switch (purpose) {
	case KEY_APPLIANCE:
	case KEY_LOG:
	case KEY_COSIGN:
	case KEY_BOX:
	case KEY_CURVE: return true;
	case KEY_ROOT:
	case KEY_STATION:
	case KEY_HOLDER: break;
	}
	return false;
}

enum err key_left_behind(const struct table *table, const struct key_record *key, bool *left_behind,
	struct fault *fault)
{
	struct tenant tenant = {0};
	*left_behind = false;
	if (!key->party.has_tenant || key->has_site || !is_of_appliance(key->purpose))
		return OK;
	enum err err = tenant_find(table, key->party.tenant, &tenant, fault);
	if (err)
		return err == ERR_NOT_FOUND ? row_corrupt("tenant of a key", fault) : err;
	*left_behind = key->position < tenant.moved;
	return OK;
}

/* Whoever has a key that was lost may write any time he likes; one that was replaced or retired was
 * in force until then. */
static bool is_ended(const struct key_record *key, int64_t time_ms)
{
	bool was_good = (key->reason == REVOKE_REPLACED || key->reason == REVOKE_RETIRED) &&
			!key->has_compromised;
	return key->is_revoked && (!was_good || time_ms >= key->revoked_ms);
}

enum err key_in_force(const struct table *table, const struct key_record *key, int64_t time_ms,
	bool *in_force, struct fault *fault)
{
	bool left_behind;
	if (is_ended(key, time_ms) || (key->has_until && time_ms > key->until_ms)) {
		*in_force = false;
		return OK;
	}
	enum err err = key_left_behind(table, key, &left_behind, fault);
	if (!err)
		*in_force = !left_behind;
	return err;
}

/* Member index and name: a tenant's are its present operator's. */
static enum err author_fill(const struct table *table, const struct key_record *key,
	struct author *author, struct fault *fault)
{
	struct tenant tenant = {0};
	struct member member;
	enum err err = OK;
	author->member_index = key->party.member_index;
	if (key->party.has_tenant) {
		err = tenant_find(table, key->party.tenant, &tenant, fault);
		if (!err)
			author->member_index = tenant.operator_index;
	}
	if (!err)
		err = member_at(table, author->member_index, &member, fault);
	if (err)
		return err == ERR_NOT_FOUND ? row_corrupt("party of a key", fault) : err;
	memcpy(author->member, member.name, sizeof author->member);
	return OK;
}

enum err members_key(const struct table *table, const uint8_t kid[32], struct author *author,
	uint8_t public[32], struct fault *fault)
{
	struct key_record key = {0};
	struct author read = {0};
	enum err err = key_find(table, kid, &key, fault);
	if (err)
		return err;
	memcpy(read.kid, key.kid, sizeof read.kid);
	read.purpose = key.purpose;
	read.key_index = key.index;
	read.has_tenant = key.party.has_tenant;
	memcpy(read.tenant, key.party.tenant, sizeof read.tenant);
	read.has_site = key.has_site;
	memcpy(read.site, key.site, sizeof read.site);
	err = author_fill(table, &key, &read, fault);
	if (err)
		return err;
	*author = read;
	memcpy(public, key.public, 32);
	return OK;
}
