#include "ledger/proof/envelope.h"

#include <assert.h>

static const char *const type_names[SIGNED_TYPE_COUNT] = {
#define X(name, text) [(name)] = (text),
	SIGNED_TYPE_LIST(X)
#undef X
};

const char *signed_type_name(enum signed_type type)
{
	assert(type < SIGNED_TYPE_COUNT);
	return type_names[type];
}

/* typ of a parsed message as text; empty if it is missing or not text. */
static struct span type_text(const struct cose_sign1 *message)
{
	struct cbor cbor;
	cbor_init(&cbor, cose_header(message->protected, COSE_TYP, message->dialect));
	struct span text = cbor_text(&cbor);
	return cbor_end(&cbor, NULL) == OK ? text : span_of(NULL, 0);
}

enum err signed_type_of(struct span bytes, enum signed_type *type, struct fault *fault)
{
	struct cose_sign1 message;
	enum err err = cose_sign1_parse(bytes, COSE_OURS, &message, fault);
	if (err)
		return err;
	struct span text = type_text(&message);
	for (int i = 0; i < SIGNED_TYPE_COUNT; i++) {
		if (span_is(text, type_names[i])) {
			*type = (enum signed_type)i;
			return OK;
		}
	}
	return fault_set(fault, ERR_VERSION, 0, 0,
		"the message's type (header typ) is missing or not one of this program's");
}

static bool is_lower_alnum(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool name_is_valid(struct span name)
{
	if (!name.size || name.size > NAME_SIZE_MAX)
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (!is_lower_alnum(name.at[i]) && name.at[i] != '.' && name.at[i] != '-')
			return false;
	return is_lower_alnum(name.at[0]) && is_lower_alnum(name.at[name.size - 1]);
}

bool word_is_valid(struct span word)
{
	if (!word.size || word.size > WORD_SIZE_MAX)
		return false;
	for (size_t i = 0; i < word.size; i++)
		if (!is_lower_alnum(word.at[i]) && word.at[i] != '-')
			return false;
	return true;
}

bool origin_is_valid(struct span origin)
{
	if (!origin.size || origin.size > ORIGIN_SIZE_MAX)
		return false;
	for (size_t i = 0; i < origin.size; i++)
		if (origin.at[i] <= ' ' || origin.at[i] > '~' || origin.at[i] == '+')
			return false;
	return true;
}

static void take_claims(struct cbor *cbor, struct envelope *out)
{
	static const char *const lacking = "claims are not exactly iss, sub and aud";
	struct cbor_map map;
	int64_t label;
	cbor_map(cbor, &map, 3);
	if (map.left != 3)
		cbor_fail(cbor, ERR_FORMAT, lacking);
	while (cbor_map_int(cbor, &map, &label)) {
		size_t at = cbor->at;
		struct span text = cbor_text(cbor);
		if (cbor->fault.err)
			return;
		cbor->at = at; /* where a fault in the value would be */
		if (label == CLAIM_ISS && !name_is_valid(text))
			cbor_fail(cbor, ERR_FORMAT, "iss is not a member's name");
		else if (label == CLAIM_SUB && !word_is_valid(text))
			cbor_fail(cbor, ERR_FORMAT, "sub is not a kind's word");
		else if (label == CLAIM_AUD && !origin_is_valid(text))
			cbor_fail(cbor, ERR_FORMAT, "aud is not an origin");
		else if (label < CLAIM_ISS || label > CLAIM_AUD)
			cbor_fail(cbor, ERR_FORMAT, lacking);
		if (cbor->fault.err)
			return;
		(void)cbor_text(cbor);
		if (label == CLAIM_ISS)
			out->issuer = text;
		else if (label == CLAIM_SUB)
			out->subject = text;
		else
			out->origin = text;
	}
}

/* Exactly alg, kid, claims and typ; out->type is the one wanted. */
static enum err read_protected(
	struct span whole, struct span protected, struct envelope *out, struct fault *fault)
{
	static const char *const lacking = "header labels are not exactly 1, 4, 15 and 16";
	struct cbor cbor;
	struct cbor_map map;
	int64_t label;
	cbor_init_within(&cbor, whole, protected);
	cbor_map(&cbor, &map, COSE_HEADERS_MAX);
	if (map.left != 4)
		cbor_fail(&cbor, ERR_FORMAT, lacking);
	while (cbor_map_int(&cbor, &map, &label)) {
		if (label == COSE_ALG) {
			if (cbor_int(&cbor) != COSE_EDDSA)
				cbor_fail(&cbor, ERR_VERSION, "algorithm is not EdDSA");
		} else if (label == COSE_KID) {
			out->kid = cbor_bytes_of(&cbor, KID_SIZE);
		} else if (label == COSE_CLAIMS) {
			take_claims(&cbor, out);
		} else if (label == COSE_TYP) {
			if (!span_is(cbor_text(&cbor), signed_type_name(out->type)))
				cbor_fail(&cbor, ERR_VERSION, "typ is another");
		} else {
			cbor_fail(&cbor, ERR_FORMAT, lacking);
		}
	}
	return cbor_end(&cbor, fault);
}

enum err envelope_decode(struct span bytes, enum signed_type type, size_t size_max,
	struct envelope *envelope, struct fault *fault)
{
	struct envelope out = {.type = type};
	if (bytes.size > size_max)
		return fault_set(fault, ERR_LIMIT, size_max, bytes.size - size_max,
			"%s has %zu bytes; at most %zu are allowed", signed_type_name(type),
			bytes.size, size_max);
	enum err err = cose_sign1_parse(bytes, COSE_OURS, &out.message, fault);
	if (err)
		return err;
	const struct cose_sign1 *message = &out.message;
	struct span said = type_text(message);
	if (!span_is(said, signed_type_name(type)))
		return fault_set(fault, ERR_VERSION, 0, 0,
			"the message's type is \"%.*s\", not \"%s\"",
			(int)(said.size > 60 ? 60 : said.size), (const char *)said.at,
			signed_type_name(type));
	err = read_protected(bytes, message->protected, &out, fault);
	if (err)
		return err;
	if (message->unprotected.size != 1) /* one byte, 0xa0: the empty map */
		return fault_set(fault, ERR_FORMAT, (size_t)(message->unprotected.at - bytes.at),
			message->unprotected.size, "the unprotected header must be the empty map");
	if (message->is_detached)
		return fault_set(fault, ERR_FORMAT,
			(size_t)(message->unprotected.at - bytes.at) + message->unprotected.size, 1,
			"the payload must be in the message");
	if (message->signature.size != SIGN_SIZE)
		return fault_set(fault, ERR_FORMAT, (size_t)(message->signature.at - bytes.at),
			message->signature.size, "a signature has %d bytes", SIGN_SIZE);
	out.payload = message->payload;
	*envelope = out;
	return OK;
}

static void put_protected(struct buf *buf, const struct envelope *envelope)
{
	cbor_put_map(buf, 4);
	cbor_put_int(buf, COSE_ALG);
	cbor_put_int(buf, COSE_EDDSA);
	cbor_put_int(buf, COSE_KID);
	cbor_put_bytes(buf, envelope->kid);
	cbor_put_int(buf, COSE_CLAIMS);
	cbor_put_map(buf, 3);
	cbor_put_int(buf, CLAIM_ISS);
	cbor_put_text(buf, envelope->issuer);
	cbor_put_int(buf, CLAIM_SUB);
	cbor_put_text(buf, envelope->subject);
	cbor_put_int(buf, CLAIM_AUD);
	cbor_put_text(buf, envelope->origin);
	cbor_put_int(buf, COSE_TYP);
	cbor_put_text(buf, span_text(signed_type_name(envelope->type)));
}

#define PROTECTED_MAX 512 /* the largest has 350 */

enum err envelope_encode(const struct envelope *envelope, size_t size_max,
	const struct signer *signer, struct buf *buf, struct fault *fault)
{
	static const uint8_t empty_map[] = {0xa0};
	uint8_t room[PROTECTED_MAX];
	struct buf protected;
	buf_over(&protected, room, sizeof room);
	put_protected(&protected, envelope);
	if (protected.err)
		return fault_set(
			fault, ERR_LIMIT, 0, 0, "name, word or origin is too long for the header");
	/* What cannot be read back is not signed. */
	struct envelope back = {.type = envelope->type};
	enum err err = read_protected(buf_span(&protected), buf_span(&protected), &back, fault);
	if (err)
		return err;
	size_t before = buf->size;
	err = cose_sign1_make(buf_span(&protected), span_of(empty_map, 1), envelope->payload, false,
		span_of(NULL, 0), signer, buf, fault);
	if (!err && buf->size - before > size_max) {
		size_t size = buf->size - before;
		buf->size = before;
		err = fault_set(fault, ERR_LIMIT, size_max, size - size_max,
			"%s has %zu bytes; at most %zu are allowed",
			signed_type_name(envelope->type), size, size_max);
	}
	return err;
}

enum err envelope_verify(
	const struct envelope *envelope, const uint8_t public[SIGN_PUBLIC], struct fault *fault)
{
	uint8_t kid[KID_SIZE];
	cose_kid(public, kid);
	if (!span_equal(envelope->kid, span_of(kid, sizeof kid)))
		return fault_set(fault, ERR_KEY, 0, 0, "the message is signed with another key");
	return cose_sign1_verify(
		&envelope->message, public, span_of(NULL, 0), span_of(NULL, 0), fault);
}
