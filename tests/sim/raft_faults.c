/* What befalls the cluster: links, partitions, crashes, changes of the voter set, hand-overs. */
#include "tests/sim/raft_cluster.h"

void faults_weather(struct cluster *cluster)
{
	struct sim_weather *weather = &cluster->weather;
	weather->drop_permille = (unsigned)sim_below(cluster, 150);
	weather->double_permille = (unsigned)sim_below(cluster, 80);
	weather->late_permille = (unsigned)sim_below(cluster, 3) * 40;
	weather->short_permille = (unsigned)sim_below(cluster, 2) * 20;
	weather->delay_ms = 1 + (int64_t)sim_below(cluster, 30);
	weather->is_ordered = sim_chance(cluster, 250);
	weather->is_slow_disk = sim_chance(cluster, 500);
	weather->stall_ms = 1 + (int64_t)sim_below(cluster, 300);
	weather->is_pre_vote = sim_chance(cluster, 500);
	weather->rows_in_flight = 16U << sim_below(cluster, 6);
}

static void cut_one(struct cluster *cluster, size_t node, bool is_in, bool is_out)
{
	for (size_t i = 0; i < NODES_MAX; i++) {
		cluster->is_cut[i][node] |= is_in;
		cluster->is_cut[node][i] |= is_out;
	}
}

static void cut_halves(struct cluster *cluster)
{
	uint64_t side = sim_random(cluster);
	for (size_t i = 0; i < NODES_MAX; i++)
		for (size_t j = 0; j < NODES_MAX; j++)
			if ((side >> i & 1) != (side >> j & 1))
				cluster->is_cut[i][j] = true;
}

static void cuts_play(struct cluster *cluster)
{
	struct node *leader = cluster_leader(cluster);
	size_t node = leader && sim_chance(cluster, 500) ? (size_t)(leader - cluster->nodes)
							 : (size_t)sim_below(cluster, NODES_MAX);
	cluster->cuts++;
	cluster->faults++;
	switch (sim_below(cluster, 7)) {
	case 0: cut_halves(cluster); return;
	case 1: cut_one(cluster, node, true, true); return;
	case 2: cut_one(cluster, node, true, false); return;
	case 3: cut_one(cluster, node, false, true); return;
	case 4: cluster->is_cut[node][sim_below(cluster, NODES_MAX)] = true; return;
	default: memset(cluster->is_cut, 0, sizeof cluster->is_cut); return;
	}
}

void faults_play(struct cluster *cluster)
{
	struct node *node = &cluster->nodes[sim_below(cluster, NODES_MAX)];
	struct node *leader = cluster_leader(cluster);
	struct raft_effects effects;
	struct fault fault;
	if (leader && sim_chance(cluster, 400))
		node = leader;
	switch (sim_below(cluster, 5)) {
	case 0:
	case 1:
		if (node->engine)
			node_crash(cluster, node);
		return;
	case 2:
		if (leader && !raft_engine_transfer(leader->engine, cluster->now,
				      sim_chance(cluster, 500) ? 0 : node->id, &effects, &fault)) {
			cluster->transfers++;
			node_obey(cluster, leader, &effects);
		}
		return;
	default: cuts_play(cluster); return;
	}
}

void faults_heal(struct cluster *cluster)
{
	cluster->is_healing = true;
	memset(cluster->is_cut, 0, sizeof cluster->is_cut);
	cluster->weather.drop_permille = 0;
	cluster->weather.double_permille = 0;
	cluster->weather.late_permille = 0;
	cluster->weather.short_permille = 0;
	cluster->weather.stall_ms = 1;
	for (size_t i = 0; i < NODES_MAX; i++)
		if (cluster->nodes[i].id && !cluster->nodes[i].engine)
			cluster->nodes[i].up_at = cluster->now;
}

void clients_play(struct cluster *cluster)
{
	struct raft_row rows[8];
	uint64_t values[8];
	struct raft_effects effects;
	struct fault fault;
	struct node *leader = cluster_leader(cluster);
	/* Slow links with few rows in flight carry less than this; in good weather all catch up. */
	size_t count = cluster->is_healing ? 1 : 1 + (size_t)sim_below(cluster, 8);
	if (!leader)
		return;
	for (size_t i = 0; i < count; i++) {
		values[i] = cluster->next_value++;
		rows[i].body = span_of(&values[i], sizeof values[i]);
	}
	if (!raft_engine_propose(leader->engine, cluster->now, rows, count, &effects, &fault))
		node_obey(cluster, leader, &effects);
}

/* The next change to want: a spare on its way to a vote, or someone in or out at random. */
static bool members_want(
	struct cluster *cluster, struct node *leader, struct raft_members *members, uint64_t *feed)
{
	size_t voters = raft_members_voters(members);
	for (size_t i = 0; i < members->count; i++) {
		struct raft_member *member = &members->of[i];
		if (member->role == RAFT_ROLE_VOTER || sim_chance(cluster, 200))
			continue;
		switch (raft_engine_catch_up_state(leader->engine, member->id)) {
		case RAFT_CATCH_UP_IS_RUNNING: return false;
		case RAFT_CATCH_UP_IS_DONE:
			member->role =
				sim_chance(cluster, 900) ? RAFT_ROLE_VOTER : RAFT_ROLE_STANDBY;
			return true;
		case RAFT_CATCH_UP_IS_NONE:
		case RAFT_CATCH_UP_IS_ABORTED: *feed = member->id; return false;
		}
	}
	struct node *node = &cluster->nodes[sim_below(cluster, NODES_MAX)];
	const struct raft_member *member = raft_members_find(members, node->id);
	if (!node->id)
		return false;
	if (!member)
		return !node->was_member && voters <= cluster->voters &&
		       !raft_members_set(members,
			       (struct raft_member){.id = node->id, .role = RAFT_ROLE_SPARE}, NULL);
	if (member->role == RAFT_ROLE_VOTER &&
		(voters <= RAFT_VOTERS_MIN || voters < cluster->voters))
		return false;
	if (sim_chance(cluster, 200))
		return !raft_members_set(members,
			(struct raft_member){.id = node->id, .role = RAFT_ROLE_STANDBY}, NULL);
	raft_members_remove(members, node->id);
	return true;
}

void members_play(struct cluster *cluster)
{
	struct raft_membership membership;
	struct raft_effects effects;
	struct fault fault;
	uint64_t feed = 0;
	struct node *leader = cluster_leader(cluster);
	enum err err = ERR_BUSY;
	if (!leader)
		return;
	raft_engine_members(leader->engine, &membership);
	if (members_want(cluster, leader, &membership.members, &feed))
		err = raft_engine_change(
			leader->engine, cluster->now, &membership.members, &effects, &fault);
	else if (feed)
		err = raft_engine_catch_up(leader->engine, cluster->now, feed, &effects, &fault);
	if (!err)
		node_obey(cluster, leader, &effects);
}
