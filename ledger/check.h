/* The first look at a statement, done by checker threads before it is ordered: form, origin, key,
 * signature. It needs no order, so all cores can do it; what depends on order (sequence window,
 * validity of the key at that time, mandate, the app's rules) is judged by the node. */
#ifndef LEDGER_CHECK_H
#define LEDGER_CHECK_H

#include "ledger/members/members.h"

struct checked {
	struct span bytes; /* the caller's; must outlive this */
	uint8_t entry[ENTRY_SIZE];
	struct statement statement; /* views into bytes */
	/* Signature verified. False: the key is not in the checker's snapshot; it may be registered
	 * by a batch on its way, so the node looks again. */
	bool is_verified;
	/* Delivery (kind 10): the late statement inside, its signature is verified as well. */
	bool has_inner;
	uint8_t inner_entry[ENTRY_SIZE];
	struct statement inner;
};

/* Keys seen before. A kid is the thumbprint of its key, so what is in here never goes wrong;
 * whether the key may still sign is judged later. One a thread; all zero is empty. */
#define KEY_CACHE_SIZE 1024

struct key_cache {
	struct {
		bool is_used;
		uint8_t kid[KID_SIZE];
		uint8_t public[SIGN_PUBLIC];
	} slot[KEY_CACHE_SIZE];
};

/* outcome->code is 0 to go on, else why it is refused; fault then says where (NOT_WELL_FORMED).
 * An error means broken storage. table: any snapshot of the state. cache may be NULL.
 * Thread: any. */
MUST_CHECK enum err check_statement(const struct table *table, struct key_cache *cache,
	struct span origin, struct span bytes, struct checked *checked, struct outcome *outcome,
	struct fault *fault);

/* Form and origin alone: all that can be said without state. */
MUST_CHECK enum err check_form(struct span origin, struct span bytes, struct checked *checked,
	struct outcome *outcome, struct fault *fault);

/* The keys alone that the signatures must be of, for who verifies elsewhere: inner is that of the
 * statement in a delivery, and untouched when there is none. */
MUST_CHECK enum err check_keys(const struct table *table, struct key_cache *cache,
	const struct checked *checked, uint8_t public[SIGN_PUBLIC], uint8_t inner[SIGN_PUBLIC],
	struct outcome *outcome, struct fault *fault);

/* The signatures alone, of something decoded before: what the node does when is_verified is
 * false. OUTCOME_UNKNOWN_KEY is definite if table is the node's own. */
MUST_CHECK enum err check_signatures(const struct table *table, struct key_cache *cache,
	struct checked *checked, struct outcome *outcome, struct fault *fault);

#endif
