/* The party's own quarantine: putting aside, taking out, looking. Nothing of it is stated. */
#include "appliance/http/api.h"

#include "appliance/view/quarantine.h"

#include <stdio.h>

static json_t *entry_json(const struct quarantined *entry)
{
	json_t *json = json_pack("{s:s, s:s}", "gtin", entry->gtin, "lot", entry->lot);
	json_t *why = quarantine_json(entry);
	if (entry->serial[0])
		(void)json_object_set_new(json, "serial", json_string(entry->serial));
	(void)json_object_update(json, why);
	json_decref(why);
	return json;
}

/* The reason's word. Errors: ERR_FORMAT naming those there are. */
static enum err read_reason(struct call *call, enum quarantine_reason *reason)
{
	const char *word = NULL;
	enum err err = api_text(call, "reason", &word);
	if (err)
		return err;
	*reason = quarantine_reason(word);
	return *reason != QUARANTINE_END
		       ? OK
		       : fault_set(&call->fault, ERR_FORMAT, 0, 0,
				 "\"reason\" is one of recall, suspect, damaged, temperature, "
				 "returned, expiry, documents, inspection");
}

static enum err put_aside(struct call *call)
{
	uint8_t room[API_SCAN_MAX];
	struct aside aside = {.is_whole_lot = api_bool(call, "whole_lot")};
	struct quarantined entry = {.time_ms = env_now_ms(desk_env(call->api->desk))};
	(void)snprintf(entry.user, sizeof entry.user, "%s", call->account.user);
	enum err err = api_body_scan(call, room, &aside.scan);
	if (!err)
		err = read_reason(call, &entry.reason);
	if (!err)
		err = quarantine_put(call->api->view, call->party, &aside, &entry, &call->fault);
	if (!err)
		api_answer(call, json_pack("{s:o}", "quarantined", entry_json(&entry)));
	return err;
}

static enum err release(struct call *call)
{
	uint8_t room[API_SCAN_MAX];
	struct aside aside = {.is_whole_lot = api_bool(call, "whole_lot")};
	struct quarantined entry;
	enum err err = api_body_scan(call, room, &aside.scan);
	if (!err)
		err = quarantine_release(
			call->api->view, call->party, &aside, &entry, &call->fault);
	if (!err)
		api_answer(call, json_pack("{s:o}", "released", entry_json(&entry)));
	return err;
}

static enum err list(struct call *call)
{
	struct quarantined entry = {0};
	json_t *entries = json_array();
	enum err err;
	while (!(err = view_quarantine_next(
			 call->api->view, call->party->name, &entry, &call->fault))) {
		json_t *json = entry_json(&entry);
		(void)json_object_set_new(json, "held", json_integer((json_int_t)entry.held));
		(void)json_array_append_new(entries, json);
	}
	if (err != ERR_NOT_FOUND) {
		json_decref(entries);
		return err;
	}
	api_answer(call, entries);
	return OK;
}

#define DUTY_STOCK (DUTY_WAREHOUSE | DUTY_PHARMACIST | DUTY_MAKER)

const struct route api_quarantine_routes[] = {
	{"GET", "/api/v1/quarantine", DUTY_ANY_STAFF, BODY_NONE, list},
	{"POST", "/api/v1/quarantine", DUTY_STOCK, BODY_JSON, put_aside},
	{"POST", "/api/v1/quarantine/release", DUTY_STOCK, BODY_JSON, release},
	{0},
};
