#include "ledger/audit_parts.h"

#include "ledger/proof/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>

static enum err compare_tile(struct auditor *auditor, unsigned level, uint64_t index,
	struct span hashes, struct fault *fault)
{
	struct span stored;
	uint64_t position = index * TILE_HASHES << (8 * level);
	enum err err = ledger_db_tile(auditor->ledger, level, index, &stored, fault);
	if (err == ERR_NOT_FOUND)
		return audit_found(auditor, AUDIT_TILE, position,
			"tile %llu of level %u is missing", (unsigned long long)index, level);
	if (err)
		return err;
	auditor->tile_rows++;
	auditor->report->tiles++;
	for (size_t i = 0; i < hashes.size && i < stored.size; i += HASH_SIZE)
		if (memcmp(hashes.at + i, stored.at + i, HASH_SIZE) != 0)
			return audit_found(auditor, AUDIT_TILE,
				position + ((uint64_t)i / HASH_SIZE << (8 * level)),
				"tile %llu of level %u: hash %zu is not that of the leaves",
				(unsigned long long)index, level, i / HASH_SIZE);
	if (hashes.size != stored.size)
		return audit_found(auditor, AUDIT_TILE, position,
			"tile %llu of level %u has %zu hashes, not %zu", (unsigned long long)index,
			level, stored.size / HASH_SIZE, hashes.size / HASH_SIZE);
	return OK;
}

static enum err full_tile(
	void *self, unsigned level, uint64_t index, struct span hashes, struct fault *fault)
{
	return compare_tile(self, level, index, hashes, fault);
}

enum err audit_leaf(struct auditor *auditor, const uint8_t entry[ENTRY_SIZE], struct fault *fault)
{
	struct edge_sink sink = {.self = auditor, .full = full_tile};
	return edge_append(&auditor->edge, entry, &sink, fault);
}

enum err audit_edge(struct auditor *auditor, struct fault *fault)
{
	enum err err = OK;
	for (unsigned level = 0; !err && level < TILE_LEVELS; level++)
		if (auditor->edge.level[level].width)
			err = compare_tile(auditor, level, auditor->edge.level[level].index,
				span_of(auditor->edge.level[level].hash,
					(size_t)auditor->edge.level[level].width * HASH_SIZE),
				fault);
	return err;
}

/* ---- checkpoints ---- */

static enum err add_keys(struct auditor *auditor, struct audit_keys *keys,
	const struct member *member, enum key_purpose purpose, struct fault *fault)
{
	const struct table *table = state_table(auditor->state);
	struct party party = {.member_index = member->index};
	struct key_record key;
	struct key_walk walk;
	key_walk_init(&walk, &party, purpose);
	enum err err = key_walk_next(table, &walk, &key, fault);
	while (!err && keys->count < AUDIT_KEYS_MAX) {
		size_t at = keys->count;
		(void)snprintf(keys->name[at], sizeof keys->name[at], "%s", member->name);
		/* The log key's name is the origin, a cosigner's that of its member. */
		err = note_key_make(
			purpose == KEY_LOG ? buf_span(&auditor->origin) : span_text(keys->name[at]),
			purpose == KEY_LOG ? NOTE_ED25519 : NOTE_COSIGNATURE, key.public,
			&keys->key[at], fault);
		if (err)
			return err;
		keys->count++;
		err = key_walk_next(table, &walk, &key, fault);
	}
	if (!err)
		return fault_set(fault, ERR_LIMIT, 0, 0, "an audit knows at most %d log keys",
			AUDIT_KEYS_MAX);
	return err == ERR_NOT_FOUND ? OK : err;
}

/* A new set: notes that are under way are judged by the one of their time. */
static enum err load_keys(struct auditor *auditor, struct fault *fault)
{
	const struct table *table = state_table(auditor->state);
	uint16_t voters[BODY_VOTERS_MAX];
	size_t count = 0;
	if (!auditor->has_new_keys)
		return OK;
	struct audit_keys *keys = calloc(1, sizeof *keys);
	if (!keys)
		return fault_set(fault, ERR_MEMORY, 0, 0, "audit: out of memory");
	keys->before = auditor->keys;
	auditor->keys = keys;
	enum err err = members_voters(table, voters, &count, fault);
	for (size_t i = 0; !err && i < count; i++) {
		struct member member;
		err = member_at(table, voters[i], &member, fault);
		if (!err)
			err = add_keys(auditor, keys, &member, KEY_LOG, fault);
		if (!err)
			err = add_keys(auditor, keys, &member, KEY_COSIGN, fault);
	}
	auditor->has_new_keys = err != OK;
	return err;
}

static bool knows_both(const struct audit_keys *keys)
{
	bool log = false, cosigner = false;
	for (size_t i = 0; i < keys->count; i++) {
		log = log || keys->key[i].type == NOTE_ED25519;
		cosigner = cosigner || keys->key[i].type == NOTE_COSIGNATURE;
	}
	return log && cosigner;
}

/* A ledger's first notes are signed by keys that it registers further on: those wait until there
 * is one of each purpose. Only so many of them do. */
static bool is_early(
	struct auditor *auditor, const struct ledger_checkpoint *row, const struct note *note)
{
	char why[FAULT_TEXT_SIZE];
	size_t lines;
	if (auditor->early_count == AUDIT_EARLY_MAX || knows_both(auditor->keys) ||
		audit_note_judge(auditor->keys, row, note, &lines, why) != AUDIT_NOTE_UNKNOWN)
		return false;
	auditor->early[auditor->early_count++] = row->size;
	return true;
}

static enum err judge_text(struct auditor *auditor, const struct ledger_checkpoint *row,
	struct span text, struct fault *fault)
{
	struct note note;
	struct buf body;
	uint8_t memory[512];
	struct checkpoint checkpoint = {
		.origin = buf_span(&auditor->origin), .size = auditor->edge.tree.size};
	tree_root(&auditor->edge.tree, checkpoint.root);
	buf_over(&body, memory, sizeof memory);
	checkpoint_print(&checkpoint, &body);
	if (note_parse(text, &note, NULL) || !span_equal(note.body, buf_span(&body)))
		return audit_found(auditor, AUDIT_CHECKPOINT, row->size - 1,
			"the checkpoint of size %llu is not that of the tree",
			(unsigned long long)row->size);
	audit_chain_note(auditor, row->size, text);
	if (!auditor->verifies)
		return OK;
	enum err err = load_keys(auditor, fault);
	if (!err && is_early(auditor, row, &note))
		return OK;
	if (!err)
		err = audit_early(auditor, fault);
	return err ? err : audit_verify_note(auditor->verifier, text, auditor->keys, row, fault);
}

/* Their bodies were compared with the tree at their turn. */
enum err audit_early(struct auditor *auditor, struct fault *fault)
{
	enum err err = auditor->early_count ? load_keys(auditor, fault) : OK;
	for (size_t i = 0; !err && i < auditor->early_count; i++) {
		struct ledger_checkpoint row;
		struct buf text;
		buf_init(&text, NOTE_SIZE_MAX);
		err = ledger_db_checkpoint(auditor->ledger, auditor->early[i], &row, &text, fault);
		if (!err)
			err = audit_verify_note(
				auditor->verifier, buf_span(&text), auditor->keys, &row, fault);
		buf_close(&text);
	}
	if (!err)
		auditor->early_count = 0;
	return err;
}

enum err audit_checkpoint(struct auditor *auditor, struct fault *fault)
{
	struct ledger_checkpoint row;
	struct buf text;
	uint64_t size = auditor->edge.tree.size;
	buf_init(&text, NOTE_SIZE_MAX);
	enum err err = ledger_db_checkpoint(auditor->ledger, size, &row, &text, fault);
	if (err == ERR_NOT_FOUND || (!err && row.size != size)) {
		buf_close(&text);
		return OK;
	}
	if (!err && row.height != auditor->batch.applied.height)
		err = audit_found(auditor, AUDIT_CHECKPOINT, size - 1,
			"the checkpoint of size %llu: its row's height is wrong",
			(unsigned long long)size);
	if (!err)
		err = judge_text(auditor, &row, buf_span(&text), fault);
	if (!err) {
		auditor->checkpoint_rows++;
		auditor->report->checkpoints++;
	}
	buf_close(&text);
	return err;
}
