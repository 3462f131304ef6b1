#include "appliance/cli/demo_goods.h"

#include "gs1/epcis/xml_write.h"
#include "gs1/syntax/link.h"
#include "ledger/base/civil.h"

#include <stdio.h>
#include <string.h>

#define EVENT_PACKS 500 /* of one commissioning event */
#define LINK_MAX    96
#define MINUTE_MS   60000LL

/* No 0 O 1 I: people read serial numbers aloud. 32 signs, 70 bits in a serial. */
static const char signs[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

static void put_signs(const struct env *env, char *out, size_t size)
{
	uint8_t random[32];
	env_random(env, random, sizeof random);
	for (size_t i = 0; i < size && i < sizeof random; i++)
		out[i] = signs[random[i] & 31];
	out[size] = 0;
}

void goods_serial(const struct env *env, char out[GOODS_SERIAL_SIZE + 1])
{
	put_signs(env, out, GOODS_SERIAL_SIZE);
}

static void put_sscc(char out[GS1_SSCC_SIZE + 1], const char *prefix, unsigned run, size_t unit)
{
	(void)snprintf(out, GS1_SSCC_SIZE, "3%.7s%06u%03zu", prefix, run % 1000000, unit % 1000);
	out[GS1_SSCC_SIZE - 1] = gs1_check_digit(span_text(out));
	out[GS1_SSCC_SIZE] = 0;
}

void goods_choose(struct goods *goods, const struct env *env, const char *gtin, size_t pack_count,
	int32_t expiry_days)
{
	char mark[5];
	char day[CIVIL_DAY_SIZE];
	uint32_t run;
	int64_t now = env_now_ms(env);
	int32_t today = zone_day(ZONE_EUROPE_LONDON, now);
	*goods = (struct goods){.made_ms = now - 60 * MINUTE_MS};
	goods->pack_count = pack_count < GOODS_PACKS_MAX ? pack_count : GOODS_PACKS_MAX;
	(void)snprintf(goods->gtin, sizeof goods->gtin, "%s", gtin);
	put_signs(env, mark, 4);
	civil_print_day(today, day);
	(void)snprintf(
		goods->lot, sizeof goods->lot, "D%.2s%.2s%.2s-%s", day + 2, day + 5, day + 8, mark);
	civil_print_day(today + expiry_days, day);
	(void)snprintf(
		goods->expiry, sizeof goods->expiry, "%.2s%.2s%.2s", day + 2, day + 5, day + 8);
	env_random(env, &run, sizeof run);
	put_sscc(goods->pallet, gtin + 1, run, 0);
	for (size_t i = 0; i < GOODS_CASES_MAX; i++)
		put_sscc(goods->cases[i], gtin + 1, run, i + 1);
	for (size_t i = 0; i < goods->pack_count; i++)
		goods_serial(env, goods->serials[i]);
}

/* EPCs as texts, in memory of their own. */
struct links {
	struct span span[EVENT_PACKS];
	char text[EVENT_PACKS][LINK_MAX];
	size_t count;
};

static void links_put(struct links *links, const struct buf *link)
{
	size_t size = link->size < LINK_MAX ? link->size : LINK_MAX;
	memcpy(links->text[links->count], link->at, size);
	links->span[links->count] = span_of(links->text[links->count], size);
	links->count++;
}

static void links_packs(struct links *links, const struct goods *goods, size_t first, size_t count)
{
	links->count = 0;
	for (size_t i = first; i < first + count && i < goods->pack_count; i++) {
		uint8_t memory[LINK_MAX];
		struct buf link;
		buf_over(&link, memory, sizeof memory);
		gs1_link_put_pack(
			&link, goods->gtin, span_of(NULL, 0), span_text(goods->serials[i]));
		links_put(links, &link);
	}
}

static struct span link_sscc(const char *sscc, uint8_t memory[LINK_MAX])
{
	struct buf link;
	buf_over(&link, memory, LINK_MAX);
	gs1_link_put_sscc(&link, sscc);
	return buf_span(&link);
}

static size_t case_count(const struct goods *goods)
{
	return (goods->pack_count + GOODS_CASE_PACKS - 1) / GOODS_CASE_PACKS;
}

static void links_cases(struct links *links, const struct goods *goods)
{
	links->count = 0;
	for (size_t i = 0; i < case_count(goods); i++) {
		uint8_t memory[LINK_MAX];
		struct buf link;
		buf_over(&link, memory, sizeof memory);
		gs1_link_put_sscc(&link, goods->cases[i]);
		links_put(links, &link);
	}
}

static struct epcis_event event_at(enum epcis_type type, enum epcis_action action, const char *step,
	const char *disposition, int64_t time_ms, struct span place)
{
	return (struct epcis_event){
		.type = type,
		.event_time_ms = time_ms,
		.action = action,
		.biz_step = span_text(step),
		.disposition = span_text(disposition),
		.read_point = {.id = place},
	};
}

static struct span place_link(const char *gln, uint8_t memory[LINK_MAX])
{
	struct buf link;
	buf_over(&link, memory, LINK_MAX);
	gs1_link_put_gln(&link, gln, span_of(NULL, 0));
	return buf_span(&link);
}

enum err goods_put_commissioning(
	const struct goods *goods, const char *gln, struct buf *xml, struct fault *fault)
{
	static struct span const space = {
		(const uint8_t *)EPCIS_MASTER_DATA, sizeof EPCIS_MASTER_DATA - 1};
	struct links links;
	uint8_t place[LINK_MAX];
	uint8_t pallet[LINK_MAX];
	char expiry[11];
	enum err err = OK;
	(void)snprintf(expiry, sizeof expiry, "20%.2s-%.2s-%.2s", goods->expiry, goods->expiry + 2,
		goods->expiry + 4);
	struct epcis_node day = {.space = space,
		.prefix = span_text("cbvmda"),
		.name = span_text("itemExpirationDate"),
		.value = span_text(expiry)};
	struct epcis_node lot = {.space = space,
		.prefix = span_text("cbvmda"),
		.name = span_text("lotNumber"),
		.value = span_text(goods->lot),
		.next = &day};
	struct epcis_event event = event_at(EPCIS_OBJECT_EVENT, EPCIS_ADD, "commissioning",
		"active", goods->made_ms, place_link(gln, place));
	epcis_xml_put_head(xml, goods->made_ms);
	event.ilmd = &lot;
	for (size_t i = 0; !err && i < goods->pack_count; i += EVENT_PACKS) {
		links_packs(&links, goods, i, EVENT_PACKS);
		event.epc_list = (struct epcis_texts){links.span, links.count};
		err = epcis_xml_put_event(xml, &event, fault);
		event.event_time_ms += 1000;
	}
	links_cases(&links, goods);
	links.span[links.count++] = link_sscc(goods->pallet, pallet);
	event.epc_list = (struct epcis_texts){links.span, links.count};
	event.ilmd = NULL;
	if (!err)
		err = epcis_xml_put_event(xml, &event, fault);
	epcis_xml_put_tail(xml);
	return err ? err : xml->err;
}

enum err goods_put_packing(const struct goods *goods, const char *gln, const char *to,
	struct buf *xml, struct fault *fault)
{
	struct links links;
	uint8_t place[LINK_MAX];
	uint8_t unit[LINK_MAX];
	uint8_t there[LINK_MAX];
	int64_t time_ms = goods->made_ms + 10 * MINUTE_MS;
	enum err err = OK;
	struct epcis_event event = event_at(EPCIS_AGGREGATION_EVENT, EPCIS_ADD, "packing",
		"in_progress", time_ms, place_link(gln, place));
	epcis_xml_put_head(xml, time_ms);
	for (size_t i = 0; !err && i < case_count(goods); i++) {
		links_packs(&links, goods, i * GOODS_CASE_PACKS, GOODS_CASE_PACKS);
		event.parent_id = link_sscc(goods->cases[i], unit);
		event.child_epcs = (struct epcis_texts){links.span, links.count};
		err = epcis_xml_put_event(xml, &event, fault);
		event.event_time_ms += 1000;
	}
	links_cases(&links, goods);
	event.parent_id = link_sscc(goods->pallet, unit);
	event.child_epcs = (struct epcis_texts){links.span, links.count};
	event.event_time_ms += MINUTE_MS;
	if (!err)
		err = epcis_xml_put_event(xml, &event, fault);
	struct epcis_party destination = {span_text("location"), place_link(to, there)};
	struct epcis_event shipping = event_at(EPCIS_OBJECT_EVENT, EPCIS_OBSERVE, "shipping",
		"in_transit", event.event_time_ms + MINUTE_MS, place_link(gln, place));
	shipping.epc_list = (struct epcis_texts){&event.parent_id, 1};
	shipping.destination_list = (struct epcis_parties){&destination, 1};
	if (!err)
		err = epcis_xml_put_event(xml, &shipping, fault);
	epcis_xml_put_tail(xml);
	return err ? err : xml->err;
}

void goods_scan(const char *gtin, const char *expiry, const char *lot, const char *serial,
	char out[GOODS_SCAN_SIZE])
{
	(void)snprintf(out, GOODS_SCAN_SIZE, "]d201%s17%s%s%s%s%s%s", gtin, expiry, lot ? "10" : "",
		lot ? lot : "", lot && serial ? "\x1d" : "", serial ? "21" : "",
		serial ? serial : "");
}

void goods_scan_sscc(const char *sscc, char out[GOODS_SCAN_SIZE])
{
	(void)snprintf(out, GOODS_SCAN_SIZE, "]C100%s", sscc);
}
