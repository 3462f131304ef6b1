/* Kind 50: what a product is: a unit or a case of units, its markets, what it asks for. */
#include "appliance/rules/product.h"

#include "appliance/rules/kinds.h"

enum {
	PRODUCT_GTIN = 1,
	PRODUCT_CONTAINS = 2,
	PRODUCT_REPLACES = 3,
	PRODUCT_MARKETS = 4,
	PRODUCT_FLAGS = 5,
};

static void read_contains(struct body *body, struct product_body *out)
{
	if (cbor_array(&body->cbor, 2) != 2)
		cbor_fail(&body->cbor, ERR_FORMAT, "expected a GTIN and how many");
	out->unit = body_gtin(body);
	out->unit_count = (uint32_t)body_code(body, 1, PRODUCT_UNITS_MAX);
	if (out->unit == out->gtin)
		body_refuse(body, "a case does not contain itself");
}

static void read_markets(struct body *body, struct product_body *out)
{
	out->market_count = cbor_array(&body->cbor, PRODUCT_MARKETS_MAX);
	if (!out->market_count)
		body_refuse(body, "an empty list is left out");
	for (size_t i = 0; i < out->market_count; i++) {
		out->markets[i] = (uint16_t)body_code(body, 1, 999);
		if (i > 0 && out->markets[i] <= out->markets[i - 1])
			body_refuse(body, "markets are not ascending");
	}
}

enum err product_decode(struct span in, struct product_body *out, struct fault *fault)
{
	struct product_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case PRODUCT_GTIN: read.gtin = body_gtin(&body); break;
		case PRODUCT_CONTAINS: read_contains(&body, &read); break;
		case PRODUCT_REPLACES: read.replaces = body_gtin(&body); break;
		case PRODUCT_MARKETS: read_markets(&body, &read); break;
		case PRODUCT_FLAGS:
			read.flags = (unsigned)body_code(&body, 1, PRODUCT_FLAGS_ALL);
			break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body, FIELD(PRODUCT_GTIN), fault);
	if (!err)
		*out = read;
	return err;
}

void product_encode(const struct product_body *body, struct buf *buf)
{
	cbor_put_map(buf, 1 + (size_t)(body->unit != 0) + (body->replaces != 0) +
				  (body->market_count != 0) + (body->flags != 0));
	cbor_put_uint(buf, PRODUCT_GTIN);
	cbor_put_uint(buf, body->gtin);
	if (body->unit) {
		cbor_put_uint(buf, PRODUCT_CONTAINS);
		cbor_put_array(buf, 2);
		cbor_put_uint(buf, body->unit);
		cbor_put_uint(buf, body->unit_count);
	}
	if (body->replaces) {
		cbor_put_uint(buf, PRODUCT_REPLACES);
		cbor_put_uint(buf, body->replaces);
	}
	if (body->market_count) {
		cbor_put_uint(buf, PRODUCT_MARKETS);
		cbor_put_array(buf, body->market_count);
		for (size_t i = 0; i < body->market_count; i++)
			cbor_put_uint(buf, body->markets[i]);
	}
	if (body->flags) {
		cbor_put_uint(buf, PRODUCT_FLAGS);
		cbor_put_uint(buf, body->flags);
	}
}

/* A product with lots is a unit: it cannot become a case. */
static enum err case_has_lots(
	struct judging *judging, const struct product_body *body, bool *has_lots)
{
	struct lot lot;
	*has_lots = false;
	if (!body->unit)
		return OK;
	enum err err = lot_next(judging->table, body->gtin, 0, &lot, judging->fault);
	*has_lots = !err;
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err product_apply(struct judging *judging, const struct product_body *body)
{
	struct product product;
	bool is_new, refused, has_lots;
	enum err err = product_claim(judging, body->gtin, &product, &is_new, &refused);
	if (err || refused || (body->unit && !judging_holds_gtin(judging, body->unit, 0)))
		return err;
	err = case_has_lots(judging, body, &has_lots);
	if (err)
		return err;
	if (has_lots)
		return judging_refuse(judging, OUTCOME_BAD_VALUE, 0, PRODUCT_CONTAINS, 0);
	if (judging_is_dry(judging))
		return OK;
	product.flags = body->flags;
	product.unit = body->unit;
	product.unit_count = body->unit_count;
	product.replaces = body->replaces;
	product.market_count = body->market_count;
	memcpy(product.markets, body->markets, sizeof product.markets);
	return product_put(judging->table, &product, judging->fault);
}
