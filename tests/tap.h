/* TAP, printed by us: Debian 12's cmocka prints a skipped test as failed. A test is a function
 * with a sentence for a name; TAP_MAIN runs them in order under `prove`.
 *
 *	TEST(refuses_a_gtin_with_a_wrong_check_digit)
 *	{
 *		CHECK(gtin_is_valid(...) == false);
 *	}
 *	TAP_MAIN(CASE(refuses_a_gtin_with_a_wrong_check_digit))
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tap {
	int failed_checks; /* in the running test */
	const char *skipped;
};

#define TEST(name) static void name(struct tap *tap)

/* Goes on after a failure, so that a table shows all its wrong rows. */
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			tap->failed_checks++;                                                      \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                   \
		}                                                                                  \
	} while (0)

/* The same with a printf-made sentence saying which row. */
#define CHECK_ROW(condition, ...)                                                                  \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			tap->failed_checks++;                                                      \
			printf("# %s:%d: %s: ", __FILE__, __LINE__, #condition);                   \
			printf(__VA_ARGS__);                                                       \
			printf("\n");                                                              \
		}                                                                                  \
	} while (0)

/* For what the rest of the test cannot do without. */
#define NEED(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			tap->failed_checks++;                                                      \
			printf("# %s:%d: needed: %s\n", __FILE__, __LINE__, #condition);           \
			return;                                                                    \
		}                                                                                  \
	} while (0)

/* Leaves the test as skipped, saying what was absent. */
#define SKIP(why)                                                                                  \
	do {                                                                                       \
		tap->skipped = why;                                                                \
		return;                                                                            \
	} while (0)

struct tap_case {
	const char *name;
	void (*run)(struct tap *tap);
};

static inline int tap_main(const struct tap_case *cases, size_t count)
{
	int failed = 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", count);
	for (size_t i = 0; i < count; i++) {
		struct tap tap = {0};
		cases[i].run(&tap);
		char name[200];
		(void)snprintf(name, sizeof name, "%s", cases[i].name);
		for (char *c = name; *c; c++)
			if (*c == '_')
				*c = ' ';
		printf("%sok %zu - %s", tap.failed_checks ? "not " : "", i + 1, name);
		if (tap.skipped)
			printf(" # SKIP %s", tap.skipped);
		printf("\n");
		failed += tap.failed_checks != 0;
	}
	return failed != 0;
}

#define CASE(name) {#name, name}
#define TAP_MAIN(...)                                                                              \
	int main(void)                                                                             \
	{                                                                                          \
		static const struct tap_case cases[] = {__VA_ARGS__};                              \
		return tap_main(cases, sizeof cases / sizeof cases[0]);                            \
	}

#endif
