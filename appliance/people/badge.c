#include "appliance/people/badge.h"

#include "appliance/people/cwt.h"
#include "ledger/base/base45.h"
#include "ledger/proof/envelope.h"

#include <stdio.h>

#define CLAIM_CTI    7
#define CLAIM_STATUS 65535 /* draft-ietf-oauth-status-list section 6.3 */
#define CLAIM_PHOTO  (-65537) /* below -65536: private use, RFC 8392 section 9.1 */
#define CLAIM_ROLE   (-65538)
#define CLAIM_NAME   (-65539)
#define CLAIMS_MAX   10

#define TIME_MAX_S (1LL << 40) /* no date beyond is meant */

_Static_assert(sizeof BADGE_PREFIX - 1 + base45_room(BADGE_SIZE_MAX) == BADGE_TEXT_SIZE,
	"room for the largest badge");

static enum err badge_check(const struct badge *badge, struct fault *fault)
{
	if (!name_is_valid(span_text(badge->issuer)))
		return fault_set(fault, ERR_FORMAT, 0, 0, "badge iss (1): not a member's name");
	if (badge->issued_s <= 0 || badge->issued_s > TIME_MAX_S)
		return fault_set(fault, ERR_RANGE, 0, 0, "badge iat (6): not a time");
	if (badge->expires_s <= badge->issued_s ||
		badge->expires_s - badge->issued_s > BADGE_LIFE_S)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"badge exp (4): must be after iat and at most %lld days later",
			BADGE_LIFE_S / 86400);
	if (badge->not_before_s < badge->issued_s || badge->not_before_s >= badge->expires_s)
		return fault_set(
			fault, ERR_RANGE, 0, 0, "badge nbf (5): must lie between iat and exp");
	if (badge->status.uri[0] && !status_uri_is_valid(span_text(badge->status.uri)))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"badge status (65535): uri is not a web address of at most %d characters",
			STATUS_URI_MAX);
	if (badge->role && !code_is_known(CODES_ROLE, badge->role))
		return fault_set(fault, ERR_RANGE, 0, 0, "badge role (-65538): %u is not known",
			(unsigned)badge->role);
	if (badge->name[0] && !person_name_is_valid(span_text(badge->name)))
		return fault_set(fault, ERR_FORMAT, 0, 0, "badge name (-65539): not a name");
	return OK;
}

static void bytes_claim_put(struct buf *buf, int64_t claim, const uint8_t *at, size_t size)
{
	cbor_put_int(buf, claim);
	cbor_put_bytes(buf, span_of(at, size));
}

static void int_claim_put(struct buf *buf, int64_t claim, int64_t value)
{
	cbor_put_int(buf, claim);
	cbor_put_int(buf, value);
}

static void status_put(struct buf *buf, const struct status_reference *status)
{
	cbor_put_int(buf, CLAIM_STATUS);
	cbor_put_map(buf, 1);
	cbor_put_text(buf, span_text("status_list"));
	cbor_put_map(buf, 2);
	cbor_put_text(buf, span_text("idx"));
	cbor_put_uint(buf, status->index);
	cbor_put_text(buf, span_text("uri"));
	cbor_put_text(buf, span_text(status->uri));
}

static void claims_put(struct buf *buf, const struct badge *badge)
{
	bool has_begin = badge->not_before_s != badge->issued_s;
	size_t count = 5 + (size_t)has_begin + (badge->status.uri[0] != 0) + badge->has_photo +
		       (badge->role != 0) + (badge->name[0] != 0);
	cbor_put_map(buf, count);
	cbor_put_int(buf, CLAIM_ISS);
	cbor_put_text(buf, span_text(badge->issuer));
	bytes_claim_put(buf, CLAIM_SUB, badge->person, PERSON_SIZE);
	int_claim_put(buf, CLAIM_EXP, badge->expires_s);
	if (has_begin)
		int_claim_put(buf, CLAIM_NBF, badge->not_before_s);
	int_claim_put(buf, CLAIM_IAT, badge->issued_s);
	bytes_claim_put(buf, CLAIM_CTI, badge->id, BADGE_ID_SIZE);
	if (badge->status.uri[0])
		status_put(buf, &badge->status);
	if (badge->has_photo)
		bytes_claim_put(buf, CLAIM_PHOTO, badge->photo, HASH_SIZE);
	if (badge->role)
		int_claim_put(buf, CLAIM_ROLE, badge->role);
	if (badge->name[0]) {
		cbor_put_int(buf, CLAIM_NAME);
		cbor_put_text(buf, span_text(badge->name));
	}
}

enum err badge_make(const struct badge *badge, const uint8_t key[SIGN_PUBLIC],
	const struct signer *signer, char text[BADGE_TEXT_SIZE], struct fault *fault)
{
	struct badge whole = *badge;
	uint8_t claims_room[BADGE_SIZE_MAX], message_room[BADGE_SIZE_MAX];
	struct buf claims, message;
	if (!whole.not_before_s)
		whole.not_before_s = whole.issued_s;
	enum err err = badge_check(&whole, fault);
	if (err)
		return err;
	buf_over(&claims, claims_room, sizeof claims_room);
	buf_over(&message, message_room, sizeof message_room);
	claims_put(&claims, &whole);
	if (!claims.err)
		err = cwt_make(signed_type_name(SIGNED_BADGE), buf_span(&claims), key, signer,
			&message, fault);
	if (claims.err || message.err)
		return fault_set(fault, ERR_LIMIT, 0, 0,
			"badge is larger than %d bytes and would not be read off a card: shorten "
			"the name or the status list's address",
			BADGE_SIZE_MAX);
	if (err)
		return err;
	memcpy(text, BADGE_PREFIX, sizeof BADGE_PREFIX - 1);
	base45_print(buf_span(&message), text + sizeof BADGE_PREFIX - 1);
	return OK;
}

static void bytes_take(struct cbor *cbor, uint8_t *out, size_t size)
{
	struct span bytes = cbor_bytes_of(cbor, size);
	if (!cbor->fault.err)
		memcpy(out, bytes.at, size);
}

static void status_take(struct cbor *cbor, struct status_reference *status)
{
	struct cbor_map outer, inner;
	struct span key;
	cbor_map(cbor, &outer, 1);
	if (!cbor_map_text(cbor, &outer, &key) || !span_is(key, "status_list")) {
		cbor_fail(cbor, ERR_FORMAT, "status of a badge has status_list and nothing else");
		return;
	}
	cbor_map(cbor, &inner, 2);
	unsigned seen = 0;
	while (cbor_map_text(cbor, &inner, &key)) {
		if (span_is(key, "idx")) {
			status->index = (uint32_t)cbor_uint_max(cbor, UINT32_MAX);
			seen |= 1;
		} else if (span_is(key, "uri")) {
			cwt_text_take(cbor, status->uri, sizeof status->uri);
			seen |= 2;
		} else {
			cbor_fail(cbor, ERR_FORMAT, "status_list has idx and uri and nothing else");
		}
	}
	if (seen != 3)
		cbor_fail(cbor, ERR_FORMAT, "status_list needs idx and uri");
}

static enum err claims_read(struct span payload, struct badge *badge, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t claim;
	unsigned required = 0;
	cbor_init(&cbor, payload);
	cbor_map(&cbor, &map, CLAIMS_MAX);
	while (cbor_map_int(&cbor, &map, &claim)) {
		switch (claim) {
		case CLAIM_ISS: cwt_text_take(&cbor, badge->issuer, sizeof badge->issuer); break;
		case CLAIM_SUB: bytes_take(&cbor, badge->person, PERSON_SIZE); break;
		case CLAIM_EXP: badge->expires_s = cbor_int(&cbor); break;
		case CLAIM_NBF:
			badge->not_before_s = cbor_int(&cbor);
			if (!badge->not_before_s)
				cbor_fail(&cbor, ERR_RANGE, "nbf of a badge is zero");
			break;
		case CLAIM_IAT: badge->issued_s = cbor_int(&cbor); break;
		case CLAIM_CTI: bytes_take(&cbor, badge->id, BADGE_ID_SIZE); break;
		case CLAIM_STATUS: status_take(&cbor, &badge->status); break;
		case CLAIM_PHOTO:
			badge->has_photo = true;
			bytes_take(&cbor, badge->photo, HASH_SIZE);
			break;
		case CLAIM_ROLE:
			badge->role = (enum work_role)cbor_uint_max(&cbor, CHECK_CODE_END);
			if (!badge->role)
				cbor_fail(&cbor, ERR_RANGE, "role of a badge is zero");
			break;
		case CLAIM_NAME: cwt_text_take(&cbor, badge->name, sizeof badge->name); break;
		default: cbor_fail(&cbor, ERR_FORMAT, "a claim that no badge has");
		}
		if (claim > 0 && claim <= CLAIM_CTI && claim != CLAIM_NBF)
			required++;
	}
	if (required != 5)
		cbor_fail(&cbor, ERR_FORMAT, "a badge needs the claims 1, 2, 4, 6 and 7");
	enum err err = cbor_end(&cbor, fault);
	if (err)
		return err;
	/* One form only: a beginning that says nothing is left out. */
	if (badge->not_before_s && badge->not_before_s <= badge->issued_s)
		return fault_set(
			fault, ERR_RANGE, 0, 0, "badge nbf (5): must be after iat, or be left out");
	if (!badge->not_before_s)
		badge->not_before_s = badge->issued_s;
	return badge_check(badge, fault);
}

static bool is_line_end(uint8_t c)
{
	return c == '\r' || c == '\n' || c == '\t';
}

/* The message behind the prefix. */
static enum err text_read(
	struct span text, uint8_t bytes[BADGE_SIZE_MAX], size_t *size, struct fault *fault)
{
	const size_t head = sizeof BADGE_PREFIX - 1;
	size_t from = 0, to = text.size;
	while (from < to && is_line_end(text.at[from]))
		from++;
	while (to > from && is_line_end(text.at[to - 1]))
		to--;
	text = span_cut(text, 0, to);
	struct span prefix = span_cut(text, from, from + head);
	if (!span_is(prefix, BADGE_PREFIX)) {
		bool other = prefix.size == head && !memcmp(prefix.at, "ASY", 3);
		return fault_set(fault, other ? ERR_VERSION : ERR_FORMAT, from, prefix.size,
			other ? "a badge of a version that this program does not know"
			      : "not a badge: its text begins with " BADGE_PREFIX);
	}
	struct span body = span_cut(text, from + head, to);
	enum err err = base45_parse(body, bytes, BADGE_SIZE_MAX, size, fault);
	if (err && fault)
		fault->at += from + head;
	return err;
}

static enum err badge_parse(struct span text, uint8_t bytes[BADGE_SIZE_MAX],
	struct cose_sign1 *message, struct badge *badge, struct fault *fault)
{
	struct badge read = {0};
	size_t size = 0;
	enum err err = text_read(text, bytes, &size, fault);
	if (!err)
		err = cwt_read(span_of(bytes, size), signed_type_name(SIGNED_BADGE), "badge",
			message, read.kid, fault);
	if (!err)
		err = claims_read(message->payload, &read, fault);
	if (!err)
		*badge = read;
	return err;
}

enum err badge_read(struct span text, struct badge *badge, struct fault *fault)
{
	uint8_t bytes[BADGE_SIZE_MAX];
	struct cose_sign1 message = {0};
	return badge_parse(text, bytes, &message, badge, fault);
}

enum err badge_verify(
	struct span text, const uint8_t key[SIGN_PUBLIC], struct badge *badge, struct fault *fault)
{
	char what[MEMBER_NAME_MAX + 16];
	uint8_t bytes[BADGE_SIZE_MAX];
	struct cose_sign1 message = {0};
	struct badge read = {0};
	enum err err = badge_parse(text, bytes, &message, &read, fault);
	if (err)
		return err;
	(void)snprintf(what, sizeof what, "badge of %s", read.issuer);
	err = cwt_verify(&message, read.kid, key, what, fault);
	if (!err)
		*badge = read;
	return err;
}

enum err badge_is_valid_at(const struct badge *badge, int64_t at_ms, struct fault *fault)
{
	char when[CIVIL_TIME_SIZE];
	bool early = at_ms < (badge->not_before_s - BADGE_SKEW_S) * 1000;
	if (!early && at_ms < badge->expires_s * 1000)
		return OK;
	civil_print_time((early ? badge->not_before_s : badge->expires_s) * 1000, when);
	return fault_set(fault, ERR_RANGE, 0, 0,
		early ? "badge of %s begins only at %s" : "badge of %s ran out at %s",
		badge->issuer, when);
}

enum err badge_photo_check(const struct badge *badge, struct span picture, struct fault *fault)
{
	uint8_t hash[HASH_SIZE];
	if (!badge->has_photo)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"badge names no picture: compare with a photo ID");
	hash_sha256(picture, hash);
	if (memcmp(hash, badge->photo, HASH_SIZE) != 0)
		return fault_set(
			fault, ERR_PROOF, 0, 0, "the picture is not the one that the badge names");
	return OK;
}
