/* What has to be kept from libraft 0.22.1, or mended in what it says, for it to be safe and live.
 * Found by reading it and by running it against random faults; without them it counts rows that
 * nobody has (A), forgets which configuration is in force (B), never feeds a follower again (C)
 * or never elects (D, G, K). Each has its test in tests/unit/test_raft_guards.c. */
#ifndef LEDGER_ORDER_RAFT_GUARDS_H
#define LEDGER_ORDER_RAFT_GUARDS_H

#include "ledger/order/raft_library.h"

#define RAFT_TICK_MS_MIN 10

/* A. The answer to an APPEND of an older term carries a last row that was never set, and to one
 * with prev 0 it even reads as success: a leader elected again in the meantime commits rows that no
 * one else has. Such answers become a plain rejection. */
void raft_guard_a_old_append(
	const struct raft_mail *append, uint64_t term, struct raft_mail *answers, size_t count);

/* B. A CHANGE is noted under the index of the first new row of its message, so that commit or
 * truncation later hits the wrong one. How many rows from `from` on one step may get: up to the
 * next CHANGE, which then begins the next step, behind an empty one that tells the commit. */
size_t raft_guard_b_rows(const struct raft_row *rows, size_t count, size_t from);

/* C. A rejection that arrives late or twice takes next below match: that follower gets no rows
 * until another leader is elected. True: drop it; otherwise it asks for nothing below match. */
bool raft_guard_c_is_late(struct raft_mail *answer, uint64_t match);

/* D. A refused pre-vote echoes the candidate's term: a longer log with a lower term never learns
 * why it is refused, and no one is elected. It tells the refuser's term. */
void raft_guard_d_refused_pre_vote(struct raft_mail *answers, size_t count, uint64_t term);

/* E. A vote that arrives when nobody stands is read through the wrong member of a union. True:
 * drop it. */
bool raft_guard_e_is_unasked(enum raft_engine_state state);

/* F. The library's commit index can go back. */
uint64_t raft_guard_f_commit(uint64_t own, uint64_t library);

/* G. Servers refuse their vote while their own log does not say yet that they are voters, and the
 * library changes the voter set before it knows what earlier leaders committed: a change that
 * outruns the one before can leave nobody electable. Why the next change has to wait; NULL: it
 * need not. leaving: who need not have the last one. Goes with a barrier row after election. */
const char *raft_guard_g_obstacle(struct raft_library *library, uint64_t commit, uint64_t leaving);

/* H. A spare that has caught up is not written to any more, and its last message is in the past for
 * ever: the time-out is now, and now again. */
int64_t raft_guard_h_due(int64_t now_ms, int64_t timeout_ms);

/* K. Who was once told to take over goes on demanding votes over the leader's head at each later
 * time-out; removed or lagging it unseats leaders for ever. Only the first demand keeps that. */
void raft_guard_k_on_timeout(struct raft_mail *mail, size_t count);

/* M. A tail that contradicts the leader's log is searched backwards one row a round trip, so that
 * a former leader with thousands of rows of its own is gone for minutes. It asks for what is
 * behind its commit, or behind the whole term of the row that does not fit. */
void raft_guard_m_hint(
	struct raft_library *library, uint64_t commit, struct raft_mail *answers, size_t count);

/* The last net under all of them: rows at or below our own commit are never replaced. */
bool raft_guard_is_committed(uint64_t commit, uint64_t rows_from);

#endif
