/* Lots made from other lots by repackaging, and what a recall of the one says about the other:
 * until its holder, or an authority, answers "also affected?", a derived lot shows a caution. */
#ifndef APPLIANCE_RULES_DERIVED_H
#define APPLIANCE_RULES_DERIVED_H

#include "appliance/rules/judging.h"
#include "appliance/rules/lot.h"
#include "appliance/rules/recall.h"

#define DERIVED_SOURCES_MAX 16 /* of one lot */
#define DERIVED_DEPTH_MAX   4 /* repackaged from repackaged from ... that a look-up follows */

/* Kind 52: 1 gtin, 2 lot, 3 gtin and 4 lot it was repackaged from */
struct derive_body {
	uint64_t gtin;
	struct span lot;
	uint64_t from_gtin;
	struct span from_lot;
};

/* Kind 64: 1 recall id, 2 gtin, 3 lot of the derived lot, 4 affected (true or false) */
struct recall_derived_body {
	struct span id;
	uint64_t gtin;
	struct span lot;
	bool affected;
};

/* A source of a lot. */
struct derived_source {
	uint64_t gtin; /* 0: start */
	uint8_t text[LOT_TEXT_MAX];
	uint8_t text_size;
	uint64_t at;
};

/* The sources of a lot in order. Errors: ERR_NOT_FOUND at the end. */
MUST_CHECK enum err derived_source_next(const struct table *table, uint64_t gtin, struct span lot,
	struct derived_source *source, struct fault *fault);

/* Position of the answer "not affected" for a derived lot. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err derived_cleared(const struct table *table, const uint8_t id[RECALL_ID_SIZE],
	uint64_t gtin, struct span lot, uint64_t *at, struct fault *fault);

#endif
