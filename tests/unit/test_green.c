/* Green checks are counted, and the ledger is told once a day: how many, and the root over them. */
#include "tests/unit/moving_clock.h"
#include "tests/unit/trade_world.h"

#include "appliance/view/green.h"
#include "ledger/base/civil.h"
#include "ledger/proof/tree.h"

static struct trade trade;

static bool open_trade(void)
{
	struct fault fault = {0};
	return trade_open(&trade, GOODS_CASE_PACKS, 400) && trade_commission(&trade) &&
	       trade_step(&trade, KIND_LOT_CLOSE, &fault) &&
	       trade_step(&trade, KIND_LOT_RELEASE, &fault);
}

static enum verdict_colour check_as(const char *party, const char *serial, const char *lot)
{
	char scan[GOODS_SCAN_SIZE];
	struct check check;
	struct fault fault = {0};
	const struct appliance *appliance = &trade.appliance;
	goods_scan(trade.goods.gtin, trade.goods.expiry, lot, serial, scan);
	struct checking checking = {.scan = span_text(scan), .record = true, .is_counted = true};
	if (!trade_done(check_scan(appliance->desk, appliance->view,
				desk_find(appliance->desk, party), &checking, &check, &fault),
		    &fault))
		return VERDICT_RED;
	return verdict_row(verdict_word(&check.verdict))->colour;
}

static bool state_days(void)
{
	struct fault fault = {0};
	return trade_done(
		green_state_days(trade.appliance.desk, trade.appliance.view, &fault), &fault);
}

static int32_t today(void)
{
	return zone_day(ZONE_EUROPE_LONDON, env_now_ms(&trade.appliance.env));
}

/* The newest count on the ledger. */
static bool newest_count(uint64_t from, struct check_count_body *said, uint8_t root[HASH_SIZE])
{
	const struct kind *kind = kind_find(KIND_CHECK_COUNT);
	struct reader *reader = NULL;
	bool found = false;
	if (desk_reader(trade.appliance.desk, &reader, NULL))
		return false;
	for (uint64_t at = from; at < trade_size(&trade); at++) {
		struct buf bytes;
		struct statement statement;
		union kind_body body;
		buf_init(&bytes, STATEMENT_SIZE_MAX);
		if (!reader_statement(reader, at, &bytes, NULL) &&
			!statement_decode(buf_span(&bytes), SIGNED_STATEMENT, &statement, NULL) &&
			statement.kind == KIND_CHECK_COUNT &&
			!kind->decode(statement.body, &body, NULL)) {
			*said = body.check_count;
			memcpy(root, body.check_count.root.at, HASH_SIZE);
			found = true;
		}
		buf_close(&bytes);
	}
	desk_reader_back(trade.appliance.desk, reader);
	return found;
}

struct records {
	struct span one[8];
	uint8_t memory[8][256];
	size_t count;
};

static enum err keep_record(void *self, struct span record, struct fault *fault)
{
	struct records *records = self;
	(void)fault;
	if (records->count == 8 || record.size > sizeof records->memory[0])
		return ERR_LIMIT;
	memcpy(records->memory[records->count], record.at, record.size);
	records->one[records->count] = span_of(records->memory[records->count], record.size);
	records->count++;
	return OK;
}

TEST(green_checks_of_a_day_are_stated_the_day_after)
{
	struct check_count_body said = {0};
	struct records records = {0};
	struct view_epc_sink sink = {&records, keep_record};
	uint8_t root[HASH_SIZE];
	uint8_t left[HASH_SIZE];
	uint8_t right[HASH_SIZE];
	NEED(open_trade());
	uint64_t size = trade_size(&trade);
	int32_t day = today();
	CHECK(check_as("pharmacy", trade.goods.serials[0], trade.goods.lot) == VERDICT_GREEN);
	CHECK(check_as("pharmacy", trade.goods.serials[0], trade.goods.lot) == VERDICT_GREEN);
	CHECK(check_as("pharmacy", "NOSUCHPACK", trade.goods.lot) == VERDICT_RED);
	CHECK(check_as("hospital.example", trade.goods.serials[1], trade.goods.lot) ==
		VERDICT_GREEN);
	/* Not before the day is over. */
	CHECK(state_days() && trade_count(&trade, size, KIND_CHECK_COUNT) == 0);
	clock_move_days(1);
	CHECK(state_days() && trade_count(&trade, size, KIND_CHECK_COUNT) == 2);
	CHECK(state_days() && trade_count(&trade, size, KIND_CHECK_COUNT) == 2);
	/* The pharmacy's two records make the root of its day. */
	CHECK(view_green_each(trade.appliance.view, "pharmacy", day, &sink, NULL) == OK);
	NEED(records.count == 2);
	tree_leaf_of(records.one[0], left);
	tree_leaf_of(records.one[1], right);
	tree_node(left, right, root);
	uint32_t count = 0;
	uint8_t told[HASH_SIZE];
	CHECK(green_root(trade.appliance.view, "pharmacy", day, &count, told, NULL) == OK);
	CHECK(count == 2 && !memcmp(told, root, HASH_SIZE));
	/* The next day's is one more statement, in order. */
	CHECK(check_as("pharmacy", trade.goods.serials[2], trade.goods.lot) == VERDICT_GREEN);
	uint64_t before = trade_size(&trade);
	clock_move_days(3);
	CHECK(state_days() && trade_count(&trade, before, KIND_CHECK_COUNT) == 1);
	NEED(newest_count(before, &said, told));
	CHECK(said.day == (uint32_t)day + 1 && said.count == 1);
	CHECK(green_root(trade.appliance.view, "pharmacy", day + 1, &count, root, NULL) == OK);
	CHECK(!memcmp(told, root, HASH_SIZE));
	trade_close(&trade);
}

/* No serial, nobody's name: what is in a record is on the ledger already, or its key is. */
TEST(a_record_names_the_pack_by_its_key)
{
	struct records records = {0};
	struct view_epc_sink sink = {&records, keep_record};
	NEED(open_trade());
	CHECK(check_as("pharmacy", trade.goods.serials[0], trade.goods.lot) == VERDICT_GREEN);
	CHECK(view_green_each(trade.appliance.view, "pharmacy", today(), &sink, NULL) == OK);
	NEED(records.count == 1);
	CHECK(cbor_check(records.one[0], NULL) == OK);
	CHECK(memmem(records.one[0].at, records.one[0].size, trade.goods.lot,
		      strlen(trade.goods.lot)) != NULL);
	CHECK(memmem(records.one[0].at, records.one[0].size, trade.goods.serials[0],
		      strlen(trade.goods.serials[0])) == NULL);
	trade_close(&trade);
}

/* The crash came when it was stated and the view did not know. And a day that is too long ago. */
TEST(a_day_is_stated_once_whatever_happens)
{
	NEED(open_trade());
	int32_t day = today();
	uint64_t size = trade_size(&trade);
	CHECK(check_as("pharmacy", trade.goods.serials[0], trade.goods.lot) == VERDICT_GREEN);
	clock_move_days(1);
	CHECK(state_days() && trade_count(&trade, size, KIND_CHECK_COUNT) == 1);
	CHECK(view_green_stated(trade.appliance.view, "pharmacy", day - 1, 0, NULL) == OK);
	CHECK(state_days() && trade_count(&trade, size, KIND_CHECK_COUNT) == 1);
	int32_t next = 0;
	CHECK(view_green_day(trade.appliance.view, "pharmacy", day + 9, &next, NULL) ==
		ERR_NOT_FOUND);
	CHECK(check_as("pharmacy", trade.goods.serials[0], trade.goods.lot) == VERDICT_GREEN);
	clock_move_days(40);
	CHECK(state_days() && trade_count(&trade, size, KIND_CHECK_COUNT) == 1);
	CHECK(check_as("pharmacy", trade.goods.serials[0], trade.goods.lot) == VERDICT_GREEN);
	clock_move_days(1);
	CHECK(state_days() && trade_count(&trade, size, KIND_CHECK_COUNT) == 2);
	trade_close(&trade);
}

TAP_MAIN(CASE(green_checks_of_a_day_are_stated_the_day_after),
	CASE(a_record_names_the_pack_by_its_key), CASE(a_day_is_stated_once_whatever_happens))
