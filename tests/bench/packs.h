/* Packs commissioned and checked, on a ledger as it is founded, with the real rules and the real
 * key holder (its floor is durable before each checkpoint is signed). */
#ifndef TESTS_BENCH_PACKS_H
#define TESTS_BENCH_PACKS_H

#include "tests/bench/limits.h"

#include "appliance/rules/facts.h"
#include "appliance/rules/kinds.h"
#include "appliance/rules/opener.h"
#include "appliance/rules/rules_app.h"
#include "ledger/founding.h"
#include "ledger/keyholder.h"
#include "ledger/reader.h"
#include "ledger/service.h"
#include "ledger/submit.h"

#define PACKS_MEMBER   "maker.example"
#define PACKS_GTIN     9506000134352ull
#define PACKS_LOT      500000 /* packs in a lot; a lot is a round */
#define PACKS_BUNDLE   10000
#define PACKS_BUNDLES  (PACKS_LOT / PACKS_BUNDLE)
#define CHECKS         3000
#define CHECK_EVERY_US 1000 /* intended: open loop */

struct packs {
	char folder[64];
	struct env env;
	struct app app;
	struct keyholder *keyholder;
	struct keyholder_key key;
	char origin[ORIGIN_SIZE_MAX + 1];
	struct channels *channels;
	struct service *service;
	struct submitter *submitter;
	uint64_t sequence;
	uint16_t year;
	uint8_t pepper[PEPPER_SIZE];
	struct answer answer;
};

static inline enum err packs_sign(void *self, const uint8_t kid[KID_SIZE], struct span bytes,
	uint8_t signature[SIGN_SIZE], struct fault *fault)
{
	return keyholder_sign(self, kid, bytes, signature, fault);
}

static inline enum err packs_checkpoint(void *self, struct span origin, uint64_t size,
	const uint8_t root[HASH_SIZE], int64_t time_ms, struct buf *note, struct fault *fault)
{
	return keyholder_checkpoint(self, origin, size, root, time_ms, note, fault);
}

static inline void packs_hand_in(struct packs *packs, struct span statement)
{
	struct fault fault = {0};
	if (submitter_ask(packs->submitter, statement, false, -1, &packs->answer, &fault) ||
		!answer_is_recorded(&packs->answer)) {
		(void)snprintf(fault.text, sizeof fault.text, "code %u %.150s",
			packs->answer.outcome.code, packs->answer.fault.text);
		fail("statement refused", &fault);
	}
}

/* One statement of the rules, signed by the key holder. */
static inline struct buf packs_statement(
	struct packs *packs, unsigned number, const union kind_body *body)
{
	struct fault fault = {0};
	struct buf encoded, out;
	const struct kind *kind = kind_find((uint16_t)number);
	struct keyholder_signer holder = {.holder = packs->keyholder};
	memcpy(holder.kid, packs->key.kid, KID_SIZE);
	struct signer signer = keyholder_signer(&holder);
	buf_init(&encoded, STATEMENT_SIZE_MAX);
	buf_init(&out, STATEMENT_SIZE_MAX);
	kind->encode(body, &encoded);
	struct statement statement = {.envelope = {.type = SIGNED_STATEMENT,
					      .kid = span_of(packs->key.kid, KID_SIZE),
					      .issuer = span_text(PACKS_MEMBER),
					      .subject = span_text(kind->word),
					      .origin = span_text(packs->origin)},
		.kind = (uint16_t)number,
		.sequence = packs->sequence++,
		.not_after_ms = env_now_ms(&packs->env) + 3600000,
		.body = buf_span(&encoded)};
	if (encoded.err || statement_encode(&statement, &signer, &out, &fault))
		fail("statement", &fault);
	buf_close(&encoded);
	return out;
}

static inline void packs_say(struct packs *packs, unsigned number, const union kind_body *body)
{
	struct buf statement = packs_statement(packs, number, body);
	packs_hand_in(packs, buf_span(&statement));
	buf_close(&statement);
}

static inline void packs_found(struct packs *packs, struct buf *statements)
{
	struct fault fault = {0};
	uint8_t set_bytes[32], scope_bytes[128];
	uint64_t gtin = PACKS_GTIN;
	struct buf set, scope;
	buf_over(&set, set_bytes, sizeof set_bytes);
	buf_over(&scope, scope_bytes, sizeof scope_bytes);
	scope_set_put(&set, &gtin, 1);
	struct scope wanted = {.roles = ROLE_MANUFACTURER | ROLE_PHARMACY,
		.gtins = {.items = buf_span(&set), .count = 1}};
	scope_encode(&wanted, &scope);
	struct founding_member member = {
		.name = PACKS_MEMBER, .scope = buf_span(&scope), .is_voter = true};
	struct founding_site site = {.party = PACKS_MEMBER, .id = {1}, .level = 1};
	struct founding_plan plan = {.folder = packs->folder,
		.self = PACKS_MEMBER,
		.appliance = {2},
		.now_ms = env_now_ms(&packs->env),
		.chosen = "bench.example",
		.zone = "Europe/London",
		.members = &member,
		.member_count = 1,
		.sites = &site,
		.site_count = 1};
	if (founding_make(&plan, packs->origin, statements, &fault))
		fail("founding", &fault);
}

static inline void packs_open(struct packs *packs)
{
	struct fault fault = {0};
	struct buf statements;
	struct span left, statement;
	memset(packs, 0, sizeof *packs);
	env_machine(&packs->env);
	rules_app(&packs->app, &directory_members);
	random_fill(packs->pepper, sizeof packs->pepper);
	(void)snprintf(packs->folder, sizeof packs->folder, P_tmpdir "/assay-bench-XXXXXX");
	if (!mkdtemp(packs->folder))
		fail("folder", NULL);
	buf_init(&statements, FOUNDING_SIZE_MAX);
	packs_found(packs, &statements);
	if (keyholder_start(&packs->keyholder, packs->folder, NULL, &fault) ||
		keyholder_find(packs->keyholder, PACKS_MEMBER, KEY_APPLIANCE, &packs->key, &fault))
		fail("key holder", &fault);
	struct service_options options = {
		.node = {.folder = packs->folder,
			.env = &packs->env,
			.app = &packs->app,
			.signer = {packs->keyholder, packs_sign, packs_checkpoint},
			.member = PACKS_MEMBER}};
	memcpy(options.node.kid, packs->key.kid, KID_SIZE);
	left = buf_span(&statements);
	if (!founding_next(&left, &statement) || node_create(&options.node, statement, &fault) ||
		channels_open(&packs->channels, &fault))
		fail("ledger", &fault);
	options.channels = packs->channels;
	if (service_open(&packs->service, &options, &fault) ||
		submitter_open(&packs->submitter, packs->service, &fault))
		fail("service", &fault);
	while (founding_next(&left, &statement))
		packs_hand_in(packs, statement);
	buf_close(&statements);
	struct reader *reader = NULL;
	struct snapshot snapshot;
	if (reader_open(&reader, packs->folder, &packs->env, &fault) ||
		reader_begin(reader, &snapshot, &fault) ||
		members_sequence_next(snapshot.table, packs->key.kid, &packs->sequence, &fault) ||
		pepper_newest(snapshot.table, &packs->year, &fault))
		fail("reader", &fault);
	reader_free(reader);
}

static inline void packs_close(struct packs *packs)
{
	char command[128];
	submitter_free(packs->submitter);
	service_free(packs->service);
	channels_free(packs->channels);
	keyholder_stop(packs->keyholder);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", packs->folder);
	if (system(command))
		fprintf(stderr, "bench: could not remove %s\n", packs->folder);
}

static inline void pack_key_of(
	const struct packs *packs, unsigned lot, unsigned n, uint8_t key[KEY_SIZE])
{
	char serial[SERIAL_MAX];
	uint8_t opener[KEY_SIZE];
	int size = snprintf(serial, sizeof serial, "L%uN%06u", lot, n);
	opener_make(packs->pepper, PACKS_GTIN, span_of(serial, (size_t)size), opener);
	opener_key(opener, key);
}

static inline int order_keys(const void *a, const void *b)
{
	return memcmp(a, b, KEY_SIZE);
}

/* A whole lot sorted, then cut into bundles, signed beforehand. Returns packs a second from the
 * first hand-in to the last answer. */
static inline double packs_round(struct packs *packs, unsigned lot)
{
	char name[16];
	struct fault fault = {0};
	uint8_t *keys = malloc((size_t)PACKS_LOT * KEY_SIZE);
	struct buf bundles[PACKS_BUNDLES];
	(void)snprintf(name, sizeof name, "LOT%u", lot);
	if (!keys)
		fail("memory", NULL);
	for (unsigned i = 0; i < PACKS_LOT; i++)
		pack_key_of(packs, lot, i, keys + (size_t)i * KEY_SIZE);
	qsort(keys, PACKS_LOT, KEY_SIZE, order_keys);
	union kind_body body = {.lot = {.gtin = PACKS_GTIN,
					.lot = span_text(name),
					.expiries = {491231},
					.expiry_count = 1,
					.effective = 491231,
					.packs = LOT_PACKS_ALL,
					.pepper_year = packs->year}};
	packs_say(packs, KIND_LOT, &body);
	for (size_t i = 0; i < PACKS_BUNDLES; i++) {
		union kind_body bundle = {
			.commission = {.gtin = PACKS_GTIN,
				.lot = span_text(name),
				.keys = span_of(keys + i * PACKS_BUNDLE * KEY_SIZE,
					(size_t)PACKS_BUNDLE * KEY_SIZE)}};
		bundles[i] = packs_statement(packs, KIND_COMMISSION, &bundle);
	}
	int64_t start = now_us();
	for (size_t i = 0; i < PACKS_BUNDLES; i++)
		if (submitter_send(packs->submitter, buf_span(&bundles[i]), false, i, &fault))
			fail("bundle", &fault);
	for (size_t i = 0; i < PACKS_BUNDLES; i++) {
		uint64_t tag;
		if (submitter_wait(packs->submitter, -1, &tag, &packs->answer, &fault) ||
			packs->answer.outcome.code || !packs->answer.is_final)
			fail("bundle refused", &packs->answer.fault);
	}
	int64_t took = now_us() - start;
	union kind_body step = {.lot_step = {.gtin = PACKS_GTIN, .lot = span_text(name)}};
	packs_say(packs, KIND_LOT_CLOSE, &step);
	packs_say(packs, KIND_LOT_RELEASE, &step);
	for (size_t i = 0; i < PACKS_BUNDLES; i++)
		buf_close(&bundles[i]);
	free(keys);
	return (double)PACKS_LOT * 1e6 / (double)took;
}

/* One check as an appliance makes it once the code is read: a snapshot, the facts, the verdict. */
static inline enum verdict_word packs_check(
	struct packs *packs, struct reader *reader, unsigned lot, unsigned n)
{
	char name[16];
	struct fault fault = {0};
	struct snapshot snapshot;
	struct pack_facts facts;
	struct verdict verdict;
	struct pepper_key key = {.year = packs->year};
	(void)snprintf(name, sizeof name, "LOT%u", lot);
	pack_key_of(packs, lot, n, key.key);
	struct facts_scan scan = {.gtin = PACKS_GTIN,
		.lot = span_text(name),
		.expiry = 491231,
		.keys = &key,
		.key_count = 1};
	struct facts_asker asker = {.recall = {.roles = ROLE_PHARMACY}};
	if (reader_begin(reader, &snapshot, &fault))
		fail("check", &fault);
	struct facts_time time = {.zone = ZONE_EUROPE_LONDON,
		.now_ms = snapshot.time_ms,
		.applied_size = snapshot.applied_size,
		.final_size = snapshot.final_size,
		.final_age_ms = snapshot.age_ms};
	if (facts_read(snapshot.table, &scan, &asker, &time, &facts, &fault))
		fail("check", &fault);
	reader_end(reader);
	verdict_judge(&facts, ZONE_EUROPE_LONDON, &verdict);
	return verdict_word(&verdict);
}

/* Open loop: each check is due at its own time, and late is late. */
static inline void checks_print(struct packs *packs, unsigned lots)
{
	static double took[CHECKS];
	struct fault fault = {0};
	struct reader *reader = NULL;
	uint64_t dice = 11;
	if (reader_open(&reader, packs->folder, &packs->env, &fault))
		fail("reader", &fault);
	int64_t due = now_us();
	for (size_t i = 0; i < CHECKS; i++, due += CHECK_EVERY_US) {
		dice = dice * 6364136223846793005u + 1442695040888963407u;
		unsigned draw = (unsigned)(dice >> 33);
		while (now_us() < due)
			;
		if (packs_check(packs, reader, draw % lots, draw / lots % PACKS_LOT) !=
			VERDICT_ACTIVE)
			fail("a pack is not active", NULL);
		took[i] = (double)(now_us() - due);
	}
	reader_free(reader);
	static const double parts[] = {0.5, 0.99};
	for (size_t i = 0; i < 2; i++)
		printf("node check_p%.0f_us=%.0f fill=%u cache=warm client=in-process rate=%d "
		       "open_loop=yes\n",
			100 * parts[i], quantile(took, CHECKS, parts[i]), lots * PACKS_LOT,
			1000000 / CHECK_EVERY_US);
}

static inline void packs_print(void)
{
	static struct packs packs;
	double rates[ROUNDS];
	packs_open(&packs);
	for (unsigned lot = 0; lot < ROUNDS; lot++)
		rates[lot] = packs_round(&packs, lot);
	printf("node packs_commissioned_s=%.0f bundle=%d lot=%d fill=empty cache=warm "
	       "client=in-process\n",
		quantile(rates, ROUNDS, 0.5), PACKS_BUNDLE, PACKS_LOT);
	checks_print(&packs, ROUNDS);
	packs_close(&packs);
}

#endif
