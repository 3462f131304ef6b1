/* The order of a ledger on one machine: what is proposed is ordered. Steps 1 and 3 are one
 * transaction of ledger.db, so a batch costs one wait for the disk. */
#ifndef LEDGER_ORDER_SINGLE_H
#define LEDGER_ORDER_SINGLE_H

#include "ledger/order/order.h"

struct single;

/* ledger must outlive it. */
MUST_CHECK enum err single_open(
	struct single **single, struct ledger_db *ledger, struct fault *fault);
void single_free(struct single *single);
struct order single_order(struct single *single);

#endif
