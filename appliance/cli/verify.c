/* assay verify: judges receipts, checkpoints and statements against a pinned policy, credentials
 * and badges against their issuer's key and status list. Needs no ledger and no network; without
 * policy or key it cannot tell. */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"
#include "appliance/cli/verify_record.h"

#include "appliance/people/multikey.h"
#include "ledger/base/civil.h"
#include "ledger/base/env.h"
#include "ledger/base/hex.h"
#include "ledger/base/utf8.h"
#include "ledger/proof/cose_receipt.h"
#include "ledger/proof/receipt.h"
#include "ledger/proof/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define POLICY_PATH   "/etc/assay/policy"
#define FILE_MAX      ((size_t)1 << 20)
#define RECEIPT_START "c2sp.org/tlog-proof@v1\n"

struct verifying {
	struct cli *cli;
	const struct policy *policy; /* NULL: none was given */
	struct span statement; /* of --statement; size 0 if none */
	struct record_trust trust; /* of --issuer and --status */
	json_t *relied; /* what the answer rests on */
};

static void rely(struct verifying *verifying, const char *name, json_t *value)
{
	(void)json_object_set_new(verifying->relied, name, value);
}

static void rely_hex(struct verifying *verifying, const char *name, struct span bytes)
{
	char text[2 * HASH_SIZE + 1];
	hex_print(span_cut(bytes, 0, HASH_SIZE), text);
	rely(verifying, name, json_string(text));
}

static json_t *json_span(struct span text)
{
	return json_stringn((const char *)text.at, text.size);
}

static void rely_on_statement(struct verifying *verifying, struct span bytes)
{
	struct statement statement;
	struct fault fault;
	if (statement_decode(bytes, SIGNED_STATEMENT, &statement, &fault))
		return;
	rely(verifying, "statement", json_span(statement.envelope.subject));
	rely(verifying, "author", json_span(statement.envelope.issuer));
	rely(verifying, "sequence", json_integer((json_int_t)statement.sequence));
	rely_hex(verifying, "key", statement.envelope.kid);
}

static void rely_on_judgement(struct verifying *verifying, const struct policy_judgement *judgement)
{
	char time[CIVIL_TIME_SIZE];
	json_t *cosigners = json_array();
	rely(verifying, "origin", json_span(judgement->checkpoint.origin));
	rely(verifying, "tree_size", json_integer((json_int_t)judgement->checkpoint.size));
	rely_hex(verifying, "root", span_of(judgement->checkpoint.root, HASH_SIZE));
	for (size_t i = 0; i < verifying->policy->name_count; i++)
		if (judgement->cosigned[i])
			(void)json_array_append_new(
				cosigners, json_span(verifying->policy->name[i].name));
	rely(verifying, "cosigners", cosigners);
	if (judgement->time_s) {
		civil_print_time((int64_t)judgement->time_s * 1000, time);
		rely(verifying, "cosigned", json_string(time));
	}
}

/* The entry that a receipt is for: of the statement given, or carried in `extra`, which holds the
 * statement's bytes, or the 32 bytes of the entry when the statement is long. */
static enum err find_entry(struct verifying *verifying, const struct receipt *receipt,
	uint8_t entry[ENTRY_SIZE], struct fault *fault)
{
	uint8_t carried[RECEIPT_EXTRA_MAX];
	size_t size = 0;
	struct span statement = verifying->statement;
	if (!statement.size && receipt->extra.size) {
		enum err err =
			base64_parse(receipt->extra, false, carried, sizeof carried, &size, fault);
		if (err)
			return err;
		if (size == ENTRY_SIZE) {
			memcpy(entry, carried, ENTRY_SIZE);
			return OK;
		}
		statement = span_of(carried, size);
	}
	if (!statement.size)
		return fault_set(fault, ERR_UNSURE, 0, 0,
			"the receipt does not carry its statement: give it with --statement FILE");
	statement_entry(statement, entry);
	rely_on_statement(verifying, statement);
	return OK;
}

static enum err verify_receipt(struct verifying *verifying, struct span text, struct fault *fault)
{
	struct receipt receipt;
	struct policy_judgement judgement;
	uint8_t entry[ENTRY_SIZE];
	enum err err = receipt_parse(text, &receipt, fault);
	if (!err)
		err = find_entry(verifying, &receipt, entry, fault);
	if (err)
		return err;
	rely_hex(verifying, "entry", span_of(entry, sizeof entry));
	rely(verifying, "position", json_integer((json_int_t)receipt.index));
	if (!verifying->policy)
		return fault_set(fault, ERR_UNSURE, 0, 0,
			"no policy says whose signatures count: give one with --policy FILE or put "
			"it at " POLICY_PATH);
	err = receipt_verify(&receipt, entry, verifying->policy, &judgement, fault);
	if (!err)
		rely_on_judgement(verifying, &judgement);
	return err;
}

static enum err verify_checkpoint(
	struct verifying *verifying, struct span text, struct fault *fault)
{
	struct policy_judgement judgement;
	struct note note;
	enum err err = note_parse(text, &note, fault);
	if (err)
		return err;
	if (!verifying->policy)
		return fault_set(fault, ERR_UNSURE, 0, 0,
			"no policy says whose signatures count: give one with --policy FILE");
	err = policy_judge(verifying->policy, text, &judgement, fault);
	if (!err)
		rely_on_judgement(verifying, &judgement);
	return err;
}

/* A COSE message alone proves at most that somebody signed it. */
static enum err verify_cose(struct verifying *verifying, struct span bytes, struct fault *fault)
{
	enum signed_type type = SIGNED_TYPE_COUNT;
	enum err err = signed_type_of(bytes, &type, fault);
	if (err)
		return err;
	rely(verifying, "type", json_string(signed_type_name(type)));
	if (type == SIGNED_STATEMENT)
		rely_on_statement(verifying, bytes);
	return fault_set(fault, ERR_UNSURE, 0, 0,
		"a %s alone does not show that it is on a ledger: verify its receipt, with "
		"--statement for a long one",
		signed_type_name(type));
}

static enum err verify_bytes(struct verifying *verifying, struct span bytes, struct fault *fault)
{
	struct span start = span_text(RECEIPT_START);
	if (bytes.size >= start.size && span_equal(span_cut(bytes, 0, start.size), start))
		return verify_receipt(verifying, bytes, fault);
	if (record_is_one(bytes))
		return record_verify(bytes, &verifying->trust, verifying->relied, fault);
	if (bytes.size && bytes.at[0] == 0xd2)
		return verify_cose(verifying, bytes, fault);
	return verify_checkpoint(verifying, bytes, fault);
}

static enum status status_of(enum err err)
{
	if (!err)
		return STATUS_YES;
	return err == ERR_UNSURE || err == ERR_NOT_FOUND || err == ERR_IO || err == ERR_MEMORY ||
			       err == ERR_VERSION
		       ? STATUS_COULD_NOT
		       : STATUS_NO;
}

static void print_relied(json_t *relied)
{
	const char *name;
	json_t *value;
	json_make_harmless(relied);
	json_object_foreach(relied, name, value)
	{
		char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
		printf("  %-10s %s\n", name, text ? text : json_string_value(value));
		free(text);
	}
}

static enum status verify_file(struct verifying *verifying, const char *path)
{
	static const char *const words[] = {"genuine", "not genuine", "cannot tell"};
	struct fault fault = {0};
	struct buf bytes;
	char *shown = strdup(path);
	if (!shown)
		return STATUS_COULD_NOT;
	utf8_make_harmless(shown);
	buf_init(&bytes, FILE_MAX);
	verifying->relied = json_object();
	enum err err = cli_read_file(path, FILE_MAX, &bytes, &fault);
	enum status status = STATUS_COULD_NOT;
	if (!err) {
		err = verify_bytes(verifying, buf_span(&bytes), &fault);
		status = status_of(err);
	}
	if (verifying->cli->json) {
		json_t *answer = json_pack("{s:s, s:s, s:O}", "file", shown, "answer",
			words[status], "relied_on", verifying->relied);
		if (err)
			(void)json_object_set_new(answer, "why", json_string(fault.text));
		cli_print_json(answer);
	} else {
		printf("%s: %s%s%s\n", shown, words[status], err ? ": " : "",
			err ? fault.text : "");
		print_relied(verifying->relied);
	}
	json_decref(verifying->relied);
	buf_close(&bytes);
	free(shown);
	return status;
}

/* The policy named, or the machine's own, or none. */
static enum err load_policy(struct cli *cli, struct buf *text, struct policy *policy, bool *found)
{
	const char *path = arg_value(&cli->args, "--policy");
	*found = path != NULL || access(POLICY_PATH, R_OK) == 0;
	if (!*found)
		return OK;
	enum err err =
		cli_read_file(path ? path : POLICY_PATH, TRUST_POLICY_SIZE_MAX, text, &cli->fault);
	return err ? err : policy_parse(buf_span(text), policy, &cli->fault);
}

/* --issuer and --status. */
static enum err load_trust(struct cli *cli, struct buf *list, struct record_trust *trust)
{
	struct env env;
	const char *issuer = arg_value(&cli->args, "--issuer");
	const char *path = arg_value(&cli->args, "--status");
	env_machine(&env);
	*trust = (struct record_trust){.has_issuer = issuer != NULL, .now_ms = env_now_ms(&env)};
	enum err err = issuer ? did_key_parse(span_text(issuer), trust->issuer, &cli->fault) : OK;
	if (!err && path)
		err = cli_read_file(path, FILE_MAX, list, &cli->fault);
	if (!err && path && !list->size)
		err = fault_set(&cli->fault, ERR_FORMAT, 0, 0, "%.150s is empty", path);
	trust->list = buf_span(list);
	return err;
}

static enum status run(struct cli *cli)
{
	struct policy policy;
	struct buf list;
	struct buf policy_text;
	struct buf statement;
	bool found = false;
	enum status worst = STATUS_YES;
	if (!cli->args.plain_count) {
		(void)fault_set(&cli->fault, ERR_USAGE, 0, 0, "say which file to verify");
		return STATUS_COULD_NOT;
	}
	buf_init(&policy_text, TRUST_POLICY_SIZE_MAX);
	buf_init(&statement, STATEMENT_SIZE_MAX);
	buf_init(&list, FILE_MAX);
	enum err err = load_policy(cli, &policy_text, &policy, &found);
	const char *path = arg_value(&cli->args, "--statement");
	if (!err && path)
		err = cli_read_file(path, STATEMENT_SIZE_MAX, &statement, &cli->fault);
	if (!err && path && !statement.size) /* not the same as giving none */
		err = fault_set(&cli->fault, ERR_FORMAT, 0, 0, "%.150s is empty", path);
	struct verifying verifying = {
		.cli = cli,
		.policy = found ? &policy : NULL,
		.statement = buf_span(&statement),
	};
	if (!err)
		err = load_trust(cli, &list, &verifying.trust);
	for (size_t i = 0; !err && i < cli->args.plain_count; i++) {
		enum status status = verify_file(&verifying, cli->args.plain[i]);
		/* One that is not genuine weighs more than one that cannot be told. */
		if (status == STATUS_NO || worst == STATUS_YES)
			worst = status == STATUS_YES ? worst : status;
	}
	buf_close(&list);
	buf_close(&statement);
	buf_close(&policy_text);
	return err ? STATUS_COULD_NOT : worst;
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
	{"--policy", "FILE", "whose signatures count (else " POLICY_PATH ")"},
	{"--statement", "FILE", "the statement, when the receipt does not carry it"},
	{"--issuer", "KEY", "whose credentials and badges count (did:key:...)"},
	{"--status", "FILE", "the status list that the credential or badge names"},
	{0},
};

const struct command command_verify = {
	.word = "verify",
	.usage = "FILE...",
	.summary = "judge receipts, checkpoints, credentials and badges offline",
	.help = "Prints what the answer rests on. Exit status: 0 genuine, 1 not, 2 cannot tell\n"
		"(no policy, a ledger that the policy does not know, a receipt without statement,\n"
		"a credential without its issuer's key or a status list in date).",
	.options = options,
	.run = run,
};
