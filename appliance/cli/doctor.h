/* What assay doctor looks at. Each finding is a line: fine, to be seen to, or wrong, with what to
 * do. */
#ifndef APPLIANCE_CLI_DOCTOR_H
#define APPLIANCE_CLI_DOCTOR_H

#include "appliance/cli/here.h"

enum finding {
	FINDING_OK,
	FINDING_WARN,
	FINDING_FAIL,
};

struct doctor {
	struct cli *cli;
	struct env env;
	struct config config;
	struct here here;
	bool has_here; /* keys and ledger could be opened */
	json_t *lines;
	enum finding worst;
};

/* One line. advice: what to do, "" with FINDING_OK. */
void doctor_say(struct doctor *doctor, const char *check, enum finding finding, const char *advice,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/* doctor_folder.c: files, who may read them, room, how the disk answers, the clock. */
void doctor_files(struct doctor *doctor);
void doctor_disk(struct doctor *doctor);
void doctor_clock(struct doctor *doctor);

/* doctor_ledger.c: ledger.db, state.db, floor; sample: so many lots compared with the ledger. */
void doctor_ledger(struct doctor *doctor);
void doctor_floor(struct doctor *doctor);
void doctor_lots(struct doctor *doctor, int64_t sample);
void doctor_archive(struct doctor *doctor);

/* doctor_keys.c: keys, peppers, attachments, accounts. */
void doctor_keys(struct doctor *doctor);
void doctor_peppers(struct doctor *doctor);
void doctor_attachments(struct doctor *doctor);
void doctor_accounts(struct doctor *doctor);

/* doctor_pages.c: every page of the databases against its sum. */
void doctor_pages(struct doctor *doctor);

/* doctor_station.c: the outbox of a station on this machine. */
void doctor_station(struct doctor *doctor, const char *enrolment);

#endif
