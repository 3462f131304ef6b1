/* Row of a mandate: CBOR [principal, agent, position, from, until, revoked, [kinds], scope]. */
#include "ledger/members/rows.h"

#include <assert.h>

#define MANDATE_ROW_MAX 1024

/* Key of table 11. */
static void list_key(
	uint16_t principal_index, uint16_t agent_index, uint64_t position, uint8_t out[12])
{
	be_write(principal_index, 2, out);
	be_write(agent_index, 2, out + 2);
	be_write(position, 8, out + 4);
}

enum err mandate_put(const struct table *table, const struct mandate *mandate, struct fault *fault)
{
	uint8_t memory[MANDATE_ROW_MAX];
	uint8_t place[12];
	struct buf row;
	buf_over(&row, memory, sizeof memory);
	cbor_put_array(&row, 8);
	cbor_put_uint(&row, mandate->principal_index);
	cbor_put_uint(&row, mandate->agent_index);
	cbor_put_uint(&row, mandate->position);
	cbor_put_int(&row, mandate->from_ms);
	cbor_put_int(&row, mandate->until_ms);
	cbor_put_bool(&row, mandate->is_revoked);
	cbor_put_array(&row, mandate->kind_count);
	for (size_t i = 0; i < mandate->kind_count; i++)
		cbor_put_uint(&row, mandate->kind[i]);
	cbor_put_bytes(&row, span_of(mandate->scope, mandate->scope_size));
	assert(!row.err);
	struct span id = span_of(mandate->id, UNIT_ID_SIZE);
	enum err err = table_put(table, ROWS_MANDATE, id, buf_span(&row), fault);
	if (err)
		return err;
	list_key(mandate->principal_index, mandate->agent_index, mandate->position, place);
	return mandate->is_revoked
		       ? table_drop(table, ROWS_MANDATE_LIST, span_of(place, sizeof place), fault)
		       : table_put(
				 table, ROWS_MANDATE_LIST, span_of(place, sizeof place), id, fault);
}

enum err mandate_find(const struct table *table, const uint8_t id[UNIT_ID_SIZE],
	struct mandate *mandate, struct fault *fault)
{
	struct span value;
	struct cbor cbor;
	struct mandate read = {0};
	enum err err = table_get(table, ROWS_MANDATE, span_of(id, UNIT_ID_SIZE), &value, fault);
	if (err)
		return err;
	memcpy(read.id, id, UNIT_ID_SIZE);
	cbor_init(&cbor, value);
	(void)cbor_array(&cbor, 8);
	read.principal_index = (uint16_t)cbor_uint_max(&cbor, UINT16_MAX);
	read.agent_index = (uint16_t)cbor_uint_max(&cbor, UINT16_MAX);
	read.position = cbor_uint(&cbor);
	read.from_ms = cbor_int(&cbor);
	read.until_ms = cbor_int(&cbor);
	read.is_revoked = cbor_bool(&cbor);
	read.kind_count = cbor_array(&cbor, BODY_MANDATE_KINDS);
	for (size_t i = 0; i < read.kind_count; i++)
		read.kind[i] = (uint16_t)cbor_uint_max(&cbor, UINT16_MAX);
	struct span scope = cbor_bytes(&cbor);
	if (cbor_end(&cbor, NULL) || scope.size > sizeof read.scope)
		return row_corrupt("mandate", fault);
	read.scope_size = scope.size;
	if (scope.size)
		memcpy(read.scope, scope.at, scope.size);
	*mandate = read;
	return OK;
}

static bool lists_kind(const struct mandate *mandate, unsigned kind)
{
	for (size_t i = 0; i < mandate->kind_count; i++)
		if (mandate->kind[i] == kind)
			return true;
	return false;
}

enum err mandate_for(const struct table *table, uint16_t principal_index, uint16_t agent_index,
	unsigned kind, int64_t time_ms, struct mandate *mandate, struct fault *fault)
{
	return mandate_before(
		table, principal_index, agent_index, kind, time_ms, UINT64_MAX, mandate, fault);
}

enum err mandate_before(const struct table *table, uint16_t principal_index, uint16_t agent_index,
	unsigned kind, int64_t time_ms, uint64_t position, struct mandate *mandate,
	struct fault *fault)
{
	uint8_t place[12];
	list_key(principal_index, agent_index, position, place);
	struct span after = span_of(place, sizeof place);
	for (;;) {
		struct span key;
		struct span value;
		struct mandate read = {0};
		uint8_t id[UNIT_ID_SIZE];
		enum err err = table_next(table, ROWS_MANDATE_LIST, span_of(place, 4), after,
			TABLE_DOWN, &key, &value, fault);
		if (err)
			return err;
		if (key.size != sizeof place || value.size != sizeof id)
			return row_corrupt("mandate list", fault);
		memcpy(place, key.at, sizeof place);
		memcpy(id, value.at, sizeof id);
		after = span_of(place, sizeof place);
		err = mandate_find(table, id, &read, fault);
		if (err)
			return err == ERR_NOT_FOUND ? row_corrupt("mandate list", fault) : err;
		if (time_ms >= read.from_ms && time_ms <= read.until_ms &&
			lists_kind(&read, kind)) {
			*mandate = read;
			return OK;
		}
	}
}

enum err mandate_next(const struct table *table, const uint8_t *after, struct mandate *mandate,
	struct fault *fault)
{
	struct span key;
	struct span value;
	uint8_t id[UNIT_ID_SIZE];
	enum err err = table_next(table, ROWS_MANDATE, span_of(NULL, 0),
		after ? span_of(after, UNIT_ID_SIZE) : span_of(NULL, 0), TABLE_UP, &key, &value,
		fault);
	if (err)
		return err;
	if (key.size != sizeof id)
		return row_corrupt("mandate", fault);
	memcpy(id, key.at, sizeof id);
	return mandate_find(table, id, mandate, fault);
}
