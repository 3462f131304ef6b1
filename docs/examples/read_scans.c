/* Reads scans, one a line from standard input, and says what they are: what an integrator needs of
 * libassay-gs1 and nothing else of Assay.
 *
 *	cc -o read_scans read_scans.c $(pkg-config --cflags --libs assay-gs1)
 *	printf ']d20109506000134352172804001%s\n' 0AB | ./read_scans
 */
#include <gs1/syntax/date.h>
#include <gs1/syntax/diagnose.h>
#include <gs1/syntax/key_kind.h>
#include <gs1/syntax/link.h>
#include <gs1/syntax/scan.h>

#include <stdio.h>

#define YEAR_NOW 2026 /* of the host's clock, in a real program */

static void print_elements(const struct gs1_scan *scan)
{
	char text[1024], link[1024];
	struct buf buf, uri;
	struct fault fault;
	buf_over(&buf, text, sizeof text);
	buf_over(&uri, link, sizeof link);
	gs1_elements_print_bracketed(&scan->elements, &buf);
	printf("elements  %s\n", buf_text(&buf));
	for (size_t i = 0; i < scan->elements.count; i++) {
		const struct gs1_element *element = &scan->elements.element[i];
		const struct gs1_key_kind *kind = gs1_key_kind_of(element->ai);
		if (kind)
			printf("%-9s %.*s\n", kind->name, (int)element->value.size,
				(const char *)element->value.at);
	}
	if (!gs1_link_put(&scan->elements, NULL, &uri, &fault) && !uri.err)
		printf("link      %s\n", buf_text(&uri));
}

static void print_pack(const struct gs1_scan *scan)
{
	struct gs1_pack pack; /* texts by value: may be copied and kept */
	struct gs1_date expiry;
	struct fault fault;
	if (gs1_pack_read(scan, &pack, &fault)) {
		printf("text      %.*s\n", (int)scan->data.size, (const char *)scan->data.at);
		return;
	}
	if (pack.has_lot)
		printf("lot       %s\n", pack.lot);
	if (pack.has_serial)
		printf("serial    %s\n", pack.serial);
	if (pack.has_expiry && !gs1_date_parse(span_text(pack.expiry), YEAR_NOW, &expiry, &fault))
		printf("expiry    %04d-%02u-%02u\n", (int)expiry.year, expiry.month, expiry.day);
}

/* Most scans that do not fit were changed by the scanner. */
static void print_fault(struct span bytes, const struct gs1_scan *scan, const struct fault *fault)
{
	struct gs1_diagnosis diagnosis;
	char text[512];
	struct buf marked;
	buf_over(&marked, text, sizeof text);
	gs1_refusal_print(&scan->elements.refusal, &marked);
	printf("fault     at %zu, %zu bytes: %s\n", fault->at, fault->size, fault->text);
	if (scan->elements.refusal.rule)
		printf("rule      %s %s\n", scan->elements.refusal.rule, buf_text(&marked));
	gs1_diagnose(bytes, NULL, &diagnosis);
	if (diagnosis.damage == GS1_DAMAGE_NONE)
		return;
	printf("damage    %s: %s\n", gs1_damage_word(diagnosis.damage), diagnosis.sentence);
	if (diagnosis.has_repair)
		printf("repair    %.*s\n", (int)diagnosis.repair_size, (char *)diagnosis.repair);
}

int main(void)
{
	char line[GS1_SCAN_MAX + 2];
	while (fgets(line, sizeof line, stdin)) {
		struct gs1_scan scan; /* points into `line` */
		struct fault fault;
		struct span bytes = span_of(line, strcspn(line, "\n"));
		if (gs1_scan_read(bytes, &scan, &fault)) {
			print_fault(bytes, &scan, &fault);
			continue;
		}
		print_elements(&scan);
		print_pack(&scan);
	}
	return 0;
}
