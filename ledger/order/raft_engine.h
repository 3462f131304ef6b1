/* Consensus of several voters as a step machine without disk, network or clock: an event goes in,
 * and what has to be done about it comes out. The library behind it (libraft 0.22.1, raft_step) is
 * wrapped by raft_library.c; what has to be kept from it or mended is in raft_guards.h.
 *
 * Life: open from what the disk holds, then in any order
 *
 *	receive    a message of another server, decoded and with its sender known
 *	propose    rows, on the leader      change, catch_up, transfer: likewise
 *	tick       effects.due_ms has come
 *	persisted  what earlier effects wanted written is durable
 *
 * Each fills a struct raft_effects. The caller does, in this order:
 *
 *	1. in one transaction: hard state, if is_hard_state; delete rows >= rows_from and insert
 *	   rows there, if rows_count; the newest commit, at most the last row, if it likes
 *	2. send the messages, with rows from the log, as it is now, where an APPEND wants some
 *	3. apply rows up to commit, in order; BARRIER and CHANGE rows need nothing
 *	4. persisted, if there were rows: its effects are done in the same way
 *	5. tick at due_ms at the latest
 *
 * Several events may share one transaction: then 2 and 4 wait for it, messages in order. Effects
 * are valid until the next call; rows point at what the caller handed in.
 *
 * Errors of receive: ERR_REFUSED, the message is a lie or nonsense: nothing has changed, cut the
 * peer off. Errors of propose, change, catch_up, transfer: ERR_BUSY, not now (not leader, or
 * another change is under way); ERR_REFUSED, never so; nothing has changed. ERR_CORRUPT from any:
 * the log contradicts what is committed; the engine has stopped, evidence is in the effects: stop
 * the process, alarm. ERR_MEMORY: the engine has stopped; open it again from disk. */
#ifndef LEDGER_ORDER_RAFT_ENGINE_H
#define LEDGER_ORDER_RAFT_ENGINE_H

#include "ledger/order/raft_mail.h"

struct raft_engine;

/* One for each term in the log, oldest first: all that is remembered of old rows. */
struct raft_term_end {
	uint64_t term;
	uint64_t last; /* index of its last row */
};

struct raft_settings {
	uint64_t id;
	uint32_t seed; /* of the election time-outs: different on each server */
	uint32_t election_ms; /* at least 10 x heartbeat_ms */
	uint32_t heartbeat_ms;
	uint32_t rows_in_flight; /* to one server: 1..RAFT_ROWS_MAX */
	bool is_pre_vote; /* ask before a term is used up */
#ifdef RAFT_GUARD_SWITCH
	uint32_t guards_off; /* tests only: 1 << (letter - 'A') */
#endif
};

/* What the disk holds. Who joins begins with nothing: all zero. A first voter has written the
 * first row before, a CHANGE of term 1, and term 1. */
struct raft_start {
	int64_t now_ms; /* steady clock */
	uint64_t term;
	uint64_t vote;
	const struct raft_term_end *terms; /* of all rows */
	size_t terms_count;
	/* A row that is committed and durable here; the tail is behind it. 0: it is all. */
	uint64_t commit;
	uint64_t members_index; /* newest CHANGE at or below commit; unused at 0 */
	struct raft_members members;
	const struct raft_row *tail; /* rows commit + 1 ... */
	size_t tail_count;
};

enum raft_engine_state {
	RAFT_IS_FOLLOWER = 1,
	RAFT_IS_CANDIDATE,
	RAFT_IS_LEADER,
};

struct raft_effects {
	bool is_hard_state;
	uint64_t term;
	uint64_t vote;
	uint64_t rows_from;
	size_t rows_count;
	const struct raft_row *rows;
	size_t mail_count;
	const struct raft_mail *mail;
	bool is_state_changed; /* or the leader; a former leader's open rows may still commit */
	enum raft_engine_state state;
	uint64_t leader; /* 0: unknown */
	uint64_t commit; /* never goes back */
	bool are_members_changed;
	int64_t due_ms;
	struct {
		uint64_t index; /* first row that was to be replaced; 0: none */
		uint64_t commit;
		uint64_t from; /* who said so */
		uint64_t term;
	} conflict;
};

MUST_CHECK enum err raft_engine_open(struct raft_engine **engine,
	const struct raft_settings *settings, const struct raft_start *start,
	struct raft_effects *effects, struct fault *fault);
void raft_engine_free(struct raft_engine *engine);

MUST_CHECK enum err raft_engine_receive(struct raft_engine *engine, int64_t now_ms,
	const struct raft_mail *mail, struct raft_effects *effects, struct fault *fault);
/* Rows of kind BATCH; their term is filled in. They stand at effects->rows_from onwards. */
MUST_CHECK enum err raft_engine_propose(struct raft_engine *engine, int64_t now_ms,
	struct raft_row *rows, size_t count, struct raft_effects *effects, struct fault *fault);
MUST_CHECK enum err raft_engine_tick(struct raft_engine *engine, int64_t now_ms,
	struct raft_effects *effects, struct fault *fault);
/* All rows handed out so far are durable; index is the last of them. */
MUST_CHECK enum err raft_engine_persisted(struct raft_engine *engine, int64_t now_ms,
	uint64_t index, struct raft_effects *effects, struct fault *fault);

/* Adds, removes or re-roles one server. A new voter is first added as SPARE, caught up, and then
 * made VOTER promptly. */
MUST_CHECK enum err raft_engine_change(struct raft_engine *engine, int64_t now_ms,
	const struct raft_members *members, struct raft_effects *effects, struct fault *fault);
MUST_CHECK enum err raft_engine_catch_up(struct raft_engine *engine, int64_t now_ms, uint64_t id,
	struct raft_effects *effects, struct fault *fault);
/* Hands leadership to a voter; 0: to whom is furthest. Proposals are refused meanwhile. */
MUST_CHECK enum err raft_engine_transfer(struct raft_engine *engine, int64_t now_ms, uint64_t id,
	struct raft_effects *effects, struct fault *fault);

enum raft_catch_up {
	RAFT_CATCH_UP_IS_NONE,
	RAFT_CATCH_UP_IS_RUNNING,
	RAFT_CATCH_UP_IS_ABORTED, /* too slow or silent: ask again */
	RAFT_CATCH_UP_IS_DONE,
};
/* Of a server, on the leader; NONE elsewhere. */
enum raft_catch_up raft_engine_catch_up_state(const struct raft_engine *engine, uint64_t id);
/* Highest row known to be durable on a server; 0 if unknown, or not leader. */
uint64_t raft_engine_match(const struct raft_engine *engine, uint64_t id);

/* In force now, from which row, and whether that row is committed. */
struct raft_membership {
	struct raft_members members;
	uint64_t index;
	bool is_committed;
};
void raft_engine_members(const struct raft_engine *engine, struct raft_membership *membership);
uint64_t raft_engine_last(const struct raft_engine *engine); /* last row */
uint64_t raft_engine_term_of(const struct raft_engine *engine, uint64_t index); /* 0: none */
/* Why a change would be refused at this moment; NULL: it would not. */
const char *raft_engine_change_obstacle(const struct raft_engine *engine, uint64_t leaving);

#endif
