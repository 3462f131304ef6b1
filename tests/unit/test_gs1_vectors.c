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

static unsigned permit_of(const json_t *row)
{
	unsigned permit = 0;
	if (has_setting(row, "permitUnknownAIs"))
		permit |= GS1_PERMIT_UNKNOWN_AIS;
	if (has_setting(row, "permitZeroSuppressedGTIN"))
		permit |= GS1_PERMIT_SHORT_GTINS;
	if (has_setting(row, "permitConvenienceAlphas"))
		permit |= GS1_PERMIT_NAMES;
	if (json_is_false(json_object_get(
		    json_object_get(row, "settings"), "validateUnknownAINotDLAttr")))
		permit |= GS1_PERMIT_UNKNOWN_ATTRIBUTES;
	return permit;
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
	int judged_rows = 0, other = 0;
	while (rows_next(&rows)) {
		const char *name = string_of(rows.row, "linter");
		struct span input = text_of(rows.row, "input");
		enum gs1_lint lint = gs1_lint_by_name(span_text(name));
		other += lint == GS1_LINT_NONE;
		if (lint == GS1_LINT_NONE)
			continue;
		judged_rows++;
		struct fault fault = {0};
		enum err err = gs1_lint(lint, input, &fault);
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
	/* The one row of no rule tells of the suite itself. */
	CHECK_ROW(judged_rows == 5662 && other == 1, "%d rows and %d", judged_rows, other);
}

/* Reads a bracketed or FNC1 form as the engine's case wants it, without associations. */
static enum err read_case(
	struct span input, unsigned permit, struct gs1_elements *out, struct fault *fault)
{
	static uint8_t memory[65536];
	gs1_elements_begin(out, permit);
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
				       : read_case(input, permit_of(rows.row), &elements, &fault);
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
	int count = 0;
	while (rows_next(&rows)) {
		count++;
		struct gs1_elements elements;
		struct fault fault = {0};
		enum err err = read_case(
			text_of(rows.row, "input"), permit_of(rows.row), &elements, &fault);
		CHECK_ROW(err == OK, "\"%s\": %s", string_of(rows.row, "input"), fault.text);
		if (err)
			continue;
		/* The engine's test of one rule lets the others be broken. */
		err = gs1_elements_check(&elements, &fault);
		CHECK_ROW((err == OK) == is_valid(rows.row), "%s \"%s\": %s",
			string_of(rows.row, "rule"), string_of(rows.row, "input"), fault.text);
	}
	CHECK_ROW(count == 77, "%d rows", count);
}

TEST(linters_in_place_as_the_engine)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_linter.jsonl"))
		SKIP(ABSENT);
	int count = 0;
	while (rows_next(&rows)) {
		struct gs1_elements elements;
		struct fault fault = {0};
		enum err err = read_case(text_of(rows.row, "input"), 0, &elements, &fault);
		count++;
		CHECK_ROW((err == OK) == is_valid(rows.row), "\"%s\": %s",
			string_of(rows.row, "input"), fault.text);
	}
	CHECK_ROW(count == 98, "%d rows", count);
}

static void check_markup(struct tap *tap, const char *expected, const struct gs1_refusal *refusal)
{
	char memory[256];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	gs1_refusal_print(refusal, &buf);
	CHECK_ROW(span_is(buf_span(&buf), expected), "%s: %s", expected, buf_text(&buf));
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
		CHECK(read_case(input, 0, &elements, &fault) != OK);
		check_markup(tap, string_of(rows.row, "expect_markup"), &elements.refusal);
	}
}

/* What the engine refuses for want of an identifier, or for one that it does not know, is read
 * kindly when it is an element string or a GTIN. */
static void check_kind_reading(struct tap *tap, const json_t *row, struct span scan)
{
	const char *error = string_of(row, "error");
	struct gs1_scan out;
	struct fault fault = {0};
	enum err err = gs1_scan_read(scan, &out, &fault);
	bool without_id = strcmp(error, "Missing symbology identifier") == 0;
	bool is_wedge = without_id && scan.at[0] == '0';
	bool is_itf = strncmp((const char *)scan.at, "]I1", 3) == 0;
	CHECK_ROW((err == OK) == (is_valid(row) || is_wedge || (is_itf && err == OK)), "%s %s: %s",
		string_of(row, "id"), error, fault.text);
}

static void check_refused(
	struct tap *tap, const json_t *row, const struct gs1_scan *out, const struct fault *fault)
{
	const char *error = string_of(row, "error");
	if (json_object_get(row, "error_markup"))
		check_markup(tap, string_of(row, "error_markup"), &out->elements.refusal);
	else if (strncmp(error, "AI (", 4) == 0 && !strstr(error, "DL URI") &&
		 !strstr(error, "path"))
		CHECK_ROW(strncmp(fault->text, error, strcspn(error, ")") + 1) == 0,
			"%s: \"%s\" for \"%s\"", string_of(row, "id"), fault->text, error);
}

static void check_lines(struct tap *tap, const json_t *row, const struct gs1_elements *elements)
{
	uint8_t memory[4096], wanted[4096];
	struct buf buf, lines;
	size_t index;
	json_t *line;
	buf_over(&buf, memory, sizeof memory);
	buf_over(&lines, wanted, sizeof wanted);
	gs1_elements_print_lines(elements, false, &buf);
	json_array_foreach(json_object_get(row, "hri"), index, line)
		buf_printf(&lines, "%s\n", json_string_value(line));
	CHECK_ROW(span_equal(buf_span(&buf), buf_span(&lines)), "%s: %s", string_of(row, "id"),
		buf_text(&buf));
}

static void check_pharma_row(struct tap *tap, const json_t *row, struct span scan)
{
	const char *id = string_of(row, "id");
	struct gs1_scan out;
	struct fault fault = {0};
	enum err err = gs1_scan_read_as(scan, (struct gs1_reading){.strict = true}, &out, &fault);
	check_kind_reading(tap, row, scan);
	if (!is_valid(row)) {
		CHECK_ROW(err != OK, "%s %s: %s", id, string_of(row, "error"),
			string_of(row, "scan"));
		if (err)
			check_refused(tap, row, &out, &fault);
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
		check_lines(tap, row, &out.elements);
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
		enum err err = gs1_scan_read_as(text_of(rows.row, "input"),
			(struct gs1_reading){.strict = true}, &scan, &fault);
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
	int count = 0;
	while (rows_next(&rows)) {
		count++;
		struct gs1_elements elements;
		struct fault fault = {0};
		gs1_elements_begin(&elements, permit_of(rows.row));
		enum err err = gs1_link_read(text_of(rows.row, "input"), 0, &elements, &fault);
		CHECK_ROW((err == OK) == is_valid(rows.row), "\"%s\": %s",
			string_of(rows.row, "input"), fault.text);
		if (!err)
			CHECK_ROW(prints_as(&elements, text_of(rows.row, "expect_unbracketed")),
				"\"%s\"", string_of(rows.row, "input"));
	}
	CHECK_ROW(count == 116, "%d rows", count);
}

TEST(digital_links_are_written_as_the_engine)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_dl_generate.jsonl"))
		SKIP(ABSENT);
	int count = 0;
	while (rows_next(&rows)) {
		struct gs1_elements elements;
		struct fault fault = {0};
		uint8_t memory[512];
		struct buf buf;
		const char *input = string_of(rows.row, "input");
		count++;
		buf_over(&buf, memory, sizeof memory);
		CHECK_ROW(read_case(text_of(rows.row, "input"), permit_of(rows.row), &elements,
				  &fault) == OK,
			"%s: %s", input, fault.text);
		enum err err = gs1_link_put(&elements,
			json_string_value(json_object_get(rows.row, "stem")), &buf, &fault);
		CHECK_ROW((err == OK) == is_valid(rows.row), "%s: %s", input, fault.text);
		CHECK_ROW(span_is(buf_span(&buf), err ? "" : string_of(rows.row, "expect_uri")),
			"%s: %s", input, buf_text(&buf));
	}
	CHECK_ROW(count == 22, "%d rows", count);
}

TEST(patterns_find_elements_as_the_engine)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_ai_exists.jsonl"))
		SKIP(ABSENT);
	int count = 0;
	while (rows_next(&rows)) {
		struct gs1_elements elements;
		struct fault fault = {0};
		const char *needle = string_of(rows.row, "needle");
		const char *expected = string_of(rows.row, "expect_ai");
		char digits[GS1_AI_DIGITS_MAX + 1] = "";
		count++;
		NEED(read_case(text_of(rows.row, "input"), 0, &elements, &fault) == OK);
		const struct gs1_element *found = gs1_elements_match(
			&elements, needle, json_string_value(json_object_get(rows.row, "ignore")));
		if (found)
			gs1_ai_print(found->ai, digits);
		CHECK_ROW((found != NULL) == json_is_true(json_object_get(rows.row, "found")) &&
				  (!expected[0] || strcmp(expected, digits) == 0),
			"%s in %s: %s", needle, string_of(rows.row, "input"), digits);
	}
	CHECK_ROW(count == 36, "%d rows", count);
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

TEST(percent_encoding_as_the_engine)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_uri_escape.jsonl"))
		SKIP(ABSENT);
	int count = 0;
	while (rows_next(&rows)) {
		count++;
		for (int query = 0; query < 2; query++) {
			uint8_t memory[256];
			struct buf buf;
			buf_over(&buf, memory, sizeof memory);
			gs1_link_escape(text_of(rows.row, "input"), query, &buf);
			CHECK_ROW(
				span_is(buf_span(&buf), string_of(rows.row, query ? "expect_query"
										  : "expect_path")),
				"\"%s\": %s", string_of(rows.row, "input"), buf_text(&buf));
		}
	}
	CHECK_ROW(count == 10, "%d rows", count);
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
	CASE(digital_links_as_the_engine), CASE(digital_links_are_written_as_the_engine),
	CASE(patterns_find_elements_as_the_engine), CASE(percent_decoding_as_the_engine),
	CASE(percent_encoding_as_the_engine), CASE(german_product_numbers_of_format_06),
	CASE(epc_names_become_canonical_links))
