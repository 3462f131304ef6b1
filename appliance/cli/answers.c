#include "appliance/cli/answers.h"

#include "ledger/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void json_make_harmless(json_t *value)
{
	const char *name;
	json_t *member;
	size_t index;
	json_array_foreach(value, index, member) json_make_harmless(member);
	json_object_foreach(value, name, member) json_make_harmless(member);
	char *text = json_is_string(value) ? strdup(json_string_value(value)) : NULL;
	if (text) {
		utf8_make_harmless(text);
		(void)json_string_set(value, text);
	}
	free(text);
}

void answer_print(struct cli *cli, json_t *answer, void (*show)(const json_t *answer))
{
	if (cli->json) {
		cli_print_json(answer);
		return;
	}
	json_make_harmless(answer);
	show(answer);
	(void)fflush(stdout);
	json_decref(answer);
}

const char *json_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text ? text : "";
}

static const char *colour_code(const char *colour)
{
	if (!isatty(STDOUT_FILENO) || getenv("NO_COLOR"))
		return "";
	if (!strcmp(colour, "green"))
		return "\033[1;37;42m";
	if (!strcmp(colour, "amber"))
		return "\033[1;30;43m";
	if (!strcmp(colour, "red"))
		return "\033[1;37;41m";
	return "\033[1;37;100m";
}

void show_evidence(const json_t *evidence)
{
	const json_t *position = json_object_get(evidence, "position");
	if (position)
		printf("  recorded   position %lld, ledger time %s\n  entry      %s\n",
			(long long)json_integer_value(position), json_text(evidence, "ledger_time"),
			json_text(evidence, "entry"));
	const json_t *applied = json_object_get(evidence, "applied");
	if (applied)
		printf("  evidence   %lld leaves, %lld final, cosigned %.1f s ago\n",
			(long long)json_integer_value(applied),
			(long long)json_integer_value(json_object_get(evidence, "final")),
			(double)json_integer_value(json_object_get(evidence, "age_ms")) / 1000);
	const json_t *change = json_object_get(evidence, "change");
	if (change)
		printf("  before     on %s%s\n", json_text(change, "day"),
			json_is_true(json_object_get(change, "own")) ? ", here" : ", elsewhere");
	const json_t *alert = json_object_get(evidence, "alert");
	if (alert)
		printf("  alert      number %lld\n", (long long)json_integer_value(alert));
}

void show_verdict(const json_t *answer)
{
	static const struct {
		const char *action;
		const char *text;
	} actions[] = {{"supply", "may be supplied"}, {"check", "check first"},
		{"do_not_supply", "do not supply"}};
	const char *colour = json_text(answer, "colour");
	const char *code = colour_code(colour);
	const json_t *product = json_object_get(answer, "product");
	const char *action = json_text(answer, "action");
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (!strcmp(action, actions[i].action))
			action = actions[i].text;
	printf("%s %s %s %s: %s\n", code, json_text(answer, "verdict"), code[0] ? "\033[0m" : "",
		colour, action);
	printf("  %s\n", json_text(answer, "sentence"));
	const json_t *diagnosis = json_object_get(answer, "diagnosis");
	if (diagnosis)
		printf("  scanner    %s\n", json_text(diagnosis, "sentence"));
	printf("  product    %s  lot %s  expiry %s\n", json_text(product, "gtin"),
		json_text(product, "lot"), json_text(product, "expiry"));
	const json_t *also = json_object_get(answer, "also");
	if (json_array_size(also)) {
		printf("  also       ");
		for (size_t i = 0; i < json_array_size(also); i++)
			printf("%s%s", i ? ", " : "", json_string_value(json_array_get(also, i)));
		printf("\n");
	}
	const json_t *aside = json_object_get(answer, "quarantine");
	if (aside)
		printf("  aside      %s: %s, since %.10s\n",
			json_is_true(json_object_get(aside, "whole_lot")) ? "the whole lot"
									  : "this pack",
			json_text(aside, "reason"), json_text(aside, "since"));
	const json_t *dated = json_object_get(answer, "short_dated");
	if (dated)
		printf("  days left  %lld, less than the %lld you asked to be told of\n",
			(long long)json_integer_value(json_object_get(dated, "days_left")),
			(long long)json_integer_value(json_object_get(dated, "warn_days")));
	if (json_text(answer, "nmvs_code")[0])
		printf("  NMVS code  %s\n", json_text(answer, "nmvs_code"));
	show_evidence(json_object_get(answer, "evidence"));
}

static void show_value(const json_t *value)
{
	if (json_is_string(value)) {
		printf("%s", json_string_value(value));
		return;
	}
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_PRESERVE_ORDER);
	printf("%s", text ? text : "");
	free(text);
}

/* Names come from outside like values do. */
static void show_name(const char *name)
{
	char *shown = strdup(name);
	if (shown)
		utf8_make_harmless(shown);
	printf("  %-10s ", shown ? shown : "");
	free(shown);
}

void show_members(const json_t *answer)
{
	const char *name;
	json_t *value;
	if (json_is_array(answer)) {
		for (size_t i = 0; i < json_array_size(answer); i++) {
			if (i)
				printf("\n");
			show_members(json_array_get(answer, i));
		}
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)answer, name, value)
	{
		if (!strcmp(name, "evidence")) {
			show_evidence(value);
			continue;
		}
		show_name(name);
		show_value(value);
		printf("\n");
	}
}

enum status verdict_status(const json_t *answer)
{
	const char *colour = json_text(answer, "colour");
	return !strcmp(colour, "green") || !strcmp(colour, "grey") ? STATUS_YES : STATUS_NO;
}

enum err save_receipt(struct cli *cli, const json_t *answer)
{
	const char *path = arg_value(&cli->args, "--receipt");
	const char *receipt = json_text(json_object_get(answer, "evidence"), "receipt");
	if (!path)
		return OK;
	if (!receipt[0])
		return fault_set(&cli->fault, ERR_UNSURE, 0, 0,
			"it is recorded but not final yet: ask for the receipt with `assay "
			"receipt`");
	return cli_write_file(path, span_text(receipt), 0644, true, &cli->fault);
}
