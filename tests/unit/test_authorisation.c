#include "ledger/authorisation.h"
#include "tests/tap.h"

#define ORIGIN "pilot.example/00112233445566778899aabbccddeeff"

struct asking {
	struct keyfile root;
	struct authorisation wanted;
	uint8_t memory[2][256];
	struct buf body[2];
	struct buf bytes;
};

static bool open_asking(struct asking *asking)
{
	struct fault fault;
	struct key_body key = {.purpose = KEY_BOX, .public = {9}, .has_appliance = true};
	struct key_revoke_body revoke = {.kid = {7}, .last_good = 4, .reason = REVOKE_REPLACED};
	*asking = (struct asking){.wanted = {.sequence = 12, .made_ms = 1795167000123}};
	if (crypto_start() ||
		keyfile_make(&asking->root, KEY_ROOT, "ward.example", NULL, 1, &fault))
		return false;
	strcpy(asking->wanted.origin, ORIGIN);
	strcpy(asking->wanted.issuer, "ward.example");
	strcpy(asking->wanted.party, "ward.example");
	memcpy(asking->wanted.root_kid, asking->root.kid, KID_SIZE);
	for (size_t i = 0; i < 2; i++)
		buf_over(&asking->body[i], asking->memory[i], sizeof asking->memory[i]);
	key_body_encode(&key, &asking->body[0]);
	key_revoke_body_encode(&revoke, &asking->body[1]);
	asking->wanted.item_count = 2;
	asking->wanted.item[0].kind = KIND_KEY;
	asking->wanted.item[0].body = buf_span(&asking->body[0]);
	asking->wanted.item[1].kind = KIND_KEY_REVOKE;
	asking->wanted.item[1].body = buf_span(&asking->body[1]);
	buf_init(&asking->bytes, AUTHORISATION_SIZE_MAX);
	return true;
}

static void close_asking(struct asking *asking)
{
	keyfile_close(&asking->root);
	buf_close(&asking->bytes);
}

TEST(a_request_is_read_as_it_was_written_signed_or_not)
{
	struct asking asking;
	struct authorisation read;
	struct buf statements;
	struct fault fault = {0};
	NEED(open_asking(&asking));
	buf_init(&statements, AUTHORISATION_SIZE_MAX);
	authorisation_encode(&asking.wanted, &asking.bytes);
	NEED(authorisation_decode(buf_span(&asking.bytes), &read, &fault) == OK);
	CHECK(!read.is_signed && read.item_count == 2 && read.sequence == 12 &&
		!strcmp(read.origin, ORIGIN) && !read.has_tenant);
	CHECK(span_equal(read.item[1].body, buf_span(&asking.body[1])));
	NEED(authorisation_sign(&read, &asking.root, 1795167000123, &statements, &fault) == OK);
	struct buf again;
	buf_init(&again, AUTHORISATION_SIZE_MAX);
	authorisation_encode(&read, &again);
	CHECK(authorisation_decode(buf_span(&again), &read, &fault) == OK && read.is_signed);
	struct statement statement;
	NEED(statement_decode(read.item[1].statement, SIGNED_STATEMENT, &statement, &fault) == OK);
	CHECK(statement.sequence == 13 &&
		statement_verify(&statement, asking.root.public, &fault) == OK);
	buf_close(&again);
	buf_close(&statements);
	close_asking(&asking);
}

TEST(another_root_key_does_not_sign)
{
	struct asking asking;
	struct keyfile other;
	struct buf statements;
	struct fault fault = {0};
	NEED(open_asking(&asking));
	buf_init(&statements, AUTHORISATION_SIZE_MAX);
	NEED(keyfile_make(&other, KEY_ROOT, "ward.example", NULL, 1, &fault) == OK);
	CHECK(authorisation_sign(&asking.wanted, &other, 1, &statements, &fault) == ERR_KEY);
	CHECK(!statements.size && !asking.wanted.is_signed);
	keyfile_close(&other);
	NEED(keyfile_make(&other, KEY_APPLIANCE, "ward.example", NULL, 1, &fault) == OK);
	memcpy(asking.wanted.root_kid, other.kid, KID_SIZE);
	CHECK(authorisation_sign(&asking.wanted, &other, 1, &statements, &fault) == ERR_KEY);
	keyfile_close(&other);
	buf_close(&statements);
	close_asking(&asking);
}

/* Somebody on the way puts other statements in, or asks for what no root key signs. */
TEST(what_was_changed_on_the_way_is_refused)
{
	struct asking asking;
	struct buf statements;
	struct authorisation read;
	struct fault fault = {0};
	NEED(open_asking(&asking));
	buf_init(&statements, AUTHORISATION_SIZE_MAX);
	NEED(authorisation_sign(&asking.wanted, &asking.root, 1, &statements, &fault) == OK);
	const struct authorisation good = asking.wanted;
	struct authorisation rows[6];
	const enum err want[6] = {OK, ERR_PROOF, ERR_PROOF, ERR_PROOF, ERR_RANGE, ERR_FORMAT};
	for (size_t i = 0; i < 6; i++)
		rows[i] = good;
	rows[1].item[1].statement = good.item[0].statement;
	rows[2].sequence++;
	rows[3].issuer[0] = 'x';
	rows[4].item[0].kind = KIND_PEPPER;
	rows[5].item[1].statement = span_cut(good.item[1].statement, 0, 40);
	for (size_t i = 0; i < 6; i++) {
		buf_reset(&asking.bytes);
		authorisation_encode(&rows[i], &asking.bytes);
		enum err err = authorisation_decode(buf_span(&asking.bytes), &read, &fault);
		CHECK_ROW(err == want[i], "row %zu: %s", i, err ? fault.text : "taken");
		CHECK_ROW(!err || fault.text[0], "row %zu", i);
	}
	for (size_t size = 0; size < asking.bytes.size; size += 7)
		CHECK_ROW(authorisation_decode(span_of(asking.bytes.at, size), &read, &fault) != OK,
			"cut at %zu", size);
	buf_close(&statements);
	close_asking(&asking);
}

TAP_MAIN(CASE(a_request_is_read_as_it_was_written_signed_or_not),
	CASE(another_root_key_does_not_sign), CASE(what_was_changed_on_the_way_is_refused))
