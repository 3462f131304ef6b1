/* assay doctor: is this appliance well, and what is to be done. It changes nothing. */
#include "appliance/cli/doctor.h"

#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE_DEFAULT 16
#define SAMPLE_MAX     100000

static const char *const words[] = {"ok", "warn", "fail"};

void doctor_say(struct doctor *doctor, const char *check, enum finding finding, const char *advice,
	const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	json_t *line = json_pack(
		"{s:s, s:s, s:s}", "check", check, "finding", words[finding], "text", text);
	if (line && advice[0])
		(void)json_object_set_new(line, "advice", json_string(advice));
	(void)json_array_append_new(doctor->lines, line);
	if (finding > doctor->worst)
		doctor->worst = finding;
}

static void look(struct doctor *doctor, int64_t sample)
{
	doctor_files(doctor);
	doctor_disk(doctor);
	doctor_pages(doctor);
	enum err err = here_open(&doctor->here, doctor->cli);
	doctor->has_here = !err;
	if (err)
		doctor_say(doctor, "open", FINDING_FAIL,
			"mend what it says; most messages are explained in docs/operation.md", "%s",
			doctor->cli->fault.text);
	doctor_clock(doctor);
	doctor_ledger(doctor);
	doctor_floor(doctor);
	doctor_lots(doctor, sample);
	doctor_archive(doctor);
	doctor_keys(doctor);
	doctor_peppers(doctor);
	doctor_attachments(doctor);
	doctor_accounts(doctor);
	here_close(&doctor->here);
}

static void show(const json_t *answer)
{
	const json_t *lines = json_object_get(answer, "checks");
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const json_t *line = json_array_get(lines, i);
		printf("%-4s  %-12s %s\n", json_text(line, "finding"), json_text(line, "check"),
			json_text(line, "text"));
		if (json_text(line, "advice")[0])
			printf("      next: %s\n", json_text(line, "advice"));
	}
}

static enum status run(struct cli *cli)
{
	struct doctor doctor = {.cli = cli, .lines = json_array()};
	const char *enrolment = arg_value(&cli->args, "--enrol");
	int64_t sample = SAMPLE_DEFAULT;
	env_machine(&doctor.env);
	enum err err = arg_int(
		&cli->args, "--sample", SAMPLE_DEFAULT, 0, SAMPLE_MAX, &sample, &cli->fault);
	if (!err && !enrolment)
		err = config_load(cli->folder, &doctor.config, &cli->fault);
	if (err) {
		json_decref(doctor.lines);
		return STATUS_COULD_NOT;
	}
	if (enrolment)
		doctor_station(&doctor, enrolment);
	else
		look(&doctor, sample);
	cli->fault = (struct fault){0};
	answer_print(cli,
		json_pack("{s:s, s:o}", "worst", words[doctor.worst], "checks", doctor.lines),
		show);
	return doctor.worst == FINDING_OK ? STATUS_YES : STATUS_NO;
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
	{"--sample", "N", "so many lots, drawn at random, are compared with the ledger (16)"},
	{"--enrol", "FILE", "look at the station of this enrolment on this machine instead"},
	{0},
};

const struct command command_doctor = {
	.word = "doctor",
	.usage = "",
	.summary = "look at folder, disk, clock, ledger, keys and peppers, and say what to do",
	.help = "Changes nothing; also beside a running appliance. Exit status: 0 all is well, 1 "
		"something is to be\n"
		"seen to, 2 could not look.",
	.options = options,
	.run = run,
};
