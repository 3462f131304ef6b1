/* One server: its engine, its disk, its crashes. */
#include "ledger/order/raft_wire.h"
#include "tests/sim/raft_cluster.h"

#include <inttypes.h>
#include <stdlib.h>

static struct span row_body(struct cluster *cluster, const struct sim_row *row)
{
	if (row->kind == RAFT_ROW_CHANGE)
		return span_of(
			cluster->changes[row->value].body, cluster->changes[row->value].size);
	return row->kind == RAFT_ROW_BATCH ? span_of(&row->value, sizeof row->value)
					   : span_of(NULL, 0);
}

static struct raft_row row_give(struct cluster *cluster, const struct sim_row *row)
{
	return (struct raft_row){
		.term = row->term, .kind = row->kind, .body = row_body(cluster, row)};
}

static struct sim_row row_take(struct cluster *cluster, const struct raft_row *row)
{
	struct sim_row taken = {.term = row->term, .kind = row->kind};
	if (row->kind == RAFT_ROW_CHANGE)
		taken.value = change_intern(cluster, row->body);
	else if (row->kind == RAFT_ROW_BATCH)
		memcpy(&taken.value, row->body.at, sizeof taken.value);
	return taken;
}

static void log_put(struct sim_log *log, uint64_t index, const struct sim_row *row)
{
	log->count = (size_t)index - 1;
	log->rows = sim_grow(log->rows, &log->room, log->count, sizeof *log->rows);
	log->rows[log->count++] = *row;
}

struct node *cluster_node(struct cluster *cluster, uint64_t id)
{
	for (size_t i = 0; i < NODES_MAX; i++)
		if (cluster->nodes[i].id == id && id)
			return &cluster->nodes[i];
	return NULL;
}

struct node *cluster_leader(struct cluster *cluster)
{
	struct node *leader = NULL;
	for (size_t i = 0; i < NODES_MAX; i++) {
		struct node *node = &cluster->nodes[i];
		if (node->engine && node->state == RAFT_IS_LEADER &&
			(!leader || node->log.term > leader->log.term))
			leader = node;
	}
	return leader;
}

/* From row `from` on, and term and vote. */
static void log_copy(struct sim_log *to, const struct sim_log *from, uint64_t dirty_from)
{
	if (dirty_from) {
		to->count = (size_t)dirty_from - 1;
		for (uint64_t i = dirty_from; i <= from->count; i++)
			log_put(to, i, &from->rows[i - 1]);
	}
	to->term = from->term;
	to->vote = from->vote;
	to->commit = from->commit;
}

/* Row 1 is there before the first start. */
void node_found(struct cluster *cluster, struct node *node, const struct raft_members *members)
{
	uint8_t room[RAFT_MEMBERS_SIZE_MAX];
	struct buf body;
	buf_over(&body, room, sizeof room);
	raft_members_put(members, &body);
	struct sim_row row = {.term = 1,
		.kind = RAFT_ROW_CHANGE,
		.value = change_intern(cluster, buf_span(&body))};
	log_put(&node->disk, 1, &row);
	node->disk.term = 1;
	node->was_member = true;
}

void node_join(struct cluster *cluster, struct node *node)
{
	node_close(node);
	*node = (struct node){.id = cluster->next_id++,
		.up_at = NEVER,
		.stop_at = NEVER,
		.sync_at = NEVER,
		.due = NEVER};
}

void node_close(struct node *node)
{
	raft_engine_free(node->engine);
	letters_clear(&node->outbox);
	free(node->log.rows);
	free(node->disk.rows);
	*node = (struct node){0};
}

/* A row to start behind: any up to the durable commit, often about a change. */
static uint64_t cut_choose(struct cluster *cluster, const struct sim_log *disk)
{
	uint64_t commit = disk->commit;
	uint64_t cut = sim_below(cluster, commit + 1);
	switch (sim_below(cluster, 5)) {
	case 0: return commit;
	case 1: return 0;
	case 2:
	case 3:
		while (cut && disk->rows[cut - 1].kind != RAFT_ROW_CHANGE)
			cut--;
		return cut > 1 ? cut - sim_below(cluster, 2) : cut;
	default: return cut;
	}
}

static size_t terms_of(const struct sim_log *log, struct raft_term_end *terms)
{
	size_t count = 0;
	for (size_t i = 0; i < log->count; i++) {
		if (!count || terms[count - 1].term != log->rows[i].term)
			terms[count++].term = log->rows[i].term;
		terms[count - 1].last = i + 1;
	}
	return count;
}

void node_start(struct cluster *cluster, struct node *node)
{
	struct sim_log *log = &node->log;
	struct raft_settings settings = {.id = node->id,
		.seed = (uint32_t)sim_random(cluster),
		.election_ms = ELECTION_MS,
		.heartbeat_ms = HEARTBEAT_MS,
		.rows_in_flight = cluster->weather.rows_in_flight,
		.is_pre_vote = cluster->weather.is_pre_vote,
		.guards_off = cluster->guards_off};
	struct raft_effects effects;
	struct fault fault;
	log_copy(log, &node->disk, 1);
	uint64_t cut = cut_choose(cluster, log);
	struct raft_term_end *terms = calloc(log->count + 1, sizeof *terms);
	struct raft_row *tail = calloc(log->count + 1, sizeof *tail);
	struct raft_start start = {.now_ms = cluster->now,
		.term = log->term,
		.vote = log->vote,
		.terms = terms,
		.commit = cut,
		.tail = tail};
	if (!terms || !tail)
		abort();
	start.terms_count = terms_of(log, terms);
	while (cut + start.tail_count < log->count) {
		tail[start.tail_count] = row_give(cluster, &log->rows[cut + start.tail_count]);
		start.tail_count++;
	}
	for (uint64_t i = cut; i && !start.members_index; i--) {
		if (log->rows[i - 1].kind != RAFT_ROW_CHANGE)
			continue;
		start.members_index = i;
		start.members = cluster->changes[log->rows[i - 1].value].members;
	}
	if (raft_engine_open(&node->engine, &settings, &start, &effects, &fault))
		sim_fail(cluster, "server %" PRIu64 " does not start: %s", node->id, fault.text);
	free(terms);
	free(tail);
	node->up_at = NEVER;
	node->state = RAFT_IS_FOLLOWER;
	node->commit = 0;
	cluster->cut_starts += cut > 0;
	if (!cluster->is_failed) {
		check_start(cluster, node);
		node_obey(cluster, node, &effects);
	}
}

/* What was not synced is gone. */
void node_crash(struct cluster *cluster, struct node *node)
{
	raft_engine_free(node->engine);
	node->engine = NULL;
	if (node->log.count > node->disk.count)
		cluster->lost_rows += node->log.count - node->disk.count;
	letters_clear(&node->outbox);
	node->is_dirty = false;
	node->dirty_from = 0;
	node->has_rows_waiting = false;
	node->has_vote_waiting = false;
	node->sync_at = NEVER;
	node->due = NEVER;
	node->up_at = cluster->now + 1 + (int64_t)sim_below(cluster, 20);
	if (sim_chance(cluster, 700))
		node->up_at += (int64_t)sim_below(cluster, 3000);
	cluster->crashes++;
	cluster->faults++;
}

static bool is_answer_good(
	struct cluster *cluster, struct node *node, enum err err, const struct fault *fault)
{
	cluster->steps++;
	if (err)
		sim_fail(cluster, "server %" PRIu64 ": %s: %s", node->id, err_text(err),
			fault->text);
	return !err;
}

static bool is_careless(const struct cluster *cluster, char how)
{
	return cluster->guards_off >> (how - 'A') & 1;
}

static void node_write(struct cluster *cluster, struct node *node)
{
	if (node->is_dirty)
		log_copy(&node->disk, &node->log, node->dirty_from);
	if (is_careless(cluster, 'V'))
		node->disk.vote = 0;
	node->is_dirty = false;
	node->dirty_from = 0;
}

static void node_release(struct cluster *cluster, struct node *node)
{
	struct sim_letters out = node->outbox;
	node->outbox = (struct sim_letters){0};
	for (size_t i = 0; i < out.count; i++)
		network_send(cluster, node, &out.of[i]);
	free(out.of);
	if (!node->has_rows_waiting)
		return;
	struct raft_effects effects;
	struct fault fault;
	node->has_rows_waiting = false;
	if (is_answer_good(cluster, node,
		    raft_engine_persisted(
			    node->engine, cluster->now, node->log.count, &effects, &fault),
		    &fault))
		node_obey(cluster, node, &effects);
}

/* Crashes come at the write: before it, or when it is done and nobody has been told. */
void node_sync(struct cluster *cluster, struct node *node)
{
	unsigned danger = node->is_dirty && !cluster->is_healing ? 1 : 0;
	if (node->has_vote_waiting)
		danger *= 15;
	node->sync_at = NEVER;
	node->has_vote_waiting = false;
	bool is_before = sim_chance(cluster, danger);
	if (!is_before)
		node_write(cluster, node);
	if (is_before || sim_chance(cluster, danger))
		node_crash(cluster, node);
	else
		node_release(cluster, node);
}

/* An APPEND's rows come from the log as it is now. */
static void letter_write(struct cluster *cluster, struct node *node, const struct raft_mail *mail)
{
	struct sim_letter letter = {.mail = *mail};
	size_t count = mail->kind == RAFT_MAIL_APPEND ? mail->append.count : 0;
	if (count) {
		if (mail->append.prev + count > node->log.count) {
			sim_fail(cluster, "server %" PRIu64 ": sends rows it does not have",
				node->id);
			return;
		}
		if (sim_chance(cluster, cluster->weather.short_permille))
			count = letter.mail.append.count = (size_t)sim_below(cluster, count);
	}
	if (count) {
		letter.rows = malloc(count * sizeof *letter.rows);
		if (!letter.rows)
			abort();
		memcpy(letter.rows, &node->log.rows[mail->append.prev],
			count * sizeof *letter.rows);
	}
	letters_put(&node->outbox, &letter);
}

/* The steps of raft_engine.h, in that order. */
void node_obey(struct cluster *cluster, struct node *node, const struct raft_effects *effects)
{
	check_effects(cluster, node, effects);
	if (cluster->is_failed)
		return;
	bool is_write = effects->is_hard_state || effects->rows_count;
	node->is_dirty |= is_write;
	node->has_vote_waiting |= effects->is_hard_state;
	node->log.term = effects->term;
	node->log.vote = effects->vote;
	if (effects->rows_count) {
		for (size_t i = 0; i < effects->rows_count; i++) {
			struct sim_row row = row_take(cluster, &effects->rows[i]);
			log_put(&node->log, effects->rows_from + i, &row);
		}
		if (!node->dirty_from || effects->rows_from < node->dirty_from)
			node->dirty_from = effects->rows_from;
		node->has_rows_waiting = true;
	}
	if (sim_chance(cluster, 700))
		node->log.commit = effects->commit;
	if (node->log.commit > node->log.count)
		node->log.commit = node->log.count;
	for (size_t i = 0; i < effects->mail_count; i++)
		letter_write(cluster, node, &effects->mail[i]);
	check_commit(cluster, node, effects->commit);
	if (effects->state == RAFT_IS_LEADER && node->state != RAFT_IS_LEADER)
		check_leader(cluster, node);
	node->state = effects->state;
	node->due = effects->due_ms;
	if (cluster->steps % 8 == 0 || effects->are_members_changed)
		check_members(cluster, node);
	if (cluster->is_failed)
		return;
	if (is_careless(cluster, 'S'))
		node_release(cluster, node);
	if (node->sync_at != NEVER || !node->engine)
		return;
	if (!node->is_dirty || !cluster->weather.is_slow_disk) {
		node_sync(cluster, node);
		return;
	}
	node->sync_at = cluster->now + 1 + (int64_t)sim_below(cluster, 10);
	if (sim_chance(cluster, 20))
		node->sync_at += (int64_t)sim_below(cluster, (uint64_t)cluster->weather.stall_ms);
}

/* As bytes, and judged as from outside. */
void node_receive(struct cluster *cluster, const struct sim_letter *letter)
{
	struct node *node = cluster_node(cluster, letter->mail.to);
	struct raft_mail mail = letter->mail;
	struct raft_row *rows = NULL;
	struct raft_effects effects;
	struct fault fault;
	struct buf bytes;
	if (!node || !node->engine)
		return;
	if (mail.kind == RAFT_MAIL_APPEND) {
		rows = calloc(mail.append.count + 1, sizeof *rows); /* as many as will be taken */
		if (!rows)
			abort();
		for (size_t i = 0; i < mail.append.count; i++)
			rows[i] = row_give(cluster, &letter->rows[i]);
		mail.append.rows = rows;
	}
	buf_init(&bytes, RAFT_WIRE_SIZE_MAX);
	raft_wire_put(&mail, &bytes);
	enum err err = raft_wire_take(buf_span(&bytes), mail.from, node->id, rows, &mail, &fault);
	if (!err)
		err = raft_engine_receive(node->engine, cluster->now, &mail, &effects, &fault);
	if (is_answer_good(cluster, node, err, &fault))
		node_obey(cluster, node, &effects);
	buf_close(&bytes);
	free(rows);
}

/* A time-out that is always now would keep a core busy. */
void node_tick(struct cluster *cluster, struct node *node)
{
	struct raft_effects effects;
	struct fault fault;
	node->spins = node->spin_at == cluster->now ? node->spins + 1 : 0;
	node->spin_at = cluster->now;
	if (node->spins > 100) {
		sim_fail(cluster, "server %" PRIu64 ": its time-out is now, for ever", node->id);
		return;
	}
	if (is_answer_good(cluster, node,
		    raft_engine_tick(node->engine, cluster->now, &effects, &fault), &fault))
		node_obey(cluster, node, &effects);
}
