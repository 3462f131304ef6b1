#include "gs1/syntax/ppn.h"

#include "gs1/syntax/lint.h"

#define RS  0x1E
#define EOT 0x04

#define PPN_SIZE_MIN 5 /* agency, one character, check digits */

static bool is_ppn_character(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

bool gs1_ppn_holds(struct span ppn)
{
	if (ppn.size < PPN_SIZE_MIN || ppn.size > GS1_PPN_MAX)
		return false;
	unsigned sum = 0;
	for (size_t i = 0; i < ppn.size - 2; i++) {
		if (!is_ppn_character(ppn.at[i]))
			return false;
		sum += ppn.at[i] * (unsigned)(i + 2);
	}
	sum %= 97;
	return ppn.at[ppn.size - 2] == '0' + sum / 10 && ppn.at[ppn.size - 1] == '0' + sum % 10;
}

void gs1_ppn_gtin(struct span ppn, char gtin[GS1_GTIN_SIZE + 1])
{
	gtin[0] = 0;
	if (ppn.size != 12 || !span_is(span_cut(ppn, 0, 2), "11") ||
		gs1_set_size(GS1_SET_DIGIT, ppn) != ppn.size)
		return;
	memcpy(gtin, "04150", 5);
	memcpy(gtin + 5, ppn.at + 2, 8);
	gtin[13] = gs1_check_digit(span_of(gtin, 13));
	gtin[14] = 0;
}

static enum err check_text(
	const char *name, struct span value, size_t at, size_t most, struct fault *fault)
{
	if (value.size == 0 || value.size > most)
		return fault_set(fault, ERR_FORMAT, at, value.size,
			"%s has %zu characters: 1 to %zu are needed", name, value.size, most);
	struct fault why;
	if (lint_cset82(value, &why))
		return fault_set(
			fault, ERR_FORMAT, at + why.at, why.size, "%s: %s", name, why.text);
	return OK;
}

static enum err check_expiry(struct span value, size_t at, struct fault *fault)
{
	struct fault why;
	if (lint_yymmd0(value, &why))
		return fault_set(
			fault, ERR_FORMAT, at + why.at, why.size, "expiry (D): %s", why.text);
	return OK;
}

static enum err take(
	struct span value, size_t at, const char *name, struct span *to, struct fault *fault)
{
	if (to->size > 0 && !span_equal(*to, value))
		return fault_set(fault, ERR_FORMAT, at, value.size,
			"%s is there twice with different values", name);
	*to = value;
	return OK;
}

static enum err read_field(struct span field, size_t at, struct gs1_ppn *out, struct fault *fault)
{
	struct span two = span_cut(field, 2, field.size), one = span_cut(field, 1, field.size);
	enum err err = OK;
	if (span_is(span_cut(field, 0, 2), "9N")) {
		if (!gs1_ppn_holds(two))
			return fault_set(fault, ERR_FORMAT, at + 2, two.size,
				"PPN (9N): the check digits do not hold, or it is not a PPN");
		return take(two, at + 2, "the PPN (9N)", &out->ppn, fault);
	}
	if (span_is(span_cut(field, 0, 2), "1T")) {
		err = check_text("lot (1T)", two, at + 2, GS1_LOT_MAX, fault);
		return err ? err : take(two, at + 2, "the lot (1T)", &out->lot, fault);
	}
	if (span_is(span_cut(field, 0, 1), "D")) {
		err = check_expiry(one, at + 1, fault);
		return err ? err : take(one, at + 1, "the expiry (D)", &out->expiry, fault);
	}
	if (span_is(span_cut(field, 0, 1), "S")) {
		err = check_text("serial (S)", one, at + 1, GS1_SERIAL_MAX, fault);
		return err ? err : take(one, at + 1, "the serial (S)", &out->serial, fault);
	}
	return OK;
}

enum err gs1_ppn_read(struct span text, struct gs1_ppn *out, struct fault *fault)
{
	struct gs1_ppn ppn = {0};
	size_t end = text.size;
	if (end > 0 && text.at[end - 1] == EOT)
		end--;
	if (end > 0 && text.at[end - 1] == RS)
		end--;
	for (size_t at = sizeof GS1_FORMAT_06_HEAD - 1; at <= end;) {
		const uint8_t *gs = at < end ? memchr(text.at + at, GS1_GS, end - at) : NULL;
		size_t to = gs ? (size_t)(gs - text.at) : end;
		enum err err = read_field(span_cut(text, at, to), at, &ppn, fault);
		if (err)
			return err;
		at = to + 1;
	}
	if (ppn.ppn.size == 0)
		return fault_set(fault, ERR_FORMAT, 0, text.size,
			"a message of format 06 without a PPN (9N): not a pack this program knows");
	*out = ppn;
	return OK;
}
