#include "scanners/symbol/picture.h"

#include <png.h>
#include <zbar.h>

#define GREY zbar_fourcc('Y', '8', '0', '0')

/* Grey pixels, a byte each, on white where the picture is transparent. */
static enum err pixels_read(
	struct span png, struct buf *pixels, unsigned *width, unsigned *height, struct fault *fault)
{
	static const png_color white = {255, 255, 255};
	png_image image = {.version = PNG_IMAGE_VERSION};
	if (png.size > PICTURE_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, PICTURE_SIZE_MAX, png.size - PICTURE_SIZE_MAX,
			"picture of %zu bytes, at most %u are taken", png.size, PICTURE_SIZE_MAX);
	if (!png.size || !png_image_begin_read_from_memory(&image, png.at, png.size))
		return fault_set(fault, ERR_FORMAT, 0, png.size, "not a PNG picture: %s",
			png.size ? image.message : "it is empty");
	enum err err = OK;
	size_t count = (size_t)image.width * image.height;
	if (image.width > PICTURE_SIDE_MAX || image.height > PICTURE_SIDE_MAX ||
		count > PICTURE_PIXELS_MAX) {
		err = fault_set(fault, ERR_LIMIT, 0, png.size,
			"picture of %u x %u pixels: make it smaller than %u million pixels",
			image.width, image.height, PICTURE_PIXELS_MAX >> 20);
		goto undo;
	}
	uint8_t *to = buf_reserve(pixels, count);
	if (!to) {
		err = fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a picture");
		goto undo;
	}
	image.format = PNG_FORMAT_GRAY;
	*width = image.width;
	*height = image.height;
	if (!png_image_finish_read(&image, &white, to, 0, NULL))
		err = fault_set(
			fault, ERR_FORMAT, 0, png.size, "damaged PNG picture: %s", image.message);
	else
		pixels->size += count;
undo:
	png_image_free(&image);
	return err;
}

static zbar_image_scanner_t *scanner_make(void)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	if (!scanner)
		return NULL;
	(void)zbar_image_scanner_request_dbus(
		scanner, 0); /* else it complains where there is none */
	(void)zbar_image_scanner_set_config(scanner, 0, ZBAR_CFG_ENABLE, 0);
	(void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	/* Bytes as they stand: it would guess a character set and recode. */
	(void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
	(void)zbar_image_scanner_set_config(scanner, 0, ZBAR_CFG_TEST_INVERTED, 1);
	return scanner;
}

static enum err codes_find(struct span pixels, unsigned width, unsigned height,
	picture_found *found, void *self, size_t *count, struct fault *fault)
{
	zbar_image_scanner_t *scanner = scanner_make();
	zbar_image_t *image = zbar_image_create();
	enum err err = ERR_MEMORY;
	size_t told = 0;
	if (scanner && image) {
		zbar_image_set_format(image, GREY);
		zbar_image_set_size(image, width, height);
		zbar_image_set_data(image, pixels.at, pixels.size, NULL);
		err = zbar_scan_image(scanner, image) < 0 ? ERR_MEMORY : OK;
	}
	const zbar_symbol_t *symbol = err ? NULL : zbar_image_first_symbol(image);
	for (; symbol; symbol = zbar_symbol_next(symbol)) {
		if (zbar_symbol_get_type(symbol) != ZBAR_QRCODE)
			continue;
		told++;
		if (!found(self, span_of(zbar_symbol_get_data(symbol),
					 zbar_symbol_get_data_length(symbol))))
			break;
	}
	if (image)
		zbar_image_destroy(image);
	if (scanner)
		zbar_image_scanner_destroy(scanner);
	if (err)
		return fault_set(fault, err, 0, 0, "no memory to look for codes in a picture");
	if (!told)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"no QR code found in the picture of %u x %u pixels: hold the whole code, "
			"with its white edge, flat and sharp in it",
			width, height);
	*count = told;
	return OK;
}

enum err picture_read(
	struct span png, picture_found *found, void *self, size_t *count, struct fault *fault)
{
	struct buf pixels;
	unsigned width = 0, height = 0;
	buf_init(&pixels, PICTURE_PIXELS_MAX);
	enum err err = pixels_read(png, &pixels, &width, &height, fault);
	if (!err)
		err = codes_find(buf_span(&pixels), width, height, found, self, count, fault);
	buf_close(&pixels);
	return err;
}

struct one {
	struct buf *text;
	size_t start;
	bool has_one, has_other;
};

static bool one_found(void *self, struct span text)
{
	struct one *one = self;
	struct span first = span_cut(buf_span(one->text), one->start, one->text->size);
	if (!one->has_one)
		buf_put(one->text, text);
	else
		one->has_other |= !span_equal(first, text);
	one->has_one = true;
	return true;
}

enum err picture_read_one(struct span png, struct buf *text, struct fault *fault)
{
	struct one one = {.text = text, .start = text->size};
	size_t count;
	enum err err = picture_read(png, one_found, &one, &count, fault);
	if (!err && text->err)
		err = fault_set(fault, text->err, 0, 0, "no room for the text of the code");
	if (!err && one.has_other)
		err = fault_set(fault, ERR_UNSURE, 0, 0,
			"%zu QR codes with different texts in the picture: show one at a time",
			count);
	if (err)
		text->size = one.start;
	return err;
}
