/* Sending what waits, oldest first, one at a time; and finding out whether anybody listens. */
#include "scanners/station/station_parts.h"

#define BUSY_LEAST_MS 50

static void pause_posting(struct station *station)
{
	station->post_after_ms = station_steady_ms(station) + station->pause_ms;
	station->pause_ms *= 2;
	if (station->pause_ms > STATION_RETRY_MAX_MS)
		station->pause_ms = STATION_RETRY_MAX_MS;
}

void station_post(struct station *station)
{
	struct outbox_item item;
	struct fault fault;
	if (station->is_away || station->post.is_open ||
		station_steady_ms(station) < station->post_after_ms)
		return;
	enum err err = outbox_next(station->options.outbox, &item, &fault);
	if (err == ERR_NOT_FOUND)
		return;
	if (err) {
		station_note(station, SHOWN_FAULT, "%s", fault.text);
		pause_posting(station);
		return;
	}
	struct wire wire = {.type = WIRE_STATE, .statement = item.statement, .scan = item.scan};
	station->post_id = item.id;
	station->post_act = item.act;
	if (station_ask(station, &wire, STATION_STATE_MS, &station->post))
		pause_posting(station);
	secret_wipe(item.secret, sizeof item.secret);
}

static enum err take_recorded(
	struct station *station, const struct wire *answer, struct fault *fault)
{
	struct outbox_recorded recorded = {
		.position = answer->position,
		.time_ms = answer->time_ms,
		.alert = answer->alert,
		.sentence = answer->sentence,
		.receipt = answer->receipt,
	};
	struct shown shown = {
		.type = SHOWN_RECORDED,
		.act = station->post_act,
		.position = answer->position,
		.time_ms = answer->time_ms,
		.alert = answer->alert,
		.sentence = answer->sentence,
		.receipt = answer->receipt,
	};
	enum err err =
		outbox_mark_recorded(station->options.outbox, station->post_id, &recorded, fault);
	station->is_overtaken = true;
	if (!err)
		station_show(station, &shown);
	return err;
}

static enum err take_refused(
	struct station *station, const struct wire *answer, struct fault *fault)
{
	struct outbox_refused refused = {
		.code = answer->code,
		.word = answer->word,
		.sentence = answer->sentence,
		.refusal = answer->refusal,
	};
	struct shown shown = {
		.type = SHOWN_REFUSED,
		.act = station->post_act,
		.word = answer->word,
		.sentence = answer->sentence,
	};
	enum err err =
		outbox_mark_refused(station->options.outbox, station->post_id, &refused, fault);
	if (!err)
		station_show(station, &shown);
	return err;
}

void station_posted(struct station *station, const struct wire *answer)
{
	struct fault fault = {0};
	enum err err;
	/* Without its receipt nothing is done: the same bytes, sent again, bring it. */
	bool is_done = (answer->type == WIRE_RECORDED && answer->receipt.size) ||
		       answer->type == WIRE_REFUSED;
	if (answer->type == WIRE_BUSY) {
		int64_t wait = answer->wait_ms > BUSY_LEAST_MS ? answer->wait_ms : BUSY_LEAST_MS;
		station->post_after_ms = station_steady_ms(station) + wait;
		return;
	}
	if (!is_done) {
		pause_posting(station);
		return;
	}
	station->pause_ms = STATION_RETRY_MS;
	if (answer->type == WIRE_RECORDED)
		err = take_recorded(station, answer, &fault);
	else
		err = take_refused(station, answer, &fault);
	if (err) {
		station_note(station, SHOWN_FAULT, "%s", fault.text);
		pause_posting(station);
		return;
	}
	station_post(station);
}

void station_ping(struct station *station)
{
	const struct bench *bench = station->options.bench;
	struct wire wire = {.type = WIRE_PING,
		.kid = span_of(station->options.kid, KID_SIZE),
		.year = bench->newest(bench->self)};
	if (station->ping.is_open || station_steady_ms(station) < station->ping_after_ms)
		return;
	if (station_ask(station, &wire, STATION_CHECK_MS, &station->ping))
		station_lost(station);
}

/* Kept before it is used: after a restart the same packs must have the same keys. */
static enum err learn(struct station *station, const struct wire *answer, struct fault *fault)
{
	const struct bench *bench = station->options.bench;
	enum err err = OK;
	for (size_t i = 0; i < answer->pepper_count && !err; i++) {
		const uint8_t *pepper = answer->pepper[i].pepper.at;
		uint16_t year = answer->pepper[i].year;
		err = outbox_pepper_put(station->options.outbox, year, pepper, fault);
		if (!err)
			err = bench->learn(bench->self, year, pepper, fault);
	}
	return err;
}

void station_ponged(struct station *station, const struct wire *answer)
{
	struct fault fault;
	if (learn(station, answer, &fault))
		station_note(station, SHOWN_FAULT, "%s", fault.text);
	int64_t off = answer->time_ms - env_now_ms(station->options.env);
	if (outbox_sequence_from(station->options.outbox, answer->sequence, &fault))
		station_note(station, SHOWN_FAULT, "%s", fault.text);
	if ((off > STATION_CLOCK_MS || off < -STATION_CLOCK_MS) && !station->is_clock_told) {
		station->is_clock_told = true;
		station_note(station, SHOWN_FAULT,
			"this machine's clock is %lld minutes %s the appliance's: set it right",
			(long long)((off < 0 ? -off : off) / 60000),
			off < 0 ? "ahead of" : "behind");
	}
}
