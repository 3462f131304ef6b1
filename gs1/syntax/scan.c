#include "gs1/syntax/scan.h"

#include "gs1/syntax/link.h"
#include "gs1/syntax/lint.h"
#include "gs1/syntax/ppn.h"

/* Moves a fault of a part of the scan to its place in the whole. */
static enum err moved(enum err err, size_t at, struct fault *fault)
{
	if (err && fault)
		fault->at += at;
	return err;
}

/* A bare GTIN of size digits becomes element (01). */
static enum err read_key(struct span text, size_t at, struct gs1_scan *out, struct fault *fault)
{
	char gtin[GS1_GTIN_SIZE + 1];
	enum err err = moved(gs1_gtin_parse(text, gtin, fault), at, fault);
	if (err)
		return err;
	struct gs1_elements *elements = &out->elements;
	memcpy(elements->decoded, gtin, GS1_GTIN_SIZE);
	elements->decoded_size = GS1_GTIN_SIZE;
	out->form = GS1_FORM_KEY;
	return gs1_elements_add(elements, gs1_ai_find(GS1_AI_GTIN), GS1_AI_GTIN,
		span_of(elements->decoded, GS1_GTIN_SIZE), text, at, NULL, fault);
}

/* An add-on of two or five digits tells the issue of a periodical: it is nothing that GS1 elements
 * can say, and is passed over. */
static enum err read_with_addon(
	struct span text, size_t at, struct gs1_scan *out, struct fault *fault)
{
	if ((text.size != 15 && text.size != 18) || lint_csetnumeric(text, NULL))
		return fault_set(fault, ERR_FORMAT, at, text.size,
			"13 digits and an add-on of 2 or 5 are expected; %zu characters were sent",
			text.size);
	return read_key(span_cut(text, 0, 13), at, out, fault);
}

/* EAN-13 and EAN-8 may carry a composite component, sent behind as "|]e0" and element strings. */
static enum err read_ean(
	struct span text, size_t size, size_t at, struct gs1_scan *out, struct fault *fault)
{
	static const char composite[] = "|]e0";
	size_t key_size = gs1_set_size(GS1_SET_DIGIT, text);
	size_t rest = key_size + sizeof composite - 1;
	bool has_composite = span_is(span_cut(text, key_size, rest), composite);
	if (!has_composite)
		key_size = text.size;
	if (key_size != size)
		return fault_set(fault, ERR_FORMAT, at, key_size,
			"the symbol holds %zu digits; %zu characters were sent", size, key_size);
	enum err err = read_key(span_cut(text, 0, size), at, out, fault);
	if (err || !has_composite)
		return err;
	return gs1_elements_read(span_cut(text, rest, text.size), at + rest, &out->elements, fault);
}

static bool is_format_06(struct span text)
{
	return span_is(span_cut(text, 0, sizeof GS1_FORMAT_06_HEAD - 1), GS1_FORMAT_06_HEAD);
}

/* Symbols without FNC1: what is neither link nor format 06 is somebody else's text. */
static enum err read_plain(
	struct span text, bool strict, size_t at, struct gs1_scan *out, struct fault *fault)
{
	if (gs1_link_is(text)) {
		out->form = GS1_FORM_LINK;
		return gs1_link_read(text, at, &out->elements, fault);
	}
	if (is_format_06(text) && !strict) {
		out->form = GS1_FORM_PPN;
		return moved(gs1_ppn_read(text, &out->ppn, fault), at, fault);
	}
	out->form = GS1_FORM_TEXT;
	return OK;
}

/* Keyboard wedges and people give no identifier: the look decides. Digits alone, as many as a GTIN
 * has, are taken for one: an element string so short has no GTIN and would hardly be valid. */
static enum err read_by_look(struct span text, size_t at, struct gs1_scan *out, struct fault *fault)
{
	if (gs1_link_is(text) || is_format_06(text))
		return read_plain(text, false, at, out, fault);
	bool digit = text.size > 0 && gs1_set_has(GS1_SET_DIGIT, text.at[0]);
	if (text.size > 0 && !digit && (text.at[0] == '(' || gs1_title_size(text) > 0)) {
		out->form = GS1_FORM_BRACKETED;
		return gs1_elements_read_bracketed(text, at, &out->elements, fault);
	}
	bool digits = gs1_set_size(GS1_SET_DIGIT, text) == text.size;
	if (digits && (text.size == 8 || text.size == 12 || text.size == 13))
		return read_key(text, at, out, fault);
	if (digits && text.size == GS1_GTIN_SIZE && gs1_check_holds(text))
		return read_key(text, at, out, fault);
	if (text.size > 0 && (text.at[0] == GS1_GS || gs1_set_has(GS1_SET_DIGIT, text.at[0]))) {
		out->form = GS1_FORM_ELEMENTS;
		return gs1_elements_read(text, at, &out->elements, fault);
	}
	return fault_set(fault, ERR_FORMAT, at, text.size,
		text.size == 0 ? "the scan is empty"
			       : "this is not a GS1 code: neither an element string nor a GTIN "
				 "nor a GS1 Digital Link");
}

static enum err read_data(
	struct span text, bool strict, size_t at, struct gs1_scan *out, struct fault *fault)
{
	switch (out->aim) {
	case GS1_AIM_GS1_128:
	case GS1_AIM_DATABAR:
	case GS1_AIM_GS1_DATAMATRIX:
	case GS1_AIM_GS1_QR:
	case GS1_AIM_GS1_DOTCODE:
		out->form = GS1_FORM_ELEMENTS;
		return gs1_elements_read(text, at, &out->elements, fault);
	case GS1_AIM_DATAMATRIX:
	case GS1_AIM_QR:
	case GS1_AIM_DOTCODE: return read_plain(text, strict, at, out, fault);
	case GS1_AIM_EAN_13: return read_ean(text, 13, at, out, fault);
	case GS1_AIM_EAN_8: return read_ean(text, 8, at, out, fault);
	case GS1_AIM_EAN_13_ADDON: return read_with_addon(text, at, out, fault);
	case GS1_AIM_ITF_14: return read_ean(text, 14, at, out, fault);
	case GS1_AIM_NONE:
	case GS1_AIM_COUNT: break;
	}
	return read_by_look(text, at, out, fault);
}

/* What the reference engine would not take at all. */
static enum err check_strict(const struct gs1_scan *scan, struct fault *fault)
{
	if (scan->aim == GS1_AIM_NONE)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"the symbology identifier is missing: set the reader to send it");
	if (!gs1_aim_is_common(scan->aim))
		return fault_set(fault, ERR_FORMAT, 0, GS1_AIM_SIZE,
			"the symbology identifier %s is not among those of strict reading",
			gs1_aim_id(scan->aim));
	if (scan->data.size > 0 && scan->data.at[0] == GS1_GS)
		return fault_set(fault, ERR_FORMAT, GS1_AIM_SIZE, 1,
			"a separator (GS) stands before the first application identifier");
	return OK;
}

enum err gs1_scan_read(struct span bytes, struct gs1_scan *out, struct fault *fault)
{
	return gs1_scan_read_as(bytes, (struct gs1_reading){0}, out, fault);
}

enum err gs1_scan_read_as(
	struct span bytes, struct gs1_reading reading, struct gs1_scan *out, struct fault *fault)
{
	struct span text = bytes.size ? bytes : span_of("", 0);
	while (!reading.strict && text.size > 0 &&
		(text.at[text.size - 1] == '\r' || text.at[text.size - 1] == '\n'))
		text.size--;
	gs1_elements_begin(&out->elements, reading.permit);
	if (text.size > GS1_SCAN_MAX)
		return fault_set(fault, ERR_LIMIT, 0, text.size,
			"a scan of %zu bytes; %d is the most", text.size, GS1_SCAN_MAX);
	enum err err = gs1_aim_read(text, &out->aim, fault);
	if (err)
		return err;
	size_t at = out->aim == GS1_AIM_NONE ? 0 : GS1_AIM_SIZE;
	out->data = span_cut(text, at, text.size);
	out->ppn = (struct gs1_ppn){0};
	if (reading.strict)
		err = check_strict(out, fault);
	if (!err)
		err = read_data(out->data, reading.strict, at, out, fault);
	return err ? err : gs1_elements_check(&out->elements, fault);
}

static void take(char *to, size_t room, struct span from)
{
	size_t size = from.size < room - 1 ? from.size : room - 1;
	if (size > 0)
		memcpy(to, from.at, size);
	to[size] = 0;
}

static uint32_t count_of(struct span digits)
{
	uint32_t count = 0;
	for (size_t i = 0; i < digits.size; i++)
		count = count * 10 + (uint32_t)(digits.at[i] - '0');
	return count;
}

/* The first of an AI counts: a second one has the same value. */
static void take_element(const struct gs1_element *element, struct gs1_pack *out)
{
	struct span value = element->value;
	switch (element->ai) {
	case GS1_AI_GTIN: take(out->gtin, sizeof out->gtin, value); break;
	case GS1_AI_CONTENT:
		if (!out->gtin[0])
			take(out->gtin, sizeof out->gtin, value);
		break;
	case GS1_AI_SSCC: take(out->sscc, sizeof out->sscc, value); break;
	case GS1_AI_GLN: take(out->gln, sizeof out->gln, value); break;
	case GS1_AI_GLN_EXTENSION:
		take(out->gln_extension, sizeof out->gln_extension, value);
		break;
	case GS1_AI_SERIAL:
		out->has_serial = true;
		take(out->serial, sizeof out->serial, value);
		break;
	case GS1_AI_LOT:
		out->has_lot = true;
		take(out->lot, sizeof out->lot, value);
		break;
	case GS1_AI_EXPIRY:
		out->has_expiry = true;
		take(out->expiry, sizeof out->expiry, value);
		break;
	case GS1_AI_EXPIRY_TIME:
		if (!out->has_expiry)
			take(out->expiry, sizeof out->expiry, value);
		out->has_expiry = true;
		break;
	case GS1_AI_COUNT:
	case GS1_AI_PARTS:
		out->has_count = true;
		out->count = count_of(value);
		break;
	default:
		if (element->ai < GS1_AI_NHRN_FIRST || element->ai > GS1_AI_NHRN_LAST ||
			out->has_nhrn)
			break;
		out->has_nhrn = true;
		out->nhrn_ai = element->ai;
		take(out->nhrn, sizeof out->nhrn, value);
	}
}

static void take_ppn(const struct gs1_ppn *ppn, struct gs1_pack *out)
{
	out->kind = GS1_KIND_PACK;
	out->has_ppn = true;
	out->has_serial = ppn->serial.size > 0;
	out->has_lot = ppn->lot.size > 0;
	out->has_expiry = ppn->expiry.size > 0;
	take(out->ppn, sizeof out->ppn, ppn->ppn);
	take(out->serial, sizeof out->serial, ppn->serial);
	take(out->lot, sizeof out->lot, ppn->lot);
	take(out->expiry, sizeof out->expiry, ppn->expiry);
	gs1_ppn_gtin(ppn->ppn, out->gtin);
}

static enum gs1_kind kind_of(const struct gs1_elements *elements)
{
	/* A case may carry its own GTIN beside the SSCC; a unit never has an SSCC. */
	if (gs1_elements_find(elements, GS1_AI_SSCC))
		return GS1_KIND_LOGISTIC;
	if (gs1_elements_find(elements, GS1_AI_GTIN))
		return GS1_KIND_PACK;
	return gs1_elements_find(elements, GS1_AI_GLN) ? GS1_KIND_LOCATION : GS1_KIND_OTHER;
}

enum err gs1_pack_read(const struct gs1_scan *scan, struct gs1_pack *out, struct fault *fault)
{
	if (scan->form == GS1_FORM_TEXT)
		return fault_set(fault, ERR_FORMAT, 0, scan->data.size,
			"the code was read well, but what it holds is not GS1 data");
	memset(out, 0, sizeof *out);
	if (scan->form == GS1_FORM_PPN) {
		take_ppn(&scan->ppn, out);
		return OK;
	}
	for (size_t i = 0; i < scan->elements.count; i++)
		take_element(&scan->elements.element[i], out);
	out->kind = kind_of(&scan->elements);
	return OK;
}
