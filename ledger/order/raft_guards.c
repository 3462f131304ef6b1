#include "ledger/order/raft_guards.h"

void raft_guard_a_old_append(
	const struct raft_mail *append, uint64_t term, struct raft_mail *answers, size_t count)
{
	if (append->kind != RAFT_MAIL_APPEND || append->term >= term)
		return;
	for (size_t i = 0; i < count; i++) {
		if (answers[i].kind != RAFT_MAIL_APPENDED)
			continue;
		if (!answers[i].appended.rejected)
			answers[i].appended.rejected = 1;
		answers[i].appended.last = 0;
	}
}

size_t raft_guard_b_rows(const struct raft_row *rows, size_t count, size_t from)
{
	size_t end = from + 1;
	while (end < count && rows[end].kind != RAFT_ROW_CHANGE)
		end++;
	return end - from;
}

bool raft_guard_c_is_late(struct raft_mail *answer, uint64_t match)
{
	if (!answer->appended.rejected)
		return false;
	if (answer->appended.rejected <= match)
		return true;
	if (answer->appended.last < match)
		answer->appended.last = match;
	return false;
}

void raft_guard_d_refused_pre_vote(struct raft_mail *answers, size_t count, uint64_t term)
{
	for (size_t i = 0; i < count; i++)
		if (answers[i].kind == RAFT_MAIL_VOTE && answers[i].vote.is_pre &&
			!answers[i].vote.is_granted)
			answers[i].term = term;
}

bool raft_guard_e_is_unasked(enum raft_engine_state state)
{
	return state != RAFT_IS_CANDIDATE;
}

uint64_t raft_guard_f_commit(uint64_t own, uint64_t library)
{
	return own > library ? own : library;
}

const char *raft_guard_g_obstacle(struct raft_library *library, uint64_t commit, uint64_t leaving)
{
	struct raft_library_view view;
	struct raft_members members;
	raft_library_view(library, &view);
	if (raft_library_term_of(library, commit) != view.term)
		return "nothing of this term is committed yet";
	raft_library_members(library, &members);
	for (size_t i = 0; i < members.count; i++) {
		uint64_t match = 0;
		if (members.of[i].role != RAFT_ROLE_VOTER || members.of[i].id == leaving)
			continue;
		if (!raft_library_match(library, members.of[i].id, &match) ||
			match < view.members_settled)
			return "a voter does not have the last change yet";
	}
	return NULL;
}

int64_t raft_guard_h_due(int64_t now_ms, int64_t timeout_ms)
{
	int64_t least = now_ms + RAFT_TICK_MS_MIN;
	return timeout_ms > least ? timeout_ms : least;
}

void raft_guard_k_on_timeout(struct raft_mail *mail, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (mail[i].kind == RAFT_MAIL_ASK_VOTE)
			mail[i].ask_vote.is_sent_by_leader = false;
}

void raft_guard_m_hint(
	struct raft_library *library, uint64_t commit, struct raft_mail *answers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct raft_mail *answer = &answers[i];
		if (answer->kind != RAFT_MAIL_APPENDED || !answer->appended.rejected)
			continue;
		uint64_t behind = raft_library_term_before(library, answer->appended.rejected);
		uint64_t hint = behind > commit ? behind : commit;
		if (hint < answer->appended.last)
			answer->appended.last = hint;
	}
}

bool raft_guard_is_committed(uint64_t commit, uint64_t rows_from)
{
	return rows_from <= commit;
}
