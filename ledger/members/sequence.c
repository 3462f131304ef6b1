/* The sequence window of a key: its newest SEQUENCE_WINDOW numbers with entry, position and
 * ledger time. A number in it that was used answers with the same position or betrays its reuse;
 * one below it is too old to tell. Rows leave in order: the table grows at its right edge only. */
#include "ledger/members/rows.h"

#define SEQUENCE_KEY 12
#define SEQUENCE_ROW (32 + 8 + 8)

static void sequence_key(uint32_t key_index, uint64_t sequence, uint8_t out[SEQUENCE_KEY])
{
	be_write(key_index, 4, out);
	be_write(sequence, 8, out + 4);
}

/* Highest number the key has used. Errors: ERR_NOT_FOUND: none. */
static enum err sequence_highest(
	const struct table *table, uint32_t key_index, uint64_t *highest, struct fault *fault)
{
	uint8_t prefix[SEQUENCE_KEY];
	struct span key;
	struct span value;
	sequence_key(key_index, 0, prefix);
	enum err err = table_next(table, ROWS_SEQUENCE, span_of(prefix, 4), span_of(NULL, 0),
		TABLE_DOWN, &key, &value, fault);
	if (err)
		return err;
	if (key.size != SEQUENCE_KEY)
		return row_corrupt("sequence", fault);
	*highest = be_read(key.at + 4, 8);
	return OK;
}

enum err sequence_judge(const struct table *table, uint32_t key_index, uint64_t sequence,
	const uint8_t entry[32], struct outcome *outcome, struct fault *fault)
{
	uint8_t key[SEQUENCE_KEY];
	struct span value;
	uint64_t highest = 0;
	*outcome = (struct outcome){0};
	sequence_key(key_index, sequence, key);
	enum err err = table_get(table, ROWS_SEQUENCE, span_of(key, sizeof key), &value, fault);
	if (!err) {
		if (value.size != SEQUENCE_ROW)
			return row_corrupt("sequence", fault);
		if (memcmp(value.at, entry, 32) != 0)
			return refuse(outcome, OUTCOME_SEQUENCE_REUSED, (int64_t)sequence);
		return refuse(outcome, OUTCOME_DUPLICATE, (int64_t)be_read(value.at + 32, 8));
	}
	if (err != ERR_NOT_FOUND)
		return err;
	err = sequence_highest(table, key_index, &highest, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	if (highest >= SEQUENCE_WINDOW && sequence <= highest - SEQUENCE_WINDOW) {
		(void)refuse(outcome, OUTCOME_SEQUENCE_OLD, (int64_t)sequence);
		outcome->b = (int64_t)(highest - SEQUENCE_WINDOW + 1);
	}
	return OK;
}

enum err sequence_record(const struct table *table, uint32_t key_index, uint64_t sequence,
	const struct applying *applying, struct fault *fault)
{
	uint8_t key[SEQUENCE_KEY];
	uint8_t row[SEQUENCE_ROW];
	uint64_t highest = 0;
	sequence_key(key_index, sequence, key);
	memcpy(row, applying->entry, 32);
	be_write(applying->position, 8, row + 32);
	be_write((uint64_t)applying->time_ms, 8, row + 40);
	enum err err = table_put(
		table, ROWS_SEQUENCE, span_of(key, sizeof key), span_of(row, sizeof row), fault);
	if (!err)
		err = sequence_highest(table, key_index, &highest, fault);
	/* One row leaves for one that came, unless numbers were jumped over: then at most all. */
	for (unsigned i = 0; !err && i < SEQUENCE_WINDOW + 1; i++) {
		struct span first;
		struct span value;
		err = table_next(table, ROWS_SEQUENCE, span_of(key, 4), span_of(NULL, 0), TABLE_UP,
			&first, &value, fault);
		if (err)
			break;
		if (first.size != SEQUENCE_KEY)
			return row_corrupt("sequence", fault);
		if (highest - be_read(first.at + 4, 8) < SEQUENCE_WINDOW)
			break;
		uint8_t leaving[SEQUENCE_KEY];
		memcpy(leaving, first.at, sizeof leaving);
		err = table_drop(table, ROWS_SEQUENCE, span_of(leaving, sizeof leaving), fault);
	}
	return err == ERR_NOT_FOUND ? row_corrupt("sequence", fault) : err;
}

enum err members_sequence_next(const struct table *table, const uint8_t kid[KID_SIZE],
	uint64_t *sequence, struct fault *fault)
{
	struct key_record key;
	uint64_t highest = 0;
	enum err err = key_find(table, kid, &key, fault);
	if (err)
		return err;
	err = sequence_highest(table, key.index, &highest, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	*sequence = err ? 0 : highest + 1;
	return OK;
}

enum err members_sequence_find(const struct table *table, const uint8_t kid[KID_SIZE],
	uint64_t sequence, uint8_t entry[32], uint64_t *position, struct fault *fault)
{
	struct key_record key;
	struct span value;
	uint8_t row[SEQUENCE_KEY];
	enum err err = key_find(table, kid, &key, fault);
	if (err)
		return err;
	sequence_key(key.index, sequence, row);
	err = table_get(table, ROWS_SEQUENCE, span_of(row, sizeof row), &value, fault);
	if (err)
		return err;
	if (value.size != SEQUENCE_ROW)
		return row_corrupt("sequence", fault);
	memcpy(entry, value.at, 32);
	*position = be_read(value.at + 32, 8);
	return OK;
}

enum err members_said_next(const struct table *table, const uint8_t kid[KID_SIZE],
	const struct key_said *after, struct key_said *said, struct fault *fault)
{
	struct key_record key;
	struct span at;
	struct span value;
	uint8_t row[SEQUENCE_KEY];
	enum err err = key_find(table, kid, &key, fault);
	if (err)
		return err;
	sequence_key(key.index, after ? after->sequence : 0, row);
	err = table_next(table, ROWS_SEQUENCE, span_of(row, 4),
		after ? span_of(row, sizeof row) : span_of(NULL, 0), TABLE_UP, &at, &value, fault);
	if (err)
		return err;
	if (at.size != SEQUENCE_KEY || value.size != SEQUENCE_ROW)
		return row_corrupt("sequence", fault);
	said->sequence = be_read(at.at + 4, 8);
	said->position = be_read(value.at + 32, 8);
	said->time_ms = (int64_t)be_read(value.at + 40, 8);
	return OK;
}
