#include "appliance/people/vault.h"
#include "ledger/base/db.h"
#include "tests/tap.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTY "hospital.example"

struct place {
	char folder[64];
	struct env env;
	struct vault *vault;
};

static bool place_open(struct place *place)
{
	(void)snprintf(place->folder, sizeof place->folder, P_tmpdir "/assay-vault-XXXXXX");
	env_machine(&place->env);
	place->vault = NULL;
	return crypto_start() == OK && mkdtemp(place->folder) &&
	       vault_open(&place->vault, place->folder, &place->env, NULL) == OK;
}

static void place_path(const struct place *place, const char *name, char out[400])
{
	(void)snprintf(out, 400, "%s/%s", place->folder, name);
}

static bool place_reopen(struct place *place, struct fault *fault)
{
	vault_free(place->vault);
	place->vault = NULL;
	return vault_open(&place->vault, place->folder, &place->env, fault) == OK;
}

static void place_close(struct place *place)
{
	char path[400];
	vault_free(place->vault);
	DIR *folder = opendir(place->folder);
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		place_path(place, entry->d_name, path);
		(void)unlink(path);
	}
	if (folder)
		(void)closedir(folder);
	(void)rmdir(place->folder);
}

/* How many times bytes occur in all files of the folder, as they lie on the disk. */
static size_t place_count(const struct place *place, struct span bytes)
{
	size_t count = 0;
	DIR *folder = opendir(place->folder);
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		char path[400];
		place_path(place, entry->d_name, path);
		FILE *in = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
		if (!in)
			continue;
		static uint8_t content[4 << 20];
		size_t size = fread(content, 1, sizeof content, in);
		(void)fclose(in);
		for (const uint8_t *at = content; size >= bytes.size;) {
			const uint8_t *hit =
				memmem(at, size - (size_t)(at - content), bytes.at, bytes.size);
			if (!hit)
				break;
			count++;
			at = hit + 1;
		}
	}
	if (folder)
		(void)closedir(folder);
	return count;
}

static struct vault_person person_named(const char *name)
{
	struct vault_person person = {.has_photo = true};
	memcpy(person.name, name, strlen(name) + 1);
	memset(person.photo, 0x5a, HASH_SIZE);
	return person;
}

static struct vault_document document_of(
	const struct vault_person *person, enum vault_kind kind, char letter, const char *text)
{
	struct vault_document document = {
		.kind = kind, .index = 7, .position = POSITION_NONE, .document = span_text(text)};
	memcpy(document.person, person->id, VAULT_ID_SIZE);
	memset(document.commitment, letter, COMMITMENT_SIZE);
	memset(document.r, letter ^ 0x55, COMMITMENT_KEY_SIZE);
	memset(document.list, 'L', STATUS_LIST_ID);
	return document;
}

TEST(two_parties_may_hold_the_same_credential)
{
	struct place place;
	struct fault fault = {0};
	NEED(place_open(&place));
	struct vault_person here = person_named("Ada Sample");
	struct vault_person there = person_named("Ada Sample");
	CHECK(vault_person_add(place.vault, PARTY, &here, &fault) == OK);
	CHECK(vault_person_add(place.vault, "other.example", &there, &fault) == OK);
	struct vault_document one = document_of(&here, VAULT_CHECK, '1', "{\"first\":1}");
	struct vault_document other = document_of(&there, VAULT_CHECK, '1', "{\"first\":1}");
	other.is_imported = true;
	CHECK(vault_document_add(place.vault, PARTY, &one, &fault) == OK);
	CHECK(vault_document_add(place.vault, "other.example", &other, &fault) == OK);
	CHECK(vault_document_add(place.vault, "other.example", &other, &fault) == ERR_EXISTS);
	place_close(&place);
}

TEST(keeps_people_and_their_documents)
{
	struct place place;
	struct fault fault = {0};
	struct vault_person found;
	struct vault_document document;
	struct buf bytes;
	buf_init(&bytes, 1 << 16);
	NEED(place_open(&place));
	struct vault_person ada = person_named("Ada Sample");
	struct vault_person ben = person_named("Ben Sample");
	ben.has_photo = false;
	CHECK(vault_person_add(place.vault, PARTY, &ada, &fault) == OK);
	CHECK(vault_person_add(place.vault, PARTY, &ben, &fault) == OK);
	struct vault_document one = document_of(&ada, VAULT_CHECK, '1', "{\"first\":1}");
	struct vault_document two = document_of(&ada, VAULT_CHECK, '2', "{\"second\":2}");
	struct vault_document three = document_of(&ada, VAULT_DECISION, '3', "{\"third\":3}");
	two.is_imported = true;
	two.position = 44;
	CHECK(vault_document_add(place.vault, PARTY, &one, &fault) == OK);
	CHECK(vault_document_add(place.vault, PARTY, &three, &fault) == OK);
	CHECK(vault_document_add(place.vault, PARTY, &two, &fault) == OK);
	CHECK(vault_document_add(place.vault, PARTY, &two, &fault) == ERR_EXISTS);
	CHECK(vault_document_stated(place.vault, PARTY, one.commitment, 43, &fault) == OK);
	NEED(place_reopen(&place, &fault));
	CHECK(vault_person_find(place.vault, PARTY, ada.id, &found, &fault) == OK);
	CHECK(strcmp(found.name, "Ada Sample") == 0 && found.has_photo);
	CHECK(memcmp(found.photo, ada.photo, HASH_SIZE) == 0 && found.added_ms == ada.added_ms);
	/* in order, by kind */
	CHECK(vault_document_next(
		      place.vault, PARTY, ada.id, VAULT_CHECK, 0, &document, &bytes, &fault) == OK);
	CHECK(span_is(document.document, "{\"first\":1}") && document.position == 43);
	CHECK(!document.is_imported && document.index == 7);
	CHECK(memcmp(document.r, one.r, COMMITMENT_KEY_SIZE) == 0);
	CHECK(vault_document_next(place.vault, PARTY, ada.id, VAULT_CHECK, document.number,
		      &document, &bytes, &fault) == OK);
	CHECK(span_is(document.document, "{\"second\":2}") && document.is_imported);
	CHECK(vault_document_next(place.vault, PARTY, ada.id, VAULT_CHECK, document.number,
		      &document, &bytes, &fault) == ERR_NOT_FOUND);
	CHECK(vault_document_find(
		      place.vault, PARTY, three.commitment, &document, &bytes, &fault) == OK);
	CHECK(document.kind == VAULT_DECISION && document.position == POSITION_NONE);
	/* both people are listed, once */
	size_t count = 0;
	const uint8_t *after = NULL;
	while (count < 5 && vault_person_next(place.vault, PARTY, after, &found, NULL) == OK) {
		count++;
		after = found.id;
	}
	CHECK(count == 2);
	/* a refused statement takes its document back */
	CHECK(vault_document_drop(place.vault, PARTY, three.commitment, &fault) == OK);
	CHECK(vault_document_find(place.vault, PARTY, three.commitment, &document, &bytes,
		      &fault) == ERR_NOT_FOUND);
	/* a change of name and photo */
	memcpy(ada.name, "Ada Specimen", 13);
	ada.has_photo = false;
	CHECK(vault_person_change(place.vault, PARTY, &ada, &fault) == OK);
	CHECK(vault_person_change(place.vault, PARTY, &ada, &fault) == OK);
	CHECK(vault_person_find(place.vault, PARTY, ada.id, &found, &fault) == OK);
	CHECK(strcmp(found.name, "Ada Specimen") == 0 && !found.has_photo);
	buf_close(&bytes);
	place_close(&place);
}

TEST(another_party_sees_nothing)
{
	static const char other[] = "agency.example";
	struct place place;
	struct vault_person found;
	struct vault_document document;
	struct vault_erased erased;
	struct buf bytes;
	uint8_t pseudonym[PERSON_SIZE];
	uint8_t id[VAULT_ID_SIZE];
	buf_init(&bytes, 1 << 16);
	NEED(place_open(&place));
	struct vault_person ada = person_named("Ada Sample");
	NEED(vault_person_add(place.vault, PARTY, &ada, NULL) == OK);
	struct vault_document one = document_of(&ada, VAULT_CHECK, '1', "{}");
	NEED(vault_document_add(place.vault, PARTY, &one, NULL) == OK);
	NEED(vault_pseudonym(place.vault, PARTY, ada.id, PARTY, pseudonym, NULL) == OK);
	CHECK(vault_person_find(place.vault, other, ada.id, &found, NULL) == ERR_NOT_FOUND);
	CHECK(vault_person_next(place.vault, other, NULL, &found, NULL) == ERR_NOT_FOUND);
	CHECK(vault_person_change(place.vault, other, &ada, NULL) == ERR_NOT_FOUND);
	CHECK(vault_document_add(place.vault, other, &one, NULL) == ERR_NOT_FOUND);
	CHECK(vault_document_next(place.vault, other, ada.id, VAULT_CHECK, 0, &document, &bytes,
		      NULL) == ERR_NOT_FOUND);
	CHECK(vault_document_find(place.vault, other, one.commitment, &document, &bytes, NULL) ==
		ERR_NOT_FOUND);
	CHECK(vault_document_stated(place.vault, other, one.commitment, 1, NULL) == ERR_NOT_FOUND);
	CHECK(vault_document_drop(place.vault, other, one.commitment, NULL) == ERR_NOT_FOUND);
	CHECK(vault_pseudonym(place.vault, other, ada.id, other, id, NULL) == ERR_NOT_FOUND);
	CHECK(vault_person_of(place.vault, other, pseudonym, id, NULL) == ERR_NOT_FOUND);
	CHECK(vault_erase(place.vault, other, ada.id, &erased, NULL) == ERR_NOT_FOUND);
	CHECK(vault_document_find(place.vault, PARTY, one.commitment, &document, &bytes, NULL) ==
		OK);
	buf_close(&bytes);
	place_close(&place);
}

TEST(refuses_names_that_are_none)
{
	static const struct {
		const char *name;
		enum err err;
	} rows[] = {
		{"Ada Sample", OK},
		{"Ad\xc3\xa1 Sample", OK},
		{"", ERR_RANGE},
		{"Ada\nSample", ERR_RANGE},
		{"Ada\x7f", ERR_RANGE},
		{"Ada \xc3", ERR_RANGE},
	};
	struct place place;
	NEED(place_open(&place));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct vault_person person = person_named(rows[i].name);
		enum err err = vault_person_add(place.vault, PARTY, &person, NULL);
		CHECK_ROW(err == rows[i].err, "row %zu: %s", i, err_name(err));
	}
	place_close(&place);
}

TEST(pseudonyms_differ_by_organisation_and_lead_back)
{
	struct place place;
	uint8_t first[PERSON_SIZE];
	uint8_t again[PERSON_SIZE];
	uint8_t other[PERSON_SIZE];
	uint8_t bens[PERSON_SIZE];
	uint8_t id[VAULT_ID_SIZE];
	NEED(place_open(&place));
	struct vault_person ada = person_named("Ada Sample");
	struct vault_person ben = person_named("Ben Sample");
	NEED(vault_person_add(place.vault, PARTY, &ada, NULL) == OK);
	NEED(vault_person_add(place.vault, PARTY, &ben, NULL) == OK);
	CHECK(vault_pseudonym(place.vault, PARTY, ada.id, PARTY, first, NULL) == OK);
	CHECK(vault_pseudonym(place.vault, PARTY, ada.id, "agency.example", other, NULL) == OK);
	CHECK(vault_pseudonym(place.vault, PARTY, ben.id, PARTY, bens, NULL) == OK);
	CHECK(memcmp(first, other, PERSON_SIZE) != 0 && memcmp(first, bens, PERSON_SIZE) != 0);
	NEED(place_reopen(&place, NULL));
	CHECK(vault_pseudonym(place.vault, PARTY, ada.id, PARTY, again, NULL) == OK);
	CHECK(memcmp(first, again, PERSON_SIZE) == 0);
	CHECK(vault_person_of(place.vault, PARTY, other, id, NULL) == OK);
	CHECK(memcmp(id, ada.id, VAULT_ID_SIZE) == 0);
	other[0] ^= 1;
	CHECK(vault_person_of(place.vault, PARTY, other, id, NULL) == ERR_NOT_FOUND);
	place_close(&place);
}

TEST(status_lists_are_kept_for_each_organisation)
{
	struct place place;
	uint8_t lists[4][STATUS_LIST_ID];
	uint32_t index[4];
	uint8_t list[STATUS_LIST_ID];
	uint32_t used;
	NEED(place_open(&place));
	CHECK(vault_list_take(place.vault, PARTY, PARTY, lists[0], &index[0], NULL) == OK);
	CHECK(vault_list_take(place.vault, PARTY, PARTY, lists[1], &index[1], NULL) == OK);
	CHECK(vault_list_take(place.vault, PARTY, "agency.example", lists[2], &index[2], NULL) ==
		OK);
	CHECK(vault_list_take(place.vault, "agency.example", PARTY, lists[3], &index[3], NULL) ==
		OK);
	CHECK(memcmp(lists[0], lists[1], STATUS_LIST_ID) == 0 && index[0] == 0 && index[1] == 1);
	CHECK(memcmp(lists[0], lists[2], STATUS_LIST_ID) != 0 && index[2] == 0);
	CHECK(memcmp(lists[2], lists[3], STATUS_LIST_ID) != 0 && index[3] == 0);
	size_t count = 0;
	uint32_t sum = 0;
	const uint8_t *after = NULL;
	while (count < 9 && vault_list_next(place.vault, PARTY, after, list, &used, NULL) == OK) {
		count++;
		sum += used;
		after = list;
	}
	CHECK(count == 2 && sum == 3);
	place_close(&place);
}

/* Reads one blob of a closed file of the vault. */
static size_t peek(const struct place *place, const char *name, const char *sql, uint8_t out[512])
{
	char path[400];
	struct db *db;
	struct db_query *query;
	bool row = false;
	size_t size = 0;
	bool is_keys = strcmp(name, "keys.db") == 0;
	place_path(place, name, path);
	struct db_options options = {.path = path,
		.mode = DB_READ,
		.application = is_keys ? 0x4153564b : 0x41535641,
		.version = 1};
	if (db_open(&db, &options, NULL))
		return 0;
	if (!db_prepare(db, sql, &query, NULL) && !db_step(query, &row, NULL) && row) {
		struct span bytes = db_bytes(query, 0);
		size = bytes.size < 512 ? bytes.size : 512;
		memcpy(out, bytes.at, size);
	}
	db_free(db);
	return size;
}

TEST(an_erased_person_leaves_no_byte_in_the_files)
{
	static const char canary[] = "Canary Sample 7719";
	static const char *const secrets[][2] = {
		{"keys.db", "SELECT wrapped FROM record_key"},
		{"keys.db", "SELECT wrapped FROM person_secret"},
		{"vault.db", "SELECT sealed FROM record WHERE kind=1"},
		{"vault.db", "SELECT sealed FROM record WHERE kind=2"},
		{"vault.db", "SELECT pseudonym FROM pseudonym"},
		{"vault.db", "SELECT commitment FROM record WHERE kind=2"},
	};
	enum { SECRETS = sizeof secrets / sizeof secrets[0] };
	static uint8_t seen[SECRETS][512];
	size_t size[SECRETS];
	struct place place;
	struct fault fault = {0};
	struct vault_erased erased = {0};
	uint8_t pseudonym[PERSON_SIZE];
	NEED(place_open(&place));
	struct vault_person person = person_named(canary);
	NEED(vault_person_add(place.vault, PARTY, &person, NULL) == OK);
	NEED(vault_pseudonym(place.vault, PARTY, person.id, PARTY, pseudonym, NULL) == OK);
	struct vault_document one =
		document_of(&person, VAULT_CHECK, '1', "{\"name\":\"Canary Sample 7719\"}");
	struct vault_document two = document_of(&person, VAULT_DECISION, '2', "{}");
	two.position = 9;
	NEED(vault_document_add(place.vault, PARTY, &one, NULL) == OK);
	NEED(vault_document_add(place.vault, PARTY, &two, NULL) == OK);
	/* In the clear it never was. Sealed it is there, so that what follows can fail. */
	CHECK(place_count(&place, span_text(canary)) == 0);
	for (size_t i = 0; i < SECRETS; i++) {
		size[i] = peek(&place, secrets[i][0], secrets[i][1], seen[i]);
		CHECK_ROW(size[i] >= 16, "%s", secrets[i][1]);
		CHECK_ROW(place_count(&place, span_of(seen[i], size[i])) > 0, "%s", secrets[i][1]);
	}
	CHECK_ROW(vault_erase(place.vault, PARTY, person.id, &erased, &fault) == OK, "%s",
		fault.text);
	CHECK(erased.checks == 1 && erased.decisions == 1 && erased.stated == 1);
	for (size_t i = 0; i < SECRETS; i++)
		CHECK_ROW(place_count(&place, span_of(seen[i], size[i] < 64 ? size[i] : 64)) == 0,
			"%s", secrets[i][1]);
	/* Not even a part of a sealed record is left. */
	for (size_t at = 0; at + 32 <= size[3]; at += 32)
		CHECK(place_count(&place, span_of(seen[3] + at, 32)) == 0);
	CHECK(vault_erase(place.vault, PARTY, person.id, &erased, NULL) == ERR_NOT_FOUND);
	CHECK(vault_pseudonym(place.vault, PARTY, person.id, PARTY, pseudonym, NULL) ==
		ERR_NOT_FOUND);
	place_close(&place);
}

static bool copy_file(const struct place *place, const char *from, const char *to)
{
	static uint8_t content[1 << 20];
	char path[400];
	place_path(place, from, path);
	FILE *in = fopen(path, "rb");
	if (!in)
		return false;
	size_t size = fread(content, 1, sizeof content, in);
	(void)fclose(in);
	place_path(place, to, path);
	FILE *out = fopen(path, "wb");
	if (!out)
		return false;
	bool done = fwrite(content, 1, size, out) == size;
	return fclose(out) == 0 && done;
}

TEST(an_old_backup_does_not_bring_the_erased_back)
{
	struct place place;
	struct vault_person found;
	struct vault_erased erased;
	NEED(place_open(&place));
	struct vault_person ada = person_named("Ada Sample");
	struct vault_person ben = person_named("Ben Sample");
	NEED(vault_person_add(place.vault, PARTY, &ada, NULL) == OK);
	NEED(vault_person_add(place.vault, PARTY, &ben, NULL) == OK);
	vault_free(place.vault); /* the last to close cuts the WAL: the file is whole */
	place.vault = NULL;
	NEED(copy_file(&place, "vault.db", "backup"));
	NEED(place_reopen(&place, NULL));
	NEED(vault_erase(place.vault, PARTY, ada.id, &erased, NULL) == OK);
	vault_free(place.vault);
	place.vault = NULL;
	NEED(copy_file(&place, "backup", "vault.db"));
	NEED(place_reopen(&place, NULL));
	CHECK(vault_person_find(place.vault, PARTY, ada.id, &found, NULL) == ERR_NOT_FOUND);
	CHECK(vault_person_next(place.vault, PARTY, NULL, &found, NULL) == OK);
	CHECK(memcmp(found.id, ben.id, VAULT_ID_SIZE) == 0);
	CHECK(vault_person_next(place.vault, PARTY, ben.id, &found, NULL) == ERR_NOT_FOUND);
	place_close(&place);
}

TEST(another_key_file_opens_nothing)
{
	struct place place;
	struct fault fault = {0};
	struct vault_person found;
	char path[400];
	NEED(place_open(&place));
	struct vault_person ada = person_named("Ada Sample");
	NEED(vault_person_add(place.vault, PARTY, &ada, NULL) == OK);
	vault_free(place.vault);
	place.vault = NULL;
	place_path(&place, "vault.key", path);
	struct stat stat_of;
	CHECK(stat(path, &stat_of) == 0 && (stat_of.st_mode & 0777) == 0600);
	CHECK(chmod(path, 0644) == 0);
	CHECK(!place_reopen(&place, &fault) && fault.err == ERR_DENIED);
	CHECK(chmod(path, 0600) == 0 && truncate(path, 40) == 0);
	CHECK(!place_reopen(&place, &fault) && fault.err == ERR_CORRUPT);
	CHECK(unlink(path) == 0);
	CHECK(place_reopen(&place, &fault)); /* a new key is made */
	CHECK(vault_person_find(place.vault, PARTY, ada.id, &found, &fault) == ERR_CORRUPT);
	place_close(&place);
}

TAP_MAIN(CASE(two_parties_may_hold_the_same_credential), CASE(keeps_people_and_their_documents),
	CASE(another_party_sees_nothing), CASE(refuses_names_that_are_none),
	CASE(pseudonyms_differ_by_organisation_and_lead_back),
	CASE(status_lists_are_kept_for_each_organisation),
	CASE(an_erased_person_leaves_no_byte_in_the_files),
	CASE(an_old_backup_does_not_bring_the_erased_back), CASE(another_key_file_opens_nothing))
