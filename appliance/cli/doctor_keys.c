#include "appliance/cli/doctor.h"

#include "appliance/http/users.h"
#include "appliance/view/attachments.h"
#include "appliance/view/yearly.h"
#include "ledger/base/hex.h"
#include "ledger/pepper.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DAY_MS     ((int64_t)24 * 3600 * 1000)
#define SOON_MS    (30 * DAY_MS)
#define QUARTER_MS (100 * DAY_MS)
#define NEWEST     2000 /* statements whose attachments are looked for */

struct key_counts {
	size_t parties, keys, stations, soon, expired, old_boxes, former;
	char not_in_force[128];
	char soonest[96];
};

static void count_station(struct doctor *doctor, const struct key_record *key, const char *party,
	struct key_counts *counts)
{
	int64_t now = env_now_ms(&doctor->env);
	char kid[2 * KID_SIZE + 1];
	counts->stations++;
	counts->expired += now > key->until_ms;
	if (now > key->until_ms || key->until_ms > now + SOON_MS)
		return;
	counts->soon++;
	hex_print(span_of(key->kid, KID_SIZE), kid);
	if (!counts->soonest[0])
		(void)snprintf(
			counts->soonest, sizeof counts->soonest, "%.8s of %.63s", kid, party);
}

static void count_stations(
	struct doctor *doctor, const struct here_party *party, struct key_counts *counts)
{
	struct key_walk walk;
	struct key_record key;
	struct fault fault;
	key_walk_init(&walk, &party->party, KEY_STATION);
	while (!key_walk_next(doctor->here.snapshot.table, &walk, &key, &fault))
		if (!key.is_revoked && key.has_until)
			count_station(doctor, &key, party->name, counts);
}

/* Keys in this folder: what is signed with must be in force on the ledger. */
static void count_held(struct doctor *doctor, struct key_counts *counts)
{
	const struct here *here = &doctor->here;
	for (size_t i = 0; i < here->key_count; i++) {
		const struct keyholder_key *held = &here->keys[i];
		struct keyholder_key present;
		struct key_record key;
		struct fault fault;
		bool in_force = false;
		if (keyholder_find(here->holder, held->party, held->purpose, &present, &fault))
			continue;
		bool is_present = !memcmp(present.kid, held->kid, KID_SIZE);
		counts->keys++;
		counts->former += !is_present;
		if (!is_present)
			continue;
		enum err err = key_find(here->snapshot.table, held->kid, &key, &fault);
		if (!err)
			err = key_in_force(here->snapshot.table, &key, here->snapshot.time_ms,
				&in_force, &fault);
		if ((err || !in_force) && !counts->not_in_force[0])
			(void)snprintf(counts->not_in_force, sizeof counts->not_in_force,
				"the %s key of %.63s", key_purpose_word(held->purpose),
				held->party);
		counts->old_boxes += !err && held->purpose == KEY_BOX &&
				     env_now_ms(&doctor->env) - key.since_ms > QUARTER_MS;
	}
}

void doctor_keys(struct doctor *doctor)
{
	struct key_counts counts = {0};
	const char *name;
	if (!doctor->has_here)
		return;
	count_held(doctor, &counts);
	for (size_t i = 0; (name = here_party_name(&doctor->here, i)); i++) {
		struct here_party party;
		counts.parties++;
		if (!here_party(&doctor->here, name, &party))
			count_stations(doctor, &party, &counts);
	}
	if (counts.not_in_force[0])
		doctor_say(doctor, "keys", FINDING_FAIL,
			"assay keys list; renew it with the root key: assay keys request renew",
			"%s is not in force on the ledger", counts.not_in_force);
	else
		doctor_say(doctor, "keys", FINDING_OK, "", "%zu keys of %zu parties in force",
			counts.keys - counts.former, counts.parties);
	if (counts.old_boxes)
		doctor_say(doctor, "box keys", FINDING_WARN,
			"assay keys request renew --purpose box",
			"%zu box keys are older than a quarter", counts.old_boxes);
	if (counts.former)
		doctor_say(doctor, "former keys", FINDING_WARN,
			"assay keys install FILE once more, after a start",
			"%zu renewed keys have not been destroyed yet", counts.former);
	if (counts.soon || counts.expired)
		doctor_say(doctor, "stations", FINDING_WARN,
			"assay station-enrol --renew KID; assay keys list",
			"of %zu stations' keys %zu end within 30 days%s%s, %zu have ended",
			counts.stations, counts.soon, counts.soon ? ", as " : "", counts.soonest,
			counts.expired);
	else
		doctor_say(doctor, "stations", FINDING_OK, "", "%zu keys of stations in force",
			counts.stations);
}

/* Whether the pepper of the present year opens with a key here. */
static void look_at_opening(struct doctor *doctor)
{
	uint16_t year = 0;
	struct fault *fault = &doctor->cli->fault;
	const struct table *table = doctor->here.snapshot.table;
	uint8_t *pepper = secret_new(PEPPER_SIZE);
	enum err err = pepper ? pepper_present(table, env_now_ms(&doctor->env), &year, fault)
			      : fault_set(fault, ERR_MEMORY, 0, 0, "no locked memory");
	if (!err)
		err = pepper_load(table, doctor->here.holder, year, pepper, fault);
	secret_free(pepper);
	if (err)
		doctor_say(doctor, "peppers", FINDING_FAIL,
			"assay pepper seal, at the voter's appliance", "%s", fault->text);
	else
		doctor_say(doctor, "peppers", FINDING_OK, "", "the pepper of %u opens here",
			(unsigned)year);
}

void doctor_peppers(struct doctor *doctor)
{
	uint16_t due = 0;
	struct fault *fault = &doctor->cli->fault;
	if (!doctor->has_here)
		return;
	look_at_opening(doctor);
	if (yearly_due(doctor->here.snapshot.table, env_now_ms(&doctor->env), &due, fault))
		doctor_say(doctor, "next pepper", FINDING_FAIL, "assay rebuild", "%s", fault->text);
	else if (due)
		doctor_say(doctor, "next pepper", FINDING_WARN,
			"assay pepper post, at the voter's appliance",
			"the pepper of %u is not on the ledger yet", (unsigned)due);
	else
		doctor_say(doctor, "next pepper", FINDING_OK, "", "nothing is due");
}

struct held_counts {
	uint64_t records, missing, first_missing;
};

/* Attachments that parties served here have stated, in the newest statements. */
static enum err count_attachments(
	struct doctor *doctor, struct attachments *attachments, struct held_counts *counts)
{
	struct here *here = &doctor->here;
	uint64_t end = here->snapshot.applied_size;
	struct buf bytes, file;
	enum err err = OK;
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	buf_init(&file, ATTACHMENT_SIZE_MAX);
	for (uint64_t at = end > NEWEST ? end - NEWEST : 0; !err && at < end; at++) {
		struct statement statement;
		struct fault fault;
		bool is_own = false;
		buf_reset(&bytes);
		err = reader_statement(here->reader, at, &bytes, &doctor->cli->fault);
		if (err || statement_decode(buf_span(&bytes), SIGNED_STATEMENT, &statement, &fault))
			continue;
		for (size_t i = 0; i < here->key_count; i++)
			is_own |= !memcmp(here->keys[i].kid, statement.envelope.kid.at, KID_SIZE);
		for (size_t i = 0; is_own && !err && i < statement.attachment_count; i++) {
			struct attachment_record record;
			statement_attachment(&statement, i, &record);
			buf_reset(&file);
			counts->records++;
			err = attachments_get(attachments, record.hash, &file, &doctor->cli->fault);
			if (err == ERR_NOT_FOUND && !counts->missing++)
				counts->first_missing = at;
			err = err == ERR_NOT_FOUND ? OK : err;
		}
	}
	buf_close(&file);
	buf_close(&bytes);
	return err;
}

void doctor_attachments(struct doctor *doctor)
{
	struct attachments *attachments = NULL;
	struct held_counts counts = {0};
	struct fault *fault = &doctor->cli->fault;
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/attachments.db", doctor->cli->folder);
	if (!doctor->has_here || access(path, F_OK))
		return;
	enum err err = attachments_open(&attachments, doctor->cli->folder, &doctor->env, fault);
	if (!err)
		err = count_attachments(doctor, attachments, &counts);
	attachments_free(attachments);
	if (err)
		doctor_say(doctor, "attachments", FINDING_FAIL, "restore attachments.db", "%s",
			fault->text);
	else if (counts.missing)
		doctor_say(doctor, "attachments", FINDING_WARN,
			"if they were not erased on purpose, restore attachments.db",
			"%llu of %llu attachments of own statements are not here, the first at "
			"position %llu",
			(unsigned long long)counts.missing, (unsigned long long)counts.records,
			(unsigned long long)counts.first_missing);
	else
		doctor_say(doctor, "attachments", FINDING_OK, "",
			"%llu of own statements among the newest %d are held",
			(unsigned long long)counts.records, NEWEST);
}

void doctor_accounts(struct doctor *doctor)
{
	struct users *users = NULL;
	struct account account = {0};
	struct fault *fault = &doctor->cli->fault;
	size_t count = 0, admins = 0;
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/users.db", doctor->cli->folder);
	if (access(path, F_OK))
		return;
	enum err err = users_open(&users, doctor->cli->folder, &doctor->env, fault);
	while (!err && !(err = users_next(users, account.user, &account, fault))) {
		count++;
		admins += !account.is_disabled && account.duties & DUTY_ADMIN &&
			  !strcmp(account.party, doctor->config.member);
	}
	users_free(users);
	if (err != ERR_NOT_FOUND)
		doctor_say(doctor, "accounts", FINDING_FAIL, "restore users.db", "%s", fault->text);
	else if (!admins)
		doctor_say(doctor, "accounts", FINDING_WARN, "assay accounts add NAME --role admin",
			"no account of %s is an admin", doctor->config.member);
	else
		doctor_say(doctor, "accounts", FINDING_OK, "", "%zu, %zu of them admins here",
			count, admins);
}
