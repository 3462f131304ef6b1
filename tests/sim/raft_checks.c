/* What has to hold after each step. */
#include "tests/sim/raft_cluster.h"

#include <inttypes.h>

static bool is_same_row(const struct sim_row *a, const struct sim_row *b)
{
	return a->term == b->term && a->kind == b->kind && a->value == b->value;
}

size_t change_intern(struct cluster *cluster, struct span body)
{
	for (size_t i = cluster->changes_count; i > 0; i--)
		if (span_equal(body,
			    span_of(cluster->changes[i - 1].body, cluster->changes[i - 1].size)))
			return i - 1;
	cluster->changes = sim_grow(cluster->changes, &cluster->changes_room,
		cluster->changes_count, sizeof *cluster->changes);
	struct sim_change *change = &cluster->changes[cluster->changes_count];
	if (body.size > sizeof change->body || raft_members_take(body, &change->members, NULL))
		sim_fail(cluster, "a change that is none");
	else
		memcpy(change->body, body.at, change->size = body.size);
	return cluster->changes_count++;
}

/* Term, vote and log of one server only ever move forward. */
void check_effects(struct cluster *cluster, struct node *node, const struct raft_effects *effects)
{
	const struct sim_log *log = &node->log;
	if (effects->term < log->term)
		sim_fail(cluster, "server %" PRIu64 ": term went back", node->id);
	if (effects->term == log->term && log->vote && effects->vote != log->vote)
		sim_fail(cluster, "server %" PRIu64 ": voted twice in term %" PRIu64, node->id,
			log->term);
	if (!effects->is_hard_state && (effects->term != log->term || effects->vote != log->vote))
		sim_fail(cluster, "server %" PRIu64 ": term or vote changed untold", node->id);
	if (effects->rows_count && effects->rows_from > log->count + 1)
		sim_fail(cluster, "server %" PRIu64 ": a gap before row %" PRIu64, node->id,
			effects->rows_from);
	if (effects->rows_count && effects->rows_from <= node->commit)
		sim_fail(cluster, "server %" PRIu64 ": committed row %" PRIu64 " replaced",
			node->id, effects->rows_from);
	if (effects->commit < node->commit)
		sim_fail(cluster,
			"server %" PRIu64 ": commit went back from %" PRIu64 " to %" PRIu64,
			node->id, node->commit, effects->commit);
}

/* All agree on what is committed. */
void check_commit(struct cluster *cluster, struct node *node, uint64_t commit)
{
	if (commit > node->log.count) {
		sim_fail(cluster, "server %" PRIu64 ": commits what it does not have", node->id);
		return;
	}
	for (uint64_t i = node->commit; i < commit; i++) {
		const struct sim_row *row = &node->log.rows[i];
		if (i < cluster->committed_count) {
			if (!is_same_row(row, &cluster->committed[i].row))
				sim_fail(cluster, "row %" PRIu64 " committed with two contents",
					i + 1);
			continue;
		}
		cluster->committed = sim_grow(cluster->committed, &cluster->committed_room,
			cluster->committed_count, sizeof *cluster->committed);
		cluster->committed[cluster->committed_count++] =
			(struct sim_committed){.row = *row, .in_term = node->log.term};
		cluster->changes_done += row->kind == RAFT_ROW_CHANGE;
	}
	node->commit = commit;
}

/* One leader a term, and it has all that was committed in earlier ones. */
void check_leader(struct cluster *cluster, struct node *node)
{
	uint64_t term = node->log.term;
	for (size_t i = cluster->leaders_count; i > 0; i--)
		if (cluster->leaders[i - 1].term == term && cluster->leaders[i - 1].id != node->id)
			sim_fail(cluster, "two leaders of term %" PRIu64, term);
	cluster->leaders = sim_grow(cluster->leaders, &cluster->leaders_room,
		cluster->leaders_count, sizeof *cluster->leaders);
	cluster->leaders[cluster->leaders_count++] =
		(struct sim_leader){.term = term, .id = node->id};
	for (size_t i = 0; i < cluster->committed_count; i++) {
		if (cluster->committed[i].in_term >= term)
			break;
		if (i >= node->log.count ||
			!is_same_row(&node->log.rows[i], &cluster->committed[i].row)) {
			sim_fail(cluster,
				"leader %" PRIu64 " of term %" PRIu64 " lacks committed row %zu",
				node->id, term, i + 1);
			break;
		}
	}
}

/* In force is the last change of one's own log. */
void check_members(struct cluster *cluster, struct node *node)
{
	struct raft_membership membership;
	uint64_t last = node->log.count;
	while (last && node->log.rows[last - 1].kind != RAFT_ROW_CHANGE)
		last--;
	raft_engine_members(node->engine, &membership);
	if (membership.index != last)
		sim_fail(cluster,
			"server %" PRIu64 ": members of row %" PRIu64 " in force, not of %" PRIu64,
			node->id, membership.index, last);
	else if (last && !raft_members_equal(&membership.members,
				 &cluster->changes[node->log.rows[last - 1].value].members))
		sim_fail(cluster, "server %" PRIu64 ": other members than row %" PRIu64, node->id,
			last);
}

/* Started from any cut, it knows the term of every row. */
void check_start(struct cluster *cluster, struct node *node)
{
	size_t count = node->log.count;
	if (raft_engine_last(node->engine) != count || raft_engine_term_of(node->engine, count + 1))
		sim_fail(cluster, "server %" PRIu64 ": started with another last row", node->id);
	for (size_t i = 0; i < count; i += 1 + count / 200)
		if (raft_engine_term_of(node->engine, i + 1) != node->log.rows[i].term)
			sim_fail(cluster,
				"server %" PRIu64 ": started with another term of row %zu",
				node->id, i + 1);
	check_members(cluster, node);
}
