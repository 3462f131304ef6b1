#include "appliance/view/settling.h"

#include "appliance/rules/kinds.h"

static bool is_undoing(unsigned kind)
{
	return kind == KIND_VOID || kind == KIND_RETURN;
}

/* Whether the ledger made the change although it raised an alert (docs/kinds.md, "Changes of a
 * pack"). An undoing with an alert never happened. */
static bool happened(unsigned kind, uint16_t alert)
{
	switch (alert) {
	case 0: return true;
	case ALERT_OPENED_ELSEWHERE:
	case ALERT_NOT_RELEASED:
	case ALERT_WITHDRAWN:
	case ALERT_RECALLED:
	case ALERT_EXPIRED:
	case ALERT_NO_SHIFT:
	case ALERT_NO_WITNESS: return !is_undoing(kind);
	case ALERT_LATE_DELIVERY:
		return kind == KIND_SUPPLY || kind == KIND_DESTROY || kind == KIND_LOCK;
	default: return false;
	}
}

static bool leaves_stock(unsigned kind)
{
	return kind == KIND_SUPPLY || kind == KIND_DESTROY || kind == KIND_EXPORT ||
	       kind == KIND_SAMPLE || kind == KIND_FREE_SAMPLE || kind == KIND_STOLEN;
}

/* Lot and expiry stay as the party knew them; a scan may have come without an expiry. */
static enum err put_stock(struct view *view, const char *party, const struct stock_pack *scanned,
	enum stock_state state, struct fault *fault)
{
	struct stock_pack pack;
	enum err err = view_stock_get(view, party, scanned->gtin, scanned->serial, &pack, fault);
	if (err == ERR_NOT_FOUND) {
		pack = *scanned;
		err = OK;
	}
	if (err)
		return err;
	if (!pack.expiry[0])
		memcpy(pack.expiry, scanned->expiry, sizeof pack.expiry);
	pack.state = state;
	return view_stock_put(view, party, &pack, fault);
}

static enum err follow_change(struct view *view, const char *party, const struct underway *underway,
	bool takes_secret, uint64_t position, struct fault *fault)
{
	struct stock_pack pack = underway->pack;
	struct undo_secret secret = {.kind = underway->kind, .position = position};
	enum err err = OK;
	pack.state = underway->kind == KIND_SUPPLY ? STOCK_SUPPLIED : STOCK_GONE;
	if (!pack.serial[0])
		return underway->kind == KIND_SUPPLY ? view_stock_take(view, party, &pack, fault)
						     : OK;
	if (takes_secret) {
		memcpy(secret.gtin, pack.gtin, sizeof secret.gtin);
		memcpy(secret.serial, pack.serial, sizeof secret.serial);
		memcpy(secret.lot, pack.lot, sizeof secret.lot);
		memcpy(secret.secret, underway->secret, sizeof secret.secret);
		err = view_secret_put(view, party, &secret, fault);
		secret_wipe(&secret, sizeof secret);
	}
	if (err || !leaves_stock(underway->kind))
		return err;
	return put_stock(view, party, &pack, pack.state, fault);
}

/* Held again, if it was out of stock: undoing a lock or an opening leaves the stock alone. */
static enum err put_back(
	struct view *view, const char *party, const struct stock_pack *pack, struct fault *fault)
{
	struct stock_pack known;
	enum err err = view_stock_get(view, party, pack->gtin, pack->serial, &known, fault);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (err || (known.state != STOCK_SUPPLIED && known.state != STOCK_GONE))
		return err;
	known.state = STOCK_HELD;
	return view_stock_put(view, party, &known, fault);
}

static enum err follow_undoing(
	struct view *view, const char *party, const struct underway *underway, struct fault *fault)
{
	struct undo_secret undone;
	const struct stock_pack *pack = &underway->pack;
	enum err err = view_secret_get(view, party, pack->gtin, pack->serial, &undone, fault);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (err)
		return err;
	bool is_it = secret_equal(undone.secret, underway->secret, sizeof undone.secret);
	if (is_it)
		err = view_secret_drop(view, party, &undone, fault);
	if (!err && is_it)
		err = put_back(view, party, pack, fault);
	secret_wipe(&undone, sizeof undone);
	return err;
}

static enum err follow(struct view *view, const char *party, const struct underway *underway,
	uint64_t position, uint16_t alert, struct fault *fault)
{
	if (!happened(underway->kind, alert))
		return OK;
	return is_undoing(underway->kind)
		       ? follow_undoing(view, party, underway, fault)
		       : follow_change(view, party, underway, true, position, fault);
}

static enum err finish(struct view *view, enum err err, struct fault *fault)
{
	if (!err)
		return view_commit(view, fault);
	view_rollback(view);
	return err;
}

enum err settling_begin(struct desk *desk, struct view *view, const struct desk_party *party,
	struct underway *underway, struct fault *fault)
{
	enum err err =
		underway->sequence ? OK : desk_sequence(desk, party, &underway->sequence, fault);
	return err ? err : view_underway_put(view, party->name, underway, fault);
}

enum err settling_end(struct view *view, const struct desk_party *party,
	const struct underway *underway, uint64_t position, uint16_t alert, struct fault *fault)
{
	bool was_there = false;
	enum err err = view_begin(view, fault);
	if (err)
		return err;
	err = view_underway_drop(view, party->name, underway->sequence, &was_there, fault);
	if (!err && was_there)
		err = follow(view, party->name, underway, position, alert, fault);
	return finish(view, err, fault);
}

enum err settling_drop(struct view *view, const struct desk_party *party,
	const struct underway *underway, struct fault *fault)
{
	bool was_there;
	return view_underway_drop(view, party->name, underway->sequence, &was_there, fault);
}

static enum err settle_one(struct view *view, const struct desk_party *party, struct reader *reader,
	const struct underway *underway, bool is_start, struct fault *fault)
{
	uint64_t position = 0;
	struct recorded recorded;
	enum err err = reader_find(reader, party->kid, underway->sequence, &position, fault);
	if (err == ERR_NOT_FOUND)
		return is_start ? settling_drop(view, party, underway, fault) : OK;
	if (!err)
		err = reader_recorded(reader, position, &recorded, fault);
	return err ? err
		   : settling_end(view, party, underway, position, recorded.outcome.alert, fault);
}

static enum err settle_all(struct desk *desk, struct view *view, const struct desk_party *party,
	bool is_start, struct fault *fault)
{
	struct underway underway;
	struct reader *reader = NULL;
	uint64_t after = 0;
	enum err err = view_underway_next(view, party->name, after, &underway, fault);
	if (!err)
		err = desk_reader(desk, &reader, fault);
	while (!err) {
		after = underway.sequence;
		err = settle_one(view, party, reader, &underway, is_start, fault);
		if (!err)
			err = view_underway_next(view, party->name, after, &underway, fault);
	}
	desk_reader_back(desk, reader);
	secret_wipe(&underway, sizeof underway);
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err settling_catch_up(
	struct desk *desk, struct view *view, const struct desk_party *party, struct fault *fault)
{
	return settle_all(desk, view, party, false, fault);
}

enum err settling_recover(struct desk *desk, struct view *view, struct fault *fault)
{
	const struct desk_party *party;
	enum err err = OK;
	for (size_t i = 0; !err && (party = desk_party(desk, i)); i++)
		err = settle_all(desk, view, party, true, fault);
	return err;
}

enum err settling_note(struct view *view, const struct desk_party *party,
	const struct underway *underway, uint64_t position, uint16_t alert, struct fault *fault)
{
	bool is_first = true;
	if (!happened(underway->kind, alert))
		return OK;
	enum err err = view_begin(view, fault);
	if (err)
		return err;
	/* A station asks again until it has its receipt. */
	err = view_once(view, position, &is_first, fault);
	if (!err && is_first)
		err = is_undoing(underway->kind)
			      ? put_back(view, party->name, &underway->pack, fault)
			      : follow_change(view, party->name, underway, false, position, fault);
	return finish(view, err, fault);
}
