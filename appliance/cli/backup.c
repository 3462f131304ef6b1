/* assay backup: a consistent copy of an appliance's folder, also while it runs. */
#include "appliance/cli/backup.h"

#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"
#include "appliance/cli/secret_input.h"
#include "ledger/base/civil.h"
#include "ledger/base/db.h"
#include "ledger/base/hex.h"
#include "ledger/bundle.h"
#include "ledger/reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct backup_file backup_files[] = {
	{"ledger.db", 0x41534c47},
	{"attachments.db", 0x41534154},
	{"view.db", 0x41535657},
	{"users.db", 0x41535553},
	{"policy", 0},
	{"assay.conf", 0},
	{NULL, 0},
};

/* Secrets that are databases; ended by NULL. */
static const struct backup_file secret_databases[] = {
	{"keys.db", 0x4153564b}, {"vault.db", 0x41535641}, {NULL, 0}};

enum err backup_hash(
	const char *path, uint8_t hash[HASH_SIZE], uint64_t *bytes, struct fault *fault)
{
	struct sha256 sha;
	static const size_t room = 1 << 16;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *chunk = malloc(room);
	ssize_t got = -1;
	sha256_init(&sha);
	*bytes = 0;
	while (fd >= 0 && chunk && (got = read(fd, chunk, room)) > 0) {
		sha256_put(&sha, span_of(chunk, (size_t)got));
		*bytes += (uint64_t)got;
	}
	int number = errno;
	if (fd >= 0)
		(void)close(fd);
	free(chunk);
	sha256_end(&sha, hash);
	if (got == 0)
		return OK;
	return fault_set(fault, number == ENOENT ? ERR_NOT_FOUND : ERR_IO, 0, 0,
		"cannot read %.200s: %s", path, strerror(number));
}

static enum err copy_database(
	const char *from, uint32_t application, const char *to, struct fault *fault)
{
	struct db *db = NULL;
	enum err err = db_open(&db,
		&(struct db_options){.path = from,
			.mode = DB_READ,
			.application = application,
			.version = UINT32_MAX},
		fault);
	if (!err)
		err = db_copy(db, to, fault);
	db_free(db);
	if (!err && chmod(to, 0600))
		err = fault_set(fault, ERR_IO, 0, 0, "cannot chmod %.200s", to);
	return err;
}

static enum err copy_plain(const char *from, const char *to, struct fault *fault)
{
	struct buf bytes;
	buf_init(&bytes, (size_t)1 << 20);
	enum err err = cli_read_file(from, (size_t)1 << 20, &bytes, fault);
	if (!err)
		err = cli_write_file(to, buf_span(&bytes), 0600, false, fault);
	buf_close(&bytes);
	return err;
}

static enum err copy_one(
	struct cli *cli, const struct backup_file *file, const char *out, json_t *files)
{
	char from[BACKUP_PATH_MAX], to[BACKUP_PATH_MAX], digits[2 * HASH_SIZE + 1];
	uint8_t hash[HASH_SIZE];
	uint64_t bytes = 0;
	(void)snprintf(from, sizeof from, "%s/%s", cli->folder, file->name);
	(void)snprintf(to, sizeof to, "%s/%s", out, file->name);
	enum err err = file->application ? copy_database(from, file->application, to, &cli->fault)
					 : copy_plain(from, to, &cli->fault);
	if (!err)
		err = backup_hash(to, hash, &bytes, &cli->fault);
	hex_print(span_of(hash, sizeof hash), digits);
	if (!err)
		(void)json_array_append_new(
			files, json_pack("{s:s, s:I, s:s}", "name", file->name, "bytes",
				       (json_int_t)bytes, "sha256", digits));
	return err;
}

/* ---- secrets ---- */

struct gathering {
	struct cli *cli;
	struct bundle_file files[BUNDLE_FILES_MAX];
	char *names[BUNDLE_FILES_MAX];
	struct buf bytes[BUNDLE_FILES_MAX];
	size_t count;
};

static enum err gather_file(struct gathering *gathering, const char *path, const char *name)
{
	struct fault *fault = &gathering->cli->fault;
	if (gathering->count == BUNDLE_FILES_MAX)
		return fault_set(
			fault, ERR_LIMIT, 0, 0, "more than %d secret files", BUNDLE_FILES_MAX);
	size_t i = gathering->count++;
	gathering->names[i] = strdup(name);
	buf_init(&gathering->bytes[i], BUNDLE_SIZE_MAX);
	if (!gathering->names[i])
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory");
	enum err err = cli_read_file(path, BUNDLE_SIZE_MAX, &gathering->bytes[i], fault);
	gathering->files[i] = (struct bundle_file){
		span_text(gathering->names[i]), buf_span(&gathering->bytes[i])};
	return err;
}

/* Plain files under a folder, two steps deep; none there is no error. */
static enum err gather_folder(struct gathering *gathering, const char *name, unsigned depth)
{
	char path[BACKUP_PATH_MAX];
	const struct dirent *entry;
	enum err err = OK;
	(void)snprintf(path, sizeof path, "%s/%s", gathering->cli->folder, name);
	DIR *list = opendir(path);
	while (!err && list && (entry = readdir(list))) {
		char inner[BUNDLE_NAME_MAX + 1], full[BACKUP_PATH_MAX];
		struct stat about;
		int size = snprintf(inner, sizeof inner, "%s/%s", name, entry->d_name);
		if (size < 0 || (size_t)size >= sizeof inner ||
			!bundle_name_is_valid(span_text(inner)))
			continue;
		(void)snprintf(full, sizeof full, "%s/%s", gathering->cli->folder, inner);
		if (lstat(full, &about))
			continue;
		if (S_ISREG(about.st_mode))
			err = gather_file(gathering, full, inner);
		else if (S_ISDIR(about.st_mode) && depth)
			err = gather_folder(gathering, inner, depth - 1);
	}
	if (list)
		(void)closedir(list);
	return err;
}

/* As of one moment, by way of a copy beside them. */
static enum err gather_database(struct gathering *gathering, const struct backup_file *file)
{
	char from[BACKUP_PATH_MAX], copy[BACKUP_PATH_MAX];
	const char *folder = gathering->cli->folder;
	(void)snprintf(from, sizeof from, "%s/%s", folder, file->name);
	(void)snprintf(copy, sizeof copy, "%s/%s.copy.%ld", folder, file->name, (long)getpid());
	if (access(from, F_OK))
		return OK;
	enum err err = copy_database(from, file->application, copy, &gathering->cli->fault);
	if (!err)
		err = gather_file(gathering, copy, file->name);
	(void)unlink(copy);
	return err;
}

static int by_name(const void *a, const void *b)
{
	return span_order(
		((const struct bundle_file *)a)->name, ((const struct bundle_file *)b)->name);
}

static enum err seal_gathered(struct gathering *gathering, const char *out)
{
	struct fault *fault = &gathering->cli->fault;
	char passphrase[SECRET_INPUT_MAX + 1];
	struct buf list, sealed;
	buf_init(&list, BUNDLE_SIZE_MAX);
	buf_init(&sealed, BUNDLE_SIZE_MAX + 4096);
	qsort(gathering->files, gathering->count, sizeof gathering->files[0], by_name);
	bundle_list_encode(gathering->files, gathering->count, &list);
	enum err err = list.err ? fault_set(fault, list.err, 0, 0, "the secrets are too large")
				: secret_input("passphrase for the keys", true, passphrase, fault);
	if (!err && strlen(passphrase) < 10)
		err = fault_set(fault, ERR_RANGE, 0, 0, "a passphrase has 10 characters at least");
	if (!err)
		err = bundle_seal(buf_span(&list), span_text(passphrase), &sealed, fault);
	if (!err)
		err = cli_write_file(out, buf_span(&sealed), 0600, false, fault);
	secret_wipe(passphrase, sizeof passphrase);
	if (list.size)
		secret_wipe(list.at, list.size);
	buf_close(&list);
	buf_close(&sealed);
	return err;
}

static enum err backup_secrets(struct cli *cli, const char *out, size_t *count)
{
	char path[BACKUP_PATH_MAX];
	struct gathering *gathering = calloc(1, sizeof *gathering);
	if (!gathering)
		return fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
	gathering->cli = cli;
	enum err err = gather_folder(gathering, "keys", 1);
	if (!err)
		err = gather_folder(gathering, "tls", 0);
	if (!err)
		err = gather_folder(gathering, "tokens", 0);
	(void)snprintf(path, sizeof path, "%s/vault.key", cli->folder);
	if (!err && !access(path, F_OK))
		err = gather_file(gathering, path, "vault.key");
	for (size_t i = 0; !err && secret_databases[i].name; i++)
		err = gather_database(gathering, &secret_databases[i]);
	if (!err)
		err = seal_gathered(gathering, out);
	*count = gathering->count;
	for (size_t i = 0; i < gathering->count; i++) {
		if (gathering->bytes[i].size)
			secret_wipe(gathering->bytes[i].at, gathering->bytes[i].size);
		buf_close(&gathering->bytes[i]);
		free(gathering->names[i]);
	}
	free(gathering);
	return err;
}

/* ---- the ordinary copy ---- */

/* The size that the copy holds at least: read before it is made. */
static enum err read_size(struct cli *cli, json_t *manifest)
{
	struct env env;
	struct reader *reader = NULL;
	struct snapshot snapshot;
	char made[CIVIL_TIME_SIZE];
	env_machine(&env);
	enum err err = reader_open(&reader, cli->folder, &env, &cli->fault);
	if (!err)
		err = reader_begin(reader, &snapshot, &cli->fault);
	if (!err) {
		struct span origin = reader_origin(reader);
		civil_print_time(env_now_ms(&env), made);
		(void)json_object_update_new(manifest,
			json_pack("{s:s, s:s%, s:I, s:I, s:s}", "format", BACKUP_FORMAT, "origin",
				origin.at, origin.size, "height", (json_int_t)snapshot.height,
				"size", (json_int_t)snapshot.applied_size, "made", made));
		reader_end(reader);
	}
	reader_free(reader);
	return err;
}

static enum err backup_all(struct cli *cli, const char *out, json_t *manifest)
{
	char path[BACKUP_PATH_MAX];
	json_t *files = json_array();
	(void)json_object_set_new(manifest, "files", files);
	enum err err = read_size(cli, manifest);
	if (!err && mkdir(out, 0700))
		err = fault_set(&cli->fault, errno == EEXIST ? ERR_EXISTS : ERR_IO, 0, 0,
			"cannot make %.200s: %s", out, strerror(errno));
	for (size_t i = 0; !err && backup_files[i].name; i++)
		err = copy_one(cli, &backup_files[i], out, files);
	char *text = err ? NULL : json_dumps(manifest, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	(void)snprintf(path, sizeof path, "%s/%s", out, BACKUP_MANIFEST);
	if (!err && !text)
		err = fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
	if (!err)
		err = cli_write_file(path, span_text(text), 0600, false, &cli->fault);
	free(text);
	return err;
}

/* Its files are large and do not change once their month is over: each is copied once. */
static void tell_of_archive(struct cli *cli, json_t *manifest)
{
	char path[BACKUP_PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/archive", cli->folder);
	if (access(path, F_OK))
		return;
	(void)json_object_set_new(manifest, "not_copied", json_string("archive"));
	cli_say(cli, "not in it: %s; copy each of its files once, when its month is over", path);
}

static enum status run(struct cli *cli)
{
	const char *out = arg_value(&cli->args, "--out");
	const char *keys = arg_value(&cli->args, "--keys");
	size_t secrets = 0;
	json_t *manifest = json_object();
	enum err err = OK;
	cli_keep_private();
	if (!out && !keys)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --out DIR for the copy, --keys FILE for the secrets, or both");
	if (!err && out)
		err = backup_all(cli, out, manifest);
	if (!err && keys)
		err = backup_secrets(cli, keys, &secrets);
	if (!err && out)
		tell_of_archive(cli, manifest);
	if (!err && keys)
		(void)json_object_set_new(manifest, "secrets", json_integer((json_int_t)secrets));
	if (!err && cli->json)
		cli_print_json(json_incref(manifest));
	if (!err && out)
		cli_say(cli, "%s: %lld leaves and what belongs to them; check it: assay audit %s",
			out, (long long)json_integer_value(json_object_get(manifest, "size")), out);
	if (!err && keys)
		cli_say(cli,
			"%s: %zu secret files under the passphrase; keep it apart, for days, not "
			"years",
			keys, secrets);
	json_decref(manifest);
	return cli_failed(err);
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
	{"--out", "DIR", "a new folder for the copy: ledger, attachments, view, accounts"},
	{"--keys", "FILE",
		"the secrets, under a passphrase: keys, certificates, tokens, the vault"},
	{0},
};

const struct command command_backup = {
	.word = "backup",
	.usage = "--out DIR | --keys FILE",
	.summary = "copy an appliance's folder, also while it runs",
	.help = "The passphrase is asked for on the terminal, or is the first line of standard "
		"input.\n"
		"Root keys and the floor are in no backup; state.db is made again.",
	.options = options,
	.run = run,
};
