/* Recalls: kinds 60-63, their rows, and what they mean for a pack and who asks.
 *
 * Class 1 to 3 recall, 4 is a caution in use, 5 is company-led. The depth says how far down it
 * goes: to patients, to pharmacies, to wholesalers. Somebody whom it does not reach sees a caution.
 * A notice that a member transcribed counts for itself and for those who subscribe to it. */
#ifndef APPLIANCE_RULES_RECALL_H
#define APPLIANCE_RULES_RECALL_H

#include "appliance/rules/judging.h"

#define RECALL_ID_SIZE      16
#define RECALL_ITEMS_MAX    1024 /* in one statement */
#define RECALL_LOTS_MAX     4096 /* in one statement, all items; one of all lots counts as one */
#define RECALL_PACKS_MAX    4000 /* in one statement */
#define RECALL_NOTICE_MAX   24
#define RECALL_ROWS_MAX     1024 /* that one look-up reads */
#define RECALL_SOURCES_MAX  64 /* lots it was made from, directly or not, that one follows */
#define RECALL_FOLLOWED_MAX 16 /* members whose transcriptions count for the asker */

enum recall_class {
	RECALL_CLASS_1 = 1,
	RECALL_CLASS_2 = 2,
	RECALL_CLASS_3 = 3,
	RECALL_CLASS_4 = 4, /* caution in use */
	RECALL_COMPANY = 5, /* company-led */
};

enum recall_depth {
	DEPTH_PATIENT = 1,
	DEPTH_PHARMACY = 2,
	DEPTH_WHOLESALER = 3,
};

enum recall_source {
	RECALL_BY_AUTHORITY = 1,
	RECALL_BY_HOLDER = 2,
	RECALL_TRANSCRIBED = 3,
};

/* [[gtin, [lots]]...]: GTINs ascending, lots ascending, no lots: all of them. */
struct recall_items {
	struct span items; /* encoded */
	size_t count;
};

/* Kind 60: 1 recall id, 2 items, 3 pack keys (n * 16, ascending; left out: all packs of the items),
 * 4 class, 5 depth, 6 transcribed (true), 7 notice reference; 6 asks for 7 */
struct recall_body {
	struct span id;
	struct recall_items items;
	struct span keys;
	enum recall_class class;
	enum recall_depth depth;
	bool transcribed;
	struct span notice;
};

/* Kind 61: 1 recall id, 2 items added, 3 items removed, 4 class, 5 depth, 6 pack keys added; one of
 * 2-6 at least */
struct recall_amend_body {
	struct span id;
	struct recall_items added;
	struct recall_items removed;
	enum recall_class class; /* 0: as before */
	enum recall_depth depth; /* 0: as before */
	struct span keys;
};

/* Kind 62: 1 recall id */
struct recall_end_body {
	struct span id;
};

/* Kind 63: 1 recall id, 2 gtin, 3 lot (left out: all), packs: 4 held, 5 quarantined, 6 returned,
 * 7 supplied, 8 patients contacted */
struct recall_answer_body {
	struct span id;
	uint64_t gtin;
	struct span lot;
	uint32_t held;
	uint32_t quarantined;
	uint32_t returned;
	uint32_t supplied;
	uint32_t contacted;
};

struct recall {
	uint8_t id[RECALL_ID_SIZE];
	uint16_t member; /* who issued it */
	enum recall_source source;
	enum recall_class class;
	enum recall_depth depth;
	enum recall_class class_before; /* what counts until amended_at is final, if graver */
	enum recall_depth depth_before;
	uint64_t amended_at;
	uint16_t version; /* from 1 */
	uint8_t notice[RECALL_NOTICE_MAX];
	uint8_t notice_size;
	uint64_t issued_at;
	int64_t issued_s; /* ledger time in seconds */
	uint64_t ended_at; /* 0: running */
	int64_t ended_s;
	uint32_t lot_count; /* rows of items in force */
	bool by_pack; /* only the packs named */
};

struct recall_answer {
	uint32_t held, quarantined, returned, supplied, contacted;
	uint16_t member;
	uint64_t at;
	int64_t s;
	uint16_t version; /* of the recall it answers */
};

/* Who asks. */
struct recall_asker {
	unsigned roles;
	uint16_t followed[RECALL_FOLLOWED_MAX]; /* own member first, then subscriptions */
	size_t followed_count;
};

struct recall_hit {
	struct recall recall;
	uint64_t at; /* position since which the lot is in it */
};

/* The gravest of each: what stops a pack, and what calls for care. */
struct recall_found {
	bool is_recalled;
	struct recall_hit recalled;
	bool is_caution;
	struct recall_hit caution;
	bool is_by_pack; /* some recall names single packs, and no key was given */
	bool is_cut; /* there were more rows than one look-up reads: treat as a caution */
};

/* What recalls say of a pack. lot: empty when not known; keys: its possible pack keys (one a
 * pepper), none when it has no number. final_size: leaves known to be final; bad news counts at
 * once, good news from there (UINT64_MAX: all counts at once, as when applying). */
MUST_CHECK enum err recall_look(const struct table *table, const struct recall_asker *asker,
	uint64_t gtin, struct span lot, const uint8_t (*keys)[KEY_SIZE], size_t key_count,
	uint64_t final_size, struct recall_found *found, struct fault *fault);

MUST_CHECK enum err recall_get(const struct table *table, const uint8_t id[RECALL_ID_SIZE],
	struct recall *recall, struct fault *fault);
/* In order of id; after NULL to start. */
MUST_CHECK enum err recall_next(const struct table *table, const uint8_t *after,
	struct recall *recall, struct fault *fault);
MUST_CHECK enum err recall_put(
	const struct table *table, const struct recall *recall, struct fault *fault);

/* Adds or removes a row of an item (lot empty: all lots). */
MUST_CHECK enum err recall_item_put(const struct table *table, const struct recall *recall,
	uint64_t gtin, struct span lot, uint64_t at, uint64_t removed_at, struct fault *fault);
MUST_CHECK enum err recall_item_get(const struct table *table, const struct recall *recall,
	uint64_t gtin, struct span lot, uint64_t *at, uint64_t *removed_at, struct fault *fault);

/* The next item of an encoded list, checked before; false at the end. Starts with cbor of items. */
struct recall_item_reader {
	struct cbor cbor;
	size_t items_left;
	size_t lots_left;
	uint64_t gtin;
};
void recall_items_open(struct recall_item_reader *reader, const struct recall_items *items);
/* *lot is empty for an item of all lots. */
bool recall_items_next(struct recall_item_reader *reader, uint64_t *gtin, struct span *lot);

/* The lots of a recall in order of GTIN and text, those removed included. Start with it zeroed. */
struct recall_lot {
	uint64_t gtin; /* 0: start */
	uint8_t text[LOT_TEXT_MAX];
	uint8_t text_size; /* 0: all lots */
	uint64_t at;
	uint64_t removed_at; /* 0: in force */
};
MUST_CHECK enum err recall_lot_next(const struct table *table, const uint8_t id[RECALL_ID_SIZE],
	struct recall_lot *lot, struct fault *fault);

/* Ledger time in seconds by which sites are to answer; 0: nobody is asked to (a caution in
 * use). Class 1 within a day, 2 within 48 hours, 3 and company-led within 5 days: the medicines
 * authority's times for action (its Guide to Defective Medicinal Products), "immediate" as a
 * day. */
int64_t recall_due_s(const struct recall *recall);

/* How far a recall has come: three numbers, and the answers summed up. */
struct recall_reach {
	uint64_t known; /* packs registered in its lots; those named by a recall of single packs */
	uint64_t answered; /* packs that answers account for, contacted aside */
	uint64_t unknown; /* known less answered */
	uint32_t places; /* that answered */
	struct recall_answer sum;
};
MUST_CHECK enum err recall_reach(const struct table *table, const uint8_t id[RECALL_ID_SIZE],
	struct recall_reach *reach, struct fault *fault);

/* The answers, in order of product and lot; key_size 0 to start. */
struct recall_answer_walk {
	uint8_t key[64];
	size_t key_size;
	uint64_t gtin;
	struct span lot; /* in key */
	uint8_t place[PLACE_SIZE];
	struct recall_answer answer;
};
MUST_CHECK enum err recall_answer_next(const struct table *table, const uint8_t id[RECALL_ID_SIZE],
	struct recall_answer_walk *walk, struct fault *fault);

#endif
