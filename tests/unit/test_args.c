/* Options of commands: forms, repeats, numbers, and what each wrong one is told. */
#include "appliance/cli/args.h"

#include "tests/tap.h"

#define WORDS_MAX 16

static const struct arg_option options[] = {
	{"--json", NULL, "print JSON"},
	{"--as", "USER", "the account"},
	{"--role", "ROLE", "may be repeated"},
	{"--count", "N", "how many"},
	{0},
};

/* The words as the machine would hand them over: "assay" is gone, the command's word is first. */
static enum err parse(struct args *args, const char *const *words, struct fault *fault)
{
	char *argv[WORDS_MAX];
	int argc = 0;
	argv[argc++] = (char *)(uintptr_t) "check";
	while (argc < WORDS_MAX && words[argc - 1]) {
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
		argc++;
	}
	return args_parse(args, options, argc, argv, fault);
}

TEST(options_and_plain_arguments_are_told_apart)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *as; /* NULL: not given */
		bool json;
		size_t plain;
		const char *first;
	} rows[] = {
		{{NULL}, NULL, false, 0, NULL},
		{{"--json", "SCAN"}, NULL, true, 1, "SCAN"},
		{{"SCAN", "--as", "ward", "--json"}, "ward", true, 1, "SCAN"},
		{{"--as=ward"}, "ward", false, 0, NULL},
		{{"--as="}, "", false, 0, NULL},
		{{"--as=a=b"}, "a=b", false, 0, NULL},
		{{"--as", "one", "--as", "other"}, "other", false, 0, NULL},
		{{"--as", "--json"}, "--json", false, 0, NULL},
		{{"--", "--json", "--as"}, NULL, false, 2, "--json"},
		{{"-", "-j"}, NULL, false, 2, "-"},
		{{"(01)05012345678900", ""}, NULL, false, 2, "(01)05012345678900"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct args args;
		struct fault fault = {0};
		enum err err = parse(&args, rows[i].words, &fault);
		CHECK_ROW(err == OK, "row %zu: %s", i, fault.text);
		const char *as = arg_value(&args, "--as");
		CHECK_ROW(!as == !rows[i].as && (!as || !strcmp(as, rows[i].as)),
			"row %zu: --as %s", i, as ? as : "(none)");
		CHECK_ROW(arg_given(&args, "--json") == rows[i].json, "row %zu", i);
		CHECK_ROW(args.plain_count == rows[i].plain, "row %zu: %zu plain", i,
			args.plain_count);
		if (rows[i].first)
			CHECK_ROW(!strcmp(args.plain[0], rows[i].first), "row %zu", i);
		args_close(&args);
	}
}

TEST(wrong_options_are_told_by_name)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *says;
	} rows[] = {
		{{"--jason"}, "--jason"},
		{{"--js"}, "--js"},
		{{"--jsonl"}, "--jsonl"},
		{{"--nothing=1"}, "--nothing;"},
		{{"--as"}, "--as USER"},
		{{"SCAN", "--as"}, "--as needs a value"},
		{{"--json=yes"}, "--json takes no value"},
		{{"--role", "1", "--role", "2", "--role", "3", "--role", "4", "--role", "5",
			 "--role", "6", "--role", "7"},
			NULL},
		{{"--role=1", "--role=2", "--role=3", "--role=4", "--role=5", "--role=6",
			 "--role=7", "--role=8", "--role=9"},
			"--role was given more than 8 times"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct args args;
		struct fault fault = {0};
		enum err err = parse(&args, rows[i].words, &fault);
		CHECK_ROW(err == (rows[i].says ? ERR_USAGE : OK), "row %zu: %s", i, fault.text);
		CHECK_ROW(!rows[i].says || strstr(fault.text, rows[i].says), "row %zu: %s", i,
			fault.text);
		args_close(&args);
	}
}

TEST(repeated_options_keep_their_order)
{
	static const char *const words[] = {"--role=hospital", "--role", "hr", "--role=", NULL};
	struct args args;
	struct fault fault = {0};
	NEED(parse(&args, words, &fault) == OK);
	CHECK(!strcmp(arg_value_at(&args, "--role", 0), "hospital"));
	CHECK(!strcmp(arg_value_at(&args, "--role", 1), "hr"));
	CHECK(!strcmp(arg_value_at(&args, "--role", 2), ""));
	CHECK(!arg_value_at(&args, "--role", 3));
	args_close(&args);
}

TEST(numbers_are_whole_and_in_their_range)
{
	static const struct {
		const char *text; /* NULL: not given, so 7 */
		enum err err;
		int64_t value;
	} rows[] = {
		{NULL, OK, 7},
		{"1", OK, 1},
		{"90", OK, 90},
		{"0", ERR_USAGE, 0},
		{"91", ERR_USAGE, 0},
		{"-1", ERR_USAGE, 0},
		{"", ERR_USAGE, 0},
		{"8x", ERR_USAGE, 0},
		{"8.5", ERR_USAGE, 0},
		{"0x10", ERR_USAGE, 0},
		{"99999999999999999999", ERR_USAGE, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *words[] = {rows[i].text ? "--count" : NULL, rows[i].text, NULL};
		struct args args;
		struct fault fault = {0};
		int64_t value = -5;
		NEED(parse(&args, words, &fault) == OK);
		enum err err = arg_int(&args, "--count", 7, 1, 90, &value, &fault);
		CHECK_ROW(err == rows[i].err, "%s", rows[i].text ? rows[i].text : "(none)");
		if (!err)
			CHECK_ROW(value == rows[i].value, "%s gives %lld",
				rows[i].text ? rows[i].text : "(none)", (long long)value);
		else
			CHECK_ROW(strstr(fault.text, "--count wants a whole number from 1 to 90"),
				"%s", fault.text);
		args_close(&args);
	}
}

TAP_MAIN(CASE(options_and_plain_arguments_are_told_apart), CASE(wrong_options_are_told_by_name),
	CASE(repeated_options_keep_their_order), CASE(numbers_are_whole_and_in_their_range))
