/* Messages as any peer may send them: what is taken is written back byte for byte. One after
 * another they never take an engine back behind its commit, make it write a gap, change its vote in
 * a term, or stop it without evidence. */
#include "ledger/order/raft_engine.h"
#include "ledger/order/raft_wire.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct server {
	struct raft_engine *engine;
	uint64_t commit, last, term, vote;
	int64_t now;
};

static void obey(struct server *server, struct raft_effects *effects)
{
	for (;;) {
		assert(effects->commit >= server->commit && effects->term >= server->term);
		if (effects->term == server->term && server->vote)
			assert(effects->vote == server->vote);
		if (!effects->is_hard_state)
			assert(effects->term == server->term && effects->vote == server->vote);
		server->term = effects->term;
		server->vote = effects->vote;
		if (!effects->rows_count) {
			assert(effects->commit <= server->last && effects->due_ms > server->now);
			server->commit = effects->commit;
			return;
		}
		assert(effects->rows_from > server->commit &&
			effects->rows_from <= server->last + 1);
		server->last = effects->rows_from + effects->rows_count - 1;
		assert(effects->commit <= server->last);
		server->commit = effects->commit;
		if (raft_engine_persisted(server->engine, server->now, server->last, effects, NULL))
			abort(); /* nothing of a peer's is in it */
	}
}

static void open_server(struct server *server, struct raft_effects *effects)
{
	static const struct raft_members members = {
		4, {{1, RAFT_ROLE_VOTER}, {2, RAFT_ROLE_VOTER}, {3, RAFT_ROLE_VOTER},
			   {4, RAFT_ROLE_SPARE}}};
	static const struct raft_term_end terms[] = {{1, 3}, {2, 5}, {4, 6}};
	static const struct raft_row tail[] = {{.term = 2, .kind = RAFT_ROW_BATCH},
		{.term = 2, .kind = RAFT_ROW_BATCH}, {.term = 4, .kind = RAFT_ROW_BARRIER}};
	static const struct raft_settings settings = {.id = 1,
		.seed = 3,
		.election_ms = 1000,
		.heartbeat_ms = 100,
		.rows_in_flight = 64,
		.is_pre_vote = true};
	struct raft_start start = {.now_ms = 1000,
		.term = 5,
		.terms = terms,
		.terms_count = 3,
		.commit = 3,
		.members_index = 1,
		.members = members,
		.tail = tail,
		.tail_count = 3};
	*server = (struct server){.term = 5, .last = 6, .now = 1000};
	if (raft_engine_open(&server->engine, &settings, &start, effects, NULL))
		abort();
	obey(server, effects);
}

/* Each message: who sends it, how late it is, its size in two bytes, itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct raft_row rows[RAFT_ROWS_MAX];
	struct server server;
	struct raft_effects effects;
	struct raft_mail mail;
	open_server(&server, &effects);
	while (size >= 4) {
		uint64_t from = 2 + data[0] % 4;
		size_t length = (size_t)data[2] << 8 | data[3];
		server.now += data[1] * 20;
		if (length > size - 4)
			length = size - 4;
		struct span bytes = span_of(data + 4, length);
		data += 4 + length;
		size -= 4 + length;
		if (raft_engine_tick(server.engine, server.now, &effects, NULL))
			abort();
		obey(&server, &effects);
		if (raft_wire_take(bytes, from, 1, rows, &mail, NULL))
			continue;
		struct buf again;
		buf_init(&again, bytes.size);
		raft_wire_put(&mail, &again);
		assert(!again.err && span_equal(buf_span(&again), bytes));
		buf_close(&again);
		enum err err =
			raft_engine_receive(server.engine, server.now, &mail, &effects, NULL);
		if (err == ERR_REFUSED)
			continue;
		if (err) {
			assert(err == ERR_CORRUPT && effects.conflict.from == from);
			break;
		}
		obey(&server, &effects);
	}
	raft_engine_free(server.engine);
	return 0;
}
