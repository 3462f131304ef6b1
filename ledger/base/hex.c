#include "ledger/base/hex.h"

void hex_print(struct span bytes, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.size; i++) {
		out[2 * i] = digits[bytes.at[i] >> 4];
		out[2 * i + 1] = digits[bytes.at[i] & 15];
	}
	out[2 * bytes.size] = 0;
}

static int digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum err hex_parse(struct span text, uint8_t *out, size_t size, struct fault *fault)
{
	if (text.size != 2 * size)
		return fault_set(fault, ERR_FORMAT, 0, text.size,
			"expected %zu hexadecimal digits, got %zu characters", 2 * size, text.size);
	for (size_t i = 0; i < text.size; i++)
		if (digit_value(text.at[i]) < 0)
			return fault_set(fault, ERR_FORMAT, i, 1,
				"character %zu is not a hexadecimal digit", i + 1);
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)((unsigned)digit_value(text.at[2 * i]) << 4 |
				   (unsigned)digit_value(text.at[2 * i + 1]));
	return OK;
}
