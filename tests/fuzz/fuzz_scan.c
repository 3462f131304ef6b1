/* Scans: what is read, when printed as element string, with brackets, as lines, or sent for a
 * symbol, reads back to the same; a fault lies inside the scan; what is read strictly is read
 * kindly too, and alike. */
#include "gs1/syntax/scan.h"
#include "gs1/syntax/transmit.h"

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

/* The strict way and the permissive one. */
static void other_ways(struct span bytes)
{
	static struct gs1_scan strict, kind;
	struct fault fault = {0};
	if (!gs1_scan_read_as(bytes, (struct gs1_reading){.strict = true}, &strict, &fault)) {
		/* Format 06 is text to the strict reader. */
		if (gs1_scan_read(bytes, &kind, &fault) && strict.form != GS1_FORM_TEXT)
			abort();
		if (strict.form != GS1_FORM_TEXT && strict.elements.count != kind.elements.count)
			abort();
	}
	struct gs1_reading all = {.permit = ~0U};
	if (!gs1_scan_read(bytes, &kind, &fault) && gs1_scan_read_as(bytes, all, &strict, &fault))
		abort();
}

static void sent(const struct gs1_scan *scan)
{
	static uint8_t memory[2][16384];
	static struct gs1_scan again;
	struct buf elements, bytes;
	struct fault fault;
	buf_over(&elements, memory[0], sizeof memory[0]);
	buf_over(&bytes, memory[1], sizeof memory[1]);
	gs1_elements_print(&scan->elements, &elements);
	struct gs1_message message = {.is_gs1 = true, .data = buf_span(&elements)};
	if (elements.err || elements.size + 3 > GS1_SCAN_MAX)
		return;
	if (gs1_transmit(GS1_SYMBOL_DATAMATRIX, &message, &bytes, &fault) ||
		gs1_scan_read_as(
			buf_span(&bytes), (struct gs1_reading){.strict = true}, &again, &fault) ||
		again.elements.count != scan->elements.count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gs1_scan scan;
	static uint8_t memory[16384];
	struct fault fault = {0};
	struct buf buf;
	other_ways(span_of(data, size));
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
	sent(&scan);
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
	buf_reset(&buf);
	gs1_elements_print_lines(&scan.elements, true, &buf);
	bool has_bracket = false;
	for (size_t i = 0; i < scan.elements.count; i++)
		has_bracket = has_bracket || memchr(scan.elements.element[i].value.at, '(',
						     scan.elements.element[i].value.size);
	/* As under a symbol a "(" stands as it is, so that not every line can be read back. */
	if (!buf.err && !has_bracket)
		same(&scan, buf_span(&buf));
	return 0;
}
