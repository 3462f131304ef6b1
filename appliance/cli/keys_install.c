/* assay keys install: hands in what a root key has signed. In two halves, because an appliance
 * cannot revoke the key with which it signs at this moment:
 *
 *	1. registrations are handed in, and renewed keys take their names in the folder;
 *	   the appliance is started again, and signs with them
 *	2. the same file again: what is held under a former box key is sealed to the new one, the
 *	   former keys are revoked, and their secrets destroyed
 *
 * Every step may be said again: what is done is left alone. */
#include "appliance/cli/answers.h"
#include "appliance/cli/keys_parts.h"
#include "ledger/base/hex.h"
#include "ledger/keyfile_renew.h"
#include "ledger/proof/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct installing {
	struct cli *cli;
	struct client *client;
	const struct authorisation *from;
	json_t *in_use; /* what the running appliance signs with */
	bool waits; /* for the appliance to be started again */
	size_t registered, revoked, taken, destroyed, sealed_again;
};

/* Refusals that say: done before. */
static bool is_done(const struct installing *installing)
{
	const char *code = json_text(client_refusal(installing->client), "code");
	return !strcmp(code, "exists") || !strcmp(code, "duplicate");
}

static enum err hand_in(struct installing *installing, size_t index)
{
	json_t *answer = NULL;
	char text[ITEM_TEXT_MAX];
	enum err err = client_post_bytes(installing->client, "/api/v1/statements",
		"application/cose", installing->from->item[index].statement, &answer);
	json_decref(answer);
	if (!err || is_done(installing))
		return OK;
	struct fault inner = installing->cli->fault;
	item_print(installing->from, index, text);
	return fault_set(
		&installing->cli->fault, err, index, 0, "%.180s: %.200s", text, inner.text);
}

static bool is_in_use(const struct installing *installing, const uint8_t kid[KID_SIZE])
{
	char digits[2 * KID_SIZE + 1];
	hex_print(span_of(kid, KID_SIZE), digits);
	for (size_t i = 0; i < json_array_size(installing->in_use); i++)
		if (!strcmp(json_text(json_array_get(installing->in_use, i), "kid"), digits))
			return true;
	return false;
}

/* A verifier of this ledger must know the new log key or cosigner: the policy gets it, and keeps
 * the former ones, under which earlier receipts were made. */
static enum err policy_add(struct installing *installing, const struct key_body *key)
{
	struct cli *cli = installing->cli;
	struct policy *policy = calloc(1, sizeof *policy);
	struct note_key logs[POLICY_LOGS_MAX], cosigners[POLICY_NAMES_MAX];
	struct note_key added;
	size_t log_count = 0, cosigner_count = 0;
	bool is_log = key->purpose == KEY_LOG, is_there = false;
	char path[4096];
	struct buf text, out;
	buf_init(&text, TRUST_POLICY_SIZE_MAX);
	buf_init(&out, TRUST_POLICY_SIZE_MAX);
	(void)snprintf(path, sizeof path, "%s/policy", cli->folder);
	enum err err = policy ? cli_read_file(path, TRUST_POLICY_SIZE_MAX, &text, &cli->fault)
			      : fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
	if (!err)
		err = policy_parse(buf_span(&text), policy, &cli->fault);
	if (!err)
		err = note_key_make(
			span_text(is_log ? installing->from->origin : installing->from->issuer),
			is_log ? NOTE_ED25519 : NOTE_COSIGNATURE, key->public, &added, &cli->fault);
	for (size_t i = 0; !err && i < policy->log_count; i++)
		logs[log_count++] = policy->log[i];
	for (size_t i = 0; !err && i < policy->name_count; i++)
		if (!policy->name[i].is_group)
			cosigners[cosigner_count++] = policy->name[i].key;
	const struct note_key *list = is_log ? logs : cosigners;
	for (size_t i = 0; !err && i < (is_log ? log_count : cosigner_count); i++)
		is_there |= list[i].id == added.id &&
			    !memcmp(list[i].public, added.public, sizeof added.public);
	if (!err && !is_there) {
		if (is_log ? log_count == POLICY_LOGS_MAX : cosigner_count == POLICY_NAMES_MAX)
			err = fault_set(&cli->fault, ERR_LIMIT, 0, 0, "%s is full", path);
		else if (is_log)
			logs[log_count++] = added;
		else
			cosigners[cosigner_count++] = added;
		/* One voter: a cosignature of any of its keys is the quorum. */
		policy_print(logs, log_count, cosigners, cosigner_count, 1, &out);
		if (!err)
			err = cli_write_file(path, buf_span(&out), 0644, true, &cli->fault);
	}
	buf_close(&text);
	buf_close(&out);
	free(policy);
	return err;
}

static enum err install_key(struct installing *installing, size_t index)
{
	const struct authorisation *from = installing->from;
	struct cli *cli = installing->cli;
	struct key_body key;
	uint8_t kid[KID_SIZE];
	bool taken = false;
	enum err err = key_body_decode(from->item[index].body, &key, &cli->fault);
	if (!err)
		err = hand_in(installing, index);
	if (err)
		return err;
	installing->registered++;
	if (key.has_site) /* a station's: its enrolment has it */
		return OK;
	key_purpose_kid(key.purpose, key.public, kid);
	err = keyfile_take(cli->folder, key.purpose, from->party, kid, &taken, &cli->fault);
	if (!err && taken && (key.purpose == KEY_LOG || key.purpose == KEY_COSIGN))
		err = policy_add(installing, &key);
	installing->taken += taken;
	installing->waits |= taken && !is_in_use(installing, kid);
	return err;
}

/* Before a box key goes: everything held must be readable by the new one. */
static enum err seal_again(struct installing *installing)
{
	struct cli *cli = installing->cli;
	json_t *answer = NULL;
	json_t *body = json_pack("{s:s}", "party", installing->from->party);
	enum err err = client_post(installing->client, "/api/v1/keys/rewrap", body, &answer);
	if (!err) {
		installing->sealed_again +=
			(size_t)json_integer_value(json_object_get(answer, "sealed_again"));
		if (json_integer_value(json_object_get(answer, "peppers_missing")))
			err = fault_set(&cli->fault, ERR_UNSURE, 0, 0,
				"the peppers are not sealed to the new box key yet: `assay pepper "
				"seal` at the voter's appliance, then this again");
	}
	json_decref(answer);
	json_decref(body);
	return err;
}

static enum err install_revocation(struct installing *installing, size_t index)
{
	static const enum key_purpose own[] = {KEY_APPLIANCE, KEY_LOG, KEY_COSIGN, KEY_BOX};
	const struct authorisation *from = installing->from;
	struct cli *cli = installing->cli;
	struct key_revoke_body revoke;
	enum err err = key_revoke_body_decode(from->item[index].body, &revoke, &cli->fault);
	if (err)
		return err;
	if (is_in_use(installing, revoke.kid)) { /* without it nothing could be ordered */
		installing->waits = true;
		return OK;
	}
	if (revoke.reason == REVOKE_REPLACED)
		err = seal_again(installing);
	if (!err)
		err = hand_in(installing, index);
	installing->revoked += !err;
	for (size_t i = 0; !err && i < sizeof own / sizeof own[0]; i++) {
		bool destroyed = false;
		err = keyfile_destroy(
			cli->folder, own[i], from->party, revoke.kid, &destroyed, &cli->fault);
		installing->destroyed += destroyed;
	}
	return err;
}

/* Revocations wait until every renewed key is in use. */
static enum err install_all(struct installing *installing)
{
	const struct authorisation *from = installing->from;
	enum err err = OK;
	for (size_t i = 0; !err && i < from->item_count; i++)
		if (from->item[i].kind == KIND_KEY)
			err = install_key(installing, i);
	for (size_t i = 0; !err && !installing->waits && i < from->item_count; i++)
		if (from->item[i].kind == KIND_KEY_REVOKE)
			err = install_revocation(installing, i);
		else if (from->item[i].kind != KIND_KEY)
			err = hand_in(installing, i);
	return err;
}

enum err authorisation_install(struct cli *cli, const struct authorisation *from, json_t **answer)
{
	struct installing installing = {.cli = cli, .from = from};
	if (!from->is_signed)
		return fault_set(&cli->fault, ERR_SIGNATURE, 0, 0,
			"the request is not signed yet: assay keys authorise FILE, where the root "
			"key is");
	enum err err = client_open(&installing.client, cli);
	if (!err)
		err = client_get(installing.client, "/api/v1/keys/in-use", &installing.in_use);
	if (!err)
		err = install_all(&installing);
	if (!err)
		*answer = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:b}", "party", from->party,
			"registered", (json_int_t)installing.registered, "taken",
			(json_int_t)installing.taken, "revoked", (json_int_t)installing.revoked,
			"sealed_again", (json_int_t)installing.sealed_again, "destroyed",
			(json_int_t)installing.destroyed, "start_again", installing.waits);
	json_decref(installing.in_use);
	client_free(installing.client);
	return err;
}

static void show_installed(const json_t *answer)
{
	printf("%lld registered, %lld revoked, %lld attachments sealed again, %lld old secrets "
	       "destroyed\n",
		(long long)json_integer_value(json_object_get(answer, "registered")),
		(long long)json_integer_value(json_object_get(answer, "revoked")),
		(long long)json_integer_value(json_object_get(answer, "sealed_again")),
		(long long)json_integer_value(json_object_get(answer, "destroyed")));
	if (json_is_true(json_object_get(answer, "start_again")))
		printf("  next: end the appliance and start it again, so that it signs with the "
		       "new keys;\n"
		       "  then `assay keys install FILE` once more ends the former ones\n");
}

enum status run_keys_install(struct cli *cli)
{
	struct buf file;
	struct authorisation *from = calloc(1, sizeof *from);
	json_t *answer = NULL;
	buf_init(&file, AUTHORISATION_SIZE_MAX);
	enum err err = from ? OK : fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
	if (!err && cli->args.plain_count != 2)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0, "say which file");
	if (!err)
		err = cli_read_file(cli->args.plain[1], AUTHORISATION_SIZE_MAX, &file, &cli->fault);
	if (!err)
		err = authorisation_decode(buf_span(&file), from, &cli->fault);
	if (!err)
		err = authorisation_install(cli, from, &answer);
	if (!err)
		answer_print(cli, answer, show_installed);
	buf_close(&file);
	free(from);
	return cli_failed(err);
}
