/* Bytes seen, not owned: how all input travels. */
#ifndef LEDGER_BASE_SPAN_H
#define LEDGER_BASE_SPAN_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>

struct span {
	const uint8_t *at;
	size_t size;
};

static inline struct span span_of(const void *at, size_t size)
{
	return (struct span){.at = (const uint8_t *)at, .size = size};
}

/* The bytes of a C string without its NUL. */
static inline struct span span_text(const char *text)
{
	return span_of(text, strlen(text));
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

static inline bool span_is(struct span a, const char *text)
{
	return span_equal(a, span_text(text));
}

/* Bytewise order, shorter first when one is the other's prefix: <0, 0, >0. */
static inline int span_order(struct span a, struct span b)
{
	size_t least = a.size < b.size ? a.size : b.size;
	int order = least ? memcmp(a.at, b.at, least) : 0;
	return order ? order : (a.size > b.size) - (a.size < b.size);
}

/* From `from` to `to`, both clamped to the span: never reaches outside. */
static inline struct span span_cut(struct span a, size_t from, size_t to)
{
	if (to > a.size)
		to = a.size;
	if (from > to)
		from = to;
	/* NULL + 0 is undefined in C17, and an empty span may have NULL. */
	return span_of(from ? a.at + from : a.at, to - from);
}

#endif
