#include "ledger/store/walk.h"

#include "ledger/store/changes.h"

#define HEAD_SIZE (2 + 8 + 8 + HASH_SIZE + 1)

void walk_init(struct walk *walk)
{
	*walk = (struct walk){0};
}

static void next_table(struct walk *walk)
{
	walk->key_size = 0;
	walk->cost++;
	if (++walk->table <= TABLE_ID_MAX)
		return;
	walk->table = 0;
	walk->round = walk->cost;
	walk->cost = 0;
}

/* A key of size 0 cannot be told from a table's beginning, and no table has one. */
static enum err next_row(
	struct walk *walk, const struct table *table, struct changes *changes, struct fault *fault)
{
	struct span none = {0}, key, value;
	struct span after = walk->key_size ? span_of(walk->key, walk->key_size) : none;
	enum err err = table_next(table, walk->table, none, after, TABLE_UP, &key, &value, fault);
	if (err)
		return err;
	if (!key.size || key.size > TABLE_KEY_MAX)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"table %u has a key of %zu bytes; run rebuild", walk->table, key.size);
	changes_put(changes, walk->table, key, value);
	walk->cost += 1 + (key.size + value.size) / 64;
	walk->key_size = key.size;
	memmove(walk->key, key.at, key.size);
	return OK;
}

enum err walk_step(struct walk *walk, const struct table *table, struct fault *fault)
{
	struct walk next = *walk;
	struct changes changes;
	uint64_t until = next.cost + WALK_COST + next.round / WALK_STEPS;
	changes_init(&changes, next.hash);
	while (next.cost < until) {
		enum err err = next_row(&next, table, &changes, fault);
		if (err && err != ERR_NOT_FOUND)
			return err;
		if (!err)
			continue;
		next_table(&next);
		if (next.table == 0)
			break;
	}
	changes_fold(&changes);
	memcpy(next.hash, changes.digest, HASH_SIZE);
	*walk = next;
	return OK;
}

void walk_put(const struct walk *walk, struct buf *buf)
{
	buf_put_be(buf, walk->table, 2);
	buf_put_be(buf, walk->cost, 8);
	buf_put_be(buf, walk->round, 8);
	buf_put(buf, span_of(walk->hash, HASH_SIZE));
	buf_put_be(buf, walk->key_size, 1);
	buf_put(buf, span_of(walk->key, walk->key_size));
}

static uint64_t take_be(const uint8_t *at, size_t size)
{
	uint64_t value = 0;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | at[i];
	return value;
}

enum err walk_take(struct span bytes, struct walk *walk, struct fault *fault)
{
	size_t key_size = bytes.size >= HEAD_SIZE ? bytes.at[HEAD_SIZE - 1] : 0;
	if (bytes.size < HEAD_SIZE || key_size > TABLE_KEY_MAX ||
		bytes.size != HEAD_SIZE + key_size || take_be(bytes.at, 2) > TABLE_ID_MAX)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"the place of the walk through the tables is damaged; run rebuild");
	*walk = (struct walk){.table = (unsigned)take_be(bytes.at, 2),
		.cost = take_be(bytes.at + 2, 8),
		.round = take_be(bytes.at + 10, 8),
		.key_size = key_size};
	memcpy(walk->hash, bytes.at + 18, HASH_SIZE);
	if (key_size)
		memcpy(walk->key, bytes.at + HEAD_SIZE, key_size);
	return OK;
}
