#include "gs1/syntax/link.h"
#include "tests/tap.h"

TEST(links_become_elements)
{
	static const struct {
		const char *link, *elements;
	} rows[] = {
		{"https://id.gs1.org/01/09506000134352", "(01)09506000134352"},
		{"http://a.example/x/y/01/09506000134352/22/V/10/L/21/S",
			"(01)09506000134352(22)V(10)L(21)S"},
		{"https://a.example/01/09506000134352/21/A%2fB%2B?17=280400&3103=000195",
			"(01)09506000134352(21)A/B+(17)280400(3103)000195"},
		{"https://a.example/01/09506000134352?17=280400&utm=x&linkType=all&s#frag?11=1",
			"(01)09506000134352(17)280400"},
		{"https://a.example/01/09506000134352/235/T?10=L", "(01)09506000134352(235)T(10)L"},
		{"https://a.example/00/01/00/106141412345678908?37=25&02=09506000134352",
			"(00)106141412345678908(37)25(02)09506000134352"},
		{"https://a.example:8080/8018/401234500000000074/8019/1",
			"(8018)401234500000000074(8019)1"},
		{"https://a.example/8004/0614141A", "(8004)0614141A"},
		{"https://a.example/01/09506000134352?00=106141412345678908",
			"(01)09506000134352(00)106141412345678908"},
		{"https://a.example/01/09506000134352/10/A+B?99=A%2BB",
			"(01)09506000134352(10)A+B(99)A+B"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_elements elements = {.count = 0};
		struct fault fault = {0};
		uint8_t memory[256];
		struct buf buf;
		buf_over(&buf, memory, sizeof memory);
		CHECK_ROW(gs1_link_is(span_text(rows[i].link)), "%s", rows[i].link);
		CHECK_ROW(gs1_link_read(span_text(rows[i].link), 0, &elements, &fault) == OK,
			"%s: %s", rows[i].link, fault.text);
		gs1_elements_print_bracketed(&elements, &buf);
		CHECK_ROW(span_is(buf_span(&buf), rows[i].elements), "%s: %s", rows[i].link,
			buf_text(&buf));
	}
}

/* Offsets are those of the scan: three bytes stand before. */
TEST(wrong_links_are_refused_at_the_place)
{
	static const struct {
		const char *link;
		size_t at, size;
	} rows[] = {
		{"ftp://a.example/01/09506000134352", 3, 8},
		{"HtTps://a.example/01/09506000134352", 3, 8},
		{"https://", 11, 0},
		{"https://a b/01/09506000134352", 12, 1},
		{"https://a$b/01/09506000134352", 12, 1},
		{"https://a/", 12, 1},
		{"https://a/gtin/09506000134352", 12, 20},
		{"https://a/01/9506000134352", 16, 13},
		{"https://a/01/09506000134353", 29, 1},
		{"https://a/01/0950600013435%33", 29, 3},
		{"https://a/01/09506000134352/21/S/10/L", 16, 24},
		{"https://a/01/09506000134352/99/L", 16, 19},
		{"https://a/01/09506000134352/10/", 34, 0},
		{"https://a/01/09506000134352/", 12, 19},
		{"https://a/01/09506000134352/21/%41%42%23C", 40, 3},
		{"https://a/01/09506000134352?10=L", 31, 2},
		{"https://a/01/09506000134352?21=L", 31, 2},
		{"https://a/01/09506000134352?99=A&99=A", 36, 2},
		{"https://a/01/09506000134352?99=", 34, 0},
		{"https://a/01/09506000134352?999=A", 31, 3},
		{"https://a/01/09506000134352?99=A+B", 35, 1},
		{"https://a/01/09506000134352?99=A%00B", 35, 3},
		{"https://a/01/09506000134352?17=281304", 36, 2},
		{"https://a/01/09506000134352?17=281201&=X", 41, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_elements elements = {.count = 0};
		struct fault fault = {0};
		CHECK_ROW(
			gs1_link_read(span_text(rows[i].link), 3, &elements, &fault) == ERR_FORMAT,
			"%s", rows[i].link);
		CHECK_ROW(fault.at == rows[i].at && fault.size == rows[i].size,
			"%s: at %zu size %zu: %s", rows[i].link, fault.at, fault.size, fault.text);
	}
}

TEST(canonical_links_are_written_and_read_back)
{
	uint8_t memory[512];
	struct buf buf;
	struct span none = span_of("", 0);
	buf_over(&buf, memory, sizeof memory);
	gs1_link_put_pack(&buf, "09506000134352", none, span_text("A/B%(1)"));
	CHECK(span_is(buf_span(&buf), "https://id.gs1.org/01/09506000134352/21/A%2FB%25%281%29"));
	struct gs1_elements elements = {.count = 0};
	struct fault fault;
	NEED(gs1_link_read(buf_span(&buf), 0, &elements, &fault) == OK);
	CHECK(elements.count == 2 && span_is(elements.element[1].value, "A/B%(1)"));
	buf_reset(&buf);
	gs1_link_put_pack(&buf, "09506000134352", span_text("L-_.1"), span_text("S"));
	CHECK(span_is(buf_span(&buf), "https://id.gs1.org/01/09506000134352/10/L-_.1/21/S"));
	buf_reset(&buf);
	gs1_link_put_sscc(&buf, "106141412345678908");
	CHECK(span_is(buf_span(&buf), "https://id.gs1.org/00/106141412345678908"));
	buf_reset(&buf);
	gs1_link_put_gln(&buf, "0614141000012", span_text("A1"));
	CHECK(span_is(buf_span(&buf), "https://id.gs1.org/414/0614141000012/254/A1"));
	buf_reset(&buf);
	gs1_link_put_gln(&buf, "0614141000012", none);
	CHECK(span_is(buf_span(&buf), "https://id.gs1.org/414/0614141000012"));
	buf_reset(&buf);
	gs1_link_put_party(&buf, "0614141000012");
	CHECK(span_is(buf_span(&buf), "https://id.gs1.org/417/0614141000012"));
}

TEST(percent_signs_that_are_no_code_stay)
{
	static const struct {
		const char *text, *path, *query;
	} rows[] = {
		{"A%2fB", "A/B", "A/B"},
		{"A+B", "A+B", "A B"},
		{"A%2", "A%2", "A%2"},
		{"A%", "A%", "A%"},
		{"A%4gB", "A%4gB", "A%4gB"},
		{"%%41", "%A", "%A"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t out[16];
		size_t size = gs1_link_unescape(span_text(rows[i].text), false, out);
		CHECK_ROW(span_is(span_of(out, size), rows[i].path), "%s", rows[i].text);
		size = gs1_link_unescape(span_text(rows[i].text), true, out);
		CHECK_ROW(span_is(span_of(out, size), rows[i].query), "%s", rows[i].text);
	}
}

TAP_MAIN(CASE(links_become_elements), CASE(wrong_links_are_refused_at_the_place),
	CASE(canonical_links_are_written_and_read_back), CASE(percent_signs_that_are_no_code_stay))
