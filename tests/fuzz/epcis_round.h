/* For the fuzzers of EPCIS: whatever was read, in any form, can be written in each form that has a
 * place for it, and reads back with the same hashes. However the bytes are cut, the outcome is the
 * same. */
#ifndef TESTS_FUZZ_EPCIS_ROUND_H
#define TESTS_FUZZ_EPCIS_ROUND_H

#include "gs1/epcis/hash.h"
#include "gs1/epcis/read.h"
#include "gs1/epcis/write.h"
#include "ledger/base/civil.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define WRITTEN_MAX ((size_t)16 << 20)

struct round {
	size_t events;
	uint8_t hash[HASH_SIZE]; /* of all events, in order */
	struct epcis_reader *reader;
	struct buf *out; /* NULL: nothing is written */
	enum epcis_form form;
	struct epcis_writer writer;
	bool has_begun;
	enum err write_err;
	char room[CIVIL_TIME_SIZE];
};

static inline void round_begin(struct round *round)
{
	struct epcis_head head = *epcis_reader_head(round->reader);
	if (!head.creation_date.at)
		head.creation_date = epcis_head_made(0, round->room).creation_date;
	head.may_lose = true;
	round->has_begun = true;
	round->write_err = epcis_writer_begin(&round->writer, round->form, &head, round->out, NULL);
}

static inline enum err round_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct round *round = self;
	uint8_t both[2 * HASH_SIZE];
	memcpy(both, round->hash, HASH_SIZE);
	enum err err = epcis_hash(event, EPCIS_HASH_ONE_NAME, both + HASH_SIZE, fault);
	assert(err == OK || err == ERR_LIMIT);
	if (err)
		return err;
	hash_sha256(span_of(both, sizeof both), round->hash);
	round->events++;
	if (!round->out)
		return OK;
	if (!round->has_begun)
		round_begin(round);
	if (!round->write_err) {
		round->write_err = epcis_writer_event(&round->writer, event, round->out, fault);
		assert(round->write_err == OK || round->write_err == ERR_LIMIT ||
			round->write_err == ERR_RANGE);
	}
	return OK;
}

static inline enum err round_read(
	struct span text, size_t piece, struct round *round, struct fault *fault)
{
	struct epcis_limits limits = {.event_size = (size_t)1 << 20};
	struct epcis_sink sink = {round, round_event};
	assert(epcis_reader_open(&round->reader, &sink, &limits, fault) == OK);
	enum err err = OK;
	for (size_t at = 0; at < text.size && !err; at += piece)
		err = epcis_reader_feed(round->reader, span_cut(text, at, at + piece), fault);
	if (!err)
		err = epcis_reader_end(round->reader, fault);
	assert(epcis_reader_count(round->reader) == round->events || err);
	if (!err && round->out && !round->has_begun)
		round_begin(round);
	if (!err && round->out && !round->write_err)
		round->write_err = epcis_writer_end(&round->writer, round->out, fault);
	epcis_reader_free(round->reader);
	return err;
}

/* Writes it in a form and reads that again. */
static inline void round_form(struct span text, enum epcis_form form, const struct round *first)
{
	struct buf out;
	struct fault fault = {0};
	buf_init(&out, WRITTEN_MAX);
	struct round writing = {.out = &out, .form = form};
	assert(round_read(text, text.size + 1, &writing, &fault) == OK);
	if (!writing.write_err) {
		struct round back = {0};
		enum err err = round_read(buf_span(&out), out.size + 1, &back, &fault);
		if (err != OK && err != ERR_LIMIT) {
			(void)fprintf(
				stderr, "form %d: %s\n%s\n", (int)form, fault.text, buf_text(&out));
			abort();
		}
		if (!err && (back.events != first->events ||
				    memcmp(back.hash, first->hash, HASH_SIZE) != 0)) {
			(void)fprintf(
				stderr, "form %d: other events\n%s\n", (int)form, buf_text(&out));
			abort();
		}
	}
	buf_close(&out);
}

static inline int round_trip(const uint8_t *data, size_t size)
{
	struct span text = span_of(data, size);
	struct fault fault = {0};
	struct round first = {0};
	struct round cut = {0};
	enum err err = round_read(text, size + 1, &first, &fault);
	assert(!err || (fault.err == err && fault.text[0]));
	enum err again = round_read(text, size ? data[size / 2] % 61 + 1 : 1, &cut, &fault);
	assert((again == OK) == (err == OK));
	if (err)
		return 0;
	assert(cut.events == first.events && !memcmp(cut.hash, first.hash, HASH_SIZE));
	for (int form = EPCIS_XML_1_2; form <= EPCIS_CBOR; form++)
		round_form(text, (enum epcis_form)form, &first);
	return 0;
}

#endif
