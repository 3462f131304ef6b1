#include "appliance/cli/args.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t option_index(const struct args *args, const char *name, size_t size)
{
	size_t i = 0;
	for (; args->options[i].name; i++)
		if (strlen(args->options[i].name) == size &&
			!strncmp(args->options[i].name, name, size))
			return i;
	return i;
}

static enum err take_option(
	struct args *args, const char *text, const char *next, bool *used_next, struct fault *fault)
{
	const char *equals = strchr(text, '=');
	size_t size = equals ? (size_t)(equals - text) : strlen(text);
	size_t index = option_index(args, text, size);
	const struct arg_option *option = &args->options[index];
	*used_next = false;
	if (!option->name)
		return fault_set(fault, ERR_USAGE, 0, 0,
			"there is no option %.*s; --help lists them", (int)size, text);
	assert(index < ARGS_OPTIONS_MAX);
	const char *value = option->name;
	if (!option->value && equals)
		return fault_set(fault, ERR_USAGE, 0, 0, "%s takes no value", option->name);
	if (option->value) {
		value = equals ? equals + 1 : next;
		*used_next = !equals;
		if (!value)
			return fault_set(fault, ERR_USAGE, 0, 0, "%s needs a value: %s %s",
				option->name, option->name, option->value);
	}
	unsigned *count = &args->counts[index];
	if (*count == ARGS_VALUES_MAX)
		return fault_set(fault, ERR_USAGE, 0, 0, "%s was given more than %d times",
			option->name, ARGS_VALUES_MAX);
	args->values[index][(*count)++] = value;
	return OK;
}

enum err args_parse(struct args *args, const struct arg_option *options, int argc, char **argv,
	struct fault *fault)
{
	bool only_plain = false;
	*args = (struct args){.options = options};
	args->plain = calloc((size_t)argc + 1, sizeof *args->plain);
	if (!args->plain)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory");
	for (int i = 1; i < argc; i++) {
		bool used_next = false;
		if (!only_plain && !strcmp(argv[i], "--")) {
			only_plain = true;
		} else if (!only_plain && !strncmp(argv[i], "--", 2)) {
			enum err err = take_option(args, argv[i], i + 1 < argc ? argv[i + 1] : NULL,
				&used_next, fault);
			if (err)
				return err;
			i += used_next;
		} else {
			if (args->plain_count == ARGS_PLAIN_MAX)
				return fault_set(
					fault, ERR_USAGE, 0, 0, "too many arguments at once");
			args->plain[args->plain_count++] = argv[i];
		}
	}
	return OK;
}

void args_close(struct args *args)
{
	free(args->plain);
	*args = (struct args){0};
}

const char *arg_value_at(const struct args *args, const char *name, unsigned index)
{
	size_t option = option_index(args, name, strlen(name));
	assert(args->options[option].name);
	return index < args->counts[option] ? args->values[option][index] : NULL;
}

const char *arg_value(const struct args *args, const char *name)
{
	size_t option = option_index(args, name, strlen(name));
	assert(args->options[option].name);
	unsigned count = args->counts[option];
	return count ? args->values[option][count - 1] : NULL;
}

bool arg_given(const struct args *args, const char *name)
{
	return arg_value(args, name) != NULL;
}

enum err arg_int(const struct args *args, const char *name, int64_t otherwise, int64_t least,
	int64_t most, int64_t *value, struct fault *fault)
{
	const char *text = arg_value(args, name);
	char *end = NULL;
	*value = otherwise;
	if (!text)
		return OK;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (errno || !*text || *end || number < least || number > most)
		return fault_set(fault, ERR_USAGE, 0, 0,
			"%s wants a whole number from %lld to %lld, not %.60s", name,
			(long long)least, (long long)most, text);
	*value = number;
	return OK;
}
