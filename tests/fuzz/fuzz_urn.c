/* Names in events: what is read, when written as canonical link, reads back to the same; the
 * canonical link of a canonical link is itself; a fault lies inside the text. */
#include "gs1/syntax/urn.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Elements of a URN, written as URN with the prefix it had, are that URN, or one that says the
 * same. */
static void written(struct span text)
{
	static struct gs1_elements elements, again;
	uint8_t memory[512];
	struct fault fault = {0};
	struct buf urn;
	gs1_elements_begin(&elements, 0);
	if (gs1_epc_elements(text, &elements, &fault)) {
		if (fault.err == OK || fault.at > text.size)
			abort();
		return;
	}
	for (unsigned prefix = 5; prefix <= 13; prefix++) {
		buf_over(&urn, memory, sizeof memory);
		if (gs1_urn_put(&elements, prefix, &urn, &fault))
			continue;
		gs1_elements_begin(&again, 0);
		if (urn.err || gs1_epc_elements(buf_span(&urn), &again, &fault) ||
			again.element[0].ai >= 10000 || again.count > elements.count + 1)
			abort();
		const struct gs1_element *same = gs1_elements_find(&elements, again.element[0].ai);
		if (!same || !span_equal(same->value, again.element[0].value))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of(size ? data : (const uint8_t *)"", size);
	struct fault fault = {0};
	struct gs1_epc epc, again;
	uint8_t memory[512], second[512];
	struct buf buf, link;
	memset(&epc, 0, sizeof epc);
	memset(&again, 0, sizeof again);
	buf_over(&buf, memory, sizeof memory);
	buf_over(&link, second, sizeof second);
	written(text);
	bool is_canonical = gs1_epc_canonical(text, &buf, &fault) == OK;
	if (!is_canonical && (fault.err == OK || fault.at > size || buf.size > 0))
		abort();
	if (is_canonical && (buf.err || gs1_epc_canonical(buf_span(&buf), &link, &fault) ||
				    !span_equal(buf_span(&buf), buf_span(&link))))
		abort();
	if (gs1_epc_read(text, &epc, &fault)) {
		if (fault.err == OK || fault.at > size)
			abort();
		return 0;
	}
	/* What has a key has a canonical link, and it is this one. */
	buf_reset(&link);
	gs1_epc_put_link(&epc, &link);
	if (!is_canonical || !span_equal(buf_span(&buf), buf_span(&link)))
		abort();
	if (gs1_epc_read(buf_span(&link), &again, &fault) || again.kind != epc.kind ||
		strcmp(again.key, epc.key) != 0 || strcmp(again.extension, epc.extension) != 0)
		abort();
	return 0;
}
