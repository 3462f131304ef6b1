#include "ledger/proof/promise.h"

enum {
	PROMISE_ENTRY = 1,
	PROMISE_BY = 2,
	PROMISE_TREE_SIZE = 3,
	REFUSAL_ENTRY = 1,
	REFUSAL_HEIGHT = 2,
	REFUSAL_CODE = 3,
	REFUSAL_ELEMENT = 4,
	REFUSAL_TREE_SIZE = 5,
};

static void take_entry(struct cbor *cbor, uint8_t entry[ENTRY_SIZE])
{
	struct span bytes = cbor_bytes_of(cbor, ENTRY_SIZE);
	if (bytes.size == ENTRY_SIZE)
		memcpy(entry, bytes.at, ENTRY_SIZE);
}

static enum err read_promise(
	struct span whole, struct span payload, struct promise *out, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	cbor_init_within(&cbor, whole, payload);
	cbor_map(&cbor, &map, PROMISE_TREE_SIZE);
	if (map.left != PROMISE_TREE_SIZE)
		cbor_fail(&cbor, ERR_FORMAT, "a promise has exactly entry, time and tree size");
	while (cbor_map_int(&cbor, &map, &key)) {
		switch (key) {
		case PROMISE_ENTRY: take_entry(&cbor, out->entry); break;
		case PROMISE_BY: out->by_ms = (int64_t)cbor_uint_max(&cbor, INT64_MAX); break;
		case PROMISE_TREE_SIZE: out->tree_size = cbor_uint_max(&cbor, INT64_MAX); break;
		default: cbor_fail(&cbor, ERR_FORMAT, "a promise has no such key"); break;
		}
	}
	return cbor_end(&cbor, fault);
}

static enum err read_refusal(
	struct span whole, struct span payload, struct refusal *out, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	unsigned seen = 0;
	const unsigned needed = 1U << REFUSAL_ENTRY | 1U << REFUSAL_HEIGHT | 1U << REFUSAL_CODE |
				1U << REFUSAL_TREE_SIZE;
	cbor_init_within(&cbor, whole, payload);
	cbor_map(&cbor, &map, REFUSAL_TREE_SIZE);
	while (cbor_map_int(&cbor, &map, &key)) {
		switch (key) {
		case REFUSAL_ENTRY: take_entry(&cbor, out->entry); break;
		case REFUSAL_HEIGHT: out->height = cbor_uint_max(&cbor, INT64_MAX); break;
		case REFUSAL_CODE: out->code = (uint32_t)cbor_uint_max(&cbor, UINT32_MAX); break;
		case REFUSAL_ELEMENT:
			out->has_element = true;
			out->element = (uint32_t)cbor_uint_max(&cbor, UINT32_MAX);
			break;
		case REFUSAL_TREE_SIZE: out->tree_size = cbor_uint_max(&cbor, INT64_MAX); break;
		default: cbor_fail(&cbor, ERR_FORMAT, "a refusal has no such key"); break;
		}
		if (!cbor.fault.err)
			seen |= 1U << key;
	}
	if ((seen & needed) != needed)
		cbor_fail(&cbor, ERR_FORMAT, "a refusal needs entry, height, code and tree size");
	return cbor_end(&cbor, fault);
}

/* The envelope, with the subject that belongs to its type. */
static enum err open_envelope(struct span bytes, enum signed_type type, const char *subject,
	struct envelope *out, struct fault *fault)
{
	struct envelope envelope;
	enum err err = envelope_decode(bytes, type, PROMISE_SIZE_MAX, &envelope, fault);
	if (err)
		return err;
	if (!span_is(envelope.subject, subject))
		return fault_set(fault, ERR_FORMAT, (size_t)(envelope.subject.at - bytes.at),
			envelope.subject.size, "sub must be \"%s\"", subject);
	*out = envelope;
	return OK;
}

static enum err seal_envelope(const struct envelope *like, enum signed_type type,
	const char *subject, struct span payload, const struct signer *signer, struct buf *buf,
	struct fault *fault)
{
	struct envelope envelope = *like;
	envelope.type = type;
	envelope.subject = span_text(subject);
	envelope.payload = payload;
	return envelope_encode(&envelope, PROMISE_SIZE_MAX, signer, buf, fault);
}

enum err promise_decode(struct span bytes, struct promise *promise, struct fault *fault)
{
	struct promise out = {.by_ms = 0};
	enum err err = open_envelope(bytes, SIGNED_PROMISE, "promise", &out.envelope, fault);
	if (!err)
		err = read_promise(bytes, out.envelope.payload, &out, fault);
	if (!err)
		*promise = out;
	return err;
}

enum err promise_encode(const struct promise *promise, const struct signer *signer, struct buf *buf,
	struct fault *fault)
{
	uint8_t room[128];
	struct buf payload;
	buf_over(&payload, room, sizeof room);
	cbor_put_map(&payload, 3);
	cbor_put_uint(&payload, PROMISE_ENTRY);
	cbor_put_bytes(&payload, span_of(promise->entry, ENTRY_SIZE));
	cbor_put_uint(&payload, PROMISE_BY);
	cbor_put_int(&payload, promise->by_ms);
	cbor_put_uint(&payload, PROMISE_TREE_SIZE);
	cbor_put_uint(&payload, promise->tree_size);
	struct promise back;
	enum err err = read_promise(buf_span(&payload), buf_span(&payload), &back, fault);
	if (err)
		return err;
	return seal_envelope(&promise->envelope, SIGNED_PROMISE, "promise", buf_span(&payload),
		signer, buf, fault);
}

enum err refusal_decode(struct span bytes, struct refusal *refusal, struct fault *fault)
{
	struct refusal out = {.code = 0};
	enum err err = open_envelope(bytes, SIGNED_REFUSAL, "refusal", &out.envelope, fault);
	if (!err)
		err = read_refusal(bytes, out.envelope.payload, &out, fault);
	if (!err)
		*refusal = out;
	return err;
}

enum err refusal_encode(const struct refusal *refusal, const struct signer *signer, struct buf *buf,
	struct fault *fault)
{
	uint8_t room[128];
	struct buf payload;
	buf_over(&payload, room, sizeof room);
	cbor_put_map(&payload, 4U + refusal->has_element);
	cbor_put_uint(&payload, REFUSAL_ENTRY);
	cbor_put_bytes(&payload, span_of(refusal->entry, ENTRY_SIZE));
	cbor_put_uint(&payload, REFUSAL_HEIGHT);
	cbor_put_uint(&payload, refusal->height);
	cbor_put_uint(&payload, REFUSAL_CODE);
	cbor_put_uint(&payload, refusal->code);
	if (refusal->has_element) {
		cbor_put_uint(&payload, REFUSAL_ELEMENT);
		cbor_put_uint(&payload, refusal->element);
	}
	cbor_put_uint(&payload, REFUSAL_TREE_SIZE);
	cbor_put_uint(&payload, refusal->tree_size);
	struct refusal back;
	enum err err = read_refusal(buf_span(&payload), buf_span(&payload), &back, fault);
	if (err)
		return err;
	return seal_envelope(&refusal->envelope, SIGNED_REFUSAL, "refusal", buf_span(&payload),
		signer, buf, fault);
}
