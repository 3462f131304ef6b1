/* What a station has stated: outbox.db. A statement is in it, durably, before the bench says
 * "saved", and leaves the queue only with a receipt or a refusal.
 *
 * One row a statement, in the order of saying:
 *
 *	waiting    not answered yet; the oldest is sent next
 *	recorded   on the ledger at `position`; the receipt's text is kept when it came
 *	refused    by the rules, with code, sentence and signed refusal: kept for ever
 *
 * With each row goes what only this station has: the scan, the pack's name (for the station's own
 * history) and the secret with which the change can be undone. Recorded rows older than
 * OUTBOX_KEEP_MS are forgotten at opening: nothing can be undone by then.
 *
 * Sequence numbers of the station's key are reserved in blocks before one is used, so that no
 * number is ever signed twice; a crash leaves gaps, which the ledger allows.
 *
 * The file has mode 0600 and belongs to one key and one process (a lock beside it). One thread. */
#ifndef SCANNERS_STATION_OUTBOX_H
#define SCANNERS_STATION_OUTBOX_H

#include "ledger/base/env.h"
#include "scanners/station/bench.h"

#define OUTBOX_WAITING_MAX 100000 /* statements */
#define OUTBOX_KEEP_MS     ((int64_t)31 * 24 * 3600 * 1000)
#define OUTBOX_BLOCK       32 /* sequence numbers reserved at a time */

struct outbox;

struct outbox_options {
	const char *path;
	const struct env *env;
	const uint8_t *kid; /* of the station's key, KID_SIZE */
	struct span origin;
};

/* Errors: ERR_BUSY: another process has it; ERR_DENIED: it belongs to another key or ledger;
 * storage. */
MUST_CHECK enum err outbox_open(
	struct outbox **outbox, const struct outbox_options *options, struct fault *fault);
void outbox_free(struct outbox *outbox); /* NULL is allowed */

/* The next number for the station's key, never given out before. */
MUST_CHECK enum err outbox_sequence(struct outbox *outbox, uint64_t *sequence, struct fault *fault);
/* The ledger says that this key's next number is at least this: another outbox was lost. */
MUST_CHECK enum err outbox_sequence_from(
	struct outbox *outbox, uint64_t sequence, struct fault *fault);

struct outbox_item {
	int64_t id; /* given by outbox_put; ascending */
	uint64_t sequence;
	enum bench_act act;
	int64_t saved_ms;
	uint8_t entry[ENTRY_SIZE];
	uint8_t pack[BENCH_PACK_SIZE];
	uint8_t secret[BENCH_SECRET_SIZE]; /* zeros when the act has none */
	struct span statement; /* reading: valid until the next call */
	struct span scan;
};

/* On OK the item is on the disk. Errors: ERR_LIMIT over OUTBOX_WAITING_MAX; ERR_FULL and other
 * storage: nothing was saved. */
MUST_CHECK enum err outbox_put(
	struct outbox *outbox, struct outbox_item *item, struct fault *fault);

/* The oldest that waits. Errors: ERR_NOT_FOUND: none; storage. */
MUST_CHECK enum err outbox_next(
	struct outbox *outbox, struct outbox_item *item, struct fault *fault);

struct outbox_recorded {
	uint64_t position;
	int64_t time_ms; /* ledger time */
	uint16_t alert; /* 0: none */
	struct span sentence; /* of the alert */
	struct span receipt; /* may be empty */
};
struct outbox_refused {
	uint16_t code;
	struct span word;
	struct span sentence;
	struct span refusal; /* signed; may be empty */
};

/* Ends the waiting of an item. Errors: ERR_NOT_FOUND: no such item, or it does not wait. */
MUST_CHECK enum err outbox_mark_recorded(struct outbox *outbox, int64_t id,
	const struct outbox_recorded *recorded, struct fault *fault);
MUST_CHECK enum err outbox_mark_refused(struct outbox *outbox, int64_t id,
	const struct outbox_refused *refused, struct fault *fault);

/* The newest thing stated about a pack that was not refused; is_there is false if none. */
MUST_CHECK enum err outbox_history(struct outbox *outbox, const uint8_t pack[BENCH_PACK_SIZE],
	struct bench_history *history, struct fault *fault);

struct outbox_counts {
	uint64_t waiting;
	uint64_t recorded;
	uint64_t refused;
	int64_t oldest_ms; /* saved_ms of the oldest waiting; 0: none */
};
MUST_CHECK enum err outbox_count(
	struct outbox *outbox, struct outbox_counts *counts, struct fault *fault);

/* Which year's pepper a lot has, as the appliance told: for when it is away. 0: not known. */
MUST_CHECK enum err outbox_lot_put(struct outbox *outbox, const uint8_t lot[BENCH_PACK_SIZE],
	uint16_t year, struct fault *fault);
MUST_CHECK enum err outbox_lot_get(struct outbox *outbox, const uint8_t lot[BENCH_PACK_SIZE],
	uint16_t *year, struct fault *fault);

/* Peppers that came after the enrolment, oldest first. */
struct outbox_pepper_sink {
	void *self;
	enum err (*each)(void *self, uint16_t year, const uint8_t pepper[BENCH_PEPPER_SIZE],
		struct fault *fault);
};
MUST_CHECK enum err outbox_pepper_put(struct outbox *outbox, uint16_t year,
	const uint8_t pepper[BENCH_PEPPER_SIZE], struct fault *fault);
MUST_CHECK enum err outbox_peppers(
	struct outbox *outbox, const struct outbox_pepper_sink *sink, struct fault *fault);

/* The refused ones, oldest first: for people. The spans live until `each` returns. */
struct outbox_refused_sink {
	void *self;
	enum err (*each)(void *self, const struct outbox_item *item,
		const struct outbox_refused *refused, struct fault *fault);
};
MUST_CHECK enum err outbox_refusals(
	struct outbox *outbox, const struct outbox_refused_sink *sink, struct fault *fault);

#endif
