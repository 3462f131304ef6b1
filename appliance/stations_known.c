#include "appliance/stations_parts.h"

/* The party served here that a key belongs to; NULL if none. */
static const struct desk_party *served(const struct desk *desk, const struct author *owner)
{
	const struct desk_party *party;
	for (size_t i = 0; (party = desk_party(desk, i)) != NULL; i++) {
		if (party->has_tenant != owner->has_tenant)
			continue;
		if (owner->has_tenant ? !memcmp(party->tenant, owner->tenant, UNIT_ID_SIZE)
				      : !strcmp(party->member, owner->member))
			return party;
	}
	return NULL;
}

static enum err judge(struct desk *desk, const struct snapshot *snapshot, const uint8_t public[32],
	struct known *known, struct fault *fault)
{
	struct key_record key;
	struct author owner;
	uint8_t kid[KID_SIZE], registered[32];
	int64_t clock = env_now_ms(desk_env(desk));
	int64_t now = clock > snapshot->time_ms ? clock : snapshot->time_ms;
	key_purpose_kid(KEY_CURVE, public, kid);
	enum err err = key_find(snapshot->table, kid, &key, fault);
	if (err == ERR_NOT_FOUND || (!err && (key.purpose != KEY_CURVE || !key.has_site)))
		return fault_set(fault, ERR_KEY, 0, 0, "no station's key");
	if (err)
		return err;
	bool is_late = key.has_until && now > key.until_ms;
	if (key.is_revoked || (is_late && now > key.until_ms + LATE_MAX_MS))
		return fault_set(fault, ERR_KEY, 0, 0, "the station's key is no longer in force");
	err = members_key(snapshot->table, kid, &owner, registered, fault);
	if (err)
		return err;
	known->is_expired = is_late;
	known->party = served(desk, &owner);
	return known->party ? OK
			    : fault_set(fault, ERR_NOT_FOUND, 0, 0,
				      "the station's party is not served by this appliance");
}

enum err known_find(
	struct desk *desk, const uint8_t public[32], struct known *known, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	enum err err = desk_reader(desk, &reader, fault);
	if (err)
		return err;
	err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = judge(desk, &snapshot, public, known, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err;
}
