/* A cluster of consensus engines in one process: their disks, what they are to have in common, and
 * the network between them. Everything random comes from one seed. */
#ifndef TESTS_SIM_RAFT_CLUSTER_H
#define TESTS_SIM_RAFT_CLUSTER_H

#include "ledger/order/raft_engine.h"

#include <stdio.h>

#define NODES_MAX    11 /* places; a place gets a new id with a new disk */
#define ELECTION_MS  300
#define HEARTBEAT_MS 30
#define NEVER        INT64_MAX

struct sim_row {
	uint64_t term;
	enum raft_row_kind kind;
	uint64_t value; /* BATCH: any; CHANGE: which of the cluster's changes */
};

struct sim_log {
	struct sim_row *rows; /* [0] is row 1 */
	size_t count;
	size_t room;
	uint64_t term;
	uint64_t vote;
	uint64_t commit;
};

/* A message on its way. */
struct sim_letter {
	int64_t at;
	uint64_t order; /* of two at the same time the earlier sent */
	struct raft_mail mail;
	struct sim_row *rows; /* of an APPEND */
};

struct sim_letters {
	struct sim_letter *of; /* in the network: a heap by time */
	size_t count;
	size_t room;
};

struct node {
	uint64_t id; /* 0: empty place */
	struct raft_engine *engine; /* NULL: down */
	struct sim_log log; /* as the engine knows it */
	struct sim_log disk; /* what a crash leaves */
	uint64_t dirty_from; /* log and disk differ from this row on; 0: no row does */
	bool is_dirty;
	bool has_rows_waiting; /* persisted has to be told */
	bool has_vote_waiting;
	int64_t sync_at;
	struct sim_letters outbox; /* waits for the sync */
	int64_t due;
	int64_t up_at;
	int64_t stop_at; /* removed: stopped then */
	int64_t spin_at;
	unsigned spins;
	bool was_member;
	enum raft_engine_state state;
	uint64_t commit; /* in this life */
	int64_t links_free_at[NODES_MAX]; /* ordered links: arrival of the last letter */
};

struct sim_change {
	uint8_t body[RAFT_MEMBERS_SIZE_MAX];
	size_t size;
	struct raft_members members;
};

struct sim_committed {
	struct sim_row row;
	uint64_t in_term; /* of who knew it first */
};

struct sim_leader {
	uint64_t term;
	uint64_t id;
};

/* How bad this seed's world is. */
struct sim_weather {
	unsigned drop_permille;
	unsigned double_permille;
	unsigned late_permille;
	unsigned short_permille; /* APPENDs with fewer rows than the engine asked */
	int64_t delay_ms;
	bool is_ordered; /* links as one ZeroMQ pair gives: in order, nothing doubled */
	bool is_slow_disk; /* several events share a sync */
	int64_t stall_ms;
	bool is_pre_vote;
	uint32_t rows_in_flight;
};

struct cluster {
	uint64_t random;
	uint64_t seed;
	uint32_t guards_off;
	size_t voters; /* as founded */
	int64_t now;
	uint64_t order;
	uint64_t next_id;
	uint64_t next_value;
	struct sim_weather weather;
	bool is_healing;
	struct node nodes[NODES_MAX];
	bool is_cut[NODES_MAX][NODES_MAX]; /* from, to */
	struct sim_letters network;
	struct sim_change *changes;
	size_t changes_count;
	size_t changes_room;
	struct sim_committed *committed; /* what all agree on; [0] is row 1 */
	size_t committed_count;
	size_t committed_room;
	struct sim_leader *leaders;
	size_t leaders_count;
	size_t leaders_room;
	bool is_failed;
	char failure[200];
	uint64_t steps, faults, crashes, cuts, lost_rows, changes_done, transfers, cut_starts;
};

/* sim_random.c */
uint64_t sim_random(struct cluster *cluster);
uint64_t sim_below(struct cluster *cluster, uint64_t limit);
bool sim_chance(struct cluster *cluster, unsigned permille);
void sim_fail(struct cluster *cluster, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void *sim_grow(void *array, size_t *room, size_t count, size_t size);

/* raft_network.c */
void network_send(struct cluster *cluster, struct node *from, struct sim_letter *letter);
bool network_take(struct cluster *cluster, struct sim_letter *letter); /* one that is due */
int64_t network_next(const struct cluster *cluster);
void letters_put(struct sim_letters *letters, const struct sim_letter *letter);
void letters_clear(struct sim_letters *letters);

/* raft_node.c */
struct node *cluster_node(struct cluster *cluster, uint64_t id); /* NULL: no more there */
void node_found(struct cluster *cluster, struct node *node, const struct raft_members *members);
void node_join(struct cluster *cluster, struct node *node);
void node_start(struct cluster *cluster, struct node *node);
void node_crash(struct cluster *cluster, struct node *node);
void node_sync(struct cluster *cluster, struct node *node);
void node_receive(struct cluster *cluster, const struct sim_letter *letter);
void node_tick(struct cluster *cluster, struct node *node);
void node_obey(struct cluster *cluster, struct node *node, const struct raft_effects *effects);
struct node *cluster_leader(struct cluster *cluster); /* of the newest term; NULL */
void node_close(struct node *node);

/* raft_checks.c */
void check_effects(struct cluster *cluster, struct node *node, const struct raft_effects *effects);
void check_commit(struct cluster *cluster, struct node *node, uint64_t commit);
void check_leader(struct cluster *cluster, struct node *node);
void check_members(struct cluster *cluster, struct node *node);
void check_start(struct cluster *cluster, struct node *node);
size_t change_intern(struct cluster *cluster, struct span body);

/* raft_faults.c */
void faults_weather(struct cluster *cluster);
void faults_play(struct cluster *cluster); /* one random misfortune */
void faults_heal(struct cluster *cluster);
void members_play(struct cluster *cluster); /* one random change by the leader */
void clients_play(struct cluster *cluster);

#endif
