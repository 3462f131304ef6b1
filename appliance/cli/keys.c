/* assay keys: an appliance's and its stations' keys: list, revoke, renew; the offline root key
 * signs where it is, and files travel. */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"
#include "appliance/cli/keys_parts.h"
#include "appliance/view/key_list.h"

#include <stdio.h>
#include <string.h>

static enum err list_party(struct here *here, const char *name, json_t *parties)
{
	struct here_party party;
	json_t *keys = json_array();
	struct key_list_options options = {
		.table = here->snapshot.table,
		.now_ms = env_now_ms(&here->env),
		.held = here->keys,
		.held_count = here->key_count,
	};
	enum err err = here_party(here, name, &party);
	if (!err)
		err = key_list_put(&options, &party.party, keys, &here->cli->fault);
	if (err)
		json_decref(keys);
	else
		(void)json_array_append_new(
			parties, json_pack("{s:s, s:o}", "party", name, "keys", keys));
	return err;
}

static void show_keys(const json_t *answer)
{
	for (size_t i = 0; i < json_array_size(answer); i++) {
		const json_t *party = json_array_get(answer, i);
		const json_t *keys = json_object_get(party, "keys");
		printf("%s\n", json_text(party, "party"));
		for (size_t k = 0; k < json_array_size(keys); k++) {
			const json_t *key = json_array_get(keys, k);
			const json_t *revoked = json_object_get(key, "revoked");
			const char *until = json_text(key, "until");
			printf("  %.16s  %-9s  %-11s  since %.10s%s%.10s%s%s%s\n",
				json_text(key, "kid"), json_text(key, "purpose"),
				json_text(key, "state"), json_text(key, "since"),
				until[0] ? "  until " : "", until,
				json_is_true(json_object_get(key, "here")) ? "  here" : "",
				revoked ? "  " : "", json_text(revoked, "reason"));
		}
	}
}

static enum status run_list(struct cli *cli)
{
	struct here here = {0};
	const char *only = arg_value(&cli->args, "--party");
	const char *name;
	json_t *parties = json_array();
	enum err err = here_open(&here, cli);
	if (!err && only)
		err = list_party(&here, only, parties);
	for (size_t i = 0; !err && !only && (name = here_party_name(&here, i)); i++)
		err = list_party(&here, name, parties);
	here_close(&here);
	if (!err)
		answer_print(cli, parties, show_keys);
	else
		json_decref(parties);
	return cli_failed(err);
}

static enum status run(struct cli *cli)
{
	const char *verb = cli->args.plain_count ? cli->args.plain[0] : "";
	cli_keep_private();
	if (!strcmp(verb, "list"))
		return run_list(cli);
	if (!strcmp(verb, "revoke"))
		return run_keys_revoke(cli);
	if (!strcmp(verb, "request"))
		return run_keys_request(cli, false);
	if (!strcmp(verb, "renew"))
		return run_keys_request(cli, true);
	if (!strcmp(verb, "authorise"))
		return run_keys_authorise(cli);
	if (!strcmp(verb, "install"))
		return run_keys_install(cli);
	(void)fault_set(&cli->fault, ERR_USAGE, 0, 0,
		"say list, revoke, request, authorise, install or renew");
	return STATUS_COULD_NOT;
}

static const struct arg_option options[] = {
	CLI_CLIENT_OPTIONS,
	{"--party", "NAME", "whose keys (else those of the member whose appliance this is)"},
	{"--purpose", "PURPOSE", "renew: appliance, box, log, cosign or all (may be repeated)"},
	{"--reason", "REASON", "revoke: replaced, lost, compromised or retired"},
	{"--compromised-since", "TIME",
		"revoke: in other hands since then, as in 2026-11-20T09:30:00Z; what it said "
		"since is flagged"},
	{"--last-good", "N",
		"revoke: up to this number of its own, late deliveries still count (else the "
		"last one known good)"},
	{"--out", "FILE", "request, authorise, renew: the file to be made"},
	{"--root", "FILE", "the party's root key (else root/PARTY.key in the folder)"},
	{"--root-password", "FILE", "the password of that key"},
	{"--yes", NULL, "authorise: sign without asking"},
	{0},
};

const struct command command_keys = {
	.word = "keys",
	.usage = "list|revoke KID|renew|request renew|request revoke KID|authorise FILE|"
		 "install FILE",
	.summary = "list, revoke and renew keys of this appliance and its stations",
	.help = "A station's key is revoked by the running appliance. All others need the offline "
		"root key:\n"
		"`request` writes a file, `authorise` shows and signs it where the root key is, "
		"`install` hands\n"
		"in what was signed. `renew` does the three where the root key is at hand. Renewed "
		"keys are\n"
		"used from the next start on; then `install` with the same file again revokes and "
		"destroys\n"
		"the former ones. Box keys are to be renewed every quarter.",
	.options = options,
	.run = run,
};
