/* Statements handed in by the thousand: no worker, no receipt, no allocation of ours. */
#include "appliance/stations_parts.h"

#include "appliance/rules/outcomes.h"
#include "ledger/submit.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define BUSY_MS      20 /* all places taken: some are free again after a batch or two */
#define BUSY_SLOW_MS 5000
#define PASS_MAX     512 /* answers before requests have their turn */

struct seat {
	uint64_t request;
	uint8_t identity_size;
	uint8_t identity[CALLER_IDENTITY_MAX];
};

struct recording {
	struct submitter *submitter;
	struct channel *port; /* the stations' */
	size_t free_count;
	uint16_t free[RECORDING_OPEN_MAX];
	struct seat place[RECORDING_OPEN_MAX];
	struct answer answer;
};

enum err recording_open(
	struct recording **out, struct service *service, struct channel *port, struct fault *fault)
{
	struct recording *recording = calloc(1, sizeof *recording);
	if (!recording)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the stations");
	recording->port = port;
	for (size_t i = 0; i < RECORDING_OPEN_MAX; i++)
		recording->free[recording->free_count++] = (uint16_t)(RECORDING_OPEN_MAX - 1 - i);
	enum err err = submitter_open(&recording->submitter, service, fault);
	if (err)
		free(recording);
	else
		*out = recording;
	return err;
}

void recording_free(struct recording *recording)
{
	if (!recording)
		return;
	submitter_free(recording->submitter);
	free(recording);
}

int recording_fd(const struct recording *recording)
{
	return submitter_fd(recording->submitter);
}

static bool tell(struct recording *recording, struct span identity, const struct wire *wire)
{
	struct wire_frames frames;
	enum err err = wire_encode(wire, &frames, NULL);
	if (!err) {
		struct span message[] = {identity, frames.frame[0], frames.frame[1]};
		err = channel_send(recording->port, message, 3, 0, NULL);
	}
	wire_frames_close(&frames);
	return err == OK;
}

bool recording_take(struct recording *recording, struct span identity, const struct wire *wire)
{
	struct wire busy = {.type = WIRE_BUSY, .request = wire->request, .wait_ms = BUSY_MS};
	if (!recording->free_count)
		return tell(recording, identity, &busy);
	uint16_t tag = recording->free[recording->free_count - 1];
	if (submitter_send(recording->submitter, wire->statement, WANTS_REFUSAL, tag, NULL))
		return tell(recording, identity, &busy);
	recording->free_count--;
	struct seat *place = &recording->place[tag];
	place->request = wire->request;
	place->identity_size = (uint8_t)identity.size;
	memcpy(place->identity, identity.at, identity.size);
	return true;
}

static struct span print_line(char *text, size_t room, const struct outcome *outcome, uint16_t code)
{
	char sentence[OUTCOME_SENTENCE_MAX];
	outcome_sentence(code, outcome->a, outcome->b, sentence);
	(void)snprintf(text, room, "%s", sentence[0] ? sentence : "no reason");
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return span_text(text);
}

/* Recorded but not signed for yet: asked again, the ledger tells the same position. */
static void judge(const struct answer *answer, struct wire *wire, char *text, size_t room)
{
	const struct outcome *outcome = &answer->outcome;
	if (answer->err || (answer_is_recorded(answer) && !answer->is_final)) {
		wire->type = WIRE_BUSY;
		wire->wait_ms = answer->err == ERR_BUSY ? answer->retry_ms
				: answer->err           ? BUSY_SLOW_MS
							: BUSY_MS;
	} else if (answer_is_recorded(answer)) {
		wire->type = WIRE_RECORDED;
		wire->position = answer->position;
		wire->time_ms = answer->time_ms;
		wire->alert = outcome->code ? 0 : outcome->alert;
		if (wire->alert)
			wire->sentence = print_line(text, room, outcome, wire->alert);
	} else {
		wire->type = WIRE_REFUSED;
		wire->code = outcome->code;
		wire->word = span_text(outcome_word(outcome->code));
		wire->sentence = print_line(text, room, outcome, outcome->code);
		wire->refusal = span_of(answer->signed_bytes, answer->signed_size);
	}
}

bool recording_answer(struct recording *recording, uint64_t *dropped)
{
	char text[WIRE_SENTENCE_MAX + 1];
	uint64_t tag;
	bool any = false;
	for (size_t i = 0; i < PASS_MAX; i++) {
		if (submitter_wait(recording->submitter, 0, &tag, &recording->answer, NULL))
			break;
		any = true;
		assert(tag < RECORDING_OPEN_MAX);
		const struct seat *place = &recording->place[tag];
		struct wire wire = {.request = place->request};
		judge(&recording->answer, &wire, text, sizeof text);
		recording->free[recording->free_count++] = (uint16_t)tag;
		if (!tell(recording, span_of(place->identity, place->identity_size), &wire))
			++*dropped;
	}
	return any;
}
