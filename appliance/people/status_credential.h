/* A status list as it is handed out to readers of W3C credentials: a BitstringStatusListCredential
 * (Bitstring Status List v1.0) of one purpose, secured with eddsa-jcs-2022. Its address is the
 * list's uri with "/revocation" or "/suspension" behind it, as credentials name it.
 *
 *	{"@context": ["https://www.w3.org/ns/credentials/v2"], "id": "<uri>/revocation",
 *	 "type": ["VerifiableCredential", "BitstringStatusListCredential"],
 *	 "issuer": "did:key:z6Mk...", "validFrom": "...", "validUntil": "...",
 *	 "credentialSubject": {"id": "<uri>/revocation#list", "type": "BitstringStatusList",
 *	   "statusPurpose": "revocation", "encodedList": "uH4sI..."}, "proof": {...}} */
#ifndef APPLIANCE_PEOPLE_STATUS_CREDENTIAL_H
#define APPLIANCE_PEOPLE_STATUS_CREDENTIAL_H

#include "appliance/people/credential.h"
#include "appliance/people/status_list.h"
#include "ledger/proof/signer.h"

struct status_credential {
	char uri[STATUS_URI_MAX + 1]; /* of the list, without the purpose */
	enum status_purpose purpose;
	uint8_t issuer_key[SIGN_PUBLIC];
	int64_t valid_from_ms, valid_until_ms; /* whole seconds */
};

/* Appends the secured document in canonical form, of the statuses (not bits) of the list.
 * Errors: ERR_FORMAT, ERR_RANGE; of status_bitstring_make; what the signer answers;
 * ERR_SIGNATURE when it holds another key. */
MUST_CHECK enum err status_credential_make(const struct status_credential *list,
	struct span statuses, const struct signer *signer, struct buf *document,
	struct fault *fault);

/* Reads, verifies with the key in its did:key, and appends the bits, one byte an entry. Whose key
 * it is, is for the ledger to say. Errors: of JSON, proof and list; ERR_VERSION for another kind
 * of credential; ERR_KEY when proof and issuer differ. */
MUST_CHECK enum err status_credential_read(struct span document, struct status_credential *list,
	struct buf *bits, struct fault *fault);

#endif
