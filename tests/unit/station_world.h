/* A station's step machine with a scripted appliance, a bench of few words and a clock that the
 * test moves. */
#ifndef TESTS_UNIT_STATION_WORLD_H
#define TESTS_UNIT_STATION_WORLD_H

#include "scanners/station/station.h"

#include "ledger/proof/cbor.h"
#include "scanners/station/display.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TIME     INT64_C(1790000000000)
#define SENT_MAX 64

struct sent {
	struct wire wire;
	uint8_t statement[2048];
	uint8_t scan[64];
};

struct world {
	char folder[64], path[96];
	int64_t now_ms;
	struct env env;
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET], kid[KID_SIZE];
	bool is_cut; /* sending fails */
	struct sent sent[SENT_MAX]; /* ring of what the station sent and the test did not look at */
	size_t sent_first, sent_count;
	struct wire answers[8];
	size_t answer_count;
	char shown[4096]; /* words of what was shown, with bars between */
	uint16_t year_asked; /* of the last order */
	uint16_t newest; /* pepper that the bench knows */
	char reason[40];
	bool has_entry; /* the last order named the change to undo */
	struct bench bench;
	struct station_link link;
	struct station_screen screen;
	struct outbox *outbox;
	struct station *station;
};

static inline int64_t world_now(void *self)
{
	return ((struct world *)self)->now_ms;
}

static inline int64_t world_steady(void *self)
{
	return (((struct world *)self)->now_ms - TIME) * 1000;
}

static inline void world_random(void *self, void *out, size_t size)
{
	(void)self;
	random_fill(out, size);
}

/* ---- the bench's double: "P<pack>" is a pack, what begins with E is past its expiry ---- */

static inline enum err double_name(void *self, struct span scan, uint8_t pack[BENCH_PACK_SIZE],
	uint8_t lot[BENCH_PACK_SIZE], struct fault *fault)
{
	uint8_t hash[HASH_SIZE];
	(void)self;
	if (scan.at[0] != 'P' && scan.at[0] != 'E')
		return fault_set(fault, ERR_FORMAT, 0, 0, "no pack");
	hash_sha256(scan, hash);
	memcpy(pack, hash, BENCH_PACK_SIZE);
	memset(lot, 3, BENCH_PACK_SIZE);
	return OK;
}

static inline void double_verdict(struct bench_verdict *verdict, enum bench_colour colour,
	const char *word, bool is_uncertain)
{
	verdict->colour = colour;
	verdict->is_pack = true;
	verdict->is_uncertain = is_uncertain;
	(void)snprintf(verdict->word, sizeof verdict->word, "%s", word);
	(void)snprintf(verdict->sentence, sizeof verdict->sentence, "It is %s.", word);
}

static inline void double_judge(void *self, struct span scan, int64_t now_ms,
	const struct bench_history *history, struct bench_verdict *verdict)
{
	(void)self;
	(void)now_ms;
	if (scan.at[0] == 'E')
		double_verdict(verdict, BENCH_RED, "expired", false);
	else if (history->is_there && history->act == BENCH_SUPPLY)
		double_verdict(verdict, BENCH_RED, "already_supplied", false);
	else
		double_verdict(verdict, BENCH_AMBER, "stale", true);
	verdict->is_pack = scan.at[0] == 'P' || scan.at[0] == 'E';
}

static inline enum err double_read(
	void *self, struct span json, struct bench_verdict *verdict, struct fault *fault)
{
	(void)self;
	if (span_is(json, "{}"))
		return fault_set(fault, ERR_FORMAT, 0, 0, "no verdict");
	if (span_is(json, "green"))
		double_verdict(verdict, BENCH_GREEN, "active", false);
	else if (span_is(json, "amber"))
		double_verdict(verdict, BENCH_AMBER, "caution", false);
	else
		double_verdict(verdict, BENCH_RED, "recalled", false);
	return OK;
}

static inline uint16_t double_newest(void *self)
{
	return ((struct world *)self)->newest;
}

static inline enum err double_learn(
	void *self, uint16_t year, const uint8_t pepper[BENCH_PEPPER_SIZE], struct fault *fault)
{
	struct world *world = self;
	if (pepper[0] != 'p')
		return fault_set(fault, ERR_LIMIT, 0, 0, "another pepper than was sent");
	if (year > world->newest)
		world->newest = year;
	return OK;
}

static inline enum err double_compose(void *self, const struct bench_order *order,
	struct bench_statement *statement, struct fault *fault)
{
	struct world *world = self;
	uint8_t zeros[BENCH_SECRET_SIZE] = {0};
	(void)fault;
	if (order->reason && !strcmp(order->reason, "WHIM"))
		return fault_set(fault, ERR_USAGE, 0, 0, "no such reason");
	world->year_asked = order->year;
	(void)snprintf(
		world->reason, sizeof world->reason, "%s", order->reason ? order->reason : "-");
	world->has_entry = order->act == BENCH_UNDO && order->history->is_there &&
			   memcmp(order->history->secret, zeros, sizeof zeros) != 0;
	statement->kind = (uint16_t)(40 + order->act);
	statement->word = "supply";
	cbor_put_map(statement->body, 1);
	cbor_put_uint(statement->body, 1);
	cbor_put_bytes(statement->body, span_of(order->secret, BENCH_SECRET_SIZE));
	return OK;
}

/* ---- the appliance's double ---- */

static inline enum err double_send(void *self, const struct wire *wire, struct fault *fault)
{
	struct world *world = self;
	if (world->is_cut || world->sent_count == SENT_MAX)
		return fault_set(fault, ERR_BUSY, 0, 0, "cut");
	size_t at = (world->sent_first + world->sent_count++) % SENT_MAX;
	struct sent *sent = &world->sent[at];
	sent->wire = *wire;
	if (wire->statement.size > sizeof sent->statement || wire->scan.size > sizeof sent->scan)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the double has no room");
	if (wire->statement.size)
		memcpy(sent->statement, wire->statement.at, wire->statement.size);
	if (wire->scan.size)
		memcpy(sent->scan, wire->scan.at, wire->scan.size);
	sent->wire.statement.at = sent->statement;
	sent->wire.scan.at = sent->scan;
	return OK;
}

static inline enum err double_receive(void *self, struct wire *wire, struct fault *fault)
{
	struct world *world = self;
	if (!world->answer_count)
		return fault_set(fault, ERR_TIMEOUT, 0, 0, "nothing");
	*wire = world->answers[0];
	world->answer_count--;
	memmove(world->answers, world->answers + 1, world->answer_count * sizeof *wire);
	return OK;
}

static inline void double_show(void *self, const struct shown *shown)
{
	static const char *const words[] = {
		[SHOWN_VERDICT] = "verdict",
		[SHOWN_SAVED] = "saved",
		[SHOWN_RECORDED] = "recorded",
		[SHOWN_REFUSED] = "refused",
		[SHOWN_RECEIVED] = "received",
		[SHOWN_NOTE] = "note",
		[SHOWN_FAULT] = "fault",
		[SHOWN_AWAY] = "away",
		[SHOWN_BACK] = "back",
		[SHOWN_MODE] = "mode",
		[SHOWN_STATUS] = "status",
	};
	struct world *world = self;
	size_t used = strlen(world->shown);
	const char *bar = used ? "|" : "";
	char *to = world->shown + used;
	size_t room = sizeof world->shown - used;
	if (shown->type == SHOWN_VERDICT)
		(void)snprintf(to, room, "%s%s%s", bar, shown->is_local ? "own " : "",
			shown->verdict->word);
	else if (shown->type == SHOWN_RECORDED)
		(void)snprintf(
			to, room, "%srecorded %llu", bar, (unsigned long long)shown->position);
	else if (shown->type == SHOWN_STATUS)
		(void)snprintf(
			to, room, "%s%llu waiting", bar, (unsigned long long)shown->counts.waiting);
	else
		(void)snprintf(to, room, "%s%s", bar, words[shown->type]);
}

/* ---- the world ---- */

static inline bool world_start(struct world *world, enum station_mode mode)
{
	struct outbox_options outbox = {.path = world->path,
		.env = &world->env,
		.kid = world->kid,
		.origin = span_text("trial.example/00")};
	struct fault fault = {0};
	enum err err = outbox_open(&world->outbox, &outbox, &fault);
	struct station_options options = {.env = &world->env,
		.bench = &world->bench,
		.link = &world->link,
		.screen = &world->screen,
		.outbox = world->outbox,
		.signer = signer_local(world->secret),
		.kid = world->kid,
		.issuer = span_text("pharmacy.example"),
		.origin = span_text("trial.example/00"),
		.mode = mode};
	if (!err)
		err = station_open(&world->station, &options, &fault);
	if (err)
		printf("# %s\n", fault.text);
	return !err;
}

static inline bool world_make(struct world *world, enum station_mode mode)
{
	uint8_t seed[SIGN_SEED] = {9};
	memset(world, 0, sizeof *world);
	(void)snprintf(world->folder, sizeof world->folder, P_tmpdir "/assay-station-XXXXXX");
	if (crypto_start() || !mkdtemp(world->folder))
		return false;
	(void)snprintf(world->path, sizeof world->path, "%s/outbox.db", world->folder);
	sign_keys(seed, world->public, world->secret);
	cose_kid(world->public, world->kid);
	world->now_ms = TIME;
	world->env = (struct env){.self = world,
		.now_ms = world_now,
		.steady_us = world_steady,
		.random = world_random};
	world->bench = (struct bench){world, double_name, double_judge, double_read, double_compose,
		double_newest, double_learn};
	world->link = (struct station_link){world, double_send, double_receive};
	world->screen = (struct station_screen){world, double_show};
	return world_start(world, mode);
}

static inline void world_stop(struct world *world)
{
	station_free(world->station);
	outbox_free(world->outbox);
	world->station = NULL;
	world->outbox = NULL;
}

static inline void world_remove(struct world *world)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char path[128];
	world_stop(world);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		(void)snprintf(path, sizeof path, "%s%s", world->path, ends[i]);
		(void)unlink(path);
	}
	(void)rmdir(world->folder);
}

static inline void scan(struct world *world, const char *text)
{
	station_scan(world->station, span_text(text));
}

/* The oldest message sent of that type; those before it are thrown away. NULL if none. */
static const struct wire *sent(struct world *world, enum wire_type type)
{
	while (world->sent_count) {
		const struct wire *wire = &world->sent[world->sent_first].wire;
		world->sent_first = (world->sent_first + 1) % SENT_MAX;
		world->sent_count--;
		if (wire->type == type)
			return wire;
	}
	return NULL;
}

/* Answers a request and steps. */
static inline void answer(struct world *world, const struct wire *to, struct wire wire)
{
	wire.request = to->request;
	world->answers[world->answer_count++] = wire;
	station_step(world->station);
}

static inline void verdict(struct world *world, const char *json)
{
	const struct wire *check = sent(world, WIRE_CHECK);
	struct wire wire = {.type = WIRE_VERDICT, .json = span_text(json), .year = 2026};
	if (check)
		answer(world, check, wire);
	else
		printf("# no check was sent\n");
}

static inline void recorded(struct world *world, const struct wire *to, uint64_t position)
{
	struct wire wire = {.type = WIRE_RECORDED,
		.position = position,
		.time_ms = TIME,
		.receipt = span_text("receipt")};
	answer(world, to, wire);
}

static inline void pong(struct world *world, uint64_t sequence)
{
	const struct wire *ping = sent(world, WIRE_PING);
	struct wire wire = {.type = WIRE_PONG, .time_ms = TIME, .sequence = sequence};
	if (ping)
		answer(world, ping, wire);
	else
		printf("# no ping was sent\n");
}

/* What was shown since the last look. */
static inline bool showed(struct world *world, const char *words)
{
	bool same = !strcmp(world->shown, words);
	if (!same)
		printf("# shown: %s\n", world->shown);
	world->shown[0] = 0;
	return same;
}

static inline uint64_t waiting(struct world *world)
{
	struct outbox_counts counts = {0};
	return outbox_count(world->outbox, &counts, NULL) ? UINT64_MAX : counts.waiting;
}

static inline void pass(struct world *world, int64_t ms)
{
	world->now_ms += ms;
	station_step(world->station);
}

#endif
