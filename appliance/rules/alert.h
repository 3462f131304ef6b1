/* Alerts: one for each product, lot and cause, that counts what comes after; each with the first
 * statements that raised it as its cases. An alert is open until somebody with a say in it closes
 * it with a cause, or a correction of the lot does; what comes later opens another. Above a daily
 * quota for one key, product and cause, lots are no longer told apart: one alert counts them. */
#ifndef APPLIANCE_RULES_ALERT_H
#define APPLIANCE_RULES_ALERT_H

#include "appliance/rules/judging.h"

#define ALERT_CASES_MAX  64 /* kept of one alert; beyond it only counts */
#define ALERT_PLACES_MAX 3 /* different places that are remembered */
#define ALERT_DAY_QUOTA  32 /* alerts opened by one key for one product and cause in a day */
#define ALERT_CLOSE_MAX  256 /* alerts that one correction closes */

/* Why an alert was closed. */
#define ALERT_CAUSE_LIST(X)                                                                        \
	X(CAUSE_MAKER_DATA, 1, "maker_data", "the maker's data were wrong or late")                \
	X(CAUSE_SCANNER, 2, "scanner", "a scanner was set wrongly")                                \
	X(CAUSE_USER, 3, "user", "handled twice or wrongly by a person")                           \
	X(CAUSE_SOFTWARE, 4, "software", "the sender's software was wrong")                        \
	X(CAUSE_FALSIFIED, 5, "falsified", "the pack was falsified")                               \
	X(CAUSE_DIVERTED, 6, "diverted", "the pack was stolen or diverted")                        \
	X(CAUSE_UNFOUNDED, 7, "unfounded", "looked into, nothing found")                           \
	X(CAUSE_CORRECTED, 8, "corrected", "a correction of the lot removed it")

enum alert_cause {
#define X(name, code, word, text) name = code,
	ALERT_CAUSE_LIST(X)
#undef X
		CAUSE_MAX = 8
};

const char *alert_cause_word(unsigned cause);

struct alert {
	uint32_t number; /* from 1 */
	uint16_t code;
	uint64_t gtin;
	uint8_t lot[LOT_TEXT_MAX];
	uint8_t lot_size; /* 0: no lot, or several merged */
	uint32_t parameter; /* of the cause: the printed expiry, the verdict's word */
	uint32_t count;
	uint16_t member; /* who raised it first */
	bool is_shared; /* another member raised it as well: the first may not close it alone */
	uint64_t first_at;
	int64_t first_s; /* ledger time in seconds */
	uint64_t last_at;
	int64_t last_s;
	uint8_t places[ALERT_PLACES_MAX][PLACE_SIZE];
	uint8_t place_count;
	uint64_t place_at; /* position at which the last of them came in */
	uint8_t cause; /* 0: open */
	uint64_t closed_at;
	uint16_t closed_by;
};

/* What raises an alert. */
struct alert_event {
	uint16_t code;
	uint64_t gtin;
	struct span lot; /* may be empty */
	uint32_t parameter;
	uint32_t element;
	const uint8_t *key; /* K of the pack, or NULL */
	uint64_t before_at; /* position of the change it conflicts with; 0: none */
};

struct alert_case {
	uint64_t position;
	uint32_t element;
	int64_t s;
	uint16_t member;
	uint8_t place[PLACE_SIZE];
	bool has_key;
	uint8_t key[KEY_SIZE];
	uint64_t before_at;
};

/* The graver, the larger; 0 for what is no alert. */
unsigned alert_gravity(uint16_t code);

/* Raises: counts on the open alert or opens one. Sets the outcome's alert with parameter a. Changes
 * tables, except in a dry run. */
MUST_CHECK enum err alert_raise(
	struct judging *judging, const struct alert_event *event, int64_t a);

/* Closes an open alert. Changes tables. */
MUST_CHECK enum err alert_close(struct judging *judging, struct alert *alert, uint8_t cause);
/* Closes the lot's open alerts of that cause: a correction did away with it. Changes tables. */
MUST_CHECK enum err alert_close_lot(
	struct judging *judging, uint64_t gtin, struct span lot, uint16_t code);

/* Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err alert_get(
	const struct table *table, uint32_t number, struct alert *alert, struct fault *fault);
/* The open alert of that cause. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err alert_find(const struct table *table, uint64_t gtin, struct span lot,
	uint16_t code, uint32_t parameter, struct alert *alert, struct fault *fault);
/* The alerts in descending order of number: before is the one to go on below, 0 to start. */
MUST_CHECK enum err alert_next(
	const struct table *table, uint32_t before, struct alert *alert, struct fault *fault);
/* The cases of an alert in order. Start with after->position 0 and element 0, then pass the last.
 * Errors: ERR_NOT_FOUND at the end. */
MUST_CHECK enum err alert_case_next(const struct table *table, uint32_t number,
	const struct alert_case *after, struct alert_case *found, struct fault *fault);

/* Kind 70: 1 gtin, 2 lot, 3 pack key K, 4 verdict (code of a red or amber word), 5 printed expiry
 * YYMMDD; 2, 3 and 5 may be left out (5 must be there for expiry_mismatch). */
struct check_alert_body {
	uint64_t gtin;
	struct span lot;
	struct span key;
	uint8_t verdict;
	uint32_t expiry;
};

/* Kind 71: 1 day (days since 1970), 2 count of green checks, 3 root over them 32 */
struct check_count_body {
	uint32_t day;
	uint32_t count;
	struct span root;
};

/* Kind 72: 1 alert number, 2 cause */
struct alert_resolve_body {
	uint32_t number;
	uint8_t cause;
};

#endif
