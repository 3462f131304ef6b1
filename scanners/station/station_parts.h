/* The station's inside, shared by station*.c. */
#ifndef SCANNERS_STATION_STATION_PARTS_H
#define SCANNERS_STATION_STATION_PARTS_H

#include "scanners/station/station.h"

/* A scan that waits, or the one looked at. */
struct held_scan {
	size_t size;
	uint8_t bytes[WIRE_SCAN_MAX];
};

static inline struct span held_span(const struct held_scan *held)
{
	return span_of(held->bytes, held->size);
}

/* A question on its way. */
struct asked {
	bool is_open;
	uint64_t request;
	int64_t due_ms; /* steady */
};

struct station {
	struct station_options options;
	enum station_mode mode;
	uint64_t request; /* number of the newest */
	bool is_away;
	bool is_clock_told;
	uint64_t unsaved; /* acts */

	struct held_scan queue[STATION_QUEUE];
	size_t queue_first;
	size_t queue_count;

	/* The pack in hand. */
	struct held_scan scan;
	struct asked check; /* or receive */
	bool is_overtaken; /* something was recorded while it was open */
	bool is_asked_twice;
	bool has_verdict;
	bool is_done; /* acted upon: scan it again before the next act */
	bool is_armed; /* armed_act was scanned once */
	enum bench_act armed_act;
	struct bench_verdict verdict;
	uint8_t pack[BENCH_PACK_SIZE];
	uint8_t lot[BENCH_PACK_SIZE];

	/* Sending. */
	struct asked post;
	int64_t post_id; /* of the outbox */
	enum bench_act post_act;
	int64_t post_after_ms; /* steady: not before */
	int64_t pause_ms; /* next pause after a failure */
	struct asked ping;
	int64_t ping_after_ms;
};

int64_t station_steady_ms(const struct station *station);

/* Opens a question: gives wire its number and sends it. */
MUST_CHECK enum err station_ask(
	struct station *station, struct wire *wire, int64_t wait_ms, struct asked *asked);

/* Fills in what is always set, and shows it. */
void station_show(struct station *station, struct shown *shown);
void station_note(struct station *station, enum shown_type type, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The appliance answered, or did not. */
void station_heard(struct station *station);
void station_lost(struct station *station);

/* ---- station_act.c ---- */

/* A control code without its prefix "ASSAY:". */
void station_control(struct station *station, struct span code);
/* States it about the pack in hand if the verdict lets it; reason as scanned, or NULL. */
void station_act(struct station *station, enum bench_act act, const char *reason);

/* ---- station_post.c ---- */

void station_post(struct station *station); /* sends what is due */
void station_posted(struct station *station, const struct wire *answer);
void station_ping(struct station *station);
void station_ponged(struct station *station, const struct wire *answer);

#endif
