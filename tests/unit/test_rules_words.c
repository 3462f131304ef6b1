/* What the rules share: openers, scopes, bodies' values, outcome words, the table of kinds and the
 * page that describes it. */
#include "tests/tap.h"
#include "tests/unit/rules_world.h"

#include "appliance/rules/verdict.h"
#include "ledger/base/hex.h"

TEST(openers_and_keys_come_out_as_another_implementation_has_them)
{
	/* Computed with Python's hashlib: blake2b(key=bytes(range(32)), digest_size=32), sha256. */
	uint8_t pepper[PEPPER_SIZE], opener[KEY_SIZE], key[KEY_SIZE];
	char text[2 * KEY_SIZE + 1];
	for (uint8_t i = 0; i < PEPPER_SIZE; i++)
		pepper[i] = i;
	NEED(crypto_start() == OK);
	opener_make(pepper, GTIN_A, span_text("AB12%3C-xyz/99"), opener);
	opener_key(opener, key);
	hex_print(span_of(opener, KEY_SIZE), text);
	CHECK_ROW(strcmp(text, "2e28b813b9e9eac4f3207051cd38f155") == 0, "%s", text);
	hex_print(span_of(key, KEY_SIZE), text);
	CHECK_ROW(strcmp(text, "2c57cbac57fbddabeeef2563638f3bb4") == 0, "%s", text);
}

TEST(tells_gtins_lots_and_dates_from_what_looks_like_them)
{
	static const struct {
		uint64_t number;
		bool fine;
	} gtins[] = {{GTIN_A, true}, {GTIN_A + 1, false}, {0, false}, {4006381333931, true},
		{95050000000006, false}, {12345678901231, true}, {100000000000000, false}};
	static const struct {
		const char *text;
		bool fine;
	} lots[] = {{"A", true}, {"", false}, {"ABCDEFGHIJKLMNOPQRST", true},
		{"ABCDEFGHIJKLMNOPQRSTU", false}, {"a-b/c.D_1", true}, {"A B", false},
		{"A#", false}, {"A@", false}, {"\xc3\xa9", false}, {"!\"%&'()*+,-./:;<=>?", true}};
	static const struct {
		uint64_t date;
		bool fine;
	} dates[] = {{280600, true}, {280229, true}, {270229, false}, {281301, false},
		{280001, false}, {280631, false}, {991231, true}, {1000101, false}, {101, true}};
	for (size_t i = 0; i < sizeof gtins / sizeof gtins[0]; i++)
		CHECK_ROW(gtin_is_number(gtins[i].number) == gtins[i].fine, "%" PRIu64,
			gtins[i].number);
	for (size_t i = 0; i < sizeof lots / sizeof lots[0]; i++)
		CHECK_ROW(lot_text_is_valid(span_text(lots[i].text)) == lots[i].fine, "%s",
			lots[i].text);
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
		CHECK_ROW(
			yymmdd_is_valid(dates[i].date) == dates[i].fine, "%" PRIu64, dates[i].date);
}

TEST(compares_dates_by_month_when_either_has_no_day)
{
	CHECK(expiry_same(280600, 280630) && expiry_same(280615, 280600));
	CHECK(expiry_same(280615, 280615) && !expiry_same(280615, 280616));
	CHECK(!expiry_same(280600, 280700) && !expiry_same(280600, 290600));
	CHECK(expiry_day(280200) == civil_day(2028, 2, 29));
	CHECK(expiry_day(280215) == civil_day(2028, 2, 15));
}

TEST(scopes_read_back_as_they_were_written)
{
	uint64_t numbers[] = {GTIN_A, GTIN_B};
	uint8_t raw_set[64], raw[128];
	struct buf set, out;
	struct scope scope;
	buf_over(&set, raw_set, sizeof raw_set);
	scope_set_put(&set, numbers, 2);
	struct scope written = {.roles = ROLE_MANUFACTURER | ROLE_AUTHORITY,
		.gtins = {.items = buf_span(&set), .count = 2},
		.areas = AREA_PEOPLE};
	buf_over(&out, raw, sizeof raw);
	scope_encode(&written, &out);
	NEED(scope_decode(buf_span(&out), &scope, NULL) == OK);
	CHECK(scope.roles == written.roles && scope.areas == AREA_PEOPLE);
	CHECK(scope_set_has(scope.gtins, GTIN_A) && scope_set_has(scope.gtins, GTIN_B));
	CHECK(!scope_set_has(scope.gtins, GTIN_C) && !scope_set_has(scope.registers, 1));
	CHECK(scope_set_at(scope.gtins, 1) == GTIN_B && scope_set_at(scope.gtins, 2) == UINT64_MAX);
	CHECK(scope_is_authority(&scope, AREA_PEOPLE) &&
		!scope_is_authority(&scope, AREA_MEDICINES));
	NEED(scope_decode(span_of(NULL, 0), &scope, NULL) == OK);
	CHECK(!scope.roles && !scope.gtins.count);
	CHECK(role_parse(span_text("pharmacy")) == ROLE_PHARMACY && !role_parse(span_text("x")));
	CHECK(strcmp(role_word(ROLE_HR), "hr") == 0 && role_word(3) == NULL);
}

TEST(refuses_scopes_that_are_not_in_their_one_form)
{
	static const struct {
		const char *hex;
		enum err err;
	} rows[] = {
		{"a0", OK},
		{"a10101", OK},
		{"a10100", ERR_FORMAT},
		{"a1011901ff", ERR_RANGE},
		{"a10280", ERR_FORMAT},
		{"a102811b000008a5445efec0", ERR_RANGE},
		{"a10501", ERR_FORMAT},
		{"a20201", ERR_FORMAT},
		{"a1048201", ERR_FORMAT},
		{"a104820101", ERR_FORMAT},
		{"a104820102", OK},
		{"a1010100", ERR_FORMAT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t raw[32];
		size_t size = strlen(rows[i].hex) / 2;
		struct scope scope;
		struct fault fault = {0};
		NEED(hex_parse(span_text(rows[i].hex), raw, size, NULL) == OK);
		enum err err = scope_decode(span_of(raw, size), &scope, &fault);
		CHECK_ROW(err == rows[i].err, "%s: %s", rows[i].hex, err_name(err));
	}
}

TEST(a_fault_in_a_body_names_its_field)
{
	static const struct {
		const char *hex;
		unsigned kind;
		enum err err;
		size_t field;
	} rows[] = {
		{"a0", KIND_LOT, ERR_FORMAT, 1},
		{"a10101", KIND_LOT_CLOSE, ERR_RANGE, 1},
		{"a1011b000008a5445efec0", KIND_LOT_CLOSE, ERR_RANGE, 1},
		{"a1011b000008a54f19f940", KIND_LOT_CLOSE, ERR_RANGE, 1},
		{"a1011b000008a55476be00", KIND_LOT_CLOSE, ERR_RANGE, 1},
		{"a1010100", KIND_MOVEMENT, ERR_FORMAT, 0},
		{"a10104", KIND_MOVEMENT, ERR_RANGE, 1},
		{"a10201", KIND_MOVEMENT, ERR_FORMAT, 2},
		{"a11820f5", KIND_MOVEMENT, ERR_FORMAT, 32},
		{"a10101", KIND_MOVEMENT, OK, 0},
		{"a101", KIND_MOVEMENT, ERR_FORMAT, 1},
		{"a2010102f5", KIND_ALERT_RESOLVE, ERR_FORMAT, 2},
		{"a201010208", KIND_ALERT_RESOLVE, ERR_RANGE, 2},
		{"a201010207", KIND_ALERT_RESOLVE, OK, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t raw[64];
		size_t size = strlen(rows[i].hex) / 2;
		union kind_body body;
		struct fault fault = {0};
		NEED(hex_parse(span_text(rows[i].hex), raw, size, NULL) == OK);
		enum err err = kind_find((uint16_t)rows[i].kind)
				       ->decode(span_of(raw, size), &body, &fault);
		CHECK_ROW(err == rows[i].err, "%s: %s", rows[i].hex, err_name(err));
		CHECK_ROW(!err || fault.at == rows[i].field, "%s: field %zu, %s", rows[i].hex,
			fault.at, fault.text);
	}
}

TEST(byte_strings_of_items_are_whole_and_ascending)
{
	static const struct {
		size_t size;
		uint8_t second; /* first byte of the second item; the first item's is 5 */
		enum err err;
	} rows[] = {{32, 0, OK}, {64, 6, OK}, {0, 0, ERR_RANGE}, {31, 0, ERR_RANGE},
		{60, 6, ERR_RANGE}, {64, 5, ERR_RANGE}, {64, 4, ERR_RANGE}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t *items = calloc(1, rows[i].size + 1);
		struct fault fault = {0};
		union kind_body body;
		struct buf buf;
		NEED(items != NULL);
		items[0] = 5;
		if (rows[i].size > 32)
			items[32] = rows[i].second;
		buf_init(&buf, 256);
		cbor_put_map(&buf, 1);
		cbor_put_uint(&buf, 1);
		cbor_put_bytes(&buf, span_of(items, rows[i].size));
		enum err err =
			kind_find(KIND_ATTACHMENT_ACK)->decode(buf_span(&buf), &body, &fault);
		CHECK_ROW(err == rows[i].err, "row %zu: %s", i, err_name(err));
		CHECK_ROW(!err || fault.at == 1, "row %zu", i);
		buf_close(&buf);
		free(items);
	}
}

TEST(the_table_of_kinds_is_in_order_and_has_no_word_twice)
{
	const struct kind *kind, *before = NULL;
	for (size_t i = 0; (kind = kind_at(i)); i++) {
		CHECK_ROW(kind->number >= 32, "%s", kind->word);
		CHECK_ROW(!before || before->number < kind->number, "%s", kind->word);
		CHECK_ROW(kind_find(kind->number) == kind, "%s", kind->word);
		CHECK_ROW(kind_of_word(span_text(kind->word)) == kind, "%s", kind->word);
		CHECK_ROW(word_is_valid(span_text(kind->word)), "%s", kind->word);
		CHECK_ROW(kind->signers && kind->title[0], "%s", kind->word);
		before = kind;
	}
	CHECK(kind_find(31) == NULL && kind_find(65535) == NULL);
	CHECK(kind_of_word(span_text("seal")) == NULL);
}

TEST(outcomes_have_words_and_sentences_with_their_numbers)
{
	static const struct {
		uint16_t code;
		int64_t a, b;
		const char *word;
		const char *sentence;
	} rows[] = {
		{OUTCOME_ACCEPTED, 0, 0, "accepted", "accepted"},
		{REFUSED_NOT_YOUR_GTIN, GTIN_A, 0, "not_your_gtin",
			"GTIN 09506000134352 is not among those of the member it is said for"},
		{REFUSED_LOT_COUNT, 3, 4, "lot_count",
			"the ledger holds 3 packs of the lot and not 4"},
		{ALERT_EXPIRED, 30600, 0, "expired", "the lot expired on 030600"},
		{OUTCOME_SEQUENCE_REUSED, 7, 0, "sequence_reused",
			"sequence number 7 of this key was used for another statement"},
		{9999, 0, 0, "unknown", "no such outcome"},
	};
	char sentence[OUTCOME_SENTENCE_MAX];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		outcome_sentence(rows[i].code, rows[i].a, rows[i].b, sentence);
		CHECK_ROW(strcmp(sentence, rows[i].sentence) == 0, "%s", sentence);
		CHECK_ROW(
			strcmp(outcome_word(rows[i].code), rows[i].word) == 0, "%u", rows[i].code);
	}
}

static const struct {
	uint16_t code;
	const char *word;
	const char *sentence;
	bool is_alert;
} codes[] = {
#define X(name, code, word, sentence) {code, word, sentence, false},
	REFUSAL_LIST(X)
#undef X
#define X(name, code, word, sentence) {code, word, sentence, true},
		ALERT_LIST(X)
#undef X
};

#define CODE_COUNT (sizeof codes / sizeof codes[0])

TEST(refusals_and_alerts_are_two_groups_without_overlap)
{
	for (size_t i = 0; i < CODE_COUNT; i++) {
		CHECK_ROW((codes[i].code >= 200) == codes[i].is_alert, "%s", codes[i].word);
		CHECK_ROW(codes[i].code >= 100 && codes[i].code < 300, "%s", codes[i].word);
		bool is_packs = codes[i].code < 250;
		CHECK_ROW(!codes[i].is_alert || !is_packs || alert_gravity(codes[i].code),
			"%s has no gravity", codes[i].word);
		CHECK_ROW(
			strlen(codes[i].sentence) < OUTCOME_SENTENCE_MAX - 20, "%s", codes[i].word);
		for (size_t k = 0; k < i; k++)
			CHECK_ROW(codes[k].code != codes[i].code &&
					  strcmp(codes[k].word, codes[i].word) != 0,
				"%s", codes[i].word);
	}
}

static bool page_has(const char *page, unsigned number, const char *word)
{
	char row[128];
	(void)snprintf(row, sizeof row, "\n| %u | %s |", number, word);
	return strstr(page, row) != NULL;
}

TEST(the_page_of_kinds_names_every_kind_code_and_verdict)
{
	static char page[65536];
	FILE *file = fopen("docs/kinds.md", "r");
	const struct kind *kind;
	const struct verdict_row *row;
	NEED(file != NULL);
	page[fread(page, 1, sizeof page - 1, file)] = 0;
	(void)fclose(file);
	for (size_t i = 0; (kind = kind_at(i)); i++)
		CHECK_ROW((kind->number >= 80 && kind->number < 90) ||
				  page_has(page, kind->number, kind->word),
			"%s", kind->word);
	for (size_t i = 0; i < CODE_COUNT; i++)
		CHECK_ROW((codes[i].code >= 150 && codes[i].code < 200) || codes[i].code >= 250 ||
				  page_has(page, codes[i].code, codes[i].word),
			"%s", codes[i].word);
	for (size_t rank = 0; (row = verdict_row_at(rank)); rank++)
		CHECK_ROW(page_has(page, row->word, row->text), "%s", row->text);
}

TAP_MAIN(CASE(openers_and_keys_come_out_as_another_implementation_has_them),
	CASE(tells_gtins_lots_and_dates_from_what_looks_like_them),
	CASE(compares_dates_by_month_when_either_has_no_day),
	CASE(scopes_read_back_as_they_were_written),
	CASE(refuses_scopes_that_are_not_in_their_one_form),
	CASE(a_fault_in_a_body_names_its_field),
	CASE(byte_strings_of_items_are_whole_and_ascending),
	CASE(the_table_of_kinds_is_in_order_and_has_no_word_twice),
	CASE(outcomes_have_words_and_sentences_with_their_numbers),
	CASE(refusals_and_alerts_are_two_groups_without_overlap),
	CASE(the_page_of_kinds_names_every_kind_code_and_verdict))
