#include "scanners/symbol/qr.h"

#include <errno.h>
#include <png.h>
#include <qrencode.h>

/* The square of modules with its quiet zone, one byte each: 1 is dark. */
struct symbol {
	QRcode *code;
	unsigned side; /* with the quiet zone */
};

static bool is_dark(const struct symbol *symbol, unsigned x, unsigned y)
{
	unsigned width = symbol->side - 2 * QR_QUIET;
	if (x < QR_QUIET || y < QR_QUIET || x >= QR_QUIET + width || y >= QR_QUIET + width)
		return false;
	return symbol->code->data[(y - QR_QUIET) * width + x - QR_QUIET] & 1;
}

/* QRcode_free is the caller's. */
static enum err symbol_make(struct span text, struct symbol *symbol, struct fault *fault)
{
	char copy[QR_TEXT_MAX + 1];
	if (!text.size || memchr(text.at, 0, text.size))
		return fault_set(fault, ERR_FORMAT, 0, text.size,
			"a QR code needs a text without NUL bytes");
	if (text.size > QR_TEXT_MAX)
		return fault_set(fault, ERR_LIMIT, QR_TEXT_MAX, text.size - QR_TEXT_MAX,
			"text of %zu bytes does not fit in a QR code", text.size);
	memcpy(copy, text.at, text.size);
	copy[text.size] = 0;
	/* The hint is for what is neither digits nor of the alphanumeric set; those are found. */
	symbol->code = QRcode_encodeString(copy, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	if (!symbol->code && errno == ERANGE)
		return fault_set(fault, ERR_LIMIT, 0, text.size,
			"text of %zu bytes does not fit in a QR code", text.size);
	if (!symbol->code)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a QR code");
	symbol->side = (unsigned)symbol->code->width + 2 * QR_QUIET;
	return OK;
}

static enum err room_check(const struct buf *buf, struct fault *fault)
{
	if (buf->err)
		return fault_set(
			fault, buf->err, buf->size, 0, "no room for the QR code's picture");
	return OK;
}

static void pixels_fill(const struct symbol *symbol, unsigned module_px, uint8_t *pixels)
{
	size_t width = (size_t)symbol->side * module_px;
	for (size_t y = 0; y < width; y++)
		for (size_t x = 0; x < width; x++)
			pixels[y * width + x] = is_dark(symbol, (unsigned)(x / module_px),
							(unsigned)(y / module_px))
							? 0
							: 255;
}

static enum err pixels_write(
	const uint8_t *pixels, unsigned width, struct buf *png, struct fault *fault)
{
	png_image image = {.version = PNG_IMAGE_VERSION,
		.width = width,
		.height = width,
		.format = PNG_FORMAT_GRAY};
	png_alloc_size_t size = 0;
	enum err err = ERR_MEMORY;
	uint8_t *to = NULL;
	if (png_image_write_to_memory(&image, NULL, &size, 0, pixels, 0, NULL)) {
		to = buf_reserve(png, size);
		err = room_check(png, fault);
	}
	if (to && png_image_write_to_memory(&image, to, &size, 0, pixels, 0, NULL))
		png->size += size;
	else if (!err)
		err = ERR_MEMORY;
	if (err == ERR_MEMORY)
		err = fault_set(fault, ERR_MEMORY, 0, 0, "PNG not written: %s", image.message);
	png_image_free(&image);
	return err;
}

enum err qr_png(struct span text, unsigned module_px, struct buf *png, struct fault *fault)
{
	struct symbol symbol = {0};
	struct buf pixels;
	if (module_px < 1 || module_px > QR_MODULE_MAX)
		return fault_set(fault, ERR_RANGE, 0, 0, "%u pixels a module: must be 1 to %d",
			module_px, QR_MODULE_MAX);
	enum err err = symbol_make(text, &symbol, fault);
	if (err)
		return err;
	unsigned width = symbol.side * module_px;
	buf_init(&pixels, (size_t)width * width);
	uint8_t *to = buf_reserve(&pixels, (size_t)width * width);
	if (to) {
		pixels_fill(&symbol, module_px, to);
		err = pixels_write(to, width, png, fault);
	} else {
		err = fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a QR code's picture");
	}
	buf_close(&pixels);
	QRcode_free(symbol.code);
	return err;
}

enum err qr_svg(struct span text, struct buf *svg, struct fault *fault)
{
	struct symbol symbol = {0};
	enum err err = symbol_make(text, &symbol, fault);
	if (err)
		return err;
	unsigned side = symbol.side;
	buf_printf(svg,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" "
		"shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%uv%uH0z\"/>"
		"<path d=\"",
		side, side, side, side);
	/* One rectangle for each run of dark modules in a row. */
	for (unsigned y = 0; y < side; y++) {
		for (unsigned x = 0; x < side; x++) {
			unsigned run = 0;
			while (is_dark(&symbol, x + run, y))
				run++;
			if (run)
				buf_printf(svg, "M%u %uh%uv1h-%uz", x, y, run, run);
			x += run;
		}
	}
	buf_put_text(svg, "\"/></svg>\n");
	QRcode_free(symbol.code);
	return room_check(svg, fault);
}

enum err qr_terminal(struct span text, struct buf *lines, struct fault *fault)
{
	/* Indexed by upper dark and lower dark: nothing, lower half, upper half, full block. */
	static const char *const blocks[2][2] = {
		{" ", "\xe2\x96\x84"}, {"\xe2\x96\x80", "\xe2\x96\x88"}};
	struct symbol symbol = {0};
	enum err err = symbol_make(text, &symbol, fault);
	if (err)
		return err;
	for (unsigned y = 0; y < symbol.side; y += 2) {
		buf_put_text(lines, "\x1b[38;5;16;48;5;231m"); /* black on white */
		for (unsigned x = 0; x < symbol.side; x++)
			buf_put_text(
				lines, blocks[is_dark(&symbol, x, y)][is_dark(&symbol, x, y + 1)]);
		buf_put_text(lines, "\x1b[0m\n");
	}
	QRcode_free(symbol.code);
	return room_check(lines, fault);
}
