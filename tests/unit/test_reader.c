#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/proof/cose_receipt.h"
#include "ledger/proof/policy.h"
#include "ledger/proof/receipt.h"
#include "ledger/proof/tile.h"
#include "ledger/reader.h"

#define PUTS 300

/* A ledger of 7 + 2 * PUTS leaves: a put of n0, n1, ... in a batch each. */
static struct node *open_filled(struct small_ledger *small)
{
	static struct answer answer;
	struct node *node = small_open(small);
	for (int i = 0; node && i < PUTS; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "n%d", i);
		if (small_put_one(small, node, name, "1", &answer) || answer.outcome.code)
			return NULL;
	}
	return node;
}

static void policy_of(struct small_ledger *small, struct buf *text, struct policy *policy)
{
	struct note_key log, cosign;
	if (note_key_make(span_of(small->origin, small->origin_size), NOTE_ED25519,
		    small->key[SMALL_LOG].public, &log, NULL) ||
		note_key_make(span_text(SMALL_MEMBER), NOTE_COSIGNATURE,
			small->key[SMALL_COSIGN].public, &cosign, NULL))
		return;
	policy_print(&log, 1, &cosign, 1, 1, text);
	if (policy_parse(buf_span(text), policy, NULL))
		printf("# policy does not parse\n");
}

/* Anybody's receipt holds as well, and what it carries is the entry, not the statement. */
static void check_public(struct tap *tap, struct reader *reader, uint64_t position,
	const uint8_t entry[ENTRY_SIZE],
	const struct policy *policy)
{
	static struct receipt receipt;
	struct policy_judgement judgement;
	struct buf text;
	uint8_t carried[ENTRY_SIZE];
	size_t size = 0;
	buf_init(&text, RECEIPT_SIZE_MAX);
	NEED(reader_receipt_public(reader, position, &text, NULL) == OK);
	NEED(receipt_parse(buf_span(&text), &receipt, NULL) == OK);
	CHECK(receipt_verify(&receipt, entry, policy, &judgement, NULL) == OK);
	CHECK(base64_parse(receipt.extra, false, carried, sizeof carried, &size, NULL) == OK);
	CHECK(size == ENTRY_SIZE && !memcmp(carried, entry, ENTRY_SIZE));
	buf_close(&text);
}

TEST(receipts_of_all_positions_verify_and_bind_their_entry)
{
	struct small_ledger small;
	struct reader *reader;
	struct node *node = open_filled(&small);
	NEED(node);
	struct fault fault = {0};
	CHECK_ROW(reader_open(&reader, small.folder, &small.env, &fault) == OK, "%s", fault.text);
	NEED(!fault.err);
	static struct policy policy;
	static struct policy_judgement judgement;
	static struct receipt receipt;
	struct buf policy_text, text, bytes;
	buf_init(&policy_text, TRUST_POLICY_SIZE_MAX);
	buf_init(&text, RECEIPT_SIZE_MAX);
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	policy_of(&small, &policy_text, &policy);
	struct node_place place;
	node_place(node, &place);
	for (uint64_t position = 0; position < place.size; position += position < 10 ? 1 : 37) {
		uint8_t entry[ENTRY_SIZE];
		struct recorded recorded;
		buf_reset(&text);
		buf_reset(&bytes);
		NEED(reader_receipt(reader, position, &text, &fault) == OK);
		NEED(reader_statement(reader, position, &bytes, &fault) == OK);
		statement_entry(buf_span(&bytes), entry);
		NEED(receipt_parse(buf_span(&text), &receipt, &fault) == OK);
		CHECK_ROW(receipt_verify(&receipt, entry, &policy, &judgement, &fault) == OK,
			"position %llu: %s", (unsigned long long)position, fault.text);
		CHECK(judgement.checkpoint.size == place.size && judgement.cosigners == 1);
		CHECK(reader_recorded(reader, position, &recorded, &fault) == OK);
		CHECK(memcmp(recorded.entry, entry, ENTRY_SIZE) == 0);
		CHECK(recorded.height == (position < 7 ? position > 0 : (position - 7) / 2 + 2));
		CHECK(recorded.index ==
			(position < 7 ? (position ? position - 1 : 0) : (position - 7) % 2));
		entry[0] ^= 1;
		CHECK(receipt_verify(&receipt, entry, &policy, &judgement, NULL) == ERR_PROOF);
		entry[0] ^= 1;
		check_public(tap, reader, position, entry, &policy);
	}
	CHECK(reader_receipt(reader, place.size, &text, &fault) == ERR_NOT_FOUND);
	CHECK(reader_statement(reader, place.size, &text, &fault) == ERR_NOT_FOUND);
	CHECK(reader_statement(reader, UINT64_MAX, &text, &fault) == ERR_NOT_FOUND);
	/* Recorded and not final: ask again. */
	static struct answer answer;
	small.sign_answer = ERR_IO;
	CHECK(small_put_one(&small, node, "late", "1", &answer) == OK);
	CHECK(reader_receipt(reader, answer.position, &text, &fault) == ERR_UNSURE);
	buf_close(&policy_text);
	buf_close(&text);
	buf_close(&bytes);
	reader_free(reader);
	small_close(&small, node);
}

TEST(cose_receipts_verify_with_the_log_key)
{
	struct small_ledger small;
	struct reader *reader;
	static struct cose_receipt receipt;
	uint8_t entry[ENTRY_SIZE];
	struct buf out, bytes;
	struct fault fault = {0};
	struct node *node = open_filled(&small);
	NEED(node && reader_open(&reader, small.folder, &small.env, NULL) == OK);
	struct signer signer = signer_local(small.key[SMALL_LOG].secret);
	buf_init(&out, COSE_RECEIPT_SIZE_MAX);
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	CHECK_ROW(reader_receipt_cose(reader, 100, small.key[SMALL_LOG].kid,
			  span_text(SMALL_MEMBER), &signer, &out, &fault) == OK,
		"%s", fault.text);
	NEED(reader_statement(reader, 100, &bytes, NULL) == OK);
	statement_entry(buf_span(&bytes), entry);
	NEED(cose_receipt_parse(buf_span(&out), &receipt, &fault) == OK);
	CHECK(cose_receipt_verify(&receipt, entry, small.key[SMALL_LOG].public, &fault) == OK);
	CHECK(receipt.index == 100 && receipt.tree_size == 7 + 2 * PUTS);
	CHECK(span_equal(receipt.origin, reader_origin(reader)));
	buf_close(&out);
	buf_close(&bytes);
	reader_free(reader);
	small_close(&small, node);
}

TEST(serves_tiles_and_bundles_from_which_the_root_follows)
{
	struct small_ledger small;
	struct reader *reader;
	struct buf bytes, entries;
	struct node_place place;
	struct fault fault = {0};
	struct node *node = open_filled(&small);
	NEED(node && reader_open(&reader, small.folder, &small.env, NULL) == OK);
	node_place(node, &place);
	buf_init(&bytes, TILE_HASHES * TILE_ENTRY_SIZE);
	buf_init(&entries, (size_t)4 << 20);
	/* A client that knows paths and the checkpoint only. */
	struct tree tree;
	tree_init(&tree);
	for (uint64_t index = 0; tile_width(0, index, place.size); index++) {
		char path[TILE_PATH_SIZE];
		struct tile tile = {.index = index, .width = tile_width(0, index, place.size)};
		struct span hashes, entry;
		uint8_t leaves[TILE_SIZE], leaf[HASH_SIZE];
		tile_path_print(&tile, path);
		buf_reset(&bytes);
		CHECK_ROW(reader_resource(reader, span_text(path), &bytes, &fault) == OK, "%s: %s",
			path, fault.text);
		hashes = buf_span(&bytes);
		NEED(hashes.size == (size_t)tile.width * HASH_SIZE);
		memcpy(leaves, hashes.at, hashes.size);
		tile.is_entries = true;
		tile_path_print(&tile, path);
		buf_reset(&bytes);
		NEED(reader_resource(reader, span_text(path), &bytes, &fault) == OK);
		size_t i = 0;
		for (size_t at = 0; bundle_next(buf_span(&bytes), &at, &entry, &fault); i++) {
			tree_leaf(entry.at, leaf);
			CHECK(memcmp(leaf, leaves + i * HASH_SIZE, HASH_SIZE) == 0);
			NEED(tree_append(&tree, entry.at, NULL) == OK);
		}
		CHECK(i == tile.width);
	}
	uint8_t root[HASH_SIZE];
	tree_root(&tree, root);
	CHECK(tree.size == place.size && memcmp(root, place.root, HASH_SIZE) == 0);
	CHECK(reader_entries(reader, 5, 500, &entries, &fault) == OK);
	CHECK(entries.size == 500 * ENTRY_SIZE);
	struct recorded recorded;
	CHECK(reader_recorded(reader, 504, &recorded, NULL) == OK);
	CHECK(memcmp(entries.at + 499 * ENTRY_SIZE, recorded.entry, ENTRY_SIZE) == 0);
	CHECK(reader_entries(reader, 600, 8, &entries, &fault) == ERR_NOT_FOUND);
	CHECK(reader_entries(reader, 0, 65537, &entries, &fault) == ERR_LIMIT);
	buf_close(&bytes);
	buf_close(&entries);
	reader_free(reader);
	small_close(&small, node);
}

TEST(serves_only_what_is_there_and_final)
{
	struct small_ledger small;
	struct reader *reader;
	struct buf bytes;
	struct node_place place;
	struct fault fault = {0};
	struct node *node = open_filled(&small);
	NEED(node && reader_open(&reader, small.folder, &small.env, NULL) == OK);
	node_place(node, &place);
	buf_init(&bytes, TILE_HASHES * TILE_ENTRY_SIZE);
	static const struct {
		const char *path;
		enum err err;
	} rows[] = {
		{"/checkpoint", OK},
		{"/tile/0/000", OK},
		{"/tile/0/000.p/5", OK},
		{"/tile/0/002.p/95", OK},
		{"/tile/0/002.p/96", ERR_NOT_FOUND},
		{"/tile/0/002", ERR_NOT_FOUND},
		{"/tile/0/003.p/1", ERR_NOT_FOUND},
		{"/tile/1/000.p/2", OK},
		{"/tile/1/000.p/3", ERR_NOT_FOUND},
		{"/tile/entries/001", OK},
		{"/tile/entries/002.p/96", ERR_NOT_FOUND},
		{"/tile/0/0", ERR_FORMAT},
		{"/tile/0/000.p/0", ERR_RANGE},
		{"/elsewhere", ERR_FORMAT},
		{"", ERR_FORMAT},
	};
	CHECK(place.size == 607);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_reset(&bytes);
		enum err err = reader_resource(reader, span_text(rows[i].path), &bytes, &fault);
		CHECK_ROW(err == rows[i].err && (bytes.size > 0) == (err == OK), "%s: %d",
			rows[i].path, err);
	}
	buf_close(&bytes);
	reader_free(reader);
	small_close(&small, node);
}

TEST(finds_statements_by_number_and_by_entry_and_refused_ones_by_height)
{
	struct small_ledger small;
	struct reader *reader;
	static struct answer answer;
	struct outcome outcome;
	uint64_t position;
	struct node *node = open_filled(&small);
	NEED(node && reader_open(&reader, small.folder, &small.env, NULL) == OK);
	const uint8_t *kid = small.key[SMALL_APPLIANCE].kid;
	CHECK(small_put_one(&small, node, "x", "1", &answer) == OK);
	CHECK(reader_find(reader, kid, small.key[SMALL_APPLIANCE].sequence - 1, &position, NULL) ==
		OK);
	CHECK(position == answer.position);
	CHECK(reader_find(reader, kid, 100000, &position, NULL) == ERR_NOT_FOUND);
	CHECK(reader_find(reader, small.key[SMALL_EXTRA].kid, 0, &position, NULL) == ERR_NOT_FOUND);
	position = 0;
	CHECK(reader_find_entry(reader, answer.entry, &position, NULL) == OK);
	CHECK(position == answer.position);
	CHECK(small_put_one(&small, node, "x", "2", &answer) == OK);
	CHECK(answer.outcome.code == SMALL_TAKEN);
	CHECK(reader_find_entry(reader, answer.entry, &position, NULL) == ERR_NOT_FOUND);
	CHECK(reader_outcome(reader, answer.height, answer.entry, &outcome, NULL) == OK);
	CHECK(outcome.code == SMALL_TAKEN && outcome.element == 1 && outcome.a == 7 &&
		outcome.b == -7);
	CHECK(reader_outcome(reader, answer.height - 1, answer.entry, &outcome, NULL) ==
		ERR_NOT_FOUND);
	reader_free(reader);
	small_close(&small, node);
}

TEST(a_snapshot_stands_still_while_the_ledger_goes_on)
{
	struct small_ledger small;
	struct reader *reader;
	struct snapshot snapshot, later;
	static struct answer answer;
	struct span value;
	struct node *node = open_filled(&small);
	NEED(node && reader_open(&reader, small.folder, &small.env, NULL) == OK);
	small.now_ms += 3000;
	NEED(reader_begin(reader, &snapshot, NULL) == OK);
	CHECK(snapshot.applied_size == 607 && snapshot.final_size == 607 &&
		snapshot.height == 301 && snapshot.age_ms == 3000);
	CHECK(small_put_one(&small, node, "new", "1", &answer) == OK);
	CHECK(table_get(snapshot.table, SMALL_PUT, span_text("new"), &value, NULL) ==
		ERR_NOT_FOUND);
	struct recorded recorded;
	CHECK(reader_recorded(reader, answer.position, &recorded, NULL) == ERR_NOT_FOUND);
	CHECK(!snapshot.table->put && !snapshot.table->drop);
	reader_end(reader);
	NEED(reader_begin(reader, &later, NULL) == OK);
	CHECK(later.applied_size == 609 && later.age_ms == 0);
	CHECK(later.time_ms == small.now_ms);
	CHECK(table_get(later.table, SMALL_PUT, span_text("new"), &value, NULL) == OK);
	reader_end(reader);
	reader_free(reader);
	CHECK(reader_open(&reader, "/nonexistent", &small.env, NULL) == ERR_NOT_FOUND);
	small_close(&small, node);
}

TAP_MAIN(CASE(receipts_of_all_positions_verify_and_bind_their_entry),
	CASE(cose_receipts_verify_with_the_log_key),
	CASE(serves_tiles_and_bundles_from_which_the_root_follows),
	CASE(serves_only_what_is_there_and_final),
	CASE(finds_statements_by_number_and_by_entry_and_refused_ones_by_height),
	CASE(a_snapshot_stands_still_while_the_ledger_goes_on))
