/* First byte even: the rest is a picture, small enough to be looked through quickly. Odd: the rest
 * is a text, whose drawn code must read back to it. */
#include "scanners/symbol/picture.h"
#include "scanners/symbol/qr.h"

#include <assert.h>

#define FUZZ_SIDE_MAX 400
#define FUZZ_TEXT_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool any_found(void *self, struct span text)
{
	size_t *told = self;
	assert(text.at || !text.size);
	++*told;
	return true;
}

/* Width and height where a PNG's first chunk has them. */
static bool is_small(struct span png)
{
	if (png.size < 24)
		return true;
	for (size_t i = 16; i < 24; i += 4) {
		uint32_t side = (uint32_t)png.at[i] << 24 | (uint32_t)png.at[i + 1] << 16 |
				(uint32_t)png.at[i + 2] << 8 | png.at[i + 3];
		if (side > FUZZ_SIDE_MAX && side <= PICTURE_SIDE_MAX)
			return false;
	}
	return true;
}

static void draw(struct span text)
{
	struct buf png, back;
	struct fault fault = {0};
	buf_init(&png, 1 << 20);
	buf_init(&back, 2 * FUZZ_TEXT_MAX);
	enum err err = qr_png(text, 4, &png, &fault);
	assert(err == OK || (err == ERR_FORMAT && (!text.size || memchr(text.at, 0, text.size))));
	if (!err) {
		assert(picture_read_one(buf_span(&png), &back, &fault) == OK);
		assert(span_equal(buf_span(&back), text));
	}
	buf_close(&png);
	buf_close(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	struct span in = span_of(data + 1, size - 1);
	if (*data & 1) {
		draw(span_cut(in, 0, FUZZ_TEXT_MAX));
		return 0;
	}
	if (!is_small(in))
		return 0;
	size_t told = 0, count = 0;
	struct fault fault = {0};
	if (picture_read(in, any_found, &told, &count, &fault))
		assert(fault.text[0] && told == 0);
	else
		assert(told == count && count > 0);
	return 0;
}
