#include "appliance/cli/station_bench.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/opener.h"
#include "appliance/view/scanned.h"
#include "ledger/base/utf8.h"

#include <jansson.h>
#include <stdio.h>
#include <strings.h>

#define ITEMS_ROOM 128
#define DAY_MS     86400000

/* Kind of an act, and the verdict about a pack to which this station did it. */
static const struct {
	uint16_t kind;
	enum verdict_word verdict;
} acts[] = {
	[BENCH_SUPPLY] = {KIND_SUPPLY, VERDICT_ALREADY_SUPPLIED},
	[BENCH_DESTROY] = {KIND_DESTROY, VERDICT_DESTROYED},
	[BENCH_EXPORT] = {KIND_EXPORT, VERDICT_EXPORTED},
	[BENCH_SAMPLE] = {KIND_SAMPLE, VERDICT_SAMPLED},
	[BENCH_LOCK] = {KIND_LOCK, VERDICT_LOCKED},
	[BENCH_STOLEN] = {KIND_STOLEN, VERDICT_STOLEN},
	[BENCH_UNDO] = {KIND_VOID, VERDICT_WORD_END},
	[BENCH_RETURN] = {KIND_RETURN, VERDICT_WORD_END},
};

static bool is_undoing(enum bench_act act)
{
	return act == BENCH_UNDO || act == BENCH_RETURN;
}

/* The pepper of that year. */
static enum err find_pepper(const struct station_bench *self, uint16_t year, const uint8_t **pepper,
	struct fault *fault)
{
	const struct enrolment *enrolment = self->enrolment;
	for (size_t i = enrolment->pepper_count; i > 0; i--)
		if (enrolment->pepper[i - 1].year == year) {
			*pepper = enrolment->pepper[i - 1].pepper;
			return OK;
		}
	return fault_set(fault, ERR_KEY, 0, 0,
		"this pack's lot uses the pepper of %u, which this station does not hold: it comes "
		"by itself when the appliance has it and is reached; else enrol the station again",
		(unsigned)year);
}

/* What a lot has of which nothing is known: next year's pepper is here from November on. */
static const uint8_t *guess_pepper(const struct station_bench *self, int64_t now_ms)
{
	const struct enrolment *enrolment = self->enrolment;
	int32_t year, month, day;
	size_t found = 0;
	civil_from_day((int32_t)(now_ms / DAY_MS), &year, &month, &day);
	for (size_t i = 1; i < enrolment->pepper_count; i++)
		if (enrolment->pepper[i].year <= year)
			found = i;
	return enrolment->pepper[found].pepper;
}

static uint16_t newest(void *self)
{
	const struct enrolment *enrolment = ((struct station_bench *)self)->enrolment;
	return enrolment->pepper[enrolment->pepper_count - 1].year;
}

static enum err learn(
	void *self, uint16_t year, const uint8_t pepper[BENCH_PEPPER_SIZE], struct fault *fault)
{
	struct enrolment *enrolment = ((struct station_bench *)self)->enrolment;
	if (year <= newest(self))
		return OK;
	if (enrolment->pepper_count == ENROLMENT_PEPPERS_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0,
			"this station holds the peppers of %d years: enrol it again",
			ENROLMENT_PEPPERS_MAX);
	enrolment->pepper[enrolment->pepper_count].year = year;
	memcpy(enrolment->pepper[enrolment->pepper_count++].pepper, pepper, PEPPER_SIZE);
	return OK;
}

/* ---- names ---- */

static void hash_name(
	const char *domain, const struct scanned *scanned, uint8_t name[BENCH_PACK_SIZE])
{
	uint8_t memory[128], hash[HASH_SIZE];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	buf_put_text(&buf, domain);
	buf_put_text(&buf, scanned->pack.gtin);
	buf_put_u8(&buf, 0x1d);
	buf_put_text(&buf, scanned->pack.lot);
	hash_sha256(buf_span(&buf), hash);
	memcpy(name, hash, BENCH_PACK_SIZE);
}

/* The first pepper of the enrolment stays the first: a pack keeps its name. */
static enum err name_pack(void *self, struct span scan, uint8_t pack[BENCH_PACK_SIZE],
	uint8_t lot[BENCH_PACK_SIZE], struct fault *fault)
{
	struct scanned scanned;
	const uint8_t *pepper = ((struct station_bench *)self)->enrolment->pepper[0].pepper;
	uint8_t opener[KEY_SIZE];
	enum err err = scanned_read(scan, &scanned, fault);
	if (err)
		return err;
	hash_name("assay/bench-lot/1", &scanned, lot);
	if (scanned.pack.has_serial) {
		opener_make(pepper, scanned.gtin, span_text(scanned.pack.serial), opener);
		opener_key(opener, pack);
	} else {
		hash_name("assay/bench-loose/1", &scanned, pack);
	}
	secret_wipe(opener, sizeof opener);
	return OK;
}

/* ---- judging alone ---- */

static void set_verdict(struct bench_verdict *verdict, enum bench_colour colour, const char *word)
{
	verdict->colour = colour;
	(void)snprintf(verdict->word, sizeof verdict->word, "%s", word);
}

static enum bench_colour colour_of(enum verdict_colour colour)
{
	switch (colour) {
	case VERDICT_GREEN: return BENCH_GREEN;
	case VERDICT_GREY: return BENCH_GREY;
	case VERDICT_AMBER: return BENCH_AMBER;
	case VERDICT_RED: break;
	}
	return BENCH_RED;
}

static void set_row(struct bench_verdict *verdict, enum verdict_word word, const char *sentence)
{
	const struct verdict_row *row = verdict_row(word);
	set_verdict(verdict, colour_of(row->colour), row->text);
	(void)snprintf(verdict->sentence, sizeof verdict->sentence, "%s",
		sentence ? sentence : row->sentence);
}

/* Bytes of the text that fit, with no character cut in two. */
static int fitting(const char *text, size_t max)
{
	return (int)utf8_valid_size(span_cut(span_text(text), 0, max));
}

static void set_product(
	struct bench_verdict *verdict, const char *gtin, const char *lot, const char *expiry)
{
	(void)snprintf(verdict->product, sizeof verdict->product, "%.*s%s%.*s%s%.*s",
		fitting(gtin, 14), gtin, lot[0] ? "  lot " : "", fitting(lot, 20), lot,
		expiry[0] ? "  exp " : "", fitting(expiry, 10), expiry);
}

static void judge_history(const struct bench_history *history, struct bench_verdict *verdict)
{
	char time[CIVIL_TIME_SIZE];
	char sentence[BENCH_SENTENCE_SIZE];
	enum verdict_word word = acts[history->act].verdict;
	civil_print_time(history->saved_ms, time);
	(void)snprintf(sentence, sizeof sentence, "This station itself recorded it on %s: %s%s",
		time, verdict_row(word)->sentence,
		history->is_recorded ? "" : " The ledger will be told when it is reached.");
	set_row(verdict, word, sentence);
}

static void judge(void *self, struct span scan, int64_t now_ms, const struct bench_history *history,
	struct bench_verdict *verdict)
{
	const struct station_bench *bench = self;
	struct scanned scanned;
	struct fault fault = {0};
	char expiry[11];
	enum err err = scanned_read(scan, &scanned, &fault);
	if (err == ERR_RANGE) {
		set_verdict(verdict, BENCH_GREY, "not_a_pack");
		(void)snprintf(verdict->sentence, sizeof verdict->sentence, "%s", fault.text);
		return;
	}
	if (err) {
		set_row(verdict, VERDICT_SCANNER_FAULT, fault.text);
		return;
	}
	verdict->is_pack = true;
	expiry_print(scanned.expiry, expiry);
	set_product(verdict, scanned.pack.gtin, scanned.pack.lot, expiry);
	bool is_known = history->is_there && !is_undoing(history->act) && scanned.pack.has_serial;
	if (is_known)
		judge_history(history, verdict);
	else if (scanned.expiry && zone_day(bench->zone, now_ms) > expiry_day(scanned.expiry))
		set_row(verdict, VERDICT_EXPIRED, NULL);
	else {
		set_row(verdict, VERDICT_STALE,
			"Appliance away: nothing here speaks against this pack, but the ledger "
			"was not asked.");
		verdict->is_uncertain = true;
	}
}

/* ---- the appliance's verdict ---- */

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text ? text : "";
}

/* Words that apply as well are told behind the sentence. */
static void read_sentence(const json_t *answer, struct bench_verdict *verdict)
{
	const json_t *also = json_object_get(answer, "also");
	const json_t *inside = json_object_get(answer, "case_of");
	const json_t *diagnosis = json_object_get(answer, "diagnosis");
	const char *sentence = text_of(diagnosis ? diagnosis : answer, "sentence");
	struct buf buf;
	char memory[BENCH_SENTENCE_SIZE];
	buf_over(&buf, memory, sizeof memory - 1);
	/* What to set at the scanner says more than that it must be set. */
	buf_printf(&buf, diagnosis ? "The scanner changed this code: %.*s." : "%.*s",
		fitting(sentence, 200), sentence);
	if (inside)
		buf_printf(&buf, " This is a case: scan the %d packs inside.",
			(int)json_integer_value(json_object_get(inside, "count")));
	for (size_t i = 0; i < json_array_size(also) && i < 4; i++) {
		const char *word = json_string_value(json_array_get(also, i));
		if (word)
			buf_printf(&buf, "%s%.*s", i ? ", " : " Also: ", fitting(word, 32), word);
	}
	memcpy(verdict->sentence, memory, buf.size);
	verdict->sentence[buf.size] = 0;
}

static enum err read_verdict(
	void *self, struct span json, struct bench_verdict *verdict, struct fault *fault)
{
	const struct verdict_row *row = NULL;
	json_error_t error;
	(void)self;
	json_t *answer =
		json_loadb((const char *)json.at, json.size, JSON_REJECT_DUPLICATES, &error);
	if (!answer)
		return fault_set(
			fault, ERR_FORMAT, (size_t)error.position, 0, "not JSON: %s", error.text);
	const char *word = text_of(answer, "verdict");
	const char *colour = text_of(answer, "colour");
	for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++)
		if (!strcmp(row->text, word))
			break;
	/* A newer appliance may have words that this program lacks: the colour says enough. */
	int found = -1;
	for (int i = VERDICT_GREEN; i <= VERDICT_RED; i++)
		if (!strcmp(verdict_colour_word((enum verdict_colour)i), colour))
			found = i;
	if (found < 0 || !word[0] || strlen(word) >= BENCH_WORD_SIZE) {
		json_decref(answer);
		return fault_set(fault, ERR_FORMAT, 0, 0, "a verdict without word and colour");
	}
	const json_t *product = json_object_get(answer, "product");
	set_verdict(verdict, colour_of((enum verdict_colour)found), word);
	verdict->is_pack = !json_object_get(answer, "case_of");
	verdict->is_uncertain = row && row->word == VERDICT_STALE;
	set_product(verdict, text_of(product, "gtin"), text_of(product, "lot"),
		text_of(product, "expiry"));
	read_sentence(answer, verdict);
	json_decref(answer);
	return OK;
}

/* ---- statements ---- */

static enum err find_reason(const char *word, uint8_t *reason, struct fault *fault)
{
	static const struct {
		uint8_t code;
		const char *word;
	} reasons[] = {
#define X(name, code, word, text) {code, word},
		OVERRIDE_LIST(X)
#undef X
	};
	*reason = 0;
	if (!word)
		return OK;
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (!strcasecmp(word, reasons[i].word)) {
			*reason = reasons[i].code;
			return OK;
		}
	return fault_set(fault, ERR_USAGE, 0, 0,
		"%.32s is no reason: clinical, inspected, maker, authority or own_record", word);
}

static enum err compose_change(const struct scanned *scanned, const struct bench_order *order,
	const uint8_t opener[KEY_SIZE], union kind_body *body, struct buf *items,
	struct fault *fault)
{
	uint8_t mark[HASH_SIZE];
	body->change.gtin = scanned->gtin;
	body->change.lot = span_text(scanned->pack.lot);
	enum err err = find_reason(order->reason, &body->change.reason, fault);
	if (err)
		return err;
	if (!scanned->pack.has_serial) {
		if (order->act != BENCH_SUPPLY)
			return fault_set(fault, ERR_FORMAT, 0, 0,
				"this pack has no number of its own: it can be supplied, nothing "
				"else");
		body->change.loose = 1;
		return OK;
	}
	hash_sha256(span_of(order->secret, BENCH_SECRET_SIZE), mark);
	element_put(items, opener, mark, 0);
	body->change.elements = (struct elements){.items = buf_span(items), .count = 1};
	return OK;
}

static enum err compose_undo(const struct scanned *scanned, const struct bench_order *order,
	const uint8_t opener[KEY_SIZE], union kind_body *body, struct buf *items,
	struct fault *fault)
{
	const struct bench_history *history = order->history;
	bool is_void = order->act == BENCH_UNDO;
	if (!scanned->pack.has_serial)
		return fault_set(fault, ERR_USAGE, 0, 0,
			"a pack without a number of its own cannot be told from others: its supply "
			"cannot be undone");
	if (history->act == BENCH_DESTROY || history->act == BENCH_STOLEN)
		return fault_set(fault, ERR_USAGE, 0, 0,
			"undoing this needs a second person's signature: do it at the appliance");
	element_put(items, opener, history->secret, 0);
	body->undo = (struct undo_body){
		.gtin = scanned->gtin,
		.lot = span_text(scanned->pack.lot),
		.elements = {.items = buf_span(items), .count = 1},
		.entry = is_void ? span_of(history->entry, ENTRY_SIZE) : span_of(NULL, 0),
		.never_left = !is_void,
	};
	return OK;
}

static enum err compose(void *self, const struct bench_order *order,
	struct bench_statement *statement, struct fault *fault)
{
	struct scanned scanned;
	const uint8_t *pepper = guess_pepper(self, order->now_ms);
	const struct kind *kind = kind_find(acts[order->act].kind);
	uint8_t opener[KEY_SIZE] = {0}, memory[ITEMS_ROOM];
	union kind_body body = {0};
	struct buf items;
	buf_over(&items, memory, sizeof memory);
	enum err err = scanned_read(order->scan, &scanned, fault);
	if (!err && !scanned.pack.has_lot)
		err = fault_set(fault, ERR_FORMAT, 0, 0,
			"the scan has no lot (AI 10): scan the square code on the pack");
	if (!err && order->year)
		err = find_pepper(self, order->year, &pepper, fault);
	if (err)
		return err;
	if (scanned.pack.has_serial)
		opener_make(pepper, scanned.gtin, span_text(scanned.pack.serial), opener);
	err = is_undoing(order->act)
		      ? compose_undo(&scanned, order, opener, &body, &items, fault)
		      : compose_change(&scanned, order, opener, &body, &items, fault);
	if (!err && items.err)
		err = fault_set(fault, items.err, 0, 0, "no room for the pack");
	if (!err) {
		kind->encode(&body, statement->body);
		statement->kind = kind->number;
		statement->word = kind->word;
	}
	secret_wipe(memory, sizeof memory);
	secret_wipe(opener, sizeof opener);
	return err;
}

struct bench station_bench(struct station_bench *self)
{
	return (struct bench){.self = self,
		.name = name_pack,
		.judge = judge,
		.read = read_verdict,
		.compose = compose,
		.newest = newest,
		.learn = learn};
}
