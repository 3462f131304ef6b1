#include "appliance/daily.h"

#include "appliance/view/green.h"
#include "appliance/wiring.h"
#include "ledger/retention.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define EVERY_S 300
#define DAY_MS  INT64_C(86400000)

struct daily {
	struct appliance *appliance;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ends;
	bool is_ending;
	enum err told; /* of the last fault that was said */
	enum err archive_told;
};

/* A fault is said once; it is tried again the next time. */
static void look(struct daily *daily)
{
	struct fault fault = {0};
	enum err err = green_state_days(daily->appliance->desk, daily->appliance->view, &fault);
	if (err && err != daily->told)
		(void)fprintf(stderr, "assay: the day's count of checks is not stated: %s\n",
			fault.text[0] ? fault.text : err_text(err));
	daily->told = err;
}

/* Retention: a little after each look, so that there is never much to move. */
static void move_old(struct daily *daily)
{
	struct env env;
	struct fault fault = {0};
	struct retention_report report;
	uint16_t days = daily->appliance->config.archive_days;
	if (!days)
		return;
	env_machine(&env);
	struct retention_options options = {.folder = daily->appliance->folder,
		.env = &env,
		.before_ms = env_now_ms(&env) - days * DAY_MS};
	enum err err = retention_move(&options, &report, &fault);
	if (err && err != ERR_BUSY && err != daily->archive_told)
		(void)fprintf(stderr, "assay: old statements are not moved: %s\n",
			fault.text[0] ? fault.text : err_text(err));
	daily->archive_told = err;
}

static void *work(void *self)
{
	struct daily *daily = self;
	struct timespec next;
	bool is_ending = false;
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (!is_ending) {
		look(daily);
		move_old(daily);
		next.tv_sec += EVERY_S;
		pthread_mutex_lock(&daily->lock);
		while (!daily->is_ending &&
			pthread_cond_timedwait(&daily->ends, &daily->lock, &next) == 0)
			;
		is_ending = daily->is_ending;
		pthread_mutex_unlock(&daily->lock);
	}
	return NULL;
}

enum err daily_open(struct daily **out, struct appliance *appliance, struct fault *fault)
{
	struct daily *daily = calloc(1, sizeof *daily);
	pthread_condattr_t steady;
	if (!daily)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for daily work");
	daily->appliance = appliance;
	pthread_mutex_init(&daily->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&daily->ends, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&daily->thread, NULL, work, daily)) {
		pthread_cond_destroy(&daily->ends);
		pthread_mutex_destroy(&daily->lock);
		free(daily);
		return fault_set(fault, ERR_LIMIT, 0, 0, "the system gives no more threads");
	}
	*out = daily;
	return OK;
}

void daily_free(struct daily *daily)
{
	if (!daily)
		return;
	pthread_mutex_lock(&daily->lock);
	daily->is_ending = true;
	pthread_cond_signal(&daily->ends);
	pthread_mutex_unlock(&daily->lock);
	(void)pthread_join(daily->thread, NULL);
	pthread_cond_destroy(&daily->ends);
	pthread_mutex_destroy(&daily->lock);
	free(daily);
}
