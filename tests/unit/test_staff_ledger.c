/* The staff service on a real ledger: founded, signed by the key holder, ordered, final, read back
 * through the members' tables. */
#include "appliance/people/staff.h"

#include "appliance/cli/commands.h"
#include "appliance/people/jcs.h"
#include "appliance/people/policy_file.h"
#include "appliance/rules/kinds.h"
#include "appliance/rules/rules_app.h"
#include "appliance/wiring.h"
#include "tests/tap.h"

#include <ftw.h>
#include <unistd.h>

struct office {
	char folder[64];
	struct appliance appliance;
	struct staff *staff;
	const struct desk_party *party;
	struct staff_party at;
	struct keyholder_signer signer;
	struct staff_answer *answer;
};

static bool run_init(const char *folder)
{
	char words[][32] = {"init", "--alone", "hospital.example", "--role", "hospital", "--role",
		"hr", "--json", "--folder"};
	char *argv[10];
	char path[64];
	size_t count = sizeof words / sizeof words[0];
	for (size_t i = 0; i < count; i++)
		argv[i] = words[i];
	(void)snprintf(path, sizeof path, "%s", folder);
	argv[count] = path;
	for (size_t i = 0; commands[i]; i++) {
		struct cli cli = {.folder = folder, .json = true};
		if (strcmp(commands[i]->word, "init") != 0)
			continue;
		if (args_parse(&cli.args, commands[i]->options, (int)count + 1, argv, &cli.fault))
			return false;
		/* its JSON line must not stand in the TAP output */
		(void)fflush(stdout);
		int saved = dup(STDOUT_FILENO);
		if (!freopen("/dev/null", "w", stdout))
			return false;
		enum status status = commands[i]->run(&cli);
		(void)fflush(stdout);
		(void)dup2(saved, STDOUT_FILENO);
		(void)close(saved);
		args_close(&cli.args);
		if (status != STATUS_YES)
			printf("# %s\n", cli.fault.text);
		return status == STATUS_YES;
	}
	return false;
}

static enum err sign_document(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	const struct keyholder_signer *signer = self;
	return keyholder_sign_hashes(signer->holder, signer->kid, bytes.at, signature, NULL);
}

/* Whom the staff service works for: signed by the key holder, named as the ledger does. */
static enum err read_party(struct office *office, const struct table *table, struct fault *fault)
{
	struct author author;
	office->signer.holder = desk_keyholder(office->appliance.desk);
	memcpy(office->signer.kid, office->party->kid, KID_SIZE);
	office->at = (struct staff_party){.name = office->party->name,
		.member = office->party->member,
		.document = {&office->signer, sign_document},
		.message = keyholder_signer(&office->signer),
		.status_base = "https://hospital.example"};
	enum err err = members_key(table, office->party->kid, &author, office->at.key, fault);
	if (!err)
		party_put(&author, office->at.party);
	return err;
}

static struct staff_moment moment_of(
	const struct office *office, const struct snapshot *snapshot, int64_t at_ms)
{
	int64_t now_ms = env_now_ms(&office->appliance.env);
	return (struct staff_moment){.table = snapshot->table,
		.directory = &directory_members,
		.applied_size = snapshot->applied_size,
		.final_size = snapshot->final_size,
		.at_ms = at_ms                        ? at_ms
			 : now_ms > snapshot->time_ms ? now_ms
						      : snapshot->time_ms};
}

static enum err state_it(struct office *office, const struct staff_statement *statement,
	struct stated *stated, struct fault *fault)
{
	struct desk_statement said = {.party = office->party,
		.kind = statement->kind,
		.word = kind_find((uint16_t)statement->kind)->word,
		.body = span_of(statement->body, statement->body_size)};
	return desk_state(office->appliance.desk, &said, stated, fault);
}

static bool office_open(struct office *office, struct fault *fault)
{
	struct reader *reader;
	struct snapshot snapshot;
	(void)snprintf(office->folder, sizeof office->folder, P_tmpdir "/assay-desk-XXXXXX");
	office->answer = calloc(1, sizeof *office->answer);
	if (!office->answer || crypto_start() || !mkdtemp(office->folder) ||
		!run_init(office->folder))
		return false;
	if (appliance_open(&office->appliance, office->folder, fault))
		return false;
	office->staff = office->appliance.staff;
	struct desk *desk = office->appliance.desk;
	office->party = desk_party(desk, 0);
	if (!office->party || desk_reader(desk, &reader, fault))
		return false;
	enum err err = reader_begin(reader, &snapshot, fault);
	if (!err)
		err = read_party(office, snapshot.table, fault);
	reader_end(reader);
	desk_reader_back(desk, reader);
	return !err;
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *walk)
{
	(void)stat;
	(void)flag;
	(void)walk;
	return remove(path);
}

static void office_close(struct office *office)
{
	free(office->answer);
	appliance_close(&office->appliance);
	(void)nftw(office->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static enum err publish(struct office *office, struct fault *fault)
{
	char text[8192];
	struct clearance_policy policy;
	struct buf body;
	struct stated stated;
	FILE *in = fopen("deploy/demo/clearance-policy.json", "rb");
	if (!in)
		return ERR_NOT_FOUND;
	size_t size = fread(text, 1, sizeof text, in);
	(void)fclose(in);
	buf_init(&body, 65536);
	enum err err = policy_file_parse(span_of(text, size), &policy, fault);
	if (!err)
		err = staff_policy_body(&policy, env_now_ms(&office->appliance.env), &body, fault);
	if (!err) {
		struct desk_statement statement = {.party = office->party,
			.kind = 85,
			.word = "clearance-policy",
			.body = buf_span(&body)};
		err = desk_state(office->appliance.desk, &statement, &stated, fault);
	}
	buf_close(&body);
	return err;
}

/* Makes a check of today and states it. */
static enum err record(struct office *office, const uint8_t *person, const char *rest,
	uint8_t commitment[COMMITMENT_SIZE], struct fault *fault)
{
	char text[512];
	char today[CIVIL_DAY_SIZE];
	struct credential check;
	struct staff_issued issued;
	struct staff_moment moment;
	struct snapshot snapshot;
	struct stated stated;
	struct reader *reader;
	json_t *json = NULL;
	struct desk *desk = office->appliance.desk;
	civil_print_day(zone_day(ZONE_EUROPE_LONDON, env_now_ms(&office->appliance.env)), today);
	(void)snprintf(text, sizeof text, "{\"checkedOn\":\"%s\",%s}", today, rest);
	enum err err = jcs_parse(span_text(text), &json, fault);
	if (!err)
		err = staff_check_read(&office->at, json, &check, fault);
	json_decref(json);
	if (!err)
		err = desk_reader(desk, &reader, fault);
	if (err)
		return err;
	err = reader_begin(reader, &snapshot, fault);
	moment = moment_of(office, &snapshot, 0);
	if (!err)
		err = staff_record_check(
			office->staff, &office->at, &moment, person, &check, NULL, &issued, fault);
	reader_end(reader);
	desk_reader_back(desk, reader);
	if (err)
		return err;
	buf_close(&issued.document);
	memcpy(commitment, issued.statement.commitment, COMMITMENT_SIZE);
	err = state_it(office, &issued.statement, &stated, fault);
	return err ? err
		   : staff_stated(office->staff, &office->at, commitment, stated.position, fault);
}

/* The clearance at a moment (0: now); or, when suspend is a commitment, its suspension. */
static enum err ask(struct office *office, const uint8_t *person, int64_t at_ms,
	const uint8_t *suspend, struct fault *fault)
{
	struct staff_moment moment;
	struct snapshot snapshot;
	struct staff_statement statement;
	struct stated stated;
	struct reader *reader;
	struct desk *desk = office->appliance.desk;
	enum err err = desk_reader(desk, &reader, fault);
	if (err)
		return err;
	err = reader_begin(reader, &snapshot, fault);
	moment = moment_of(office, &snapshot, at_ms);
	if (!err && suspend)
		err = staff_status_body(&moment, suspend, RECORD_SUSPENDED, STATUS_REASON_SOURCE,
			&statement, fault);
	if (!err && !suspend)
		err = staff_clearance(office->staff, &office->at, &moment, person, WORK_PHARMACIST,
			SITE_HOSPITAL_PHARMACY, 0, office->answer, fault);
	reader_end(reader);
	desk_reader_back(desk, reader);
	if (!err && suspend)
		err = state_it(office, &statement, &stated, fault);
	return err;
}

static const char *const checks[] = {
	"\"checkType\":\"identity\",\"source\":\"identity_document\",\"method\":\"original_seen\"",
	"\"checkType\":\"right_to_work\",\"source\":\"home_office\",\"method\":\"share_code\"",
	"\"checkType\":\"registration\",\"source\":\"gphc\",\"method\":\"register_lookup\","
	"\"level\":2,\"reference\":\"2999991\"",
	"\"checkType\":\"criminal_record\",\"source\":\"dbs\",\"method\":\"original_seen\","
	"\"issuedOn\":\"2020-01-01\",\"level\":3,\"workforce\":\"adult\",\"acceptedBy\":"
	"\"hospital.example\",\"acceptedFor\":\"pharmacist\"",
	"\"checkType\":\"health\",\"source\":\"occupational_health\",\"method\":\"primary\","
	"\"level\":1,\"acceptedFor\":\"pharmacist\"",
	"\"checkType\":\"training_information_governance\",\"source\":\"training_provider\","
	"\"method\":\"primary\"",
};

enum { CHECKS = sizeof checks / sizeof checks[0] };

TEST(a_pharmacist_is_cleared_and_suspended_on_a_real_ledger)
{
	struct office office = {0};
	struct fault fault = {0};
	struct vault_person ada = {.name = "Ada Sample"};
	uint8_t commitments[CHECKS][COMMITMENT_SIZE];
	bool open = office_open(&office, &fault);
	CHECK_ROW(open, "%s", fault.text);
	if (!open)
		goto end;
	CHECK_ROW(publish(&office, &fault) == OK, "%s", fault.text);
	CHECK(vault_person_add(staff_vault(office.staff), office.party->name, &ada, &fault) == OK);
	CHECK_ROW(ask(&office, ada.id, 0, NULL, &fault) == OK, "%s", fault.text);
	CHECK(office.answer->clearance.result == CLEARANCE_NOT_CLEARED);
	for (size_t i = 0; i < CHECKS; i++)
		CHECK_ROW(record(&office, ada.id, checks[i], commitments[i], &fault) == OK,
			"check %zu: %s", i, fault.text);
	CHECK_ROW(ask(&office, ada.id, 0, NULL, &fault) == OK, "%s", fault.text);
	CHECK(office.answer->clearance.result == CLEARANCE_CLEARED);
	int64_t then = office.answer->clearance.at_ms;
	CHECK_ROW(ask(&office, ada.id, 0, commitments[2], &fault) == OK, "%s", fault.text);
	CHECK_ROW(ask(&office, ada.id, 0, NULL, &fault) == OK, "%s", fault.text);
	CHECK(office.answer->clearance.result == CLEARANCE_NOT_CLEARED);
	CHECK_ROW(ask(&office, ada.id, then, NULL, &fault) == OK, "%s", fault.text);
	CHECK(office.answer->clearance.result == CLEARANCE_CLEARED);
	CHECK(ask(&office, ada.id, then + 3600000, NULL, &fault) == ERR_RANGE);
	/* A second suspension is refused, with its sentence. */
	CHECK(ask(&office, ada.id, 0, commitments[2], &fault) == ERR_REFUSED);
	CHECK_ROW(strstr(fault.text, "suspended") != NULL, "%s", fault.text);
end:
	office_close(&office);
}

TAP_MAIN(CASE(a_pharmacist_is_cleared_and_suspended_on_a_real_ledger))
