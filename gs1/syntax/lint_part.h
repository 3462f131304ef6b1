/* What several content rules have in common; only lint_*.c reads it. Each refuses like a rule. */
#ifndef GS1_SYNTAX_LINT_PART_H
#define GS1_SYNTAX_LINT_PART_H

#include "gs1/syntax/lint.h"

/* Refuses the character at that offset; wanted says what should be there ("a digit"). Prints
 * characters that cannot be printed as a number. */
enum err lint_bad_character(struct span data, size_t at, const char *wanted, struct fault *fault);

/* All characters in the set; the first that is not is refused. */
MUST_CHECK enum err lint_in_set(
	enum gs1_set set, struct span data, const char *wanted, struct fault *fault);
MUST_CHECK enum err lint_digits(struct span data, struct fault *fault);

/* Zeros at the front. */
size_t lint_zeros(struct span data);

/* One character, and one of those allowed. */
MUST_CHECK enum err lint_one_of(
	struct span data, const char *allowed, const char *wanted, struct fault *fault);

/* One code of a list: codes of equal width (filled with spaces), ascending, without separators. */
MUST_CHECK enum err lint_code(
	struct span data, const char *list, size_t width, const char *refusal, struct fault *fault);

/* A date with two or four digits of year. Two do not say which century, so every fourth year has a
 * 29 February there: true from 1901 to 2099. */
MUST_CHECK enum err lint_date(
	struct span data, size_t year_size, bool day_zero, struct fault *fault);

/* So many digits of a time of day, and two of them below a limit. */
MUST_CHECK enum err lint_time_digits(
	struct span data, size_t size, const char *name, struct fault *fault);
MUST_CHECK enum err lint_time_part(
	struct span data, size_t at, int limit, const char *name, struct fault *fault);

/* A company prefix begins at `from`: which prefixes are given out is known to GS1 only; judged here
 * is that four digits, the shortest prefix there is, can be one. */
MUST_CHECK enum err lint_company_prefix(struct span data, size_t from, struct fault *fault);

/* Ten digits of ten-millionths of a degree, up to the limit. */
MUST_CHECK enum err lint_degrees(
	struct span data, const char *name, const char *limit, struct fault *fault);

#endif
