/* The people half of the table of kinds: taken in by kinds.h. */
#ifndef APPLIANCE_RULES_PEOPLE_KINDS_H
#define APPLIANCE_RULES_PEOPLE_KINDS_H

#include "appliance/rules/decision.h"
#include "appliance/rules/status.h"

/* Roles whose members are accredited to attest. */
#define ROLES_ATTEST ((unsigned)(ROLE_HR | ROLE_AGENCY | ROLE_REGISTER | ROLE_AUTHORITY))

/* X(shape) */
#define PEOPLE_BODY_LIST(X)                                                                        \
	X(attestation)                                                                             \
	X(record_status)                                                                           \
	X(observed_change)                                                                         \
	X(supersede)                                                                               \
	X(dispute)                                                                                 \
	X(policy_publish)                                                                          \
	X(decision)

/* X(constant, number, shape, word, title, signers, roles) */
#define PEOPLE_KIND_LIST(X)                                                                        \
	X(KIND_ATTESTATION, 80, attestation, "attestation", "check attested", BY_APPLIANCE,        \
		ROLES_ATTEST)                                                                      \
	X(KIND_STATUS, 81, record_status, "status", "status of a record", BY_APPLIANCE,            \
		ROLES_ATTEST)                                                                      \
	X(KIND_OBSERVED_CHANGE, 82, observed_change, "observed-change",                            \
		"change seen at the source", BY_APPLIANCE, ROLES_ATTEST)                           \
	X(KIND_SUPERSEDE, 83, supersede, "supersede", "record superseded", BY_APPLIANCE,           \
		ROLES_ATTEST)                                                                      \
	X(KIND_DISPUTE, 84, dispute, "dispute", "record disputed", BY_APPLIANCE | BY_HOLDER,       \
		ROLES_ANY)                                                                         \
	X(KIND_CLEARANCE_POLICY, 85, policy_publish, "clearance-policy",                           \
		"clearance policy published", BY_APPLIANCE, ROLES_ANY)                             \
	X(KIND_CLEARANCE, 86, decision, "clearance", "clearance decided", BY_PLACE, ROLES_ANY)

#endif
