/* What one party may read beyond the state: the events it captured or was sent, which pack lies in
 * which case, what it holds, the secrets with which its own changes can be undone, the places it
 * knows. view.db; serial numbers and trading parties are here and never on the ledger.
 *
 * Everything is kept per party (its local name): the parties of one appliance do not see each
 * other's. Thread: any; calls are short. */
#ifndef APPLIANCE_VIEW_VIEW_H
#define APPLIANCE_VIEW_VIEW_H

#include "ledger/base/buf.h"
#include "ledger/base/env.h"
#include "ledger/proof/statement.h"

#define VIEW_SECRET_SIZE 32

struct view;

MUST_CHECK enum err view_open(
	struct view **view, const char *folder, const struct env *env, struct fault *fault);
void view_free(struct view *view);

/* All or nothing around several calls of one thread; the other threads wait. */
MUST_CHECK enum err view_begin(struct view *view, struct fault *fault);
MUST_CHECK enum err view_commit(struct view *view, struct fault *fault);
/* The same for counts: they survive the end of the process, but the newest may be lost with the
 * power, since nobody waits for the disk. Rolled back by view_rollback_light. */
MUST_CHECK enum err view_begin_light(struct view *view, struct fault *fault);
MUST_CHECK enum err view_commit_light(struct view *view, struct fault *fault);
void view_rollback_light(struct view *view);
void view_rollback(struct view *view);

/* ---- events ---- */

struct view_event {
	const char *party;
	uint64_t position; /* of the statement it came with */
	uint8_t hash[HASH_SIZE]; /* identity: event hash, whether and when declared wrong */
	bool is_declared;
	int64_t declaration_ms;
	int64_t time_ms;
	bool is_received; /* sent by another party */
	const char *from; /* its member name, if so */
	struct span biz_step; /* bare word */
	struct span json; /* EPCIS 2.0 JSON-LD */
};

/* Errors: ERR_EXISTS: this party has the same event already (*id is then that one's). */
MUST_CHECK enum err view_event_add(
	struct view *view, const struct view_event *event, int64_t *id, struct fault *fault);
/* Whether the party has the event, without adding it. */
MUST_CHECK enum err view_event_has(
	struct view *view, const struct view_event *event, bool *has, struct fault *fault);
/* Whether one with that hash declares the event wrong. */
MUST_CHECK enum err view_event_declared(struct view *view, const char *party,
	const uint8_t hash[HASH_SIZE], bool *is_declared, struct fault *fault);
/* The event is about this EPC (canonical Digital Link). */
MUST_CHECK enum err view_event_epc(
	struct view *view, const char *party, int64_t event, struct span epc, struct fault *fault);

/* Events of a party about an EPC, or that came with a statement, oldest first. The spans live
 * until `each` returns; a result other than OK ends the walk with it. */
struct view_event_sink {
	void *self;
	enum err (*each)(void *self, const struct view_event *event, struct fault *fault);
};
MUST_CHECK enum err view_events_of_epc(struct view *view, const char *party, struct span epc,
	const struct view_event_sink *sink, struct fault *fault);

/* ---- containment ---- */

#define VIEW_LEVELS_MAX 16 /* pack in case on pallet in ... */
#define VIEW_EPC_MAX    4096

/* Puts a child into a parent (taking it out of another), or takes it out, at that time or now. What
 * was said of a later time stays. */
MUST_CHECK enum err view_pack_into_at(struct view *view, const char *party, struct span parent,
	struct span child, int64_t time_ms, struct fault *fault);
MUST_CHECK enum err view_unpack_at(struct view *view, const char *party, struct span parent,
	struct span child, int64_t time_ms, struct fault *fault);
MUST_CHECK enum err view_pack_into(struct view *view, const char *party, struct span parent,
	struct span child, struct fault *fault);
MUST_CHECK enum err view_unpack(struct view *view, const char *party, struct span parent,
	struct span child, struct fault *fault); /* child empty: all children */
MUST_CHECK enum err view_parent(struct view *view, const char *party, struct span child,
	struct buf *parent, struct fault *fault); /* ERR_NOT_FOUND: in nothing */
MUST_CHECK enum err view_parent_at(struct view *view, const char *party, struct span child,
	struct buf *parent, int64_t *time_ms, struct fault *fault);
/* Whether it lies in the container, at any depth. Errors: ERR_LIMIT: over VIEW_LEVELS_MAX levels,
 * or round in a circle. */
MUST_CHECK enum err view_lies_in(struct view *view, const char *party, struct span epc,
	struct span container, bool *lies, struct fault *fault);
struct view_epc_sink {
	void *self;
	enum err (*each)(void *self, struct span epc, struct fault *fault);
};
MUST_CHECK enum err view_children(struct view *view, const char *party, struct span parent,
	const struct view_epc_sink *sink, struct fault *fault);

/* ---- stock ---- */

enum stock_state {
	STOCK_KNOWN = 0, /* made here or announced: not in hand */
	STOCK_HELD = 1,
	STOCK_SUPPLIED = 2,
	STOCK_GONE = 3, /* destroyed, exported, sampled, stolen */
	STOCK_SHIPPED = 4,
	STOCK_RETURNED = 5, /* sent back for a recall */
};

struct stock_pack {
	char gtin[15];
	char serial[21]; /* "" for packs without a number: then count is used */
	char lot[21];
	char expiry[7]; /* YYMMDD as printed */
	enum stock_state state;
	int64_t count; /* of packs without a number; 1 else */
};

/* Inserts or replaces a serialised pack, as of now. */
MUST_CHECK enum err view_stock_put(
	struct view *view, const char *party, const struct stock_pack *pack, struct fault *fault);
/* Inserts it, or moves it to the pack's state as of that time: what is of a later time stays, and
 * what was supplied or is gone comes back by undoing only. */
MUST_CHECK enum err view_stock_put_at(struct view *view, const char *party,
	const struct stock_pack *pack, int64_t time_ms, struct fault *fault);
/* Inserts it as of that time; one that is there keeps its state and gets the lot and expiry if it
 * lacks them. */
MUST_CHECK enum err view_stock_add(struct view *view, const char *party,
	const struct stock_pack *pack, int64_t time_ms, struct fault *fault);
/* Lot and expiry of a serialised pack as this party knows it. ERR_NOT_FOUND. */
MUST_CHECK enum err view_stock_get(struct view *view, const char *party, const char *gtin,
	const char *serial, struct stock_pack *pack, struct fault *fault);
#define STOCK_COUNT_MAX 1000000000000
/* Adds (or takes, negative) packs without a number to a state. Errors: ERR_RANGE below zero, or
 * above STOCK_COUNT_MAX. */
MUST_CHECK enum err view_stock_count(
	struct view *view, const char *party, const struct stock_pack *pack, struct fault *fault);
/* Packs without a number go from those held, as far as there are any, to the pack's state. */
MUST_CHECK enum err view_stock_take(
	struct view *view, const char *party, const struct stock_pack *pack, struct fault *fault);

struct stock_line {
	char gtin[15];
	char lot[21];
	char expiry[7];
	int64_t held;
	int64_t supplied;
	int64_t gone;
	int64_t shipped;
	int64_t returned;
	int64_t quarantined; /* of those held */
};
struct stock_sink {
	void *self;
	enum err (*each)(void *self, const struct stock_line *line, struct fault *fault);
};
/* By GTIN and lot, soonest expiry first; gtin or lot NULL are all. Known packs are not counted. */
MUST_CHECK enum err view_stock(struct view *view, const char *party, const char *gtin,
	const char *lot, const struct stock_sink *sink, struct fault *fault);

/* ---- quarantine: what the party has put aside. It is here only, never on the ledger ---- */

/* X(name, code, word). The codes are kept: none is given twice. */
#define QUARANTINE_LIST(X)                                                                         \
	X(QUARANTINE_RECALL, 1, "recall")                                                          \
	X(QUARANTINE_SUSPECT, 2, "suspect")                                                        \
	X(QUARANTINE_DAMAGED, 3, "damaged")                                                        \
	X(QUARANTINE_TEMPERATURE, 4, "temperature")                                                \
	X(QUARANTINE_RETURNED, 5, "returned")                                                      \
	X(QUARANTINE_EXPIRY, 6, "expiry")                                                          \
	X(QUARANTINE_DOCUMENTS, 7, "documents")                                                    \
	X(QUARANTINE_INSPECTION, 8, "inspection")

enum quarantine_reason {
#define X(name, code, word) name = code,
	QUARANTINE_LIST(X)
#undef X
		QUARANTINE_END
};

/* One pack, or all packs of a lot. */
struct quarantined {
	char gtin[15];
	char lot[21];
	char serial[21]; /* "": the whole lot */
	enum quarantine_reason reason;
	int64_t time_ms;
	char user[100]; /* account that put it there */
	int64_t held; /* packs in stock that it keeps aside; of view_quarantine_next only */
};

/* Put there before: the reason, time and account are these now. */
MUST_CHECK enum err view_quarantine_put(struct view *view, const char *party,
	const struct quarantined *quarantined, struct fault *fault);
/* The pack, or (serial "") the whole lot. ERR_NOT_FOUND: it is not there by itself. */
MUST_CHECK enum err view_quarantine_drop(struct view *view, const char *party, const char *gtin,
	const char *lot, const char *serial, struct fault *fault);
/* Why a pack is in quarantine: by itself, else by its lot. serial or lot may be "": not known.
 * ERR_NOT_FOUND: it is not. */
MUST_CHECK enum err view_quarantine_get(struct view *view, const char *party, const char *gtin,
	const char *lot, const char *serial, struct quarantined *quarantined, struct fault *fault);
/* The next in order of GTIN, whole lots first; zeros begin. ERR_NOT_FOUND: there is none. */
MUST_CHECK enum err view_quarantine_next(
	struct view *view, const char *party, struct quarantined *quarantined, struct fault *fault);

/* ---- secrets of own changes ---- */

struct undo_secret {
	char gtin[15];
	char serial[21];
	char lot[21];
	uint16_t kind; /* of the statement that changed the state */
	uint64_t position; /* of that statement */
	uint32_t element;
	uint8_t site[16]; /* zeros: the party's desk */
	uint8_t secret[VIEW_SECRET_SIZE];
};

MUST_CHECK enum err view_secret_put(struct view *view, const char *party,
	const struct undo_secret *secret, struct fault *fault);
/* The newest of the pack. ERR_NOT_FOUND. */
MUST_CHECK enum err view_secret_get(struct view *view, const char *party, const char *gtin,
	const char *serial, struct undo_secret *secret, struct fault *fault);
/* That of the change at this position. ERR_NOT_FOUND. */
MUST_CHECK enum err view_secret_at(struct view *view, const char *party, const char *gtin,
	const char *serial, uint64_t position, struct undo_secret *secret, struct fault *fault);
/* The one with this pack, position and element; none is no error. */
MUST_CHECK enum err view_secret_drop(struct view *view, const char *party,
	const struct undo_secret *secret, struct fault *fault);

/* ---- what captured events did ---- */

/* What an event did to a pack (or lot). */
struct effect {
	uint64_t position; /* of its statement; 0: begun, and the ledger must be asked */
	uint64_t sequence; /* under which it was begun; 0: not kept */
};

MUST_CHECK enum err view_effect_put(struct view *view, const char *party,
	const uint8_t hash[HASH_SIZE], struct span epc, const struct effect *effect,
	struct fault *fault);
MUST_CHECK enum err view_effect_get(struct view *view, const char *party,
	const uint8_t hash[HASH_SIZE], struct span epc, struct effect *effect, struct fault *fault);
MUST_CHECK enum err view_effect_drop(struct view *view, const char *party,
	const uint8_t hash[HASH_SIZE], struct span epc, struct fault *fault);
/* Some effect of any party that was begun and is not known to stand. ERR_NOT_FOUND: none. */
struct effect_begun {
	char party[64];
	uint8_t hash[HASH_SIZE];
	uint64_t sequence;
};
MUST_CHECK enum err view_effect_begun(
	struct view *view, struct effect_begun *begun, struct buf *epc, struct fault *fault);
/* All that the event did, as far as it is known to stand. */
struct view_effect_sink {
	void *self;
	enum err (*each)(void *self, struct span epc, uint64_t position, struct fault *fault);
};
MUST_CHECK enum err view_effects(struct view *view, const char *party,
	const uint8_t hash[HASH_SIZE], const struct view_effect_sink *sink, struct fault *fault);

/* Events that are being captured, so that no other thread captures them too. In memory: a claim
 * ends with the process. The claim and its hashes are the caller's and stay until view_unclaim. */
struct view_claim {
	const char *party;
	uint8_t (*hashes)[HASH_SIZE]; /* put in order by view_claim */
	size_t count;
	struct view_claim *next;
};
/* Errors: ERR_BUSY: one of them is claimed. */
MUST_CHECK enum err view_claim(struct view *view, struct view_claim *claim, struct fault *fault);
void view_unclaim(struct view *view, struct view_claim *claim);

/* ---- what is under way ---- */

/* A change of packs that is kept before it is stated, until the view has followed: settling.h. */
struct underway {
	uint64_t sequence; /* of its statement, under the party's appliance key */
	uint16_t kind;
	struct stock_pack pack; /* as scanned */
	uint8_t secret[VIEW_SECRET_SIZE]; /* that undoes it, or with which it undoes */
};

MUST_CHECK enum err view_underway_put(
	struct view *view, const char *party, const struct underway *underway, struct fault *fault);
MUST_CHECK enum err view_underway_drop(struct view *view, const char *party, uint64_t sequence,
	bool *was_there, struct fault *fault);
/* The first one after a sequence number. ERR_NOT_FOUND. */
MUST_CHECK enum err view_underway_next(struct view *view, const char *party, uint64_t after,
	struct underway *underway, struct fault *fault);

/* A movement that is kept before it is stated, until the view has followed: moving.h. */
struct moving {
	uint64_t sequence; /* of its statement, under the party's appliance key */
	enum stock_state state; /* of the packs under its EPCs afterwards; STOCK_KNOWN: as before */
	bool is_claim; /* nothing else with one of these EPCs is to move meanwhile */
	struct view_event event; /* of the party itself; json empty: none. position is not kept */
	struct span epcs; /* that the event is about: CBOR array of texts */
	struct stock_pack pack; /* taken in by its own scan; gtin "": none */
};

#define VIEW_MOVING_MAX ((size_t)80 << 20) /* of one: event and EPCs */

MUST_CHECK enum err view_moving_put(
	struct view *view, const char *party, const struct moving *moving, struct fault *fault);
MUST_CHECK enum err view_moving_drop(struct view *view, const char *party, uint64_t sequence,
	bool *was_there, struct fault *fault);
/* The first one after a sequence number; its spans are in memory, which is emptied first.
 * ERR_NOT_FOUND. */
MUST_CHECK enum err view_moving_next(struct view *view, const char *party, uint64_t after,
	struct moving *moving, struct buf *memory, struct fault *fault);

/* ---- requests that may come again: requests.h ---- */

struct view_request {
	char user[100]; /* account */
	char key[132];
	uint8_t hash[HASH_SIZE]; /* of all that was asked */
	char party[64];
	uint64_t sequence; /* of the statement that it makes */
	bool is_stated; /* that is on the ledger */
	uint64_t position; /* there */
	int64_t made_ms;
	int status; /* HTTP's, of the answer; 0: none was given yet */
	bool has_answer; /* else it was not to be kept */
};

/* Errors: ERR_NOT_FOUND. The answer's bytes are appended. */
MUST_CHECK enum err view_request_get(struct view *view, const char *user, const char *key,
	struct view_request *request, struct buf *answer, struct fault *fault);
/* Inserts or replaces it, without an answer. Of the account's, those made before since_ms and all
 * but the newest `most` are forgotten. */
MUST_CHECK enum err view_request_put(struct view *view, const struct view_request *request,
	int64_t since_ms, unsigned most, struct fault *fault);
/* answer NULL: not to be kept. */
MUST_CHECK enum err view_request_answer(struct view *view, const char *user, const char *key,
	int status, const struct span *answer, struct fault *fault);
MUST_CHECK enum err view_request_stated(struct view *view, const char *user, const char *key,
	uint64_t position, struct fault *fault);
MUST_CHECK enum err view_request_drop(
	struct view *view, const char *user, const char *key, struct fault *fault);
/* One that has neither an answer nor a known statement. ERR_NOT_FOUND: there is none. */
MUST_CHECK enum err view_request_open(
	struct view *view, struct view_request *request, struct fault *fault);

/* Whether the view is told of this statement for the first time, for what must not count twice. */
MUST_CHECK enum err view_once(
	struct view *view, uint64_t position, bool *is_first, struct fault *fault);

/* ---- places ---- */

struct place {
	char code[32]; /* GLN, or "ods:" and the code */
	char party[64]; /* local name when served here, else "" */
	char member[64];
	bool has_tenant;
	uint8_t tenant[16];
	bool has_site;
	uint8_t site[16];
	char name[96];
};

MUST_CHECK enum err view_place_put(
	struct view *view, const struct place *place, struct fault *fault);
MUST_CHECK enum err view_place_get(
	struct view *view, const char *code, struct place *place, struct fault *fault);
/* The first place of a party: where its own events happen. */
MUST_CHECK enum err view_place_of(
	struct view *view, const char *party, struct place *place, struct fault *fault);

/* The place after code in order of codes; "" begins. Errors: ERR_NOT_FOUND at the end. */
MUST_CHECK enum err view_place_next(
	struct view *view, const char *code, struct place *place, struct fault *fault);

/* ---- members whose transcribed recall notices count for a party ---- */

MUST_CHECK enum err view_follow_put(
	struct view *view, const char *party, const char *member, struct fault *fault);
MUST_CHECK enum err view_follow_drop(
	struct view *view, const char *party, const char *member, struct fault *fault);
/* Their names in order. */
MUST_CHECK enum err view_follow_each(struct view *view, const char *party,
	const struct view_epc_sink *sink, struct fault *fault);

/* ---- checks of a day: green.h ---- */

MUST_CHECK enum err view_check_count(
	struct view *view, const char *party, int32_t day, const char *colour, struct fault *fault);
/* The record of a green one, behind the others of that day. */
MUST_CHECK enum err view_green_add(
	struct view *view, const char *party, int32_t day, struct span record, struct fault *fault);
/* The records of a day in order. */
MUST_CHECK enum err view_green_each(struct view *view, const char *party, int32_t day,
	const struct view_epc_sink *sink, struct fault *fault);
/* The first day with records that is after those stated and before that one. ERR_NOT_FOUND. */
MUST_CHECK enum err view_green_day(
	struct view *view, const char *party, int32_t before, int32_t *day, struct fault *fault);
/* The days up to this one are stated; records of days before `forget` go. */
MUST_CHECK enum err view_green_stated(
	struct view *view, const char *party, int32_t day, int32_t forget, struct fault *fault);

#endif
