#include "appliance/view/consignment.h"

#include "appliance/view/contents.h"
#include "gs1/syntax/urn.h"
#include "ledger/proof/cbor.h"

#include <stdlib.h>

#define VERSION 1

struct packing {
	struct contents contents;
	struct buf packs; /* array of struct stock_pack */
};

static enum err find_packs(
	struct packing *packing, struct view *view, const char *party, struct fault *fault)
{
	for (size_t i = 0; i < contents_count(&packing->contents); i++) {
		struct gs1_epc epc;
		struct stock_pack pack;
		struct span text = content_epc(&packing->contents, i);
		enum err err = gs1_epc_read(text, &epc, fault);
		if (err)
			return err;
		if (epc.kind != GS1_EPC_PACK)
			continue;
		err = view_stock_get(view, party, epc.key, epc.extension, &pack, fault);
		if (err == ERR_NOT_FOUND && contents_is_parent(&packing->contents, i))
			continue; /* a case with a number of its own */
		if (err == ERR_NOT_FOUND)
			return fault_set(fault, err, i, 0,
				"%.*s is to be shipped, but its lot is not known here: capture its "
				"commissioning or receive it first",
				(int)text.size, (const char *)text.at);
		if (err)
			return err;
		buf_put(&packing->packs, span_of(&pack, sizeof pack));
	}
	return packing->packs.err
		       ? fault_set(fault, packing->packs.err, 0, 0, "the delivery is too large")
		       : OK;
}

static int lot_order(const struct stock_pack *a, const struct stock_pack *b)
{
	int order = strcmp(a->gtin, b->gtin);
	if (!order)
		order = strcmp(a->lot, b->lot);
	return order ? order : strcmp(a->expiry, b->expiry);
}

static int pack_order(const void *a, const void *b)
{
	const struct stock_pack *one = a;
	const struct stock_pack *other = b;
	int order = lot_order(one, other);
	return order ? order : strcmp(one->serial, other->serial);
}

static void put_text(struct buf *buf, const char *text)
{
	cbor_put_text(buf, span_text(text));
}

static void put_inside(const struct packing *packing, struct buf *buf)
{
	size_t count = contents_count(&packing->contents);
	size_t parents = 0;
	for (size_t i = 0; i < count; i++)
		if (content_at(&packing->contents, i)->parent &&
			(!i || content_at(&packing->contents, i - 1)->parent !=
					content_at(&packing->contents, i)->parent))
			parents++;
	cbor_put_array(buf, parents);
	for (size_t i = 0; i < count;) {
		uint32_t parent = content_at(&packing->contents, i)->parent;
		size_t end = i;
		while (end < count && content_at(&packing->contents, end)->parent == parent)
			end++;
		if (parent) {
			cbor_put_array(buf, 2);
			cbor_put_text(buf, content_epc(&packing->contents, parent - 1));
			cbor_put_array(buf, end - i);
			for (size_t k = i; k < end; k++)
				cbor_put_text(buf, content_epc(&packing->contents, k));
		}
		i = end;
	}
}

static void put_lots(const struct packing *packing, struct buf *buf)
{
	const struct stock_pack *packs = (const void *)packing->packs.at;
	size_t count = packing->packs.size / sizeof *packs;
	size_t lots = 0;
	for (size_t i = 0; i < count; i++)
		lots += !i || lot_order(&packs[i - 1], &packs[i]) != 0;
	cbor_put_array(buf, lots);
	for (size_t i = 0; i < count;) {
		size_t end = i;
		while (end < count && !lot_order(&packs[i], &packs[end]))
			end++;
		cbor_put_array(buf, 4);
		put_text(buf, packs[i].gtin);
		put_text(buf, packs[i].lot);
		put_text(buf, packs[i].expiry);
		cbor_put_array(buf, end - i);
		for (size_t k = i; k < end; k++)
			put_text(buf, packs[k].serial);
		i = end;
	}
}

enum err consignment_make(struct view *view, const char *party, const struct span *outermost,
	size_t outermost_count, const struct span *json, size_t json_count, struct buf *buf,
	struct fault *fault)
{
	struct packing packing = {0};
	buf_init(&packing.packs, CONSIGNMENT_EPCS_MAX * sizeof(struct stock_pack));
	enum err err =
		contents_find(&packing.contents, view, party, outermost, outermost_count, fault);
	if (!err)
		err = find_packs(&packing, view, party, fault);
	if (!err) {
		if (packing.packs.size)
			qsort(packing.packs.at, packing.packs.size / sizeof(struct stock_pack),
				sizeof(struct stock_pack), pack_order);
		cbor_put_map(buf, 5);
		cbor_put_uint(buf, 0);
		cbor_put_uint(buf, VERSION);
		cbor_put_uint(buf, 1);
		put_inside(&packing, buf);
		cbor_put_uint(buf, 2);
		put_lots(&packing, buf);
		cbor_put_uint(buf, 3);
		cbor_put_array(buf, json_count);
		for (size_t i = 0; i < json_count; i++)
			cbor_put_text(buf, json[i]);
		cbor_put_uint(buf, 4);
		cbor_put_array(buf, outermost_count);
		for (size_t i = 0; i < outermost_count; i++)
			cbor_put_text(buf, outermost[i]);
		if (buf->err)
			err = fault_set(fault, buf->err, 0, 0, "the delivery is too large");
	}
	buf_close(&packing.packs);
	contents_close(&packing.contents);
	return err;
}

struct reading {
	struct cbor cbor;
	const struct consignment_sink *sink;
	struct fault *fault;
	enum err err; /* of the sink */
	size_t things;
};

/* False when reading is to stop: a fault of the bytes, or the sink's. */
static bool goes_on(const struct reading *reading)
{
	return !reading->err && !reading->cbor.fault.err;
}

static bool may_add(struct reading *reading)
{
	if (++reading->things > CONSIGNMENT_EPCS_MAX)
		cbor_fail(&reading->cbor, ERR_LIMIT, "too many things in one delivery");
	return goes_on(reading);
}

static void read_inside(struct reading *reading)
{
	size_t parents = cbor_array(&reading->cbor, CONSIGNMENT_EPCS_MAX);
	for (size_t i = 0; goes_on(reading) && i < parents; i++) {
		if (cbor_array(&reading->cbor, 2) != 2)
			cbor_fail(&reading->cbor, ERR_FORMAT, "expected parent and children");
		struct span parent = cbor_text(&reading->cbor);
		size_t children = cbor_array(&reading->cbor, CONSIGNMENT_EPCS_MAX);
		for (size_t k = 0; goes_on(reading) && k < children; k++) {
			struct span child = cbor_text(&reading->cbor);
			if (may_add(reading))
				reading->err = reading->sink->inside(
					reading->sink->self, parent, child, reading->fault);
		}
	}
}

static void take_text(struct reading *reading, char *out, size_t room)
{
	struct span text = cbor_text(&reading->cbor);
	if (text.size >= room || (text.size && memchr(text.at, 0, text.size)))
		cbor_fail(&reading->cbor, ERR_RANGE, "text is too long or holds a NUL");
	if (goes_on(reading)) {
		memcpy(out, text.at, text.size);
		out[text.size] = 0;
	}
}

static void read_lot(struct reading *reading)
{
	struct stock_pack pack = {.state = STOCK_KNOWN, .count = 1};
	if (cbor_array(&reading->cbor, 4) != 4)
		cbor_fail(&reading->cbor, ERR_FORMAT, "expected GTIN, lot, expiry and serials");
	take_text(reading, pack.gtin, sizeof pack.gtin);
	take_text(reading, pack.lot, sizeof pack.lot);
	take_text(reading, pack.expiry, sizeof pack.expiry);
	if (goes_on(reading) && (strlen(pack.gtin) != 14 || strlen(pack.expiry) != 6))
		cbor_fail(&reading->cbor, ERR_FORMAT, "GTIN or expiry has the wrong length");
	size_t serials = cbor_array(&reading->cbor, CONSIGNMENT_EPCS_MAX);
	for (size_t k = 0; goes_on(reading) && k < serials; k++) {
		take_text(reading, pack.serial, sizeof pack.serial);
		if (may_add(reading))
			reading->err =
				reading->sink->pack(reading->sink->self, &pack, reading->fault);
	}
}

static void read_texts(struct reading *reading,
	enum err (*give)(void *self, struct span text, struct fault *fault))
{
	size_t count = cbor_array(&reading->cbor, CONSIGNMENT_EPCS_MAX);
	for (size_t i = 0; goes_on(reading) && i < count; i++) {
		struct span text = cbor_text(&reading->cbor);
		if (may_add(reading))
			reading->err = give(reading->sink->self, text, reading->fault);
	}
}

enum err consignment_read(
	struct span bytes, const struct consignment_sink *sink, struct fault *fault)
{
	struct reading reading = {.sink = sink, .fault = fault};
	struct cbor_map map;
	int64_t key;
	int64_t wanted = 0;
	cbor_init(&reading.cbor, bytes);
	cbor_map(&reading.cbor, &map, 5);
	while (goes_on(&reading) && cbor_map_int(&reading.cbor, &map, &key)) {
		if (key != wanted++)
			cbor_fail(&reading.cbor, ERR_FORMAT, "expected the fields 0 to 4");
		if (key == 0 && cbor_uint(&reading.cbor) != VERSION)
			cbor_fail(&reading.cbor, ERR_VERSION, "a version that is not known here");
		if (key == 1)
			read_inside(&reading);
		if (key == 2) {
			size_t lots = cbor_array(&reading.cbor, CONSIGNMENT_EPCS_MAX);
			for (size_t i = 0; goes_on(&reading) && i < lots; i++)
				read_lot(&reading);
		}
		if (key == 3)
			read_texts(&reading, sink->event);
		if (key == 4)
			read_texts(&reading, sink->outermost);
	}
	if (reading.err)
		return reading.err;
	if (!reading.cbor.fault.err && wanted != 5)
		cbor_fail(&reading.cbor, ERR_FORMAT, "fields are missing");
	return cbor_end(&reading.cbor, fault);
}
