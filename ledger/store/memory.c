#include "ledger/store/memory.h"

#include "ledger/store/changes.h"

#include <assert.h>
#include <stdlib.h>

/* A skip list a table: as ordered as a tree, and a neighbour in either direction is one search. */
#define LEVEL_MAX 20

struct row {
	uint8_t *value;
	size_t value_size;
	size_t key_size;
	uint8_t key[TABLE_KEY_MAX];
	unsigned levels;
	struct row *next[];
};

struct list {
	struct row *first[LEVEL_MAX];
	size_t count;
};

struct memory {
	struct table table;
	struct changes changes;
	uint64_t dice;
	struct list list[TABLE_ID_MAX + 1];
};

static struct span row_key(const struct row *row)
{
	return span_of(row->key, row->key_size);
}

/* before[l]: the link on level l that leads to the first row >= key. */
static struct row *find(struct list *list, struct span key, struct row **before[LEVEL_MAX])
{
	struct row **links = list->first;
	for (unsigned level = LEVEL_MAX; level-- > 0;) {
		while (links[level] && span_order(row_key(links[level]), key) < 0)
			links = links[level]->next;
		before[level] = &links[level];
	}
	return *before[0];
}

static enum err memory_get(
	void *self, unsigned id, struct span key, struct span *value, struct fault *fault)
{
	struct memory *memory = self;
	struct row **before[LEVEL_MAX];
	(void)fault;
	assert(id <= TABLE_ID_MAX && key.size <= TABLE_KEY_MAX);
	struct row *row = find(&memory->list[id], key, before);
	if (!row || !span_equal(row_key(row), key))
		return ERR_NOT_FOUND;
	*value = span_of(row->value, row->value_size);
	return OK;
}

/* The height of a row is drawn from a fixed sequence: runs repeat exactly. */
static unsigned draw_levels(struct memory *memory)
{
	unsigned levels = 1;
	memory->dice ^= memory->dice << 13;
	memory->dice ^= memory->dice >> 7;
	memory->dice ^= memory->dice << 17;
	for (uint64_t bits = memory->dice; levels < LEVEL_MAX && (bits & 3) == 0; bits >>= 2)
		levels++;
	return levels;
}

static struct row *row_new(struct memory *memory, struct span key)
{
	unsigned levels = draw_levels(memory);
	struct row *row = calloc(1, sizeof *row + levels * sizeof(void *));
	if (!row)
		return NULL;
	row->levels = levels;
	row->key_size = key.size;
	if (key.size)
		memcpy(row->key, key.at, key.size);
	return row;
}

static enum err memory_put(
	void *self, unsigned id, struct span key, struct span value, struct fault *fault)
{
	struct memory *memory = self;
	struct row **before[LEVEL_MAX];
	assert(id <= TABLE_ID_MAX && key.size <= TABLE_KEY_MAX && value.size <= TABLE_VALUE_MAX);
	struct row *row = find(&memory->list[id], key, before);
	/* The value is copied first: it may be the row's own. */
	uint8_t *copy = malloc(value.size ? value.size : 1);
	if (!copy)
		return fault_set(fault, ERR_MEMORY, 0, 0, "tables: out of memory");
	if (value.size)
		memcpy(copy, value.at, value.size);
	if (!row || !span_equal(row_key(row), key)) {
		row = row_new(memory, key);
		if (!row) {
			free(copy);
			return fault_set(fault, ERR_MEMORY, 0, 0, "tables: out of memory");
		}
		for (unsigned level = 0; level < row->levels; level++) {
			row->next[level] = *before[level];
			*before[level] = row;
		}
		memory->list[id].count++;
	}
	free(row->value);
	row->value = copy;
	row->value_size = value.size;
	changes_put(&memory->changes, id, row_key(row), span_of(copy, value.size));
	return OK;
}

static enum err memory_drop(void *self, unsigned id, struct span key, struct fault *fault)
{
	struct memory *memory = self;
	struct row **before[LEVEL_MAX];
	(void)fault;
	assert(id <= TABLE_ID_MAX && key.size <= TABLE_KEY_MAX);
	struct row *row = find(&memory->list[id], key, before);
	if (!row || !span_equal(row_key(row), key))
		return OK;
	changes_drop(&memory->changes, id, row_key(row));
	for (unsigned level = 0; level < row->levels; level++)
		*before[level] = row->next[level];
	memory->list[id].count--;
	free(row->value);
	free(row);
	return OK;
}

/* The last row below key (or, inclusive, at it). */
static struct row *find_below(struct list *list, struct span key, bool inclusive)
{
	struct row **links = list->first;
	struct row *last = NULL;
	for (unsigned level = LEVEL_MAX; level-- > 0;)
		while (links[level] &&
			span_order(row_key(links[level]), key) < (inclusive ? 1 : 0)) {
			last = links[level];
			links = last->next;
		}
	return last;
}

static bool has_prefix(struct span key, struct span prefix)
{
	return key.size >= prefix.size &&
	       (prefix.size == 0 || memcmp(key.at, prefix.at, prefix.size) == 0);
}

/* The last row with the prefix: search below the prefix filled up with 0xff. */
static struct row *find_last(struct list *list, struct span prefix)
{
	uint8_t end[TABLE_KEY_MAX];
	memset(end, 0xff, sizeof end);
	if (prefix.size)
		memcpy(end, prefix.at, prefix.size);
	return find_below(list, span_of(end, sizeof end), true);
}

static enum err memory_next(void *self, unsigned id, struct span prefix, struct span after,
	enum table_order order, struct span *key, struct span *value, struct fault *fault)
{
	struct memory *memory = self;
	struct list *list = &memory->list[id];
	struct row **before[LEVEL_MAX], *row;
	(void)fault;
	assert(id <= TABLE_ID_MAX && prefix.size <= TABLE_KEY_MAX && after.size <= TABLE_KEY_MAX);
	if (order == TABLE_UP) {
		bool from_start = !after.at || span_order(after, prefix) < 0;
		row = find(list, from_start ? prefix : after, before);
		if (row && !from_start && span_equal(row_key(row), after))
			row = row->next[0];
	} else {
		row = find_last(list, prefix);
		if (row && after.at && span_order(row_key(row), after) >= 0)
			row = find_below(list, after, false);
	}
	if (!row || !has_prefix(row_key(row), prefix))
		return ERR_NOT_FOUND;
	*key = row_key(row);
	*value = span_of(row->value, row->value_size);
	return OK;
}

enum err memory_open(struct memory **out, struct fault *fault)
{
	static const uint8_t zero[HASH_SIZE];
	struct memory *memory = calloc(1, sizeof *memory);
	if (!memory)
		return fault_set(fault, ERR_MEMORY, 0, 0, "tables: out of memory");
	memory->dice = 0x9e3779b97f4a7c15;
	memory->table = (struct table){.self = memory,
		.get = memory_get,
		.put = memory_put,
		.drop = memory_drop,
		.next = memory_next};
	changes_init(&memory->changes, zero);
	*out = memory;
	return OK;
}

void memory_free(struct memory *memory)
{
	if (!memory)
		return;
	for (unsigned id = 0; id <= TABLE_ID_MAX; id++)
		for (struct row *row = memory->list[id].first[0], *next; row; row = next) {
			next = row->next[0];
			free(row->value);
			free(row);
		}
	free(memory);
}

const struct table *memory_table(struct memory *memory)
{
	return &memory->table;
}

void memory_digest(struct memory *memory, uint8_t digest[HASH_SIZE])
{
	changes_fold(&memory->changes);
	memcpy(digest, memory->changes.digest, HASH_SIZE);
}

size_t memory_count(const struct memory *memory, unsigned id)
{
	return memory->list[id].count;
}
