/* A note that is read consists of what was read; so does a checkpoint, and a verifier key. */
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/note.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_note(struct span in, struct buf *out)
{
	struct note note;
	struct checkpoint checkpoint;
	struct note_key key;
	struct fault fault;
	uint8_t public[SIGN_PUBLIC] = {9};
	if (note_parse(in, &note, &fault)) {
		assert(fault.at <= in.size && fault.text[0]);
		return;
	}
	assert(note.count >= 1 && note.count <= NOTE_SIGNATURES_MAX);
	buf_put(out, note.body);
	buf_put_text(out, "\n");
	for (size_t i = 0; i < note.count; i++) {
		buf_put_text(out, "\xe2\x80\x94 ");
		buf_put(out, note.signature[i].name);
		buf_put_text(out, " ");
		buf_put(out, note.signature[i].base64);
		buf_put_text(out, "\n");
		assert(note_key_make(
			       note.signature[i].name, NOTE_COSIGNATURE, public, &key, NULL) == OK);
		key.id = note.signature[i].id;
		assert(note_verify_key(&note, &key, NULL, NULL) == ERR_SIGNATURE);
	}
	assert(span_equal(buf_span(out), in));
	if (checkpoint_parse(note.body, &checkpoint, NULL))
		return;
	buf_reset(out);
	checkpoint_print(&checkpoint, out);
	assert(span_equal(buf_span(out), note.body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct note_key key;
	struct buf out;
	buf_init(&out, NOTE_SIZE_MAX);
	try_note(in, &out);
	buf_reset(&out);
	if (note_key_parse(in, &key, NULL) == OK) {
		note_key_print(&key, &out);
		assert(span_equal(buf_span(&out), in));
	}
	buf_close(&out);
	return 0;
}
