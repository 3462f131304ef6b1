/* A status list as it is handed out, signed: the CWT form of draft-ietf-oauth-status-list, two bits
 * an entry (valid, invalid, suspended, to be checked now). A site keeps the newest one it got and
 * shows its age; without one, or past its end, a status is unknown, never valid.
 *
 * Header: cwt.h, typ "application/statuslist+cwt". Claims:
 *	2      sub          the list's address: the uri of the records' status references
 *	4      exp          seconds; nobody relies on it from then on
 *	6      iat          seconds; what its age is counted from
 *	65533  status_list  {"lst": bytes, "bits": 2}
 *	65534  ttl          seconds after which a reader should get a newer one */
#ifndef APPLIANCE_PEOPLE_STATUS_CWT_H
#define APPLIANCE_PEOPLE_STATUS_CWT_H

#include "appliance/people/credential.h"
#include "appliance/people/status_list.h"
#include "ledger/proof/cose.h"

#define STATUS_CWT_BITS   2
#define STATUS_CWT_MAX    (STATUS_PACKED_MAX + 1024U) /* bytes of a token read */
#define STATUS_CWT_LIFE_S (31 * 86400LL) /* exp at most this much after iat */

struct status_cwt {
	uint8_t kid[KID_SIZE]; /* set by reading */
	char uri[STATUS_URI_MAX + 1];
	int64_t issued_s, expires_s;
	int64_t ttl_s;
};

/* Appends the signed list. Errors: ERR_FORMAT, ERR_RANGE naming the claim; of status_token_make;
 * what the signer answers; ERR_SIGNATURE when it holds another key than key. */
MUST_CHECK enum err status_cwt_make(const struct status_cwt *list, struct span statuses,
	const uint8_t key[SIGN_PUBLIC], const struct signer *signer, struct buf *token,
	struct fault *fault);

/* Which list it says it is and which key (kid) it names, before the signature is verified. */
MUST_CHECK enum err status_cwt_read(
	struct span token, struct status_cwt *list, struct fault *fault);

/* The same with the signature, and appends the statuses, one byte an entry.
 * Errors: also ERR_KEY, ERR_SIGNATURE. */
MUST_CHECK enum err status_cwt_verify(struct span token, const uint8_t key[SIGN_PUBLIC],
	struct status_cwt *list, struct buf *statuses, struct fault *fault);

/* Whether a list answers for a reference at a moment.
 * Errors: ERR_SCOPE for a list of another address; ERR_RANGE past its end, or before it was made
 * (by more than the clocks may differ). */
MUST_CHECK enum err status_cwt_covers(const struct status_cwt *list,
	const struct status_reference *reference, int64_t at_ms, struct fault *fault);

/* Entry of a record's status, and back: what a list says that we do not know is unknown. */
enum status status_of_record(enum record_status status);
enum record_status record_of_status(uint8_t status);

#endif
