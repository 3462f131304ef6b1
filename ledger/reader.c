#include "ledger/reader.h"

#include "ledger/members/members.h"
#include "ledger/proof/tile.h"
#include "ledger/reader_parts.h"
#include "ledger/store/outcomes.h"
#include "ledger/store/stored_tiles.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define ENTRIES_MAX 65536

enum err reader_open(
	struct reader **out, const char *folder, const struct env *env, struct fault *fault)
{
	char path[FOLDER_PATH_SIZE];
	struct reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return fault_set(fault, ERR_MEMORY, 0, 0, "reader: out of memory");
	reader->env = *env;
	buf_init(&reader->origin, ORIGIN_SIZE_MAX);
	ledger_batch_init(&reader->batch);
	(void)snprintf(reader->folder, sizeof reader->folder, "%s", folder);
	enum err err = folder_path(folder, FOLDER_LEDGER, path, fault);
	if (!err)
		err = ledger_db_open(&reader->ledger, path, env->vfs, LEDGER_DB_READ, fault);
	if (!err)
		err = folder_path(folder, FOLDER_STATE, path, fault);
	if (!err)
		err = state_open(&reader->state, path, env->vfs, STATE_READ, fault);
	if (!err)
		err = ledger_db_fact(reader->ledger, "origin", &reader->origin, fault);
	if (err)
		reader_free(reader);
	else
		*out = reader;
	return err;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	if (reader->is_inside)
		reader_end(reader);
	entries_free(reader->entries);
	state_free(reader->state);
	ledger_db_free(reader->ledger);
	ledger_batch_close(&reader->batch);
	buf_close(&reader->origin);
	free(reader);
}

struct span reader_origin(const struct reader *reader)
{
	return buf_span(&reader->origin);
}

static void moment_end(struct reader *reader)
{
	ledger_db_end_read(reader->ledger);
	state_end_read(reader->state);
}

/* state.db first: it is never ahead, so ledger.db's later moment holds all that it reflects. */
static enum err moment_begin(struct reader *reader, struct fault *fault)
{
	enum err err = state_begin_read(reader->state, fault);
	if (err)
		return err;
	err = ledger_db_begin_read(reader->ledger, fault);
	if (err)
		state_end_read(reader->state);
	return err;
}

enum err reader_enter(struct reader *reader, bool *own, struct fault *fault)
{
	*own = !reader->is_inside;
	return *own ? moment_begin(reader, fault) : OK;
}

void reader_leave(struct reader *reader, bool own)
{
	if (own)
		moment_end(reader);
}

static enum err describe(struct reader *reader, struct snapshot *snapshot, struct fault *fault)
{
	struct state_place place;
	struct ledger_applied applied;
	struct ledger_checkpoint checkpoint;
	enum err err = state_place(reader->state, &place, fault);
	if (!err && place.is_empty)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"the ledger has not been started yet: state.db is empty");
	if (!err)
		err = ledger_db_applied(reader->ledger, place.height, &applied, fault);
	if (err)
		return err;
	*snapshot = (struct snapshot){.table = state_table(reader->state),
		.height = place.height,
		.applied_size = place.size,
		.time_ms = applied.time_ms,
		.age_ms = -1};
	memcpy(snapshot->root, applied.root, HASH_SIZE);
	memcpy(snapshot->digest, place.digest, HASH_SIZE);
	err = ledger_db_checkpoint(reader->ledger, UINT64_MAX, &checkpoint, NULL, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	snapshot->final_size = checkpoint.size < place.size ? checkpoint.size : place.size;
	snapshot->cosigned_ms = checkpoint.time_ms;
	int64_t age = env_now_ms(&reader->env) - checkpoint.time_ms;
	snapshot->age_ms = age > 0 ? age : 0;
	return OK;
}

enum err reader_begin(struct reader *reader, struct snapshot *snapshot, struct fault *fault)
{
	assert(!reader->is_inside);
	enum err err = moment_begin(reader, fault);
	if (err)
		return err;
	err = describe(reader, snapshot, fault);
	if (err)
		moment_end(reader);
	else
		reader->is_inside = true;
	return err;
}

void reader_end(struct reader *reader)
{
	assert(reader->is_inside);
	moment_end(reader);
	reader->is_inside = false;
}

enum err reader_locate(struct reader *reader, uint64_t position, size_t *index, struct fault *fault)
{
	enum err err = ledger_db_batch_of(reader->ledger, position, &reader->batch, fault);
	return err ? err
		   : ledger_batch_place(&reader->batch, position, reader->outcomes, index, fault);
}

enum err reader_recorded(
	struct reader *reader, uint64_t position, struct recorded *recorded, struct fault *fault)
{
	size_t index;
	bool own;
	enum err err = reader_enter(reader, &own, fault);
	if (err)
		return err;
	err = reader_locate(reader, position, &index, fault);
	if (!err) {
		*recorded = (struct recorded){.position = position,
			.height = reader->batch.applied.height,
			.index = (uint32_t)index,
			.time_ms = reader->batch.applied.time_ms,
			.outcome = reader->outcomes[index]};
		memcpy(recorded->entry, ledger_batch_entry(&reader->batch, index), ENTRY_SIZE);
	}
	reader_leave(reader, own);
	return err;
}

enum err reader_statement(
	struct reader *reader, uint64_t position, struct buf *bytes, struct fault *fault)
{
	size_t index;
	bool own;
	enum err err = reader_enter(reader, &own, fault);
	if (err)
		return err;
	err = reader_locate(reader, position, &index, fault);
	if (!err)
		err = ledger_db_statement(
			reader->ledger, reader->batch.applied.height, index, bytes, fault);
	reader_leave(reader, own);
	return err;
}

enum err reader_find(struct reader *reader, const uint8_t kid[KID_SIZE], uint64_t sequence,
	uint64_t *position, struct fault *fault)
{
	uint8_t entry[ENTRY_SIZE];
	bool own;
	enum err err = reader_enter(reader, &own, fault);
	if (err)
		return err;
	err = members_sequence_find(
		state_table(reader->state), kid, sequence, entry, position, fault);
	if (err == ERR_NOT_FOUND)
		err = fault_set(fault, err, 0, 0, "no statement %llu of this key is in its window",
			(unsigned long long)sequence);
	reader_leave(reader, own);
	return err;
}

/* The index of an entry in the batch, whatever became of it; count if it is not there. */
static size_t index_of(const struct ledger_batch *batch, const uint8_t entry[ENTRY_SIZE])
{
	size_t i = 0;
	while (i < batch->count && memcmp(ledger_batch_entry(batch, i), entry, ENTRY_SIZE) != 0)
		i++;
	return i;
}

static enum err load_outcomes(struct reader *reader, uint64_t height, struct fault *fault)
{
	enum err err = ledger_db_batch(reader->ledger, height, &reader->batch, fault);
	if (!err && (reader->batch.count > LEDGER_BATCH_MAX ||
			    outcomes_take(buf_span(&reader->batch.outcomes), reader->outcomes,
				    reader->batch.count, NULL)))
		err = fault_set(fault, ERR_CORRUPT, 0, 0,
			"the outcomes of batch %llu are damaged; run audit",
			(unsigned long long)height);
	return err;
}

enum err reader_outcome(struct reader *reader, uint64_t height, const uint8_t entry[ENTRY_SIZE],
	struct outcome *outcome, struct fault *fault)
{
	enum err err = load_outcomes(reader, height, fault);
	if (err)
		return err;
	size_t index = index_of(&reader->batch, entry);
	if (index == reader->batch.count)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0, "batch %llu has no such entry",
			(unsigned long long)height);
	*outcome = reader->outcomes[index];
	return OK;
}

/* Puts the accepted entries of the loaded batch from position on, at most count of them. */
static size_t put_entries(
	struct reader *reader, uint64_t position, size_t count, struct buf *entries, bool framed)
{
	uint64_t leaf = reader->batch.applied.first;
	size_t done = 0;
	for (size_t i = 0; i < reader->batch.count && done < count; i++) {
		if (reader->outcomes[i].code != OUTCOME_ACCEPTED || leaf++ < position)
			continue;
		struct span entry = span_of(ledger_batch_entry(&reader->batch, i), ENTRY_SIZE);
		if (framed)
			bundle_put(entries, entry);
		else
			buf_put(entries, entry);
		done++;
	}
	return done;
}

static enum err entries_of(struct reader *reader, uint64_t first, size_t count, bool framed,
	struct buf *entries, struct fault *fault)
{
	size_t index;
	if (!count)
		return OK;
	enum err err = reader_locate(reader, first, &index, fault);
	while (!err) {
		size_t done = put_entries(reader, first, count, entries, framed);
		first += done;
		count -= done;
		if (!count)
			break;
		if (!done)
			return fault_set(fault, ERR_CORRUPT, (size_t)first, 0,
				"position %llu: the log does not hold it; run audit",
				(unsigned long long)first);
		err = load_outcomes(reader, reader->batch.applied.height + 1, fault);
	}
	if (!err && entries->err)
		err = fault_set(fault, entries->err, 0, 0, "no room for the entries");
	return err;
}

enum err reader_entries(struct reader *reader, uint64_t first, size_t count, struct buf *entries,
	struct fault *fault)
{
	bool own;
	if (count > ENTRIES_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "at most %d entries at once", ENTRIES_MAX);
	enum err err = reader_enter(reader, &own, fault);
	if (err)
		return err;
	err = entries_of(reader, first, count, false, entries, fault);
	reader_leave(reader, own);
	return err;
}

/* ---- positions by entry ---- */

/* What entries.db says; nothing when it is not there, or is damaged: then why says so. */
static void ask_entries(struct reader *reader, const uint8_t entry[ENTRY_SIZE],
	struct candidates *found, uint64_t *covered, struct fault *why)
{
	char path[FOLDER_PATH_SIZE];
	*found = (struct candidates){0};
	*covered = 0;
	if (!reader->entries &&
		(folder_path(reader->folder, FOLDER_ENTRIES, path, NULL) ||
			entries_open(&reader->entries, path, reader->env.vfs, ENTRIES_READ, why)))
		return;
	if (entries_find(reader->entries, entry, found, covered, why)) {
		*found = (struct candidates){0};
		*covered = 0;
	}
}

/* The candidate whose entry it is. */
static enum err try_candidates(struct reader *reader, const uint8_t entry[ENTRY_SIZE],
	const struct candidates *found, uint64_t *position, struct fault *fault)
{
	for (size_t i = 0; i < found->count; i++) {
		size_t index;
		enum err err = reader_locate(reader, found->position[i], &index, fault);
		if (err && err != ERR_NOT_FOUND)
			return err;
		if (err || memcmp(ledger_batch_entry(&reader->batch, index), entry, ENTRY_SIZE))
			continue;
		*position = found->position[i];
		return OK;
	}
	return ERR_NOT_FOUND;
}

/* The leaves from covered on, or the newest READER_TAIL of them. */
static enum err try_tail(struct reader *reader, const uint8_t entry[ENTRY_SIZE], uint64_t covered,
	uint64_t *position, struct fault *fault)
{
	struct ledger_applied head;
	struct buf entries;
	enum err err = ledger_db_head(reader->ledger, &head, fault);
	if (err)
		return err;
	bool is_cut = head.size > covered + READER_TAIL;
	uint64_t first = is_cut ? head.size - READER_TAIL : covered;
	size_t count = head.size > first ? (size_t)(head.size - first) : 0;
	buf_init(&entries, (size_t)READER_TAIL * ENTRY_SIZE);
	err = entries_of(reader, first, count, false, &entries, fault);
	size_t i = 0;
	while (!err && i < count && memcmp(entries.at + i * ENTRY_SIZE, entry, ENTRY_SIZE) != 0)
		i++;
	buf_close(&entries);
	if (err)
		return err;
	if (i < count) {
		*position = first + i;
		return OK;
	}
	return is_cut ? fault_set(fault, ERR_UNSURE, 0, 0,
				"the entries are being sorted in the background: ask again, or by "
				"position")
		      : fault_set(fault, ERR_NOT_FOUND, 0, 0, "no leaf has this entry");
}

enum err reader_find_entry(struct reader *reader, const uint8_t entry[ENTRY_SIZE],
	uint64_t *position, struct fault *fault)
{
	struct candidates found;
	uint64_t covered;
	bool own;
	struct fault why = {0};
	ask_entries(reader, entry, &found, &covered, &why); /* before the moment, which is later */
	enum err err = reader_enter(reader, &own, fault);
	if (err)
		return err;
	err = try_candidates(reader, entry, &found, position, fault);
	if (err == ERR_NOT_FOUND)
		err = try_tail(reader, entry, covered, position, fault);
	reader_leave(reader, own);
	if (err == ERR_UNSURE && why.err == ERR_CORRUPT)
		err = fault_set(fault, ERR_CORRUPT, 0, 0,
			"%s/" FOLDER_ENTRIES " is damaged: stop the appliance and remove it, it is "
			"then made again",
			reader->folder);
	return err;
}

static enum err tile_bytes(struct reader *reader, const struct tile *tile, uint64_t final_size,
	struct buf *bytes, struct fault *fault)
{
	struct span hashes;
	unsigned width = tile_width(tile->level, tile->index, final_size);
	if (width < tile->width)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"the tree of %llu leaves has no such tile yet",
			(unsigned long long)final_size);
	if (tile->is_entries)
		return entries_of(
			reader, tile->index * TILE_HASHES, tile->width, true, bytes, fault);
	enum err err = ledger_db_tile(reader->ledger, tile->level, tile->index, &hashes, fault);
	if (!err && hashes.size < (size_t)tile->width * HASH_SIZE)
		err = fault_set(fault, ERR_CORRUPT, 0, 0, "a stored tile is too short; run audit");
	if (!err)
		buf_put(bytes, span_cut(hashes, 0, (size_t)tile->width * HASH_SIZE));
	return err;
}

enum err reader_resource(
	struct reader *reader, struct span path, struct buf *bytes, struct fault *fault)
{
	struct tile tile;
	struct ledger_checkpoint checkpoint;
	bool own;
	if (span_is(path, "/checkpoint"))
		return reader_checkpoint(reader, bytes, fault);
	enum err err = tile_path_parse(path, &tile, fault);
	if (!err)
		err = reader_enter(reader, &own, fault);
	if (err)
		return err;
	err = ledger_db_checkpoint(reader->ledger, UINT64_MAX, &checkpoint, NULL, fault);
	if (!err)
		err = tile_bytes(reader, &tile, checkpoint.size, bytes, fault);
	reader_leave(reader, own);
	return err;
}

enum err reader_checkpoint(struct reader *reader, struct buf *note, struct fault *fault)
{
	struct ledger_checkpoint checkpoint;
	return ledger_db_checkpoint(reader->ledger, UINT64_MAX, &checkpoint, note, fault);
}
