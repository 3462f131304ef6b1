/* The ledger that the engine is measured on: founded by `assay init`, with stations and an
 * appliance key whose secrets are here, so that statements are signed before the clock starts. */
#ifndef TESTS_BENCH_ENGINE_PLACE_H
#define TESTS_BENCH_ENGINE_PLACE_H

#include "tests/bench/engine_process.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/opener.h"
#include "appliance/wiring.h"
#include "ledger/founding.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>

#define ENGINE_MEMBER   "maker.example"
#define ENGINE_GTIN     9506000134352u
#define ENGINE_GTIN_B   9506000134369u /* the one with many lots */
#define ENGINE_STATIONS 16
#define ENGINE_LOT      500000 /* packs in a lot */
#define ENGINE_BUNDLE   10000
#define ENGINE_DAY      ((int64_t)24 * 3600 * 1000)
#define ENGINE_LOOSE    "LOOSE" /* the lot whose packs have no numbers */
#define ENGINE_ROOM     4096

struct engine_key {
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET], kid[KID_SIZE];
	uint64_t sequence; /* of its next statement */
};

struct engine {
	char folder[64];
	char origin[ORIGIN_SIZE_MAX + 1];
	char token[USER_TOKEN_SIZE + 1];
	uint16_t http_port, station_port;
	uint8_t curve[32]; /* the appliance's */
	struct engine_key key; /* an appliance key */
	struct engine_key station[ENGINE_STATIONS];
	struct enrolment enrolment[ENGINE_STATIONS];
	uint16_t year;
	uint8_t pepper[PEPPER_SIZE];
	int64_t not_after_ms;
	pid_t serving;
	long peak_kib;
};

static inline uint16_t engine_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) ||
		getsockname(fd, (struct sockaddr *)&address, &size))
		fail("no port", NULL);
	(void)close(fd);
	return ntohs(address.sin_port);
}

static inline void engine_init(struct engine *engine)
{
	char plan[96], accounts[128], http[8], station[8];
	const char *parent = getenv("BENCH_FOLDER");
	(void)snprintf(engine->folder, sizeof engine->folder, "%.40s/assay-engine-XXXXXX",
		parent ? parent : P_tmpdir);
	if (!mkdtemp(engine->folder))
		fail("folder", NULL);
	(void)snprintf(plan, sizeof plan, "%s/../assay-plan-%d", engine->folder, (int)getpid());
	(void)snprintf(accounts, sizeof accounts, "%s-accounts", plan);
	FILE *out = fopen(plan, "w");
	if (!out)
		fail("plan", NULL);
	(void)fprintf(out,
		"{\"ledger\": \"bench.example\", \"zone\": \"Europe/London\","
		" \"self\": \"%s\", \"members\": [{\"name\": \"%s\","
		" \"roles\": [\"manufacturer\", \"pharmacy\"],"
		" \"gtins\": [\"%014llu\", \"%014llu\"]}],"
		" \"places\": [{\"party\": \"%s\", \"name\": \"Bench\","
		" \"gln\": \"5098765000002\"}],"
		" \"users\": [{\"user\": \"till\", \"party\": \"%s\","
		" \"roles\": [\"pharmacist\", \"viewer\"]}]}",
		ENGINE_MEMBER, ENGINE_MEMBER, (unsigned long long)ENGINE_GTIN,
		(unsigned long long)ENGINE_GTIN_B, ENGINE_MEMBER, ENGINE_MEMBER);
	(void)fclose(out);
	engine->http_port = engine_port();
	engine->station_port = engine_port();
	(void)snprintf(http, sizeof http, "%u", (unsigned)engine->http_port);
	(void)snprintf(station, sizeof station, "%u", (unsigned)engine->station_port);
	const char *const args[] = {"init", "--json", "--plan", plan, "--folder", engine->folder,
		"--http-port", http, "--station-port", station, "--accounts", accounts, NULL};
	(void)process_run(args);
	(void)unlink(plan);
	(void)unlink(accounts);
}

static inline void engine_remove(const struct engine *engine)
{
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf '%s'", engine->folder);
	if (system(command))
		(void)fprintf(stderr, "bench: could not remove %s\n", engine->folder);
}

/* ---- registrations, with nobody serving the folder ---- */

static inline void engine_submit(struct submitter *submitter, struct span statements)
{
	static struct answer answer;
	struct fault fault = {0};
	struct span one;
	while (founding_next(&statements, &one))
		if (submitter_ask(submitter, one, false, -1, &answer, &fault) ||
			!answer_is_recorded(&answer)) {
			(void)snprintf(
				fault.text, sizeof fault.text, "code %u", answer.outcome.code);
			fail("registration", &fault);
		}
}

static inline void engine_root(
	struct engine *engine, struct appliance *appliance, struct founding_author *root)
{
	static struct keyfile key;
	char path[KEYFILE_PATH_MAX];
	struct desk_moment moment = {0};
	struct fault fault = {0};
	*root = (struct founding_author){.issuer = ENGINE_MEMBER};
	if (keyfile_path(engine->folder, KEY_ROOT, ENGINE_MEMBER, NULL, path, &fault) ||
		keyfile_load(&key, path, span_of(NULL, 0), &fault))
		fail("root key", &fault);
	root->signer = signer_local(key.secret);
	memcpy(root->kid, key.kid, KID_SIZE);
	if (desk_begin(appliance->desk, &moment, &fault) ||
		members_sequence_next(moment.snapshot.table, root->kid, &root->sequence, &fault))
		fail("root key", &fault);
	desk_end(appliance->desk, &moment);
}

static inline void engine_pepper(struct engine *engine, struct appliance *appliance)
{
	const struct desk_pepper *peppers = NULL;
	struct desk_moment moment = {0};
	struct fault fault = {0};
	size_t count = 0;
	if (desk_begin(appliance->desk, &moment, &fault) ||
		desk_peppers(appliance->desk, moment.snapshot.table, &peppers, &count, &fault) ||
		!count)
		fail("pepper", &fault);
	engine->year = peppers[0].year;
	memcpy(engine->pepper, peppers[0].pepper, PEPPER_SIZE);
	desk_end(appliance->desk, &moment);
}

static inline void engine_own_key(
	struct engine *engine, struct founding_author *root, int64_t now_ms, struct buf *statements)
{
	uint8_t seed[SIGN_SEED], memory[256];
	struct buf body;
	struct fault fault = {0};
	struct key_body key = {.purpose = KEY_APPLIANCE, .has_appliance = true, .appliance = {7}};
	random_fill(seed, sizeof seed);
	sign_keys(seed, engine->key.public, engine->key.secret);
	cose_kid(engine->key.public, engine->key.kid);
	memcpy(key.public, engine->key.public, SIGN_PUBLIC);
	buf_over(&body, memory, sizeof memory);
	key_body_encode(&key, &body);
	if (founding_state(span_text(engine->origin), KIND_KEY, buf_span(&body), now_ms, root,
		    statements, &fault))
		fail("appliance key", &fault);
}

static inline void engine_station(struct engine *engine, size_t index, struct founding_author *root,
	int64_t now_ms, struct buf *statements)
{
	struct enrolment *enrolment = &engine->enrolment[index];
	struct engine_key *key = &engine->station[index];
	struct fault fault = {0};
	(void)snprintf(enrolment->origin, sizeof enrolment->origin, "%s", engine->origin);
	(void)snprintf(enrolment->issuer, sizeof enrolment->issuer, ENGINE_MEMBER);
	enrolment->site[0] = 1;
	enrolment->until_ms = now_ms + 300 * ENGINE_DAY;
	if (founding_station(enrolment, now_ms, root, statements, &fault))
		fail("station", &fault);
	sign_keys(enrolment->seed, key->public, key->secret);
	cose_kid(key->public, key->kid);
}

/* The site of the stations, said by the bench's own appliance key. */
static inline void engine_site(
	struct engine *engine, int64_t now_ms, struct submitter *submitter, struct buf *statements)
{
	struct fault fault = {0};
	struct site_body site = {.site = {1}, .level = 1, .from_ms = now_ms};
	struct founding_author author = {
		.signer = signer_local(engine->key.secret), .issuer = ENGINE_MEMBER};
	memcpy(author.kid, engine->key.kid, KID_SIZE);
	buf_reset(statements);
	if (founding_site(span_text(engine->origin), &site, now_ms, &author, statements, &fault))
		fail("site", &fault);
	engine->key.sequence = author.sequence;
	engine_submit(submitter, buf_span(statements));
}

static inline void engine_register(struct engine *engine)
{
	static struct appliance appliance;
	struct founding_author root;
	struct submitter *submitter = NULL;
	struct keyfile curve = {0};
	struct buf statements;
	struct fault fault = {0};
	char path[KEYFILE_PATH_MAX];
	if (appliance_open(&appliance, engine->folder, &fault) ||
		submitter_open(&submitter, appliance.service, &fault) ||
		keyfile_path(engine->folder, KEY_CURVE, ENGINE_MEMBER, NULL, path, &fault) ||
		keyfile_load(&curve, path, span_of(NULL, 0), &fault))
		fail("appliance", &fault);
	memcpy(engine->curve, curve.public, sizeof engine->curve);
	keyfile_close(&curve);
	struct span origin = desk_origin(appliance.desk);
	(void)snprintf(engine->origin, sizeof engine->origin, "%.*s", (int)origin.size,
		(const char *)origin.at);
	int64_t now_ms = env_now_ms(&appliance.env);
	engine->not_after_ms = now_ms + 30 * ENGINE_DAY;
	engine_pepper(engine, &appliance);
	engine_root(engine, &appliance, &root);
	buf_init(&statements, FOUNDING_SIZE_MAX);
	engine_own_key(engine, &root, now_ms, &statements);
	engine_submit(submitter, buf_span(&statements));
	engine_site(engine, now_ms, submitter, &statements);
	buf_reset(&statements);
	for (size_t i = 0; i < ENGINE_STATIONS; i++)
		engine_station(engine, i, &root, now_ms, &statements);
	engine_submit(submitter, buf_span(&statements));
	buf_close(&statements);
	submitter_free(submitter);
	appliance_close(&appliance);
	(void)snprintf(path, sizeof path, "%s/tokens/till", engine->folder);
	FILE *in = fopen(path, "r");
	if (!in || !fgets(engine->token, sizeof engine->token, in))
		fail("token", NULL);
	(void)fclose(in);
	engine->token[strcspn(engine->token, "\n")] = 0;
}

/* ---- statements ---- */

/* One statement of the rules, signed by a key that is here; to be freed by the caller. */
static inline struct span engine_statement(const struct engine *engine, struct engine_key *key,
	unsigned number, const union kind_body *body)
{
	struct fault fault = {0};
	struct buf encoded, out;
	const struct kind *kind = kind_find((uint16_t)number);
	struct signer signer = signer_local(key->secret);
	buf_init(&encoded, STATEMENT_SIZE_MAX);
	buf_init(&out, STATEMENT_SIZE_MAX);
	kind->encode(body, &encoded);
	struct statement statement = {.envelope = {.type = SIGNED_STATEMENT,
					      .kid = span_of(key->kid, KID_SIZE),
					      .issuer = span_text(ENGINE_MEMBER),
					      .subject = span_text(kind->word),
					      .origin = span_text(engine->origin)},
		.kind = (uint16_t)number,
		.sequence = key->sequence++,
		.not_after_ms = engine->not_after_ms,
		.body = buf_span(&encoded)};
	if (encoded.err || statement_encode(&statement, &signer, &out, &fault))
		fail("statement", &fault);
	buf_close(&encoded);
	return buf_span(&out);
}

static inline void span_free(struct span span)
{
	free((void *)(uintptr_t)span.at);
}

static inline void engine_serial(unsigned lot, unsigned pack, char serial[SERIAL_MAX + 1])
{
	(void)snprintf(serial, SERIAL_MAX + 1, "L%uN%06u", lot % 10000, pack % 1000000);
}

static inline void engine_opener(const struct engine *engine, uint64_t gtin, unsigned lot,
	unsigned pack, uint8_t opener[KEY_SIZE])
{
	char serial[SERIAL_MAX + 1];
	engine_serial(lot, pack, serial);
	opener_make(engine->pepper, gtin, span_text(serial), opener);
}

static inline struct span engine_lot_step(
	struct engine *engine, unsigned kind, uint64_t gtin, const char *name, enum lot_packs packs)
{
	union kind_body body = {.lot_step = {.gtin = gtin, .lot = span_text(name)}};
	if (kind == KIND_LOT)
		body = (union kind_body){.lot = {.gtin = gtin,
						 .lot = span_text(name),
						 .expiries = {491231},
						 .expiry_count = 1,
						 .effective = 491231,
						 .packs = packs,
						 .pepper_year = engine->year}};
	return engine_statement(engine, &engine->key, kind, &body);
}

/* The supply of one pack, by the station at hand. */
static inline struct span engine_supply(
	struct engine *engine, size_t station, unsigned lot, unsigned pack)
{
	uint8_t opener[KEY_SIZE], secret[SECRET_SIZE], memory[128];
	char name[16];
	struct buf items;
	(void)snprintf(name, sizeof name, "LOT%u", lot);
	engine_opener(engine, ENGINE_GTIN, lot, pack, opener);
	random_fill(secret, sizeof secret);
	buf_over(&items, memory, sizeof memory);
	element_put(&items, opener, secret, 0);
	union kind_body body = {.change = {.gtin = ENGINE_GTIN,
					.lot = span_text(name),
					.elements = {.items = buf_span(&items), .count = 1}}};
	return engine_statement(engine, &engine->station[station], KIND_SUPPLY, &body);
}

/* The supply of a pack without a number. */
static inline struct span engine_loose(struct engine *engine, struct engine_key *key)
{
	union kind_body body = {
		.change = {.gtin = ENGINE_GTIN, .lot = span_text(ENGINE_LOOSE), .loose = 1}};
	return engine_statement(engine, key, KIND_SUPPLY, &body);
}

/* ---- running it ---- */

/* `assay run`; returns the time until it serves, in ms. */
static inline double engine_serve(struct engine *engine, struct process *process)
{
	const char *const args[] = {"run", "--json", "--folder", engine->folder, NULL};
	char line[ENGINE_LINE_SIZE];
	int64_t start = now_us();
	process_start(process, args);
	engine->serving = process->id;
	do {
		if (!process_line(process, line))
			fail("the appliance does not start", NULL);
	} while (!strstr(line, "station_port"));
	return (double)(now_us() - start) / 1000;
}

static inline void engine_stop(struct engine *engine, struct process *process)
{
	long peak = process_peak(process->id);
	(void)process_end(process, SIGTERM);
	if (peak > engine->peak_kib)
		engine->peak_kib = peak;
}

static inline uint64_t engine_bytes(const struct engine *engine)
{
	static const char *const names[] = {"ledger.db", "state.db"};
	uint64_t size = 0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[128];
		struct stat info;
		(void)snprintf(path, sizeof path, "%s/%s", engine->folder, names[i]);
		if (stat(path, &info))
			fail(path, NULL);
		size += (uint64_t)info.st_size;
	}
	return size;
}

#endif
