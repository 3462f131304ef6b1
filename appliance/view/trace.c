#include "appliance/view/trace.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/tables.h"
#include "appliance/view/suspicion.h"
#include "appliance/view/tell.h"
#include "gs1/syntax/link.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdio.h>
#include <stdlib.h>

#define PARENTS_MAX 8 /* pack in case in pallet in ... */
#define TOLD_MAX    ((size_t)1 << 20)

static enum err member_name(const struct table *table, uint16_t index,
	char out[MEMBER_NAME_MAX + 1], struct fault *fault)
{
	struct member member;
	enum err err = member_at(table, index, &member, fault);
	if (!err)
		memcpy(out, member.name, sizeof member.name);
	return err;
}

/* A step that the ledger shows, with the time of its batch. */
static enum err ledger_step(struct reader *reader, const struct table *table, json_t *steps,
	const char *what, uint64_t position, int member_index, struct fault *fault)
{
	struct recorded recorded;
	char name[MEMBER_NAME_MAX + 1] = "";
	char entry[2 * ENTRY_SIZE + 1];
	bool is_suspect = false;
	enum err err = reader_recorded(reader, position, &recorded, fault);
	if (!err && member_index >= 0)
		err = member_name(table, (uint16_t)member_index, name, fault);
	if (!err)
		err = suspicion_find(reader, table, position, recorded.time_ms, &is_suspect, fault);
	if (err)
		return err;
	json_t *step = json_object();
	hex_print(span_of(recorded.entry, ENTRY_SIZE), entry);
	tell(step, "source", json_string("ledger"));
	tell(step, "what", json_string(what));
	tell_time(step, "time", recorded.time_ms);
	if (name[0])
		tell(step, "by", json_string(name));
	tell_count(step, "position", position);
	tell(step, "entry", json_string(entry));
	if (is_suspect)
		tell(step, "flag", json_string(outcome_word(ALERT_KEY_COMPROMISED)));
	(void)json_array_append_new(steps, step);
	return OK;
}

static const char *lot_state_word(const struct lot *lot)
{
	switch (lot->state) {
	case LOT_OPEN: return "open";
	case LOT_CLOSED: return "closed";
	case LOT_RELEASED: return "released";
	case LOT_WITHDRAWN: return "withdrawn";
	}
	return "unknown";
}

static json_t *lot_json(const struct lot *lot)
{
	json_t *out = json_object();
	json_t *expiries = json_array();
	char gtin[24];
	char date[11];
	(void)snprintf(gtin, sizeof gtin, "%014llu", (unsigned long long)lot->gtin);
	for (size_t i = 0; i < lot->expiry_count; i++) {
		expiry_print(lot->expiries[i].date, date);
		(void)json_array_append_new(expiries, json_string(date));
	}
	tell(out, "gtin", json_string(gtin));
	tell_text(out, "lot", span_of(lot->text, lot->text_size));
	tell(out, "state", json_string(lot_state_word(lot)));
	tell_date(out, "expiry", lot->effective);
	tell(out, "printed_expiries", expiries);
	tell(out, "packs", json_integer(lot->pack_count));
	tell(out, "gone", json_integer(lot->gone_count));
	return out;
}

static enum err lot_steps(struct reader *reader, const struct table *table, const struct lot *lot,
	json_t *steps, struct fault *fault)
{
	const struct {
		const char *what;
		uint64_t at;
	} rows[] = {
		{"lot opened", lot->opened_at},
		{"lot closed", lot->closed_at},
		{"lot released", lot->released_at},
		{"lot withdrawn", lot->withdrawn_at},
	};
	enum err err = OK;
	for (size_t i = 0; !err && i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].at)
			err = ledger_step(
				reader, table, steps, rows[i].what, rows[i].at, lot->member, fault);
	return err;
}

/* Another's change of the pack: what, and on which day. */
static void others_step(const struct check *check, const char *what, json_t *steps)
{
	char day[CIVIL_DAY_SIZE];
	json_t *step = json_object();
	civil_print_day(check->verdict.change_day, day);
	tell(step, "source", json_string("ledger"));
	tell(step, "what", json_string(what));
	tell(step, "time", json_string(day));
	if (check->verdict.alert)
		tell(step, "alert", json_integer(check->verdict.alert));
	(void)json_array_append_new(steps, step);
}

static enum err pack_steps(struct reader *reader, const struct table *table,
	const struct pepper_key *keys, size_t key_count, const struct lot *lot,
	const struct check *check, json_t *steps, struct fault *fault)
{
	for (size_t i = 0; i < key_count; i++) {
		struct pack pack;
		char what[64];
		if (keys[i].year != lot->pepper_year)
			continue;
		enum err err = pack_get(table, lot->id, keys[i].key, &pack, fault);
		if (err == ERR_NOT_FOUND)
			return OK;
		if (err || !pack.touched)
			return err;
		(void)snprintf(what, sizeof what, "pack %s%s", pack_state_word(pack.state),
			pack.undone ? " again: the change before was undone" : "");
		if (check->verdict.is_own || check->change_by[0])
			return ledger_step(reader, table, steps, what, pack.at, pack.member, fault);
		if (check->verdict.has_change)
			others_step(check, what, steps);
		return OK;
	}
	return OK;
}

/* ---- what the own view knows ---- */

/* Events told so far by their hashes: one is found by the pack and again by its case. */
struct told {
	json_t *steps;
	struct buf hashes;
};

static bool is_told(struct told *told, const uint8_t hash[HASH_SIZE])
{
	for (size_t i = 0; i < told->hashes.size; i += HASH_SIZE)
		if (!memcmp(told->hashes.at + i, hash, HASH_SIZE))
			return true;
	buf_put(&told->hashes, span_of(hash, HASH_SIZE));
	return false;
}

static enum err view_step(void *self, const struct view_event *event, struct fault *fault)
{
	struct told *told = self;
	uint8_t name[HASH_SIZE];
	/* A declaration has the hash of what it declares wrong, and is told beside it. */
	memcpy(name, event->hash, sizeof name);
	name[0] ^= event->is_declared;
	if (is_told(told, name))
		return OK;
	json_t *step = json_object();
	json_t *json = json_loadb(
		(const char *)event->json.at, event->json.size, JSON_REJECT_DUPLICATES, NULL);
	(void)fault;
	tell(step, "source", json_string("view"));
	tell(step, "what",
		json_sprintf("%.*s%s", (int)event->biz_step.size, (const char *)event->biz_step.at,
			event->is_declared ? ", declared wrong" : ""));
	tell_time(step, "time", event->time_ms);
	if (event->is_received)
		tell(step, "by", json_string(event->from));
	tell_count(step, "position", event->position);
	/* A commissioning names thousands of others: the list is not this pack's story. */
	if (json) {
		(void)json_object_del(json, "epcList");
		(void)json_object_del(json, "childEPCs");
		tell(step, "event", json);
	}
	(void)json_array_append_new(told->steps, step);
	return OK;
}

static int step_order(const void *a, const void *b)
{
	const char *one = json_string_value(json_object_get(*(json_t *const *)a, "time"));
	const char *other = json_string_value(json_object_get(*(json_t *const *)b, "time"));
	int order = strcmp(one ? one : "", other ? other : "");
	if (order)
		return order;
	return (json_integer_value(json_object_get(*(json_t *const *)a, "position")) >
		       json_integer_value(json_object_get(*(json_t *const *)b, "position"))) -
	       (json_integer_value(json_object_get(*(json_t *const *)a, "position")) <
		       json_integer_value(json_object_get(*(json_t *const *)b, "position")));
}

static json_t *sorted(json_t *steps)
{
	size_t count = json_array_size(steps);
	json_t **list = calloc(count + 1, sizeof *list);
	json_t *out = json_array();
	if (!list || !out) {
		free(list);
		json_decref(out);
		return steps;
	}
	for (size_t i = 0; i < count; i++)
		list[i] = json_array_get(steps, i);
	qsort(list, count, sizeof *list, step_order);
	for (size_t i = 0; i < count; i++)
		(void)json_array_append(out, list[i]);
	free(list);
	json_decref(steps);
	return out;
}

static enum err view_steps(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, json_t *steps, struct fault *fault)
{
	struct told told = {.steps = steps};
	struct view_event_sink sink = {&told, view_step};
	struct buf epc;
	enum err err = OK;
	if (!party || !scanned->pack.has_serial)
		return OK;
	buf_init(&told.hashes, TOLD_MAX);
	buf_init(&epc, 4096);
	gs1_link_put_pack(
		&epc, scanned->pack.gtin, span_of(NULL, 0), span_text(scanned->pack.serial));
	for (int level = 0; level < PARENTS_MAX; level++) {
		struct buf parent;
		buf_init(&parent, 4096);
		err = view_events_of_epc(view, party->name, buf_span(&epc), &sink, fault);
		if (!err)
			err = view_parent(view, party->name, buf_span(&epc), &parent, fault);
		buf_close(&epc);
		epc = parent;
		if (err)
			break;
	}
	buf_close(&told.hashes);
	buf_close(&epc);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err trace_state(struct desk *desk, struct reader *reader,
	const struct snapshot *snapshot, struct check *check, json_t *out, json_t *steps,
	struct fault *fault)
{
	struct pepper_key keys[DESK_PEPPERS_MAX];
	size_t key_count = 0;
	struct lot lot;
	enum err err =
		scanned_keys(desk, snapshot->table, &check->scanned, keys, &key_count, fault);
	if (!err)
		err = lot_get(snapshot->table, check->scanned.gtin,
			span_text(check->scanned.pack.lot), &lot, fault);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (!err) {
		tell(out, "lot", lot_json(&lot));
		err = lot_steps(reader, snapshot->table, &lot, steps, fault);
	}
	if (!err)
		err = pack_steps(
			reader, snapshot->table, keys, key_count, &lot, check, steps, fault);
	if (!err && check->verdict.has_recall) {
		struct recall recall;
		err = recall_get(snapshot->table, check->verdict.recall_id, &recall, fault);
		if (!err)
			err = ledger_step(reader, snapshot->table, steps, "recall issued",
				recall.issued_at, recall.member, fault);
	}
	return err;
}

static enum err trace_ledger(struct desk *desk, struct view *view, const struct desk_party *party,
	struct check *check, json_t *answer, json_t *steps, struct fault *fault)
{
	struct desk_moment moment;
	enum err err = desk_begin(desk, &moment, fault);
	if (!err)
		err = check_facts(desk, view, &moment.snapshot, party, check, fault);
	if (!err)
		err = trace_state(
			desk, moment.reader, &moment.snapshot, check, answer, steps, fault);
	desk_end(desk, &moment);
	return err;
}

enum err trace_pack(struct desk *desk, struct view *view, const struct desk_party *party,
	struct span scan, json_t **out, struct fault *fault)
{
	struct check check = {0};
	json_t *answer = json_object();
	json_t *steps = json_array();
	enum err err = scanned_read(scan, &check.scanned, fault);
	if (!err)
		err = trace_ledger(desk, view, party, &check, answer, steps, fault);
	if (!err)
		err = view_steps(view, party, &check.scanned, steps, fault);
	if (err) {
		json_decref(answer);
		json_decref(steps);
		return err;
	}
	tell(answer, "verdict", check_json(&check));
	tell(answer, "steps", sorted(steps));
	*out = answer;
	return OK;
}
