#include "appliance/rules/attestation.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/record.h"
#include "appliance/rules/standing.h"
#include "appliance/rules/tables.h"

#define ROW_VERSION 1
#define ROW_SIZE    256

enum {
	ATTESTATION_CLASS = 1,
	ATTESTATION_COMMITMENT = 2,
	ATTESTATION_QUARTER = 3,
	ATTESTATION_LIST = 4,
	ATTESTATION_INDEX = 5,
};

enum {
	SUPERSEDE_OLD = 1,
	SUPERSEDE_NEW = 2,
	SUPERSEDE_REASON = 3,
};

enum err attestation_decode(struct span in, struct attestation_body *out, struct fault *fault)
{
	struct attestation_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case ATTESTATION_CLASS:
			read.issuer_class = (enum issuer_class)body_code(
				&body, ISSUER_EMPLOYER, ISSUER_AUTHORITY);
			break;
		case ATTESTATION_COMMITMENT:
			read.commitment = body_bytes(&body, COMMITMENT_SIZE);
			break;
		case ATTESTATION_QUARTER:
			read.quarter = (uint16_t)body_code(&body, QUARTER_FIRST, QUARTER_LAST);
			break;
		case ATTESTATION_LIST: read.list = body_bytes(&body, STATUS_LIST_ID); break;
		case ATTESTATION_INDEX:
			read.index = (uint32_t)body_code(&body, 0, STATUS_INDEX_MAX);
			break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body,
		FIELD(ATTESTATION_CLASS) | FIELD(ATTESTATION_COMMITMENT) | FIELD(ATTESTATION_LIST) |
			FIELD(ATTESTATION_INDEX),
		fault);
	if (!err)
		*out = read;
	return err;
}

void attestation_encode(const struct attestation_body *body, struct buf *buf)
{
	cbor_put_map(buf, body->quarter ? 5 : 4);
	cbor_put_uint(buf, ATTESTATION_CLASS);
	cbor_put_uint(buf, body->issuer_class);
	cbor_put_uint(buf, ATTESTATION_COMMITMENT);
	cbor_put_bytes(buf, body->commitment);
	if (body->quarter) {
		cbor_put_uint(buf, ATTESTATION_QUARTER);
		cbor_put_uint(buf, body->quarter);
	}
	cbor_put_uint(buf, ATTESTATION_LIST);
	cbor_put_bytes(buf, body->list);
	cbor_put_uint(buf, ATTESTATION_INDEX);
	cbor_put_uint(buf, body->index);
}

enum err supersede_decode(struct span in, struct supersede_body *out, struct fault *fault)
{
	struct supersede_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case SUPERSEDE_OLD: read.old_commitment = body_bytes(&body, COMMITMENT_SIZE); break;
		case SUPERSEDE_NEW:
			read.new_commitment = body_bytes(&body, COMMITMENT_SIZE);
			if (span_equal(read.old_commitment, read.new_commitment))
				body_refuse(&body, "nothing takes its own place");
			break;
		case SUPERSEDE_REASON:
			read.reason = (enum supersede_reason)body_code(
				&body, SUPERSEDE_CORRECTION, SUPERSEDE_CHANGE_OF_NAME);
			break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body,
		FIELD(SUPERSEDE_OLD) | FIELD(SUPERSEDE_NEW) | FIELD(SUPERSEDE_REASON), fault);
	if (!err)
		*out = read;
	return err;
}

void supersede_encode(const struct supersede_body *body, struct buf *buf)
{
	cbor_put_map(buf, 3);
	cbor_put_uint(buf, SUPERSEDE_OLD);
	cbor_put_bytes(buf, body->old_commitment);
	cbor_put_uint(buf, SUPERSEDE_NEW);
	cbor_put_bytes(buf, body->new_commitment);
	cbor_put_uint(buf, SUPERSEDE_REASON);
	cbor_put_uint(buf, body->reason);
}

void party_put_member(uint16_t member_index, uint8_t out[PARTY_SIZE])
{
	memset(out, 0, PARTY_SIZE);
	out[1] = (uint8_t)(member_index >> 8);
	out[2] = (uint8_t)member_index;
}

void party_put(const struct author *author, uint8_t out[PARTY_SIZE])
{
	if (author->has_principal) {
		party_put_member(author->principal_index, out);
	} else if (author->has_tenant) {
		out[0] = 1;
		memcpy(out + 1, author->tenant, UNIT_ID_SIZE);
	} else {
		party_put_member(author->member_index, out);
	}
}

uint16_t quarter_of_day(int32_t day)
{
	int32_t year;
	int32_t month;
	int32_t month_day;
	civil_from_day(day, &year, &month, &month_day);
	return (uint16_t)(year * 4 + (month - 1) / 3);
}

int32_t quarter_last_day(uint16_t quarter)
{
	int32_t year = quarter / 4;
	int32_t month = (quarter % 4) * 3 + 3;
	return civil_day(year, month, civil_month_days(year, month));
}

bool judging_is_accredited(const struct judging *judging, enum issuer_class issuer_class)
{
	switch (issuer_class) {
	case ISSUER_EMPLOYER: return scope_has_role(&judging->scope, ROLE_HR);
	case ISSUER_AGENCY: return scope_has_role(&judging->scope, ROLE_AGENCY);
	case ISSUER_REGISTER: return scope_has_role(&judging->scope, ROLE_REGISTER);
	case ISSUER_AUTHORITY: return scope_is_authority(&judging->scope, AREA_PEOPLE);
	}
	return false;
}

/* Row: version, party 17, class u8, quarter u16, list 16, index u32, position u40, time u64,
 * then, when superseded, successor 32, position u40, time u64. */
static enum err put_row(const struct table *table, struct span commitment,
	const struct attestation *row, struct fault *fault)
{
	uint8_t memory[ROW_SIZE];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	buf_put_u8(&buf, ROW_VERSION);
	buf_put(&buf, span_of(row->party, PARTY_SIZE));
	buf_put_u8(&buf, (uint8_t)row->issuer_class);
	buf_put_be(&buf, row->quarter, 2);
	buf_put(&buf, span_of(row->list, STATUS_LIST_ID));
	buf_put_be(&buf, row->index, 4);
	buf_put_be(&buf, row->position, POSITION_BYTES);
	buf_put_be(&buf, (uint64_t)row->time_ms, 8);
	if (row->is_superseded) {
		buf_put(&buf, span_of(row->successor, COMMITMENT_SIZE));
		buf_put_be(&buf, row->superseded_position, POSITION_BYTES);
		buf_put_be(&buf, (uint64_t)row->superseded_ms, 8);
	}
	return table_put(table, TABLE_ATTESTATION, commitment, buf_span(&buf), fault);
}

static void take(struct record *record, uint8_t *out, size_t size)
{
	struct span bytes = record_bytes(record, size);
	if (bytes.size)
		memcpy(out, bytes.at, bytes.size);
}

enum err attestation_find(const struct table *table, const uint8_t commitment[COMMITMENT_SIZE],
	struct attestation *attestation, struct fault *fault)
{
	struct span value;
	enum err err = table_get(
		table, TABLE_ATTESTATION, span_of(commitment, COMMITMENT_SIZE), &value, fault);
	if (err)
		return err;
	struct attestation row = {0};
	struct record record;
	record_open(&record, value);
	record.bad = record_be(&record, 1) != ROW_VERSION;
	take(&record, row.party, PARTY_SIZE);
	row.issuer_class = (enum issuer_class)record_be(&record, 1);
	row.quarter = (uint16_t)record_be(&record, 2);
	take(&record, row.list, STATUS_LIST_ID);
	row.index = (uint32_t)record_be(&record, 4);
	row.position = record_be(&record, POSITION_BYTES);
	row.time_ms = (int64_t)record_be(&record, 8);
	row.is_superseded = !record.bad && record.at < value.size;
	if (row.is_superseded) {
		take(&record, row.successor, COMMITMENT_SIZE);
		row.superseded_position = record_be(&record, POSITION_BYTES);
		row.superseded_ms = (int64_t)record_be(&record, 8);
	}
	err = record_close(&record, TABLE_ATTESTATION, fault);
	if (!err)
		*attestation = row;
	return err;
}

/* Whether list and index are free for this party: else refuses (still OK) and *is_free is false. */
static enum err check_entry(struct judging *judging, const struct attestation_body *body,
	const uint8_t party[PARTY_SIZE], bool *is_new_list, bool *is_free)
{
	struct status_list_owner owner;
	struct status_event event;
	*is_free = false;
	*is_new_list = false;
	enum err err = status_list_owner(judging->table, body->list.at, &owner, judging->fault);
	if (err == ERR_NOT_FOUND) {
		*is_new_list = true;
		*is_free = true;
		return OK;
	}
	if (err)
		return err;
	if (memcmp(owner.party, party, PARTY_SIZE) != 0)
		return judging_refuse(judging, REFUSED_NOT_YOUR_LIST, 0, 0, 0);
	err = status_event_last(judging->table, body->list.at, body->index, &event, judging->fault);
	if (err == OK)
		return judging_refuse(judging, REFUSED_INDEX_USED, 0, body->index, 0);
	*is_free = err == ERR_NOT_FOUND;
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err attestation_apply(struct judging *judging, const struct attestation_body *body)
{
	const struct applying *applying = judging->applying;
	struct attestation row = {.issuer_class = body->issuer_class,
		.quarter = body->quarter,
		.index = body->index,
		.position = applying->position,
		.time_ms = applying->time_ms};
	struct attestation there;
	bool is_new_list;
	bool is_free;
	if (!judging_is_accredited(judging, body->issuer_class))
		return judging_refuse(
			judging, REFUSED_NOT_ACCREDITED, 0, (int64_t)body->issuer_class, 0);
	if (body->quarter && body->quarter < quarter_of_day(judging->today))
		return judging_refuse(judging, REFUSED_RECORD_EXPIRED, 0, 0, 0);
	enum err err =
		attestation_find(judging->table, body->commitment.at, &there, judging->fault);
	if (err == OK)
		return judging_refuse(judging, OUTCOME_EXISTS, 0, (int64_t)there.position, 0);
	if (err != ERR_NOT_FOUND)
		return err;
	party_put(applying->author, row.party);
	err = check_entry(judging, body, row.party, &is_new_list, &is_free);
	if (err || !is_free || judging_is_dry(judging))
		return err;
	memcpy(row.list, body->list.at, STATUS_LIST_ID);
	err = put_row(judging->table, body->commitment, &row, judging->fault);
	if (!err && is_new_list)
		err = status_list_put(
			judging->table, row.list, row.party, applying->position, judging->fault);
	if (err)
		return err;
	struct status_event event = {.status = RECORD_VALID,
		.position = applying->position,
		.time_ms = applying->time_ms,
		.effective_ms = applying->time_ms};
	memcpy(event.party, row.party, PARTY_SIZE);
	return status_event_put(judging->table, row.list, row.index, &event, judging->fault);
}

enum err supersede_apply(struct judging *judging, const struct supersede_body *body)
{
	const struct applying *applying = judging->applying;
	struct attestation old_row;
	struct attestation new_row;
	uint8_t party[PARTY_SIZE];
	enum err err =
		attestation_find(judging->table, body->old_commitment.at, &old_row, judging->fault);
	if (!err)
		err = attestation_find(
			judging->table, body->new_commitment.at, &new_row, judging->fault);
	if (err == ERR_NOT_FOUND)
		return judging_refuse(judging, REFUSED_NO_SUCH_RECORD, 0, 0, 0);
	if (err)
		return err;
	party_put(applying->author, party);
	if (memcmp(party, old_row.party, PARTY_SIZE) != 0 ||
		memcmp(party, new_row.party, PARTY_SIZE) != 0)
		return judging_refuse(judging, REFUSED_NOT_YOUR_RECORD, 0, 0, 0);
	if (old_row.is_superseded || new_row.is_superseded)
		return judging_refuse(judging, REFUSED_SUPERSEDED, 0, 0, 0);
	if (judging_is_dry(judging))
		return OK;
	old_row.is_superseded = true;
	old_row.superseded_position = applying->position;
	old_row.superseded_ms = applying->time_ms;
	memcpy(old_row.successor, body->new_commitment.at, COMMITMENT_SIZE);
	return put_row(judging->table, body->old_commitment, &old_row, judging->fault);
}
