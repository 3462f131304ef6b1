/* Consensus as its owner drives it: what it starts from, what it refuses, and one server's days as
 * follower and leader. Many servers under faults: tests/sim. */
#include "ledger/order/raft_engine.h"
#include "tests/tap.h"
#include "tests/unit/raft_stand.h"

static const struct raft_settings plain;
static const uint64_t terms_1_1_3[] = {1, 1, 3};

/* Row 1, then rows of terms 1, 1 and 3; term 5. */
static bool opened(struct stand *stand, uint64_t commit)
{
	stand_init(stand);
	return !stand_open(stand, plain, 5, terms_1_1_3, 3, commit);
}

TEST(what_the_disk_holds_has_to_agree_with_itself)
{
	static const struct {
		const char *name;
		uint64_t term, vote, commit, members_index;
		struct raft_term_end terms[2];
		size_t terms_count, tail_count;
		enum err err;
	} cases[] = {
		{"right", 3, 2, 0, 0, {{1, 2}, {3, 3}}, 2, 3, OK},
		{"right, behind a cut", 3, 2, 2, 1, {{1, 2}, {3, 3}}, 2, 1, OK},
		{"right, all behind the cut", 3, 2, 3, 1, {{1, 2}, {3, 3}}, 2, 0, OK},
		{"right, nothing yet", 0, 0, 0, 0, {{0, 0}}, 0, 0, OK},
		{"a vote and no term", 0, 2, 0, 0, {{0, 0}}, 0, 0, ERR_CORRUPT},
		{"older than its rows", 2, 2, 0, 0, {{1, 2}, {3, 3}}, 2, 3, ERR_CORRUPT},
		{"terms fall", 3, 2, 0, 0, {{3, 2}, {1, 3}}, 2, 3, ERR_CORRUPT},
		{"indexes fall", 3, 2, 0, 0, {{1, 3}, {3, 3}}, 2, 3, ERR_CORRUPT},
		{"a row too few", 3, 2, 0, 0, {{1, 2}, {3, 3}}, 2, 2, ERR_CORRUPT},
		{"a row of another term", 3, 2, 0, 0, {{1, 1}, {3, 3}}, 2, 3, ERR_CORRUPT},
		{"no voters at the cut", 3, 2, 2, 0, {{1, 2}, {3, 3}}, 2, 1, ERR_CORRUPT},
		{"voters behind the cut", 3, 2, 2, 3, {{1, 2}, {3, 3}}, 2, 1, ERR_CORRUPT},
	};
	struct stand stand;
	stand_init(&stand);
	const struct raft_row rows[] = {stand_row(&stand, 1, 0), stand_batch(1), stand_batch(3)};
	const struct raft_settings settings = {
		.id = 1, .election_ms = 1000, .heartbeat_ms = 100, .rows_in_flight = 64};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct raft_start start = {.term = cases[i].term,
			.vote = cases[i].vote,
			.commit = cases[i].commit,
			.members_index = cases[i].members_index,
			.members = stand.members[0],
			.terms = cases[i].terms,
			.terms_count = cases[i].terms_count,
			.tail = &rows[cases[i].commit],
			.tail_count = cases[i].tail_count};
		enum err err = raft_engine_open(
			&stand.engine, &settings, &start, &stand.effects, &stand.fault);
		CHECK_ROW(err == cases[i].err, "%s: %s", cases[i].name, err_name(err));
		if (!err)
			stand_close(&stand);
		else
			CHECK_ROW(
				strstr(stand.fault.text, "log of consensus"), "%s", cases[i].name);
	}
}

TEST(settings_that_cannot_work_are_refused)
{
	static const struct {
		struct raft_settings settings;
		enum err err;
	} cases[] = {
		{{.id = 1, .election_ms = 1000, .heartbeat_ms = 100, .rows_in_flight = 1}, OK},
		{{.id = 0, .election_ms = 1000, .heartbeat_ms = 100, .rows_in_flight = 1},
			ERR_USAGE},
		{{.id = 1, .election_ms = 999, .heartbeat_ms = 100, .rows_in_flight = 1},
			ERR_USAGE},
		{{.id = 1, .election_ms = 1000, .heartbeat_ms = 0, .rows_in_flight = 1}, ERR_USAGE},
		{{.id = 1, .election_ms = 1000, .heartbeat_ms = 100, .rows_in_flight = 0},
			ERR_USAGE},
		{{.id = 1, .election_ms = 1000, .heartbeat_ms = 100, .rows_in_flight = 5000},
			ERR_USAGE},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct raft_engine *engine = NULL;
		struct raft_effects effects;
		struct raft_start nothing = {0};
		enum err err =
			raft_engine_open(&engine, &cases[i].settings, &nothing, &effects, NULL);
		CHECK_ROW(err == cases[i].err, "row %zu: %s", i, err_name(err));
		raft_engine_free(engine);
	}
}

TEST(a_start_behind_any_cut_knows_the_term_of_every_row)
{
	for (uint64_t commit = 0; commit <= 4; commit++) {
		struct stand stand;
		struct raft_membership membership;
		NEED(opened(&stand, commit));
		for (uint64_t i = 1; i <= 4; i++)
			CHECK_ROW(raft_engine_term_of(stand.engine, i) == (i < 4 ? 1 : 3),
				"cut %d, row %d", (int)commit, (int)i);
		CHECK(raft_engine_term_of(stand.engine, 0) == 0);
		CHECK(raft_engine_term_of(stand.engine, 5) == 0);
		CHECK(raft_engine_last(stand.engine) == 4);
		CHECK(stand.effects.commit == (commit ? commit : 1));
		raft_engine_members(stand.engine, &membership);
		CHECK(membership.index == 1 && membership.is_committed);
		/* a leader that starts from long ago is understood, and so is one that is ahead */
		NEED(!stand_append(&stand, 2, 5, 1, 1, 4, &stand.rows[1], 3));
		CHECK(!stand.effects.rows_count && stand.effects.commit == 4);
		CHECK(stand_said(&stand, RAFT_MAIL_APPENDED, 2)->appended.rejected == 0);
		stand_close(&stand);
	}
}

TEST(a_leader_commits_what_a_majority_has)
{
	struct stand stand;
	struct raft_row rows[2] = {{.body = span_text("x")}, {.body = span_text("y")}};
	NEED(opened(&stand, 4));
	CHECK(raft_engine_propose(stand.engine, stand.now, rows, 2, &stand.effects, &stand.fault) ==
		ERR_BUSY);
	NEED(stand_lead(&stand));
	CHECK(stand.effects.is_state_changed && stand.effects.leader == 1);
	CHECK(stand.effects.rows_count == 1 && stand.effects.rows_from == 5);
	CHECK(stand.effects.rows[0].kind == RAFT_ROW_BARRIER);
	NEED(!stand_persisted(&stand));
	NEED(!raft_engine_propose(stand.engine, stand.now, rows, 2, &stand.effects, &stand.fault));
	CHECK(stand.effects.rows_from == 6 && stand.effects.rows_count == 2);
	CHECK(stand.effects.rows == rows && rows[1].term == 6 && rows[1].kind == RAFT_ROW_BATCH);
	NEED(!stand_appended(&stand, 2, 6, 0, 7));
	CHECK(stand.effects.commit == 5); /* ours is not durable yet */
	NEED(!stand_persisted(&stand));
	CHECK(stand.effects.commit == 7 && raft_engine_match(stand.engine, 2) == 7);
	CHECK(raft_engine_propose(stand.engine, stand.now, rows, 0, &stand.effects, &stand.fault) ==
		ERR_REFUSED);
	stand_close(&stand);
}

TEST(a_follower_writes_before_it_answers)
{
	struct stand stand;
	struct raft_row rows[] = {stand_batch(5), stand_batch(5)};
	NEED(opened(&stand, 1));
	NEED(!stand_append(&stand, 2, 5, 4, 3, 4, rows, 2));
	CHECK(stand.effects.rows_from == 5 && stand.effects.rows == rows);
	CHECK(stand.effects.leader == 2 && stand.effects.commit == 4);
	CHECK(!stand_said(&stand, RAFT_MAIL_APPENDED, 2));
	NEED(!stand_persisted(&stand));
	const struct raft_mail *answer = stand_said(&stand, RAFT_MAIL_APPENDED, 2);
	CHECK(answer && answer->appended.last == 6 && answer->appended.rejected == 0);
	stand.rows[0] = stand_batch(0);
	CHECK(raft_engine_propose(stand.engine, stand.now, stand.rows, 1, &stand.effects,
		      &stand.fault) == ERR_BUSY);
	CHECK(strstr(stand.fault.text, "server 2"));
	stand_close(&stand);
}

TEST(lies_change_nothing)
{
	struct stand stand;
	NEED(opened(&stand, 1));
	NEED(!stand_append(&stand, 2, 5, 4, 3, 1, NULL, 0));
	struct raft_mail vote = {.kind = RAFT_MAIL_VOTE, .from = 3, .term = 7};
	vote.vote.is_granted = vote.vote.is_pre = true;
	struct raft_mail stray = {.kind = RAFT_MAIL_VOTE, .from = 3, .to = 2, .term = 5};
	struct raft_row early = stand_batch(2);
	CHECK(stand_append(&stand, 3, 5, 4, 3, 1, NULL, 0) == ERR_REFUSED);
	CHECK(strstr(stand.fault.text, "second leader"));
	CHECK(stand_append(&stand, 3, 6 + RAFT_TERM_JUMP_MAX, 4, 3, 1, NULL, 0) == ERR_REFUSED);
	CHECK(stand_append(&stand, 2, 5, 4, 3, 1, &early, 1) == ERR_REFUSED);
	CHECK(stand_receive(&stand, vote) == ERR_REFUSED);
	CHECK(raft_engine_receive(stand.engine, stand.now, &stray, &stand.effects, &stand.fault) ==
		ERR_REFUSED);
	CHECK(!stand.effects.rows_count && !stand.effects.mail_count);
	NEED(!stand_append(&stand, 2, 5, 4, 3, 4, NULL, 0));
	CHECK(stand.effects.commit == 4 && stand.effects.term == 5);
	NEED(stand_lead(&stand));
	NEED(!stand_persisted(&stand));
	CHECK(stand_append(&stand, 3, 6, 4, 3, 4, NULL, 0) == ERR_REFUSED);
	stand_close(&stand);
}

TEST(one_change_at_a_time_and_a_vote_only_for_who_caught_up)
{
	struct stand stand;
	struct raft_membership membership;
	NEED(opened(&stand, 4));
	NEED(stand_lead(&stand));
	NEED(!stand_persisted(&stand));
	for (uint64_t peer = 2; peer <= 3; peer++)
		NEED(!stand_appended(&stand, peer, 6, 0, 5));
	CHECK(raft_engine_change(stand.engine, stand.now, &stand.members[3], &stand.effects,
		      &stand.fault) == ERR_REFUSED);
	CHECK(raft_engine_catch_up(stand.engine, stand.now, 4, &stand.effects, &stand.fault) ==
		ERR_REFUSED);
	NEED(!raft_engine_change(
		stand.engine, stand.now, &stand.members[1], &stand.effects, &stand.fault));
	CHECK(stand.effects.rows[0].kind == RAFT_ROW_CHANGE && stand.effects.are_members_changed);
	CHECK(span_equal(stand.effects.rows[0].body, stand.changes[1]));
	raft_engine_members(stand.engine, &membership);
	CHECK(membership.index == 6 && !membership.is_committed);
	CHECK(raft_engine_change(stand.engine, stand.now, &stand.members[0], &stand.effects,
		      &stand.fault) == ERR_BUSY);
	NEED(!stand_persisted(&stand));
	for (uint64_t peer = 2; peer <= 3; peer++)
		NEED(!stand_appended(&stand, peer, 6, 0, 6));
	raft_engine_members(stand.engine, &membership);
	CHECK(membership.is_committed);
	membership.members.of[3].role = RAFT_ROLE_VOTER;
	CHECK(raft_engine_change(stand.engine, stand.now, &membership.members, &stand.effects,
		      &stand.fault) == ERR_BUSY);
	CHECK(strstr(stand.fault.text, "not caught up"));
	NEED(!raft_engine_catch_up(stand.engine, stand.now, 4, &stand.effects, &stand.fault));
	CHECK(raft_engine_catch_up_state(stand.engine, 4) == RAFT_CATCH_UP_IS_RUNNING);
	NEED(!stand_appended(&stand, 4, 6, 0, 6));
	NEED(!raft_engine_change(
		stand.engine, stand.now, &membership.members, &stand.effects, &stand.fault));
	stand_close(&stand);
}

TEST(leadership_is_handed_to_who_is_in_step)
{
	struct stand stand;
	NEED(opened(&stand, 4));
	NEED(stand_lead(&stand));
	NEED(!stand_persisted(&stand));
	CHECK(raft_engine_transfer(stand.engine, stand.now, 9, &stand.effects, &stand.fault) ==
		ERR_REFUSED);
	CHECK(raft_engine_transfer(stand.engine, stand.now, 1, &stand.effects, &stand.fault) ==
		ERR_REFUSED);
	NEED(!raft_engine_transfer(stand.engine, stand.now, 3, &stand.effects, &stand.fault));
	CHECK(!stand_said(&stand, RAFT_MAIL_TAKE_OVER, 3));
	NEED(!stand_appended(&stand, 3, 6, 0, 5));
	const struct raft_mail *order = stand_said(&stand, RAFT_MAIL_TAKE_OVER, 3);
	CHECK(order && order->take_over.last == 5 && order->take_over.last_term == 6);
	struct raft_row row = stand_batch(6);
	CHECK(raft_engine_propose(stand.engine, stand.now, &row, 1, &stand.effects, &stand.fault) ==
		ERR_BUSY);
	stand_close(&stand);
}

TAP_MAIN(CASE(what_the_disk_holds_has_to_agree_with_itself),
	CASE(settings_that_cannot_work_are_refused),
	CASE(a_start_behind_any_cut_knows_the_term_of_every_row),
	CASE(a_leader_commits_what_a_majority_has), CASE(a_follower_writes_before_it_answers),
	CASE(lies_change_nothing), CASE(one_change_at_a_time_and_a_vote_only_for_who_caught_up),
	CASE(leadership_is_handed_to_who_is_in_step))
