/* The engine, from outside: `make bench BENCH=engine`. One `engine key=value` line each; a line of
 * # before a figure says what was on the ledger, what was cached and who asked.
 *
 * The appliance is this binary run as `assay run`, the ledger one that `assay init` makes. Sizes
 * are set by the environment: FILL (statements and packs there, 10,000,000), STATEMENTS (in a
 * round, 20,000), CHECKS (20,000), ROUNDS_OF (5), PARTS (of "statements audit packs checks": all),
 * BENCH_FOLDER (where the ledger lies). */
#include "tests/bench/engine_checks.h"
#include "tests/bench/engine_fill.h"
#include "tests/bench/engine_https.h"
#include "tests/bench/engine_place.h"
#include "tests/bench/engine_wire.h"

#include "appliance/rules/rules_app.h"
#include "ledger/audit.h"

#define ROUNDS_MAX    9
#define ONE_BY_ONE    2000
#define SMALL_LOTS    1000
#define PLOT_CHECKS   4000
#define HTTPS_EVERY   100.0 /* us: 10,000 a second */
#define CHECK_EVERY   200 /* us */
#define SUPPLIED_PART 100000 /* packs of each lot that rounds may supply */

struct sizes {
	uint64_t fill;
	size_t statements, checks, rounds;
	unsigned lots;
};

/* Whether a part is measured. Packs are there in any case: the others need them. */
static bool has_part(const char *part)
{
	const char *parts = getenv("PARTS");
	return !parts || strstr(parts, part);
}

static uint64_t size_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	uint64_t value = text ? strtoull(text, NULL, 10) : otherwise;
	return value ? value : otherwise;
}

static double verify_now(struct engine *engine)
{
	double rates[ROUNDS];
	struct engine_key key = engine->station[0];
	union kind_body body = {
		.change = {.gtin = ENGINE_GTIN, .lot = span_text(ENGINE_LOOSE), .loose = 1}};
	struct span statement = engine_statement(engine, &key, KIND_SUPPLY, &body);
	for (int i = 0; i < ROUNDS; i++)
		rates[i] = verify_limit(key.public, statement);
	span_free(statement);
	return quantile(rates, ROUNDS, 0.5);
}

/* Rounds of supplies of packs of the lots, drawn at random, each pack once. What no longer is of
 * this hour's quota is another round's. */
static double statements_rate(struct engine *engine, const struct sizes *sizes, unsigned *next,
	bool loose, enum wire_type type, double *against)
{
	double rates[ROUNDS_MAX], parts[ROUNDS_MAX], theirs = 0, ours = 0;
	struct span *statements = calloc(sizes->statements, sizeof *statements);
	if (!statements)
		fail("memory", NULL);
	for (size_t round = 0; round < sizes->rounds; round++) {
		size_t each = sizes->statements / WIRE_CLIENTS;
		for (size_t i = 0; i < sizes->statements; i++) {
			size_t station = i / each + (i % each) % WIRE_STATIONS * WIRE_CLIENTS;
			unsigned at = (*next)++;
			station %= ENGINE_STATIONS;
			statements[i] = loose ? engine_loose(engine, &engine->station[station])
					      : engine_supply(engine, station, at % sizes->lots,
							(unsigned)((uint64_t)(at / sizes->lots) *
								   7919 % SUPPLIED_PART));
		}
		double before = verify_now(engine);
		double their_cpu = process_cpu(engine->serving), our_cpu = process_cpu(getpid());
		rates[round] = wire_round(engine, statements, sizes->statements, WIRE_WINDOW, type);
		theirs += process_cpu(engine->serving) - their_cpu;
		ours += process_cpu(getpid()) - our_cpu;
		parts[round] = rates[round] * 2 / (before + verify_now(engine));
		for (size_t i = 0; i < sizes->statements; i++)
			span_free(statements[i]);
	}
	free(statements);
	double all = (double)(sizes->statements * sizes->rounds);
	printf("# CPU us a statement: %.1f in the appliance, %.1f in the clients\n", theirs / all,
		ours / all);
	*against = quantile(parts, sizes->rounds, 0.5);
	return quantile(rates, sizes->rounds, 0.5);
}

static void one_by_one(struct engine *engine, unsigned lots, unsigned *next)
{
	static double took[ONE_BY_ONE];
	struct span statements[ONE_BY_ONE];
	struct wire_client client = {.engine = engine,
		.enrolment = &engine->enrolment[0],
		.statements = statements,
		.count = ONE_BY_ONE,
		.type = WIRE_STATE,
		.took = took};
	for (size_t i = 0; i < ONE_BY_ONE; i++) {
		unsigned at = (*next)++;
		statements[i] = engine_supply(engine, ENGINE_STATIONS - 1, at % lots,
			(unsigned)((uint64_t)(at / lots) * 7919 % SUPPLIED_PART));
	}
	wire_one_by_one(&client);
	for (size_t i = 0; i < ONE_BY_ONE; i++)
		span_free(statements[i]);
	printf("# one client, one statement after the other, each answered with its receipt\n");
	printf("engine client1_p50_us=%.0f client1_p99_us=%.0f\n", quantile(took, ONE_BY_ONE, 0.5),
		quantile(took, ONE_BY_ONE, 0.99));
}

/* For tests/bench/plot: what a check costs by the number of packs, one behind the other. */
static void plot_print(struct engine *engine, unsigned lots, double rate)
{
	static double took[PLOT_CHECKS];
	struct checks checks = {.gtin = ENGINE_GTIN,
		.lots = lots,
		.packs = ENGINE_LOT,
		.format = "LOT",
		.word = VERDICT_ACTIVE,
		.count = PLOT_CHECKS};
	checks_run(engine, &checks, 0, took);
	checks_run(engine, &checks, 0, took);
	printf("plot packs=%u check_p50_us=%.0f check_p99_us=%.0f commissioned_s=%.0f\n",
		lots * ENGINE_LOT, quantile(took, PLOT_CHECKS, 0.5),
		quantile(took, PLOT_CHECKS, 0.99), rate);
	(void)fflush(stdout);
}

static void packs_print(struct engine *engine, const struct sizes *sizes)
{
	struct process process;
	uint64_t before = engine_bytes(engine);
	double *rates = calloc(sizes->lots, sizeof *rates), limits[ROUNDS], unsorted;
	if (!rates)
		fail("memory", NULL);
	for (int i = 0; i < ROUNDS; i++)
		limits[i] = fill_sqlite_limit(engine, 1000, false);
	unsorted = fill_sqlite_limit(engine, 1000, true);
	(void)engine_serve(engine, &process);
	for (unsigned lot = 0; lot < sizes->lots; lot++) {
		rates[lot] = fill_lot(engine, lot);
		bool is_double = !(lot & (lot + 1)); /* 1, 2, 4 ... lots */
		if (is_double || lot + 1 == sizes->lots)
			plot_print(engine, lot + 1, rates[lot]);
	}
	engine_stop(engine, &process);
	uint64_t packs = (uint64_t)sizes->lots * ENGINE_LOT;
	double rate = quantile(rates, sizes->lots, 0.5);
	double limit = quantile(limits, ROUNDS, 0.5);
	printf("# bundles of %d of lots of %d sorted whole, over the station port, to a receipt "
	       "each; SQLite alone: 0.. rows, unsorted lots %.0f a second; part %.2f\n",
		ENGINE_BUNDLE, ENGINE_LOT, unsorted, rate / limit);
	printf("engine packs_commissioned_s=%.0f sqlite_limit_s=%.0f\n", rate, limit);
	printf("# ledger.db and state.db together, after %llu packs\n", (unsigned long long)packs);
	printf("engine bytes_per_pack=%.1f\n",
		(double)(engine_bytes(engine) - before) / (double)packs);
	(void)fflush(stdout);
	free(rates);
}

/* The whole ledger so far; the same with the rules applied again. */
static void audit_print(struct engine *engine)
{
	static const char *const keys[] = {"audit_s", "audit_rules_s"};
	struct app app;
	struct env env;
	env_machine(&env);
	rules_app(&app, &directory_members);
	for (size_t i = 0; i < 2; i++) {
		struct audit_report report;
		struct fault fault = {0};
		struct audit_options options = {
			.folder = engine->folder, .env = &env, .app = &app, .no_rules = i == 0};
		double before = verify_now(engine);
		int64_t start = now_us();
		if (audit(&options, &report, &fault) || report.what != AUDIT_NOTHING)
			fail("audit", report.what ? &report.fault : &fault);
		double rate = (double)report.statements * 1e6 / (double)(now_us() - start);
		printf("# audit of %llu statements; part of the verification rate %.2f\n",
			(unsigned long long)report.statements,
			rate * 2 / (before + verify_now(engine)));
		printf("engine %s=%.0f\n", keys[i], rate);
	}
	(void)fflush(stdout);
}

static void checks_print(struct engine *engine, const struct sizes *sizes)
{
	double *took = calloc(sizes->checks * 2, sizeof *took);
	struct checks checks = {.gtin = ENGINE_GTIN,
		.lots = sizes->lots,
		.first = SUPPLIED_PART,
		.packs = ENGINE_LOT,
		.format = "LOT",
		.word = VERDICT_ACTIVE,
		.count = sizes->checks};
	struct checks wrong = {.gtin = ENGINE_GTIN_B,
		.lots = SMALL_LOTS,
		.packs = FILL_SMALL_LOT,
		.format = "B",
		.wrong_lot = true,
		.word = VERDICT_LOT_MISMATCH,
		.count = 1000};
	if (!took)
		fail("memory", NULL);
	checks_run(engine, &checks, 0, took); /* warms */
	double cpu = process_cpu(getpid());
	checks_run(engine, &checks, 0, took);
	cpu = (process_cpu(getpid()) - cpu) / (double)sizes->checks;
	printf("# CPU us a check in process: %.1f; one behind the other p50 %.0f p99 %.0f\n", cpu,
		quantile(took, sizes->checks, 0.5), quantile(took, sizes->checks, 0.99));
	checks_run(engine, &checks, CHECK_EVERY, took);
	printf("# random packs among %u, warm, another process than the appliance's, open loop\n",
		sizes->lots * ENGINE_LOT);
	printf("engine check10m_p50_us=%.0f check10m_p99_us=%.0f\n",
		quantile(took, sizes->checks, 0.5), quantile(took, sizes->checks, 0.99));
	checks_run(engine, &wrong, 0, took);
	checks_run(engine, &wrong, 0, took);
	printf("# packs of a product with %d lots, asked for in another lot\n", SMALL_LOTS);
	printf("engine check_wrong_lot_p99_us=%.0f\n", quantile(took, wrong.count, 0.99));
	(void)fflush(stdout);
	https_checks(engine, sizes->lots, SUPPLIED_PART, HTTPS_EVERY, sizes->checks / 4, took);
	double theirs = process_cpu(engine->serving), ours = process_cpu(getpid());
	https_checks(engine, sizes->lots, SUPPLIED_PART, HTTPS_EVERY, sizes->checks * 2, took);
	theirs = (process_cpu(engine->serving) - theirs) / (double)sizes->checks / 2;
	ours = (process_cpu(getpid()) - ours) / (double)sizes->checks / 2;
	printf("# HTTPS, 10,000 checks a second, open loop, %d connections; p50 %.0f us; CPU us a "
	       "check: %.1f in the appliance, %.1f in the client\n",
		HTTPS_CONNECTIONS, quantile(took, sizes->checks * 2, 0.5), theirs, ours);
	printf("engine https_check_p99_us=%.0f\n", quantile(took, sizes->checks * 2, 0.99));
	(void)fflush(stdout);
	free(took);
}

static void empty_print(struct engine *engine, const struct sizes *sizes, unsigned *next)
{
	struct process process;
	double part = 0;
	(void)engine_serve(engine, &process);
	fill_loose_lot(engine);
	double rate = 0;
	if (has_part("statements"))
		rate = statements_rate(engine, sizes, next, true, WIRE_RECORD, &part);
	engine_stop(engine, &process);
	if (!has_part("statements"))
		return;
	printf("# supplies of one pack without a number, %d clients, %d open each; part of the "
	       "verification rate around it %.2f\n",
		WIRE_CLIENTS, WIRE_WINDOW, part);
	printf("engine statements_empty_s=%.0f\n", rate);
	(void)fflush(stdout);
}

static void full_statements(struct engine *engine, const struct sizes *sizes, unsigned *next)
{
	double part;
	double rate = statements_rate(engine, sizes, next, true, WIRE_RECORD, &part);
	printf("# %llu statements and packs there; supplies as above; part %.2f\n",
		(unsigned long long)sizes->fill, part);
	printf("engine statements_10m_s=%.0f\n", rate);
	rate = statements_rate(engine, sizes, next, false, WIRE_RECORD, &part);
	printf("# supplies of one pack each, drawn among all: %.0f a second, part %.2f\n", rate,
		part);
	(void)fflush(stdout);
}

static void full_print(struct engine *engine, const struct sizes *sizes, unsigned *next)
{
	struct process process;
	printf("engine startup_ms=%.0f\n", engine_serve(engine, &process));
	fill_small_lots(engine, SMALL_LOTS);
	if (has_part("statements"))
		full_statements(engine, sizes, next);
	(void)fflush(stdout);
	one_by_one(engine, sizes->lots, next);
	(void)fflush(stdout);
	if (has_part("checks"))
		checks_print(engine, sizes);
	engine_stop(engine, &process);
}

int main(int argc, char **argv)
{
	static struct engine engine;
	struct sizes sizes = {.fill = size_of("FILL", 10000000),
		.statements = size_of("STATEMENTS", 20000),
		.checks = size_of("CHECKS", 20000),
		.rounds = size_of("ROUNDS_OF", 5)};
	unsigned next = 0;
	if (crypto_start())
		return 1;
	if (argc > 1)
		return assay_run(argc, argv);
	sizes.lots = (unsigned)((sizes.fill + ENGINE_LOT - 1) / ENGINE_LOT);
	sizes.rounds = sizes.rounds < ROUNDS_MAX ? sizes.rounds : ROUNDS_MAX;
	(void)signal(SIGPIPE, SIG_IGN);
	engine_init(&engine);
	engine_register(&engine);
	printf("engine cores=%ld verify_limit_s=%.0f\n", sysconf(_SC_NPROCESSORS_ONLN),
		verify_now(&engine));
	empty_print(&engine, &sizes, &next);
	if (has_part("audit"))
		audit_print(&engine);
	packs_print(&engine, &sizes);
	double filled = fill_statements(&engine, sizes.fill);
	printf("# filled at %.0f statements a second by the node's own step, without transport\n",
		filled);
	(void)fflush(stdout);
	full_print(&engine, &sizes, &next);
	printf("# the largest of the appliance's peaks above\n");
	printf("engine rss_mb=%.0f\n", (double)engine.peak_kib / 1024);
	engine_remove(&engine);
	return 0;
}
