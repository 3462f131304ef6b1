#include "appliance/people/cwt.h"

#define HEADER_ROOM 128

static const struct span nothing = {0};

static void header_put(struct buf *buf, const uint8_t kid[KID_SIZE], const char *typ)
{
	cbor_put_map(buf, 3);
	cbor_put_int(buf, COSE_ALG);
	cbor_put_int(buf, COSE_EDDSA);
	cbor_put_int(buf, COSE_KID);
	cbor_put_bytes(buf, span_of(kid, KID_SIZE));
	cbor_put_int(buf, COSE_TYP);
	cbor_put_text(buf, span_text(typ));
}

enum err cwt_make(const char *typ, struct span claims, const uint8_t key[SIGN_PUBLIC],
	const struct signer *signer, struct buf *token, struct fault *fault)
{
	static const uint8_t empty_map = 0xa0;
	uint8_t room[HEADER_ROOM], kid[KID_SIZE];
	struct buf header;
	struct cose_sign1 made;
	size_t start = token->size;
	buf_over(&header, room, sizeof room);
	cose_kid(key, kid);
	header_put(&header, kid, typ);
	enum err err = cose_sign1_make(buf_span(&header), span_of(&empty_map, 1), claims, false,
		nothing, signer, token, fault);
	if (!err)
		err = cose_sign1_parse(
			span_cut(buf_span(token), start, token->size), COSE_OURS, &made, fault);
	if (!err)
		err = cose_sign1_verify(&made, key, nothing, nothing, fault);
	return err;
}

enum err cwt_read(struct span bytes, const char *typ, const char *what, struct cose_sign1 *token,
	uint8_t kid[KID_SIZE], struct fault *fault)
{
	uint8_t room[HEADER_ROOM];
	struct buf want;
	struct cbor cbor;
	struct cose_sign1 read;
	enum err err = cose_sign1_parse(bytes, COSE_OURS, &read, fault);
	if (err)
		return err;
	cbor_init(&cbor, cose_header(read.protected, COSE_TYP, COSE_OURS));
	struct span found = cbor_text(&cbor);
	if (cbor_end(&cbor, NULL) || !span_is(found, typ))
		return fault_set(fault, ERR_VERSION, 0, 0,
			"a signed message, but not a %s (header typ is not %s)", what, typ);
	cbor_init(&cbor, cose_header(read.protected, COSE_KID, COSE_OURS));
	found = cbor_bytes_of(&cbor, KID_SIZE);
	if (cbor_end(&cbor, NULL))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"%s names no key (header kid of %d bytes)", what, KID_SIZE);
	buf_over(&want, room, sizeof room);
	header_put(&want, found.at, typ);
	if (!span_equal(buf_span(&want), read.protected) || read.unprotected.size != 1 ||
		read.is_detached)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"header of a %s must be alg EdDSA, kid and typ and nothing else", what);
	memcpy(kid, found.at, KID_SIZE);
	*token = read;
	return OK;
}

enum err cwt_verify(const struct cose_sign1 *token, const uint8_t kid[KID_SIZE],
	const uint8_t key[SIGN_PUBLIC], const char *what, struct fault *fault)
{
	uint8_t own[KID_SIZE];
	cose_kid(key, own);
	if (memcmp(own, kid, KID_SIZE) != 0)
		return fault_set(fault, ERR_KEY, 0, 0,
			"%s was signed with another key than the one given", what);
	return cose_sign1_verify(token, key, nothing, nothing, fault);
}

void cwt_text_take(struct cbor *cbor, char *out, size_t room)
{
	struct span text = cbor_text(cbor);
	if (text.size >= room || (text.size && memchr(text.at, 0, text.size)))
		cbor_fail(cbor, ERR_LIMIT, "text of a claim is too long");
	else if (!text.size)
		cbor_fail(cbor, ERR_FORMAT, "text of a claim is empty");
	if (!cbor->fault.err) {
		memcpy(out, text.at, text.size);
		out[text.size] = 0;
	}
}
