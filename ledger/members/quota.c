/* How much may be said in an hour of ledger time. One row a member, one a device's key, written
 * over when the hour changes: the tables do not grow. */
#include "ledger/members/rows.h"

#define HOUR_MS ((int64_t)3600 * 1000)

struct counted {
	uint8_t key[5];
	size_t key_size;
	uint32_t limit;
};

static struct counted count_member(const struct author *author)
{
	struct counted counted = {.key = {'m'}, .key_size = 3, .limit = QUOTA_MEMBER_HOUR};
	be_write(author->member_index, 2, counted.key + 1);
	return counted;
}

static struct counted count_device(const struct author *author)
{
	struct counted counted = {.key = {'k'}, .key_size = 5, .limit = QUOTA_DEVICE_HOUR};
	be_write(author->key_index, 4, counted.key + 1);
	return counted;
}

static bool is_device(const struct author *author)
{
	return author->purpose == KEY_STATION || author->purpose == KEY_HOLDER;
}

static enum err read_count(const struct table *table, const struct counted *counted, uint32_t hour,
	uint32_t *count, struct fault *fault)
{
	struct span value;
	*count = 0;
	enum err err = table_get(
		table, ROWS_QUOTA, span_of(counted->key, counted->key_size), &value, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	if (value.size != 8)
		return row_corrupt("quota", fault);
	if (be_read(value.at, 4) == hour)
		*count = (uint32_t)be_read(value.at + 4, 4);
	return OK;
}

static uint32_t hour_of(int64_t time_ms)
{
	return (uint32_t)(time_ms / HOUR_MS);
}

static enum err judge(const struct table *table, struct counted counted, uint32_t hour,
	struct outcome *outcome, struct fault *fault)
{
	uint32_t count;
	enum err err = read_count(table, &counted, hour, &count, fault);
	if (!err && count >= counted.limit)
		err = refuse(outcome, OUTCOME_OVER_QUOTA, counted.limit);
	return err;
}

enum err quota_judge(const struct table *table, const struct author *author, int64_t time_ms,
	struct outcome *outcome, struct fault *fault)
{
	*outcome = (struct outcome){0};
	enum err err = judge(table, count_member(author), hour_of(time_ms), outcome, fault);
	if (!err && !outcome->code && is_device(author))
		err = judge(table, count_device(author), hour_of(time_ms), outcome, fault);
	return err;
}

static enum err record(
	const struct table *table, struct counted counted, uint32_t hour, struct fault *fault)
{
	uint32_t count;
	uint8_t row[8];
	enum err err = read_count(table, &counted, hour, &count, fault);
	if (err)
		return err;
	be_write(hour, 4, row);
	be_write(count + 1, 4, row + 4);
	return table_put(table, ROWS_QUOTA, span_of(counted.key, counted.key_size),
		span_of(row, sizeof row), fault);
}

enum err quota_record(const struct table *table, const struct author *author, int64_t time_ms,
	struct fault *fault)
{
	enum err err = record(table, count_member(author), hour_of(time_ms), fault);
	if (!err && is_device(author))
		err = record(table, count_device(author), hour_of(time_ms), fault);
	return err;
}
