#include "gs1/epcis/arena.h"
#include "gs1/epcis/cbv.h"
#include "gs1/epcis/shape.h"
#include "gs1/epcis/value.h"
#include "tests/tap.h"

TEST(values_are_judged_by_their_kind)
{
	static const struct {
		enum epcis_value value;
		const char *text;
		bool is_right;
	} rows[] = {
		{EPCIS_VALUE_TEXT, "", true},
		{EPCIS_VALUE_URI, "", false},
		{EPCIS_VALUE_URI, "urn:epc:id:sscc:1", true},
		{EPCIS_VALUE_URI, "shipping", true},
		{EPCIS_VALUE_URI, "a\tb", false},
		{EPCIS_VALUE_URI, "+00:00", false},
		{EPCIS_VALUE_URI, ":a", false},
		{EPCIS_VALUE_URI, "1a:b", false},
		{EPCIS_VALUE_URI, "a+b-1.c:d", true},
		{EPCIS_VALUE_URI, "1/a:b", true},
		{EPCIS_VALUE_URI, "?a:b", true},
		{EPCIS_VALUE_URI, "1a", true},
		{EPCIS_VALUE_URI, "a\x7f", false},
		{EPCIS_VALUE_URI, "https://x/\xc3\xa4", true},
		{EPCIS_VALUE_URI, "<a>", false},
		{EPCIS_VALUE_TIME, "2026-11-20T09:30:00Z", true},
		{EPCIS_VALUE_TIME, "2026-11-20T09:30:00.123456789+14:00", true},
		{EPCIS_VALUE_TIME, "2026-11-20T09:30:00+14:01", false},
		{EPCIS_VALUE_TIME, "2026-11-20T09:30:00+13:59", true},
		{EPCIS_VALUE_TIME, "2026-11-20T09:30:00", false},
		{EPCIS_VALUE_TIME, "2026-11-20t09:30:00Z", false},
		{EPCIS_VALUE_TIME, "2026-11-20T09:30:00z", false},
		{EPCIS_VALUE_TIME, "2026-11-20T09:30:60Z", false},
		{EPCIS_VALUE_TIME, "2026-02-30T09:30:00Z", false},
		{EPCIS_VALUE_TIME, "2026-11-20T24:00:00Z", false},
		{EPCIS_VALUE_TIME, "0000-11-20T09:30:00Z", false},
		{EPCIS_VALUE_TIME, "9999-11-20T09:30:00Z", false},
		{EPCIS_VALUE_TIME, "", false},
		{EPCIS_VALUE_OFFSET, "+00:00", true},
		{EPCIS_VALUE_OFFSET, "-14:00", true},
		{EPCIS_VALUE_OFFSET, "+14:30", false},
		{EPCIS_VALUE_OFFSET, "Z", false},
		{EPCIS_VALUE_OFFSET, "01:00", false},
		{EPCIS_VALUE_OFFSET, "+1:00", false},
		{EPCIS_VALUE_OFFSET, "+01:60", false},
		{EPCIS_VALUE_ACTION, "OBSERVE", true},
		{EPCIS_VALUE_ACTION, "observe", false},
		{EPCIS_VALUE_DECIMAL, "-0.50", true},
		{EPCIS_VALUE_DECIMAL, ".5", true},
		{EPCIS_VALUE_DECIMAL, "5.", true},
		{EPCIS_VALUE_DECIMAL, ".", false},
		{EPCIS_VALUE_DECIMAL, "1e3", false},
		{EPCIS_VALUE_DECIMAL, "", false},
		{EPCIS_VALUE_DECIMAL, "1 000", false},
		{EPCIS_VALUE_DOUBLE, "1e3", true},
		{EPCIS_VALUE_DOUBLE, "1e", false},
		{EPCIS_VALUE_DOUBLE, "1e+03", true},
		{EPCIS_VALUE_DOUBLE, "-INF", true},
		{EPCIS_VALUE_DOUBLE, "inf", false},
		{EPCIS_VALUE_DOUBLE, "NaN", true},
		{EPCIS_VALUE_BOOLEAN, "true", true},
		{EPCIS_VALUE_BOOLEAN, "0", true},
		{EPCIS_VALUE_BOOLEAN, "yes", false},
		{EPCIS_VALUE_HEX, "f0F0", true},
		{EPCIS_VALUE_HEX, "f0f", false},
		{EPCIS_VALUE_HEX, "g0", false},
		{EPCIS_VALUE_UOM, "KGM", true},
		{EPCIS_VALUE_UOM, "4K", true},
		{EPCIS_VALUE_UOM, "kgm", false},
		{EPCIS_VALUE_UOM, "KGMS", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *wrong = epcis_value_wrong(rows[i].value, span_text(rows[i].text));
		CHECK_ROW(!wrong == rows[i].is_right, "row %zu: \"%s\"", i, rows[i].text);
	}
}

TEST(times_round_half_up_at_the_fourth_digit)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01T00:00:00.1Z", 100},
		{"1970-01-01T00:00:00.1234Z", 123},
		{"1970-01-01T00:00:00.1235Z", 124},
		{"1970-01-01T00:00:00.12349999Z", 123},
		{"1970-01-01T00:00:00.9995Z", 1000},
		{"1970-01-01T01:00:00.9999+01:00", 1000},
		{"1969-12-31T23:59:59.9995Z", 0},
		{"1969-12-31T23:59:59.9994Z", -1},
		{"1970-01-01T00:00:00.12Z", 120},
		{"1970-01-01T00:00:00.5-00:00", 500},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t ms = -99;
		CHECK_ROW(epcis_time_read(span_text(rows[i].text), &ms) && ms == rows[i].ms,
			"%s: %" PRId64, rows[i].text, ms);
	}
}

TEST(offsets_print_as_they_read)
{
	for (int32_t minutes = -14 * 60; minutes <= 14 * 60; minutes++) {
		char text[EPCIS_OFFSET_SIZE];
		int32_t back = 9999;
		epcis_offset_print(minutes, text);
		CHECK_ROW(epcis_offset_read(span_text(text), &back) && back == minutes, "%s", text);
	}
}

TEST(numbers_become_json_numbers)
{
	static const char *const rows[][2] = {{"+5", "5"}, {"007", "7"}, {".5", "0.5"}, {"5.", "5"},
		{"-0.50", "-0.50"}, {"000", "0"}, {"1E+3", "1e+3"}, {"200.0", "200.0"}, {"INF", ""},
		{"NaN", ""}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t memory[32];
		struct buf out;
		buf_over(&out, memory, sizeof memory);
		CHECK(epcis_number_put(&out, span_text(rows[i][0])) == (rows[i][1][0] != 0));
		CHECK_ROW(span_is(buf_span(&out), rows[i][1]), "%s", rows[i][0]);
	}
}

TEST(a_word_is_known_in_each_of_its_forms)
{
	static const struct {
		enum cbv_vocabulary vocabulary;
		const char *text;
		const char *word; /* NULL: none */
	} rows[] = {
		{CBV_BIZ_STEP, "dispensing", "dispensing"},
		{CBV_BIZ_STEP, "urn:epcglobal:cbv:bizstep:dispensing", "dispensing"},
		{CBV_BIZ_STEP, "https://ref.gs1.org/cbv/BizStep-dispensing", "dispensing"},
		{CBV_BIZ_STEP, "cbv:BizStep-dispensing", "dispensing"},
		{CBV_BIZ_STEP, "Dispensing", NULL},
		{CBV_BIZ_STEP, "", NULL},
		{CBV_BIZ_STEP, "urn:epcglobal:cbv:disp:dispensed", NULL},
		{CBV_BIZ_STEP, "urn:epcglobal:cbv:bizstep:dispensingx", NULL},
		{CBV_BIZ_STEP, "https://example.com/BizStep-dispensing", NULL},
		{CBV_DISPOSITION, "urn:epcglobal:cbv:disp:partially_dispensed",
			"partially_dispensed"},
		{CBV_DISPOSITION, "https://ref.gs1.org/cbv/Disp-recalled", "recalled"},
		{CBV_BIZ_TRANSACTION, "urn:epcglobal:cbv:btt:desadv", "desadv"},
		{CBV_SOURCE_DESTINATION, "cbv:SDT-location", "location"},
		{CBV_ERROR_REASON, "urn:epcglobal:cbv:er:did_not_occur", "did_not_occur"},
		{CBV_COMPONENT, "https://ref.gs1.org/cbv/Comp-x", "x"},
		{CBV_MEASUREMENT, "gs1:Temperature", "Temperature"},
		{CBV_MEASUREMENT, "https://gs1.org/voc/Mass", "Mass"},
		{CBV_MEASUREMENT, "cbv:Mass", NULL},
		{CBV_ALERT, "gs1:ALARM_CONDITION", "ALARM_CONDITION"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *word = cbv_word(rows[i].vocabulary, span_text(rows[i].text));
		CHECK_ROW(rows[i].word ? word && !strcmp(word, rows[i].word) : !word, "row %zu: %s",
			i, rows[i].text);
	}
	CHECK(cbv_step(span_text("cbv:BizStep-accepting")) == CBV_STEP_ACCEPTING);
	CHECK(cbv_step(span_text("urn:epcglobal:cbv:bizstep:void_shipping")) ==
		CBV_STEP_VOID_SHIPPING);
	CHECK(cbv_disp(span_text("unknown")) == CBV_DISP_UNKNOWN);
	CHECK(cbv_step(span_text("")) == CBV_NO_STEP && cbv_disp(span_text("x")) == CBV_NO_DISP);
	CHECK(!strcmp(cbv_step_word(CBV_STEP_PACKING), "packing") && !*cbv_step_word(CBV_NO_STEP));
	CHECK(!strcmp(cbv_disp_word(CBV_DISP_STOLEN), "stolen") && !*cbv_disp_word(CBV_NO_DISP));
}

TEST(every_word_reads_back_from_every_form_and_the_lists_are_whole)
{
	static const size_t counts[CBV_VOCABULARY_COUNT] = {41, 33, 13, 3, 2, 14, 72, 2};
	for (int v = 0; v < CBV_VOCABULARY_COUNT; v++) {
		enum cbv_vocabulary vocabulary = (enum cbv_vocabulary)v;
		size_t count = 0;
		for (const char *word; (word = cbv_nth(vocabulary, count)); count++) {
			uint8_t memory[128];
			struct buf out;
			buf_over(&out, memory, sizeof memory);
			cbv_put_web(vocabulary, span_text(word), &out);
			CHECK(cbv_word(vocabulary, buf_span(&out)) == word);
			buf_reset(&out);
			cbv_put_urn(vocabulary, span_text(word), &out);
			CHECK(cbv_word(vocabulary, buf_span(&out)) == word);
		}
		CHECK_ROW(count == counts[v], "vocabulary %d: %zu", v, count);
	}
}

TEST(each_field_has_one_place_in_the_event_and_one_name)
{
	for (int a = 0; a < EPCIS_FIELD_COUNT; a++) {
		const struct epcis_rule *rule = epcis_rule((enum epcis_element)a);
		CHECK_ROW(rule->name, "field %d", a);
		for (int b = 0; b < a; b++) {
			const struct epcis_rule *other = epcis_rule((enum epcis_element)b);
			CHECK_ROW(strcmp(rule->name, other->name) != 0, "%s twice", rule->name);
			if (epcis_field_kind((enum epcis_element)a) != EPCIS_KIND_OWN &&
				epcis_field_kind((enum epcis_element)b) != EPCIS_KIND_OWN)
				CHECK_ROW(epcis_field_at((enum epcis_element)a) !=
						  epcis_field_at((enum epcis_element)b),
					"%s and %s share a place", rule->name, other->name);
		}
	}
	for (int type = 0; type < EPCIS_TYPE_COUNT; type++) {
		const struct epcis_rule *rule = epcis_type_rule((enum epcis_type)type);
		CHECK(!strcmp(rule->name, epcis_type_name((enum epcis_type)type)));
		CHECK(rule->part_count <= 32 && rule->open);
	}
}

TEST(an_arena_gives_until_its_limit_and_never_moves)
{
	struct arena arena;
	struct arena_list list = {0};
	NEED(arena_init(&arena, 1024) == OK);
	CHECK(arena_put(&arena, span_text("abc")) && arena.size == 3);
	uint64_t *first = arena_list_add(&arena, &list, sizeof *first);
	NEED(first);
	CHECK((uintptr_t)first % sizeof(void *) == 0);
	*first = 7;
	size_t count = 1;
	while (arena_list_add(&arena, &list, sizeof *first))
		count++;
	CHECK(list.count == count && ((uint64_t *)list.at)[0] == 7 && *first == 7);
	CHECK(count == 64 && !arena_take(&arena, 1024));
	CHECK(!arena_put(&arena, span_of(arena.at, 1024)));
	arena_reset(&arena, 3);
	CHECK(!memcmp(arena.at, "abc", 3) && arena_take(&arena, 512));
	arena_close(&arena);
}

TAP_MAIN(CASE(values_are_judged_by_their_kind), CASE(times_round_half_up_at_the_fourth_digit),
	CASE(offsets_print_as_they_read), CASE(numbers_become_json_numbers),
	CASE(a_word_is_known_in_each_of_its_forms),
	CASE(every_word_reads_back_from_every_form_and_the_lists_are_whole),
	CASE(each_field_has_one_place_in_the_event_and_one_name),
	CASE(an_arena_gives_until_its_limit_and_never_moves))
