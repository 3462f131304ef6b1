#include "scanners/input/framer.h"

#define STX 0x02
#define ETX 0x03
#define EOT 0x04
#define GS  0x1d
#define RS  0x1e
#define DEL 0x7f

void framer_init(struct framer *framer, int64_t double_ms)
{
	framer->size = 0;
	framer->is_lost = false;
	framer->double_ms = double_ms;
	framer->has_last = false;
}

size_t framer_drop(struct framer *framer)
{
	size_t size = framer->size;
	framer->size = 0;
	framer->is_lost = false;
	return size;
}

static bool is_end(uint8_t byte)
{
	return byte == '\r' || byte == '\n' || byte == ETX;
}

static bool may_stand(uint8_t byte)
{
	if (byte < 0x20)
		return byte == GS || byte == RS || byte == EOT;
	return byte != DEL;
}

static void put(struct framer *framer, uint8_t byte)
{
	if (framer->is_lost || (byte == STX && framer->size == 0))
		return;
	if (!may_stand(byte)) {
		framer->is_lost = true;
		(void)fault_set(&framer->why, ERR_FORMAT, framer->size, 1,
			"the scan has the control character 0x%02x at byte %zu, which no code on a "
			"pack carries: check the scanner's set-up and its line",
			byte, framer->size);
		return;
	}
	if (framer->size == FRAMER_SIZE_MAX) {
		framer->is_lost = true;
		(void)fault_set(&framer->why, ERR_LIMIT, framer->size, 0,
			"more than %d bytes without an end: set the scanner to send CR behind each "
			"scan",
			FRAMER_SIZE_MAX);
		return;
	}
	framer->bytes[framer->size++] = byte;
}

/* Also moves the time on, so that a trigger held down gives one scan and no more. */
static bool is_double(struct framer *framer, int64_t now_ms)
{
	bool same = framer->has_last && framer->last_size == framer->size &&
		    memcmp(framer->last, framer->bytes, framer->size) == 0;
	bool soon = same && now_ms - framer->last_ms < framer->double_ms;
	framer->has_last = true;
	framer->last_ms = now_ms;
	framer->last_size = framer->size;
	memcpy(framer->last, framer->bytes, framer->size);
	return soon;
}

enum framed framer_end(
	struct framer *framer, int64_t now_ms, struct span *scan, struct fault *fault)
{
	if (framer->is_lost) {
		if (fault)
			*fault = framer->why;
		(void)framer_drop(framer);
		return FRAMED_FAULT;
	}
	if (framer->size == 0)
		return FRAMED_NONE;
	bool again = framer->double_ms > 0 && is_double(framer, now_ms);
	*scan = span_of(framer->bytes, framer->size);
	framer->size = 0;
	return again ? FRAMED_DOUBLE : FRAMED_SCAN;
}

enum framed framer_next(struct framer *framer, struct span *input, int64_t now_ms,
	struct span *scan, struct fault *fault)
{
	while (input->size) {
		uint8_t byte = input->at[0];
		*input = span_cut(*input, 1, input->size);
		if (!is_end(byte)) {
			put(framer, byte);
			continue;
		}
		enum framed framed = framer_end(framer, now_ms, scan, fault);
		if (framed != FRAMED_NONE)
			return framed;
	}
	return FRAMED_NONE;
}
