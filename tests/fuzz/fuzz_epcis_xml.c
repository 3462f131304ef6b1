/* What is read, written and read again is the same event by its hash; JSON can be written of it;
 * and however the bytes are cut into pieces, the outcome is the same. */
#include "gs1/epcis/hash.h"
#include "gs1/epcis/json_write.h"
#include "gs1/epcis/xml_read.h"
#include "gs1/epcis/xml_write.h"

#include <assert.h>

#define WRITTEN_MAX ((size_t)16 << 20)

struct outcome {
	size_t events;
	uint8_t hash[HASH_SIZE]; /* of all events, in order */
	struct buf *written; /* NULL: hash only */
	bool is_whole; /* all could be written */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err on_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct outcome *outcome = self;
	uint8_t both[2 * HASH_SIZE];
	memcpy(both, outcome->hash, HASH_SIZE);
	assert(epcis_hash(event, EPCIS_HASH_ONE_NAME, both + HASH_SIZE, fault) == OK);
	hash_sha256(span_of(both, sizeof both), outcome->hash);
	outcome->events++;
	if (!outcome->written)
		return OK;
	enum err err = epcis_xml_put_event(outcome->written, event, fault);
	assert(err == OK || err == ERR_LIMIT);
	outcome->is_whole &= err == OK;
	struct buf json;
	buf_init(&json, WRITTEN_MAX);
	err = epcis_json_put_event(&json, event, fault);
	assert(err == OK || err == ERR_LIMIT);
	buf_close(&json);
	return OK;
}

static enum err read_all(
	struct span text, size_t piece, struct outcome *outcome, struct fault *fault)
{
	struct epcis_limits limits = {.event_size = (size_t)1 << 20};
	struct epcis_sink sink = {outcome, on_event};
	struct epcis_xml *xml;
	assert(epcis_xml_open(&xml, &sink, &limits, fault) == OK);
	enum err err = OK;
	for (size_t at = 0; at < text.size && !err; at += piece)
		err = epcis_xml_feed(xml, span_cut(text, at, at + piece), fault);
	if (!err)
		err = epcis_xml_end(xml, fault);
	assert(epcis_xml_count(xml) == outcome->events);
	epcis_xml_free(xml);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf written;
	struct fault fault = {0};
	struct span text = span_of(data, size);
	buf_init(&written, WRITTEN_MAX);
	epcis_xml_put_head(&written, 0);
	struct outcome first = {.written = &written, .is_whole = true};
	enum err err = read_all(text, size + 1, &first, &fault);
	assert(!err || (fault.err == err && fault.text[0]));
	struct outcome cut = {0};
	size_t piece = size ? data[size / 2] % 61 + 1 : 1;
	enum err again = read_all(text, piece, &cut, &fault);
	assert((again == OK) == (err == OK));
	assert(err || (cut.events == first.events && !memcmp(cut.hash, first.hash, HASH_SIZE)));
	if (first.is_whole) {
		struct outcome back = {0};
		epcis_xml_put_tail(&written);
		assert(read_all(buf_span(&written), written.size + 1, &back, &fault) == OK);
		assert(back.events == first.events && !memcmp(back.hash, first.hash, HASH_SIZE));
	}
	buf_close(&written);
	return 0;
}
