/* assay pepper: the yearly secret under which packs are registered. */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"
#include "ledger/base/civil.h"
#include "ledger/base/env.h"

#include <stdio.h>
#include <string.h>

static void show_list(const json_t *answer)
{
	const json_t *list = json_object_get(answer, "peppers");
	const json_t *due = json_object_get(answer, "due");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		long long missing = (long long)json_integer_value(json_object_get(one, "missing"));
		printf("%lld  sealed to %lld keys, %lld lack it%s\n",
			(long long)json_integer_value(json_object_get(one, "year")),
			(long long)json_integer_value(json_object_get(one, "sealed")), missing,
			json_is_true(json_object_get(one, "opens_here")) ? ""
									 : "; not opened here");
		if (missing)
			printf("  next: assay pepper seal\n");
	}
	if (due)
		printf("the pepper of %lld is not on the ledger yet\n  next: assay pepper post\n",
			(long long)json_integer_value(due));
}

static void show_done(const json_t *answer)
{
	const json_t *year = json_object_get(answer, "year");
	if (year)
		printf("the pepper of %lld is on the ledger; ",
			(long long)json_integer_value(year));
	printf("sealed to %lld keys\n",
		(long long)json_integer_value(json_object_get(answer, "sealed")));
	if (year)
		printf("  next: give stations enrolled before then a new enrolment (assay "
		       "station-enrol --renew KID)\n");
}

static enum err find_year(struct cli *cli, struct client *client, json_t *body)
{
	struct env env;
	json_t *state = NULL;
	int64_t year = 0;
	enum err err = arg_int(&cli->args, "--year", 0, 1970, 9999, &year, &cli->fault);
	if (!err && !year)
		err = client_get(client, "/api/v1/peppers", &state);
	if (!err && !year)
		year = json_integer_value(json_object_get(state, "due"));
	if (!err && !year) { /* nothing is due: the next one all the same */
		int32_t now, month, day;
		env_machine(&env);
		civil_from_day(zone_day(ZONE_UTC, env_now_ms(&env)), &now, &month, &day);
		year = now + 1;
	}
	json_decref(state);
	(void)json_object_set_new(body, "year", json_integer(year));
	return err;
}

static enum status run(struct cli *cli)
{
	const char *verb = cli->args.plain_count ? cli->args.plain[0] : "list";
	bool lists = !strcmp(verb, "list");
	bool posts = !strcmp(verb, "post");
	struct client *client = NULL;
	json_t *answer = NULL;
	json_t *body = json_object();
	enum err err = OK;
	if (!lists && !posts && strcmp(verb, "seal") != 0)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0, "say list, post or seal");
	if (!err)
		err = client_open(&client, cli);
	if (!err && posts)
		err = find_year(cli, client, body);
	if (!err && lists)
		err = client_get(client, "/api/v1/peppers", &answer);
	else if (!err)
		err = client_post(client, "/api/v1/peppers", body, &answer);
	if (!err)
		answer_print(cli, answer, lists ? show_list : show_done);
	json_decref(body);
	client_free(client);
	return cli_failed(err);
}

static const struct arg_option options[] = {
	CLI_CLIENT_OPTIONS,
	{"--year", "YEAR", "post: this one's (else the one that is due, or the next)"},
	{0},
};

const struct command command_pepper = {
	.word = "pepper",
	.usage = "list|post|seal",
	.summary = "the yearly secret of packs: see, post the next one, seal to new keys",
	.help = "The voter posts the next year's pepper, from November on, sealed to the box keys "
		"of all. Lots\n"
		"registered from 1 January (UTC) name the new one. `seal` gives the peppers there "
		"are to box keys\n"
		"that came later: of renewed keys, and of those who joined.",
	.options = options,
	.run = run,
};
