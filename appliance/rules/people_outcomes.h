/* Refusals about people: 150-199, taken in by outcomes.h. */
#ifndef APPLIANCE_RULES_PEOPLE_OUTCOMES_H
#define APPLIANCE_RULES_PEOPLE_OUTCOMES_H

/* X(name, code, word, sentence) */
#define PEOPLE_REFUSAL_LIST(X)                                                                     \
	X(REFUSED_NOT_ACCREDITED, 150, "not_accredited",                                           \
		"the member it is said for is not accredited as an issuer of class %1$lld")        \
	X(REFUSED_RECORD_EXPIRED, 151, "record_expired",                                           \
		"the record expired in a quarter that is over")                                    \
	X(REFUSED_NOT_YOUR_LIST, 152, "not_your_list",                                             \
		"only the party whose status list it is may say this")                             \
	X(REFUSED_INDEX_USED, 153, "index_used",                                                   \
		"index %1$lld of the status list belongs to another record")                       \
	X(REFUSED_NO_SUCH_RECORD, 154, "no_such_record",                                           \
		"no record of that name is on the ledger")                                         \
	X(REFUSED_NOT_YOUR_RECORD, 155, "not_your_record",                                         \
		"only the party that attested both records may say this")                          \
	X(REFUSED_SUPERSEDED, 156, "superseded", "one of the records was already superseded")      \
	X(REFUSED_REVOKED, 157, "revoked", "the record was revoked for good: attest a new one")    \
	X(REFUSED_SUSPENDED, 158, "suspended", "the record is suspended: reinstate or revoke it")  \
	X(REFUSED_NOT_SUSPENDED, 159, "not_suspended",                                             \
		"the record is not suspended: it can be confirmed")                                \
	X(REFUSED_EFFECTIVE, 160, "effective",                                                     \
		"the time from which it counts is too far from ledger time")                       \
	X(REFUSED_OWN_LIST, 161, "own_list",                                                       \
		"who keeps the list states the status instead of observing it")                    \
	X(REFUSED_NOT_VALID, 162, "not_valid",                                                     \
		"the record is not valid now, so its change is known already")                     \
	X(REFUSED_DISPUTE_OPEN, 163, "dispute_open",                                               \
		"the record is in dispute since position %1$lld")                                  \
	X(REFUSED_NO_DISPUTE, 164, "no_dispute", "the record is not in dispute")                   \
	X(REFUSED_NOT_YOUR_DISPUTE, 165, "not_your_dispute",                                       \
		"only who opened the dispute may withdraw it")                                     \
	X(REFUSED_POLICY_HASH, 166, "policy_hash",                                                 \
		"the hash is not that of the policy document beside it")                           \
	X(REFUSED_POLICY_DOCUMENT, 167, "policy_document",                                         \
		"the policy document is not well formed, or of another version")                   \
	X(REFUSED_NOT_EMPLOYER, 168, "not_employer", "the policy is another employer's")           \
	X(REFUSED_POLICY_VERSION, 169, "policy_version",                                           \
		"policy version %1$lld does not lie above the last one, %2$lld")                   \
	X(REFUSED_NO_SUCH_POLICY, 170, "no_such_policy",                                           \
		"no clearance policy of that hash is on the ledger")                               \
	X(REFUSED_POLICY_NOT_YET, 171, "policy_not_yet", "the policy is not in force yet")         \
	X(REFUSED_CLEAR_UNTIL, 172, "clear_until",                                                 \
		"clear until must lie ahead, at most %1$lld days")

#endif
