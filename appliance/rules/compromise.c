#include "appliance/rules/compromise.h"

#include "appliance/rules/alert.h"
#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"
#include "ledger/members/members.h"

static struct span row_key(uint32_t key_index, uint8_t raw[4])
{
	struct buf buf;
	buf_over(&buf, raw, 4);
	buf_put_be(&buf, key_index, 4);
	return buf_span(&buf);
}

/* Where an earlier revocation of the key has flagged from; UINT64_MAX: nothing yet. */
static enum err flagged_from(struct judging *judging, uint32_t key_index, uint64_t *position)
{
	uint8_t raw[4];
	struct span value;
	struct record record;
	enum err err = table_get(
		judging->table, TABLE_COMPROMISED, row_key(key_index, raw), &value, judging->fault);
	*position = UINT64_MAX;
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	record_open(&record, value);
	*position = record_be(&record, POSITION_BYTES);
	return record_close(&record, TABLE_COMPROMISED, judging->fault);
}

static enum err note_from(struct judging *judging, uint32_t key_index, uint64_t position)
{
	uint8_t raw[4];
	uint8_t value[POSITION_BYTES];
	struct buf buf;
	buf_over(&buf, value, sizeof value);
	buf_put_be(&buf, position, POSITION_BYTES);
	return table_put(judging->table, TABLE_COMPROMISED, row_key(key_index, raw), buf_span(&buf),
		judging->fault);
}

enum err compromise_note(struct judging *judging)
{
	struct key_revoke_body body;
	struct key_record key;
	struct key_said said;
	uint64_t before = 0, first = UINT64_MAX;
	const struct statement *statement = judging->applying->statement;
	if (statement->kind != KIND_KEY_REVOKE ||
		key_revoke_body_decode(statement->body, &body, NULL) || !body.has_compromised)
		return OK;
	enum err err = key_find(judging->table, body.kid, &key, judging->fault);
	if (!err)
		err = flagged_from(judging, key.index, &before);
	if (err)
		return err;
	bool is_first = true;
	for (uint32_t i = 0; i < SEQUENCE_WINDOW; is_first = false) {
		err = members_said_next(
			judging->table, body.kid, is_first ? NULL : &said, &said, judging->fault);
		if (err)
			break;
		if (said.time_ms < key.compromised_ms || said.position >= before)
			continue;
		struct alert_event event = {.code = ALERT_KEY_COMPROMISED,
			.parameter = key.index,
			.element = i++,
			.before_at = said.position};
		err = alert_raise(judging, &event, 0);
		if (err)
			return err;
		if (said.position < first)
			first = said.position;
	}
	if (err && err != ERR_NOT_FOUND)
		return err;
	return first < before ? note_from(judging, key.index, first) : OK;
}

enum err compromise_late(struct judging *judging)
{
	const struct applying *applying = judging->applying;
	int64_t since_ms;
	if (!applying->late)
		return OK;
	enum err err = judging->directory->compromised(
		judging->table, applying->author->kid, &since_ms, judging->fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	if (applying->time_ms < since_ms)
		return OK;
	struct alert_event event = {.code = ALERT_KEY_COMPROMISED,
		.parameter = applying->author->key_index,
		.before_at = applying->position};
	return alert_raise(judging, &event, 0);
}
