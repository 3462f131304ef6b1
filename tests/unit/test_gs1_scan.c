/* From scanner bytes to the medicine view. */
#include "gs1/syntax/scan.h"
#include "tests/tap.h"

#define VECTORS "tests/vectors/gs1_scans.tsv"
#define COLUMNS 7

/* "<GS>" and the like become control characters, in place. */
static size_t unmark(char *text)
{
	static const struct {
		const char *mark;
		char character;
	} marks[] = {{"<GS>", 0x1D}, {"<RS>", 0x1E}, {"<EOT>", 0x04}};
	size_t size = 0;
	for (const char *from = text; *from;) {
		size_t i = 0;
		while (i < 3 && strncmp(from, marks[i].mark, strlen(marks[i].mark)) != 0)
			i++;
		text[size++] = i < 3 ? marks[i].character : *from;
		from += i < 3 ? strlen(marks[i].mark) : 1;
	}
	text[size] = 0;
	return size;
}

static bool is(const char *column, const char *text)
{
	return strcmp(strcmp(column, "-") == 0 ? "" : column, text) == 0;
}

static void check_pack(struct tap *tap, char *column[COLUMNS], const struct gs1_pack *pack)
{
	static const char *const kinds[] = {[GS1_KIND_PACK] = "pack",
		[GS1_KIND_LOGISTIC] = "logistic",
		[GS1_KIND_LOCATION] = "location",
		[GS1_KIND_OTHER] = "other"};
	CHECK_ROW(is(column[1], kinds[pack->kind]), "%s: kind %s", column[0], kinds[pack->kind]);
	CHECK_ROW(is(column[2], pack->gtin), "%s: gtin %s", column[0], pack->gtin);
	CHECK_ROW(is(column[3], pack->serial) && pack->has_serial == (pack->serial[0] != 0),
		"%s: serial %s", column[0], pack->serial);
	CHECK_ROW(is(column[4], pack->lot) && pack->has_lot == (pack->lot[0] != 0), "%s: lot %s",
		column[0], pack->lot);
	CHECK_ROW(is(column[5], pack->expiry) && pack->has_expiry == (pack->expiry[0] != 0),
		"%s: expiry %s", column[0], pack->expiry);
	const char *key = pack->kind == GS1_KIND_LOGISTIC   ? pack->sscc
			  : pack->kind == GS1_KIND_LOCATION ? pack->gln
							    : pack->ppn;
	CHECK_ROW(is(column[6], key), "%s: key %s", column[0], key);
}

static void check_scan(struct tap *tap, char *column[COLUMNS])
{
	struct gs1_scan scan;
	struct gs1_pack pack;
	struct fault fault = {0};
	size_t size = unmark(column[0]);
	enum err err = gs1_scan_read(span_of(column[0], size), &scan, &fault);
	if (strcmp(column[1], "fault") == 0) {
		CHECK_ROW(err != OK && fault.err == err, "%s", column[0]);
		CHECK_ROW(fault.at == strtoul(column[2], NULL, 10) &&
				  fault.size == strtoul(column[3], NULL, 10) &&
				  strstr(fault.text, column[4]),
			"%s: at %zu size %zu: %s", column[0], fault.at, fault.size, fault.text);
		return;
	}
	CHECK_ROW(err == OK, "%s: at %zu: %s", column[0], fault.at, fault.text);
	if (err)
		return;
	NEED(gs1_pack_read(&scan, &pack, &fault) == OK);
	check_pack(tap, column, &pack);
}

TEST(scans_say_what_the_table_says)
{
	FILE *file = fopen(VECTORS, "r");
	NEED(file);
	char line[1024];
	int count = 0;
	while (fgets(line, sizeof line, file)) {
		if (line[0] == '#')
			continue;
		line[strcspn(line, "\n")] = 0;
		char *column[COLUMNS];
		size_t columns = 0;
		for (char *at = line; at && columns < COLUMNS;) {
			column[columns++] = at;
			at = strchr(at, '\t');
			if (at)
				*at++ = 0;
		}
		CHECK_ROW(columns == (columns > 1 && strcmp(column[1], "fault") == 0 ? 5 : 7),
			"%s: %zu columns", column[0], columns);
		if (columns < 5)
			continue;
		check_scan(tap, column);
		count++;
	}
	(void)fclose(file);
	CHECK_ROW(count >= 60, "%d rows", count);
}

TEST(line_ends_of_the_scanner_are_dropped)
{
	struct gs1_scan scan;
	struct fault fault = {0};
	CHECK(gs1_scan_read(span_text("]d2010950600013435210AB\r\n"), &scan, &fault) == OK);
	CHECK(span_is(scan.data, "010950600013435210AB") && scan.form == GS1_FORM_ELEMENTS &&
		scan.aim == GS1_AIM_GS1_DATAMATRIX);
	CHECK(strcmp(gs1_aim_name(scan.aim), "GS1 DataMatrix") == 0);
}

TEST(text_of_another_kind_is_told_from_gs1_data)
{
	struct gs1_scan scan;
	struct gs1_pack pack;
	struct fault fault = {0};
	CHECK(gs1_scan_read(span_text("]Q1ASY1:HELLO"), &scan, &fault) == OK);
	CHECK(scan.form == GS1_FORM_TEXT && scan.elements.count == 0 &&
		span_is(scan.data, "ASY1:HELLO"));
	CHECK(gs1_pack_read(&scan, &pack, &fault) == ERR_FORMAT && fault.text[0]);
}

TEST(counts_numbers_and_extensions_are_taken)
{
	struct gs1_scan scan;
	struct gs1_pack pack;
	struct fault fault = {0};
	NEED(gs1_scan_read(span_text("(00)106141412345678908(02)09506000134352(37)24"), &scan,
		     &fault) == OK);
	NEED(gs1_pack_read(&scan, &pack, &fault) == OK);
	CHECK(pack.has_count && pack.count == 24);
	NEED(gs1_scan_read(span_text("(01)09506000134352(711)341234567(712)1"), &scan, &fault) ==
		OK);
	NEED(gs1_pack_read(&scan, &pack, &fault) == OK);
	CHECK(pack.has_nhrn && pack.nhrn_ai == 711 && strcmp(pack.nhrn, "341234567") == 0);
	NEED(gs1_scan_read(span_text("(414)0614141000012(254)A1"), &scan, &fault) == OK);
	NEED(gs1_pack_read(&scan, &pack, &fault) == OK);
	CHECK(strcmp(pack.gln_extension, "A1") == 0);
	NEED(gs1_scan_read(span_text("(01)09506000134352(7003)2804301200(17)280500"), &scan,
		     &fault) == OK);
	NEED(gs1_pack_read(&scan, &pack, &fault) == OK);
	CHECK(strcmp(pack.expiry, "280500") == 0);
}

TEST(limits_are_errors)
{
	static uint8_t big[GS1_SCAN_MAX + 1];
	struct gs1_scan scan;
	struct fault fault = {0};
	memset(big, '9', sizeof big);
	CHECK(gs1_scan_read(span_of(big, sizeof big), &scan, &fault) == ERR_LIMIT);
	CHECK(gs1_scan_read(span_of(big, GS1_SCAN_MAX), &scan, &fault) == ERR_FORMAT);
	char many[4 * (GS1_ELEMENTS_MAX + 1)];
	for (size_t i = 0; i < sizeof many; i += 4)
		memcpy(many + i, "99A\x1D", 4);
	CHECK(gs1_scan_read(span_of(many, sizeof many - 4), &scan, &fault) == OK);
	CHECK(scan.elements.count == GS1_ELEMENTS_MAX);
	CHECK(gs1_scan_read(span_of(many, sizeof many), &scan, &fault) == ERR_LIMIT);
	/* Much percent-encoded text: 70 characters of 3 bytes each, again and again. */
	char link[8000] = "https://a/00/106141412345678908?";
	static const int ais[] = {91, 92, 93, 94, 95, 96, 97, 98, 99, 4302, 4303, 4304, 4305, 4306};
	size_t size = strlen(link);
	for (size_t n = 0; n < sizeof ais / sizeof ais[0]; n++) {
		size += (size_t)snprintf(link + size, sizeof link - size, "&%d=", ais[n]);
		for (int i = 0; i < 70; i++, size += 3)
			memcpy(link + size, "%41", 3);
		if (n == 3)
			CHECK(gs1_scan_read(span_of(link, size), &scan, &fault) == OK);
	}
	CHECK(gs1_scan_read(span_of(link, size), &scan, &fault) == ERR_LIMIT);
}

TAP_MAIN(CASE(scans_say_what_the_table_says), CASE(line_ends_of_the_scanner_are_dropped),
	CASE(text_of_another_kind_is_told_from_gs1_data),
	CASE(counts_numbers_and_extensions_are_taken), CASE(limits_are_errors))
