#include "appliance/view/moving.h"

#include "appliance/view/consignment.h"
#include "appliance/view/contents.h"
#include "appliance/view/intake.h"
#include "gs1/syntax/urn.h"

#include <stdlib.h>

#define PARENTS_MAX 8 /* pack in case in pallet in ... */
#define EPC_ROOM    4096

void moving_put_epcs(const struct span *epcs, size_t count, struct buf *buf)
{
	cbor_put_array(buf, count);
	for (size_t i = 0; i < count; i++)
		cbor_put_text(buf, epcs[i]);
}

/* To be freed; NULL when out of memory. *count is 0 for bytes that are none of ours. */
static struct span *read_epcs(struct span bytes, size_t *count)
{
	struct cbor cbor;
	cbor_init(&cbor, bytes);
	*count = bytes.size ? cbor_array(&cbor, CONTENTS_MAX) : 0;
	struct span *epcs = calloc(*count + 1, sizeof *epcs);
	for (size_t i = 0; epcs && i < *count; i++)
		epcs[i] = cbor_text(&cbor);
	if (cbor.fault.err)
		*count = 0;
	return epcs;
}

/* ---- claims ---- */

static bool has_epc(const struct span *epcs, size_t count, struct span epc)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(epcs[i], epc))
			return true;
	return false;
}

/* Whether an EPC, or something it lies in, is among these. */
static enum err lies_in(struct view *view, const char *party, struct span epc,
	const struct span *epcs, size_t count, bool *lies, struct fault *fault)
{
	struct buf one;
	enum err err = OK;
	buf_init(&one, EPC_ROOM);
	buf_put(&one, epc);
	*lies = false;
	for (int level = 0; !err && !*lies && level < PARENTS_MAX; level++) {
		struct buf parent;
		*lies = has_epc(epcs, count, buf_span(&one));
		buf_init(&parent, EPC_ROOM);
		err = view_parent(view, party, buf_span(&one), &parent, fault);
		buf_close(&one);
		one = parent;
	}
	buf_close(&one);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err overlap(struct view *view, const char *party, const struct moving *one,
	const struct moving *other, bool *overlaps, struct fault *fault)
{
	size_t count;
	size_t other_count;
	struct span *epcs = read_epcs(one->epcs, &count);
	struct span *others = read_epcs(other->epcs, &other_count);
	enum err err = OK;
	*overlaps = false;
	if (!epcs || !others)
		err = fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a movement");
	for (size_t i = 0; !err && !*overlaps && i < count; i++)
		err = lies_in(view, party, epcs[i], others, other_count, overlaps, fault);
	for (size_t i = 0; !err && !*overlaps && i < other_count; i++)
		err = lies_in(view, party, others[i], epcs, count, overlaps, fault);
	free(epcs);
	free(others);
	return err;
}

/* Both of two at once may find each other and give way: then neither moves. */
static enum err check_claim(
	struct view *view, const char *party, const struct moving *moving, struct fault *fault)
{
	struct moving other;
	struct buf memory;
	uint64_t after = 0;
	bool overlaps = false;
	enum err err = OK;
	buf_init(&memory, VIEW_MOVING_MAX);
	while (!err && !overlaps) {
		err = view_moving_next(view, party, after, &other, &memory, fault);
		if (err)
			break;
		after = other.sequence;
		if (other.is_claim && after != moving->sequence)
			err = overlap(view, party, moving, &other, &overlaps, fault);
	}
	buf_close(&memory);
	if (overlaps)
		return fault_set(fault, ERR_BUSY, 0, 0,
			"this is being shipped or received at this moment: look again");
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err moving_begin(const struct moving_place *place, const struct desk_party *party,
	struct moving *moving, struct fault *fault)
{
	enum err err =
		moving->sequence ? OK : desk_sequence(place->desk, party, &moving->sequence, fault);
	if (!err)
		err = view_moving_put(place->view, party->name, moving, fault);
	if (!err && moving->is_claim) {
		struct fault second;
		err = check_claim(place->view, party->name, moving, fault);
		if (err && moving_drop(place, party, moving->sequence, &second))
			return err; /* the next start drops it */
	}
	return err;
}

/* ---- the view follows ---- */

/* Puts all packs into a state as of that time, but for those that are gone for good. */
static enum err put_state(struct view *view, const char *party, const struct contents *contents,
	enum stock_state state, int64_t time_ms, struct fault *fault)
{
	enum err err = OK;
	for (size_t i = 0; !err && i < contents_count(contents); i++) {
		struct gs1_epc one;
		struct stock_pack pack;
		if (gs1_epc_read(content_epc(contents, i), &one, NULL) || one.kind != GS1_EPC_PACK)
			continue;
		err = view_stock_get(view, party, one.key, one.extension, &pack, fault);
		if (!err) {
			pack.state = state;
			err = view_stock_put_at(view, party, &pack, time_ms, fault);
		}
		if (err == ERR_NOT_FOUND)
			err = OK;
	}
	return err;
}

static enum err follow_event(struct view *view, const char *party, const struct moving *moving,
	uint64_t position, const struct span *epcs, size_t count, struct fault *fault)
{
	struct view_event event = moving->event;
	int64_t id = 0;
	event.party = party;
	event.position = position;
	if (!event.json.size)
		return OK;
	enum err err = view_event_add(view, &event, &id, fault);
	if (err == ERR_EXISTS)
		return OK;
	for (size_t i = 0; !err && i < count; i++)
		err = view_event_epc(view, party, id, epcs[i], fault);
	return err;
}

static enum err follow(struct view *view, const char *party, const struct moving *moving,
	uint64_t position, struct fault *fault)
{
	size_t count;
	struct contents contents;
	struct span *epcs = read_epcs(moving->epcs, &count);
	if (!epcs)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a movement");
	enum err err = follow_event(view, party, moving, position, epcs, count, fault);
	if (!err && moving->state != STOCK_KNOWN && !moving->pack.gtin[0]) {
		err = contents_find(&contents, view, party, epcs, count, fault);
		if (!err)
			err = put_state(view, party, &contents, moving->state,
				moving->event.time_ms, fault);
		contents_close(&contents);
	}
	free(epcs);
	if (err || !moving->pack.gtin[0])
		return err;
	struct stock_pack pack = moving->pack;
	pack.state = moving->state;
	return pack.serial[0] ? view_stock_put(view, party, &pack, fault)
			      : view_stock_count(view, party, &pack, fault);
}

enum err moving_end(const struct moving_place *place, const struct desk_party *party,
	const struct moving *moving, uint64_t position, struct fault *fault)
{
	bool was_there = false;
	enum err err = view_begin(place->view, fault);
	if (err)
		return err;
	err = view_moving_drop(place->view, party->name, moving->sequence, &was_there, fault);
	if (!err && was_there)
		err = follow(place->view, party->name, moving, position, fault);
	if (!err)
		return view_commit(place->view, fault);
	view_rollback(place->view);
	return err;
}

enum err moving_drop(const struct moving_place *place, const struct desk_party *party,
	uint64_t sequence, struct fault *fault)
{
	bool was_there;
	return view_moving_drop(place->view, party->name, sequence, &was_there, fault);
}

/* ---- after a crash ---- */

/* To those served here whose box key opens the sealed file. */
static enum err deliver_to(const struct moving_place *place, const struct desk_party *reader,
	const struct desk_party *author, const struct statement *statement,
	const struct stated *stated, struct fault *fault)
{
	struct buf buf;
	struct attachment_content content;
	if (reader == author || !reader->has_box || !statement->attachment_count)
		return OK;
	buf_init(&buf, CONSIGNMENT_SIZE_MAX);
	enum err err = attachments_read(
		place->attachments, place->desk, reader, statement, 0, &buf, &content, fault);
	if (!err)
		err = intake(
			place->view, reader->name, author->member, stated, content.bytes, fault);
	else if (err == ERR_NOT_FOUND || err == ERR_SIGNATURE)
		err = OK; /* sealed for others, or erased since */
	buf_close(&buf);
	return err;
}

static enum err deliver(const struct moving_place *place, const struct desk_party *author,
	const struct stated *stated, struct fault *fault)
{
	struct reader *reader = NULL;
	struct buf bytes;
	struct statement statement;
	const struct desk_party *party;
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	enum err err = desk_reader(place->desk, &reader, fault);
	if (!err)
		err = reader_statement(reader, stated->position, &bytes, fault);
	desk_reader_back(place->desk, reader);
	if (!err)
		err = statement_decode(buf_span(&bytes), SIGNED_STATEMENT, &statement, fault);
	for (size_t i = 0; !err && (party = desk_party(place->desk, i)); i++)
		err = deliver_to(place, party, author, &statement, stated, fault);
	buf_close(&bytes);
	return err;
}

static enum err settle_all(const struct moving_place *place, const struct desk_party *party,
	bool is_start, struct fault *fault)
{
	struct moving moving;
	struct stated stated;
	struct buf memory;
	uint64_t after = 0;
	enum err err;
	buf_init(&memory, VIEW_MOVING_MAX);
	while (!(
		err = view_moving_next(place->view, party->name, after, &moving, &memory, fault))) {
		after = moving.sequence;
		err = desk_recorded(place->desk, party, moving.sequence, &stated, fault);
		if (err == ERR_NOT_FOUND) {
			err = is_start ? moving_drop(place, party, moving.sequence, fault) : OK;
		} else if (!err) {
			err = deliver(place, party, &stated, fault);
			if (!err)
				err = moving_end(place, party, &moving, stated.position, fault);
		}
		if (err)
			break;
	}
	buf_close(&memory);
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err moving_catch_up(
	const struct moving_place *place, const struct desk_party *party, struct fault *fault)
{
	return settle_all(place, party, false, fault);
}

enum err moving_recover(const struct moving_place *place, struct fault *fault)
{
	const struct desk_party *party;
	enum err err = OK;
	for (size_t i = 0; !err && (party = desk_party(place->desk, i)); i++)
		err = settle_all(place, party, true, fault);
	return err;
}
