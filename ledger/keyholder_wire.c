#include "ledger/keyholder_wire.h"

#include <errno.h>
#include <sys/socket.h>

static void take(struct cbor *cbor, uint8_t *out, size_t size)
{
	struct span bytes = cbor_bytes_of(cbor, size);
	if (bytes.size == size)
		memcpy(out, bytes.at, size);
}

static struct span take_origin(struct cbor *cbor)
{
	struct span origin = cbor_text(cbor);
	if (!cbor->fault.err && !origin_is_valid(origin))
		cbor_fail(cbor, ERR_FORMAT, "not an origin");
	return origin;
}

static struct span take_up_to(struct cbor *cbor, size_t max)
{
	struct span bytes = cbor_bytes(cbor);
	if (bytes.size > max)
		cbor_fail(cbor, ERR_LIMIT, "byte string is longer than allowed here");
	return bytes;
}

static size_t request_items(enum holder_request_kind kind)
{
	switch (kind) {
	case HOLDER_KEYS: return 1;
	case HOLDER_SIGN:
	case HOLDER_SIGN_HASHES:
	case HOLDER_BOX_OPEN: return 3;
	case HOLDER_CHECKPOINT: return 5;
	case HOLDER_FLOOR: return 2;
	}
	return 0;
}

enum err holder_request_decode(
	struct span bytes, struct holder_request *request, struct fault *fault)
{
	struct cbor cbor;
	struct holder_request read = {0};
	cbor_init(&cbor, bytes);
	size_t items = cbor_array(&cbor, 5);
	read.kind = (enum holder_request_kind)cbor_uint_max(&cbor, HOLDER_BOX_OPEN);
	if (!items || items != request_items(read.kind))
		cbor_fail(&cbor, ERR_FORMAT, "no such request");
	switch (read.kind) {
	case HOLDER_KEYS: break;
	case HOLDER_SIGN:
		take(&cbor, read.kid, sizeof read.kid);
		read.bytes = cbor_bytes(&cbor);
		break;
	case HOLDER_SIGN_HASHES:
		take(&cbor, read.kid, sizeof read.kid);
		read.bytes = cbor_bytes_of(&cbor, HASH_SIZE + HASH_SIZE);
		break;
	case HOLDER_CHECKPOINT:
		read.origin = take_origin(&cbor);
		read.size = cbor_uint_max(&cbor, INT64_MAX);
		take(&cbor, read.root, sizeof read.root);
		read.time_ms = (int64_t)cbor_uint_max(&cbor, INT64_MAX);
		break;
	case HOLDER_FLOOR: read.origin = take_origin(&cbor); break;
	case HOLDER_BOX_OPEN:
		take(&cbor, read.kid, sizeof read.kid);
		read.bytes = take_up_to(&cbor, HOLDER_BOX_MAX);
		break;
	}
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*request = read;
	return err;
}

void holder_request_encode(const struct holder_request *request, struct buf *buf)
{
	cbor_put_array(buf, request_items(request->kind));
	cbor_put_uint(buf, (uint64_t)request->kind);
	switch (request->kind) {
	case HOLDER_KEYS: break;
	case HOLDER_SIGN:
	case HOLDER_SIGN_HASHES:
	case HOLDER_BOX_OPEN:
		cbor_put_bytes(buf, span_of(request->kid, sizeof request->kid));
		cbor_put_bytes(buf, request->bytes);
		break;
	case HOLDER_CHECKPOINT:
		cbor_put_text(buf, request->origin);
		cbor_put_uint(buf, request->size);
		cbor_put_bytes(buf, span_of(request->root, sizeof request->root));
		cbor_put_uint(buf, (uint64_t)request->time_ms);
		break;
	case HOLDER_FLOOR: cbor_put_text(buf, request->origin); break;
	}
}

enum err holder_answer_decode(
	struct span bytes, struct fault *answer, struct span *done, struct fault *fault)
{
	struct cbor cbor;
	struct fault read = {0};
	struct span content = span_of(NULL, 0);
	cbor_init(&cbor, bytes);
	size_t items = cbor_array(&cbor, 4);
	read.err = (enum err)cbor_uint_max(&cbor, ERR_UNSURE);
	if (items != (read.err ? 4U : 2U))
		cbor_fail(&cbor, ERR_FORMAT, "no such answer");
	if (read.err) {
		read.at = (size_t)cbor_uint(&cbor);
		read.size = (size_t)cbor_uint(&cbor);
		struct span text = cbor_text(&cbor);
		if (text.size >= sizeof read.text)
			cbor_fail(&cbor, ERR_LIMIT, "text is too long");
		else if (text.size)
			memcpy(read.text, text.at, text.size);
	} else {
		content = cbor_bytes(&cbor);
	}
	enum err err = cbor_end(&cbor, fault);
	if (err)
		return err;
	*answer = read;
	*done = content;
	return OK;
}

void holder_answer_done(struct span bytes, struct buf *buf)
{
	cbor_put_array(buf, 2);
	cbor_put_uint(buf, OK);
	cbor_put_bytes(buf, bytes);
}

void holder_answer_fault(const struct fault *answer, struct buf *buf)
{
	cbor_put_array(buf, 4);
	cbor_put_uint(buf, (uint64_t)answer->err);
	cbor_put_uint(buf, answer->at);
	cbor_put_uint(buf, answer->size);
	cbor_put_text(buf, span_text(answer->text));
}

void holder_key_put(const struct keyholder_key *key, struct buf *buf)
{
	cbor_put_array(buf, 5);
	cbor_put_bytes(buf, span_of(key->kid, sizeof key->kid));
	cbor_put_uint(buf, (uint64_t)key->purpose);
	cbor_put_bytes(buf, span_of(key->public, sizeof key->public));
	cbor_put_text(buf, span_text(key->party));
	if (key->has_tenant)
		cbor_put_bytes(buf, span_of(key->tenant, sizeof key->tenant));
	else
		cbor_put_null(buf);
}

void holder_key_take(struct cbor *cbor, struct keyholder_key *key)
{
	*key = (struct keyholder_key){0};
	if (cbor_array(cbor, 5) != 5)
		cbor_fail(cbor, ERR_FORMAT, "no such key");
	take(cbor, key->kid, sizeof key->kid);
	key->purpose = (enum key_purpose)cbor_uint_max(cbor, KEY_HOLDER);
	take(cbor, key->public, sizeof key->public);
	struct span party = cbor_text(cbor);
	if (party.size < sizeof key->party && party.size)
		memcpy(key->party, party.at, party.size);
	else
		cbor_fail(cbor, ERR_FORMAT, "not a party's name");
	key->has_tenant = !cbor_null(cbor);
	if (key->has_tenant)
		take(cbor, key->tenant, sizeof key->tenant);
}

static enum err send_all(int socket, struct span bytes)
{
	size_t at = 0;
	while (at < bytes.size) {
		ssize_t size = send(socket, bytes.at + at, bytes.size - at, MSG_NOSIGNAL);
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return ERR_IO;
		at += (size_t)size;
	}
	return OK;
}

enum err holder_send(int socket, struct span bytes)
{
	uint8_t length[4];
	if (bytes.size > HOLDER_FRAME_MAX)
		return ERR_LIMIT;
	for (unsigned i = 0; i < 4; i++)
		length[i] = (uint8_t)(bytes.size >> (8 * (3 - i)));
	enum err err = send_all(socket, span_of(length, sizeof length));
	return err ? err : send_all(socket, bytes);
}

/* Exactly size bytes; ERR_NOT_FOUND when the other side closed before the first. */
static enum err receive_all(int socket, uint8_t *out, size_t size)
{
	size_t at = 0;
	while (at < size) {
		ssize_t got = recv(socket, out + at, size - at, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			return at ? ERR_IO : ERR_NOT_FOUND;
		at += (size_t)got;
	}
	return OK;
}

enum err holder_receive(int socket, struct buf *buf)
{
	uint8_t length[4];
	enum err err = receive_all(socket, length, sizeof length);
	if (err)
		return err;
	size_t size = (size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 |
		      length[3];
	if (size > HOLDER_FRAME_MAX)
		return ERR_LIMIT;
	buf_reset(buf);
	uint8_t *to = buf_reserve(buf, size);
	if (!to)
		return buf->err;
	err = receive_all(socket, to, size);
	if (err)
		return ERR_IO;
	buf->size = size;
	return OK;
}
