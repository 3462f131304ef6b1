#include "appliance/rules/decision.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"

#define ROW_VERSION  1
#define ROW_SIZE     128
#define DAY_MS       ((int64_t)86400000)
#define TIME_MAX     INT64_C(253402300799999) /* the end of the year 9999 */
#define FROM_MAX_MS  (366 * DAY_MS)
#define VERSION_KEY  (PARTY_SIZE + 4)
#define VERSIONS_MAX 4096 /* that a reader walks back through */

enum {
	POLICY_HASH = 1,
	POLICY_VERSION = 2,
	POLICY_FROM = 3,
	POLICY_DOCUMENT = 4,
};

enum {
	DECISION_POLICY = 1,
	DECISION_RESULT = 2,
	DECISION_UNTIL = 3,
	DECISION_COMMITMENT = 4,
	DECISION_OVERRIDE = 5,
};

enum err policy_publish_decode(struct span in, struct policy_publish_body *out, struct fault *fault)
{
	struct policy_publish_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case POLICY_HASH: read.hash = body_bytes(&body, HASH_SIZE); break;
		case POLICY_VERSION:
			read.version = (uint32_t)body_code(&body, 1, UINT32_MAX);
			break;
		case POLICY_FROM: read.from_ms = (int64_t)body_code(&body, 1, TIME_MAX); break;
		case POLICY_DOCUMENT: read.document = cbor_item(&body.cbor); break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body,
		FIELD(POLICY_HASH) | FIELD(POLICY_VERSION) | FIELD(POLICY_FROM) |
			FIELD(POLICY_DOCUMENT),
		fault);
	if (!err)
		*out = read;
	return err;
}

void policy_publish_encode(const struct policy_publish_body *body, struct buf *buf)
{
	cbor_put_map(buf, 4);
	cbor_put_uint(buf, POLICY_HASH);
	cbor_put_bytes(buf, body->hash);
	cbor_put_uint(buf, POLICY_VERSION);
	cbor_put_uint(buf, body->version);
	cbor_put_uint(buf, POLICY_FROM);
	cbor_put_uint(buf, (uint64_t)body->from_ms);
	cbor_put_uint(buf, POLICY_DOCUMENT);
	buf_put(buf, body->document);
}

enum err decision_decode(struct span in, struct decision_body *out, struct fault *fault)
{
	struct decision_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case DECISION_POLICY: read.policy_hash = body_bytes(&body, HASH_SIZE); break;
		case DECISION_RESULT:
			read.result = (enum clearance_result)body_code(
				&body, CLEARANCE_CLEARED, CLEARANCE_CANNOT_TELL);
			break;
		case DECISION_UNTIL: read.until_ms = (int64_t)body_code(&body, 1, TIME_MAX); break;
		case DECISION_COMMITMENT:
			read.commitment = body_bytes(&body, COMMITMENT_SIZE);
			break;
		case DECISION_OVERRIDE:
			read.override = (enum clearance_override)body_code(
				&body, OVERRIDE_LET_WORK, OVERRIDE_KEPT_FROM_WORK);
			if ((read.override == OVERRIDE_LET_WORK) ==
				(read.result == CLEARANCE_CLEARED))
				body_refuse(&body, "an override differs from the result");
			break;
		default: body_unknown(&body);
		}
	}
	unsigned required =
		FIELD(DECISION_POLICY) | FIELD(DECISION_RESULT) | FIELD(DECISION_COMMITMENT);
	bool works = read.result == CLEARANCE_CLEARED || read.override == OVERRIDE_LET_WORK;
	if (works)
		required |= FIELD(DECISION_UNTIL);
	else if (read.until_ms)
		body_refuse(&body, "only who may work is clear until a moment");
	enum err err = body_close(&body, required, fault);
	if (!err)
		*out = read;
	return err;
}

void decision_encode(const struct decision_body *body, struct buf *buf)
{
	cbor_put_map(buf, (size_t)3 + (body->until_ms != 0) + (body->override != 0));
	cbor_put_uint(buf, DECISION_POLICY);
	cbor_put_bytes(buf, body->policy_hash);
	cbor_put_uint(buf, DECISION_RESULT);
	cbor_put_uint(buf, body->result);
	if (body->until_ms) {
		cbor_put_uint(buf, DECISION_UNTIL);
		cbor_put_uint(buf, (uint64_t)body->until_ms);
	}
	cbor_put_uint(buf, DECISION_COMMITMENT);
	cbor_put_bytes(buf, body->commitment);
	if (body->override) {
		cbor_put_uint(buf, DECISION_OVERRIDE);
		cbor_put_uint(buf, body->override);
	}
}

static void take(struct record *record, uint8_t *out, size_t size)
{
	struct span bytes = record_bytes(record, size);
	if (bytes.size)
		memcpy(out, bytes.at, bytes.size);
}

/* Row: version, party 17, policy version u32, position u40, from u64, then the document. */
enum err published_policy_find(const struct table *table, const uint8_t hash[HASH_SIZE],
	struct published_policy *policy, struct fault *fault)
{
	struct span value;
	enum err err =
		table_get(table, TABLE_CLEARANCE_POLICY, span_of(hash, HASH_SIZE), &value, fault);
	if (err)
		return err;
	struct published_policy row = {0};
	struct record record;
	record_open(&record, value);
	record.bad = record_be(&record, 1) != ROW_VERSION;
	take(&record, row.party, PARTY_SIZE);
	row.version = (uint32_t)record_be(&record, 4);
	row.position = record_be(&record, POSITION_BYTES);
	row.from_ms = (int64_t)record_be(&record, 8);
	row.document = record_bytes(&record, value.size - record.at);
	memcpy(row.hash, hash, HASH_SIZE);
	err = record_close(&record, TABLE_CLEARANCE_POLICY, fault);
	if (!err)
		*policy = row;
	return err;
}

/* The hash of a party's newest policy version before another (NULL: of all). */
static enum err version_before(const struct table *table, const uint8_t party[PARTY_SIZE],
	struct span from, uint8_t key_out[VERSION_KEY], uint8_t hash[HASH_SIZE],
	struct fault *fault)
{
	struct span key;
	struct span value;
	enum err err = table_next(table, TABLE_POLICY_VERSION, span_of(party, PARTY_SIZE), from,
		TABLE_DOWN, &key, &value, fault);
	if (err)
		return err;
	if (key.size != VERSION_KEY || value.size != HASH_SIZE)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"a row of table %u has the wrong size; rebuild the state from the ledger",
			(unsigned)TABLE_POLICY_VERSION);
	memcpy(key_out, key.at, VERSION_KEY);
	memcpy(hash, value.at, HASH_SIZE);
	return OK;
}

enum err published_policy_at(const struct table *table, const uint8_t party[PARTY_SIZE],
	int64_t at_ms, uint64_t final_size, struct published_policy *policy, struct fault *fault)
{
	uint8_t key[VERSION_KEY];
	uint8_t hash[HASH_SIZE];
	struct span from = {0};
	for (unsigned step = 0; step < VERSIONS_MAX; step++) {
		struct published_policy found;
		enum err err = version_before(table, party, from, key, hash, fault);
		if (!err)
			err = published_policy_find(table, hash, &found, fault);
		if (err)
			return err;
		if (found.from_ms <= at_ms && found.position < final_size) {
			*policy = found;
			return OK;
		}
		from = span_of(key, VERSION_KEY);
	}
	return ERR_NOT_FOUND;
}

/* Whether document, hash, version and employer go together: else refuses and returns false. */
static bool document_fits(struct judging *judging, const struct policy_publish_body *body)
{
	struct clearance_policy policy;
	struct fault fault = {0};
	uint8_t hash[HASH_SIZE];
	uint16_t code = 0;
	clearance_policy_hash(body->document, hash);
	if (!span_equal(body->hash, span_of(hash, HASH_SIZE)))
		code = REFUSED_POLICY_HASH;
	else if (clearance_policy_decode(body->document, &policy, &fault) ||
		 policy.version != body->version)
		code = REFUSED_POLICY_DOCUMENT;
	else if (strcmp(policy.employer, judging->member) != 0)
		code = REFUSED_NOT_EMPLOYER;
	if (!code)
		return true;
	enum err refused = judging_refuse(judging, code, 0, (int64_t)fault.at, 0);
	return refused != OK;
}

enum err policy_publish_apply(struct judging *judging, const struct policy_publish_body *body)
{
	const struct applying *applying = judging->applying;
	struct published_policy there;
	uint8_t party[PARTY_SIZE];
	uint8_t key[VERSION_KEY];
	uint8_t hash[HASH_SIZE];
	if (!document_fits(judging, body))
		return OK;
	if (body->from_ms > applying->time_ms + FROM_MAX_MS)
		return judging_refuse(judging, REFUSED_EFFECTIVE, 0, 0, 0);
	enum err err = published_policy_find(judging->table, body->hash.at, &there, judging->fault);
	if (!err)
		return judging_refuse(judging, OUTCOME_EXISTS, 0, (int64_t)there.position, 0);
	if (err != ERR_NOT_FOUND)
		return err;
	party_put(applying->author, party);
	err = version_before(judging->table, party, span_of(NULL, 0), key, hash, judging->fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	struct record last;
	record_open(&last, span_of(key + PARTY_SIZE, 4));
	uint32_t last_version = err ? 0 : (uint32_t)record_be(&last, 4);
	if (body->version <= last_version)
		return judging_refuse(
			judging, REFUSED_POLICY_VERSION, 0, body->version, last_version);
	if (judging_is_dry(judging))
		return OK;
	int64_t from = body->from_ms > applying->time_ms ? body->from_ms : applying->time_ms;
	struct buf buf;
	buf_init(&buf, TABLE_VALUE_MAX);
	buf_put_u8(&buf, ROW_VERSION);
	buf_put(&buf, span_of(party, PARTY_SIZE));
	buf_put_be(&buf, body->version, 4);
	buf_put_be(&buf, applying->position, POSITION_BYTES);
	buf_put_be(&buf, (uint64_t)from, 8);
	buf_put(&buf, body->document);
	err = buf.err ? fault_set(judging->fault, buf.err, 0, 0, "no memory for a policy") : OK;
	if (!err)
		err = table_put(judging->table, TABLE_CLEARANCE_POLICY, body->hash, buf_span(&buf),
			judging->fault);
	buf_close(&buf);
	if (err)
		return err;
	memcpy(key, party, PARTY_SIZE);
	struct buf version;
	buf_over(&version, key + PARTY_SIZE, 4);
	buf_put_be(&version, body->version, 4);
	return table_put(judging->table, TABLE_POLICY_VERSION, span_of(key, VERSION_KEY),
		body->hash, judging->fault);
}

enum err recorded_decision_find(const struct table *table,
	const uint8_t commitment[COMMITMENT_SIZE], struct recorded_decision *decision,
	struct fault *fault)
{
	struct span value;
	enum err err = table_get(
		table, TABLE_CLEARANCE, span_of(commitment, COMMITMENT_SIZE), &value, fault);
	if (err)
		return err;
	struct recorded_decision row = {0};
	struct record record;
	record_open(&record, value);
	record.bad = record_be(&record, 1) != ROW_VERSION;
	take(&record, row.party, PARTY_SIZE);
	take(&record, row.policy_hash, HASH_SIZE);
	row.result = (enum clearance_result)record_be(&record, 1);
	row.until_ms = (int64_t)record_be(&record, 8);
	row.override = (enum clearance_override)record_be(&record, 1);
	row.position = record_be(&record, POSITION_BYTES);
	row.time_ms = (int64_t)record_be(&record, 8);
	err = record_close(&record, TABLE_CLEARANCE, fault);
	if (!err)
		*decision = row;
	return err;
}

/* Row: version, party 17, policy hash 32, result u8, until u64, override u8, position u40,
 * time u64. */
static enum err put_decision(
	struct judging *judging, const struct decision_body *body, const uint8_t party[PARTY_SIZE])
{
	uint8_t memory[ROW_SIZE];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	buf_put_u8(&buf, ROW_VERSION);
	buf_put(&buf, span_of(party, PARTY_SIZE));
	buf_put(&buf, body->policy_hash);
	buf_put_u8(&buf, (uint8_t)body->result);
	buf_put_be(&buf, (uint64_t)body->until_ms, 8);
	buf_put_u8(&buf, (uint8_t)body->override);
	buf_put_be(&buf, judging->applying->position, POSITION_BYTES);
	buf_put_be(&buf, (uint64_t)judging->applying->time_ms, 8);
	return table_put(
		judging->table, TABLE_CLEARANCE, body->commitment, buf_span(&buf), judging->fault);
}

enum err decision_apply(struct judging *judging, const struct decision_body *body)
{
	const struct applying *applying = judging->applying;
	struct published_policy policy;
	struct span key, value;
	uint8_t party[PARTY_SIZE];
	enum err err = published_policy_find(
		judging->table, body->policy_hash.at, &policy, judging->fault);
	if (err == ERR_NOT_FOUND)
		return judging_refuse(judging, REFUSED_NO_SUCH_POLICY, 0, 0, 0);
	if (err)
		return err;
	party_put(applying->author, party);
	if (memcmp(party, policy.party, PARTY_SIZE) != 0)
		return judging_refuse(judging, REFUSED_NOT_EMPLOYER, 0, 0, 0);
	if (policy.from_ms > applying->time_ms)
		return judging_refuse(judging, REFUSED_POLICY_NOT_YET, 0, 0, 0);
	if (body->until_ms &&
		(body->until_ms <= applying->time_ms ||
			body->until_ms > applying->time_ms + (CLEARANCE_DAYS_MAX + 1) * DAY_MS))
		return judging_refuse(judging, REFUSED_CLEAR_UNTIL, 0, CLEARANCE_DAYS_MAX, 0);
	/* Shifts are called by the start of the commitment: nobody takes another's name. */
	err = table_next(judging->table, TABLE_CLEARANCE,
		span_cut(body->commitment, 0, DECISION_NAME_SIZE), span_of(NULL, 0), TABLE_UP, &key,
		&value, judging->fault);
	if (!err)
		return judging_refuse(judging, OUTCOME_EXISTS, 0, 0, 0);
	if (err != ERR_NOT_FOUND || judging_is_dry(judging))
		return err == ERR_NOT_FOUND ? OK : err;
	return put_decision(judging, body, party);
}
