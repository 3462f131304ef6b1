/* Makers' lots, deliveries and stock. */
#include "appliance/http/api.h"

#include "appliance/rules/kinds.h"
#include "appliance/view/movement.h"
#include "appliance/view/scanned.h"
#include "gs1/syntax/link.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdio.h>
#include <stdlib.h>

static struct capturing capturing_of(const struct call *call)
{
	return (struct capturing){
		call->api->desk, call->api->view, call->api->attachments, call->party};
}

static enum err open_lot(struct call *call, uint64_t gtin, const char *lot, struct stated *stated)
{
	const char *expiry;
	const char *packs = api_text_or(call, "packs", "none");
	union kind_body body = {.lot = {.gtin = gtin, .lot = span_text(lot), .expiry_count = 1}};
	struct desk_moment moment;
	enum err err = api_text(call, "expiry", &expiry);
	if (!err)
		err = api_date(call, expiry, &body.lot.expiries[0]);
	body.lot.effective = body.lot.expiries[0];
	body.lot.packs = !strcmp(packs, "all")    ? LOT_PACKS_ALL
			 : !strcmp(packs, "some") ? LOT_PACKS_SOME
			 : !strcmp(packs, "none") ? LOT_PACKS_NONE
						  : (enum lot_packs)0;
	if (!err && !body.lot.packs)
		err = fault_set(&call->fault, ERR_FORMAT, 0, 0, "\"packs\" is all, some or none");
	if (err)
		return err;
	err = desk_begin(call->api->desk, &moment, &call->fault);
	if (!err)
		err = pepper_present(moment.snapshot.table, env_now_ms(desk_env(call->api->desk)),
			&body.lot.pepper_year, &call->fault);
	desk_end(call->api->desk, &moment);
	return err ? err : api_state(call, KIND_LOT, &body, stated);
}

static enum err extend_lot(struct call *call, uint64_t gtin, const char *lot, struct stated *stated)
{
	union kind_body body = {.lot_extend = {.gtin = gtin, .lot = span_text(lot)}};
	const char *expiry = api_text_or(call, "expiry", NULL);
	const char *printed = api_text_or(call, "printed", NULL);
	enum err err = OK;
	if (!expiry && !printed)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"say \"expiry\", until when the lot may be used, or a further \"printed\" "
			"expiry");
	if (expiry)
		err = api_date(call, expiry, &body.lot_extend.effective);
	if (!err && printed)
		err = api_date(call, printed, &body.lot_extend.printed);
	return err ? err : api_state(call, KIND_LOT_EXTEND, &body, stated);
}

/* Printed expiries in ascending order. */
static enum err read_expiries(struct call *call, struct lot_correct_body *body)
{
	const json_t *list = json_object_get(call->body, "expiries");
	size_t count = json_array_size(list);
	if (!count || count > LOT_EXPIRIES_MAX)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"expiries\" lists the 1 to %d expiries that are printed on packs",
			LOT_EXPIRIES_MAX);
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));
		uint32_t date = 0;
		size_t at = i;
		enum err err = api_date(call, text ? text : "", &date);
		if (err)
			return err;
		for (; at && body->expiries[at - 1] > date; at--)
			body->expiries[at] = body->expiries[at - 1];
		if (at && body->expiries[at - 1] == date)
			return fault_set(&call->fault, ERR_FORMAT, i, 0, "%s stands twice", text);
		body->expiries[at] = date;
	}
	body->expiry_count = count;
	return OK;
}

static enum err correct_lot(
	struct call *call, uint64_t gtin, const char *lot, struct stated *stated)
{
	static const char *const reasons[] = {[LOT_REASON_EXPIRY] = "expiry",
		[LOT_REASON_PACKS] = "packs",
		[LOT_REASON_MISSING] = "missing"};
	union kind_body body = {.lot_correct = {.gtin = gtin, .lot = span_text(lot)}};
	const char *reason = api_text_or(call, "reason", "");
	for (unsigned i = LOT_REASON_EXPIRY; i <= LOT_REASON_MISSING; i++)
		if (!strcmp(reason, reasons[i]))
			body.lot_correct.reason = (enum lot_reason)i;
	if (!body.lot_correct.reason)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"reason\" is expiry (printed ones were registered wrongly), packs (not "
			"all "
			"are registered) or missing (packs are still to be registered)");
	enum err err = OK;
	if (body.lot_correct.reason == LOT_REASON_EXPIRY)
		err = read_expiries(call, &body.lot_correct);
	return err ? err : api_state(call, KIND_LOT_CORRECT, &body, stated);
}

static enum err lot_verb(struct call *call)
{
	static const struct {
		const char *word;
		unsigned kind;
	} steps[] = {{"close", KIND_LOT_CLOSE}, {"release", KIND_LOT_RELEASE},
		{"withdraw", KIND_LOT_WITHDRAW}};
	uint64_t gtin = 0;
	const char *lot;
	struct stated stated = {0};
	unsigned kind = 0;
	enum err err = api_gtin(call, &gtin);
	if (!err)
		err = api_lot(call, &lot);
	if (err)
		return err;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (span_is(call->rest, steps[i].word))
			kind = steps[i].kind;
	if (kind) {
		union kind_body body = {.lot_step = {.gtin = gtin, .lot = span_text(lot)}};
		err = api_state(call, kind, &body, &stated);
	} else if (span_is(call->rest, "open")) {
		err = open_lot(call, gtin, lot, &stated);
	} else if (span_is(call->rest, "extend")) {
		err = extend_lot(call, gtin, lot, &stated);
	} else if (span_is(call->rest, "correct")) {
		err = correct_lot(call, gtin, lot, &stated);
	} else {
		return fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
			"lots are opened, closed, released, withdrawn, extended or corrected");
	}
	return api_answer_stated(call, &stated, json_pack("{s:s}", "outcome", "accepted"), err);
}

/* From a day of manufacture on, or lots that are added to the list. */
static enum err coverage(struct call *call)
{
	const char *from = api_text_or(call, "from", NULL);
	const json_t *lots = json_object_get(call->body, "lots");
	struct stated stated = {0};
	union kind_body body = {0};
	struct buf items;
	int64_t months = 0;
	buf_init(&items, STATEMENT_SIZE_MAX);
	enum err err = api_gtin(call, &body.coverage.gtin);
	if (!err)
		err = api_int_or(call, "months", 0, &months);
	if (!err && (months < 0 || months > 1200))
		err = fault_set(&call->fault, ERR_RANGE, 0, 0,
			"\"months\" is the shelf life in months, up to 1200");
	if (!err && (from != NULL) == (json_array_size(lots) > 0))
		err = fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"say from which day of manufacture on lots are registered (\"from\"), or "
			"which are (\"lots\")");
	body.coverage.shelf_months = (uint16_t)months;
	if (!err && from)
		err = api_date(call, from, &body.coverage.from);
	if (!err && !from) {
		err = api_put_lots(call, lots, &items);
		body.coverage.lots = buf_span(&items);
		body.coverage.lot_count = json_array_size(lots);
	}
	if (!err)
		err = api_state(call, KIND_COVERAGE, &body, &stated);
	buf_close(&items);
	return api_answer_stated(call, &stated, json_pack("{s:s}", "outcome", "accepted"), err);
}

/* The EPC of an SSCC that was scanned, with its length in *epc; false for another code. */
static bool sscc_epc(const char *scan, struct buf *epc)
{
	struct gs1_scan read;
	struct gs1_pack pack;
	if (gs1_scan_read(span_text(scan), &read, NULL) || gs1_pack_read(&read, &pack, NULL) ||
		!pack.sscc[0])
		return false;
	gs1_link_put_sscc(epc, pack.sscc);
	return true;
}

static json_t *moved_json(const struct movement_result *result)
{
	json_t *answer =
		json_pack("{s:i, s:i}", "packs", (int)result->packs, "cases", (int)result->cases);
	if (result->from[0])
		(void)json_object_set_new(answer, "from", json_string(result->from));
	return answer;
}

static enum err receive(struct call *call)
{
	struct capturing capturing = capturing_of(call);
	struct movement_result result = {0};
	const char *scan;
	uint8_t memory[256];
	struct buf epc;
	int64_t count = 1;
	buf_over(&epc, memory, sizeof memory);
	enum err err = api_text(call, "scan", &scan);
	if (!err)
		err = api_int_or(call, "count", 1, &count);
	if (!err && (count < 1 || count > 100000))
		err = fault_set(&call->fault, ERR_RANGE, 0, 0, "\"count\" is 1 to 100000");
	if (err)
		return err;
	uint64_t sequence = api_sequence(call);
	if (sscc_epc(scan, &epc)) {
		err = call->is_again
			      ? movement_look(&capturing, buf_span(&epc), &result, &call->fault)
			      : movement_receive(&capturing, buf_span(&epc), sequence, &result,
					&call->fault);
	} else {
		struct scanned scanned;
		struct stock_pack pack = {0};
		err = scanned_read(span_text(scan), &scanned, &call->fault);
		if (err)
			return err;
		if (!scanned.pack.has_lot || !scanned.pack.has_expiry)
			return fault_set(&call->fault, ERR_FORMAT, 0, 0,
				"goods-in by scan needs lot and expiry: scan the square code");
		memcpy(pack.gtin, scanned.pack.gtin, sizeof pack.gtin);
		memcpy(pack.serial, scanned.pack.serial, sizeof pack.serial);
		memcpy(pack.lot, scanned.pack.lot, sizeof pack.lot);
		memcpy(pack.expiry, scanned.pack.expiry, sizeof pack.expiry);
		pack.count = scanned.pack.has_serial ? 1 : count;
		result.packs = (uint32_t)pack.count;
		if (!call->is_again)
			err = movement_receive_pack(
				&capturing, &pack, sequence, &result, &call->fault);
	}
	if (!err)
		(void)api_stated_before(call, &result.stated);
	return api_answer_stated(call, &result.stated, moved_json(&result), err);
}

static enum err ship(struct call *call)
{
	struct capturing capturing = capturing_of(call);
	struct movement_result result = {0};
	const char *scan;
	const char *to;
	uint8_t memory[256];
	struct buf epc;
	buf_over(&epc, memory, sizeof memory);
	enum err err = api_text(call, "scan", &scan);
	if (!err)
		err = api_text(call, "to", &to);
	if (err)
		return err;
	if (!sscc_epc(scan, &epc)) {
		struct scanned scanned;
		err = scanned_read(span_text(scan), &scanned, &call->fault);
		if (err)
			return err;
		gs1_link_put_pack(
			&epc, scanned.pack.gtin, span_of(NULL, 0), span_text(scanned.pack.serial));
	}
	uint64_t sequence = api_sequence(call);
	err = call->is_again ? movement_look(&capturing, buf_span(&epc), &result, &call->fault)
			     : movement_ship(&capturing, buf_span(&epc), to, sequence, &result,
				       &call->fault);
	result.from[0] = 0; /* who it came from once is not asked */
	if (!err)
		(void)api_stated_before(call, &result.stated);
	return api_answer_stated(call, &result.stated, moved_json(&result), err);
}

struct stock_list {
	json_t *list;
	int32_t before; /* only what expires up to this day; INT32_MAX: all */
};

static enum err add_line(void *self, const struct stock_line *line, struct fault *fault)
{
	struct stock_list *stock = self;
	uint32_t yymmdd = (uint32_t)strtoul(line->expiry, NULL, 10);
	char expiry[11];
	(void)fault;
	/* Held without a known expiry: somebody must look at it. */
	bool is_known = line->expiry[0] && yymmdd_is_valid(yymmdd);
	if (stock->before != INT32_MAX &&
		(!line->held || (is_known && expiry_day(yymmdd) > stock->before)))
		return OK;
	expiry_print(yymmdd, expiry);
	(void)json_array_append_new(stock->list,
		json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "gtin", line->gtin,
			"lot", line->lot, "expiry", expiry, "held", (json_int_t)line->held,
			"quarantined", (json_int_t)line->quarantined, "supplied",
			(json_int_t)line->supplied, "gone", (json_int_t)line->gone, "shipped",
			(json_int_t)line->shipped, "returned", (json_int_t)line->returned));
	return OK;
}

static enum err stock(struct call *call)
{
	const char *days = http_query(call->request, "near_expiry_days");
	struct stock_list stock = {.before = INT32_MAX};
	struct stock_sink sink = {&stock, add_line};
	if (days) {
		int64_t now = env_now_ms(desk_env(call->api->desk));
		size_t digits = strspn(days, "0123456789");
		if (!digits || digits > 5 || days[digits])
			return fault_set(&call->fault, ERR_FORMAT, 0, 0,
				"near_expiry_days is a number of days, 0 to 99999");
		stock.before = zone_day(ZONE_EUROPE_LONDON, now) + (int32_t)strtol(days, NULL, 10);
	}
	stock.list = json_array();
	enum err err =
		view_stock(call->api->view, call->party->name, NULL, NULL, &sink, &call->fault);
	if (err)
		json_decref(stock.list);
	else
		api_answer(call, stock.list);
	return err;
}

#define DUTY_STOCK (DUTY_WAREHOUSE | DUTY_PHARMACIST | DUTY_MAKER)

const struct route api_lot_routes[] = {
	{"POST", "/api/v1/lots/*", DUTY_MAKER, BODY_JSON, lot_verb},
	{"POST", "/api/v1/coverage", DUTY_MAKER, BODY_JSON, coverage},
	{"POST", "/api/v1/receive", DUTY_STOCK, BODY_JSON, receive},
	{"POST", "/api/v1/ship", DUTY_STOCK, BODY_JSON, ship},
	{"GET", "/api/v1/stock", DUTY_ANY_STAFF, BODY_NONE, stock},
	{0},
};
