/* Lots and products: bodies of kinds 32 and 34-39, and the rows that hold them. */
#ifndef APPLIANCE_RULES_LOT_H
#define APPLIANCE_RULES_LOT_H

#include "appliance/rules/body.h"
#include "ledger/app.h"

#define LOT_EXPIRIES_MAX  8
#define COVERAGE_LOTS_MAX 2000
#define LOT_SEARCH_MAX    4096 /* lots of one GTIN that a search for a pack looks into */

enum lot_packs {
	LOT_PACKS_ALL = 1, /* every pack is registered: a number that is not there is wrong */
	LOT_PACKS_SOME = 2,
	LOT_PACKS_NONE = 3,
};

enum lot_state {
	LOT_OPEN = 1,
	LOT_CLOSED = 2,
	LOT_RELEASED = 3,
	LOT_WITHDRAWN = 4,
};

/* Why a lot is corrected; which alerts that closes. */
enum lot_reason {
	LOT_REASON_EXPIRY =
		1, /* printed expiries were registered wrongly: closes expiry_mismatch */
	LOT_REASON_PACKS =
		2, /* not all packs are registered: packs becomes some; closes unknown_serial */
	LOT_REASON_MISSING =
		3, /* packs are missing: open for uploads again; closes unknown_serial */
	LOT_REASON_MAX = 3,
};

/* Kind 32: 1 gtin, 2 lot, 3 printed expiries [YYMMDD, ascending, 1..8], 4 effective expiry,
 * 5 packs, 6 year of the pepper, 7 entropy of the serials in bits (left out: not stated) */
struct lot_body {
	uint64_t gtin;
	struct span lot;
	uint32_t expiries[LOT_EXPIRIES_MAX];
	size_t expiry_count;
	uint32_t effective;
	enum lot_packs packs;
	uint16_t pepper_year;
	uint8_t entropy_bits; /* 0: not stated */
};

/* Kinds 34 close, 35 release, 36 withdraw: 1 gtin, 2 lot, 3 (close) count of packs that must be
 * there, left out: any */
struct lot_step_body {
	uint64_t gtin;
	struct span lot;
	bool has_count;
	uint32_t count;
};

/* Kind 37: 1 gtin, 2 lot, 3 new effective expiry, 4 additional printed expiry; one at least */
struct lot_extend_body {
	uint64_t gtin;
	struct span lot;
	uint32_t effective; /* 0: unchanged */
	uint32_t printed; /* 0: none */
};

/* Kind 38: 1 gtin, 2 lot, 3 reason, 4 printed expiries (reason 1 only, and then there) */
struct lot_correct_body {
	uint64_t gtin;
	struct span lot;
	enum lot_reason reason;
	uint32_t expiries[LOT_EXPIRIES_MAX];
	size_t expiry_count;
};

/* Kind 39: 1 gtin, and either 2 manufactured from YYMMDD (and 4 shelf life in months, left out:
 * not stated) or 3 lots [text, ascending, 1..2000] that are added to the list */
struct coverage_body {
	uint64_t gtin;
	uint32_t from; /* 0: by list */
	uint16_t shelf_months; /* 0: not stated */
	struct span lots; /* encoded items */
	size_t lot_count;
};

struct lot_expiry {
	uint32_t date; /* YYMMDD as printed */
	uint64_t at; /* position since which it counts */
};

struct lot {
	uint64_t gtin;
	uint32_t id; /* order of opening, from 1 */
	uint8_t text[LOT_TEXT_MAX];
	uint8_t text_size;
	enum lot_state state;
	bool reopened; /* released or closed, and open for missing packs */
	enum lot_packs packs;
	uint16_t pepper_year;
	uint8_t entropy_bits;
	uint16_t member; /* who opened it */
	struct lot_expiry expiries[LOT_EXPIRIES_MAX];
	size_t expiry_count;
	uint32_t effective;
	uint32_t effective_before; /* what counts until effective_at is final, if earlier */
	uint64_t effective_at;
	uint64_t opened_at;
	uint64_t closed_at; /* 0: not yet */
	uint64_t released_at;
	uint64_t withdrawn_at;
	uint64_t eased_at; /* from here on packs that are not there are not wrong; 0: never */
	int64_t withdrawn_s; /* ledger time in seconds */
	uint32_t pack_count; /* registered */
	uint32_t gone_count; /* of these: no longer in circulation */
	uint64_t loose_count; /* supplied without a number of their own */
	uint8_t opening[16]; /* start of SHA-256 of the opening body */
};

enum coverage {
	COVERAGE_NONE = 0,
	COVERAGE_FROM = 1,
	COVERAGE_LIST = 2,
};

#define PRODUCT_ASKS_SHIFT   1u /* pack events name a shift */
#define PRODUCT_RARE         2u /* posted shuffled and late */
#define PRODUCT_ASKS_WITNESS 4u /* destroying needs a second person: Schedules 1 and 2 */
#define PRODUCT_FLAGS_ALL    7u
#define PRODUCT_MARKETS_MAX  8

struct product {
	uint64_t gtin;
	uint16_t member; /* who used it first and still holds it */
	char holder[MEMBER_NAME_MAX + 1];
	enum coverage coverage;
	uint32_t from;
	uint16_t shelf_months;
	unsigned flags;
	uint64_t unit; /* a case: GTIN of what is inside; 0 for a unit */
	uint32_t unit_count;
	uint64_t replaces; /* GTIN; 0: none */
	uint16_t markets[PRODUCT_MARKETS_MAX]; /* ISO 3166-1 numeric; none: not stated */
	size_t market_count;
};

static inline struct span lot_text(const struct lot *lot)
{
	return span_of(lot->text, lot->text_size);
}

/* By GTIN and text. Errors: ERR_NOT_FOUND; ERR_CORRUPT; the table's. */
MUST_CHECK enum err lot_get(const struct table *table, uint64_t gtin, struct span text,
	struct lot *lot, struct fault *fault);
/* The lots of a GTIN, newest first: before is the id to go on below, 0 to start.
 * Errors: ERR_NOT_FOUND at the end. */
MUST_CHECK enum err lot_next(const struct table *table, uint64_t gtin, uint32_t before,
	struct lot *lot, struct fault *fault);
MUST_CHECK enum err lot_put(const struct table *table, const struct lot *lot, struct fault *fault);

MUST_CHECK enum err product_get(
	const struct table *table, uint64_t gtin, struct product *product, struct fault *fault);
MUST_CHECK enum err product_put(
	const struct table *table, const struct product *product, struct fault *fault);

/* Whether a coverage by list names the lot. */
MUST_CHECK enum err coverage_has(const struct table *table, uint64_t gtin, struct span text,
	bool *is_there, struct fault *fault);

/* Whether the lot takes packs now. */
static inline bool lot_takes_packs(const struct lot *lot)
{
	return lot->state == LOT_OPEN || (lot->reopened && lot->state != LOT_WITHDRAWN);
}

/* Whether every pack of the lot is there, so that a number that is not is wrong. */
static inline bool lot_is_complete(const struct lot *lot)
{
	return lot->packs == LOT_PACKS_ALL && !lot_takes_packs(lot);
}

/* Day after which a YYMMDD has passed: the last of the month for day 00. Years are 20YY. */
int32_t expiry_day(uint32_t yymmdd);
/* Two printed dates are the same; months are compared when either has day 00. */
bool expiry_same(uint32_t a, uint32_t b);

#endif
