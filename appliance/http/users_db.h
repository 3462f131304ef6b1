/* Shared by users*.c. */
#ifndef APPLIANCE_HTTP_USERS_DB_H
#define APPLIANCE_HTTP_USERS_DB_H

#include "appliance/http/users.h"
#include "ledger/base/db.h"

#include <pthread.h>

struct rate;

struct users {
	struct db *db;
	struct db_query *token; /* of find_token, prepared when it is first asked */
	const struct env *env;
	struct rate *guessing; /* of an address at a name */
	pthread_mutex_t lock;
	unsigned signing_in; /* under the lock */
	char nobody[PASSWORD_STORED]; /* checked for unknown names, so that time tells nothing */
};

/* Errors: ERR_RANGE. */
MUST_CHECK enum err users_password_check(const char *password, struct fault *fault);

#endif
