/* What only a leader can be asked for. */
#include "ledger/order/raft_engine_parts.h"

#include <inttypes.h>

static enum err leading(const struct raft_engine *engine, struct fault *fault)
{
	if (engine->before.state != RAFT_IS_LEADER)
		return fault_set(fault, ERR_BUSY, 0, 0,
			"consensus: not the leader; server %" PRIu64 " is (0: nobody yet)",
			engine->before.leader);
	if (engine->before.transferee)
		return fault_set(fault, ERR_BUSY, 0, 0,
			"consensus: leadership is being handed to server %" PRIu64,
			engine->before.transferee);
	return OK;
}

/* A refusal that has changed nothing does not stop the engine. */
static enum err refused(enum err err, struct raft_effects *effects)
{
	*effects = (struct raft_effects){0};
	return err;
}

static enum err begin_leading(struct raft_engine *engine, int64_t now_ms,
	struct raft_effects *effects, struct fault *fault)
{
	enum err err = raft_engine_begin(engine, now_ms, fault);
	if (!err)
		err = leading(engine, fault);
	return err ? refused(err, effects) : OK;
}

static enum err submit(struct raft_engine *engine, const struct raft_row *rows, size_t count,
	struct raft_effects *effects, struct fault *fault)
{
	struct raft_library_update update;
	engine->given = rows;
	engine->given_from = engine->before.last + 1;
	engine->given_count = count;
	enum err err =
		raft_library_submit(engine->library, engine->now_ms, rows, count, &update, fault);
	if (err == ERR_BUSY)
		return refused(err, effects);
	if (!err)
		err = raft_engine_absorb(engine, update, fault);
	return raft_engine_finish(engine, err, effects, fault);
}

enum err raft_engine_propose(struct raft_engine *engine, int64_t now_ms, struct raft_row *rows,
	size_t count, struct raft_effects *effects, struct fault *fault)
{
	enum err err = begin_leading(engine, now_ms, effects, fault);
	if (err)
		return err;
	if (!count || count > RAFT_ROWS_MAX)
		return refused(fault_set(fault, ERR_REFUSED, 0, 0,
				       "consensus: %zu rows proposed; it takes 1 to %d at once",
				       count, RAFT_ROWS_MAX),
			effects);
	for (size_t i = 0; i < count; i++) {
		rows[i].kind = RAFT_ROW_BATCH;
		rows[i].term = engine->before.term;
	}
	return submit(engine, rows, count, effects, fault);
}

/* Of the view, not of the present call: it is asked in between, too. */
static const char *obstacle(
	const struct raft_engine *engine, const struct raft_library_view *view, uint64_t leaving)
{
	if (view->state != RAFT_IS_LEADER)
		return "not the leader";
	if (view->members_open)
		return "the last change is not committed yet";
	if (view->promotee)
		return "a server is catching up";
	if (view->transferee)
		return "leadership is being handed over";
	return GUARDED(engine, 'G')
		       ? raft_guard_g_obstacle(engine->library, engine->commit, leaving)
		       : NULL;
}

const char *raft_engine_change_obstacle(const struct raft_engine *engine, uint64_t leaving)
{
	struct raft_library_view view;
	raft_library_view(engine->library, &view);
	return obstacle(engine, &view, leaving);
}

enum err raft_engine_change(struct raft_engine *engine, int64_t now_ms,
	const struct raft_members *members, struct raft_effects *effects, struct fault *fault)
{
	struct raft_members present;
	struct raft_member changed;
	struct buf body;
	enum err err = begin_leading(engine, now_ms, effects, fault);
	if (err)
		return err;
	raft_library_members(engine->library, &present);
	err = raft_members_step(&present, members, &changed, fault);
	if (err)
		return refused(err, effects);
	const struct raft_member *wanted = raft_members_find(members, changed.id);
	const char *why = obstacle(engine, &engine->before, wanted ? 0 : changed.id);
	uint64_t match = 0;
	bool is_promoted = wanted && wanted->role == RAFT_ROLE_VOTER;
	if (!why && is_promoted &&
		(!raft_library_match(engine->library, changed.id, &match) || !match ||
			match + engine->settings.rows_in_flight < engine->before.last))
		why = "it has not caught up";
	if (why)
		return refused(fault_set(fault, ERR_BUSY, 0, 0,
				       "consensus: server %" PRIu64 " not changed now: %s",
				       changed.id, why),
			effects);
	buf_over(&body, engine->change, sizeof engine->change);
	raft_members_put(members, &body);
	if (body.err || raft_members_take(buf_span(&body), &present, fault))
		return refused(
			fault_set(fault, ERR_REFUSED, 0, 0, "consensus: no voter set"), effects);
	engine->own = (struct raft_row){
		.term = engine->before.term, .kind = RAFT_ROW_CHANGE, .body = buf_span(&body)};
	return submit(engine, &engine->own, 1, effects, fault);
}

enum err raft_engine_catch_up(struct raft_engine *engine, int64_t now_ms, uint64_t id,
	struct raft_effects *effects, struct fault *fault)
{
	struct raft_members members;
	struct raft_library_update update;
	enum err err = begin_leading(engine, now_ms, effects, fault);
	if (err)
		return err;
	raft_library_members(engine->library, &members);
	const struct raft_member *member = raft_members_find(&members, id);
	if (!member || member->role == RAFT_ROLE_VOTER || id == engine->settings.id)
		return refused(fault_set(fault, ERR_REFUSED, 0, 0,
				       "consensus: server %" PRIu64
				       " is no spare or standby; add it first",
				       id),
			effects);
	if (engine->before.promotee || engine->before.members_open)
		return refused(
			fault_set(fault, ERR_BUSY, 0, 0, "consensus: another change is under way"),
			effects);
	err = raft_library_catch_up(engine->library, engine->now_ms, id, &update, fault);
	if (!err)
		err = raft_engine_absorb(engine, update, fault);
	return raft_engine_finish(engine, err, effects, fault);
}

enum err raft_engine_transfer(struct raft_engine *engine, int64_t now_ms, uint64_t id,
	struct raft_effects *effects, struct fault *fault)
{
	struct raft_members members;
	struct raft_library_update update;
	enum err err = begin_leading(engine, now_ms, effects, fault);
	if (err)
		return err;
	raft_library_members(engine->library, &members);
	const struct raft_member *member = raft_members_find(&members, id);
	if (id && (!member || member->role != RAFT_ROLE_VOTER || id == engine->settings.id))
		return refused(fault_set(fault, ERR_REFUSED, 0, 0,
				       "consensus: server %" PRIu64 " is no other voter", id),
			effects);
	err = raft_library_transfer(engine->library, engine->now_ms, id, &update, fault);
	if (err == ERR_BUSY)
		return refused(err, effects);
	if (!err)
		err = raft_engine_absorb(engine, update, fault);
	return raft_engine_finish(engine, err, effects, fault);
}

enum raft_catch_up raft_engine_catch_up_state(const struct raft_engine *engine, uint64_t id)
{
	return raft_library_catch_up_state(engine->library, id);
}

uint64_t raft_engine_match(const struct raft_engine *engine, uint64_t id)
{
	uint64_t match = 0;
	return raft_library_match(engine->library, id, &match) ? match : 0;
}

void raft_engine_members(const struct raft_engine *engine, struct raft_membership *membership)
{
	struct raft_library_view view;
	raft_library_view(engine->library, &view);
	raft_library_members(engine->library, &membership->members);
	membership->is_committed = view.members_open == 0;
	membership->index = view.members_open ? view.members_open : view.members_settled;
}

uint64_t raft_engine_last(const struct raft_engine *engine)
{
	struct raft_library_view view;
	raft_library_view(engine->library, &view);
	return view.last;
}

uint64_t raft_engine_term_of(const struct raft_engine *engine, uint64_t index)
{
	return raft_library_term_of(engine->library, index);
}
