/* Element strings: separators, brackets, and what holds between elements. */
#include "gs1/syntax/element.h"
#include "tests/tap.h"

#define GS "\x1D"

static enum err read_any(const char *text, struct gs1_elements *elements, struct fault *fault)
{
	elements->count = 0;
	elements->decoded_size = 0;
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
	struct gs1_elements elements = {.count = 0};
	struct fault fault;
	NEED(gs1_elements_read(span_text("10AB" GS "21X"), 3, &elements, &fault) == OK);
	NEED(elements.count == 2);
	CHECK(elements.element[0].ai == GS1_AI_LOT && elements.element[0].at == 5 &&
		elements.element[0].size == 2 && elements.element[0].judged);
	CHECK(elements.element[1].at == 10 && span_is(elements.element[1].value, "X"));
	CHECK(gs1_elements_find(&elements, GS1_AI_SERIAL) == &elements.element[1]);
	CHECK(!gs1_elements_find(&elements, GS1_AI_GTIN));
}

TEST(an_element_whose_rule_is_not_here_says_so)
{
	struct gs1_elements elements;
	struct fault fault;
	NEED(read_any("8110106141416543213150110120", &elements, &fault) == OK);
	CHECK(!elements.element[0].judged);
	NEED(read_any("8007GB29NWBK60161331926819", &elements, &fault) == OK);
	CHECK(elements.element[0].judged);
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
	CASE(an_element_whose_rule_is_not_here_says_so),
	CASE(separators_stand_where_they_must_or_may), CASE(elements_must_go_together),
	CASE(brackets_are_read_as_people_write_them))
