#include "scanners/station/station.h"

#include "scanners/station/station_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define CONTROL  "ASSAY:"
#define AIM_SIZE 3 /* "]C0" in front of a code */

static const char *const mode_words[] = {
	[STATION_MODE_CHECK] = "check",
	[STATION_MODE_SUPPLY] = "supply",
	[STATION_MODE_RECEIVE] = "receive",
};

const char *station_mode_word(enum station_mode mode)
{
	return mode_words[mode];
}

enum err station_mode_parse(const char *word, enum station_mode *mode, struct fault *fault)
{
	for (size_t i = 0; i < sizeof mode_words / sizeof mode_words[0]; i++)
		if (!strcmp(word, mode_words[i])) {
			*mode = (enum station_mode)i;
			return OK;
		}
	return fault_set(
		fault, ERR_USAGE, 0, 0, "%.40s is no mode: check, supply or receive", word);
}

int64_t station_steady_ms(const struct station *station)
{
	return env_steady_us(station->options.env) / 1000;
}

void station_show(struct station *station, struct shown *shown)
{
	shown->is_away = station->is_away;
	/* A screen without counts is better than none. */
	if (outbox_count(station->options.outbox, &shown->counts, NULL))
		shown->counts = (struct outbox_counts){0};
	station->options.screen->show(station->options.screen->self, shown);
}

void station_note(struct station *station, enum shown_type type, const char *format, ...)
{
	char text[BENCH_SENTENCE_SIZE];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	struct shown shown = {.type = type, .sentence = span_text(text), .mode = station->mode};
	station_show(station, &shown);
}

void station_tell(struct station *station, enum shown_type type, const char *sentence)
{
	station_note(station, type, "%s", sentence);
}

enum err station_ask(
	struct station *station, struct wire *wire, int64_t wait_ms, struct asked *asked)
{
	wire->request = ++station->request;
	enum err err = station->options.link->send(station->options.link->self, wire, NULL);
	if (err)
		return err;
	*asked = (struct asked){
		.is_open = true,
		.request = wire->request,
		.due_ms = station_steady_ms(station) + wait_ms,
	};
	return OK;
}

void station_heard(struct station *station)
{
	station->ping_after_ms = station_steady_ms(station) + STATION_PING_MS;
	if (!station->is_away)
		return;
	station->is_away = false;
	station->pause_ms = STATION_RETRY_MS;
	station->post_after_ms = 0;
	struct shown shown = {.type = SHOWN_BACK};
	station_show(station, &shown);
}

void station_lost(struct station *station)
{
	station->ping_after_ms = station_steady_ms(station) + STATION_PROBE_MS;
	if (station->is_away)
		return;
	station->is_away = true;
	struct shown shown = {.type = SHOWN_AWAY};
	station_show(station, &shown);
}

/* ---- the pack in hand ---- */

static void show_verdict(struct station *station, bool is_local)
{
	struct shown shown = {
		.type = SHOWN_VERDICT,
		.verdict = &station->verdict,
		.is_local = is_local,
		.scan = held_span(&station->scan),
	};
	station->has_verdict = true;
	station->check.is_open = false;
	station_show(station, &shown);
	if (station->mode == STATION_MODE_SUPPLY && station->verdict.colour == BENCH_GREEN &&
		station->verdict.is_pack)
		station_act(station, BENCH_SUPPLY, NULL);
}

/* What this station itself stated about the pack in hand; empty for what is no pack. */
static void own_history(struct station *station, struct bench_history *history)
{
	const struct bench *bench = station->options.bench;
	struct fault fault;
	*history = (struct bench_history){0};
	if (bench->name(bench->self, held_span(&station->scan), station->pack, station->lot, NULL))
		return;
	if (outbox_history(station->options.outbox, station->pack, history, &fault))
		station_note(station, SHOWN_FAULT, "%s", fault.text);
}

static void judge_alone(struct station *station)
{
	const struct bench *bench = station->options.bench;
	struct bench_history history;
	own_history(station, &history);
	station->verdict = (struct bench_verdict){0};
	bench->judge(bench->self, held_span(&station->scan), env_now_ms(station->options.env),
		&history, &station->verdict);
	secret_wipe(&history, sizeof history);
	show_verdict(station, true);
}

/* The ledger does not know yet what still waits here: the graver answer counts. */
static bool weigh_own(struct station *station, const struct bench_history *history)
{
	const struct bench *bench = station->options.bench;
	struct bench_verdict own = {0};
	if (!history->is_there || (history->is_recorded && !station->is_overtaken))
		return false;
	bench->judge(bench->self, held_span(&station->scan), env_now_ms(station->options.env),
		history, &own);
	if (own.is_uncertain || own.colour <= station->verdict.colour)
		return false;
	own.year = station->verdict.year;
	station->verdict = own;
	return true;
}

static void check_pack(struct station *station, bool is_again)
{
	struct wire wire = {.type = WIRE_CHECK, .scan = held_span(&station->scan)};
	station->is_overtaken = false;
	station->is_asked_twice = is_again;
	if (station->is_away || station_ask(station, &wire, STATION_CHECK_MS, &station->check))
		judge_alone(station);
}

static void take_verdict(struct station *station, const struct wire *answer)
{
	const struct bench *bench = station->options.bench;
	struct bench_verdict verdict = {0};
	struct fault fault;
	if (bench->read(bench->self, answer->json, &verdict, &fault)) {
		station_note(station, SHOWN_FAULT, "the appliance's answer cannot be read: %s",
			fault.text);
		judge_alone(station);
		return;
	}
	struct bench_history history;
	own_history(station, &history);
	/* What this station stated about the pack was recorded while the ledger judged it. */
	bool is_old = station->is_overtaken && history.is_there && history.is_recorded;
	if (is_old && !station->is_asked_twice) {
		secret_wipe(&history, sizeof history);
		check_pack(station, true);
		return;
	}
	verdict.year = answer->year;
	station->verdict = verdict;
	bool is_own = weigh_own(station, &history);
	secret_wipe(&history, sizeof history);
	if (answer->year && verdict.is_pack &&
		outbox_lot_put(station->options.outbox, station->lot, answer->year, &fault))
		station_note(station, SHOWN_FAULT, "%s", fault.text);
	show_verdict(station, is_own);
}

static void receive_goods(struct station *station)
{
	struct wire wire = {.type = WIRE_RECEIVE, .scan = held_span(&station->scan)};
	if (station->is_away || station_ask(station, &wire, STATION_RECEIVE_MS, &station->check))
		station_note(station, SHOWN_NOTE,
			"the appliance is away: put the delivery aside and scan it again when it "
			"is back");
}

static bool control_of(struct span scan, struct span *code)
{
	if (scan.size > AIM_SIZE && scan.at[0] == ']')
		scan = span_cut(scan, AIM_SIZE, scan.size);
	size_t size = sizeof CONTROL - 1;
	if (scan.size <= size || memcmp(scan.at, CONTROL, size) != 0)
		return false;
	*code = span_cut(scan, size, scan.size);
	return true;
}

/* Takes scans from the queue until one waits for an answer. */
static void advance(struct station *station)
{
	while (station->queue_count && !station->check.is_open) {
		struct held_scan *held = &station->queue[station->queue_first];
		struct span code;
		station->queue_first = (station->queue_first + 1) % STATION_QUEUE;
		station->queue_count--;
		if (control_of(held_span(held), &code)) {
			station_control(station, code);
			continue;
		}
		station->scan = *held;
		station->has_verdict = false;
		station->is_done = false;
		station->is_armed = false;
		if (station->mode == STATION_MODE_RECEIVE)
			receive_goods(station);
		else
			check_pack(station, false);
	}
}

void station_scan(struct station *station, struct span scan)
{
	if (!scan.size || scan.size > WIRE_SCAN_MAX) {
		station_note(station, SHOWN_FAULT, "a scan of %zu bytes: at most %d are read",
			scan.size, WIRE_SCAN_MAX);
		return;
	}
	if (station->queue_count == STATION_QUEUE) {
		station_note(station, SHOWN_FAULT,
			"%d scans wait already: this one was not taken, scan it again",
			STATION_QUEUE);
		return;
	}
	size_t at = (station->queue_first + station->queue_count++) % STATION_QUEUE;
	station->queue[at].size = scan.size;
	memcpy(station->queue[at].bytes, scan.at, scan.size);
	advance(station);
}

/* ---- answers ---- */

static bool answers(struct asked *asked, const struct wire *answer)
{
	if (!asked->is_open || asked->request != answer->request)
		return false;
	asked->is_open = false;
	return true;
}

/* A check that came to nothing: this station says what it can, and why the appliance did not. */
static void take_failure(struct station *station, const struct wire *answer)
{
	judge_alone(station);
	if (answer->type == WIRE_FAILED && !span_is(answer->word, "not_a_pack"))
		station_note(station, SHOWN_NOTE, "the appliance did not judge it: %.*s",
			(int)answer->sentence.size, (const char *)answer->sentence.at);
}

static void take_answer(struct station *station, const struct wire *answer)
{
	/* What was sent to an appliance that went away may never have come: it is sent again. */
	if (station->is_away && answer->request != station->post.request)
		station->post.is_open = false;
	station_heard(station);
	if (answers(&station->ping, answer)) {
		if (answer->type == WIRE_PONG)
			station_ponged(station, answer);
	} else if (answers(&station->post, answer)) {
		station_posted(station, answer);
	} else if (answers(&station->check, answer)) {
		if (answer->type == WIRE_VERDICT)
			take_verdict(station, answer);
		else if (answer->type == WIRE_RECEIVED)
			station_note(station, SHOWN_RECEIVED, "%.*s", (int)answer->sentence.size,
				(const char *)answer->sentence.at);
		else if (station->mode == STATION_MODE_RECEIVE)
			station_note(station, SHOWN_NOTE, "%.*s", (int)answer->sentence.size,
				(const char *)answer->sentence.at);
		else
			take_failure(station, answer);
	}
}

static void take_answers(struct station *station)
{
	const struct station_link *link = station->options.link;
	for (;;) {
		struct wire answer;
		enum err err = link->receive(link->self, &answer, NULL);
		if (err == ERR_TIMEOUT)
			return;
		if (!err)
			take_answer(station, &answer);
		else if (err == ERR_NETWORK || err == ERR_MEMORY)
			return;
	}
}

static bool is_overdue(const struct station *station, const struct asked *asked)
{
	return asked->is_open && station_steady_ms(station) >= asked->due_ms;
}

static void end_overdue(struct station *station)
{
	if (is_overdue(station, &station->ping)) {
		station->ping.is_open = false;
		station_lost(station);
	}
	if (is_overdue(station, &station->post)) {
		station->post.is_open = false;
		station_lost(station);
	}
	if (is_overdue(station, &station->check)) {
		station->check.is_open = false;
		station_lost(station);
		if (station->mode == STATION_MODE_RECEIVE)
			station_note(station, SHOWN_NOTE,
				"the appliance did not answer: scan the delivery again when it is "
				"back");
		else
			judge_alone(station);
	}
}

void station_step(struct station *station)
{
	uint64_t before;
	/* Whatever was sent may have been answered meanwhile, without the link's descriptor telling
	 * so again: a round that asked something is followed by another. */
	do {
		before = station->request;
		take_answers(station);
		end_overdue(station);
		advance(station);
		station_ping(station);
		station_post(station);
	} while (station->request != before);
}

bool station_has_room(const struct station *station)
{
	return station->queue_count < STATION_QUEUE;
}

int station_wait_ms(const struct station *station)
{
	const struct asked *open[] = {&station->check, &station->post, &station->ping};
	int64_t now = station_steady_ms(station);
	int64_t due = station->ping.is_open ? INT64_MAX : station->ping_after_ms;
	for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
		if (open[i]->is_open && open[i]->due_ms < due)
			due = open[i]->due_ms;
	if (!station->is_away && !station->post.is_open && station->post_after_ms > now &&
		station->post_after_ms < due)
		due = station->post_after_ms;
	return due <= now ? 0 : (int)(due - now);
}

uint64_t station_unsaved(const struct station *station)
{
	return station->unsaved;
}

bool station_is_idle(const struct station *station)
{
	struct outbox_counts counts;
	if (station->queue_count || station->check.is_open)
		return false;
	if (station->is_away)
		return true;
	return !station->post.is_open &&
	       (outbox_count(station->options.outbox, &counts, NULL) || !counts.waiting);
}

enum err station_open(
	struct station **out, const struct station_options *options, struct fault *fault)
{
	struct outbox_counts counts;
	struct outbox_pepper_sink sink = {options->bench->self, options->bench->learn};
	enum err err = outbox_count(options->outbox, &counts, fault);
	if (!err)
		err = outbox_peppers(options->outbox, &sink, fault);
	if (err)
		return err;
	struct station *station = calloc(1, sizeof *station);
	if (!station)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the station");
	station->options = *options;
	station->mode = options->mode;
	station->pause_ms = STATION_RETRY_MS;
	/* An appliance that was restarted must not take an old answer's number for a new one. */
	env_random(options->env, &station->request, sizeof station->request);
	station->request >>= 16;
	*out = station;
	return OK;
}

void station_free(struct station *station)
{
	free(station);
}
