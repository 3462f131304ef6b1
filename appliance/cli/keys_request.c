/* assay keys request and renew, and the revocation of keys that only a root key may revoke. */
#include "appliance/cli/answers.h"
#include "appliance/cli/keys_parts.h"
#include "appliance/view/key_list.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"
#include "ledger/keyfile_renew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CURVE keys are not among them: every station was told of it. */
static const enum key_purpose renewable[] = {KEY_APPLIANCE, KEY_BOX, KEY_LOG, KEY_COSIGN};

#define RENEWABLE_COUNT (sizeof renewable / sizeof renewable[0])

/* The present key of a purpose, on the ledger. ERR_NOT_FOUND: the party has none here. */
static enum err present_key(struct here *here, const struct here_party *party,
	enum key_purpose purpose, struct key_record *key)
{
	struct keyholder_key held;
	struct fault *fault = &here->cli->fault;
	enum err err = keyholder_find(here->holder, party->name, purpose, &held, fault);
	return err ? err : key_find(here->snapshot.table, held.kid, key, fault);
}

static enum err ask_revocation(
	struct asking *asking, struct here *here, const struct key_revoke_body *revoke)
{
	uint8_t memory[256];
	struct buf body;
	buf_over(&body, memory, sizeof memory);
	key_revoke_body_encode(revoke, &body);
	return asking_add(asking, here, KIND_KEY_REVOKE, buf_span(&body));
}

/* A new key that waits in the folder, and its registration. */
static enum err ask_renewal(struct asking *asking, struct here *here,
	const struct here_party *party, enum key_purpose purpose, const struct key_record *before)
{
	uint8_t memory[256];
	struct buf bytes;
	struct keyfile key = {0};
	struct fault *fault = &here->cli->fault;
	const uint8_t *tenant = party->party.has_tenant ? party->party.tenant : NULL;
	struct key_body body = {.purpose = purpose,
		.has_tenant = tenant != NULL,
		.has_appliance = before->has_appliance};
	enum err err =
		keyfile_make(&key, purpose, party->name, tenant, asking->wanted.made_ms, fault);
	if (!err)
		err = keyfile_wait(&key, here->cli->folder, fault);
	if (!err) {
		memcpy(body.public, key.public, sizeof body.public);
		memcpy(body.tenant, party->party.tenant, UNIT_ID_SIZE);
		memcpy(body.appliance, before->appliance, UNIT_ID_SIZE);
		buf_over(&bytes, memory, sizeof memory);
		key_body_encode(&body, &bytes);
		err = asking_add(asking, here, KIND_KEY, buf_span(&bytes));
	}
	keyfile_close(&key);
	return err;
}

static bool is_wanted(const struct cli *cli, enum key_purpose purpose, bool *known)
{
	const char *word;
	bool is = false;
	for (unsigned i = 0; (word = arg_value_at(&cli->args, "--purpose", i)); i++) {
		bool is_this = !strcmp(word, key_purpose_word(purpose));
		is |= is_this || !strcmp(word, "all");
		*known |= is_this || !strcmp(word, "all");
	}
	return is;
}

/* New keys of the purposes asked for; then, further on, the end of those before. */
static enum err ask_renewals(
	struct asking *asking, struct here *here, const struct here_party *party)
{
	struct key_revoke_body ended[RENEWABLE_COUNT];
	size_t count = 0;
	bool known = false;
	bool all = false;
	enum err err = OK;
	for (size_t i = 0; !err && i < RENEWABLE_COUNT; i++) {
		struct key_record before;
		if (!is_wanted(here->cli, renewable[i], &known))
			continue;
		err = present_key(here, party, renewable[i], &before);
		all = !strcmp(arg_value(&here->cli->args, "--purpose"), "all");
		if (err == ERR_NOT_FOUND && all) { /* a tenant has no log key */
			err = OK;
			continue;
		}
		if (!err)
			err = ask_renewal(asking, here, party, renewable[i], &before);
		ended[count] =
			(struct key_revoke_body){.last_good = INT64_MAX, .reason = REVOKE_REPLACED};
		memcpy(ended[count++].kid, before.kid, KID_SIZE);
	}
	for (size_t i = 0; !err && i < count; i++)
		err = ask_revocation(asking, here, &ended[i]);
	if (!err && !known)
		err = fault_set(&here->cli->fault, ERR_USAGE, 0, 0,
			"say --purpose appliance, box, log, cosign or all (a station: assay "
			"station-enrol --renew KID)");
	return err;
}

/* KID --reason WORD [--compromised-since TIME] [--last-good N] */
static enum err read_revocation(struct here *here, const struct here_party *party,
	const char *digits, struct key_revoke_body *revoke, struct key_record *key)
{
	struct cli *cli = here->cli;
	const char *reason = arg_value(&cli->args, "--reason");
	const char *since = arg_value(&cli->args, "--compromised-since");
	int64_t last_good = -1;
	*revoke = (struct key_revoke_body){.has_compromised = since != NULL};
	if (!reason)
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --reason replaced, lost, compromised or retired");
	enum err err = revoke_reason_parse(reason, &revoke->reason, &cli->fault);
	if (!err && since)
		err = civil_parse_time(
			span_text(since), &revoke->compromised_ms, NULL, &cli->fault);
	if (!err)
		err = arg_int(&cli->args, "--last-good", -1, 0, INT64_MAX, &last_good, &cli->fault);
	if (!err)
		err = here_key(here, party, digits, key);
	if (err)
		return err;
	memcpy(revoke->kid, key->kid, KID_SIZE);
	revoke->last_good = (uint64_t)last_good;
	if (last_good < 0)
		err = key_last_good(here->snapshot.table, key->kid, revoke->reason,
			since ? revoke->compromised_ms : 0, &revoke->last_good, &cli->fault);
	return err;
}

static enum err open_party(struct here *here, struct here_party *party)
{
	const char *name = arg_value(&here->cli->args, "--party");
	return here_party(here, name ? name : here->config.member, party);
}

/* Signed at once with a root key that is here, and installed. */
static enum err go_on(struct cli *cli, struct asking *asking)
{
	json_t *answer = NULL;
	enum err err = asking_sign(cli, asking);
	if (!err)
		err = authorisation_install(cli, &asking->wanted, &answer);
	if (!err)
		answer_print(cli, answer, show_members);
	return err;
}

static enum err write_request(struct cli *cli, const struct asking *asking)
{
	const char *out = arg_value(&cli->args, "--out");
	enum err err =
		out ? asking_save(cli, asking, out)
		    : fault_set(&cli->fault, ERR_USAGE, 0, 0, "say --out FILE for the request");
	if (!err && cli->json)
		cli_print_json(json_pack("{s:s, s:I}", "request", out, "count",
			(json_int_t)asking->wanted.item_count));
	if (!err)
		cli_say(cli,
			"%s: carry it to where the root key is\n"
			"  next, there: assay keys authorise FILE --root KEY --out SIGNED",
			out);
	return err;
}

/* With at_once the signed file is kept too: the second half of a renewal needs it. */
static enum err keep_signed(struct cli *cli, struct asking *asking, bool at_once)
{
	const char *out = arg_value(&cli->args, "--out");
	if (!at_once)
		return write_request(cli, asking);
	enum err err = asking_sign(cli, asking);
	if (!err && !out)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --out FILE: after the next start `assay keys install FILE` ends the "
			"former keys");
	if (!err)
		err = asking_save(cli, asking, out);
	json_t *answer = NULL;
	if (!err)
		err = authorisation_install(cli, &asking->wanted, &answer);
	if (!err)
		answer_print(cli, answer, show_members);
	if (!err)
		cli_say(cli,
			"  next: end the appliance and start it again; then\n"
			"  assay keys install %s --as ADMIN",
			out);
	return err;
}

enum status run_keys_request(struct cli *cli, bool at_once)
{
	struct here here = {0};
	struct here_party party;
	struct asking *asking = calloc(1, sizeof *asking);
	const char *what = cli->args.plain_count > 1 ? cli->args.plain[1] : "renew";
	enum err err = asking ? OK : fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
	if (!err)
		err = here_open(&here, cli);
	if (!err)
		err = open_party(&here, &party);
	if (!err)
		err = asking_open(asking, &here, &party);
	if (!err && !strcmp(what, "revoke") && cli->args.plain_count == 3) {
		struct key_revoke_body revoke;
		struct key_record key;
		err = read_revocation(&here, &party, cli->args.plain[2], &revoke, &key);
		if (!err)
			err = ask_revocation(asking, &here, &revoke);
	} else if (!err && !strcmp(what, "renew") && cli->args.plain_count <= 2) {
		err = ask_renewals(asking, &here, &party);
	} else if (!err) {
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say renew --purpose PURPOSE, or revoke KID --reason REASON");
	}
	here_close(&here);
	if (!err)
		err = keep_signed(cli, asking, at_once);
	if (asking)
		asking_close(asking);
	free(asking);
	return cli_failed(err);
}

/* A station's key is revoked by its party's appliance; any other only by the root. */
static enum err revoke_station(struct cli *cli, const struct here_party *party,
	const struct key_revoke_body *revoke, const char *kid)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	const char *since = arg_value(&cli->args, "--compromised-since");
	json_t *body = json_pack("{s:s, s:s, s:s, s:I}", "party", party->name, "kid", kid, "reason",
		revoke_reason_word(revoke->reason), "last_good", (json_int_t)revoke->last_good);
	if (since)
		(void)json_object_set_new(body, "compromised_since", json_string(since));
	enum err err = client_open(&client, cli);
	if (!err)
		err = client_post(client, "/api/v1/keys/revoke", body, &answer);
	if (!err)
		answer_print(cli, answer, show_members);
	json_decref(body);
	client_free(client);
	return err;
}

enum status run_keys_revoke(struct cli *cli)
{
	struct here here = {0};
	struct here_party party;
	struct key_revoke_body revoke;
	struct key_record key;
	char kid[2 * KID_SIZE + 1];
	struct asking *asking = calloc(1, sizeof *asking);
	enum err err = asking ? OK : fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
	if (!err && cli->args.plain_count != 2)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0, "say which key: its kid");
	if (!err)
		err = here_open(&here, cli);
	if (!err)
		err = open_party(&here, &party);
	if (!err)
		err = read_revocation(&here, &party, cli->args.plain[1], &revoke, &key);
	if (!err && !key.has_site)
		err = asking_open(asking, &here, &party);
	if (!err && !key.has_site)
		err = ask_revocation(asking, &here, &revoke);
	here_close(&here);
	if (!err && key.has_site) {
		hex_print(span_of(key.kid, KID_SIZE), kid);
		err = revoke_station(cli, &party, &revoke, kid);
	} else if (!err) {
		err = go_on(cli, asking);
	}
	if (asking)
		asking_close(asking);
	free(asking);
	return cli_failed(err);
}
