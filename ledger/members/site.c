/* Row of a site: CBOR [party, level, parent or null, from, until or null, successor or null]. */
#include "ledger/members/rows.h"

#include <assert.h>

enum err site_put(const struct table *table, const struct site *site, struct fault *fault)
{
	uint8_t memory[128];
	uint8_t party[PARTY_KEY_MAX];
	struct buf row;
	buf_over(&row, memory, sizeof memory);
	cbor_put_array(&row, 6);
	cbor_put_bytes(&row, span_of(party, party_key(&site->party, party)));
	cbor_put_uint(&row, site->level);
	row_put_bytes_or_null(&row, site->has_parent, site->parent, UNIT_ID_SIZE);
	cbor_put_int(&row, site->from_ms);
	row_put_time_or_null(&row, site->has_until, site->until_ms);
	row_put_bytes_or_null(&row, site->has_successor, site->successor, UNIT_ID_SIZE);
	assert(!row.err);
	return table_put(table, ROWS_SITE, span_of(site->id, UNIT_ID_SIZE), buf_span(&row), fault);
}

enum err site_find(const struct table *table, const uint8_t id[UNIT_ID_SIZE], struct site *site,
	struct fault *fault)
{
	struct span value;
	struct cbor cbor;
	struct site read = {0};
	enum err err = table_get(table, ROWS_SITE, span_of(id, UNIT_ID_SIZE), &value, fault);
	if (err)
		return err;
	memcpy(read.id, id, UNIT_ID_SIZE);
	cbor_init(&cbor, value);
	(void)cbor_array(&cbor, 6);
	struct span party = cbor_bytes(&cbor);
	read.level = (uint8_t)cbor_uint_max(&cbor, SITE_LEVEL_MAX);
	read.has_parent = row_bytes_or_null(&cbor, read.parent, UNIT_ID_SIZE);
	read.from_ms = cbor_int(&cbor);
	read.has_until = row_time_or_null(&cbor, &read.until_ms);
	read.has_successor = row_bytes_or_null(&cbor, read.successor, UNIT_ID_SIZE);
	if (cbor_end(&cbor, NULL) || !party_key_read(party, &read.party))
		return row_corrupt("site", fault);
	*site = read;
	return OK;
}

enum err site_within(const struct table *table, const uint8_t site[UNIT_ID_SIZE],
	const uint8_t within[UNIT_ID_SIZE], bool *is_within, struct fault *fault)
{
	uint8_t at[UNIT_ID_SIZE];
	struct site row = {0};
	memcpy(at, site, sizeof at);
	/* Levels fall on the way up, so the way is short. */
	for (unsigned step = 0; step <= SITE_LEVEL_MAX; step++) {
		enum err err = site_find(table, at, &row, fault);
		if (err && err != ERR_NOT_FOUND)
			return err;
		if (err || !memcmp(at, within, sizeof at) || !row.has_parent) {
			*is_within = !err && !memcmp(at, within, sizeof at);
			return OK;
		}
		memcpy(at, row.parent, sizeof at);
	}
	return row_corrupt("parents of a site", fault);
}
