/* What captured goods do to what parties hold: packing and its faults, shipping and receiving in
 * the order of time, what comes late, and the same captured by two at once. */
#include "tests/unit/capture_world.h"

#include "appliance/view/contents.h"
#include "appliance/view/intake.h"

#include <pthread.h>

#define MAKER     "maker.example"
#define WHOLESALE "wholesale.example"

#define CASE_1 "350123450000000016"
#define CASE_2 "350123450000000023"
#define PALLET "350123450000000030"

static struct capture_result result;

static struct world_event packing(const char *parent, const char *child)
{
	return (struct world_event){
		.parent = parent, .ssccs = {child}, .action = "ADD", .step = "packing"};
}

/* Things of one row, by letter: each row has its own. */
static void sscc_of(size_t row, char letter, char out[GS1_SSCC_SIZE + 1])
{
	(void)snprintf(out, GS1_SSCC_SIZE + 1, "350123459%06zu%02u", row % 1000000,
		(unsigned)(letter - 'A') % 100);
	out[GS1_SSCC_SIZE - 1] = gs1_check_digit(span_text(out));
	out[GS1_SSCC_SIZE] = 0;
}

TEST(nothing_lies_in_two_things_or_round_in_a_circle)
{
	/* Steps: what, +: into, -: out of (of all, when nothing is named), which. */
	static const struct {
		const char *name;
		const char *steps[3];
		enum err err;
		const char *sentence;
	} rows[] = {
		{"case on pallet", {"A+P"}, OK, ""},
		{"a case in two", {"A+P", "A+B"}, ERR_RANGE, "already"},
		{"twice in the same", {"A+P", "A+P", "B+P"}, OK, ""},
		{"moved, after unpacking", {"A+P", "A-P", "A+B"}, OK, ""},
		{"moved, after unpacking all", {"A+P", " -P", "A+B"}, OK, ""},
		{"in itself", {"A+A"}, ERR_RANGE, "itself"},
		{"each in the other", {"A+P", "P+A"}, ERR_RANGE, "lies in it"},
		{"three in a circle", {"A+P", "P+B", "B+A"}, ERR_RANGE, "lies in it"},
		{"unpacked from another", {"A+P", "A-B"}, ERR_RANGE, "elsewhere"},
	};
	static struct trade trade;
	struct fault fault;
	NEED(trade_open(&trade, 50, 400));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t size = trade_size(&trade);
		world_begin(&trade);
		for (size_t k = 0; k < 3 && rows[i].steps[k]; k++) {
			const char *step = rows[i].steps[k];
			char child[GS1_SSCC_SIZE + 1];
			char parent[GS1_SSCC_SIZE + 1];
			char time[CIVIL_TIME_SIZE];
			sscc_of(i, step[0], child);
			sscc_of(i, step[2], parent);
			world_time(&trade, 20 - (int)k, time);
			struct world_event event = packing(parent, step[0] == ' ' ? NULL : child);
			event.time = time;
			event.action = step[1] == '+' ? "ADD" : "DELETE";
			world_put(&trade, &event);
		}
		enum err err = world_capture(&trade, MAKER, &result, &fault);
		CHECK_ROW(err == rows[i].err, "%s: %s %s", rows[i].name, err_name(err), fault.text);
		CHECK_ROW(!err || (trade_size(&trade) == size &&
					  strstr(fault.text, rows[i].sentence) && fault.at > 2),
			"%s: %s", rows[i].name, fault.text);
	}
	trade_close(&trade);
}

TEST(an_older_event_that_comes_later_changes_nothing)
{
	static struct trade trade;
	struct fault fault;
	char early[CIVIL_TIME_SIZE];
	char middle[CIVIL_TIME_SIZE];
	struct buf parent;
	uint8_t memory[128];
	NEED(trade_open(&trade, 50, 400));
	world_time(&trade, 90, early);
	world_time(&trade, 60, middle);
	const char *serial = trade.goods.serials[0];
	NEED(trade_commission(&trade));
	struct world_event gone = {.serials = {serial},
		.action = "DELETE",
		.step = "destroying",
		.disposition = "destroyed"};
	CHECK(world_one(&trade, MAKER, &gone, &result, &fault) == OK);
	/* Commissioned again in a further file, as a line does that sends all it has. */
	char ilmd[256];
	(void)snprintf(ilmd, sizeof ilmd,
		"<ilmd><cbvmda:lotNumber>%s</cbvmda:lotNumber><cbvmda:itemExpirationDate>"
		"20%.2s-%.2s-%.2s</cbvmda:itemExpirationDate></ilmd>",
		trade.goods.lot, trade.goods.expiry, trade.goods.expiry + 2,
		trade.goods.expiry + 4);
	struct world_event made = {.time = early,
		.serials = {serial, trade.goods.serials[1]},
		.action = "ADD",
		.step = "commissioning",
		.disposition = "active",
		.rest = ilmd};
	CHECK_ROW(world_one(&trade, MAKER, &made, &result, &fault) == OK, "%s", fault.text);
	CHECK(world_stock(&trade, MAKER, serial) == STOCK_GONE);
	CHECK(!strcmp(world_state(&trade, serial), "destroyed"));
	/* Shipped, and received before that. */
	struct world_event moved = {.serials = {trade.goods.serials[1]},
		.action = "OBSERVE",
		.step = "shipping",
		.disposition = "in_transit"};
	CHECK(world_one(&trade, MAKER, &moved, &result, &fault) == OK);
	CHECK(world_stock(&trade, MAKER, trade.goods.serials[1]) == STOCK_SHIPPED);
	moved.step = "receiving";
	moved.time = middle;
	CHECK(world_one(&trade, MAKER, &moved, &result, &fault) == OK);
	CHECK(world_stock(&trade, MAKER, trade.goods.serials[1]) == STOCK_SHIPPED);
	/* Packed into one, then into another; the first comes last. */
	struct world_event event = packing(PALLET, CASE_1);
	CHECK(world_one(&trade, MAKER, &event, &result, &fault) == OK);
	event = packing(CASE_2, CASE_1);
	event.time = early;
	CHECK_ROW(world_one(&trade, MAKER, &event, &result, &fault) == OK, "%s", fault.text);
	buf_init(&parent, 256);
	CHECK(view_parent(trade.appliance.view, MAKER, trade_sscc(CASE_1, memory), &parent, NULL) ==
		OK);
	CHECK(span_is(buf_span(&parent), "https://id.gs1.org/00/" PALLET));
	buf_close(&parent);
	trade_close(&trade);
}

TEST(a_case_is_supplied_with_all_that_lies_in_it)
{
	static struct trade trade;
	struct fault fault;
	NEED(world_open(&trade, 50));
	struct world_event event = {.parent = CASE_1,
		.serials = {trade.goods.serials[0], trade.goods.serials[1]},
		.action = "ADD",
		.step = "packing"};
	CHECK(world_one(&trade, MAKER, &event, &result, &fault) == OK);
	struct world_event gone = {.ssccs = {CASE_1},
		.action = "DELETE",
		.step = "destroying",
		.disposition = "destroyed"};
	CHECK_ROW(world_one(&trade, MAKER, &gone, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.changes[KIND_DESTROY - KIND_SUPPLY] == 2);
	CHECK(!strcmp(world_state(&trade, trade.goods.serials[1]), "destroyed"));
	CHECK(!strcmp(world_state(&trade, trade.goods.serials[2]), "active"));
	gone.ssccs[0] = CASE_2;
	CHECK(world_one(&trade, MAKER, &gone, &result, &fault) == ERR_NOT_FOUND);
	CHECK_ROW(strstr(fault.text, "line 3") && strstr(fault.text, CASE_2), "%s", fault.text);
	trade_close(&trade);
}

TEST(a_case_with_a_number_of_its_own_is_a_container)
{
	static struct trade trade;
	struct fault fault;
	NEED(world_open(&trade, 50));
	const char *unit = trade.goods.gtin;
	char inside[2][GOODS_SERIAL_SIZE + 1];
	memcpy(inside, trade.goods.serials, sizeof inside);
	(void)snprintf(trade.goods.gtin, sizeof trade.goods.gtin, "15012345678907");
	struct world_event made = {.serials = {"CASE1"}, .action = "ADD", .step = "commissioning"};
	CHECK_ROW(world_one(&trade, MAKER, &made, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.packs == 0 && result.lot_count == 0);
	CHECK(world_stock(&trade, MAKER, "CASE1") == -1);
	(void)snprintf(trade.goods.gtin, sizeof trade.goods.gtin, TRADE_GTIN);
	CHECK(strlen(unit) == 14);
	CHECK(world_one(&trade, MAKER, &made, &result, &fault) == ERR_RANGE);
	CHECK_ROW(strstr(fault.text, "lotNumber") != NULL, "%s", fault.text);
	trade_close(&trade);
}

TEST(a_shipment_that_did_not_leave_is_back)
{
	static struct trade trade;
	struct fault fault;
	char time[CIVIL_TIME_SIZE];
	char declared[CIVIL_TIME_SIZE];
	NEED(world_open(&trade, 50));
	world_time(&trade, 30, time);
	world_time(&trade, 5, declared);
	struct world_event ship = {.time = time,
		.serials = {trade.goods.serials[0]},
		.action = "OBSERVE",
		.step = "shipping",
		.disposition = "in_transit",
		.rest = "<destinationList><destination type=\"location\">"
			"https://id.gs1.org/414/" TRADE_WHOLESALE
			"</destination></destinationList>"};
	CHECK_ROW(world_one(&trade, MAKER, &ship, &result, &fault) == OK, "%s", fault.text);
	CHECK(world_stock(&trade, MAKER, trade.goods.serials[0]) == STOCK_SHIPPED);
	CHECK(world_stock(&trade, WHOLESALE, trade.goods.serials[0]) == STOCK_KNOWN);
	ship.declared = declared;
	CHECK_ROW(world_one(&trade, MAKER, &ship, &result, &fault) == OK, "%s", fault.text);
	CHECK(world_stock(&trade, MAKER, trade.goods.serials[0]) == STOCK_HELD);
	ship.declared = NULL;
	ship.serials[0] = trade.goods.serials[1];
	CHECK(world_one(&trade, MAKER, &ship, &result, &fault) == OK);
	ship.time = NULL;
	ship.step = "void_shipping";
	CHECK_ROW(world_one(&trade, MAKER, &ship, &result, &fault) == OK, "%s", fault.text);
	CHECK(world_stock(&trade, MAKER, trade.goods.serials[1]) == STOCK_HELD);
	trade_close(&trade);
}

/* ---- what comes from others ---- */

TEST(what_others_say_never_makes_a_circle)
{
	static struct trade trade;
	struct fault fault = {0};
	struct stated stated = {.position = 9, .time_ms = 2000};
	struct contents contents;
	struct buf bytes;
	bool lies;
	struct span case_1 = span_text("https://id.gs1.org/00/" CASE_1);
	struct span pallet = span_text("https://id.gs1.org/00/" PALLET);
	NEED(trade_open(&trade, 50, 400));
	struct view *view = trade.appliance.view;
	CHECK(view_pack_into_at(view, "pharmacy", pallet, case_1, 1000, &fault) == OK);
	/* The delivery says it the other way round, and in a second entry as before. */
	buf_init(&bytes, 1024);
	cbor_put_map(&bytes, 5);
	cbor_put_uint(&bytes, 0);
	cbor_put_uint(&bytes, 1);
	cbor_put_uint(&bytes, 1);
	cbor_put_array(&bytes, 2);
	for (int k = 0; k < 2; k++) {
		cbor_put_array(&bytes, 2);
		cbor_put_text(&bytes, k ? pallet : case_1);
		cbor_put_array(&bytes, 1);
		cbor_put_text(&bytes, k ? case_1 : pallet);
	}
	for (uint64_t field = 2; field < 5; field++) {
		cbor_put_uint(&bytes, field);
		cbor_put_array(&bytes, 0);
	}
	CHECK_ROW(intake(view, "pharmacy", MAKER, &stated, buf_span(&bytes), &fault) == OK, "%s",
		fault.text);
	CHECK(view_lies_in(view, "pharmacy", case_1, case_1, &lies, &fault) == OK && !lies);
	CHECK(contents_find(&contents, view, "pharmacy", &pallet, 1, &fault) == OK);
	CHECK(contents_count(&contents) == 2);
	contents_close(&contents);
	/* Both named as outermost: each thing is told once. */
	struct span both[] = {case_1, pallet, case_1};
	CHECK(contents_find(&contents, view, "pharmacy", both, 3, &fault) == OK);
	CHECK(contents_count(&contents) == 2 && content_at(&contents, 1)->parent == 1);
	contents_close(&contents);
	buf_close(&bytes);
	trade_close(&trade);
}

/* ---- two at once ---- */

struct capturer {
	struct trade *trade;
	pthread_barrier_t *start;
	struct capture_result result;
	struct fault fault;
	enum err err;
};

static void *capture_once(void *self)
{
	struct capturer *capturer = self;
	struct capturing capturing = trade_as(capturer->trade, MAKER);
	struct span xml = buf_span(&capturer->trade->xml);
	(void)pthread_barrier_wait(capturer->start);
	do
		capturer->err = capture_xml(&capturing, xml, &capturer->result, &capturer->fault);
	while (capturer->err == ERR_BUSY);
	return NULL;
}

TEST(the_same_document_at_once_is_stated_once)
{
	static struct trade trade;
	static struct capturer capturers[3];
	pthread_t threads[3];
	pthread_barrier_t start;
	struct fault fault;
	int done = 0;
	NEED(trade_open(&trade, 50, 400));
	buf_reset(&trade.xml);
	NEED(!goods_put_commissioning(&trade.goods, TRADE_MAKER, &trade.xml, &fault));
	uint64_t size = trade_size(&trade);
	(void)pthread_barrier_init(&start, NULL, 3);
	for (int i = 0; i < 3; i++) {
		capturers[i] = (struct capturer){.trade = &trade, .start = &start};
		NEED(!pthread_create(&threads[i], NULL, capture_once, &capturers[i]));
	}
	for (int i = 0; i < 3; i++) {
		(void)pthread_join(threads[i], NULL);
		done += capturers[i].err == OK;
		CHECK_ROW(capturers[i].err == OK || capturers[i].err == ERR_EXISTS, "%s",
			capturers[i].fault.text);
	}
	(void)pthread_barrier_destroy(&start);
	CHECK(done == 1);
	CHECK(trade_count(&trade, size, KIND_COMMISSION) == 1);
	CHECK(trade_count(&trade, size, KIND_MOVEMENT) == 1);
	trade_close(&trade);
}

TAP_MAIN(CASE(nothing_lies_in_two_things_or_round_in_a_circle),
	CASE(an_older_event_that_comes_later_changes_nothing),
	CASE(a_case_is_supplied_with_all_that_lies_in_it),
	CASE(a_case_with_a_number_of_its_own_is_a_container),
	CASE(a_shipment_that_did_not_leave_is_back), CASE(what_others_say_never_makes_a_circle),
	CASE(the_same_document_at_once_is_stated_once))
