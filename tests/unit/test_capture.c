/* Capturing, shipping and receiving on a real ledger with the demo's members: what is stated, what
 * each party's view then knows, and that what is refused leaves nothing behind. */
#include "appliance/view/capture.h"

#include "appliance/cli/commands.h"
#include "appliance/cli/demo_goods.h"
#include "appliance/view/movement.h"
#include "appliance/wiring.h"
#include "tests/tap.h"

#include "gs1/syntax/link.h"

#include <ftw.h>
#include <unistd.h>

#define XML_MAX   ((size_t)1 << 20)
#define GTIN      "05012345678900"
#define MAKER     "5012345000008"
#define WHOLESALE "5098765000002"
#define PHARMACY  "5011111000006"
#define PACKS     100

struct trade {
	char folder[64];
	struct appliance appliance;
	struct goods goods;
	struct buf xml;
};

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* `assay init`, without its line in the TAP output. */
static bool run_init(char *folder)
{
	char words[][32] = {"init", "--plan", "deploy/demo/plan.json", "--json", "--folder"};
	char *argv[] = {words[0], words[1], words[2], words[3], words[4], folder, NULL};
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

static bool trade_open(struct trade *trade)
{
	struct fault fault = {0};
	(void)snprintf(trade->folder, sizeof trade->folder, P_tmpdir "/assay-trade-XXXXXX");
	buf_init(&trade->xml, XML_MAX);
	if (crypto_start() || !mkdtemp(trade->folder) || !run_init(trade->folder))
		return false;
	enum err err = appliance_open(&trade->appliance, trade->folder, &fault);
	if (err)
		printf("# %s\n", fault.text);
	goods_choose(&trade->goods, &trade->appliance.env, GTIN, PACKS, 400);
	return err == OK;
}

static void trade_close(struct trade *trade)
{
	appliance_close(&trade->appliance);
	buf_close(&trade->xml);
	(void)nftw(trade->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static struct capturing of_party(const struct trade *trade, const char *name)
{
	const struct appliance *appliance = &trade->appliance;
	return (struct capturing){appliance->desk, appliance->view, appliance->attachments,
		desk_find(appliance->desk, name)};
}

static enum err capture_as(
	struct trade *trade, const char *party, struct capture_result *result, struct fault *fault)
{
	struct capturing capturing = of_party(trade, party);
	*fault = (struct fault){0};
	return capture_xml(&capturing, buf_span(&trade->xml), result, fault);
}

static void put_commissioning(struct trade *trade)
{
	struct fault fault;
	buf_reset(&trade->xml);
	if (goods_put_commissioning(&trade->goods, MAKER, &trade->xml, &fault))
		printf("# %s\n", fault.text);
}

static void put_packing(struct trade *trade, const char *to)
{
	struct fault fault;
	buf_reset(&trade->xml);
	if (goods_put_packing(&trade->goods, MAKER, to, &trade->xml, &fault))
		printf("# %s\n", fault.text);
}

static uint64_t tree_size(struct trade *trade)
{
	struct reader *reader = NULL;
	struct snapshot snapshot = {0};
	struct fault fault;
	if (!desk_reader(trade->appliance.desk, &reader, &fault) &&
		!reader_begin(reader, &snapshot, &fault))
		reader_end(reader);
	desk_reader_back(trade->appliance.desk, reader);
	return snapshot.applied_size;
}

static enum err add_counts(void *self, const struct stock_line *line, struct fault *fault)
{
	struct stock_line *sum = self;
	(void)fault;
	sum->held += line->held;
	sum->shipped += line->shipped;
	return OK;
}

static struct stock_line stock_of(struct trade *trade, const char *party)
{
	struct stock_line sum = {0};
	struct stock_sink sink = {&sum, add_counts};
	struct fault fault = {0};
	if (view_stock(trade->appliance.view, party, GTIN, trade->goods.lot, &sink, &fault))
		printf("# %s\n", fault.text);
	return sum;
}

static struct span sscc_epc(const char *sscc, uint8_t memory[128])
{
	struct buf link;
	buf_over(&link, memory, 128);
	gs1_link_put_sscc(&link, sscc);
	return buf_span(&link);
}

static enum err count_event(void *self, const struct view_event *event, struct fault *fault)
{
	(void)event;
	(void)fault;
	++*(size_t *)self;
	return OK;
}

static size_t events_of(struct trade *trade, const char *party, const char *serial)
{
	size_t count = 0;
	uint8_t memory[128];
	struct buf link;
	struct view_event_sink sink = {&count, count_event};
	struct fault fault;
	buf_over(&link, memory, sizeof memory);
	gs1_link_put_pack(&link, GTIN, span_of(NULL, 0), span_text(serial));
	if (view_events_of_epc(trade->appliance.view, party, buf_span(&link), &sink, &fault))
		printf("# %s\n", fault.text);
	return count;
}

TEST(a_lot_is_registered_packed_shipped_and_received)
{
	static struct trade trade;
	static struct capture_result result;
	struct movement_result moved;
	struct fault fault = {0};
	uint8_t memory[128];
	NEED(trade_open(&trade));
	put_commissioning(&trade);
	CHECK_ROW(capture_as(&trade, "maker.example", &result, &fault) == OK, "%s", fault.text);
	CHECK(result.packs == PACKS && result.lot_count == 1 && result.events == 2);
	CHECK(!strcmp(result.lots[0].lot, trade.goods.lot) && result.lots[0].position > 0);
	CHECK(stock_of(&trade, "maker.example").held == PACKS);
	put_packing(&trade, WHOLESALE);
	CHECK_ROW(capture_as(&trade, "maker.example", &result, &fault) == OK, "%s", fault.text);
	CHECK(result.packs == 0 && result.events == 4);
	CHECK(stock_of(&trade, "maker.example").shipped == PACKS);
	/* Announced, not in hand. */
	CHECK(stock_of(&trade, "wholesale.example").held == 0);
	struct capturing wholesale = of_party(&trade, "wholesale.example");
	struct capturing pharmacy = of_party(&trade, "pharmacy");
	struct span pallet = sscc_epc(trade.goods.pallet, memory);
	CHECK_ROW(movement_receive(&wholesale, pallet, 0, &moved, &fault) == OK, "%s", fault.text);
	CHECK(moved.packs == PACKS && !strcmp(moved.from, "maker.example"));
	CHECK(stock_of(&trade, "wholesale.example").held == PACKS);
	CHECK(movement_receive(&wholesale, pallet, 0, &moved, &fault) == ERR_EXISTS);
	CHECK(movement_receive(&pharmacy, pallet, 0, &moved, &fault) == ERR_NOT_FOUND);
	struct span one = sscc_epc(trade.goods.cases[0], memory);
	CHECK(movement_ship(&wholesale, one, "9999999999994", 0, &moved, &fault) == ERR_NOT_FOUND);
	CHECK_ROW(movement_ship(&wholesale, one, PHARMACY, 0, &moved, &fault) == OK, "%s",
		fault.text);
	CHECK(moved.packs == GOODS_CASE_PACKS);
	CHECK(movement_ship(&wholesale, one, PHARMACY, 0, &moved, &fault) == ERR_EXISTS);
	CHECK(stock_of(&trade, "wholesale.example").held == PACKS - GOODS_CASE_PACKS);
	CHECK_ROW(movement_receive(&pharmacy, one, 0, &moved, &fault) == OK, "%s", fault.text);
	CHECK(stock_of(&trade, "pharmacy").held == GOODS_CASE_PACKS);
	/* Who is no party to it knows nothing; the authority sees commissioning and packing. */
	CHECK(events_of(&trade, "hospital.example", trade.goods.serials[0]) == 0);
	CHECK(events_of(&trade, "pharmacy", trade.goods.serials[0]) == 0);
	CHECK(events_of(&trade, "authority.example", trade.goods.serials[0]) == 2);
	CHECK(stock_of(&trade, "hospital.example").held == 0);
	trade_close(&trade);
}

static void replace(struct buf *xml, const char *what, const char *with)
{
	size_t size = strlen(what);
	for (size_t i = 0; i + size <= xml->size; i++)
		if (!memcmp(xml->at + i, what, size))
			memcpy(xml->at + i, with, size);
}

TEST(what_is_refused_leaves_nothing_behind)
{
	static struct trade trade;
	static struct capture_result result;
	struct fault fault = {0};
	NEED(trade_open(&trade));
	uint64_t size = tree_size(&trade);
	put_commissioning(&trade);
	CHECK(capture_as(&trade, "hospital.example", &result, &fault) == ERR_REFUSED);
	CHECK_ROW(tree_size(&trade) == size, "a lot by who does not make it");
	replace(&trade.xml, GTIN, "05098765432100");
	CHECK(capture_as(&trade, "maker.example", &result, &fault) == ERR_REFUSED);
	CHECK_ROW(tree_size(&trade) == size, "a foreign product");
	put_commissioning(&trade);
	replace(&trade.xml, "lotNumber", "lotNumbes");
	CHECK(capture_as(&trade, "maker.example", &result, &fault) == ERR_RANGE);
	CHECK_ROW(tree_size(&trade) == size && strstr(fault.text, "lotNumber"), "%s", fault.text);
	put_packing(&trade, WHOLESALE);
	CHECK(capture_as(&trade, "maker.example", &result, &fault) == ERR_NOT_FOUND);
	CHECK_ROW(tree_size(&trade) == size, "packs that nobody commissioned: %s", fault.text);
	put_commissioning(&trade);
	CHECK(capture_as(&trade, "maker.example", &result, &fault) == OK);
	size = tree_size(&trade);
	CHECK(capture_as(&trade, "maker.example", &result, &fault) == ERR_EXISTS);
	CHECK_ROW(tree_size(&trade) == size, "captured before");
	put_packing(&trade, "9999999999994");
	CHECK(capture_as(&trade, "maker.example", &result, &fault) == ERR_NOT_FOUND);
	CHECK_ROW(tree_size(&trade) == size, "a place that nobody knows: %s", fault.text);
	trade_close(&trade);
}

TEST(a_lot_has_one_expiry_and_takes_more_packs)
{
	static struct trade trade;
	static struct capture_result result;
	struct fault fault = {0};
	NEED(trade_open(&trade));
	put_commissioning(&trade);
	CHECK(capture_as(&trade, "maker.example", &result, &fault) == OK);
	uint64_t size = tree_size(&trade);
	struct goods more;
	goods_choose(&more, &trade.appliance.env, GTIN, GOODS_CASE_PACKS, 401);
	memcpy(more.lot, trade.goods.lot, sizeof more.lot);
	trade.goods = more;
	put_commissioning(&trade);
	CHECK(capture_as(&trade, "maker.example", &result, &fault) == ERR_REFUSED);
	CHECK_ROW(tree_size(&trade) == size && strstr(fault.text, more.lot), "%s", fault.text);
	goods_choose(&more, &trade.appliance.env, GTIN, GOODS_CASE_PACKS, 400);
	memcpy(more.lot, trade.goods.lot, sizeof more.lot);
	trade.goods = more;
	put_commissioning(&trade);
	CHECK_ROW(capture_as(&trade, "maker.example", &result, &fault) == OK, "%s", fault.text);
	CHECK(result.packs == GOODS_CASE_PACKS);
	CHECK(stock_of(&trade, "maker.example").held == PACKS + GOODS_CASE_PACKS);
	trade_close(&trade);
}

TAP_MAIN(CASE(a_lot_is_registered_packed_shipped_and_received),
	CASE(what_is_refused_leaves_nothing_behind),
	CASE(a_lot_has_one_expiry_and_takes_more_packs))
