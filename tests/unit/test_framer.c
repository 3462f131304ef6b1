#include "scanners/input/framer.h"

#include "tests/tap.h"

#include <stdlib.h>

#define LONG FRAMER_SIZE_MAX

/* Feeds the bytes in pieces and writes what comes out as a line: "scan|scan|!at why|=double". */
static void frame(struct framer *framer, struct span bytes, size_t piece, int64_t now_ms,
	bool at_end, char *out, size_t room)
{
	struct span scan = {0};
	struct fault fault = {0};
	size_t used = 0;
	out[0] = 0;
	while (bytes.size || at_end) {
		struct span input = span_cut(bytes, 0, piece);
		bytes = span_cut(bytes, input.size, bytes.size);
		for (;;) {
			bool last = !input.size && !bytes.size && at_end;
			enum framed framed =
				last ? framer_end(framer, now_ms, &scan, &fault)
				     : framer_next(framer, &input, now_ms, &scan, &fault);
			if (framed == FRAMED_NONE) {
				if (last)
					return;
				break;
			}
			const char *bar = used ? "|" : "";
			if (framed == FRAMED_FAULT)
				used += (size_t)snprintf(out + used, room - used, "%s!%zu %s", bar,
					fault.at, err_name(fault.err));
			else
				used += (size_t)snprintf(out + used, room - used, "%s%s%.*s", bar,
					framed == FRAMED_DOUBLE ? "=" : "", (int)scan.size,
					(const char *)scan.at);
			if (last)
				return;
		}
	}
}

static const struct {
	const char *name;
	const char *bytes;
	size_t size; /* 0: strlen */
	const char *out;
} rows[] = {
	{"CR ends", "]d201\r", 0, "]d201"},
	{"LF ends", "a\n", 0, "a"},
	{"CR LF is one end", "a\r\nb\r\n", 0, "a|b"},
	{"LF CR is one end", "a\n\rb\n\r", 0, "a|b"},
	{"ETX ends, STX begins", "\002a\003\002b\003", 0, "a|b"},
	{"an empty scan is none", "\r\r\n\n\003a\r", 0, "a"},
	{"no end, no scan", "abc", 0, ""},
	{"GS, RS and EOT stand", "[)>\03606\0359N1\036\004\r", 0, "[)>\03606\0359N1\036\004"},
	{"bytes above ASCII stand", "\303\274\r", 0, "\303\274"},
	{"NUL is reported", "ab\0c\rd\r", 7, "!2 ERR_FORMAT|d"},
	{"NUL first", "\0\rd\r", 4, "!0 ERR_FORMAT|d"},
	{"STX inside is reported", "a\002b\rd\r", 0, "!1 ERR_FORMAT|d"},
	{"a tab is reported", "a\tb\rd\r", 0, "!1 ERR_FORMAT|d"},
	{"escape is reported", "abc\033\rd\r", 0, "!3 ERR_FORMAT|d"},
	{"DEL is reported", "\177\rd\r", 0, "!0 ERR_FORMAT|d"},
	{"the first of two is told", "a\001b\002\rd\r", 0, "!1 ERR_FORMAT|d"},
	{"damage without an end waits", "a\001b", 0, ""},
};

TEST(frames_by_suffix)
{
	struct framer *framer = malloc(sizeof *framer);
	char out[256];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t size = rows[i].size ? rows[i].size : strlen(rows[i].bytes);
		for (size_t piece = 1; piece <= size; piece++) {
			framer_init(framer, 0);
			frame(framer, span_of(rows[i].bytes, size), piece, 0, false, out,
				sizeof out);
			CHECK_ROW(!strcmp(out, rows[i].out), "%s, pieces of %zu: %s", rows[i].name,
				piece, out);
		}
	}
	free(framer);
}

TEST(a_scan_may_be_as_long_as_the_limit_and_no_longer)
{
	struct framer *framer = malloc(sizeof *framer);
	uint8_t *bytes = malloc(LONG + 8);
	char *out = malloc(2 * LONG);
	memset(bytes, 'x', LONG + 8);
	bytes[LONG] = '\r';
	framer_init(framer, 0);
	frame(framer, span_of(bytes, LONG + 1), 1000, 0, false, out, 2 * LONG);
	CHECK(strlen(out) == LONG);
	bytes[LONG] = 'x';
	memcpy(bytes + LONG + 1, "\rok\r", 4);
	frame(framer, span_of(bytes, LONG + 5), 1000, 0, false, out, 2 * LONG);
	CHECK_ROW(!strcmp(out, "!4096 ERR_LIMIT|ok"), "%.40s", out);
	free(out);
	free(bytes);
	free(framer);
}

TEST(silence_ends_a_scan)
{
	struct framer *framer = malloc(sizeof *framer);
	char out[64];
	framer_init(framer, 0);
	frame(framer, span_text("a\rbc"), 2, 0, true, out, sizeof out);
	CHECK_ROW(!strcmp(out, "a|bc"), "%s", out);
	CHECK(!framer_is_open(framer));
	frame(framer, span_text("a\001c"), 2, 0, true, out, sizeof out);
	CHECK_ROW(!strcmp(out, "!1 ERR_FORMAT"), "%s", out);
	CHECK(!framer_is_open(framer));
	frame(framer, span_text("half"), 4, 0, false, out, sizeof out);
	CHECK(framer_is_open(framer));
	CHECK(framer_drop(framer) == 4);
	frame(framer, span_text("whole\r"), 4, 0, false, out, sizeof out);
	CHECK_ROW(!strcmp(out, "whole"), "%s", out);
	free(framer);
}

TEST(the_same_scan_again_within_the_time_is_held_back)
{
	struct framer *framer = malloc(sizeof *framer);
	char out[64];
	framer_init(framer, 500);
	frame(framer, span_text("a\ra\rb\ra\r"), 99, 1000, false, out, sizeof out);
	CHECK_ROW(!strcmp(out, "a|=a|b|a"), "%s", out);
	frame(framer, span_text("a\r"), 99, 1499, false, out, sizeof out);
	CHECK_ROW(!strcmp(out, "=a"), "%s", out);
	frame(framer, span_text("a\r"), 99, 1998, false, out, sizeof out);
	CHECK_ROW(!strcmp(out, "=a"), "held down: %s", out);
	frame(framer, span_text("a\r"), 99, 2498, false, out, sizeof out);
	CHECK_ROW(!strcmp(out, "a"), "%s", out);
	free(framer);
}

TAP_MAIN(CASE(frames_by_suffix), CASE(a_scan_may_be_as_long_as_the_limit_and_no_longer),
	CASE(silence_ends_a_scan), CASE(the_same_scan_again_within_the_time_is_held_back))
