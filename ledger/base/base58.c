#include "ledger/base/base58.h"

#include <assert.h>

#define DIGITS_MAX base58_room(BASE58_SIZE_MAX)

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

void base58_print(struct span bytes, char *out)
{
	uint8_t digits[DIGITS_MAX]; /* least significant first */
	size_t count = 0;
	assert(bytes.size <= BASE58_SIZE_MAX);
	size_t zeros = 0;
	while (zeros < bytes.size && bytes.at[zeros] == 0)
		zeros++;
	for (size_t i = zeros; i < bytes.size; i++) {
		unsigned carry = bytes.at[i];
		for (size_t j = 0; j < count; j++) {
			carry += (unsigned)digits[j] << 8;
			digits[j] = (uint8_t)(carry % 58);
			carry /= 58;
		}
		for (; carry; carry /= 58) {
			assert(count < DIGITS_MAX);
			digits[count++] = (uint8_t)(carry % 58);
		}
	}
	for (size_t i = 0; i < zeros; i++)
		*out++ = alphabet[0];
	while (count)
		*out++ = alphabet[digits[--count]];
	*out = 0;
}

enum err base58_parse(struct span text, uint8_t *out, size_t size, struct fault *fault)
{
	uint8_t bytes[BASE58_SIZE_MAX]; /* least significant first */
	size_t count = 0;
	assert(size <= BASE58_SIZE_MAX);
	size_t zeros = 0;
	while (zeros < text.size && text.at[zeros] == (uint8_t)alphabet[0])
		zeros++;
	for (size_t i = zeros; i < text.size; i++) {
		const char *found = text.at[i] ? strchr(alphabet, text.at[i]) : NULL;
		if (!found)
			return fault_set(fault, ERR_FORMAT, i, 1,
				"character %zu is not a base58 digit", i + 1);
		unsigned carry = (unsigned)(found - alphabet);
		for (size_t j = 0; j < count; j++) {
			carry += bytes[j] * 58U;
			bytes[j] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry && count == size)
			return fault_set(fault, ERR_FORMAT, i, text.size - i,
				"base58 text stands for more than %zu bytes", size);
		if (carry)
			bytes[count++] = (uint8_t)carry;
	}
	if (zeros > size || zeros + count != size)
		return fault_set(fault, ERR_FORMAT, 0, text.size,
			"base58 text stands for %zu bytes, not %zu", zeros + count, size);
	memset(out, 0, zeros);
	for (size_t i = 0; i < count; i++)
		out[size - 1 - i] = bytes[i];
	return OK;
}
