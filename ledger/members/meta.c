/* Rows of table 1: origin, chosen, zone (text); genesis (entry 32, time 8, rules version 4);
 * voters (indexes of 2 bytes); recovery (k in 1 byte, public keys of 32); members, keys (numbers
 * of 8 bytes). */
#include "ledger/members/rows.h"

#include "ledger/base/hex.h"

#include <assert.h>
#include <stdio.h>

#define GENESIS_ROW (32 + 8 + 4)

enum err meta_get(
	const struct table *table, const char *word, struct span *value, struct fault *fault)
{
	return table_get(table, ROWS_META, span_text(word), value, fault);
}

enum err meta_number(
	const struct table *table, const char *word, uint64_t *number, struct fault *fault)
{
	struct span value;
	enum err err = meta_get(table, word, &value, fault);
	if (err == ERR_NOT_FOUND) {
		*number = 0;
		return OK;
	}
	if (err)
		return err;
	if (value.size != 8)
		return row_corrupt(word, fault);
	*number = be_read(value.at, 8);
	return OK;
}

enum err meta_put(
	const struct table *table, const char *word, struct span value, struct fault *fault)
{
	return table_put(table, ROWS_META, span_text(word), value, fault);
}

enum err meta_put_number(
	const struct table *table, const char *word, uint64_t number, struct fault *fault)
{
	uint8_t raw[8];
	be_write(number, 8, raw);
	return meta_put(table, word, span_of(raw, 8), fault);
}

enum err members_origin(const struct table *table, struct span *origin, struct fault *fault)
{
	return meta_get(table, "origin", origin, fault);
}

enum err members_chosen(const struct table *table, struct span *chosen, struct fault *fault)
{
	return meta_get(table, "chosen", chosen, fault);
}

enum err members_zone(const struct table *table, struct span *name, struct fault *fault)
{
	return meta_get(table, "zone", name, fault);
}

enum err members_genesis(const struct table *table, uint8_t entry[32], int64_t *time_ms,
	uint32_t *rules_version, struct fault *fault)
{
	struct span value;
	enum err err = meta_get(table, "genesis", &value, fault);
	if (err)
		return err;
	if (value.size != GENESIS_ROW)
		return row_corrupt("genesis", fault);
	memcpy(entry, value.at, 32);
	*time_ms = (int64_t)be_read(value.at + 32, 8);
	*rules_version = (uint32_t)be_read(value.at + 40, 4);
	return OK;
}

void members_origin_make(struct span chosen, const uint8_t entry[32], char out[ORIGIN_SIZE_MAX + 1])
{
	char digits[33];
	assert(chosen.size <= NAME_SIZE_MAX);
	hex_print(span_of(entry, 16), digits);
	(void)snprintf(out, ORIGIN_SIZE_MAX + 1, "%.*s/%s", (int)chosen.size,
		(const char *)chosen.at, digits);
}

enum err members_count(const struct table *table, uint16_t *count, struct fault *fault)
{
	uint64_t number = 0;
	enum err err = meta_number(table, "members", &number, fault);
	if (err)
		return err;
	if (number > UINT16_MAX)
		return row_corrupt("members", fault);
	*count = (uint16_t)number;
	return OK;
}

enum err members_voters(const struct table *table, uint16_t voters[BODY_VOTERS_MAX], size_t *count,
	struct fault *fault)
{
	struct span value;
	enum err err = meta_get(table, "voters", &value, fault);
	if (err)
		return err;
	if (value.size % 2 || value.size / 2 > BODY_VOTERS_MAX)
		return row_corrupt("voters", fault);
	*count = value.size / 2;
	for (size_t i = 0; i < *count; i++)
		voters[i] = (uint16_t)be_read(value.at + 2 * i, 2);
	return OK;
}
