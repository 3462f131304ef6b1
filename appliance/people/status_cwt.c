#include "appliance/people/status_cwt.h"

#include "appliance/people/cwt.h"
#include "ledger/proof/envelope.h"

#define CLAIM_LIST 65533
#define CLAIM_TTL  65534
#define CLAIMS     5

#define TIME_MAX_S (1LL << 40)
#define SKEW_MS    60000

static enum err list_check(const struct status_cwt *list, struct fault *fault)
{
	if (!status_uri_is_valid(span_text(list->uri)))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"status list sub (2): not a web address of at most %d characters",
			STATUS_URI_MAX);
	if (list->issued_s <= 0 || list->issued_s > TIME_MAX_S)
		return fault_set(fault, ERR_RANGE, 0, 0, "status list iat (6): not a time");
	if (list->expires_s <= list->issued_s ||
		list->expires_s - list->issued_s > STATUS_CWT_LIFE_S)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"status list exp (4): must be after iat and at most %lld days later",
			STATUS_CWT_LIFE_S / 86400);
	if (list->ttl_s < 1 || list->ttl_s > STATUS_CWT_LIFE_S)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"status list ttl (65534): must be 1 second to %lld days",
			STATUS_CWT_LIFE_S / 86400);
	return OK;
}

enum err status_cwt_make(const struct status_cwt *list, struct span statuses,
	const uint8_t key[SIGN_PUBLIC], const struct signer *signer, struct buf *token,
	struct fault *fault)
{
	struct buf claims;
	enum err err = list_check(list, fault);
	if (err)
		return err;
	buf_init(&claims, STATUS_CWT_MAX);
	cbor_put_map(&claims, CLAIMS);
	cbor_put_int(&claims, CLAIM_SUB);
	cbor_put_text(&claims, span_text(list->uri));
	cbor_put_int(&claims, CLAIM_EXP);
	cbor_put_int(&claims, list->expires_s);
	cbor_put_int(&claims, CLAIM_IAT);
	cbor_put_int(&claims, list->issued_s);
	cbor_put_int(&claims, CLAIM_LIST);
	err = status_token_put(&claims, statuses, STATUS_CWT_BITS, fault);
	cbor_put_int(&claims, CLAIM_TTL);
	cbor_put_int(&claims, list->ttl_s);
	if (!err && claims.err)
		err = fault_set(fault, claims.err, 0, 0, "no room for a status list");
	if (!err)
		err = cwt_make(signed_type_name(SIGNED_STATUS_LIST), buf_span(&claims), key, signer,
			token, fault);
	buf_close(&claims);
	return err;
}

/* statuses: NULL when nobody vouches for them yet. */
static enum err claims_read(
	struct span payload, struct status_cwt *list, struct buf *statuses, struct fault *fault)
{
	struct cbor cbor, inner;
	struct cbor_map map;
	struct span packed = {0};
	int64_t claim;
	unsigned seen = 0, bits = 0;
	cbor_init(&cbor, payload);
	cbor_map(&cbor, &map, CLAIMS);
	while (cbor_map_int(&cbor, &map, &claim)) {
		seen++;
		if (claim == CLAIM_SUB)
			cwt_text_take(&cbor, list->uri, sizeof list->uri);
		else if (claim == CLAIM_EXP)
			list->expires_s = cbor_int(&cbor);
		else if (claim == CLAIM_IAT)
			list->issued_s = cbor_int(&cbor);
		else if (claim == CLAIM_LIST)
			packed = cbor_item(&cbor);
		else if (claim == CLAIM_TTL)
			list->ttl_s = cbor_int(&cbor);
		else
			cbor_fail(&cbor, ERR_FORMAT, "a claim that no status list has");
	}
	if (seen != CLAIMS)
		cbor_fail(&cbor, ERR_FORMAT,
			"a status list needs the claims 2, 4, 6, 65533 and 65534");
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		err = list_check(list, fault);
	if (err || !statuses)
		return err;
	cbor_init(&inner, packed);
	err = status_token_take(&inner, statuses, &bits, fault);
	if (!err && bits != STATUS_CWT_BITS)
		err = fault_set(fault, ERR_VERSION, 0, 0,
			"status list of %u bits an entry, only %d are read", bits, STATUS_CWT_BITS);
	return err;
}

static enum err token_read(
	struct span bytes, struct cose_sign1 *token, struct status_cwt *list, struct fault *fault)
{
	if (bytes.size > STATUS_CWT_MAX)
		return fault_set(fault, ERR_LIMIT, STATUS_CWT_MAX, bytes.size - STATUS_CWT_MAX,
			"status list of %zu bytes, at most %u are taken", bytes.size,
			STATUS_CWT_MAX);
	enum err err = cwt_read(bytes, signed_type_name(SIGNED_STATUS_LIST), "status list", token,
		list->kid, fault);
	return err ? err : claims_read(token->payload, list, NULL, fault);
}

enum err status_cwt_read(struct span bytes, struct status_cwt *list, struct fault *fault)
{
	struct cose_sign1 token = {0};
	struct status_cwt read = {0};
	enum err err = token_read(bytes, &token, &read, fault);
	if (!err)
		*list = read;
	return err;
}

enum err status_cwt_verify(struct span bytes, const uint8_t key[SIGN_PUBLIC],
	struct status_cwt *list, struct buf *statuses, struct fault *fault)
{
	struct cose_sign1 token = {0};
	struct status_cwt read = {0};
	size_t start = statuses->size;
	enum err err = token_read(bytes, &token, &read, fault);
	if (!err)
		err = cwt_verify(&token, read.kid, key, "status list", fault);
	if (!err)
		err = claims_read(token.payload, &read, statuses, fault);
	if (err)
		statuses->size = start;
	else
		*list = read;
	return err;
}

enum err status_cwt_covers(const struct status_cwt *list, const struct status_reference *reference,
	int64_t at_ms, struct fault *fault)
{
	char when[CIVIL_TIME_SIZE];
	if (strcmp(list->uri, reference->uri) != 0)
		return fault_set(fault, ERR_SCOPE, 0, 0,
			"the record's status is in another list than %.120s", list->uri);
	bool early = at_ms < list->issued_s * 1000 - SKEW_MS;
	if (!early && at_ms < list->expires_s * 1000)
		return OK;
	civil_print_time((early ? list->issued_s : list->expires_s) * 1000, when);
	return fault_set(fault, ERR_RANGE, 0, 0,
		early ? "status list is of a later moment, %s: check the clock"
		      : "status list ran out at %s: the status is unknown till a newer is here",
		when);
}

enum status status_of_record(enum record_status status)
{
	switch (status) {
	case RECORD_VALID: return STATUS_VALID;
	case RECORD_SUSPENDED: return STATUS_SUSPENDED;
	case RECORD_REVOKED: return STATUS_INVALID;
	case RECORD_UNKNOWN: break;
	}
	return STATUS_CHECK_NOW;
}

enum record_status record_of_status(uint8_t status)
{
	switch (status) {
	case STATUS_VALID: return RECORD_VALID;
	case STATUS_INVALID: return RECORD_REVOKED;
	case STATUS_SUSPENDED: return RECORD_SUSPENDED;
	default: return RECORD_UNKNOWN;
	}
}
