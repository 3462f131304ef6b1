/* The members of a voter set as the log's CHANGE rows say it, and those rows' body:
 *
 *	{1: 1, 2: [[id, role] ...]}    deterministic CBOR; ids rise, 3 to 9 of them are voters
 *
 * The first row of every log is a CHANGE with all first voters. A CHANGE is in force from where it
 * stands in a member's own log, committed or not; one server at a time. */
#ifndef LEDGER_ORDER_RAFT_MEMBERS_H
#define LEDGER_ORDER_RAFT_MEMBERS_H

#include "ledger/base/buf.h"

#define RAFT_VOTERS_MIN       3
#define RAFT_VOTERS_MAX       9
#define RAFT_MEMBERS_MAX      24
#define RAFT_MEMBERS_SIZE_MAX (16 + RAFT_MEMBERS_MAX * 11)
#define RAFT_ID_MAX           (UINT64_C(1) << 62)

/* The numbers are stored. */
enum raft_role {
	RAFT_ROLE_STANDBY = 0, /* gets the log, does not vote */
	RAFT_ROLE_VOTER = 1,
	RAFT_ROLE_SPARE = 2, /* gets the log only while it catches up */
};

struct raft_member {
	uint64_t id; /* 1..RAFT_ID_MAX, never used again for another disk */
	enum raft_role role;
};

struct raft_members {
	size_t count;
	struct raft_member of[RAFT_MEMBERS_MAX]; /* by id */
};

void raft_members_put(const struct raft_members *members, struct buf *buf);
MUST_CHECK enum err raft_members_take(
	struct span body, struct raft_members *members, struct fault *fault);

const struct raft_member *raft_members_find(const struct raft_members *members, uint64_t id);
size_t raft_members_voters(const struct raft_members *members);
bool raft_members_equal(const struct raft_members *a, const struct raft_members *b);

/* Sets the role of a server, adding it where it belongs if it is new. ERR_LIMIT: no room. */
MUST_CHECK enum err raft_members_set(
	struct raft_members *members, struct raft_member member, struct fault *fault);
void raft_members_remove(struct raft_members *members, uint64_t id);

/* Whether `to` differs from `from` in one server, and how: a new server is SPARE or STANDBY first.
 * changed: the server; ERR_REFUSED with the reason otherwise. */
MUST_CHECK enum err raft_members_step(const struct raft_members *from,
	const struct raft_members *to, struct raft_member *changed, struct fault *fault);

#endif
