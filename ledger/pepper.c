#include "ledger/pepper.h"

#include <stdlib.h>

/* Opens one box of ours and compares. *opened is set when it fits. */
static enum err try_key(const struct table *table, struct keyholder *holder, uint16_t year,
	const uint8_t commitment[HASH_SIZE], const uint8_t kid[KID_SIZE], uint8_t out[PEPPER_SIZE],
	bool *has_box, bool *opened, struct fault *fault)
{
	uint8_t box[BODY_PEPPER_BOX_SIZE];
	uint8_t hash[HASH_SIZE];
	enum err err = pepper_box_find(table, year, kid, box, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	*has_box = true;
	err = keyholder_box_open(holder, kid, span_of(box, sizeof box), out, fault);
	if (err == ERR_SIGNATURE)
		return OK; /* somebody sealed nonsense to us: another key may have a good box */
	if (err)
		return err;
	pepper_commitment(out, hash);
	*opened = !memcmp(hash, commitment, sizeof hash);
	return OK;
}

static enum err try_keys(const struct table *table, struct keyholder *holder, uint16_t year,
	const uint8_t commitment[HASH_SIZE], struct keyholder_key *keys, uint8_t out[PEPPER_SIZE],
	struct fault *fault)
{
	size_t count = 0;
	bool has_box = false;
	bool opened = false;
	enum err err = keyholder_keys(holder, keys, KEYHOLDER_KEYS_MAX, &count, fault);
	for (size_t i = 0; !err && !opened && i < count; i++)
		if (keys[i].purpose == KEY_BOX)
			err = try_key(table, holder, year, commitment, keys[i].kid, out, &has_box,
				&opened, fault);
	if (err || opened)
		return err;
	if (has_box)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"what was sealed to us as the pepper of %u is another: ask a voter to seal "
			"it again to a new box key",
			(unsigned)year);
	return fault_set(fault, ERR_KEY, 0, 0,
		"the pepper of %u is not sealed to a key of ours yet: a voter must do so",
		(unsigned)year);
}

enum err pepper_load(const struct table *table, struct keyholder *holder, uint16_t year,
	uint8_t out[PEPPER_SIZE], struct fault *fault)
{
	uint8_t commitment[HASH_SIZE];
	enum err err = pepper_find(table, year, commitment, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0, "the ledger has no pepper of %u yet",
			(unsigned)year);
	if (err)
		return err;
	struct keyholder_key *keys = calloc(KEYHOLDER_KEYS_MAX, sizeof *keys);
	uint8_t *pepper = secret_new(PEPPER_SIZE);
	if (keys && pepper) {
		err = try_keys(table, holder, year, commitment, keys, pepper, fault);
		if (!err)
			memcpy(out, pepper, PEPPER_SIZE);
	} else {
		err = fault_set(fault, ERR_MEMORY, 0, 0, "no memory to open a pepper");
	}
	if (pepper)
		secret_free(pepper);
	free(keys);
	return err;
}

/* Boxes by kid: table 4 has all keys in that order, but of all purposes; so parties are walked
 * and the boxes sorted. */
struct sealing {
	uint16_t year;
	const uint8_t *pepper;
	int64_t time_ms;
	size_t count;
	struct pepper_box *box;
};

static enum err seal_party(const struct table *table, const struct party *party,
	struct sealing *sealing, struct fault *fault)
{
	struct key_walk walk;
	struct key_record key;
	enum err err = OK;
	key_walk_init(&walk, party, KEY_BOX);
	while (sealing->count < BODY_PEPPER_BOXES &&
		!(err = key_walk_next(table, &walk, &key, fault))) {
		uint8_t there[BODY_PEPPER_BOX_SIZE];
		bool in_force = false;
		err = key_in_force(table, &key, sealing->time_ms, &in_force, fault);
		if (err)
			return err;
		if (!in_force)
			continue;
		err = pepper_box_find(table, sealing->year, key.kid, there, fault);
		if (!err)
			continue;
		if (err != ERR_NOT_FOUND)
			return err;
		struct pepper_box *box = &sealing->box[sealing->count++];
		memcpy(box->kid, key.kid, KID_SIZE);
		err = box_put(key.public, span_of(sealing->pepper, PEPPER_SIZE), box->box);
		if (err)
			return fault_set(
				fault, err, 0, 0, "a registered box key cannot be sealed to");
	}
	return sealing->count == BODY_PEPPER_BOXES || err == ERR_NOT_FOUND ? OK : err;
}

static enum err seal_all(const struct table *table, struct sealing *sealing, struct fault *fault)
{
	struct party party = {0};
	struct tenant tenant;
	uint16_t members = 0;
	enum err err = members_count(table, &members, fault);
	for (uint16_t i = 0; !err && i < members; i++) {
		party.member_index = i;
		err = seal_party(table, &party, sealing, fault);
	}
	party.has_tenant = true;
	for (bool is_first = true; !err; is_first = false) {
		err = tenant_next(table, is_first ? NULL : party.tenant, &tenant, fault);
		if (err)
			break;
		memcpy(party.tenant, tenant.id, UNIT_ID_SIZE);
		err = seal_party(table, &party, sealing, fault);
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

static int by_kid(const void *a, const void *b)
{
	return memcmp(
		((const struct pepper_box *)a)->kid, ((const struct pepper_box *)b)->kid, KID_SIZE);
}

void pepper_body_seal(uint16_t year, const uint8_t pepper[PEPPER_SIZE], struct pepper_box *boxes,
	size_t count, struct buf *body)
{
	struct buf pairs;
	struct pepper_body head = {.year = year, .box_count = count};
	qsort(boxes, count, sizeof *boxes, by_kid);
	buf_init(&pairs, BODY_SIZE_MAX);
	for (size_t i = 0; i < count; i++)
		pepper_box_put(&boxes[i], &pairs);
	head.boxes = buf_span(&pairs);
	pepper_commitment(pepper, head.commitment);
	pepper_body_encode(&head, body);
	if (pairs.err)
		body->err = pairs.err;
	buf_close(&pairs);
}

enum err pepper_seal(const struct table *table, uint16_t year, const uint8_t pepper[PEPPER_SIZE],
	int64_t time_ms, struct buf *body, struct fault *fault)
{
	struct sealing sealing = {.year = year, .pepper = pepper, .time_ms = time_ms};
	sealing.box = calloc(BODY_PEPPER_BOXES, sizeof *sealing.box);
	if (!sealing.box)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory to seal a pepper");
	enum err err = seal_all(table, &sealing, fault);
	if (!err && !sealing.count)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"every box key has the pepper of %u already", (unsigned)year);
	if (!err)
		pepper_body_seal(year, pepper, sealing.box, sealing.count, body);
	if (!err && body->err)
		err = fault_set(fault, body->err, 0, 0, "no room for the sealed pepper");
	free(sealing.box);
	return err;
}
