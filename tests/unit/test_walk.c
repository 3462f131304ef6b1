#include "ledger/store/walk.h"

#include "ledger/store/memory.h"
#include "tests/tap.h"

#include <stdio.h>

#define ROWS 1000

static bool put(struct memory *memory, unsigned table, int number, const char *value)
{
	char key[16];
	(void)snprintf(key, sizeof key, "k%06d", number);
	return table_put(memory_table(memory), table, span_text(key), span_text(value), NULL) == OK;
}

static struct memory *filled(void)
{
	struct memory *memory = NULL;
	bool right = memory_open(&memory, NULL) == OK;
	for (int i = 0; right && i < ROWS; i++)
		right = put(memory, i % 2 ? 3 : TABLE_ID_MAX, i, "value");
	return right ? memory : NULL;
}

/* Steps until the round ends; 0 when it does not. */
static int go_round(struct walk *walk, struct memory *memory)
{
	for (int steps = 1; steps < 1000; steps++) {
		if (walk_step(walk, memory_table(memory), NULL))
			return 0;
		if (walk->table == 0 && walk->cost == 0)
			return steps;
	}
	return 0;
}

TEST(a_round_costs_every_row_and_table_once_and_rounds_are_chained)
{
	struct walk one, other;
	struct memory *memory = filled();
	NEED(memory);
	walk_init(&one);
	walk_init(&other);
	CHECK(go_round(&one, memory) == (ROWS + TABLE_ID_MAX + 1 + WALK_COST - 1) / WALK_COST);
	CHECK(one.round == ROWS + TABLE_ID_MAX + 1);
	CHECK(go_round(&other, memory) > 0);
	CHECK(memcmp(one.hash, other.hash, HASH_SIZE) == 0);
	CHECK(go_round(&other, memory) > 0);
	CHECK(memcmp(one.hash, other.hash, HASH_SIZE) != 0);
	memory_free(memory);
}

TEST(whatever_row_differs_a_round_tells)
{
	static const struct {
		const char *name;
		unsigned table;
		int number;
		const char *value;
	} rows[] = {
		{"another value", 3, 1, "valuf"},
		{"the last row", TABLE_ID_MAX, ROWS - 2, ""},
		{"a row more", 3, ROWS + 1, "value"},
		{"a table more", 50, 0, "value"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct walk right, wrong;
		struct memory *memory = filled();
		NEED(memory);
		walk_init(&right);
		walk_init(&wrong);
		NEED(go_round(&right, memory));
		NEED(put(memory, rows[i].table, rows[i].number, rows[i].value));
		NEED(go_round(&wrong, memory));
		CHECK_ROW(memcmp(right.hash, wrong.hash, HASH_SIZE) != 0, "%s", rows[i].name);
		memory_free(memory);
	}
}

TEST(goes_on_from_where_it_was_stored)
{
	struct walk walk, again;
	uint8_t memory_bytes[WALK_SIZE_MAX];
	struct buf buf;
	struct memory *memory = filled();
	NEED(memory);
	walk_init(&walk);
	for (int i = 0; i < 12; i++) {
		buf_over(&buf, memory_bytes, sizeof memory_bytes);
		walk_put(&walk, &buf);
		NEED(!buf.err && walk_take(buf_span(&buf), &again, NULL) == OK);
		NEED(walk_step(&walk, memory_table(memory), NULL) == OK);
		NEED(walk_step(&again, memory_table(memory), NULL) == OK);
		CHECK_ROW(memcmp(walk.hash, again.hash, HASH_SIZE) == 0 &&
				  walk.table == again.table && walk.cost == again.cost &&
				  walk.round == again.round && walk.key_size == again.key_size,
			"step %d", i);
	}
	memory_free(memory);
}

TEST(a_place_that_is_damaged_is_refused)
{
	uint8_t bytes[WALK_SIZE_MAX + 1];
	struct buf buf;
	struct walk walk = {.table = 5, .key_size = 3, .key = "abc"}, out;
	buf_over(&buf, bytes, sizeof bytes);
	walk_put(&walk, &buf);
	size_t size = buf.size;
	CHECK(walk_take(span_of(bytes, size), &out, NULL) == OK);
	for (size_t cut = 0; cut < size; cut++)
		CHECK_ROW(
			walk_take(span_of(bytes, cut), &out, NULL) == ERR_CORRUPT, "size %zu", cut);
	CHECK(walk_take(span_of(bytes, size + 1), &out, NULL) == ERR_CORRUPT);
	bytes[1] = TABLE_ID_MAX + 1;
	CHECK(walk_take(span_of(bytes, size), &out, NULL) == ERR_CORRUPT);
}

TAP_MAIN(CASE(a_round_costs_every_row_and_table_once_and_rounds_are_chained),
	CASE(whatever_row_differs_a_round_tells), CASE(goes_on_from_where_it_was_stored),
	CASE(a_place_that_is_damaged_is_refused))
