#include "ledger/import_parts.h"

#include "ledger/proof/cbor.h"
#include "ledger/proof/statement.h"

#define REFUSED_FIELDS 5

/* One file of a bundle; entries and statements must be there. */
static enum err load(struct importing *importing, enum export_kind kind, uint64_t index,
	unsigned width, struct import_file *file, struct fault *fault)
{
	struct fault why;
	bool is_needed = kind == EXPORT_ENTRIES || kind == EXPORT_STATEMENTS;
	buf_reset(&file->bytes);
	file->at = 0;
	file->count = 0;
	enum err err = export_read_part(
		importing->options->from, kind, 0, index, width, file->path, &file->bytes, &why);
	if (err == ERR_NOT_FOUND && !is_needed)
		return OK;
	if (err == ERR_NOT_FOUND)
		return import_wrong(
			importing, file->path, index * TILE_HASHES, fault, "the file is missing");
	if (err && fault)
		*fault = why;
	return err;
}

/* The next item of a CBOR sequence; size 0 at the end. */
static enum err next_item(struct importing *importing, struct import_file *file, uint64_t position,
	struct span *item, struct fault *fault)
{
	struct cbor cbor;
	struct span rest = span_cut(buf_span(&file->bytes), file->at, file->bytes.size);
	*item = span_of(NULL, 0);
	if (!rest.size)
		return OK;
	cbor_init(&cbor, rest);
	*item = cbor_item(&cbor);
	if (cbor.fault.err)
		return import_wrong(importing, file->path, position, fault,
			"item %zu, byte %zu: %.120s", file->count, file->at + cbor.fault.at,
			cbor.fault.text);
	file->at += item->size;
	file->count++;
	return OK;
}

static int64_t cosigned_ms(const struct note *note)
{
	uint64_t newest = 0;
	for (size_t i = 0; i < note->count; i++) {
		uint8_t raw[4 + COSIGNATURE_SIZE + 1];
		size_t size = 0;
		uint64_t time_s = 0;
		if (base64_parse(note->signature[i].base64, false, raw, sizeof raw, &size, NULL) ||
			size != 4 + COSIGNATURE_SIZE)
			continue;
		for (unsigned at = 4; at < 12; at++)
			time_s = time_s << 8 | raw[at];
		newest = time_s > newest && time_s < INT64_MAX / 1000 ? time_s : newest;
	}
	return (int64_t)newest * 1000;
}

/* A note that the log signed when the tree had this size: its signatures are judged by the audit
 * at the end. */
static enum err keep_note(
	struct importing *importing, struct span text, const char *path, struct fault *fault)
{
	struct note note;
	struct checkpoint checkpoint;
	uint8_t root[HASH_SIZE];
	uint64_t size = importing->edge.tree.size;
	tree_root(&importing->edge.tree, root);
	struct fault why;
	if (note_parse(text, &note, &why) || checkpoint_parse(note.body, &checkpoint, &why))
		return import_wrong(
			importing, path, size - 1, fault, "no signed checkpoint: %.120s", why.text);
	if (checkpoint.size != size || memcmp(checkpoint.root, root, HASH_SIZE) != 0)
		return import_wrong(importing, path, size - 1, fault,
			"the checkpoint of size %llu has another root than the entries",
			(unsigned long long)checkpoint.size);
	importing->noted_size = size;
	struct ledger_checkpoint row = {
		.size = size, .height = importing->height, .time_ms = cosigned_ms(&note)};
	return ledger_db_add_checkpoint(importing->ledger, &row, text, fault);
}

/* The size that a note is for; 0 when it is none. */
static uint64_t note_size(struct span text)
{
	struct note note;
	struct checkpoint checkpoint;
	if (note_parse(text, &note, NULL) || checkpoint_parse(note.body, &checkpoint, NULL))
		return 0;
	return checkpoint.size;
}

/* The notes of the bundle stand in order of size: the next one, when its turn has come. */
static enum err keep_notes(struct importing *importing, struct fault *fault)
{
	struct import_file *file = &importing->checkpoints;
	uint64_t size = importing->edge.tree.size;
	if (file->at == file->bytes.size)
		return OK;
	struct import_file before = *file;
	struct span item;
	struct cbor cbor;
	enum err err = next_item(importing, file, size - 1, &item, fault);
	if (err)
		return err;
	cbor_init(&cbor, item);
	struct span text = cbor_text(&cbor);
	if (cbor_end(&cbor, NULL))
		return import_wrong(importing, file->path, size - 1, fault,
			"item %zu is no text string", file->count - 1);
	if (note_size(text) > size) {
		file->at = before.at;
		file->count = before.count;
		return OK;
	}
	return keep_note(importing, text, file->path, fault);
}

/* The newest note may have been signed again since it went into the bundle: that one stands. */
static enum err keep_final(struct importing *importing, struct fault *fault)
{
	if (importing->edge.tree.size != importing->final.size)
		return OK;
	return keep_note(importing, buf_span(&importing->note), EXPORT_CHECKPOINT, fault);
}

static enum err read_leaf(struct importing *importing, size_t *at, struct fault *fault)
{
	struct span entry, bytes;
	struct fault why = {0};
	uint8_t hash[ENTRY_SIZE];
	uint64_t position = importing->edge.tree.size;
	const char *path = importing->statements.path;
	if (!bundle_next(buf_span(&importing->entries.bytes), at, &entry, &why) ||
		entry.size != ENTRY_SIZE)
		return import_wrong(importing, importing->entries.path, position, fault,
			"byte %zu: no entry of %d bytes", *at, ENTRY_SIZE);
	enum err err = next_item(importing, &importing->statements, position, &bytes, fault);
	if (err)
		return err;
	if (!bytes.size || bytes.size > STATEMENT_SIZE_MAX)
		return import_wrong(importing, path, position, fault, "the statement is %s",
			bytes.size ? "too large" : "missing");
	statement_entry(bytes, hash);
	if (memcmp(hash, entry.at, ENTRY_SIZE) != 0)
		return import_wrong(importing, path, position, fault,
			"item %zu has not the hash that stands in %s",
			importing->statements.count - 1, importing->entries.path + 1);
	return import_leaf(importing, hash, bytes, fault);
}

/* What stands behind the last leaf belongs to nothing, unless a wider file was read. */
static enum err check_ends(
	struct importing *importing, size_t at, unsigned width, struct fault *fault)
{
	char narrow[TILE_PATH_SIZE];
	uint64_t last = importing->edge.tree.size - 1;
	const struct {
		const struct import_file *file;
		enum export_kind kind;
		size_t at;
	} files[] = {{&importing->entries, EXPORT_ENTRIES, at},
		{&importing->statements, EXPORT_STATEMENTS, importing->statements.at},
		{&importing->checkpoints, EXPORT_CHECKPOINTS, importing->checkpoints.at}};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		export_path(files[i].kind, 0, last / TILE_HASHES, width, narrow);
		if (files[i].at != files[i].file->bytes.size &&
			!strcmp(narrow, files[i].file->path))
			return import_wrong(importing, narrow, last, fault,
				"byte %zu: more than belongs to its leaves", files[i].at);
	}
	return OK;
}

static enum err read_bundle(struct importing *importing, uint64_t index, struct fault *fault)
{
	unsigned width = tile_width(0, index, importing->final.size);
	size_t at = 0;
	enum err err = load(importing, EXPORT_ENTRIES, index, width, &importing->entries, fault);
	if (!err)
		err = load(
			importing, EXPORT_STATEMENTS, index, width, &importing->statements, fault);
	if (!err)
		err = load(importing, EXPORT_CHECKPOINTS, index, width, &importing->checkpoints,
			fault);
	if (!err)
		err = load(importing, EXPORT_REFUSED, index, width, &importing->refused, fault);
	for (unsigned i = 0; !err && i < width; i++) {
		err = read_leaf(importing, &at, fault);
		if (!err)
			err = keep_notes(importing, fault);
	}
	if (!err)
		err = check_ends(importing, at, width, fault);
	return err;
}

enum err import_bundles(struct importing *importing, struct fault *fault)
{
	const struct import_options *options = importing->options;
	enum err err = OK;
	for (uint64_t i = 0; !err && i * TILE_HASHES < importing->final.size; i++) {
		err = read_bundle(importing, i, fault);
		if (!err && options->progress)
			options->progress(options->progress_self, importing->edge.tree.size,
				importing->final.size);
	}
	return err ? err : keep_final(importing, fault);
}

/* [height, index, entry, outcome, bytes or null]: its height alone. */
static uint64_t item_height(struct span item)
{
	struct cbor cbor;
	cbor_init(&cbor, item);
	size_t count = cbor_array(&cbor, REFUSED_FIELDS);
	uint64_t height = cbor_uint(&cbor);
	return cbor.fault.err || count != REFUSED_FIELDS ? UINT64_MAX : height;
}

enum err import_refused(struct importing *importing, struct fault *fault)
{
	struct import_file *file = &importing->refused;
	buf_reset(&importing->refused_items);
	importing->refused_count = 0;
	while (file->at < file->bytes.size) {
		size_t at = file->at, count = file->count;
		struct span item;
		enum err err = next_item(importing, file, importing->first, &item, fault);
		if (err)
			return err;
		uint64_t height = item_height(item);
		if (height < importing->height || height == UINT64_MAX)
			return import_wrong(importing, file->path, importing->first, fault,
				"item %zu is of no batch here", count);
		if (height > importing->height) {
			file->at = at;
			file->count = count;
			return OK;
		}
		buf_put(&importing->refused_items, item);
		importing->refused_count++;
	}
	return importing->refused_items.err
		       ? fault_set(fault, importing->refused_items.err, 0, 0, "import: no memory")
		       : OK;
}
