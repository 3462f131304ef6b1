#include "ledger/base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BUF_FIRST_ROOM 256

void buf_init(struct buf *buf, size_t limit)
{
	*buf = (struct buf){.limit = limit};
}

void buf_over(struct buf *buf, void *memory, size_t size)
{
	*buf = (struct buf){.at = memory, .room = size, .limit = size, .lent = true};
}

void buf_close(struct buf *buf)
{
	if (!buf->lent)
		free(buf->at);
	*buf = (struct buf){.err = ERR_LIMIT};
}

void buf_reset(struct buf *buf)
{
	buf->size = 0;
	buf->err = OK;
}

uint8_t *buf_reserve(struct buf *buf, size_t size)
{
	if (buf->err)
		return NULL;
	if (size > buf->limit || buf->size > buf->limit - size) {
		buf->err = ERR_LIMIT;
		return NULL;
	}
	size_t need = buf->size + size;
	if (need > buf->room || !buf->at) {
		assert(!buf->lent);
		size_t room = buf->room ? buf->room : BUF_FIRST_ROOM;
		while (room < need)
			room = room > SIZE_MAX / 2 ? need : room * 2;
		uint8_t *at = realloc(buf->at, room);
		if (!at) {
			buf->err = ERR_MEMORY;
			return NULL;
		}
		buf->at = at;
		buf->room = room;
	}
	return buf->at + buf->size;
}

void buf_put(struct buf *buf, struct span bytes)
{
	if (!bytes.size)
		return;
	uint8_t *to = buf_reserve(buf, bytes.size);
	if (!to)
		return;
	memcpy(to, bytes.at, bytes.size);
	buf->size += bytes.size;
}

void buf_put_u8(struct buf *buf, uint8_t value)
{
	buf_put(buf, span_of(&value, 1));
}

void buf_put_be(struct buf *buf, uint64_t value, unsigned bytes)
{
	uint8_t raw[8];
	assert(bytes >= 1 && bytes <= 8);
	for (unsigned i = 0; i < bytes; i++)
		raw[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
	buf_put(buf, span_of(raw, bytes));
}

void buf_put_text(struct buf *buf, const char *text)
{
	buf_put(buf, span_text(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	char small[512];
	va_list args;
	va_start(args, format);
	va_list again;
	va_copy(again, args);
	int size = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	assert(size >= 0);
	if ((size_t)size < sizeof small) {
		buf_put(buf, span_of(small, (size_t)size));
	} else {
		/* vsnprintf needs room for its NUL, which is then not counted. */
		uint8_t *to = buf_reserve(buf, (size_t)size + 1);
		if (to) {
			(void)vsnprintf((char *)to, (size_t)size + 1, format, again);
			buf->size += (size_t)size;
		}
	}
	va_end(again);
}

const char *buf_text(struct buf *buf)
{
	uint8_t *end = buf_reserve(buf, 1);
	if (!end)
		return "";
	*end = 0;
	return (const char *)buf->at;
}
