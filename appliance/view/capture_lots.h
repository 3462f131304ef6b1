/* Inside of capture: the packs that a document commissions, lot by lot. */
#ifndef APPLIANCE_VIEW_CAPTURE_LOTS_H
#define APPLIANCE_VIEW_CAPTURE_LOTS_H

#include "appliance/rules/opener.h"
#include "appliance/view/capture.h"

struct capture_run;

struct planned_pack {
	uint32_t lot; /* index in the result's lots */
	uint8_t key[KEY_SIZE];
};

struct lot_plan {
	struct buf packs; /* of struct planned_pack, sorted by lot and key */
	bool lot_only[CAPTURE_LOTS_MAX]; /* commissioned by class: no pack numbers */
	size_t lines[CAPTURE_LOTS_MAX]; /* of the first event about it */
	char case_gtin[15]; /* the last one that was found to be a case */
	uint16_t pepper_year;
	uint8_t *pepper; /* secret memory */
};

/* Finds lots and packs of the commissioning events that are not known yet, and not declared wrong.
 * Errors: ERR_RANGE with the line: no lot or expiry, two expiries for one lot; ERR_LIMIT. */
MUST_CHECK enum err lot_plan_make(
	struct lot_plan *plan, const struct capture_run *run, struct fault *fault);
void lot_plan_close(struct lot_plan *plan);

/* States lots and packs; the whole lot is sorted before it is cut into bundles. */
MUST_CHECK enum err lot_plan_state(const struct lot_plan *plan, const struct capturing *capturing,
	struct capture_result *result, struct fault *fault);
/* Judges them first, without stating anything. */
MUST_CHECK enum err lot_plan_check(const struct lot_plan *plan, const struct capturing *capturing,
	const struct capture_result *result, struct fault *fault);

#endif
