#include "appliance/rules/product.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"

/* Whether the member that used the GTIN first still has it in its scope. */
static enum err still_held(struct judging *judging, const struct product *product, bool *held)
{
	struct span bytes;
	struct scope scope;
	enum err err =
		judging->directory->scope(judging->table, product->holder, &bytes, judging->fault);
	if (err)
		return err;
	*held = scope_decode(bytes, &scope, NULL) == OK &&
		scope_set_has(scope.gtins, product->gtin);
	return OK;
}

static void take_product(struct judging *judging, struct product *product)
{
	product->member = judging->member_index;
	memset(product->holder, 0, sizeof product->holder);
	memcpy(product->holder, judging->member, strlen(judging->member));
}

enum err product_claim(struct judging *judging, uint64_t gtin, struct product *product,
	bool *is_new, bool *refused)
{
	bool held = false;
	*is_new = false;
	*refused = !judging_holds_gtin(judging, gtin, 0);
	if (*refused)
		return OK;
	enum err err = product_get(judging->table, gtin, product, judging->fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_NOT_FOUND) {
		*product = (struct product){.gtin = gtin};
		take_product(judging, product);
		*is_new = true;
		return OK;
	}
	if (product->member == judging->member_index)
		return OK;
	err = still_held(judging, product, &held);
	if (err)
		return err;
	if (held) {
		*refused = true;
		return judging_refuse(judging, REFUSED_GTIN_CLAIMED, 0, (int64_t)gtin, 0);
	}
	take_product(judging, product);
	*is_new = true;
	return OK;
}

enum {
	COVERAGE_GTIN = 1,
	COVERAGE_SINCE = 2,
	COVERAGE_LOTS = 3,
	COVERAGE_SHELF = 4,
};

static void read_lots(struct body *body, struct coverage_body *out)
{
	struct cbor *cbor = &body->cbor;
	struct span before = {0};
	out->lot_count = cbor_array(cbor, COVERAGE_LOTS_MAX);
	size_t start = cbor->at;
	if (!out->lot_count)
		body_refuse(body, "an empty list of lots");
	for (size_t i = 0; i < out->lot_count && !cbor->fault.err; i++) {
		struct span lot = body_lot(body);
		if (i > 0 && span_order(before, lot) >= 0)
			body_refuse(body, "lots are not ascending");
		before = lot;
	}
	out->lots = span_of(cbor->in.at + start, cbor->at - start);
}

enum err coverage_decode(struct span in, struct coverage_body *out, struct fault *fault)
{
	struct coverage_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case COVERAGE_GTIN: read.gtin = body_gtin(&body); break;
		case COVERAGE_SINCE:
			read.from = body_date(&body);
			if (read.from % 100 == 0)
				body_refuse(&body, "a manufacture date has a day");
			break;
		case COVERAGE_LOTS:
			if (read.from)
				body_refuse(&body, "coverage is by date or by list, not both");
			read_lots(&body, &read);
			break;
		case COVERAGE_SHELF:
			if (!read.from)
				body_refuse(&body, "a shelf life goes with a manufacture date");
			read.shelf_months = (uint16_t)body_code(&body, 1, 240);
			break;
		default: body_unknown(&body);
		}
	}
	unsigned required = FIELD(COVERAGE_GTIN) |
			    (read.lot_count ? FIELD(COVERAGE_LOTS) : FIELD(COVERAGE_SINCE));
	enum err err = body_close(&body, required, fault);
	if (!err)
		*out = read;
	return err;
}

void coverage_encode(const struct coverage_body *body, struct buf *buf)
{
	cbor_put_map(buf, 2 + (size_t)(body->shelf_months != 0));
	cbor_put_uint(buf, COVERAGE_GTIN);
	cbor_put_uint(buf, body->gtin);
	if (body->lot_count) {
		cbor_put_uint(buf, COVERAGE_LOTS);
		cbor_put_array(buf, body->lot_count);
		buf_put(buf, body->lots);
		return;
	}
	cbor_put_uint(buf, COVERAGE_SINCE);
	cbor_put_uint(buf, body->from);
	if (body->shelf_months) {
		cbor_put_uint(buf, COVERAGE_SHELF);
		cbor_put_uint(buf, body->shelf_months);
	}
}

static enum err put_lots(struct judging *judging, const struct coverage_body *body)
{
	struct cbor cbor;
	uint8_t position[POSITION_BYTES];
	struct buf value;
	enum err err = OK;
	buf_over(&value, position, sizeof position);
	buf_put_be(&value, judging->applying->position, POSITION_BYTES);
	cbor_init(&cbor, body->lots);
	for (size_t i = 0; i < body->lot_count && !err; i++) {
		uint8_t raw[8 + LOT_TEXT_MAX];
		struct buf key;
		buf_over(&key, raw, sizeof raw);
		buf_put_be(&key, body->gtin, 8);
		buf_put(&key, cbor_text(&cbor));
		err = table_put(judging->table, TABLE_COVERED, buf_span(&key), buf_span(&value),
			judging->fault);
	}
	return err;
}

enum err coverage_apply(struct judging *judging, const struct coverage_body *body)
{
	struct product product;
	bool is_new, refused;
	enum err err = product_claim(judging, body->gtin, &product, &is_new, &refused);
	if (err || refused || judging_is_dry(judging))
		return err;
	product.coverage = body->lot_count ? COVERAGE_LIST : COVERAGE_FROM;
	product.from = body->from;
	product.shelf_months = body->shelf_months;
	err = product_put(judging->table, &product, judging->fault);
	return err ? err : put_lots(judging, body);
}
