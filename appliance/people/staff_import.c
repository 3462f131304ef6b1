/* Credentials that other organisations attested. */
#include "appliance/people/staff_inside.h"

#include "appliance/people/jcs.h"

#include <stdio.h>

/* The key in the document was the named member's when the proof was made. */
static enum err check_key(const struct staff_moment *moment, const struct credential *credential,
	uint8_t party[PARTY_SIZE], struct fault *fault)
{
	struct author owner;
	uint8_t kid[KID_SIZE];
	uint8_t public[SIGN_PUBLIC];
	bool in_force = false;
	int64_t made_ms =
		credential->created_ms ? credential->created_ms : credential->valid_from_ms;
	cose_kid(credential->issuer_key, kid);
	enum err err = moment->directory->key(
		moment->table, kid, made_ms, &owner, public, &in_force, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_KEY, 0, 0,
			"the key that signed the document is not on this ledger");
	if (err)
		return err;
	if (strcmp(owner.member, credential->issuer) != 0 || owner.purpose != KEY_APPLIANCE)
		return fault_set(fault, ERR_KEY, 0, 0,
			"the key that signed the document is not one of %s for that purpose",
			credential->issuer);
	if (!in_force)
		return fault_set(fault, ERR_KEY, 0, 0,
			"the key that signed the document was not in force when it did");
	owner.has_principal = false;
	party_put(&owner, party);
	return OK;
}

/* The ledger's record goes with the document, is final and stands. */
static enum err check_record(const struct staff_moment *moment, const struct credential *credential,
	const uint8_t party[PARTY_SIZE], const struct attestation *row, struct fault *fault)
{
	uint8_t list[STATUS_LIST_ID];
	struct standing standing;
	if (memcmp(row->party, party, PARTY_SIZE) != 0)
		return fault_set(fault, ERR_SCOPE, 0, 0,
			"the ledger's record of this document is not %s's", credential->issuer);
	enum err err = staff_status_list(credential->status.uri, list, fault);
	if (err)
		return err;
	if (memcmp(list, row->list, STATUS_LIST_ID) != 0 || credential->status.index != row->index)
		return fault_set(fault, ERR_PROOF, 0, 0,
			"the document names another status entry than the ledger's record");
	if (row->position >= moment->final_size)
		return fault_set(fault, ERR_UNSURE, 0, 0,
			"the ledger's record of this document is not final yet: try again");
	if (attestation_is_superseded(row, moment->at_ms, moment->final_size))
		return fault_set(fault, ERR_REFUSED, 0, 0,
			"the record was superseded: ask %s for the new one", credential->issuer);
	err = standing_read(moment->table, row->list, row->index, moment->at_ms, moment->final_size,
		&standing, fault);
	if (!err && standing.status == RECORD_REVOKED)
		err = fault_set(fault, ERR_REFUSED, 0, 0, "the record was revoked by %s",
			credential->issuer);
	return err;
}

/* Keeps the document; without the fields it lost it has no proof, and no r: neither leads to the
 * commitment any more. */
static enum err keep(struct staff *staff, const struct staff_party *party,
	const struct staff_imported *imported, struct span document, struct vault_document *kept,
	struct fault *fault)
{
	struct buf reduced;
	json_t *json = NULL;
	enum err err = OK;
	buf_init(&reduced, VAULT_DOCUMENT_MAX);
	kept->document = document;
	if (imported->dropped[0]) {
		err = credential_to_json(&imported->credential, &json, fault);
		if (!err)
			err = staff_print(json, &reduced, fault);
		kept->document = buf_span(&reduced);
		memset(kept->r, 0, COMMITMENT_KEY_SIZE);
	}
	if (!err)
		err = vault_document_add(staff->vault, party->name, kept, fault);
	buf_close(&reduced);
	return err;
}

enum err staff_import(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t person[VAULT_ID_SIZE],
	struct span document, const uint8_t r[COMMITMENT_KEY_SIZE], struct staff_imported *imported,
	struct fault *fault)
{
	struct staff_imported read = {0};
	struct vault_document kept = {.kind = VAULT_CHECK, .is_imported = true};
	struct vault_person who;
	struct attestation row;
	struct buf dropped;
	uint8_t issuer[PARTY_SIZE];
	buf_over(&dropped, read.dropped, sizeof read.dropped - 1);
	enum err err = vault_person_find(staff->vault, party->name, person, &who, fault);
	if (!err)
		err = credential_read(document, &dropped, &read.credential, fault);
	if (!err)
		err = credential_is_valid_at(&read.credential, moment->at_ms, fault);
	if (!err)
		err = check_key(moment, &read.credential, issuer, fault);
	if (!err)
		err = commitment_make(r, document, read.commitment, fault);
	if (err)
		return err;
	err = attestation_find(moment->table, read.commitment, &row, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_PROOF, 0, 0,
			"the ledger holds no record of this document: it was changed, or its "
			"commitment key is another");
	if (!err)
		err = check_record(moment, &read.credential, issuer, &row, fault);
	if (err)
		return err;
	read.position = row.position;
	read.name_differs = read.credential.name[0] && strcmp(read.credential.name, who.name) != 0;
	memcpy(kept.person, person, VAULT_ID_SIZE);
	memcpy(kept.commitment, read.commitment, COMMITMENT_SIZE);
	memcpy(kept.r, r, COMMITMENT_KEY_SIZE);
	memcpy(kept.list, row.list, STATUS_LIST_ID);
	kept.index = row.index;
	kept.position = row.position;
	err = keep(staff, party, &read, document, &kept, fault);
	if (!err)
		*imported = read;
	return err;
}
