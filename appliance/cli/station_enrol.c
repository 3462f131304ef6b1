/* assay station-enrol: makes a new station's keys, registers them with the running appliance, and
 * writes the enrolment file that is carried to the station once. Needs the party's root key. */
#include "appliance/cli/client.h"
#include "appliance/cli/commands.h"
#include "appliance/config.h"
#include "appliance/view/view.h"
#include "ledger/founding.h"
#include "ledger/pepper.h"
#include "ledger/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAYS_DEFAULT 365
#define DAYS_MAX     1095
#define DAY_MS       ((int64_t)24 * 3600 * 1000)
#define PASSWORD_MAX 1024

/* What is gathered before keys are made. */
struct enrolling {
	struct cli *cli;
	struct env env;
	struct config config;
	const char *party;
	struct keyfile root;
	struct founding_author author;
	struct enrolment *enrolment; /* secret_new */
};

static enum err load_root(struct enrolling *enrolling)
{
	struct cli *cli = enrolling->cli;
	char path[KEYFILE_PATH_MAX];
	struct buf password;
	const char *given = arg_value(&cli->args, "--root");
	const char *words = arg_value(&cli->args, "--root-password");
	enum err err = OK;
	buf_init(&password, PASSWORD_MAX);
	if (given)
		(void)snprintf(path, sizeof path, "%s", given);
	else
		err = keyfile_path(
			cli->folder, KEY_ROOT, enrolling->party, NULL, path, &cli->fault);
	if (!err && words)
		err = cli_read_file(words, PASSWORD_MAX, &password, &cli->fault);
	while (password.size && password.at[password.size - 1] == '\n')
		password.size--;
	if (!err)
		err = keyfile_load(&enrolling->root, path, buf_span(&password), &cli->fault);
	if (!err && !enrolling->root.secret)
		err = fault_set(&cli->fault, ERR_DENIED, 0, 0,
			"%.150s is under a password: give it by --root-password FILE", path);
	if (!err && enrolling->root.purpose != KEY_ROOT)
		err = fault_set(&cli->fault, ERR_KEY, 0, 0, "%.150s is no root key", path);
	if (password.size)
		secret_wipe(password.at, password.size);
	buf_close(&password);
	return err;
}

/* The root of a tenant speaks under its operator's name. */
static void name_author(struct enrolling *enrolling)
{
	struct keyfile *root = &enrolling->root;
	struct enrolment *enrolment = enrolling->enrolment;
	const char *issuer = root->has_tenant ? enrolling->config.member : enrolling->party;
	(void)snprintf(enrolment->issuer, sizeof enrolment->issuer, "%s", issuer);
	(void)snprintf(enrolment->party, sizeof enrolment->party, "%s", enrolling->party);
	enrolment->has_tenant = root->has_tenant;
	memcpy(enrolment->tenant, root->tenant, sizeof enrolment->tenant);
	enrolling->author.signer = signer_local(root->secret);
	memcpy(enrolling->author.kid, root->kid, KID_SIZE);
	enrolling->author.issuer = enrolment->issuer;
}

/* All peppers on the ledger that this appliance can open, oldest first. */
static enum err load_peppers(
	struct enrolling *enrolling, const struct table *table, struct keyholder *holder)
{
	struct enrolment *enrolment = enrolling->enrolment;
	struct fault *fault = &enrolling->cli->fault;
	uint16_t newest;
	enum err err = pepper_newest(table, &newest, fault);
	if (err)
		return err;
	uint16_t year = (uint16_t)(newest - ENROLMENT_PEPPERS_MAX + 1);
	for (; year <= newest; year++) {
		size_t at = enrolment->pepper_count;
		err = pepper_load(table, holder, year, enrolment->pepper[at].pepper, fault);
		if (err == ERR_NOT_FOUND || err == ERR_KEY)
			continue;
		if (err)
			return err;
		enrolment->pepper[at].year = year;
		enrolment->pepper_count++;
	}
	return enrolment->pepper_count ? OK
				       : fault_set(fault, ERR_KEY, 0, 0,
						 "no pepper is sealed to this appliance's keys");
}

static enum err read_ledger(struct enrolling *enrolling)
{
	struct fault *fault = &enrolling->cli->fault;
	const char *second = enrolling->config.second_floor;
	struct keyholder *holder = NULL;
	struct reader *reader = NULL;
	struct snapshot snapshot;
	enum err err =
		keyholder_start(&holder, enrolling->cli->folder, second[0] ? second : NULL, fault);
	if (!err)
		err = reader_open(&reader, enrolling->cli->folder, &enrolling->env, fault);
	if (!err) {
		struct span origin = reader_origin(reader);
		(void)snprintf(enrolling->enrolment->origin, sizeof enrolling->enrolment->origin,
			"%.*s", (int)origin.size, (const char *)origin.at);
		err = reader_begin(reader, &snapshot, fault);
	}
	if (!err) {
		err = members_sequence_next(
			snapshot.table, enrolling->author.kid, &enrolling->author.sequence, fault);
		if (!err)
			err = load_peppers(enrolling, snapshot.table, holder);
		reader_end(reader);
	}
	reader_free(reader);
	keyholder_stop(holder);
	return err;
}

/* Where the station stands: a place of the party, by its code or the first one. */
static enum err find_site(struct enrolling *enrolling)
{
	struct cli *cli = enrolling->cli;
	const char *code = arg_value(&cli->args, "--place");
	struct view *view = NULL;
	struct place place = {0};
	enum err err = view_open(&view, cli->folder, &enrolling->env, &cli->fault);
	if (!err)
		err = code ? view_place_get(view, code, &place, &cli->fault)
			   : view_place_of(view, enrolling->party, &place, &cli->fault);
	view_free(view);
	if (err == ERR_NOT_FOUND || (!err && strcmp(place.party, enrolling->party) != 0))
		return fault_set(&cli->fault, ERR_NOT_FOUND, 0, 0,
			"%.63s has no place%s%.31s here: give --place with its GLN or ods:CODE",
			enrolling->party, code ? " " : "", code ? code : "");
	if (!err && !place.has_site)
		err = fault_set(&cli->fault, ERR_NOT_FOUND, 0, 0,
			"the place %.31s has no site on the ledger", place.code);
	if (!err)
		memcpy(enrolling->enrolment->site, place.site, sizeof place.site);
	return err;
}

static enum err find_appliance(struct enrolling *enrolling)
{
	struct cli *cli = enrolling->cli;
	struct enrolment *enrolment = enrolling->enrolment;
	const char *address = arg_value(&cli->args, "--address");
	char path[KEYFILE_PATH_MAX];
	struct keyfile key = {0};
	if (address)
		(void)snprintf(enrolment->address, sizeof enrolment->address, "%s", address);
	else
		(void)snprintf(enrolment->address, sizeof enrolment->address, "tcp://%s:%u",
			enrolling->config.host, (unsigned)enrolling->config.station_port);
	enum err err = keyfile_path(
		cli->folder, KEY_CURVE, enrolling->config.member, NULL, path, &cli->fault);
	if (!err)
		err = keyfile_load(&key, path, span_of(NULL, 0), &cli->fault);
	if (!err)
		memcpy(enrolment->appliance_curve, key.public, BOX_PUBLIC);
	keyfile_close(&key);
	return err;
}

static enum err register_all(struct enrolling *enrolling, struct span statements)
{
	struct client *client = NULL;
	struct span one;
	enum err err = client_open(&client, enrolling->cli);
	while (!err && founding_next(&statements, &one)) {
		json_t *answer = NULL;
		err = client_post_bytes(
			client, "/api/v1/statements", "application/cose", one, &answer);
		json_decref(answer);
	}
	client_free(client);
	return err;
}

/* The file is written first, beside its place: a key that is registered and nowhere kept would be
 * of no use, and an enrolment that is in its place is registered. */
static enum err keep_and_register(
	struct enrolling *enrolling, struct span statements, const char *out)
{
	char beside[KEYFILE_PATH_MAX + 16];
	struct fault *fault = &enrolling->cli->fault;
	(void)snprintf(beside, sizeof beside, "%.*s.unregistered", KEYFILE_PATH_MAX, out);
	(void)unlink(beside);
	enum err err = enrolment_save(enrolling->enrolment, beside, fault);
	if (err)
		return err;
	err = register_all(enrolling, statements);
	/* link() refuses to replace. */
	if (!err && link(beside, out))
		err = fault_set(fault, errno == EEXIST ? ERR_EXISTS : ERR_IO, 0, 0,
			"cannot make %.150s: %s", out, strerror(errno));
	(void)unlink(beside);
	return err;
}

static enum err make_station(struct enrolling *enrolling, const char *out)
{
	struct cli *cli = enrolling->cli;
	struct buf statements;
	int64_t days;
	const char *label = arg_value(&cli->args, "--label");
	enum err err = arg_int(&cli->args, "--days", DAYS_DEFAULT, 1, DAYS_MAX, &days, &cli->fault);
	if (!err && !access(out, F_OK))
		err = fault_set(&cli->fault, ERR_EXISTS, 0, 0,
			"%.150s is there already; an enrolment is not replaced", out);
	if (err)
		return err;
	int64_t now = env_now_ms(&enrolling->env);
	enrolling->enrolment->until_ms = now + days * DAY_MS;
	(void)snprintf(enrolling->enrolment->label, sizeof enrolling->enrolment->label, "%s",
		label ? label : "station");
	buf_init(&statements, FOUNDING_SIZE_MAX);
	err = founding_station(
		enrolling->enrolment, now, &enrolling->author, &statements, &cli->fault);
	if (!err)
		err = keep_and_register(enrolling, buf_span(&statements), out);
	buf_close(&statements);
	return err;
}

static enum status run(struct cli *cli)
{
	struct enrolling enrolling = {.cli = cli, .party = arg_value(&cli->args, "--party")};
	const char *out = arg_value(&cli->args, "--out");
	enum err err = OK;
	env_machine(&enrolling.env);
	if (!enrolling.party || !out) {
		(void)fault_set(&cli->fault, ERR_USAGE, 0, 0, "say --party NAME and --out FILE");
		return STATUS_COULD_NOT;
	}
	enrolling.enrolment = secret_new(sizeof *enrolling.enrolment);
	if (!enrolling.enrolment)
		err = fault_set(&cli->fault, ERR_MEMORY, 0, 0, "no locked memory for keys");
	else
		memset(enrolling.enrolment, 0, sizeof *enrolling.enrolment);
	if (!err)
		err = config_load(cli->folder, &enrolling.config, &cli->fault);
	if (!err)
		err = load_root(&enrolling);
	if (!err) {
		name_author(&enrolling);
		err = read_ledger(&enrolling);
	}
	if (!err)
		err = find_site(&enrolling);
	if (!err)
		err = find_appliance(&enrolling);
	if (!err)
		err = make_station(&enrolling, out);
	if (!err && cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:s}", "enrolment", out, "party",
			enrolling.enrolment->party, "appliance", enrolling.enrolment->address));
	if (!err)
		cli_say(cli,
			"%s: carry it to the station, once; it holds keys\n"
			"  next, there: assay station --enrol FILE --serial DEVICE",
			out);
	keyfile_close(&enrolling.root);
	secret_free(enrolling.enrolment);
	return cli_failed(err);
}

static const struct arg_option options[] = {
	CLI_CLIENT_OPTIONS,
	{"--party", "NAME", "whose station it is"},
	{"--place", "CODE", "where it stands: GLN or ods:CODE (the party's first place)"},
	{"--out", "FILE", "the enrolment file to be made"},
	{"--label", "TEXT", "what the station is called (station)"},
	{"--days", "N", "its keys end after so many days (365)"},
	{"--address", "ADDRESS", "tcp://host:port at which it reaches this appliance"},
	{"--root", "FILE", "the party's root key (else root/PARTY.key in the folder)"},
	{"--root-password", "FILE", "the password of that key"},
	{0},
};

const struct command command_station_enrol = {
	.word = "station-enrol",
	.usage = "--party NAME --out FILE [--place CODE] --as USER",
	.summary = "make a scanning station's keys and enrolment, and register it",
	.help = NULL,
	.options = options,
	.run = run,
};
