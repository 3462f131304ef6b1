/* The credential document: a staff check as a W3C Verifiable Credential 2.0, secured with
 * eddsa-jcs-2022.
 *
 *	{"@context": ["https://www.w3.org/ns/credentials/v2",
 *	              "https://www.w3.org/ns/credentials/undefined-terms/v2"],
 *	 "id": "urn:uuid:...", "type": ["VerifiableCredential", "StaffCheckCredential"],
 *	 "issuer": {"id": "did:key:z6Mk...", "name": "hospital.example"},
 *	 "validFrom": "2026-11-03T09:00:00Z", "validUntil": "2027-11-03T00:00:00Z",
 *	 "credentialStatus": [BitstringStatusListEntry of revocation, one of suspension],
 *	 "credentialSubject": {"id": "urn:assay:person:<32 hex digits>", "name": "...",
 *	   "check": {"checkType": "registration", "source": "gphc", "method": "register_lookup",
 *	     "checker": "hospital.example", "checkedOn": "2026-11-03",
 *	     "nextCheckDue": "2027-11-03", "level": 2, "reference": "...", ...}},
 *	 "proof": {...}}
 *
 * The words are those of appliance/rules/checks.h; credentialStatus, name, nextCheckDue and what
 * the type may say can be absent. Contexts may follow ours; all else is closed.
 *
 * The issuer is the did:key of the signing key. Whether that key was the named member's when the
 * proof was made is for the ledger's key record to say; nothing is fetched. */
#ifndef APPLIANCE_PEOPLE_CREDENTIAL_DOCUMENT_H
#define APPLIANCE_PEOPLE_CREDENTIAL_DOCUMENT_H

#include "appliance/people/credential.h"
#include "ledger/base/buf.h"
#include "ledger/proof/signer.h"

#include <jansson.h>

#define CREDENTIAL_SIZE_MAX ((size_t)16 * 1024) /* bytes of a document read */

/* Appends the secured document in canonical form. The signer must hold issuer_key.
 * Errors: as credential_check; what the signer answers; ERR_SIGNATURE when it holds another key;
 * ERR_MEMORY; the buf's error. */
MUST_CHECK enum err credential_make(const struct credential *credential, int64_t created_ms,
	const struct signer *signer, struct buf *document, struct fault *fault);

/* Reads a secured document and verifies its proof with the key in its did:key, which must be the
 * issuer's. Time is not judged: see credential_is_valid_at.
 * dropped: NULL refuses members that a type may not have; else they are left out and their names
 *   (never what they hold) appended, with commas between them. The proof covers them all the same.
 * Errors: of JSON and proof; ERR_VERSION for another kind of credential; ERR_KEY when proof and
 * issuer differ, ERR_RANGE when the proof ends before the record does; of credential_check. The
 * fault names the member. */
MUST_CHECK enum err credential_read(struct span document, struct buf *dropped,
	struct credential *credential, struct fault *fault);

/* The document without proof, and back: the parts of the two above that need no key.
 * Errors: of credential_check, ERR_MEMORY; ERR_VERSION, ERR_FORMAT, ERR_RANGE, ERR_SCOPE. */
MUST_CHECK enum err credential_to_json(
	const struct credential *credential, json_t **document, struct fault *fault);
MUST_CHECK enum err credential_from_json(const json_t *document, struct buf *dropped,
	struct credential *credential, struct fault *fault);

#endif
