#include "gs1/epcis/hash.h"
#include "gs1/epcis/json_read.h"
#include "gs1/epcis/read.h"
#include "tests/tap.h"
#include "tests/unit/epcis_set.h"

struct seen {
	size_t events;
	uint8_t hashes[HASH_SIZE]; /* of the hashes of all events so far */
};

static enum err on_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct seen *seen = self;
	uint8_t both[2 * HASH_SIZE];
	memcpy(both, seen->hashes, HASH_SIZE);
	enum err err = epcis_hash(event, EPCIS_HASH_ONE_NAME, both + HASH_SIZE, fault);
	hash_sha256(span_of(both, sizeof both), seen->hashes);
	seen->events++;
	return err;
}

static enum err read_pieces(struct span text, size_t piece, struct seen *seen, struct fault *fault)
{
	struct epcis_sink sink = {seen, on_event};
	struct epcis_json_reader *reader = NULL;
	enum err err = epcis_json_open(&reader, &sink, NULL, fault);
	if (err)
		return err;
	for (size_t at = 0; at < text.size && !err; at += piece)
		err = epcis_json_feed(reader, span_cut(text, at, at + piece), fault);
	if (!err)
		err = epcis_json_end(reader, fault);
	epcis_json_free(reader);
	return err;
}

#define CONTEXT                                                                                    \
	"\"@context\": [\"https://ref.gs1.org/standards/epcis/epcis-context.jsonld\", "            \
	"{\"x\": \"https://x.example/\"}]"
#define VERSION "\"schemaVersion\": \"2.0\", \"creationDate\": \"2026-11-20T09:00:00Z\""
#define DOCUMENT(events)                                                                           \
	"{" CONTEXT ",\n \"type\": \"EPCISDocument\", " VERSION ",\n"                              \
	" \"epcisBody\": {\"eventList\": [\n" events "]}}"
#define WHEN                "\"eventTime\": \"2026-11-20T09:00:00Z\", " OFFSET
#define OFFSET              "\"eventTimeZoneOffset\": \"+00:00\""
#define EVENT(type, inside) "{\"type\": \"" type "\", " WHEN ",\n" inside "}"
#define EPCS                "\"epcList\": [\"urn:a:1\"]"
#define OBJECT(inside)      DOCUMENT(EVENT("ObjectEvent", EPCS ",\n" inside))
#define OBSERVE             "\"action\": \"OBSERVE\""
#define ADD                 "\"action\": \"ADD\""
#define RESULTS(inside)                                                                            \
	"{" CONTEXT                                                                                \
	", \"type\": \"EPCISQueryDocument\", \"epcisBody\": {\"queryResults\": {" inside "}}}"

#define MASTER(vocabulary)                                                                         \
	"{" CONTEXT ", \"type\": \"EPCISDocument\", " VERSION                                      \
	", \"epcisHeader\": {\"epcisMasterData\": {\"vocabularyList\": [" vocabulary               \
	"]}}, \"epcisBody\": {\"eventList\": []}}"

struct row {
	const char *document;
	enum err err;
	size_t line;
	const char *says;
};

static const struct row rows[] = {
	{OBJECT(OBSERVE), OK, 0, NULL},
	{DOCUMENT(""), OK, 0, NULL},
	{"{}", ERR_FORMAT, 1, "lacks @context"},
	{"[]", ERR_FORMAT, 1, "begins with {"},
	{"{" CONTEXT ", \"type\": \"EPCISDocument\", \"schemaVersion\": \"2.0\","
	 "\"epcisBody\": {\"eventList\": []}}",
		ERR_FORMAT, 1, "lacks creationDate"},
	{"{\"type\": \"EPCISDocument\", " VERSION ", \"epcisBody\": {\"eventList\": []}}",
		ERR_FORMAT, 1, "lacks @context"},
	{"{" CONTEXT ", \"type\": \"EPCISDocument\", " VERSION ", \"epcisBody\": {}}", ERR_FORMAT,
		1, "lacks eventList"},
	{"{" CONTEXT ", \"type\": \"EPCISDocument\", \"schemaVersion\": \"3.0\"", ERR_VERSION, 1,
		"is \"3.0\""},
	{"{" CONTEXT ", \"type\": \"EPCISDocument\", \"schemaVersion\": 2.0", ERR_FORMAT, 1, ""},
	{"{" CONTEXT ", " VERSION ", \"type\": \"Other\"", ERR_FORMAT, 1, "neither EPCISDocument"},
	{"{" CONTEXT ", " VERSION ", \"other\": 1,", ERR_FORMAT, 1, "<other> is not known"},
	{"{" CONTEXT ", " VERSION ", \"x:other\": {\"a\": [1, true, null]}, \"type\": "
	 "\"EPCISDocument\", \"epcisBody\": {\"eventList\": []}}",
		OK, 0, NULL},
	{RESULTS("\"queryName\": \"a\", \"resultsBody\": {\"eventList\": []}"), OK, 0, NULL},
	{RESULTS("\"resultsBody\": {\"eventList\": []}"), ERR_FORMAT, 1, "lacks queryName"},
	{RESULTS("\"queryName\": \"a\""), ERR_FORMAT, 1, "resultsBody"},
	{"{" EPCS ", " CONTEXT ", \"type\": \"ObjectEvent\", " WHEN ", " OBSERVE "}", OK, 0, NULL},
	{"{" CONTEXT ", \"type\": \"ObjectEvent\", " WHEN ", " EPCS ", " OBSERVE "}", OK, 0, NULL},
	{"{\"type\": \"ObjectEvent\", " WHEN ", " EPCS ", " OBSERVE "}", ERR_FORMAT, 1,
		"lacks its @context"},
	{"{\"eventType\": [\"ObjectEvent\"]}", OK, 0, NULL},
	{DOCUMENT("7"), ERR_FORMAT, 4, "is a number, not an object"},
	{DOCUMENT("{}"), ERR_FORMAT, 4, "lacks its type"},
	{DOCUMENT(EVENT("QuantityEvent", "\"a\": 1")), ERR_FORMAT, 4, "no event of EPCIS 2.0"},
	{OBJECT("\"action\": \"add\""), ERR_FORMAT, 6, "<action> is none of"},
	{OBJECT("\"action\": 1"), ERR_FORMAT, 6, "<action> is a number, not a text"},
	{OBJECT(OBSERVE ", " ADD), ERR_FORMAT, 6, "\"action\" stands twice"},
	{OBJECT("\"bizStep\": \"packing\""), ERR_FORMAT, 4, "lacks action"},
	{OBJECT(OBSERVE ", \"bizStep\": \"packed\""), ERR_FORMAT, 6, "no word of the CBV"},
	{OBJECT(OBSERVE ", \"bizStep\": \"urn:epcglobal:cbv:bizstep:packing\""), ERR_FORMAT, 6,
		"JSON has the bare word"},
	{OBJECT(OBSERVE ", \"bizStep\": \"https://ref.gs1.org/cbv/BizStep-packing\""), OK, 0, NULL},
	{OBJECT(OBSERVE ", \"bizStep\": \"x:own\""), OK, 0, NULL},
	{OBJECT(OBSERVE ", \"parentID\": \"urn:a\""), ERR_FORMAT, 6, "<parentID> is not known"},
	{OBJECT(OBSERVE ", \"ilmd\": {\"x:a\": 1}"), ERR_FORMAT, 4, "ilmd though"},
	{OBJECT(ADD ", \"ilmd\": {\"x:a\": 1}"), OK, 0, NULL},
	{OBJECT(ADD ", \"ilmd\": {\"a\": 1}"), ERR_FORMAT, 6, "<a> is not known"},
	{OBJECT(OBSERVE ", \"readPoint\": {\"x:a\": 1}"), ERR_FORMAT, 6, "lacks its id"},
	{OBJECT(OBSERVE ", \"readPoint\": \"urn:a\""), ERR_FORMAT, 6, "is a text, not an object"},
	{OBJECT(OBSERVE ", \"quantityList\": [{\"epcClass\": \"urn:a\", \"quantity\": \"7\"}]"),
		ERR_FORMAT, 6, "<quantity> is a text, not a number"},
	{OBJECT(OBSERVE ", \"quantityList\": [{\"epcClass\": \"urn:a\", \"uom\": \"kg\"}]"),
		ERR_FORMAT, 6, "<uom>"},
	{OBJECT(OBSERVE ", \"quantityList\": [{\"epcClass\": \"urn:a\", \"weight\": 1}]"),
		ERR_FORMAT, 6, "<weight> is not known in a quantity"},
	{OBJECT(OBSERVE ", \"quantityList\": [{\"quantity\": 1}]"), ERR_FORMAT, 6,
		"without epcClass"},
	{OBJECT(OBSERVE ", \"sourceList\": [{\"source\": \"urn:a\"}]"), ERR_FORMAT, 6,
		"without type"},
	{OBJECT(OBSERVE ", \"sourceList\": [{\"type\": \"owner\", \"source\": \"urn:a\"}]"),
		ERR_FORMAT, 6, "no word of the CBV and no URI: owner"},
	{OBJECT(OBSERVE ", \"sensorElementList\": [{\"sensorReport\": [{\"value\": 1}]}]"),
		ERR_FORMAT, 6, "<sensorReport> lacks its type"},
	{OBJECT(OBSERVE ", \"sensorElementList\": [{\"sensorReport\": []}]"), ERR_FORMAT, 6,
		"has no sensorReport"},
	{OBJECT(OBSERVE ", \"errorDeclaration\": {\"reason\": \"did_not_occur\"}"), ERR_FORMAT, 6,
		"lacks its declarationTime"},
	{OBJECT(OBSERVE ", \"persistentDisposition\": {\"set\": []}"), ERR_FORMAT, 6, "is empty"},
	{OBJECT(OBSERVE ", \"certificationInfo\": [\"urn:a\", \"urn:b\"]"), OK, 0, NULL},
	{OBJECT(OBSERVE ", \"x:deep\": {\"x:\": 1}"), ERR_FORMAT, 6, "names nothing behind"},
	{OBJECT(OBSERVE ", \"x:deep\": {\"\": 1}"), ERR_FORMAT, 6, "names nothing behind"},
	{OBJECT(OBSERVE ", \"x:deep\": {\"b\": 1}"), OK, 0, NULL},
	{OBJECT(OBSERVE ", \"x:deep\": [[1]]"), ERR_FORMAT, 6, "an array in an array"},
	{DOCUMENT(EVENT("ObjectEvent", OBSERVE)), ERR_FORMAT, 4, "has no epcList"},
	{DOCUMENT(EVENT("ObjectEvent", OBSERVE ", \"epcList\": [\"urn:a\", \"urn:b\", \"urn:a\"]")),
		ERR_FORMAT, 5, "<epcList> holds the same twice: urn:a"},
	{DOCUMENT(EVENT("ObjectEvent", OBSERVE ", \"epcList\": [\"a\"]")), ERR_FORMAT, 5,
		"is not a URI"},
	{DOCUMENT(EVENT("AggregationEvent", ADD ", \"parentID\": \"urn:a\"")), ERR_FORMAT, 4,
		"neither childEPCs"},
	{DOCUMENT(EVENT("AggregationEvent", "\"action\": \"DELETE\"")), OK, 0, NULL},
	{DOCUMENT(EVENT("AssociationEvent", "\"action\": \"DELETE\"")), ERR_FORMAT, 4,
		"lacks parentID"},
	{DOCUMENT(EVENT("TransformationEvent", "\"inputEPCList\": [\"urn:a\"]")), ERR_FORMAT, 4,
		"both inputs and outputs"},
	{DOCUMENT(EVENT("TransformationEvent",
		 "\"inputEPCList\": [\"urn:a\"], \"transformationID\": \"urn:t\"")),
		OK, 0, NULL},
	{DOCUMENT(EVENT("TransactionEvent", ADD ", " EPCS)), ERR_FORMAT, 4,
		"lacks bizTransactionList"},
	{DOCUMENT(EVENT("TransactionEvent", ADD ", \"bizTransactionList\": [], " EPCS)), ERR_FORMAT,
		4, "empty bizTransactionList"},
	{"{\"epcisBody\": {\"eventList\": [" EVENT("ObjectEvent",
		 EPCS ", " OBSERVE ", \"x:a\": 1") "]}, " CONTEXT
						   ", \"type\": \"EPCISDocument\", " VERSION "}",
		OK, 0, NULL},
	{OBJECT(OBSERVE) ",", ERR_FORMAT, 6, "behind the end"},
	{"{" CONTEXT ", ", ERR_FORMAT, 1, "cut off"},
	{"{" CONTEXT " \"type\"", ERR_FORMAT, 1, "comma or closing bracket"},
	{"{" CONTEXT "]", ERR_FORMAT, 1, "other kind"},
	{"{" CONTEXT ", type", ERR_FORMAT, 1, "name in quotes"},
	{OBJECT(OBSERVE ", \"x:a\": 01"), ERR_FORMAT, 6, "begins with a zero"},
	{OBJECT(OBSERVE ", \"x:a\": -"), ERR_FORMAT, 6, "lacks a digit"},
	{OBJECT(OBSERVE ", \"x:a\": 1."), ERR_FORMAT, 6, "lacks a digit"},
	{OBJECT(OBSERVE ", \"x:a\": \"\\ud800\""), ERR_FORMAT, 6, "wrong escape"},
	{OBJECT(OBSERVE ", \"x:a\": \"\\ud83d\\ude00\\u00e9\\n\""), OK, 0, NULL},
	{OBJECT(OBSERVE ", \"x:a\": \"\xff\""), ERR_ENCODING, 6, "not UTF-8"},
	{OBJECT(OBSERVE ", \"x:a\": \"\n\""), ERR_FORMAT, 6, "control character"},
	{OBJECT(OBSERVE ", \"x:a\": nothing"), ERR_FORMAT, 6, "no JSON value"},
	{OBJECT(OBSERVE ", \"x:a\": {1: 2}"), ERR_FORMAT, 6, "name in quotes"},
	{OBJECT(OBSERVE ", \"x:a\": {\"x:b\" 2}"), ERR_FORMAT, 6, "colon must stand"},
	{OBJECT(OBSERVE ", \"x:a\": [1 2]"), ERR_FORMAT, 6, "comma or closing bracket"},
	{OBJECT(OBSERVE ", \"x:a\": \"\\u20ac\\u12g4\""), ERR_FORMAT, 6, "wrong escape"},
	{OBJECT(OBSERVE ", \"x:a\": \"\\u20ac\\u00e9\""), OK, 0, NULL},
	{OBJECT(OBSERVE ", \"x:a\": false, \"x:b\": {}, \"x:c\": null"), OK, 0, NULL},
	{OBJECT(OBSERVE ", \"x:a\": {\"#text\": \"t\", \"x:b\": {}}"), ERR_FORMAT, 6, "<x:b>"},
	{OBJECT(OBSERVE ", \"epcList\": 1"), ERR_FORMAT, 6, "stands twice"},
	{OBJECT(OBSERVE ", \"quantityList\": {}"), ERR_FORMAT, 6, "not an array"},
	{OBJECT(OBSERVE ", \"quantityList\": [1]"), ERR_FORMAT, 6, "not an object"},
	{OBJECT(OBSERVE ", \"quantityList\": [{\"epcClass\": \"urn:a\", \"quantity\": 1e99}]"),
		ERR_FORMAT, 6, "too large or too small"},
	{OBJECT(OBSERVE ", \"quantityList\": [{\"epcClass\": \"urn:a\", \"quantity\": "
			"1e99999}]"),
		ERR_FORMAT, 6, "too large or too small"},
	{OBJECT(OBSERVE ", \"sourceList\": 1"), ERR_FORMAT, 6, "not an array"},
	{OBJECT(OBSERVE ", \"sourceList\": [1]"), ERR_FORMAT, 6, "not an object"},
	{OBJECT(OBSERVE ", \"sourceList\": [{\"type\": \"location\", \"source\": \"urn:a\", "
			"\"since\": 1}]"),
		ERR_FORMAT, 6, "<since> is not known beside source"},
	{OBJECT(OBSERVE ", \"sensorElementList\": [1]"), ERR_FORMAT, 6, "not an object"},
	{OBJECT(OBSERVE ", \"sensorElementList\": [{\"sensorMetadata\": 1}]"), ERR_FORMAT, 6,
		"not an object"},
	{OBJECT(OBSERVE ", \"sensorElementList\": [{\"sensorReport\": [{\"type\": "
			"\"Temperature\", \"booleanValue\": 1}]}]"),
		ERR_FORMAT, 6, "<booleanValue>"},
	{OBJECT(OBSERVE ", \"bizStep\": \"1packing\""), ERR_FORMAT, 6, "no word of the CBV"},
	/* contexts */
	{"{\"@context\": 7,", ERR_FORMAT, 1, "<@context> is no URI, object or array"},
	{"{\"@context\": [[\"a\"]]", ERR_FORMAT, 1, "holds what is no URI and no object"},
	{"{\"@context\": {\"x\": 1}", ERR_FORMAT, 1, "not declared by a URI"},
	{"{\"@context\": {\"x\": {\"@type\": \"@id\"}}", ERR_FORMAT, 1, "not declared by a URI"},
	{"{" CONTEXT ", " CONTEXT, ERR_FORMAT, 1, "<@context> stands twice"},
	{"{" CONTEXT ", \"type\": 1,", ERR_FORMAT, 1, "<type> is a number, not a text"},
	{"{" CONTEXT ", " VERSION ", " VERSION, ERR_FORMAT, 1, "stands twice"},
	{"{" CONTEXT ", \"schemaVersion\": \"2.x\",", ERR_FORMAT, 1, "no version like 2.0"},
	{"{" CONTEXT ", \"epcisBody\": 1,", ERR_FORMAT, 1, "is no object"},
	{"{" CONTEXT ", \"epcisHeader\": [],", ERR_FORMAT, 1, "is no object"},
	/* master data */
	{MASTER("{\"type\": \"urn:t\", \"vocabularyElementList\": [{\"id\": \"urn:e\", "
		"\"attributes\": [{\"id\": \"urn:n\", \"attribute\": 7}, {\"id\": \"urn:o\"}, "
		"{\"id\": \"urn:p\", \"attribute\": {\"x:a\": {\"x:b\": \"c\"}}}], "
		"\"children\": [\"urn:c\", \"urn:d\"], \"x:more\": \"m\"}]}"),
		OK, 0, NULL},
	{MASTER("{\"type\": \"urn:t\"}"), OK, 0, NULL},
	{MASTER("{\"vocabularyElementList\": []}"), ERR_FORMAT, 1, "lacks a type"},
	{MASTER("7"), ERR_FORMAT, 1, "not an object"},
	{MASTER("{\"type\": \"urn:t\", \"vocabularyElementList\": [{}]}"), ERR_FORMAT, 1,
		"<VocabularyElement> lacks its id"},
	{MASTER("{\"type\": \"urn:t\", \"vocabularyElementList\": [7]}"), ERR_FORMAT, 1,
		"not an object"},
	{MASTER("{\"type\": \"urn:t\", \"vocabularyElementList\": [{\"id\": \"urn:e\", "
		"\"attributes\": [{\"attribute\": \"v\"}]}]}"),
		ERR_FORMAT, 1, "<attribute> lacks its id"},
	{MASTER("{\"type\": \"urn:t\", \"vocabularyElementList\": [{\"id\": \"urn:e\", "
		"\"attributes\": [{\"id\": \"urn:n\", \"attribute\": [1]}]}]}"),
		ERR_FORMAT, 1, "no text, number or object"},
};

static void check_row(struct tap *tap, const struct row *row, size_t number)
{
	struct seen seen = {0};
	struct fault fault = {0};
	struct span text = span_text(row->document);
	enum err err = read_pieces(text, text.size, &seen, &fault);
	CHECK_ROW(err == row->err, "row %zu: %s: %s", number, err_name(err), fault.text);
	CHECK_ROW(!err || (fault.err == err && strstr(fault.text, row->says ? row->says : "")),
		"row %zu: %s", number, fault.text);
	CHECK_ROW(!err || fault.at == row->line, "row %zu: line %zu: %s", number, fault.at,
		fault.text);
	for (size_t piece = 1; piece <= 7; piece += 2) {
		struct seen other = {0};
		struct fault again = {0};
		CHECK_ROW(read_pieces(text, piece, &other, &again) == err, "row %zu: %s", number,
			again.text);
		CHECK_ROW(!strcmp(again.text, fault.text), "row %zu: %s", number, again.text);
		CHECK_ROW(!memcmp(&seen, &other, sizeof seen), "row %zu", number);
	}
}

TEST(what_is_wrong_in_a_document_is_named_with_line_and_member)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(tap, &rows[i], i);
}

static enum err keep_quantity(void *self, const struct epcis_event *event, struct fault *fault)
{
	char *out = self;
	struct span text =
		event->quantity_list.count ? event->quantity_list.at[0].quantity : (struct span){0};
	(void)fault;
	(void)snprintf(out, 100, "%.*s", (int)text.size, (const char *)text.at);
	return OK;
}

/* Names of extensions: by prefix, by a term of the context, by a term declared by way of another
 * or as an object, by @vocab, as a URI. */
#define NAMES                                                                                      \
	"{\"@context\": [\"https://ref.gs1.org/standards/epcis/epcis-context.jsonld\", {\"x\": "   \
	"\"https://x.example/\", \"y\": \"x:y/\", \"age\": \"x:age\", \"ward\": {\"@id\": "        \
	"\"https://w.example/#ward\", \"@type\": \"@id\"}, \"z\": {\"@id\": \"urn:z\", "           \
	"\"@prefix\": true}, \"@language\": \"en\", \"off\": null}], \"type\": "                   \
	"\"EPCISDocument\", " VERSION                                                              \
	", \"epcisBody\": {\"eventList\": [" EVENT("ObjectEvent", EPCS ", " OBSERVE ", %s") "]}}"

static enum err keep_names(void *self, const struct epcis_event *event, struct fault *fault)
{
	const struct epcis_node *node = event->extensions;
	(void)fault;
	(void)snprintf(self, 100, "{%.*s}%.*s", (int)node->space.size, (const char *)node->space.at,
		(int)node->name.size, (const char *)node->name.at);
	return OK;
}

TEST(names_of_extensions_are_put_out_by_the_context)
{
	static const struct {
		const char *member, *name; /* NULL: refused */
	} names[] = {{"\"x:a\": 1", "{https://x.example/}a"},
		{"\"y:a\": 1", "{https://x.example/y/}a"}, {"\"z:a\": 1", "{urn:z}a"},
		{"\"age\": 1", "{https://x.example/}age"},
		{"\"ward\": 1", "{https://w.example/#}ward"},
		{"\"https://u.example/p#q\": 1", "{https://u.example/p#}q"},
		{"\"urn:u:v\": 1", "{urn:u:}v"}, {"\"cbvmda:a\": 1", "{urn:epcglobal:cbv:mda:}a"},
		{"\"z\": 1", NULL}, {"\"off\": 1", NULL}, {"\"other\": 1", NULL},
		{"\"https://u.example/\": 1", NULL}};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char text[2048];
		char found[100] = "";
		struct fault fault = {0};
		struct epcis_sink sink = {found, keep_names};
		(void)snprintf(text, sizeof text, NAMES, names[i].member);
		enum err err = epcis_read(span_text(text), &sink, NULL, NULL, &fault);
		CHECK_ROW((err == OK) == (names[i].name != NULL), "%s: %s", names[i].member,
			err ? fault.text : found);
		CHECK_ROW(!names[i].name || !strcmp(found, names[i].name), "%s: %s",
			names[i].member, found);
	}
}

TEST(a_vocabulary_takes_names_without_a_prefix)
{
	static const char text[] =
		"{\"@context\": [\"https://ref.gs1.org/standards/epcis/epcis-context.jsonld\", "
		"{\"@vocab\": \"https://v.example/\"}], \"type\": \"EPCISDocument\", " VERSION
		", \"epcisBody\": {\"eventList\": [" EVENT(
			"ObjectEvent", EPCS ", " OBSERVE ", \"other\": 1") "]}}";
	char found[100] = "";
	struct fault fault = {0};
	struct epcis_sink sink = {found, keep_names};
	CHECK_ROW(epcis_read(span_text(text), &sink, NULL, NULL, &fault) == OK, "%s", fault.text);
	CHECK_ROW(!strcmp(found, "{https://v.example/}other"), "%s", found);
}

#define CLASS "\"quantityList\": [{\"epcClass\": \"urn:a\", \"quantity\": "
TEST(numbers_keep_their_digits_and_lose_their_exponent)
{
	static const char *const numbers[][2] = {{"4.50", "4.50"}, {"150", "150"}, {"1e2", "100"},
		{"1.25e1", "12.5"}, {"1.25E+3", "1250"}, {"-1.5e-3", "-0.0015"}, {"25e-1", "2.5"},
		{"25e-2", "0.25"}, {"0e5", "000000"}};
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		char text[1024];
		char found[100] = "";
		struct fault fault = {0};
		struct epcis_sink sink = {found, keep_quantity};
		(void)snprintf(text, sizeof text,
			DOCUMENT(EVENT("ObjectEvent", OBSERVE ", " CLASS "%s}]")), numbers[i][0]);
		CHECK_ROW(epcis_read(span_text(text), &sink, NULL, NULL, &fault) == OK, "%zu: %s",
			i, fault.text);
		CHECK_ROW(!strcmp(found, numbers[i][1]), "%zu: %s", i, found);
	}
}

/* The schema's measure did not look at formats; the format `uri` is part of it, and so are the
 * labels of the set: docs/gs1-epcis.md. */
static bool is_valid_row(const json_t *row)
{
	const char *file = json_text(row, "file");
	if (strstr(file, "Queries/")) /* no document: its schema is another */
		return true;
	return !strcmp(json_text(row, "json_schema"), "valid") &&
	       !json_is_true(json_object_get(row, "labelled_invalid"));
}

TEST(published_documents_are_accepted_and_refused_as_the_schema_says)
{
	size_t counts[2] = {0};
	json_t *manifest = json_read(SHARED "openepcis_test_resources/manifest.json");
	if (!manifest)
		SKIP("openepcis_test_resources is not beside the repository");
	for (size_t i = 0; i < json_array_size(manifest); i++) {
		const json_t *row = json_array_get(manifest, i);
		const char *file = json_text(row, "file");
		struct seen seen = {0};
		struct seen cut = {0};
		struct fault fault = {0};
		if (!strstr(file, ".json"))
			continue;
		struct span text = document_file(SHARED "openepcis_test_resources/", file);
		NEED(text.size);
		enum err err = read_pieces(text, text.size, &seen, &fault);
		CHECK_ROW((err == OK) == is_valid_row(row), "%s: %s", file,
			err ? fault.text : "accepted");
		CHECK_ROW(read_pieces(text, 13, &cut, &fault) == err, "%s", file);
		CHECK_ROW(!memcmp(&seen, &cut, sizeof seen), "%s", file);
		counts[err != OK]++;
	}
	CHECK(counts[0] >= 53 && counts[1] >= 18);
	json_decref(manifest);
}

struct hashes {
	const json_t *expected;
	size_t count;
	size_t same;
};

static enum err compare_hash(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct hashes *hashes = self;
	uint8_t hash[HASH_SIZE];
	char text[EPCIS_HASH_TEXT_SIZE];
	enum err err = epcis_hash(event, EPCIS_HASH_ONE_NAME, hash, fault);
	epcis_hash_print(hash, text);
	for (size_t i = 0; i < json_array_size(hashes->expected); i++)
		hashes->same +=
			!strcmp(json_string_value(json_array_get(hashes->expected, i)), text);
	hashes->count++;
	return err;
}

TEST(json_documents_of_the_reference_give_its_hashes)
{
	/* the reference leaves an apostrophe as it is; a Digital Link has %27 */
	static const char apostrophe[] = "epclist_normalisation.jsonld";
	json_t *manifest = json_read(SHARED "event_hash_reference/manifest.json");
	if (!manifest)
		SKIP("event_hash_reference is not beside the repository");
	size_t documents = 0;
	for (size_t i = 0; i < json_array_size(manifest); i++) {
		const json_t *row = json_array_get(manifest, i);
		const char *file = json_text(row, "file");
		struct hashes hashes = {json_object_get(row, "expected_hashes"), 0, 0};
		struct epcis_sink sink = {&hashes, compare_hash};
		struct fault fault = {0};
		if (!strstr(file, ".jsonld"))
			continue;
		size_t different = !strcmp(file, apostrophe);
		struct span text = document_file(SHARED "event_hash_reference/", file);
		NEED(text.size);
		CHECK_ROW(epcis_read(text, &sink, NULL, NULL, &fault) == OK, "%s: %s", file,
			fault.text);
		CHECK_ROW(hashes.same + different == hashes.count, "%s: %zu of %zu", file,
			hashes.same, hashes.count);
		documents++;
	}
	CHECK(documents >= 20);
	json_decref(manifest);
}

static void compare_medicines(struct tap *tap, const char *folder, bool in_json)
{
	char path[PATH_MAX_];
	(void)snprintf(path, sizeof path, SHARED "%s/manifest.json", folder);
	json_t *manifest = json_read(path);
	if (!manifest)
		SKIP("the event hash sets are not beside the repository");
	for (size_t i = 0; i < json_array_size(manifest); i++) {
		const json_t *row = json_array_get(manifest, i);
		struct seen seen[2] = {0};
		struct hashes hashes = {json_object_get(row, "jsonld_hashes"), 0, 0};
		struct epcis_sink sink = {&hashes, compare_hash};
		struct fault fault = {0};
		char name[64];
		char place[100];
		(void)snprintf(place, sizeof place, SHARED "%s/", folder);
		(void)snprintf(name, sizeof name, "%s.xml", json_text(row, "id"));
		struct epcis_sink count = {&seen[0], on_event};
		CHECK(epcis_read(document_file(place, name), &count, NULL, NULL, &fault) == OK);
		(void)snprintf(name, sizeof name, "%s.jsonld", json_text(row, "id"));
		struct span text = document_file(place, name);
		count.self = &seen[1];
		CHECK(epcis_read(text, &count, NULL, NULL, &fault) == OK);
		CHECK_ROW(!memcmp(&seen[0], &seen[1], sizeof seen[0]), "%s", name);
		CHECK(epcis_read(text, &sink, NULL, NULL, &fault) == OK);
		CHECK_ROW(!in_json || hashes.same == json_array_size(hashes.expected), "%s", name);
	}
	json_decref(manifest);
}

TEST(medicine_documents_hash_the_same_in_xml_and_json)
{
	compare_medicines(tap, "event_hash_pharma_generated", true);
	compare_medicines(tap, "ilmd_namespace_trap", false);
}

TEST(a_large_event_or_member_has_a_limit)
{
	struct epcis_limits limits = {.event_size = 4096};
	struct seen seen = {0};
	struct epcis_sink sink = {&seen, on_event};
	struct fault fault = {0};
	struct buf text;
	buf_init(&text, 1 << 20);
	buf_put_text(&text,
		"{" CONTEXT ", \"type\": \"EPCISDocument\", " VERSION
		", \"epcisBody\": {\"eventList\": [{\"type\": \"ObjectEvent\", \"x:a\": \"");
	for (int i = 0; i < 5000; i++)
		buf_put_u8(&text, 'a');
	CHECK(epcis_read(buf_span(&text), &sink, &limits, NULL, &fault) != OK);
	buf_put_text(&text, "\"}]}}");
	CHECK(epcis_read(buf_span(&text), &sink, &limits, NULL, &fault) == ERR_LIMIT);
	CHECK(strstr(fault.text, "longer than 4096 bytes"));
	buf_reset(&text);
	buf_put_text(&text, "{\"epcisBody\": {\"eventList\": [");
	for (int i = 0; i < 100; i++)
		buf_printf(&text, "%s%s", i ? "," : "", EVENT("ObjectEvent", EPCS "," OBSERVE));
	buf_put_text(&text, "]}, " CONTEXT ", \"type\": \"EPCISDocument\", " VERSION "}");
	CHECK(epcis_read(buf_span(&text), &sink, &limits, NULL, &fault) == ERR_LIMIT);
	CHECK(strstr(fault.text, "let it come first"));
	buf_close(&text);
}

TEST(the_form_is_told_by_the_first_bytes)
{
	static const struct {
		const char *document;
		enum err err;
		const char *says;
	} forms[] = {
		{"\xef\xbb\xbf \n{", ERR_FORMAT, "line 2: the document is cut off"},
		{"\xef\xbb\xbf<a/>", ERR_FORMAT, "<a> is not EPCISDocument"},
		{"\n\n<a/>", ERR_FORMAT, "line 3"},
		{"ISA*00*", ERR_FORMAT, "neither XML nor JSON nor CBOR"},
		{"", ERR_FORMAT, "empty"},
		{" \n", ERR_FORMAT, "empty"},
	};
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct seen seen = {0};
		struct epcis_sink sink = {&seen, on_event};
		struct span text = span_text(forms[i].document);
		for (size_t piece = 1; piece < 9; piece += 7) {
			struct epcis_reader *reader;
			struct fault fault = {0};
			NEED(epcis_reader_open(&reader, &sink, NULL, &fault) == OK);
			enum err err = OK;
			for (size_t at = 0; at < text.size && !err; at += piece)
				err = epcis_reader_feed(
					reader, span_cut(text, at, at + piece), &fault);
			if (!err)
				err = epcis_reader_end(reader, &fault);
			CHECK_ROW(err == forms[i].err && strstr(fault.text, forms[i].says),
				"row %zu: %s", i, fault.text);
			epcis_reader_free(reader);
		}
	}
}

TAP_MAIN(CASE(what_is_wrong_in_a_document_is_named_with_line_and_member),
	CASE(names_of_extensions_are_put_out_by_the_context),
	CASE(a_vocabulary_takes_names_without_a_prefix),
	CASE(numbers_keep_their_digits_and_lose_their_exponent),
	CASE(published_documents_are_accepted_and_refused_as_the_schema_says),
	CASE(json_documents_of_the_reference_give_its_hashes),
	CASE(medicine_documents_hash_the_same_in_xml_and_json),
	CASE(a_large_event_or_member_has_a_limit), CASE(the_form_is_told_by_the_first_bytes))
