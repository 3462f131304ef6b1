#include "ledger/authorisation.h"

#include "ledger/founding.h"

#include <assert.h>

#define FORMAT  "assay-authorisation/1"
#define KEY_ALL 0x3de /* 1..9 without 5, the tenant */

/* What a root key signs besides genesis (ledger/members/admit.c). */
static bool is_for_root(uint64_t kind)
{
	return kind == KIND_KEY || kind == KIND_KEY_REVOKE || kind == KIND_TENANT_MOVE ||
	       kind == KIND_MANDATE || kind == KIND_MANDATE_REVOKE;
}

static void put_text(struct buf *buf, uint64_t key, const char *text)
{
	cbor_put_uint(buf, key);
	cbor_put_text(buf, span_text(text));
}

void authorisation_encode(const struct authorisation *authorisation, struct buf *buf)
{
	assert(authorisation->item_count && authorisation->item_count <= AUTHORISATION_ITEMS_MAX);
	cbor_put_map(buf, 8U + authorisation->has_tenant + authorisation->is_signed);
	put_text(buf, 1, FORMAT);
	put_text(buf, 2, authorisation->origin);
	put_text(buf, 3, authorisation->issuer);
	put_text(buf, 4, authorisation->party);
	if (authorisation->has_tenant) {
		cbor_put_uint(buf, 5);
		cbor_put_bytes(buf, span_of(authorisation->tenant, UNIT_ID_SIZE));
	}
	cbor_put_uint(buf, 6);
	cbor_put_bytes(buf, span_of(authorisation->root_kid, KID_SIZE));
	cbor_put_uint(buf, 7);
	cbor_put_uint(buf, authorisation->sequence);
	cbor_put_uint(buf, 8);
	cbor_put_uint(buf, (uint64_t)authorisation->made_ms);
	cbor_put_uint(buf, 9);
	cbor_put_array(buf, authorisation->item_count);
	for (size_t i = 0; i < authorisation->item_count; i++) {
		cbor_put_array(buf, 2);
		cbor_put_uint(buf, authorisation->item[i].kind);
		cbor_put_bytes(buf, authorisation->item[i].body);
	}
	if (!authorisation->is_signed)
		return;
	cbor_put_uint(buf, 10);
	cbor_put_array(buf, authorisation->item_count);
	for (size_t i = 0; i < authorisation->item_count; i++)
		cbor_put_bytes(buf, authorisation->item[i].statement);
}

static void take_text(
	struct cbor *cbor, char *out, size_t size_max, bool (*is_valid)(struct span text))
{
	struct span text = cbor_text(cbor);
	if (cbor->fault.err)
		return;
	if (text.size > size_max || !is_valid(text))
		cbor_fail(cbor, ERR_FORMAT, "a name in the request is not what it should be");
	else
		memcpy(out, text.at, text.size);
}

static void take_bytes(struct cbor *cbor, uint8_t *out, size_t size)
{
	struct span bytes = cbor_bytes_of(cbor, size);
	if (bytes.size == size)
		memcpy(out, bytes.at, size);
}

static void take_items(struct cbor *cbor, struct authorisation *to)
{
	to->item_count = cbor_array(cbor, AUTHORISATION_ITEMS_MAX);
	if (!to->item_count)
		cbor_fail(cbor, ERR_FORMAT, "nothing is asked for");
	for (size_t i = 0; i < to->item_count && !cbor->fault.err; i++) {
		if (cbor_array(cbor, 2) != 2)
			cbor_fail(cbor, ERR_FORMAT, "an item is a pair: kind and body");
		uint64_t kind = cbor_uint_max(cbor, UINT16_MAX);
		if (!is_for_root(kind))
			cbor_fail(cbor, ERR_RANGE, "no kind that a root key signs");
		to->item[i].kind = (uint16_t)kind;
		to->item[i].body = cbor_bytes(cbor);
		if (to->item[i].body.size > AUTHORISATION_BODY_MAX)
			cbor_fail(cbor, ERR_LIMIT, "a body is larger than a root key's ever is");
	}
}

static void take_statements(struct cbor *cbor, struct authorisation *to)
{
	to->is_signed = true;
	if (cbor_array(cbor, AUTHORISATION_ITEMS_MAX) != to->item_count)
		cbor_fail(cbor, ERR_FORMAT, "as many statements as items");
	for (size_t i = 0; i < to->item_count && !cbor->fault.err; i++)
		to->item[i].statement = cbor_bytes(cbor);
}

static void take_field(struct cbor *cbor, int64_t key, struct authorisation *to)
{
	switch (key) {
	case 1:
		if (!span_is(cbor_text(cbor), FORMAT))
			cbor_fail(cbor, ERR_VERSION, "not a request for keys of version 1");
		break;
	case 2: take_text(cbor, to->origin, ORIGIN_SIZE_MAX, origin_is_valid); break;
	case 3: take_text(cbor, to->issuer, MEMBER_NAME_MAX, name_is_valid); break;
	case 4: take_text(cbor, to->party, MEMBER_NAME_MAX, name_is_valid); break;
	case 5: take_bytes(cbor, to->tenant, UNIT_ID_SIZE); break;
	case 6: take_bytes(cbor, to->root_kid, KID_SIZE); break;
	case 7: to->sequence = cbor_uint_max(cbor, INT64_MAX); break;
	case 8: to->made_ms = (int64_t)cbor_uint_max(cbor, (uint64_t)BODY_TIME_MAX); break;
	case 9: take_items(cbor, to); break;
	case 10: take_statements(cbor, to); break;
	default: cbor_fail(cbor, ERR_FORMAT, "no such key in a request");
	}
}

/* Each statement is what was asked for, and nothing else. */
static enum err judge_statements(const struct authorisation *read, struct fault *fault)
{
	for (size_t i = 0; read->is_signed && i < read->item_count; i++) {
		struct statement statement;
		struct fault inside;
		if (statement_decode(
			    read->item[i].statement, SIGNED_STATEMENT, &statement, &inside))
			return fault_set(fault, ERR_FORMAT, i, 0, "signed statement %zu: %s", i + 1,
				inside.text);
		if (statement.kind != read->item[i].kind ||
			!span_equal(statement.body, read->item[i].body) ||
			!span_equal(statement.envelope.kid, span_of(read->root_kid, KID_SIZE)) ||
			!span_is(statement.envelope.origin, read->origin) ||
			!span_is(statement.envelope.issuer, read->issuer) ||
			statement.sequence != read->sequence + i)
			return fault_set(fault, ERR_PROOF, i, 0,
				"signed statement %zu is not what was asked for", i + 1);
	}
	return OK;
}

enum err authorisation_decode(
	struct span bytes, struct authorisation *authorisation, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	uint32_t seen = 0;
	struct authorisation read = {0};
	cbor_init(&cbor, bytes);
	cbor_map(&cbor, &map, 10);
	while (cbor_map_int(&cbor, &map, &key)) {
		if (key >= 1 && key <= 10)
			seen |= (uint32_t)1 << key;
		take_field(&cbor, key, &read);
	}
	if ((seen & KEY_ALL) != KEY_ALL)
		cbor_fail(&cbor, ERR_FORMAT, "a key that must be in a request is not there");
	read.has_tenant = seen & (1U << 5);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		err = judge_statements(&read, fault);
	if (!err)
		*authorisation = read;
	return err;
}

static enum err judge_root(
	const struct authorisation *wanted, const struct keyfile *root, struct fault *fault)
{
	if (root->purpose != KEY_ROOT || memcmp(root->kid, wanted->root_kid, KID_SIZE) != 0)
		return fault_set(fault, ERR_KEY, 0, 0,
			"the request is for another key than this one: it wants the root key of "
			"%s",
			wanted->party);
	if (!root->secret)
		return fault_set(fault, ERR_KEY, 0, 0,
			"the root key is under a password, which is needed to sign with it");
	return OK;
}

enum err authorisation_sign(struct authorisation *authorisation, const struct keyfile *root,
	int64_t now_ms, struct buf *statements, struct fault *fault)
{
	enum err err = judge_root(authorisation, root, fault);
	if (err)
		return err;
	struct founding_author author = {.signer = signer_local(root->secret),
		.issuer = authorisation->issuer,
		.sequence = authorisation->sequence};
	memcpy(author.kid, root->kid, KID_SIZE);
	for (size_t i = 0; !err && i < authorisation->item_count; i++)
		err = founding_state(span_text(authorisation->origin), authorisation->item[i].kind,
			authorisation->item[i].body, now_ms, &author, statements, fault);
	if (err)
		return err;
	struct span all = buf_span(statements);
	for (size_t i = 0; i < authorisation->item_count; i++)
		if (!founding_next(&all, &authorisation->item[i].statement))
			return fault_set(fault, ERR_LIMIT, i, 0, "the statements do not fit");
	authorisation->is_signed = true;
	return OK;
}
