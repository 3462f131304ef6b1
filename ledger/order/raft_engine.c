#include "ledger/order/raft_engine.h"

#include "ledger/order/raft_engine_parts.h"
#include "ledger/order/raft_judge.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum err raft_engine_begin(struct raft_engine *engine, int64_t now_ms, struct fault *fault)
{
	if (engine->is_stopped)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"consensus: stopped after an error; start again from disk");
	if (now_ms > engine->now_ms)
		engine->now_ms = now_ms;
	raft_library_mail_reset(engine->library);
	engine->effects = (struct raft_effects){0};
	engine->given = NULL;
	engine->given_count = 0;
	raft_library_view(engine->library, &engine->before);
	return OK;
}

static enum err stop(struct raft_engine *engine, enum err err)
{
	engine->is_stopped = true;
	return err;
}

/* The rows that a step wants written: a run of those given, or the barrier of a new leader. */
static enum err rows_take(
	struct raft_engine *engine, const struct raft_library_update *update, struct fault *fault)
{
	struct raft_effects *effects = &engine->effects;
	const struct raft_row *rows = &engine->own;
	if (engine->given_count) {
		assert(update->rows_from >= engine->given_from);
		size_t skip = (size_t)(update->rows_from - engine->given_from);
		assert(skip + update->rows_count <= engine->given_count);
		rows = &engine->given[skip];
	} else {
		struct raft_library_view view;
		assert(update->rows_count == 1);
		raft_library_view(engine->library, &view);
		engine->own = (struct raft_row){.term = view.term, .kind = RAFT_ROW_BARRIER};
	}
	if (raft_guard_is_committed(engine->commit, update->rows_from)) {
		effects->conflict.index = update->rows_from;
		effects->conflict.commit = engine->commit;
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"consensus: row %" PRIu64 " is to be replaced, but %" PRIu64
			" are committed",
			update->rows_from, engine->commit);
	}
	if (!effects->rows_count) {
		effects->rows_from = update->rows_from;
		effects->rows = rows;
	}
	assert(effects->rows + effects->rows_count == rows);
	assert(effects->rows_from + effects->rows_count == update->rows_from);
	effects->rows_count += update->rows_count;
	return OK;
}

/* What one step said, and the changes that are committed by it. A committed change is told to the
 * library before anything else is. */
enum err raft_engine_absorb(
	struct raft_engine *engine, struct raft_library_update update, struct fault *fault)
{
	struct raft_library_view view;
	for (;;) {
		engine->effects.is_hard_state |= update.is_hard_state;
		enum err err = update.rows_count ? rows_take(engine, &update, fault) : OK;
		if (err)
			return err;
		raft_library_view(engine->library, &view);
		engine->commit = GUARDED(engine, 'F')
					 ? raft_guard_f_commit(engine->commit, view.commit)
					 : view.commit;
		if (!view.members_open || view.members_open > engine->commit)
			return OK;
		err = raft_library_settle(engine->library, engine->now_ms, &update, fault);
		if (err)
			return err;
		engine->effects.are_members_changed = true;
	}
}

/* A new leader commits a row of its own term before anything else: only then does it know what is
 * committed. The library does so only if it has rows that it is unsure of. */
static enum err lead(struct raft_engine *engine, struct fault *fault)
{
	struct raft_library_view view;
	struct raft_library_update update;
	raft_library_view(engine->library, &view);
	bool is_new = view.state == RAFT_IS_LEADER && !engine->is_leading;
	engine->is_leading = view.state == RAFT_IS_LEADER;
	if (!is_new || engine->effects.rows_count || !GUARDED(engine, 'G'))
		return OK;
	struct raft_row barrier = {.term = view.term, .kind = RAFT_ROW_BARRIER};
	enum err err =
		raft_library_submit(engine->library, engine->now_ms, &barrier, 1, &update, fault);
	return err ? err : raft_engine_absorb(engine, update, fault);
}

enum err raft_engine_finish(
	struct raft_engine *engine, enum err err, struct raft_effects *effects, struct fault *fault)
{
	struct raft_library_view view;
	struct raft_effects *own = &engine->effects;
	if (!err)
		err = lead(engine, fault);
	if (err) {
		*effects = (struct raft_effects){.conflict = own->conflict};
		return stop(engine, err);
	}
	raft_library_view(engine->library, &view);
	own->term = view.term;
	own->vote = view.vote;
	own->mail = raft_library_mail(engine->library, &own->mail_count);
	own->state = view.state;
	own->leader = view.leader;
	own->is_state_changed =
		view.state != engine->before.state || view.leader != engine->before.leader;
	own->are_members_changed |= view.members_open != engine->before.members_open ||
				    view.members_settled != engine->before.members_settled;
	own->commit = engine->commit;
	own->due_ms = GUARDED(engine, 'H') ? raft_guard_h_due(engine->now_ms, view.timeout_ms)
					   : view.timeout_ms;
	*effects = *own;
	return OK;
}

enum err raft_engine_open(struct raft_engine **out, const struct raft_settings *settings,
	const struct raft_start *start, struct raft_effects *effects, struct fault *fault)
{
	struct raft_library_view view;
	enum err err = raft_judge_settings(settings, fault);
	if (!err)
		err = raft_judge_start(start, fault);
	if (err)
		return err;
	struct raft_engine *engine = calloc(1, sizeof *engine);
	if (!engine)
		return fault_set(fault, ERR_MEMORY, 0, 0, "consensus: out of memory");
	engine->settings = *settings;
	err = raft_library_open(&engine->library, settings, start, fault);
	if (!err)
		err = raft_engine_begin(engine, start->now_ms, fault);
	if (!err) {
		raft_library_view(engine->library, &view);
		engine->commit = raft_guard_f_commit(start->commit, view.commit);
		err = raft_engine_finish(engine, OK, effects, fault);
	}
	if (err) {
		raft_engine_free(engine);
		return err;
	}
	*out = engine;
	return OK;
}

void raft_engine_free(struct raft_engine *engine)
{
	if (!engine)
		return;
	raft_library_free(engine->library);
	free(engine);
}

static void given_set(
	struct raft_engine *engine, const struct raft_row *rows, uint64_t from, size_t count)
{
	engine->given = rows;
	engine->given_from = from;
	engine->given_count = count;
}

/* What cannot be honest in the light of what we know. */
static enum err judge_present(
	const struct raft_engine *engine, const struct raft_mail *mail, struct fault *fault)
{
	const struct raft_library_view *now = &engine->before;
	if (mail->to != engine->settings.id)
		return fault_set(fault, ERR_REFUSED, 0, 0, "voter's message: not for us");
	if (mail->term > now->term && mail->term - now->term > RAFT_TERM_JUMP_MAX)
		return fault_set(fault, ERR_REFUSED, 0, 0,
			"voter's message: term %" PRIu64 " after %" PRIu64, mail->term, now->term);
	if (mail->kind == RAFT_MAIL_APPEND && mail->term == now->term &&
		(now->state == RAFT_IS_LEADER ||
			(mail->term == engine->heard_term && mail->from != engine->heard_from)))
		return fault_set(fault, ERR_REFUSED, 0, 0,
			"voter's message: a second leader of term %" PRIu64, mail->term);
	if (mail->kind == RAFT_MAIL_VOTE && mail->vote.is_pre && mail->vote.is_granted &&
		mail->term > now->term + 1)
		return fault_set(fault, ERR_REFUSED, 0, 0,
			"voter's message: a vote for a term that we did not ask for");
	return OK;
}

/* Dropped: honest, but of no more use. */
static bool is_dropped(const struct raft_engine *engine, struct raft_mail *mail)
{
	uint64_t match;
	if (mail->kind == RAFT_MAIL_VOTE && GUARDED(engine, 'E'))
		return raft_guard_e_is_unasked(engine->before.state);
	if (mail->kind == RAFT_MAIL_APPENDED && mail->term == engine->before.term &&
		raft_library_match(engine->library, mail->from, &match) && GUARDED(engine, 'C'))
		return raft_guard_c_is_late(mail, match);
	return false;
}

static enum err receive_step(
	struct raft_engine *engine, const struct raft_mail *mail, struct fault *fault)
{
	struct raft_library_update update;
	enum err err = raft_library_receive(engine->library, engine->now_ms, mail, &update, fault);
	return err ? err : raft_engine_absorb(engine, update, fault);
}

/* The first change behind an open one says that the open one is committed: leaders make one at a
 * time. The library would forget it, and could not go back to it. */
static enum err settle_before(
	struct raft_engine *engine, const struct raft_mail *part, struct fault *fault)
{
	struct raft_library_view view;
	struct raft_library_update update;
	raft_library_view(engine->library, &view);
	if (!view.members_open || view.members_open > part->append.prev)
		return OK;
	enum err err = raft_library_settle(engine->library, engine->now_ms, &update, fault);
	return err ? err : raft_engine_absorb(engine, update, fault);
}

/* Whether the log agrees with a message up to a row of it. */
static bool is_taken(const struct raft_engine *engine, const struct raft_mail *mail, uint64_t index,
	uint64_t term)
{
	struct raft_library_view view;
	raft_library_view(engine->library, &view);
	return mail->term == view.term &&
	       (!index || raft_library_term_of(engine->library, index) == term);
}

/* Guard B's parts of one message. When one is rejected its answer says all. */
static enum err receive_rows(
	struct raft_engine *engine, const struct raft_mail *mail, struct fault *fault)
{
	struct raft_mail part = *mail;
	const struct raft_row *rows = mail->append.rows;
	size_t count = mail->append.count;
	for (size_t at = 0; at < count; at += part.append.count) {
		enum err err = OK;
		part.append.prev = mail->append.prev + at;
		part.append.prev_term = at ? rows[at - 1].term : mail->append.prev_term;
		if (at && !is_taken(engine, mail, part.append.prev, part.append.prev_term))
			return OK;
		if (rows[at].kind == RAFT_ROW_CHANGE) {
			part.append.count = 0;
			err = receive_step(engine, &part, fault);
			if (!err &&
				!is_taken(engine, mail, part.append.prev, part.append.prev_term))
				return OK;
			if (!err)
				err = settle_before(engine, &part, fault);
			if (err)
				return err;
		}
		part.append.rows = &rows[at];
		part.append.count = raft_guard_b_rows(rows, count, at);
		err = receive_step(engine, &part, fault);
		if (err)
			return err;
	}
	return OK;
}

enum err raft_engine_receive(struct raft_engine *engine, int64_t now_ms,
	const struct raft_mail *mail, struct raft_effects *effects, struct fault *fault)
{
	enum err err = raft_engine_begin(engine, now_ms, fault);
	if (!err)
		err = raft_judge_mail(mail, fault) ? ERR_REFUSED
						   : judge_present(engine, mail, fault);
	if (err) {
		if (fault)
			fault->err = err;
		*effects = (struct raft_effects){0};
		return err;
	}
	struct raft_mail heard = *mail;
	if (is_dropped(engine, &heard))
		return raft_engine_finish(engine, OK, effects, fault);
	if (mail->kind == RAFT_MAIL_APPEND && mail->append.count) {
		given_set(engine, mail->append.rows, mail->append.prev + 1, mail->append.count);
		err = GUARDED(engine, 'B') ? receive_rows(engine, mail, fault)
					   : receive_step(engine, mail, fault);
	} else {
		err = receive_step(engine, &heard, fault);
	}
	if (err == ERR_CORRUPT) {
		engine->effects.conflict.commit = engine->commit;
		engine->effects.conflict.from = mail->from;
		engine->effects.conflict.term = mail->term;
		return raft_engine_finish(engine, err, effects, fault);
	}
	struct raft_library_view view;
	size_t count;
	raft_library_view(engine->library, &view);
	struct raft_mail *answers = raft_library_mail(engine->library, &count);
	if (GUARDED(engine, 'A'))
		raft_guard_a_old_append(mail, engine->before.term, answers, count);
	if (GUARDED(engine, 'M') && mail->term == view.term)
		raft_guard_m_hint(engine->library, engine->commit, answers, count);
	if (GUARDED(engine, 'D'))
		raft_guard_d_refused_pre_vote(answers, count, view.term);
	if (mail->kind == RAFT_MAIL_APPEND && mail->term == view.term) {
		engine->heard_term = mail->term;
		engine->heard_from = mail->from;
	}
	return raft_engine_finish(engine, err, effects, fault);
}

enum err raft_engine_tick(struct raft_engine *engine, int64_t now_ms, struct raft_effects *effects,
	struct fault *fault)
{
	struct raft_library_update update;
	enum err err = raft_engine_begin(engine, now_ms, fault);
	if (err)
		return err;
	if (engine->now_ms >= engine->before.timeout_ms) {
		err = raft_library_timeout(engine->library, engine->now_ms, &update, fault);
		if (!err)
			err = raft_engine_absorb(engine, update, fault);
		size_t count;
		struct raft_mail *mail = raft_library_mail(engine->library, &count);
		if (GUARDED(engine, 'K'))
			raft_guard_k_on_timeout(mail, count);
	}
	return raft_engine_finish(engine, err, effects, fault);
}

enum err raft_engine_persisted(struct raft_engine *engine, int64_t now_ms, uint64_t index,
	struct raft_effects *effects, struct fault *fault)
{
	struct raft_library_update update;
	enum err err = raft_engine_begin(engine, now_ms, fault);
	if (err)
		return err;
	assert(index == engine->before.last);
	if (index > engine->before.stored) {
		err = raft_library_persisted(
			engine->library, engine->now_ms, index, &update, fault);
		if (!err)
			err = raft_engine_absorb(engine, update, fault);
	}
	return raft_engine_finish(engine, err, effects, fault);
}
