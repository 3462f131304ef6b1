#include "ledger/base/base45.h"

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

void base45_print(struct span bytes, char *out)
{
	for (size_t i = 0; i < bytes.size; i += 2) {
		bool pair = i + 1 < bytes.size;
		unsigned value = pair ? bytes.at[i] * 256U + bytes.at[i + 1] : bytes.at[i];
		*out++ = alphabet[value % 45];
		*out++ = alphabet[value / 45 % 45];
		if (pair)
			*out++ = alphabet[value / 2025];
	}
	*out = 0;
}

/* Value of the group of two or three characters at the front, least significant first. */
static enum err group_value(
	struct span text, size_t at, size_t count, unsigned *value, struct fault *fault)
{
	unsigned weight = 1;
	*value = 0;
	for (size_t i = at; i < at + count; i++) {
		const char *found = text.at[i] ? strchr(alphabet, text.at[i]) : NULL;
		if (!found)
			return fault_set(fault, ERR_FORMAT, i, 1,
				"character %zu is not one of the 45 of base45", i + 1);
		*value += weight * (unsigned)(found - alphabet);
		weight *= 45;
	}
	if (*value > (count == 3 ? 65535U : 255U))
		return fault_set(fault, ERR_FORMAT, at, count,
			"base45 group at character %zu stands for %u, more than %s", at + 1, *value,
			count == 3 ? "two bytes hold" : "one byte holds");
	return OK;
}

enum err base45_parse(
	struct span text, uint8_t *out, size_t room, size_t *size, struct fault *fault)
{
	size_t tail = text.size % 3;
	size_t need = text.size / 3 * 2 + tail / 2;
	if (tail == 1)
		return fault_set(fault, ERR_FORMAT, text.size - 1, 1,
			"base45 text of %zu characters has one too many or is cut short",
			text.size);
	if (need > room)
		return fault_set(fault, ERR_LIMIT, 0, text.size,
			"base45 text stands for %zu bytes, at most %zu are taken", need, room);
	for (size_t at = 0; at < text.size; at += 3) {
		size_t count = text.size - at < 3 ? 2 : 3;
		unsigned value;
		enum err err = group_value(text, at, count, &value, fault);
		if (err)
			return err;
		if (count == 3)
			*out++ = (uint8_t)(value >> 8);
		*out++ = (uint8_t)value;
	}
	*size = need;
	return OK;
}
