/* Checks, clearances and badges of a party's people: ties the vault, the documents and the ledger
 * together. It makes the bodies of statements; who calls it has them signed and stated, and then
 * says what became of them (staff_stated, staff_taken_back). Thread: any. */
#ifndef APPLIANCE_PEOPLE_STAFF_H
#define APPLIANCE_PEOPLE_STAFF_H

#include "appliance/people/badge.h"
#include "appliance/people/credential_document.h"
#include "appliance/people/vault.h"
#include "appliance/rules/decision.h"
#include "appliance/rules/status.h"

#include <jansson.h>

#define STAFF_LIFE_DAYS      3650 /* of a document whose record states no end */
#define STAFF_BADGE_DAYS_MAX 90
#define STAFF_REASON_MAX     500 /* bytes of an override's reason */
#define STAFF_BODY_SIZE      128 /* of a statement's body; all but policies are smaller */

struct staff;

MUST_CHECK enum err staff_open(
	struct staff **staff, const char *folder, const struct env *env, struct fault *fault);
void staff_free(struct staff *staff);
struct vault *staff_vault(struct staff *staff); /* people are added and listed there */

/* For whom it is done. */
struct staff_party {
	const char *name; /* local: whose people in the vault */
	const char *member; /* on the ledger: itself, or a tenant's operator */
	uint8_t party[PARTY_SIZE]; /* on the ledger; see party_put */
	uint8_t key[SIGN_PUBLIC]; /* appliance key */
	struct signer document; /* signs the 64 bytes of a proof with it */
	struct signer message; /* signs COSE messages with it */
	const char *status_base; /* "https://hospital.example": lists are at .../status/<hex> */
};

/* One moment of the ledger, and what its members' tables are asked through. */
struct staff_moment {
	const struct table *table;
	const struct directory *directory;
	uint64_t applied_size;
	uint64_t final_size;
	int64_t at_ms; /* ledger time, or the past moment asked about */
};

/* What goes into a statement. */
struct staff_statement {
	unsigned kind; /* KIND_ATTESTATION, KIND_CLEARANCE, KIND_STATUS */
	uint8_t commitment[COMMITMENT_SIZE];
	uint8_t body[STAFF_BODY_SIZE];
	size_t body_size;
};

/* ---- checks ---- */

/* Reads the "check" object of a credential document ("checkType", "source", "checkedOn", ...) as a
 * person typed it. checker may be left out: it is then the party's member.
 * Errors: ERR_FORMAT, ERR_RANGE, ERR_SCOPE naming the member. */
MUST_CHECK enum err staff_check_read(const struct staff_party *party, const json_t *check,
	struct credential *credential, struct fault *fault);

struct staff_issued {
	struct buf document; /* the secured credential; the caller's to close */
	uint8_t r[COMMITMENT_KEY_SIZE]; /* goes with the document to who is to rely on it */
	struct staff_statement statement;
};

/* Makes the credential of a check, keeps it in the vault and makes its attestation.
 * check: as staff_check_read fills it. relying: the organisation whose status list it goes on;
 * NULL: the party itself. issued->document is made here.
 * Errors: ERR_SCOPE: the member has no role to attest; of credential_check; ERR_NOT_FOUND: no such
 * person; signing and storage. */
MUST_CHECK enum err staff_record_check(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t person[VAULT_ID_SIZE],
	const struct credential *check, const char *relying, struct staff_issued *issued,
	struct fault *fault);

/* The statement was accepted at a position, or it was not and its document goes. */
MUST_CHECK enum err staff_stated(struct staff *staff, const struct staff_party *party,
	const uint8_t commitment[COMMITMENT_SIZE], uint64_t position, struct fault *fault);
MUST_CHECK enum err staff_taken_back(struct staff *staff, const struct staff_party *party,
	const uint8_t commitment[COMMITMENT_SIZE], struct fault *fault);

/* ---- imports (staff_import.c) ---- */

struct staff_imported {
	struct credential credential;
	uint8_t commitment[COMMITMENT_SIZE];
	uint64_t position;
	char dropped[256]; /* names of members that were left out: "results, notes"; "" */
	bool name_differs; /* from the person's in the vault: somebody must look */
};

/* Takes over another organisation's credential with the key r of its commitment, if its proof
 * holds, the key was its issuer's, the ledger holds its commitment as that issuer's and final, and
 * it is not revoked. What its type may not say is left out before it is stored.
 * Errors: ERR_SIGNATURE, ERR_KEY, ERR_PROOF (not on the ledger, or another document), ERR_SCOPE
 * (another's attestation), ERR_UNSURE (not final yet), ERR_REFUSED (revoked, superseded),
 * ERR_EXISTS, and of credential_read. */
MUST_CHECK enum err staff_import(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t person[VAULT_ID_SIZE],
	struct span document, const uint8_t r[COMMITMENT_KEY_SIZE], struct staff_imported *imported,
	struct fault *fault);

/* ---- clearance (staff_clearance.c, staff_decision.c) ---- */

struct staff_answer {
	struct clearance_question question;
	struct clearance clearance;
	struct clearance_policy policy;
	uint8_t policy_hash[HASH_SIZE];
	uint64_t policy_position;
	uint64_t applied_size;
	struct check_facts facts[CHECK_FACTS_MAX];
	uint8_t commitments[CHECK_FACTS_MAX][COMMITMENT_SIZE]; /* of each */
	size_t fact_count;
	bool has_photo;
};

/* What the party's policy in force at the moment says of a person. A large struct: not for the
 * stack of a small thread.
 * Errors: ERR_NOT_FOUND: no such person, or no final policy in force; ERR_RANGE for a moment
 * ahead; ERR_LIMIT over CHECK_FACTS_MAX checks; storage. */
MUST_CHECK enum err staff_clearance(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t person[VAULT_ID_SIZE], enum work_role role,
	enum site_class site, enum product_class products, struct staff_answer *answer,
	struct fault *fault);

/* "green", "amber", "red": green needs a photo in the vault that somebody has compared. */
const char *staff_colour(const struct staff_answer *answer, bool photo_seen);

/* {"clearance", "colour", "sentence", "until", "policy_hash", "policy_version", "employer", "at",
 * "reasons": [{"result": met, not_met, unsure, "reason", "sentence"}]}. Errors: ERR_MEMORY. */
MUST_CHECK enum err staff_answer_json(
	const struct staff_answer *answer, bool photo_seen, json_t **json, struct fault *fault);

struct staff_override {
	enum clearance_override decision; /* OVERRIDE_NONE: as the policy says */
	const char *reason; /* needed for an override */
	const char *by; /* account of who decides */
	int64_t until_ms; /* OVERRIDE_LET_WORK: until when */
};

/* Records a decision: the document stays in the vault, the ledger gets the result, the policy's
 * hash and the commitment. Errors: ERR_RANGE for an override that does not differ from the result
 * or has no reason; storage. */
MUST_CHECK enum err staff_decide(struct staff *staff, const struct staff_party *party,
	const uint8_t person[VAULT_ID_SIZE], const struct staff_answer *answer,
	const struct staff_override *override, struct staff_statement *statement,
	struct fault *fault);

/* The body of a policy's publication (kind 85) into buf. from_ms: in force from. */
MUST_CHECK enum err staff_policy_body(const struct clearance_policy *policy, int64_t from_ms,
	struct buf *body, struct fault *fault);

/* ---- badges (staff_badge.c) ---- */

/* A badge for a person, with the attestation that its status hangs on. days: 1..90.
 * Errors: ERR_RANGE; of badge_make; storage. */
MUST_CHECK enum err staff_badge(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t person[VAULT_ID_SIZE], enum work_role role,
	unsigned days, char text[BADGE_TEXT_SIZE], struct staff_statement *statement,
	struct fault *fault);

struct staff_badge_seen {
	struct badge badge;
	bool is_in_date;
	struct standing standing; /* of the badge itself; unknown when it names no list we know */
	bool is_own; /* issued by this party, and its person is in the vault */
	uint8_t person[VAULT_ID_SIZE];
};

/* Reads a badge and verifies it with its issuer's key as the ledger has it.
 * Errors: of badge_verify; ERR_KEY: the key is not on the ledger, is another member's, or was not
 * in force when it was made. */
MUST_CHECK enum err staff_badge_read(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, struct span text, struct staff_badge_seen *seen,
	struct fault *fault);

/* ---- status and erasure (staff_status.c) ---- */

/* The body of kind 81 for a record by its commitment. Errors: ERR_NOT_FOUND: not on the ledger;
 * ERR_RANGE: the reason does not go with the status. */
MUST_CHECK enum err staff_status_body(const struct staff_moment *moment,
	const uint8_t commitment[COMMITMENT_SIZE], enum record_status status,
	enum status_reason reason, struct staff_statement *statement, struct fault *fault);
/* The same for a whole list: all its valid entries are confirmed. */
void staff_confirm_body(const struct staff_moment *moment, const uint8_t list[STATUS_LIST_ID],
	struct staff_statement *statement);

/* "<base>/status/<32 hex digits>" and back. Errors: ERR_LIMIT; ERR_FORMAT. */
MUST_CHECK enum err staff_status_uri(const struct staff_party *party,
	const uint8_t list[STATUS_LIST_ID], char uri[STATUS_URI_MAX + 1], struct fault *fault);
MUST_CHECK enum err staff_status_list(
	const char *uri, uint8_t list[STATUS_LIST_ID], struct fault *fault);

/* Appends one status byte (status_list.h) for each entry of a list up to the last one used.
 * Errors: ERR_NOT_FOUND: no such list; storage. */
MUST_CHECK enum err staff_list_statuses(const struct staff_moment *moment,
	const uint8_t list[STATUS_LIST_ID], struct buf *statuses, struct fault *fault);

struct staff_erased {
	struct vault_erased vault;
	size_t revoke_count;
	struct staff_statement *revoke; /* what to state now; free() */
};

/* Erases a person; see vault_erase. Makes the statements that revoke what the party attested of
 * the person and what has not ended by itself: afterwards nobody could tell which entries these
 * were. State them all, also when one fails. */
MUST_CHECK enum err staff_erase(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t person[VAULT_ID_SIZE],
	struct staff_erased *erased, struct fault *fault);

#endif
