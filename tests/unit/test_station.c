/* The station's step machine against a scripted appliance, a bench of few words and a clock that
 * the test moves. */
#include "scanners/station/station.h"

#include "ledger/proof/cbor.h"
#include "scanners/station/display.h"
#include "tests/tap.h"

#include <sys/stat.h>
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
	char reason[40];
	bool has_entry; /* the last order named the change to undo */
	struct bench bench;
	struct station_link link;
	struct station_screen screen;
	struct outbox *outbox;
	struct station *station;
};

static int64_t world_now(void *self)
{
	return ((struct world *)self)->now_ms;
}

static int64_t world_steady(void *self)
{
	return (((struct world *)self)->now_ms - TIME) * 1000;
}

static void world_random(void *self, void *out, size_t size)
{
	(void)self;
	random_fill(out, size);
}

/* ---- the bench's double: a scan "P<pack>" is a pack, what begins with E is past its expiry
 * ---- */

static enum err double_name(void *self, struct span scan, uint8_t pack[BENCH_PACK_SIZE],
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

static void double_verdict(struct bench_verdict *verdict, enum bench_colour colour,
	const char *word, bool is_uncertain)
{
	verdict->colour = colour;
	verdict->is_pack = true;
	verdict->is_uncertain = is_uncertain;
	(void)snprintf(verdict->word, sizeof verdict->word, "%s", word);
	(void)snprintf(verdict->sentence, sizeof verdict->sentence, "It is %s.", word);
}

static void double_judge(void *self, struct span scan, int64_t now_ms,
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

static enum err double_read(
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

static enum err double_compose(void *self, const struct bench_order *order,
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

static enum err double_send(void *self, const struct wire *wire, struct fault *fault)
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

static enum err double_receive(void *self, struct wire *wire, struct fault *fault)
{
	struct world *world = self;
	if (!world->answer_count)
		return fault_set(fault, ERR_TIMEOUT, 0, 0, "nothing");
	*wire = world->answers[0];
	world->answer_count--;
	memmove(world->answers, world->answers + 1, world->answer_count * sizeof *wire);
	return OK;
}

static void double_show(void *self, const struct shown *shown)
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

static bool world_start(struct world *world, enum station_mode mode)
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

static bool world_make(struct world *world, enum station_mode mode)
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
	world->bench =
		(struct bench){world, double_name, double_judge, double_read, double_compose};
	world->link = (struct station_link){world, double_send, double_receive};
	world->screen = (struct station_screen){world, double_show};
	return world_start(world, mode);
}

static void world_stop(struct world *world)
{
	station_free(world->station);
	outbox_free(world->outbox);
	world->station = NULL;
	world->outbox = NULL;
}

static void world_remove(struct world *world)
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

static void scan(struct world *world, const char *text)
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
static void answer(struct world *world, const struct wire *to, struct wire wire)
{
	wire.request = to->request;
	world->answers[world->answer_count++] = wire;
	station_step(world->station);
}

static void verdict(struct world *world, const char *json)
{
	const struct wire *check = sent(world, WIRE_CHECK);
	struct wire wire = {.type = WIRE_VERDICT, .json = span_text(json), .year = 2026};
	if (check)
		answer(world, check, wire);
	else
		printf("# no check was sent\n");
}

static void recorded(struct world *world, const struct wire *to, uint64_t position)
{
	struct wire wire = {.type = WIRE_RECORDED,
		.position = position,
		.time_ms = TIME,
		.receipt = span_text("receipt")};
	answer(world, to, wire);
}

static void pong(struct world *world, uint64_t sequence)
{
	const struct wire *ping = sent(world, WIRE_PING);
	struct wire wire = {.type = WIRE_PONG, .time_ms = TIME, .sequence = sequence};
	if (ping)
		answer(world, ping, wire);
	else
		printf("# no ping was sent\n");
}

/* What was shown since the last look. */
static bool showed(struct world *world, const char *words)
{
	bool same = !strcmp(world->shown, words);
	if (!same)
		printf("# shown: %s\n", world->shown);
	world->shown[0] = 0;
	return same;
}

static uint64_t waiting(struct world *world)
{
	struct outbox_counts counts = {0};
	return outbox_count(world->outbox, &counts, NULL) ? UINT64_MAX : counts.waiting;
}

static void pass(struct world *world, int64_t ms)
{
	world->now_ms += ms;
	station_step(world->station);
}

/* ---- tests ---- */

TEST(a_pack_is_checked_supplied_and_its_receipt_shown)
{
	struct world world;
	struct statement statement;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "P1");
	verdict(&world, "green");
	CHECK(showed(&world, "active"));
	CHECK(waiting(&world) == 0);
	scan(&world, "]C0ASSAY:SUPPLY");
	CHECK(showed(&world, "saved"));
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	CHECK(span_is(state->scan, "P1"));
	NEED(statement_decode(state->statement, SIGNED_STATEMENT, &statement, NULL) == OK);
	CHECK(statement_verify(&statement, world.public, NULL) == OK);
	CHECK(statement.kind == 40 && statement.sequence == 0);
	CHECK(statement.not_after_ms == TIME + STATION_NOT_AFTER_MS);
	CHECK(span_is(statement.envelope.issuer, "pharmacy.example"));
	CHECK(span_is(statement.envelope.origin, "trial.example/00"));
	CHECK(world.year_asked == 2026 && !strcmp(world.reason, "-"));
	CHECK(!station_is_idle(world.station));
	recorded(&world, state, 77);
	CHECK(showed(&world, "recorded 77"));
	CHECK(waiting(&world) == 0 && station_is_idle(world.station));
	scan(&world, "ASSAY:SUPPLY");
	CHECK(showed(&world, "note"));
	world_remove(&world);
}

TEST(mode_supply_supplies_green_at_once_and_nothing_else)
{
	static const struct {
		const char *json, *shown;
		uint64_t waiting;
	} rows[] = {{"green", "active|saved", 1}, {"amber", "caution", 0}, {"red", "recalled", 0},
		{"{}", "fault|own stale", 0}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_make(&world, STATION_MODE_SUPPLY));
		scan(&world, "P1");
		verdict(&world, rows[i].json);
		CHECK_ROW(showed(&world, rows[i].shown), "%s", rows[i].json);
		CHECK_ROW(waiting(&world) == rows[i].waiting, "%s", rows[i].json);
		world_remove(&world);
	}
}

TEST(what_speaks_against_a_pack_asks_for_an_override)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "P1");
	verdict(&world, "red");
	scan(&world, "ASSAY:SUPPLY");
	CHECK(showed(&world, "recalled|note") && waiting(&world) == 0);
	scan(&world, "ASSAY:OVERRIDE:WHIM");
	CHECK(showed(&world, "note") && waiting(&world) == 0);
	scan(&world, "ASSAY:OVERRIDE:CLINICAL");
	CHECK(showed(&world, "saved") && waiting(&world) == 1);
	CHECK(!strcmp(world.reason, "CLINICAL"));
	scan(&world, "ASSAY:OVERRIDE:CLINICAL");
	CHECK(showed(&world, "note") && waiting(&world) == 1);
	scan(&world, "P2");
	verdict(&world, "amber");
	scan(&world, "ASSAY:EXPORT");
	CHECK(showed(&world, "caution|note") && waiting(&world) == 1);
	scan(&world, "ASSAY:LOCK");
	CHECK(showed(&world, "saved") && waiting(&world) == 2);
	world_remove(&world);
}

TEST(destroying_asks_twice_and_another_scan_disarms)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "P1");
	verdict(&world, "red");
	scan(&world, "ASSAY:DESTROY");
	CHECK(showed(&world, "recalled|note") && waiting(&world) == 0);
	scan(&world, "P1");
	verdict(&world, "red");
	scan(&world, "ASSAY:DESTROY");
	scan(&world, "ASSAY:STOLEN");
	CHECK(waiting(&world) == 0);
	scan(&world, "ASSAY:DESTROY");
	CHECK(waiting(&world) == 0);
	scan(&world, "ASSAY:DESTROY");
	CHECK(waiting(&world) == 1);
	CHECK(showed(&world, "recalled|note|note|note|saved"));
	world_remove(&world);
}

TEST(works_on_while_the_appliance_is_away_and_catches_up_in_order)
{
	struct world world;
	char text[8];
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	station_step(world.station);
	scan(&world, "P1");
	pass(&world, STATION_CHECK_MS - 1);
	CHECK(showed(&world, ""));
	pass(&world, 1);
	CHECK(showed(&world, "away|own stale"));
	CHECK(waiting(&world) == 0);
	scan(&world, "ASSAY:SUPPLY");
	CHECK(showed(&world, "saved"));
	/* Known to be away: the answer comes at once. */
	scan(&world, "E2");
	CHECK(showed(&world, "own expired"));
	scan(&world, "ASSAY:SUPPLY");
	CHECK(showed(&world, "note"));
	scan(&world, "P1");
	CHECK(showed(&world, "own already_supplied"));
	for (unsigned i = 3; i < 6; i++) {
		(void)snprintf(text, sizeof text, "P%u", i);
		scan(&world, text);
		scan(&world, "ASSAY:SUPPLY");
	}
	CHECK(waiting(&world) == 4);
	CHECK(sent(&world, WIRE_STATE) == NULL);
	world.shown[0] = 0;

	/* Probes go on; the first answer starts the catching up. */
	pass(&world, STATION_PROBE_MS);
	pass(&world, STATION_CHECK_MS);
	pass(&world, STATION_PROBE_MS);
	CHECK(sent(&world, WIRE_PING) != NULL && sent(&world, WIRE_PING) != NULL);
	CHECK(world.sent_count == 0);
	CHECK(showed(&world, ""));
	pass(&world, STATION_CHECK_MS);
	pass(&world, STATION_PROBE_MS);
	pong(&world, 0);
	CHECK(showed(&world, "back"));
	static const char *const order[] = {"P1", "P3", "P4", "P5"};
	for (size_t i = 0; i < 4; i++) {
		const struct wire *state = sent(&world, WIRE_STATE);
		NEED(state != NULL);
		CHECK_ROW(span_is(state->scan, order[i]), "%zu", i);
		CHECK(world.sent_count == 0);
		recorded(&world, state, i);
	}
	CHECK(showed(&world, "recorded 0|recorded 1|recorded 2|recorded 3"));
	CHECK(waiting(&world) == 0 && station_is_idle(world.station));
	world_remove(&world);
}

TEST(what_was_saved_before_a_restart_is_sent_after_it)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	verdict(&world, "green");
	NEED(sent(&world, WIRE_STATE) != NULL);
	world_stop(&world);
	world.sent_count = 0;
	NEED(world_start(&world, STATION_MODE_CHECK));
	station_step(world.station);
	pong(&world, 0);
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	CHECK(span_is(state->scan, "P1"));
	/* The ledger has it already: it answers with the position of the first time. */
	recorded(&world, state, 5);
	CHECK(waiting(&world) == 0);
	world_remove(&world);
}

TEST(what_still_waits_here_outweighs_what_the_ledger_does_not_know_yet)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	verdict(&world, "green");
	CHECK(showed(&world, "active|saved"));
	scan(&world, "P1");
	verdict(&world, "green");
	CHECK(showed(&world, "own already_supplied"));
	CHECK(waiting(&world) == 1);
	world_remove(&world);
}

TEST(a_refusal_is_shown_and_the_next_goes_on)
{
	struct world world;
	struct outbox_counts counts;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	verdict(&world, "green");
	const struct wire *first = sent(&world, WIRE_STATE);
	NEED(first != NULL);
	scan(&world, "P2");
	verdict(&world, "green");
	struct wire wire = {.type = WIRE_REFUSED,
		.code = 111,
		.word = span_text("not_in_hand"),
		.sentence = span_text("no")};
	CHECK(showed(&world, "active|saved|active|saved"));
	answer(&world, first, wire);
	CHECK(showed(&world, "refused"));
	const struct wire *second = sent(&world, WIRE_STATE);
	NEED(second != NULL && span_is(second->scan, "P2"));
	recorded(&world, second, 8);
	CHECK(outbox_count(world.outbox, &counts, NULL) == OK);
	CHECK(counts.refused == 1 && counts.recorded == 1 && counts.waiting == 0);
	world_remove(&world);
}

TEST(busy_waits_as_told_and_failures_back_off)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	station_step(world.station);
	pong(&world, 0);
	scan(&world, "P1");
	verdict(&world, "green");
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	struct wire busy = {.type = WIRE_BUSY, .wait_ms = 4000};
	answer(&world, state, busy);
	CHECK(station_wait_ms(world.station) == 4000);
	pass(&world, 3999);
	CHECK(sent(&world, WIRE_STATE) == NULL);
	pass(&world, 1);
	state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	/* Recorded without a receipt is not done: it is asked for again, later each time. */
	for (int64_t pause = STATION_RETRY_MS; pause <= STATION_RETRY_MAX_MS; pause *= 2) {
		struct wire bare = {.type = WIRE_RECORDED, .position = 4, .time_ms = TIME};
		answer(&world, state, bare);
		CHECK(waiting(&world) == 1);
		world.now_ms += pause - 1;
		station_step(world.station);
		CHECK_ROW(sent(&world, WIRE_STATE) == NULL, "%lld", (long long)pause);
		/* The pings on the way are answered, or it would count as away. */
		struct wire alive = {.type = WIRE_PONG, .request = 1, .time_ms = TIME};
		world.answers[world.answer_count++] = alive;
		world.now_ms += 1;
		station_step(world.station);
		state = sent(&world, WIRE_STATE);
		NEED(state != NULL);
	}
	recorded(&world, state, 4);
	CHECK(waiting(&world) == 0);
	world_remove(&world);
}

TEST(undoing_shows_the_secret_of_the_change)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	verdict(&world, "green");
	CHECK(showed(&world, "active|saved"));
	scan(&world, "ASSAY:UNDO");
	CHECK(showed(&world, "saved") && world.has_entry);
	scan(&world, "ASSAY:UNDO");
	CHECK(showed(&world, "note"));
	scan(&world, "P2");
	verdict(&world, "red");
	scan(&world, "ASSAY:UNDO");
	CHECK(showed(&world, "recalled|note"));
	CHECK(waiting(&world) == 2);
	world_remove(&world);
}

TEST(the_pepper_of_a_lot_is_remembered_for_when_the_appliance_is_away)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "P1");
	verdict(&world, "green");
	world.is_cut = true;
	pass(&world, STATION_PING_MS);
	scan(&world, "P2");
	scan(&world, "ASSAY:SUPPLY");
	CHECK(showed(&world, "active|away|own stale|saved"));
	CHECK(world.year_asked == 2026);
	world_remove(&world);
}

TEST(scans_wait_for_their_turn_up_to_a_bound)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "P0");
	for (unsigned i = 0; i < STATION_QUEUE; i++)
		scan(&world, i % 2 ? "ASSAY:LOCK" : "P1");
	CHECK(showed(&world, ""));
	scan(&world, "P9");
	CHECK(showed(&world, "fault"));
	CHECK(world.sent_count == 1);
	verdict(&world, "red");
	CHECK(showed(&world, "recalled"));
	verdict(&world, "red");
	CHECK(showed(&world, "recalled|saved"));
	CHECK(!station_is_idle(world.station));
	world_remove(&world);
}

TEST(goods_in_needs_the_appliance)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "ASSAY:MODE:RECEIVE");
	scan(&world, "]C100050123456789012345");
	const struct wire *receive = sent(&world, WIRE_RECEIVE);
	NEED(receive != NULL);
	struct wire wire = {.type = WIRE_RECEIVED, .sentence = span_text("24 packs")};
	answer(&world, receive, wire);
	CHECK(showed(&world, "mode|received"));
	scan(&world, "]C100050123456789012345");
	receive = sent(&world, WIRE_RECEIVE);
	NEED(receive != NULL);
	struct wire failed = {.type = WIRE_FAILED,
		.word = span_text("not_found"),
		.sentence = span_text("not announced")};
	answer(&world, receive, failed);
	CHECK(showed(&world, "note"));
	world.is_cut = true;
	scan(&world, "]C100050123456789012345");
	CHECK(showed(&world, "note"));
	world_remove(&world);
}

TEST(codes_that_mean_nothing_are_told)
{
	static const struct {
		const char *code, *shown;
	} rows[] = {{"ASSAY:SUPPLY", "note"}, {"ASSAY:DANCE", "note"}, {"ASSAY:MODE:REST", "note"},
		{"ASSAY:OVERRIDE:CLINICAL", "note"}, {"ASSAY:MODE:SUPPLY", "mode"},
		{"ASSAY:STATUS", "0 waiting"}};
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		scan(&world, rows[i].code);
		CHECK_ROW(showed(&world, rows[i].shown), "%s", rows[i].code);
	}
	CHECK(waiting(&world) == 0 && world.sent_count == 0);
	world_remove(&world);
}

TEST(old_and_foreign_answers_are_ignored)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	const struct wire *check = sent(&world, WIRE_CHECK);
	NEED(check != NULL);
	struct wire old = *check;
	pass(&world, STATION_CHECK_MS);
	CHECK(showed(&world, "away|own stale"));
	struct wire late = {.type = WIRE_VERDICT, .json = span_text("green")};
	answer(&world, &old, late);
	CHECK(showed(&world, "back"));
	CHECK(waiting(&world) == 0);
	/* A verdict where a receipt is due leaves the statement waiting. */
	scan(&world, "ASSAY:SUPPLY");
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	answer(&world, state, late);
	CHECK(waiting(&world) == 1);
	world_remove(&world);
}

TEST(a_lost_outbox_does_not_use_numbers_again)
{
	struct world world;
	struct statement statement;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	station_step(world.station);
	pong(&world, 500);
	scan(&world, "P1");
	verdict(&world, "green");
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	NEED(statement_decode(state->statement, SIGNED_STATEMENT, &statement, NULL) == OK);
	CHECK(statement.sequence == 500);
	world_remove(&world);
}

TEST(a_screen_tells_by_sign_and_word_and_lets_no_control_characters_through)
{
	struct bench_verdict verdict = {.colour = BENCH_RED,
		.is_pack = true,
		.word = "recalled",
		.sentence = "Recalled\033[2J \"now\""};
	struct shown shown = {
		.type = SHOWN_VERDICT, .verdict = &verdict, .scan = span_text("]d2\03501\033c")};
	struct display display = {0};
	struct buf buf;
	buf_init(&buf, 4096);
	display_text(&display, &shown, &buf);
	CHECK(strstr(buf_text(&buf), "[XX] red   recalled") != NULL);
	CHECK(strstr(buf_text(&buf), "]d2|01") != NULL);
	CHECK(strchr(buf_text(&buf), '\033') == NULL);
	display.has_colour = true;
	buf_reset(&buf);
	display_text(&display, &shown, &buf);
	CHECK(strstr(buf_text(&buf), "\033[1;37;41m [XX]") != NULL);
	buf_reset(&buf);
	display_json(&shown, &buf);
	CHECK_ROW(!strcmp(buf_text(&buf),
			  "{\"event\":\"verdict\",\"verdict\":\"recalled\",\"colour\":\"red\","
			  "\"action\":\"do_not_supply\",\"sentence\":\"Recalled\\u001b[2J "
			  "\\\"now\\\"\",\"product\":\"\",\"scan\":\"]d2\\u001d01\\u001bc\","
			  "\"local\":false,\"away\":false,\"waiting\":0,\"recorded\":0,"
			  "\"refused\":0}\n"),
		"%s", buf_text(&buf));
	buf_close(&buf);
}

TAP_MAIN(CASE(a_pack_is_checked_supplied_and_its_receipt_shown),
	CASE(mode_supply_supplies_green_at_once_and_nothing_else),
	CASE(what_speaks_against_a_pack_asks_for_an_override),
	CASE(destroying_asks_twice_and_another_scan_disarms),
	CASE(works_on_while_the_appliance_is_away_and_catches_up_in_order),
	CASE(what_was_saved_before_a_restart_is_sent_after_it),
	CASE(what_still_waits_here_outweighs_what_the_ledger_does_not_know_yet),
	CASE(a_refusal_is_shown_and_the_next_goes_on),
	CASE(busy_waits_as_told_and_failures_back_off),
	CASE(undoing_shows_the_secret_of_the_change),
	CASE(the_pepper_of_a_lot_is_remembered_for_when_the_appliance_is_away),
	CASE(scans_wait_for_their_turn_up_to_a_bound), CASE(goods_in_needs_the_appliance),
	CASE(codes_that_mean_nothing_are_told), CASE(old_and_foreign_answers_are_ignored),
	CASE(a_lost_outbox_does_not_use_numbers_again),
	CASE(a_screen_tells_by_sign_and_word_and_lets_no_control_characters_through))
