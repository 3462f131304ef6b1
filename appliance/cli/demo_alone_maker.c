/* A maker alone: a lot is published, and anybody who has a pack in hand can ask about its code. */
#include "appliance/cli/demo_alone.h"

#include "appliance/cli/answers.h"

#include <stdio.h>
#include <string.h>

#define XML_MAX   ((size_t)4 << 20)
#define MAKER_GLN "5012345000008"

static void publish(struct demo *demo)
{
	json_t *answer = NULL;
	struct fault fault = {0};
	struct buf xml;
	buf_init(&xml, XML_MAX);
	enum err err = goods_put_commissioning(&demo->goods, MAKER_GLN, &xml, &fault);
	if (demo_ok(demo, err, &fault)) {
		demo_keep(demo, "1-commissioning.xml", buf_span(&xml));
		if (demo_post_bytes(demo, ALONE_USER, "/api/v1/capture", "application/xml",
			    buf_span(&xml), &answer)) {
			demo_expect_number(demo, "packs", (int64_t)demo->goods.pack_count,
				(int64_t)json_integer_value(json_object_get(answer, "packs")));
			demo_evidence(demo, answer);
		}
	}
	json_decref(answer);
	buf_close(&xml);
}

static void release(struct demo *demo)
{
	static const char *const paths[] = {"/api/v1/lots/close", "/api/v1/lots/release"};
	for (size_t i = 0; i < 2; i++) {
		json_t *answer = NULL;
		if (!demo_post(demo, ALONE_USER, paths[i],
			    json_pack(
				    "{s:s, s:s}", "gtin", demo->goods.gtin, "lot", demo->goods.lot),
			    &answer))
			return;
		demo_expect(demo, "outcome", "accepted", json_text(answer, "outcome"));
		demo_evidence(demo, answer);
		json_decref(answer);
	}
}

/* Nobody signs in. */
static void ask(struct demo *demo, const char *serial, const char *word, const char *colour)
{
	char scan[GOODS_SCAN_SIZE];
	json_t *answer = NULL;
	struct buf path;
	goods_scan(demo->goods.gtin, demo->goods.expiry, demo->goods.lot, serial, scan);
	demo_note_scan(demo, scan);
	buf_init(&path, 1024);
	buf_put_text(&path, "/api/v1/check?scan=");
	client_escape(span_text(scan), &path);
	if (demo_get(demo, NULL, buf_text(&path), &answer)) {
		demo_expect(demo, "verdict", word, json_text(answer, "verdict"));
		demo_expect(demo, "colour", colour, json_text(answer, "colour"));
		demo_note(demo, "says", "%s", json_text(answer, "sentence"));
		json_decref(answer);
	}
	buf_close(&path);
}

static void anybody_asks(struct demo *demo)
{
	ask(demo, demo->goods.serials[7], "active", "green");
}

static void anybody_asks_copy(struct demo *demo)
{
	char serial[GOODS_SERIAL_SIZE + 1];
	goods_serial(&demo->env, serial);
	ask(demo, serial, "unknown_serial", "red");
}

static void open_page(struct demo *demo)
{
	struct buf page;
	buf_init(&page, DEMO_OUTPUT_MAX);
	if (demo_fetch(demo, NULL, "/", &page))
		demo_expect(demo, "page", "a page",
			strstr(buf_text(&page), "<html") ? "a page" : "something else");
	buf_close(&page);
}

const struct demo_step alone_maker_steps[] = {
	{"The maker", "publishes a lot of 100 packs", publish},
	{"The maker", "closes and releases it", release},
	{"Anybody", "asks about a code, without signing in", anybody_asks},
	{"Anybody", "asks about a code that was made up", anybody_asks_copy},
	{"Anybody", "opens the page where this is asked", open_page},
	{0},
};
