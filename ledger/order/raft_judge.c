#include "ledger/order/raft_judge.h"

static enum err wrong(struct fault *fault, enum err err, size_t at, const char *why)
{
	return fault_set(fault, err, at, 0, "voter's message: %s", why);
}

/* A row and its term, or neither; not of the future. */
static bool is_place(uint64_t index, uint64_t index_term, uint64_t term)
{
	return index <= RAFT_INDEX_MAX && (index == 0) == (index_term == 0) && index_term <= term;
}

static enum err judge_row(const struct raft_row *row, bool is_first, struct fault *fault)
{
	struct raft_members members;
	if (is_first && row->kind != RAFT_ROW_CHANGE)
		return fault_set(fault, ERR_FORMAT, 0, 0, "log: row 1 names the voters");
	switch (row->kind) {
	case RAFT_ROW_BATCH: return OK;
	case RAFT_ROW_BARRIER:
		return row->body.size == 0
			       ? OK
			       : fault_set(fault, ERR_FORMAT, 0, 0, "log: a barrier has no body");
	case RAFT_ROW_CHANGE: return raft_members_take(row->body, &members, fault);
	}
	return fault_set(fault, ERR_FORMAT, 0, 0, "log: unknown kind of row");
}

static enum err judge_append(const struct raft_mail *mail, struct fault *fault)
{
	uint64_t term = mail->append.prev_term;
	if (!is_place(mail->append.prev, mail->append.prev_term, mail->term))
		return wrong(fault, ERR_RANGE, 0, "a row before the first that cannot be");
	if (mail->append.commit > RAFT_INDEX_MAX)
		return wrong(fault, ERR_RANGE, 0, "a commit that cannot be");
	if (mail->append.count > RAFT_ROWS_MAX)
		return wrong(fault, ERR_LIMIT, 0, "too many rows");
	for (size_t i = 0; i < mail->append.count; i++) {
		const struct raft_row *row = &mail->append.rows[i];
		if (row->term == 0 || row->term < term || row->term > mail->term)
			return wrong(fault, ERR_RANGE, i, "terms of rows rise up to the sender's");
		enum err err = judge_row(row, mail->append.prev + i == 0, fault);
		if (err) {
			if (fault)
				fault->at = i;
			return err;
		}
		term = row->term;
	}
	return OK;
}

enum err raft_judge_mail(const struct raft_mail *mail, struct fault *fault)
{
	if (!mail->from || mail->from > RAFT_ID_MAX || !mail->to || mail->to > RAFT_ID_MAX ||
		mail->from == mail->to)
		return wrong(fault, ERR_RANGE, 0, "sender or receiver");
	if (!mail->term || mail->term > RAFT_TERM_MAX)
		return wrong(fault, ERR_RANGE, 0, "a term that cannot be");
	switch (mail->kind) {
	case RAFT_MAIL_APPEND: return judge_append(mail, fault);
	case RAFT_MAIL_APPENDED:
		if (mail->appended.rejected > RAFT_INDEX_MAX ||
			mail->appended.last > RAFT_INDEX_MAX)
			return wrong(fault, ERR_RANGE, 0, "a row that cannot be");
		if (mail->appended.rejected && mail->appended.last >= mail->appended.rejected)
			return wrong(fault, ERR_RANGE, 0, "rejected and yet there");
		return OK;
	case RAFT_MAIL_ASK_VOTE:
		if (!is_place(mail->ask_vote.last, mail->ask_vote.last_term, mail->term))
			return wrong(fault, ERR_RANGE, 0, "a last row that cannot be");
		if (mail->ask_vote.is_pre && mail->ask_vote.is_sent_by_leader)
			return wrong(fault, ERR_FORMAT, 0, "sent by the leader, and asks first");
		return OK;
	case RAFT_MAIL_VOTE: return OK;
	case RAFT_MAIL_TAKE_OVER:
		if (!is_place(mail->take_over.last, mail->take_over.last_term, mail->term))
			return wrong(fault, ERR_RANGE, 0, "a last row that cannot be");
		return OK;
	}
	return wrong(fault, ERR_FORMAT, 0, "unknown kind");
}

static enum err damaged(struct fault *fault, size_t at, const char *why)
{
	return fault_set(fault, ERR_CORRUPT, at, 0,
		"log of consensus: %s; do not start it, restore this server as a new one", why);
}

enum err raft_judge_start(const struct raft_start *start, struct fault *fault)
{
	uint64_t last = 0;
	uint64_t term = 0;
	size_t at = 0;
	if (!start->term && (start->vote || start->terms_count || start->tail_count))
		return damaged(fault, 0, "rows or a vote without a term");
	for (size_t i = 0; i < start->terms_count; i++) {
		if (start->terms[i].last <= last || start->terms[i].term <= term)
			return damaged(fault, i, "terms do not rise");
		last = start->terms[i].last;
		term = start->terms[i].term;
	}
	if (term > start->term || start->term > RAFT_TERM_MAX)
		return damaged(fault, 0, "its term is older than its rows");
	if (last != start->commit + start->tail_count || last > RAFT_INDEX_MAX)
		return damaged(fault, 0, "terms and rows do not end together");
	if (start->commit && (!start->members_index || start->members_index > start->commit))
		return damaged(fault, 0, "the voters at its commit are not known");
	for (size_t i = 0; i < start->tail_count; i++) {
		while (start->terms[at].last <= start->commit + i)
			at++;
		if (start->tail[i].term != start->terms[at].term)
			return damaged(fault, i, "a row is not of the term that is noted");
		if (judge_row(&start->tail[i], start->commit + i == 0, fault))
			return damaged(fault, i, "a row is not well formed");
	}
	return OK;
}

enum err raft_judge_settings(const struct raft_settings *settings, struct fault *fault)
{
	if (!settings->id || settings->id > RAFT_ID_MAX)
		return fault_set(fault, ERR_USAGE, 0, 0, "consensus: no id of a server");
	if (!settings->heartbeat_ms || settings->election_ms / 10 < settings->heartbeat_ms)
		return fault_set(fault, ERR_USAGE, 0, 0,
			"consensus: the election time-out is less than ten heartbeats");
	if (!settings->rows_in_flight || settings->rows_in_flight > RAFT_ROWS_MAX)
		return fault_set(fault, ERR_USAGE, 0, 0, "consensus: rows in flight: 1 to %d",
			RAFT_ROWS_MAX);
	return OK;
}
