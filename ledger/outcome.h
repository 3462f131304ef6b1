/* What became of a statement: a code with parameters; the sentence is made when shown. Codes 1-99
 * are the ledger's own, from 100 the application's (appliance/rules/outcomes.h). */
#ifndef LEDGER_OUTCOME_H
#define LEDGER_OUTCOME_H

#include <stdint.h>

/* X(name, code, word, sentence): parameters a and b are printed by %1$lld and %2$lld. */
#define OUTCOME_LIST(X)                                                                            \
	X(OUTCOME_ACCEPTED, 0, "accepted", "accepted")                                             \
	X(OUTCOME_NOT_WELL_FORMED, 1, "not_well_formed",                                           \
		"the statement is not well formed; the sender's software must be mended")          \
	X(OUTCOME_BAD_SIGNATURE, 2, "bad_signature", "the signature does not verify")              \
	X(OUTCOME_OTHER_LEDGER, 3, "other_ledger", "the statement was made for another ledger")    \
	X(OUTCOME_UNKNOWN_KEY, 4, "unknown_key", "the signing key is not registered here")         \
	X(OUTCOME_KEY_EXPIRED, 5, "key_expired",                                                   \
		"the signing key has expired; register a new one for this device")                 \
	X(OUTCOME_KEY_REVOKED, 6, "key_revoked", "the signing key has been revoked")               \
	X(OUTCOME_KEY_PURPOSE, 7, "key_purpose", "this key may not sign statements of this kind")  \
	X(OUTCOME_WRONG_ISSUER, 8, "wrong_issuer",                                                 \
		"the name in the statement is not the key's member")                               \
	X(OUTCOME_SEQUENCE_REUSED, 9, "sequence_reused",                                           \
		"sequence number %1$lld of this key was used for another statement")               \
	X(OUTCOME_SEQUENCE_OLD, 10, "sequence_old",                                                \
		"sequence number %1$lld lies before the key's window, which starts at %2$lld")     \
	X(OUTCOME_TOO_LATE, 11, "too_late",                                                        \
		"the statement arrived after the time up to which its author wanted it")           \
	X(OUTCOME_NO_MANDATE, 12, "no_mandate",                                                    \
		"the author holds no mandate of that principal for this")                          \
	X(OUTCOME_UNKNOWN_KIND, 13, "unknown_kind", "no statement of kind %1$lld is known")        \
	X(OUTCOME_EXISTS, 14, "exists", "it is already on the ledger")                             \
	X(OUTCOME_NOT_THERE, 15, "not_there", "it refers to something that is not on the ledger")  \
	X(OUTCOME_BAD_VALUE, 16, "bad_value",                                                      \
		"field %1$lld of the body has a value that is not allowed")                        \
	X(OUTCOME_NOT_ALLOWED, 17, "not_allowed", "the author may not state this")                 \
	X(OUTCOME_OVER_QUOTA, 18, "over_quota",                                                    \
		"more statements in this hour than the member's quota of %1$lld")                  \
	X(OUTCOME_DUPLICATE, 19, "duplicate", "the same statement is already at position %1$lld")  \
	X(OUTCOME_BAD_KEY, 20, "bad_key", "the public key is not canonical or not of prime order") \
	X(OUTCOME_LATE_KIND, 21, "late_kind",                                                      \
		"only statements of stations up to 30 days old can be delivered late")              \
	X(OUTCOME_NOT_AFTER, 22, "not_after",                                                      \
		"the time up to which the author wants it is more than %1$lld days ahead")

enum outcome_code {
#define X(name, code, word, sentence) name = code,
	OUTCOME_LIST(X)
#undef X
		OUTCOME_APP_FIRST = 100,
};

struct outcome {
	uint16_t code; /* 0 accepted, else refused and why */
	uint16_t alert; /* accepted, but recorded with this alert (application's codes); 0 none */
	uint32_t element; /* element of a bundle that code or alert is about, from 0 */
	int64_t a; /* parameters of the sentence */
	int64_t b;
};

#endif
