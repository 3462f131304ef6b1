#include "ledger/order/raft_members.h"

#include "ledger/base/cbor.h"

#include <assert.h>
#include <inttypes.h>

#define VERSION 1

void raft_members_put(const struct raft_members *members, struct buf *buf)
{
	cbor_put_map(buf, 2);
	cbor_put_uint(buf, 1);
	cbor_put_uint(buf, VERSION);
	cbor_put_uint(buf, 2);
	cbor_put_array(buf, members->count);
	for (size_t i = 0; i < members->count; i++) {
		cbor_put_array(buf, 2);
		cbor_put_uint(buf, members->of[i].id);
		cbor_put_uint(buf, (uint64_t)members->of[i].role);
	}
}

static void take_list(struct cbor *cbor, struct raft_members *members)
{
	members->count = cbor_array(cbor, RAFT_MEMBERS_MAX);
	for (size_t i = 0; i < members->count && !cbor->fault.err; i++) {
		if (cbor_array(cbor, 2) != 2)
			cbor_fail(cbor, ERR_FORMAT, "a server is an id and a role");
		members->of[i].id = cbor_uint_max(cbor, RAFT_ID_MAX);
		members->of[i].role = (enum raft_role)cbor_uint_max(cbor, RAFT_ROLE_SPARE);
		if (members->of[i].id <= (i ? members->of[i - 1].id : 0))
			cbor_fail(cbor, ERR_FORMAT, "ids of servers rise from 1");
	}
}

enum err raft_members_take(struct span body, struct raft_members *out, struct fault *fault)
{
	struct raft_members members = {0};
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	bool has_version = false;
	bool has_list = false;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 2);
	while (cbor_map_int(&cbor, &map, &key)) {
		if (key == 1) {
			has_version = true;
			if (cbor_uint(&cbor) != VERSION)
				cbor_fail(&cbor, ERR_VERSION, "version of a voter set");
		} else if (key == 2) {
			has_list = true;
			take_list(&cbor, &members);
		} else {
			cbor_fail(&cbor, ERR_FORMAT, "a voter set has the keys 1 and 2");
		}
	}
	if (!has_version || !has_list)
		cbor_fail(&cbor, ERR_FORMAT, "a voter set has the keys 1 and 2");
	size_t voters = raft_members_voters(&members);
	if (voters < RAFT_VOTERS_MIN || voters > RAFT_VOTERS_MAX)
		cbor_fail(&cbor, ERR_RANGE, "3 to 9 servers vote");
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*out = members;
	return err;
}

const struct raft_member *raft_members_find(const struct raft_members *members, uint64_t id)
{
	for (size_t i = 0; i < members->count; i++)
		if (members->of[i].id == id)
			return &members->of[i];
	return NULL;
}

size_t raft_members_voters(const struct raft_members *members)
{
	size_t voters = 0;
	for (size_t i = 0; i < members->count; i++)
		voters += members->of[i].role == RAFT_ROLE_VOTER;
	return voters;
}

bool raft_members_equal(const struct raft_members *a, const struct raft_members *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->of[i].id != b->of[i].id || a->of[i].role != b->of[i].role)
			return false;
	return true;
}

enum err raft_members_set(
	struct raft_members *members, struct raft_member member, struct fault *fault)
{
	size_t at = 0;
	assert(member.id > 0 && member.id <= RAFT_ID_MAX);
	while (at < members->count && members->of[at].id < member.id)
		at++;
	if (at == members->count || members->of[at].id != member.id) {
		if (members->count == RAFT_MEMBERS_MAX)
			return fault_set(fault, ERR_LIMIT, 0, 0,
				"voter set: %d servers are the most; remove one first",
				RAFT_MEMBERS_MAX);
		memmove(&members->of[at + 1], &members->of[at],
			(members->count - at) * sizeof members->of[0]);
		members->count++;
	}
	members->of[at] = member;
	return OK;
}

void raft_members_remove(struct raft_members *members, uint64_t id)
{
	for (size_t i = 0; i < members->count; i++) {
		if (members->of[i].id != id)
			continue;
		memmove(&members->of[i], &members->of[i + 1],
			(members->count - i - 1) * sizeof members->of[0]);
		members->count--;
		return;
	}
}

/* Compares as two sorted lists. */
static size_t differences(const struct raft_members *from, const struct raft_members *to,
	struct raft_member *old, struct raft_member *new)
{
	const struct raft_member none = {0};
	size_t count = 0;
	size_t a = 0;
	size_t b = 0;
	while (a < from->count || b < to->count) {
		const struct raft_member *left = a < from->count ? &from->of[a] : &none;
		const struct raft_member *right = b < to->count ? &to->of[b] : &none;
		bool has_left = left->id && (!right->id || left->id <= right->id);
		bool has_right = right->id && (!left->id || right->id <= left->id);
		a += has_left;
		b += has_right;
		if (has_left && has_right && left->role == right->role)
			continue;
		*old = has_left ? *left : none;
		*new = has_right ? *right : none;
		count++;
	}
	return count;
}

enum err raft_members_step(const struct raft_members *from, const struct raft_members *to,
	struct raft_member *changed, struct fault *fault)
{
	struct raft_member old = {0};
	struct raft_member new = {0};
	size_t count = differences(from, to, &old, &new);
	size_t voters = raft_members_voters(to);
	if (count != 1)
		return fault_set(fault, ERR_REFUSED, 0, 0,
			"voter set: %zu servers would change; change one at a time", count);
	if (voters < RAFT_VOTERS_MIN || voters > RAFT_VOTERS_MAX)
		return fault_set(fault, ERR_REFUSED, 0, 0,
			"voter set: %zu would vote; it takes 3 to 9", voters);
	if (!old.id && new.role == RAFT_ROLE_VOTER)
		return fault_set(fault, ERR_REFUSED, 0, 0,
			"voter set: server %" PRIu64
			" is new; add it as a spare and let it catch up",
			new.id);
	*changed = old.id ? old : new;
	return OK;
}
