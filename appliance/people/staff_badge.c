/* Badges: made with a status entry of their own, so that a lost one can be revoked alone. */
#include "appliance/people/staff_inside.h"

#include "ledger/base/hex.h"

#define DAY_S 86400

/* What the badge's attestation commits to. */
static enum err keep_badge(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const struct badge *badge, struct vault_document *kept,
	struct staff_statement *statement, struct fault *fault)
{
	char hex[2 * BADGE_ID_SIZE + 1];
	struct buf document;
	hex_print(span_of(badge->id, BADGE_ID_SIZE), hex);
	buf_init(&document, VAULT_DOCUMENT_MAX);
	enum err err =
		staff_print(json_pack("{s:s, s:s, s:s, s:I, s:I}", "type", "StaffBadge", "id", hex,
				    "issuer", badge->issuer, "issued", (json_int_t)badge->issued_s,
				    "expires", (json_int_t)badge->expires_s),
			&document, fault);
	if (!err) {
		kept->document = buf_span(&document);
		err = staff_attest(staff, party, moment, QUARTER_NONE, kept, statement, fault);
	}
	buf_close(&document);
	return err;
}

enum err staff_badge(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t person[VAULT_ID_SIZE], enum work_role role,
	unsigned days, char text[BADGE_TEXT_SIZE], struct staff_statement *statement,
	struct fault *fault)
{
	struct vault_person who;
	struct vault_document kept = {.kind = VAULT_BADGE};
	struct badge badge = {.role = role};
	enum issuer_class issuer_class;
	if (days < 1 || days > STAFF_BADGE_DAYS_MAX)
		return fault_set(
			fault, ERR_RANGE, 0, 0, "a badge lasts 1 to %d days", STAFF_BADGE_DAYS_MAX);
	enum err err = staff_issuer_class(moment, party->member, &issuer_class, fault);
	if (!err)
		err = vault_person_find(staff->vault, party->name, person, &who, fault);
	if (!err)
		err = vault_pseudonym(
			staff->vault, party->name, person, party->member, badge.person, fault);
	if (!err)
		err = vault_list_take(
			staff->vault, party->name, party->member, kept.list, &kept.index, fault);
	if (!err)
		err = staff_status_uri(party, kept.list, badge.status.uri, fault);
	if (err)
		return err;
	badge.status.index = kept.index;
	badge.issued_s = env_now_ms(staff->env) / 1000;
	badge.expires_s = badge.issued_s + (int64_t)days * DAY_S;
	env_random(staff->env, badge.id, BADGE_ID_SIZE);
	badge.has_photo = who.has_photo;
	memcpy(badge.photo, who.photo, HASH_SIZE);
	memcpy(badge.name, who.name, sizeof badge.name);
	memcpy(badge.issuer, party->member, strlen(party->member) + 1);
	memcpy(kept.person, person, VAULT_ID_SIZE);
	err = badge_make(&badge, party->key, &party->message, text, fault);
	return err ? err : keep_badge(staff, party, moment, &badge, &kept, statement, fault);
}

/* The key that the badge names, if it was its issuer's when it was made. */
static enum err find_key(const struct staff_moment *moment, const struct badge *badge,
	uint8_t key[SIGN_PUBLIC], uint8_t party[PARTY_SIZE], struct fault *fault)
{
	struct author owner;
	bool in_force = false;
	enum err err = moment->directory->key(
		moment->table, badge->kid, badge->issued_s * 1000, &owner, key, &in_force, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_KEY, 0, 0, "the badge's key is not on this ledger");
	if (err)
		return err;
	if (strcmp(owner.member, badge->issuer) != 0 || owner.purpose != KEY_APPLIANCE || !in_force)
		return fault_set(fault, ERR_KEY, 0, 0,
			"the badge's key was not one of %s for badges when it was made",
			badge->issuer);
	owner.has_principal = false;
	party_put(&owner, party);
	return OK;
}

/* What the ledger says of the badge, if it hangs on a list of who issued it: another's list,
 * however good its entries are, says nothing of this badge. */
static enum err read_standing(const struct staff_moment *moment, const struct badge *badge,
	const uint8_t party[PARTY_SIZE], struct standing *standing, struct fault *fault)
{
	struct status_list_owner owner;
	uint8_t list[STATUS_LIST_ID];
	if (!badge->status.uri[0] || staff_status_list(badge->status.uri, list, NULL) != OK)
		return OK;
	enum err err = status_list_owner(moment->table, list, &owner, fault);
	if (err == ERR_NOT_FOUND || (!err && memcmp(owner.party, party, PARTY_SIZE) != 0))
		return OK;
	if (err)
		return err;
	return standing_read(moment->table, list, badge->status.index, moment->at_ms,
		moment->final_size, standing, fault);
}

enum err staff_badge_read(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, struct span text, struct staff_badge_seen *seen,
	struct fault *fault)
{
	struct staff_badge_seen read = {.standing = {.status = RECORD_UNKNOWN}};
	uint8_t key[SIGN_PUBLIC];
	uint8_t issuer[PARTY_SIZE];
	enum err err = badge_read(text, &read.badge, fault);
	if (!err)
		err = find_key(moment, &read.badge, key, issuer, fault);
	if (!err)
		err = badge_verify(text, key, &read.badge, fault);
	if (err)
		return err;
	read.is_in_date = badge_is_valid_at(&read.badge, moment->at_ms, NULL) == OK;
	err = read_standing(moment, &read.badge, issuer, &read.standing, fault);
	if (err)
		return err;
	if (strcmp(read.badge.issuer, party->member) == 0) {
		err = vault_person_of(
			staff->vault, party->name, read.badge.person, read.person, fault);
		if (err && err != ERR_NOT_FOUND)
			return err;
		read.is_own = !err;
	}
	*seen = read;
	return OK;
}
