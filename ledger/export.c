#include "ledger/export.h"

#include "ledger/export_folder.h"
#include "ledger/folder.h"
#include "ledger/proof/cbor.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/note.h"
#include "ledger/proof/statement.h"
#include "ledger/store/ledger_db.h"

#include <stdio.h>
#include <stdlib.h>

#define BUNDLE_ROOM  (TILE_HASHES * (STATEMENT_SIZE_MAX + 16))
#define REFUSED_ROOM ((size_t)LEDGER_BATCH_MAX * (STATEMENT_SIZE_MAX + 128))

static const char readme[] =
	"A verifiable ledger, exported as files.\n\n"
	"checkpoint             signed note: size and root of the tree (c2sp.org/tlog-checkpoint)\n"
	"tile/L/N[.p/W]         the Merkle tree, 256 hashes a file (c2sp.org/tlog-tiles)\n"
	"tile/entries/N[.p/W]   entries, each behind its size in 2 bytes: SHA-256 of a statement\n"
	"statements/N[.p/W]     the statements, 256 a file: a CBOR sequence (RFC 8742) of\n"
	"                       COSE_Sign1 messages (RFC 9052). The first is signed by a root key\n"
	"                       that it names, later ones by keys that earlier ones register\n"
	"checkpoints/N[.p/W]    all signed notes of sizes 256 * N + 1 up to 256 * N + 256: a CBOR\n"
	"                       sequence of text strings\n"
	"refused/N[.p/W]        what was ordered and refused by the rules, a CBOR sequence of\n"
	"                       [height, index, entry, [code, alert, element, a, b], bytes]\n\n"
	"N in groups of three digits, all but the last with an x: 1234067 is x001/x234/067.\n"
	"`.p/W` are files at the right edge with W instead of 256 items. A leaf's hash is\n"
	"SHA-256(0x00, entry), a node's SHA-256(0x01, left, right): RFC 6962.\n";

struct exporting {
	const struct export_options *options;
	struct export_report *report;
	struct ledger_db *ledger;
	struct ledger_batch batch;
	struct outcome outcomes[LEDGER_BATCH_MAX];
	uint64_t bundle; /* index of the one that is being filled */
	uint64_t leaf; /* next one */
	struct buf entries, statements, checkpoints, refused;
	struct buf bytes; /* one statement, or one note */
	struct buf note; /* the newest, as of one moment: it may be cosigned again meanwhile */
};

static enum err damaged(
	struct exporting *exporting, uint64_t position, const char *what, struct fault *fault)
{
	return fault_set(fault, ERR_CORRUPT, (size_t)position, 0,
		"%s: position %llu: %s; run audit", ledger_db_path(exporting->ledger),
		(unsigned long long)position, what);
}

static enum err write_part(struct exporting *exporting, enum export_kind kind, struct buf *content,
	unsigned width, struct fault *fault)
{
	char path[TILE_PATH_SIZE];
	if (content->err)
		return fault_set(fault, content->err, 0, 0, "no memory for the files of an export");
	if (!content->size)
		return OK;
	export_path(kind, 0, exporting->bundle, width, path);
	enum err err = export_write(exporting->options->to, path, buf_span(content), fault);
	buf_reset(content);
	return err;
}

/* The four files of a bundle, full or at the right edge. */
static enum err write_bundle(struct exporting *exporting, struct fault *fault)
{
	unsigned width = (unsigned)(exporting->leaf - exporting->bundle * TILE_HASHES);
	enum err err = write_part(exporting, EXPORT_ENTRIES, &exporting->entries, width, fault);
	if (!err)
		err = write_part(
			exporting, EXPORT_STATEMENTS, &exporting->statements, width, fault);
	if (!err)
		err = write_part(
			exporting, EXPORT_CHECKPOINTS, &exporting->checkpoints, width, fault);
	if (!err)
		err = write_part(exporting, EXPORT_REFUSED, &exporting->refused, width, fault);
	exporting->bundle++;
	if (exporting->options->progress)
		exporting->options->progress(exporting->options->progress_self, exporting->leaf,
			exporting->report->size);
	return err;
}

/* Bytes of a statement in exporting->bytes; evidence may have none. */
static enum err load_statement(
	struct exporting *exporting, size_t index, uint64_t position, struct fault *fault)
{
	uint8_t entry[ENTRY_SIZE];
	buf_reset(&exporting->bytes);
	enum err err = ledger_db_statement(exporting->ledger, exporting->batch.applied.height,
		index, &exporting->bytes, fault);
	if (err)
		return err;
	statement_entry(buf_span(&exporting->bytes), entry);
	if (memcmp(entry, ledger_batch_entry(&exporting->batch, index), ENTRY_SIZE) != 0)
		return damaged(exporting, position,
			"the statement's bytes have not the hash that was ordered", fault);
	return OK;
}

static enum err put_refused(struct exporting *exporting, size_t index, struct fault *fault)
{
	const struct outcome *outcome = &exporting->outcomes[index];
	struct buf *to = &exporting->refused;
	struct fault why;
	cbor_put_array(to, 5);
	cbor_put_uint(to, exporting->batch.applied.height);
	cbor_put_uint(to, index);
	cbor_put_bytes(to, span_of(ledger_batch_entry(&exporting->batch, index), ENTRY_SIZE));
	cbor_put_array(to, 5);
	cbor_put_uint(to, outcome->code);
	cbor_put_uint(to, outcome->alert);
	cbor_put_uint(to, outcome->element);
	cbor_put_int(to, outcome->a);
	cbor_put_int(to, outcome->b);
	enum err err = load_statement(exporting, index, exporting->leaf, &why);
	if (err == ERR_NOT_FOUND)
		cbor_put_null(to);
	else if (!err)
		cbor_put_bytes(to, buf_span(&exporting->bytes));
	else if (fault)
		*fault = why;
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err put_leaf(struct exporting *exporting, size_t index, struct fault *fault)
{
	enum err err = load_statement(exporting, index, exporting->leaf, fault);
	if (err)
		return err;
	bundle_put(&exporting->entries,
		span_of(ledger_batch_entry(&exporting->batch, index), ENTRY_SIZE));
	buf_put(&exporting->statements, buf_span(&exporting->bytes));
	exporting->leaf++;
	return OK;
}

/* The note signed for the tree as it stands, if there is one. */
static enum err put_checkpoint(struct exporting *exporting, struct fault *fault)
{
	struct ledger_checkpoint row;
	struct fault why;
	if (exporting->leaf == exporting->report->size) {
		cbor_put_text(&exporting->checkpoints, buf_span(&exporting->note));
		return OK;
	}
	buf_reset(&exporting->bytes);
	enum err err = ledger_db_checkpoint(
		exporting->ledger, exporting->leaf, &row, &exporting->bytes, &why);
	if (!err && row.size == exporting->leaf)
		cbor_put_text(&exporting->checkpoints, buf_span(&exporting->bytes));
	if (err && err != ERR_NOT_FOUND && fault)
		*fault = why;
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err put_batch(struct exporting *exporting, uint64_t from, struct fault *fault)
{
	const struct ledger_applied *applied = &exporting->batch.applied;
	size_t index = 0;
	enum err err = ledger_batch_place(
		&exporting->batch, applied->first, exporting->outcomes, &index, fault);
	uint64_t leaf = applied->first;
	for (size_t i = 0; !err && applied->first >= from && i < exporting->batch.count; i++)
		if (exporting->outcomes[i].code != OUTCOME_ACCEPTED)
			err = put_refused(exporting, i, fault);
	for (size_t i = 0; !err && i < exporting->batch.count; i++) {
		if (exporting->outcomes[i].code != OUTCOME_ACCEPTED || leaf++ < from)
			continue;
		err = put_leaf(exporting, i, fault);
		if (!err && exporting->leaf == applied->size)
			err = put_checkpoint(exporting, fault);
		if (!err && exporting->leaf % TILE_HASHES == 0)
			err = write_bundle(exporting, fault);
	}
	return err;
}

static enum err put_all(struct exporting *exporting, struct fault *fault)
{
	uint64_t size = exporting->report->size;
	uint64_t from = exporting->report->before / TILE_HASHES * TILE_HASHES;
	exporting->leaf = from;
	exporting->bundle = from / TILE_HASHES;
	if (from == size)
		return OK;
	enum err err = ledger_db_batch_of(exporting->ledger, from, &exporting->batch, fault);
	while (!err) {
		uint64_t height = exporting->batch.applied.height;
		err = put_batch(exporting, from, fault);
		if (err || exporting->leaf >= size)
			break;
		err = ledger_db_batch(exporting->ledger, height + 1, &exporting->batch, fault);
	}
	if (!err && exporting->leaf != size)
		err = damaged(exporting, size - 1, "the checkpoint ends within a batch", fault);
	if (!err && size % TILE_HASHES)
		err = write_bundle(exporting, fault);
	return err;
}

/* ---- tiles ---- */

static enum err read_tile(
	void *self, unsigned level, uint64_t index, unsigned width, struct span *hashes)
{
	struct span stored;
	enum err err = ledger_db_tile(self, level, index, &stored, NULL);
	if (err)
		return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
	if (stored.size < (size_t)width * HASH_SIZE)
		return ERR_CORRUPT;
	*hashes = span_cut(stored, 0, (size_t)width * HASH_SIZE);
	return OK;
}

/* The root that the stored tiles give at a size. */
static enum err root_at(
	struct exporting *exporting, uint64_t size, uint8_t root[HASH_SIZE], struct fault *fault)
{
	struct tile_reader tiles = {.self = exporting->ledger, .read = read_tile};
	struct tree_source source = tile_source(&tiles);
	struct tree tree;
	tree_init(&tree);
	enum err err = tree_load(&tree, size, &source, fault);
	if (!err)
		tree_root(&tree, root);
	return err ? damaged(exporting, size, "the tiles cannot be read", fault) : OK;
}

static enum err put_tiles(struct exporting *exporting, struct fault *fault)
{
	uint64_t size = exporting->report->size, before = exporting->report->before;
	enum err err = OK;
	for (unsigned level = 0; !err && level < TILE_LEVELS; level++) {
		uint64_t index = before >> (8 * level) >> 8;
		unsigned width;
		for (; !err && (width = tile_width(level, index, size)) > 0; index++) {
			char path[TILE_PATH_SIZE];
			struct span hashes;
			if (read_tile(exporting->ledger, level, index, width, &hashes))
				return damaged(exporting, index << (8 * level) << 8,
					"its tile is missing or too short", fault);
			export_path(EXPORT_TILE, level, index, width, path);
			err = export_write(exporting->options->to, path, hashes, fault);
		}
	}
	return err;
}

/* Partial files of the former checkpoint for which wider ones stand now. */
static void remove_former(const struct exporting *exporting)
{
	uint64_t before = exporting->report->before;
	char path[TILE_PATH_SIZE];
	if (before == exporting->report->size)
		return;
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		uint64_t index = before >> (8 * level) >> 8;
		unsigned width = tile_width(level, index, before);
		if (!width || width == tile_width(level, index, exporting->report->size))
			continue;
		export_path(EXPORT_TILE, level, index, width, path);
		export_remove(exporting->options->to, path);
		for (enum export_kind kind = EXPORT_ENTRIES; !level && kind <= EXPORT_REFUSED;
			kind++) {
			export_path(kind, 0, index, width, path);
			export_remove(exporting->options->to, path);
		}
	}
}

/* ---- the whole ---- */

static enum err take_note(struct span text, struct checkpoint *checkpoint, struct fault *fault)
{
	struct note note;
	enum err err = note_parse(text, &note, fault);
	return err ? err : checkpoint_parse(note.body, checkpoint, fault);
}

/* What is in the folder already must be a beginning of this. */
static enum err compare_former(struct exporting *exporting, struct fault *fault)
{
	struct checkpoint former;
	struct export_report *report = exporting->report;
	uint8_t root[HASH_SIZE];
	struct buf text;
	struct fault why;
	buf_init(&text, NOTE_SIZE_MAX + 4096);
	enum err err = export_read(exporting->options->to, EXPORT_CHECKPOINT, &text, &why);
	if (!err)
		err = take_note(buf_span(&text), &former, &why);
	if (!err && (!span_is(former.origin, report->origin) || former.size > report->size))
		err = ERR_EXISTS;
	if (!err)
		err = root_at(exporting, former.size, root, &why);
	if (!err && memcmp(root, former.root, HASH_SIZE) != 0)
		err = ERR_EXISTS;
	if (!err)
		report->before = former.size;
	if (err == ERR_EXISTS)
		err = fault_set(&why, err, 0, 0,
			"%.150s holds an export of another ledger, or of a longer history of this "
			"one; it is left alone",
			exporting->options->to);
	buf_close(&text);
	if (err && err != ERR_NOT_FOUND && fault)
		*fault = why;
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err run(struct exporting *exporting, struct fault *fault)
{
	struct buf *note = &exporting->note;
	struct export_report *report = exporting->report;
	struct ledger_checkpoint row;
	struct checkpoint checkpoint = {0};
	uint8_t root[HASH_SIZE];
	enum err err = ledger_db_checkpoint(exporting->ledger, UINT64_MAX, &row, note, fault);
	if (!err && take_note(buf_span(note), &checkpoint, NULL))
		err = damaged(exporting, row.size, "its checkpoint is no signed note", fault);
	if (err)
		return err;
	report->size = checkpoint.size;
	memcpy(report->root, checkpoint.root, HASH_SIZE);
	(void)snprintf(report->origin, sizeof report->origin, "%.*s", (int)checkpoint.origin.size,
		(const char *)checkpoint.origin.at);
	err = root_at(exporting, checkpoint.size, root, fault);
	if (!err && memcmp(root, checkpoint.root, HASH_SIZE) != 0)
		err = damaged(exporting, row.size, "the tiles lead to another root", fault);
	if (!err)
		err = compare_former(exporting, fault);
	if (!err)
		err = put_all(exporting, fault);
	if (!err)
		err = put_tiles(exporting, fault);
	if (!err)
		err = export_write(exporting->options->to, "/README", span_text(readme), fault);
	if (!err)
		err = export_seal(exporting->options->to, EXPORT_CHECKPOINT, buf_span(note), fault);
	if (!err)
		remove_former(exporting);
	return err;
}

enum err export_ledger(
	const struct export_options *options, struct export_report *report, struct fault *fault)
{
	char path[FOLDER_PATH_SIZE];
	struct exporting *exporting = calloc(1, sizeof *exporting);
	if (!exporting)
		return fault_set(fault, ERR_MEMORY, 0, 0, "export: out of memory");
	*report = (struct export_report){0};
	exporting->options = options;
	exporting->report = report;
	ledger_batch_init(&exporting->batch);
	buf_init(&exporting->entries, TILE_HASHES * TILE_ENTRY_SIZE);
	buf_init(&exporting->statements, BUNDLE_ROOM);
	buf_init(&exporting->checkpoints, TILE_HASHES * (NOTE_SIZE_MAX + 16));
	buf_init(&exporting->refused, REFUSED_ROOM);
	buf_init(&exporting->bytes, STATEMENT_SIZE_MAX);
	buf_init(&exporting->note, NOTE_SIZE_MAX);
	enum err err = folder_path(options->folder, FOLDER_LEDGER, path, fault);
	if (!err)
		err = ledger_db_open(
			&exporting->ledger, path, options->env->vfs, LEDGER_DB_READ, fault);
	if (!err)
		err = run(exporting, fault);
	ledger_db_free(exporting->ledger);
	ledger_batch_close(&exporting->batch);
	buf_close(&exporting->entries);
	buf_close(&exporting->statements);
	buf_close(&exporting->checkpoints);
	buf_close(&exporting->refused);
	buf_close(&exporting->bytes);
	buf_close(&exporting->note);
	free(exporting);
	return err;
}
