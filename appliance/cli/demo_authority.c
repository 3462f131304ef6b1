/* The story's third part: the authority recalls the lot and asks where its packs are. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"

#include <stdio.h>
#include <string.h>

#define PACK_LATER 4 /* of the pharmacy's case: nobody touched it so far */

static void recall_lot(struct demo *demo)
{
	json_t *answer = NULL;
	json_t *body = json_pack("{s:[{s:s, s:[s]}], s:i, s:s}", "items", "gtin", demo->goods.gtin,
		"lots", demo->goods.lot, "class", 2, "depth", "patient");
	if (!demo_post(demo, "authority", "/api/v1/recalls", body, &answer))
		return;
	demo_note(demo, "recall", "%s, class 2, to patient level", json_text(answer, "recall"));
	demo_evidence(demo, answer);
	json_decref(answer);
}

static void scan_recalled(struct demo *demo)
{
	char scan[GOODS_SCAN_SIZE];
	const struct goods *goods = &demo->goods;
	goods_scan(goods->gtin, goods->expiry, goods->lot, goods->serials[PACK_LATER], scan);
	demo_bench_scan(demo, scan, "recalled", "red");
}

/* What the ledger shows, and what came to the authority sealed, marked as such. */
static void trace_pack(struct demo *demo)
{
	char scan[GOODS_SCAN_SIZE];
	json_t *answer = NULL;
	struct buf path;
	struct buf path_taken;
	bool supplied = false;
	demo_scan_of(demo, 0, scan);
	buf_init(&path, 1024);
	buf_put_text(&path, "/api/v1/trace?scan=");
	client_escape(span_text(scan), &path);
	bool done = demo_get(demo, "authority", buf_text(&path), &answer);
	buf_close(&path);
	if (!done)
		return;
	buf_init(&path_taken, 4096);
	const json_t *steps = json_object_get(answer, "steps");
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);
		char name[24];
		(void)snprintf(name, sizeof name, "%zu", i + 1);
		demo_note(demo, name, "%s  %-6s  %-14s  %-18s position %lld",
			json_text(step, "time"), json_text(step, "source"), json_text(step, "what"),
			json_text(step, "by"),
			(long long)json_integer_value(json_object_get(step, "position")));
		if (!strcmp(json_text(step, "source"), "view"))
			buf_printf(&path_taken, "%s%s", path_taken.size ? ", " : "",
				json_text(step, "what"));
		supplied |= (uint64_t)json_integer_value(json_object_get(step, "position")) ==
			    demo->supplied_at;
	}
	demo_expect(demo, "supply", "shown with its position",
		supplied ? "shown with its position" : "missing");
	/* Its own commissioning and its case's; into the case, and the case onto the pallet. */
	demo_expect(demo, "way",
		"commissioning, commissioning, packing, packing, shipping, receiving, shipping, "
		"receiving",
		buf_text(&path_taken));
	buf_close(&path_taken);
	json_decref(answer);
}

static void trace_lot(struct demo *demo)
{
	char path[128];
	json_t *answer = NULL;
	(void)snprintf(path, sizeof path, "/api/v1/trace?gtin=%s&lot=%s", demo->goods.gtin,
		demo->goods.lot);
	if (!demo_get(demo, "authority", path, &answer))
		return;
	const json_t *packs = json_object_get(answer, "packs");
	demo_expect(demo, "state", "released", json_text(answer, "state"));
	demo_note(demo, "maker", "%s", json_text(answer, "maker"));
	demo_note(demo, "positions", "opened %lld, closed %lld, released %lld",
		(long long)json_integer_value(json_object_get(answer, "opened_at")),
		(long long)json_integer_value(json_object_get(answer, "closed_at")),
		(long long)json_integer_value(json_object_get(answer, "released_at")));
	demo_expect_number(demo, "supplied", 1,
		(int64_t)json_integer_value(json_object_get(packs, "supplied")));
	demo_expect_number(demo, "active", (int64_t)demo->goods.pack_count - 1,
		(int64_t)json_integer_value(json_object_get(packs, "active")));
	json_decref(answer);
}

const struct demo_step demo_authority_steps[] = {
	{"The authority", "recalls the lot", recall_lot},
	{"The pharmacy's station", "scans another pack of it", scan_recalled},
	{"The authority", "asks where one pack came from", trace_pack},
	{"The authority", "asks for the whole lot", trace_lot},
	{0},
};
