/* Messages between voters as bytes: deterministic CBOR, one array each,
 *
 *	[1, kind, from, to, term, ...]    1: version; kinds as in raft_mail.h, followed by
 *	    APPEND     prev, prev term, commit, [[term, kind, body] ...]
 *	    APPENDED   rejected, last
 *	    ASK_VOTE   last, last term, sent by the leader, pre
 *	    VOTE       granted, pre
 *	    TAKE_OVER  last, last term
 *
 * Whatever is longer, shorter or otherwise than this is refused; so are indexes and terms that no
 * honest server has. */
#ifndef LEDGER_ORDER_RAFT_WIRE_H
#define LEDGER_ORDER_RAFT_WIRE_H

#include "ledger/order/raft_mail.h"

#define RAFT_WIRE_SIZE_MAX (16 * 1024 * 1024)

/* mail->append.rows is set here, not NULL. buf: its limit says how much goes into one message. */
void raft_wire_put(const struct raft_mail *mail, struct buf *buf);

/* from: who the transport says it is; to: us. rows: RAFT_ROWS_MAX of room, kept by the caller as
 * long as mail; bodies point into bytes. Errors: ERR_LIMIT, ERR_FORMAT, ERR_VERSION, ERR_RANGE;
 * ERR_DENIED: from or to is another. Thread: any. */
MUST_CHECK enum err raft_wire_take(struct span bytes, uint64_t from, uint64_t to,
	struct raft_row *rows, struct raft_mail *mail, struct fault *fault);

#endif
