#include "ledger/node_parts.h"

#include "ledger/apply.h"
#include "ledger/recover.h"
#include "ledger/store/stored_tiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FACT_ORIGIN   "origin"
#define SEAL_SIZE_MAX ((size_t)2048)
#define NOTE_ROOM_MAX ((size_t)128 << 10)

void node_place_set(struct node *node, const struct ledger_applied *applied)
{
	node->place.height = applied->height;
	node->place.size = applied->size;
	node->place.time_ms = applied->time_ms;
	memcpy(node->place.root, applied->root, HASH_SIZE);
	memcpy(node->place.digest, applied->digest, HASH_SIZE);
}

enum err node_stand(struct node *node, enum err err, struct fault *fault)
{
	struct ledger_applied head;
	(void)fault;
	if (ledger_db_head(node->ledger, &head, NULL) != OK || head.height != node->place.height ||
		head.size != node->place.size)
		node->is_broken = true;
	return err;
}

static enum err load_edge(struct node *node, struct fault *fault)
{
	struct stored_tiles tiles = {.ledger = node->ledger};
	struct tile_reader reader = {.self = &tiles, .read = stored_tiles_read};
	uint8_t root[HASH_SIZE];
	enum err err = edge_load(&node->edge, node->place.size, &reader, fault);
	if (err)
		return stored_tiles_fault(&tiles, err, fault);
	tree_root(&node->edge.tree, root);
	if (memcmp(root, node->place.root, HASH_SIZE) != 0)
		return fault_set(fault, ERR_CORRUPT, (size_t)node->place.size, 0,
			"%s: the tiles do not lead to the root at position %llu; run audit and "
			"restore from a copy",
			ledger_db_path(node->ledger), (unsigned long long)node->place.size);
	return OK;
}

/* What was signed before is final; a floor above the ledger means that this disk is an old copy. */
static enum err load_checkpoint(struct node *node, struct fault *fault)
{
	struct ledger_checkpoint checkpoint;
	enum err err = ledger_db_checkpoint(node->ledger, UINT64_MAX, &checkpoint, NULL, fault);
	if (!err)
		node->place.final_size = checkpoint.size;
	else if (err != ERR_NOT_FOUND)
		return err;
	err = node_sign_checkpoint(node, fault);
	return err == ERR_REFUSED ? err : OK;
}

static enum err open_files(
	struct node *node, const struct node_options *options, struct fault *fault)
{
	char path[FOLDER_PATH_SIZE];
	enum err err = folder_lock(options->folder, &node->lock, fault);
	if (!err)
		err = folder_path(options->folder, FOLDER_LEDGER "-wal", node->wal_path, fault);
	if (!err)
		err = folder_path(options->folder, FOLDER_LEDGER, path, fault);
	if (!err)
		err = ledger_db_open(&node->ledger, path, node->env->vfs, LEDGER_DB_WRITE, fault);
	/* Before state.db is made: a ledger that was begun can only be gone on with without one. */
	if (!err)
		err = ledger_db_fact(node->ledger, FACT_ORIGIN, &node->origin, fault);
	if (err == ERR_NOT_FOUND && node->ledger)
		return fault_set(fault, err, 0, 0,
			"%s: it has no genesis, for making it was cut off; make the ledger again",
			path);
	if (!err)
		err = folder_path(options->folder, FOLDER_STATE, path, fault);
	if (!err)
		err = state_open(&node->state, path, node->env->vfs, STATE_WRITE, fault);
	return err;
}

/* After a sync that failed, a system shows what was written without ever writing it: what the WAL
 * holds at a start is put into the file, and waited for, before anything is built upon it. Where
 * there is no room for that it stays as it was. */
static enum err settle_wal(struct node *node, struct fault *fault)
{
	struct fault why;
	enum err err = ledger_db_wal(node->ledger, NULL, &why);
	if (err && err != ERR_FULL && fault)
		*fault = why;
	return err == ERR_FULL ? OK : err;
}

static enum err start(struct node *node, const struct node_options *options, struct fault *fault)
{
	struct ledger_applied head;
	uint8_t genesis[ENTRY_SIZE];
	int64_t time_ms;
	enum err err = open_files(node, options, fault);
	if (!err)
		err = settle_wal(node, fault);
	if (err)
		return err;
	struct recovery recovery = {.ledger = node->ledger,
		.state = node->state,
		.app = node->app,
		.origin = buf_span(&node->origin),
		.progress = options->progress,
		.progress_self = options->progress_self};
	err = recover(&recovery, fault);
	if (!err)
		err = ledger_db_head(node->ledger, &head, fault);
	if (err)
		return err;
	node_place_set(node, &head);
	err = load_edge(node, fault);
	if (!err)
		err = members_genesis(
			state_table(node->state), genesis, &time_ms, &node->rules_version, fault);
	if (!err)
		err = single_open(&node->single, node->ledger, fault);
	if (err)
		return err;
	node->order = single_order(node->single);
	return load_checkpoint(node, fault);
}

static struct node *node_new(const struct node_options *options)
{
	struct node *node = calloc(1, sizeof *node);
	if (!node)
		return NULL;
	node->env_copy = *options->env;
	node->env = &node->env_copy;
	node->app = options->app;
	node->signer = options->signer;
	node->is_wal_elsewhere = options->is_wal_elsewhere;
	node->lock = -1;
	memcpy(node->kid, options->kid, KID_SIZE);
	(void)snprintf(node->member, sizeof node->member, "%s", options->member);
	buf_init(&node->origin, ORIGIN_SIZE_MAX);
	buf_init(&node->seal, SEAL_SIZE_MAX);
	buf_init(&node->note, NOTE_ROOM_MAX);
	return node;
}

enum err node_open(struct node **out, const struct node_options *options, struct fault *fault)
{
	struct node *node = node_new(options);
	if (!node)
		return fault_set(fault, ERR_MEMORY, 0, 0, "ledger: out of memory");
	enum err err = start(node, options, fault);
	if (err)
		node_free(node);
	else
		*out = node;
	return err;
}

void node_free(struct node *node)
{
	if (!node)
		return;
	single_free(node->single);
	state_free(node->state);
	ledger_db_free(node->ledger);
	folder_unlock(node->lock);
	buf_close(&node->origin);
	buf_close(&node->seal);
	buf_close(&node->note);
	free(node);
}

/* Height 0 in a ledger.db that was just made. */
static enum err settle_genesis(struct node *node, struct span bytes, int64_t time_ms,
	const uint8_t digest[HASH_SIZE], struct fault *fault)
{
	uint8_t entry[ENTRY_SIZE];
	struct outcome outcome = {0};
	struct order_item item = {.entry = entry, .bytes = bytes};
	struct order_batch batch = {.time_ms = time_ms, .count = 1, .items = &item};
	struct order_result result = {
		.applied = {.time_ms = time_ms}, .outcomes = &outcome, .edge = &node->edge};
	statement_entry(bytes, entry);
	memcpy(result.applied.digest, digest, HASH_SIZE);
	edge_init(&node->edge);
	enum err err = single_open(&node->single, node->ledger, fault);
	if (err)
		return err;
	struct order order = single_order(node->single);
	err = order.propose(order.self, &batch, fault);
	if (!err)
		err = ledger_db_put_fact(node->ledger, FACT_ORIGIN, buf_span(&node->origin), fault);
	if (!err)
		err = order.settle(order.self, &result, fault);
	return err;
}

/* Genesis is judged in a state.db that is thrown away: the first start makes the real one. */
static enum err try_genesis(struct node *node, struct span bytes, int64_t *time_ms,
	uint8_t digest[HASH_SIZE], struct fault *fault)
{
	struct state *state;
	char origin[ORIGIN_SIZE_MAX + 1];
	enum err err = state_open(&state, "", NULL, STATE_TEMPORARY, fault);
	if (err)
		return err;
	err = state_begin(state, fault);
	if (!err)
		err = genesis_origin(bytes, origin, fault);
	if (!err)
		err = apply_founding(node->app, state_table(state), bytes, time_ms, fault);
	if (!err) {
		buf_put_text(&node->origin, origin);
		state_fold(state, digest);
	}
	state_free(state);
	return err;
}

/* A ledger.db without genesis is what a crash in here leaves: it is gone on with. */
static enum err must_be_empty(struct node *node, const char *state_path, struct fault *fault)
{
	struct ledger_applied head;
	enum err err = ledger_db_head(node->ledger, &head, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (!err || access(state_path, F_OK) == 0)
		return fault_set(fault, ERR_EXISTS, 0, 0,
			"%s: there is a ledger already; choose another folder",
			ledger_db_path(node->ledger));
	return OK;
}

static enum err create(struct node *node, const struct node_options *options, struct span genesis,
	struct fault *fault)
{
	char path[FOLDER_PATH_SIZE], state_path[FOLDER_PATH_SIZE];
	uint8_t digest[HASH_SIZE];
	int64_t time_ms = 0;
	enum err err = folder_lock(options->folder, &node->lock, fault);
	if (!err)
		err = try_genesis(node, genesis, &time_ms, digest, fault);
	if (!err)
		err = folder_path(options->folder, FOLDER_LEDGER, path, fault);
	if (!err)
		err = folder_path(options->folder, FOLDER_STATE, state_path, fault);
	if (!err)
		err = ledger_db_open(&node->ledger, path, node->env->vfs, LEDGER_DB_CREATE, fault);
	if (!err)
		err = must_be_empty(node, state_path, fault);
	if (!err)
		err = settle_genesis(node, genesis, time_ms, digest, fault);
	return err;
}

enum err node_create(const struct node_options *options, struct span genesis, struct fault *fault)
{
	struct node *node = node_new(options);
	if (!node)
		return fault_set(fault, ERR_MEMORY, 0, 0, "ledger: out of memory");
	enum err err = create(node, options, genesis, fault);
	node_free(node);
	return err;
}

bool node_is_broken(const struct node *node)
{
	return node->is_broken;
}

void node_place(const struct node *node, struct node_place *place)
{
	*place = node->place;
}

struct span node_origin(const struct node *node)
{
	return buf_span(&node->origin);
}

const struct table *node_table(const struct node *node)
{
	return state_table(node->state);
}
