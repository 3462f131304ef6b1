#include "ledger/keyholder.h"
#include "ledger/keyholder_floor.h"
#include "ledger/keyholder_judge.h"
#include "ledger/keyholder_serve.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/cose_receipt.h"
#include "ledger/proof/note.h"
#include "tests/tap.h"
#include "tests/unit/keyholder_place.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define ORIGIN "medicines.example/00112233445566778899aabbccddeeff"

/* A Sig_structure as an envelope has it. */
struct draft {
	const char *context;
	const char *typ;
	const uint8_t *kid;
	int64_t alg;
	const char *external;
	bool is_critical;
	const char *behind; /* bytes behind the end */
};

static struct span draft_print(const struct draft *draft, struct buf *buf)
{
	uint8_t memory[256];
	struct buf header;
	buf_over(&header, memory, sizeof memory);
	cbor_put_map(&header, 3U + draft->is_critical + (draft->typ != NULL));
	cbor_put_int(&header, COSE_ALG);
	cbor_put_int(&header, draft->alg);
	if (draft->is_critical) {
		cbor_put_int(&header, COSE_CRIT);
		cbor_put_array(&header, 1);
		cbor_put_int(&header, 99);
	}
	cbor_put_int(&header, COSE_KID);
	cbor_put_bytes(&header, span_of(draft->kid, KID_SIZE));
	cbor_put_int(&header, COSE_CLAIMS);
	cbor_put_map(&header, 1);
	cbor_put_int(&header, CLAIM_ISS);
	cbor_put_text(&header, span_text("maker.example"));
	if (draft->typ) {
		cbor_put_int(&header, COSE_TYP);
		cbor_put_text(&header, span_text(draft->typ));
	}
	buf_reset(buf);
	cbor_put_array(buf, 4);
	cbor_put_text(buf, span_text(draft->context));
	cbor_put_bytes(buf, buf_span(&header));
	cbor_put_bytes(buf, span_text(draft->external));
	cbor_put_bytes(buf, span_text("payload"));
	buf_put_text(buf, draft->behind);
	return buf_span(buf);
}

TEST(signs_what_each_purpose_may_sign_and_nothing_else)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	struct buf buf;
	NEED(place_make(&place));
	NEED(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	const struct {
		const struct keyfile *key;
		const char *typ;
		enum err err;
	} rows[] = {
		{&place.appliance, "assay-statement+cose", OK},
		{&place.appliance, "assay-seal+cose", OK},
		{&place.appliance, "assay-promise+cose", OK},
		{&place.appliance, "assay-refusal+cose", OK},
		{&place.appliance, "assay-verdict+cose", OK},
		{&place.appliance, "assay-receipt+cose", ERR_DENIED},
		{&place.appliance, "assay-badge+cwt", OK},
		{&place.appliance, "application/statuslist+cwt", OK},
		{&place.station, "application/statuslist+cwt", ERR_DENIED},
		{&place.appliance, "assay-other+cose", ERR_DENIED},
		{&place.appliance, "", ERR_DENIED},
		{&place.appliance, NULL, ERR_DENIED},
		{&place.station, "assay-statement+cose", OK},
		{&place.station, "assay-seal+cose", ERR_DENIED},
		{&place.station, "assay-badge+cwt", ERR_DENIED},
		{&place.log, "assay-statement+cose", ERR_DENIED},
		{&place.log, "assay-seal+cose", ERR_DENIED},
		{&place.log, "assay-receipt+cose", ERR_DENIED}, /* of no tree */
		{&place.cosign, "assay-receipt+cose", ERR_DENIED},
		{&place.cosign, "assay-statement+cose", ERR_DENIED},
		{&place.box, "assay-statement+cose", ERR_DENIED},
		{&place.curve, "assay-statement+cose", ERR_NOT_FOUND},
	};
	buf_init(&buf, 4096);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t sig[SIGN_SIZE];
		struct draft draft = {
			"Signature1", rows[i].typ, rows[i].key->kid, COSE_EDDSA, "", false, ""};
		struct span tbs = draft_print(&draft, &buf);
		enum err err = keyholder_sign(holder, rows[i].key->kid, tbs, sig, &fault);
		CHECK_ROW(err == rows[i].err, "row %zu gives %s", i, err_name(err));
		CHECK_ROW(err || sign_verify(rows[i].key->public, tbs, sig), "row %zu", i);
	}
	buf_close(&buf);
	keyholder_stop(holder);
	place_remove(&place);
}

TEST(refuses_a_text_that_is_not_exactly_what_it_should_be)
{
	uint8_t kid[KID_SIZE] = {1};
	uint8_t other[KID_SIZE] = {2};
	static const char statement[] = "assay-statement+cose";
	const struct {
		struct draft draft;
		enum err err;
	} rows[] = {
		{{"Signature1", statement, kid, COSE_EDDSA, "", false, ""}, OK},
		{{"Signature", statement, kid, COSE_EDDSA, "", false, ""}, ERR_FORMAT},
		{{"Signature1", statement, other, COSE_EDDSA, "", false, ""}, ERR_DENIED},
		{{"Signature1", statement, kid, COSE_ES256, "", false, ""}, ERR_DENIED},
		{{"Signature1", statement, kid, COSE_EDDSA, "x", false, ""}, ERR_DENIED},
		{{"Signature1", statement, kid, COSE_EDDSA, "", true, ""}, ERR_DENIED},
		{{"Signature1", statement, kid, COSE_EDDSA, "", false, "x"}, ERR_FORMAT},
	};
	struct buf buf;
	struct fault fault;
	buf_init(&buf, 4096);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span tbs = draft_print(&rows[i].draft, &buf);
		enum err err = keyholder_judge(tbs, kid, KEY_APPLIANCE, &fault);
		CHECK_ROW(err == rows[i].err, "row %zu gives %s", i, err_name(err));
	}
	/* Cut anywhere, and 64 bytes, which is what hashes of a data proof have. */
	struct span tbs = draft_print(&rows[0].draft, &buf);
	CHECK(tbs.size > 64);
	for (size_t size = 0; size < tbs.size; size++)
		CHECK(keyholder_judge(span_of(tbs.at, size), kid, KEY_APPLIANCE, &fault) ==
			ERR_FORMAT);
	buf_close(&buf);
}

TEST(signs_hashes_with_appliance_keys_only)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	uint8_t hashes[64] = {5};
	uint8_t sig[SIGN_SIZE];
	NEED(place_make(&place));
	NEED(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	CHECK(keyholder_sign_hashes(holder, place.appliance.kid, hashes, sig, &fault) == OK);
	CHECK(sign_verify(place.appliance.public, span_of(hashes, 64), sig));
	CHECK(keyholder_sign_hashes(holder, place.station.kid, hashes, sig, &fault) == ERR_DENIED);
	CHECK(keyholder_sign_hashes(holder, place.log.kid, hashes, sig, &fault) == ERR_DENIED);
	CHECK(keyholder_sign_hashes(holder, hashes, hashes, sig, &fault) == ERR_NOT_FOUND);
	keyholder_stop(holder);
	place_remove(&place);
}

TEST(opens_boxes_for_its_box_key)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	uint8_t box[5 + BOX_SEAL_EXTRA];
	uint8_t out[5];
	NEED(place_make(&place));
	NEED(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	NEED(box_put(place.box.public, span_text("hello"), box) == OK);
	CHECK(keyholder_box_open(holder, place.box.kid, span_of(box, sizeof box), out, &fault) ==
			OK &&
		!memcmp(out, "hello", 5));
	CHECK(keyholder_box_open(holder, place.appliance.kid, span_of(box, sizeof box), out,
		      &fault) == ERR_DENIED);
	CHECK(keyholder_box_open(holder, place.curve.kid, span_of(box, sizeof box), out, &fault) ==
		ERR_NOT_FOUND);
	box[7] ^= 1;
	CHECK(keyholder_box_open(holder, place.box.kid, span_of(box, sizeof box), out, &fault) ==
		ERR_SIGNATURE);
	CHECK(keyholder_box_open(holder, place.box.kid, span_of(box, 47), out, &fault) ==
		ERR_SIGNATURE);
	keyholder_stop(holder);
	place_remove(&place);
}

/* One of several threads that ask at the same time. */
struct asker {
	struct keyholder *holder;
	const struct keyfile *key;
	uint8_t number;
	int good;
};

static void *ask(void *self)
{
	struct asker *asker = self;
	for (uint8_t i = 0; i < 100; i++) {
		uint8_t hashes[64] = {asker->number, i};
		uint8_t sig[SIGN_SIZE];
		if (!keyholder_sign_hashes(asker->holder, asker->key->kid, hashes, sig, NULL) &&
			sign_verify(asker->key->public, span_of(hashes, sizeof hashes), sig))
			asker->good++;
	}
	return NULL;
}

TEST(several_threads_get_each_their_own_answers)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	struct asker askers[4];
	pthread_t threads[4];
	NEED(place_make(&place));
	NEED(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	for (size_t i = 0; i < 4; i++) {
		askers[i] = (struct asker){holder, &place.appliance, (uint8_t)i, 0};
		NEED(!pthread_create(&threads[i], NULL, ask, &askers[i]));
	}
	for (size_t i = 0; i < 4; i++) {
		NEED(!pthread_join(threads[i], NULL));
		CHECK_ROW(askers[i].good == 100, "thread %zu: %d", i, askers[i].good);
	}
	keyholder_stop(holder);
	place_remove(&place);
}

/* Has a COSE receipt of a tree of two signed: the one entry's leaf is 1, the other's as told. */
static enum err ask_receipt(struct keyholder *holder, const struct keyfile *log, const char *origin,
	const uint8_t entry[ENTRY_SIZE], const uint8_t other[ENTRY_SIZE], struct fault *fault)
{
	static struct cose_receipt receipt;
	struct keyholder_signer self = {.holder = holder};
	uint8_t leaf[HASH_SIZE], root[HASH_SIZE];
	struct buf out;
	memcpy(self.kid, log->kid, KID_SIZE);
	struct signer signer = keyholder_signer(&self);
	receipt = (struct cose_receipt){.kid = span_of(log->kid, KID_SIZE),
		.issuer = span_text("maker.example"),
		.origin = span_text(origin),
		.tree_size = 2,
		.index = 1};
	receipt.path.count = 1;
	tree_leaf(other, receipt.path.hash[0]);
	tree_leaf(entry, leaf);
	tree_node(receipt.path.hash[0], leaf, root);
	buf_init(&out, COSE_RECEIPT_SIZE_MAX);
	enum err err = cose_receipt_make(&receipt, entry, root, &signer, &out, fault);
	if (!err)
		err = cose_receipt_parse(buf_span(&out), &receipt, fault);
	if (!err)
		err = cose_receipt_verify(&receipt, entry, log->public, fault);
	buf_close(&out);
	return err;
}

TEST(the_log_key_signs_receipts_of_trees_it_has_signed_only)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault = {0};
	struct buf note;
	uint8_t entry[ENTRY_SIZE] = {1};
	uint8_t other[ENTRY_SIZE] = {2};
	uint8_t left[HASH_SIZE], right[HASH_SIZE], root[HASH_SIZE];
	NEED(place_make(&place));
	NEED(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	buf_init(&note, NOTE_SIZE_MAX);
	tree_leaf(other, left);
	tree_leaf(entry, right);
	tree_node(left, right, root);
	CHECK(ask_receipt(holder, &place.log, ORIGIN, entry, other, &fault) == ERR_REFUSED);
	NEED(keyholder_checkpoint(holder, span_text(ORIGIN), 2, root, NOW_MS, &note, &fault) == OK);
	CHECK_ROW(ask_receipt(holder, &place.log, ORIGIN, entry, other, &fault) == OK, "%s",
		fault.text);
	CHECK(ask_receipt(holder, &place.log, ORIGIN "x", entry, other, &fault) == ERR_REFUSED);
	CHECK(ask_receipt(holder, &place.log, ORIGIN, other, entry, &fault) == ERR_REFUSED);
	CHECK(ask_receipt(holder, &place.appliance, ORIGIN, entry, other, &fault) == ERR_DENIED);
	/* Larger trees follow: of this one receipts may still be asked for a while. */
	for (uint64_t size = 3; size < 3 + HOLDER_TREES; size++) {
		uint8_t next[HASH_SIZE] = {(uint8_t)size, (uint8_t)(size >> 8)};
		buf_reset(&note);
		NEED(keyholder_checkpoint(
			     holder, span_text(ORIGIN), size, next, NOW_MS, &note, &fault) == OK);
		if (size == 1 + HOLDER_TREES)
			CHECK(ask_receipt(holder, &place.log, ORIGIN, entry, other, &fault) == OK);
	}
	CHECK(ask_receipt(holder, &place.log, ORIGIN, entry, other, &fault) == ERR_REFUSED);
	buf_close(&note);
	keyholder_stop(holder);
	place_remove(&place);
}

TEST(lists_its_keys_without_curve_keys)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct keyholder_key keys[8];
	struct keyholder_key key;
	struct fault fault;
	size_t count = 0;
	NEED(place_make(&place));
	NEED(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	CHECK(keyholder_keys(holder, keys, 4, &count, &fault) == ERR_LIMIT && count == 0);
	NEED(keyholder_keys(holder, keys, 8, &count, &fault) == OK && count == 5);
	static const enum key_purpose order[] = {
		KEY_APPLIANCE, KEY_BOX, KEY_COSIGN, KEY_LOG, KEY_STATION};
	for (size_t i = 0; i < count; i++)
		CHECK_ROW(keys[i].purpose == order[i] && !strcmp(keys[i].party, "maker.example"),
			"key %zu", i);
	CHECK(keyholder_find(holder, NULL, KEY_LOG, &key, &fault) == OK &&
		!memcmp(key.kid, place.log.kid, KID_SIZE));
	CHECK(keyholder_find(holder, "other.example", KEY_LOG, &key, &fault) == ERR_NOT_FOUND);
	CHECK(keyholder_find(holder, NULL, KEY_CURVE, &key, &fault) == ERR_NOT_FOUND);
	keyholder_stop(holder);
	place_remove(&place);
}

static enum err checkpoint(struct keyholder *holder, const char *origin, uint64_t size,
	uint8_t root, struct buf *note, struct fault *fault)
{
	uint8_t hash[HASH_SIZE];
	memset(hash, root, sizeof hash);
	buf_reset(note);
	return keyholder_checkpoint(holder, span_text(origin), size, hash, NOW_MS, note, fault);
}

TEST(a_checkpoint_is_signed_by_log_and_cosigner)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	struct buf buf;
	struct note note;
	struct checkpoint read;
	struct note_key keys[2];
	uint64_t time_s = 0;
	buf_init(&buf, 4096);
	NEED(place_make(&place));
	NEED(keyholder_start(&holder, place.folder, place.second, &fault) == OK);
	NEED(checkpoint(holder, ORIGIN, 7, 0xaa, &buf, &fault) == OK);
	NEED(note_parse(buf_span(&buf), &note, &fault) == OK && note.count == 2);
	NEED(checkpoint_parse(note.body, &read, &fault) == OK);
	CHECK(span_is(read.origin, ORIGIN) && read.size == 7 && read.root[31] == 0xaa);
	NEED(note_key_make(span_text(ORIGIN), NOTE_ED25519, place.log.public, &keys[0], &fault) ==
		OK);
	NEED(note_key_make(span_text("maker.example"), NOTE_COSIGNATURE, place.cosign.public,
		     &keys[1], &fault) == OK);
	CHECK(note_verify_key(&note, &keys[0], NULL, &fault) == OK);
	CHECK(note_verify_key(&note, &keys[1], &time_s, &fault) == OK);
	CHECK(time_s == NOW_MS / 1000);
	buf_close(&buf);
	keyholder_stop(holder);
	place_remove(&place);
}

TEST(a_checkpoint_never_goes_back_nor_changes_its_root)
{
	static const struct {
		const char *origin;
		uint64_t size;
		uint8_t root;
		bool restart; /* before this row */
		enum err err;
	} rows[] = {
		{ORIGIN, 0, 1, false, OK},
		{ORIGIN, 5, 2, false, OK},
		{ORIGIN, 5, 2, false, OK}, /* again: a newer cosignature */
		{ORIGIN, 5, 3, false, ERR_REFUSED},
		{ORIGIN, 4, 2, false, ERR_REFUSED},
		{ORIGIN, 0, 1, false, ERR_REFUSED},
		{ORIGIN, 9, 4, false, OK},
		{ORIGIN "/maker.example", 3, 9, false, OK}, /* its own floor */
		{ORIGIN, 8, 4, true, ERR_REFUSED},
		{ORIGIN, 9, 5, true, ERR_REFUSED},
		{ORIGIN, 9, 4, true, OK},
		{ORIGIN "/maker.example", 2, 9, true, ERR_REFUSED},
		{ORIGIN "/maker.example", 3, 9, false, OK},
		{ORIGIN, 10, 6, false, OK},
		{ORIGIN, 10, 4, false, ERR_REFUSED},
		{ORIGIN, INT64_MAX, 6, false, OK},
	};
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	struct buf note;
	buf_init(&note, 4096);
	NEED(place_make(&place));
	NEED(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].restart) {
			keyholder_stop(holder);
			holder = NULL;
			NEED(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
		}
		enum err err = checkpoint(
			holder, rows[i].origin, rows[i].size, rows[i].root, &note, &fault);
		CHECK_ROW(err == rows[i].err, "row %zu gives %s: %s", i, err_name(err), fault.text);
		CHECK_ROW((note.size > 0) == (err == OK), "row %zu", i);
	}
	uint64_t size = 0;
	uint8_t root[32];
	CHECK(keyholder_floor(holder, span_text(ORIGIN), &size, root, &fault) == OK);
	CHECK(size == INT64_MAX && root[0] == 6);
	CHECK(keyholder_floor(holder, span_text("none"), &size, root, &fault) == OK && size == 0);
	buf_close(&note);
	keyholder_stop(holder);
	place_remove(&place);
}

static bool copy_file(const char *from, const char *to)
{
	char command[512];
	(void)snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
	return system(command) == 0;
}

static bool spoil(const char *path, off_t at)
{
	int file = open(path, O_WRONLY);
	bool fine = file >= 0 && pwrite(file, "spoilt", 6, at) == 6;
	return close(file) == 0 && fine;
}

TEST(of_two_floors_the_higher_counts_and_a_damaged_one_is_made_new)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	struct buf note;
	char first[96];
	char old[96];
	struct stat about;
	buf_init(&note, 4096);
	NEED(place_make(&place));
	(void)snprintf(first, sizeof first, "%s/floor", place.folder);
	(void)snprintf(old, sizeof old, "%s/old-floor", place.folder);
	NEED(keyholder_start(&holder, place.folder, place.second, &fault) == OK);
	CHECK(checkpoint(holder, ORIGIN, 5, 1, &note, &fault) == OK);
	NEED(copy_file(first, old));
	CHECK(checkpoint(holder, ORIGIN, 9, 2, &note, &fault) == OK);
	keyholder_stop(holder);
	NEED(!stat(first, &about) && (about.st_mode & 07777) == 0600);
	for (int round = 0; round < 6; round++) {
		holder = NULL;
		const char *hurt = round % 2 ? place.second : first;
		if (round < 2) /* one copy is older */
			NEED(copy_file(old, hurt));
		else if (round < 4) /* both slots of the line are spoilt */
			NEED(spoil(hurt, 40) && spoil(hurt, FLOOR_SLOT_SIZE + 40));
		else
			NEED(!unlink(hurt));
		NEED(keyholder_start(&holder, place.folder, place.second, &fault) == OK);
		CHECK_ROW(checkpoint(holder, ORIGIN, 8, 2, &note, &fault) == ERR_REFUSED,
			"round %d", round);
		CHECK_ROW(checkpoint(holder, ORIGIN, 9, 3, &note, &fault) == ERR_REFUSED,
			"round %d", round);
		keyholder_stop(holder);
	}
	/* Both are spoilt: nothing is signed any more. */
	holder = NULL;
	NEED(spoil(first, 40) && spoil(first, FLOOR_SLOT_SIZE + 40));
	NEED(spoil(place.second, 40) && spoil(place.second, FLOOR_SLOT_SIZE + 40));
	CHECK(keyholder_start(&holder, place.folder, place.second, &fault) == ERR_CORRUPT);
	NEED(!unlink(first));
	CHECK(keyholder_start(&holder, place.folder, place.second, &fault) == ERR_CORRUPT);
	buf_close(&note);
	place_remove(&place);
}

TAP_MAIN(CASE(signs_what_each_purpose_may_sign_and_nothing_else),
	CASE(refuses_a_text_that_is_not_exactly_what_it_should_be),
	CASE(signs_hashes_with_appliance_keys_only), CASE(opens_boxes_for_its_box_key),
	CASE(several_threads_get_each_their_own_answers),
	CASE(the_log_key_signs_receipts_of_trees_it_has_signed_only),
	CASE(lists_its_keys_without_curve_keys), CASE(a_checkpoint_is_signed_by_log_and_cosigner),
	CASE(a_checkpoint_never_goes_back_nor_changes_its_root),
	CASE(of_two_floors_the_higher_counts_and_a_damaged_one_is_made_new))
