/* A staff check as a W3C Verifiable Credential 2.0 of type StaffCheckCredential, secured with
 * eddsa-jcs-2022. It stays off the ledger; the ledger holds its commitment (commitment.h).
 *
 *	{"@context": ["https://www.w3.org/ns/credentials/v2",
 *	              "https://www.w3.org/ns/credentials/undefined-terms/v2"],
 *	 "id": "urn:uuid:...", "type": ["VerifiableCredential", "StaffCheckCredential"],
 *	 "issuer": {"id": "did:key:z6Mk...", "name": "hospital.example"},
 *	 "validFrom": "2026-11-03T09:00:00Z", "validUntil": "2027-11-03T00:00:00Z",
 *	 "credentialStatus": [two BitstringStatusListEntry: revocation and suspension, one index],
 *	 "credentialSubject": {"id": "urn:assay:person:<32 hex digits>", "name": "...",
 *	   "check": {"checkType": "registration", "source": "gphc", "method": "register_lookup",
 *	     "checker": "hospital.example", "checkedOn": "2026-11-03", "nextCheckDue": "2027-11-03",
 *	     ... what RULES section 5 lets this type say ...}},
 *	 "proof": {...}}
 *
 * The words are those of appliance/rules/checks.h. What a type may say beyond them:
 *
 *	registration        level, validThrough, reference (the number in the register)
 *	right_to_work       validThrough (absent: no limit)
 *	employment_history  acceptedBy, acceptedFor: the decision only
 *	criminal_record     level, workforce, barredLists, issuedOn, acceptedBy, acceptedFor: the
 *	                    decision, never number, content or image
 *	health              level, acceptedFor: whether the requirement is met, never results
 *	indemnity           validThrough
 *	training            level, validThrough
 *
 * The issuer is the did:key of the signing key. Whether that key was the named member's when the
 * proof was made is for the ledger's key record to say; nothing is fetched. */
#ifndef APPLIANCE_PEOPLE_CREDENTIAL_H
#define APPLIANCE_PEOPLE_CREDENTIAL_H

#include "appliance/rules/clearance.h"
#include "ledger/base/buf.h"
#include "ledger/proof/signer.h"

#define CREDENTIAL_SIZE_MAX      (16 * 1024)
#define CREDENTIAL_NAME_MAX      100 /* bytes of a person's name */
#define CREDENTIAL_REFERENCE_MAX 16
#define PERSON_SIZE              16 /* pseudonym of one person towards one organisation */
#define STATUS_URI_MAX           120

/* An entry of a status list. The list's Token form is at uri, its Bitstring forms at
 * uri/revocation and uri/suspension. */
struct status_reference {
	char uri[STATUS_URI_MAX + 1]; /* "": the record has no status entry */
	uint32_t index;
};

/* Barred lists that a criminal record check covered. */
#define BARRED_ADULT 1U
#define BARRED_CHILD 2U

struct credential {
	uint8_t id[16];
	uint8_t issuer_key[SIGN_PUBLIC];
	char issuer[MEMBER_NAME_MAX + 1];
	int64_t valid_from_ms, valid_until_ms; /* whole seconds; until is the first moment after */
	struct status_reference status;
	uint8_t person[PERSON_SIZE];
	char name[CREDENTIAL_NAME_MAX + 1]; /* "": not told */
	enum check_type type;
	enum check_source source;
	enum check_method method;
	char checker[MEMBER_NAME_MAX + 1];
	int32_t checked_day;
	int32_t due_day; /* next check due; 0: none */
	/* By type, as above; 0 or "" where it is absent. */
	uint8_t level;
	enum workforce workforce;
	uint8_t barred_lists;
	int32_t issued_day; /* of the certificate */
	char accepted_by[MEMBER_NAME_MAX + 1];
	enum work_role accepted_for;
	int32_t through_day; /* last day on which the record itself holds */
	char reference[CREDENTIAL_REFERENCE_MAX + 1];
	int64_t created_ms; /* of the proof; set by reading */
};

/* Whether the fields fit one another and what the type may say.
 * Errors: ERR_FORMAT, ERR_RANGE, ERR_SCOPE for a field the type may not have; the fault names the
 * member of the document. */
MUST_CHECK enum err credential_check(const struct credential *credential, struct fault *fault);

/* Appends the secured document in canonical form. The signer must hold issuer_key.
 * Errors: as credential_check; what the signer answers; ERR_SIGNATURE when it holds another key. */
MUST_CHECK enum err credential_make(const struct credential *credential, int64_t created_ms,
	const struct signer *signer, struct buf *document, struct fault *fault);

/* Reads a secured document and verifies its proof with the key in its did:key, which must be the
 * issuer's. Time is not judged: see credential_is_valid_at.
 * dropped: NULL refuses members that a type may not have; else they are left out and their names
 *   (never what they hold) appended, with commas between them.
 * Errors: of JSON and proof; ERR_VERSION for another kind of credential; ERR_KEY when proof and
 * issuer differ; of credential_check. */
MUST_CHECK enum err credential_read(struct span document, struct buf *dropped,
	struct credential *credential, struct fault *fault);

/* Errors: ERR_RANGE outside validFrom..validUntil, with the moment it begins or ended. */
MUST_CHECK enum err credential_is_valid_at(
	const struct credential *credential, int64_t at_ms, struct fault *fault);

/* What a clearance needs of it. Status, position and whose check it is are for the caller. */
void credential_facts(const struct credential *credential, struct check_facts *facts);

/* http or https, no fragment, no spaces, at most STATUS_URI_MAX characters. */
bool status_uri_is_valid(struct span uri);

#endif
