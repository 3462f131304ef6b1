/* What a consignment tells is bounded text that the view can keep, and told the same again. */
#include "appliance/view/consignment.h"
#include "ledger/base/utf8.h"

#include <assert.h>

struct told {
	size_t calls;
	uint8_t hash[HASH_SIZE];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void note(struct told *told, struct span text)
{
	uint8_t both[2 * HASH_SIZE];
	assert(utf8_valid_size(text) == text.size);
	memcpy(both, told->hash, HASH_SIZE);
	hash_sha256(text, both + HASH_SIZE);
	hash_sha256(span_of(both, sizeof both), told->hash);
	told->calls++;
}

static enum err on_inside(void *self, struct span parent, struct span child, struct fault *fault)
{
	(void)fault;
	note(self, parent);
	note(self, child);
	return OK;
}

static enum err on_pack(void *self, const struct stock_pack *pack, struct fault *fault)
{
	(void)fault;
	assert(strlen(pack->gtin) == 14 && strlen(pack->expiry) == 6 && pack->count == 1);
	assert(strlen(pack->lot) < sizeof pack->lot && strlen(pack->serial) < sizeof pack->serial);
	note(self, span_text(pack->gtin));
	note(self, span_text(pack->lot));
	note(self, span_text(pack->expiry));
	note(self, span_text(pack->serial));
	return OK;
}

static enum err on_text(void *self, struct span text, struct fault *fault)
{
	(void)fault;
	note(self, text);
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told first = {0};
	struct told again = {0};
	struct fault fault = {0};
	struct consignment_sink sink = {&first, on_inside, on_pack, on_text, on_text};
	enum err err = consignment_read(span_of(data, size), &sink, &fault);
	assert(!err || (fault.err == err && fault.text[0]));
	/* Each thing told took at least a byte to say; a pack's lot and dates are told with it. */
	assert(first.calls <= 4 * size);
	sink.self = &again;
	assert(consignment_read(span_of(data, size), &sink, &fault) == err);
	assert(again.calls == first.calls && !memcmp(again.hash, first.hash, HASH_SIZE));
	return 0;
}
