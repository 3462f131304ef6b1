/* A scanning place: reads scans, shows what they mean, states what was done, and keeps on when the
 * appliance is away. A step machine: it never waits, and reaches the world through its options, so
 * that tests run it against a scripted appliance.
 *
 *	scan -> CHECK -> verdict of the appliance            or, 2 s later or while it is away,
 *	              -> verdict of this station alone: `stale`, or what it knows itself
 *	act  -> statement signed -> outbox (durable: "saved") -> STATE -> receipt, or refusal
 *
 * A person acts by scanning a code from the card beside the bench, about the pack scanned last:
 *
 *	ASSAY:SUPPLY  ASSAY:DESTROY  ASSAY:EXPORT  ASSAY:SAMPLE  ASSAY:LOCK  ASSAY:STOLEN
 *	ASSAY:UNDO (it was a mistake)  ASSAY:RETURN (back to stock, never left our control)
 *	ASSAY:OVERRIDE:reason (supply all the same)  ASSAY:STATUS
 *	ASSAY:MODE:CHECK  ASSAY:MODE:SUPPLY  ASSAY:MODE:RECEIVE
 *
 * In mode supply a green pack is supplied at once. What is red, or amber for more than the
 * appliance being away, is supplied only by an override with its reason. Destroying and reporting
 * stolen want their code twice. Statements are sent one after the other, oldest first.
 *
 * Everything the machine holds is bounded. One thread. */
#ifndef SCANNERS_STATION_STATION_H
#define SCANNERS_STATION_STATION_H

#include "ledger/proof/signer.h"
#include "scanners/station/outbox.h"
#include "scanners/station/wire.h"

#define STATION_QUEUE        16 /* scans that wait for their turn */
#define STATION_CHECK_MS     2000 /* then this station judges alone */
#define STATION_RECEIVE_MS   30000
#define STATION_STATE_MS     15000
#define STATION_PROBE_MS     2000 /* between probes while the appliance is away */
#define STATION_PING_MS      10000 /* between probes else */
#define STATION_RETRY_MS     1000 /* first pause after a failure; doubled up to */
#define STATION_RETRY_MAX_MS 30000
#define STATION_CLOCK_MS     600000 /* a clock more off than this is told */
#define STATION_NOT_AFTER_MS ((int64_t)30 * 24 * 3600 * 1000)

enum station_mode {
	STATION_MODE_CHECK,
	STATION_MODE_SUPPLY,
	STATION_MODE_RECEIVE,
};

/* The way to the appliance. */
struct station_link {
	void *self;
	/* Does not wait. Any error: it was not sent. */
	enum err (*send)(void *self, const struct wire *wire, struct fault *fault);
	/* What came, valid until the next call. Errors: ERR_TIMEOUT: nothing; others: something
	 * that is no message came and was dropped. */
	enum err (*receive)(void *self, struct wire *wire, struct fault *fault);
};

enum shown_type {
	SHOWN_VERDICT, /* verdict, is_local, scan */
	SHOWN_SAVED, /* act: stated and safe; product */
	SHOWN_RECORDED, /* act, position, time_ms; alert with sentence */
	SHOWN_REFUSED, /* act, word, sentence: a person must look */
	SHOWN_RECEIVED, /* sentence: goods in */
	SHOWN_NOTE, /* sentence: what to do now */
	SHOWN_FAULT, /* sentence: something went wrong here */
	SHOWN_AWAY, /* the appliance does not answer */
	SHOWN_BACK,
	SHOWN_MODE, /* mode */
	SHOWN_STATUS, /* counts */
};

/* One thing to show. Texts and spans live until show returns. */
struct shown {
	enum shown_type type;
	const struct bench_verdict *verdict;
	bool is_local; /* judged without the appliance */
	struct span scan;
	enum bench_act act;
	const char *product;
	uint64_t position;
	int64_t time_ms;
	uint16_t alert;
	struct span word;
	struct span sentence;
	struct span receipt;
	enum station_mode mode;
	struct outbox_counts counts; /* always set */
	bool is_away; /* always set */
};

struct station_screen {
	void *self;
	void (*show)(void *self, const struct shown *shown);
};

struct station_options {
	const struct env *env;
	const struct bench *bench;
	const struct station_link *link;
	const struct station_screen *screen;
	struct outbox *outbox;
	struct signer signer;
	const uint8_t *kid; /* KID_SIZE */
	struct span issuer;
	struct span origin;
	enum station_mode mode;
};

struct station;

/* What the options point to must outlive it. Errors: ERR_MEMORY; storage of the outbox. */
MUST_CHECK enum err station_open(
	struct station **station, const struct station_options *options, struct fault *fault);
void station_free(struct station *station); /* NULL is allowed */

/* A scan came; at most WIRE_SCAN_MAX bytes. Over STATION_QUEUE waiting ones it is dropped, which
 * is shown. */
void station_scan(struct station *station, struct span scan);

bool station_has_room(const struct station *station); /* for one more scan */

/* Something about the scanner itself, to be shown: SHOWN_NOTE or SHOWN_FAULT. */
void station_tell(struct station *station, enum shown_type type, const char *sentence);

/* Takes what came from the appliance and does what is due. */
void station_step(struct station *station);

/* How long until something is due without input. */
int station_wait_ms(const struct station *station);

/* Acts that could not be saved, whatever the reason but the person's own mistake. */
uint64_t station_unsaved(const struct station *station);

/* Nothing waits any more: no scan, no check, no statement to be sent (unless it is away). */
bool station_is_idle(const struct station *station);

const char *station_mode_word(enum station_mode mode); /* "supply" */
MUST_CHECK enum err station_mode_parse(
	const char *word, enum station_mode *mode, struct fault *fault);

#endif
