#include "appliance/rules/record.h"

#include "appliance/rules/tables.h"

void record_open(struct record *record, struct span in)
{
	*record = (struct record){.in = in};
}

struct span record_bytes(struct record *record, size_t size)
{
	if (record->bad || record->in.size - record->at < size) {
		record->bad = true;
		return span_of(NULL, 0);
	}
	struct span bytes = span_of(record->in.at + record->at, size);
	record->at += size;
	return bytes;
}

uint64_t record_be(struct record *record, unsigned bytes)
{
	struct span raw = record_bytes(record, bytes);
	uint64_t value = 0;
	for (size_t i = 0; i < raw.size; i++)
		value = value << 8 | raw.at[i];
	return value;
}

struct span record_string(struct record *record)
{
	size_t size = (size_t)record_be(record, 1);
	return record_bytes(record, size);
}

enum err record_close(struct record *record, unsigned table, struct fault *fault)
{
	if (!record->bad && record->at == record->in.size)
		return OK;
	return fault_set(fault, ERR_CORRUPT, record->at, 0,
		"a row of table %u has the wrong size; rebuild the state from the ledger", table);
}

void record_put_string(struct buf *buf, struct span text)
{
	buf_put_be(buf, text.size, 1);
	buf_put(buf, text);
}

enum err counter_peek(
	const struct table *table, uint8_t counter, uint32_t *next, struct fault *fault)
{
	struct span value;
	struct record record;
	enum err err = table_get(table, TABLE_COUNTER, span_of(&counter, 1), &value, fault);
	if (err == ERR_NOT_FOUND) {
		*next = 1;
		return OK;
	}
	if (err)
		return err;
	record_open(&record, value);
	uint32_t used = (uint32_t)record_be(&record, 4);
	err = record_close(&record, TABLE_COUNTER, fault);
	if (err)
		return err;
	if (used == UINT32_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "counter %u is used up", counter);
	*next = used + 1;
	return OK;
}

enum err counter_set(const struct table *table, uint8_t counter, uint32_t used, struct fault *fault)
{
	uint8_t raw[4];
	struct buf buf;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, used, 4);
	return table_put(table, TABLE_COUNTER, span_of(&counter, 1), buf_span(&buf), fault);
}
