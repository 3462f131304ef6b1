#include "appliance/rules/outcomes.h"

#include "ledger/base/buf.h"

static const struct {
	uint16_t code;
	const char *word;
	const char *sentence;
} rows[] = {
#define X(name, code, word, sentence) {code, word, sentence},
	OUTCOME_LIST(X) REFUSAL_LIST(X) ALERT_LIST(X)
#undef X
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

const char *outcome_word(uint16_t code)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].code == code)
			return rows[i].word;
	return "unknown";
}

/* Reads "%1$014lld" (or without the width) at the front; 0 if it is not one. */
static size_t take_parameter(const char *at, unsigned *which, int *width)
{
	size_t size = 3;
	if (at[0] != '%' || (at[1] != '1' && at[1] != '2') || at[2] != '$')
		return 0;
	*which = (unsigned)(at[1] - '0');
	for (*width = 0; at[size] >= '0' && at[size] <= '9'; size++)
		*width = *width * 10 + (at[size] - '0');
	return strncmp(at + size, "lld", 3) == 0 ? size + 3 : 0;
}

void outcome_sentence(uint16_t code, int64_t a, int64_t b, char out[OUTCOME_SENTENCE_MAX])
{
	const char *at = "no such outcome";
	struct buf buf;
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].code == code)
			at = rows[i].sentence;
	buf_over(&buf, out, OUTCOME_SENTENCE_MAX - 1);
	while (*at && !buf.err) {
		unsigned which = 0;
		int width = 0;
		size_t taken = take_parameter(at, &which, &width);
		if (taken) {
			buf_printf(&buf, "%0*lld", width, (long long)(which == 1 ? a : b));
			at += taken;
		} else {
			buf_put_u8(&buf, (uint8_t)*at++);
		}
	}
	out[buf.size] = 0;
}
