#include "appliance/rules/standing.h"

#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"

#define ROW_VERSION 1
#define PREFIX_SIZE (STATUS_LIST_ID + 4)
#define EVENT_KEY   (PREFIX_SIZE + POSITION_BYTES)
#define CONFIRM_KEY (STATUS_LIST_ID + POSITION_BYTES)
#define ROW_SIZE    64

#define POSITION_BITS (8 * POSITION_BYTES)
#define POSITION_END  ((uint64_t)1 << POSITION_BITS)

_Static_assert(EVENT_KEY <= TABLE_KEY_MAX, "fits a table key");

static struct span entry_key(struct buf *buf, uint8_t memory[EVENT_KEY], const uint8_t *list,
	uint32_t index, const uint64_t *position)
{
	buf_over(buf, memory, EVENT_KEY);
	buf_put(buf, span_of(list, STATUS_LIST_ID));
	buf_put_be(buf, index, 4);
	if (position)
		buf_put_be(buf, *position, POSITION_BYTES);
	return buf_span(buf);
}

static uint64_t key_position(struct span key)
{
	uint64_t position = 0;
	for (size_t i = key.size - POSITION_BYTES; i < key.size; i++)
		position = position << 8 | key.at[i];
	return position;
}

static void take_party(struct record *record, uint8_t out[PARTY_SIZE])
{
	struct span bytes = record_bytes(record, PARTY_SIZE);
	if (bytes.size)
		memcpy(out, bytes.at, PARTY_SIZE);
}

/* Row: version, party 17, position u40. */
enum err status_list_owner(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	struct status_list_owner *owner, struct fault *fault)
{
	struct span value;
	enum err err =
		table_get(table, TABLE_STATUS_LIST, span_of(list, STATUS_LIST_ID), &value, fault);
	if (err)
		return err;
	struct status_list_owner row = {0};
	struct record record;
	record_open(&record, value);
	record.bad = record_be(&record, 1) != ROW_VERSION;
	take_party(&record, row.party);
	row.position = record_be(&record, POSITION_BYTES);
	err = record_close(&record, TABLE_STATUS_LIST, fault);
	if (!err)
		*owner = row;
	return err;
}

enum err status_list_put(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	const uint8_t party[PARTY_SIZE], uint64_t position, struct fault *fault)
{
	uint8_t memory[ROW_SIZE];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	buf_put_u8(&buf, ROW_VERSION);
	buf_put(&buf, span_of(party, PARTY_SIZE));
	buf_put_be(&buf, position, POSITION_BYTES);
	return table_put(
		table, TABLE_STATUS_LIST, span_of(list, STATUS_LIST_ID), buf_span(&buf), fault);
}

/* Row: version, status u8, time u64, effective u64, party 17. */
enum err status_event_put(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	uint32_t index, const struct status_event *event, struct fault *fault)
{
	uint8_t key_memory[EVENT_KEY];
	uint8_t memory[ROW_SIZE];
	struct buf key;
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	buf_put_u8(&buf, ROW_VERSION);
	buf_put_u8(&buf, (uint8_t)event->status);
	buf_put_be(&buf, (uint64_t)event->time_ms, 8);
	buf_put_be(&buf, (uint64_t)event->effective_ms, 8);
	buf_put(&buf, span_of(event->party, PARTY_SIZE));
	return table_put(table, TABLE_STATUS_EVENT,
		entry_key(&key, key_memory, list, index, &event->position), buf_span(&buf), fault);
}

static enum err read_event(
	struct span key, struct span value, struct status_event *event, struct fault *fault)
{
	struct status_event row = {.position = key_position(key)};
	struct record record;
	record_open(&record, value);
	record.bad = record_be(&record, 1) != ROW_VERSION;
	row.status = (enum record_status)record_be(&record, 1);
	row.time_ms = (int64_t)record_be(&record, 8);
	row.effective_ms = (int64_t)record_be(&record, 8);
	take_party(&record, row.party);
	if (!code_is_known(CODES_STATUS, row.status))
		record.bad = true;
	enum err err = record_close(&record, TABLE_STATUS_EVENT, fault);
	if (!err)
		*event = row;
	return err;
}

/* The newest event before a position (UINT64_MAX: of all). */
static enum err event_before(const struct table *table, const uint8_t *list, uint32_t index,
	uint64_t before, struct status_event *event, struct fault *fault)
{
	uint8_t prefix_memory[EVENT_KEY];
	uint8_t after_memory[EVENT_KEY];
	struct buf prefix;
	struct buf after;
	struct span key;
	struct span value;
	struct span from = {0};
	(void)entry_key(&prefix, prefix_memory, list, index, NULL);
	if (before != UINT64_MAX)
		from = entry_key(&after, after_memory, list, index, &before);
	enum err err = table_next(table, TABLE_STATUS_EVENT, buf_span(&prefix), from, TABLE_DOWN,
		&key, &value, fault);
	return err ? err : read_event(key, value, event, fault);
}

enum err status_event_last(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	uint32_t index, struct status_event *event, struct fault *fault)
{
	return event_before(table, list, index, UINT64_MAX, event, fault);
}

/* Row: version, time u64, effective u64. */
enum err status_confirm_put(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	uint64_t position, int64_t time_ms, int64_t effective_ms, struct fault *fault)
{
	uint8_t key_memory[CONFIRM_KEY];
	uint8_t memory[ROW_SIZE];
	struct buf key;
	struct buf buf;
	buf_over(&key, key_memory, sizeof key_memory);
	buf_put(&key, span_of(list, STATUS_LIST_ID));
	buf_put_be(&key, position, POSITION_BYTES);
	buf_over(&buf, memory, sizeof memory);
	buf_put_u8(&buf, ROW_VERSION);
	buf_put_be(&buf, (uint64_t)time_ms, 8);
	buf_put_be(&buf, (uint64_t)effective_ms, 8);
	return table_put(table, TABLE_STATUS_CONFIRM, buf_span(&key), buf_span(&buf), fault);
}

struct confirmation {
	uint64_t position;
	int64_t time_ms;
	int64_t effective_ms;
};

/* The newest confirmation of a list before a position. Errors: ERR_NOT_FOUND. */
static enum err confirmation_before(const struct table *table, const uint8_t *list, uint64_t before,
	struct confirmation *confirmation, struct fault *fault)
{
	uint8_t from_memory[CONFIRM_KEY];
	struct buf buf;
	struct span from = {0}, key, value;
	struct record record;
	struct confirmation read = {0};
	if (before < POSITION_END) {
		buf_over(&buf, from_memory, sizeof from_memory);
		buf_put(&buf, span_of(list, STATUS_LIST_ID));
		buf_put_be(&buf, before, POSITION_BYTES);
		from = buf_span(&buf);
	}
	enum err err = table_next(table, TABLE_STATUS_CONFIRM, span_of(list, STATUS_LIST_ID), from,
		TABLE_DOWN, &key, &value, fault);
	if (err)
		return err;
	if (key.size != CONFIRM_KEY)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"a row of table %u has the wrong key; rebuild the state from the ledger",
			(unsigned)TABLE_STATUS_CONFIRM);
	read.position = key_position(key);
	record_open(&record, value);
	record.bad = record_be(&record, 1) != ROW_VERSION;
	read.time_ms = (int64_t)record_be(&record, 8);
	read.effective_ms = (int64_t)record_be(&record, 8);
	err = record_close(&record, TABLE_STATUS_CONFIRM, fault);
	if (!err)
		*confirmation = read;
	return err;
}

/* When the list as a whole was last confirmed: finally, up to at_ms, between two positions; 0 if
 * never. A list may be confirmed every hour for years, and any moment of them may be asked about:
 * time rises with position, so the range is halved. Cost: at most POSITION_BITS + 1 reads. */
static enum err confirmed_ms(const struct table *table, const uint8_t *list, uint64_t after,
	uint64_t before, int64_t at_ms, uint64_t final_size, int64_t *ms, struct fault *fault)
{
	uint64_t low = after; /* none that counts lies above it and below what was probed */
	uint64_t high = before < final_size ? before : final_size;
	*ms = 0;
	if (high > POSITION_END)
		high = POSITION_END;
	uint64_t probe = high; /* first the newest: mostly that is it */
	while (high > low && high - low > 1) {
		struct confirmation found = {0};
		enum err err = confirmation_before(table, list, probe, &found, fault);
		if (err && err != ERR_NOT_FOUND)
			return err;
		bool is_there = !err && found.position > low;
		if (is_there && found.time_ms > at_ms) {
			high = found.position;
		} else {
			if (is_there)
				*ms = found.effective_ms;
			low = probe - 1;
		}
		probe = low + (high - low) / 2 + 1;
	}
	return OK;
}

/* Row: version, state u8, time u64, due u64, party 17. */
enum err dispute_put(const struct table *table, const uint8_t list[STATUS_LIST_ID], uint32_t index,
	const struct dispute_event *event, struct fault *fault)
{
	uint8_t key_memory[EVENT_KEY];
	uint8_t memory[ROW_SIZE];
	struct buf key;
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	buf_put_u8(&buf, ROW_VERSION);
	buf_put_u8(&buf, (uint8_t)event->state);
	buf_put_be(&buf, (uint64_t)event->time_ms, 8);
	buf_put_be(&buf, (uint64_t)event->due_ms, 8);
	buf_put(&buf, span_of(event->party, PARTY_SIZE));
	return table_put(table, TABLE_DISPUTE,
		entry_key(&key, key_memory, list, index, &event->position), buf_span(&buf), fault);
}

enum err dispute_last(const struct table *table, const uint8_t list[STATUS_LIST_ID], uint32_t index,
	int64_t at_ms, struct dispute_event *event, struct fault *fault)
{
	uint8_t prefix_memory[EVENT_KEY];
	uint8_t from_memory[EVENT_KEY];
	struct buf prefix;
	struct buf from_buf;
	struct span from = {0};
	struct span key;
	struct span value;
	(void)entry_key(&prefix, prefix_memory, list, index, NULL);
	for (unsigned step = 0; step < STANDING_STEPS_MAX; step++) {
		enum err err = table_next(table, TABLE_DISPUTE, buf_span(&prefix), from, TABLE_DOWN,
			&key, &value, fault);
		if (err)
			return err;
		struct dispute_event row = {.position = key_position(key)};
		struct record record;
		record_open(&record, value);
		record.bad = record_be(&record, 1) != ROW_VERSION;
		row.state = (enum dispute_state)record_be(&record, 1);
		row.time_ms = (int64_t)record_be(&record, 8);
		row.due_ms = (int64_t)record_be(&record, 8);
		take_party(&record, row.party);
		err = record_close(&record, TABLE_DISPUTE, fault);
		if (err)
			return err;
		if (row.time_ms <= at_ms) {
			*event = row;
			return OK;
		}
		from = entry_key(&from_buf, from_memory, list, index, &row.position);
	}
	return ERR_NOT_FOUND;
}

/* Walks back to the change that counts. A bad or unknown one counts at once; a good one only when
 * final. From an unknown one the walk goes on: to the last good one, for its age, or to a graver
 * one that a reinstatement not yet final lies upon. */
static enum err find_status(const struct table *table, const uint8_t *list, uint32_t index,
	int64_t at_ms, uint64_t final_size, struct standing *standing, struct fault *fault)
{
	uint64_t before = UINT64_MAX;
	uint64_t doubted = UINT64_MAX; /* since when it is unknown */
	bool found = false;
	for (unsigned step = 0; step < STANDING_STEPS_MAX; step++) {
		struct status_event event;
		enum err err = event_before(table, list, index, before, &event, fault);
		if (err)
			return err == ERR_NOT_FOUND ? OK : err;
		before = event.position;
		if (event.time_ms > at_ms)
			continue;
		bool is_good = event.status == RECORD_VALID;
		if (is_good && event.position >= final_size)
			continue;
		if (!found) {
			found = true;
			standing->status = event.status;
			standing->position = event.position;
		}
		if (event.status == RECORD_UNKNOWN) {
			doubted = event.position;
			continue;
		}
		standing->said_ms = event.effective_ms;
		if (!is_good) {
			standing->status = event.status;
			return OK;
		}
		int64_t confirmed = 0;
		err = confirmed_ms(
			table, list, event.position, doubted, at_ms, final_size, &confirmed, fault);
		if (err)
			return err;
		if (confirmed > standing->said_ms)
			standing->said_ms = confirmed;
		return OK;
	}
	return OK;
}

enum err standing_read(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	uint32_t index, int64_t at_ms, uint64_t final_size, struct standing *standing,
	struct fault *fault)
{
	struct standing read = {.status = RECORD_UNKNOWN};
	enum err err = find_status(table, list, index, at_ms, final_size, &read, fault);
	if (err)
		return err;
	struct dispute_event dispute;
	err = dispute_last(table, list, index, at_ms, &dispute, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (!err && dispute.state == DISPUTE_OPENED) {
		read.is_disputed = true;
		read.dispute_due_ms = dispute.due_ms;
	}
	*standing = read;
	return OK;
}
