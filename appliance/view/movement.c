#include "appliance/view/movement.h"

#include "appliance/rules/kinds.h"
#include "appliance/view/consignment.h"
#include "appliance/view/contents.h"
#include "appliance/view/intake.h"
#include "gs1/epcis/hash.h"
#include "gs1/epcis/json_write.h"
#include "gs1/syntax/link.h"
#include "gs1/syntax/urn.h"
#include "ledger/base/civil.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* Authorities first, then the destination, then the own party. */
static enum err find_readers(const struct capturing *capturing, const struct place *destination,
	struct readers *readers, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	uint16_t members = 0;
	enum err err = desk_reader(capturing->desk, &reader, fault);
	if (err)
		return err;
	err = reader_begin(reader, &snapshot, fault);
	if (err) {
		desk_reader_back(capturing->desk, reader);
		return err;
	}
	*readers = (struct readers){0};
	err = members_count(snapshot.table, &members, fault);
	for (uint16_t i = 0; !err && i < members; i++) {
		struct member member;
		struct scope scope;
		err = member_at(snapshot.table, i, &member, fault);
		if (!err)
			err = scope_decode(member.scope, &scope, fault);
		if (err || !scope_is_authority(&scope, AREA_MEDICINES))
			continue;
		struct party party = {.member_index = i};
		err = readers_add(
			readers, snapshot.table, &party, member.name, snapshot.time_ms, fault);
		if (err == ERR_KEY) /* an authority that takes no attachments */
			err = OK;
	}
	if (!err && destination) {
		struct party party = {.has_tenant = destination->has_tenant};
		struct member member;
		memcpy(party.tenant, destination->tenant, sizeof party.tenant);
		err = member_named(snapshot.table, span_text(destination->member), &member, fault);
		party.member_index = member.index;
		if (!err)
			err = readers_add(readers, snapshot.table, &party, destination->name,
				snapshot.time_ms, fault);
	}
	if (!err) {
		struct author author;
		uint8_t public[32];
		err = members_key(snapshot.table, capturing->party->kid, &author, public, fault);
		if (!err) {
			struct party party = party_of(&author);
			err = readers_add(readers, snapshot.table, &party, capturing->party->name,
				snapshot.time_ms, fault);
		}
	}
	reader_end(reader);
	desk_reader_back(capturing->desk, reader);
	return err;
}

/* To the readers that this appliance serves. Others fetch it by its hash. */
static enum err deliver(const struct capturing *capturing, const struct readers *readers,
	const struct stated *stated, struct span consignment, struct fault *fault)
{
	const struct desk_party *party;
	enum err err = OK;
	for (size_t i = 0; !err && (party = desk_party(capturing->desk, i)); i++) {
		bool reads = false;
		for (size_t k = 0; k < readers->count; k++)
			reads |= party->has_box &&
				 !memcmp(readers->public[k], party -> box_public, BOX_PUBLIC);
		if (reads && party != capturing->party)
			err = intake(capturing->view, party->name, capturing->party->member, stated,
				consignment, fault);
	}
	return err;
}

enum err movement_state(const struct capturing *capturing, enum movement_class class,
	const struct place *destination, const struct span *json, size_t json_count,
	const struct span *outermost, size_t outermost_count, struct stated *stated,
	struct fault *fault)
{
	const struct kind *kind = kind_find(KIND_MOVEMENT);
	union kind_body body = {.movement = {.class = class}};
	struct desk_statement statement = {.party = capturing->party,
		.kind = kind->number,
		.word = kind->word,
		.attachment_count = 1};
	struct attachment_record record;
	struct readers readers;
	uint8_t memory[64];
	struct buf bytes;
	struct buf consignment;
	buf_over(&bytes, memory, sizeof memory);
	buf_init(&consignment, CONSIGNMENT_SIZE_MAX);
	kind->encode(&body, &bytes);
	statement.body = buf_span(&bytes);
	statement.attachments = &record;
	enum err err = consignment_make(capturing->view, capturing->party->name, outermost,
		outermost_count, json, json_count, &consignment, fault);
	if (!err)
		err = find_readers(capturing, destination, &readers, fault);
	if (!err)
		err = desk_sequence(capturing->desk, capturing->party, &statement.sequence, fault);
	if (!err)
		err = attachments_seal(capturing->attachments, &readers, capturing->party,
			statement.sequence, CONSIGNMENT_MEDIA, buf_span(&consignment), &record,
			fault);
	if (!err)
		err = desk_state(capturing->desk, &statement, stated, fault);
	if (!err)
		err = deliver(capturing, &readers, stated, buf_span(&consignment), fault);
	buf_close(&consignment);
	return err;
}

/* ---- shipping and receiving by scan ---- */

/* The event of a movement: one EPC, now, with its destination if there is one. */
static enum err make_event(const struct capturing *capturing, struct span epc, const char *step,
	const char *disposition, const char *to, struct view_event *record, struct buf *json,
	struct fault *fault)
{
	struct epcis_texts epcs = {&epc, 1};
	char destination[64];
	struct epcis_identity identity;
	struct epcis_party party = {.type = span_text("location")};
	struct epcis_event event = {
		.type = EPCIS_OBJECT_EVENT,
		.event_time_ms = env_now_ms(desk_env(capturing->desk)),
		.action = EPCIS_OBSERVE,
		.biz_step = span_text(step),
		.disposition = span_text(disposition),
		.epc_list = epcs,
	};
	if (to && strlen(to) == GS1_GLN_SIZE) {
		(void)snprintf(destination, sizeof destination, "https://id.gs1.org/414/%s", to);
		party.id = span_text(destination);
		event.destination_list = (struct epcis_parties){&party, 1};
	}
	enum err err = epcis_identify(&event, &identity, fault);
	if (!err)
		err = epcis_json_put_event(json, &event, fault);
	if (err)
		return err;
	*record = (struct view_event){
		.party = capturing->party->name,
		.time_ms = event.event_time_ms,
		.biz_step = event.biz_step,
		.json = buf_span(json),
	};
	memcpy(record->hash, identity.hash, sizeof record->hash);
	return OK;
}

static enum err count_packs(const struct capturing *capturing, const struct contents *contents,
	enum stock_state wanted, struct movement_result *result, uint32_t *already,
	struct fault *fault)
{
	for (size_t i = 0; i < contents_count(contents); i++) {
		struct gs1_epc epc;
		struct stock_pack pack;
		enum err err = gs1_epc_read(content_epc(contents, i), &epc, fault);
		if (err)
			return err;
		if (epc.kind != GS1_EPC_PACK) {
			result->cases += epc.kind == GS1_EPC_LOGISTIC;
			continue;
		}
		err = view_stock_get(capturing->view, capturing->party->name, epc.key,
			epc.extension, &pack, fault);
		if (err && err != ERR_NOT_FOUND)
			return err;
		if (err)
			return fault_set(fault, err, 0, 0,
				"pack %s %s lies in it, but its lot is not known here", epc.key,
				epc.extension);
		result->packs++;
		*already += pack.state >= wanted;
	}
	return OK;
}

/* Puts all packs into a state, but for those that are gone for good. */
static enum err put_state(const struct capturing *capturing, const struct contents *contents,
	enum stock_state state, struct fault *fault)
{
	const char *party = capturing->party->name;
	enum err err = OK;
	for (size_t i = 0; !err && i < contents_count(contents); i++) {
		struct gs1_epc one;
		struct stock_pack pack;
		err = gs1_epc_read(content_epc(contents, i), &one, fault);
		if (err || one.kind != GS1_EPC_PACK)
			continue;
		err = view_stock_get(capturing->view, party, one.key, one.extension, &pack, fault);
		if (!err && pack.state < STOCK_SUPPLIED) {
			pack.state = state;
			err = view_stock_put(capturing->view, party, &pack, fault);
		}
	}
	return err;
}

enum err movement_mark_shipped(const struct capturing *capturing, const struct span *outermost,
	size_t count, struct fault *fault)
{
	struct contents contents;
	enum err err = contents_find(
		&contents, capturing->view, capturing->party->name, outermost, count, fault);
	if (!err)
		err = view_begin(capturing->view, fault);
	if (!err) {
		err = put_state(capturing, &contents, STOCK_SHIPPED, fault);
		if (err)
			view_rollback(capturing->view);
		else
			err = view_commit(capturing->view, fault);
	}
	contents_close(&contents);
	return err;
}

/* Takes the event into the own view, and what it does to the stock. */
static enum err note_movement(const struct capturing *capturing, const struct contents *contents,
	enum stock_state state, struct view_event *record, struct span epc, struct fault *fault)
{
	int64_t id;
	enum err err = view_begin(capturing->view, fault);
	if (err)
		return err;
	err = view_event_add(capturing->view, record, &id, fault);
	if (!err)
		err = view_event_epc(capturing->view, record->party, id, epc, fault);
	if (!err)
		err = put_state(capturing, contents, state, fault);
	if (!err)
		return view_commit(capturing->view, fault);
	view_rollback(capturing->view);
	return err;
}

/* Ships or receives one EPC and all inside it. */
static enum err move(const struct capturing *capturing, struct span epc, bool ships,
	const struct place *place, struct movement_result *result, struct fault *fault)
{
	struct contents contents;
	struct view_event record;
	struct buf json;
	uint32_t already = 0;
	enum stock_state state = ships ? STOCK_SHIPPED : STOCK_HELD;
	*result = (struct movement_result){0};
	buf_init(&json, (size_t)1 << 20);
	enum err err =
		contents_find(&contents, capturing->view, capturing->party->name, &epc, 1, fault);
	if (!err)
		err = count_packs(capturing, &contents, state, result, &already, fault);
	if (!err && !result->packs)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"nothing is known to lie under this code: was its delivery announced to "
			"this party?");
	if (!err && already == result->packs)
		err = fault_set(fault, ERR_EXISTS, 0, 0,
			"all %u packs under this code were %s before", (unsigned)result->packs,
			ships ? "shipped" : "received");
	if (!err)
		err = make_event(capturing, epc, ships ? "shipping" : "receiving",
			ships ? "in_transit" : "in_progress", place ? place->code : NULL, &record,
			&json, fault);
	if (!err) {
		struct span text = buf_span(&json);
		err = movement_state(capturing, ships ? MOVEMENT_SHIP : MOVEMENT_RECEIVE, place,
			&text, 1, &epc, 1, &result->stated, fault);
	}
	if (!err) {
		record.position = result->stated.position;
		err = note_movement(capturing, &contents, state, &record, epc, fault);
	}
	contents_close(&contents);
	buf_close(&json);
	return err;
}

enum err movement_ship(const struct capturing *capturing, struct span epc, const char *to,
	struct movement_result *result, struct fault *fault)
{
	struct place place;
	enum err err = view_place_get(capturing->view, to, &place, fault);
	return err ? err : move(capturing, epc, true, &place, result, fault);
}

static enum err take_sender(void *self, const struct view_event *event, struct fault *fault)
{
	struct movement_result *result = self;
	(void)fault;
	if (event->is_received)
		(void)snprintf(result->from, sizeof result->from, "%s", event->from);
	return OK;
}

enum err movement_receive(const struct capturing *capturing, struct span epc,
	struct movement_result *result, struct fault *fault)
{
	struct movement_result sender = {0};
	struct view_event_sink sink = {&sender, take_sender};
	enum err err =
		view_events_of_epc(capturing->view, capturing->party->name, epc, &sink, fault);
	if (!err)
		err = move(capturing, epc, false, NULL, result, fault);
	if (!err)
		memcpy(result->from, sender.from, sizeof result->from);
	return err;
}

/* The pack is now held, and the event is about it. */
static enum err note_pack(const struct capturing *capturing, const struct stock_pack *held,
	const struct view_event *record, struct span epc, struct fault *fault)
{
	int64_t id;
	enum err err = view_begin(capturing->view, fault);
	if (err)
		return err;
	err = view_event_add(capturing->view, record, &id, fault);
	if (!err)
		err = view_event_epc(capturing->view, record->party, id, epc, fault);
	if (!err)
		err = held->serial[0]
			      ? view_stock_put(capturing->view, record->party, held, fault)
			      : view_stock_count(capturing->view, record->party, held, fault);
	if (!err)
		return view_commit(capturing->view, fault);
	view_rollback(capturing->view);
	return err;
}

enum err movement_receive_pack(const struct capturing *capturing, const struct stock_pack *pack,
	struct movement_result *result, struct fault *fault)
{
	struct stock_pack held = *pack;
	struct view_event record;
	struct buf link;
	struct buf json;
	*result = (struct movement_result){.packs = (uint32_t)pack->count};
	held.state = STOCK_HELD;
	buf_init(&link, 4096);
	buf_init(&json, (size_t)1 << 16);
	gs1_link_put_pack(&link, pack->gtin, span_text(pack->serial[0] ? "" : pack->lot),
		span_text(pack->serial));
	enum err err = make_event(capturing, buf_span(&link), "receiving", "in_progress", NULL,
		&record, &json, fault);
	if (!err) {
		struct span text = buf_span(&json);
		err = movement_state(capturing, MOVEMENT_RECEIVE, NULL, &text, 1, NULL, 0,
			&result->stated, fault);
	}
	if (!err) {
		record.position = result->stated.position;
		err = note_pack(capturing, &held, &record, buf_span(&link), fault);
	}
	buf_close(&json);
	buf_close(&link);
	return err;
}
