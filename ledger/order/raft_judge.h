/* What is looked at before the library sees it: its own assertions are compiled out. */
#ifndef LEDGER_ORDER_RAFT_JUDGE_H
#define LEDGER_ORDER_RAFT_JUDGE_H

#include "ledger/order/raft_engine.h"

/* A message by itself: terms, indexes, rows and their order. ERR_RANGE, ERR_FORMAT, ERR_LIMIT; at:
 * the row. Done by raft_wire_take too, so that a peer is cut off as soon as possible. */
MUST_CHECK enum err raft_judge_mail(const struct raft_mail *mail, struct fault *fault);

/* What the disk gave: tail, terms and marks agree. ERR_CORRUPT. */
MUST_CHECK enum err raft_judge_start(const struct raft_start *start, struct fault *fault);

/* ERR_USAGE. */
MUST_CHECK enum err raft_judge_settings(const struct raft_settings *settings, struct fault *fault);

#endif
