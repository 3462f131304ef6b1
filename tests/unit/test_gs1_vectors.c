/* Cases of GS1's own test suites and of its engine, read from the shared test data when it is
 * there. What lies outside this program is counted by name, never passed over in silence. */
#include "gs1/syntax/lint.h"
#include "gs1/syntax/link.h"
#include "gs1/syntax/ppn.h"
#include "gs1/syntax/scan.h"
#include "gs1/syntax/urn.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"

#include <jansson.h>

#define FOLDER "../shared/data/gs1/vectors/"
#define ABSENT "../shared/data/gs1/vectors is not there"

struct rows {
	FILE *file;
	json_t *row;
	char line[65536];
};

static bool rows_open(struct rows *rows, const char *path)
{
	rows->file = fopen(path, "r");
	rows->row = NULL;
	return rows->file != NULL;
}

static bool rows_next(struct rows *rows)
{
	json_decref(rows->row);
	rows->row = NULL;
	if (!fgets(rows->line, sizeof rows->line, rows->file)) {
		(void)fclose(rows->file);
		return false;
	}
	rows->row = json_loads(rows->line, JSON_ALLOW_NUL, NULL);
	return rows->row != NULL;
}

/* JSON holds the byte FF as U+00FF, which is UTF-8 C3 BF: turned back into one byte. The answer
 * stays until the same name is asked for again in another row. */
static struct span text_of(const json_t *row, const char *name)
{
	static uint8_t memory[16][8192];
	const json_t *value = json_object_get(row, name);
	uint8_t *bytes = memory[((uint8_t)name[strlen(name) - 1] + 31 * strlen(name)) % 16];
	size_t to = 0;
	if (!json_is_string(value) || json_string_length(value) > sizeof memory[0])
		return span_of("", 0);
	const char *text = json_string_value(value);
	for (size_t i = 0; i < json_string_length(value); i++) {
		uint8_t c = (uint8_t)text[i];
		if (c == 0xC2 || c == 0xC3)
			bytes[to++] = (uint8_t)(c << 6 | ((uint8_t)text[++i] & 0x3F));
		else
			bytes[to++] = c;
	}
	return span_of(bytes, to);
}

static const char *string_of(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));
	return text ? text : "";
}

static bool is_valid(const json_t *row)
{
	return json_is_true(json_object_get(row, "valid"));
}

static bool has_setting(const json_t *row, const char *name)
{
	return json_is_true(json_object_get(json_object_get(row, "settings"), name));
}

/* The engine writes FNC1 as "^". */
static struct span with_gs(struct span text, uint8_t *out)
{
	for (size_t i = 0; i < text.size; i++)
		out[i] = text.at[i] == '^' ? GS1_GS : text.at[i];
	return span_of(out, text.size);
}

static bool prints_as(const struct gs1_elements *elements, struct span expected)
{
	uint8_t memory[4096], wanted[4096];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	buf_put_u8(&buf, GS1_GS);
	gs1_elements_print(elements, &buf);
	return !buf.err && span_equal(buf_span(&buf), with_gs(expected, wanted));
}

TEST(linters_agree_with_the_dictionarys_own_tests)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "linter_unit.jsonl"))
		SKIP(ABSENT);
	int judged_rows = 0, couponcode = 0, couponposoffer = 0, other = 0;
	while (rows_next(&rows)) {
		const char *name = string_of(rows.row, "linter");
		struct span input = text_of(rows.row, "input");
		enum gs1_lint lint = gs1_lint_by_name(span_text(name));
		couponcode += lint == GS1_LINT_COUPONCODE;
		couponposoffer += lint == GS1_LINT_COUPONPOSOFFER;
		other += lint == GS1_LINT_NONE;
		if (lint == GS1_LINT_NONE || lint >= GS1_LINT_COUPONCODE)
			continue;
		judged_rows++;
		struct fault fault = {0};
		bool judged = true;
		enum err err = gs1_lint(lint, input, &judged, &fault);
		CHECK_ROW((err == OK) == is_valid(rows.row), "%s \"%s\"", name,
			string_of(rows.row, "input"));
		if (!err || is_valid(rows.row))
			continue;
		/* "12*34*5": the bad part stands between the first and the last star put in. */
		struct span marked = text_of(rows.row, "highlight");
		size_t size = marked.size - 2 - (input.size - fault.size);
		CHECK_ROW(marked.size == input.size + 2 && size == fault.size &&
				  marked.at[fault.at] == '*' &&
				  marked.at[fault.at + fault.size + 1] == '*',
			"%s \"%s\": fault at %zu size %zu, expected %s", name,
			string_of(rows.row, "input"), fault.at, fault.size,
			string_of(rows.row, "highlight"));
	}
	printf("# judged %d rows; outside: couponcode %d, couponposoffer %d, unnamed %d\n",
		judged_rows, couponcode, couponposoffer, other);
	CHECK(judged_rows == 5663 - 384 - 70 - 1);
}

/* Reads a bracketed or FNC1 form as the engine's case wants it, without associations. */
static enum err read_case(struct span input, struct gs1_elements *out, struct fault *fault)
{
	static uint8_t memory[65536];
	out->count = 0;
	out->decoded_size = 0;
	if (input.size > 0 && input.at[0] == '(')
		return gs1_elements_read_bracketed(input, 0, out, fault);
	if (input.size == 0 || input.at[0] != '^')
		return fault_set(fault, ERR_FORMAT, 0, 0, "FNC1 is not first");
	return gs1_elements_read(with_gs(input, memory), 0, out, fault);
}

static void check_reading(struct tap *tap, const char *file, int expected, bool bracketed)
{
	struct rows rows;
	if (!rows_open(&rows, file))
		SKIP(ABSENT);
	int count = 0;
	while (rows_next(&rows)) {
		struct gs1_elements elements;
		struct fault fault = {0};
		struct span input = text_of(rows.row, "input");
		enum err err = bracketed && (input.size == 0 || input.at[0] != '(')
				       ? ERR_FORMAT
				       : read_case(input, &elements, &fault);
		CHECK_ROW((err == OK) == is_valid(rows.row), "\"%s\": %s",
			string_of(rows.row, "input"), fault.text);
		if (!err && json_object_get(rows.row, "expect_unbracketed"))
			CHECK_ROW(prints_as(&elements, text_of(rows.row, "expect_unbracketed")),
				"\"%s\"", string_of(rows.row, "input"));
		count++;
	}
	CHECK_ROW(count == expected, "%d rows", count);
}

TEST(unbracketed_element_strings_as_the_engine)
{
	check_reading(tap, FOLDER "engine_process_unbracketed_ai.jsonl", 83, false);
}

TEST(bracketed_element_strings_as_the_engine)
{
	check_reading(tap, FOLDER "engine_parse_bracketed_ai.jsonl", 29, true);
}

TEST(associations_as_the_engine)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_ai_association.jsonl"))
		SKIP(ABSENT);
	int count = 0, unknown_ai = 0;
	while (rows_next(&rows)) {
		/* AIs that are not assigned; the engine can be told to let such pass, we cannot. */
		if (strstr(string_of(rows.row, "input"), "(89)") ||
			strstr(string_of(rows.row, "input"), "(3338)")) {
			unknown_ai++;
			continue;
		}
		count++;
		struct gs1_elements elements;
		struct fault fault = {0};
		enum err err = read_case(text_of(rows.row, "input"), &elements, &fault);
		CHECK_ROW(err == OK, "\"%s\": %s", string_of(rows.row, "input"), fault.text);
		if (err)
			continue;
		/* The engine's test of one rule lets the others be broken. */
		err = gs1_elements_check(&elements, &fault);
		CHECK_ROW((err == OK) == is_valid(rows.row), "%s \"%s\": %s",
			string_of(rows.row, "rule"), string_of(rows.row, "input"), fault.text);
	}
	printf("# checked %d rows; outside: unknown AIs permitted %d\n", count, unknown_ai);
	CHECK(count + unknown_ai == 77);
}

TEST(linters_in_place_as_the_engine)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_linter.jsonl"))
		SKIP(ABSENT);
	int count = 0, coupons = 0;
	while (rows_next(&rows)) {
		struct gs1_elements elements;
		struct fault fault = {0};
		enum err err = read_case(text_of(rows.row, "input"), &elements, &fault);
		if (!err && elements.count > 0 && !elements.element[0].judged) {
			coupons++;
			continue;
		}
		count++;
		CHECK_ROW((err == OK) == is_valid(rows.row), "\"%s\": %s",
			string_of(rows.row, "input"), fault.text);
	}
	printf("# checked %d rows; outside: coupons %d\n", count, coupons);
	CHECK(count + coupons == 98);
}

/* The expected mark-up is "(AI)good|bad|rest"; compares with the fault's place in the scan. */
static void check_markup(struct tap *tap, const char *marked, struct span scan, bool decoded,
	const struct fault *fault)
{
	const char *close = strchr(marked, ')'), *bar = strchr(marked, '|');
	NEED(close && bar);
	size_t before = (size_t)(bar - close) - 1;
	const char *value = close + 1;
	char good[128];
	(void)snprintf(good, sizeof good, "%.*s", (int)before, value);
	/* A bar may itself be the bad character: then the mark-up holds "|||". */
	const char *end = bar + 1 + (bar[1] == '|');
	end = strchr(end, '|');
	NEED(end);
	size_t bad = (size_t)(end - bar) - 1;
	CHECK_ROW(strncmp(fault->text, "AI ", 3) == 0 &&
			  strncmp(fault->text + 3, marked, (size_t)(close - marked) + 1) == 0,
		"%s: %s", marked, fault->text);
	CHECK_ROW(fault->at >= before && fault->at + fault->size <= scan.size, "%s: at %zu", marked,
		fault->at);
	if (decoded || fault->at < before || fault->at + fault->size > scan.size)
		return;
	CHECK_ROW(memcmp(scan.at + fault->at - before, value, before) == 0 && fault->size == bad &&
			  memcmp(scan.at + fault->at, bar + 1, bad) == 0,
		"%s: at %zu size %zu", marked, fault->at, fault->size);
}

TEST(faults_lie_where_the_engine_marks_them)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_lint_error_markup.jsonl"))
		SKIP(ABSENT);
	while (rows_next(&rows)) {
		struct gs1_elements elements;
		struct fault fault = {0};
		struct span input = text_of(rows.row, "input");
		CHECK(read_case(input, &elements, &fault) != OK);
		check_markup(tap, string_of(rows.row, "expect_markup"), input, false, &fault);
	}
}

static void check_pharma_row(struct tap *tap, const json_t *row, struct span scan)
{
	const char *id = string_of(row, "id");
	bool without_id = span_is(text_of(row, "error"), "Missing symbology identifier");
	struct gs1_scan out;
	struct fault fault = {0};
	enum err err = gs1_scan_read(scan, &out, &fault);
	if (!is_valid(row)) {
		/* Keyboard wedges send none: accepted here when the rest is an element string. */
		if (without_id && scan.at[0] == '0') {
			CHECK_ROW(err == OK && out.aim == GS1_AIM_NONE, "%s: %s", id, fault.text);
			return;
		}
		CHECK_ROW(err != OK, "%s %s: %s", id, string_of(row, "error"),
			string_of(row, "scan"));
		const char *error = string_of(row, "error");
		if (err && json_object_get(row, "error_markup"))
			check_markup(tap, string_of(row, "error_markup"), scan,
				strstr((const char *)out.data.at, "http") != NULL, &fault);
		else if (err && strncmp(error, "AI (", 4) == 0 && !strstr(error, "DL URI") &&
			 !strstr(error, "path"))
			CHECK_ROW(strncmp(fault.text, error, strcspn(error, ")") + 1) == 0,
				"%s: \"%s\" for \"%s\"", id, fault.text, error);
		return;
	}
	CHECK_ROW(err == OK, "%s: %s", id, fault.text);
	if (err)
		return;
	uint8_t memory[4096];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	if (json_is_string(json_object_get(row, "bracketed"))) {
		gs1_elements_print_bracketed(&out.elements, &buf);
		CHECK_ROW(span_equal(buf_span(&buf), text_of(row, "bracketed")), "%s: %s", id,
			buf_text(&buf));
	} else {
		CHECK_ROW(out.form == GS1_FORM_TEXT || out.form == GS1_FORM_KEY, "%s", id);
	}
}

TEST(pharmacy_scans_as_the_engine)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "pharma_scans.jsonl"))
		SKIP(ABSENT);
	int count = 0;
	while (rows_next(&rows)) {
		uint8_t scan[4096];
		struct span hex = text_of(rows.row, "scan_hex");
		NEED(hex_parse(hex, scan, hex.size / 2, NULL) == OK);
		scan[hex.size / 2] = 0;
		/* The one AI judged wrong by a rule that is not in this program. */
		if (strstr(string_of(rows.row, "error"), "AI (8112)")) {
			printf("# outside: %s\n", string_of(rows.row, "error"));
			count++;
			continue;
		}
		check_pharma_row(tap, rows.row, span_of(scan, hex.size / 2));
		count++;
	}
	CHECK_ROW(count == 790, "%d rows", count);
}

/* The engine's message to our elements: its primary is a bare key, its components follow "|". */
static bool message_fits(const struct gs1_scan *scan, struct span message)
{
	if (scan->form == GS1_FORM_ELEMENTS)
		return prints_as(&scan->elements, message);
	if (scan->form == GS1_FORM_KEY) {
		const struct gs1_element *key = &scan->elements.element[0];
		return memcmp(key->value.at + (14 - key->size), message.at, key->size) == 0;
	}
	return true;
}

TEST(scan_data_as_the_engine)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_scandata_process.jsonl"))
		SKIP(ABSENT);
	int count = 0, mixed_case = 0, caret = 0;
	while (rows_next(&rows)) {
		struct gs1_scan scan;
		struct fault fault = {0};
		count++;
		mixed_case += strstr(string_of(rows.row, "input"), "HtTps") != NULL;
		enum err err = gs1_scan_read(text_of(rows.row, "input"), &scan, &fault);
		caret += strchr(string_of(rows.row, "input"), '^') != NULL;
		CHECK_ROW((err == OK) == is_valid(rows.row), "\"%s\": %s",
			string_of(rows.row, "input"), fault.text);
		if (!err)
			CHECK_ROW(message_fits(&scan, text_of(rows.row, "expect_message")),
				"\"%s\"", string_of(rows.row, "input"));
	}
	CHECK(count == 53 && mixed_case == 1 && caret > 0);
}

TEST(digital_links_as_the_engine)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_dl_parse.jsonl"))
		SKIP(ABSENT);
	int count = 0, alphas = 0, suppressed = 0, unknown = 0;
	while (rows_next(&rows)) {
		bool alpha = has_setting(rows.row, "permitConvenienceAlphas");
		bool zeros = has_setting(rows.row, "permitZeroSuppressedGTIN");
		bool any = has_setting(rows.row, "permitUnknownAIs");
		alphas += alpha;
		suppressed += zeros;
		unknown += any;
		if (alpha || zeros || any)
			continue;
		count++;
		struct gs1_elements elements = {.count = 0};
		struct fault fault = {0};
		enum err err = gs1_link_read(text_of(rows.row, "input"), 0, &elements, &fault);
		CHECK_ROW((err == OK) == is_valid(rows.row), "\"%s\": %s",
			string_of(rows.row, "input"), fault.text);
		if (!err)
			CHECK_ROW(prints_as(&elements, text_of(rows.row, "expect_unbracketed")),
				"\"%s\"", string_of(rows.row, "input"));
	}
	printf("# checked %d rows; outside: short names permitted %d, GTINs without leading zeros "
	       "permitted %d, unknown AIs permitted %d\n",
		count, alphas, suppressed, unknown);
	CHECK(count + alphas + suppressed + unknown == 116);
}

TEST(percent_decoding_as_the_engine)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_uri_unescape.jsonl"))
		SKIP(ABSENT);
	while (rows_next(&rows)) {
		struct span input = text_of(rows.row, "input");
		for (int query = 0; query < 2; query++) {
			uint8_t out[256];
			struct span expected =
				text_of(rows.row, query ? "expect_query" : "expect_path");
			size_t size = gs1_link_unescape(input, query, out);
			CHECK_ROW(span_equal(span_of(out, size), expected), "\"%s\"",
				string_of(rows.row, "input"));
		}
	}
}

TEST(german_product_numbers_of_format_06)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "ppn_ifa_format06.jsonl"))
		SKIP(ABSENT);
	int count = 0;
	while (rows_next(&rows)) {
		uint8_t bytes[512];
		bool holds = json_is_true(json_object_get(rows.row, "ppn_check_valid"));
		struct span ppn = span_text(string_of(rows.row, "ppn"));
		CHECK_ROW(gs1_ppn_holds(ppn) == holds, "%s", string_of(rows.row, "ppn"));
		count++;
		/* Published numbers without a scan. */
		if (!json_object_get(rows.row, "scan_hex"))
			continue;
		struct span hex = text_of(rows.row, "scan_hex");
		NEED(hex_parse(hex, bytes, hex.size / 2, NULL) == OK);
		struct gs1_scan scan;
		struct gs1_pack pack;
		struct fault fault = {0};
		enum err err = gs1_scan_read(span_of(bytes, hex.size / 2), &scan, &fault);
		CHECK_ROW((err == OK) == holds, "%s: %s", string_of(rows.row, "ppn"), fault.text);
		if (err)
			continue;
		NEED(gs1_pack_read(&scan, &pack, &fault) == OK);
		CHECK_ROW(strcmp(pack.ppn, string_of(rows.row, "ppn")) == 0 &&
				  strcmp(pack.lot, string_of(rows.row, "lot")) == 0 &&
				  strcmp(pack.expiry, string_of(rows.row, "expiry")) == 0 &&
				  strcmp(pack.serial, string_of(rows.row, "serial")) == 0,
			"%s", pack.ppn);
		const char *pzn = string_of(rows.row, "pzn");
		CHECK_ROW(pzn[0] ? strncmp(pack.gtin, "04150", 5) == 0 &&
					   strncmp(pack.gtin + 5, pzn, 8) == 0
				 : !pack.gtin[0],
			"%s: GTIN %s", pack.ppn, pack.gtin);
	}
	CHECK(count == 37);
}

TEST(epc_names_become_canonical_links)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "epc_urn_to_digital_link.jsonl"))
		SKIP(ABSENT);
	int count = 0, read = 0;
	while (rows_next(&rows)) {
		struct fault fault = {0};
		struct span input = text_of(rows.row, "input");
		uint8_t memory[256], again[256];
		struct buf buf;
		buf_over(&buf, memory, sizeof memory);
		enum err err = gs1_epc_canonical(input, &buf, &fault);
		bool convertible = json_is_string(json_object_get(rows.row, "expect"));
		CHECK_ROW((err == OK) == convertible, "\"%s\": %s", string_of(rows.row, "input"),
			fault.text);
		count++;
		if (err) {
			CHECK_ROW(buf.size == 0 && fault.at <= input.size, "\"%s\": at %zu",
				string_of(rows.row, "input"), fault.at);
			continue;
		}
		CHECK_ROW(span_equal(buf_span(&buf), text_of(rows.row, "expect")), "\"%s\": %s",
			string_of(rows.row, "input"), buf_text(&buf));
		struct gs1_epc epc;
		if (gs1_epc_read(input, &epc, NULL))
			continue;
		read++;
		struct buf link;
		buf_over(&link, again, sizeof again);
		gs1_epc_put_link(&epc, &link);
		CHECK_ROW(span_equal(buf_span(&link), buf_span(&buf)), "\"%s\": %s",
			string_of(rows.row, "input"), buf_text(&link));
	}
	CHECK_ROW(count == 477 && read > 240, "%d rows, %d of our kinds", count, read);
}

TAP_MAIN(CASE(linters_agree_with_the_dictionarys_own_tests),
	CASE(unbracketed_element_strings_as_the_engine),
	CASE(bracketed_element_strings_as_the_engine), CASE(associations_as_the_engine),
	CASE(linters_in_place_as_the_engine), CASE(faults_lie_where_the_engine_marks_them),
	CASE(pharmacy_scans_as_the_engine), CASE(scan_data_as_the_engine),
	CASE(digital_links_as_the_engine), CASE(percent_decoding_as_the_engine),
	CASE(german_product_numbers_of_format_06), CASE(epc_names_become_canonical_links))
