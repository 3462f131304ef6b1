#include "ledger/proof/attachment.h"
#include "tests/unit/proof_vectors.h"
#include "tests/tap.h"

#define PEOPLE 64

struct people {
	uint8_t public[PEOPLE][BOX_PUBLIC];
	uint8_t secret[PEOPLE][BOX_SECRET];
};

static void make_people(struct people *people)
{
	for (size_t i = 0; i < PEOPLE; i++)
		box_keys(people->public[i], people -> secret[i]);
}

/* One person's key, as the key holder would try it. */
struct opener {
	struct people *people;
	size_t person;
	unsigned asked;
	enum err broken; /* answered at once if not OK */
};

static enum err unwrap(void *self, struct span box, uint8_t content_key[AEAD_KEY])
{
	struct opener *opener = self;
	opener->asked++;
	if (opener->broken)
		return opener->broken;
	return box_get(opener->people->public[opener->person],
		opener -> people -> secret[opener->person], box, content_key);
}

static const struct attachment_author author = {.kid = {1, 2, 3}, .sequence = 42};

TEST(each_recipient_opens_it_and_nobody_else)
{
	static const struct {
		size_t recipients, boxes;
	} rows[] = {{1, 4}, {4, 4}, {5, 16}, {16, 16}, {17, 64}, {63, 64}};
	static struct people people;
	struct span media = span_text("application/xml"), bytes = span_text("<EPCISDocument/>");
	struct buf buf, plain;
	make_people(&people);
	buf_init(&buf, ATTACHMENT_SIZE_MAX);
	buf_init(&plain, 4096);
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		uint8_t key[AEAD_KEY], found[AEAD_KEY];
		struct attachment_record record, again;
		struct attachment attachment;
		size_t box = 99;
		buf_reset(&buf);
		NEED(attachment_seal((const uint8_t(*)[BOX_PUBLIC])people.public,
			     rows[r].recipients, &author, media, bytes, &buf, key, &record,
			     NULL) == OK);
		NEED(attachment_parse(buf_span(&buf), &attachment, NULL) == OK);
		CHECK(attachment.box_count == rows[r].boxes && attachment.size_class == 10);
		CHECK(buf.size == 32 + rows[r].boxes * 80 + 1024 + 16);
		NEED(attachment_record(buf_span(&buf), key, &again, NULL) == OK);
		CHECK(!memcmp(&again, &record, sizeof record));
		for (size_t p = 0; p < PEOPLE; p++) {
			struct opener opener = {&people, p, 0, OK};
			struct unwrapper unwrapper = {&opener, unwrap};
			enum err err = attachment_open_boxes(
				buf_span(&buf), &unwrapper, found, &box, NULL);
			bool is_recipient = p < rows[r].recipients;
			CHECK_ROW(err == (is_recipient ? OK : ERR_NOT_FOUND), "row %zu person %zu",
				r, p);
			/* The order is the caller's. */
			CHECK(!is_recipient || (box == p && !memcmp(found, key, AEAD_KEY)));
			CHECK(opener.asked == (is_recipient ? p + 1 : rows[r].boxes));
		}
		struct attachment_content content;
		buf_reset(&plain);
		NEED(attachment_open(
			     buf_span(&buf), &record, &author, key, &plain, &content, NULL) == OK);
		CHECK(span_equal(content.media, media) && span_equal(content.bytes, bytes));
	}
	buf_close(&plain);
	buf_close(&buf);
}

/* XML documents of every size around the classes' edges come back whole. */
TEST(pads_to_the_smallest_class_that_holds_it)
{
	static const struct {
		size_t size; /* of the bytes; heads are 1 + 4 + (1, 2, 3 or 5) */
		unsigned size_class;
	} rows[] = {
		{0, 10},
		{23, 10},
		{1024 - 8, 10},
		{1024 - 7, 11},
		{2048 - 8, 11},
		{2048 - 7, 12},
		{(1 << 16) - 8, 16},
		{(1 << 16) - 7, 17},
		{(1 << 20) - 10, 20},
		{(1 << 20) - 9, 21},
	};
	static struct people people;
	static uint8_t bytes[1 << 20];
	struct buf buf, plain;
	make_people(&people);
	random_fill(bytes, sizeof bytes);
	buf_init(&buf, ATTACHMENT_SIZE_MAX);
	buf_init(&plain, (size_t)4 << 20);
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		uint8_t key[AEAD_KEY];
		struct attachment_record record;
		struct attachment_content content;
		buf_reset(&buf);
		buf_reset(&plain);
		NEED(attachment_seal((const uint8_t(*)[BOX_PUBLIC])people.public, 1, &author,
			     span_text("a/b"), span_of(bytes, rows[r].size), &buf, key, &record,
			     NULL) == OK);
		CHECK_ROW(record.size_class == rows[r].size_class, "size %zu: class %d",
			rows[r].size, record.size_class);
		NEED(attachment_open(
			     buf_span(&buf), &record, &author, key, &plain, &content, NULL) == OK);
		CHECK(span_equal(content.bytes, span_of(bytes, rows[r].size)));
	}
	buf_close(&plain);
	buf_close(&buf);
}

TEST(says_what_does_not_fit)
{
	static struct people people;
	struct attachment_record record, other;
	struct attachment_author stranger = author;
	struct attachment_content content = {.media = {0}};
	struct fault fault;
	struct buf buf, plain;
	uint8_t key[AEAD_KEY], wrong[AEAD_KEY];
	make_people(&people);
	buf_init(&buf, ATTACHMENT_SIZE_MAX);
	buf_init(&plain, 4096);
	NEED(attachment_seal((const uint8_t(*)[BOX_PUBLIC])people.public, 2, &author,
		     span_text("text/plain"), span_text("x"), &buf, key, &record, NULL) == OK);
	memcpy(wrong, key, sizeof wrong);
	wrong[0] ^= 1;
	CHECK(attachment_open(buf_span(&buf), &record, &author, wrong, &plain, &content, &fault) ==
		ERR_KEY);
	/* A file whose author committed to another key than the boxes hold. */
	other = record;
	other.commitment[0] ^= 1;
	CHECK(attachment_open(buf_span(&buf), &other, &author, key, &plain, &content, &fault) ==
		ERR_KEY);
	NEED(attachment_record(buf_span(&buf), wrong, &other, NULL) == OK);
	CHECK(attachment_open(buf_span(&buf), &other, &author, wrong, &plain, &content, &fault) ==
		ERR_SIGNATURE);
	other = record;
	other.size_class++;
	CHECK(attachment_open(buf_span(&buf), &other, &author, key, &plain, &content, &fault) ==
		ERR_CORRUPT);
	stranger.sequence++;
	CHECK(attachment_open(buf_span(&buf), &record, &stranger, key, &plain, &content, &fault) ==
		ERR_SIGNATURE);
	stranger = author;
	stranger.kid[31]++;
	CHECK(attachment_open(buf_span(&buf), &record, &stranger, key, &plain, &content, &fault) ==
		ERR_SIGNATURE);
	/* Changed bytes: known by the hash; by the seal when the record names them. */
	for (size_t i = 0; i < buf.size; i += i < 40 ? 1 : 31) {
		buf.at[i] ^= 4;
		enum err err = attachment_open(
			buf_span(&buf), &record, &author, key, &plain, &content, &fault);
		CHECK_ROW(err == (i < 8 ? err : ERR_CORRUPT) && err != OK, "byte %zu", i);
		bool in_box = i >= ATTACHMENT_HEADER && i < ATTACHMENT_HEADER + 4 * ATTACHMENT_BOX;
		if (attachment_record(buf_span(&buf), key, &other, NULL) == OK && !in_box)
			CHECK_ROW(attachment_open(buf_span(&buf), &other, &author, key, &plain,
					  &content, &fault) == ERR_SIGNATURE,
				"byte %zu", i);
		buf.at[i] ^= 4;
	}
	CHECK(plain.size == 0 && content.media.size == 0);
	/* What the key holder answers otherwise ends the search. */
	struct opener opener = {&people, 0, 0, ERR_IO};
	struct unwrapper unwrapper = {&opener, unwrap};
	CHECK(attachment_open_boxes(buf_span(&buf), &unwrapper, wrong, NULL, &fault) == ERR_IO);
	CHECK(opener.asked == 1);
	buf_close(&plain);
	buf_close(&buf);
}

TEST(refuses_to_seal_what_it_could_not_open)
{
	static struct people people;
	static const uint8_t bad_key[1][BOX_PUBLIC] = {{0}};
	char media[ATTACHMENT_MEDIA_MAX + 2];
	uint8_t key[AEAD_KEY];
	struct attachment_record record;
	struct fault fault;
	struct buf buf;
	struct span bytes = span_text("x"), plain = span_text("text/plain");
	make_people(&people);
	memset(media, 'm', sizeof media);
	buf_init(&buf, ATTACHMENT_SIZE_MAX);
	const uint8_t(*all)[BOX_PUBLIC] = (const uint8_t(*)[BOX_PUBLIC])people.public;
	CHECK(attachment_seal(all, 0, &author, plain, bytes, &buf, key, &record, &fault) ==
		ERR_LIMIT);
	CHECK(attachment_seal(all, 65, &author, plain, bytes, &buf, key, &record, &fault) ==
		ERR_LIMIT);
	CHECK(attachment_seal(all, 1, &author, span_text(""), bytes, &buf, key, &record, &fault) ==
		ERR_FORMAT);
	CHECK(attachment_seal(all, 1, &author, span_text("a\nb"), bytes, &buf, key, &record,
		      &fault) == ERR_FORMAT);
	CHECK(attachment_seal(all, 1, &author, span_of(media, 128), bytes, &buf, key, &record,
		      &fault) == ERR_FORMAT);
	CHECK(attachment_seal(bad_key, 1, &author, plain, bytes, &buf, key, &record, &fault) ==
		ERR_KEY);
	CHECK(attachment_seal(all, 1, &author, plain, span_of(media, ((size_t)64 << 20) - 16), &buf,
		      key, &record, &fault) == ERR_LIMIT);
	CHECK(attachment_seal(all, 1, &author, plain, span_of(media, SIZE_MAX), &buf, key, &record,
		      &fault) == ERR_LIMIT);
	CHECK(buf.size == 0);
	CHECK(attachment_seal(all, 1, &author, span_of(media, 127), bytes, &buf, key, &record,
		      &fault) == OK);
	buf_close(&buf);
}

TEST(refuses_files_whose_header_is_wrong)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum err err;
	} rows[] = {
		{0, 'B', ERR_FORMAT},
		{4, 0, ERR_VERSION},
		{4, 2, ERR_VERSION},
		{5, 0, ERR_FORMAT},
		{5, 5, ERR_FORMAT},
		{5, 16, ERR_FORMAT}, /* the size is another then */
		{6, 9, ERR_FORMAT},
		{6, 27, ERR_FORMAT},
		{6, 255, ERR_FORMAT},
		{7, 1, ERR_FORMAT},
	};
	uint8_t file[32 + 4 * 80 + 1024 + 16] = {'A', 'S', 'Y', 'A', 1, 4, 10, 0};
	struct attachment attachment;
	struct fault fault;
	NEED(attachment_parse(span_of(file, sizeof file), &attachment, NULL) == OK);
	CHECK(attachment.boxes.size == 320 && attachment.sealed.size == 1040);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t before = file[rows[i].at];
		file[rows[i].at] = rows[i].value;
		enum err err = attachment_parse(span_of(file, sizeof file), &attachment, &fault);
		CHECK_ROW(err == rows[i].err && (rows[i].value == 16 || fault.at == rows[i].at),
			"row %zu: %s at %zu", i, err_name(err), fault.at);
		file[rows[i].at] = before;
	}
	for (size_t size = 0; size < sizeof file; size += size < 40 ? 1 : 97)
		CHECK(attachment_parse(span_of(file, size), &attachment, NULL) == ERR_FORMAT);
}

TEST(opens_the_file_that_others_sealed)
{
	uint8_t room[PROOF_VECTOR_ROOM], key[PROOF_VECTOR_ROOM], want[PROOF_VECTOR_ROOM];
	struct attachment_author from = {.sequence = 7};
	struct attachment_record record;
	struct attachment_content content;
	struct buf plain;
	json_t *file = json_read(PROOF_VECTORS);
	NEED(file);
	struct span bytes = vector_bytes(file, "sealed", room);
	NEED(vector_bytes(file, "content_key", key).size == AEAD_KEY);
	memcpy(from.kid, vector_bytes(file, "kid", want).at, KID_SIZE);
	NEED(attachment_record(bytes, key, &record, NULL) == OK);
	CHECK(span_equal(
		span_of(record.commitment, HASH_SIZE), vector_bytes(file, "commitment", want)));
	buf_init(&plain, 4096);
	NEED(attachment_open(bytes, &record, &from, key, &plain, &content, NULL) == OK);
	CHECK(span_is(content.media, "application/xml") &&
		span_is(content.bytes, "<EPCISDocument/>"));
	buf_close(&plain);
	json_decref(file);
}

/* Seals any body, as a wrong author might. */
TEST(refuses_bodies_that_are_not_of_the_form)
{
	static const struct {
		const char *hex;
		uint8_t size_class;
		enum err err;
	} rows[] = {
		{"8263612f6241aa", 10, OK}, {"8263612f6240", 10, OK},
		{"8263612f6241aa", 11, ERR_FORMAT}, /* a larger class than it needs */
		{"8263612f625903f9", 11, OK}, /* the zeros are its content */
		{"8263612f625903f8", 11, ERR_FORMAT}, /* fits class 10 */
		{"8263612f625903f9", 10, ERR_FORMAT}, /* a byte more than there is */
		{"8263612f6241aa00ff", 10, ERR_FORMAT}, /* padding */
		{"8263612f6241", 10, OK}, /* the byte is the first zero */
		{"8163612f62", 10, ERR_FORMAT},
		{"8243612f6241aa", 10, ERR_FORMAT}, /* media type as bytes */
		{"826041aa", 10, ERR_FORMAT}, /* none */
		{"8263610a6241aa", 10, ERR_FORMAT}, /* not printable */
		{"8263612f6261aa", 10, ERR_FORMAT}, /* text for bytes */
	};
	uint8_t key[AEAD_KEY] = {9}, with[8 + KID_SIZE + 8] = {0};
	struct buf plain;
	buf_init(&plain, 4096);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t file[32 + 4 * 80 + 2048 + 16] = {'A', 'S', 'Y', 'A', 1, 4, 0, 0};
		uint8_t body[2048] = {0};
		struct attachment_record record;
		struct attachment_content content;
		size_t padded = (size_t)1 << rows[i].size_class, size;
		struct span whole = span_of(file, sizeof file - 2048 + padded);
		NEED(json_hex(rows[i].hex, body, sizeof body, &size));
		file[6] = rows[i].size_class;
		memcpy(with, file, 8);
		memcpy(with + 8, author.kid, KID_SIZE);
		with[8 + KID_SIZE + 7] = 42;
		aead_seal(key, file + 8, span_of(body, padded), span_of(with, sizeof with),
			file + 32 + 4 * 80);
		NEED(attachment_record(whole, key, &record, NULL) == OK);
		buf_reset(&plain);
		enum err err =
			attachment_open(whole, &record, &author, key, &plain, &content, NULL);
		CHECK_ROW(err == rows[i].err, "%s: %s", rows[i].hex, err_name(err));
	}
	buf_close(&plain);
}

TEST(the_seal_agrees_with_wycheproof)
{
	static const char *const paths[] = {
		"../shared/data/credentials/wycheproof/xchacha20_poly1305_test.json",
		"../shared/data/credentials/wycheproof/xchacha20_poly1305_test.2.json"};
	size_t count = 0;
	for (size_t f = 0; f < 2; f++) {
		json_t *file = json_read(paths[f]);
		json_t *group, *row;
		size_t g, i;
		if (!file)
			SKIP("credentials/wycheproof is absent");
		json_array_foreach(json_object_get(file, "testGroups"), g, group)
		{
			if (json_number(group, "ivSize") != 8 * AEAD_NONCE)
				continue; /* our interface has no other */
			json_array_foreach(json_object_get(group, "tests"), i, row)
			{
				uint8_t key[AEAD_KEY], nonce[AEAD_NONCE], with[2048], plain[1024];
				uint8_t sealed[1024 + AEAD_EXTRA], out[1024 + AEAD_EXTRA];
				size_t size, with_size, plain_size, tag_size;
				NEED(json_hex(json_text(row, "key"), key, sizeof key, &size));
				NEED(json_hex(json_text(row, "iv"), nonce, sizeof nonce, &size));
				NEED(json_hex(
					json_text(row, "aad"), with, sizeof with, &with_size));
				NEED(json_hex(
					json_text(row, "msg"), plain, sizeof plain, &plain_size));
				NEED(json_hex(json_text(row, "ct"), sealed, 1024, &size));
				NEED(json_hex(json_text(row, "tag"), sealed + size, AEAD_EXTRA,
					&tag_size));
				bool fine =
					tag_size == AEAD_EXTRA &&
					aead_open(key, nonce, span_of(sealed, size + AEAD_EXTRA),
						span_of(with, with_size), out) == OK;
				CHECK_ROW(fine == !strcmp(json_text(row, "result"), "valid"),
					"tcId %d", (int)json_number(row, "tcId"));
				if (!fine)
					continue;
				aead_seal(key, nonce, span_of(plain, plain_size),
					span_of(with, with_size), out);
				CHECK_ROW(size == plain_size &&
						  !memcmp(out, sealed, size + AEAD_EXTRA),
					"tcId %d", (int)json_number(row, "tcId"));
				count++;
			}
		}
		json_decref(file);
	}
	CHECK(count > 100);
}

TAP_MAIN(CASE(each_recipient_opens_it_and_nobody_else),
	CASE(pads_to_the_smallest_class_that_holds_it), CASE(says_what_does_not_fit),
	CASE(refuses_to_seal_what_it_could_not_open), CASE(refuses_files_whose_header_is_wrong),
	CASE(opens_the_file_that_others_sealed), CASE(refuses_bodies_that_are_not_of_the_form),
	CASE(the_seal_agrees_with_wycheproof))
