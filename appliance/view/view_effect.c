/* What captured events did to which packs, and which events are being captured now. */
#include "appliance/view/view_db.h"

#include <stdlib.h>

static void bind_effect(
	struct db_query *query, const char *party, const uint8_t hash[HASH_SIZE], struct span epc)
{
	db_bind_text(query, 1, span_text(party));
	db_bind_bytes(query, 2, span_of(hash, HASH_SIZE));
	db_bind_text(query, 3, epc);
}

enum err view_effect_put(struct view *view, const char *party, const uint8_t hash[HASH_SIZE],
	struct span epc, const struct effect *effect, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_EFFECT_PUT,
		"INSERT OR REPLACE INTO effect(party, hash, epc, position, sequence)"
		" VALUES(?1, ?2, ?3, ?4, ?5)",
		&query, fault);
	if (err)
		return err;
	bind_effect(query, party, hash, epc);
	db_bind_int(query, 4, (int64_t)effect->position);
	db_bind_int(query, 5, (int64_t)effect->sequence);
	return view_done(view, query, db_run(query, fault));
}

enum err view_effect_get(struct view *view, const char *party, const uint8_t hash[HASH_SIZE],
	struct span epc, struct effect *effect, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_EFFECT_GET,
		"SELECT position, sequence FROM effect WHERE party = ?1 AND hash = ?2 AND epc = ?3",
		&query, fault);
	if (err)
		return err;
	bind_effect(query, party, hash, epc);
	err = db_step(query, &row, fault);
	if (!err && row)
		*effect = (struct effect){(uint64_t)db_int(query, 0), (uint64_t)db_int(query, 1)};
	if (!err && !row)
		err = ERR_NOT_FOUND;
	return view_done(view, query, err);
}

enum err view_effect_drop(struct view *view, const char *party, const uint8_t hash[HASH_SIZE],
	struct span epc, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_EFFECT_DROP,
		"DELETE FROM effect WHERE party = ?1 AND hash = ?2 AND epc = ?3", &query, fault);
	if (err)
		return err;
	bind_effect(query, party, hash, epc);
	return view_done(view, query, db_run(query, fault));
}

enum err view_effect_begun(
	struct view *view, struct effect_begun *begun, struct buf *epc, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_EFFECT_BEGUN,
		"SELECT party, hash, epc, sequence FROM effect WHERE position = 0 LIMIT 1", &query,
		fault);
	if (err)
		return err;
	err = db_step(query, &row, fault);
	if (!err && !row)
		err = ERR_NOT_FOUND;
	if (!err) {
		struct span hash = db_bytes(query, 1);
		*begun = (struct effect_begun){.sequence = (uint64_t)db_int(query, 3)};
		view_text_out(begun->party, sizeof begun->party, db_text(query, 0));
		if (hash.size == HASH_SIZE)
			memcpy(begun->hash, hash.at, HASH_SIZE);
		buf_reset(epc);
		buf_put(epc, db_text(query, 2));
		if (hash.size != HASH_SIZE || epc->err)
			err = fault_set(fault, ERR_CORRUPT, 0, 0, "view.db holds a damaged effect");
	}
	return view_done(view, query, err);
}

/* The next one after an EPC, so that what is called may change the table. */
static enum err next_effect(struct view *view, const char *party, const uint8_t hash[HASH_SIZE],
	struct buf *epc, uint64_t *position, bool *row, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_EFFECT_OF,
		"SELECT epc, position FROM effect WHERE party = ?1 AND hash = ?2 AND epc > ?3"
		" AND position > 0 ORDER BY epc LIMIT 1",
		&query, fault);
	if (err)
		return err;
	bind_effect(query, party, hash, epc->size ? buf_span(epc) : span_text(""));
	err = db_step(query, row, fault);
	if (!err && *row) {
		buf_reset(epc);
		buf_put(epc, db_text(query, 0));
		*position = (uint64_t)db_int(query, 1);
		if (epc->err)
			err = fault_set(fault, ERR_CORRUPT, 0, 0, "view.db holds a name too long");
	}
	return view_done(view, query, err);
}

enum err view_effects(struct view *view, const char *party, const uint8_t hash[HASH_SIZE],
	const struct view_effect_sink *sink, struct fault *fault)
{
	struct buf epc;
	enum err err = OK;
	bool row = true;
	buf_init(&epc, VIEW_EPC_MAX);
	while (!err && row) {
		uint64_t position = 0;
		err = next_effect(view, party, hash, &epc, &position, &row, fault);
		if (!err && row)
			err = sink->each(sink->self, buf_span(&epc), position, fault);
	}
	buf_close(&epc);
	return err;
}

/* ---- claims ---- */

static int hash_order(const void *a, const void *b)
{
	return memcmp(a, b, HASH_SIZE);
}

/* Both are sorted. */
static bool overlap(const struct view_claim *a, const struct view_claim *b)
{
	size_t i = 0;
	size_t k = 0;
	if (strcmp(a->party, b->party) != 0)
		return false;
	while (i < a->count && k < b->count) {
		int order = memcmp(a->hashes[i], b->hashes[k], HASH_SIZE);
		if (!order)
			return true;
		i += order < 0;
		k += order > 0;
	}
	return false;
}

enum err view_claim(struct view *view, struct view_claim *claim, struct fault *fault)
{
	bool is_free = true;
	if (claim->count)
		qsort(claim->hashes, claim->count, HASH_SIZE, hash_order);
	pthread_mutex_lock(&view->lock);
	for (const struct view_claim *other = view->claims; other && is_free; other = other->next)
		is_free = !overlap(claim, other);
	if (is_free) {
		claim->next = view->claims;
		view->claims = claim;
	}
	pthread_mutex_unlock(&view->lock);
	return is_free ? OK
		       : fault_set(fault, ERR_BUSY, 0, 0,
				 "an event of this document is being captured at this moment: ask "
				 "again");
}

void view_unclaim(struct view *view, struct view_claim *claim)
{
	pthread_mutex_lock(&view->lock);
	struct view_claim **at = &view->claims;
	while (*at && *at != claim)
		at = &(*at)->next;
	if (*at)
		*at = claim->next;
	pthread_mutex_unlock(&view->lock);
}
