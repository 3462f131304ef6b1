/* One consensus engine on a stand: its log is a list of rows, and what it says is kept. */
#ifndef TESTS_RAFT_STAND_H
#define TESTS_RAFT_STAND_H

#include "ledger/order/raft_engine.h"
#include "tests/tap.h"

#include <assert.h>

#define STAND_ROWS         300
#define STAND_ELECTION_MS  1000
#define STAND_HEARTBEAT_MS 100

struct stand {
	struct raft_engine *engine;
	struct raft_effects effects;
	struct fault fault;
	int64_t now;
	struct raft_row rows[STAND_ROWS]; /* [0] is row 1 */
	uint8_t bodies[4][RAFT_MEMBERS_SIZE_MAX];
	struct span
		changes[4]; /* 0: voters 1 2 3; 1: and spare 4; 2: and spare 5; 3: voters 1 2 4 */
	struct raft_members members[4];
};

static inline void stand_change(struct stand *stand, size_t at, struct raft_members members)
{
	struct buf body;
	buf_over(&body, stand->bodies[at], sizeof stand->bodies[at]);
	raft_members_put(&members, &body);
	stand->changes[at] = buf_span(&body);
	stand->members[at] = members;
}

static inline void stand_init(struct stand *stand)
{
	const enum raft_role vote = RAFT_ROLE_VOTER;
	memset(stand, 0, sizeof *stand);
	stand->now = 100000;
	stand_change(stand, 0, (struct raft_members){3, {{1, vote}, {2, vote}, {3, vote}}});
	stand_change(stand, 1,
		(struct raft_members){4, {{1, vote}, {2, vote}, {3, vote}, {4, RAFT_ROLE_SPARE}}});
	stand_change(stand, 2,
		(struct raft_members){4, {{1, vote}, {2, vote}, {3, vote}, {5, RAFT_ROLE_SPARE}}});
	stand_change(stand, 3, (struct raft_members){3, {{1, vote}, {2, vote}, {4, vote}}});
}

static inline struct raft_row stand_batch(uint64_t term)
{
	return (struct raft_row){.term = term, .kind = RAFT_ROW_BATCH, .body = span_text("b")};
}

static inline struct raft_row stand_row(const struct stand *stand, uint64_t term, size_t change)
{
	return (struct raft_row){
		.term = term, .kind = RAFT_ROW_CHANGE, .body = stand->changes[change]};
}

/* Server 1, with row 1 and batches of the terms given; commit: the cut it starts behind. */
static inline enum err stand_open(struct stand *stand, struct raft_settings settings, uint64_t term,
	const uint64_t *batches, size_t count, uint64_t commit)
{
	struct raft_term_end terms[STAND_ROWS];
	struct raft_start start = {.now_ms = stand->now,
		.term = term,
		.terms = terms,
		.commit = commit,
		.members_index = 1,
		.members = stand->members[0],
		.tail = &stand->rows[commit],
		.tail_count = count + 1 - (size_t)commit};
	settings.id = 1;
	settings.seed = 7;
	settings.election_ms = STAND_ELECTION_MS;
	settings.heartbeat_ms = STAND_HEARTBEAT_MS;
	settings.rows_in_flight = 64;
	stand->rows[0] = stand_row(stand, 1, 0);
	for (size_t i = 0; i < count; i++)
		stand->rows[i + 1] = stand_batch(batches[i]);
	for (size_t i = 0; i <= count; i++) {
		if (!start.terms_count || terms[start.terms_count - 1].term != stand->rows[i].term)
			terms[start.terms_count++].term = stand->rows[i].term;
		terms[start.terms_count - 1].last = i + 1;
	}
	return raft_engine_open(&stand->engine, &settings, &start, &stand->effects, &stand->fault);
}

static inline enum err stand_receive(struct stand *stand, struct raft_mail mail)
{
	mail.to = 1;
	return raft_engine_receive(
		stand->engine, stand->now, &mail, &stand->effects, &stand->fault);
}

static inline enum err stand_append(struct stand *stand, uint64_t from, uint64_t term,
	uint64_t prev, uint64_t prev_term, uint64_t commit, const struct raft_row *rows,
	size_t count)
{
	struct raft_mail mail = {.kind = RAFT_MAIL_APPEND, .from = from, .term = term};
	mail.append.prev = prev;
	mail.append.prev_term = prev_term;
	mail.append.commit = commit;
	mail.append.rows = rows;
	mail.append.count = count;
	return stand_receive(stand, mail);
}

static inline enum err stand_appended(
	struct stand *stand, uint64_t from, uint64_t term, uint64_t rejected, uint64_t last)
{
	struct raft_mail mail = {.kind = RAFT_MAIL_APPENDED, .from = from, .term = term};
	mail.appended.rejected = rejected;
	mail.appended.last = last;
	return stand_receive(stand, mail);
}

static inline enum err stand_tick(struct stand *stand, int64_t ms)
{
	stand->now += ms;
	return raft_engine_tick(stand->engine, stand->now, &stand->effects, &stand->fault);
}

static inline enum err stand_persisted(struct stand *stand)
{
	return raft_engine_persisted(stand->engine, stand->now, raft_engine_last(stand->engine),
		&stand->effects, &stand->fault);
}

/* The first message of a kind to a server among what was said last; NULL. */
static inline const struct raft_mail *stand_said(
	const struct stand *stand, enum raft_mail_kind kind, uint64_t to)
{
	for (size_t i = 0; i < stand->effects.mail_count; i++)
		if (stand->effects.mail[i].kind == kind && stand->effects.mail[i].to == to)
			return &stand->effects.mail[i];
	return NULL;
}

/* Leads, with the vote of server 2; false: it does not. effects are those of the vote. */
static inline bool stand_lead(struct stand *stand)
{
	struct raft_mail vote = {.kind = RAFT_MAIL_VOTE, .from = 2};
	vote.vote.is_granted = true;
	if (stand_tick(stand, 2 * STAND_ELECTION_MS) || stand->effects.state != RAFT_IS_CANDIDATE)
		return false;
	vote.term = stand->effects.term;
	return !stand_receive(stand, vote) && stand->effects.state == RAFT_IS_LEADER;
}

static inline void stand_close(struct stand *stand)
{
	raft_engine_free(stand->engine);
	stand->engine = NULL;
}

#endif
