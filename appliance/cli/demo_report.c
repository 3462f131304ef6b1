/* Says what came of each step, against what should have come. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *paint(const char *colour)
{
	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") ? colour : "";
}

void demo_note(struct demo *demo, const char *name, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	cli_say(demo->cli, "      %-10s %s", name, text);
	(void)json_object_set_new(demo->step, name, json_string(text));
}

static void failed(struct demo *demo, const char *why)
{
	demo->step_failed = true;
	cli_say(demo->cli, "      %sFAILED%s     %s", paint("\033[1;31m"), paint("\033[0m"), why);
	json_t *list = json_object_get(demo->step, "failed");
	if (!list) {
		list = json_array();
		(void)json_object_set_new(demo->step, "failed", list);
	}
	(void)json_array_append_new(list, json_string(why));
}

void demo_expect(struct demo *demo, const char *name, const char *wanted, const char *got)
{
	char why[512];
	demo_note(demo, name, "%s", got);
	if (!strcmp(wanted, got))
		return;
	(void)snprintf(why, sizeof why, "%s should be %s", name, wanted);
	failed(demo, why);
}

void demo_expect_number(struct demo *demo, const char *name, int64_t wanted, int64_t got)
{
	char want_text[24];
	char got_text[24];
	(void)snprintf(want_text, sizeof want_text, "%lld", (long long)wanted);
	(void)snprintf(got_text, sizeof got_text, "%lld", (long long)got);
	demo_expect(demo, name, want_text, got_text);
}

bool demo_ok(struct demo *demo, enum err err, const struct fault *fault)
{
	if (err)
		failed(demo, fault->text[0] ? fault->text : err_text(err));
	return !err;
}

/* The path as a person in the present folder would write it. */
static const char *shown(const struct demo *demo, const char *name, char *path)
{
	(void)snprintf(path, DEMO_PATH_SIZE, "%.3900s/%.100s", demo->files, name);
	return path;
}

void demo_keep(struct demo *demo, const char *name, struct span bytes)
{
	char path[DEMO_PATH_SIZE];
	struct fault fault = {0};
	enum err err = cli_write_file(shown(demo, name, path), bytes, 0644, true, &fault);
	if (demo_ok(demo, err, &fault))
		demo_note(demo, "file", "%s", path);
}

void demo_evidence(struct demo *demo, const json_t *answer)
{
	const json_t *evidence = json_object_get(answer, "evidence");
	const char *receipt = json_text(evidence, "receipt");
	char name[64];
	char path[DEMO_PATH_SIZE];
	struct fault fault = {0};
	if (!receipt[0]) {
		failed(demo, "the answer has no receipt");
		return;
	}
	if (demo->receipts++)
		(void)snprintf(
			name, sizeof name, "step-%02u-%u.receipt", demo->number, demo->receipts);
	else
		(void)snprintf(name, sizeof name, "step-%02u.receipt", demo->number);
	enum err err =
		cli_write_file(shown(demo, name, path), span_text(receipt), 0644, true, &fault);
	if (demo_ok(demo, err, &fault))
		demo_note(demo, "evidence", "position %lld, ledger time %s, receipt %s",
			(long long)json_integer_value(json_object_get(evidence, "position")),
			json_text(evidence, "ledger_time"), name);
}

/* Without its appliance no step can do anything but wait. */
static bool can_go_on(struct demo *demo)
{
	size_t last = demo->appliance_count - 1;
	if (demo->appliance_count && demo_runs(&demo->appliances[last].process))
		return true;
	if (!demo->is_cut_off)
		cli_say(demo->cli, "the appliance has ended, and the story with it");
	demo->failures += !demo->failures;
	demo->is_cut_off = true;
	return false;
}

void demo_play(struct demo *demo, const struct demo_step *steps)
{
	for (const struct demo_step *step = steps; step->play && can_go_on(demo); step++) {
		demo->number++;
		demo->step_failed = false;
		demo->receipts = 0;
		demo->step = json_pack("{s:i, s:s, s:s}", "number", (int)demo->number, "who",
			step->who, "what", step->what);
		cli_say(demo->cli, "%s%2u. %s %s%s", paint("\033[1m"), demo->number, step->who,
			step->what, paint("\033[0m"));
		step->play(demo);
		demo->failures += demo->step_failed;
		if (!demo->step_failed)
			cli_say(demo->cli, "      %sOK%s", paint("\033[1;32m"), paint("\033[0m"));
		(void)json_object_set_new(demo->step, "ok", json_boolean(!demo->step_failed));
		(void)json_array_append_new(demo->steps, demo->step);
	}
}
