/* Grey pictures for tests of reading: drawn from the SVG of a QR code, turned, scaled and spoilt,
 * and written as PNG with stored blocks, so that the reader meets another writer than its own. */
#ifndef TESTS_UNIT_CANVAS_H
#define TESTS_UNIT_CANVAS_H

#include "ledger/base/buf.h"

#include <math.h>
#include <stdlib.h>

#define CANVAS_SIDE_MAX 185 /* modules of the largest symbol with its quiet zone */

struct modules {
	unsigned side;
	uint8_t dark[CANVAS_SIDE_MAX][CANVAS_SIDE_MAX];
};

/* From qr_svg: "viewBox="0 0 N N"" and runs "Mx yhNv1h-Nz". */
static inline bool modules_from_svg(const char *svg, struct modules *modules)
{
	*modules = (struct modules){0};
	const char *box = strstr(svg, "viewBox=\"0 0 ");
	if (!box)
		return false;
	modules->side = (unsigned)strtoul(box + 13, NULL, 10);
	const char *at = strstr(svg, "/><path d=\"");
	if (!at || modules->side > CANVAS_SIDE_MAX)
		return false;
	unsigned x, y, run, back;
	for (at += 11; sscanf(at, "M%u %uh%uv1h-%uz", &x, &y, &run, &back) == 4;
		at = strchr(at, 'z') + 1) {
		if (run != back || y >= modules->side || x + run > modules->side)
			return false;
		memset(&modules->dark[y][x], 1, run);
	}
	return *at == '"';
}

struct canvas {
	unsigned width, height;
	uint8_t *pixels;
};

static inline struct canvas canvas_make(unsigned width, unsigned height, uint8_t grey)
{
	struct canvas canvas = {width, height, malloc((size_t)width * height)};
	if (canvas.pixels)
		memset(canvas.pixels, grey, (size_t)width * height);
	return canvas;
}

/* The modules around (x, y), module_px pixels each, turned by degrees; each pixel is the mean of
 * 3 x 3 points. */
static inline void canvas_draw(struct canvas *canvas, const struct modules *modules, double x,
	double y, double module_px, double degrees, uint8_t dark, uint8_t light)
{
	double half = modules->side / 2.0, turn = degrees * 3.14159265358979 / 180;
	for (unsigned py = 0; py < canvas->height; py++) {
		for (unsigned px = 0; px < canvas->width; px++) {
			unsigned inside = 0, black = 0;
			for (unsigned i = 0; i < 9; i++) {
				double dx = px + (i % 3 + 0.5) / 3 - x;
				double dy = py + (double)(i / 3 + 0.5) / 3 - y;
				double u = (dx * cos(turn) + dy * sin(turn)) / module_px + half;
				double v = (dy * cos(turn) - dx * sin(turn)) / module_px + half;
				if (u < 0 || v < 0 || u >= modules->side || v >= modules->side)
					continue;
				inside++;
				black += modules->dark[(unsigned)v][(unsigned)u];
			}
			if (inside)
				canvas->pixels[py * canvas->width + px] =
					(uint8_t)((dark * black + light * (9 - black)) / 9);
		}
	}
}

/* Adds to each pixel up to +-amount, the same for the same seed. */
static inline void canvas_spoil(struct canvas *canvas, unsigned amount, uint32_t seed)
{
	for (size_t i = 0; i < (size_t)canvas->width * canvas->height; i++) {
		seed = seed * 1664525 + 1013904223;
		int value =
			canvas->pixels[i] + (int)((seed >> 16) % (2 * amount + 1)) - (int)amount;
		canvas->pixels[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
	}
}

static inline uint32_t crc32_of(struct span bytes)
{
	uint32_t crc = 0xffffffff;
	for (size_t i = 0; i < bytes.size; i++) {
		crc ^= bytes.at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static inline void png_chunk_put(struct buf *png, const char *name, struct span content)
{
	size_t start = png->size + 4;
	buf_put_be(png, content.size, 4);
	buf_put_text(png, name);
	buf_put(png, content);
	uint32_t crc = crc32_of(span_cut(buf_span(png), start, png->size));
	buf_put_be(png, crc, 4);
}

/* Appends the canvas as an 8-bit grey PNG, W3C PNG section 5, deflate blocks of type 0. */
static inline void canvas_png(const struct canvas *canvas, struct buf *png)
{
	struct buf head, body;
	size_t row = (size_t)canvas->width + 1;
	uint32_t a = 1, b = 0; /* Adler-32, RFC 1950 section 9 */
	buf_init(&head, 64);
	buf_init(&body, 2 * row * canvas->height + 1024);
	buf_put(png, span_of("\x89PNG\r\n\x1a\n", 8));
	buf_put_be(&head, canvas->width, 4);
	buf_put_be(&head, canvas->height, 4);
	buf_put(&head, span_of("\x08\0\0\0\0", 5)); /* 8 bits, grey, no filter, no interlace */
	png_chunk_put(png, "IHDR", buf_span(&head));
	buf_put(&body, span_of("\x78\x01", 2));
	for (unsigned y = 0; y < canvas->height; y++) {
		buf_put_u8(&body, y + 1 == canvas->height);
		buf_put_u8(&body, (uint8_t)row);
		buf_put_u8(&body, (uint8_t)(row >> 8));
		buf_put_u8(&body, (uint8_t)~row);
		buf_put_u8(&body, (uint8_t)(~row >> 8));
		size_t start = body.size;
		buf_put_u8(&body, 0);
		buf_put(&body, span_of(canvas->pixels + (size_t)y * canvas->width, canvas->width));
		for (size_t i = start; i < body.size; i++) {
			a = (a + body.at[i]) % 65521;
			b = (b + a) % 65521;
		}
	}
	buf_put_be(&body, b << 16 | a, 4);
	png_chunk_put(png, "IDAT", buf_span(&body));
	png_chunk_put(png, "IEND", (struct span){0});
	buf_close(&head);
	buf_close(&body);
}

#endif
