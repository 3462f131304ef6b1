#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/export.h"
#include "ledger/export_folder.h"

#include <ftw.h>

#define MANY 300

/* Steps statements of one name each, a batch of `each` at a time. */
static bool add_puts(
	struct small_ledger *small, struct node *node, int from, size_t count, size_t each)
{
	static struct answer answers[MANY];
	struct buf out[MANY];
	struct span bytes[MANY];
	bool right = true;
	for (size_t done = 0; right && done < count; done += each) {
		size_t now = count - done < each ? count - done : each;
		for (size_t i = 0; i < now; i++) {
			char name[16];
			(void)snprintf(name, sizeof name, "n%d", from + (int)(done + i));
			buf_init(&out[i], STATEMENT_SIZE_MAX);
			right = right && small_put_statement(small, SMALL_APPLIANCE, name, "1",
						 1000 + from + (int)(done + i), &out[i]);
			bytes[i] = buf_span(&out[i]);
		}
		right = right && small_step(small, node, bytes, now, false, answers, NULL) == OK;
		for (size_t i = 0; i < now; i++)
			buf_close(&out[i]);
		small->now_ms += 20000;
	}
	return right;
}

/* Accepted, refused by the application, a sequence number used twice, two bundles, many batches. */
static bool fill(struct small_ledger *small, struct node *node)
{
	static struct answer answers[5];
	struct buf out[5];
	struct span bytes[5];
	static const struct {
		const char *name, *value;
		int sequence;
	} rows[] = {{"a", "1", 10}, {"a", "2", 11}, {"b", "1", 12}, {"b", "2", 10}, {"c", "1", 13}};
	bool right = true;
	for (size_t i = 0; i < 5; i++) {
		buf_init(&out[i], STATEMENT_SIZE_MAX);
		right = right && small_put_statement(small, SMALL_APPLIANCE, rows[i].name,
					 rows[i].value, rows[i].sequence, &out[i]);
		bytes[i] = buf_span(&out[i]);
	}
	right = right && small_step(small, node, bytes, 5, false, answers, NULL) == OK;
	right = right && answers[1].outcome.code == SMALL_TAKEN &&
		answers[3].outcome.code == OUTCOME_SEQUENCE_REUSED && !answers[4].outcome.code;
	for (size_t i = 0; i < 5; i++)
		buf_close(&out[i]);
	small->now_ms += 20000;
	return right && add_puts(small, node, 0, 10, 1) && add_puts(small, node, 100, MANY, MANY);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct place {
	char to[128], folder[128];
};

static struct place place_of(const struct small_ledger *small)
{
	struct place place;
	(void)snprintf(place.to, sizeof place.to, "%s-export", small->folder);
	(void)snprintf(place.folder, sizeof place.folder, "%s-import", small->folder);
	return place;
}

static enum err export_to(struct small_ledger *small, const char *to, struct export_report *report,
	struct fault *fault)
{
	struct export_options options = {.folder = small->folder, .to = to, .env = &small->env};
	return export_ledger(&options, report, fault);
}

static enum err import_from(struct small_ledger *small, const struct place *place,
	struct audit_report *report, struct fault *fault)
{
	struct import_options options = {
		.from = place->to, .folder = place->folder, .env = &small->env, .app = &small->app};
	return import_ledger(&options, report, fault);
}

static void take_down(struct small_ledger *small, struct node *node, const struct place *place)
{
	remove_tree(place->to);
	remove_tree(place->folder);
	small_close(small, node);
}

TEST(a_ledger_made_from_its_export_is_the_same_ledger)
{
	struct small_ledger small;
	struct export_report report;
	struct audit_report audited;
	struct node_place at;
	struct fault fault = {0};
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	node_place(node, &at);
	struct place place = place_of(&small);
	CHECK_ROW(export_to(&small, place.to, &report, &fault) == OK, "%s", fault.text);
	CHECK(report.size == at.size && report.before == 0);
	CHECK(memcmp(report.root, at.root, HASH_SIZE) == 0);
	CHECK_ROW(import_from(&small, &place, &audited, &fault) == OK, "%s", fault.text);
	CHECK(audited.size == at.size && audited.height == at.height);
	CHECK(memcmp(audited.root, at.root, HASH_SIZE) == 0);
	CHECK(memcmp(audited.digest, at.digest, HASH_SIZE) == 0);
	CHECK(audited.checkpoints == at.height);
	/* Refused ones and the evidence are there: the copy's export is the export. */
	struct small_ledger copy = small;
	struct place again = place;
	(void)snprintf(copy.folder, sizeof copy.folder, "%.50s-import", small.folder);
	(void)snprintf(again.to, sizeof again.to, "%s-again", small.folder);
	CHECK_ROW(export_to(&copy, again.to, &report, &fault) == OK, "%s", fault.text);
	char command[512];
	(void)snprintf(command, sizeof command, "diff -r %s %s", place.to, again.to);
	CHECK(system(command) == 0);
	/* What is there is left alone. */
	CHECK(import_from(&small, &place, &audited, &fault) == ERR_EXISTS);
	remove_tree(again.to);
	take_down(&small, node, &place);
}

TEST(an_export_is_carried_on)
{
	struct small_ledger small;
	struct export_report report;
	struct fault fault = {0};
	struct place place;
	char fresh[160], command[512];
	struct node *node = small_open(&small);
	NEED(node);
	place = place_of(&small);
	uint64_t before = 0;
	/* Sizes that end within a bundle, at its end, and far behind. */
	static const size_t counts[] = {3, 1, 40, 200, 1, 1, 5, 1, 260};
	int from = 0;
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		NEED(add_puts(&small, node, from, counts[i], counts[i]));
		from += (int)counts[i];
		CHECK_ROW(export_to(&small, place.to, &report, &fault) == OK, "%s", fault.text);
		CHECK(report.before == before);
		before = report.size;
		(void)snprintf(fresh, sizeof fresh, "%s-fresh", small.folder);
		NEED(export_to(&small, fresh, &report, &fault) == OK);
		(void)snprintf(command, sizeof command, "diff -r %s %s", place.to, fresh);
		CHECK_ROW(system(command) == 0, "after %d", from);
		remove_tree(fresh);
	}
	/* Nothing new; and a folder that is of another ledger. */
	CHECK(export_to(&small, place.to, &report, &fault) == OK && report.before == report.size);
	struct small_ledger other;
	struct node *stranger = small_open(&other);
	NEED(stranger && add_puts(&other, stranger, 0, 1, 1));
	node_free(stranger);
	(void)snprintf(command, sizeof command, "sed -i '1s/^/x/' %s/checkpoint", place.to);
	NEED(system(command) == 0);
	CHECK(export_to(&small, place.to, &report, &fault) == ERR_EXISTS);
	small_close(&other, NULL);
	take_down(&small, node, &place);
}

/* Changes the byte at `at` of a file (negative: from its end). */
static bool flip(const char *folder, const char *name, long at)
{
	char path[256];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "r+b");
	if (!file || fseek(file, at, at < 0 ? SEEK_END : SEEK_SET))
		return false;
	int byte = fgetc(file);
	bool right = byte != EOF && !fseek(file, -1, SEEK_CUR) && fputc(byte ^ 1, file) != EOF;
	return fclose(file) == 0 && right;
}

TEST(damage_is_named_with_file_and_position)
{
	/* 316 leaves: bundles 000 (full) and 001.p/60. at: byte changed. */
	static const struct {
		const char *file;
		long at;
		const char *said; /* file that is named, when it is another */
		long position; /* -1: any */
	} rows[] = {
		{"tile/0/000", 0, NULL, 0}, {"tile/0/000", 100 * 32 + 7, NULL, 100},
		{"tile/0/001.p/W", 33, NULL, 257}, {"tile/1/000.p/1", 5, NULL, 0},
		{"tile/entries/000", 1, NULL, 0}, /* a length */
		{"tile/entries/000", 34 * 20 + 3, "statements/000", 20},
		{"tile/entries/001.p/W", 34 + 5, "statements/001.p/W", 257},
		{"statements/000", 300, NULL, -1},
		{"statements/001.p/W", -1, NULL, -1}, /* the last signature */
		{"statements/001.p/W", 0, NULL, 256}, {"checkpoints/000", 60, NULL, -1},
		{"checkpoints/001.p/W", -3, NULL, -1},
		{"refused/000", 1, NULL, -1}, /* no batch has it */
		{"refused/000", -1, NULL, -1}, /* evidence; of others nothing but the log speaks */
		{"checkpoint", 5, NULL, -1}, /* the origin */
		{"checkpoint", -5, NULL, -1}, /* a cosignature */
	};
	struct small_ledger small;
	struct export_report report;
	struct audit_report audited;
	struct fault fault = {0};
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	struct place place = place_of(&small);
	NEED(export_to(&small, place.to, &report, &fault) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char file[64], said[64], command[512];
		const char *texts[] = {rows[i].file, rows[i].said ? rows[i].said : rows[i].file};
		char *to[] = {file, said};
		for (size_t k = 0; k < 2; k++) {
			const char *width = strstr(texts[k], "/W");
			(void)snprintf(to[k], 64, width ? "%.*s/%u" : "%.*s",
				(int)(width ? width - texts[k] : (long)strlen(texts[k])), texts[k],
				(unsigned)(report.size % 256));
		}
		(void)snprintf(
			command, sizeof command, "cp %s/%s %s.kept", place.to, file, place.to);
		NEED(system(command) == 0 && flip(place.to, file, rows[i].at));
		enum err err = import_from(&small, &place, &audited, &fault);
		CHECK_ROW(err == ERR_CORRUPT, "%s byte %ld: %s", file, rows[i].at, err_name(err));
		CHECK_ROW(strstr(fault.text, said) != NULL, "%s byte %ld: %s", said, rows[i].at,
			fault.text);
		if (rows[i].position >= 0)
			CHECK_ROW(fault.at == (size_t)rows[i].position, "%s byte %ld: %s", file,
				rows[i].at, fault.text);
		(void)snprintf(
			command, sizeof command, "mv %s.kept %s/%s", place.to, place.to, file);
		NEED(system(command) == 0);
	}
	CHECK(access(place.folder, F_OK) != 0);
	CHECK_ROW(import_from(&small, &place, &audited, &fault) == OK, "%s", fault.text);
	take_down(&small, node, &place);
}

TEST(files_that_are_missing_are_named)
{
	static const struct {
		const char *file;
		bool is_missed;
	} rows[] = {{"tile/0/000", true}, {"tile/entries/000", true}, {"statements/000", true},
		{"checkpoints/000", false}, {"README", false}};
	struct small_ledger small;
	struct export_report report;
	struct audit_report audited;
	struct fault fault = {0};
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	struct place place = place_of(&small);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[256];
		remove_tree(place.to);
		remove_tree(place.folder);
		NEED(export_to(&small, place.to, &report, &fault) == OK);
		(void)snprintf(path, sizeof path, "%s/%s", place.to, rows[i].file);
		NEED(unlink(path) == 0);
		enum err err = import_from(&small, &place, &audited, &fault);
		CHECK_ROW((err == ERR_CORRUPT) == rows[i].is_missed, "%s: %s", rows[i].file,
			fault.text);
		if (rows[i].is_missed)
			CHECK_ROW(strstr(fault.text, rows[i].file) != NULL, "%s", fault.text);
	}
	take_down(&small, node, &place);
}

TAP_MAIN(CASE(a_ledger_made_from_its_export_is_the_same_ledger), CASE(an_export_is_carried_on),
	CASE(damage_is_named_with_file_and_position), CASE(files_that_are_missing_are_named))
