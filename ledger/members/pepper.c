#include "ledger/members/rows.h"

#include "ledger/base/civil.h"

enum err pepper_find(const struct table *table, uint16_t year, uint8_t commitment[HASH_SIZE],
	struct fault *fault)
{
	uint8_t key[2];
	struct span value;
	be_write(year, 2, key);
	enum err err = table_get(table, ROWS_PEPPER, span_of(key, sizeof key), &value, fault);
	if (err)
		return err;
	if (value.size != HASH_SIZE)
		return row_corrupt("pepper", fault);
	memcpy(commitment, value.at, HASH_SIZE);
	return OK;
}

enum err pepper_box_find(const struct table *table, uint16_t year, const uint8_t kid[KID_SIZE],
	uint8_t box[BODY_PEPPER_BOX_SIZE], struct fault *fault)
{
	uint8_t key[2 + KID_SIZE];
	struct span value;
	be_write(year, 2, key);
	memcpy(key + 2, kid, KID_SIZE);
	enum err err = table_get(table, ROWS_PEPPER, span_of(key, sizeof key), &value, fault);
	if (err)
		return err;
	if (value.size != BODY_PEPPER_BOX_SIZE)
		return row_corrupt("pepper box", fault);
	memcpy(box, value.at, value.size);
	return OK;
}

enum err pepper_newest(const struct table *table, uint16_t *year, struct fault *fault)
{
	struct span key;
	struct span value;
	enum err err = table_next(table, ROWS_PEPPER, span_of(NULL, 0), span_of(NULL, 0),
		TABLE_DOWN, &key, &value, fault);
	if (err)
		return err;
	if (key.size < 2)
		return row_corrupt("pepper", fault);
	*year = (uint16_t)be_read(key.at, 2);
	return OK;
}

enum err pepper_present(
	const struct table *table, int64_t time_ms, uint16_t *year, struct fault *fault)
{
	uint8_t key[2];
	struct span found;
	struct span value;
	int32_t now;
	int32_t month;
	int32_t day;
	civil_from_day(zone_day(ZONE_UTC, time_ms), &now, &month, &day);
	be_write((uint64_t)now + 1, 2, key);
	/* What comes before every row of the next year. */
	enum err err = table_next(table, ROWS_PEPPER, span_of(NULL, 0), span_of(key, sizeof key),
		TABLE_DOWN, &found, &value, fault);
	if (err == ERR_NOT_FOUND)
		return pepper_newest(table, year, fault);
	if (err)
		return err;
	if (found.size < 2)
		return row_corrupt("pepper", fault);
	*year = (uint16_t)be_read(found.at, 2);
	return OK;
}
