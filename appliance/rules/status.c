#include "appliance/rules/status.h"

#include "appliance/rules/kinds.h"

#define DAY_MS   ((int64_t)86400000)
#define TIME_MAX INT64_C(253402300799999) /* the end of the year 9999 */

enum {
	STATUS_LIST = 1,
	STATUS_INDEX = 2,
	STATUS_STATUS = 3,
	STATUS_EFFECTIVE = 4,
	STATUS_REASON = 5,
};

enum {
	OBSERVED_LIST = 1,
	OBSERVED_INDEX = 2,
};

enum {
	DISPUTE_LIST = 1,
	DISPUTE_INDEX = 2,
	DISPUTE_STATE = 3,
	DISPUTE_DAYS = 4,
};

static const struct {
	enum status_reason reason;
	const char *word;
} reasons[] = {
#define X(name, code, word) {name, word},
	STATUS_REASON_LIST(X)
#undef X
};

bool status_reason_fits(enum status_reason reason, enum record_status status)
{
	switch (reason) {
	case STATUS_REASON_CONFIRMED:
	case STATUS_REASON_REINSTATED: return status == RECORD_VALID;
	case STATUS_REASON_SOURCE: return status == RECORD_SUSPENDED || status == RECORD_REVOKED;
	case STATUS_REASON_LAPSED:
	case STATUS_REASON_ERROR:
	case STATUS_REASON_HOLDER: return status == RECORD_REVOKED;
	}
	return false;
}

enum err status_reason_parse(struct span word, enum status_reason *reason, struct fault *fault)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (span_is(word, reasons[i].word)) {
			*reason = reasons[i].reason;
			return OK;
		}
	return fault_set(fault, ERR_NOT_FOUND, 0, word.size,
		"a reason is one of confirmed, reinstated, source_changed, lapsed, "
		"issued_in_error, withdrawn_by_holder");
}

enum err record_status_decode(struct span in, struct record_status_body *out, struct fault *fault)
{
	struct record_status_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case STATUS_LIST: read.list = body_bytes(&body, STATUS_LIST_ID); break;
		case STATUS_INDEX:
			read.has_index = true;
			read.index = (uint32_t)body_code(&body, 0, STATUS_INDEX_MAX);
			break;
		case STATUS_STATUS:
			read.status =
				(enum record_status)body_code(&body, RECORD_VALID, RECORD_REVOKED);
			break;
		case STATUS_EFFECTIVE:
			read.effective_ms = (int64_t)body_code(&body, 1, TIME_MAX);
			break;
		case STATUS_REASON:
			read.reason = (enum status_reason)body_code(
				&body, STATUS_REASON_CONFIRMED, STATUS_REASON_HOLDER);
			if (!status_reason_fits(read.reason, read.status))
				body_refuse(&body, "the reason does not go with the status");
			if (!read.has_index && read.reason != STATUS_REASON_CONFIRMED)
				body_refuse(&body, "a whole list can only be confirmed");
			break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body,
		FIELD(STATUS_LIST) | FIELD(STATUS_STATUS) | FIELD(STATUS_EFFECTIVE) |
			FIELD(STATUS_REASON),
		fault);
	if (!err)
		*out = read;
	return err;
}

void record_status_encode(const struct record_status_body *body, struct buf *buf)
{
	cbor_put_map(buf, body->has_index ? 5 : 4);
	cbor_put_uint(buf, STATUS_LIST);
	cbor_put_bytes(buf, body->list);
	if (body->has_index) {
		cbor_put_uint(buf, STATUS_INDEX);
		cbor_put_uint(buf, body->index);
	}
	cbor_put_uint(buf, STATUS_STATUS);
	cbor_put_uint(buf, body->status);
	cbor_put_uint(buf, STATUS_EFFECTIVE);
	cbor_put_uint(buf, (uint64_t)body->effective_ms);
	cbor_put_uint(buf, STATUS_REASON);
	cbor_put_uint(buf, body->reason);
}

enum err observed_change_decode(
	struct span in, struct observed_change_body *out, struct fault *fault)
{
	struct observed_change_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case OBSERVED_LIST: read.list = body_bytes(&body, STATUS_LIST_ID); break;
		case OBSERVED_INDEX:
			read.index = (uint32_t)body_code(&body, 0, STATUS_INDEX_MAX);
			break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body, FIELD(OBSERVED_LIST) | FIELD(OBSERVED_INDEX), fault);
	if (!err)
		*out = read;
	return err;
}

void observed_change_encode(const struct observed_change_body *body, struct buf *buf)
{
	cbor_put_map(buf, 2);
	cbor_put_uint(buf, OBSERVED_LIST);
	cbor_put_bytes(buf, body->list);
	cbor_put_uint(buf, OBSERVED_INDEX);
	cbor_put_uint(buf, body->index);
}

enum err dispute_decode(struct span in, struct dispute_body *out, struct fault *fault)
{
	struct dispute_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case DISPUTE_LIST: read.list = body_bytes(&body, STATUS_LIST_ID); break;
		case DISPUTE_INDEX:
			read.index = (uint32_t)body_code(&body, 0, STATUS_INDEX_MAX);
			break;
		case DISPUTE_STATE:
			read.state = (enum dispute_state)body_code(
				&body, DISPUTE_OPENED, DISPUTE_WITHDRAWN);
			break;
		case DISPUTE_DAYS:
			read.due_days = (uint8_t)body_code(&body, 1, DISPUTE_DAYS_MAX);
			if (read.state != DISPUTE_OPENED)
				body_refuse(&body, "only an opened dispute has an answer due");
			break;
		default: body_unknown(&body);
		}
	}
	unsigned required = FIELD(DISPUTE_LIST) | FIELD(DISPUTE_INDEX) | FIELD(DISPUTE_STATE);
	if (read.state == DISPUTE_OPENED)
		required |= FIELD(DISPUTE_DAYS);
	enum err err = body_close(&body, required, fault);
	if (!err)
		*out = read;
	return err;
}

void dispute_encode(const struct dispute_body *body, struct buf *buf)
{
	cbor_put_map(buf, body->state == DISPUTE_OPENED ? 4 : 3);
	cbor_put_uint(buf, DISPUTE_LIST);
	cbor_put_bytes(buf, body->list);
	cbor_put_uint(buf, DISPUTE_INDEX);
	cbor_put_uint(buf, body->index);
	cbor_put_uint(buf, DISPUTE_STATE);
	cbor_put_uint(buf, body->state);
	if (body->state == DISPUTE_OPENED) {
		cbor_put_uint(buf, DISPUTE_DAYS);
		cbor_put_uint(buf, body->due_days);
	}
}

/* The record that a statement names, seen by its author. */
struct named_record {
	struct status_event event; /* newest */
	uint8_t party[PARTY_SIZE]; /* the author's */
	bool is_own; /* the list is the author's */
};

/* ERR_NOT_FOUND after having refused. */
static enum err find_record(struct judging *judging, const uint8_t *list, const uint32_t *index,
	struct named_record *named)
{
	struct status_list_owner owner;
	enum err err = status_list_owner(judging->table, list, &owner, judging->fault);
	if (!err && index)
		err = status_event_last(
			judging->table, list, *index, &named->event, judging->fault);
	if (err == ERR_NOT_FOUND) {
		enum err refused = judging_refuse(judging, REFUSED_NO_SUCH_RECORD, 0, 0, 0);
		return refused ? refused : ERR_NOT_FOUND;
	}
	if (err)
		return err;
	party_put(judging->applying->author, named->party);
	named->is_own = memcmp(named->party, owner.party, PARTY_SIZE) == 0;
	return OK;
}

static enum err put_event(struct judging *judging, const uint8_t *list, uint32_t index,
	enum record_status status, int64_t effective_ms, const uint8_t party[PARTY_SIZE])
{
	const struct applying *applying = judging->applying;
	struct status_event event = {.status = status,
		.position = applying->position,
		.time_ms = applying->time_ms,
		.effective_ms = effective_ms};
	memcpy(event.party, party, PARTY_SIZE);
	return status_event_put(judging->table, list, index, &event, judging->fault);
}

/* Whether a source may say this of a record whose newest status is `now`; 0, or why not. */
static uint16_t change_refused(
	enum record_status now, enum record_status status, enum status_reason reason)
{
	if (now == RECORD_REVOKED)
		return REFUSED_REVOKED;
	if (reason == STATUS_REASON_CONFIRMED && now == RECORD_SUSPENDED)
		return REFUSED_SUSPENDED;
	if (reason == STATUS_REASON_REINSTATED && now != RECORD_SUSPENDED)
		return REFUSED_NOT_SUSPENDED;
	if (status == RECORD_SUSPENDED && now == RECORD_SUSPENDED)
		return REFUSED_SUSPENDED;
	return 0;
}

enum err record_status_apply(struct judging *judging, const struct record_status_body *body)
{
	const struct applying *applying = judging->applying;
	struct named_record named;
	enum err err =
		find_record(judging, body->list.at, body->has_index ? &body->index : NULL, &named);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	if (!named.is_own)
		return judging_refuse(judging, REFUSED_NOT_YOUR_LIST, 0, 0, 0);
	if (body->effective_ms > applying->time_ms + EFFECTIVE_AFTER_MAX ||
		body->effective_ms < applying->time_ms - EFFECTIVE_BEFORE_MAX)
		return judging_refuse(judging, REFUSED_EFFECTIVE, 0, 0, 0);
	int64_t effective =
		body->effective_ms < applying->time_ms ? body->effective_ms : applying->time_ms;
	if (!body->has_index) {
		if (judging_is_dry(judging))
			return OK;
		return status_confirm_put(judging->table, body->list.at, applying->position,
			applying->time_ms, effective, judging->fault);
	}
	uint16_t refused = change_refused(named.event.status, body->status, body->reason);
	if (refused)
		return judging_refuse(judging, refused, 0, 0, 0);
	if (judging_is_dry(judging))
		return OK;
	return put_event(judging, body->list.at, body->index, body->status, effective, named.party);
}

enum err observed_change_apply(struct judging *judging, const struct observed_change_body *body)
{
	struct named_record named;
	enum err err = find_record(judging, body->list.at, &body->index, &named);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	if (named.is_own)
		return judging_refuse(judging, REFUSED_OWN_LIST, 0, 0, 0);
	if (named.event.status != RECORD_VALID)
		return judging_refuse(judging, REFUSED_NOT_VALID, 0, 0, 0);
	if (judging_is_dry(judging))
		return OK;
	return put_event(judging, body->list.at, body->index, RECORD_UNKNOWN,
		judging->applying->time_ms, named.party);
}

enum err dispute_apply(struct judging *judging, const struct dispute_body *body)
{
	const struct applying *applying = judging->applying;
	struct named_record named;
	struct dispute_event last;
	enum err err = find_record(judging, body->list.at, &body->index, &named);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	err = dispute_last(judging->table, body->list.at, body->index, applying->time_ms, &last,
		judging->fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	bool is_open = !err && last.state == DISPUTE_OPENED;
	if (body->state == DISPUTE_OPENED && is_open)
		return judging_refuse(judging, REFUSED_DISPUTE_OPEN, 0, (int64_t)last.position, 0);
	if (body->state != DISPUTE_OPENED && !is_open)
		return judging_refuse(judging, REFUSED_NO_DISPUTE, 0, 0, 0);
	bool answers = body->state == DISPUTE_UPHELD || body->state == DISPUTE_REJECTED;
	if (answers && !named.is_own)
		return judging_refuse(judging, REFUSED_NOT_YOUR_LIST, 0, 0, 0);
	if (body->state == DISPUTE_WITHDRAWN && memcmp(named.party, last.party, PARTY_SIZE) != 0)
		return judging_refuse(judging, REFUSED_NOT_YOUR_DISPUTE, 0, 0, 0);
	if (judging_is_dry(judging))
		return OK;
	struct dispute_event event = {
		.state = body->state, .position = applying->position, .time_ms = applying->time_ms};
	if (body->state == DISPUTE_OPENED)
		event.due_ms = applying->time_ms + body->due_days * DAY_MS;
	memcpy(event.party, named.party, PARTY_SIZE);
	return dispute_put(judging->table, body->list.at, body->index, &event, judging->fault);
}
