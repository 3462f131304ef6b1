/* Element strings: separators, brackets, and what holds between elements. */
#include "gs1/syntax/element.h"
#include "tests/tap.h"

#define GS "\x1D"

static enum err read_any(const char *text, struct gs1_elements *elements, struct fault *fault)
{
	gs1_elements_begin(elements, 0);
	return text[0] == '(' ? gs1_elements_read_bracketed(span_text(text), 0, elements, fault)
			      : gs1_elements_read(span_text(text), 0, elements, fault);
}

TEST(one_form_is_written_as_the_other)
{
	static const struct {
		const char *bracketed, *sent;
	} rows[] = {
		{"(01)09506000134352(17)280400(10)AB(21)X", "0109506000134352"
							    "17280400"
							    "10AB" GS "21X"},
		{"(10)AB(01)09506000134352(21)X", "10AB" GS "0109506000134352"
						  "21X"},
		{"(10)A\\(1)B", "10A(1)B"},
		{"(710)1234(3103)001234", "7101234" GS "3103001234"},
		{"(99)!\"%&'\\()*", "99!\"%&'()*"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_elements elements;
		struct fault fault = {0};
		uint8_t memory[256];
		struct buf buf;
		buf_over(&buf, memory, sizeof memory);
		CHECK_ROW(read_any(rows[i].bracketed, &elements, &fault) == OK, "%s: %s",
			rows[i].bracketed, fault.text);
		gs1_elements_print(&elements, &buf);
		CHECK_ROW(span_is(buf_span(&buf), rows[i].sent), "%s: %s", rows[i].bracketed,
			buf_text(&buf));
		CHECK_ROW(read_any(rows[i].sent, &elements, &fault) == OK, "%s: %s",
			rows[i].bracketed, fault.text);
		buf_reset(&buf);
		gs1_elements_print_bracketed(&elements, &buf);
		CHECK_ROW(span_is(buf_span(&buf), rows[i].bracketed), "%s: %s", rows[i].bracketed,
			buf_text(&buf));
	}
}

TEST(an_element_knows_its_place_in_the_scan)
{
	struct gs1_elements elements = {.count = 0, .permit = 0};
	struct fault fault;
	NEED(gs1_elements_read(span_text("10AB" GS "21X"), 3, &elements, &fault) == OK);
	NEED(elements.count == 2);
	CHECK(elements.element[0].ai == GS1_AI_LOT && elements.element[0].at == 5 &&
		elements.element[0].size == 2);
	CHECK(elements.element[1].at == 10 && span_is(elements.element[1].value, "X"));
	CHECK(gs1_elements_find(&elements, GS1_AI_SERIAL) == &elements.element[1]);
	CHECK(!gs1_elements_find(&elements, GS1_AI_GTIN));
}

TEST(a_refusal_names_rule_and_characters)
{
	static const struct {
		const char *text, *rule, *marked;
	} rows[] = {
		{"(01)09506000134351", "csum", "(01)0950600013435|1|"},
		{"(10)A{B}C", "cset82", "(10)A|{|B}C"},
		{"(17)281301", "yymmd0", "(17)28|13|01"},
		{"(8001)12341X34567890", "csetnumeric", "(8001)12341|X|345"},
		{"(8007)GB92NWBK60161331926819", "iban", "(8007)GB|92|NWBK60161331926819"},
		{"(8110)7", "couponcode", "(8110)|7|"},
		{"(8112)0", "couponposoffer", "(8112)|0|"},
		{"(01)0950600013435", "length_min", "(01)|0950600013435|"},
		{"(20)123", "length_max", "(20)12|3|"},
		{"(10)", "empty", "(10)||"},
		{"(04)1", "unknown_ai", ""},
		{"0495", "unknown_ai", ""},
		{"(21)A", "needs", "(21)|A|"},
		{"(01)09506000134352(37)1", "excludes", "(01)|09506000134352|"},
		{"(01)09506000134352(10)A(10)B", "repeats", "(10)|B|"},
		{"(253)1234567890128(8030)AAAA", "serial", "(253)|1234567890128|"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_elements elements;
		struct fault fault = {0};
		char memory[128];
		struct buf buf;
		buf_over(&buf, memory, sizeof memory);
		enum err err = read_any(rows[i].text, &elements, &fault);
		if (!err)
			err = gs1_elements_check(&elements, &fault);
		CHECK_ROW(err && elements.refusal.rule &&
				  strcmp(elements.refusal.rule, rows[i].rule) == 0,
			"%s: %s", rows[i].text, elements.refusal.rule);
		gs1_refusal_print(&elements.refusal, &buf);
		CHECK_ROW(span_is(buf_span(&buf), rows[i].marked), "%s: %s", rows[i].text,
			buf_text(&buf));
	}
}

TEST(lines_under_a_symbol_are_written_and_read_back)
{
	struct gs1_elements elements;
	struct fault fault = {0};
	char memory[256];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	NEED(read_any("(01)09506000134352(17)280400(3103)000195(10)A\\(1(99)X", &elements,
		     &fault) == OK);
	gs1_elements_print_lines(&elements, true, &buf);
	CHECK(span_is(buf_span(&buf), "GTIN (01) 09506000134352\nUSE BY or EXPIRY (17) 280400\n"
				      "NET WEIGHT (kg) (3103) 000195\nBATCH/LOT (10) A(1\n"
				      "INTERNAL (99) X\n"));
	buf_reset(&buf);
	NEED(read_any("(01)09506000134352(3103)000195(10)A", &elements, &fault) == OK);
	for (int titles = 0; titles < 2; titles++) {
		struct gs1_elements again;
		buf_reset(&buf);
		gs1_elements_print_lines(&elements, titles, &buf);
		gs1_elements_begin(&again, 0);
		NEED(gs1_elements_read_bracketed(buf_span(&buf), 0, &again, &fault) == OK);
		CHECK(again.count == 3 && span_is(again.element[2].value, "A"));
	}
	/* A word before the bracket that is not the title of its AI is no part of a line. */
	gs1_elements_begin(&elements, 0);
	CHECK(gs1_elements_read_bracketed(
		      span_text("LOT (01) 09506000134352"), 0, &elements, &fault) == ERR_FORMAT);
}

TEST(unknown_ais_pass_when_permitted)
{
	static const struct {
		const char *text, *elements; /* NULL: refused */
	} rows[] = {
		{"(89)ABC", "(89)ABC"},
		{"(04)ABC(041)D(0412)E", "(04)ABC(041)D(0412)E"},
		{"(041)A(0412)B(041)A", "(041)A(0412)B(041)A"},
		{"(236)ABC", "(236)ABC"},
		{"(23)ABC", NULL},
		{"(2360)ABC", NULL},
		{"(419)1234567890123", "(419)1234567890123"},
		{"(419)123", NULL},
		{"(3199)123456", "(3199)123456"},
		{"(3199)12345", NULL},
		{"(3999)X", "(3999)X"},
		{"(8)X", NULL},
		{"(89012)X", NULL},
		{"(8A)X", NULL},
		{"891234", NULL},
		{"236ABC" GS "31991234563999X", "(236)ABC(3199)123456(3999)X"},
		{"4191234567890123236A", "(419)1234567890123(236)A"},
		{"319", NULL},
		{"0", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_elements elements;
		struct fault fault = {0};
		char memory[128];
		struct buf buf;
		struct span text = span_text(rows[i].text);
		buf_over(&buf, memory, sizeof memory);
		gs1_elements_begin(&elements, GS1_PERMIT_UNKNOWN_AIS);
		enum err err = rows[i].text[0] == '('
				       ? gs1_elements_read_bracketed(text, 0, &elements, &fault)
				       : gs1_elements_read(text, 0, &elements, &fault);
		if (!err)
			err = gs1_elements_check(&elements, &fault);
		CHECK_ROW((err == OK) == (rows[i].elements != NULL), "%s: %s", rows[i].text,
			fault.text);
		if (err || !rows[i].elements)
			continue;
		gs1_elements_print_bracketed(&elements, &buf);
		CHECK_ROW(span_is(buf_span(&buf), rows[i].elements), "%s: %s", rows[i].text,
			buf_text(&buf));
	}
	struct gs1_elements elements;
	struct fault fault;
	gs1_elements_begin(&elements, GS1_PERMIT_ALONE);
	NEED(gs1_elements_read(span_text("21A"), 0, &elements, &fault) == OK);
	CHECK(gs1_elements_check(&elements, &fault) == OK);
}

TEST(separators_stand_where_they_must_or_may)
{
	static const struct {
		const char *text;
		size_t count; /* of elements; 0: refused */
	} rows[] = {
		{GS "10AB", 1},
		{"10AB" GS, 1},
		{"10AB" GS "21X" GS, 2},
		{"17280400" GS "10AB", 2},
		{"17280400"
		 "10AB",
			2},
		{"10AB" GS GS "21X", 0},
		{GS GS "10AB", 0},
		{GS, 0},
		{"", 0},
		{"17280" GS "400", 0},
		{"10" GS "21X", 0},
		{"2540" GS "4140614141000012", 2},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_elements elements;
		struct fault fault = {0};
		enum err err = read_any(rows[i].text, &elements, &fault);
		CHECK_ROW(rows[i].count ? err == OK && elements.count == rows[i].count
					: err == ERR_FORMAT,
			"row %zu: %s", i, fault.text);
	}
}

TEST(elements_must_go_together)
{
	static const struct {
		const char *text;
		const char *word; /* of the fault; NULL: they do */
		size_t at;
	} rows[] = {
		{"(01)09506000134352(21)X", NULL, 0},
		{"(21)X(01)09506000134352", NULL, 0},
		{"(21)X", "(01) or (03) or (8006)", 4},
		{"(01)09506000134352(250)A", "(21)", 23},
		{"(01)09506000134352(21)B(250)A", NULL, 0},
		{"(01)09506000134352(3922)0299(3103)001234", NULL, 0},
		{"(01)09506000134352(3922)0299", "(31nn)", 24},
		{"(01)09506000134352(3103)001234(3102)001234", "together with AI (3102)", 24},
		{"(01)09506000134352(37)1", "together with AI (37)", 4},
		{"(01)09506000134352(235)A(21)B", "together with AI (235)", 28},
		{"(01)09506000134352(10)A(10)A", NULL, 0},
		{"(01)09506000134352(10)A(10)a", "twice", 27},
		{"(8030)AAAA(01)09506000134352(21)A", NULL, 0},
		{"(8030)AAAA(01)09506000134352", "(01) with (21)", 6},
		{"(8030)AAAA(253)1234567890128", "serial", 15},
		{"(8030)AAAA(253)1234567890128X", NULL, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_elements elements;
		struct fault fault = {0};
		CHECK_ROW(read_any(rows[i].text, &elements, &fault) == OK, "%s: %s", rows[i].text,
			fault.text);
		enum err err = gs1_elements_check(&elements, &fault);
		CHECK_ROW(
			(err == OK) == (rows[i].word == NULL), "%s: %s", rows[i].text, fault.text);
		if (err && rows[i].word)
			CHECK_ROW(strstr(fault.text, rows[i].word) && fault.at == rows[i].at,
				"%s: at %zu: %s", rows[i].text, fault.at, fault.text);
	}
}

TEST(brackets_are_read_as_people_write_them)
{
	static const struct {
		const char *text;
		size_t at; /* of the fault; SIZE_MAX: none */
	} rows[] = {
		{"(10)AB", SIZE_MAX},
		{"( 10)AB", 0},
		{"(10) AB ", SIZE_MAX},
		{"(10)", 4},
		{"(10)A B", 5},
		{"(10)AB(", 6},
		{"(10)AB(21", 6},
		{"(10)AB(2A)X", 6},
		{"(210)X", 0},
		{"(1)X", 0},
		{"(10)A\\\\(", 5},
		{"(10)A" GS "21X", 5},
		{"()X", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_elements elements;
		struct fault fault = {0};
		enum err err = read_any(rows[i].text, &elements, &fault);
		CHECK_ROW((err == OK) == (rows[i].at == SIZE_MAX), "%s: %s", rows[i].text,
			fault.text);
		if (err)
			CHECK_ROW(fault.at == rows[i].at, "%s: at %zu", rows[i].text, fault.at);
	}
}

TAP_MAIN(CASE(one_form_is_written_as_the_other), CASE(an_element_knows_its_place_in_the_scan),
	CASE(a_refusal_names_rule_and_characters),
	CASE(lines_under_a_symbol_are_written_and_read_back), CASE(unknown_ais_pass_when_permitted),
	CASE(separators_stand_where_they_must_or_may), CASE(elements_must_go_together),
	CASE(brackets_are_read_as_people_write_them))
