/* The story's first part: a lot is made, registered and released, and goes to where it is
 * needed. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"

#include <stdio.h>

#define XML_MAX ((size_t)16 << 20)

#define COMMISSIONING_FILE "1-commissioning.xml"
#define PACKING_FILE       "2-packing.xml"

static void write_files(struct demo *demo)
{
	const struct goods *goods = &demo->goods;
	const char *gln = demo_gln(demo, "maker.example");
	struct fault fault = {0};
	struct buf xml;
	buf_init(&xml, XML_MAX);
	demo_note(demo, "product", "GTIN %s, lot %s, expires %.2s-%.2s-%.2s, %zu packs",
		goods->gtin, goods->lot, goods->expiry, goods->expiry + 2, goods->expiry + 4,
		goods->pack_count);
	enum err err = goods_put_commissioning(goods, gln, &xml, &fault);
	if (demo_ok(demo, err, &fault))
		demo_keep(demo, COMMISSIONING_FILE, buf_span(&xml));
	buf_reset(&xml);
	err = goods_put_packing(goods, gln, demo_gln(demo, "wholesale.example"), &xml, &fault);
	if (demo_ok(demo, err, &fault))
		demo_keep(demo, PACKING_FILE, buf_span(&xml));
	buf_close(&xml);
}

/* The file as it lies there, so that what is captured is what one can look at. */
static bool capture(struct demo *demo, const char *name, json_t **answer)
{
	char path[DEMO_PATH_SIZE];
	struct fault fault = {0};
	struct buf xml;
	buf_init(&xml, XML_MAX);
	(void)snprintf(path, sizeof path, "%.3900s/%s", demo->files, name);
	enum err err = cli_read_file(path, XML_MAX, &xml, &fault);
	bool done =
		demo_ok(demo, err, &fault) && demo_post_bytes(demo, "maker", "/api/v1/capture",
						      "application/xml", buf_span(&xml), answer);
	buf_close(&xml);
	return done;
}

static int64_t number_of(const json_t *answer, const char *name)
{
	return (int64_t)json_integer_value(json_object_get(answer, name));
}

static void register_lot(struct demo *demo)
{
	json_t *answer = NULL;
	if (!capture(demo, COMMISSIONING_FILE, &answer))
		return;
	const json_t *lot = json_array_get(json_object_get(answer, "lots"), 0);
	demo_expect(demo, "lot", demo->goods.lot, json_text(lot, "lot"));
	demo_expect_number(
		demo, "packs", (int64_t)demo->goods.pack_count, number_of(answer, "packs"));
	demo_note(demo, "events", "%lld, in %lld statements",
		(long long)number_of(answer, "events"), (long long)number_of(answer, "statements"));
	demo->lot_at = (uint64_t)number_of(lot, "position");
	demo_evidence(demo, answer);
	json_decref(answer);
}

static void pack_and_ship(struct demo *demo)
{
	json_t *answer = NULL;
	if (!capture(demo, PACKING_FILE, &answer))
		return;
	demo_expect_number(demo, "events", (int64_t)(demo->goods.pack_count / GOODS_CASE_PACKS) + 2,
		number_of(answer, "events"));
	demo_expect_number(demo, "duplicates", 0, number_of(answer, "duplicates"));
	demo_evidence(demo, answer);
	json_decref(answer);
}

static void lot_step(struct demo *demo, const char *path)
{
	json_t *answer = NULL;
	if (!demo_post(demo, "maker", path,
		    json_pack("{s:s, s:s}", "gtin", demo->goods.gtin, "lot", demo->goods.lot),
		    &answer))
		return;
	demo_expect(demo, "outcome", "accepted", json_text(answer, "outcome"));
	demo_evidence(demo, answer);
	json_decref(answer);
}

static void close_lot(struct demo *demo)
{
	lot_step(demo, "/api/v1/lots/close");
}

static void release_lot(struct demo *demo)
{
	lot_step(demo, "/api/v1/lots/release");
}

static void receive(struct demo *demo, const char *user, const char *sscc, int64_t packs)
{
	char scan[GOODS_SCAN_SIZE];
	json_t *answer = NULL;
	goods_scan_sscc(sscc, scan);
	demo_note(demo, "scan", "%s", scan);
	if (!demo_post(demo, user, "/api/v1/receive", json_pack("{s:s}", "scan", scan), &answer))
		return;
	demo_expect_number(demo, "packs", packs, number_of(answer, "packs"));
	demo_note(demo, "from", "%s", json_text(answer, "from"));
	demo_evidence(demo, answer);
	json_decref(answer);
}

static void receive_pallet(struct demo *demo)
{
	receive(demo, "warehouse", demo->goods.pallet, (int64_t)demo->goods.pack_count);
}

static void ship_case(struct demo *demo)
{
	char scan[GOODS_SCAN_SIZE];
	json_t *answer = NULL;
	const char *to = demo_gln(demo, "pharmacy");
	goods_scan_sscc(demo->goods.cases[0], scan);
	demo_note(demo, "scan", "%s", scan);
	demo_note(demo, "to", "GLN %s", to);
	if (!demo_post(demo, "warehouse", "/api/v1/ship",
		    json_pack("{s:s, s:s}", "scan", scan, "to", to), &answer))
		return;
	demo_expect_number(demo, "packs", GOODS_CASE_PACKS, number_of(answer, "packs"));
	demo_evidence(demo, answer);
	json_decref(answer);
}

static void receive_case(struct demo *demo)
{
	receive(demo, "pharmacist", demo->goods.cases[0], GOODS_CASE_PACKS);
}

const struct demo_step demo_goods_steps[] = {
	{"The maker", "makes a lot and writes two EPCIS 2.0 XML files about it", write_files},
	{"The maker", "registers the lot: captures the commissioning of its packs", register_lot},
	{"The maker", "packs them into cases, the cases onto a pallet, and ships it",
		pack_and_ship},
	{"The maker", "closes the lot: there are no more packs than these", close_lot},
	{"The maker", "releases the lot", release_lot},
	{"The wholesaler", "receives the pallet by its SSCC", receive_pallet},
	{"The wholesaler", "ships one case to the pharmacy, whose operator it is", ship_case},
	{"The pharmacy", "receives the case by its SSCC", receive_case},
	{0},
};
