#include "scanners/symbol/picture.h"
#include "scanners/symbol/qr.h"
#include "tests/tap.h"
#include "tests/unit/canvas.h"
#include "tests/unit/shared_set.h"

#define GOLDEN "tests/vectors/badge.txt"

/* 331 bytes in base45: a whole badge, 502 characters. */
static bool badge_text(struct buf *text)
{
	return set_read(GOLDEN, text);
}

static bool modules_of(struct span text, struct modules *modules)
{
	struct buf svg;
	buf_init(&svg, 1 << 20);
	bool good = qr_svg(text, &svg, NULL) == OK && modules_from_svg(buf_text(&svg), modules);
	buf_close(&svg);
	return good;
}

static enum err canvas_read_one(const struct canvas *canvas, struct buf *text, struct fault *fault)
{
	struct buf png;
	buf_init(&png, 64 << 20);
	canvas_png(canvas, &png);
	enum err err = picture_read_one(buf_span(&png), text, fault);
	buf_close(&png);
	return err;
}

TEST(what_is_drawn_is_read_back)
{
	static const char *const texts[] = {"A", "0123456789",
		"https://id.gs1.org/01/09506000134352", "lower case, UPPER CASE and 123",
		"Zo\xc3\xab \xc5\x81\xc4\x99 \xe2\x82\xac", "%69 VD92EX0"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		for (unsigned module_px = 2; module_px <= 8; module_px += 3) {
			struct buf png, back;
			struct fault fault = {0};
			buf_init(&png, 1 << 20);
			buf_init(&back, 4096);
			CHECK(qr_png(span_text(texts[i]), module_px, &png, &fault) == OK);
			CHECK_ROW(picture_read_one(buf_span(&png), &back, &fault) == OK,
				"%s at %u: %s", texts[i], module_px, fault.text);
			CHECK_ROW(span_is(buf_span(&back), texts[i]), "%s: %s", texts[i],
				buf_text(&back));
			buf_close(&png);
			buf_close(&back);
		}
	}
}

TEST(reads_a_badge_scaled_turned_spoilt_and_light_on_dark)
{
	static const struct {
		double module_px, degrees;
		unsigned noise;
		uint8_t dark, light, around;
	} rows[] = {
		{3, 0, 0, 0, 255, 255},
		{4.3, 0, 0, 0, 255, 255},
		{2.5, 0, 0, 0, 255, 255},
		{4, 7, 0, 0, 255, 255},
		{4.3, 7, 25, 0, 255, 255},
		{5, 90, 0, 0, 255, 200},
		{4, 180, 10, 0, 255, 255},
		{6, 17, 30, 20, 235, 128},
		{4, 0, 5, 90, 160, 160},
		{4, 0, 0, 255, 0, 0},
	};
	struct buf text;
	static struct modules modules;
	NEED(badge_text(&text) && text.size == 502);
	NEED(modules_of(buf_span(&text), &modules));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf back;
		struct fault fault = {0};
		buf_init(&back, 4096);
		struct canvas canvas = canvas_make(720, 640, rows[i].around);
		NEED(canvas.pixels);
		canvas_draw(&canvas, &modules, 350.4, 318.7, rows[i].module_px, rows[i].degrees,
			rows[i].dark, rows[i].light);
		if (rows[i].noise)
			canvas_spoil(&canvas, rows[i].noise, 7);
		CHECK_ROW(canvas_read_one(&canvas, &back, &fault) == OK, "row %zu: %s", i,
			fault.text);
		CHECK_ROW(span_equal(buf_span(&back), buf_span(&text)), "row %zu", i);
		free(canvas.pixels);
		buf_close(&back);
	}
	buf_close(&text);
}

TEST(tells_no_code_from_several)
{
	static struct modules first, second;
	struct buf back;
	struct fault fault = {0};
	buf_init(&back, 4096);
	NEED(modules_of(span_text("ASY1:FIRST"), &first));
	NEED(modules_of(span_text("ASY1:SECOND"), &second));
	struct canvas canvas = canvas_make(640, 320, 255);
	NEED(canvas.pixels);
	CHECK(canvas_read_one(&canvas, &back, &fault) == ERR_NOT_FOUND &&
		strstr(fault.text, "640 x 320"));
	canvas_draw(&canvas, &first, 160, 160, 6, 0, 0, 255);
	CHECK(canvas_read_one(&canvas, &back, &fault) == OK);
	CHECK(span_is(buf_span(&back), "ASY1:FIRST"));
	buf_reset(&back);
	canvas_draw(&canvas, &first, 480, 160, 6, 0, 0, 255);
	CHECK_ROW(canvas_read_one(&canvas, &back, &fault) == OK, "the same twice: %s", fault.text);
	CHECK(span_is(buf_span(&back), "ASY1:FIRST"));
	buf_reset(&back);
	canvas_draw(&canvas, &second, 480, 160, 6, 0, 0, 255);
	CHECK(canvas_read_one(&canvas, &back, &fault) == ERR_UNSURE && back.size == 0);
	CHECK_ROW(strstr(fault.text, "2 QR codes"), "%s", fault.text);
	free(canvas.pixels);
	buf_close(&back);
}

static bool count_found(void *self, struct span text)
{
	unsigned *seen = self;
	if (span_is(text, "ASY1:FIRST"))
		*seen |= 1;
	if (span_is(text, "ASY1:SECOND"))
		*seen |= 2;
	return true;
}

static bool stop_at_once(void *self, struct span text)
{
	(void)self, (void)text;
	return false;
}

TEST(tells_each_code_until_it_is_stopped)
{
	static struct modules first, second;
	struct buf png;
	unsigned seen = 0;
	size_t count = 0;
	NEED(modules_of(span_text("ASY1:FIRST"), &first));
	NEED(modules_of(span_text("ASY1:SECOND"), &second));
	struct canvas canvas = canvas_make(640, 320, 255);
	NEED(canvas.pixels);
	canvas_draw(&canvas, &first, 160, 160, 6, 0, 0, 255);
	canvas_draw(&canvas, &second, 480, 160, 6, 7, 0, 255);
	buf_init(&png, 1 << 20);
	canvas_png(&canvas, &png);
	CHECK(picture_read(buf_span(&png), count_found, &seen, &count, NULL) == OK);
	CHECK(count == 2 && seen == 3);
	CHECK(picture_read(buf_span(&png), stop_at_once, NULL, &count, NULL) == OK && count == 1);
	free(canvas.pixels);
	buf_close(&png);
}

TEST(a_code_cut_at_its_edge_is_not_found)
{
	static struct modules modules;
	struct buf back;
	struct fault fault = {0};
	buf_init(&back, 4096);
	NEED(modules_of(span_text("https://hospital.example/status/7"), &modules));
	struct canvas canvas = canvas_make(200, 200, 255);
	NEED(canvas.pixels);
	canvas_draw(&canvas, &modules, 185, 100, 5, 0, 0, 255);
	CHECK(canvas_read_one(&canvas, &back, &fault) == ERR_NOT_FOUND && back.size == 0);
	free(canvas.pixels);
	buf_close(&back);
}

TEST(refuses_what_is_no_picture_or_too_large_a_one)
{
	struct buf png, back;
	struct fault fault = {0};
	buf_init(&png, 1 << 20);
	buf_init(&back, 4096);
	NEED(qr_png(span_text("A"), 4, &png, NULL) == OK);
	CHECK(picture_read_one((struct span){0}, &back, &fault) == ERR_FORMAT);
	CHECK(picture_read_one(span_text("\xff\xd8\xff\xe0 JFIF"), &back, &fault) == ERR_FORMAT &&
		strstr(fault.text, "not a PNG"));
	CHECK(picture_read_one(span_cut(buf_span(&png), 0, png.size / 2), &back, &fault) ==
		ERR_FORMAT);
	png.at[png.size / 2] ^= 0x55;
	CHECK(picture_read_one(buf_span(&png), &back, &fault) != OK);
	/* The same header with a huge width: nothing is read, nothing large is allocated. */
	buf_reset(&png);
	struct canvas canvas = canvas_make(16, 16, 255);
	NEED(canvas.pixels);
	canvas_png(&canvas, &png);
	memcpy(png.at + 16, "\0\0\x7f\xff\0\0\x7f\xff", 8);
	uint32_t crc = crc32_of(span_of(png.at + 12, 17));
	for (int i = 0; i < 4; i++)
		png.at[29 + i] = (uint8_t)(crc >> (24 - 8 * i));
	CHECK_ROW(picture_read_one(buf_span(&png), &back, &fault) == ERR_LIMIT &&
			  strstr(fault.text, "32767 x 32767"),
		"%s", fault.text);
	static uint8_t large[PICTURE_SIZE_MAX + 1];
	CHECK(picture_read_one(span_of(large, sizeof large), &back, &fault) == ERR_LIMIT);
	CHECK(back.size == 0);
	free(canvas.pixels);
	buf_close(&png);
	buf_close(&back);
}

TEST(a_text_must_fit_in_a_symbol)
{
	static char text[QR_TEXT_MAX + 2];
	struct buf out;
	struct fault fault;
	buf_init(&out, 1 << 20);
	memset(text, 'A', QR_TEXT_MAX + 1);
	CHECK(qr_svg(span_of(text, QR_TEXT_MAX), &out, &fault) == OK);
	CHECK(qr_svg(span_of(text, QR_TEXT_MAX + 1), &out, &fault) == ERR_LIMIT);
	memset(text, 'a', QR_TEXT_MAX); /* eight bits a character: fewer fit */
	CHECK(qr_png(span_of(text, 2331), 1, &out, &fault) == OK);
	CHECK(qr_png(span_of(text, 2332), 1, &out, &fault) == ERR_LIMIT);
	CHECK(qr_png((struct span){0}, 1, &out, &fault) == ERR_FORMAT);
	CHECK(qr_terminal(span_of("a\0b", 3), &out, &fault) == ERR_FORMAT);
	CHECK(qr_png(span_text("A"), 0, &out, &fault) == ERR_RANGE);
	CHECK(qr_png(span_text("A"), QR_MODULE_MAX + 1, &out, &fault) == ERR_RANGE);
	buf_close(&out);
	buf_init(&out, 50);
	CHECK(qr_png(span_text("A"), 4, &out, &fault) == ERR_LIMIT);
	buf_reset(&out);
	CHECK(qr_svg(span_text("A"), &out, &fault) == ERR_LIMIT);
	buf_reset(&out);
	CHECK(qr_terminal(span_text("A"), &out, &fault) == ERR_LIMIT);
	buf_close(&out);
}

/* Reads the half blocks back: each line is two rows of modules. */
TEST(the_terminals_half_blocks_are_the_same_modules)
{
	static struct modules modules;
	struct buf lines;
	static const char *const blocks[] = {" ", "\xe2\x96\x84", "\xe2\x96\x80", "\xe2\x96\x88"};
	static const char begin[] = "\x1b[38;5;16;48;5;231m", end[] = "\x1b[0m\n";
	NEED(modules_of(span_text("https://hospital.example/"), &modules));
	buf_init(&lines, 1 << 20);
	NEED(qr_terminal(span_text("https://hospital.example/"), &lines, NULL) == OK);
	const char *at = buf_text(&lines);
	for (unsigned y = 0; y < modules.side; y += 2) {
		NEED(!strncmp(at, begin, sizeof begin - 1));
		at += sizeof begin - 1;
		for (unsigned x = 0; x < modules.side; x++) {
			unsigned lower = y + 1 < modules.side ? modules.dark[y + 1][x] : 0;
			const char *want = blocks[2 * modules.dark[y][x] + lower];
			CHECK_ROW(!strncmp(at, want, strlen(want)), "%u %u", x, y);
			at += strlen(want);
		}
		NEED(!strncmp(at, end, sizeof end - 1));
		at += sizeof end - 1;
	}
	CHECK(*at == 0);
	buf_close(&lines);
}

TEST(a_symbol_has_four_light_modules_around_it)
{
	static struct modules modules;
	NEED(modules_of(span_text("A"), &modules));
	CHECK(modules.side == 21 + 2 * QR_QUIET);
	for (unsigned i = 0; i < modules.side; i++)
		for (unsigned j = 0; j < QR_QUIET; j++)
			CHECK(!modules.dark[j][i] && !modules.dark[i][j] &&
				!modules.dark[modules.side - 1 - j][i] &&
				!modules.dark[i][modules.side - 1 - j]);
	CHECK(modules.dark[QR_QUIET][QR_QUIET] == 1);
}

TAP_MAIN(CASE(what_is_drawn_is_read_back),
	CASE(reads_a_badge_scaled_turned_spoilt_and_light_on_dark),
	CASE(tells_no_code_from_several), CASE(tells_each_code_until_it_is_stopped),
	CASE(a_code_cut_at_its_edge_is_not_found),
	CASE(refuses_what_is_no_picture_or_too_large_a_one), CASE(a_text_must_fit_in_a_symbol),
	CASE(the_terminals_half_blocks_are_the_same_modules),
	CASE(a_symbol_has_four_light_modules_around_it))
