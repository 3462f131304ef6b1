#include "ledger/audit_verifier.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define GROUP_ITEMS 64
#define GROUP_SIZE  ((size_t)256 << 10) /* bytes after which a group goes */

struct item {
	bool is_note;
	enum signed_type type;
	size_t at, size; /* in the group's bytes */
	uint64_t position, height;
	uint8_t public[SIGN_PUBLIC];
	const struct audit_keys *keys;
	struct ledger_checkpoint row;
};

/* Items go in groups, so that threads meet seldom. */
struct group {
	uint64_t number;
	size_t count;
	struct item item[GROUP_ITEMS];
	struct buf bytes;
};

/* Groups stand in a ring: [done, given) are with the threads, taken is the next for one. */
struct audit_verifier {
	pthread_mutex_t lock;
	pthread_cond_t is_work, is_done;
	size_t ring;
	struct group *group;
	bool *is_free;
	uint64_t given, taken;
	size_t under_way;
	bool is_ending;
	unsigned thread_count;
	pthread_t thread[AUDIT_THREADS_MAX];
	struct group *filling; /* the walk's, not given yet */
	_Atomic bool has_failed;
	uint64_t wrong_group;
	struct audit_wrong wrong;
	uint64_t lines;
};

enum audit_note audit_note_judge(const struct audit_keys *keys, const struct ledger_checkpoint *row,
	const struct note *note, size_t *lines, char *why)
{
	size_t logs = 0;
	uint64_t newest_s = 0;
	*lines = 0;
	for (size_t i = 0; i < keys->count; i++) {
		const struct note_key *key = &keys->key[i];
		uint64_t time_s = 0;
		enum err err = note_verify_key(note, key, &time_s, NULL);
		if (err == ERR_KEY)
			continue;
		if (err) {
			(void)snprintf(why, FAULT_TEXT_SIZE,
				"the checkpoint of size %llu: a signature of %.*s does not verify",
				(unsigned long long)row->size, (int)key->name.size,
				(const char *)key->name.at);
			return AUDIT_NOTE_WRONG;
		}
		(*lines)++;
		logs += key->type == NOTE_ED25519;
		newest_s = time_s > newest_s ? time_s : newest_s;
	}
	if (*lines != note->count || !logs) {
		(void)snprintf(why, FAULT_TEXT_SIZE,
			"the checkpoint of size %llu has %zu signatures, %zu of known keys, %zu of "
			"the log",
			(unsigned long long)row->size, note->count, *lines, logs);
		return AUDIT_NOTE_UNKNOWN;
	}
	if (newest_s && newest_s != (uint64_t)row->time_ms / 1000) {
		(void)snprintf(why, FAULT_TEXT_SIZE,
			"the checkpoint of size %llu: its row's time is not its cosignature's",
			(unsigned long long)row->size);
		return AUDIT_NOTE_WRONG;
	}
	return AUDIT_NOTE_RIGHT;
}

/* ---- the threads ---- */

static void judge_statement(const struct item *item, struct span bytes, struct audit_wrong *wrong)
{
	struct statement statement;
	if (!statement_decode(bytes, item->type, &statement, NULL) &&
		!statement_verify(&statement, item->public, NULL))
		return;
	wrong->what = AUDIT_SIGNATURE;
	(void)snprintf(wrong->why, sizeof wrong->why, "the %s's signature does not verify",
		item->type == SIGNED_SEAL ? "seal" : "statement");
}

static void judge_note(
	const struct item *item, struct span text, struct audit_wrong *wrong, uint64_t *lines)
{
	struct note note;
	size_t count = 0;
	enum audit_note judged = AUDIT_NOTE_WRONG;
	(void)snprintf(wrong->why, sizeof wrong->why, "the checkpoint is no signed note");
	if (!note_parse(text, &note, NULL))
		judged = audit_note_judge(item->keys, &item->row, &note, &count, wrong->why);
	if (judged != AUDIT_NOTE_RIGHT)
		wrong->what = AUDIT_CHECKPOINT;
	*lines += count;
}

/* The first wrong one of a group, and how many lines its notes had. */
static void judge_group(const struct group *group, struct audit_wrong *wrong, uint64_t *lines)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct item *item = &group->item[i];
		struct span bytes =
			span_cut(buf_span(&group->bytes), item->at, item->at + item->size);
		if (item->is_note)
			judge_note(item, bytes, wrong, lines);
		else
			judge_statement(item, bytes, wrong);
		if (wrong->what == AUDIT_NOTHING)
			continue;
		wrong->position = item->position;
		wrong->height = item->height;
		return;
	}
}

static void note_result(struct audit_verifier *verifier, struct group *group,
	const struct audit_wrong *wrong, uint64_t lines)
{
	bool is_first =
		!atomic_load(&verifier->has_failed) || group->number < verifier->wrong_group;
	verifier->lines += lines;
	if (wrong->what != AUDIT_NOTHING && is_first) {
		verifier->wrong = *wrong;
		verifier->wrong_group = group->number;
		atomic_store(&verifier->has_failed, true);
	}
	group->count = 0;
	buf_reset(&group->bytes);
	verifier->is_free[group - verifier->group] = true;
	verifier->under_way--;
	(void)pthread_cond_signal(&verifier->is_done);
}

static void *verifier_run(void *self)
{
	struct audit_verifier *verifier = self;
	(void)pthread_mutex_lock(&verifier->lock);
	for (;;) {
		while (verifier->taken == verifier->given && !verifier->is_ending)
			(void)pthread_cond_wait(&verifier->is_work, &verifier->lock);
		if (verifier->taken == verifier->given)
			break;
		struct group *group = &verifier->group[verifier->taken++ % verifier->ring];
		(void)pthread_mutex_unlock(&verifier->lock);
		struct audit_wrong wrong = {0};
		uint64_t lines = 0;
		judge_group(group, &wrong, &lines);
		(void)pthread_mutex_lock(&verifier->lock);
		note_result(verifier, group, &wrong, lines);
	}
	(void)pthread_mutex_unlock(&verifier->lock);
	return NULL;
}

/* ---- the walk's side ---- */

static void give(struct audit_verifier *verifier)
{
	if (!verifier->filling || !verifier->filling->count)
		return;
	(void)pthread_mutex_lock(&verifier->lock);
	verifier->given++;
	verifier->under_way++;
	(void)pthread_cond_signal(&verifier->is_work);
	(void)pthread_mutex_unlock(&verifier->lock);
	verifier->filling = NULL;
}

/* The group that is being filled; waits until the ring has room for one. */
static struct group *room(struct audit_verifier *verifier)
{
	if (verifier->filling)
		return verifier->filling;
	size_t index = (size_t)(verifier->given % verifier->ring);
	(void)pthread_mutex_lock(&verifier->lock);
	while (!verifier->is_free[index])
		(void)pthread_cond_wait(&verifier->is_done, &verifier->lock);
	verifier->is_free[index] = false;
	(void)pthread_mutex_unlock(&verifier->lock);
	verifier->filling = &verifier->group[index];
	verifier->filling->number = verifier->given;
	return verifier->filling;
}

static enum err put(struct audit_verifier *verifier, const struct item *item, struct span bytes,
	struct fault *fault)
{
	struct group *group = room(verifier);
	struct item *slot = &group->item[group->count];
	*slot = *item;
	slot->at = group->bytes.size;
	slot->size = bytes.size;
	buf_put(&group->bytes, bytes);
	if (group->bytes.err)
		return fault_set(fault, group->bytes.err, 0, 0, "audit: out of memory");
	group->count++;
	if (group->count == GROUP_ITEMS || group->bytes.size >= GROUP_SIZE)
		give(verifier);
	return OK;
}

enum err audit_verify_statement(struct audit_verifier *verifier, struct span bytes,
	enum signed_type type, const uint8_t public[SIGN_PUBLIC], uint64_t position,
	uint64_t height, struct fault *fault)
{
	struct item item = {.type = type, .position = position, .height = height};
	memcpy(item.public, public, SIGN_PUBLIC);
	return put(verifier, &item, bytes, fault);
}

enum err audit_verify_note(struct audit_verifier *verifier, struct span text,
	const struct audit_keys *keys, const struct ledger_checkpoint *row, struct fault *fault)
{
	struct item item = {.is_note = true,
		.keys = keys,
		.row = *row,
		.position = row->size - 1,
		.height = row->height};
	return put(verifier, &item, text, fault);
}

bool audit_verifier_has_failed(struct audit_verifier *verifier)
{
	return atomic_load(&verifier->has_failed);
}

bool audit_verifier_settle(
	struct audit_verifier *verifier, struct audit_wrong *wrong, uint64_t *lines)
{
	give(verifier);
	(void)pthread_mutex_lock(&verifier->lock);
	while (verifier->under_way)
		(void)pthread_cond_wait(&verifier->is_done, &verifier->lock);
	bool has_failed = atomic_load(&verifier->has_failed);
	if (has_failed)
		*wrong = verifier->wrong;
	*lines = verifier->lines;
	(void)pthread_mutex_unlock(&verifier->lock);
	return has_failed;
}

static unsigned threads_wanted(unsigned threads)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	if (!threads)
		threads = cores > 0 ? (unsigned)cores : 1;
	return threads < AUDIT_THREADS_MAX ? threads : AUDIT_THREADS_MAX;
}

enum err audit_verifier_open(struct audit_verifier **out, unsigned threads, struct fault *fault)
{
	struct audit_verifier *verifier = calloc(1, sizeof *verifier);
	if (!verifier)
		return fault_set(fault, ERR_MEMORY, 0, 0, "audit: out of memory");
	unsigned wanted = threads_wanted(threads);
	(void)pthread_mutex_init(&verifier->lock, NULL);
	(void)pthread_cond_init(&verifier->is_work, NULL);
	(void)pthread_cond_init(&verifier->is_done, NULL);
	verifier->ring = (size_t)wanted * 3;
	verifier->group = calloc(verifier->ring, sizeof *verifier->group);
	verifier->is_free = calloc(verifier->ring, sizeof *verifier->is_free);
	bool right = verifier->group && verifier->is_free;
	for (size_t i = 0; right && i < verifier->ring; i++) {
		verifier->is_free[i] = true;
		buf_init(
			&verifier->group[i].bytes, GROUP_SIZE + STATEMENT_SIZE_MAX + NOTE_SIZE_MAX);
	}
	while (right && verifier->thread_count < wanted) {
		right = pthread_create(&verifier->thread[verifier->thread_count], NULL,
				verifier_run, verifier) == 0;
		verifier->thread_count += right;
	}
	if (!right) {
		audit_verifier_free(verifier);
		return fault_set(fault, ERR_MEMORY, 0, 0, "audit: no memory for its threads");
	}
	*out = verifier;
	return OK;
}

void audit_verifier_free(struct audit_verifier *verifier)
{
	if (!verifier)
		return;
	(void)pthread_mutex_lock(&verifier->lock);
	verifier->is_ending = true;
	(void)pthread_cond_broadcast(&verifier->is_work);
	(void)pthread_mutex_unlock(&verifier->lock);
	for (unsigned i = 0; i < verifier->thread_count; i++)
		(void)pthread_join(verifier->thread[i], NULL);
	for (size_t i = 0; verifier->group && i < verifier->ring; i++)
		buf_close(&verifier->group[i].bytes);
	free(verifier->group);
	free(verifier->is_free);
	(void)pthread_cond_destroy(&verifier->is_work);
	(void)pthread_cond_destroy(&verifier->is_done);
	(void)pthread_mutex_destroy(&verifier->lock);
	free(verifier);
}
