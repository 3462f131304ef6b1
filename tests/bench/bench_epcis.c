/* How fast EPCIS XML is read, beside libxml2 alone with handlers that do nothing, and how long an
 * event takes to hash and to write: one core, document in memory, fed in pieces of 64 KiB; a
 * document of commissioning events with 100 packs each; median of five rounds. */
#include "gs1/epcis/hash.h"
#include "gs1/epcis/json_write.h"
#include "gs1/epcis/xml_read.h"
#include "gs1/epcis/xml_write.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 5
#define EVENTS 2000
#define PACKS  100
#define PIECE  ((size_t)64 << 10)

struct work {
	bool hashes;
	bool writes_json;
	struct buf json;
	size_t events;
};

static int64_t now_ns(void)
{
	struct timespec time;
	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int order(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a;
	int64_t right = *(const int64_t *)b;
	return (left > right) - (left < right);
}

static void make(struct buf *out)
{
	static char texts[PACKS][64];
	static struct span epcs[PACKS];
	struct epcis_node expiry = {.space = span_text(EPCIS_MASTER_DATA),
		.prefix = span_text("cbvmda"),
		.name = span_text("itemExpirationDate"),
		.value = span_text("2028-03-31")};
	struct epcis_node lot = expiry;
	lot.name = span_text("lotNumber");
	lot.value = span_text("LOT-7");
	lot.next = &expiry;
	epcis_xml_put_head(out, 0);
	for (int i = 0; i < EVENTS; i++) {
		for (int j = 0; j < PACKS; j++) {
			(void)snprintf(texts[j], sizeof texts[j],
				"urn:epc:id:sgtin:5012345.012345.SN%08d", i * PACKS + j);
			epcs[j] = span_text(texts[j]);
		}
		struct epcis_event event = {.event_time_ms = 1795166130123 + i,
			.action = EPCIS_ADD,
			.biz_step = span_text("commissioning"),
			.disposition = span_text("active"),
			.epc_list = {epcs, PACKS},
			.ilmd = &lot};
		if (epcis_xml_put_event(out, &event, NULL))
			abort();
	}
	epcis_xml_put_tail(out);
}

static enum err on_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct work *work = self;
	uint8_t hash[HASH_SIZE];
	work->events++;
	buf_reset(&work->json);
	if (work->writes_json && epcis_json_put_event(&work->json, event, fault))
		return ERR_FORMAT;
	return work->hashes ? epcis_hash(event, EPCIS_HASH_ONE_NAME, hash, fault) : OK;
}

static void read_events(struct span text, struct work *work)
{
	struct epcis_sink sink = {work, on_event};
	struct fault fault;
	struct epcis_xml *xml = NULL;
	work->events = 0;
	if (epcis_xml_open(&xml, &sink, NULL, &fault))
		abort();
	for (size_t at = 0; at < text.size; at += PIECE) {
		if (epcis_xml_feed(xml, span_cut(text, at, at + PIECE), &fault))
			abort();
	}
	if (epcis_xml_end(xml, &fault) || work->events != EVENTS)
		abort();
	epcis_xml_free(xml);
}

static void on_begin(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
	int space_count, const xmlChar **spaces, int count, int defaulted, const xmlChar **values)
{
	size_t *elements = self;
	(void)name, (void)prefix, (void)space, (void)space_count, (void)spaces;
	(void)count, (void)defaulted, (void)values;
	++*elements;
}

static void on_text(void *self, const xmlChar *text, int size)
{
	(void)self, (void)text, (void)size;
}

/* The same parser, the same pieces, nothing done with what it finds. */
static void read_bare(struct span text)
{
	size_t elements = 0;
	xmlSAXHandler handler = {.startElementNs = on_begin,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.initialized = XML_SAX2_MAGIC};
	xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&handler, &elements, NULL, 0, NULL);
	for (size_t at = 0; parser && at < text.size; at += PIECE) {
		struct span piece = span_cut(text, at, at + PIECE);
		(void)xmlParseChunk(parser, (const char *)piece.at, (int)piece.size, 0);
	}
	if (!parser || xmlParseChunk(parser, NULL, 0, 1) || elements < EVENTS)
		abort();
	xmlFreeParserCtxt(parser);
}

/* Median of the rounds, in nanoseconds; kind 0: libxml2 alone. */
static double measure(struct span text, int kind)
{
	int64_t took[ROUNDS];
	struct work work = {.hashes = kind == 2, .writes_json = kind == 3};
	buf_init(&work.json, (size_t)1 << 20);
	for (int i = 0; i < ROUNDS; i++) {
		int64_t from = now_ns();
		if (kind == 0)
			read_bare(text);
		else
			read_events(text, &work);
		took[i] = now_ns() - from;
	}
	buf_close(&work.json);
	qsort(took, ROUNDS, sizeof took[0], order);
	return (double)took[ROUNDS / 2];
}

int main(void)
{
	struct buf text;
	buf_init(&text, (size_t)64 << 20);
	make(&text);
	if (text.err)
		return 1;
	double size = (double)text.size;
	double bare = measure(buf_span(&text), 0);
	double read = measure(buf_span(&text), 1);
	double hash = measure(buf_span(&text), 2);
	double json = measure(buf_span(&text), 3);
	printf("epcis document_mb=%.1f events=%d packs=%d sax_mb_s=%.0f read_mb_s=%.0f "
	       "read_events_s=%.0f hash_ns_pack=%.0f json_ns_pack=%.0f cache=warm rounds=%d\n",
		size / 1e6, EVENTS, EVENTS * PACKS, size / bare * 1e3, size / read * 1e3,
		EVENTS / read * 1e9, (hash - read) / EVENTS / PACKS, (json - read) / EVENTS / PACKS,
		ROUNDS);
	buf_close(&text);
	return 0;
}
