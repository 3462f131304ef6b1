/* Standing against a model: whatever is said of a record, the history read backwards gives what
 * the same statements give read forwards, at every moment and for every final size. */
#include "tests/tap.h"
#include "tests/unit/people_state.h"

enum { RUNS = 60, STEPS = 30, ASKED = 40, ENTRIES = 2 };

enum said {
	SAID_STATUS,
	SAID_UNKNOWN,
	SAID_CONFIRMED,
};

struct heard {
	enum said said;
	uint32_t index;
	enum record_status status;
	uint64_t position;
	int64_t time_ms;
	int64_t effective_ms;
};

struct story {
	struct people_state state;
	uint64_t seed;
	struct heard heard[STEPS + ENTRIES];
	size_t count;
};

static unsigned draw(struct story *story, unsigned below)
{
	story->seed = story->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(story->seed >> 33) % below;
}

static void hear(struct story *story, enum said said, uint32_t index, enum record_status status,
	int64_t effective_ms)
{
	story->heard[story->count++] = (struct heard){.said = said,
		.index = index,
		.status = status,
		.position = story->state.position - 1,
		.time_ms = story->state.time_ms,
		.effective_ms = effective_ms};
}

/* One statement, perhaps refused; what was accepted is heard. */
static void say_something(struct story *story)
{
	struct people_state *state = &story->state;
	uint32_t index = draw(story, ENTRIES);
	int64_t effective = state->time_ms - (int64_t)draw(story, 3) * HOUR_MS;
	union kind_body body = {.record_status = {.list = state_id('L', STATUS_LIST_ID),
					.has_index = true,
					.index = index,
					.effective_ms = effective,
					.reason = STATUS_REASON_CONFIRMED}};
	switch (draw(story, 6)) {
	case 0: break;
	case 1: body.record_status.reason = STATUS_REASON_REINSTATED; break;
	case 2:
		body.record_status.reason = STATUS_REASON_SOURCE;
		body.record_status.status = RECORD_SUSPENDED;
		break;
	case 3:
		if (draw(story, 6) != 0)
			return;
		body.record_status.reason = STATUS_REASON_LAPSED;
		body.record_status.status = RECORD_REVOKED;
		break;
	case 4: body.record_status.has_index = false; break;
	default:
		body.observed_change = (struct observed_change_body){
			.list = state_id('L', STATUS_LIST_ID), .index = index};
		if (!state_say(state, AGENCY, KIND_OBSERVED_CHANGE, &body))
			hear(story, SAID_UNKNOWN, index, RECORD_UNKNOWN, state->time_ms);
		return;
	}
	if (state_say(state, HOSPITAL, KIND_STATUS, &body))
		return;
	hear(story, body.record_status.has_index ? SAID_STATUS : SAID_CONFIRMED, index,
		body.record_status.status, effective);
}

/* The same, told from the beginning. */
static struct standing told(
	const struct story *story, uint32_t index, int64_t at_ms, uint64_t final_size)
{
	struct standing now = {.status = RECORD_UNKNOWN};
	int64_t own_ms = 0; /* when the entry itself was last said to be so */
	int64_t confirmed = 0; /* the list, since then */
	for (size_t i = 0; i < story->count; i++) {
		const struct heard *h = &story->heard[i];
		bool is_good = h->said == SAID_CONFIRMED || h->status == RECORD_VALID;
		if (h->time_ms > at_ms || (is_good && h->position >= final_size))
			continue;
		if (h->said == SAID_CONFIRMED) {
			if (now.status == RECORD_VALID)
				confirmed = h->effective_ms;
		} else if (h->index != index) {
			continue;
		} else if (h->said == SAID_UNKNOWN) {
			if (now.status == RECORD_VALID)
				now.status = RECORD_UNKNOWN;
		} else {
			now.status = h->status;
			own_ms = h->effective_ms;
			confirmed = 0;
		}
	}
	now.said_ms = confirmed > own_ms ? confirmed : own_ms;
	return now;
}

TEST(standing_read_backwards_is_the_story_told_forwards)
{
	size_t seen[4] = {0};
	for (uint64_t run = 0; run < RUNS; run++) {
		struct story story = {.seed = run};
		NEED(state_open(&story.state));
		for (uint32_t i = 0; i < ENTRIES; i++) {
			NEED(!state_attest(
				&story.state, HOSPITAL, ISSUER_EMPLOYER, (char)('a' + i), 'L', i));
			hear(&story, SAID_STATUS, i, RECORD_VALID, story.state.time_ms);
		}
		for (size_t i = 0; i < STEPS; i++) {
			story.state.time_ms += (int64_t)draw(&story, 3) * HOUR_MS;
			say_something(&story);
		}
		for (size_t i = 0; i < ASKED; i++) {
			uint32_t index = draw(&story, ENTRIES);
			int64_t at =
				STATE_TIME + (int64_t)draw(&story, 2 * STEPS) * HOUR_MS - HOUR_MS;
			uint64_t final_size = 2 + draw(&story, (unsigned)story.state.position);
			struct standing expected = told(&story, index, at, final_size);
			struct standing got;
			NEED(!standing_read(story.state.table, state_id('L', STATUS_LIST_ID).at,
				index, at, final_size, &got, NULL));
			seen[got.status]++;
			CHECK_ROW(got.status == expected.status && got.said_ms == expected.said_ms,
				"run %u: index %u, hour %lld, final %u: %s (%lld), not %s (%lld)",
				(unsigned)run, index, (long long)((at - STATE_TIME) / HOUR_MS),
				(unsigned)final_size, code_word(CODES_STATUS, got.status),
				(long long)((got.said_ms - STATE_TIME) / HOUR_MS),
				code_word(CODES_STATUS, expected.status),
				(long long)((expected.said_ms - STATE_TIME) / HOUR_MS));
		}
		state_close(&story.state);
	}
	for (size_t i = 0; i < 4; i++)
		CHECK_ROW(seen[i] > 20, "status %zu was hardly asked for", i);
}

/* A list that is confirmed every hour for a year: every moment of it can be asked about. */
TEST(a_list_that_is_confirmed_often_answers_for_every_past_moment)
{
	enum { HOURS = 366 * 24 };
	struct people_state state;
	struct standing got;
	const uint8_t *list = state_id('L', STATUS_LIST_ID).at;
	NEED(state_open(&state));
	NEED(!state_attest(&state, HOSPITAL, ISSUER_EMPLOYER, 'a', 'L', 0));
	uint64_t first = state.position;
	union kind_body body = {.record_status = {.list = state_id('L', STATUS_LIST_ID),
					.reason = STATUS_REASON_CONFIRMED}};
	for (int64_t hour = 1; hour <= HOURS; hour++) {
		state.time_ms = STATE_TIME + hour * HOUR_MS;
		state.position += (uint64_t)hour % 7; /* others say things in between */
		body.record_status.effective_ms = state.time_ms;
		NEED(!state_say(&state, HOSPITAL, KIND_STATUS, &body));
	}
	for (int64_t hour = 0; hour <= HOURS; hour += 37) {
		int64_t at = STATE_TIME + hour * HOUR_MS;
		NEED(!standing_read(state.table, list, 0, at + 1, UINT64_MAX, &got, NULL));
		CHECK_ROW(got.status == RECORD_VALID && got.said_ms == at, "hour %d", (int)hour);
		NEED(!standing_read(
			state.table, list, 0, at + HOUR_MS - 1, UINT64_MAX, &got, NULL));
		CHECK_ROW(got.said_ms == at, "the end of hour %d", (int)hour);
	}
	/* Of what is not final nothing counts, whatever the moment. */
	NEED(!standing_read(state.table, list, 0, state.time_ms, first, &got, NULL));
	CHECK(got.status == RECORD_VALID && got.said_ms == STATE_TIME);
	NEED(!standing_read(state.table, list, 0, state.time_ms, first + 1, &got, NULL));
	CHECK(got.said_ms == STATE_TIME);
	NEED(!standing_read(state.table, list, 0, state.time_ms, first + 2, &got, NULL));
	CHECK(got.said_ms == STATE_TIME + HOUR_MS);
	state_close(&state);
}

TAP_MAIN(CASE(standing_read_backwards_is_the_story_told_forwards),
	CASE(a_list_that_is_confirmed_often_answers_for_every_past_moment))
