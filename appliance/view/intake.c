#include "appliance/view/intake.h"

#include "appliance/view/consignment.h"
#include "gs1/epcis/cbv.h"
#include "gs1/syntax/urn.h"
#include "ledger/base/civil.h"

#include <jansson.h>

#define LINK_ROOM 512

struct taking {
	struct view *view;
	const char *party;
	const char *from;
	const struct stated *stated;
};

/* What is known here says that the container lies in the child. It is older and goes, unless this
 * party was told of it later. */
static enum err take_out(const struct taking *taking, struct span parent, struct span child,
	bool *lies, struct fault *fault)
{
	struct buf above;
	buf_init(&above, VIEW_EPC_MAX);
	enum err err = view_parent(taking->view, taking->party, parent, &above, fault);
	if (!err)
		err = view_unpack_at(taking->view, taking->party, buf_span(&above), parent,
			taking->stated->time_ms, fault);
	if (!err)
		err = view_lies_in(taking->view, taking->party, parent, child, lies, fault);
	buf_close(&above);
	return err;
}

static enum err take_inside(void *self, struct span parent, struct span child, struct fault *fault)
{
	const struct taking *taking = self;
	bool lies = false;
	if (span_equal(parent, child))
		return fault_set(fault, ERR_FORMAT, 0, 0, "%.*s is said to lie in itself",
			(int)(parent.size < 100 ? parent.size : 100), (const char *)parent.at);
	enum err err = view_lies_in(taking->view, taking->party, parent, child, &lies, fault);
	if (!err && lies)
		err = take_out(taking, parent, child, &lies, fault);
	return err || lies ? err
			   : view_pack_into_at(taking->view, taking->party, parent, child,
				     taking->stated->time_ms, fault);
}

static enum err take_pack(void *self, const struct stock_pack *pack, struct fault *fault)
{
	const struct taking *taking = self;
	struct stock_pack known;
	enum err err = view_stock_get(
		taking->view, taking->party, pack->gtin, pack->serial, &known, fault);
	/* Announced: whatever happens to it is later. */
	return err == ERR_NOT_FOUND ? view_stock_put_at(taking->view, taking->party, pack, 0, fault)
				    : err;
}

/* The event is about this thing, under its canonical name. What medicines do not use (a returnable
 * crate) is in the event's text and not looked for. */
static enum err note_epc(
	const struct taking *taking, int64_t event, const json_t *value, struct fault *fault)
{
	uint8_t memory[LINK_ROOM];
	struct buf link;
	struct gs1_epc epc;
	const char *text = json_string_value(value);
	if (!text || gs1_epc_read(span_text(text), &epc, NULL))
		return OK;
	buf_over(&link, memory, sizeof memory);
	gs1_epc_put_link(&epc, &link);
	return view_event_epc(taking->view, taking->party, event, buf_span(&link), fault);
}

static enum err note_epcs(
	const struct taking *taking, int64_t event, const json_t *json, struct fault *fault)
{
	static const char *const lists[] = {
		"epcList", "childEPCs", "inputEPCList", "outputEPCList"};
	enum err err = note_epc(taking, event, json_object_get(json, "parentID"), fault);
	for (size_t l = 0; l < sizeof lists / sizeof lists[0]; l++) {
		const json_t *list = json_object_get(json, lists[l]);
		for (size_t i = 0; !err && i < json_array_size(list); i++)
			err = note_epc(taking, event, json_array_get(list, i), fault);
	}
	return err;
}

static enum err keep_event(
	const struct taking *taking, struct span text, const json_t *json, struct fault *fault)
{
	struct view_event event = {
		.party = taking->party,
		.position = taking->stated->position,
		.is_received = true,
		.from = taking->from,
		.json = text,
	};
	const char *time = json_string_value(json_object_get(json, "eventTime"));
	const char *step = json_string_value(json_object_get(json, "bizStep"));
	const char *word = step ? cbv_word(CBV_BIZ_STEP, span_text(step)) : NULL;
	int64_t id = 0;
	enum err err = civil_parse_time(span_text(time ? time : ""), &event.time_ms, NULL, fault);
	if (err)
		return err;
	event.biz_step = span_text(word ? word : "");
	/* A received event is known by its text: its author's own hash is inside the text. */
	hash_sha256(text, event.hash);
	err = view_event_add(taking->view, &event, &id, fault);
	if (err == ERR_EXISTS)
		return OK;
	return err ? err : note_epcs(taking, id, json, fault);
}

static enum err take_event(void *self, struct span text, struct fault *fault)
{
	const struct taking *taking = self;
	json_t *json = json_loadb((const char *)text.at, text.size, JSON_REJECT_DUPLICATES, NULL);
	enum err err = json_is_object(json) ? keep_event(taking, text, json, fault)
					    : fault_set(fault, ERR_FORMAT, 0, 0,
						      "an event in a delivery is no JSON object");
	json_decref(json);
	return err;
}

/* The outermost stand in the events. */
static enum err take_outermost(void *self, struct span epc, struct fault *fault)
{
	(void)self;
	(void)epc;
	(void)fault;
	return OK;
}

enum err intake(struct view *view, const char *party, const char *from, const struct stated *stated,
	struct span consignment, struct fault *fault)
{
	struct taking taking = {view, party, from, stated};
	struct consignment_sink sink = {
		&taking, take_inside, take_pack, take_event, take_outermost};
	enum err err = view_begin(view, fault);
	if (err)
		return err;
	err = consignment_read(consignment, &sink, fault);
	if (!err)
		return view_commit(view, fault);
	view_rollback(view);
	return err;
}
