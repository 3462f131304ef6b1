/* What voters say to one another, decoded, and the rows of the log as consensus sees them. */
#ifndef LEDGER_ORDER_RAFT_MAIL_H
#define LEDGER_ORDER_RAFT_MAIL_H

#include "ledger/order/raft_members.h"

#define RAFT_ROWS_MAX  4096 /* in one message, and in flight to one server */
#define RAFT_INDEX_MAX (UINT64_C(1) << 62)
#define RAFT_TERM_MAX  (UINT64_C(1) << 62)
/* Honest elections do not get there in a century; a liar cannot use the terms up. */
#define RAFT_TERM_JUMP_MAX (UINT64_C(1) << 32)

/* The numbers are stored and sent. */
enum raft_row_kind {
	RAFT_ROW_BATCH = 1, /* body: the owner's; consensus does not look at it */
	RAFT_ROW_BARRIER = 2, /* first row of a leader's term; no body, nothing to apply */
	RAFT_ROW_CHANGE = 3, /* body: raft_members.h */
};

struct raft_row {
	uint64_t term;
	enum raft_row_kind kind;
	struct span body;
};

enum raft_mail_kind {
	RAFT_MAIL_APPEND = 1, /* leader: rows behind prev, or none: I am here */
	RAFT_MAIL_APPENDED = 2, /* its answer */
	RAFT_MAIL_ASK_VOTE = 3,
	RAFT_MAIL_VOTE = 4,
	RAFT_MAIL_TAKE_OVER = 5, /* leader to its successor: stand for election now */
};

struct raft_mail {
	enum raft_mail_kind kind;
	uint64_t from;
	uint64_t to;
	uint64_t term;
	union {
		struct {
			uint64_t prev; /* row before the first; 0: none */
			uint64_t prev_term;
			uint64_t commit;
			size_t count;
			/* Outgoing: NULL; the sender reads rows prev+1 .. prev+count from its log,
			 * and may send fewer: the receiver then tells of the gap. */
			const struct raft_row *rows;
		} append;
		struct {
			uint64_t rejected; /* the prev that did not fit; 0: it did */
			uint64_t last; /* done: durable up to here; rejected: try behind this */
		} appended;
		struct {
			uint64_t last; /* the candidate's last row */
			uint64_t last_term;
			bool is_sent_by_leader; /* TAKE_OVER: heed it though there is a leader */
			bool is_pre;
		} ask_vote;
		struct {
			bool is_granted;
			bool is_pre;
		} vote;
		struct {
			uint64_t last; /* the leader's last row */
			uint64_t last_term;
		} take_over;
	};
};

#endif
