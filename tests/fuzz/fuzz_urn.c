/* Names in events: what is read, when written as canonical link, reads back to the same; the
 * canonical link of a canonical link is itself; a fault lies inside the text. */
#include "gs1/syntax/urn.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
