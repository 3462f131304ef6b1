#include "appliance/view/key_list.h"
#include "appliance/view/tell.h"

#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

static const char *const reasons[] = {
	[REVOKE_REPLACED] = "replaced",
	[REVOKE_LOST] = "lost",
	[REVOKE_COMPROMISED] = "compromised",
	[REVOKE_RETIRED] = "retired",
};

const char *revoke_reason_word(enum revoke_reason reason)
{
	return reason >= REVOKE_REPLACED && reason <= REVOKE_RETIRED ? reasons[reason] : "";
}

enum err revoke_reason_parse(const char *word, enum revoke_reason *reason, struct fault *fault)
{
	for (unsigned i = REVOKE_REPLACED; i <= REVOKE_RETIRED; i++)
		if (!strcmp(word, reasons[i])) {
			*reason = (enum revoke_reason)i;
			return OK;
		}
	return fault_set(fault, ERR_FORMAT, 0, 0,
		"a key is revoked because it was replaced, lost, compromised or retired, not "
		"\"%.40s\"",
		word);
}

static json_t *revocation(const struct key_record *key)
{
	json_t *out = json_object();
	tell_time(out, "at", key->revoked_ms);
	(void)json_object_set_new(out, "reason", json_string(revoke_reason_word(key->reason)));
	(void)json_object_set_new(out, "last_good", json_integer((json_int_t)key->last_good));
	if (key->has_compromised)
		tell_time(out, "compromised_since", key->compromised_ms);
	return out;
}

static enum err state_of(const struct key_list_options *options, const struct key_record *key,
	const char **state, struct fault *fault)
{
	bool in_force = false;
	enum err err = key_in_force(options->table, key, options->now_ms, &in_force, fault);
	*state = in_force                                            ? "in_force"
		 : key->is_revoked                                   ? "revoked"
		 : key->has_until && options->now_ms > key->until_ms ? "expired"
								     : "left_behind";
	return err;
}

static bool is_here(const struct key_list_options *options, const struct key_record *key)
{
	for (size_t i = 0; i < options->held_count; i++)
		if (!memcmp(options->held[i].kid, key->kid, KID_SIZE))
			return true;
	return false;
}

static enum err put_key(const struct key_list_options *options, const struct key_record *key,
	json_t *list, struct fault *fault)
{
	const char *state = "";
	uint64_t next = 0;
	enum err err = state_of(options, key, &state, fault);
	if (!err)
		err = members_sequence_next(options->table, key->kid, &next, fault);
	if (err)
		return err;
	json_t *out = json_object();
	tell_hex(out, "kid", span_of(key->kid, KID_SIZE));
	(void)json_object_set_new(out, "purpose", json_string(key_purpose_word(key->purpose)));
	(void)json_object_set_new(out, "state", json_string(state));
	tell_time(out, "since", key->since_ms);
	if (key->has_until)
		tell_time(out, "until", key->until_ms);
	if (key->has_site)
		tell_hex(out, "site", span_of(key->site, UNIT_ID_SIZE));
	(void)json_object_set_new(out, "next", json_integer((json_int_t)next));
	if (options->held)
		(void)json_object_set_new(out, "here", json_boolean(is_here(options, key)));
	if (key->is_revoked)
		(void)json_object_set_new(out, "revoked", revocation(key));
	return json_array_append_new(list, out)
		       ? fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the list of keys")
		       : OK;
}

enum err key_list_put(const struct key_list_options *options, const struct party *party,
	json_t *list, struct fault *fault)
{
	struct key_walk walk;
	struct key_record key;
	enum err err;
	key_walk_init(&walk, party, 0);
	while (!(err = key_walk_next(options->table, &walk, &key, fault))) {
		err = put_key(options, &key, list, fault);
		if (err)
			return err;
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err key_last_good(const struct table *table, const uint8_t kid[KID_SIZE],
	enum revoke_reason reason, int64_t compromised_ms, uint64_t *last_good, struct fault *fault)
{
	struct key_record key;
	struct key_said said;
	enum err err = key_find(table, kid, &key, fault);
	if (err)
		return err;
	bool counts_all = reason == REVOKE_REPLACED || reason == REVOKE_RETIRED;
	*last_good = counts_all ? INT64_MAX : 0;
	for (bool is_first = true; !counts_all; is_first = false) {
		err = members_said_next(table, kid, is_first ? NULL : &said, &said, fault);
		if (err)
			break;
		if ((!compromised_ms || said.time_ms < compromised_ms) &&
			said.sequence > *last_good)
			*last_good = said.sequence;
	}
	return err == ERR_NOT_FOUND ? OK : err;
}
