/* What a person does about the pack in hand: codes, permission, the statement. */
#include "scanners/station/station_parts.h"

#include <stdio.h>

#define BODY_MAX   BENCH_BODY_MAX
#define REASON_MAX 32

static const struct {
	const char *code;
	const char *text;
} acts[] = {
#define X(name, code, text) [name] = {code, text},
	BENCH_ACT_LIST(X)
#undef X
};

static bool is_undoing(enum bench_act act)
{
	return act == BENCH_UNDO || act == BENCH_RETURN;
}

/* Acts that nothing at the bench can take back. */
static bool needs_twice(enum bench_act act)
{
	return act == BENCH_DESTROY || act == BENCH_STOLEN;
}

/* Supply, export and sample want a pack that nothing speaks against. */
static bool is_barred(const struct bench_verdict *verdict, enum bench_act act)
{
	if (act == BENCH_DESTROY || act == BENCH_LOCK || act == BENCH_STOLEN || is_undoing(act))
		return false;
	return verdict->colour == BENCH_RED ||
	       (verdict->colour == BENCH_AMBER && !verdict->is_uncertain);
}

/* Whether the act may go on; else says why not. */
static bool permits(struct station *station, enum bench_act act, const char *reason)
{
	if (!station->has_verdict || (station->is_done && !is_undoing(act))) {
		station_note(station, SHOWN_NOTE, "scan the pack first");
		return false;
	}
	if (!station->verdict.is_pack) {
		station_note(station, SHOWN_NOTE,
			"this code is of no single pack: scan the code on a pack");
		return false;
	}
	if (!reason && is_barred(&station->verdict, act)) {
		station_note(station, SHOWN_NOTE,
			"%s: not %s. If you must, scan an override code with your reason",
			station->verdict.word, acts[act].text);
		return false;
	}
	if (needs_twice(act) && !(station->is_armed && station->armed_act == act)) {
		station->is_armed = true;
		station->armed_act = act;
		station_note(station, SHOWN_NOTE, "scan %s again to confirm", acts[act].code);
		return false;
	}
	return true;
}

/* Signs and keeps what the bench worded. */
static enum err save(struct station *station, enum bench_act act,
	const struct bench_statement *worded, const uint8_t secret[BENCH_SECRET_SIZE],
	struct fault *fault)
{
	const struct station_options *options = &station->options;
	struct buf bytes;
	int64_t now = env_now_ms(options->env);
	struct outbox_item item = {.act = act, .saved_ms = now, .scan = held_span(&station->scan)};
	struct statement statement = {
		.envelope = {.type = SIGNED_STATEMENT,
			.kid = span_of(options->kid, KID_SIZE),
			.issuer = options->issuer,
			.subject = span_text(worded->word),
			.origin = options->origin},
		.kind = worded->kind,
		.not_after_ms = now + STATION_NOT_AFTER_MS,
		.body = buf_span(worded->body),
	};
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	enum err err = outbox_sequence(options->outbox, &item.sequence, fault);
	statement.sequence = item.sequence;
	if (!err)
		err = statement_encode(&statement, &options->signer, &bytes, fault);
	if (!err) {
		item.statement = buf_span(&bytes);
		statement_entry(item.statement, item.entry);
		memcpy(item.pack, station->pack, sizeof item.pack);
		if (!is_undoing(act))
			memcpy(item.secret, secret, sizeof item.secret);
		err = outbox_put(options->outbox, &item, fault);
	}
	secret_wipe(item.secret, sizeof item.secret);
	buf_close(&bytes);
	return err;
}

/* The lot's year: as just told, or as told when this lot was last seen. */
static enum err find_year(struct station *station, uint16_t *year, struct fault *fault)
{
	*year = station->verdict.year;
	return *year ? OK : outbox_lot_get(station->options.outbox, station->lot, year, fault);
}

static enum err state(struct station *station, enum bench_act act, const char *reason,
	uint8_t *secret, struct bench_history *history, struct fault *fault)
{
	const struct bench *bench = station->options.bench;
	uint8_t memory[BODY_MAX];
	struct buf body;
	struct bench_order order = {
		.act = act,
		.scan = held_span(&station->scan),
		.reason = reason,
		.now_ms = env_now_ms(station->options.env),
		.history = history,
		.secret = secret,
	};
	struct bench_statement worded = {.body = &body};
	buf_over(&body, memory, sizeof memory);
	env_random(station->options.env, secret, BENCH_SECRET_SIZE);
	enum err err = bench->name(bench->self, order.scan, station->pack, station->lot, fault);
	if (!err)
		err = outbox_history(station->options.outbox, station->pack, history, fault);
	if (!err && is_undoing(act) && (!history->is_there || is_undoing(history->act)))
		err = fault_set(fault, ERR_USAGE, 0, 0,
			"this station stated nothing about this pack that could be undone");
	if (!err)
		err = find_year(station, &order.year, fault);
	if (!err)
		err = bench->compose(bench->self, &order, &worded, fault);
	if (!err && body.err)
		err = fault_set(fault, body.err, 0, 0, "the statement does not fit");
	if (!err)
		err = save(station, act, &worded, secret, fault);
	secret_wipe(memory, sizeof memory);
	return err;
}

void station_act(struct station *station, enum bench_act act, const char *reason)
{
	struct fault fault = {0};
	if (!permits(station, act, reason))
		return;
	struct {
		uint8_t secret[BENCH_SECRET_SIZE];
		struct bench_history history;
	} *held = secret_new(sizeof *held);
	enum err err = held ? state(station, act, reason, held->secret, &held->history, &fault)
			    : fault_set(&fault, ERR_MEMORY, 0, 0, "no memory for secrets");
	secret_free(held);
	station->unsaved += err && err != ERR_USAGE;
	if (err) {
		station_note(station, err == ERR_USAGE ? SHOWN_NOTE : SHOWN_FAULT, "not saved: %s",
			fault.text);
		return;
	}
	station->is_done = true;
	station->is_armed = false;
	struct shown shown = {.type = SHOWN_SAVED, .act = act, .product = station->verdict.product};
	station_show(station, &shown);
	station_post(station);
}

static void set_mode(struct station *station, struct span word)
{
	static const struct {
		const char *code;
		enum station_mode mode;
	} modes[] = {
		{"CHECK", STATION_MODE_CHECK},
		{"SUPPLY", STATION_MODE_SUPPLY},
		{"RECEIVE", STATION_MODE_RECEIVE},
	};
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
		if (span_is(word, modes[i].code)) {
			station->mode = modes[i].mode;
			station->has_verdict = false;
			station_note(
				station, SHOWN_MODE, "mode %s", station_mode_word(station->mode));
			return;
		}
	station_note(station, SHOWN_NOTE, "there is no such mode: CHECK, SUPPLY or RECEIVE");
}

static bool takes_prefix(struct span *code, const char *prefix)
{
	size_t size = strlen(prefix);
	if (code->size < size || memcmp(code->at, prefix, size) != 0)
		return false;
	*code = span_cut(*code, size, code->size);
	return true;
}

void station_control(struct station *station, struct span code)
{
	if (takes_prefix(&code, "MODE:")) {
		set_mode(station, code);
		return;
	}
	if (takes_prefix(&code, "OVERRIDE:")) {
		char reason[REASON_MAX + 1];
		(void)snprintf(
			reason, sizeof reason, "%.*s", (int)code.size, (const char *)code.at);
		station_act(station, BENCH_SUPPLY, reason);
		return;
	}
	if (span_is(code, "STATUS")) {
		struct shown shown = {.type = SHOWN_STATUS, .mode = station->mode};
		station_show(station, &shown);
		return;
	}
	for (size_t i = 0; i < BENCH_ACT_COUNT; i++)
		if (span_is(code, acts[i].code)) {
			station_act(station, (enum bench_act)i, NULL);
			return;
		}
	station_note(station, SHOWN_NOTE,
		"this control code is not known: print a new card for the bench");
}
