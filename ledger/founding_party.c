#include "ledger/founding_party.h"

static void author_of(struct founding_author *author, struct keyfile *key, const char *issuer)
{
	author->signer = signer_local(key->secret);
	author->issuer = issuer;
	author->sequence = 0;
	memcpy(author->kid, key->kid, KID_SIZE);
}

static enum err load_root(
	const struct founding_work *work, const char *path, struct founding_party *party)
{
	enum err err = keyfile_load(&party->root, path, work->root_password, work->fault);
	if (err)
		return err;
	if (party->root.purpose != KEY_ROOT || strcmp(party->root.party, party->name) != 0)
		err = fault_set(
			work->fault, ERR_KEY, 0, 0, "%s is no root key of %s", path, party->name);
	else if (party->tenant &&
		 (!party->root.has_tenant ||
			 memcmp(party->root.tenant, party->tenant, UNIT_ID_SIZE) != 0))
		err = fault_set(work->fault, ERR_KEY, 0, 0,
			"%s is the root key of another tenant of that name: move it away", path);
	else if (party->root.is_sealed)
		err = fault_set(work->fault, ERR_REFUSED, 0, 0,
			"%s is under a password, which is needed to sign with it", path);
	if (err)
		keyfile_close(&party->root);
	return err;
}

enum err founding_party_root(const struct founding_work *work, struct founding_party *party)
{
	char path[KEYFILE_PATH_MAX];
	enum err err = keyfile_path(work->folder, KEY_ROOT, party->name, NULL, path, work->fault);
	if (err)
		return err;
	err = load_root(work, path, party);
	if (err == ERR_NOT_FOUND) {
		err = keyfile_make(&party->root, KEY_ROOT, party->name, party->tenant, work->now_ms,
			work->fault);
		if (!err)
			err = keyfile_save(&party->root, path, work->root_password, work->fault);
	}
	if (!err)
		author_of(&party->by_root, &party->root, party->issuer);
	return err;
}

/* Makes and saves one key and appends its registration. */
static enum err make_key(const struct founding_work *work, struct founding_party *party,
	enum key_purpose purpose, struct keyfile *key)
{
	char path[KEYFILE_PATH_MAX];
	uint8_t memory[256];
	struct buf bytes;
	struct key_body body = {.purpose = purpose, .has_appliance = true};
	enum err err = keyfile_path(work->folder, purpose, party->name, NULL, path, work->fault);
	if (!err)
		err = keyfile_make(
			key, purpose, party->name, party->tenant, work->now_ms, work->fault);
	if (err)
		return err;
	err = keyfile_save(key, path, span_of(NULL, 0), work->fault);
	if (err)
		goto undo;
	memcpy(body.public, key->public, sizeof body.public);
	memcpy(body.appliance, work->appliance, sizeof body.appliance);
	body.has_tenant = party->tenant != NULL;
	if (party->tenant)
		memcpy(body.tenant, party->tenant, sizeof body.tenant);
	buf_over(&bytes, memory, sizeof memory);
	key_body_encode(&body, &bytes);
	err = founding_state(work->origin, KIND_KEY, buf_span(&bytes), work->now_ms,
		&party->by_root, work->statements, work->fault);
undo:
	if (err)
		keyfile_close(key);
	return err;
}

enum err founding_party_keys(
	const struct founding_work *work, struct founding_party *party, bool runs_appliance)
{
	static const enum key_purpose own[] = {KEY_LOG, KEY_COSIGN, KEY_CURVE};
	struct keyfile key;
	enum err err = make_key(work, party, KEY_APPLIANCE, &party->appliance);
	if (err)
		return err;
	author_of(&party->by_appliance, &party->appliance, party->issuer);
	err = make_key(work, party, KEY_BOX, &key);
	if (!err) {
		memcpy(party->box_kid, key.kid, KID_SIZE);
		memcpy(party->box_public, key.public, BOX_PUBLIC);
		keyfile_close(&key);
	}
	for (size_t i = 0; !err && runs_appliance && i < sizeof own / sizeof own[0]; i++) {
		err = make_key(work, party, own[i], &key);
		if (!err)
			keyfile_close(&key);
	}
	return err;
}

enum err founding_party_consent(const struct founding_work *work, struct founding_party *party,
	const char *operator_name, struct tenant_body *body)
{
	uint8_t memory[512];
	struct buf bytes;
	buf_over(&bytes, memory, sizeof memory);
	memcpy(body->tenant, party->tenant, UNIT_ID_SIZE);
	memcpy(body->root, party->root.public, SIGN_PUBLIC);
	tenant_signed_bytes(work->origin, span_text(operator_name), body->tenant, &bytes);
	if (bytes.err)
		return fault_set(work->fault, bytes.err, 0, 0, "%.63s does not fit", operator_name);
	sign_make(party->root.secret, buf_span(&bytes), body->signature);
	return OK;
}

enum err founding_party_tenant(const struct founding_work *work, struct founding_party *party,
	struct founding_author *operator_author)
{
	uint8_t memory[512];
	struct buf bytes;
	struct tenant_body body;
	enum err err = founding_party_consent(work, party, operator_author->issuer, &body);
	if (err)
		return err;
	buf_over(&bytes, memory, sizeof memory);
	tenant_body_encode(&body, &bytes);
	return founding_state(work->origin, KIND_TENANT, buf_span(&bytes), work->now_ms,
		operator_author, work->statements, work->fault);
}

void founding_party_close(struct founding_party *party)
{
	keyfile_close(&party->root);
	keyfile_close(&party->appliance);
}
