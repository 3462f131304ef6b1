#include "appliance/people/jcs.h"
#include "tests/tap.h"
#include "tests/unit/shared_set.h"

#include <math.h>

static enum err canonical(struct span text, struct buf *out, struct fault *fault)
{
	json_t *value;
	enum err err = jcs_parse(text, &value, fault);
	if (err)
		return err;
	err = jcs_print(value, out, fault);
	json_decref(value);
	return err;
}

TEST(prints_the_one_form_of_a_value)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{" { \"b\" : 1 , \"a\" : [ ] } ", "{\"a\":[],\"b\":1}"},
		{"[56,{\"d\":true,\"10\":null,\"1\":[]}]",
			"[56,{\"1\":[],\"10\":null,\"d\":true}]"},
		{"\"\\u20ac$\\u000f\\u000aA'B\\\"\\\\\\\"\\/\"",
			"\"€$\\u000f\\nA'B\\\"\\\\\\\"/\""},
		{"\"\\b\\t\\n\\f\\r\\u000b\\u001f\\u007f\\u2028\"",
			"\"\\b\\t\\n\\f\\r\\u000b\\u001f\x7f\xe2\x80\xa8\""},
		{"\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\""},
		{"\"\\u0041\\u030a\"", "\"A\xcc\x8a\""}, /* no normalisation */
		{"[-0,-0.0,0e5,1.0,100e-2]", "[0,0,0,1,1]"},
		{"{\"\":1,\"\\u0000a\":2}", NULL},
		{"{}", "{}"},
		{"[9007199254740991,-9007199254740991.0,1e21]",
			"[9007199254740991,-9007199254740991,1e+21]"},
		{"true", "true"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out;
		struct fault fault = {0};
		buf_init(&out, 4096);
		enum err err = canonical(span_text(rows[i].in), &out, &fault);
		CHECK_ROW((err == OK) == (rows[i].out != NULL), "%s: %s", rows[i].in, fault.text);
		if (!err && rows[i].out)
			CHECK_ROW(span_is(buf_span(&out), rows[i].out), "%s", buf_text(&out));
		buf_close(&out);
	}
}

TEST(sorts_names_by_utf_16_code_units)
{
	/* RFC 8785 section 3.2.3: U+1F600 (surrogates) before U+FB33 although it is the larger. */
	const char *in = "{\"\xe2\x82\xac\":1,\"\\r\":2,\"\xef\xac\xb3\":3,\"1\":4,"
			 "\"\xf0\x9f\x98\x80\":5,\"\xc2\x80\":6,\"\xc3\xb6\":7,"
			 "\"\xee\x80\x80\":8,\"\xed\x9f\xbf\":9,\"1a\":10}";
	const char *want = "{\"\\r\":2,\"1\":4,\"1a\":10,\"\xc2\x80\":6,\"\xc3\xb6\":7,"
			   "\"\xe2\x82\xac\":1,\"\xed\x9f\xbf\":9,\"\xf0\x9f\x98\x80\":5,"
			   "\"\xee\x80\x80\":8,\"\xef\xac\xb3\":3}";
	struct buf out;
	buf_init(&out, 4096);
	CHECK(canonical(span_text(in), &out, NULL) == OK);
	CHECK_ROW(span_is(buf_span(&out), want), "%s", buf_text(&out));
	buf_close(&out);
}

TEST(prints_numbers_as_ecmascript_does)
{
	/* RFC 8785 appendix B; the powers of two whose nearest 16 digits do not read back. */
	static const struct {
		uint64_t bits;
		const char *text;
	} rows[] = {
		{0x0000000000000000, "0"}, {0x8000000000000000, "0"},
		{0x0000000000000001, "5e-324"}, {0x8000000000000001, "-5e-324"},
		{0x7fefffffffffffff, "1.7976931348623157e+308"},
		{0xffefffffffffffff, "-1.7976931348623157e+308"},
		{0x4340000000000000, "9007199254740992"}, {0xc340000000000000, "-9007199254740992"},
		{0x4430000000000000, "295147905179352830000"},
		{0x44b52d02c7e14af5, "9.999999999999997e+22"}, {0x44b52d02c7e14af6, "1e+23"},
		{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
		{0x444b1ae4d6e2ef4e, "999999999999999700000"},
		{0x444b1ae4d6e2ef4f, "999999999999999900000"}, {0x444b1ae4d6e2ef50, "1e+21"},
		{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"}, {0x3eb0c6f7a0b5ed8d, "0.000001"},
		{0x41b3de4355555553, "333333333.3333332"},
		{0x41b3de4355555554, "333333333.33333325"},
		{0x41b3de4355555555, "333333333.3333333"},
		{0x41b3de4355555556, "333333333.3333334"},
		{0x41b3de4355555557, "333333333.33333343"},
		{0xbecbf647612f3696, "-0.0000033333333333333333"},
		{0x43143ff3c1cb0959, "1424953923781206.2"},
		{0x0060000000000000, "7.120236347223045e-307"}, /* 2^-1017 */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[JCS_NUMBER_SIZE];
		double number;
		memcpy(&number, &rows[i].bits, sizeof number);
		jcs_print_number(number, text);
		CHECK_ROW(!strcmp(text, rows[i].text), "%s, not %s", text, rows[i].text);
	}
}

TEST(refuses_what_would_be_read_differently)
{
	static const struct {
		const char *in;
		size_t size;
		enum err err;
	} rows[] = {
#define ROW(text, err) {text, sizeof text - 1, err}
		ROW("{\"a\":1,\"a\":1}", ERR_FORMAT),
		ROW("{\"a\":1,\"\\u0061\":2}", ERR_FORMAT),
		ROW("\"\\ud800\"", ERR_FORMAT),
		ROW("\"\\udc00\\ud800\"", ERR_FORMAT),
		ROW("\"\xed\xa0\x80\"", ERR_ENCODING),
		ROW("\"\xff\"", ERR_ENCODING),
		ROW("\"a\\u0000b\"", ERR_ENCODING),
		ROW("1e400", ERR_RANGE),
		ROW("9007199254740992", ERR_RANGE),
		ROW("-9007199254740992", ERR_RANGE),
		ROW("[100000000000000000000]", ERR_RANGE),
		ROW("1e20", ERR_RANGE), /* would print as such an integer */
		ROW("-9007199254740992.0", ERR_RANGE),
		ROW("{} {}", ERR_FORMAT),
		ROW("01", ERR_FORMAT),
		ROW("NaN", ERR_FORMAT),
		ROW("[1,]", ERR_FORMAT),
		ROW("'a'", ERR_FORMAT),
		ROW("\"a\nb\"", ERR_FORMAT),
		ROW("{\"a\":1} \0", ERR_FORMAT),
		ROW("\xef\xbb\xbf{}", ERR_FORMAT),
		ROW("", ERR_FORMAT),
#undef ROW
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *value;
		struct fault fault = {0};
		enum err err = jcs_parse(span_of(rows[i].in, rows[i].size), &value, &fault);
		CHECK_ROW(err == rows[i].err, "%s: %s, %s", rows[i].in, err_name(err), fault.text);
		CHECK_ROW(fault.at <= rows[i].size, "%s: at %zu", rows[i].in, fault.at);
	}
}

TEST(says_where_the_text_is_wrong)
{
	json_t *value;
	struct fault fault;
	CHECK(jcs_parse(span_text("{\"a\":1,\n \"b\":x}"), &value, &fault) == ERR_FORMAT);
	CHECK_ROW(fault.at == 14 && strstr(fault.text, "line 2"), "%zu %s", fault.at, fault.text);
}

TEST(takes_depth_and_size_up_to_a_limit)
{
	json_t *value;
	struct fault fault;
	char text[2 * (JCS_DEPTH_MAX + 1)];
	memset(text, '[', JCS_DEPTH_MAX + 1);
	memset(text + JCS_DEPTH_MAX + 1, ']', JCS_DEPTH_MAX + 1);
	CHECK(jcs_parse(span_of(text, sizeof text), &value, &fault) == ERR_LIMIT);
	struct buf out;
	buf_init(&out, 4096);
	CHECK(canonical(span_of(text + 1, sizeof text - 2), &out, &fault) == OK);
	CHECK(span_equal(buf_span(&out), span_of(text + 1, sizeof text - 2)));
	buf_close(&out);
	char *large = calloc(1, JCS_TEXT_MAX + 1);
	NEED(large);
	memset(large, ' ', JCS_TEXT_MAX + 1);
	CHECK(jcs_parse(span_of(large, JCS_TEXT_MAX + 1), &value, &fault) == ERR_LIMIT);
	free(large);
}

TEST(refuses_to_print_what_is_not_json)
{
	struct buf out;
	struct fault fault;
	buf_init(&out, 4096);
	json_t *value = json_string_nocheck("a\xed\xb0\x80");
	CHECK(jcs_print(value, &out, &fault) == ERR_ENCODING && fault.at == 1);
	json_decref(value);
	value = json_integer(9007199254740992);
	CHECK(jcs_print(value, &out, &fault) == ERR_RANGE);
	json_decref(value);
	CHECK(json_real((double)INFINITY) == NULL); /* jansson itself makes none */
	buf_close(&out);
	buf_init(&out, 8);
	value = json_string("longer than eight bytes");
	CHECK(jcs_print(value, &out, &fault) == ERR_LIMIT);
	json_decref(value);
	buf_close(&out);
}

TEST(agrees_with_the_published_documents)
{
	static const char *const names[] = {
		"arrays", "french", "structures", "unicode", "values", "weird"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[200];
		struct buf in, want, out;
		struct fault fault = {0};
		(void)snprintf(path, sizeof path, SHARED "cyberphone-jcs/input/%s.json", names[i]);
		if (!set_read(path, &in))
			SKIP("credentials/cyberphone-jcs is not there");
		(void)snprintf(path, sizeof path, SHARED "cyberphone-jcs/output/%s.json", names[i]);
		NEED(set_read(path, &want));
		buf_init(&out, 4096);
		CHECK_ROW(canonical(buf_span(&in), &out, &fault) == OK, "%s: %s", names[i],
			fault.text);
		CHECK_ROW(span_equal(buf_span(&out), buf_span(&want)), "%s: %s", names[i],
			buf_text(&out));
		buf_close(&in);
		buf_close(&want);
		buf_close(&out);
	}
}

TEST(agrees_with_the_published_numbers)
{
	static const struct {
		const char *path;
		size_t rows;
	} sets[] = {{SHARED "cyberphone-jcs/es6-numbers-first-6000.csv", 6000},
		{SHARED "cyberphone-jcs/es6-numbers-6001-10000.csv", 4000},
		{SHARED "generated-jcs-numbers/es6-numbers.csv", 2997},
		{SHARED "generated-jcs-numbers/powers-of-two.csv", 1259}};
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		FILE *file = fopen(sets[i].path, "r");
		if (!file)
			SKIP("credentials/cyberphone-jcs or generated-jcs-numbers is not there");
		char line[100];
		size_t rows = 0;
		for (; fgets(line, sizeof line, file); rows++) {
			char *want, text[JCS_NUMBER_SIZE];
			uint64_t bits = strtoull(line, &want, 16);
			double number;
			memcpy(&number, &bits, sizeof number);
			jcs_print_number(number, text);
			want[strcspn(want, "\r\n")] = 0;
			CHECK_ROW(*want == ',' && !strcmp(text, want + 1), "%s: %s", line, text);
		}
		CHECK_ROW(rows == sets[i].rows, "%s has %zu", sets[i].path, rows);
		(void)fclose(file);
	}
}

TAP_MAIN(CASE(prints_the_one_form_of_a_value), CASE(sorts_names_by_utf_16_code_units),
	CASE(prints_numbers_as_ecmascript_does), CASE(refuses_what_would_be_read_differently),
	CASE(says_where_the_text_is_wrong), CASE(takes_depth_and_size_up_to_a_limit),
	CASE(refuses_to_print_what_is_not_json), CASE(agrees_with_the_published_documents),
	CASE(agrees_with_the_published_numbers))
