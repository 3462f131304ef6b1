/* Kinds 85 and 86: clearance policies in the open, and decisions by them.
 *
 * 85 clearance policy: 1 hash 32, 2 version, 3 in force from (ms), 4 the document (a map, see
 *    policy.h). The document names the author as employer and repeats the version, which must be
 *    above the employer's last. It is in force from then or from when it was recorded, whichever
 *    is later, so that nobody changes what held in the past.
 * 86 clearance: 1 policy hash 32, 2 result (0 cleared, 1 not cleared, 2 cannot tell), 3 clear
 *    until (ms; for 0, and for an override to let work), 4 commitment 32 to the decision document,
 *    5 override (1 let work, 2 kept from work; left out: none). The result is what the policy
 *    says; what a person decided otherwise stands beside it. It never names the person. */
#ifndef APPLIANCE_RULES_DECISION_H
#define APPLIANCE_RULES_DECISION_H

#include "appliance/rules/attestation.h"
#include "appliance/rules/clearance.h"

#define DECISION_NAME_SIZE 16 /* first bytes of a decision's commitment: no two are the same */

enum clearance_override {
	OVERRIDE_NONE = 0,
	OVERRIDE_LET_WORK = 1,
	OVERRIDE_KEPT_FROM_WORK = 2,
};

struct policy_publish_body {
	struct span hash;
	uint32_t version;
	int64_t from_ms;
	struct span document; /* encoded */
};

struct decision_body {
	struct span policy_hash;
	enum clearance_result result;
	int64_t until_ms; /* 0: left out */
	struct span commitment;
	enum clearance_override override;
};

/* What the state holds of a published policy; document lives until the next table call. */
struct published_policy {
	uint8_t party[PARTY_SIZE];
	uint32_t version;
	uint64_t position;
	int64_t from_ms; /* in force from */
	uint8_t hash[HASH_SIZE];
	struct span document;
};

MUST_CHECK enum err published_policy_find(const struct table *table, const uint8_t hash[HASH_SIZE],
	struct published_policy *policy, struct fault *fault);
/* The newest of a party's that was in force at a moment and is final.
 * Errors: ERR_NOT_FOUND; storage. */
MUST_CHECK enum err published_policy_at(const struct table *table, const uint8_t party[PARTY_SIZE],
	int64_t at_ms, uint64_t final_size, struct published_policy *policy, struct fault *fault);

struct recorded_decision {
	uint8_t party[PARTY_SIZE];
	uint8_t policy_hash[HASH_SIZE];
	enum clearance_result result;
	int64_t until_ms;
	enum clearance_override override;
	uint64_t position;
	int64_t time_ms;
};

MUST_CHECK enum err recorded_decision_find(const struct table *table,
	const uint8_t commitment[COMMITMENT_SIZE], struct recorded_decision *decision,
	struct fault *fault);

#endif
