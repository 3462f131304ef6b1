/* Provenance of a lot, recalls and their reach. */
#include "appliance/view/trace.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/tables.h"
#include "appliance/view/asker.h"
#include "appliance/view/tell.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdio.h>
#include <stdlib.h>

#define RECALLS_SHOWN 256

/* ---- one lot ---- */

/* Packs by state: one pass over the lot's rows. */
static enum err count_states(
	const struct table *table, const struct lot *lot, json_t **out, struct fault *fault)
{
	uint8_t prefix[4] = {(uint8_t)(lot->id >> 24), (uint8_t)(lot->id >> 16),
		(uint8_t)(lot->id >> 8), (uint8_t)lot->id};
	uint8_t after[TABLE_KEY_MAX];
	size_t after_size = 0;
	uint64_t counts[PACK_STATE_END] = {0};
	enum err err;
	struct span key;
	struct span value;
	while (!(err = table_next(table, TABLE_PACK, span_of(prefix, sizeof prefix),
			 span_of(after_size ? after : NULL, after_size), TABLE_UP, &key, &value,
			 fault))) {
		if (value.size && value.at[0] < PACK_STATE_END)
			counts[value.at[0]]++;
		memcpy(after, key.at, key.size);
		after_size = key.size;
	}
	if (err != ERR_NOT_FOUND)
		return err;
	*out = json_object();
	for (unsigned i = PACK_ACTIVE; i < PACK_STATE_END; i++)
		if (counts[i])
			tell(*out, pack_state_word(i), json_integer((json_int_t)counts[i]));
	return OK;
}

static enum err lot_answer(
	const struct table *table, const struct lot *lot, json_t *out, struct fault *fault)
{
	static const char *const states[] = {
		[LOT_OPEN] = "open",
		[LOT_CLOSED] = "closed",
		[LOT_RELEASED] = "released",
		[LOT_WITHDRAWN] = "withdrawn",
	};
	char date[11];
	json_t *by_state = NULL;
	expiry_print(lot->effective, date);
	tell_gtin(out, "gtin", lot->gtin);
	tell_text(out, "lot", span_of(lot->text, lot->text_size));
	tell(out, "state", json_string(states[lot->state]));
	tell(out, "expiry", json_string(date));
	tell(out, "registered", json_integer(lot->pack_count));
	tell_count(out, "opened_at", lot->opened_at);
	tell_count(out, "closed_at", lot->closed_at);
	tell_count(out, "released_at", lot->released_at);
	enum err err = tell_member(out, "maker", table, lot->member, fault);
	if (!err)
		err = count_states(table, lot, &by_state, fault);
	if (!err)
		tell(out, "packs", by_state);
	return err;
}

/* ---- recalls ---- */

struct own_stock {
	int64_t held;
	int64_t quarantined; /* of those held */
	int64_t supplied;
};

static enum err add_stock(void *self, const struct stock_line *line, struct fault *fault)
{
	struct own_stock *own = self;
	(void)fault;
	own->held += line->held;
	own->quarantined += line->quarantined;
	own->supplied += line->supplied;
	return OK;
}

static enum err recall_lots(const struct table *table, const struct recall *recall,
	struct view *view, const struct desk_party *party, json_t *out, struct fault *fault)
{
	struct recall_lot lot = {0};
	struct own_stock own = {0};
	struct stock_sink sink = {&own, add_stock};
	json_t *items = json_array();
	enum err err;
	while (!(err = recall_lot_next(table, recall->id, &lot, fault))) {
		char gtin[24];
		char text[LOT_TEXT_MAX + 1] = "";
		if (lot.removed_at)
			continue;
		(void)snprintf(gtin, sizeof gtin, "%014llu", (unsigned long long)lot.gtin);
		memcpy(text, lot.text, lot.text_size);
		(void)json_array_append_new(items,
			json_pack("{s:s, s:s}", "gtin", gtin, "lot", text[0] ? text : "all"));
		if (party)
			err = view_stock(
				view, party->name, gtin, text[0] ? text : NULL, &sink, fault);
		if (err)
			break;
	}
	tell(out, "items", items);
	if (party) {
		tell_count(out, "held", (uint64_t)own.held);
		tell_count(out, "quarantined", (uint64_t)own.quarantined);
		tell_count(out, "supplied", (uint64_t)own.supplied);
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

/* Until when sites answer, and (with reach) whether packs are still unanswered for after that: who
 * issued it, and the authority, then go and ask. */
static void set_due(json_t *out, const struct recall *recall, const struct recall_reach *reach,
	const struct snapshot *snapshot)
{
	int64_t due_s = recall_due_s(recall);
	if (!due_s)
		return;
	tell_time(out, "due", 1000 * due_s);
	if (!reach)
		return;
	tell(out, "overdue",
		json_boolean(!recall->ended_at && reach->unknown > 0 &&
			     snapshot->time_ms / 1000 > due_s));
}

static enum err recall_json(const struct snapshot *snapshot, const struct recall *recall,
	struct view *view, const struct desk_party *party, json_t **answer, struct fault *fault)
{
	const struct table *table = snapshot->table;
	static const char *const depths[] = {
		[DEPTH_PATIENT] = "patient",
		[DEPTH_PHARMACY] = "pharmacy",
		[DEPTH_WHOLESALER] = "wholesaler",
	};
	char id[2 * RECALL_ID_SIZE + 1];
	struct recall_reach reach;
	json_t *out = json_object();
	hex_print(span_of(recall->id, RECALL_ID_SIZE), id);
	tell(out, "recall", json_string(id));
	enum err err = tell_member(out, "by", table, recall->member, fault);
	tell(out, "class", json_integer(recall->class));
	tell(out, "depth", json_string(depths[recall->depth]));
	tell(out, "version", json_integer(recall->version));
	tell(out, "transcribed", json_boolean(recall->source == RECALL_TRANSCRIBED));
	if (recall->notice_size)
		tell_text(out, "notice", span_of(recall->notice, recall->notice_size));
	tell_time(out, "issued", 1000 * recall->issued_s);
	tell_count(out, "position", recall->issued_at);
	if (recall->ended_at)
		tell_time(out, "ended", 1000 * recall->ended_s);
	if (!err)
		err = recall_lots(table, recall, view, party, out, fault);
	/* How much lies where is the members' business; that there is a recall is everybody's. */
	if (!err)
		err = recall_reach(table, recall->id, &reach, fault);
	if (!err)
		set_due(out, recall, party ? &reach : NULL, snapshot);
	if (!err && party)
		tell(out, "reach",
			json_pack("{s:I, s:I, s:I, s:i}", "known", (json_int_t)reach.known,
				"answered", (json_int_t)reach.answered, "unknown",
				(json_int_t)reach.unknown, "places", (int)reach.places));
	if (err)
		json_decref(out);
	else
		*answer = out;
	return err;
}

/* A transcription is for who made it, those who follow that member, and authorities. */
static bool is_for(const struct asker *asker, const struct recall *recall)
{
	return recall->source != RECALL_TRANSCRIBED || asker->is_authority ||
	       asker_follows(asker, recall->member);
}

static enum err all_recalls(const struct snapshot *snapshot, struct view *view,
	const struct desk_party *party, json_t *list, struct fault *fault)
{
	const struct table *table = snapshot->table;
	struct asker asker;
	struct recall recall;
	uint8_t after[RECALL_ID_SIZE];
	enum err err = asker_find(table, view, party, &asker, fault);
	if (!err)
		err = recall_next(table, NULL, &recall, fault);
	while (!err && json_array_size(list) < RECALLS_SHOWN) {
		json_t *one = NULL;
		memcpy(after, recall.id, sizeof after);
		if (is_for(&asker, &recall))
			err = recall_json(snapshot, &recall, view, party, &one, fault);
		if (!err && one)
			(void)json_array_append_new(list, one);
		if (!err)
			err = recall_next(table, after, &recall, fault);
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err trace_recalls(struct desk *desk, struct view *view, const struct desk_party *party,
	json_t **out, struct fault *fault)
{
	struct desk_moment moment;
	json_t *list = json_array();
	enum err err = desk_begin(desk, &moment, fault);
	if (!err)
		err = all_recalls(&moment.snapshot, view, party, list, fault);
	desk_end(desk, &moment);
	if (err)
		json_decref(list);
	else
		*out = list;
	return err;
}

enum err trace_lot(
	struct desk *desk, const char *gtin, const char *text, json_t **out, struct fault *fault)
{
	struct desk_moment moment;
	struct lot lot;
	json_t *answer = json_object();
	enum err err = desk_begin(desk, &moment, fault);
	const struct table *table = moment.snapshot.table;
	if (!err) {
		err = lot_get(table, strtoull(gtin, NULL, 10), span_text(text), &lot, fault);
		if (err == ERR_NOT_FOUND)
			err = fault_set(
				fault, err, 0, 0, "lot %s of %s is not on the ledger", text, gtin);
	}
	if (!err)
		err = lot_answer(table, &lot, answer, fault);
	desk_end(desk, &moment);
	if (err)
		json_decref(answer);
	else
		*out = answer;
	return err;
}
