#include "appliance/view/handling.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/opener.h"
#include "appliance/view/quarantine.h"
#include "appliance/view/settling.h"

#include <stdlib.h>

#define BODY_ROOM 512

static enum err read_opener(struct desk *desk, const struct scanned *scanned,
	uint8_t opener[KEY_SIZE], struct fault *fault)
{
	struct desk_moment moment;
	enum err err = desk_begin(desk, &moment, fault);
	if (!err)
		err = scanned_opener(desk, moment.snapshot.table, scanned, opener, fault);
	desk_end(desk, &moment);
	return err;
}

static void fill_pack(const struct scanned *scanned, struct stock_pack *pack)
{
	*pack = (struct stock_pack){.count = 1};
	memcpy(pack->gtin, scanned->pack.gtin, sizeof pack->gtin);
	memcpy(pack->lot, scanned->pack.lot, sizeof pack->lot);
	memcpy(pack->serial, scanned->pack.serial, sizeof pack->serial);
	memcpy(pack->expiry, scanned->pack.expiry, sizeof pack->expiry);
}

/* States what is under way; the view follows. */
static enum err state(struct desk *desk, struct view *view, const struct desk_party *party,
	struct underway *underway, const union kind_body *body, struct handled *handled,
	struct fault *fault)
{
	const struct kind *kind = kind_find(underway->kind);
	uint8_t memory[BODY_ROOM];
	struct buf bytes;
	buf_over(&bytes, memory, sizeof memory);
	kind->encode(body, &bytes);
	if (bytes.err)
		return fault_set(fault, bytes.err, 0, 0, "the statement's body is too large");
	enum err err = settling_begin(desk, view, party, underway, fault);
	if (err)
		return err;
	struct desk_statement statement = {.party = party,
		.kind = kind->number,
		.word = kind->word,
		.body = buf_span(&bytes),
		.sequence = underway->sequence};
	err = desk_state(desk, &statement, &handled->stated, fault);
	/* Nothing was recorded. After any other fault the next start finds out. */
	if (err == ERR_REFUSED || err == ERR_BUSY || err == ERR_TIMEOUT) {
		struct fault second;
		if (settling_drop(view, party, underway, &second))
			return err; /* the next start drops it */
	}
	if (err)
		return err;
	handled->alert = handled->stated.outcome.alert;
	return settling_end(view, party, underway, handled->stated.position, handled->alert, fault);
}

static enum err handle_serial(struct desk *desk, struct view *view, const struct desk_party *party,
	const struct scanned *scanned, const struct handling *handling, struct handled *handled,
	struct fault *fault)
{
	uint8_t opener[KEY_SIZE];
	uint8_t hash[HASH_SIZE];
	uint8_t memory[128];
	struct buf items;
	struct underway underway = {
		.kind = (uint16_t)handling->kind, .sequence = handling->sequence};
	buf_over(&items, memory, sizeof memory);
	enum err err = read_opener(desk, scanned, opener, fault);
	if (err)
		return err;
	fill_pack(scanned, &underway.pack);
	env_random(desk_env(desk), underway.secret, sizeof underway.secret);
	hash_sha256(span_of(underway.secret, sizeof underway.secret), hash);
	element_put(&items, opener, hash, handling->remaining);
	union kind_body body = {.change = {
					.gtin = scanned->gtin,
					.lot = span_text(scanned->pack.lot),
					.elements = {.items = buf_span(&items),
						.count = 1,
						.has_parameters = handling->remaining != 0},
					.reason = (uint8_t)handling->reason,
				}};
	err = state(desk, view, party, &underway, &body, handled, fault);
	secret_wipe(&underway, sizeof underway);
	return err;
}

static enum err handle_loose(struct desk *desk, struct view *view, const struct desk_party *party,
	const struct scanned *scanned, const struct handling *handling, struct handled *handled,
	struct fault *fault)
{
	struct underway underway = {
		.kind = (uint16_t)handling->kind, .sequence = handling->sequence};
	uint32_t count = handling->loose ? handling->loose : 1;
	union kind_body body = {.change = {
					.gtin = scanned->gtin,
					.lot = span_text(scanned->pack.lot),
					.loose = count,
					.reason = (uint8_t)handling->reason,
				}};
	if (handling->kind != KIND_SUPPLY)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"this pack has no number of its own: it can be supplied, nothing else");
	fill_pack(scanned, &underway.pack);
	underway.pack.count = count;
	return state(desk, view, party, &underway, &body, handled, fault);
}

enum err handle_pack(struct desk *desk, struct view *view, const struct desk_party *party,
	struct span scan, const struct handling *handling, struct handled *handled,
	struct fault *fault)
{
	struct scanned scanned;
	*handled = (struct handled){0};
	enum err err = scanned_read(scan, &scanned, fault);
	if (err)
		return err;
	if (!scanned.pack.has_lot)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"the scan has no lot (AI 10): scan the square code on the pack");
	err = quarantine_permits(view, party, &scanned, handling->kind, handling->reason, fault);
	if (err)
		return err;
	return scanned.pack.has_serial
		       ? handle_serial(desk, view, party, &scanned, handling, handled, fault)
		       : handle_loose(desk, view, party, &scanned, handling, handled, fault);
}

enum err handle_undo(struct desk *desk, struct view *view, const struct desk_party *party,
	struct span scan, const struct undoing *undoing, struct handled *handled,
	struct fault *fault)
{
	struct scanned scanned;
	struct undo_secret undo;
	bool is_return = undoing->is_return;
	struct underway underway = {
		.kind = is_return ? KIND_RETURN : KIND_VOID, .sequence = undoing->sequence};
	uint8_t opener[KEY_SIZE];
	uint8_t memory[128];
	struct buf items;
	*handled = (struct handled){0};
	buf_over(&items, memory, sizeof memory);
	enum err err = scanned_read(scan, &scanned, fault);
	if (!err)
		err = settling_catch_up(desk, view, party, fault);
	if (!err)
		err = view_secret_get(
			view, party->name, scanned.pack.gtin, scanned.pack.serial, &undo, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, err, 0, 0,
			"this site has recorded no change of this pack that it could undo");
	if (!err && undoing->has_position && undoing->position != undo.position)
		err = fault_set(fault, ERR_EXISTS, 0, 0,
			"the last change of this pack here is at position %llu, not at the one "
			"named",
			(unsigned long long)undo.position);
	if (err)
		return err;
	/* The scan may have come without its lot. */
	memcpy(scanned.pack.lot, undo.lot, sizeof undo.lot);
	err = read_opener(desk, &scanned, opener, fault);
	if (err)
		return err;
	element_put(&items, opener, undo.secret, 0);
	union kind_body body = {.undo = {
					.gtin = scanned.gtin,
					.lot = span_text(undo.lot),
					.elements = {.items = buf_span(&items), .count = 1},
					.has_position = !is_return,
					.position = is_return ? 0 : undo.position,
					.never_left = is_return && undoing->never_left,
				}};
	fill_pack(&scanned, &underway.pack);
	memcpy(underway.secret, undo.secret, sizeof underway.secret);
	err = state(desk, view, party, &underway, &body, handled, fault);
	secret_wipe(&undo, sizeof undo);
	secret_wipe(&underway, sizeof underway);
	return err;
}

enum err handling_note(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, unsigned kind, uint64_t position, uint16_t alert,
	struct fault *fault)
{
	struct underway underway = {.kind = (uint16_t)kind};
	fill_pack(scanned, &underway.pack);
	return settling_note(view, party, &underway, position, alert, fault);
}
