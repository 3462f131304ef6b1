/* How fast EPCIS is read, XML beside libxml2 alone with handlers that do nothing, JSON-LD beside
 * jansson's bare parse, and how long an event takes to hash and to write: one core, document in
 * memory, fed in pieces of 64 KiB; two documents of commissioning events, 100 packs each and one
 * pack each; median of five rounds. Then streams of 1 GB, XML and JSON-LD, made while they are
 * read, with the most memory that the process ever held (BENCH_GB=0 leaves them out). */
#include "gs1/epcis/hash.h"
#include "gs1/epcis/json_write.h"
#include "gs1/epcis/read.h"
#include "gs1/epcis/write.h"
#include "ledger/base/civil.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define ROUNDS 5
#define EVENTS 2000 /* of many packs; and ten times as many of one */
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
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int order(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a;
	int64_t right = *(const int64_t *)b;
	return (left > right) - (left < right);
}

/* Commissioning events, `packs` packs each, numbered from `first` on. */
static void put_events(
	struct epcis_writer *writer, struct buf *out, int first, int events, int packs)
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
	for (int i = first; i < first + events; i++) {
		for (int j = 0; j < packs; j++) {
			(void)snprintf(texts[j], sizeof texts[j],
				"urn:epc:id:sgtin:5012345.012345.SN%08d", i * packs + j);
			epcs[j] = span_text(texts[j]);
		}
		struct epcis_event event = {.event_time_ms = 1795166130123 + i,
			.action = EPCIS_ADD,
			.biz_step = span_text("commissioning"),
			.disposition = span_text("active"),
			.epc_list = {epcs, (size_t)packs},
			.ilmd = &lot};
		if (epcis_writer_event(writer, &event, out, NULL))
			abort();
	}
}

static void begin(struct epcis_writer *writer, enum epcis_form form, struct buf *out)
{
	static char room[CIVIL_TIME_SIZE];
	struct epcis_head head = epcis_head_made(0, room);
	if (epcis_writer_begin(writer, form, &head, out, NULL))
		abort();
}

static void make(struct buf *out, enum epcis_form form, int events, int packs)
{
	struct epcis_writer writer;
	begin(&writer, form, out);
	put_events(&writer, out, 0, events, packs);
	if (epcis_writer_end(&writer, out, NULL))
		abort();
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
	struct epcis_reader *reader = NULL;
	work->events = 0;
	if (epcis_reader_open(&reader, &sink, NULL, &fault))
		abort();
	for (size_t at = 0; at < text.size; at += PIECE) {
		if (epcis_reader_feed(reader, span_cut(text, at, at + PIECE), &fault))
			abort();
	}
	if (epcis_reader_end(reader, &fault) || work->events < EVENTS)
		abort();
	epcis_reader_free(reader);
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

static void parse_bare(struct span text)
{
	json_t *tree = json_loadb((const char *)text.at, text.size, 0, NULL);
	if (!tree)
		abort();
	json_decref(tree);
}

/* Median of the rounds, in nanoseconds; kind 0: libxml2 alone, 4: jansson alone. */
static double measure(struct span text, int kind)
{
	int64_t took[ROUNDS];
	struct work work = {.hashes = kind == 2, .writes_json = kind == 3};
	buf_init(&work.json, (size_t)1 << 20);
	for (int i = 0; i < ROUNDS; i++) {
		int64_t from = now_ns();
		if (kind == 0)
			read_bare(text);
		else if (kind == 4)
			parse_bare(text);
		else
			read_events(text, &work);
		took[i] = now_ns() - from;
	}
	buf_close(&work.json);
	qsort(took, ROUNDS, sizeof took[0], order);
	return (double)took[ROUNDS / 2];
}

static double peak_mb(void)
{
	struct rusage usage;
	(void)getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_maxrss / 1024;
}

/* A document of `bytes` at least, made piece by piece while it is read: MB/s of reading alone. */
static double stream(enum epcis_form form, size_t bytes)
{
	struct work work = {0};
	struct epcis_sink sink = {&work, on_event};
	struct epcis_reader *reader = NULL;
	struct epcis_writer writer;
	struct buf piece;
	int64_t took = 0;
	size_t fed = 0;
	int events = 0;
	buf_init(&piece, (size_t)4 << 20);
	if (epcis_reader_open(&reader, &sink, NULL, NULL))
		abort();
	begin(&writer, form, &piece);
	for (bool is_last = false; !is_last;) {
		put_events(&writer, &piece, events, 100, PACKS);
		events += 100;
		is_last = fed + piece.size >= bytes;
		if (is_last && epcis_writer_end(&writer, &piece, NULL))
			abort();
		int64_t from = now_ns();
		if (epcis_reader_feed(reader, buf_span(&piece), NULL))
			abort();
		took += now_ns() - from;
		fed += piece.size;
		buf_reset(&piece);
	}
	if (epcis_reader_end(reader, NULL) || work.events != (size_t)events)
		abort();
	epcis_reader_free(reader);
	buf_close(&piece);
	return (double)fed / (double)took * 1e3;
}

/* Before anything else has filled the memory. */
static void streams(void)
{
	const char *wanted = getenv("BENCH_GB");
	size_t bytes = (size_t)(wanted ? atof(wanted) * 1e9 : 1e9);
	if (!bytes)
		return;
	double xml = stream(EPCIS_XML_2_0, bytes);
	double xml_rss = peak_mb();
	double json = stream(EPCIS_JSON_LD, bytes);
	printf("epcis stream_gb=%.2f stream_xml_mb_s=%.0f rss_1gb_mb=%.1f stream_jsonld_mb_s=%.0f "
	       "rss_1gb_jsonld_mb=%.1f fill=%d_packs_an_event\n",
		(double)bytes / 1e9, xml, xml_rss, json, peak_mb(), PACKS);
}

static void measure_fill(int events, int packs)
{
	struct buf text;
	struct buf json_text;
	buf_init(&text, (size_t)64 << 20);
	buf_init(&json_text, (size_t)64 << 20);
	make(&text, EPCIS_XML_2_0, events, packs);
	make(&json_text, EPCIS_JSON_LD, events, packs);
	double size = (double)text.size;
	double bare = measure(buf_span(&text), 0);
	double read = measure(buf_span(&text), 1);
	double hash = measure(buf_span(&text), 2);
	double json = measure(buf_span(&text), 3);
	double jansson = measure(buf_span(&json_text), 4);
	double json_read = measure(buf_span(&json_text), 1);
	double all = (double)events * packs;
	printf("epcis document_mb=%.1f events=%d packs=%.0f libxml2_sax_mb_s=%.0f xml_mb_s=%.0f "
	       "xml_events_s=%.0f epcs_s=%.0f jansson_mb_s=%.0f jsonld_mb_s=%.0f hash_s=%.0f "
	       "hash_ns_pack=%.0f json_write_ns_pack=%.0f cache=warm rounds=%d\n",
		size / 1e6, events, all, size / bare * 1e3, size / read * 1e3, events / read * 1e9,
		all / read * 1e9, (double)json_text.size / jansson * 1e3,
		(double)json_text.size / json_read * 1e3, events / (hash - read) * 1e9,
		(hash - read) / all, (json - read) / all, ROUNDS);
	buf_close(&text);
	buf_close(&json_text);
}

int main(void)
{
	streams();
	measure_fill(EVENTS * 10, 1);
	measure_fill(EVENTS, PACKS);
	return 0;
}
