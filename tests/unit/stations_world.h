/* The appliance's side of stations, on a real ledger whose clock the test moves: founded, signed by
 * the key holder, over CURVE on the loopback. */
#ifndef TESTS_UNIT_STATIONS_WORLD_H
#define TESTS_UNIT_STATIONS_WORLD_H

#include "appliance/stations.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/rules_app.h"
#include "appliance/wiring.h"
#include "ledger/founding.h"
#include "scanners/station/link.h"
#include "tests/tap.h"

#include <ftw.h>
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

#define MEMBER      "pharmacy.example"
#define GTIN        9506000134352ull
#define START       INT64_C(1796212800000) /* 2026-12-02 12:00 UTC */
#define DAY         ((int64_t)24 * 3600 * 1000)
#define PATIENCE_MS 10000
#define LOOSE                                                                                      \
	"]d2010950600013435217301231"                                                              \
	"10LOT7"

struct world {
	char folder[64];
	atomic_llong now_ms;
	struct appliance appliance;
	char origin[ORIGIN_SIZE_MAX + 1];
	struct stations *stations;
	struct submitter *submitter;
	struct founding_author root;
	struct keyfile root_key;
	struct fault fault;
};

static int64_t world_now(void *self)
{
	return atomic_load(&((struct world *)self)->now_ms);
}

static int64_t world_steady(void *self)
{
	return world_now(self) * 1000;
}

static void world_random(void *self, void *out, size_t size)
{
	(void)self;
	random_fill(out, size);
}

static bool submit(struct world *world, struct span statement)
{
	struct answer *answer = malloc(sizeof *answer);
	enum err err = submitter_ask(
		world->submitter, statement, false, PATIENCE_MS, answer, &world->fault);
	bool right = !err && answer_is_recorded(answer);
	if (!right)
		printf("# not recorded: %s, code %u\n", err_name(err), answer->outcome.code);
	free(answer);
	return right;
}

static bool submit_all(struct world *world, struct span statements)
{
	struct span one;
	bool right = true;
	while (right && founding_next(&statements, &one))
		right = submit(world, one);
	return right;
}

static enum err found(struct world *world, struct buf *statements)
{
	uint8_t bytes[128];
	struct buf scope;
	struct scope wanted = {.roles = ROLE_PHARMACY};
	buf_over(&scope, bytes, sizeof bytes);
	scope_encode(&wanted, &scope);
	struct founding_member member = {
		.name = MEMBER, .scope = buf_span(&scope), .is_voter = true};
	struct founding_site site = {.party = MEMBER, .id = {1}, .level = 1};
	struct founding_plan plan = {.folder = world->folder,
		.self = MEMBER,
		.appliance = {2},
		.now_ms = START,
		.chosen = "trial.example",
		.zone = "Europe/London",
		.members = &member,
		.member_count = 1,
		.sites = &site,
		.site_count = 1};
	return founding_make(&plan, world->origin, statements, &world->fault);
}

static enum err open_ledger(struct world *world, struct span *statements)
{
	struct appliance *appliance = &world->appliance;
	struct service_options options = {0};
	struct span genesis;
	struct fault *fault = &world->fault;
	enum err err = keyholder_start(&appliance->keyholder, world->folder, NULL, fault);
	if (!err)
		err = appliance_node_options(appliance, &options.node, fault);
	if (!err && founding_next(statements, &genesis))
		err = node_create(&options.node, genesis, fault);
	if (!err)
		err = channels_open(&appliance->channels, fault);
	options.channels = appliance->channels;
	if (!err)
		err = service_open(&appliance->service, &options, fault);
	if (!err)
		err = submitter_open(&world->submitter, appliance->service, fault);
	return err;
}

static enum err open_parts(struct world *world)
{
	struct appliance *appliance = &world->appliance;
	struct fault *fault = &world->fault;
	struct desk_options desk = {.folder = world->folder,
		.env = &appliance->env,
		.service = appliance->service,
		.keyholder = appliance->keyholder};
	enum err err = view_open(&appliance->view, world->folder, &appliance->env, fault);
	if (!err)
		err = attachments_open(
			&appliance->attachments, world->folder, &appliance->env, fault);
	if (!err)
		err = desk_open(&appliance->desk, &desk, fault);
	if (!err)
		err = stations_open(&world->stations, appliance, fault);
	return err;
}

/* The root's next number, for registrations on the running ledger. */
static enum err load_root(struct world *world)
{
	char path[KEYFILE_PATH_MAX];
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct fault *fault = &world->fault;
	enum err err = keyfile_path(world->folder, KEY_ROOT, MEMBER, NULL, path, fault);
	if (!err)
		err = keyfile_load(&world->root_key, path, span_of(NULL, 0), fault);
	if (!err)
		err = desk_reader(world->appliance.desk, &reader, fault);
	if (err)
		return err;
	world->root.issuer = MEMBER;
	world->root.signer = signer_local(world->root_key.secret);
	memcpy(world->root.kid, world->root_key.kid, KID_SIZE);
	err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = members_sequence_next(
			snapshot.table, world->root.kid, &world->root.sequence, fault);
		reader_end(reader);
	}
	desk_reader_back(world->appliance.desk, reader);
	return err;
}

static bool world_open(struct world *world)
{
	struct buf statements;
	memset(world, 0, sizeof *world);
	(void)snprintf(world->folder, sizeof world->folder, P_tmpdir "/assay-stations-XXXXXX");
	if (crypto_start() || !mkdtemp(world->folder))
		return false;
	atomic_store(&world->now_ms, START);
	world->appliance.folder = world->folder;
	world->appliance.env = (struct env){world, world_now, world_steady, world_random, NULL};
	(void)snprintf(
		world->appliance.config.member, sizeof world->appliance.config.member, MEMBER);
	(void)snprintf(world->appliance.config.address, sizeof world->appliance.config.address,
		"127.0.0.1");
	buf_init(&statements, FOUNDING_SIZE_MAX);
	enum err err = found(world, &statements);
	struct span left = buf_span(&statements);
	if (!err)
		err = open_ledger(world, &left);
	bool right = !err && submit_all(world, left);
	if (right)
		err = open_parts(world);
	if (right && !err)
		err = load_root(world);
	buf_close(&statements);
	if (err)
		printf("# %s: %s\n", err_name(err), world->fault.text);
	return right && !err;
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *walk)
{
	(void)stat;
	(void)flag;
	(void)walk;
	return remove(path);
}

static void world_close(struct world *world)
{
	struct appliance *appliance = &world->appliance;
	stations_stop(world->stations);
	submitter_free(world->submitter);
	keyfile_close(&world->root_key);
	desk_free(appliance->desk);
	attachments_free(appliance->attachments);
	view_free(appliance->view);
	service_free(appliance->service);
	channels_free(appliance->channels);
	keyholder_stop(appliance->keyholder);
	stations_free(world->stations);
	(void)nftw(world->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- a station at the wire ---- */

struct caller {
	struct enrolment enrolment;
	uint8_t secret[SIGN_SECRET], kid[KID_SIZE];
	uint64_t sequence;
	uint64_t request;
	struct channels *channels;
	struct link *link;
	struct station_link way;
};

static bool caller_connect(struct world *world, struct caller *caller)
{
	uint8_t appliance[32];
	char path[KEYFILE_PATH_MAX];
	struct keyfile key = {0};
	if (keyfile_path(world->folder, KEY_CURVE, MEMBER, NULL, path, &world->fault) ||
		keyfile_load(&key, path, span_of(NULL, 0), &world->fault))
		return false;
	memcpy(appliance, key.public, sizeof appliance);
	keyfile_close(&key);
	if (channels_open(&caller->channels, &world->fault))
		return false;
	struct link_options options = {.channels = caller->channels,
		.address = stations_endpoint(world->stations),
		.public = caller->enrolment.curve_public,
		.secret = caller->enrolment.curve_secret,
		.appliance = appliance};
	if (link_open(&caller->link, &options, &world->fault))
		return false;
	caller->way = link_station(caller->link);
	return true;
}

static void caller_close(struct caller *caller)
{
	link_free(caller->link);
	channels_free(caller->channels);
	memset(caller, 0, sizeof *caller);
}

/* Enrols and connects. days: how long its keys are in force. */
static bool caller_open(struct world *world, struct caller *caller, int days)
{
	struct buf statements;
	uint8_t public[SIGN_PUBLIC];
	memset(caller, 0, sizeof *caller);
	struct enrolment *enrolment = &caller->enrolment;
	(void)snprintf(enrolment->origin, sizeof enrolment->origin, "%s", world->origin);
	(void)snprintf(enrolment->issuer, sizeof enrolment->issuer, MEMBER);
	enrolment->site[0] = 1;
	enrolment->until_ms = world_now(world) + days * DAY;
	buf_init(&statements, FOUNDING_SIZE_MAX);
	bool right = !founding_station(enrolment, world_now(world), &world->root, &statements,
			     &world->fault) &&
		     submit_all(world, buf_span(&statements));
	buf_close(&statements);
	sign_keys(enrolment->seed, public, caller->secret);
	cose_kid(public, caller->kid);
	return right && caller_connect(world, caller);
}

/* The answer, or false when none comes; its spans live until the next. */
static bool hear(struct caller *caller, uint64_t request, int wait_ms, struct wire *answer)
{
	for (;;) {
		enum err err = caller->way.receive(caller->way.self, answer, NULL);
		if (!err && answer->request == request)
			return true;
		if (err != ERR_TIMEOUT)
			continue;
		struct pollfd fd = {.fd = link_fd(caller->link), .events = POLLIN};
		if (poll(&fd, 1, wait_ms) <= 0)
			return false;
	}
}

static bool ask(struct caller *caller, struct wire wire, struct wire *answer)
{
	wire.request = ++caller->request;
	return !caller->way.send(caller->way.self, &wire, NULL) &&
	       hear(caller, wire.request, PATIENCE_MS, answer);
}

/* A statement of one loose pack of a lot supplied, signed as of now. */
static bool make_supply(struct world *world, struct caller *caller, const char *lot,
	int64_t sequence, struct buf *out)
{
	uint8_t memory[256];
	struct buf bytes;
	const struct kind *kind = kind_find(KIND_SUPPLY);
	union kind_body body = {.change = {.gtin = GTIN, .lot = span_text(lot), .loose = 1}};
	struct signer signer = signer_local(caller->secret);
	buf_over(&bytes, memory, sizeof memory);
	kind->encode(&body, &bytes);
	struct statement statement = {.envelope = {.type = SIGNED_STATEMENT,
					      .kid = span_of(caller->kid, KID_SIZE),
					      .issuer = span_text(MEMBER),
					      .subject = span_text(kind->word),
					      .origin = span_text(world->origin)},
		.kind = kind->number,
		.sequence = (uint64_t)sequence,
		.not_after_ms = world_now(world) + 30 * DAY,
		.body = buf_span(&bytes)};
	buf_reset(out);
	return !statement_encode(&statement, &signer, out, &world->fault);
}

static enum err count_supplied(void *self, const struct stock_line *line, struct fault *fault)
{
	(void)fault;
	*(int64_t *)self += line->supplied;
	return OK;
}

static int64_t supplied(struct world *world)
{
	int64_t count = 0;
	struct stock_sink sink = {&count, count_supplied};
	if (view_stock(world->appliance.view, MEMBER, NULL, NULL, &sink, &world->fault))
		return -1;
	return count;
}

static bool holds(struct span text, const char *part)
{
	return memmem(text.at, text.size, part, strlen(part)) != NULL;
}

#endif
