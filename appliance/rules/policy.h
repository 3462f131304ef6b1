/* A clearance policy: what an employer wants to see before a person does a kind of work somewhere.
 * It holds no personal data and is published whole (kind 85); decisions name it by its hash.
 *
 * Document, deterministic CBOR:
 *	1  format      1
 *	2  employer    member name: who answers for the policy
 *	3  version     1..2^32-1, counted by the employer
 *	4  rules       1..32 maps; each that fits role, site and products must be met
 * Rule:
 *	1  roles       codes, ascending, at least one
 *	2  sites       site classes; left out: anywhere
 *	3  products    product classes; left out: whatever is handled
 *	4  options     1..8 maps; one met is enough
 * Option:
 *	1  type        check type
 *	2  methods     codes, ascending, at least one
 *	3  sources     left out: any
 *	4  level       at least this; left out: any
 *	5  workforces  left out: any
 *	6  age_max     days since it was checked; left out: no limit
 *	7  status_age_max  minutes since the source last confirmed it; left out: no limit
 *	8  others      true: another organisation's check counts; left out: own checks only.
 *	               Refused for types whose reuse class is own_check.
 * A set that is left out is never written empty, a number that is left out never as 0. */
#ifndef APPLIANCE_RULES_POLICY_H
#define APPLIANCE_RULES_POLICY_H

#include "appliance/rules/checks.h"
#include "ledger/app.h"
#include "ledger/base/crypto.h"
#include "ledger/proof/cbor.h"

#define POLICY_RULES_MAX          32
#define POLICY_OPTIONS_MAX        8
#define POLICY_AGE_DAYS_MAX       36525 /* a hundred years */
#define POLICY_STATUS_AGE_MAX     527040 /* minutes of 366 days */
#define CLEARANCE_POLICY_SIZE_MAX 32768

/* Sets are bit masks of codes; 0 where a set may be left out means any. */
struct policy_option {
	enum check_type type;
	uint64_t methods;
	uint64_t sources;
	uint8_t level;
	uint64_t workforces;
	uint32_t age_max_days; /* 0: no limit */
	uint32_t status_age_max_min; /* 0: no limit */
	bool others;
};

struct policy_rule {
	uint64_t roles;
	uint64_t sites;
	uint64_t products;
	struct policy_option options[POLICY_OPTIONS_MAX];
	size_t option_count;
};

struct clearance_policy {
	char employer[MEMBER_NAME_MAX + 1];
	uint32_t version;
	struct policy_rule rules[POLICY_RULES_MAX];
	size_t rule_count;
};

static inline uint64_t code_bit(uint64_t code)
{
	return code < CHECK_CODE_END ? (uint64_t)1 << code : 0;
}

/* Says what a policy could not be published with. Errors: ERR_RANGE, with the rule's index in
 * fault.at and the option's in fault.size. */
MUST_CHECK enum err clearance_policy_check(
	const struct clearance_policy *policy, struct fault *fault);

/* Appends the document; the policy must pass clearance_policy_check. */
void clearance_policy_encode(const struct clearance_policy *policy, struct buf *buf);

/* Errors: ERR_FORMAT, ERR_RANGE, ERR_LIMIT, ERR_VERSION. Nothing is written on failure. */
MUST_CHECK enum err clearance_policy_decode(
	struct span document, struct clearance_policy *policy, struct fault *fault);

/* SHA-256 of the document's bytes: the name by which decisions call it. */
void clearance_policy_hash(struct span document, uint8_t out[HASH_SIZE]);

#endif
