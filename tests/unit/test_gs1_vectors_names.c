/* Names and product numbers of the shared test data, when it is there. */
#include "gs1/syntax/link.h"
#include "gs1/syntax/ppn.h"
#include "gs1/syntax/scan.h"
#include "gs1/syntax/urn.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"
#include "tests/unit/gs1_rows.h"

TEST(german_product_numbers_of_format_06)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "ppn_ifa_format06.jsonl"))
		SKIP(ABSENT);
	int count = 0;
	while (rows_next(&rows)) {
		uint8_t bytes[512];
		bool holds = json_is_true(json_object_get(rows.row, "ppn_check_valid"));
		struct span ppn = span_text(string_of(rows.row, "ppn"));
		CHECK_ROW(gs1_ppn_holds(ppn) == holds, "%s", string_of(rows.row, "ppn"));
		count++;
		/* Published numbers without a scan. */
		if (!json_object_get(rows.row, "scan_hex"))
			continue;
		struct span hex = text_of(rows.row, "scan_hex");
		NEED(hex_parse(hex, bytes, hex.size / 2, NULL) == OK);
		struct gs1_scan scan;
		struct gs1_pack pack;
		struct fault fault = {0};
		enum err err = gs1_scan_read(span_of(bytes, hex.size / 2), &scan, &fault);
		CHECK_ROW((err == OK) == holds, "%s: %s", string_of(rows.row, "ppn"), fault.text);
		if (err)
			continue;
		NEED(gs1_pack_read(&scan, &pack, &fault) == OK);
		CHECK_ROW(strcmp(pack.ppn, string_of(rows.row, "ppn")) == 0 &&
				  strcmp(pack.lot, string_of(rows.row, "lot")) == 0 &&
				  strcmp(pack.expiry, string_of(rows.row, "expiry")) == 0 &&
				  strcmp(pack.serial, string_of(rows.row, "serial")) == 0,
			"%s", pack.ppn);
		const char *pzn = string_of(rows.row, "pzn");
		CHECK_ROW(pzn[0] ? strncmp(pack.gtin, "04150", 5) == 0 &&
					   strncmp(pack.gtin + 5, pzn, 8) == 0
				 : !pack.gtin[0],
			"%s: GTIN %s", pack.ppn, pack.gtin);
	}
	CHECK(count == 37);
}

/* URN to elements, elements to URN; and the link that the elements give is the canonical one. */
static bool writes_back(struct tap *tap, struct span urn, struct span canonical)
{
	struct gs1_elements elements;
	struct fault fault = {0};
	uint8_t memory[2][256];
	struct buf again, link;
	const uint8_t *dot = memchr(urn.at, '.', urn.size);
	/* The class of a UPUI is a GTIN, and so the pattern of an SGTIN says the same. */
	if (!span_is(span_cut(urn, 0, 8), "urn:epc:") || !dot ||
		span_is(span_cut(urn, 8, 19), "idpat:upui:"))
		return false;
	size_t end = (size_t)(dot - urn.at), begin = end;
	while (urn.at[begin - 1] != ':')
		begin--;
	gs1_elements_begin(&elements, 0);
	/* Names are read whatever their check digits; elements are judged. */
	if (gs1_epc_elements(urn, &elements, &fault))
		return false;
	buf_over(&again, memory[0], sizeof memory[0]);
	buf_over(&link, memory[1], sizeof memory[1]);
	enum err err = gs1_urn_put(&elements, (unsigned)(end - begin), &again, &fault);
	CHECK_ROW(err == OK && span_equal(buf_span(&again), urn), "%.*s: %s %s", (int)urn.size,
		urn.at, buf_text(&again), fault.text);
	err = gs1_link_put(&elements, NULL, &link, &fault);
	CHECK_ROW(err == OK && span_equal(buf_span(&link), canonical), "%.*s: %s", (int)urn.size,
		urn.at, buf_text(&link));
	return true;
}

TEST(epc_names_become_canonical_links)
{
	struct rows rows;
	if (!rows_open(&rows, FOLDER "epc_urn_to_digital_link.jsonl"))
		SKIP(ABSENT);
	int count = 0, read = 0, written = 0;
	while (rows_next(&rows)) {
		struct fault fault = {0};
		struct span input = text_of(rows.row, "input");
		uint8_t memory[256], again[256];
		struct buf buf;
		buf_over(&buf, memory, sizeof memory);
		enum err err = gs1_epc_canonical(input, &buf, &fault);
		bool convertible = json_is_string(json_object_get(rows.row, "expect"));
		CHECK_ROW((err == OK) == convertible, "\"%s\": %s", string_of(rows.row, "input"),
			fault.text);
		count++;
		if (err) {
			CHECK_ROW(buf.size == 0 && fault.at <= input.size, "\"%s\": at %zu",
				string_of(rows.row, "input"), fault.at);
			continue;
		}
		CHECK_ROW(span_equal(buf_span(&buf), text_of(rows.row, "expect")), "\"%s\": %s",
			string_of(rows.row, "input"), buf_text(&buf));
		written += writes_back(tap, input, buf_span(&buf));
		struct gs1_epc epc;
		if (gs1_epc_read(input, &epc, NULL))
			continue;
		read++;
		struct buf link;
		buf_over(&link, again, sizeof again);
		gs1_epc_put_link(&epc, &link);
		CHECK_ROW(span_equal(buf_span(&link), buf_span(&buf)), "\"%s\": %s",
			string_of(rows.row, "input"), buf_text(&link));
	}
	CHECK_ROW(count == 477 && read > 240 && written > 380,
		"%d rows, %d of our kinds, %d written", count, read, written);
}

TAP_MAIN(CASE(german_product_numbers_of_format_06), CASE(epc_names_become_canonical_links))
