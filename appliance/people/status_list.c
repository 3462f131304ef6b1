#include "appliance/people/status_list.h"

#include "ledger/base/crypto.h"

#define ZLIB_CONST /* zlib only reads its input */
#include <zlib.h>

/* zlib's windowBits: 15 for RFC 1950, and 16 more for RFC 1952. */
#define WINDOW_ZLIB 15
#define WINDOW_GZIP (15 + 16)

static enum err bits_check(unsigned bits, struct fault *fault)
{
	if (bits != 1 && bits != 2 && bits != 4 && bits != 8)
		return fault_set(
			fault, ERR_USAGE, 0, 0, "%u bits for a status: must be 1, 2, 4 or 8", bits);
	return OK;
}

/* Where entry `index` lies in its byte: how far to shift. */
static unsigned entry_shift(size_t index, unsigned bits, bool highest_first)
{
	unsigned slot = (unsigned)(index % (8 / bits)) * bits;
	return highest_first ? 8 - bits - slot : slot;
}

static enum err entries_pack(struct span statuses, unsigned bits, bool highest_first, size_t count,
	struct buf *raw, struct fault *fault)
{
	size_t size = (count * bits + 7) / 8;
	uint8_t *to = buf_reserve(raw, size);
	if (!to)
		return fault_set(fault, raw->err, 0, 0, "no room for %zu statuses", count);
	memset(to, 0, size);
	for (size_t i = 0; i < statuses.size; i++) {
		if (statuses.at[i] >> bits)
			return fault_set(fault, ERR_RANGE, i, 1,
				"status %u of entry %zu does not fit in %u bits", statuses.at[i], i,
				bits);
		to[i * bits / 8] |=
			(uint8_t)(statuses.at[i] << entry_shift(i, bits, highest_first));
	}
	raw->size += size;
	return OK;
}

static enum err entries_unpack(struct span raw, unsigned bits, bool highest_first,
	struct buf *statuses, struct fault *fault)
{
	size_t count = raw.size * 8 / bits;
	uint8_t *to = buf_reserve(statuses, count);
	if (!to)
		return fault_set(fault, statuses->err, 0, 0, "no room for %zu statuses", count);
	unsigned mask = (1U << bits) - 1;
	for (size_t i = 0; i < count; i++) {
		unsigned byte = raw.at[i * bits / 8];
		to[i] = (uint8_t)(byte >> entry_shift(i, bits, highest_first) & mask);
	}
	statuses->size += count;
	return OK;
}

static enum err raw_deflate(struct span raw, int window, struct buf *packed, struct fault *fault)
{
	z_stream z = {0};
	struct buf
		out; /* deflateBound is more than the result: not to be asked of the caller's buf */
	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory to compress a status list");
	size_t room = deflateBound(&z, raw.size);
	buf_init(&out, room);
	uint8_t *to = buf_reserve(&out, room);
	int end = Z_MEM_ERROR;
	if (to) {
		z.next_in = raw.at;
		z.avail_in = (uInt)raw.size;
		z.next_out = to;
		z.avail_out = (uInt)room;
		end = deflate(&z, Z_FINISH);
		buf_put(packed, span_of(to, room - z.avail_out));
	}
	(void)deflateEnd(&z);
	buf_close(&out);
	if (end != Z_STREAM_END)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory to compress a status list");
	if (packed->err)
		return fault_set(fault, packed->err, 0, 0, "no room for a compressed status list");
	return OK;
}

/* One compressed stream, whole, at most size_max bytes of content: a small text could stand for
 * gigabytes. */
static enum err packed_inflate(
	struct span packed, int window, size_t size_max, struct buf *raw, struct fault *fault)
{
	z_stream z = {0};
	if (packed.size > STATUS_PACKED_MAX)
		return fault_set(fault, ERR_LIMIT, 0, packed.size,
			"status list of %zu compressed bytes, at most %u are taken", packed.size,
			STATUS_PACKED_MAX);
	/* One byte more than allowed, so that a list that is too large is told from a full one. */
	uint8_t *to = buf_reserve(raw, size_max + 1);
	if (!to || inflateInit2(&z, window) != Z_OK)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory to read a status list");
	z.next_in = packed.at;
	z.avail_in = (uInt)packed.size;
	z.next_out = to;
	z.avail_out = (uInt)(size_max + 1);
	int end = inflate(&z, Z_FINISH);
	size_t at = packed.size - z.avail_in, size = size_max + 1 - z.avail_out;
	(void)inflateEnd(&z);
	if (size > size_max)
		return fault_set(fault, ERR_LIMIT, 0, packed.size,
			"status list holds more than %zu bytes", size_max);
	if (end != Z_STREAM_END)
		return fault_set(fault, ERR_FORMAT, at, packed.size - at,
			"status list is damaged or cut at compressed byte %zu", at);
	if (at != packed.size)
		return fault_set(fault, ERR_FORMAT, at, packed.size - at,
			"%zu bytes behind the end of the status list", packed.size - at);
	raw->size += size;
	return OK;
}

enum err status_at(struct span statuses, uint64_t index, uint8_t *status, struct fault *fault)
{
	if (index >= statuses.size)
		return fault_set(fault, ERR_RANGE, statuses.size, 0,
			"status entry %llu is outside its list of %zu", (unsigned long long)index,
			statuses.size);
	*status = statuses.at[index];
	return OK;
}

static enum err list_make(struct span statuses, unsigned bits, bool bitstring, struct buf *packed,
	struct fault *fault)
{
	struct buf raw;
	size_t count = statuses.size;
	enum err err = bits_check(bits, fault);
	if (err)
		return err;
	if (count > STATUS_COUNT_MAX)
		return fault_set(fault, ERR_LIMIT, STATUS_COUNT_MAX, count - STATUS_COUNT_MAX,
			"status list of %zu entries, at most %u are taken", count,
			STATUS_COUNT_MAX);
	if (bitstring && count < STATUS_COUNT_MIN)
		count = STATUS_COUNT_MIN;
	buf_init(&raw, STATUS_COUNT_MAX);
	err = entries_pack(statuses, bits, bitstring, count, &raw, fault);
	if (!err)
		err = raw_deflate(
			buf_span(&raw), bitstring ? WINDOW_GZIP : WINDOW_ZLIB, packed, fault);
	buf_close(&raw);
	return err;
}

static enum err list_read(struct span packed, unsigned bits, bool bitstring, struct buf *statuses,
	struct fault *fault)
{
	struct buf raw;
	enum err err = bits_check(bits, fault);
	if (err)
		return err;
	size_t size_max = (size_t)STATUS_COUNT_MAX / 8 * bits;
	buf_init(&raw, size_max + 1);
	err = packed_inflate(packed, bitstring ? WINDOW_GZIP : WINDOW_ZLIB, size_max, &raw, fault);
	if (!err && bitstring && raw.size * 8 / bits < STATUS_COUNT_MIN)
		err = fault_set(fault, ERR_RANGE, 0, 0,
			"status list of %zu entries: fewer than %u would tell persons apart",
			raw.size * 8 / bits, STATUS_COUNT_MIN);
	if (!err)
		err = entries_unpack(buf_span(&raw), bits, bitstring, statuses, fault);
	buf_close(&raw);
	return err;
}

enum err status_token_make(
	struct span statuses, unsigned bits, struct buf *packed, struct fault *fault)
{
	return list_make(statuses, bits, false, packed, fault);
}

enum err status_token_read(
	struct span packed, unsigned bits, struct buf *statuses, struct fault *fault)
{
	return list_read(packed, bits, false, statuses, fault);
}

enum err status_token_put(
	struct buf *cbor, struct span statuses, unsigned bits, struct fault *fault)
{
	struct buf packed;
	buf_init(&packed, STATUS_PACKED_MAX);
	enum err err = status_token_make(statuses, bits, &packed, fault);
	if (!err) {
		cbor_put_map(cbor, 2);
		cbor_put_text(cbor, span_text("lst"));
		cbor_put_bytes(cbor, buf_span(&packed));
		cbor_put_text(cbor, span_text("bits"));
		cbor_put_uint(cbor, bits);
		if (cbor->err)
			err = fault_set(fault, cbor->err, 0, 0,
				"no room for a status list of %zu bytes", packed.size);
	}
	buf_close(&packed);
	return err;
}

enum err status_token_take(
	struct cbor *cbor, struct buf *statuses, unsigned *bits, struct fault *fault)
{
	struct cbor_map map;
	struct span key, packed = {0};
	unsigned count = 0;
	bool has_list = false;
	cbor_map(cbor, &map, 2);
	while (cbor_map_text(cbor, &map, &key)) {
		if (span_is(key, "bits") && !count)
			count = (unsigned)cbor_uint_max(cbor, 8);
		else if (span_is(key, "lst") && !has_list) {
			packed = cbor_bytes(cbor);
			has_list = true;
		} else
			cbor_fail(cbor, ERR_FORMAT, "a status list has bits and lst once each");
		map.key = (struct span){0}; /* either order */
	}
	if (!count || !has_list)
		cbor_fail(cbor, ERR_FORMAT, "a status list needs bits and lst");
	if (cbor->fault.err) {
		if (fault)
			*fault = cbor->fault;
		return cbor->fault.err;
	}
	enum err err = status_token_read(packed, count, statuses, fault);
	if (!err)
		*bits = count;
	return err;
}

enum err status_bitstring_make(
	struct span statuses, unsigned bits, struct buf *text, struct fault *fault)
{
	struct buf packed;
	buf_init(&packed, STATUS_PACKED_MAX);
	enum err err = list_make(statuses, bits, true, &packed, fault);
	if (!err) {
		buf_put_u8(text, 'u'); /* multibase: base64url without padding */
		uint8_t *to = buf_reserve(text, base64_room(packed.size));
		if (to) {
			base64_print(buf_span(&packed), true, (char *)to);
			text->size += strlen((const char *)to);
		} else {
			err = fault_set(
				fault, text->err, 0, 0, "no room for the text of a status list");
		}
	}
	buf_close(&packed);
	return err;
}

enum err status_bitstring_read(
	struct span text, unsigned bits, struct buf *statuses, struct fault *fault)
{
	struct buf packed;
	if (!text.size || text.at[0] != 'u')
		return fault_set(
			fault, ERR_FORMAT, 0, text.size, "a list's text begins with u (base64url)");
	if (text.size > STATUS_TEXT_MAX)
		return fault_set(fault, ERR_LIMIT, STATUS_TEXT_MAX, text.size - STATUS_TEXT_MAX,
			"status list of %zu characters, at most %u are taken", text.size,
			STATUS_TEXT_MAX);
	buf_init(&packed, text.size);
	uint8_t *to = buf_reserve(&packed, text.size);
	if (!to)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory to read a status list");
	enum err err = base64_parse(
		span_cut(text, 1, text.size), true, to, text.size, &packed.size, fault);
	if (err && fault)
		fault->at++;
	if (!err)
		err = list_read(buf_span(&packed), bits, true, statuses, fault);
	buf_close(&packed);
	return err;
}

const char *status_purpose_word(enum status_purpose purpose)
{
	return purpose == STATUS_REVOCATION ? "revocation" : "suspension";
}

enum err status_purpose_select(
	struct span statuses, enum status_purpose purpose, struct buf *selected)
{
	for (size_t i = 0; i < statuses.size; i++) {
		bool set = purpose == STATUS_REVOCATION ? statuses.at[i] == STATUS_INVALID
							: statuses.at[i] >= STATUS_SUSPENDED;
		buf_put_u8(selected, set);
	}
	return selected->err;
}
