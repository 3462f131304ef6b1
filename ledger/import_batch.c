#include "ledger/import_parts.h"

#include "ledger/proof/cbor.h"
#include "ledger/seal.h"
#include "ledger/store/outcomes.h"

#define KEEP_EVERY     4096 /* leaves a transaction */
#define OUTCOME_FIELDS 5
#define REFUSED_FIELDS 5

/* ---- refused ones ---- */

struct refused {
	size_t index;
	struct span entry;
	struct outcome outcome;
	struct span bytes; /* of evidence, else size 0 */
};

static bool take_refused(struct cbor *cbor, struct refused *refused)
{
	if (cbor_array(cbor, REFUSED_FIELDS) != REFUSED_FIELDS)
		return false;
	(void)cbor_uint(cbor); /* height: it was looked at */
	refused->index = (size_t)cbor_uint_max(cbor, LEDGER_BATCH_MAX - 1);
	refused->entry = cbor_bytes_of(cbor, ENTRY_SIZE);
	if (cbor_array(cbor, OUTCOME_FIELDS) != OUTCOME_FIELDS)
		return false;
	refused->outcome.code = (uint16_t)cbor_uint_max(cbor, UINT16_MAX);
	refused->outcome.alert = (uint16_t)cbor_uint_max(cbor, UINT16_MAX);
	refused->outcome.element = (uint32_t)cbor_uint_max(cbor, UINT32_MAX);
	refused->outcome.a = cbor_int(cbor);
	refused->outcome.b = cbor_int(cbor);
	refused->bytes = cbor_null(cbor) ? span_of(NULL, 0) : cbor_bytes(cbor);
	return !cbor->fault.err && refused->outcome.code != OUTCOME_ACCEPTED;
}

/* Bytes are kept of a sequence number that was used twice, and of nothing else. */
static bool is_kept_rightly(const struct refused *refused)
{
	uint8_t entry[ENTRY_SIZE];
	bool is_evidence = refused->outcome.code == OUTCOME_SEQUENCE_REUSED;
	if (!is_evidence || !refused->bytes.size)
		return is_evidence == (refused->bytes.size != 0);
	statement_entry(refused->bytes, entry);
	return memcmp(entry, refused->entry.at, ENTRY_SIZE) == 0;
}

/* ---- the batch as it was ordered: accepted and refused ones, each at its index ---- */

static enum err put_one(struct importing *importing, size_t index, const uint8_t *entry,
	const struct outcome *outcome, struct span bytes, struct fault *fault)
{
	importing->outcomes[index] = *outcome;
	buf_put(&importing->log, span_of(entry, ENTRY_SIZE));
	return bytes.size ? ledger_db_put_statement(
				    importing->ledger, importing->height, index, bytes, fault)
			  : OK;
}

/* Accepted ones up to (not including) index `to`. */
static enum err put_accepted(
	struct importing *importing, size_t *leaf, size_t to, struct fault *fault)
{
	enum err err = OK;
	for (size_t at = importing->log.size / ENTRY_SIZE;
		!err && at < to && *leaf < importing->count; at++, (*leaf)++)
		err = put_one(importing, at, importing->entry[*leaf], &importing->accepted[*leaf],
			span_cut(buf_span(&importing->bytes), importing->offset[*leaf],
				importing->offset[*leaf + 1]),
			fault);
	return err;
}

static enum err put_ordered(struct importing *importing, struct fault *fault)
{
	struct cbor cbor;
	size_t leaf = 0;
	enum err err = OK;
	bool right = importing->count + importing->refused_count <= LEDGER_BATCH_MAX;
	buf_reset(&importing->log);
	cbor_init(&cbor, buf_span(&importing->refused_items));
	for (size_t i = 0; right && !err && i < importing->refused_count; i++) {
		struct refused refused = {0};
		right = take_refused(&cbor, &refused) && is_kept_rightly(&refused) &&
			refused.index > 0;
		if (right)
			err = put_accepted(importing, &leaf, refused.index, fault);
		right = right && (err || importing->log.size == refused.index * ENTRY_SIZE);
		if (right && !err)
			err = put_one(importing, refused.index, refused.entry.at, &refused.outcome,
				refused.bytes, fault);
	}
	if (right && !err)
		err = put_accepted(importing, &leaf, LEDGER_BATCH_MAX, fault);
	if (err)
		return err;
	if (!right || importing->log.err)
		return import_wrong(importing, importing->refused.path, importing->first, fault,
			"what batch %llu refused is not well formed, or not in order",
			(unsigned long long)importing->height);
	return OK;
}

/* ---- applying ---- */

static enum err apply_one(
	struct importing *importing, const struct applied_in *in, size_t leaf, struct fault *fault)
{
	struct checked checked;
	struct outcome *outcome = &importing->accepted[leaf];
	struct span bytes = span_cut(
		buf_span(&importing->bytes), importing->offset[leaf], importing->offset[leaf + 1]);
	uint64_t position = importing->first + leaf;
	struct fault why = {0};
	enum err err = check_form(importing->final.origin, bytes, &checked, outcome, &why);
	/* Signatures are the audit's affair, at the end. */
	checked.is_verified = true;
	if (!err && outcome->code == OUTCOME_ACCEPTED)
		err = apply_statement(in, &checked, position, outcome, fault);
	if (err)
		return err;
	char text[FAULT_TEXT_SIZE / 2];
	outcome_print(outcome, text, sizeof text);
	if (outcome->code != OUTCOME_ACCEPTED)
		return import_wrong(importing, importing->statements.path, position, fault,
			"the rules refuse what is in the tree: %s %.60s", text, why.text);
	return OK;
}

static enum err found(struct importing *importing, const struct applied_in *in, struct fault *fault)
{
	char origin[ORIGIN_SIZE_MAX + 1];
	struct fault why;
	struct span bytes = buf_span(&importing->bytes);
	enum err err = genesis_origin(bytes, origin, &why);
	if (!err && !span_is(importing->final.origin, origin))
		return import_wrong(importing, EXPORT_CHECKPOINT, 0, fault,
			"its origin is not that of the genesis statement, %.120s", origin);
	if (!err)
		err = apply_founding(in->app, in->table, bytes, &importing->time_ms, &why);
	if (err == ERR_IO || err == ERR_FULL || err == ERR_MEMORY) {
		if (fault)
			*fault = why;
		return err;
	}
	return err ? import_wrong(importing, importing->statements.path, 0, fault,
			     "genesis: %.150s", why.text)
		   : OK;
}

static enum err apply_all(struct importing *importing, struct fault *fault)
{
	struct applied_in in = {.app = importing->options->app,
		.table = state_table(importing->state),
		.height = importing->height,
		.time_ms = importing->time_ms,
		.rules_version = importing->rules_version};
	enum err err = OK;
	importing->accepted[0] = (struct outcome){0};
	if (importing->height == 0)
		err = found(importing, &in, fault);
	for (size_t i = 1; !err && i < importing->count; i++)
		err = apply_one(importing, &in, i, fault);
	return err;
}

static enum err keep_batch(
	struct importing *importing, const struct ledger_applied *applied, struct fault *fault)
{
	enum err err = put_ordered(importing, fault);
	buf_reset(&importing->encoded);
	outcomes_put(importing->outcomes, importing->log.size / ENTRY_SIZE, &importing->encoded);
	if (!err && importing->encoded.err)
		err = fault_set(fault, importing->encoded.err, 0, 0, "import: no memory");
	if (!err)
		err = ledger_db_put_log(importing->ledger, importing->height, importing->term,
			importing->time_ms, buf_span(&importing->log), fault);
	if (!err)
		err = ledger_db_put_applied(
			importing->ledger, applied, buf_span(&importing->encoded), fault);
	return err;
}

/* All leaves of the batch are there: they are applied and stored. */
static enum err close_batch(struct importing *importing, struct fault *fault)
{
	struct ledger_applied applied = {.height = importing->height,
		.first = importing->first,
		.size = importing->edge.tree.size};
	enum err err = state_begin(importing->state, fault);
	if (err)
		return err;
	err = apply_all(importing, fault);
	if (err) {
		state_rollback(importing->state);
		return err;
	}
	state_fold(importing->state, importing->digest);
	err = state_commit(importing->state, applied.height, applied.size, fault);
	applied.time_ms = importing->time_ms;
	tree_root(&importing->edge.tree, applied.root);
	memcpy(applied.digest, importing->digest, HASH_SIZE);
	if (!err)
		err = keep_batch(importing, &applied, fault);
	if (!err && applied.size - importing->kept >= KEEP_EVERY) {
		err = ledger_db_commit(importing->ledger, fault);
		importing->is_open = false;
		if (!err)
			err = ledger_db_begin(importing->ledger, fault);
		importing->is_open = !err;
		importing->kept = applied.size;
	}
	return err;
}

/* ---- leaves ---- */

/* A seal says what everything before it has led to. */
static enum err open_batch(struct importing *importing, struct span bytes, struct fault *fault)
{
	struct statement statement;
	struct seal_body seal;
	struct seal_body known;
	uint64_t position = importing->edge.tree.size;
	const char *path = importing->statements.path;
	struct fault why;
	if (seal_take(bytes, &statement, &seal, &why))
		return import_wrong(importing, path, position, fault,
			"a seal should stand here: %.120s", why.text);
	known = seal;
	known.height = importing->height + 1;
	known.tree_size = position;
	tree_root(&importing->edge.tree, known.root);
	memcpy(known.digest, importing->digest, HASH_SIZE);
	enum err err = seal_tables(importing->state, &known, fault);
	if (err)
		return err;
	const char *what = seal_difference(&seal, &known);
	if (what)
		return import_wrong(importing, path, position, fault,
			"the seal's %s is not what the files before it lead to", what);
	importing->height = seal.height;
	importing->term = seal.term;
	importing->time_ms = seal.time_ms;
	importing->rules_version = seal.rules_version;
	importing->first = position;
	importing->count = 0;
	buf_reset(&importing->bytes);
	return import_refused(importing, fault);
}

static enum err compare_tile(struct importing *importing, unsigned level, uint64_t index,
	struct span hashes, struct fault *fault)
{
	char path[TILE_PATH_SIZE];
	uint64_t first = index << (8 * level) << 8;
	unsigned width = (unsigned)(hashes.size / HASH_SIZE);
	struct fault why;
	buf_reset(&importing->tile);
	enum err err = export_read_part(importing->options->from, EXPORT_TILE, level, index, width,
		path, &importing->tile, &why);
	if (err == ERR_NOT_FOUND)
		return import_wrong(importing, path, first, fault, "the file is missing");
	if (err && err != ERR_LIMIT) {
		if (fault)
			*fault = why;
		return err;
	}
	struct span read = buf_span(&importing->tile);
	for (unsigned i = 0; i < width; i++)
		if (!span_equal(span_cut(read, i * HASH_SIZE, (i + 1) * HASH_SIZE),
			    span_cut(hashes, i * HASH_SIZE, (i + 1) * HASH_SIZE)))
			return import_wrong(importing, path, first + ((uint64_t)i << (8 * level)),
				fault, "hash %u is not that of the entries", i);
	if (err || (read.size != hashes.size && read.size != TILE_SIZE))
		return import_wrong(importing, path, first, fault, "it has not %u hashes", width);
	return ledger_db_put_tile(importing->ledger, level, index, hashes, fault);
}

static enum err full_tile(
	void *self, unsigned level, uint64_t index, struct span hashes, struct fault *fault)
{
	return compare_tile(self, level, index, hashes, fault);
}

enum err import_leaf(struct importing *importing, const uint8_t entry[ENTRY_SIZE],
	struct span bytes, struct fault *fault)
{
	enum signed_type type = SIGNED_STATEMENT;
	struct edge_sink sink = {.self = importing, .full = full_tile};
	uint64_t position = importing->edge.tree.size;
	enum err err = OK;
	bool is_seal = position && !signed_type_of(bytes, &type, NULL) && type == SIGNED_SEAL;
	if (position == 1 || is_seal) {
		err = close_batch(importing, fault);
		if (!err)
			err = open_batch(importing, bytes, fault);
	} else if (position && importing->noted_size == position) {
		err = import_wrong(importing, importing->checkpoints.path, position - 1, fault,
			"the checkpoint of size %llu ends within a batch",
			(unsigned long long)position);
	}
	if (err)
		return err;
	if (importing->count == LEDGER_BATCH_MAX)
		return import_wrong(importing, importing->statements.path, position, fault,
			"batch %llu has more statements than a batch may",
			(unsigned long long)importing->height);
	importing->offset[importing->count] = importing->bytes.size;
	memcpy(importing->entry[importing->count++], entry, ENTRY_SIZE);
	buf_put(&importing->bytes, bytes);
	importing->offset[importing->count] = importing->bytes.size;
	if (importing->bytes.err)
		return import_wrong(importing, importing->statements.path, position, fault,
			"batch %llu is larger than a batch may be",
			(unsigned long long)importing->height);
	return edge_append(&importing->edge, entry, &sink, fault);
}

enum err import_end(struct importing *importing, struct fault *fault)
{
	unsigned level;
	uint64_t index;
	struct span hashes;
	enum err err = close_batch(importing, fault);
	while (!err && edge_take_partial(&importing->edge, &level, &index, &hashes))
		err = compare_tile(importing, level, index, hashes, fault);
	return err;
}
