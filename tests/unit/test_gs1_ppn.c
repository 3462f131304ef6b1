/* Format 06: fields, their faults, and what readers drop. */
#include "gs1/syntax/ppn.h"
#include "tests/tap.h"

#define HEAD                                                                                       \
	"[)>\x1E"                                                                                  \
	"06\x1D"
#define PPN "9N110375286414"
#define GS  "\x1D"
#define END "\x1E\x04"

TEST(messages_are_read_field_by_field)
{
	static const struct {
		const char *text;
		size_t at, size; /* of the fault; size 0 and at 0: read well */
		const char *lot;
	} rows[] = {
		{HEAD PPN GS "1TAB" GS "D280400" GS "SX1" END, 0, 0, "AB"},
		{HEAD "SX1" GS PPN GS "1TAB", 0, 0, "AB"},
		{HEAD PPN GS "1TAB" GS "1TAB" END, 0, 0, "AB"},
		{HEAD PPN GS "8P0123" GS GS "Q7"
			     "\x1E",
			0, 0, ""},
		{HEAD "1TAB" END, 0, 13, NULL},
		{HEAD "9N110375286415" END, 9, 12, NULL},
		{HEAD "9N11a375286414" END, 9, 12, NULL},
		{HEAD "9N1103" END, 9, 4, NULL},
		{HEAD "9N12345678901234567890123" END, 9, 23, NULL},
		{HEAD PPN GS "9N111234567842" END, 24, 12, NULL},
		{HEAD PPN GS "1T" END, 24, 0, NULL},
		{HEAD PPN GS "1T123456789012345678901" END, 24, 21, NULL},
		{HEAD PPN GS "1TA B" END, 25, 1, NULL},
		{HEAD PPN GS "1TA" GS "1TB" END, 28, 1, NULL},
		{HEAD PPN GS "D281300" END, 25, 2, NULL},
		{HEAD PPN GS "D2804" END, 23, 4, NULL},
		{HEAD PPN GS "D280400" GS "D280500" END, 31, 6, NULL},
		{HEAD PPN GS "S" END, 23, 0, NULL},
		{HEAD PPN GS "SA#" END, 24, 1, NULL},
		{HEAD PPN GS "SA" GS "SB" END, 26, 1, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_ppn ppn = {0};
		struct fault fault = {0};
		enum err err = gs1_ppn_read(span_text(rows[i].text), &ppn, &fault);
		CHECK_ROW((err == OK) == (rows[i].lot != NULL), "row %zu: %s", i, fault.text);
		if (err)
			CHECK_ROW(fault.at == rows[i].at && fault.size == rows[i].size,
				"row %zu: at %zu size %zu: %s", i, fault.at, fault.size,
				fault.text);
		else
			CHECK_ROW(span_is(ppn.lot, rows[i].lot), "row %zu", i);
	}
	CHECK(gs1_ppn_read(span_text(HEAD), &(struct gs1_ppn){0}, NULL) == ERR_FORMAT);
}

TEST(only_numbers_of_agency_11_have_a_gtin)
{
	static const struct {
		const char *ppn, *gtin;
	} rows[] = {{"110375286414", "04150037528643"}, {"120375286418", ""}, {"11037528A414", ""},
		{"1103752864", ""}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char gtin[GS1_GTIN_SIZE + 1];
		gs1_ppn_gtin(span_text(rows[i].ppn), gtin);
		CHECK_ROW(strcmp(gtin, rows[i].gtin) == 0, "%s: %s", rows[i].ppn, gtin);
	}
}

TAP_MAIN(CASE(messages_are_read_field_by_field), CASE(only_numbers_of_agency_11_have_a_gtin))
