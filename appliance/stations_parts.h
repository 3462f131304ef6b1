/* Shared by stations*.c: who calls, and one request on its way. */
#ifndef APPLIANCE_STATIONS_PARTS_H
#define APPLIANCE_STATIONS_PARTS_H

#include "appliance/stations.h"
#include "appliance/view/attachments.h"
#include "appliance/view/desk.h"
#include "appliance/view/view.h"
#include "scanners/station/wire.h"

#define CALLER_IDENTITY_MAX 255

/* A peer as the ledger knows it. */
struct known {
	const struct desk_party *party;
	bool is_expired; /* may hand over, and nothing else */
};

/* Errors: ERR_KEY: no CURVE key of a station, revoked, or expired for more than 30 days;
 * ERR_NOT_FOUND: of a party that is not served here; storage. */
MUST_CHECK enum err known_find(
	struct desk *desk, const uint8_t public[32], struct known *known, struct fault *fault);

struct caller {
	uint8_t identity[CALLER_IDENTITY_MAX];
	size_t identity_size;
	uint64_t request;
	const struct desk_party *party;
	bool is_expired;
};

enum task_type {
	TASK_CHECK,
	TASK_RECEIVE,
	TASK_FINISH, /* a statement that is on the ledger: view, receipt */
	TASK_DELIVER, /* a statement that came too late by itself */
	TASK_END, /* of a worker */
};

/* What workers are given and give back, with the answer filled in. */
struct task {
	enum task_type type;
	struct caller caller;
	struct buf scan;
	struct buf statement;
	struct outcome outcome; /* FINISH: of the statement; its first recording, or a duplicate */
	struct wire answer; /* its spans point into the three below */
	struct buf text; /* verdict or receipt */
	char word[WIRE_WORD_MAX + 1];
	char sentence[WIRE_SENTENCE_MAX + 1];
};

struct task *task_new(const struct caller *caller, const struct wire *wire);
void task_free(struct task *task); /* NULL is allowed */

void task_busy(struct task *task, uint32_t wait_ms);
void task_failed(struct task *task, const char *word, const char *sentence);
void task_refused(struct task *task, const struct outcome *outcome);

/* Statements that are answered without a receipt (RECORD). Router's thread only. */
#define RECORDING_OPEN_MAX 8000 /* beyond it: busy */
struct recording;
struct service;
MUST_CHECK enum err recording_open(struct recording **recording, struct service *service,
	struct channel *port, struct fault *fault);
void recording_free(struct recording *recording); /* NULL is allowed */
int recording_fd(const struct recording *recording);
/* Hands in a RECORD, or answers that there is too much to do. False: an answer was dropped. */
bool recording_take(struct recording *recording, struct span identity, const struct wire *wire);
/* Answers what is judged; counts what could not be sent. Returns whether there was any. */
bool recording_answer(struct recording *recording, uint64_t *dropped);

/* What a worker does its work with. */
struct workplace {
	struct desk *desk;
	struct view *view;
	struct attachments *attachments;
};

/* Does it and fills in the answer. Thread: any worker. */
void task_run(const struct workplace *place, struct task *task);

#endif
