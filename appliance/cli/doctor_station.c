#include "appliance/cli/doctor.h"

#include "ledger/enrolment.h"
#include "scanners/station/outbox.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DAY_MS  ((int64_t)24 * 3600 * 1000)
#define SOON_MS (30 * DAY_MS)

static void look_at_outbox(
	struct doctor *doctor, const struct enrolment *enrolment, const char *path)
{
	uint8_t public[SIGN_PUBLIC], kid[KID_SIZE];
	char outbox_path[4096];
	struct outbox *outbox = NULL;
	struct outbox_counts counts = {0};
	struct fault *fault = &doctor->cli->fault;
	uint8_t *secret = secret_new(SIGN_SECRET);
	if (!secret) {
		doctor_say(doctor, "outbox", FINDING_FAIL, "free memory", "no locked memory");
		return;
	}
	sign_keys(enrolment->seed, public, secret);
	secret_free(secret);
	key_purpose_kid(KEY_STATION, public, kid);
	(void)snprintf(outbox_path, sizeof outbox_path, "%s.outbox.db", path);
	if (access(outbox_path, F_OK)) {
		doctor_say(doctor, "outbox", FINDING_OK, "", "nothing was stated here yet");
		return;
	}
	struct outbox_options options = {.path = outbox_path,
		.env = &doctor->env,
		.kid = kid,
		.origin = span_text(enrolment->origin)};
	enum err err = outbox_open(&outbox, &options, fault);
	if (!err)
		err = outbox_count(outbox, &counts, fault);
	outbox_free(outbox);
	int64_t days =
		counts.oldest_ms ? (env_now_ms(&doctor->env) - counts.oldest_ms) / DAY_MS : 0;
	if (err == ERR_BUSY)
		doctor_say(doctor, "outbox", FINDING_OK, "",
			"the station runs; scan ASSAY:STATUS there");
	else if (err)
		doctor_say(
			doctor, "outbox", FINDING_FAIL, "see docs/operation.md", "%s", fault->text);
	else if (counts.waiting)
		doctor_say(doctor, "outbox", days >= 1 ? FINDING_FAIL : FINDING_WARN,
			"start the station where it reaches the appliance; after 30 days what "
			"waits is no longer accepted",
			"%llu statements wait, the oldest for %lld days",
			(unsigned long long)counts.waiting, (long long)days);
	else
		doctor_say(doctor, "outbox", FINDING_OK, "", "nothing waits, %llu recorded",
			(unsigned long long)counts.recorded);
	if (!err && counts.refused)
		doctor_say(doctor, "refused", FINDING_WARN,
			"assay station --enrol FILE --refused, and look into each",
			"the ledger refused %llu statements", (unsigned long long)counts.refused);
}

static void look_at_keys(struct doctor *doctor, const struct enrolment *enrolment)
{
	int64_t left = enrolment->until_ms - env_now_ms(&doctor->env);
	uint16_t newest = enrolment->pepper[enrolment->pepper_count - 1].year;
	if (left < SOON_MS)
		doctor_say(doctor, "keys", left < 0 ? FINDING_FAIL : FINDING_WARN,
			"assay station-enrol --renew KID, at the appliance",
			left < 0 ? "they ended %lld days ago" : "they end in %lld days",
			(long long)(left < 0 ? -left : left) / DAY_MS);
	else
		doctor_say(doctor, "keys", FINDING_OK, "", "good for %lld days",
			(long long)left / DAY_MS);
	doctor_say(doctor, "peppers", FINDING_OK, "", "%zu, the newest of %u",
		enrolment->pepper_count, (unsigned)newest);
}

void doctor_station(struct doctor *doctor, const char *path)
{
	struct enrolment *enrolment = secret_new(sizeof *enrolment);
	struct fault *fault = &doctor->cli->fault;
	enum err err = enrolment ? enrolment_load(enrolment, path, fault)
				 : fault_set(fault, ERR_MEMORY, 0, 0, "no locked memory");
	if (err) {
		doctor_say(doctor, "enrolment", FINDING_FAIL, "have the station enrolled again",
			"%s", fault->text);
	} else {
		doctor_say(doctor, "enrolment", FINDING_OK, "", "%s of %s", enrolment->label,
			enrolment->party);
		if (enrolment->pepper_count)
			look_at_keys(doctor, enrolment);
		look_at_outbox(doctor, enrolment, path);
	}
	secret_free(enrolment);
}
