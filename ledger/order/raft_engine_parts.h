/* The inside of an engine, for raft_engine.c and raft_lead.c. A call is begin, steps of the library
 * each followed by absorb, and finish. */
#ifndef LEDGER_ORDER_RAFT_ENGINE_PARTS_H
#define LEDGER_ORDER_RAFT_ENGINE_PARTS_H

#include "ledger/order/raft_guards.h"

/* Each guard can be taken out in the tests' own build, to show that they notice. */
#ifdef RAFT_GUARD_SWITCH
#define GUARDED(engine, letter) (!((engine)->settings.guards_off >> ((letter) - 'A') & 1))
#else
#define GUARDED(engine, letter) ((void)(engine), true)
#endif

struct raft_engine {
	struct raft_library *library;
	struct raft_settings settings;
	int64_t now_ms;
	uint64_t commit;
	bool is_stopped;
	bool is_leading; /* and its barrier is on its way */
	/* Who speaks as leader of which term: a second one is a liar. */
	uint64_t heard_term;
	uint64_t heard_from;
	/* The present call. */
	struct raft_effects effects;
	struct raft_library_view before;
	const struct raft_row *given; /* rows that the event brought */
	uint64_t given_from;
	size_t given_count;
	struct raft_row own; /* a barrier or a change, made here */
	uint8_t change[RAFT_MEMBERS_SIZE_MAX];
};

MUST_CHECK enum err raft_engine_begin(
	struct raft_engine *engine, int64_t now_ms, struct fault *fault);
/* What one step said. */
MUST_CHECK enum err raft_engine_absorb(
	struct raft_engine *engine, struct raft_library_update update, struct fault *fault);
/* err: what came before; then the engine stops. */
MUST_CHECK enum err raft_engine_finish(struct raft_engine *engine, enum err err,
	struct raft_effects *effects, struct fault *fault);

#endif
