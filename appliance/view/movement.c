#include "appliance/view/movement.h"

#include "appliance/rules/kinds.h"
#include "appliance/view/consignment.h"
#include "appliance/view/contents.h"
#include "appliance/view/intake.h"
#include "appliance/view/moving.h"
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
	struct desk_moment moment;
	uint16_t members = 0;
	*readers = (struct readers){0};
	enum err err = desk_begin(capturing->desk, &moment, fault);
	const struct table *table = moment.snapshot.table;
	int64_t time_ms = moment.snapshot.time_ms;
	if (!err)
		err = members_count(table, &members, fault);
	for (uint16_t i = 0; !err && i < members; i++) {
		struct member member;
		struct scope scope;
		err = member_at(table, i, &member, fault);
		if (!err)
			err = scope_decode(member.scope, &scope, fault);
		if (err || !scope_is_authority(&scope, AREA_MEDICINES))
			continue;
		struct party party = {.member_index = i};
		err = readers_add(readers, table, &party, member.name, time_ms, fault);
		if (err == ERR_KEY) /* an authority that takes no attachments */
			err = OK;
	}
	if (!err && destination) {
		struct party party = {.has_tenant = destination->has_tenant};
		struct member member;
		memcpy(party.tenant, destination->tenant, sizeof party.tenant);
		err = member_named(table, span_text(destination->member), &member, fault);
		party.member_index = member.index;
		if (!err)
			err = readers_add(
				readers, table, &party, destination->name, time_ms, fault);
	}
	if (!err) {
		struct author author;
		uint8_t public[32];
		err = members_key(table, capturing->party->kid, &author, public, fault);
		if (!err) {
			struct party party = party_of(&author);
			err = readers_add(
				readers, table, &party, capturing->party->name, time_ms, fault);
		}
	}
	desk_end(capturing->desk, &moment);
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

struct said {
	enum movement_class class;
	const struct place *destination;
	const struct span *json;
	size_t json_count;
	const struct span *outermost;
	size_t outermost_count;
};

static struct moving_place place_of(const struct capturing *capturing)
{
	return (struct moving_place){capturing->desk, capturing->view, capturing->attachments};
}

static enum err seal_and_state(const struct capturing *capturing, const struct said *said,
	const struct readers *readers, uint64_t sequence, struct span consignment,
	struct stated *stated, struct fault *fault)
{
	const struct kind *kind = kind_find(KIND_MOVEMENT);
	union kind_body body = {.movement = {.class = said->class}};
	struct attachment_record record;
	uint8_t memory[64];
	struct buf bytes;
	buf_over(&bytes, memory, sizeof memory);
	kind->encode(&body, &bytes);
	struct desk_statement statement = {.party = capturing->party,
		.kind = kind->number,
		.word = kind->word,
		.body = buf_span(&bytes),
		.sequence = sequence,
		.attachments = &record,
		.attachment_count = 1};
	enum err err = attachments_seal(capturing->attachments, readers, capturing->party, sequence,
		CONSIGNMENT_MEDIA, consignment, &record, fault);
	if (err)
		return err;
	err = desk_state(capturing->desk, &statement, stated, fault);
	if (err && !stated->is_open) {
		struct fault second;
		if (attachments_erase(capturing->attachments, record.hash, &second))
			return err; /* it stays, and nothing names it */
	}
	return err;
}

/* States what was begun; the views follow. On failure it is dropped. */
static enum err state_begun(const struct capturing *capturing, const struct said *said,
	const struct moving *moving, struct stated *stated, struct fault *fault)
{
	struct moving_place place = place_of(capturing);
	struct readers readers;
	struct buf consignment;
	buf_init(&consignment, CONSIGNMENT_SIZE_MAX);
	stated->is_open = false;
	enum err err = consignment_make(capturing->view, capturing->party->name, said->outermost,
		said->outermost_count, said->json, said->json_count, &consignment, fault);
	if (!err)
		err = find_readers(capturing, said->destination, &readers, fault);
	if (!err)
		err = seal_and_state(capturing, said, &readers, moving->sequence,
			buf_span(&consignment), stated, fault);
	if (err && !stated->is_open) {
		struct fault second;
		if (moving_drop(&place, capturing->party, moving->sequence, &second))
			goto undo; /* the next start drops it */
	}
	if (!err)
		err = deliver(capturing, &readers, stated, buf_span(&consignment), fault);
	if (!err)
		err = moving_end(&place, capturing->party, moving, stated->position, fault);
undo:
	buf_close(&consignment);
	return err;
}

static enum err begin_and_state(const struct capturing *capturing, const struct said *said,
	struct moving *moving, struct stated *stated, struct fault *fault)
{
	struct moving_place place = place_of(capturing);
	enum err err = moving_begin(&place, capturing->party, moving, fault);
	return err ? err : state_begun(capturing, said, moving, stated, fault);
}

enum err movement_state(const struct capturing *capturing, enum movement_class class,
	const struct place *destination, const struct span *json, size_t json_count,
	const struct span *outermost, size_t outermost_count, struct stated *stated,
	struct fault *fault)
{
	struct said said = {class, destination, json, json_count, outermost, outermost_count};
	struct moving moving = {0};
	return begin_and_state(capturing, &said, &moving, stated, fault);
}

enum err movement_ship_event(const struct capturing *capturing, const struct shipment *shipment,
	struct stated *stated, struct fault *fault)
{
	struct said said = {shipment->is_receipt ? MOVEMENT_RECEIVE : MOVEMENT_SHIP,
		shipment->destination, &shipment->event->json, 1, shipment->epcs,
		shipment->outermost_count};
	struct moving moving = {.state = shipment->is_receipt ? STOCK_HELD : STOCK_SHIPPED,
		.is_claim = true,
		.event = *shipment->event};
	struct buf epcs;
	buf_init(&epcs, VIEW_MOVING_MAX);
	moving_put_epcs(shipment->epcs, shipment->count, &epcs);
	moving.epcs = buf_span(&epcs);
	enum err err = epcs.err ? fault_set(fault, epcs.err, 0, 0, "the shipment is too large")
				: begin_and_state(capturing, &said, &moving, stated, fault);
	buf_close(&epcs);
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

/* What would move, and whether it may. */
static enum err look(const struct capturing *capturing, struct span epc, bool ships,
	struct movement_result *result, struct fault *fault)
{
	struct contents contents;
	uint32_t already = 0;
	enum err err =
		contents_find(&contents, capturing->view, capturing->party->name, &epc, 1, fault);
	if (!err)
		err = count_packs(capturing, &contents, ships ? STOCK_SHIPPED : STOCK_HELD, result,
			&already, fault);
	contents_close(&contents);
	if (!err && !result->packs)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"nothing is known to lie under this code: was its delivery announced to "
			"this party?");
	if (!err && already == result->packs)
		err = fault_set(fault, ERR_EXISTS, 0, 0,
			"all %u packs under this code were %s before", (unsigned)result->packs,
			ships ? "shipped" : "received");
	return err;
}

/* Ships or receives one EPC and all inside it. It is looked at once it is claimed: then nobody
 * else moves it. */
static enum err move(const struct capturing *capturing, struct span epc, const struct place *to,
	struct moving *moving, struct movement_result *result, struct fault *fault)
{
	struct moving_place place = place_of(capturing);
	bool ships = to != NULL;
	struct buf json;
	struct buf epcs;
	struct fault second;
	moving->state = ships ? STOCK_SHIPPED : STOCK_HELD;
	moving->is_claim = true;
	*result = (struct movement_result){0};
	buf_init(&json, (size_t)1 << 20);
	buf_init(&epcs, (size_t)1 << 16);
	moving_put_epcs(&epc, 1, &epcs);
	moving->epcs = buf_span(&epcs);
	enum err err = moving_catch_up(&place, capturing->party, fault);
	if (!err)
		err = make_event(capturing, epc, ships ? "shipping" : "receiving",
			ships ? "in_transit" : "in_progress", to ? to->code : NULL, &moving->event,
			&json, fault);
	struct span text = buf_span(&json);
	struct said said = {ships ? MOVEMENT_SHIP : MOVEMENT_RECEIVE, to, &text, 1, &epc, 1};
	if (!err)
		err = moving_begin(&place, capturing->party, moving, fault);
	if (err)
		goto undo;
	err = look(capturing, epc, ships, result, fault);
	if (!err)
		err = state_begun(capturing, &said, moving, &result->stated, fault);
	else if (moving_drop(&place, capturing->party, moving->sequence, &second))
		goto undo; /* the next start drops it */
undo:
	buf_close(&epcs);
	buf_close(&json);
	return err;
}

enum err movement_ship(const struct capturing *capturing, struct span epc, const char *to,
	uint64_t sequence, struct movement_result *result, struct fault *fault)
{
	struct place place;
	struct moving moving = {.sequence = sequence};
	enum err err = view_place_get(capturing->view, to, &place, fault);
	return err ? err : move(capturing, epc, &place, &moving, result, fault);
}

static enum err take_sender(void *self, const struct view_event *event, struct fault *fault)
{
	struct movement_result *result = self;
	(void)fault;
	if (event->is_received)
		(void)snprintf(result->from, sizeof result->from, "%s", event->from);
	return OK;
}

enum err movement_look(const struct capturing *capturing, struct span epc,
	struct movement_result *result, struct fault *fault)
{
	struct contents contents;
	struct view_event_sink sink = {result, take_sender};
	uint32_t already = 0;
	*result = (struct movement_result){0};
	enum err err =
		contents_find(&contents, capturing->view, capturing->party->name, &epc, 1, fault);
	if (!err)
		err = count_packs(capturing, &contents, STOCK_HELD, result, &already, fault);
	contents_close(&contents);
	return err ? err
		   : view_events_of_epc(capturing->view, capturing->party->name, epc, &sink, fault);
}

enum err movement_receive(const struct capturing *capturing, struct span epc, uint64_t sequence,
	struct movement_result *result, struct fault *fault)
{
	struct movement_result sender = {0};
	struct view_event_sink sink = {&sender, take_sender};
	struct moving moving = {.sequence = sequence};
	enum err err =
		view_events_of_epc(capturing->view, capturing->party->name, epc, &sink, fault);
	if (!err)
		err = move(capturing, epc, NULL, &moving, result, fault);
	if (!err)
		memcpy(result->from, sender.from, sizeof result->from);
	return err;
}

/* A pack with its own number is taken in once; of others there may be many. */
static enum err check_held(
	const struct capturing *capturing, const struct stock_pack *pack, struct fault *fault)
{
	struct stock_pack known;
	if (!pack->serial[0])
		return OK;
	enum err err = view_stock_get(
		capturing->view, capturing->party->name, pack->gtin, pack->serial, &known, fault);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (!err && known.state == STOCK_HELD)
		err = fault_set(fault, ERR_EXISTS, 0, 0, "this pack was received before");
	return err;
}

static enum err take_pack(const struct capturing *capturing, struct span epc, struct moving *moving,
	struct movement_result *result, struct fault *fault)
{
	struct moving_place place = place_of(capturing);
	struct span json = moving->event.json;
	struct said said = {MOVEMENT_RECEIVE, NULL, &json, 1, NULL, 0};
	struct buf epcs;
	struct fault second;
	buf_init(&epcs, (size_t)1 << 16);
	moving_put_epcs(&epc, 1, &epcs);
	moving->epcs = buf_span(&epcs);
	enum err err = moving_begin(&place, capturing->party, moving, fault);
	if (err)
		goto undo;
	err = check_held(capturing, &moving->pack, fault);
	if (!err)
		err = state_begun(capturing, &said, moving, &result->stated, fault);
	else if (moving_drop(&place, capturing->party, moving->sequence, &second))
		goto undo; /* the next start drops it */
undo:
	buf_close(&epcs);
	return err;
}

enum err movement_receive_pack(const struct capturing *capturing, const struct stock_pack *pack,
	uint64_t sequence, struct movement_result *result, struct fault *fault)
{
	struct moving_place place = place_of(capturing);
	struct moving moving = {.sequence = sequence,
		.state = STOCK_HELD,
		.is_claim = pack->serial[0] != 0,
		.pack = *pack};
	struct buf link;
	struct buf json;
	*result = (struct movement_result){.packs = (uint32_t)pack->count};
	buf_init(&link, 4096);
	buf_init(&json, (size_t)1 << 16);
	gs1_link_put_pack(&link, pack->gtin, span_text(pack->serial[0] ? "" : pack->lot),
		span_text(pack->serial));
	enum err err = moving_catch_up(&place, capturing->party, fault);
	if (!err)
		err = make_event(capturing, buf_span(&link), "receiving", "in_progress", NULL,
			&moving.event, &json, fault);
	if (!err)
		err = take_pack(capturing, buf_span(&link), &moving, result, fault);
	buf_close(&json);
	buf_close(&link);
	return err;
}
