#include "appliance/view/handling.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/opener.h"

#include <stdlib.h>

#define BODY_ROOM 512

static enum err read_opener(struct desk *desk, const struct scanned *scanned,
	uint8_t opener[KEY_SIZE], struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = scanned_opener(desk, snapshot.table, scanned, opener, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err;
}

static enum err state(struct desk *desk, const struct desk_party *party, unsigned number,
	const union kind_body *body, struct handled *handled, struct fault *fault)
{
	const struct kind *kind = kind_find((uint16_t)number);
	uint8_t memory[BODY_ROOM];
	struct buf bytes;
	buf_over(&bytes, memory, sizeof memory);
	kind->encode(body, &bytes);
	if (bytes.err)
		return fault_set(fault, bytes.err, 0, 0, "the statement's body is too large");
	struct desk_statement statement = {
		.party = party, .kind = kind->number, .word = kind->word, .body = buf_span(&bytes)};
	enum err err = desk_state(desk, &statement, &handled->stated, fault);
	handled->alert = err ? 0 : handled->stated.outcome.alert;
	return err;
}

/* Alerts with which the change happened all the same (appliance/rules/change.h, the rows with
 * +). */
static bool alert_lets_pass(uint16_t alert)
{
	return alert == ALERT_OPENED_ELSEWHERE || alert == ALERT_NOT_RELEASED ||
	       alert == ALERT_WITHDRAWN || alert == ALERT_RECALLED || alert == ALERT_EXPIRED ||
	       alert == ALERT_LATE_DELIVERY || alert == ALERT_NO_SHIFT;
}

static enum stock_state stock_after(unsigned kind)
{
	return kind == KIND_SUPPLY ? STOCK_SUPPLIED : STOCK_GONE;
}

static bool leaves_stock(unsigned kind)
{
	return kind == KIND_SUPPLY || kind == KIND_DESTROY || kind == KIND_EXPORT ||
	       kind == KIND_SAMPLE || kind == KIND_FREE_SAMPLE || kind == KIND_STOLEN;
}

static void fill_pack(const struct scanned *scanned, struct stock_pack *pack)
{
	*pack = (struct stock_pack){.count = 1};
	memcpy(pack->gtin, scanned->pack.gtin, sizeof pack->gtin);
	memcpy(pack->lot, scanned->pack.lot, sizeof pack->lot);
	memcpy(pack->serial, scanned->pack.serial, sizeof pack->serial);
	memcpy(pack->expiry, scanned->pack.expiry, sizeof pack->expiry);
}

/* A change that raised an alert did not happen to this party's own stock. */
static enum err follow_stock(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, unsigned kind, struct fault *fault)
{
	struct stock_pack pack;
	if (!leaves_stock(kind))
		return OK;
	fill_pack(scanned, &pack);
	pack.state = stock_after(kind);
	return view_stock_put(view, party->name, &pack, fault);
}

static enum err handle_serial(struct desk *desk, struct view *view, const struct desk_party *party,
	const struct scanned *scanned, const struct handling *handling, struct handled *handled,
	struct fault *fault)
{
	uint8_t opener[KEY_SIZE];
	uint8_t hash[HASH_SIZE];
	uint8_t memory[128];
	struct buf items;
	struct undo_secret undo = {.kind = (uint16_t)handling->kind};
	buf_over(&items, memory, sizeof memory);
	enum err err = read_opener(desk, scanned, opener, fault);
	if (err)
		return err;
	env_random(desk_env(desk), undo.secret, sizeof undo.secret);
	hash_sha256(span_of(undo.secret, sizeof undo.secret), hash);
	element_put(&items, opener, hash, handling->remaining);
	union kind_body body = {.change = {
					.gtin = scanned->gtin,
					.lot = span_text(scanned->pack.lot),
					.elements = {.items = buf_span(&items),
						.count = 1,
						.has_parameters = handling->remaining != 0},
					.reason = (uint8_t)handling->reason,
				}};
	memcpy(undo.gtin, scanned->pack.gtin, sizeof undo.gtin);
	memcpy(undo.serial, scanned->pack.serial, sizeof undo.serial);
	memcpy(undo.lot, scanned->pack.lot, sizeof undo.lot);
	/* Kept first, under a position that no statement has yet: a crash after stating must not
	 * leave a change that nobody can undo. */
	undo.position = INT64_MAX;
	err = view_secret_put(view, party->name, &undo, fault);
	if (!err)
		err = state(desk, party, handling->kind, &body, handled, fault);
	if (err)
		return err;
	bool happened = !handled->alert || alert_lets_pass(handled->alert);
	undo.position = handled->stated.position;
	if (happened)
		err = view_secret_put(view, party->name, &undo, fault);
	if (!err)
		err = view_secret_drop(view, party->name, INT64_MAX, 0, fault);
	if (!err && happened)
		err = follow_stock(view, party, scanned, handling->kind, fault);
	secret_wipe(&undo, sizeof undo);
	return err;
}

/* Packs without a number were supplied. */
static enum err follow_loose(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, uint32_t count, struct fault *fault)
{
	struct stock_pack pack;
	fill_pack(scanned, &pack);
	pack.state = STOCK_HELD;
	pack.count = -(int64_t)count;
	enum err err = view_stock_count(view, party->name, &pack, fault);
	if (err == ERR_RANGE) /* supplied without having been received: the count starts at none */
		err = OK;
	pack.state = STOCK_SUPPLIED;
	pack.count = count;
	return err ? err : view_stock_count(view, party->name, &pack, fault);
}

static enum err handle_loose(struct desk *desk, struct view *view, const struct desk_party *party,
	const struct scanned *scanned, const struct handling *handling, struct handled *handled,
	struct fault *fault)
{
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
	enum err err = state(desk, party, handling->kind, &body, handled, fault);
	if (err)
		return err;
	return follow_loose(view, party, scanned, count, fault);
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
	return scanned.pack.has_serial
		       ? handle_serial(desk, view, party, &scanned, handling, handled, fault)
		       : handle_loose(desk, view, party, &scanned, handling, handled, fault);
}

static enum err undo_stock(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, struct fault *fault)
{
	struct stock_pack pack;
	fill_pack(scanned, &pack);
	pack.state = STOCK_HELD;
	return view_stock_put(view, party->name, &pack, fault);
}

enum err handle_undo(struct desk *desk, struct view *view, const struct desk_party *party,
	struct span scan, bool is_return, bool never_left, struct handled *handled,
	struct fault *fault)
{
	struct scanned scanned;
	struct undo_secret undo;
	uint8_t opener[KEY_SIZE];
	uint8_t memory[128];
	struct buf items;
	*handled = (struct handled){0};
	buf_over(&items, memory, sizeof memory);
	enum err err = scanned_read(scan, &scanned, fault);
	if (!err)
		err = view_secret_get(
			view, party->name, scanned.pack.gtin, scanned.pack.serial, &undo, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, err, 0, 0,
			"this site has recorded no change of this pack that it could undo");
	if (!err)
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
					.never_left = is_return && never_left,
				}};
	err = state(desk, party, is_return ? KIND_RETURN : KIND_VOID, &body, handled, fault);
	if (!err && !handled->alert) {
		err = view_secret_drop(view, party->name, undo.position, undo.element, fault);
		if (!err)
			err = undo_stock(view, party, &scanned, fault);
	}
	secret_wipe(&undo, sizeof undo);
	return err;
}

enum err handling_note(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, unsigned kind, uint16_t alert, struct fault *fault)
{
	if (kind == KIND_VOID || kind == KIND_RETURN)
		return alert ? OK : undo_stock(view, party, scanned, fault);
	if (alert && !alert_lets_pass(alert))
		return OK;
	if (scanned->pack.has_serial)
		return follow_stock(view, party, scanned, kind, fault);
	return kind == KIND_SUPPLY ? follow_loose(view, party, scanned, 1, fault) : OK;
}
