/* libraft behind a wall: its types and its rules of who frees what stay in raft_library.c. One call
 * is one raft_step; what the step wants is told in a struct raft_library_update. */
#ifndef LEDGER_ORDER_RAFT_LIBRARY_H
#define LEDGER_ORDER_RAFT_LIBRARY_H

#include "ledger/order/raft_engine.h"

struct raft_library;

struct raft_library_update {
	bool is_hard_state;
	uint64_t rows_from;
	size_t rows_count; /* 0: none */
	size_t mail_from; /* in raft_library_mail */
};

/* Loads what the disk holds. start has been judged. */
MUST_CHECK enum err raft_library_open(struct raft_library **library,
	const struct raft_settings *settings, const struct raft_start *start, struct fault *fault);
void raft_library_free(struct raft_library *library);

/* The events. Those with rows take an APPEND's prev, prev_term and rows. ERR_BUSY, ERR_REFUSED:
 * submit and transfer only, nothing has changed. ERR_CORRUPT, ERR_MEMORY: of no more use. */
MUST_CHECK enum err raft_library_receive(struct raft_library *library, int64_t now_ms,
	const struct raft_mail *mail, struct raft_library_update *update, struct fault *fault);
MUST_CHECK enum err raft_library_submit(struct raft_library *library, int64_t now_ms,
	const struct raft_row *rows, size_t count, struct raft_library_update *update,
	struct fault *fault);
MUST_CHECK enum err raft_library_persisted(struct raft_library *library, int64_t now_ms,
	uint64_t index, struct raft_library_update *update, struct fault *fault);
MUST_CHECK enum err raft_library_timeout(struct raft_library *library, int64_t now_ms,
	struct raft_library_update *update, struct fault *fault);
MUST_CHECK enum err raft_library_catch_up(struct raft_library *library, int64_t now_ms, uint64_t id,
	struct raft_library_update *update, struct fault *fault);
MUST_CHECK enum err raft_library_transfer(struct raft_library *library, int64_t now_ms, uint64_t id,
	struct raft_library_update *update, struct fault *fault);
/* The uncommitted configuration, whose row is committed now, is told so. */
MUST_CHECK enum err raft_library_settle(struct raft_library *library, int64_t now_ms,
	struct raft_library_update *update, struct fault *fault);

/* What the steps since the last reset want sent; guards may change it. */
struct raft_mail *raft_library_mail(struct raft_library *library, size_t *count);
void raft_library_mail_reset(struct raft_library *library);

struct raft_library_view {
	uint64_t term;
	uint64_t vote;
	enum raft_engine_state state;
	uint64_t leader;
	uint64_t commit; /* can go back: guard F */
	uint64_t last;
	uint64_t stored;
	int64_t timeout_ms;
	uint64_t members_settled; /* index of the newest CHANGE known as committed */
	uint64_t members_open; /* index of the CHANGE in force that is not; 0: none */
	uint64_t promotee;
	uint64_t transferee;
	bool is_pre_candidate;
};
void raft_library_view(struct raft_library *library, struct raft_library_view *view);
void raft_library_members(const struct raft_library *library, struct raft_members *members);
uint64_t raft_library_term_of(const struct raft_library *library, uint64_t index);
/* The last row before the term of row index began; index itself if there is no such row. */
uint64_t raft_library_term_before(const struct raft_library *library, uint64_t index);
/* Leader only; false: no such server, or not leader. */
bool raft_library_match(const struct raft_library *library, uint64_t id, uint64_t *match);
enum raft_catch_up raft_library_catch_up_state(const struct raft_library *library, uint64_t id);

#endif
