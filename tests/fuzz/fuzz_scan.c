/* Scans: what is read, when printed as element string or with brackets, reads back to the same; a
 * fault lies inside the scan. */
#include "gs1/syntax/scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct gs1_scan *scan, struct span printed)
{
	static struct gs1_scan again;
	struct fault fault;
	if (gs1_scan_read(printed, &again, &fault))
		abort();
	if (again.elements.count != scan->elements.count)
		abort();
	for (size_t i = 0; i < again.elements.count; i++) {
		const struct gs1_element *a = &scan->elements.element[i];
		const struct gs1_element *b = &again.elements.element[i];
		if (a->ai != b->ai || !span_equal(a->value, b->value))
			abort();
	}
	struct gs1_pack pack, pack_again;
	if (gs1_pack_read(scan, &pack, &fault) || gs1_pack_read(&again, &pack_again, &fault) ||
		memcmp(&pack, &pack_again, sizeof pack) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gs1_scan scan;
	static uint8_t memory[16384];
	struct fault fault = {0};
	struct buf buf;
	if (gs1_scan_read(span_of(data, size), &scan, &fault)) {
		if (fault.err == OK || fault.at > size || fault.size > size - fault.at ||
			!fault.text[0])
			abort();
		return 0;
	}
	for (size_t i = 0; i < scan.elements.count; i++)
		if (scan.elements.element[i].at + scan.elements.element[i].size > size)
			abort();
	struct gs1_pack pack;
	if (scan.form == GS1_FORM_TEXT || scan.form == GS1_FORM_PPN) {
		if ((gs1_pack_read(&scan, &pack, &fault) == OK) != (scan.form == GS1_FORM_PPN))
			abort();
		return 0;
	}
	if (scan.elements.count == 0)
		abort();
	buf_over(&buf, memory, sizeof memory);
	buf_put_text(&buf, "]d2");
	gs1_elements_print(&scan.elements, &buf);
	if (buf.err)
		abort();
	same(&scan, buf_span(&buf));
	buf_reset(&buf);
	gs1_elements_print_bracketed(&scan.elements, &buf);
	/* Many escapes may pass the limit of decoded text: then there is nothing to ask. */
	size_t escapes = 0;
	for (size_t i = 0; i < buf.size; i++)
		escapes += buf.at[i] == '\\';
	if (!buf.err && escapes < 8)
		same(&scan, buf_span(&buf));
	return 0;
}
