#include "ledger/founding.h"
#include "ledger/pepper.h"
#include "tests/members_world.h"
#include "tests/tap.h"

#include <sys/stat.h>
#include <unistd.h>

static const uint8_t clinic[UNIT_ID_SIZE] = {0xc1};
static const uint8_t site_a[UNIT_ID_SIZE] = {0xa};
static const uint8_t site_b[UNIT_ID_SIZE] = {0xb};
static const uint8_t site_c[UNIT_ID_SIZE] = {0xc};

/* Two folders, two appliances: hospital (with the pharmacy and a clinic as tenant) and maker. */
struct two {
	char hospital[64];
	char maker[64];
	uint8_t maker_root[32];
	struct founding_member members[3];
	struct founding_tenant tenants[1];
	struct founding_site sites[4];
	struct founding_plan plan; /* of the hospital */
	struct buf statements;
	char origin[ORIGIN_SIZE_MAX + 1];
};

static bool folder_make(char folder[64])
{
	(void)snprintf(folder, 64, "/tmp/assay-founding-XXXXXX");
	return mkdtemp(folder) != NULL;
}

static bool two_open(struct two *two)
{
	*two = (struct two){
		.members = {{.name = "hospital.example", .scope = span_text("h"), .is_voter = true},
			{.name = "maker.example", .scope = span_text("m"), .root = two->maker_root},
			{.name = "pharmacy.example",
				.scope = span_text("p"),
				.operator_name = "hospital.example"}},
		.tenants = {{.name = "clinic"}},
		.sites = {{.party = "hospital.example", .level = 1},
			{.party = "hospital.example", .level = 3, .has_parent = true},
			{.party = "clinic", .level = 2}},
	};
	memcpy(two->tenants[0].id, clinic, UNIT_ID_SIZE);
	memcpy(two->sites[0].id, site_a, UNIT_ID_SIZE);
	memcpy(two->sites[1].id, site_b, UNIT_ID_SIZE);
	memcpy(two->sites[1].parent, site_a, UNIT_ID_SIZE);
	memcpy(two->sites[2].id, site_c, UNIT_ID_SIZE);
	buf_init(&two->statements, FOUNDING_SIZE_MAX);
	two->plan = (struct founding_plan){
		.folder = two->hospital,
		.self = "hospital.example",
		.appliance = {7},
		.now_ms = WORLD_TIME,
		.chosen = "medicines.example",
		.zone = "Europe/London",
		.members = two->members,
		.member_count = 3,
		.tenants = two->tenants,
		.tenant_count = 1,
		.sites = two->sites,
		.site_count = 3,
	};
	return !crypto_start() && folder_make(two->hospital) && folder_make(two->maker) &&
	       !founding_root(two->maker, "maker.example", span_of(NULL, 0), WORLD_TIME,
		       two->maker_root, NULL);
}

static void two_close(struct two *two)
{
	char command[256];
	buf_close(&two->statements);
	(void)snprintf(command, sizeof command, "rm -rf '%s' '%s'", two->hospital, two->maker);
	if (system(command))
		printf("# could not remove the folders\n");
}

/* Submits them in order; all must be accepted. Returns how many were. */
static size_t submit(struct world *world, struct span statements)
{
	struct span statement;
	size_t count = 0;
	while (founding_next(&statements, &statement)) {
		unsigned code = world_judge(world, statement, false);
		if (code) {
			printf("# statement %zu is refused with %u (field %lld)\n", count, code,
				(long long)world->outcome.a);
			break;
		}
		count++;
	}
	return statements.size ? 0 : count;
}

TEST(a_founded_ledger_takes_every_statement_of_its_founding)
{
	struct two two;
	struct world world;
	struct fault fault = {0};
	struct member member;
	struct site site;
	struct tenant tenant;
	NEED(two_open(&two) && world_empty(&world));
	enum err err = founding_make(&two.plan, two.origin, &two.statements, &fault);
	CHECK_ROW(err == OK, "%s", fault.text);
	/* Genesis; hospital 5 keys, pharmacy 2, clinic 1 + 2; 3 sites; pepper. */
	CHECK(submit(&world, buf_span(&two.statements)) == 1 + 5 + 2 + 3 + 3 + 1);
	struct span origin;
	NEED(members_origin(world.table, &origin, NULL) == OK);
	CHECK(span_is(origin, two.origin));
	NEED(member_named(world.table, span_text("pharmacy.example"), &member, NULL) == OK);
	CHECK(member.index == 2 && member.has_operator && member.operator_index == 0);
	CHECK(span_is(member.scope, "p"));
	NEED(member_named(world.table, span_text("maker.example"), &member, NULL) == OK);
	CHECK(!memcmp(member.root, two.maker_root, 32) && !member.has_operator);
	NEED(tenant_find(world.table, clinic, &tenant, NULL) == OK);
	CHECK(tenant.operator_index == 0);
	NEED(site_find(world.table, site_c, &site, NULL) == OK);
	CHECK(site.party.has_tenant && !memcmp(site.party.tenant, clinic, UNIT_ID_SIZE));
	bool within = false;
	CHECK(site_within(world.table, site_b, site_a, &within, NULL) == OK && within);
	CHECK(site_within(world.table, site_a, site_b, &within, NULL) == OK && !within);
	world_close(&world);
	two_close(&two);
}

TEST(the_second_appliance_joins_and_gets_the_pepper_sealed_to_it)
{
	struct two two;
	struct world world;
	struct fault fault = {0};
	struct keyholder *holder = NULL;
	uint8_t pepper[PEPPER_SIZE];
	uint8_t theirs[PEPPER_SIZE];
	NEED(two_open(&two) && world_empty(&world));
	NEED(founding_make(&two.plan, two.origin, &two.statements, &fault) == OK);
	CHECK(submit(&world, buf_span(&two.statements)) == 15);
	struct founding_plan join = {
		.folder = two.maker,
		.self = "maker.example",
		.appliance = {8},
		.now_ms = WORLD_TIME,
		.members = two.members,
		.member_count = 3,
	};
	buf_reset(&two.statements);
	CHECK(founding_join(&join, span_text(two.origin), &two.statements, &fault) == OK);
	CHECK(submit(&world, buf_span(&two.statements)) == 5);
	CHECK(founding_join(&join, span_text(two.origin), &two.statements, &fault) == ERR_EXISTS);
	/* The hospital opens its pepper, the maker has none yet. */
	NEED(keyholder_start(&holder, two.maker, NULL, &fault) == OK);
	CHECK(pepper_load(world.table, holder, 2026, theirs, &fault) == ERR_KEY);
	CHECK(pepper_load(world.table, holder, 2027, theirs, &fault) == ERR_NOT_FOUND);
	keyholder_stop(holder);
	NEED(keyholder_start(&holder, two.hospital, NULL, &fault) == OK);
	NEED(pepper_load(world.table, holder, 2026, pepper, &fault) == OK);
	uint16_t year = 0;
	CHECK(pepper_newest(world.table, &year, &fault) == OK && year == 2026);
	/* It seals it to those that lack it, signing through the key holder. */
	struct buf body;
	struct keyholder_key key;
	buf_init(&body, BODY_SIZE_MAX);
	NEED(pepper_seal(world.table, 2026, pepper, WORLD_TIME, &body, &fault) == OK);
	NEED(keyholder_find(holder, "hospital.example", KEY_APPLIANCE, &key, &fault) == OK);
	struct keyholder_signer signer = {.holder = holder};
	memcpy(signer.kid, key.kid, sizeof signer.kid);
	struct founding_author author = {
		.signer = keyholder_signer(&signer), .issuer = "hospital.example"};
	memcpy(author.kid, key.kid, sizeof author.kid);
	NEED(members_sequence_next(world.table, key.kid, &author.sequence, &fault) == OK);
	buf_reset(&two.statements);
	NEED(founding_state(span_text(two.origin), KIND_PEPPER, buf_span(&body), WORLD_TIME,
		     &author, &two.statements, &fault) == OK);
	CHECK(submit(&world, buf_span(&two.statements)) == 1);
	buf_reset(&body);
	CHECK(pepper_seal(world.table, 2026, pepper, WORLD_TIME, &body, &fault) == ERR_NOT_FOUND);
	keyholder_stop(holder);
	NEED(keyholder_start(&holder, two.maker, NULL, &fault) == OK);
	CHECK(pepper_load(world.table, holder, 2026, theirs, &fault) == OK);
	CHECK(!memcmp(pepper, theirs, sizeof pepper));
	keyholder_stop(holder);
	buf_close(&body);
	world_close(&world);
	two_close(&two);
}

/* The root of a party from its folder, as an author on the running ledger. */
static bool root_author(const struct world *world, const char *folder, const char *party,
	struct keyfile *root, struct founding_author *author, const char *issuer)
{
	char path[KEYFILE_PATH_MAX];
	if (keyfile_path(folder, KEY_ROOT, party, NULL, path, NULL) ||
		keyfile_load(root, path, span_of(NULL, 0), NULL))
		return false;
	author->signer = signer_local(root->secret);
	author->issuer = issuer;
	memcpy(author->kid, root->kid, KID_SIZE);
	return !members_sequence_next(world->table, root->kid, &author->sequence, NULL);
}

TEST(a_station_is_enrolled_with_all_it_needs)
{
	struct two two;
	struct world world;
	struct fault fault = {0};
	struct keyfile root;
	struct founding_author author;
	struct enrolment enrolment;
	struct enrolment back;
	char path[128];
	NEED(two_open(&two) && world_empty(&world));
	NEED(founding_make(&two.plan, two.origin, &two.statements, &fault) == OK);
	CHECK(submit(&world, buf_span(&two.statements)) == 15);
	/* One of the hospital, one of its tenant. */
	for (int round = 0; round < 2; round++) {
		const char *party = round ? "clinic" : "hospital.example";
		enrolment = (struct enrolment){
			.has_tenant = round == 1,
			.until_ms = WORLD_TIME + 100 * WORLD_DAY,
			.label = "bench-2",
			.issuer = "hospital.example",
			.address = "tcp://[fd00::5]:7433",
			.appliance_curve = {9},
			.pepper_count = 2,
			.pepper = {{2026, {1}}, {2027, {2}}},
		};
		memcpy(enrolment.origin, two.origin, sizeof enrolment.origin);
		(void)snprintf(enrolment.party, sizeof enrolment.party, "%s", party);
		memcpy(enrolment.tenant, clinic, round ? UNIT_ID_SIZE : 0);
		memcpy(enrolment.site, round ? site_c : site_b, UNIT_ID_SIZE);
		NEED(root_author(&world, two.hospital, party, &root, &author, "hospital.example"));
		buf_reset(&two.statements);
		NEED(founding_station(&enrolment, WORLD_TIME, &author, &two.statements, &fault) ==
			OK);
		CHECK(submit(&world, buf_span(&two.statements)) == 2);
		keyfile_close(&root);
		(void)snprintf(path, sizeof path, "%s/enrolment-%d", two.hospital, round);
		NEED(enrolment_save(&enrolment, path, &fault) == OK);
		CHECK(enrolment_save(&enrolment, path, &fault) == ERR_EXISTS);
		NEED(enrolment_load(&back, path, &fault) == OK);
		CHECK(!memcmp(&back, &enrolment, sizeof back));
		/* The station's key speaks for its party at its site. */
		struct world_key station = {.issuer = back.issuer};
		struct author heard;
		uint8_t public[32];
		sign_keys(back.seed, station.public, station.secret);
		cose_kid(station.public, station.kid);
		(void)snprintf(world.origin, sizeof world.origin, "%s", back.origin);
		CHECK(world_event(&world, &station, NULL) == OUTCOME_ACCEPTED);
		NEED(members_key(world.table, station.kid, &heard, public, &fault) == OK);
		CHECK(heard.purpose == KEY_STATION && heard.has_tenant == back.has_tenant);
		CHECK(!memcmp(heard.site, back.site, UNIT_ID_SIZE));
		NEED(!chmod(path, 0644));
		CHECK(enrolment_load(&back, path, &fault) == ERR_DENIED);
	}
	world_close(&world);
	two_close(&two);
}

TEST(a_tenant_comes_in_on_a_running_ledger)
{
	struct two two;
	struct world world;
	struct fault fault = {0};
	struct keyfile key;
	struct founding_author author = {.issuer = "hospital.example"};
	struct founding_tenant tenant = {.name = "surgery", .id = {0x55}};
	struct tenant_body body;
	struct tenant found;
	struct tenant_moving moving;
	uint8_t memory[256];
	struct buf bytes;
	char path[KEYFILE_PATH_MAX];
	NEED(two_open(&two) && world_empty(&world));
	NEED(founding_make(&two.plan, two.origin, &two.statements, &fault) == OK);
	CHECK(submit(&world, buf_span(&two.statements)) == 15);
	NEED(!keyfile_path(two.hospital, KEY_APPLIANCE, "hospital.example", NULL, path, NULL));
	NEED(keyfile_load(&key, path, span_of(NULL, 0), &fault) == OK);
	author.signer = signer_local(key.secret);
	memcpy(author.kid, key.kid, KID_SIZE);
	NEED(members_sequence_next(world.table, key.kid, &author.sequence, &fault) == OK);
	struct founding_tenancy tenancy = {.folder = two.hospital,
		.origin = span_text(two.origin),
		.operator_name = "hospital.example",
		.tenant = &tenant,
		.appliance = two.plan.appliance,
		.now_ms = WORLD_TIME};
	struct buf keys;
	buf_init(&keys, FOUNDING_SIZE_MAX);
	NEED(founding_tenant(&tenancy, &body, &keys, &fault) == OK);
	buf_over(&bytes, memory, sizeof memory);
	tenant_body_encode(&body, &bytes);
	buf_reset(&two.statements);
	NEED(founding_state(span_text(two.origin), KIND_TENANT, buf_span(&bytes), WORLD_TIME,
		     &author, &two.statements, &fault) == OK);
	CHECK(submit(&world, buf_span(&two.statements)) == 1);
	CHECK(submit(&world, buf_span(&keys)) == 2);
	buf_close(&keys);
	CHECK(tenant_moving(world.table, tenant.id, &moving, &fault) == OK);
	CHECK(!moving.has_offered && !moving.has_wanted);
	/* Its keys are there: once more is refused, and nothing is written over. */
	CHECK(founding_tenant(&tenancy, &body, &two.statements, &fault) == ERR_EXISTS);
	tenant.id[0] = 0x56;
	CHECK(founding_tenant(&tenancy, &body, &two.statements, &fault) == ERR_KEY);
	tenant.id[0] = 0x55;
	CHECK(tenant_find(world.table, tenant.id, &found, &fault) == OK);
	CHECK(tenant_next(world.table, NULL, &found, &fault) == OK && found.id[0] == 0x55);
	CHECK(tenant_next(world.table, found.id, &found, &fault) == OK && found.id[0] == 0xc1);
	CHECK(tenant_next(world.table, found.id, &found, &fault) == ERR_NOT_FOUND);
	keyfile_close(&key);
	world_close(&world);
	two_close(&two);
}

TEST(a_plan_that_no_ledger_takes_is_refused_with_the_name)
{
	static const struct {
		int row;
		const char *name;
	} rows[] = {{0, "Hospital"}, {1, "maker.example"}, {2, "hospital.example"},
		{3, "pharmacy.example"}, {4, "hospital.example"}, {5, "medicines.example"},
		{6, "clinic"}, {7, "maker.example"}, {8, "nobody.example"}, {9, ""},
		{10, "medicines example"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct two two;
		struct fault fault = {0};
		NEED(two_open(&two));
		switch (rows[i].row) {
		case 0: two.members[0].name = two.plan.self = "Hospital"; break;
		case 1: two.members[2].name = "maker.example"; break;
		case 2:
			two.members[0].operator_name = "maker.example";
			two.members[0].is_voter = false;
			two.members[2].operator_name = "maker.example";
			break;
		case 3: two.members[2].is_voter = true; break;
		case 4: two.members[0].operator_name = "hospital.example"; break;
		case 5: two.members[1].is_voter = true; break; /* two voters */
		case 6: two.members[1].name = "clinic"; break;
		case 7: /* the first one's root is elsewhere */
			two.plan.self = "maker.example";
			two.members[0].name = "maker.example";
			two.members[1].name = "hospital.example";
			two.members[0].root = two.maker_root;
			break;
		case 8: two.sites[0].party = "nobody.example"; break;
		case 9: two.plan.zone = "Mars/Olympus"; break;
		case 10: two.plan.chosen = "medicines example"; break;
		default: break;
		}
		enum err err = founding_make(&two.plan, two.origin, &two.statements, &fault);
		CHECK_ROW(err == (rows[i].row == 9 ? ERR_NOT_FOUND : ERR_USAGE),
			"row %zu gives %s: %s", i, err_name(err), fault.text);
		CHECK_ROW(strstr(fault.text, rows[i].name), "row %zu: %s", i, fault.text);
		two_close(&two);
	}
}

TEST(an_enrolment_changed_anywhere_is_refused)
{
	struct enrolment enrolment = {
		.origin = "medicines.example/00112233445566778899aabbccddeeff",
		.issuer = "hospital.example",
		.party = "clinic",
		.label = "bench-2",
		.address = "tcp://10.0.0.5:7433",
		.pepper_count = 1,
		.pepper = {{2026, {1}}},
	};
	struct enrolment back;
	struct buf buf;
	struct fault fault;
	NEED(crypto_start() == OK);
	buf_init(&buf, ENROLMENT_SIZE_MAX);
	enrolment_encode(&enrolment, &buf);
	NEED(enrolment_decode(buf_span(&buf), &back, &fault) == OK);
	for (size_t i = 0; i < buf.size; i++) {
		buf.at[i] ^= 1;
		CHECK_ROW(enrolment_decode(buf_span(&buf), &back, &fault) != OK, "byte %zu", i);
		buf.at[i] ^= 1;
		CHECK_ROW(
			enrolment_decode(span_of(buf.at, i), &back, &fault) != OK, "%zu bytes", i);
	}
	buf_close(&buf);
}

TAP_MAIN(CASE(a_founded_ledger_takes_every_statement_of_its_founding),
	CASE(the_second_appliance_joins_and_gets_the_pepper_sealed_to_it),
	CASE(a_station_is_enrolled_with_all_it_needs), CASE(a_tenant_comes_in_on_a_running_ledger),
	CASE(a_plan_that_no_ledger_takes_is_refused_with_the_name),
	CASE(an_enrolment_changed_anywhere_is_refused))
