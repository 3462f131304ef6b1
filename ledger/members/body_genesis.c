#include "ledger/members/body_take.h"

#include <assert.h>

static void take_member(struct cbor *cbor, struct genesis_member *member)
{
	struct cbor_map map;
	int64_t key;
	uint32_t seen = 0;
	*member = (struct genesis_member){0};
	cbor_map(cbor, &map, 4);
	while (cbor_map_int(cbor, &map, &key)) {
		take_seen(&seen, key);
		switch (key) {
		case 1: member->name = take_name(cbor); break;
		case 2: take_bytes(cbor, member->root, sizeof member->root); break;
		case 3: member->scope = take_bytes_up_to(cbor, BODY_SCOPE_MAX); break;
		case 4: member->operator_name = take_name(cbor); break;
		default: take_unknown(cbor);
		}
	}
	take_all_there(cbor, seen, KEY_BIT(1) | KEY_BIT(2) | KEY_BIT(3));
}

static void take_members(struct cbor *cbor, struct genesis *genesis)
{
	genesis->member_count = cbor_array(cbor, BODY_MEMBERS_MAX);
	if (!genesis->member_count)
		cbor_fail(cbor, ERR_FORMAT, "a ledger has at least one member");
	for (size_t i = 0; i < genesis->member_count && !cbor->fault.err; i++)
		take_member(cbor, &genesis->member[i]);
}

static void take_voters(struct cbor *cbor, struct genesis *genesis)
{
	genesis->voter_count = cbor_array(cbor, BODY_VOTERS_MAX);
	if (!genesis->voter_count)
		cbor_fail(cbor, ERR_FORMAT, "a ledger has at least one voter");
	for (size_t i = 0; i < genesis->voter_count && !cbor->fault.err; i++)
		genesis->voter[i] = take_name(cbor);
}

static void take_recovery(struct cbor *cbor, struct genesis *genesis)
{
	struct cbor_map map;
	int64_t key;
	uint32_t seen = 0;
	cbor_map(cbor, &map, 2);
	while (cbor_map_int(cbor, &map, &key)) {
		take_seen(&seen, key);
		switch (key) {
		case 1: genesis->recovery_k = cbor_uint_max(cbor, BODY_RECOVERY_MAX); break;
		case 2:
			genesis->recovery_count = cbor_array(cbor, BODY_RECOVERY_MAX);
			for (size_t i = 0; i < genesis->recovery_count; i++)
				take_bytes(cbor, genesis->recovery[i], SIGN_PUBLIC);
			break;
		default: take_unknown(cbor);
		}
	}
	take_all_there(cbor, seen, KEY_BIT(1) | KEY_BIT(2));
}

enum err genesis_decode(struct span body, struct genesis *genesis, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct genesis read = {0};
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 7);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_seen(&seen, key);
		switch (key) {
		case 1: read.chosen = take_name(&cbor); break;
		case 2: read.zone = cbor_text(&cbor); break;
		case 3: take_members(&cbor, &read); break;
		case 4: take_voters(&cbor, &read); break;
		case 5: take_recovery(&cbor, &read); break;
		case 6: read.rules_version = (uint32_t)cbor_uint_max(&cbor, UINT32_MAX); break;
		case 7: read.time_ms = take_time(&cbor); break;
		default: take_unknown(&cbor);
		}
	}
	take_all_there(&cbor, seen, 0xfe);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*genesis = read;
	return err;
}

void genesis_encode(const struct genesis *genesis, struct buf *buf)
{
	assert(genesis->member_count <= BODY_MEMBERS_MAX);
	assert(genesis->voter_count <= BODY_VOTERS_MAX);
	assert(genesis->recovery_count <= BODY_RECOVERY_MAX);
	cbor_put_map(buf, 7);
	cbor_put_uint(buf, 1);
	cbor_put_text(buf, genesis->chosen);
	cbor_put_uint(buf, 2);
	cbor_put_text(buf, genesis->zone);
	cbor_put_uint(buf, 3);
	cbor_put_array(buf, genesis->member_count);
	for (size_t i = 0; i < genesis->member_count; i++) {
		const struct genesis_member *member = &genesis->member[i];
		cbor_put_map(buf, member->operator_name.size ? 4 : 3);
		cbor_put_uint(buf, 1);
		cbor_put_text(buf, member->name);
		put_bytes(buf, 2, member->root, sizeof member->root);
		put_bytes(buf, 3, member->scope.at, member->scope.size);
		if (member->operator_name.size) {
			cbor_put_uint(buf, 4);
			cbor_put_text(buf, member->operator_name);
		}
	}
	cbor_put_uint(buf, 4);
	cbor_put_array(buf, genesis->voter_count);
	for (size_t i = 0; i < genesis->voter_count; i++)
		cbor_put_text(buf, genesis->voter[i]);
	cbor_put_uint(buf, 5);
	cbor_put_map(buf, 2);
	put_uint(buf, 1, genesis->recovery_k);
	cbor_put_uint(buf, 2);
	cbor_put_array(buf, genesis->recovery_count);
	for (size_t i = 0; i < genesis->recovery_count; i++)
		cbor_put_bytes(buf, span_of(genesis->recovery[i], SIGN_PUBLIC));
	put_uint(buf, 6, genesis->rules_version);
	put_uint(buf, 7, (uint64_t)genesis->time_ms);
}

enum err seal_body_decode(struct span body, struct seal_body *seal, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct seal_body read = {0};
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 8);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_seen(&seen, key);
		switch (key) {
		case 1: read.height = cbor_uint_max(&cbor, INT64_MAX); break;
		case 2: read.term = cbor_uint_max(&cbor, INT64_MAX); break;
		case 3: read.time_ms = take_time(&cbor); break;
		case 4: read.rules_version = (uint32_t)cbor_uint_max(&cbor, UINT32_MAX); break;
		case 5: read.tree_size = cbor_uint_max(&cbor, INT64_MAX); break;
		case 6: take_bytes(&cbor, read.root, sizeof read.root); break;
		case 7: take_bytes(&cbor, read.digest, sizeof read.digest); break;
		case 8:
			take_bytes(&cbor, read.tables, sizeof read.tables);
			read.has_tables = true;
			break;
		default: take_unknown(&cbor);
		}
	}
	take_all_there(&cbor, seen, 0xfe);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*seal = read;
	return err;
}

void seal_body_encode(const struct seal_body *seal, struct buf *buf)
{
	cbor_put_map(buf, 7 + seal->has_tables);
	put_uint(buf, 1, seal->height);
	put_uint(buf, 2, seal->term);
	put_uint(buf, 3, (uint64_t)seal->time_ms);
	put_uint(buf, 4, seal->rules_version);
	put_uint(buf, 5, seal->tree_size);
	put_bytes(buf, 6, seal->root, sizeof seal->root);
	put_bytes(buf, 7, seal->digest, sizeof seal->digest);
	if (seal->has_tables)
		put_bytes(buf, 8, seal->tables, sizeof seal->tables);
}
