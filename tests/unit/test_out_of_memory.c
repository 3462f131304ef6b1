/* Every allocation of the pure modules is made to fail once: a fault comes back, nothing is lost,
 * and a result that comes all the same is the right one. The linker leads malloc, calloc, realloc
 * and free of the program here (Makefile); libxml2 is told to use the same. */
#include "appliance/http/api.h"
#include "appliance/people/jcs.h"
#include "appliance/people/policy_file.h"
#include "gs1/epcis/hash.h"
#include "gs1/epcis/read.h"
#include "gs1/epcis/write.h"
#include "gs1/syntax/scan.h"
#include "ledger/base/cbor.h"
#include "ledger/base/civil.h"
#include "ledger/proof/cose_receipt.h"
#include "ledger/proof/receipt.h"
#include "ledger/proof/statement.h"
#include "scanners/station/wire.h"
#include "tests/tap.h"

#include <stdatomic.h>

#define LIVE_MAX  65536
#define TRIES_MAX 4000 /* allocations of one job that are made to fail, at most */
#define OUT_SIZE  ((size_t)1 << 18)

/* ---- memory that runs out ---- */

static struct {
	void *live[LIVE_MAX];
	size_t count;
	size_t left; /* allocations until one fails; 0: none does */
	bool has_failed;
} memory;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
void __real_free(void *at);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);
void __wrap_free(void *at);

static bool runs_out(void)
{
	if (!memory.left || --memory.left)
		return false;
	memory.has_failed = true;
	return true;
}

static void *note(void *at)
{
	if (at && memory.count < LIVE_MAX)
		memory.live[memory.count++] = at;
	return at;
}

static void forget(const void *at)
{
	for (size_t i = memory.count; at && i > 0; i--)
		if (memory.live[i - 1] == at) {
			memory.live[i - 1] = memory.live[--memory.count];
			return;
		}
}

void *__wrap_malloc(size_t size)
{
	return runs_out() ? NULL : note(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return runs_out() ? NULL : note(__real_calloc(count, size));
}

void *__wrap_realloc(void *at, size_t size)
{
	if (runs_out())
		return NULL;
	forget(at);
	return note(__real_realloc(at, size));
}

void __wrap_free(void *at)
{
	forget(at);
	__real_free(at);
}

/* jansson's own never fail: the program ends then (appliance/main.c says why). */
static void *take_always(size_t size)
{
	return note(__real_malloc(size));
}

static char *copy_text(const char *text)
{
	char *copy = __wrap_malloc(strlen(text) + 1);
	return copy ? strcpy(copy, text) : NULL;
}

/* libxml/xmlmemory.h */
int xmlMemSetup(void (*release)(void *), void *(*take)(size_t), void *(*again)(void *, size_t),
	char *(*copy)(const char *));
void xmlInitParser(void);
/* libxml/xmlerror.h */
void xmlResetLastError(void);
void xmlSetGenericErrorFunc(void *self, void (*say)(void *self, const char *format, ...));

static void say_nothing(void *self, const char *format, ...)
{
	(void)self, (void)format;
}

/* ---- inputs ---- */

static const char xml[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<epcis:EPCISDocument xmlns:epcis=\"urn:epcglobal:epcis:xsd:2\""
	" xmlns:cbvmda=\"urn:epcglobal:cbv:mda:\" schemaVersion=\"2.0\""
	" creationDate=\"2026-11-20T10:00:00Z\"><EPCISBody><EventList>"
	"<ObjectEvent><eventTime>2026-11-20T08:00:00Z</eventTime>"
	"<eventTimeZoneOffset>+00:00</eventTimeZoneOffset>"
	"<epcList><epc>https://id.gs1.org/01/05012345678900/21/A1</epc>"
	"<epc>https://id.gs1.org/01/05012345678900/21/A2</epc></epcList>"
	"<action>ADD</action><bizStep>commissioning</bizStep><disposition>active</disposition>"
	"<readPoint><id>https://id.gs1.org/414/5012345000008</id></readPoint>"
	"<ilmd><cbvmda:lotNumber>LOT1</cbvmda:lotNumber>"
	"<cbvmda:itemExpirationDate>2028-03-31</cbvmda:itemExpirationDate></ilmd></ObjectEvent>"
	"<AggregationEvent><eventTime>2026-11-20T09:00:00Z</eventTime>"
	"<eventTimeZoneOffset>+00:00</eventTimeZoneOffset>"
	"<parentID>https://id.gs1.org/00/150123450000000012</parentID><childEPCs>"
	"<epc>https://id.gs1.org/01/05012345678900/21/A1</epc></childEPCs>"
	"<action>ADD</action><bizStep>packing</bizStep></AggregationEvent>"
	"</EventList></EPCISBody></epcis:EPCISDocument>\n";

static const char policy_json[] =
	"{\"employer\": \"hospital.example\", \"version\": 1, \"rules\": ["
	"{\"roles\": [\"pharmacist\"], \"options\": [{\"type\": \"registration\","
	" \"methods\": [\"register_lookup\"], \"sources\": [\"gphc\"], \"age_max_days\": 30}]}]}";

static uint8_t documents[3][OUT_SIZE];
static struct span document[3]; /* in each form */

/* ---- jobs: what they make goes into memory of the test ---- */

struct job {
	const char *name;
	size_t index;
	enum err (*run)(size_t index, struct buf *out, struct fault *fault);
};

static enum err put_hash(void *self, const struct epcis_event *event, struct fault *fault)
{
	uint8_t hash[HASH_SIZE];
	enum err err = epcis_hash(event, EPCIS_HASH_ONE_NAME, hash, fault);
	if (!err)
		buf_put(self, span_of(hash, sizeof hash));
	return err;
}

static enum err read_events(size_t index, struct buf *out, struct fault *fault)
{
	struct epcis_limits limits = {.event_size = (size_t)1 << 16};
	struct epcis_sink sink = {out, put_hash};
	return epcis_read(document[index], &sink, &limits, NULL, fault);
}

struct writing {
	struct epcis_writer writer;
	struct buf buf; /* grows */
};

static enum err write_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct writing *writing = self;
	return epcis_writer_event(&writing->writer, event, &writing->buf, fault);
}

/* Into a form: 0 XML, 1 JSON-LD, 2 CBOR. */
static enum err write_events(size_t index, struct buf *out, struct fault *fault)
{
	static const enum epcis_form forms[] = {EPCIS_XML_2_0, EPCIS_JSON_LD, EPCIS_CBOR};
	char room[CIVIL_TIME_SIZE];
	struct epcis_head head = epcis_head_made(INT64_C(1790000000000), room);
	struct epcis_limits limits = {.event_size = (size_t)1 << 16};
	struct writing writing = {0};
	struct epcis_sink sink = {&writing, write_event};
	buf_init(&writing.buf, OUT_SIZE);
	enum err err =
		epcis_writer_begin(&writing.writer, forms[index], &head, &writing.buf, fault);
	if (!err)
		err = epcis_read(span_of(xml, sizeof xml - 1), &sink, &limits, NULL, fault);
	if (!err)
		err = epcis_writer_end(&writing.writer, &writing.buf, fault);
	if (!err)
		buf_put(out, buf_span(&writing.buf));
	buf_close(&writing.buf);
	return err;
}

static enum err make_cbor(size_t index, struct buf *out, struct fault *fault)
{
	struct buf buf;
	(void)index;
	buf_init(&buf, OUT_SIZE);
	cbor_put_array(&buf, 200);
	for (uint64_t i = 0; i < 200; i++)
		cbor_put_text(&buf, span_text("a text that makes it grow"));
	enum err err = buf.err ? fault_set(fault, buf.err, 0, 0, "no memory") : OK;
	buf_put(out, buf_span(&buf));
	buf_close(&buf);
	return err;
}

static enum err make_statement(struct buf *bytes, struct fault *fault)
{
	static const uint8_t seed[SIGN_SEED] = {1};
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET], kid[KID_SIZE];
	static const uint8_t body[] = {0xa1, 0x01, 0x02};
	sign_keys(seed, public, secret);
	cose_kid(public, kid);
	struct signer signer = signer_local(secret);
	struct statement statement = {.envelope = {.type = SIGNED_STATEMENT,
					      .kid = span_of(kid, sizeof kid),
					      .issuer = span_text("pharmacy.example"),
					      .subject = span_text("supply"),
					      .origin = span_text("trial.example/00")},
		.kind = 40,
		.sequence = 7,
		.not_after_ms = 1000,
		.body = span_of(body, sizeof body)};
	enum err err = statement_encode(&statement, &signer, bytes, fault);
	if (!err)
		err = statement_decode(buf_span(bytes), SIGNED_STATEMENT, &statement, fault);
	return err ? err : statement_verify(&statement, public, fault);
}

static enum err sign_statement(size_t index, struct buf *out, struct fault *fault)
{
	struct buf bytes;
	(void)index;
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	enum err err = make_statement(&bytes, fault);
	buf_put(out, buf_span(&bytes));
	buf_close(&bytes);
	return err;
}

static enum err make_receipt(size_t index, struct buf *out, struct fault *fault)
{
	static const uint8_t seed[SIGN_SEED] = {2};
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET], kid[KID_SIZE];
	uint8_t entry[HASH_SIZE] = {3}, leaf[HASH_SIZE], root[HASH_SIZE];
	struct buf bytes;
	(void)index;
	sign_keys(seed, public, secret);
	cose_kid(public, kid);
	struct signer signer = signer_local(secret);
	struct cose_receipt receipt = {.tree_size = 2,
		.kid = span_of(kid, sizeof kid),
		.issuer = span_text("pharmacy.example"),
		.origin = span_text("trial.example/00"),
		.path = {.count = 1}};
	memset(receipt.path.hash[0], 9, HASH_SIZE);
	tree_leaf(entry, leaf);
	buf_init(&bytes, RECEIPT_SIZE_MAX);
	enum err err = tree_inclusion_root(leaf, 0, 2, &receipt.path, root, fault);
	if (!err)
		err = cose_receipt_make(&receipt, entry, root, &signer, &bytes, fault);
	if (!err)
		err = cose_receipt_parse(buf_span(&bytes), &receipt, fault);
	if (!err)
		err = cose_receipt_verify(&receipt, entry, public, fault);
	buf_put(out, buf_span(&bytes));
	buf_close(&bytes);
	return err;
}

static enum err read_policy(size_t index, struct buf *out, struct fault *fault)
{
	static struct clearance_policy policy;
	struct buf text;
	(void)index;
	buf_init(&text, OUT_SIZE);
	enum err err = policy_file_parse(span_text(policy_json), &policy, fault);
	if (!err)
		err = policy_file_print(&policy, &text, fault);
	if (!err)
		buf_put(out, buf_span(&text));
	buf_close(&text);
	return err;
}

static enum err canonical_json(size_t index, struct buf *out, struct fault *fault)
{
	json_t *value = NULL;
	struct buf text;
	(void)index;
	buf_init(&text, OUT_SIZE);
	enum err err = jcs_parse(span_text(policy_json), &value, fault);
	if (!err)
		err = jcs_print(value, &text, fault);
	if (!err)
		buf_put(out, buf_span(&text));
	json_decref(value);
	buf_close(&text);
	return err;
}

static const char *no_part(void *connection, enum http_part part, const char *name)
{
	(void)connection, (void)part, (void)name;
	return NULL;
}

static enum err read_body(size_t index, struct buf *out, struct fault *fault)
{
	struct http_request request = {.method = "POST",
		.path = "/api/v1/check",
		.body = span_text("{\"scan\": \"]d20105012345678900\"}"),
		.find = no_part};
	struct call call = {.request = &request};
	const char *scan = NULL;
	(void)index;
	enum err err = api_read_body(&call);
	if (!err)
		err = api_text(&call, "scan", &scan);
	if (!err)
		buf_put_text(out, scan);
	json_decref(call.body);
	if (err && fault)
		*fault = call.fault;
	return err;
}

static enum err read_scan(size_t index, struct buf *out, struct fault *fault)
{
	struct gs1_scan scan;
	struct gs1_pack pack;
	(void)index;
	enum err err = gs1_scan_read(span_text("]d201050123456789001728033110LOT1\x1d"
					       "21A1"),
		&scan, fault);
	if (!err)
		err = gs1_pack_read(&scan, &pack, fault);
	if (!err)
		buf_put_text(out, pack.serial);
	return err;
}

static enum err put_wire(size_t index, struct buf *out, struct fault *fault)
{
	struct wire wire = {.type = WIRE_RECORDED,
		.request = 7,
		.position = 8,
		.time_ms = 9,
		.receipt = span_text("c2sp.org/tlog-proof@v1\n")};
	struct wire_frames frames;
	(void)index;
	enum err err = wire_encode(&wire, &frames, fault);
	for (size_t i = 0; !err && i < frames.count; i++)
		buf_put(out, frames.frame[i]);
	wire_frames_close(&frames);
	return err;
}

static const struct job jobs[] = {
	{"EPCIS XML is read", 0, read_events},
	{"EPCIS JSON-LD is read", 1, read_events},
	{"EPCIS CBOR is read", 2, read_events},
	{"EPCIS XML is written", 0, write_events},
	{"EPCIS JSON-LD is written", 1, write_events},
	{"EPCIS CBOR is written", 2, write_events},
	{"CBOR is made", 0, make_cbor},
	{"a statement is signed and read", 0, sign_statement},
	{"a receipt is made and read", 0, make_receipt},
	{"a policy is read and written", 0, read_policy},
	{"JSON is made canonical", 0, canonical_json},
	{"the body of a request is read", 0, read_body},
	{"a scan is read", 0, read_scan},
	{"a message of a station is made", 0, put_wire},
};

static bool make_documents(void)
{
	for (size_t i = 0; i < 3; i++) {
		struct buf out;
		struct fault fault = {0};
		buf_over(&out, documents[i], OUT_SIZE);
		if (write_events(i, &out, &fault)) {
			printf("# %s\n", fault.text);
			return false;
		}
		document[i] = buf_span(&out);
	}
	return true;
}

/* Runs the job with its n-th allocation failing; false when it has fewer. */
static bool starve(
	const struct job *job, size_t n, enum err *err, struct buf *out, struct fault *fault)
{
	*fault = (struct fault){0};
	buf_reset(out);
	memory.has_failed = false;
	memory.left = n;
	*err = job->run(job->index, out, fault);
	memory.left = 0;
	xmlResetLastError(); /* libxml2 keeps its sentence */
	return memory.has_failed;
}

TEST(whatever_cannot_be_allocated_a_fault_comes_back_and_nothing_is_lost)
{
	static uint8_t right[OUT_SIZE], made[OUT_SIZE];
	struct fault fault;
	enum err err;
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, say_nothing);
	NEED(make_documents());
	for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
		struct buf wanted, out;
		buf_over(&wanted, right, sizeof right);
		buf_over(&out, made, sizeof made);
		CHECK_ROW(!starve(&jobs[i], 0, &err, &wanted, &fault) && !err, "%s: %s",
			jobs[i].name, fault.text);
		CHECK_ROW(wanted.size > 0, "%s", jobs[i].name);
		size_t before = memory.count;
		size_t n = 1;
		while (n < TRIES_MAX && starve(&jobs[i], n, &err, &out, &fault)) {
			/* What could do without it must have done it right. */
			CHECK_ROW(err ? fault.err == err && fault.text[0]
				      : span_equal(buf_span(&out), buf_span(&wanted)),
				"%s, allocation %zu: %s", jobs[i].name, n, err_name(err));
			CHECK_ROW(memory.count == before, "%s, allocation %zu: %zu kept",
				jobs[i].name, n, memory.count - before);
			before = memory.count;
			n++;
		}
		CHECK_ROW(!err && n < TRIES_MAX, "%s: %s", jobs[i].name, err_name(err));
		printf("# %s: each of %zu allocations was made to fail\n", jobs[i].name, n - 1);
	}
}

static int run_all(void)
{
	static const struct tap_case cases[] = {
		CASE(whatever_cannot_be_allocated_a_fault_comes_back_and_nothing_is_lost)};
	/* Before the first use of either. */
	json_set_alloc_funcs(take_always, __wrap_free);
	if (xmlMemSetup(__wrap_free, __wrap_malloc, __wrap_realloc, copy_text))
		return 1;
	return tap_main(cases, 1);
}

int main(void)
{
	return run_all();
}
