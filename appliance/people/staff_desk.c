#include "appliance/people/staff_desk.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/rules_app.h"

static enum err sign_document(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	const struct staff_desk *desk = self;
	if (bytes.size != 2 * HASH_SIZE)
		return ERR_DENIED;
	return keyholder_sign_hashes(desk->keyholder, desk->kid, bytes.at, signature, NULL);
}

static enum err find_party(const struct table *table, const struct desk_party *party,
	uint8_t out[PARTY_SIZE], struct fault *fault)
{
	struct author author = {.has_tenant = party->has_tenant};
	struct member member;
	if (party->has_tenant) {
		memcpy(author.tenant, party->tenant, UNIT_ID_SIZE);
	} else {
		enum err err = member_named(table, span_text(party->member), &member, fault);
		if (err == ERR_NOT_FOUND)
			return fault_set(fault, ERR_NOT_FOUND, 0, 0,
				"%s is not a member of this ledger", party->member);
		if (err)
			return err;
		author.member_index = member.index;
	}
	party_put(&author, out);
	return OK;
}

enum err staff_desk_open(struct staff_desk *out, struct desk *desk, const struct desk_party *party,
	const char *status_base, const struct table *table, struct fault *fault)
{
	struct keyholder_key key;
	struct keyholder *keyholder = desk_keyholder(desk);
	*out = (struct staff_desk){.keyholder = keyholder};
	enum err err = keyholder_find(keyholder, party->name, KEY_APPLIANCE, &key, fault);
	if (!err)
		err = find_party(table, party, out->party.party, fault);
	if (err)
		return err;
	memcpy(out->kid, key.kid, KID_SIZE);
	memcpy(out->party.key, key.public, SIGN_PUBLIC);
	out->message.holder = keyholder;
	memcpy(out->message.kid, key.kid, KID_SIZE);
	out->party.name = party->name;
	out->party.member = party->member;
	out->party.status_base = status_base;
	out->party.document = (struct signer){.self = out, .sign = sign_document};
	out->party.message = keyholder_signer(&out->message);
	return OK;
}

enum err staff_desk_moment(const struct desk *desk, const struct snapshot *snapshot, int64_t at_ms,
	struct staff_moment *moment, struct fault *fault)
{
	int64_t now_ms = env_now_ms(desk_env(desk));
	if (now_ms < snapshot->time_ms)
		now_ms = snapshot->time_ms;
	if (at_ms > now_ms)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"that moment is still ahead: ask for now or a past one");
	*moment = (struct staff_moment){.table = snapshot->table,
		.directory = &directory_members,
		.applied_size = snapshot->applied_size,
		.final_size = snapshot->final_size,
		.at_ms = at_ms ? at_ms : now_ms};
	return OK;
}

enum err staff_desk_state(struct staff *staff, const struct staff_desk *at, struct desk *desk,
	const struct desk_party *party, const struct staff_statement *statement,
	struct stated *stated, struct fault *fault)
{
	struct desk_statement said = {.party = party,
		.kind = statement->kind,
		.word = kind_find((uint16_t)statement->kind)->word,
		.body = span_of(statement->body, statement->body_size)};
	bool has_document = statement->kind != KIND_STATUS;
	enum err err = desk_state(desk, &said, stated, fault);
	if (!has_document)
		return err;
	if (!err)
		return staff_stated(
			staff, &at->party, statement->commitment, stated->position, fault);
	if (err == ERR_REFUSED || err == ERR_BUSY) {
		struct fault inner;
		enum err back = staff_taken_back(staff, &at->party, statement->commitment, &inner);
		if (back && fault)
			*fault = inner;
		return back ? back : err;
	}
	return err;
}
