/* What readers send for symbols. */
#include "gs1/syntax/transmit.h"
#include "gs1/syntax/scan.h"
#include "tests/tap.h"

#define GS "\x1D"

struct row {
	enum gs1_symbol symbol;
	bool is_gs1;
	bool adds_check;
	const char *data;
	const char *composite;
	const char *sent; /* NULL: refused */
};

static const struct row rows[] = {
	{GS1_SYMBOL_DATAMATRIX, true, false, "010950600013435210AB" GS "21X", "",
		"]d2010950600013435210AB" GS "21X"},
	{GS1_SYMBOL_DATAMATRIX, false, false, "ASY1:X", "", "]d1ASY1:X"},
	{GS1_SYMBOL_QR, true, false, "0109506000134352", "", "]Q30109506000134352"},
	{GS1_SYMBOL_QR, false, false, "https://a.example/01/09506000134352", "",
		"]Q1https://a.example/01/09506000134352"},
	{GS1_SYMBOL_DOTCODE, true, false, "10AB", "", "]J110AB"},
	{GS1_SYMBOL_DOTCODE, false, false, "AB", "", "]J0AB"},
	{GS1_SYMBOL_GS1_128, true, false, "00106141412345678908", "", "]C100106141412345678908"},
	{GS1_SYMBOL_GS1_128, true, false, "010950600013435210AB", "21X",
		"]e0010950600013435210AB" GS "21X"},
	{GS1_SYMBOL_GS1_128, true, false, "0109506000134352", "21X", "]e0010950600013435221X"},
	{GS1_SYMBOL_GS1_128, false, false, "AB", "", NULL},
	{GS1_SYMBOL_DATABAR_EXPANDED, true, false, "10AB" GS, "21X", "]e010AB" GS "21X"},
	{GS1_SYMBOL_DATABAR, false, false, "24012345678905", "", "]e00124012345678905"},
	{GS1_SYMBOL_DATABAR, true, false, "0124012345678905", "99C", "]e0012401234567890599C"},
	{GS1_SYMBOL_DATABAR_LIMITED, false, false, "15012345678907", "", "]e00115012345678907"},
	{GS1_SYMBOL_DATABAR_LIMITED, false, false, "24012345678905", "", NULL},
	{GS1_SYMBOL_EAN_13, false, false, "9506000134352", "", "]E09506000134352"},
	{GS1_SYMBOL_EAN_13, false, true, "950600013435", "", "]E09506000134352"},
	{GS1_SYMBOL_EAN_13, true, false, "0109506000134352", "10A" GS "21B",
		"]E09506000134352|]e010A" GS "21B"},
	{GS1_SYMBOL_EAN_13, true, false, "0119506000134359", "", NULL},
	{GS1_SYMBOL_EAN_13, true, false, "10AB", "", NULL},
	{GS1_SYMBOL_EAN_13, false, false, "9506000134351", "", NULL},
	{GS1_SYMBOL_EAN_13, false, false, "95060001343", "", NULL},
	{GS1_SYMBOL_EAN_13, false, false, "950600013435A", "", NULL},
	{GS1_SYMBOL_EAN_8, true, false, "0100000002345673", "", "]E402345673"},
	{GS1_SYMBOL_UPC_A, false, false, "416000336108", "", "]E00416000336108"},
	{GS1_SYMBOL_UPC_E, true, false, "0100001234000057", "", "]E00001234000057"},
	{GS1_SYMBOL_ITF_14, false, false, "19506000134359", "", "]I119506000134359"},
	{GS1_SYMBOL_ITF_14, false, false, "19506000134359", "10A", NULL},
	{GS1_SYMBOL_DATAMATRIX, true, false, "0109506000134351", "", NULL},
	{GS1_SYMBOL_DATAMATRIX, true, false, "", "", NULL},
	{GS1_SYMBOL_EAN_13, false, false, "9506000134352", "1A", NULL},
};

TEST(symbols_are_sent_with_their_identifier_and_read_back)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct gs1_message message = {row->is_gs1, row->adds_check, span_text(row->data),
			span_text(row->composite)};
		char memory[128];
		struct buf buf;
		struct fault fault = {0};
		struct gs1_scan scan;
		buf_over(&buf, memory, sizeof memory);
		enum err err = gs1_transmit(row->symbol, &message, &buf, &fault);
		CHECK_ROW((err == OK) == (row->sent != NULL), "%s: %s", row->data, fault.text);
		CHECK_ROW(span_is(buf_span(&buf), row->sent ? row->sent : ""), "%s: %s", row->data,
			buf_text(&buf));
		if (err || !row->sent || row->data[0] == '2' || row->data[0] == '1')
			continue;
		CHECK_ROW(gs1_scan_read(buf_span(&buf), &scan, &fault) == OK, "%s: %s", row->sent,
			fault.text);
	}
}

TAP_MAIN(CASE(symbols_are_sent_with_their_identifier_and_read_back))
