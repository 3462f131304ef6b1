/* What an appliance does by itself: once a day it states the count of the green checks of the day
 * before, for each party it serves (appliance/view/green.h). It looks at the start and then every
 * few minutes, so that it needs no hour and misses no day. */
#ifndef APPLIANCE_DAILY_H
#define APPLIANCE_DAILY_H

#include "ledger/base/err.h"

struct appliance;
struct daily;

/* Starts its thread. Errors: ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK enum err daily_open(
	struct daily **daily, struct appliance *appliance, struct fault *fault);
/* Ends it after what it is at; before the appliance is closed. NULL is allowed. */
void daily_free(struct daily *daily);

#endif
