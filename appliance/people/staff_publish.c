#include "appliance/people/staff_publish.h"

#include "ledger/base/hex.h"

static const struct {
	const char *tail;
	const char *type;
} forms[PUBLISHED_FORMS] = {
	[PUBLISHED_TOKEN] = {"", "application/statuslist+cwt"},
	[PUBLISHED_REVOCATION] = {"/revocation", "application/vc"},
	[PUBLISHED_SUSPENSION] = {"/suspension", "application/vc"},
};

const char *published_type(enum published_form form)
{
	return forms[form].type;
}

enum err published_path_parse(struct span rest, uint8_t list[STATUS_LIST_ID],
	enum published_form *form, struct fault *fault)
{
	size_t digits = 2 * (size_t)STATUS_LIST_ID;
	struct span tail = span_cut(rest, digits, rest.size);
	if (rest.size >= digits &&
		!hex_parse(span_cut(rest, 0, digits), list, STATUS_LIST_ID, NULL))
		for (int i = 0; i < PUBLISHED_FORMS; i++)
			if (span_is(tail, forms[i].tail)) {
				*form = (enum published_form)i;
				return OK;
			}
	return fault_set(fault, ERR_NOT_FOUND, 0, 0,
		"a status list is at /status/ and 32 hexadecimal digits, its bitstrings at "
		"/revocation and /suspension behind them");
}

enum err published_pad(struct buf *statuses, struct fault *fault)
{
	static const uint8_t valid[4096] = {STATUS_VALID};
	while (!statuses->err && statuses->size < STATUS_COUNT_MIN) {
		size_t lacking = STATUS_COUNT_MIN - statuses->size;
		buf_put(statuses, span_of(valid, lacking < sizeof valid ? lacking : sizeof valid));
	}
	return statuses->err ? fault_set(fault, statuses->err, 0, 0, "no room for a status list")
			     : OK;
}

static enum err publish_bits(const struct staff_party *party, const char *uri,
	enum status_purpose purpose, struct span statuses, int64_t at_ms, struct buf *bytes,
	struct fault *fault)
{
	struct status_credential list = {
		.purpose = purpose,
		.valid_from_ms = at_ms,
		.valid_until_ms = at_ms + PUBLISHED_LIFE_S * INT64_C(1000),
	};
	memcpy(list.uri, uri, strlen(uri) + 1);
	memcpy(list.issuer_key, party->key, sizeof list.issuer_key);
	return status_credential_make(&list, statuses, &party->document, bytes, fault);
}

enum err staff_publish(const struct staff_party *party, const uint8_t list[STATUS_LIST_ID],
	enum published_form form, struct span statuses, int64_t at_ms, struct buf *bytes,
	struct fault *fault)
{
	struct status_cwt token = {.issued_s = at_ms / 1000, .ttl_s = PUBLISHED_TTL_S};
	token.expires_s = token.issued_s + PUBLISHED_LIFE_S;
	enum err err = staff_status_uri(party, list, token.uri, fault);
	if (err)
		return err;
	if (form == PUBLISHED_TOKEN)
		return status_cwt_make(&token, statuses, party->key, &party->message, bytes, fault);
	return publish_bits(party, token.uri,
		form == PUBLISHED_REVOCATION ? STATUS_REVOCATION : STATUS_SUSPENSION, statuses,
		token.issued_s * 1000, bytes, fault);
}
