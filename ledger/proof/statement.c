#include "ledger/proof/statement.h"

#include <assert.h>

enum {
	KEY_KIND = 1,
	KEY_SEQUENCE = 2,
	KEY_NOT_AFTER = 3,
	KEY_PRINCIPAL = 4,
	KEY_BODY = 5,
	KEY_ATTACHMENTS = 6,
};

#define SIZE_CLASS_MAX 31

static void take_record(struct cbor *cbor, struct attachment_record *record)
{
	if (cbor_array(cbor, 3) != 3)
		cbor_fail(cbor, ERR_FORMAT, "an attachment record has three parts");
	struct span hash = cbor_bytes_of(cbor, HASH_SIZE);
	uint64_t size_class = cbor_uint_max(cbor, SIZE_CLASS_MAX);
	struct span commitment = cbor_bytes_of(cbor, HASH_SIZE);
	if (cbor->fault.err)
		return;
	memcpy(record->hash, hash.at, HASH_SIZE);
	record->size_class = (uint8_t)size_class;
	memcpy(record->commitment, commitment.at, HASH_SIZE);
}

static void take_attachments(struct cbor *cbor, struct statement *out)
{
	size_t at = cbor->at;
	size_t count = cbor_array(cbor, STATEMENT_ATTACHMENTS_MAX);
	if (!count)
		cbor_fail(cbor, ERR_FORMAT, "attachments, if there, are at least one");
	for (size_t i = 0; i < count; i++) {
		struct attachment_record record;
		take_record(cbor, &record);
	}
	out->attachments = span_cut(cbor->in, at, cbor->at);
	out->attachment_count = count;
}

static void take_principal(struct cbor *cbor, struct statement *out)
{
	size_t at = cbor->at;
	out->principal = cbor_text(cbor);
	if (!cbor->fault.err && !name_is_valid(out->principal)) {
		cbor->at = at;
		cbor_fail(cbor, ERR_FORMAT, "principal is not a member's name");
	}
}

static void take_value(struct cbor *cbor, int64_t key, struct statement *out)
{
	switch (key) {
	case KEY_KIND: out->kind = (uint16_t)cbor_uint_max(cbor, UINT16_MAX); break;
	case KEY_SEQUENCE: out->sequence = cbor_uint_max(cbor, INT64_MAX); break;
	case KEY_NOT_AFTER: out->not_after_ms = (int64_t)cbor_uint_max(cbor, INT64_MAX); break;
	case KEY_PRINCIPAL: take_principal(cbor, out); break;
	case KEY_BODY:
		if (cbor_peek(cbor) != CBOR_MAP)
			cbor_fail(cbor, ERR_FORMAT, "the body is not a map");
		out->body = cbor_item(cbor);
		break;
	case KEY_ATTACHMENTS: take_attachments(cbor, out); break;
	default: cbor_fail(cbor, ERR_FORMAT, "a statement has no such key"); break;
	}
}

/* Reads the payload; out->envelope.type is the type it came in. */
static enum err read_payload(
	struct span whole, struct span payload, struct statement *out, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	unsigned seen = 0;
	const unsigned needed =
		1U << KEY_KIND | 1U << KEY_SEQUENCE | 1U << KEY_NOT_AFTER | 1U << KEY_BODY;
	cbor_init_within(&cbor, whole, payload);
	cbor_map(&cbor, &map, KEY_ATTACHMENTS);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_value(&cbor, key, out);
		if (!cbor.fault.err)
			seen |= 1U << key;
	}
	if ((seen & needed) != needed)
		cbor_fail(&cbor, ERR_FORMAT,
			"a statement needs kind, sequence number, not_after and body");
	bool is_seal = out->envelope.type == SIGNED_SEAL;
	if ((out->kind == STATEMENT_KIND_SEAL) != is_seal)
		cbor_fail(&cbor, ERR_FORMAT,
			is_seal ? "a seal's kind is 1"
				: "kind 1 is the seal, which has its own typ");
	return cbor_end(&cbor, fault);
}

enum err statement_decode(
	struct span bytes, enum signed_type type, struct statement *statement, struct fault *fault)
{
	assert(type == SIGNED_STATEMENT || type == SIGNED_SEAL);
	struct statement out = {.kind = 0};
	enum err err = envelope_decode(bytes, type, STATEMENT_SIZE_MAX, &out.envelope, fault);
	if (err)
		return err;
	err = read_payload(bytes, out.envelope.payload, &out, fault);
	if (!err)
		*statement = out;
	return err;
}

static void put_payload(struct buf *buf, const struct statement *statement)
{
	bool has_principal = statement->principal.size != 0;
	bool has_attachments = statement->attachments.size != 0;
	cbor_put_map(buf, 4U + has_principal + has_attachments);
	cbor_put_uint(buf, KEY_KIND);
	cbor_put_uint(buf, statement->kind);
	cbor_put_uint(buf, KEY_SEQUENCE);
	cbor_put_uint(buf, statement->sequence);
	cbor_put_uint(buf, KEY_NOT_AFTER);
	cbor_put_int(buf, statement->not_after_ms);
	if (has_principal) {
		cbor_put_uint(buf, KEY_PRINCIPAL);
		cbor_put_text(buf, statement->principal);
	}
	cbor_put_uint(buf, KEY_BODY);
	buf_put(buf, statement->body);
	if (has_attachments) {
		cbor_put_uint(buf, KEY_ATTACHMENTS);
		buf_put(buf, statement->attachments);
	}
}

enum err statement_encode(const struct statement *statement, const struct signer *signer,
	struct buf *buf, struct fault *fault)
{
	assert(statement->envelope.type == SIGNED_STATEMENT ||
		statement->envelope.type == SIGNED_SEAL);
	struct envelope envelope = statement->envelope;
	struct statement back = {.envelope.type = envelope.type};
	struct buf payload;
	buf_init(&payload, STATEMENT_SIZE_MAX);
	put_payload(&payload, statement);
	enum err err = payload.err;
	if (err)
		err = fault_set(fault, err, 0, 0, "the statement does not fit %zu bytes",
			STATEMENT_SIZE_MAX);
	else /* what cannot be read back is not signed */
		err = read_payload(buf_span(&payload), buf_span(&payload), &back, fault);
	if (!err) {
		envelope.payload = buf_span(&payload);
		err = envelope_encode(&envelope, STATEMENT_SIZE_MAX, signer, buf, fault);
	}
	buf_close(&payload);
	return err;
}

enum err statement_verify(
	const struct statement *statement, const uint8_t public[SIGN_PUBLIC], struct fault *fault)
{
	return envelope_verify(&statement->envelope, public, fault);
}

void statement_entry(struct span bytes, uint8_t out[ENTRY_SIZE])
{
	hash_sha256(bytes, out);
}

void statement_attachment(
	const struct statement *statement, size_t index, struct attachment_record *record)
{
	assert(index < statement->attachment_count);
	struct cbor cbor;
	cbor_init(&cbor, statement->attachments);
	(void)cbor_array(&cbor, STATEMENT_ATTACHMENTS_MAX);
	for (size_t i = 0; i <= index; i++)
		take_record(&cbor, record);
	assert(!cbor.fault.err); /* decoding has checked them */
}

void statement_attachments_put(
	struct buf *buf, const struct attachment_record *records, size_t count)
{
	cbor_put_array(buf, count);
	for (size_t i = 0; i < count; i++) {
		cbor_put_array(buf, 3);
		cbor_put_bytes(buf, span_of(records[i].hash, HASH_SIZE));
		cbor_put_uint(buf, records[i].size_class);
		cbor_put_bytes(buf, span_of(records[i].commitment, HASH_SIZE));
	}
}
