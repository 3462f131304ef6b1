/* A small ledger for tests: one member with its keys in this process, a signer that holds them, an
 * application of two kinds (put, count), a clock that the test sets, a folder that goes away. */
#ifndef TESTS_SMALL_LEDGER_H
#define TESTS_SMALL_LEDGER_H

#include "ledger/base/hex.h"
#include "ledger/members/members.h"
#include "ledger/node.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/note.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL_MEMBER "maker.example"
#define SMALL_TIME   INT64_C(1790000000000)
#define SMALL_HOUR   INT64_C(3600000)
#define SMALL_PUT    32
#define SMALL_COUNT  33
#define SMALL_TAKEN  100 /* outcome: the key is there with another value */
#define SMALL_MANY   101 /* alert: counted more than three times */
#define SMALL_LATE   102 /* alert: came late */
#define SMALL_KEYS   9

/* From SMALL_EXTRA on: four more, not registered unless a test does. */
enum small_key { SMALL_ROOT, SMALL_APPLIANCE, SMALL_LOG, SMALL_COSIGN, SMALL_STATION, SMALL_EXTRA };

struct small_signing_key {
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET], kid[KID_SIZE];
	uint64_t sequence; /* of its next statement */
};

struct small_ledger {
	char folder[64];
	struct env env;
	struct app app;
	int64_t now_ms;
	int64_t steady_us;
	struct small_signing_key key[SMALL_KEYS];
	uint8_t origin[ORIGIN_SIZE_MAX + 1];
	size_t origin_size;
	struct node_options options;
	int checkpoints; /* signed by the key holder's double */
	enum err sign_answer; /* what it answers to checkpoints */
	uint64_t floor;
};

static inline int64_t small_now(void *self)
{
	return ((struct small_ledger *)self)->now_ms;
}

static inline int64_t small_steady(void *self)
{
	return ((struct small_ledger *)self)->steady_us;
}

static inline void small_random(void *self, void *out, size_t size)
{
	(void)self;
	random_fill(out, size);
}

/* ---- the application ---- */

static inline enum err small_put(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	struct span name = {0}, value = {0}, old;
	cbor_init(&cbor, applying->statement->body);
	cbor_map(&cbor, &map, 2);
	while (cbor_map_int(&cbor, &map, &key)) {
		if (key == 1)
			name = cbor_bytes(&cbor);
		else
			value = cbor_bytes(&cbor);
	}
	if (cbor_end(&cbor, NULL) || name.size > TABLE_KEY_MAX) {
		*outcome = (struct outcome){.code = OUTCOME_BAD_VALUE};
		return OK;
	}
	enum err err = table_get(table, SMALL_PUT, name, &old, fault);
	if (!err && !span_equal(old, value)) {
		*outcome = (struct outcome){.code = SMALL_TAKEN, .element = 1, .a = 7, .b = -7};
		return OK;
	}
	if (err && err != ERR_NOT_FOUND)
		return err;
	outcome->alert = applying->late ? SMALL_LATE : 0;
	return table_put(table, SMALL_PUT, name, value, fault);
}

static inline enum err small_count(
	const struct table *table, struct outcome *outcome, struct fault *fault)
{
	uint8_t count[1] = {0};
	struct span old;
	enum err err = table_get(table, SMALL_COUNT, span_text("count"), &old, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	count[0] = (uint8_t)(err ? 1 : old.at[0] + 1);
	if (count[0] > 3)
		*outcome = (struct outcome){.alert = SMALL_MANY, .a = count[0]};
	return table_put(table, SMALL_COUNT, span_text("count"), span_of(count, 1), fault);
}

static inline enum err small_apply(void *self, const struct table *table,
	const struct applying *applying, struct outcome *outcome, struct fault *fault)
{
	(void)self;
	if (applying->statement->kind == SMALL_PUT)
		return small_put(table, applying, outcome, fault);
	if (applying->statement->kind == SMALL_COUNT)
		return small_count(table, outcome, fault);
	*outcome = (struct outcome){.code = OUTCOME_UNKNOWN_KIND, .a = applying->statement->kind};
	return OK;
}

/* ---- the key holder's double ---- */

static inline enum err small_sign(void *self, const uint8_t kid[KID_SIZE], struct span bytes,
	uint8_t signature[SIGN_SIZE], struct fault *fault)
{
	struct small_ledger *small = self;
	for (size_t i = 0; i < SMALL_KEYS; i++)
		if (memcmp(small->key[i].kid, kid, KID_SIZE) == 0) {
			sign_make(small->key[i].secret, bytes, signature);
			return OK;
		}
	return fault_set(fault, ERR_NOT_FOUND, 0, 0, "no such key");
}

static inline enum err small_checkpoint(void *self, struct span origin, uint64_t size,
	const uint8_t root[HASH_SIZE], int64_t time_ms, struct buf *note, struct fault *fault)
{
	struct small_ledger *small = self;
	if (small->sign_answer)
		return fault_set(fault, small->sign_answer, 0, 0, "the double does not sign");
	if (size < small->floor)
		return fault_set(fault, ERR_REFUSED, 0, 0, "below the floor");
	small->floor = size;
	small->checkpoints++;
	uint8_t memory[512];
	struct buf body;
	struct checkpoint checkpoint = {.origin = origin, .size = size};
	struct note_key log, cosign;
	struct signer log_signer = signer_local(small->key[SMALL_LOG].secret);
	struct signer cosign_signer = signer_local(small->key[SMALL_COSIGN].secret);
	memcpy(checkpoint.root, root, HASH_SIZE);
	buf_over(&body, memory, sizeof memory);
	checkpoint_print(&checkpoint, &body);
	enum err err =
		note_key_make(origin, NOTE_ED25519, small->key[SMALL_LOG].public, &log, fault);
	if (!err)
		err = note_key_make(span_text(SMALL_MEMBER), NOTE_COSIGNATURE,
			small->key[SMALL_COSIGN].public, &cosign, fault);
	buf_put(note, buf_span(&body));
	buf_put_text(note, "\n");
	if (!err)
		err = note_sign(&log, buf_span(&body), 0, &log_signer, note, fault);
	if (!err)
		err = note_sign(&cosign, buf_span(&body), (uint64_t)time_ms / 1000, &cosign_signer,
			note, fault);
	return err;
}

/* ---- statements ---- */

/* One signed statement of a key; a negative sequence takes the key's next. */
static inline bool small_statement_at(struct small_ledger *small, enum small_key by, unsigned kind,
	const char *word, struct span body, int64_t sequence, struct buf *out)
{
	struct small_signing_key *key = &small->key[by];
	struct signer signer = signer_local(key->secret);
	struct statement statement = {.kind = (uint16_t)kind,
		.sequence = sequence < 0 ? key->sequence++ : (uint64_t)sequence,
		.not_after_ms = small->now_ms + SMALL_HOUR,
		.body = body};
	statement.envelope.type = SIGNED_STATEMENT;
	statement.envelope.kid = span_of(key->kid, KID_SIZE);
	statement.envelope.issuer = span_text(SMALL_MEMBER);
	statement.envelope.subject = span_text(word);
	statement.envelope.origin = span_of(small->origin, small->origin_size);
	struct fault fault = {0};
	enum err err = statement_encode(&statement, &signer, out, &fault);
	if (err)
		printf("# statement: %s %s\n", err_name(err), fault.text);
	return err == OK;
}

static inline void small_put_body(struct buf *body, const char *name, const char *value)
{
	cbor_put_map(body, 2);
	cbor_put_uint(body, 1);
	cbor_put_bytes(body, span_text(name));
	cbor_put_uint(body, 2);
	cbor_put_bytes(body, span_text(value));
}

static inline bool small_put_statement(struct small_ledger *small, enum small_key by,
	const char *name, const char *value, int64_t sequence, struct buf *out)
{
	uint8_t memory[512];
	struct buf body;
	buf_over(&body, memory, sizeof memory);
	small_put_body(&body, name, value);
	return small_statement_at(small, by, SMALL_PUT, "put", buf_span(&body), sequence, out);
}

static inline bool small_key_statement(
	struct small_ledger *small, enum small_key which, enum key_purpose purpose, struct buf *out)
{
	uint8_t memory[256];
	struct buf body;
	struct key_body key = {.purpose = purpose};
	memcpy(key.public, small->key[which].public, SIGN_PUBLIC);
	if (purpose == KEY_STATION) {
		key.has_until = true;
		key.until_ms = small->now_ms + 1000 * SMALL_HOUR;
		key.has_site = true;
		memset(key.site, 0x51, UNIT_ID_SIZE);
	} else {
		key.has_appliance = true;
		memset(key.appliance, 0xa1, UNIT_ID_SIZE);
	}
	buf_over(&body, memory, sizeof memory);
	key_body_encode(&key, &body);
	return small_statement_at(small, SMALL_ROOT, KIND_KEY, "key", buf_span(&body), -1, out);
}

static inline bool small_site_statement(struct small_ledger *small, struct buf *out)
{
	uint8_t memory[256];
	struct buf body;
	struct site_body site = {.level = 1, .from_ms = SMALL_TIME};
	memset(site.site, 0x51, UNIT_ID_SIZE);
	buf_over(&body, memory, sizeof memory);
	site_body_encode(&site, &body);
	return small_statement_at(
		small, SMALL_APPLIANCE, KIND_SITE, "site", buf_span(&body), -1, out);
}

static inline bool small_genesis(struct small_ledger *small, struct buf *out)
{
	uint8_t *memory = malloc(65536);
	struct genesis *genesis = calloc(1, sizeof *genesis);
	struct buf body;
	buf_over(&body, memory, 65536);
	genesis->chosen = span_text("trial.example");
	genesis->zone = span_text("Europe/London");
	genesis->member_count = 1;
	genesis->member[0].name = span_text(SMALL_MEMBER);
	memcpy(genesis->member[0].root, small->key[SMALL_ROOT].public, SIGN_PUBLIC);
	genesis->voter_count = 1;
	genesis->voter[0] = span_text(SMALL_MEMBER);
	genesis->recovery_k = 1;
	genesis->recovery_count = 1;
	memcpy(genesis->recovery[0], small->key[SMALL_ROOT].public, SIGN_PUBLIC);
	genesis->rules_version = 1;
	genesis->time_ms = SMALL_TIME;
	genesis_encode(genesis, &body);
	small->origin_size = strlen("trial.example");
	memcpy(small->origin, "trial.example", small->origin_size);
	bool right = small_statement_at(
		small, SMALL_ROOT, KIND_GENESIS, "genesis", buf_span(&body), -1, out);
	uint8_t entry[ENTRY_SIZE];
	char origin[ORIGIN_SIZE_MAX + 1];
	statement_entry(buf_span(out), entry);
	members_origin_make(span_text("trial.example"), entry, origin);
	small->origin_size = strlen(origin);
	memcpy(small->origin, origin, small->origin_size);
	free(genesis);
	free(memory);
	return right;
}

/* ---- stepping ---- */

/* Checks and steps whole statements; answers holds count. */
static inline enum err small_step(struct small_ledger *small, struct node *node,
	const struct span *bytes, size_t count, bool wants_signed, struct answer *answers,
	struct fault *fault)
{
	struct checked *checked = calloc(count, sizeof *checked);
	struct node_item *items = calloc(count, sizeof *items);
	enum err err = OK;
	size_t used = 0;
	for (size_t i = 0; i < count && !err; i++) {
		struct outcome outcome;
		err = check_statement(node_table(node), NULL,
			span_of(small->origin, small->origin_size), bytes[i], &checked[i], &outcome,
			fault);
		if (!err && outcome.code != OUTCOME_ACCEPTED) {
			printf("# statement %zu refused at the first look: %u\n", i, outcome.code);
			err = ERR_REFUSED;
		}
		items[used++] =
			(struct node_item){.checked = &checked[i], .wants_signed = wants_signed};
	}
	if (!err)
		err = node_step(node, items, used, answers, fault);
	free(checked);
	free(items);
	return err;
}

static inline void small_folder_remove(const char *folder)
{
	char path[512];
	DIR *dir = opendir(folder);
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		(void)unlink(path);
	}
	if (dir)
		(void)closedir(dir);
	(void)rmdir(folder);
}

static inline bool small_file_copy(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
	bool right = in && out;
	char block[65536];
	for (size_t size; right && (size = fread(block, 1, sizeof block, in)) > 0;)
		right = fwrite(block, 1, size, out) == size;
	if (in)
		(void)fclose(in);
	if (out)
		right = fclose(out) == 0 && right;
	return right;
}

/* Keys, clock and folder; no ledger yet. */
static inline bool small_prepare(struct small_ledger *small)
{
	memset(small, 0, sizeof *small);
	if (crypto_start())
		return false;
	for (size_t i = 0; i < SMALL_KEYS; i++) {
		uint8_t seed[SIGN_SEED];
		memset(seed, (int)i + 1, sizeof seed);
		sign_keys(seed, small->key[i].public, small->key[i].secret);
		cose_kid(small->key[i].public, small->key[i].kid);
	}
	small->now_ms = SMALL_TIME + 1000;
	small->env = (struct env){.self = small,
		.now_ms = small_now,
		.steady_us = small_steady,
		.random = small_random};
	small->app = (struct app){.self = small, .apply = small_apply};
	(void)snprintf(small->folder, sizeof small->folder, P_tmpdir "/assay-test-XXXXXX");
	if (!mkdtemp(small->folder))
		return false;
	small->options = (struct node_options){.folder = small->folder,
		.env = &small->env,
		.app = &small->app,
		.signer = {.self = small, .sign = small_sign, .checkpoint = small_checkpoint},
		.member = SMALL_MEMBER};
	memcpy(small->options.kid, small->key[SMALL_APPLIANCE].kid, KID_SIZE);
	return true;
}

static inline bool small_register(struct small_ledger *small, struct node *node)
{
	static const struct {
		enum small_key key;
		enum key_purpose purpose;
	} keys[] = {
		{SMALL_APPLIANCE, KEY_APPLIANCE}, {SMALL_LOG, KEY_LOG}, {SMALL_COSIGN, KEY_COSIGN}};
	struct buf out[5];
	struct span bytes[5];
	struct answer *answers = calloc(5, sizeof *answers);
	struct fault fault = {0};
	bool right = true;
	for (size_t i = 0; i < 5; i++)
		buf_init(&out[i], STATEMENT_SIZE_MAX);
	for (size_t i = 0; i < 3; i++)
		right = right && small_key_statement(small, keys[i].key, keys[i].purpose, &out[i]);
	right = right && small_site_statement(small, &out[3]) &&
		small_key_statement(small, SMALL_STATION, KEY_STATION, &out[4]);
	for (size_t i = 0; i < 5; i++)
		bytes[i] = buf_span(&out[i]);
	enum err err = small_step(small, node, bytes, 5, false, answers, &fault);
	if (err)
		printf("# register: %s %s\n", err_name(err), fault.text);
	right = right && !err;
	for (size_t i = 0; i < 5 && right; i++)
		if (answers[i].outcome.code) {
			printf("# register %zu: code %u\n", i, answers[i].outcome.code);
			right = false;
		}
	for (size_t i = 0; i < 5; i++)
		buf_close(&out[i]);
	free(answers);
	return right;
}

/* A ledger with genesis, and height 1 with keys, a site and a station, in the prepared folder. */
static inline struct node *small_start(struct small_ledger *small)
{
	struct node *node = NULL;
	struct fault fault = {0};
	struct buf genesis;
	buf_init(&genesis, STATEMENT_SIZE_MAX);
	bool right = small_genesis(small, &genesis);
	enum err err =
		right ? node_create(&small->options, buf_span(&genesis), &fault) : ERR_FORMAT;
	if (!err)
		err = node_open(&node, &small->options, &fault);
	buf_close(&genesis);
	if (err) {
		printf("# open: %s %s\n", err_name(err), fault.text);
		return NULL;
	}
	if (!small_register(small, node)) {
		node_free(node);
		return NULL;
	}
	return node;
}

static inline struct node *small_open(struct small_ledger *small)
{
	return small_prepare(small) ? small_start(small) : NULL;
}

static inline void small_close(struct small_ledger *small, struct node *node)
{
	node_free(node);
	small_folder_remove(small->folder);
}

/* Steps one put by the appliance key; the answer's fault text is printed when storage fails. */
static inline enum err small_put_one(struct small_ledger *small, struct node *node,
	const char *name, const char *value, struct answer *answer)
{
	struct buf out;
	buf_init(&out, STATEMENT_SIZE_MAX);
	enum err err = small_put_statement(small, SMALL_APPLIANCE, name, value, -1, &out)
			       ? OK
			       : ERR_FORMAT;
	struct span bytes = buf_span(&out);
	if (!err)
		err = small_step(small, node, &bytes, 1, false, answer, NULL);
	buf_close(&out);
	return err;
}

#endif
