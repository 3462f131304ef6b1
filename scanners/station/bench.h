/* What gives a station's scans their meaning. The station itself carries bytes: it reads scans,
 * asks, signs, keeps and posts; what a pack is, whether it is fit, and how a statement about it is
 * worded is known to those who fill this struct (appliance/cli/station.c, tests). */
#ifndef SCANNERS_STATION_BENCH_H
#define SCANNERS_STATION_BENCH_H

#include "ledger/base/buf.h"
#include "ledger/proof/statement.h"

#define BENCH_WORD_SIZE     33
#define BENCH_SENTENCE_SIZE 400
#define BENCH_PRODUCT_SIZE  96
#define BENCH_PACK_SIZE     16 /* a name of a pack: same code, same name; tells nothing else */
#define BENCH_SECRET_SIZE   32
#define BENCH_BODY_MAX      4096
#define BENCH_PEPPER_SIZE   32

enum bench_colour {
	BENCH_GREEN,
	BENCH_GREY,
	BENCH_AMBER,
	BENCH_RED,
};

/* What is shown after a scan. Texts end with NUL. */
struct bench_verdict {
	enum bench_colour colour;
	bool is_pack; /* of one pack that can be acted upon; else of a case, a place, ... */
	bool is_uncertain; /* nothing speaks against the pack; only the ledger was not asked */
	uint16_t year; /* whose pepper the pack's lot has; 0: not known */
	char word[BENCH_WORD_SIZE]; /* "active" */
	char sentence[BENCH_SENTENCE_SIZE];
	char product[BENCH_PRODUCT_SIZE]; /* "05012345678900 lot LOT1 exp 2027-12-31" */
};

/* What a station can state about a pack. */
#define BENCH_ACT_LIST(X)                                                                          \
	X(BENCH_SUPPLY, "SUPPLY", "supplied")                                                      \
	X(BENCH_DESTROY, "DESTROY", "destroyed")                                                   \
	X(BENCH_EXPORT, "EXPORT", "exported")                                                      \
	X(BENCH_SAMPLE, "SAMPLE", "drawn as a sample")                                             \
	X(BENCH_LOCK, "LOCK", "locked")                                                            \
	X(BENCH_STOLEN, "STOLEN", "reported stolen")                                               \
	X(BENCH_UNDO, "UNDO", "undone: the scan was a mistake")                                    \
	X(BENCH_RETURN, "RETURN", "returned to stock")

enum bench_act {
#define X(name, code, text) name,
	BENCH_ACT_LIST(X)
#undef X
		BENCH_ACT_COUNT
};

/* The newest thing this station itself stated about a pack. */
struct bench_history {
	bool is_there;
	enum bench_act act;
	int64_t saved_ms; /* by the station's clock */
	bool is_recorded; /* else: still to be sent, its fate is open */
	uint8_t entry[ENTRY_SIZE];
	uint8_t secret[BENCH_SECRET_SIZE]; /* of a change: who shows it may undo it */
};

struct bench_order {
	enum bench_act act;
	struct span scan;
	const char *reason; /* of an override, as scanned; NULL: none */
	uint16_t year; /* whose pepper the lot has; 0: not known, that of now_ms's year */
	int64_t now_ms;
	const struct bench_history *history; /* UNDO and RETURN: the change concerned */
	const uint8_t *secret; /* a fresh one for the change; BENCH_SECRET_SIZE */
};

struct bench_statement {
	uint16_t kind;
	const char *word; /* static text */
	struct buf *body; /* appended to; the caller's */
};

struct bench {
	void *self;
	/* The pack's name and its lot's. Errors: ERR_FORMAT when the scan is of no pack (the
	 * verdict then says what it is). */
	enum err (*name)(void *self, struct span scan, uint8_t pack[BENCH_PACK_SIZE],
		uint8_t lot[BENCH_PACK_SIZE], struct fault *fault);
	/* Judges one scan by what is here: its form, its expiry against the clock, what this
	 * station stated before. Always gives a verdict. */
	void (*judge)(void *self, struct span scan, int64_t now_ms,
		const struct bench_history *history, struct bench_verdict *verdict);
	/* Reads the appliance's verdict (JSON as in docs/api.md). Errors: ERR_FORMAT. */
	enum err (*read)(
		void *self, struct span json, struct bench_verdict *verdict, struct fault *fault);
	/* Words a statement. Errors: ERR_FORMAT: not a pack's code; ERR_USAGE: no such reason, or
	 * nothing to undo; ERR_KEY: the lot's pepper is not here. */
	enum err (*compose)(void *self, const struct bench_order *order,
		struct bench_statement *statement, struct fault *fault);
	/* Year of the newest pepper that is here. */
	uint16_t (*newest)(void *self);
	/* A year's pepper came; one that is here already changes nothing. Errors: ERR_LIMIT. */
	enum err (*learn)(void *self, uint16_t year, const uint8_t pepper[BENCH_PEPPER_SIZE],
		struct fault *fault);
};

#endif
