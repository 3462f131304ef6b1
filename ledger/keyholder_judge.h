/* What a key of a purpose may sign. */
#ifndef LEDGER_KEYHOLDER_JUDGE_H
#define LEDGER_KEYHOLDER_JUDGE_H

#include "ledger/app.h"

/* Reads ["Signature1", protected, external, payload] strictly: external is empty; the protected
 * header says EdDSA, names this key, has no critical headers and has a typ of ours that the
 * purpose may sign.
 * Errors: ERR_FORMAT and so on with the place; ERR_DENIED. */
MUST_CHECK enum err keyholder_judge(
	struct span tbs, const uint8_t kid[32], enum key_purpose purpose, struct fault *fault);

/* Which tree a receipt is about that is to be signed; views into tbs, which was judged.
 * Errors: ERR_DENIED when it does not say. */
struct judged_receipt {
	struct span origin;
	uint64_t size;
	struct span root;
};
MUST_CHECK enum err keyholder_judge_receipt(
	struct span tbs, struct judged_receipt *receipt, struct fault *fault);

#endif
