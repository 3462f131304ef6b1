/* Content rules and values: a fault lies inside what was judged and has a sentence; a rule that
 * accepts once accepts again; check digits that are made hold. */
#include "gs1/syntax/element.h"
#include "gs1/syntax/key.h"
#include "gs1/syntax/key_kind.h"
#include "gs1/syntax/lint.h"
#include "gs1/syntax/ntin.h"
#include "gs1/syntax/ppn.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void in_place(enum err err, const struct fault *fault, size_t size)
{
	if (err && (fault->err != err || fault->at > size || fault->size > size - fault->at ||
			   !fault->text[0]))
		abort();
}

static void check_values(struct span text)
{
	size_t count;
	const struct gs1_ai *rows = gs1_ai_rows(&count);
	for (size_t i = 0; i < count; i++) {
		struct fault fault = {0};
		struct gs1_refusal refusal = {0};
		enum err err = gs1_value_check(&rows[i], text, &refusal, &fault);
		in_place(err, &fault, text.size);
		if ((err != OK) != (refusal.rule != NULL) ||
			(err && refusal.at + refusal.size > refusal.value.size))
			abort();
		if (!err && (text.size < rows[i].size_min || text.size > rows[i].size_max))
			abort();
	}
}

static void check_digits(struct span text)
{
	char digits[64], gtin[GS1_GTIN_SIZE + 1];
	struct gs1_ntin ntin;
	struct fault fault;
	if (text.size == 0 || text.size >= sizeof digits ||
		gs1_set_size(GS1_SET_DIGIT, text) < text.size)
		return;
	memcpy(digits, text.at, text.size);
	digits[text.size] = gs1_check_digit(text);
	if (!gs1_check_holds(span_of(digits, text.size + 1)))
		abort();
	if (!gs1_gtin_parse(text, gtin, &fault) && !gs1_ntin_read(gtin, &ntin, &fault) &&
		!strstr(gtin, ntin.number))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of(size ? data : (const uint8_t *)"", size);
	size_t kinds_count;
	const struct gs1_key_kind *kinds = gs1_key_kinds(&kinds_count);
	for (enum gs1_lint lint = 1; lint < GS1_LINT_COUNT; lint++) {
		struct fault fault = {0};
		enum err err = gs1_lint(lint, text, &fault);
		in_place(err, &fault, size);
		if (gs1_lint(lint, text, NULL) != err)
			abort();
	}
	for (size_t i = 0; i < kinds_count; i++) {
		struct fault fault = {0};
		enum err err = gs1_key_check(&kinds[i], text, &fault);
		in_place(err, &fault, size);
		if (gs1_key_serial(&kinds[i], text).size > size)
			abort();
	}
	check_values(text);
	check_digits(text);
	(void)gs1_ppn_holds(text);
	return 0;
}
