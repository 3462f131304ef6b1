#include "ledger/keyholder.h"
#include "ledger/keyholder_floor.h"
#include "ledger/keyholder_judge.h"
#include "ledger/keyholder_serve.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/note.h"
#include "tests/tap.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW_MS 1795167000123
#define ORIGIN "medicines.example/00112233445566778899aabbccddeeff"

/* A ledger's folder with an appliance's keys and a station's. */
struct place {
	char folder[64];
	char second[96]; /* the floor's second copy */
	struct keyfile appliance;
	struct keyfile log;
	struct keyfile cosign;
	struct keyfile box;
	struct keyfile curve;
	struct keyfile station;
};

static bool place_key(struct place *place, struct keyfile *key, enum key_purpose purpose)
{
	char path[KEYFILE_PATH_MAX];
	return !keyfile_make(key, purpose, "maker.example", NULL, NOW_MS, NULL) &&
	       !keyfile_path(place->folder, purpose, "maker.example", NULL, path, NULL) &&
	       !keyfile_save(key, path, span_of(NULL, 0), NULL);
}

static bool place_make(struct place *place)
{
	(void)snprintf(place->folder, sizeof place->folder, "/tmp/assay-keyholder-XXXXXX");
	if (crypto_start() || !mkdtemp(place->folder))
		return false;
	(void)snprintf(place->second, sizeof place->second, "%s/second-floor", place->folder);
	return place_key(place, &place->appliance, KEY_APPLIANCE) &&
	       place_key(place, &place->log, KEY_LOG) &&
	       place_key(place, &place->cosign, KEY_COSIGN) &&
	       place_key(place, &place->box, KEY_BOX) &&
	       place_key(place, &place->curve, KEY_CURVE) &&
	       place_key(place, &place->station, KEY_STATION);
}

static void place_remove(struct place *place)
{
	char command[128];
	keyfile_close(&place->appliance);
	keyfile_close(&place->log);
	keyfile_close(&place->cosign);
	keyfile_close(&place->box);
	keyfile_close(&place->curve);
	keyfile_close(&place->station);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
	if (system(command))
		printf("# could not remove %s\n", place->folder);
}

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
		{&place.appliance, "assay-receipt+cose", OK},
		{&place.appliance, "assay-badge+cwt", OK},
		{&place.appliance, "assay-other+cose", ERR_DENIED},
		{&place.appliance, "", ERR_DENIED},
		{&place.appliance, NULL, ERR_DENIED},
		{&place.station, "assay-statement+cose", OK},
		{&place.station, "assay-seal+cose", ERR_DENIED},
		{&place.station, "assay-badge+cwt", ERR_DENIED},
		{&place.log, "assay-statement+cose", ERR_DENIED},
		{&place.log, "assay-seal+cose", ERR_DENIED},
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

TEST(a_folder_with_wrong_keys_is_refused_with_the_file_named)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	char from[KEYFILE_PATH_MAX];
	char to[KEYFILE_PATH_MAX];
	NEED(place_make(&place));
	NEED(!keyfile_path(place.folder, KEY_APPLIANCE, "maker.example", NULL, from, NULL));
	NEED(!keyfile_path(place.folder, KEY_APPLIANCE, "maker.example", "two", to, NULL));
	NEED(!link(from, to));
	CHECK(keyholder_start(&holder, place.folder, NULL, &fault) == ERR_EXISTS);
	CHECK(strstr(fault.text, "appliance.key") != NULL);
	NEED(!unlink(to) && !chmod(from, 0644));
	CHECK(keyholder_start(&holder, place.folder, NULL, &fault) == ERR_DENIED);
	CHECK(strstr(fault.text, from) != NULL);
	NEED(!chmod(from, 0600));
	struct keyfile root;
	NEED(!keyfile_make(&root, KEY_ROOT, "maker.example", NULL, NOW_MS, NULL));
	(void)snprintf(to, sizeof to, "%s/keys/maker.example/root.key", place.folder);
	NEED(!keyfile_save(&root, to, span_of(NULL, 0), &fault));
	CHECK(keyholder_start(&holder, place.folder, NULL, &fault) == ERR_KEY);
	NEED(!unlink(to));
	(void)snprintf(to, sizeof to, "%s/keys/other.example/appliance.key", place.folder);
	struct keyfile wrong;
	NEED(!keyfile_make(&wrong, KEY_APPLIANCE, "third.example", NULL, NOW_MS, NULL));
	NEED(!keyfile_save(&wrong, to, span_of(NULL, 0), &fault));
	CHECK(keyholder_start(&holder, place.folder, NULL, &fault) == ERR_KEY);
	keyfile_close(&root);
	keyfile_close(&wrong);
	NEED(!unlink(to));
	CHECK(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	keyholder_stop(holder);
	place_remove(&place);
}

TEST(answers_garbage_with_a_fault_and_goes_on)
{
	struct holder *holder = calloc(1, sizeof *holder);
	struct buf answer;
	struct fault fault;
	struct fault said;
	struct span done;
	uint32_t seed = 1;
	NEED(holder && crypto_start() == OK);
	buf_init(&answer, HOLDER_FRAME_MAX);
	for (int round = 0; round < 2000; round++) {
		uint8_t bytes[64];
		for (size_t i = 0; i < sizeof bytes; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24);
		}
		buf_reset(&answer);
		holder_answer(holder, span_of(bytes, (size_t)round % 64), &answer);
		NEED(holder_answer_decode(buf_span(&answer), &said, &done, &fault) == OK);
		CHECK(said.err != OK);
	}
	buf_close(&answer);
	free(holder);
}

TEST(a_frame_too_long_ends_the_service_and_a_closed_socket_too)
{
	static const struct {
		const char *bytes;
		size_t size;
		int status;
	} rows[] = {
		{"", 0, 0}, /* closed between two frames */
		{"\xff\xff\xff\xff", 4, 1},
		{"\0\0\0\x05"
		 "ab",
			6, 1}, /* closed inside one */
		{"\0\0\0\0", 4, 0}, /* an empty frame is answered with a fault */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct holder *holder = calloc(1, sizeof *holder);
		int pair[2];
		NEED(holder && !socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
		NEED(send(pair[0], rows[i].bytes, rows[i].size, 0) == (ssize_t)rows[i].size);
		NEED(!shutdown(pair[0], SHUT_WR));
		CHECK_ROW(holder_serve(holder, pair[1]) == rows[i].status, "row %zu", i);
		(void)close(pair[0]);
		(void)close(pair[1]);
		free(holder);
	}
}

/* The children of a process, as the kernel lists them. */
static pid_t child_of(pid_t parent)
{
	char path[64];
	long child = 0;
	(void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
	FILE *file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%ld", &child) != 1)
		child = 0;
	(void)fclose(file);
	return (pid_t)child;
}

TEST(says_so_for_good_when_its_process_was_killed)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	uint8_t hashes[64] = {5};
	uint8_t sig[SIGN_SIZE];
	NEED(place_make(&place));
	NEED(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	pid_t child = child_of(getpid());
	if (!child) {
		keyholder_stop(holder);
		place_remove(&place);
		SKIP("the kernel does not list children");
	}
	NEED(!kill(child, SIGKILL));
	for (int i = 0; i < 2; i++) {
		CHECK(keyholder_sign_hashes(holder, place.appliance.kid, hashes, sig, &fault) ==
			ERR_IO);
		CHECK(strstr(fault.text, "has ended") != NULL);
	}
	keyholder_stop(holder);
	place_remove(&place);
}

TEST(ends_when_its_parent_is_killed)
{
	struct place place;
	int pipes[2];
	char byte;
	NEED(place_make(&place));
	NEED(!pipe(pipes));
	NEED(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	pid_t parent = fork();
	NEED(parent >= 0);
	if (parent == 0) {
		struct keyholder *holder = NULL;
		(void)close(pipes[0]);
		if (keyholder_start(&holder, place.folder, NULL, NULL) ||
			write(pipes[1], "s", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(pipes[1]);
	NEED(read(pipes[0], &byte, 1) == 1);
	NEED(!kill(parent, SIGKILL));
	NEED(waitpid(parent, NULL, 0) == parent);
	/* The orphan comes to us: this returns once it has ended. */
	int status = 0;
	CHECK(waitpid(-1, &status, 0) > 0);
	CHECK(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
	(void)close(pipes[0]);
	place_remove(&place);
}

TAP_MAIN(CASE(signs_what_each_purpose_may_sign_and_nothing_else),
	CASE(refuses_a_text_that_is_not_exactly_what_it_should_be),
	CASE(signs_hashes_with_appliance_keys_only), CASE(opens_boxes_for_its_box_key),
	CASE(lists_its_keys_without_curve_keys), CASE(a_checkpoint_is_signed_by_log_and_cosigner),
	CASE(a_checkpoint_never_goes_back_nor_changes_its_root),
	CASE(of_two_floors_the_higher_counts_and_a_damaged_one_is_made_new),
	CASE(a_folder_with_wrong_keys_is_refused_with_the_file_named),
	CASE(answers_garbage_with_a_fault_and_goes_on),
	CASE(a_frame_too_long_ends_the_service_and_a_closed_socket_too),
	CASE(says_so_for_good_when_its_process_was_killed), CASE(ends_when_its_parent_is_killed))
