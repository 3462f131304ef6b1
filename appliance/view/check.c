#include "appliance/view/check.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/opener.h"
#include "appliance/view/asker.h"
#include "appliance/view/green.h"
#include "appliance/view/quarantine.h"
#include "appliance/view/tell.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdio.h>
#include <stdlib.h>

/* An authority sees who changed the pack, when and where on the ledger; others their own changes
 * only (RULES section 4, "Double supply"). */
static enum err show_change(const struct table *table, const struct pack_facts *facts,
	const struct asker *asker, struct check *check, struct fault *fault)
{
	struct member member;
	if (!asker->is_authority || !check->verdict.has_change || !facts->pack_known)
		return OK;
	enum err err = member_at(table, facts->pack.member, &member, fault);
	if (err)
		return err;
	check->verdict.change_s = facts->pack.s;
	check->verdict.change_at = facts->pack.at;
	memcpy(check->change_by, member.name, sizeof member.name);
	return OK;
}

static bool is_damaged(const struct check *check)
{
	return !check->diagnosis.fits && check->diagnosis.damage != GS1_DAMAGE_NONE;
}

static enum err read_zone(const struct table *table, struct check *check, struct fault *fault)
{
	struct span zone;
	enum err err = members_zone(table, &zone, fault);
	return err ? err : zone_parse(zone, &check->zone, fault);
}

/* What only the asker's own side knows. */
static enum err ask_own_side(struct desk *desk, struct view *view, const struct desk_party *party,
	struct check *check, struct facts_asker *asker, struct fault *fault)
{
	asker->scanner_fault = is_damaged(check);
	check->is_aside = false;
	if (!party)
		return OK;
	asker->short_dated_days = desk_short_dated_days(desk);
	enum err err = view ? quarantine_find(view, party, &check->scanned, &check->aside, fault)
			    : ERR_NOT_FOUND;
	check->is_aside = asker->quarantined = !err;
	return err == ERR_NOT_FOUND ? OK : err;
}

static void tell_days_left(const struct pack_facts *facts, struct check *check)
{
	if (!verdict_has(&check->verdict, VERDICT_SHORT_DATED))
		return;
	check->days_left = expiry_day(check->verdict.expiry) - facts->today;
	check->warn_days = facts->short_dated_days;
}

enum err check_facts(struct desk *desk, struct view *view, const struct snapshot *snapshot,
	const struct desk_party *party, struct check *check, struct fault *fault)
{
	struct pepper_key keys[DESK_PEPPERS_MAX];
	struct facts_scan scan = {
		.gtin = check->scanned.gtin,
		.lot = span_text(check->scanned.pack.lot),
		.expiry = check->scanned.expiry,
		.keys = keys,
	};
	struct asker asker;
	struct pack_facts facts;
	int64_t clock = env_now_ms(desk_env(desk));
	enum err err = read_zone(snapshot->table, check, fault);
	if (!err)
		err = asker_find(snapshot->table, view, party, &asker, fault);
	if (!err)
		err = ask_own_side(desk, view, party, check, &asker.facts, fault);
	if (!err)
		err = scanned_keys(
			desk, snapshot->table, &check->scanned, keys, &scan.key_count, fault);
	struct facts_time time = {
		.zone = check->zone,
		/* An idle ledger's time stands still; a pack expires all the same. */
		.now_ms = clock > snapshot->time_ms ? clock : snapshot->time_ms,
		.applied_size = snapshot->applied_size,
		.final_size = snapshot->final_size,
		.final_age_ms = snapshot->age_ms,
	};
	if (!err)
		err = facts_read(snapshot->table, &scan, &asker.facts, &time, &facts, fault);
	if (!err && asker.has_party && facts.pack.touched)
		err = key_is_of(snapshot->table, &asker.party, facts.pack.key_index,
			&facts.is_by_own_party, fault);
	if (!err)
		verdict_judge(&facts, check->zone, &check->verdict);
	if (!err)
		tell_days_left(&facts, check);
	check->time_ms = snapshot->time_ms;
	return err ? err : show_change(snapshot->table, &facts, &asker, check, fault);
}

/* What the check states: the gravest word that is not the asker's own business. Its quarantine and
 * the days it wants say nothing about the pack, and are for nobody else. */
static enum verdict_word stated_word(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->part_count; i++) {
		enum verdict_word word = verdict->parts[i].word;
		if (word != VERDICT_QUARANTINED && word != VERDICT_SHORT_DATED)
			return word;
	}
	return VERDICT_WORD_END;
}

/* Amber and red checks are statements; the pack's key goes in the open, never its serial. */
static enum err record_check(struct desk *desk, const struct desk_party *party,
	const struct snapshot *snapshot, struct check *check, struct buf *body, struct fault *fault)
{
	const struct kind *kind = kind_find(KIND_CHECK_ALERT);
	union kind_body said = {.check_alert = {
					.gtin = check->scanned.gtin,
					.lot = span_text(check->scanned.pack.lot),
					.verdict = (uint8_t)stated_word(&check->verdict),
					.expiry = check->scanned.expiry,
				}};
	uint8_t opener[KEY_SIZE];
	uint8_t key[KEY_SIZE];
	(void)party;
	if (check->scanned.pack.has_serial) {
		enum err err =
			scanned_opener(desk, snapshot->table, &check->scanned, opener, fault);
		if (err)
			return err;
		opener_key(opener, key);
		said.check_alert.key = span_of(key, sizeof key);
	}
	kind->encode(&said, body);
	return OK;
}

static bool is_to_record(const struct check *check)
{
	const struct verdict_row *row = verdict_row(stated_word(&check->verdict));
	if (!row || (is_damaged(check) && !check->diagnosis.has_repair))
		return false;
	return row->alert != 0 && (row->colour == VERDICT_RED || row->colour == VERDICT_AMBER);
}

static enum err state_check(struct desk *desk, const struct desk_party *party, struct span body,
	uint64_t sequence, struct check *check, struct fault *fault)
{
	const struct kind *kind = kind_find(KIND_CHECK_ALERT);
	struct desk_statement statement = {.party = party,
		.kind = kind->number,
		.word = kind->word,
		.body = body,
		.sequence = sequence};
	enum err err = desk_state(desk, &statement, &check->stated, fault);
	check->is_recorded = !err;
	if (!err)
		check->alert = check->stated.outcome.alert;
	return err;
}

/* What cannot be read, but bears the marks of a mis-set scanner, is no error: that is the verdict.
 * If it can be told what was scanned, that is judged as well. */
static enum err read_scan(struct span scan, struct check *out, struct fault *fault)
{
	enum err err = scanned_read(scan, &out->scanned, fault);
	if (err != ERR_FORMAT)
		return err;
	gs1_diagnose(scan, NULL, &out->diagnosis);
	if (!is_damaged(out))
		return err;
	struct span repair = span_of(out->diagnosis.repair, out->diagnosis.repair_size);
	return out->diagnosis.has_repair ? scanned_read(repair, &out->scanned, fault) : OK;
}

/* Words that a changed lot or number would cause. */
static bool may_be_damage(const struct verdict *verdict)
{
	return verdict_has(verdict, VERDICT_UNKNOWN_SERIAL) ||
	       verdict_has(verdict, VERDICT_LOT_MISMATCH) ||
	       verdict_has(verdict, VERDICT_EXPIRY_MISMATCH) ||
	       verdict_has(verdict, VERDICT_UNKNOWN_LOT) ||
	       verdict_has(verdict, VERDICT_NOT_COVERED);
}

/* What was scanned, if that can be told. */
static enum err read_repair(struct check *out, struct fault *fault)
{
	struct span repair = span_of(out->diagnosis.repair, out->diagnosis.repair_size);
	return out->diagnosis.has_repair ? scanned_read(repair, &out->scanned, fault) : OK;
}

/* Of several ways to undo the damage the ledger may know the one. */
static enum err try_known(struct desk *desk, const struct snapshot *snapshot, struct span scan,
	struct check *out, struct fault *fault)
{
	enum err err = diagnosed_unread(desk, snapshot->table, scan, &out->diagnosis, fault);
	return err ? err : read_repair(out, fault);
}

static enum err judge_scan(struct desk *desk, struct view *view, const struct snapshot *snapshot,
	const struct desk_party *party, struct span scan, struct check *out, struct fault *fault)
{
	enum err err = OK;
	if (is_damaged(out) && !out->diagnosis.has_repair)
		err = try_known(desk, snapshot, scan, out, fault);
	if (err)
		return err;
	if (is_damaged(out) && !out->diagnosis.has_repair) {
		out->verdict = (struct verdict){.part_count = 1, .action = ACTION_CHECK};
		out->verdict.parts[0].word = VERDICT_SCANNER_FAULT;
		out->verdict.applied_size = snapshot->applied_size;
		out->verdict.final_size = snapshot->final_size;
		out->verdict.final_age_ms = snapshot->age_ms;
		out->time_ms = snapshot->time_ms;
		return read_zone(snapshot->table, out, fault);
	}
	err = check_facts(desk, view, snapshot, party, out, fault);
	if (err || is_damaged(out) || !may_be_damage(&out->verdict))
		return err;
	err = diagnosed_known(desk, snapshot->table, scan, &out->diagnosis, fault);
	if (err || !is_damaged(out))
		return err;
	err = read_repair(out, fault);
	return err ? err : check_facts(desk, view, snapshot, party, out, fault);
}

static enum verdict_colour colour_of(const struct check *check)
{
	return verdict_row(verdict_word(&check->verdict))->colour;
}

/* K in the open, never the serial; within the snapshot. */
static enum err record_green(struct desk *desk, const struct snapshot *snapshot,
	const struct check *check, struct buf *record, struct fault *fault)
{
	uint8_t opener[KEY_SIZE];
	uint8_t key[KEY_SIZE];
	bool has_key = check->scanned.pack.has_serial;
	if (has_key) {
		enum err err =
			scanned_opener(desk, snapshot->table, &check->scanned, opener, fault);
		if (err)
			return err;
		opener_key(opener, key);
	}
	green_record_put(check, has_key ? key : NULL, env_now_ms(desk_env(desk)), record);
	return OK;
}

/* One count and, of a green check, its record, in one step. */
static enum err count_check(struct desk *desk, struct view *view, const struct desk_party *party,
	const struct check *check, struct span record, struct fault *fault)
{
	int32_t day = zone_day(check->zone, env_now_ms(desk_env(desk)));
	enum err err = view_begin_light(view, fault);
	if (err)
		return err;
	err = view_check_count(
		view, party->name, day, verdict_colour_word(colour_of(check)), fault);
	if (!err && record.size)
		err = view_green_add(view, party->name, day, record, fault);
	if (!err)
		return view_commit_light(view, fault);
	view_rollback_light(view);
	return err;
}

enum err check_scan(struct desk *desk, struct view *view, const struct desk_party *party,
	const struct checking *checking, struct check *out, struct fault *fault)
{
	struct desk_moment moment;
	uint8_t memory[256];
	uint8_t record_memory[256];
	struct buf body;
	struct buf record; /* of a green check; empty: it is none */
	bool records = false;
	buf_over(&body, memory, sizeof memory);
	buf_over(&record, record_memory, sizeof record_memory);
	*out = (struct check){0};
	enum err err = read_scan(checking->scan, out, fault);
	if (err)
		return err;
	err = desk_begin(desk, &moment, fault);
	if (!err)
		err = judge_scan(desk, view, &moment.snapshot, party, checking->scan, out, fault);
	records = !err && party && checking->record && is_to_record(out);
	if (records)
		err = record_check(desk, party, &moment.snapshot, out, &body, fault);
	if (!err && party && checking->is_counted && colour_of(out) == VERDICT_GREEN)
		err = record_green(desk, &moment.snapshot, out, &record, fault);
	desk_end(desk, &moment);
	if (!err && records)
		err = state_check(desk, party, buf_span(&body), checking->sequence, out, fault);
	if (!err && party && checking->is_counted)
		err = count_check(desk, view, party, out, buf_span(&record), fault);
	return err;
}

static json_t *product_json(const struct check *check)
{
	const struct gs1_pack *pack = &check->scanned.pack;
	char expiry[11];
	json_t *product = json_object();
	expiry_print(check->scanned.expiry, expiry);
	tell(product, "gtin", pack->gtin[0] ? json_string(pack->gtin) : json_null());
	if (pack->has_lot)
		tell(product, "lot", json_string(pack->lot));
	if (expiry[0])
		tell(product, "expiry", json_string(expiry));
	tell(product, "serial_read", json_boolean(pack->has_serial));
	return product;
}

/* What the verdict rests on. Of another's change day and alert number only, but to authorities. */
static json_t *evidence_json(const struct check *check)
{
	const struct verdict *verdict = &check->verdict;
	json_t *evidence = json_object();
	char time[CIVIL_TIME_SIZE];
	char day[CIVIL_DAY_SIZE];
	tell_count(evidence, "applied", verdict->applied_size);
	tell_count(evidence, "final", verdict->final_size);
	civil_print_time(check->time_ms, time);
	tell(evidence, "ledger_time", json_string(time));
	tell(evidence, "age_ms", json_integer((json_int_t)verdict->final_age_ms));
	if (verdict->parts[0].at)
		tell_count(evidence, "rests_on", verdict->parts[0].at);
	if (verdict->parts[0].pending)
		tell(evidence, "pending", json_true());
	if (verdict->has_change) {
		json_t *change = json_object();
		civil_print_day(verdict->change_day, day);
		tell(change, "day", json_string(day));
		tell(change, "own", json_boolean(verdict->is_own));
		if (check->change_by[0])
			tell(change, "by", json_string(check->change_by));
		if (verdict->is_own || check->change_by[0]) {
			civil_print_time(verdict->change_s * 1000, time);
			tell(change, "time", json_string(time));
			tell_count(change, "position", verdict->change_at);
		}
		tell(evidence, "change", change);
	}
	if (verdict->alert)
		tell(evidence, "alert", json_integer(verdict->alert));
	if (verdict->remaining)
		tell(evidence, "remaining", json_integer(verdict->remaining));
	if (verdict->has_recall) {
		char id[2 * RECALL_ID_SIZE + 1];
		hex_print(span_of(verdict->recall_id, RECALL_ID_SIZE), id);
		tell(evidence, "recall",
			json_pack("{s:s, s:i, s:b}", "id", id, "class", (int)verdict->recall_class,
				"transcribed", verdict->recall_source == RECALL_TRANSCRIBED));
	}
	if (check->is_recorded) {
		char entry[2 * ENTRY_SIZE + 1];
		hex_print(span_of(check->stated.entry, ENTRY_SIZE), entry);
		tell(evidence, "entry", json_string(entry));
		tell_count(evidence, "position", check->stated.position);
	}
	return evidence;
}

static json_t *diagnosis_json(const struct check *check)
{
	const struct gs1_diagnosis *diagnosis = &check->diagnosis;
	json_t *json = json_object();
	tell(json, "damage", json_string(gs1_damage_word(diagnosis->damage)));
	tell(json, "sentence", json_string(diagnosis->sentence));
	tell(json, "repaired", json_boolean(diagnosis->has_repair));
	return json;
}

json_t *check_json(const struct check *check)
{
	const struct verdict *verdict = &check->verdict;
	const struct verdict_row *row = verdict_row(verdict_word(verdict));
	json_t *answer = json_object();
	json_t *also = json_array();
	for (size_t i = 1; i < verdict->part_count; i++)
		(void)json_array_append_new(
			also, json_string(verdict_row(verdict->parts[i].word)->text));
	tell(answer, "verdict", json_string(row->text));
	tell(answer, "colour", json_string(verdict_colour_word(row->colour)));
	tell(answer, "action", json_string(verdict_action_word(verdict->action)));
	tell(answer, "sentence", json_string(row->sentence));
	tell(answer, "nmvs_code", row->nmvs[0] ? json_string(row->nmvs) : json_null());
	tell(answer, "also", also);
	if (is_damaged(check))
		tell(answer, "diagnosis", diagnosis_json(check));
	tell(answer, "product", product_json(check));
	if (verdict->unit) {
		char gtin[24];
		(void)snprintf(gtin, sizeof gtin, "%014llu", (unsigned long long)verdict->unit);
		tell(answer, "case_of",
			json_pack("{s:s, s:i}", "gtin", gtin, "count", (int)verdict->unit_count));
	}
	if (check->is_aside)
		tell(answer, "quarantine", quarantine_json(&check->aside));
	if (verdict_has(verdict, VERDICT_SHORT_DATED))
		tell(answer, "short_dated",
			json_pack("{s:i, s:i}", "days_left", (int)check->days_left, "warn_days",
				(int)check->warn_days));
	tell(answer, "recorded", json_boolean(check->is_recorded));
	if (check->alert)
		tell(answer, "alert", json_string(outcome_word(check->alert)));
	tell(answer, "evidence", evidence_json(check));
	return answer;
}

enum err check_scan_json(struct desk *desk, struct view *view, const struct desk_party *party,
	struct span scan, bool record, struct buf *json, struct fault *fault)
{
	struct check check;
	struct checking checking = {.scan = scan, .record = record, .is_counted = true};
	enum err err = check_scan(desk, view, party, &checking, &check, fault);
	if (err)
		return err;
	json_t *value = check_json(&check);
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
	if (text)
		buf_put_text(json, text);
	else
		err = fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a verdict");
	free(text);
	json_decref(value);
	return err;
}
