/* The rules as the ledger's application: what `struct app` asks for, dispatched by kind. */
#ifndef APPLIANCE_RULES_RULES_APP_H
#define APPLIANCE_RULES_RULES_APP_H

#include "appliance/rules/judging.h"

#define RULES_VERSION 1

/* The members' tables as the rules see them (appliance/rules/directory.c). */
extern const struct directory directory_members;

/* Judges and changes; also how audit and rebuild replay a ledger. A pure function of its
 * arguments. dry: only judges; the table is then not written, so a read snapshot will do.
 * Errors: broken storage only; ERR_VERSION for rules that this program lacks. */
MUST_CHECK enum err rules_apply(const struct directory *directory, const struct table *table,
	const struct applying *applying, bool dry, struct outcome *outcome, struct fault *fault);

/* Fills app; directory must live as long. */
void rules_app(struct app *app, const struct directory *directory);

#endif
