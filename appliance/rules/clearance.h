/* Clearance: whether a person may do a kind of work somewhere, by an employer's published policy,
 * from what is known of the person's checks at one moment. Pure: time, and how much of the ledger
 * was known, are arguments, so that a decision can be made again, for any past moment, with the
 * same answer. It informs a person who decides; an override is recorded beside it, never in it. */
#ifndef APPLIANCE_RULES_CLEARANCE_H
#define APPLIANCE_RULES_CLEARANCE_H

#include "appliance/rules/policy.h"
#include "ledger/base/civil.h"

#define CHECK_FACTS_MAX    128
#define CLEARANCE_DAYS_MAX 365 /* no clearance reaches further than this */

/* What is known of one check: from the document (vault) and from the ledger. Days count from
 * 1970-01-01; 0 where there is none. */
struct check_facts {
	enum check_type type;
	enum check_source source;
	enum check_method method;
	uint8_t level; /* 0: none stated */
	enum workforce workforce; /* criminal record checks; 0 otherwise */
	enum work_role accepted_for; /* decision_only: the role it was decided for; 0: any */
	char checker[MEMBER_NAME_MAX + 1];
	bool own; /* made by, or by mandate for, the policy's employer */
	int32_t checked_day;
	int32_t due_day; /* when the next check is due */
	int32_t expiry_day; /* last day on which the record itself holds */
	bool attested; /* the ledger holds its commitment */
	uint64_t position; /* of the attestation */
	enum record_status status;
	int64_t status_ms; /* when the source last said so; 0: never */
	bool superseded;
	bool disputed; /* shown beside, changes nothing */
};

struct clearance_question {
	enum work_role role;
	enum site_class site;
	enum product_class products; /* 0: nothing in particular */
	int64_t at_ms;
	uint64_t final_size; /* good news counts from here on down */
	enum zone zone;
};

enum clearance_result {
	CLEARANCE_CLEARED = 0,
	CLEARANCE_NOT_CLEARED = 1,
	CLEARANCE_CANNOT_TELL = 2,
};

/* Why a rule is met or not. The order counts: of several checks that do not meet a rule the one
 * that got furthest down this list is named. X(name, code, word, answer) */
#define REASON_LIST(X)                                                                             \
	X(REASON_NONE, 1, "no_record", CLEARANCE_NOT_CLEARED)                                      \
	X(REASON_SUPERSEDED, 2, "superseded", CLEARANCE_NOT_CLEARED)                               \
	X(REASON_OTHERS_CHECK, 3, "others_check", CLEARANCE_NOT_CLEARED)                           \
	X(REASON_OTHERS_DECISION, 4, "others_not_accepted", CLEARANCE_NOT_CLEARED)                 \
	X(REASON_OTHER_ROLE, 5, "other_role", CLEARANCE_NOT_CLEARED)                               \
	X(REASON_SOURCE, 6, "source", CLEARANCE_NOT_CLEARED)                                       \
	X(REASON_METHOD, 7, "method", CLEARANCE_NOT_CLEARED)                                       \
	X(REASON_WORKFORCE, 8, "workforce", CLEARANCE_NOT_CLEARED)                                 \
	X(REASON_LEVEL, 9, "level", CLEARANCE_NOT_CLEARED)                                         \
	X(REASON_NOT_ON_LEDGER, 10, "not_on_ledger", CLEARANCE_CANNOT_TELL)                        \
	X(REASON_NOT_FINAL, 11, "not_final", CLEARANCE_CANNOT_TELL)                                \
	X(REASON_EXPIRED, 12, "expired", CLEARANCE_NOT_CLEARED)                                    \
	X(REASON_DUE, 13, "check_due", CLEARANCE_CANNOT_TELL)                                      \
	X(REASON_TOO_OLD, 14, "too_old", CLEARANCE_CANNOT_TELL)                                    \
	X(REASON_STATUS_UNKNOWN, 15, "status_unknown", CLEARANCE_CANNOT_TELL)                      \
	X(REASON_STATUS_OLD, 16, "status_old", CLEARANCE_CANNOT_TELL)                              \
	X(REASON_SUSPENDED, 17, "suspended", CLEARANCE_NOT_CLEARED)                                \
	X(REASON_REVOKED, 18, "revoked", CLEARANCE_NOT_CLEARED)                                    \
	X(REASON_MET, 19, "met", CLEARANCE_CLEARED)                                                \
	X(REASON_NO_RULE, 20, "no_rule", CLEARANCE_CANNOT_TELL)

enum reason {
#define X(name, code, word, answer) name = code,
	REASON_LIST(X)
#undef X
};

#define FACT_NONE UINT16_MAX

struct clearance_reason {
	enum reason reason;
	enum clearance_result answer;
	uint16_t rule; /* of the policy, from 0 */
	uint16_t option; /* of the rule */
	uint16_t fact; /* index into the facts; FACT_NONE */
	bool disputed; /* the check named is in dispute */
	int64_t a; /* days or minutes the sentence speaks of */
	int64_t b;
	int64_t until_ms; /* first moment at which a met rule is no longer met */
};

struct clearance {
	enum clearance_result result;
	int64_t at_ms;
	int64_t until_ms; /* first moment it no longer holds; 0 unless cleared */
	uint64_t final_size;
	struct clearance_reason reasons[POLICY_RULES_MAX]; /* one for each rule that applies */
	size_t reason_count;
};

/* Cleared when every rule that fits the question is met by some check; not cleared when one
 * certainly is not; else cannot tell: also when no rule fits. A suspended or revoked check that
 * a rule would have counted defeats the rule even beside a good one, until it is superseded or
 * reinstated. Checks made after the moment asked about do not count.
 * facts: at most CHECK_FACTS_MAX. Cost: rules x options x facts. Thread: any. */
void clearance_judge(const struct clearance_policy *policy, const struct check_facts *facts,
	size_t count, const struct clearance_question *question, struct clearance *clearance);

const char *clearance_word(enum clearance_result result); /* "cleared", "not_cleared", ... */
const char *reason_word(enum reason reason);

/* Appends the sentence of one reason, for instance "professional registration: GPhC register
 * looked up by hospital.example on 3 Nov 2026". Takes what clearance_judge was given. */
void clearance_reason_print(const struct clearance_policy *policy, const struct check_facts *facts,
	const struct clearance_question *question, const struct clearance_reason *reason,
	struct buf *buf);

/* The first moment of the day after `day` in the zone. */
int64_t zone_day_end_ms(enum zone zone, int32_t day);

#endif
