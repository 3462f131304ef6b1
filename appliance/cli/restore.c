/* assay restore: a folder from a backup. It refuses what is older than what was signed. */
#include "appliance/cli/answers.h"
#include "appliance/cli/backup.h"
#include "appliance/cli/commands.h"
#include "appliance/cli/secret_input.h"
#include "appliance/config.h"
#include "appliance/rules/rules_app.h"
#include "ledger/audit.h"
#include "ledger/store/archive.h"
#include "ledger/base/hex.h"
#include "ledger/bundle.h"
#include "ledger/keyholder_floor.h"
#include "ledger/store/ledger_db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST_MAX ((size_t)1 << 20)
#define COPY_CHUNK   ((size_t)1 << 20)

static enum err read_manifest(struct cli *cli, const char *from, json_t **manifest)
{
	char path[BACKUP_PATH_MAX];
	struct buf text;
	buf_init(&text, MANIFEST_MAX);
	(void)snprintf(path, sizeof path, "%s/%s", from, BACKUP_MANIFEST);
	enum err err = cli_read_file(path, MANIFEST_MAX, &text, &cli->fault);
	if (!err)
		*manifest =
			json_loadb((const char *)text.at, text.size, JSON_REJECT_DUPLICATES, NULL);
	buf_close(&text);
	if (!err && strcmp(json_text(*manifest, "format"), BACKUP_FORMAT) != 0)
		err = fault_set(&cli->fault, ERR_VERSION, 0, 0,
			"%.200s is no manifest of a backup of version 1", path);
	return err;
}

static const json_t *entry_of(const json_t *manifest, const char *name)
{
	const json_t *files = json_object_get(manifest, "files");
	for (size_t i = 0; i < json_array_size(files); i++)
		if (!strcmp(json_text(json_array_get(files, i), "name"), name))
			return json_array_get(files, i);
	return NULL;
}

/* Every file of the backup is there and as it was written. */
static enum err check_files(struct cli *cli, const char *from, const json_t *manifest)
{
	for (size_t i = 0; backup_files[i].name; i++) {
		char path[BACKUP_PATH_MAX], digits[2 * HASH_SIZE + 1];
		uint8_t hash[HASH_SIZE];
		uint64_t bytes = 0;
		const json_t *entry = entry_of(manifest, backup_files[i].name);
		(void)snprintf(path, sizeof path, "%s/%s", from, backup_files[i].name);
		if (!entry)
			return fault_set(&cli->fault, ERR_FORMAT, 0, 0,
				"the manifest does not list %s", backup_files[i].name);
		enum err err = backup_hash(path, hash, &bytes, &cli->fault);
		if (err)
			return err;
		hex_print(span_of(hash, sizeof hash), digits);
		if (strcmp(digits, json_text(entry, "sha256")) != 0)
			return fault_set(&cli->fault, ERR_CORRUPT, 0, 0,
				"%.200s was changed since the backup was made: use another one",
				path);
	}
	return OK;
}

/* Size and origin that the copy of the ledger holds. */
static enum err read_ledger(
	struct cli *cli, const char *from, struct ledger_applied *head, struct buf *origin)
{
	char path[BACKUP_PATH_MAX];
	struct ledger_db *ledger = NULL;
	(void)snprintf(path, sizeof path, "%s/ledger.db", from);
	enum err err = ledger_db_open(&ledger, path, NULL, LEDGER_DB_READ, &cli->fault);
	if (!err)
		err = ledger_db_head(ledger, head, &cli->fault);
	if (!err)
		err = ledger_db_fact(ledger, "origin", origin, &cli->fault);
	ledger_db_free(ledger);
	return err;
}

static enum err judge_floor(struct cli *cli, const char *path, struct span origin, uint64_t size)
{
	struct floor floor;
	uint64_t signed_size = 0;
	uint8_t root[HASH_SIZE];
	if (access(path, F_OK))
		return OK;
	enum err err = floor_open(&floor, path, NULL, &cli->fault);
	if (err)
		return err;
	floor_get(&floor, origin, &signed_size, root);
	floor_close(&floor);
	if (size >= signed_size)
		return OK;
	return fault_set(&cli->fault, ERR_REFUSED, 0, 0,
		"the backup has %llu leaves, and %llu were signed before (%.150s): never back. "
		"Look for a newer ledger.db; nothing was restored",
		(unsigned long long)size, (unsigned long long)signed_size, path);
}

/* The floors that are known: the one given, and the second place that the copy's own settings
 * name. */
static enum err judge_floors(struct cli *cli, const char *from)
{
	const char *given = arg_value(&cli->args, "--floor");
	struct config config;
	struct ledger_applied head;
	struct buf origin;
	buf_init(&origin, 4096);
	enum err err = read_ledger(cli, from, &head, &origin);
	if (!err)
		err = config_load(from, &config, &cli->fault);
	if (!err && given && access(given, R_OK))
		err = fault_set(&cli->fault, ERR_NOT_FOUND, 0, 0, "cannot read %.200s", given);
	if (!err && given)
		err = judge_floor(cli, given, buf_span(&origin), head.size);
	if (!err && config.second_floor[0])
		err = judge_floor(cli, config.second_floor, buf_span(&origin), head.size);
	buf_close(&origin);
	return err;
}

static enum err copy_file(const char *from, const char *to, struct fault *fault)
{
	uint8_t *chunk = malloc(COPY_CHUNK);
	FILE *in = fopen(from, "rbe");
	FILE *out = in ? fopen(to, "wbxe") : NULL;
	bool fine = chunk && in && out;
	while (fine) {
		size_t got = fread(chunk, 1, COPY_CHUNK, in);
		fine = fwrite(chunk, 1, got, out) == got && !ferror(in);
		if (got < COPY_CHUNK)
			break;
	}
	fine = fine && !fflush(out) && !fsync(fileno(out));
	int number = errno;
	if (out && fclose(out))
		fine = false;
	if (in)
		(void)fclose(in);
	free(chunk);
	return fine ? OK
		    : fault_set(fault, number == ENOSPC ? ERR_FULL : ERR_IO, 0, 0,
			      "cannot copy %.150s to %.150s: %s", from, to, strerror(number));
}

static enum err put_files(struct cli *cli, const char *from)
{
	const char *floor = arg_value(&cli->args, "--floor");
	char source[BACKUP_PATH_MAX], path[BACKUP_PATH_MAX];
	enum err err = OK;
	for (size_t i = 0; !err && backup_files[i].name; i++) {
		(void)snprintf(source, sizeof source, "%s/%s", from, backup_files[i].name);
		(void)snprintf(path, sizeof path, "%s/%s", cli->folder, backup_files[i].name);
		err = copy_file(source, path, &cli->fault);
	}
	(void)snprintf(path, sizeof path, "%s/floor", cli->folder);
	if (!err && floor)
		err = copy_file(floor, path, &cli->fault);
	return err;
}

/* ---- secrets ---- */

static enum err put_secret(struct cli *cli, const struct bundle_file *file)
{
	char path[BACKUP_PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/%.*s", cli->folder, (int)file->name.size,
		(const char *)file->name.at);
	size_t start = strlen(cli->folder) + 1;
	for (char *c = path + start; *c; c++) {
		if (*c != '/')
			continue;
		*c = 0;
		if (mkdir(path, 0700) && errno != EEXIST)
			return fault_set(&cli->fault, ERR_IO, 0, 0, "cannot make %.200s: %s", path,
				strerror(errno));
		*c = '/';
	}
	return cli_write_file(path, file->bytes, 0600, false, &cli->fault);
}

/* Opened before anything is written: a wrong passphrase leaves nothing behind. */
static enum err open_secrets(struct cli *cli, struct buf *list)
{
	const char *keys = arg_value(&cli->args, "--keys");
	char passphrase[SECRET_INPUT_MAX + 1];
	struct buf bundle;
	if (!keys)
		return OK;
	buf_init(&bundle, BUNDLE_SIZE_MAX + 4096);
	enum err err = cli_read_file(keys, BUNDLE_SIZE_MAX + 4096, &bundle, &cli->fault);
	if (!err)
		err = secret_input("passphrase of the keys", false, passphrase, &cli->fault);
	if (!err)
		err = bundle_open(buf_span(&bundle), span_text(passphrase), list, &cli->fault);
	secret_wipe(passphrase, sizeof passphrase);
	buf_close(&bundle);
	return err;
}

static enum err put_secrets(struct cli *cli, struct span list, size_t *count)
{
	struct bundle_file *files = NULL;
	if (!list.size)
		return OK;
	enum err err = bundle_list_decode(list, &files, count, &cli->fault);
	for (size_t i = 0; !err && i < *count; i++)
		err = put_secret(cli, &files[i]);
	free(files);
	return err;
}

/* ---- all ---- */

static enum err make_folder(struct cli *cli)
{
	char path[BACKUP_PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/ledger.db", cli->folder);
	if (!access(path, F_OK))
		return fault_set(&cli->fault, ERR_EXISTS, 0, 0,
			"there is a ledger in %.150s already; restore into a new folder",
			cli->folder);
	if (mkdir(cli->folder, 0700) && errno != EEXIST)
		return fault_set(&cli->fault, ERR_IO, 0, 0, "cannot make %.150s: %s", cli->folder,
			strerror(errno));
	return OK;
}

/* The archive stays where it is: the folder gets a link to it. */
static enum err link_archive(struct cli *cli)
{
	char path[BACKUP_PATH_MAX];
	const char *archive = arg_value(&cli->args, "--archive");
	char *whole = archive ? realpath(archive, NULL) : NULL;
	if (!archive)
		return OK;
	(void)snprintf(path, sizeof path, "%s/" ARCHIVE_FOLDER, cli->folder);
	enum err err = OK;
	if (!whole || symlink(whole, path))
		err = fault_set(&cli->fault, whole ? ERR_IO : ERR_NOT_FOUND, 0, 0,
			"cannot make %.100s a link to %.100s: %s", path, archive, strerror(errno));
	free(whole);
	return err;
}

static enum err make_state(struct cli *cli)
{
	struct env env;
	struct app app;
	uint8_t digest[HASH_SIZE];
	env_machine(&env);
	rules_app(&app, &directory_members);
	struct audit_options options = {.folder = cli->folder, .env = &env, .app = &app};
	return rebuild(&options, digest, &cli->fault);
}

static enum err restore(struct cli *cli, const char *from, json_t **manifest, size_t *secrets)
{
	struct buf list;
	buf_init(&list, BUNDLE_SIZE_MAX);
	enum err err = read_manifest(cli, from, manifest);
	if (!err)
		err = check_files(cli, from, *manifest);
	if (!err)
		err = judge_floors(cli, from);
	if (!err)
		err = open_secrets(cli, &list);
	if (!err)
		err = make_folder(cli);
	if (!err)
		err = put_files(cli, from);
	if (!err)
		err = put_secrets(cli, buf_span(&list), secrets);
	if (!err)
		err = link_archive(cli);
	if (!err)
		err = make_state(cli);
	if (list.size)
		secret_wipe(list.at, list.size);
	buf_close(&list);
	return err;
}

static enum status run(struct cli *cli)
{
	json_t *manifest = NULL;
	size_t secrets = 0;
	enum err err = OK;
	cli_keep_private();
	if (cli->args.plain_count != 1)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0, "say which backup: its folder");
	if (!err)
		err = restore(cli, cli->args.plain[0], &manifest, &secrets);
	if (!err && cli->json)
		cli_print_json(json_pack("{s:s, s:O?, s:I}", "folder", cli->folder, "size",
			json_object_get(manifest, "size"), "secrets", (json_int_t)secrets));
	if (!err)
		cli_say(cli,
			"%s is made again%s\n"
			"  compare its size with the newest receipt that anybody has kept; then "
			"assay run",
			cli->folder,
			secrets ? ""
				: "; its keys are not there yet: see Restore in docs/operation.md");
	json_decref(manifest);
	return cli_failed(err);
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
	{"--keys", "FILE", "the secrets of the same appliance; the passphrase is asked for"},
	{"--floor", "FILE", "the present floor, from the old disk or its second place"},
	{"--archive", "DIR", "where statements that retention moved are; a link is made to it"},
	{0},
};

const struct command command_restore = {
	.word = "restore",
	.usage = "DIR --folder NEW [--keys FILE] [--floor FILE] [--archive DIR]",
	.summary = "make an appliance's folder from a backup",
	.help = "Every file is compared with the backup's manifest; state.db is made again. A "
		"backup that is older\n"
		"than what was signed is refused: signing on from it would make a second "
		"history.",
	.options = options,
	.run = run,
};
