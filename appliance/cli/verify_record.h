/* assay verify of what people carry: credentials and badges, with the status list they name. */
#ifndef APPLIANCE_CLI_VERIFY_RECORD_H
#define APPLIANCE_CLI_VERIFY_RECORD_H

#include "ledger/base/crypto.h"
#include "ledger/base/err.h"

#include <jansson.h>

struct record_trust {
	bool has_issuer;
	uint8_t issuer[SIGN_PUBLIC]; /* whose signatures count */
	struct span list; /* a status list in any of its forms; size 0: none */
	int64_t now_ms;
};

/* Whether it begins like a credential or a badge. */
bool record_is_one(struct span bytes);

/* Judges one. relied: an object that gets what the answer rests on.
 * Errors: ERR_UNSURE when it cannot be told: no issuer's key, no status list that covers it now, a
 * status that is unknown. ERR_REFUSED: revoked or suspended. ERR_RANGE: out of date. Of reading:
 * damaged, signed by another key. */
MUST_CHECK enum err record_verify(
	struct span bytes, const struct record_trust *trust, json_t *relied, struct fault *fault);

#endif
