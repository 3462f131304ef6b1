/* The document is cut into values without being understood: objects that hold the list of events
 * are walked through, everything else is collected byte by byte until it is whole, then parsed
 * (json_tree.h) and understood (json_fill.h, json_head.h). */
#include "gs1/epcis/json_read.h"
#include "gs1/epcis/json_head.h"
#include "gs1/epcis/refuse.h"
#include "ledger/base/buf.h"

#include <assert.h>
#include <stdlib.h>

#define TREE_ROOM   5 /* a tree takes up to so many times its text and more */
#define NAME_MAX    256
#define HELD_HEADER 16 /* size and line before each event that is held */

/* What is expected next, outside of a value. */
enum wanted {
	WANTED_VALUE,
	WANTED_ITEM_OR_END, /* first in an array */
	WANTED_NAME_OR_END, /* first in an object */
	WANTED_NAME,
	WANTED_COLON,
	WANTED_COMMA_OR_END,
	WANTED_NOTHING /* the document has ended */
};

struct epcis_json_reader {
	struct epcis_sink sink;
	struct epcis_limits limits;
	struct epcis_json_document document;
	struct arena kept; /* what stays: the head */
	struct arena tree; /* of one value */
	struct arena event_arena;
	struct epcis_event event;
	struct buf value; /* the value being collected */
	struct buf held; /* events that wait for the context */
	struct buf front; /* the document as long as it may be an event alone */
	enum wanted wanted;
	enum epcis_json_place places[EPCIS_JSON_PLACES_MAX]; /* objects and arrays walked through */
	size_t depth;
	bool is_array[EPCIS_JSON_PLACES_MAX];
	char name[NAME_MAX];
	size_t name_size;
	bool is_name; /* the value collected is a name */
	bool is_collecting;
	bool is_whole; /* the whole document is collected: an event, or a query */
	bool in_text;
	bool is_escaped;
	size_t level; /* brackets open in the value collected */
	size_t line;
	size_t value_line;
	size_t count;
	size_t fed;
	enum err err;
	struct fault fault;
};

static void stop(struct epcis_json_reader *reader, enum err err)
{
	if (err && !reader->err)
		reader->err = err;
}

static void refuse(struct epcis_json_reader *reader, const char *why)
{
	if (!reader->err)
		stop(reader, fault_set(&reader->fault, ERR_FORMAT, reader->line, 0, "line %zu: %s",
				     reader->line, why));
}

enum err epcis_json_open(struct epcis_json_reader **out, const struct epcis_sink *sink,
	const struct epcis_limits *limits, struct fault *fault)
{
	struct epcis_json_reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for reading JSON");
	reader->sink = *sink;
	if (limits)
		reader->limits = *limits;
	if (!reader->limits.event_size)
		reader->limits.event_size = EPCIS_EVENT_LIMIT;
	if (!reader->limits.text_size)
		reader->limits.text_size = EPCIS_TEXT_LIMIT;
	size_t room = reader->limits.event_size;
	buf_init(&reader->value, room);
	buf_init(&reader->held, room);
	buf_init(&reader->front, room);
	reader->line = 1;
	enum err err = arena_init(&reader->kept, room);
	if (!err)
		err = arena_init(&reader->tree, room * TREE_ROOM);
	if (!err)
		err = arena_init(&reader->event_arena, room);
	if (err) {
		epcis_json_free(reader);
		return fault_set(fault, err, 0, 0, "no memory for reading JSON");
	}
	reader->document.fill.arena = &reader->event_arena;
	reader->document.fill.event = &reader->event;
	reader->document.kept = &reader->kept;
	reader->document.head.form = EPCIS_JSON_LD;
	*out = reader;
	return OK;
}

void epcis_json_free(struct epcis_json_reader *reader)
{
	if (!reader)
		return;
	arena_close(&reader->kept);
	arena_close(&reader->tree);
	arena_close(&reader->event_arena);
	buf_close(&reader->value);
	buf_close(&reader->held);
	buf_close(&reader->front);
	free(reader);
}

const struct epcis_head *epcis_json_head(const struct epcis_json_reader *reader)
{
	return &reader->document.head;
}

size_t epcis_json_count(const struct epcis_json_reader *reader)
{
	return reader->count;
}

static void put_event(struct epcis_json_reader *reader, struct span text, size_t line, bool is_lone)
{
	const struct epcis_json *value;
	arena_reset(&reader->tree, 0);
	arena_reset(&reader->event_arena, 0);
	reader->document.fill.fault = &reader->fault;
	stop(reader, epcis_json_parse(&reader->tree, text, line, &value, &reader->fault));
	if (!reader->err)
		stop(reader, epcis_json_event(&reader->document.fill, value, is_lone));
	if (reader->err)
		return;
	reader->count++;
	stop(reader, reader->sink.on_event(reader->sink.self, &reader->event, &reader->fault));
}

/* An event of the list: now, or when the context is known. */
static void take_event(struct epcis_json_reader *reader)
{
	uint64_t header[2] = {reader->value.size, reader->value_line};
	static_assert(sizeof header == HELD_HEADER, "as it is read back");
	if (reader->document.has_context) {
		put_event(reader, buf_span(&reader->value), reader->value_line, false);
		return;
	}
	buf_put(&reader->held, span_of(header, sizeof header));
	buf_put(&reader->held, buf_span(&reader->value));
	if (reader->held.err)
		stop(reader, fault_set(&reader->fault, ERR_LIMIT, reader->line, 0,
				     "line %zu: so many events stand before the @context that they "
				     "cannot be kept: let it come first",
				     reader->line));
}

static void put_held(struct epcis_json_reader *reader)
{
	struct span left = buf_span(&reader->held);
	while (left.size && !reader->err) {
		uint64_t header[2];
		memcpy(header, left.at, sizeof header);
		struct span text = span_cut(left, HELD_HEADER, HELD_HEADER + header[0]);
		put_event(reader, text, header[1], false);
		left = span_cut(left, HELD_HEADER + header[0], left.size);
	}
	buf_close(&reader->held);
	buf_init(&reader->held, reader->limits.event_size);
}

static struct span name_of(const struct epcis_json_reader *reader)
{
	return span_of(reader->name, reader->name_size);
}

/* What stays of the document is parsed into memory that stays. */
static void take_member(struct epcis_json_reader *reader)
{
	struct arena *kept = &reader->kept;
	const struct epcis_json *value;
	size_t from = kept->size;
	if (!arena_put(kept, buf_span(&reader->value))) {
		stop(reader, fault_set(&reader->fault, ERR_LIMIT, reader->line, 0,
				     "line %zu: what stands around the events is too large",
				     reader->line));
		return;
	}
	struct span text = span_of(kept->at + from, kept->size - from);
	stop(reader, epcis_json_parse(kept, text, reader->value_line, &value, &reader->fault));
	if (reader->err)
		return;
	bool had_context = reader->document.has_context;
	stop(reader, epcis_json_member_of(&reader->document, reader->places[reader->depth - 1],
			     name_of(reader), value, &reader->fault));
	if (!had_context && reader->document.has_context)
		put_held(reader);
}

/* The whole document was collected. */
static void take_whole(struct epcis_json_reader *reader)
{
	if (reader->document.is_query) {
		const struct epcis_json *value;
		struct span text = buf_span(&reader->value);
		stop(reader, epcis_json_parse(&reader->tree, text, 1, &value, &reader->fault));
		if (!reader->err)
			stop(reader, epcis_json_params(&reader->document, value, &reader->fault));
		return;
	}
	reader->document.head.document = EPCIS_WITHOUT_DOCUMENT;
	put_event(reader, buf_span(&reader->value), reader->value_line, true);
}

static void take_name(struct epcis_json_reader *reader)
{
	const struct epcis_json *value;
	arena_reset(&reader->tree, 0);
	stop(reader, epcis_json_parse(&reader->tree, buf_span(&reader->value), reader->line, &value,
			     &reader->fault));
	if (reader->err)
		return;
	if (value->kind != EPCIS_JSON_STRING || value->text.size >= NAME_MAX) {
		refuse(reader, "a name of at most 255 bytes in quotes must stand here");
		return;
	}
	memcpy(reader->name, value->text.at, value->text.size);
	reader->name_size = value->text.size;
	reader->wanted = WANTED_COLON;
	if (reader->depth > 1)
		return;
	/* The first name that only one kind of document has tells which it is. */
	enum epcis_json_guess guess = epcis_json_guess(name_of(reader));
	if (guess == EPCIS_JSON_GUESS_DOCUMENT)
		reader->document.is_document = true;
	else if (guess != EPCIS_JSON_GUESS_NOTHING && !reader->document.is_document)
		reader->is_whole = true;
	reader->document.is_query = guess == EPCIS_JSON_GUESS_QUERY && reader->is_whole;
}

/* From here on the document is one value: what was read of it is read again. */
static void collect_whole(struct epcis_json_reader *reader)
{
	buf_reset(&reader->value);
	buf_put(&reader->value, buf_span(&reader->front));
	reader->is_collecting = true;
	reader->level = 1;
	reader->depth = 0;
	reader->value_line = 1;
	reader->in_text = reader->is_escaped = false;
	arena_reset(&reader->kept, 0);
	reader->document.fill.context = (struct epcis_context){0};
	reader->document.head = (struct epcis_head){.form = EPCIS_JSON_LD};
}

static void end_value(struct epcis_json_reader *reader)
{
	reader->is_collecting = false;
	if (reader->value.err) {
		stop(reader,
			fault_set(&reader->fault, ERR_LIMIT, reader->line, 0,
				"line %zu: a value or event is longer than %zu bytes: split it",
				reader->value_line, reader->limits.event_size));
		return;
	}
	if (reader->is_name) {
		reader->is_name = false;
		take_name(reader);
		return;
	}
	reader->wanted = reader->depth ? WANTED_COMMA_OR_END : WANTED_NOTHING;
	if (!reader->depth) {
		take_whole(reader);
		return;
	}
	enum epcis_json_place place = reader->places[reader->depth - 1];
	if (place == EPCIS_JSON_EVENT_LIST) {
		take_event(reader);
		return;
	}
	take_member(reader);
	if (place == EPCIS_JSON_DOCUMENT && reader->document.is_event)
		reader->is_whole = true;
}

static void enter(struct epcis_json_reader *reader, enum epcis_json_place place, bool is_array)
{
	reader->places[reader->depth] = place;
	reader->is_array[reader->depth++] = is_array;
	reader->wanted = is_array ? WANTED_ITEM_OR_END : WANTED_NAME_OR_END;
}

static void leave(struct epcis_json_reader *reader, bool is_array)
{
	size_t depth = --reader->depth;
	if (reader->is_array[depth] != is_array) {
		refuse(reader, "a bracket is closed by one of the other kind");
		return;
	}
	reader->wanted = depth ? WANTED_COMMA_OR_END : WANTED_NOTHING;
	stop(reader, epcis_json_leave(&reader->document, reader->places[depth], reader->line,
			     &reader->fault));
}

/* A value begins: one that is walked through, or one that is collected. */
static void begin_value(struct epcis_json_reader *reader, uint8_t c)
{
	enum epcis_json_place parent =
		reader->depth ? reader->places[reader->depth - 1] : EPCIS_JSON_OUTSIDE;
	enum epcis_json_place place = epcis_json_inside(parent, name_of(reader), c == '[');
	if ((c == '{' || c == '[') && place != EPCIS_JSON_OUTSIDE) {
		enter(reader, place, c == '[');
		return;
	}
	if (!reader->depth) {
		refuse(reader, "a JSON document of EPCIS begins with {");
		return;
	}
	buf_reset(&reader->value);
	buf_put_u8(&reader->value, c);
	reader->is_collecting = true;
	reader->value_line = reader->line;
	reader->level = c == '{' || c == '[';
	reader->in_text = c == '"';
	reader->is_escaped = false;
}

static void take_comma_or_end(struct epcis_json_reader *reader, uint8_t c)
{
	bool is_array = reader->is_array[reader->depth - 1];
	if (c == ',')
		reader->wanted = is_array ? WANTED_VALUE : WANTED_NAME;
	else if (c == '}' || c == ']')
		leave(reader, c == ']');
	else
		refuse(reader, "a comma or closing bracket must stand here");
}

/* One byte outside of values. */
static void take_byte(struct epcis_json_reader *reader, uint8_t c)
{
	switch (reader->wanted) {
	case WANTED_ITEM_OR_END:
	case WANTED_NAME_OR_END:
		if (c == (reader->wanted == WANTED_ITEM_OR_END ? ']' : '}')) {
			leave(reader, c == ']');
			return;
		}
		reader->wanted = reader->wanted == WANTED_ITEM_OR_END ? WANTED_VALUE : WANTED_NAME;
		take_byte(reader, c);
		return;
	case WANTED_NAME:
		if (c != '"') {
			refuse(reader, "a name in quotes must stand here");
			return;
		}
		buf_reset(&reader->value);
		buf_put_u8(&reader->value, c);
		reader->is_collecting = reader->is_name = reader->in_text = true;
		reader->is_escaped = false;
		reader->level = 0;
		return;
	case WANTED_COLON:
		if (c != ':')
			refuse(reader, "a colon must stand behind a name");
		reader->wanted = WANTED_VALUE;
		return;
	case WANTED_VALUE: begin_value(reader, c); return;
	case WANTED_COMMA_OR_END: take_comma_or_end(reader, c); return;
	case WANTED_NOTHING: refuse(reader, "something stands behind the end of the document");
	}
}

/* How many bytes from `at` on belong to the value being collected; ends it if it ends there. */
static size_t collect(struct epcis_json_reader *reader, struct span bytes, size_t at)
{
	size_t from = at;
	bool ends = false;
	while (at < bytes.size && !ends) {
		uint8_t c = bytes.at[at];
		if (reader->in_text) {
			if (reader->is_escaped)
				reader->is_escaped = false;
			else if (c == '\\')
				reader->is_escaped = true;
			else if (c == '"') {
				reader->in_text = false;
				ends = !reader->level;
			}
			reader->line += c == '\n';
			at++;
			continue;
		}
		bool is_close = c == '}' || c == ']';
		if (!reader->level && (is_close || c == ',' || c <= ' ')) {
			ends = true; /* a number or word: this byte is not its own */
			break;
		}
		reader->in_text = c == '"';
		reader->level += c == '{' || c == '[';
		reader->level -= is_close;
		reader->line += c == '\n';
		ends = is_close && !reader->level;
		at++;
	}
	buf_put(&reader->value, span_cut(bytes, from, at));
	if (ends)
		end_value(reader);
	return at - from;
}

static bool is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* As long as it is not known what the document is, its bytes are kept. */
static void keep_front(struct epcis_json_reader *reader, struct span bytes)
{
	if (reader->document.is_document || reader->is_whole)
		return;
	buf_put(&reader->front, bytes);
	if (reader->front.err)
		stop(reader, fault_set(&reader->fault, ERR_LIMIT, reader->line, 0,
				     "line %zu: nothing so far tells what document this is",
				     reader->line));
}

enum err epcis_json_feed(struct epcis_json_reader *reader, struct span bytes, struct fault *fault)
{
	static const uint8_t mark[3] = {0xef, 0xbb, 0xbf};
	for (size_t at = 0; at < bytes.size && !reader->err;) {
		uint8_t c = bytes.at[at];
		size_t from = at;
		if (reader->is_collecting) {
			at += collect(reader, bytes, at);
		} else if (reader->fed + at < sizeof mark && c == mark[reader->fed + at]) {
			at++;
			continue;
		} else if (c < 0x80 && is_white(c)) {
			reader->line += c == '\n';
			at++;
		} else {
			take_byte(reader, c);
			at++;
		}
		bool was_whole = reader->is_whole && reader->depth;
		if (!was_whole || !reader->is_whole)
			keep_front(reader, span_cut(bytes, from, at));
		else {
			buf_put(&reader->front, span_cut(bytes, from, at));
			collect_whole(reader);
		}
	}
	reader->fed += bytes.size;
	if (reader->err && fault)
		*fault = reader->fault;
	return reader->err;
}

enum err epcis_json_end(struct epcis_json_reader *reader, struct fault *fault)
{
	if (!reader->err && reader->wanted != WANTED_NOTHING)
		refuse(reader, "the document is cut off: brackets are open");
	if (!reader->err && reader->held.size)
		put_held(reader);
	if (reader->err && fault)
		*fault = reader->fault;
	return reader->err;
}
