/* Each form is read, written as each other form, and read again: the same events. */
#include "gs1/epcis/hash.h"
#include "gs1/epcis/json_write.h"
#include "gs1/epcis/master.h"
#include "gs1/epcis/read.h"
#include "gs1/epcis/write.h"
#include "ledger/base/civil.h"
#include "tests/tap.h"
#include "tests/unit/epcis_set.h"

#define EVENTS_MAX  64
#define WRITTEN_MAX ((size_t)8 << 20)

/* What is seen of a document. */
struct seen {
	size_t count;
	uint8_t hashes[EVENTS_MAX][HASH_SIZE];
	struct buf json; /* of all events */
	struct epcis_writer *writer; /* NULL: none */
	struct buf *out;
	struct epcis_reader *reader;
	enum epcis_form form; /* to write */
	bool has_begun;
	enum err write_err;
	struct fault write_fault;
};

static void begin(struct seen *seen)
{
	static char room[CIVIL_TIME_SIZE];
	struct epcis_head head = *epcis_reader_head(seen->reader);
	if (!head.creation_date.at)
		head.creation_date = epcis_head_made(0, room).creation_date;
	seen->has_begun = true;
	seen->write_err =
		epcis_writer_begin(seen->writer, seen->form, &head, seen->out, &seen->write_fault);
}

static enum err on_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct seen *seen = self;
	if (seen->count == EVENTS_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "too many events for this test");
	enum err err = epcis_hash(event, EPCIS_HASH_ONE_NAME, seen->hashes[seen->count++], fault);
	if (!err && epcis_json_put_event(&seen->json, event, NULL))
		buf_put_text(&seen->json, "no JSON");
	buf_put_u8(&seen->json, '\n');
	if (!seen->writer || err)
		return err;
	if (!seen->has_begun)
		begin(seen);
	if (!seen->write_err)
		seen->write_err =
			epcis_writer_event(seen->writer, event, seen->out, &seen->write_fault);
	return OK;
}

static enum err see(struct span text, struct seen *seen, struct fault *fault)
{
	struct epcis_sink sink = {seen, on_event};
	buf_init(&seen->json, WRITTEN_MAX);
	enum err err = epcis_reader_open(&seen->reader, &sink, NULL, fault);
	if (err)
		return err;
	err = epcis_reader_feed(seen->reader, text, fault);
	if (!err)
		err = epcis_reader_end(seen->reader, fault);
	if (!err && seen->writer && !seen->has_begun)
		begin(seen);
	if (!err && seen->writer && !seen->write_err)
		seen->write_err = epcis_writer_end(seen->writer, seen->out, &seen->write_fault);
	epcis_reader_free(seen->reader);
	return err;
}

static const char *const form_names[] = {"XML 1.2", "XML 2.0", "JSON-LD", "CBOR"};

/* What XML allows and JSON does not, or the other way round, is refused and named. */
static bool says_why(enum epcis_form form, const char *text)
{
	static const char *const xml[] = {"2.0 XML holds the StandardBusinessDocumentHeader",
		"XML has no place for the document's id", "XML has room for one"};
	static const char *const json[] = {
		"sensorReport without a type", "same twice", "has no epcList"};
	for (size_t i = 0; i < 3; i++)
		if (strstr(text, form < EPCIS_JSON_LD ? xml[i] : json[i]))
			return form != EPCIS_CBOR;
	return false;
}

/* Writes a document as `form` and compares what is read of that. */
static void check_form(struct tap *tap, const char *file, struct span text, enum epcis_form form,
	struct buf *written)
{
	struct epcis_writer writer;
	struct seen first = {.writer = &writer, .out = written, .form = form};
	struct seen second = {0};
	struct fault fault = {0};
	buf_reset(written);
	CHECK_ROW(see(text, &first, &fault) == OK, "%s: %s", file, fault.text);
	bool is_carried = first.write_err == OK;
	CHECK_ROW(is_carried || says_why(form, first.write_fault.text), "%s as %s: %s", file,
		form_names[form], first.write_fault.text);
	if (!first.write_err) {
		enum err err = see(buf_span(written), &second, &fault);
		CHECK_ROW(err == OK, "%s as %s: %s", file, form_names[form], fault.text);
		CHECK_ROW(second.count == first.count, "%s as %s", file, form_names[form]);
		CHECK_ROW(!memcmp(first.hashes, second.hashes, sizeof first.hashes), "%s as %s",
			file, form_names[form]);
		bool is_same = span_equal(buf_span(&first.json), buf_span(&second.json));
		CHECK_ROW(is_same || form < EPCIS_JSON_LD, "%s as %s:\n%s\n%s", file,
			form_names[form], buf_text(&first.json), buf_text(&second.json));
		buf_close(&second.json);
	}
	buf_close(&first.json);
}

TEST(published_documents_survive_every_form)
{
	json_t *manifest = json_read(SHARED "openepcis_test_resources/manifest.json");
	size_t documents = 0;
	if (!manifest)
		SKIP("openepcis_test_resources is not beside the repository");
	for (size_t i = 0; i < json_array_size(manifest); i++) {
		const char *file = json_text(json_array_get(manifest, i), "file");
		struct span text = document_file(SHARED "openepcis_test_resources/", file);
		struct seen seen = {0};
		struct fault fault = {0};
		struct buf written;
		bool is_read = see(text, &seen, &fault) == OK && seen.count;
		buf_close(&seen.json);
		if (!is_read)
			continue;
		documents++;
		buf_init(&written, WRITTEN_MAX);
		for (int form = EPCIS_XML_1_2; form <= EPCIS_CBOR; form++)
			check_form(tap, file, text, (enum epcis_form)form, &written);
		buf_close(&written);
	}
	CHECK(documents > 100);
	json_decref(manifest);
}

TAP_MAIN(CASE(published_documents_survive_every_form))
