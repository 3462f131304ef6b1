/* Receipts: from a position, a checkpoint and tiles; no statement is needed for the proof. */
#include "ledger/reader_parts.h"

#include "ledger/proof/checkpoint.h"
#include "ledger/proof/cose_receipt.h"
#include "ledger/proof/receipt.h"
#include "ledger/proof/tile.h"
#include "ledger/store/stored_tiles.h"

/* Checkpoint and path of a position, as of one moment. */
static enum err prove(struct reader *reader, uint64_t position, uint64_t size_max, struct buf *note,
	struct ledger_checkpoint *checkpoint, struct tree_proof *path, struct fault *fault)
{
	struct ledger_applied head;
	struct stored_tiles stored = {.ledger = reader->ledger};
	struct tile_reader tiles = {.self = &stored, .read = stored_tiles_read};
	struct tree_source source = tile_source(&tiles);
	enum err err = ledger_db_head(reader->ledger, &head, fault);
	if (!err && position >= head.size)
		err = fault_set(fault, ERR_NOT_FOUND, (size_t)position, 0,
			"there is no position %llu yet", (unsigned long long)position);
	if (err)
		return err;
	err = ledger_db_checkpoint(reader->ledger, size_max, checkpoint, note, fault);
	bool is_short = err == ERR_NOT_FOUND || (!err && position >= checkpoint->size);
	if (is_short && size_max < head.size)
		err = fault_set(fault, ERR_NOT_FOUND, (size_t)position, 0,
			"no checkpoint of at most %llu leaves covers position %llu",
			(unsigned long long)size_max, (unsigned long long)position);
	else if (is_short)
		err = fault_set(fault, ERR_UNSURE, (size_t)position, 0,
			"position %llu is recorded but not final yet; ask again",
			(unsigned long long)position);
	if (!err)
		err = tree_prove_inclusion(&source, position, checkpoint->size, path, fault);
	return stored_tiles_fault(&stored, err, fault);
}

/* What the receipt carries, so that it can be judged alone: the statement if it may, fits and is
 * there (it may be in an archive that is not), else its entry. Not authenticated: whoever verifies
 * computes the leaf from it. */
static enum err put_extra(struct reader *reader, uint64_t position, bool is_public,
	const uint8_t entry[ENTRY_SIZE], struct buf *extra, struct fault *fault)
{
	struct buf bytes;
	struct fault why = {0};
	enum err err = OK;
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	if (!is_public)
		err = reader_statement(reader, position, &bytes, &why);
	struct span carried = buf_span(&bytes);
	bool is_elsewhere = err == ERR_NOT_FOUND || err == ERR_UNSURE;
	if (is_public || is_elsewhere || base64_room(carried.size) > RECEIPT_EXTRA_MAX) {
		carried = span_of(entry, ENTRY_SIZE);
		err = is_elsewhere ? OK : err;
	}
	if (err && fault)
		*fault = why;
	uint8_t *to = err ? NULL : buf_reserve(extra, base64_room(carried.size));
	if (to) {
		base64_print(carried, false, (char *)to);
		extra->size += strlen((const char *)to);
	} else if (!err) {
		err = fault_set(fault, extra->err, 0, 0, "no room for the receipt");
	}
	buf_close(&bytes);
	return err;
}

enum err reader_receipt_under(struct reader *reader, uint64_t position, uint64_t size_max,
	bool is_public, struct buf *text, struct fault *fault)
{
	struct receipt receipt = {.index = position};
	struct ledger_checkpoint checkpoint;
	uint8_t entry[ENTRY_SIZE];
	struct buf note;
	struct buf extra;
	size_t index;
	bool own;
	enum err err = reader_enter(reader, &own, fault);
	if (err)
		return err;
	buf_init(&note, NOTE_SIZE_MAX);
	buf_init(&extra, RECEIPT_EXTRA_MAX);
	err = prove(reader, position, size_max, &note, &checkpoint, &receipt.path, fault);
	if (!err)
		err = reader_locate(reader, position, &index, fault);
	reader_leave(reader, own);
	if (!err) { /* a statement's bytes never change: another moment will do */
		memcpy(entry, ledger_batch_entry(&reader->batch, index), ENTRY_SIZE);
		err = put_extra(reader, position, is_public, entry, &extra, fault);
	}
	if (!err) {
		receipt.extra = buf_span(&extra);
		receipt.checkpoint = buf_span(&note);
		receipt_print(&receipt, text);
		if (text->err)
			err = fault_set(fault, text->err, 0, 0, "no room for the receipt");
	}
	buf_close(&extra);
	buf_close(&note);
	return err;
}

enum err reader_receipt(
	struct reader *reader, uint64_t position, struct buf *text, struct fault *fault)
{
	return reader_receipt_under(reader, position, UINT64_MAX, false, text, fault);
}

enum err reader_receipt_public(
	struct reader *reader, uint64_t position, struct buf *text, struct fault *fault)
{
	return reader_receipt_under(reader, position, UINT64_MAX, true, text, fault);
}

static enum err note_root(struct span text, uint8_t root[HASH_SIZE], struct fault *fault)
{
	struct note note;
	struct checkpoint checkpoint;
	enum err err = note_parse(text, &note, fault);
	if (!err)
		err = checkpoint_parse(note.body, &checkpoint, fault);
	if (!err)
		memcpy(root, checkpoint.root, HASH_SIZE);
	return err;
}

enum err reader_receipt_cose(struct reader *reader, uint64_t position, const uint8_t kid[KID_SIZE],
	struct span issuer, const struct signer *signer, struct buf *out, struct fault *fault)
{
	struct cose_receipt receipt = {.kid = span_of(kid, KID_SIZE),
		.issuer = issuer,
		.origin = buf_span(&reader->origin),
		.index = position};
	struct ledger_checkpoint checkpoint;
	struct buf note;
	uint8_t root[HASH_SIZE], entry[ENTRY_SIZE];
	size_t index;
	bool own;
	enum err err = reader_enter(reader, &own, fault);
	if (err)
		return err;
	buf_init(&note, NOTE_SIZE_MAX);
	err = prove(reader, position, UINT64_MAX, &note, &checkpoint, &receipt.path, fault);
	if (!err)
		err = reader_locate(reader, position, &index, fault);
	reader_leave(reader, own);
	if (!err) {
		memcpy(entry, ledger_batch_entry(&reader->batch, index), ENTRY_SIZE);
		receipt.tree_size = checkpoint.size;
		err = note_root(buf_span(&note), root, fault);
	}
	if (!err)
		err = cose_receipt_make(&receipt, entry, root, signer, out, fault);
	buf_close(&note);
	return err;
}
