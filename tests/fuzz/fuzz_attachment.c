/* The input is read as a sealed file, and as the body inside one: a body that opens is the one form
 * of its media type and bytes in the smallest class. */
#include "ledger/proof/attachment.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLASS_MAX 12
#define BOXES     ((size_t)4 * ATTACHMENT_BOX)

static void try_file(struct span in)
{
	struct attachment attachment;
	struct fault fault;
	if (attachment_parse(in, &attachment, &fault)) {
		assert(fault.at <= in.size && fault.text[0]);
		return;
	}
	assert(attachment.boxes.size == attachment.box_count * ATTACHMENT_BOX);
	assert(ATTACHMENT_HEADER + attachment.boxes.size + attachment.sealed.size == in.size);
}

/* The first byte chooses the class, the rest is the body. */
static void try_body(struct span in)
{
	static const uint8_t key[AEAD_KEY] = {1};
	static const struct attachment_author author = {.sequence = 0};
	uint8_t file[ATTACHMENT_HEADER + BOXES + (1 << CLASS_MAX) + AEAD_EXTRA] = {
		'A', 'S', 'Y', 'A', 1, 4};
	uint8_t plain[1 << CLASS_MAX] = {0}, with[8 + KID_SIZE + 8] = {0};
	uint8_t again[1 << CLASS_MAX] = {0};
	struct attachment_record record;
	struct attachment_content content;
	struct buf out;
	if (!in.size)
		return;
	unsigned size_class = ATTACHMENT_CLASS_MIN + in.at[0] % 3;
	size_t padded = (size_t)1 << size_class;
	if (in.size - 1 > padded)
		return;
	memcpy(plain, in.at + 1, in.size - 1);
	file[6] = (uint8_t)size_class;
	memcpy(with, file, 8);
	aead_seal(key, file + 8, span_of(plain, padded), span_of(with, sizeof with),
		file + ATTACHMENT_HEADER + BOXES);
	struct span whole = span_of(file, ATTACHMENT_HEADER + BOXES + padded + AEAD_EXTRA);
	assert(attachment_record(whole, key, &record, NULL) == OK);
	buf_init(&out, padded);
	if (attachment_open(whole, &record, &author, key, &out, &content, NULL) == OK) {
		struct buf body;
		buf_over(&body, again, padded);
		cbor_put_array(&body, 2);
		cbor_put_text(&body, content.media);
		cbor_put_bytes(&body, content.bytes);
		assert(!body.err && memcmp(again, plain, padded) == 0);
		assert(size_class == ATTACHMENT_CLASS_MIN || body.size > padded / 2);
	}
	buf_close(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_file(span_of(data, size));
	try_body(span_of(data, size));
	return 0;
}
