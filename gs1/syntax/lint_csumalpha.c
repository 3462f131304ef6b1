/* csumalpha: the check character pair of alphanumeric keys (General Specifications section 7.9.5).
 * Each character's place in CSET 82 is weighted with a prime, 2 for the last one before the pair
 * and rising to the left; the sum modulo 1021 is written as two characters of CSET 32. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

#define CHARACTERS_MAX 99 /* with the pair */

static const uint16_t primes[CHARACTERS_MAX - 2] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41,
	43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139,
	149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239,
	241, 251, 257, 263, 269, 271, 277, 281, 283, 293, 307, 311, 313, 317, 331, 337, 347, 349,
	353, 359, 367, 373, 379, 383, 389, 397, 401, 409, 419, 421, 431, 433, 439, 443, 449, 457,
	461, 463, 467, 479, 487, 491, 499, 503, 509};

static const char set_82[] =
	"!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
static const char set_32[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

enum err lint_csumalpha(struct span data, struct fault *fault)
{
	if (data.size < 2)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"too short to hold a pair of check characters");
	if (data.size > CHARACTERS_MAX)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"too long for a pair of check characters: %d at most", CHARACTERS_MAX);
	size_t body = data.size - 2;
	size_t good = gs1_set_size(GS1_SET_82, span_cut(data, 0, body));
	if (good < body)
		return lint_bad_character(data, good, "a character of CSET 82", fault);
	uint32_t sum = 0;
	for (size_t i = 0; i < body; i++) {
		const char *place = strchr(set_82, data.at[i]);
		sum += (uint32_t)(place - set_82) * primes[body - 1 - i];
	}
	sum %= 1021;
	if (data.at[body] == (uint8_t)set_32[sum / 32] &&
		data.at[body + 1] == (uint8_t)set_32[sum % 32])
		return OK;
	return fault_set(fault, ERR_FORMAT, body, 2,
		"the check characters should be %c%c: a character was misread or mistyped",
		set_32[sum / 32], set_32[sum % 32]);
}
