/* The plan of a new ledger: a JSON file that `assay init --plan` reads (docs/operation.md has an
 * example), or the one that `assay init --alone` makes for a single organisation. */
#ifndef APPLIANCE_CLI_PLAN_H
#define APPLIANCE_CLI_PLAN_H

#include "appliance/http/users.h"
#include "appliance/view/view.h"
#include "ledger/founding.h"

#include <jansson.h>

#define PLAN_MEMBERS_MAX 64
#define PLAN_TENANTS_MAX 64
#define PLAN_PLACES_MAX  256
#define PLAN_USERS_MAX   64
#define PLAN_SIZE_MAX    ((size_t)1 << 20)

struct plan_user {
	struct account account;
	const char *password; /* NULL: tokens only */
};

/* Texts point into the JSON value, which the plan keeps. */
struct plan {
	json_t *json;
	struct founding_plan founding;
	struct founding_member members[PLAN_MEMBERS_MAX];
	struct buf scopes[PLAN_MEMBERS_MAX];
	struct founding_tenant tenants[PLAN_TENANTS_MAX];
	struct founding_site sites[PLAN_PLACES_MAX];
	struct place places[PLAN_PLACES_MAX];
	size_t place_count;
	struct plan_user users[PLAN_USERS_MAX];
	size_t user_count;
};

/* Takes the value over, also on failure; plan_close releases it. Random ids come from env.
 * Errors: ERR_FORMAT, ERR_RANGE, ERR_LIMIT naming the item. */
MUST_CHECK enum err plan_read(
	struct plan *plan, json_t *json, const struct env *env, struct fault *fault);
void plan_close(struct plan *plan);

/* The plan of one organisation alone: its kinds of work are role words ("pharmacy").
 * NULL when out of memory. */
json_t *plan_alone(const char *chosen, const char *member, const char *const *roles, size_t count,
	const char *gtin);

#endif
