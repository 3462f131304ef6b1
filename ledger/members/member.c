#include "ledger/members/rows.h"

#include <assert.h>

#define MEMBER_ROW_MAX (BODY_SCOPE_MAX + 256)

enum err member_put(const struct table *table, const struct member *member, struct fault *fault)
{
	uint8_t index[2];
	uint8_t memory[MEMBER_ROW_MAX];
	struct buf row;
	struct span name = span_text(member->name);
	be_write(member->index, 2, index);
	buf_over(&row, memory, sizeof memory);
	cbor_put_array(&row, 4);
	cbor_put_text(&row, name);
	cbor_put_bytes(&row, span_of(member->root, sizeof member->root));
	cbor_put_bytes(&row, member->scope);
	if (member->has_operator)
		cbor_put_uint(&row, member->operator_index);
	else
		cbor_put_null(&row);
	assert(!row.err);
	enum err err = table_put(table, ROWS_MEMBER, span_of(index, 2), buf_span(&row), fault);
	if (!err)
		err = table_put(table, ROWS_MEMBER_NAME, name, span_of(index, 2), fault);
	return err;
}

enum err member_at(
	const struct table *table, uint16_t index, struct member *member, struct fault *fault)
{
	uint8_t key[2];
	struct span value;
	struct cbor cbor;
	struct member read = {.index = index};
	be_write(index, 2, key);
	enum err err = table_get(table, ROWS_MEMBER, span_of(key, 2), &value, fault);
	if (err)
		return err;
	cbor_init(&cbor, value);
	(void)cbor_array(&cbor, 4);
	struct span name = cbor_text(&cbor);
	struct span root = cbor_bytes_of(&cbor, SIGN_PUBLIC);
	read.scope = cbor_bytes(&cbor);
	read.has_operator = !cbor_null(&cbor);
	if (read.has_operator)
		read.operator_index = (uint16_t)cbor_uint_max(&cbor, UINT16_MAX);
	if (cbor_end(&cbor, NULL) || name.size > MEMBER_NAME_MAX)
		return row_corrupt("member", fault);
	memcpy(read.name, name.at, name.size);
	memcpy(read.root, root.at, root.size);
	*member = read;
	return OK;
}

enum err member_named(
	const struct table *table, struct span name, struct member *member, struct fault *fault)
{
	struct span value;
	if (!name_is_valid(name))
		return ERR_NOT_FOUND;
	enum err err = table_get(table, ROWS_MEMBER_NAME, name, &value, fault);
	if (err)
		return err;
	if (value.size != 2)
		return row_corrupt("member name", fault);
	err = member_at(table, (uint16_t)be_read(value.at, 2), member, fault);
	return err == ERR_NOT_FOUND ? row_corrupt("member name", fault) : err;
}
