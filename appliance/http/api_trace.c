/* Provenance and alerts. */
#include "appliance/http/api.h"

#include "appliance/rules/kinds.h"
#include "appliance/view/trace.h"
#include "gs1/syntax/key.h"
#include "ledger/base/hex.h"

#define SCAN_MAX     4096
#define ALERTS_SHOWN 200

static enum err trace(struct call *call)
{
	json_t *answer = NULL;
	const char *scan = http_query(call->request, "scan");
	const char *hex = http_query(call->request, "scan_hex");
	const char *text = http_query(call->request, "gtin");
	const char *lot = http_query(call->request, "lot");
	uint8_t room[SCAN_MAX];
	char gtin[GS1_GTIN_SIZE + 1];
	struct span bytes = scan ? span_text(scan) : span_of(NULL, 0);
	enum err err = OK;
	if (hex && strlen(hex) <= 2 * SCAN_MAX) {
		bytes = span_of(room, strlen(hex) / 2);
		err = hex_parse(span_text(hex), room, bytes.size, &call->fault);
	}
	if (!err && bytes.size) {
		err = trace_pack(call->api->desk, call->api->view, call->party, bytes, &answer,
			&call->fault);
	} else if (!err && text && lot) {
		err = gs1_gtin_parse(span_text(text), gtin, &call->fault);
		if (!err)
			err = api_lot_check(call, lot);
		if (!err)
			err = trace_lot(call->api->desk, gtin, lot, &answer, &call->fault);
	} else if (!err) {
		err = fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"say what to trace: ?scan=, or ?gtin= and &lot=");
	}
	if (!err)
		api_answer(call, answer);
	return err;
}

static enum err alerts(struct call *call)
{
	json_t *list = NULL;
	enum err err =
		trace_alerts(call->api->desk, call->party, ALERTS_SHOWN, &list, &call->fault);
	if (!err)
		api_answer(call, list);
	return err;
}

/* alerts/N/resolve: closed by who raised it, the GTIN holder or an authority. */
static enum err resolve(struct call *call)
{
	const char *text;
	struct stated stated = {0};
	union kind_body body = {0};
	static const char tail[] = "/resolve";
	size_t size = call->rest.size;
	struct span end = span_cut(call->rest, size < 8 ? 0 : size - 8, size);
	if (!span_is(end, tail))
		return fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
			"alerts are closed at /api/v1/alerts/NUMBER/resolve");
	enum err err =
		api_number(call, span_cut(call->rest, 0, size - 8), &body.alert_resolve.number);
	if (!err)
		err = api_text(call, "cause", &text);
	/* What a correction of the lot removes is closed by that. */
	for (unsigned i = 1; !err && i < CAUSE_CORRECTED; i++)
		if (!strcmp(text, alert_cause_word(i)))
			body.alert_resolve.cause = (uint8_t)i;
	if (!err && !body.alert_resolve.cause)
		err = fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"cause\" is one of maker_data, scanner, user, software, falsified, "
			"diverted, unfounded");
	if (!err)
		err = api_state(call, KIND_ALERT_RESOLVE, &body, &stated);
	return api_answer_stated(call, &stated, json_pack("{s:s}", "outcome", "accepted"), err);
}

const struct route api_trace_routes[] = {
	{"GET", "/api/v1/trace", DUTY_ANY_STAFF, BODY_NONE, trace},
	{"GET", "/api/v1/alerts", DUTY_ANY_STAFF, BODY_NONE, alerts},
	{"POST", "/api/v1/alerts/*",
		DUTY_ADMIN | DUTY_PHARMACIST | DUTY_WAREHOUSE | DUTY_MAKER | DUTY_REGULATOR,
		BODY_JSON, resolve},
	{0},
};
