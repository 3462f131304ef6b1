/* Consensus alone, whole clusters in one thread: faults for a while, then good weather, in which a
 * fresh proposal has to reach every member within a bound.
 *
 *	raft_sim [--seeds N] [--members N] [--first SEED] [--stride N] [--off LETTERS] [--list]
 *
 * --off takes guards out, to see what finds it, or makes the servers careless: S, messages leave
 * before the disk is synced; V, votes are forgotten in a crash. --list prints each failing seed. */
#include "tests/sim/raft_cluster.h"

#include <inttypes.h>
#include <stdlib.h>

#define FAULTS_MS   30000
#define SETTLE_MS   3000
#define PROGRESS_MS (60 * ELECTION_MS)

struct sim_times {
	int64_t client;
	int64_t fault;
	int64_t members;
};

static void cluster_found(struct cluster *cluster)
{
	struct raft_members members = {0};
	for (size_t i = 0; i < NODES_MAX && i < cluster->voters + 3; i++)
		node_join(cluster, &cluster->nodes[i]);
	for (size_t i = 0; i < cluster->voters; i++)
		if (raft_members_set(&members,
			    (struct raft_member){
				    .id = cluster->nodes[i].id, .role = RAFT_ROLE_VOTER},
			    NULL))
			abort();
	for (size_t i = 0; i < NODES_MAX; i++) {
		if (i < cluster->voters)
			node_found(cluster, &cluster->nodes[i], &members);
		if (cluster->nodes[i].id)
			node_start(cluster, &cluster->nodes[i]);
	}
}

/* Members, and those that were: they are stopped, and their place gets a server with a new disk. */
static void cluster_census(struct cluster *cluster)
{
	const struct raft_members *members = NULL;
	for (size_t i = cluster->committed_count; i > 0 && !members; i--)
		if (cluster->committed[i - 1].row.kind == RAFT_ROW_CHANGE)
			members = &cluster->changes[cluster->committed[i - 1].row.value].members;
	for (size_t i = 0; members && i < NODES_MAX; i++) {
		struct node *node = &cluster->nodes[i];
		if (!node->id)
			continue;
		if (raft_members_find(members, node->id))
			node->was_member = true;
		else if (node->was_member && node->stop_at == NEVER)
			node->stop_at = sim_chance(cluster, 250)
						? NEVER - 1
						: cluster->now + (int64_t)sim_below(cluster, 4000);
		if (node->stop_at <= cluster->now) {
			node_join(cluster, node);
			node_start(cluster, node);
		}
	}
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t next_time(const struct cluster *cluster, const struct sim_times *times)
{
	int64_t next = least(network_next(cluster), times->client);
	if (!cluster->is_healing)
		next = least(next, least(times->fault, times->members));
	for (size_t i = 0; i < NODES_MAX; i++) {
		const struct node *node = &cluster->nodes[i];
		if (!node->id)
			continue;
		next = least(next, least(node->sync_at, node->up_at));
		if (node->engine)
			next = least(next, node->due);
	}
	return next > cluster->now ? next : cluster->now;
}

static void nodes_play(struct cluster *cluster)
{
	for (size_t i = 0; i < NODES_MAX && !cluster->is_failed; i++) {
		struct node *node = &cluster->nodes[i];
		if (!node->id)
			continue;
		if (node->up_at <= cluster->now)
			node_start(cluster, node);
		if (node->engine && node->sync_at <= cluster->now)
			node_sync(cluster, node);
		if (node->engine && !cluster->is_failed && node->due <= cluster->now)
			node_tick(cluster, node);
	}
}

static void event_play(struct cluster *cluster, struct sim_times *times)
{
	struct sim_letter letter;
	cluster->now = next_time(cluster, times);
	while (!cluster->is_failed && network_take(cluster, &letter)) {
		node_receive(cluster, &letter);
		free(letter.rows);
	}
	nodes_play(cluster);
	if (!cluster->is_failed && times->client <= cluster->now) {
		clients_play(cluster);
		cluster_census(cluster);
		times->client = cluster->now + 5 +
				(int64_t)sim_below(cluster, cluster->is_healing ? 150 : 40);
	}
	if (cluster->is_failed || cluster->is_healing)
		return;
	if (times->fault <= cluster->now) {
		faults_play(cluster);
		times->fault = cluster->now + (int64_t)sim_below(cluster, 1500);
	}
	if (!cluster->is_failed && times->members <= cluster->now) {
		members_play(cluster);
		times->members = cluster->now + (int64_t)sim_below(cluster, 400);
	}
}

/* Whether all members but spares know a row as committed that was proposed in good weather. */
static bool is_healed(struct cluster *cluster, uint64_t value)
{
	const struct raft_members *members = NULL;
	uint64_t row = 0;
	for (size_t i = cluster->committed_count; i > 0; i--) {
		const struct sim_row *committed = &cluster->committed[i - 1].row;
		if (committed->kind == RAFT_ROW_BATCH && committed->value >= value)
			row = i;
		if (committed->kind == RAFT_ROW_CHANGE && !members)
			members = &cluster->changes[committed->value].members;
		if (members && committed->kind == RAFT_ROW_BATCH && committed->value < value)
			break;
	}
	if (!row || !members)
		return false;
	for (size_t i = 0; i < members->count; i++) {
		struct node *node = cluster_node(cluster, members->of[i].id);
		if (members->of[i].role == RAFT_ROLE_SPARE)
			continue;
		if (!node || !node->engine || node->commit < row)
			return false;
	}
	return true;
}

static void seed_play(struct cluster *cluster)
{
	struct sim_times times = {.fault = 500, .members = 300};
	faults_weather(cluster);
	cluster_found(cluster);
	while (!cluster->is_failed && cluster->now < FAULTS_MS)
		event_play(cluster, &times);
	if (cluster->is_failed)
		return;
	faults_heal(cluster);
	int64_t settled = cluster->now + SETTLE_MS;
	while (!cluster->is_failed && cluster->now < settled)
		event_play(cluster, &times);
	uint64_t value = cluster->next_value;
	while (!cluster->is_failed && !is_healed(cluster, value)) {
		if (cluster->now > settled + PROGRESS_MS)
			sim_fail(cluster, "no progress within %d ms of good weather", PROGRESS_MS);
		else
			event_play(cluster, &times);
	}
}

/* One line a server: what a failure looks like from inside. */
static void cluster_show(const struct cluster *cluster)
{
	for (size_t i = 0; i < NODES_MAX; i++) {
		const struct node *node = &cluster->nodes[i];
		struct raft_membership in_force = {0};
		if (!node->id)
			continue;
		if (node->engine)
			raft_engine_members(node->engine, &in_force);
		printf("  server %" PRIu64 ": %s state %d term %" PRIu64 " vote %" PRIu64
		       " rows %zu of term %" PRIu64 " commit %" PRIu64 "; row %" PRIu64 "%s:",
			node->id, node->engine ? "up" : "down", (int)node->state, node->log.term,
			node->log.vote, node->log.count,
			node->log.count ? node->log.rows[node->log.count - 1].term : 0,
			node->commit, in_force.index, in_force.is_committed ? "" : " (open)");
		for (size_t m = 0; m < in_force.members.count; m++)
			printf(" %" PRIu64 "%s", in_force.members.of[m].id,
				in_force.members.of[m].role == RAFT_ROLE_VOTER     ? ""
				: in_force.members.of[m].role == RAFT_ROLE_STANDBY ? "(standby)"
										   : "(spare)");
		printf("\n");
	}
}

static void cluster_close(struct cluster *cluster)
{
	for (size_t i = 0; i < NODES_MAX; i++)
		node_close(&cluster->nodes[i]);
	letters_clear(&cluster->network);
	free(cluster->changes);
	free(cluster->committed);
	free(cluster->leaders);
}

struct sim_total {
	uint64_t seeds, failures, faults, steps, committed, crashes, cuts, lost, changes, transfers;
	uint64_t cut_starts;
	int64_t ms;
};

static void total_add(struct sim_total *total, const struct cluster *cluster)
{
	total->seeds++;
	total->failures += cluster->is_failed;
	total->faults += cluster->faults;
	total->steps += cluster->steps;
	total->committed += cluster->committed_count;
	total->crashes += cluster->crashes;
	total->cuts += cluster->cuts;
	total->lost += cluster->lost_rows;
	total->changes += cluster->changes_done;
	total->transfers += cluster->transfers;
	total->cut_starts += cluster->cut_starts;
	total->ms += cluster->now;
}

static uint32_t letters_off(const char *letters)
{
	uint32_t off = 0;
	for (; *letters; letters++)
		if (*letters >= 'A' && *letters <= 'Z')
			off |= UINT32_C(1) << (*letters - 'A');
	return off;
}

int main(int argc, char **argv)
{
	uint64_t seeds = 50;
	uint64_t first = 1;
	uint64_t stride = 1;
	size_t members = 3;
	const char *off = "";
	bool is_list = false;
	struct sim_total total = {0};
	for (int i = 1; i < argc; i++) {
		bool has = i + 1 < argc;
		if (!strcmp(argv[i], "--list"))
			is_list = true;
		else if (!strcmp(argv[i], "--seeds") && has)
			seeds = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--first") && has)
			first = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--stride") && has)
			stride = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--members") && has)
			members = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--off") && has)
			off = argv[++i];
		else
			return fprintf(stderr, "raft_sim: what is %s?\n", argv[i]), 2;
	}
	if (members < RAFT_VOTERS_MIN || members > 8)
		return fprintf(stderr, "raft_sim: --members 3 to 8\n"), 2;
	for (uint64_t i = 0; i < seeds; i++) {
		struct cluster *cluster = calloc(1, sizeof *cluster);
		if (!cluster)
			return 2;
		cluster->seed = first + i * stride;
		cluster->random = cluster->seed * 16 + members;
		cluster->voters = members;
		cluster->guards_off = letters_off(off);
		cluster->next_id = 1;
		seed_play(cluster);
		total_add(&total, cluster);
		if (cluster->is_failed && (is_list || total.failures <= 3))
			printf("seed %" PRIu64 " at %" PRId64 " ms: %s\n  again: make sim SEEDS=1 "
			       "MEMBERS=%zu SEED=%" PRIu64 "%s%s\n",
				cluster->seed, cluster->now, cluster->failure, members,
				cluster->seed, *off ? " OFF=" : "", off);
		if (cluster->is_failed && seeds == 1)
			cluster_show(cluster);
		cluster_close(cluster);
		free(cluster);
	}
	printf("members=%zu steps=%" PRIu64 " committed=%" PRIu64 " crashes=%" PRIu64
	       " cuts=%" PRIu64 " lost_rows=%" PRIu64 " changes=%" PRIu64 " transfers=%" PRIu64
	       " cut_starts=%" PRIu64 "\n",
		members, total.steps, total.committed, total.crashes, total.cuts, total.lost,
		total.changes, total.transfers, total.cut_starts);
	printf("sim seeds=%" PRIu64 " hours=%.2f faults=%" PRIu64 " failures=%" PRIu64 "\n",
		total.seeds, (double)total.ms / 3600000, total.faults, total.failures);
	return total.failures != 0;
}
