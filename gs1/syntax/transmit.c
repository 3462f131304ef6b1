#include "gs1/syntax/transmit.h"

#include "gs1/syntax/aim.h"
#include "gs1/syntax/element.h"
#include "gs1/syntax/key.h"
#include "gs1/syntax/lint.h"

/* What the symbols are like. */
static const struct {
	const char *name;
	enum gs1_aim text; /* without FNC1; GS1_AIM_NONE: there is no such symbol */
	enum gs1_aim gs1;
	uint8_t digits; /* of the key that is all its data; 0: any data */
	uint8_t zeros; /* sent before the key */
	bool takes_component; /* of composite symbols */
} symbols[GS1_SYMBOL_COUNT] = {
	[GS1_SYMBOL_EAN_13] = {"EAN-13", GS1_AIM_EAN_13, GS1_AIM_EAN_13, 13, 0, true},
	[GS1_SYMBOL_EAN_8] = {"EAN-8", GS1_AIM_EAN_8, GS1_AIM_EAN_8, 8, 0, true},
	[GS1_SYMBOL_UPC_A] = {"UPC-A", GS1_AIM_EAN_13, GS1_AIM_EAN_13, 12, 1, true},
	[GS1_SYMBOL_UPC_E] = {"UPC-E", GS1_AIM_EAN_13, GS1_AIM_EAN_13, 12, 1, true},
	[GS1_SYMBOL_ITF_14] = {"ITF-14", GS1_AIM_ITF_14, GS1_AIM_ITF_14, 14, 0, false},
	[GS1_SYMBOL_DATABAR] = {"GS1 DataBar", GS1_AIM_DATABAR, GS1_AIM_DATABAR, 14, 0, true},
	[GS1_SYMBOL_DATABAR_LIMITED] = {"GS1 DataBar Limited", GS1_AIM_DATABAR, GS1_AIM_DATABAR, 14,
		0, true},
	[GS1_SYMBOL_DATABAR_EXPANDED] = {"GS1 DataBar Expanded", GS1_AIM_NONE, GS1_AIM_DATABAR, 0,
		0, true},
	[GS1_SYMBOL_GS1_128] = {"GS1-128", GS1_AIM_NONE, GS1_AIM_GS1_128, 0, 0, true},
	[GS1_SYMBOL_DATAMATRIX] = {"Data Matrix", GS1_AIM_DATAMATRIX, GS1_AIM_GS1_DATAMATRIX, 0, 0,
		false},
	[GS1_SYMBOL_QR] = {"QR Code", GS1_AIM_QR, GS1_AIM_GS1_QR, 0, 0, false},
	[GS1_SYMBOL_DOTCODE] = {"DotCode", GS1_AIM_DOTCODE, GS1_AIM_GS1_DOTCODE, 0, 0, false},
};

static enum err refuse(enum gs1_symbol symbol, const char *why, struct fault *fault)
{
	return fault_set(fault, ERR_FORMAT, 0, 0, "%s: %s", symbols[symbol].name, why);
}

static enum err read(struct span text, struct gs1_elements *elements, struct fault *fault)
{
	return gs1_elements_read(text, 0, elements, fault);
}

/* The key of the symbol with its check digit, from digits or from element (01). */
static enum err read_key(enum gs1_symbol symbol, const struct gs1_message *message,
	char key[GS1_GTIN_SIZE + 1], struct fault *fault)
{
	size_t digits = symbols[symbol].digits;
	size_t front = 2 + GS1_GTIN_SIZE - digits;
	struct span text = message->data;
	if (message->is_gs1) {
		if (!span_equal(span_cut(text, 0, front), span_of("01000000", front)))
			return refuse(symbol,
				"it holds one GTIN, element (01), short enough for it", fault);
		text = span_cut(text, front, text.size);
	}
	if (text.size + message->adds_check != digits || lint_csetnumeric(text, NULL))
		return fault_set(fault, ERR_FORMAT, 0, text.size,
			"%s: %zu digits are needed, %zu characters were given",
			symbols[symbol].name, digits - message->adds_check, text.size);
	memcpy(key, text.at, text.size);
	if (message->adds_check)
		key[text.size] = gs1_check_digit(text);
	key[digits] = 0;
	if (!gs1_check_holds(span_of(key, digits)))
		return refuse(symbol, "the check digit is wrong", fault);
	if (symbol == GS1_SYMBOL_DATABAR_LIMITED && key[0] > '1')
		return refuse(symbol, "its GTIN begins with 0 or 1", fault);
	return OK;
}

/* EAN/UPC sends a component as a message of its own, DataBar behind the element (01). */
static enum err send_key(enum gs1_symbol symbol, const struct gs1_message *message, struct buf *out,
	struct fault *fault)
{
	char key[GS1_GTIN_SIZE + 1];
	enum gs1_aim aim = symbols[symbol].gs1;
	enum err err = read_key(symbol, message, key, fault);
	if (err)
		return err;
	buf_put_text(out, gs1_aim_id(aim));
	if (aim == GS1_AIM_DATABAR)
		buf_put_text(out, "01");
	else if (symbols[symbol].zeros)
		buf_put_u8(out, '0');
	buf_put_text(out, key);
	if (message->composite.size == 0)
		return OK;
	if (aim != GS1_AIM_DATABAR)
		buf_put_text(out, "|]e0");
	buf_put(out, message->composite);
	return OK;
}

/* The component follows in the same message, behind a separator if the last element needs one. */
static void send_elements(enum gs1_aim aim, const struct gs1_message *message,
	const struct gs1_elements *elements, struct buf *out)
{
	const struct gs1_element *last = &elements->element[elements->count - 1];
	bool has_component = message->composite.size > 0;
	buf_put_text(out, gs1_aim_id(has_component ? GS1_AIM_DATABAR : aim));
	buf_put(out, message->data);
	if (has_component && !(last->row->flags & GS1_AI_PREDEFINED) &&
		message->data.at[message->data.size - 1] != GS1_GS)
		buf_put_u8(out, GS1_GS);
	buf_put(out, message->composite);
}

enum err gs1_transmit(enum gs1_symbol symbol, const struct gs1_message *message, struct buf *out,
	struct fault *fault)
{
	struct gs1_elements elements, component;
	enum err err = OK;
	gs1_elements_begin(&elements, 0);
	gs1_elements_begin(&component, 0);
	if (message->composite.size > 0 && !symbols[symbol].takes_component)
		return refuse(symbol, "it has no composite component", fault);
	if (message->composite.size > 0)
		err = read(message->composite, &component, fault);
	if (err)
		return err;
	if (symbols[symbol].digits)
		return send_key(symbol, message, out, fault);
	if (message->is_gs1) {
		err = read(message->data, &elements, fault);
		if (!err)
			send_elements(symbols[symbol].gs1, message, &elements, out);
		return err;
	}
	if (symbols[symbol].text == GS1_AIM_NONE)
		return refuse(symbol, "it carries element strings only", fault);
	buf_put_text(out, gs1_aim_id(symbols[symbol].text));
	buf_put(out, message->data);
	return OK;
}
