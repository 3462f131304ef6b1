#include "ledger/proof/cose.h"

#include <assert.h>

/* COSE_Key labels and values. RFC 9052 section 7.1, RFC 9053 section 7.2. */
#define KEY_TYPE     1
#define KEY_KID      2
#define KEY_ALG      3
#define KEY_CURVE    (-1)
#define KEY_X        (-2)
#define KEY_TYPE_OKP 1

#define KEY_LABELS_MAX 8

static void start(struct cbor *cbor, struct span in, enum cose_dialect dialect)
{
	cbor_init(cbor, in);
	cbor->any_order = dialect == COSE_FOREIGN;
}

/* Checks a header map key by key. With keys in order cbor_map would do to refuse doubles; in any
 * order each is compared with those before, hence COSE_HEADERS_MAX. */
static void check_headers(struct cbor *cbor)
{
	struct span seen[COSE_HEADERS_MAX];
	struct cbor_map map;
	cbor_map(cbor, &map, COSE_HEADERS_MAX);
	for (size_t count = 0; map.left && !cbor->fault.err; count++, map.left--) {
		size_t at = cbor->at;
		enum cbor_type type = cbor_peek(cbor);
		if (type != CBOR_UINT && type != CBOR_NINT && type != CBOR_TEXT)
			cbor_fail(cbor, ERR_FORMAT, "header label is neither number nor text");
		seen[count] = cbor_item(cbor);
		for (size_t i = 0; i < count && !cbor->fault.err; i++) {
			int order = span_order(seen[i], seen[count]);
			if (order == 0 || (order > 0 && !cbor->any_order)) {
				cbor->at = at;
				cbor_fail(cbor, ERR_FORMAT,
					order ? "header labels are not in order"
					      : "header label is there twice");
			}
		}
		(void)cbor_item(cbor);
	}
}

/* The protected map stands inside a byte string; faults are told by their place in the
 * message. */
static void check_protected(struct cbor *cbor, struct cose_sign1 *message)
{
	struct span wrapped = cbor_bytes(cbor);
	if (cbor->fault.err)
		return;
	message->protected = wrapped;
	if (!wrapped.size)
		return;
	struct cbor inner;
	cbor_init_within(&inner, cbor->in, wrapped);
	inner.any_order = cbor->any_order;
	check_headers(&inner);
	if (cbor_end(&inner, NULL))
		cbor->fault = inner.fault;
}

enum err cose_sign1_parse(struct span bytes, enum cose_dialect dialect, struct cose_sign1 *message,
	struct fault *fault)
{
	struct cose_sign1 out = {.bytes = bytes, .dialect = dialect};
	struct cbor cbor;
	start(&cbor, bytes, dialect);
	if (cbor_tag(&cbor) != COSE_TAG_SIGN1)
		cbor_fail(&cbor, ERR_FORMAT, "not a tagged COSE_Sign1 message");
	if (cbor_array(&cbor, 4) != 4)
		cbor_fail(&cbor, ERR_FORMAT, "a COSE_Sign1 message has four parts");
	check_protected(&cbor, &out);
	size_t at = cbor.at;
	check_headers(&cbor);
	out.unprotected = span_cut(bytes, at, cbor.at);
	out.is_detached = cbor_null(&cbor);
	if (!out.is_detached)
		out.payload = cbor_bytes(&cbor);
	out.signature = cbor_bytes(&cbor);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*message = out;
	return err;
}

struct span cose_header(struct span map, int64_t label, enum cose_dialect dialect)
{
	struct span none = {0};
	if (!map.size)
		return none;
	struct buf want;
	uint8_t room[9];
	buf_over(&want, room, sizeof room);
	cbor_put_int(&want, label);
	struct cbor cbor;
	start(&cbor, map, dialect);
	struct cbor_map pairs;
	cbor_map(&cbor, &pairs, COSE_HEADERS_MAX);
	for (; pairs.left && !cbor.fault.err; pairs.left--) {
		struct span key = cbor_item(&cbor);
		struct span value = cbor_item(&cbor);
		if (!cbor.fault.err && span_equal(key, buf_span(&want)))
			return value;
	}
	return none;
}

int64_t cose_alg(const struct cose_sign1 *message)
{
	struct span value = cose_header(message->protected, COSE_ALG, message->dialect);
	struct cbor cbor;
	cbor_init(&cbor, value);
	int64_t alg = cbor_int(&cbor);
	return cbor_end(&cbor, NULL) == OK ? alg : 0;
}

void cose_signed_bytes(
	struct span protected, struct span external, struct span payload, struct buf *buf)
{
	cbor_put_array(buf, 4);
	cbor_put_text(buf, span_text("Signature1"));
	cbor_put_bytes(buf, protected);
	cbor_put_bytes(buf, external);
	cbor_put_bytes(buf, payload);
}

/* Room for the heads around the three parts. */
#define SIGNED_EXTRA 64

enum err cose_sign1_verify(const struct cose_sign1 *message, const uint8_t public[SIGN_PUBLIC],
	struct span external, struct span detached, struct fault *fault)
{
	int64_t alg = cose_alg(message);
	if (alg != COSE_EDDSA)
		return fault_set(fault, ERR_VERSION, 0, 0,
			"signed with algorithm %lld; only EdDSA (-8) can be verified here",
			(long long)alg);
	if (cose_header(message->protected, COSE_CRIT, message->dialect).size)
		return fault_set(fault, ERR_VERSION, 0, 0,
			"the message has critical headers, which this program does not know");
	struct span alg_outside = cose_header(message->unprotected, COSE_ALG, message->dialect);
	if (alg_outside.size)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"the algorithm stands in both headers; a label may stand in one only");
	if (message->signature.size != SIGN_SIZE)
		return fault_set(fault, ERR_SIGNATURE, 0, 0,
			"an EdDSA signature has %d bytes, not %zu", SIGN_SIZE,
			message->signature.size);
	struct span payload = message->is_detached ? detached : message->payload;
	struct buf buf;
	buf_init(&buf, message->protected.size + external.size + payload.size + SIGNED_EXTRA);
	cose_signed_bytes(message->protected, external, payload, &buf);
	enum err err = buf.err;
	if (err)
		err = fault_set(fault, err, 0, 0, "no memory to verify %zu bytes", payload.size);
	else if (!sign_verify(public, buf_span(&buf), message->signature.at))
		err = fault_set(fault, ERR_SIGNATURE, 0, 0,
			"the signature is not this key's over this message");
	buf_close(&buf);
	return err;
}

enum err cose_sign1_make(struct span protected, struct span unprotected, struct span payload,
	bool is_detached, struct span external, const struct signer *signer, struct buf *buf,
	struct fault *fault)
{
	uint8_t signature[SIGN_SIZE];
	struct buf signed_bytes;
	buf_init(&signed_bytes, protected.size + external.size + payload.size + SIGNED_EXTRA);
	cose_signed_bytes(protected, external, payload, &signed_bytes);
	enum err err = signed_bytes.err;
	if (!err)
		err = signer->sign(signer->self, buf_span(&signed_bytes), signature);
	buf_close(&signed_bytes);
	if (err)
		return fault_set(fault, err, 0, 0, "could not sign the message: %s", err_text(err));
	size_t before = buf->size;
	cbor_put_tag(buf, COSE_TAG_SIGN1);
	cbor_put_array(buf, 4);
	cbor_put_bytes(buf, protected);
	buf_put(buf, unprotected);
	if (is_detached)
		cbor_put_null(buf);
	else
		cbor_put_bytes(buf, payload);
	cbor_put_bytes(buf, span_of(signature, sizeof signature));
	if (!buf->err)
		return OK;
	buf->size = before;
	return fault_set(
		fault, buf->err, 0, 0, "no room for the signed message: %s", err_text(buf->err));
}

static void put_key(struct buf *buf, const struct cose_key *key, const uint8_t *kid)
{
	cbor_put_map(buf, kid ? 4 : 3);
	cbor_put_int(buf, KEY_TYPE);
	cbor_put_int(buf, KEY_TYPE_OKP);
	if (kid) {
		cbor_put_int(buf, KEY_KID);
		cbor_put_bytes(buf, span_of(kid, KID_SIZE));
	}
	cbor_put_int(buf, KEY_CURVE);
	cbor_put_int(buf, (int64_t)key->curve);
	cbor_put_int(buf, KEY_X);
	cbor_put_bytes(buf, span_of(key->x, sizeof key->x));
}

void cose_key_thumbprint(const struct cose_key *key, uint8_t out[KID_SIZE])
{
	uint8_t room[64];
	struct buf buf;
	buf_over(&buf, room, sizeof room);
	put_key(&buf, key, NULL);
	assert(!buf.err);
	hash_sha256(buf_span(&buf), out);
}

void cose_kid(const uint8_t public[SIGN_PUBLIC], uint8_t out[KID_SIZE])
{
	struct cose_key key = {.curve = COSE_ED25519};
	memcpy(key.x, public, sizeof key.x);
	cose_key_thumbprint(&key, out);
}

void cose_key_put(struct buf *buf, const struct cose_key *key)
{
	uint8_t kid[KID_SIZE];
	cose_key_thumbprint(key, kid);
	put_key(buf, key, kid);
}

void cose_key_take(struct cbor *cbor, struct cose_key *key)
{
	struct cose_key out = {.curve = 0};
	struct cbor_map map;
	struct span kid = {0};
	int64_t label;
	bool has_type = false, has_curve = false, has_x = false;
	size_t at = cbor->at;
	cbor_map(cbor, &map, KEY_LABELS_MAX);
	while (cbor_map_int(cbor, &map, &label)) {
		int64_t number = 0;
		if (label == KEY_TYPE || label == KEY_ALG || label == KEY_CURVE)
			number = cbor_int(cbor);
		if (label == KEY_TYPE) {
			has_type = true;
			if (number != KEY_TYPE_OKP)
				cbor_fail(cbor, ERR_VERSION, "key is not of type OKP");
		} else if (label == KEY_KID) {
			kid = cbor_bytes_of(cbor, KID_SIZE);
		} else if (label == KEY_ALG) {
			if (number != COSE_EDDSA)
				cbor_fail(cbor, ERR_VERSION,
					"key is for another algorithm than EdDSA");
		} else if (label == KEY_CURVE) {
			has_curve = true;
			if (number != COSE_ED25519 && number != COSE_X25519)
				cbor_fail(cbor, ERR_VERSION, "key is on another curve than 25519");
			out.curve = (enum cose_curve)number;
		} else if (label == KEY_X) {
			struct span x = cbor_bytes_of(cbor, sizeof out.x);
			has_x = x.size == sizeof out.x;
			if (has_x)
				memcpy(out.x, x.at, sizeof out.x);
		} else {
			cbor_fail(cbor, ERR_FORMAT, "key has a label that is not known");
		}
	}
	if (cbor->fault.err)
		return;
	uint8_t thumbprint[KID_SIZE];
	if (!has_type || !has_curve || !has_x) {
		cbor->at = at;
		cbor_fail(cbor, ERR_FORMAT, "key lacks type, curve or x");
		return;
	}
	cose_key_thumbprint(&out, thumbprint);
	if (kid.size && !span_equal(kid, span_of(thumbprint, sizeof thumbprint))) {
		cbor->at = at;
		cbor_fail(cbor, ERR_KEY, "kid is not the key's thumbprint");
		return;
	}
	*key = out;
}
