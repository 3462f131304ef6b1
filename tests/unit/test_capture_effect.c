/* What captured events do to packs on a real ledger with the demo's members: each shape, what the
 * rules or the member's role do not allow, declarations of error, and what comes too late. */
#include "appliance/view/trace.h"
#include "tests/unit/capture_world.h"

#define MAKER     "maker.example"
#define WHOLESALE "wholesale.example"
#define HOSPITAL  "hospital.example"

static struct capture_result result;

struct row {
	const char *name;
	const char *party;
	const char *action;
	const char *step;
	const char *disposition;
	const char *rest;
	enum err err;
	const char *state; /* of the pack afterwards, on the ledger */
	int stock; /* the party's */
	unsigned kind; /* what is counted in the result; 0: nothing */
};

#define EXPORT "<x:exportMarket>FR</x:exportMarket>"
#define RECALLED                                                                                   \
	"<persistentDisposition><set>urn:epcglobal:cbv:disp:recalled</set></persistentDisposition>"

static const struct row rows[] = {
	{"supply", "pharmacy", "OBSERVE", "dispensing", "dispensed", NULL, OK, "supplied",
		STOCK_SUPPLIED, KIND_SUPPLY},
	{"supply, by DELETE", "pharmacy", "DELETE", "dispensing", "dispensed", NULL, OK, "supplied",
		STOCK_SUPPLIED, KIND_SUPPLY},
	{"supply by a maker", MAKER, "OBSERVE", "dispensing", "dispensed", NULL, ERR_REFUSED,
		"active", STOCK_HELD, 0},
	{"open", HOSPITAL, "OBSERVE", "dispensing", "partially_dispensed", NULL, OK, "opened", -1,
		KIND_OPEN},
	{"destroy", MAKER, "DELETE", "destroying", "destroyed", NULL, OK, "destroyed", STOCK_GONE,
		KIND_DESTROY},
	{"destroy, by OBSERVE", HOSPITAL, "OBSERVE", "destroying", "destroyed", NULL, OK,
		"destroyed", STOCK_GONE, KIND_DESTROY},
	{"destroying, no more", MAKER, "DELETE", "destroying", NULL, NULL, ERR_RANGE, "active",
		STOCK_HELD, 0},
	{"stolen", WHOLESALE, "OBSERVE", "other", "stolen", NULL, OK, "stolen", STOCK_GONE,
		KIND_STOLEN},
	{"sample", HOSPITAL, "OBSERVE", "sampling", "inactive", NULL, OK, "sampled", STOCK_GONE,
		KIND_SAMPLE},
	{"lock", WHOLESALE, "OBSERVE", "holding", "non_sellable_other", NULL, OK, "locked", -1,
		KIND_LOCK},
	{"export", MAKER, "OBSERVE", "shipping", "in_transit", EXPORT, OK, "exported", STOCK_GONE,
		KIND_EXPORT},
	{"export by a hospital", HOSPITAL, "OBSERVE", "shipping", "in_transit", EXPORT, ERR_REFUSED,
		"active", -1, 0},
	{"decommissioning", MAKER, "DELETE", "decommissioning", "inactive", NULL, ERR_RANGE,
		"active", STOCK_HELD, 0},
	{"inspecting", MAKER, "OBSERVE", "inspecting", "in_progress", NULL, OK, "active",
		STOCK_HELD, 0},
	{"a recall by who does not hold the product", "pharmacy", "OBSERVE", "holding", "recalled",
		RECALLED, ERR_REFUSED, "active", -1, 0},
	{"back into stock of what never left", MAKER, "OBSERVE", "stocking", "sellable_accessible",
		NULL, OK, "active", STOCK_HELD, 0},
	{"a word that is none", MAKER, "OBSERVE", "dispencing", "dispensed", NULL, ERR_RANGE,
		"active", STOCK_HELD, 0},
	{"received by its number", WHOLESALE, "OBSERVE", "receiving", "in_progress", NULL, OK,
		"active", STOCK_HELD, 0},
};

TEST(each_shape_changes_its_pack_or_is_refused)
{
	static struct trade trade;
	struct fault fault;
	char time[CIVIL_TIME_SIZE];
	NEED(world_open(&trade, 50));
	world_time(&trade, 10, time);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		const char *serial = trade.goods.serials[i];
		struct world_event event = {.time = time,
			.serials = {serial},
			.action = row->action,
			.step = row->step,
			.disposition = row->disposition,
			.rest = row->rest};
		uint64_t size = trade_size(&trade);
		enum err err = world_one(&trade, row->party, &event, &result, &fault);
		CHECK_ROW(err == row->err, "%s: %s: %s", row->name, err_name(err), fault.text);
		CHECK_ROW(!strcmp(world_state(&trade, serial), row->state), "%s: %s", row->name,
			world_state(&trade, serial));
		CHECK_ROW(world_stock(&trade, row->party, serial) == row->stock, "%s: %d",
			row->name, world_stock(&trade, row->party, serial));
		CHECK_ROW(!row->kind || result.changes[row->kind - KIND_SUPPLY] == 1, "%s: %u",
			row->name, result.changes[row->kind - KIND_SUPPLY]);
		CHECK_ROW(!row->err || (trade_size(&trade) == size && strstr(fault.text, "line ")),
			"%s: %s", row->name, fault.text);
		if (row->err)
			continue;
		err = world_one(&trade, row->party, &event, &result, &fault);
		CHECK_ROW(err == ERR_EXISTS, "%s again: %s", row->name, err_name(err));
	}
	trade_close(&trade);
}

TEST(a_document_is_captured_whole_or_refused_whole)
{
	static struct trade trade;
	struct fault fault;
	NEED(world_open(&trade, 50));
	uint64_t size = trade_size(&trade);
	world_begin(&trade);
	world_put(&trade, &(struct world_event){.serials = {trade.goods.serials[0]},
				  .action = "OBSERVE",
				  .step = "dispensing",
				  .disposition = "dispensed"});
	world_put(&trade, &(struct world_event){.serials = {trade.goods.serials[1]},
				  .action = "DELETE",
				  .step = "killing",
				  .disposition = "inactive"});
	CHECK(world_capture(&trade, "pharmacy", &result, &fault) == ERR_RANGE);
	CHECK_ROW(trade_size(&trade) == size && fault.at == 4, "%zu %s", fault.at, fault.text);
	world_begin(&trade);
	world_put(&trade, &(struct world_event){.serials = {trade.goods.serials[0]},
				  .action = "OBSERVE",
				  .step = "dispensing",
				  .disposition = "dispensed"});
	world_put(&trade, &(struct world_event){.serials = {"NOBODYKNOWS"},
				  .action = "OBSERVE",
				  .step = "dispensing",
				  .disposition = "dispensed"});
	CHECK(world_capture(&trade, "pharmacy", &result, &fault) == ERR_NOT_FOUND);
	CHECK_ROW(
		trade_size(&trade) == size && strstr(fault.text, "NOBODYKNOWS"), "%s", fault.text);
	CHECK(!strcmp(world_state(&trade, trade.goods.serials[0]), "active"));
	struct world_event ship = {.serials = {trade.goods.serials[0]},
		.action = "OBSERVE",
		.step = "shipping",
		.rest = "<destinationList><destination type=\"location\">"
			"https://id.gs1.org/414/9999999999994</destination></destinationList>"};
	CHECK(world_one(&trade, MAKER, &ship, &result, &fault) == ERR_NOT_FOUND);
	CHECK_ROW(!strncmp(fault.text, "line 3: ", 8) && fault.at == 3, "%s", fault.text);
	trade_close(&trade);
}

TEST(more_changes_than_one_document_may_make_are_refused)
{
	static struct trade trade;
	struct fault fault;
	char time[CIVIL_TIME_SIZE];
	NEED(world_open(&trade, 50));
	uint64_t size = trade_size(&trade);
	world_time(&trade, 10, time);
	world_begin(&trade);
	buf_printf(&trade.xml,
		"<ObjectEvent><eventTime>%s</eventTime><eventTimeZoneOffset>+00:00"
		"</eventTimeZoneOffset><epcList>",
		time);
	for (int i = 0; i <= CAPTURE_CHANGES_MAX; i++)
		buf_printf(&trade.xml, "<epc>https://id.gs1.org/01/%s/21/N%d</epc>",
			trade.goods.gtin, i);
	buf_printf(&trade.xml,
		"</epcList><action>DELETE</action><bizStep>destroying</bizStep><disposition>"
		"destroyed</disposition><ilmd><cbvmda:lotNumber>%s</cbvmda:lotNumber></ilmd>"
		"</ObjectEvent>",
		trade.goods.lot);
	CHECK(world_capture(&trade, MAKER, &result, &fault) == ERR_LIMIT);
	CHECK_ROW(trade_size(&trade) == size && strstr(fault.text, "5000"), "%s", fault.text);
	CHECK(world_stock(&trade, MAKER, "N1") == -1);
	trade_close(&trade);
}

TEST(what_the_ledger_records_with_an_alert_is_told)
{
	static struct trade trade;
	struct fault fault;
	struct world_event supply = {
		.action = "OBSERVE", .step = "dispensing", .disposition = "dispensed"};
	NEED(world_open(&trade, 50));
	supply.serials[0] = trade.goods.serials[0];
	CHECK(world_one(&trade, "pharmacy", &supply, &result, &fault) == OK);
	CHECK(result.problem_count == 0);
	supply.serials[1] = trade.goods.serials[1];
	CHECK_ROW(world_one(&trade, HOSPITAL, &supply, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.changes[0] == 2 && result.problem_count == 1);
	CHECK(result.problems[0].is_recorded && result.problems[0].line == 3);
	CHECK(result.problems[0].code == ALERT_ALREADY_SUPPLIED);
	CHECK(strstr(result.problems[0].epc, trade.goods.serials[0]) != NULL);
	CHECK(world_stock(&trade, HOSPITAL, trade.goods.serials[0]) == -1);
	CHECK(world_stock(&trade, HOSPITAL, trade.goods.serials[1]) == STOCK_SUPPLIED);
	trade_close(&trade);
}

/* ---- declarations of error ---- */

static bool is_traced(struct trade *trade, const char *party, const char *serial, const char *words)
{
	char scan[GOODS_SCAN_SIZE];
	json_t *json = NULL;
	struct fault fault = {0};
	goods_scan(trade->goods.gtin, trade->goods.expiry, trade->goods.lot, serial, scan);
	enum err err = trace_pack(trade->appliance.desk, trade->appliance.view,
		desk_find(trade->appliance.desk, party), span_text(scan), &json, &fault);
	char *text = err ? NULL : json_dumps(json, 0);
	bool found = text && strstr(text, words);
	free(text);
	json_decref(json);
	return found;
}

TEST(an_event_declared_wrong_is_undone)
{
	static struct trade trade;
	struct fault fault;
	char time[CIVIL_TIME_SIZE];
	char declared[CIVIL_TIME_SIZE];
	NEED(world_open(&trade, 50));
	world_time(&trade, 60, time);
	world_time(&trade, 5, declared);
	const char *serial = trade.goods.serials[0];
	struct world_event supply = {.time = time,
		.serials = {serial, trade.goods.serials[1]},
		.action = "OBSERVE",
		.step = "dispensing",
		.disposition = "dispensed"};
	CHECK(world_one(&trade, "pharmacy", &supply, &result, &fault) == OK);
	CHECK(!strcmp(world_state(&trade, serial), "supplied"));
	supply.declared = declared;
	CHECK_ROW(world_one(&trade, "pharmacy", &supply, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.changes[KIND_VOID - KIND_SUPPLY] == 2 && result.problem_count == 0);
	CHECK(!strcmp(world_state(&trade, serial), "active"));
	CHECK(world_stock(&trade, "pharmacy", serial) == STOCK_HELD);
	CHECK(is_traced(&trade, "pharmacy", serial, "dispensing, declared wrong"));
	/* The same once more, the original again: both are there; a second declaration says nothing
	 * new, and a supply of its own is another event. */
	CHECK(world_one(&trade, "pharmacy", &supply, &result, &fault) == ERR_EXISTS);
	supply.declared = NULL;
	CHECK(world_one(&trade, "pharmacy", &supply, &result, &fault) == ERR_EXISTS);
	supply.time = NULL;
	CHECK(world_one(&trade, "pharmacy", &supply, &result, &fault) == OK);
	CHECK(!strcmp(world_state(&trade, serial), "supplied"));
	supply.time = time;
	supply.declared = time;
	CHECK(world_one(&trade, "pharmacy", &supply, &result, &fault) == OK);
	CHECK_ROW(!strcmp(world_state(&trade, serial), "supplied"), "%s",
		"the later supply is not the one that was wrong");
	trade_close(&trade);
}

TEST(what_was_declared_wrong_before_it_came_has_no_effect)
{
	static struct trade trade;
	struct fault fault;
	char declared[CIVIL_TIME_SIZE];
	char time[CIVIL_TIME_SIZE];
	NEED(world_open(&trade, 50));
	world_time(&trade, 5, declared);
	world_time(&trade, 60, time);
	const char *serial = trade.goods.serials[0];
	struct world_event supply = {.time = time,
		.declared = declared,
		.serials = {serial},
		.action = "OBSERVE",
		.step = "dispensing",
		.disposition = "dispensed"};
	CHECK(world_one(&trade, "pharmacy", &supply, &result, &fault) == OK);
	supply.declared = NULL;
	CHECK_ROW(world_one(&trade, "pharmacy", &supply, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.annulled == 1 && result.changes[0] == 0);
	CHECK(!strcmp(world_state(&trade, serial), "active"));
	/* Both in one document, in either order. */
	for (int order = 0; order < 2; order++) {
		world_begin(&trade);
		supply.serials[0] = trade.goods.serials[1 + order];
		supply.declared = order ? declared : NULL;
		world_put(&trade, &supply);
		supply.declared = order ? NULL : declared;
		world_put(&trade, &supply);
		CHECK(world_capture(&trade, "pharmacy", &result, &fault) == OK);
		CHECK_ROW(result.annulled == 1 && result.events == 2, "%zu", result.annulled);
		CHECK(!strcmp(world_state(&trade, trade.goods.serials[1 + order]), "active"));
	}
	trade_close(&trade);
}

TEST(a_commissioning_declared_wrong_commissions_nothing)
{
	static struct trade trade;
	struct fault fault;
	char time[CIVIL_TIME_SIZE];
	char declared[CIVIL_TIME_SIZE];
	NEED(trade_open(&trade, 50, 400));
	world_time(&trade, 60, time);
	world_time(&trade, 5, declared);
	char ilmd[256];
	(void)snprintf(ilmd, sizeof ilmd,
		"<ilmd><cbvmda:lotNumber>%s</cbvmda:lotNumber>"
		"<cbvmda:itemExpirationDate>2028-03-31</cbvmda:itemExpirationDate></ilmd>",
		trade.goods.lot);
	struct world_event made = {.time = time,
		.declared = declared,
		.serials = {trade.goods.serials[0]},
		.action = "ADD",
		.step = "commissioning",
		.disposition = "active",
		.rest = ilmd};
	CHECK_ROW(world_one(&trade, MAKER, &made, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.lot_count == 0 && !world_state(&trade, made.serials[0])[0]);
	made.declared = NULL;
	CHECK(world_one(&trade, MAKER, &made, &result, &fault) == OK);
	CHECK(result.annulled == 1 && result.lot_count == 0);
	CHECK(world_stock(&trade, MAKER, made.serials[0]) == -1);
	made.serials[0] = trade.goods.serials[1];
	CHECK(world_one(&trade, MAKER, &made, &result, &fault) == OK && result.packs == 1);
	made.declared = declared;
	uint64_t size = trade_size(&trade);
	CHECK(world_one(&trade, MAKER, &made, &result, &fault) == ERR_REFUSED);
	CHECK_ROW(trade_size(&trade) == size && strstr(fault.text, "destroy"), "%s", fault.text);
	trade_close(&trade);
}

TEST(destroyed_is_not_undone_by_a_file)
{
	static struct trade trade;
	struct fault fault;
	char time[CIVIL_TIME_SIZE];
	NEED(world_open(&trade, 50));
	world_time(&trade, 60, time);
	struct world_event gone = {.time = time,
		.serials = {trade.goods.serials[0]},
		.action = "DELETE",
		.step = "destroying",
		.disposition = "destroyed"};
	CHECK(world_one(&trade, MAKER, &gone, &result, &fault) == OK);
	gone.declared = time;
	uint64_t size = trade_size(&trade);
	CHECK(world_one(&trade, MAKER, &gone, &result, &fault) == ERR_REFUSED);
	CHECK_ROW(trade_size(&trade) == size && strstr(fault.text, "second person"), "%s",
		fault.text);
	trade_close(&trade);
}

/* ---- back into stock, recalls, lots ---- */

TEST(what_was_supplied_comes_back_by_who_supplied_it)
{
	static struct trade trade;
	struct fault fault;
	NEED(world_open(&trade, 50));
	const char *serial = trade.goods.serials[0];
	struct world_event event = {.serials = {serial},
		.action = "OBSERVE",
		.step = "dispensing",
		.disposition = "dispensed"};
	CHECK(world_one(&trade, "pharmacy", &event, &result, &fault) == OK);
	event.step = "stocking";
	event.disposition = "sellable_accessible";
	CHECK(world_one(&trade, HOSPITAL, &event, &result, &fault) == ERR_REFUSED);
	CHECK_ROW(strstr(fault.text, "supplied") != NULL, "%s", fault.text);
	CHECK_ROW(world_one(&trade, "pharmacy", &event, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.changes[KIND_RETURN - KIND_SUPPLY] == 1);
	CHECK(!strcmp(world_state(&trade, serial), "active"));
	CHECK(world_stock(&trade, "pharmacy", serial) == STOCK_HELD);
	trade_close(&trade);
}

TEST(a_holder_recalls_and_ends_the_recall)
{
	static struct trade trade;
	struct fault fault;
	char time[CIVIL_TIME_SIZE];
	NEED(world_open(&trade, 50));
	world_time(&trade, 60, time);
	struct world_event recall = {.time = time,
		.action = "OBSERVE",
		.step = "holding",
		.disposition = "recalled",
		.lot_class = trade.goods.lot,
		.rest = RECALLED};
	uint64_t size = trade_size(&trade);
	CHECK_ROW(world_one(&trade, MAKER, &recall, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.recalls == 1 && trade_count(&trade, size, KIND_RECALL) == 1);
	recall.time = NULL; /* others who hold it say so too: it is recalled already */
	CHECK_ROW(world_one(&trade, "pharmacy", &recall, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.recalls == 0 && trade_count(&trade, size, KIND_RECALL) == 1);
	recall.disposition = "sellable_not_accessible";
	recall.rest = "<persistentDisposition><unset>recalled</unset></persistentDisposition>";
	CHECK(world_one(&trade, "pharmacy", &recall, &result, &fault) == ERR_REFUSED);
	CHECK_ROW(world_one(&trade, MAKER, &recall, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.recalls == 1 && trade_count(&trade, size, KIND_RECALL_END) == 1);
	trade_close(&trade);
}

TEST(packs_without_a_number_are_supplied_by_their_lot)
{
	static struct trade trade;
	struct fault fault;
	NEED(trade_open(&trade, 50, 400));
	struct world_event made = {.action = "ADD",
		.step = "commissioning",
		.disposition = "active",
		.lot_class = "LOOSE1",
		.quantity = "<quantity>500</quantity>",
		.rest = "<ilmd><cbvmda:itemExpirationDate>2028-03-31</cbvmda:itemExpirationDate>"
			"</ilmd>"};
	CHECK_ROW(world_one(&trade, MAKER, &made, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.lot_count == 1 && !strcmp(result.lots[0].expiry, "280331"));
	made.lot_class = "LOOSE2";
	made.quantity = "<quantity>0.5</quantity><uom>KGM</uom>";
	CHECK(world_one(&trade, MAKER, &made, &result, &fault) == ERR_RANGE);
	struct world_event supply = {.action = "OBSERVE",
		.step = "dispensing",
		.disposition = "dispensed",
		.lot_class = "LOOSE1",
		.quantity = "<quantity>3</quantity>"};
	CHECK_ROW(world_one(&trade, "pharmacy", &supply, &result, &fault) == OK, "%s", fault.text);
	CHECK(result.changes[0] == 3 && trade_stock(&trade, "pharmacy").supplied == 3);
	supply.quantity = NULL;
	CHECK(world_one(&trade, "pharmacy", &supply, &result, &fault) == ERR_RANGE);
	supply.step = "destroying";
	supply.disposition = "destroyed";
	supply.quantity = "<quantity>3</quantity>";
	CHECK(world_one(&trade, "pharmacy", &supply, &result, &fault) == ERR_RANGE);
	trade_close(&trade);
}

TAP_MAIN(CASE(each_shape_changes_its_pack_or_is_refused),
	CASE(a_document_is_captured_whole_or_refused_whole),
	CASE(more_changes_than_one_document_may_make_are_refused),
	CASE(what_the_ledger_records_with_an_alert_is_told),
	CASE(an_event_declared_wrong_is_undone),
	CASE(what_was_declared_wrong_before_it_came_has_no_effect),
	CASE(a_commissioning_declared_wrong_commissions_nothing),
	CASE(destroyed_is_not_undone_by_a_file),
	CASE(what_was_supplied_comes_back_by_who_supplied_it),
	CASE(a_holder_recalls_and_ends_the_recall),
	CASE(packs_without_a_number_are_supplied_by_their_lot))
