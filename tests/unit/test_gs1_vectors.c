/* Cases of GS1's own test suites and of its engine, read from the shared test data when it is
 * there. What lies outside this program is counted by name, never passed over in silence. */
#include "gs1/syntax/lint.h"
#include "gs1/syntax/link.h"
#include "gs1/syntax/scan.h"
#include "gs1/syntax/transmit.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"
#include "tests/unit/gs1_rows.h"

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

/* "^" begins an element string, "|" a component; a backslash takes the meaning from a "^" in front.
 * */
static struct gs1_message message_of(
	enum gs1_symbol symbol, struct span input, uint8_t memory[2][512])
{
	bool is_gs1 = input.size > 0 && input.at[0] == '^';
	bool whole = !is_gs1 && symbol >= GS1_SYMBOL_DATAMATRIX;
	const uint8_t *bar = whole || !input.size ? NULL : memchr(input.at, '|', input.size);
	size_t end = bar ? (size_t)(bar - input.at) : input.size;
	struct span data = span_cut(input, is_gs1, end);
	struct span composite = span_cut(input, end + 1, input.size);
	size_t slashes = 0;
	while (slashes < data.size && data.at[slashes] == '\\')
		slashes++;
	if (whole && slashes > 0 && slashes < data.size && data.at[slashes] == '^')
		data = span_cut(data, 1, data.size);
	return (struct gs1_message){.is_gs1 = is_gs1,
		.data = is_gs1 ? with_gs(data, memory[0]) : data,
		.composite = composite.size && composite.at[0] == '^'
				     ? with_gs(span_cut(composite, 1, composite.size), memory[1])
				     : composite};
}

TEST(scan_data_are_sent_as_the_engine)
{
	static const struct {
		const char *name;
		enum gs1_symbol symbol;
	} names[] = {{"DM", GS1_SYMBOL_DATAMATRIX}, {"QR", GS1_SYMBOL_QR},
		{"DotCode", GS1_SYMBOL_DOTCODE}, {"EAN13", GS1_SYMBOL_EAN_13},
		{"EAN8", GS1_SYMBOL_EAN_8}, {"UPCA", GS1_SYMBOL_UPC_A}, {"UPCE", GS1_SYMBOL_UPC_E},
		{"GS1_128_CCA", GS1_SYMBOL_GS1_128}, {"GS1_128_CCC", GS1_SYMBOL_GS1_128},
		{"DataBarOmni", GS1_SYMBOL_DATABAR}, {"DataBarLimited", GS1_SYMBOL_DATABAR_LIMITED},
		{"DataBarExpanded", GS1_SYMBOL_DATABAR_EXPANDED}, {"NONE", GS1_SYMBOL_COUNT}};
	struct rows rows;
	if (!rows_open(&rows, FOLDER "engine_scandata_generate.jsonl"))
		SKIP(ABSENT);
	int count = 0;
	while (rows_next(&rows)) {
		size_t i = 0;
		while (strcmp(names[i].name, string_of(rows.row, "symbology")) != 0)
			i++;
		uint8_t memory[2][512], sent[512];
		struct fault fault = {0};
		struct buf buf;
		const char *input = string_of(rows.row, "input");
		buf_over(&buf, sent, sizeof sent);
		count++;
		/* No symbol was chosen: there is no call to make here. */
		if (names[i].symbol == GS1_SYMBOL_COUNT) {
			CHECK(!is_valid(rows.row));
			continue;
		}
		struct gs1_message message =
			message_of(names[i].symbol, text_of(rows.row, "input"), memory);
		message.adds_check = has_setting(rows.row, "addCheckDigit");
		enum err err = gs1_transmit(names[i].symbol, &message, &buf, &fault);
		CHECK_ROW((err == OK) == is_valid(rows.row), "%s %s: %s", names[i].name, input,
			fault.text);
		CHECK_ROW(span_equal(buf_span(&buf), text_of(rows.row, "expect_scandata")),
			"%s %s: %s", names[i].name, input, buf_text(&buf));
	}
	CHECK_ROW(count == 45, "%d rows", count);
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

TAP_MAIN(CASE(linters_agree_with_the_dictionarys_own_tests),
	CASE(unbracketed_element_strings_as_the_engine),
	CASE(bracketed_element_strings_as_the_engine), CASE(associations_as_the_engine),
	CASE(linters_in_place_as_the_engine), CASE(faults_lie_where_the_engine_marks_them),
	CASE(pharmacy_scans_as_the_engine), CASE(scan_data_as_the_engine),
	CASE(scan_data_are_sent_as_the_engine), CASE(digital_links_as_the_engine),
	CASE(digital_links_are_written_as_the_engine), CASE(patterns_find_elements_as_the_engine),
	CASE(percent_decoding_as_the_engine), CASE(percent_encoding_as_the_engine))
