/* State as ordered key-value tables, seen through one small interface: what the rules read and
 * write. Implementations: state.db (ledger/store/state.h), memory (ledger/store/memory.h). */
#ifndef LEDGER_STORE_TABLE_H
#define LEDGER_STORE_TABLE_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define TABLE_KEY_MAX   64
#define TABLE_VALUE_MAX 65536
#define TABLE_ID_MAX    127
#define TABLE_APP_FIRST 32 /* ids below are the ledger's own */

enum table_order {
	TABLE_UP,
	TABLE_DOWN,
};

struct table {
	void *self;
	enum err (*get)(
		void *self, unsigned id, struct span key, struct span *value, struct fault *fault);
	enum err (*put)(void *self, unsigned id, struct span key, struct span value,
		struct fault *fault); /* NULL in a read snapshot */
	enum err (*drop)(void *self, unsigned id, struct span key, struct fault *fault);
	enum err (*next)(void *self, unsigned id, struct span prefix, struct span after,
		enum table_order order, struct span *key, struct span *value, struct fault *fault);
};

/* Value of a key. It stays valid until the next call on this table: copy what must live longer.
 * Errors: ERR_NOT_FOUND (no fault text is written for it), ERR_IO, ERR_CORRUPT. */
static inline MUST_CHECK enum err table_get(const struct table *table, unsigned id, struct span key,
	struct span *value, struct fault *fault)
{
	return table->get(table->self, id, key, value, fault);
}

/* Inserts or replaces. Both are folded into the running digest, also when nothing differs. */
static inline MUST_CHECK enum err table_put(const struct table *table, unsigned id, struct span key,
	struct span value, struct fault *fault)
{
	return table->put(table->self, id, key, value, fault);
}

/* Removes; a key that is not there is no error and no change. */
static inline MUST_CHECK enum err table_drop(
	const struct table *table, unsigned id, struct span key, struct fault *fault)
{
	return table->drop(table->self, id, key, fault);
}

/* The first key with the prefix that comes after `after` in the order (TABLE_UP: larger,
 * TABLE_DOWN: smaller); an `after` with at == NULL starts at that order's end of the prefix range.
 * Key and value stay valid until the next call: pass a copy of the key to go on.
 * Errors: ERR_NOT_FOUND at the end. */
static inline MUST_CHECK enum err table_next(const struct table *table, unsigned id,
	struct span prefix, struct span after, enum table_order order, struct span *key,
	struct span *value, struct fault *fault)
{
	return table->next(table->self, id, prefix, after, order, key, value, fault);
}

#endif
