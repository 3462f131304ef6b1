#include "ledger/bundle.h"
#include "tests/tap.h"

#include <stdlib.h>

TEST(files_come_back_under_the_passphrase_and_under_no_other)
{
	const struct bundle_file files[] = {
		{span_text("keys.db"), span_text("one")},
		{span_text("keys/ward.example/box.key"), span_of(NULL, 0)},
	};
	struct bundle_file *read = NULL;
	struct buf list, sealed, opened;
	struct fault fault = {0};
	size_t count = 0;
	NEED(!crypto_start());
	buf_init(&list, 4096);
	buf_init(&sealed, 4096);
	buf_init(&opened, 4096);
	bundle_list_encode(files, 2, &list);
	NEED(!bundle_seal(buf_span(&list), span_text("a pass phrase"), &sealed, &fault));
	CHECK(bundle_open(buf_span(&sealed), span_text("another"), &opened, &fault) == ERR_REFUSED);
	CHECK(!opened.size && fault.text[0]);
	NEED(!bundle_open(buf_span(&sealed), span_text("a pass phrase"), &opened, &fault));
	NEED(!bundle_list_decode(buf_span(&opened), &read, &count, &fault) && count == 2);
	CHECK(span_is(read[0].name, "keys.db") && span_is(read[0].bytes, "one"));
	CHECK(!read[1].bytes.size);
	free(read);
	sealed.at[3] ^= 1;
	CHECK(bundle_open(buf_span(&sealed), span_text("a pass phrase"), &opened, &fault) ==
		ERR_VERSION);
	buf_close(&list);
	buf_close(&sealed);
	buf_close(&opened);
}

TEST(names_stay_inside_their_folder)
{
	static const struct {
		const char *name;
		bool fine;
	} rows[] = {{"keys.db", true}, {"keys/a/box-12.key", true}, {"tls/ca.pem", true},
		{"", false}, {"/etc/passwd", false}, {"../x", false}, {"a/../b", false},
		{"a//b", false}, {"a/", false}, {".x", false}, {"a/.x", false}, {"a/b/c/d", false},
		{"a b", false}, {"a\\b", false}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(bundle_name_is_valid(span_text(rows[i].name)) == rows[i].fine, "%s",
			rows[i].name);
}

TEST(lists_that_are_not_exactly_right_are_refused)
{
	static const struct {
		const char *bytes;
		size_t size;
		enum err err;
	} rows[] = {
		{"\x80", 1, OK},
		{"\x81\x82\x61"
		 "a\x41x",
			6, OK},
		{"\x81\x82\x61/\x41x", 6, ERR_FORMAT},
		{"\x81\x81\x61"
		 "a",
			4, ERR_FORMAT},
		{"\x82\x82\x61"
		 "b\x40\x82\x61"
		 "a\x40",
			9, ERR_FORMAT},
		{"\x80\x80", 2, ERR_FORMAT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bundle_file *files = NULL;
		struct fault fault = {0};
		size_t count = 0;
		enum err err = bundle_list_decode(
			span_of(rows[i].bytes, rows[i].size), &files, &count, &fault);
		CHECK_ROW(!err == !rows[i].err, "row %zu: %s", i, fault.text);
		free(files);
	}
}

TAP_MAIN(CASE(files_come_back_under_the_passphrase_and_under_no_other),
	CASE(names_stay_inside_their_folder), CASE(lists_that_are_not_exactly_right_are_refused))
