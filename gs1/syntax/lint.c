#include "gs1/syntax/lint.h"

#define D GS1_SET_DIGIT
#define A GS1_SET_82
#define P GS1_SET_39
#define F GS1_SET_64
#define C GS1_SET_32

static const uint8_t sets[256] = {
	['!'] = A,
	['"'] = A,
	['#'] = P,
	['%'] = A,
	['&'] = A,
	['\''] = A,
	['('] = A,
	[')'] = A,
	['*'] = A,
	['+'] = A,
	[','] = A,
	['-'] = A | P | F,
	['.'] = A,
	['/'] = A | P,
	['0' ... '1'] = D | A | P | F,
	['2' ... '9'] = D | A | P | F | C,
	[':'] = A,
	[';'] = A,
	['<'] = A,
	['='] = A,
	['>'] = A,
	['?'] = A,
	['A' ... 'H'] = A | P | F | C,
	['I'] = A | P | F,
	['J' ... 'N'] = A | P | F | C,
	['O'] = A | P | F,
	['P' ... 'Z'] = A | P | F | C,
	['_'] = A | F,
	['a' ... 'z'] = A | F,
};

bool gs1_set_has(enum gs1_set set, uint8_t character)
{
	return (sets[character] & set) != 0;
}

size_t gs1_set_size(enum gs1_set set, struct span data)
{
	size_t at = 0;
	while (at < data.size && (sets[data.at[at]] & set))
		at++;
	return at;
}

static const struct {
	const char *name;
	enum err (*run)(struct span data, struct fault *fault);
} rules[GS1_LINT_COUNT] = {
#define X(upper, lower) [GS1_LINT_##upper] = {#lower, lint_##lower},
	GS1_LINT_LIST(X)
#undef X
};

enum err gs1_lint(enum gs1_lint lint, struct span data, struct fault *fault)
{
	return rules[lint].run(data, fault);
}

enum gs1_lint gs1_lint_by_name(struct span name)
{
	for (enum gs1_lint lint = 1; lint < GS1_LINT_COUNT; lint++)
		if (span_is(name, rules[lint].name))
			return lint;
	return GS1_LINT_NONE;
}

const char *gs1_lint_name(enum gs1_lint lint)
{
	return lint > GS1_LINT_NONE && lint < GS1_LINT_COUNT ? rules[lint].name : "";
}
