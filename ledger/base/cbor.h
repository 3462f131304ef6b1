/* CBOR, RFC 8949, core deterministic encoding (section 4.2.1) and nothing else: shortest heads,
 * definite lengths, map keys in bytewise order of their encodings without duplicates, shortest
 * floats, bignums only where an integer does not fit, valid UTF-8, no bytes behind the end.
 *
 * Writing: cbor_put_* append to a buf, whose error sticks. The caller puts map keys in order;
 * what it made is checked by reading (every encoder's test does).
 * Reading: typed getters on a cursor whose fault sticks; after the first fault each getter returns
 * zero or an empty span, so a decoder reads all its fields and looks at cbor_end once. */
#ifndef LEDGER_BASE_CBOR_H
#define LEDGER_BASE_CBOR_H

#include "ledger/base/buf.h"

#define CBOR_DEPTH_MAX 16

enum cbor_type {
	CBOR_UINT = 0,
	CBOR_NINT = 1,
	CBOR_BYTES = 2,
	CBOR_TEXT = 3,
	CBOR_ARRAY = 4,
	CBOR_MAP = 5,
	CBOR_TAG = 6,
	CBOR_SIMPLE = 7, /* false, true, null, undefined, floats */
	CBOR_NONE = 8, /* nothing left, or a fault */
};

void cbor_put_uint(struct buf *buf, uint64_t value);
void cbor_put_int(struct buf *buf, int64_t value);
void cbor_put_bytes(struct buf *buf, struct span bytes);
void cbor_put_text(struct buf *buf, struct span text);
void cbor_put_array(struct buf *buf, size_t count);
void cbor_put_map(struct buf *buf, size_t pairs);
void cbor_put_tag(struct buf *buf, uint64_t tag);
void cbor_put_bool(struct buf *buf, bool value);
void cbor_put_null(struct buf *buf);

struct cbor {
	struct span in;
	size_t at;
	struct fault fault; /* fault.err is OK until the first fault */
	bool any_order; /* others' maps: keys in any order, which the reader checks for doubles */
};

struct cbor_map {
	size_t left;
	struct span key; /* encoding of the key before */
};

void cbor_init(struct cbor *cbor, struct span in);
/* Reads part, which lies inside whole; the places of faults are told in whole. */
void cbor_init_within(struct cbor *cbor, struct span whole, struct span part);

/* The type of the next item without taking it. */
enum cbor_type cbor_peek(const struct cbor *cbor);

uint64_t cbor_uint(struct cbor *cbor);
uint64_t cbor_uint_max(struct cbor *cbor, uint64_t max); /* ERR_RANGE above max */
int64_t cbor_int(struct cbor *cbor);
struct span cbor_bytes(struct cbor *cbor);
struct span cbor_bytes_of(struct cbor *cbor, size_t size); /* exactly size, else ERR_FORMAT */
struct span cbor_text(struct cbor *cbor);
size_t cbor_array(struct cbor *cbor, size_t max); /* count; ERR_LIMIT above max */
uint64_t cbor_tag(struct cbor *cbor);
bool cbor_bool(struct cbor *cbor);
bool cbor_null(struct cbor *cbor); /* true and taken if the next item is null; never faults */

/* Maps: `cbor_map(&c, &map, max); while (cbor_map_int(&c, &map, &key)) switch (key) ...`
 * Each next checks that its key comes after the one before. A reader that meets a key it does not
 * know calls cbor_fail: closed formats have no room for surprises. */
void cbor_map(struct cbor *cbor, struct cbor_map *map, size_t max);
bool cbor_map_int(struct cbor *cbor, struct cbor_map *map, int64_t *key);
bool cbor_map_text(struct cbor *cbor, struct cbor_map *map, struct span *key);

/* Takes one whole item of any kind, checked in full; returns its bytes. */
struct span cbor_item(struct cbor *cbor);

/* Records a fault at the present place unless there is one already. */
void cbor_fail(struct cbor *cbor, enum err err, const char *why);

/* The verdict: the fault so far, or ERR_FORMAT if bytes are left over. */
MUST_CHECK enum err cbor_end(struct cbor *cbor, struct fault *fault);

/* One whole item, checked in full, and nothing behind it. Depth up to CBOR_DEPTH_MAX.
 * Cost: one pass, no allocation. Thread: any. */
MUST_CHECK enum err cbor_check(struct span in, struct fault *fault);

#endif
