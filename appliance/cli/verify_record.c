#include "appliance/cli/verify_record.h"

#include "appliance/people/badge.h"
#include "appliance/people/credential_document.h"
#include "appliance/people/multikey.h"
#include "appliance/people/status_credential.h"
#include "appliance/people/status_cwt.h"
#include "ledger/base/civil.h"

/* What a credential and a badge have in common. */
struct carried {
	uint8_t key[SIGN_PUBLIC]; /* that signed it */
	struct status_reference status;
};

static void rely(json_t *relied, const char *name, const char *text)
{
	(void)json_object_set_new(relied, name, json_string(text));
}

static void rely_time(json_t *relied, const char *name, int64_t ms)
{
	char time[CIVIL_TIME_SIZE];
	civil_print_time(ms, time);
	rely(relied, name, time);
}

static void rely_key(json_t *relied, const uint8_t key[SIGN_PUBLIC])
{
	char did[DID_KEY_SIZE];
	did_key_print(key, did);
	rely(relied, "key", did);
}

static struct span trimmed(struct span bytes)
{
	while (bytes.size && bytes.at[0] <= ' ')
		bytes = span_cut(bytes, 1, bytes.size);
	while (bytes.size && bytes.at[bytes.size - 1] <= ' ')
		bytes.size--;
	return bytes;
}

static bool is_badge(struct span bytes)
{
	struct span text = trimmed(bytes);
	return span_equal(span_cut(text, 0, strlen(BADGE_PREFIX)), span_text(BADGE_PREFIX));
}

bool record_is_one(struct span bytes)
{
	struct span text = trimmed(bytes);
	return is_badge(bytes) || (text.size && text.at[0] == '{');
}

static enum err no_issuer(struct fault *fault)
{
	return fault_set(fault, ERR_UNSURE, 0, 0,
		"nothing says whose key this must be: give it with --issuer did:key:...");
}

static enum err take_badge(struct span bytes, const struct record_trust *trust,
	struct carried *carried, json_t *relied, struct fault *fault)
{
	struct badge badge;
	enum err err = badge_read(trimmed(bytes), &badge, fault);
	if (err)
		return err;
	rely(relied, "type", "badge");
	rely(relied, "issuer", badge.issuer);
	rely_time(relied, "expires", badge.expires_s * 1000);
	if (!trust->has_issuer)
		return no_issuer(fault);
	err = badge_verify(trimmed(bytes), trust->issuer, &badge, fault);
	if (err)
		return err;
	memcpy(carried->key, trust->issuer, sizeof carried->key);
	carried->status = badge.status;
	rely_key(relied, carried->key);
	return badge_is_valid_at(&badge, trust->now_ms, fault);
}

static enum err take_credential(struct span bytes, const struct record_trust *trust,
	struct carried *carried, json_t *relied, struct fault *fault)
{
	struct credential credential;
	enum err err = credential_read(trimmed(bytes), NULL, &credential, fault);
	if (err)
		return err;
	rely(relied, "type", "credential");
	rely(relied, "issuer", credential.issuer);
	rely_key(relied, credential.issuer_key);
	rely_time(relied, "expires", credential.valid_until_ms);
	if (!trust->has_issuer)
		return no_issuer(fault);
	if (memcmp(credential.issuer_key, trust->issuer, SIGN_PUBLIC) != 0)
		return fault_set(fault, ERR_KEY, 0, 0, "it is signed with another key");
	memcpy(carried->key, credential.issuer_key, sizeof carried->key);
	carried->status = credential.status;
	return credential_is_valid_at(&credential, trust->now_ms, fault);
}

/* ---- status ---- */

static enum err judge_status(uint8_t status, struct fault *fault)
{
	switch (record_of_status(status)) {
	case RECORD_VALID: return OK;
	case RECORD_SUSPENDED:
		return fault_set(fault, ERR_REFUSED, 0, 0, "its status list says suspended");
	case RECORD_REVOKED:
		return fault_set(fault, ERR_REFUSED, 0, 0, "its status list says revoked");
	case RECORD_UNKNOWN: break;
	}
	return fault_set(fault, ERR_UNSURE, 0, 0,
		"its status list says: look at the source again; the status is unknown");
}

static enum err not_covered(struct fault *fault, const struct fault *why)
{
	return fault_set(
		fault, ERR_UNSURE, 0, 0, "the status list does not tell: %.300s", why->text);
}

static enum err ask_token(struct span bytes, const struct carried *carried, int64_t now_ms,
	json_t *relied, struct fault *fault)
{
	struct status_cwt list;
	struct fault why;
	struct buf statuses;
	uint8_t status = STATUS_CHECK_NOW;
	buf_init(&statuses, STATUS_COUNT_MAX);
	enum err err = status_cwt_verify(bytes, carried->key, &list, &statuses, &why);
	if (err) {
		err = not_covered(fault, &why);
	} else {
		rely_time(relied, "status_as_of", list.issued_s * 1000);
		if (status_cwt_covers(&list, &carried->status, now_ms, &why) ||
			status_at(buf_span(&statuses), carried->status.index, &status, &why))
			err = not_covered(fault, &why);
	}
	buf_close(&statuses);
	return err ? err : judge_status(status, fault);
}

static enum err ask_bits(struct span bytes, const struct carried *carried, int64_t now_ms,
	json_t *relied, struct fault *fault)
{
	struct status_credential list;
	struct fault why = {0};
	struct buf bits;
	uint8_t bit = 1;
	buf_init(&bits, STATUS_COUNT_MAX);
	enum err err = status_credential_read(bytes, &list, &bits, &why);
	if (err) {
		err = not_covered(fault, &why);
	} else {
		rely_time(relied, "status_as_of", list.valid_from_ms);
		rely(relied, "status_of", status_purpose_word(list.purpose));
		if (memcmp(list.issuer_key, carried->key, SIGN_PUBLIC) != 0)
			(void)fault_set(&why, ERR_KEY, 0, 0, "it is signed with another key");
		else if (strcmp(list.uri, carried->status.uri) != 0)
			(void)fault_set(&why, ERR_SCOPE, 0, 0, "it is of another address");
		else if (now_ms >= list.valid_until_ms ||
			 now_ms + BADGE_SKEW_S * 1000 < list.valid_from_ms)
			(void)fault_set(&why, ERR_RANGE, 0, 0, "it is not in date");
		else if (status_at(buf_span(&bits), carried->status.index, &bit, &why))
			bit = 1;
		if (why.err)
			err = not_covered(fault, &why);
	}
	buf_close(&bits);
	if (err)
		return err;
	if (bit)
		return judge_status(
			list.purpose == STATUS_REVOCATION ? STATUS_INVALID : STATUS_SUSPENDED,
			fault);
	return fault_set(fault, ERR_UNSURE, 0, 0,
		"the list says it is not %s; give the token form, which says both",
		list.purpose == STATUS_REVOCATION ? "revoked" : "suspended");
}

enum err record_verify(
	struct span bytes, const struct record_trust *trust, json_t *relied, struct fault *fault)
{
	struct carried carried = {0};
	enum err err = is_badge(bytes) ? take_badge(bytes, trust, &carried, relied, fault)
				       : take_credential(bytes, trust, &carried, relied, fault);
	if (err)
		return err;
	if (!carried.status.uri[0])
		return OK; /* it says of itself that nobody keeps a status of it */
	rely(relied, "status_list", carried.status.uri);
	(void)json_object_set_new(
		relied, "status_index", json_integer((json_int_t)carried.status.index));
	if (!trust->list.size)
		return fault_set(fault, ERR_UNSURE, 0, 0,
			"it may have been revoked: give its status list with --status FILE");
	return trust->list.at[0] == '{'
		       ? ask_bits(trust->list, &carried, trust->now_ms, relied, fault)
		       : ask_token(trust->list, &carried, trust->now_ms, relied, fault);
}
