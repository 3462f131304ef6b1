/* A real appliance with the demo's members in a folder of its own, and what tests of goods and
 * packs do there. */
#ifndef TESTS_UNIT_TRADE_WORLD_H
#define TESTS_UNIT_TRADE_WORLD_H

#include "appliance/cli/commands.h"
#include "appliance/cli/demo_goods.h"
#include "appliance/rules/kinds.h"
#include "appliance/view/capture.h"
#include "appliance/view/handling.h"
#include "appliance/view/movement.h"
#include "appliance/wiring.h"
#include "gs1/syntax/link.h"
#include "tests/tap.h"

#include <ftw.h>
#include <unistd.h>

#define TRADE_XML_MAX   ((size_t)1 << 20)
#define TRADE_GTIN      "05012345678900"
#define TRADE_MAKER     "5012345000008"
#define TRADE_WHOLESALE "5098765000002"
#define TRADE_PHARMACY  "5011111000006"

struct trade {
	const char *plan; /* NULL: the demo's */
	char folder[64];
	struct appliance appliance;
	struct goods goods;
	struct buf xml;
};

static inline int trade_remove_one(
	const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void trade_remove(const char *folder)
{
	(void)nftw(folder, trade_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* `assay init`, without its line in the TAP output. */
static inline bool trade_init(char *folder, const char *plan)
{
	char words[][32] = {"init", "--plan", "--json", "--folder"};
	char path[128];
	(void)snprintf(path, sizeof path, "%s", plan ? plan : "deploy/demo/plan.json");
	char *argv[] = {words[0], words[1], path, words[2], words[3], folder, NULL};
	struct cli cli = {.folder = folder, .json = true};
	if (args_parse(&cli.args, command_init.options, 6, argv, &cli.fault))
		return false;
	(void)fflush(stdout);
	int saved = dup(STDOUT_FILENO);
	if (!freopen("/dev/null", "w", stdout))
		return false;
	enum status status = command_init.run(&cli);
	(void)fflush(stdout);
	(void)dup2(saved, STDOUT_FILENO);
	(void)close(saved);
	args_close(&cli.args);
	if (status != STATUS_YES)
		printf("# %s\n", cli.fault.text);
	return status == STATUS_YES;
}

/* The appliance of a folder that is there; what was chosen before stays. */
static inline bool trade_resume(struct trade *trade)
{
	struct fault fault = {0};
	enum err err = appliance_open(&trade->appliance, trade->folder, &fault);
	if (err)
		printf("# %s\n", fault.text);
	return err == OK;
}

static inline bool trade_open_plan(
	struct trade *trade, const char *plan, size_t packs, int32_t expiry_days)
{
	*trade = (struct trade){.plan = plan};
	(void)snprintf(trade->folder, sizeof trade->folder, P_tmpdir "/assay-trade-XXXXXX");
	buf_init(&trade->xml, TRADE_XML_MAX);
	if (crypto_start() || !mkdtemp(trade->folder) || !trade_init(trade->folder, plan) ||
		!trade_resume(trade))
		return false;
	goods_choose(&trade->goods, &trade->appliance.env, TRADE_GTIN, packs, expiry_days);
	return true;
}

static inline bool trade_open(struct trade *trade, size_t packs, int32_t expiry_days)
{
	return trade_open_plan(trade, NULL, packs, expiry_days);
}

static inline void trade_close(struct trade *trade)
{
	appliance_close(&trade->appliance);
	buf_close(&trade->xml);
	trade_remove(trade->folder);
}

static inline struct capturing trade_as(const struct trade *trade, const char *name)
{
	const struct appliance *appliance = &trade->appliance;
	return (struct capturing){appliance->desk, appliance->view, appliance->attachments,
		desk_find(appliance->desk, name)};
}

static inline bool trade_done(enum err err, const struct fault *fault)
{
	if (err)
		printf("# %s: %s\n", err_name(err), fault->text);
	return err == OK;
}

static inline bool trade_capture(struct trade *trade, struct fault *fault)
{
	static struct capture_result result;
	struct capturing maker = trade_as(trade, "maker.example");
	return trade_done(capture_xml(&maker, buf_span(&trade->xml), &result, fault), fault);
}

static inline bool trade_commission(struct trade *trade)
{
	struct fault fault = {0};
	buf_reset(&trade->xml);
	return trade_done(goods_put_commissioning(&trade->goods, TRADE_MAKER, &trade->xml, &fault),
		       &fault) &&
	       trade_capture(trade, &fault);
}

/* Packed, and shipped to a place. */
static inline bool trade_pack(struct trade *trade, const char *to)
{
	struct fault fault = {0};
	buf_reset(&trade->xml);
	return trade_done(
		goods_put_packing(&trade->goods, TRADE_MAKER, to, &trade->xml, &fault), &fault);
}

/* The maker states the lot closed and released. */
static inline bool trade_step(struct trade *trade, unsigned number, struct fault *fault)
{
	const struct kind *kind = kind_find((uint16_t)number);
	union kind_body body = {
		.lot_step = {.gtin = strtoull(TRADE_GTIN, NULL, 10),
			.lot = span_text(trade->goods.lot),
			.count = number == KIND_LOT_CLOSE ? (uint32_t)trade->goods.pack_count : 0}};
	struct buf bytes;
	struct stated stated;
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	kind->encode(&body, &bytes);
	struct desk_statement statement = {
		.party = desk_find(trade->appliance.desk, "maker.example"),
		.kind = kind->number,
		.word = kind->word,
		.body = buf_span(&bytes)};
	enum err err = desk_state(trade->appliance.desk, &statement, &stated, fault);
	buf_close(&bytes);
	return trade_done(err, fault);
}

static inline uint64_t trade_size(struct trade *trade)
{
	struct reader *reader = NULL;
	struct snapshot snapshot = {0};
	if (!desk_reader(trade->appliance.desk, &reader, NULL) &&
		!reader_begin(reader, &snapshot, NULL))
		reader_end(reader);
	desk_reader_back(trade->appliance.desk, reader);
	return snapshot.applied_size;
}

/* How many statements of a kind there are from a position on. */
static inline int trade_count(struct trade *trade, uint64_t from, unsigned kind)
{
	struct reader *reader = NULL;
	uint64_t size = trade_size(trade);
	int count = 0;
	if (desk_reader(trade->appliance.desk, &reader, NULL))
		return -1;
	for (uint64_t at = from; at < size; at++) {
		struct buf bytes;
		struct statement statement;
		buf_init(&bytes, STATEMENT_SIZE_MAX);
		if (!reader_statement(reader, at, &bytes, NULL) &&
			!statement_decode(buf_span(&bytes), SIGNED_STATEMENT, &statement, NULL))
			count += statement.kind == kind;
		buf_close(&bytes);
	}
	desk_reader_back(trade->appliance.desk, reader);
	return count;
}

static inline enum err trade_add_line(
	void *self, const struct stock_line *line, struct fault *fault)
{
	struct stock_line *sum = self;
	(void)fault;
	sum->held += line->held;
	sum->supplied += line->supplied;
	sum->gone += line->gone;
	sum->shipped += line->shipped;
	return OK;
}

static inline struct stock_line trade_stock(struct trade *trade, const char *party)
{
	struct stock_line sum = {0};
	struct stock_sink sink = {&sum, trade_add_line};
	if (view_stock(trade->appliance.view, party, TRADE_GTIN, NULL, &sink, NULL))
		sum.held = -1;
	return sum;
}

static inline struct span trade_sscc(const char *sscc, uint8_t memory[128])
{
	struct buf link;
	buf_over(&link, memory, 128);
	gs1_link_put_sscc(&link, sscc);
	return buf_span(&link);
}

static inline enum err trade_count_event(
	void *self, const struct view_event *event, struct fault *fault)
{
	(void)event;
	(void)fault;
	++*(int *)self;
	return OK;
}

/* Events about an EPC in a party's view. */
static inline int trade_events(struct trade *trade, const char *party, struct span epc)
{
	int count = 0;
	struct view_event_sink sink = {&count, trade_count_event};
	return view_events_of_epc(trade->appliance.view, party, epc, &sink, NULL) ? -1 : count;
}

static inline enum err trade_change(struct trade *trade, const char *party, const char *scan,
	unsigned kind, struct handled *handled, struct fault *fault)
{
	struct handling handling = {.kind = kind};
	return handle_pack(trade->appliance.desk, trade->appliance.view,
		desk_find(trade->appliance.desk, party), span_text(scan), &handling, handled,
		fault);
}

static inline enum err trade_undo(struct trade *trade, const char *party, const char *scan,
	bool is_return, struct handled *handled, struct fault *fault)
{
	struct undoing undoing = {.is_return = is_return, .never_left = is_return};
	return handle_undo(trade->appliance.desk, trade->appliance.view,
		desk_find(trade->appliance.desk, party), span_text(scan), &undoing, handled, fault);
}

#endif
