/* Row of a tenant: CBOR [operator, root, moved, offered or null, wanted or null]. */
#include "ledger/members/rows.h"

#include <assert.h>

static void put_index_or_null(struct buf *row, bool there, uint16_t index)
{
	if (there)
		cbor_put_uint(row, index);
	else
		cbor_put_null(row);
}

static bool index_or_null(struct cbor *cbor, uint16_t *index)
{
	if (cbor_null(cbor))
		return false;
	*index = (uint16_t)cbor_uint_max(cbor, UINT16_MAX);
	return true;
}

enum err tenant_row_put(
	const struct table *table, const struct tenant_row *row, struct fault *fault)
{
	uint8_t memory[96];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	cbor_put_array(&buf, 5);
	cbor_put_uint(&buf, row->tenant.operator_index);
	cbor_put_bytes(&buf, span_of(row->tenant.root, sizeof row->tenant.root));
	cbor_put_uint(&buf, row->tenant.moved);
	put_index_or_null(&buf, row->has_offered, row->offered_index);
	put_index_or_null(&buf, row->has_wanted, row->wanted_index);
	assert(!buf.err);
	return table_put(
		table, ROWS_TENANT, span_of(row->tenant.id, UNIT_ID_SIZE), buf_span(&buf), fault);
}

enum err tenant_row_get(const struct table *table, const uint8_t id[UNIT_ID_SIZE],
	struct tenant_row *row, struct fault *fault)
{
	struct span value;
	struct cbor cbor;
	struct tenant_row read = {0};
	enum err err = table_get(table, ROWS_TENANT, span_of(id, UNIT_ID_SIZE), &value, fault);
	if (err)
		return err;
	memcpy(read.tenant.id, id, UNIT_ID_SIZE);
	cbor_init(&cbor, value);
	(void)cbor_array(&cbor, 5);
	read.tenant.operator_index = (uint16_t)cbor_uint_max(&cbor, UINT16_MAX);
	struct span root = cbor_bytes_of(&cbor, SIGN_PUBLIC);
	read.tenant.moved = cbor_uint(&cbor);
	read.has_offered = index_or_null(&cbor, &read.offered_index);
	read.has_wanted = index_or_null(&cbor, &read.wanted_index);
	if (cbor_end(&cbor, NULL))
		return row_corrupt("tenant", fault);
	memcpy(read.tenant.root, root.at, root.size);
	*row = read;
	return OK;
}

enum err tenant_find(const struct table *table, const uint8_t id[UNIT_ID_SIZE],
	struct tenant *tenant, struct fault *fault)
{
	struct tenant_row row;
	enum err err = tenant_row_get(table, id, &row, fault);
	if (!err)
		*tenant = row.tenant;
	return err;
}

enum err tenant_moving(const struct table *table, const uint8_t id[UNIT_ID_SIZE],
	struct tenant_moving *moving, struct fault *fault)
{
	struct tenant_row row;
	enum err err = tenant_row_get(table, id, &row, fault);
	if (!err)
		*moving = (struct tenant_moving){
			row.has_offered, row.offered_index, row.has_wanted, row.wanted_index};
	return err;
}

enum err tenant_next(
	const struct table *table, const uint8_t *after, struct tenant *tenant, struct fault *fault)
{
	struct span key;
	struct span value;
	uint8_t id[UNIT_ID_SIZE];
	enum err err = table_next(table, ROWS_TENANT, span_of(NULL, 0),
		after ? span_of(after, UNIT_ID_SIZE) : span_of(NULL, 0), TABLE_UP, &key, &value,
		fault);
	if (err)
		return err;
	if (key.size != sizeof id)
		return row_corrupt("tenant", fault);
	memcpy(id, key.at, sizeof id);
	return tenant_find(table, id, tenant, fault);
}
