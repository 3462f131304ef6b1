#include "appliance/cli/doctor.h"

#include "ledger/base/db.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SIZE  4096
#define LOOKED_MAX ((uint64_t)4 << 30) /* bytes of one file: more take minutes, and an audit */

/* What is to be done when it is damaged. */
static const struct {
	const char *name;
	uint32_t application;
	const char *advice;
} files[] = {
	{"ledger.db", 0x41534c47, "assay audit says how far it is right; restore it from a backup"},
	{"state.db", 0x41535354, "stop the appliance; assay rebuild"},
	{"entries.db", 0x4153454e, "stop the appliance and remove it: it is made again"},
	{"view.db", 0x41535657, "stop the appliance; restore it from a backup"},
	{"attachments.db", 0x41534154, "stop the appliance; restore it from a backup"},
	{"vault.db", 0x41535641, "stop the appliance; restore it from a backup of the secrets"},
	{"keys.db", 0x4153564b, "stop the appliance; restore it from a backup of the secrets"},
	{"users.db", 0x41535553, "stop the appliance; restore it from a backup"},
};

static enum err look_at(const char *path, uint32_t application, struct fault *fault)
{
	struct db *db = NULL;
	enum err err = db_open(&db,
		&(struct db_options){.path = path,
			.mode = DB_READ,
			.application = application,
			.version = UINT32_MAX},
		fault);
	if (!err)
		err = db_check_structure(db, fault);
	db_free(db);
	return err;
}

void doctor_pages(struct doctor *doctor)
{
	uint64_t looked = 0;
	size_t wrong = 0;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		char path[PATH_SIZE];
		struct stat about;
		struct fault fault = {0};
		(void)snprintf(path, sizeof path, "%s/%s", doctor->cli->folder, files[i].name);
		if (stat(path, &about))
			continue;
		if ((uint64_t)about.st_size > LOOKED_MAX) {
			doctor_say(doctor, "pages", FINDING_OK, "",
				"%s is large: assay audit reads ledger.db and state.db whole",
				files[i].name);
			continue;
		}
		looked += (uint64_t)about.st_size;
		if (!look_at(path, files[i].application, &fault))
			continue;
		wrong++;
		doctor_say(doctor, "pages", FINDING_FAIL, files[i].advice, "%s", fault.text);
	}
	if (!wrong)
		doctor_say(doctor, "pages", FINDING_OK, "",
			"all pages of the databases are as they were written (%.1f MiB)",
			(double)looked / (double)(1 << 20));
}
