/* assay station-enrol: makes a new station's keys, registers them with the running appliance, and
 * writes the enrolment file that is carried to the station once. Needs the party's root key, here
 * or, by a request that travels, elsewhere. */
#include "appliance/cli/commands.h"
#include "appliance/cli/keys_parts.h"
#include "appliance/view/view.h"
#include "ledger/founding.h"
#include "ledger/pepper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAYS_DEFAULT 365
#define DAYS_MAX     1095
#define DAY_MS       ((int64_t)24 * 3600 * 1000)

/* What is gathered before keys are made. */
struct enrolling {
	struct cli *cli;
	struct here here;
	struct here_party party;
	struct asking *asking;
	struct enrolment *enrolment; /* secret_new */
};

/* The root of a tenant speaks under its operator's name. */
static void name_party(struct enrolling *enrolling)
{
	struct enrolment *enrolment = enrolling->enrolment;
	const struct here_party *party = &enrolling->party;
	struct span origin = reader_origin(enrolling->here.reader);
	(void)snprintf(enrolment->origin, sizeof enrolment->origin, "%.*s", (int)origin.size,
		(const char *)origin.at);
	(void)snprintf(enrolment->issuer, sizeof enrolment->issuer, "%s", party->issuer);
	(void)snprintf(enrolment->party, sizeof enrolment->party, "%s", party->name);
	enrolment->has_tenant = party->party.has_tenant;
	memcpy(enrolment->tenant, party->party.tenant, sizeof enrolment->tenant);
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

/* A renewed station stands where it stood. */
static enum err site_of_renewed(struct enrolling *enrolling, const char *kid)
{
	struct key_record key;
	enum err err = here_key(&enrolling->here, &enrolling->party, kid, &key);
	if (!err && key.purpose != KEY_STATION)
		err = fault_set(&enrolling->cli->fault, ERR_KEY, 0, 0,
			"this is no station's key: assay keys list");
	if (!err)
		memcpy(enrolling->enrolment->site, key.site, UNIT_ID_SIZE);
	return err;
}

/* Where the station stands: a place of the party, by its code or the first one. */
static enum err find_site(struct enrolling *enrolling)
{
	struct cli *cli = enrolling->cli;
	const char *code = arg_value(&cli->args, "--place");
	const char *renewed = arg_value(&cli->args, "--renew");
	const char *name = enrolling->party.name;
	struct view *view = NULL;
	struct place place = {0};
	if (renewed)
		return site_of_renewed(enrolling, renewed);
	enum err err = view_open(&view, cli->folder, &enrolling->here.env, &cli->fault);
	if (!err)
		err = code ? view_place_get(view, code, &place, &cli->fault)
			   : view_place_of(view, name, &place, &cli->fault);
	view_free(view);
	if (err == ERR_NOT_FOUND || (!err && strcmp(place.party, name) != 0))
		return fault_set(&cli->fault, ERR_NOT_FOUND, 0, 0,
			"%.63s has no place%s%.31s here: give --place with its GLN or ods:CODE",
			name, code ? " " : "", code ? code : "");
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
			enrolling->here.config.host, (unsigned)enrolling->here.config.station_port);
	enum err err = keyfile_path(
		cli->folder, KEY_CURVE, enrolling->here.config.member, NULL, path, &cli->fault);
	if (!err)
		err = keyfile_load(&key, path, span_of(NULL, 0), &cli->fault);
	if (!err)
		memcpy(enrolment->appliance_curve, key.public, BOX_PUBLIC);
	keyfile_close(&key);
	return err;
}

/* The file is written first, beside its place: a key that is registered and nowhere kept would be
 * of no use, and an enrolment that is in its place is registered. */
static enum err keep_and_register(struct enrolling *enrolling, const char *out)
{
	char beside[KEYFILE_PATH_MAX + 16];
	struct cli *cli = enrolling->cli;
	json_t *answer = NULL;
	(void)snprintf(beside, sizeof beside, "%.*s.unregistered", KEYFILE_PATH_MAX, out);
	(void)unlink(beside);
	enum err err = enrolment_save(enrolling->enrolment, beside, &cli->fault);
	if (err)
		return err;
	err = authorisation_install(cli, &enrolling->asking->wanted, &answer);
	json_decref(answer);
	/* link() refuses to replace. */
	if (!err && link(beside, out))
		err = fault_set(&cli->fault, errno == EEXIST ? ERR_EXISTS : ERR_IO, 0, 0,
			"cannot make %.150s: %s", out, strerror(errno));
	(void)unlink(beside);
	return err;
}

/* With --request the enrolment is of use once the root key has signed and that was installed. */
static enum err hand_over(struct enrolling *enrolling, const char *out)
{
	struct cli *cli = enrolling->cli;
	const char *request = arg_value(&cli->args, "--request");
	if (!request) {
		enum err err = asking_sign(cli, enrolling->asking);
		return err ? err : keep_and_register(enrolling, out);
	}
	enum err err = enrolment_save(enrolling->enrolment, out, &cli->fault);
	if (!err) {
		err = asking_save(cli, enrolling->asking, request);
		if (err)
			(void)unlink(out);
	}
	return err;
}

static enum err make_station(struct enrolling *enrolling, const char *out)
{
	struct cli *cli = enrolling->cli;
	struct enrolment *enrolment = enrolling->enrolment;
	uint8_t memory[2][256];
	struct buf bodies[2];
	int64_t days;
	const char *label = arg_value(&cli->args, "--label");
	enum err err = arg_int(&cli->args, "--days", DAYS_DEFAULT, 1, DAYS_MAX, &days, &cli->fault);
	if (!err && !access(out, F_OK))
		err = fault_set(&cli->fault, ERR_EXISTS, 0, 0,
			"%.150s is there already; an enrolment is not replaced", out);
	if (err)
		return err;
	enrolment->until_ms = env_now_ms(&enrolling->here.env) + days * DAY_MS;
	(void)snprintf(enrolment->label, sizeof enrolment->label, "%s", label ? label : "station");
	buf_over(&bodies[0], memory[0], sizeof memory[0]);
	buf_over(&bodies[1], memory[1], sizeof memory[1]);
	err = founding_station_ask(enrolment, bodies, &cli->fault);
	for (size_t i = 0; !err && i < 2; i++)
		err = asking_add(
			enrolling->asking, &enrolling->here, KIND_KEY, buf_span(&bodies[i]));
	return err ? err : hand_over(enrolling, out);
}

/* What must be known before a key is made. */
static enum err gather(struct enrolling *enrolling, const char *party)
{
	struct here *here = &enrolling->here;
	enum err err = here_open(here, enrolling->cli);
	if (!err)
		err = here_party(here, party, &enrolling->party);
	if (!err)
		err = asking_open(enrolling->asking, here, &enrolling->party);
	if (err)
		return err;
	name_party(enrolling);
	err = load_peppers(enrolling, here->snapshot.table, here->holder);
	if (!err)
		err = find_site(enrolling);
	return err ? err : find_appliance(enrolling);
}

static void tell(struct enrolling *enrolling, const char *out)
{
	struct cli *cli = enrolling->cli;
	const char *request = arg_value(&cli->args, "--request");
	const char *renewed = arg_value(&cli->args, "--renew");
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:s}", "enrolment", out, "party",
			enrolling->enrolment->party, "appliance", enrolling->enrolment->address));
	cli_say(cli, "%s: carry it to the station, once; it holds keys", out);
	if (request)
		cli_say(cli,
			"  first: assay keys authorise %s, where the root key is; then install",
			request);
	cli_say(cli, "  next, there: assay station --enrol FILE --serial DEVICE");
	if (renewed)
		cli_say(cli,
			"  when the old enrolment has handed over what waited: assay keys revoke "
			"%s --party %s --reason replaced",
			renewed, enrolling->party.name);
}

static enum status run(struct cli *cli)
{
	struct enrolling enrolling = {.cli = cli};
	const char *party = arg_value(&cli->args, "--party");
	const char *out = arg_value(&cli->args, "--out");
	enum err err = OK;
	cli_keep_private();
	if (!party || !out) {
		(void)fault_set(&cli->fault, ERR_USAGE, 0, 0, "say --party NAME and --out FILE");
		return STATUS_COULD_NOT;
	}
	enrolling.asking = calloc(1, sizeof *enrolling.asking);
	enrolling.enrolment = secret_new(sizeof *enrolling.enrolment);
	if (!enrolling.enrolment || !enrolling.asking)
		err = fault_set(&cli->fault, ERR_MEMORY, 0, 0, "no locked memory for keys");
	else
		memset(enrolling.enrolment, 0, sizeof *enrolling.enrolment);
	if (!err)
		err = gather(&enrolling, party);
	if (!err)
		err = make_station(&enrolling, out);
	if (!err)
		tell(&enrolling, out);
	here_close(&enrolling.here);
	if (enrolling.asking)
		asking_close(enrolling.asking);
	free(enrolling.asking);
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
	{"--renew", "KID", "in place of the station with this key: at the same place"},
	{"--request", "FILE", "write what the root key must sign there, instead of signing here"},
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
