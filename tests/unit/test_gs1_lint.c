/* The content rules, right rows beside wrong ones with the place of the fault. */
#include "gs1/syntax/lint.h"
#include "tests/tap.h"

#define GOOD SIZE_MAX

static const struct {
	enum gs1_lint lint;
	const char *data;
	size_t at; /* GOOD, or where the fault is */
	size_t size;
} rows[] = {
	{GS1_LINT_CSUM, "09506000134352", GOOD, 0},
	{GS1_LINT_CSUM, "09506000134353", 13, 1},
	{GS1_LINT_CSUM, "0950600013435X", 13, 1},
	{GS1_LINT_CSUM, "09S06000134352", 2, 1},
	{GS1_LINT_CSUM, "0", GOOD, 0},
	{GS1_LINT_CSUM, "7", 0, 1},
	{GS1_LINT_CSUM, "", 0, 0},
	{GS1_LINT_CSUMALPHA, "1987654Ad4X4bL5ttr2310c2K", GOOD, 0},
	{GS1_LINT_CSUMALPHA, "1987654Ad4X4bL5ttr2310cK2", 23, 2},
	{GS1_LINT_CSUMALPHA, "1987654Ad4X4 L5ttr2310c2K", 12, 1},
	{GS1_LINT_CSUMALPHA, "1", 0, 1},
	{GS1_LINT_GCPPOS1, "0123A", GOOD, 0},
	{GS1_LINT_GCPPOS1, "012A3", 3, 1},
	{GS1_LINT_GCPPOS1, "012", 0, 3},
	{GS1_LINT_GCPPOS2, "X0123", GOOD, 0},
	{GS1_LINT_GCPPOS2, "X01A3", 3, 1},
	{GS1_LINT_GCPPOS2, "X", 0, 1},
	{GS1_LINT_CSETNUMERIC, "0123456789", GOOD, 0},
	{GS1_LINT_CSETNUMERIC,
		"01\x1D"
		"3",
		2, 1},
	{GS1_LINT_CSET82, "!\"%&'()*+,-./09:;<=>?AZ_az", GOOD, 0},
	{GS1_LINT_CSET82, "a b", 1, 1},
	{GS1_LINT_CSET82, "a#", 1, 1},
	{GS1_LINT_CSET82, "\xC3\xBC", 0, 1},
	{GS1_LINT_CSET39, "#-/09AZ", GOOD, 0},
	{GS1_LINT_CSET39, "AbC", 1, 1},
	{GS1_LINT_CSET64, "AZaz09-_", GOOD, 0},
	{GS1_LINT_CSET64, "AZ=", GOOD, 0},
	{GS1_LINT_CSET64, "AZ==", 2, 2},
	{GS1_LINT_CSET64, "A+Z", 1, 1},
	{GS1_LINT_CSET64, "A=Z", 1, 1},
	{GS1_LINT_CSET64, "+Z=", 0, 1},
	{GS1_LINT_CSET64, "+ZZ=", 3, 1},
	{GS1_LINT_CSET64, "A=Z=", 3, 1},
	{GS1_LINT_CSET64, "===", 0, 3},
	{GS1_LINT_YYMMDD, "280229", GOOD, 0},
	{GS1_LINT_YYMMDD, "270229", 4, 2},
	{GS1_LINT_YYMMDD, "280200", 4, 2},
	{GS1_LINT_YYMMDD, "281301", 2, 2},
	{GS1_LINT_YYMMD0, "280200", GOOD, 0},
	{GS1_LINT_YYMMD0, "000229", GOOD, 0},
	{GS1_LINT_YYMMD0, "280000", 2, 2},
	{GS1_LINT_YYMMD0, "28O200", 2, 1},
	{GS1_LINT_YYMMD0, "2802", 0, 4},
	{GS1_LINT_YYYYMMDD, "20000229", GOOD, 0},
	{GS1_LINT_YYYYMMDD, "21000229", 6, 2},
	{GS1_LINT_YYYYMMD0, "21000200", GOOD, 0},
	{GS1_LINT_YYYYMMD0, "21001300", 4, 2},
	{GS1_LINT_HH, "23", GOOD, 0},
	{GS1_LINT_HH, "24", 0, 2},
	{GS1_LINT_MI, "59", GOOD, 0},
	{GS1_LINT_MI, "60", 0, 2},
	{GS1_LINT_SS, "00", GOOD, 0},
	{GS1_LINT_SS, "6", 0, 1},
	{GS1_LINT_HHMI, "2359", GOOD, 0},
	{GS1_LINT_HHMI, "2360", 2, 2},
	{GS1_LINT_HHMI, "23O0", 2, 1},
	{GS1_LINT_HHMI, "24O0", 0, 2},
	{GS1_LINT_HHMI, "23591", 0, 5},
	{GS1_LINT_NONZERO, "0010", GOOD, 0},
	{GS1_LINT_NONZERO, "0000", 0, 4},
	{GS1_LINT_ZERO, "00", GOOD, 0},
	{GS1_LINT_ZERO, "01", 0, 2},
	{GS1_LINT_NOZEROPREFIX, "10", GOOD, 0},
	{GS1_LINT_NOZEROPREFIX, "01", 0, 1},
	{GS1_LINT_NOZEROPREFIX, "1/", 1, 1},
	{GS1_LINT_NOZEROPREFIX, "0/", 0, 1},
	{GS1_LINT_HASNONDIGIT, "12A", GOOD, 0},
	{GS1_LINT_HASNONDIGIT, "123", 0, 3},
	{GS1_LINT_YESNO, "1", GOOD, 0},
	{GS1_LINT_YESNO, "2", 0, 1},
	{GS1_LINT_WINDING, "9", GOOD, 0},
	{GS1_LINT_WINDING, "8", 0, 1},
	{GS1_LINT_ISO5218, "2", GOOD, 0},
	{GS1_LINT_ISO5218, "3", 0, 1},
	{GS1_LINT_HYPHEN, "-", GOOD, 0},
	{GS1_LINT_HYPHEN, "", 0, 0},
	{GS1_LINT_IMPORTERIDX, "_", GOOD, 0},
	{GS1_LINT_IMPORTERIDX, "=", 0, 1},
	{GS1_LINT_PCENC, "a%2Fb", GOOD, 0},
	{GS1_LINT_PCENC, "a%2Gb", 1, 3},
	{GS1_LINT_PCENC, "a%2", 1, 2},
	{GS1_LINT_PIECEOFTOTAL, "0102", GOOD, 0},
	{GS1_LINT_PIECEOFTOTAL, "0301", 0, 4},
	{GS1_LINT_PIECEOFTOTAL, "0001", 0, 2},
	{GS1_LINT_PIECEOFTOTAL, "0100", 2, 2},
	{GS1_LINT_PIECEOFTOTAL, "123", 0, 3},
	{GS1_LINT_PIECEOFTOTAL, "1x3", 1, 1},
	{GS1_LINT_POSINSEQSLASH, "2/10", GOOD, 0},
	{GS1_LINT_POSINSEQSLASH, "10/9", 0, 4},
	{GS1_LINT_POSINSEQSLASH, "1/02", 2, 2},
	{GS1_LINT_LATITUDE, "1800000000", GOOD, 0},
	{GS1_LINT_LATITUDE, "1800000001", 0, 10},
	{GS1_LINT_LONGITUDE, "3600000000", GOOD, 0},
	{GS1_LINT_LONGITUDE, "3600000001", 0, 10},
	{GS1_LINT_ISO3166, "826", GOOD, 0},
	{GS1_LINT_ISO3166, "827", 0, 3},
	{GS1_LINT_ISO3166, "999", 0, 3},
	{GS1_LINT_ISO3166999, "999", GOOD, 0},
	{GS1_LINT_ISO3166999, "998", 0, 3},
	{GS1_LINT_ISO3166ALPHA2, "GB", GOOD, 0},
	{GS1_LINT_ISO3166ALPHA2, "UK", 0, 2},
	{GS1_LINT_ISO4217, "826", GOOD, 0},
	{GS1_LINT_ISO4217, "827", 0, 3},
	{GS1_LINT_MEDIATYPE, "10", GOOD, 0},
	{GS1_LINT_MEDIATYPE, "11", 0, 2},
	{GS1_LINT_PACKAGETYPE, "PX", GOOD, 0},
	{GS1_LINT_PACKAGETYPE, "9", GOOD, 0},
	{GS1_LINT_PACKAGETYPE, "9 ", 0, 2},
	{GS1_LINT_PACKAGETYPE, "ZZZ", 0, 3},
	{GS1_LINT_IBAN, "GB29NWBK60161331926819", GOOD, 0},
	{GS1_LINT_IBAN, "GB92NWBK60161331926819", 2, 2},
	{GS1_LINT_IBAN, "ZZ29NWBK60161331926819", 0, 2},
	{GS1_LINT_IBAN, "GB29nWBK60161331926819", 4, 1},
	{GS1_LINT_IBAN, "GB2x", 0, 4},
	{GS1_LINT_IBAN, "GB", 0, 2},
	{GS1_LINT_IBAN, "4f29", 0, 2},
	{GS1_LINT_IBAN, "BE72Y", 0, 5},
	{GS1_LINT_IBAN, "zz29NWBK60161331926819zz29NWBK60161331926819", 0, 2},
	{GS1_LINT_IBAN, "GB29NWBK60161331926819GB29NWBK60161331926819", 0, 44},
	{GS1_LINT_COUPONCODE, "106141416543213500110000310123196000", GOOD, 0},
	{GS1_LINT_COUPONCODE, "", 0, 0},
	{GS1_LINT_COUPONCODE, "10614141654321350011000031012319600X", 35, 1},
	{GS1_LINT_COUPONCODE, "706141416", 0, 1},
	{GS1_LINT_COUPONCODE, "1061414", 1, 6},
	{GS1_LINT_COUPONCODE, "10614141654321", 0, 14},
	{GS1_LINT_COUPONCODE, "106141416543213500110000310123137", 31, 2},
	{GS1_LINT_COUPONCODE, "1061414165432135001100003102231", 25, 6},
	{GS1_LINT_COUPONCODE, "10614141654321350011000031012314110101", 24, 14},
	{GS1_LINT_COUPONCODE, "10614141654321350011000041012313101231", 31, 7},
	{GS1_LINT_COUPONCODE, "10614141654321350011000095000", GOOD, 0},
	{GS1_LINT_COUPONCODE, "10614141654321350011000098000", 25, 1},
	{GS1_LINT_COUPONCODE, "10614141654321350011000095002", 28, 1},
	{GS1_LINT_COUPONPOSOFFER, "001234561234560123456", GOOD, 0},
	{GS1_LINT_COUPONPOSOFFER, "201234561234560123456", 0, 1},
	{GS1_LINT_COUPONPOSOFFER, "0012345612345601234567", 21, 1},
	{GS1_LINT_COUPONPOSOFFER, "061234567890121234569123456789012345", GOOD, 0},
};

TEST(each_rule_refuses_where_the_fault_is)
{
	bool tried[GS1_LINT_COUNT] = {false};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = {0};
		const char *name = gs1_lint_name(rows[i].lint);
		enum err err = gs1_lint(rows[i].lint, span_text(rows[i].data), &fault);
		tried[rows[i].lint] = true;
		CHECK_ROW((err == OK) == (rows[i].at == GOOD), "%s \"%s\": %s", name, rows[i].data,
			fault.text);
		if (err)
			CHECK_ROW(fault.err == err && fault.at == rows[i].at &&
					  fault.size == rows[i].size && fault.text[0],
				"%s \"%s\": at %zu size %zu", name, rows[i].data, fault.at,
				fault.size);
	}
	for (enum gs1_lint lint = 1; lint < GS1_LINT_COUNT; lint++)
		CHECK_ROW(tried[lint], "no case of %s", gs1_lint_name(lint));
}

TEST(rules_are_found_by_name)
{
	CHECK(gs1_lint_by_name(span_text("csum")) == GS1_LINT_CSUM);
	CHECK(gs1_lint_by_name(span_text("couponposoffer")) == GS1_LINT_COUPONPOSOFFER);
	CHECK(gs1_lint_by_name(span_text("nosuchrule")) == GS1_LINT_NONE);
	for (enum gs1_lint lint = 1; lint < GS1_LINT_COUNT; lint++)
		CHECK(gs1_lint_by_name(span_text(gs1_lint_name(lint))) == lint);
}

/* The sizes the standard gives: 82, 39, 64 and 32 characters. */
TEST(character_sets_have_their_size)
{
	static const struct {
		enum gs1_set set;
		int size;
	} sets[] = {{GS1_SET_DIGIT, 10}, {GS1_SET_82, 82}, {GS1_SET_39, 39}, {GS1_SET_64, 64},
		{GS1_SET_32, 32}};
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		int count = 0;
		for (unsigned c = 0; c < 256; c++)
			count += gs1_set_has(sets[i].set, (uint8_t)c);
		CHECK_ROW(count == sets[i].size, "set %u has %d", (unsigned)sets[i].set, count);
	}
}

TAP_MAIN(CASE(each_rule_refuses_where_the_fault_is), CASE(rules_are_found_by_name),
	CASE(character_sets_have_their_size))
