/* A staff check, as issuers sign it for the holder: who was checked, for what, from which source,
 * by which method, by whom, when; and what RULES section 5 lets its type say beyond that:
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
 * It stays off the ledger, which holds its commitment only (commitment.h). Its form as a signed
 * document: credential_document.h. */
#ifndef APPLIANCE_PEOPLE_CREDENTIAL_H
#define APPLIANCE_PEOPLE_CREDENTIAL_H

#include "appliance/rules/clearance.h"

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
	int64_t created_ms; /* of the proof; set by reading, 0: not stated */
};

/* Whether the fields fit one another and what the type may say.
 * Errors: ERR_FORMAT, ERR_RANGE, ERR_SCOPE for a field the type may not have; the fault names the
 * member of the document. */
MUST_CHECK enum err credential_check(const struct credential *credential, struct fault *fault);

/* Whether a check of this type may have a member of this name, beside those that all have. */
bool credential_may_say(enum check_type type, const char *member);

/* Errors: ERR_RANGE outside validFrom..validUntil, with the moment it begins or ended. */
MUST_CHECK enum err credential_is_valid_at(
	const struct credential *credential, int64_t at_ms, struct fault *fault);

/* What a clearance needs of it. Status, position and whose check it is are for the caller. */
void credential_facts(const struct credential *credential, struct check_facts *facts);

/* A person's name: UTF-8 without control characters, no space at its ends, 1 to
 * CREDENTIAL_NAME_MAX bytes. */
bool person_name_is_valid(struct span name);

/* http or https, no fragment, no spaces, at most STATUS_URI_MAX characters. */
bool status_uri_is_valid(struct span uri);

#endif
