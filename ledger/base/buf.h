/* A byte buffer with a limit, for everything that is written. An error sticks: a writer puts
 * all its parts and looks at buf.err once, at the end. */
#ifndef LEDGER_BASE_BUF_H
#define LEDGER_BASE_BUF_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

struct buf {
	uint8_t *at;
	size_t size; /* bytes written */
	size_t room; /* bytes allocated or lent */
	size_t limit; /* never larger than this */
	bool lent; /* memory is the caller's: no growing, no freeing */
	enum err err; /* OK, ERR_LIMIT or ERR_MEMORY; once set, puts do nothing */
};

/* Empty buffer on the heap that may grow up to limit bytes. */
void buf_init(struct buf *buf, size_t limit);

/* Empty buffer over the caller's memory; full is ERR_LIMIT. */
void buf_over(struct buf *buf, void *memory, size_t size);

/* Frees what buf_init made and leaves an empty buffer. */
void buf_close(struct buf *buf);

/* Forgets content and error, keeps the memory. */
void buf_reset(struct buf *buf);

void buf_put(struct buf *buf, struct span bytes);
void buf_put_u8(struct buf *buf, uint8_t value);
void buf_put_be(struct buf *buf, uint64_t value, unsigned bytes); /* big endian, 1..8 bytes */
void buf_put_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for size more bytes to be written by the caller (then buf->size += n), or NULL with
 * buf->err set. */
uint8_t *buf_reserve(struct buf *buf, size_t size);

static inline struct span buf_span(const struct buf *buf)
{
	return span_of(buf->at, buf->size);
}

/* Content as a C string: puts a NUL behind it that is not counted; "" on error. */
const char *buf_text(struct buf *buf);

#endif
