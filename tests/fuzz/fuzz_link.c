/* Digital Links: what is read is written and read back; what is encoded decodes to the same; the
 * canonical link of what was read reads back to the same; a fault lies inside the link. */
#include "gs1/syntax/link.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(struct span bytes)
{
	static uint8_t encoded[3 * GS1_SCAN_MAX], decoded[3 * GS1_SCAN_MAX];
	struct buf buf;
	buf_over(&buf, encoded, sizeof encoded);
	gs1_link_escape(bytes, false, &buf);
	size_t size = gs1_link_unescape(buf_span(&buf), false, decoded);
	if (buf.err || !span_equal(span_of(decoded, size), bytes))
		abort();
}

static struct span value_of(const struct gs1_elements *elements, uint16_t ai)
{
	const struct gs1_element *element = gs1_elements_find(elements, ai);
	return element ? element->value : span_of("", 0);
}

static void canonical(const struct gs1_elements *elements)
{
	static struct gs1_elements again;
	struct span gtin = value_of(elements, GS1_AI_GTIN);
	struct span lot = value_of(elements, GS1_AI_LOT);
	struct span serial = value_of(elements, GS1_AI_SERIAL);
	char text[15] = "";
	uint8_t memory[512];
	struct buf buf;
	struct fault fault;
	if (gtin.size != 14 || elements->element[0].ai != GS1_AI_GTIN)
		return;
	memcpy(text, gtin.at, gtin.size);
	buf_over(&buf, memory, sizeof memory);
	gs1_link_put_pack(&buf, text, lot, serial);
	gs1_elements_begin(&again, 0);
	if (buf.err || gs1_link_read(buf_span(&buf), 0, &again, &fault) ||
		!span_equal(value_of(&again, GS1_AI_GTIN), gtin) ||
		!span_equal(value_of(&again, GS1_AI_LOT), lot) ||
		!span_equal(value_of(&again, GS1_AI_SERIAL), serial))
		abort();
}

/* Any link that is read is written, and then reads to the same elements; if GTINs were short, they
 * no longer are. */
static void written(struct span text, unsigned permit)
{
	static struct gs1_elements elements, again;
	static uint8_t memory[2][4 * GS1_SCAN_MAX];
	struct fault fault = {0};
	struct buf link, second;
	gs1_elements_begin(&elements, permit);
	gs1_elements_begin(&again, permit);
	buf_over(&link, memory[0], sizeof memory[0]);
	buf_over(&second, memory[1], sizeof memory[1]);
	if (gs1_link_read(text, 0, &elements, &fault))
		return;
	enum err err = gs1_link_put(&elements, NULL, &link, &fault);
	/* A lot beside a third party's serial has a place in a link that is read, not in one that
	 * is
	 * written: its list of qualifiers is taken first. */
	if (err && gs1_elements_find(&elements, GS1_AI_TPX))
		return;
	if (err || link.err)
		abort();
	if (link.size > GS1_SCAN_MAX)
		return;
	if (gs1_link_read(buf_span(&link), 0, &again, &fault) || again.count != elements.count ||
		gs1_link_put(&again, NULL, &second, &fault) ||
		!span_equal(buf_span(&link), buf_span(&second)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gs1_elements elements;
	struct span text = span_of(size ? data : (const uint8_t *)"", size);
	struct fault fault = {0};
	if (size > GS1_SCAN_MAX)
		return 0;
	round_trip(text);
	written(text, 0);
	written(text, ~0U);
	gs1_elements_begin(&elements, 0);
	if (gs1_link_read(text, 0, &elements, &fault)) {
		if (fault.err == OK || fault.at > size || fault.size > size - fault.at)
			abort();
		return 0;
	}
	if (elements.count == 0 || !(elements.element[0].row->flags & GS1_AI_KEY))
		abort();
	canonical(&elements);
	return 0;
}
