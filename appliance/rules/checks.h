/* The closed sets about checks of people: what was checked, from which source, by which method,
 * how far another organisation may rely on it, for which work and where. Codes travel in CBOR,
 * words in JSON, labels on screens; none of them identifies anybody. */
#ifndef APPLIANCE_RULES_CHECKS_H
#define APPLIANCE_RULES_CHECKS_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

/* How far a check reaches beyond the organisation that made it. */
#define REUSE_LIST(X)                                                                              \
	X(REUSE_PORTABLE, 1, "portable", "counts elsewhere within its age")                        \
	X(REUSE_OWN_CHECK, 2, "own_check", "only the organisation's own check counts")             \
	X(REUSE_DECISION_ONLY, 3, "decision_only", "only the decision is passed on")               \
	X(REUSE_FITNESS_ONLY, 4, "fitness_only", "only whether the requirement is met is passed on")

/* X(name, code, word, label, reuse class). Training: the subjects of the Core Skills Training
 * Framework, and medicines. How often one is refreshed is a policy's affair, never a constant. */
#define CHECK_TYPE_LIST(X)                                                                         \
	X(CHECK_IDENTITY, 1, "identity", "identity", REUSE_OWN_CHECK)                              \
	X(CHECK_RIGHT_TO_WORK, 2, "right_to_work", "right to work", REUSE_OWN_CHECK)               \
	X(CHECK_REGISTRATION, 3, "registration", "professional registration", REUSE_PORTABLE)      \
	X(CHECK_QUALIFICATION, 4, "qualification", "qualification", REUSE_PORTABLE)                \
	X(CHECK_EMPLOYMENT_HISTORY, 5, "employment_history", "employment history and references",  \
		REUSE_DECISION_ONLY)                                                               \
	X(CHECK_CRIMINAL_RECORD, 6, "criminal_record", "criminal record check (DBS)",              \
		REUSE_DECISION_ONLY)                                                               \
	X(CHECK_HEALTH, 7, "health", "occupational health clearance", REUSE_FITNESS_ONLY)          \
	X(CHECK_ALERT_NOTICE, 8, "alert_notice", "healthcare professional alert notices",          \
		REUSE_OWN_CHECK)                                                                   \
	X(CHECK_INDEMNITY, 9, "indemnity", "professional indemnity", REUSE_PORTABLE)               \
	X(CHECK_TRAINING_CONFLICT, 32, "training_conflict_resolution",                             \
		"training in conflict resolution", REUSE_PORTABLE)                                 \
	X(CHECK_TRAINING_EQUALITY, 33, "training_equality",                                        \
		"training in equality, diversity and human rights", REUSE_PORTABLE)                \
	X(CHECK_TRAINING_FIRE, 34, "training_fire_safety", "training in fire safety",              \
		REUSE_PORTABLE)                                                                    \
	X(CHECK_TRAINING_SAFETY, 35, "training_health_and_safety",                                 \
		"training in health, safety and welfare", REUSE_PORTABLE)                          \
	X(CHECK_TRAINING_INFECTION, 36, "training_infection_control",                              \
		"training in infection prevention and control", REUSE_PORTABLE)                    \
	X(CHECK_TRAINING_INFORMATION, 37, "training_information_governance",                       \
		"training in information governance", REUSE_PORTABLE)                              \
	X(CHECK_TRAINING_MOVING, 38, "training_moving_and_handling",                               \
		"training in moving and handling", REUSE_PORTABLE)                                 \
	X(CHECK_TRAINING_PREVENT, 39, "training_preventing_radicalisation",                        \
		"training in preventing radicalisation", REUSE_PORTABLE)                           \
	X(CHECK_TRAINING_RESUSCITATION, 40, "training_resuscitation", "training in resuscitation", \
		REUSE_PORTABLE)                                                                    \
	X(CHECK_TRAINING_ADULTS, 41, "training_safeguarding_adults",                               \
		"training in safeguarding adults", REUSE_PORTABLE)                                 \
	X(CHECK_TRAINING_CHILDREN, 42, "training_safeguarding_children",                           \
		"training in safeguarding children", REUSE_PORTABLE)                               \
	X(CHECK_TRAINING_MEDICINES, 43, "training_medicines", "training in handling medicines",    \
		REUSE_PORTABLE)

/* Where the fact comes from. X(name, code, word, label) as used in "GPhC register looked up". */
#define CHECK_SOURCE_LIST(X)                                                                       \
	X(SOURCE_GMC, 1, "gmc", "GMC register")                                                    \
	X(SOURCE_NMC, 2, "nmc", "NMC register")                                                    \
	X(SOURCE_GPHC, 3, "gphc", "GPhC register")                                                 \
	X(SOURCE_HCPC, 4, "hcpc", "HCPC register")                                                 \
	X(SOURCE_GDC, 5, "gdc", "GDC register")                                                    \
	X(SOURCE_PSNI, 6, "psni", "PSNI register")                                                 \
	X(SOURCE_HOME_OFFICE, 7, "home_office", "Home Office record")                              \
	X(SOURCE_DBS, 8, "dbs", "DBS certificate")                                                 \
	X(SOURCE_NHS_RESOLUTION, 9, "nhs_resolution", "NHS Resolution alert list")                 \
	X(SOURCE_IDENTITY_DOCUMENT, 10, "identity_document", "identity document")                  \
	X(SOURCE_EMPLOYER, 11, "employer", "employer's record")                                    \
	X(SOURCE_TRAINING_PROVIDER, 12, "training_provider", "training provider's record")         \
	X(SOURCE_OCCUPATIONAL_HEALTH, 13, "occupational_health", "occupational health service")    \
	X(SOURCE_UNIVERSITY, 14, "university", "university's record")                              \
	X(SOURCE_INSURER, 15, "insurer", "insurer's record")                                       \
	X(SOURCE_HOLDER, 16, "holder", "holder's own statement")

/* X(name, code, word, what was done): RULES section 5. */
#define CHECK_METHOD_LIST(X)                                                                       \
	X(METHOD_PRIMARY, 1, "primary", "confirmed directly to")                                   \
	X(METHOD_REGISTER_FEED, 2, "register_feed", "received as a feed by")                       \
	X(METHOD_REGISTER_LOOKUP, 3, "register_lookup", "looked up by")                            \
	X(METHOD_ORIGINAL_SEEN, 4, "original_seen", "seen in the original by")                     \
	X(METHOD_IDSP, 5, "IDSP", "checked by an identity service provider for")                   \
	X(METHOD_SHARE_CODE, 6, "share_code", "checked online by share code by")                   \
	X(METHOD_HOLDER_STATED, 7, "holder_stated", "stated by the holder to")

#define WORK_ROLE_LIST(X)                                                                          \
	X(WORK_PHARMACIST, 1, "pharmacist", "pharmacist")                                          \
	X(WORK_PHARMACY_TECHNICIAN, 2, "pharmacy_technician", "pharmacy technician")               \
	X(WORK_NURSE, 3, "nurse", "nurse")                                                         \
	X(WORK_MIDWIFE, 4, "midwife", "midwife")                                                   \
	X(WORK_DOCTOR, 5, "doctor", "doctor")                                                      \
	X(WORK_HEALTHCARE_ASSISTANT, 6, "healthcare_assistant", "healthcare assistant")            \
	X(WORK_ALLIED_HEALTH, 7, "allied_health", "allied health professional")                    \
	X(WORK_PHARMACY_ASSISTANT, 8, "pharmacy_assistant", "pharmacy assistant")                  \
	X(WORK_STORES, 9, "stores", "stores and distribution staff")                               \
	X(WORK_RESPONSIBLE_PERSON, 10, "responsible_person", "responsible or qualified person")

#define SITE_CLASS_LIST(X)                                                                         \
	X(SITE_HOSPITAL_PHARMACY, 1, "hospital_pharmacy", "hospital pharmacy")                     \
	X(SITE_COMMUNITY_PHARMACY, 2, "community_pharmacy", "community pharmacy")                  \
	X(SITE_ADULT_WARD, 3, "adult_ward", "adult ward")                                          \
	X(SITE_CHILDREN_WARD, 4, "children_ward", "children's ward")                               \
	X(SITE_THEATRE, 5, "theatre", "theatre or exposure-prone area")                            \
	X(SITE_EMERGENCY, 6, "emergency", "emergency department")                                  \
	X(SITE_COMMUNITY, 7, "community", "community or home visits")                              \
	X(SITE_WHOLESALE, 8, "wholesale", "wholesale warehouse")                                   \
	X(SITE_MANUFACTURE, 9, "manufacture", "manufacturing site")

#define PRODUCT_CLASS_LIST(X)                                                                      \
	X(PRODUCTS_GENERAL, 1, "general", "medicines in general")                                  \
	X(PRODUCTS_CONTROLLED, 2, "controlled", "controlled drugs, Schedules 1 and 2")             \
	X(PRODUCTS_CYTOTOXIC, 3, "cytotoxic", "cytotoxic medicines")                               \
	X(PRODUCTS_VACCINE, 4, "vaccine", "vaccines")

/* Workforce of a criminal record check. */
#define WORKFORCE_LIST(X)                                                                          \
	X(WORKFORCE_ADULT, 1, "adult", "adult workforce")                                          \
	X(WORKFORCE_CHILD, 2, "child", "child workforce")                                          \
	X(WORKFORCE_ADULT_CHILD, 3, "adult_child", "adult and child workforce")                    \
	X(WORKFORCE_OTHER, 4, "other", "other workforce")

/* Status of a record: what its source last said of it. */
#define RECORD_STATUS_LIST(X)                                                                      \
	X(RECORD_VALID, 0, "valid", "valid")                                                       \
	X(RECORD_SUSPENDED, 1, "suspended", "suspended")                                           \
	X(RECORD_REVOKED, 2, "revoked", "revoked")                                                 \
	X(RECORD_UNKNOWN, 3, "unknown", "unknown")

#define X(name, code, ...) name = code,
enum reuse { REUSE_LIST(X) };
enum check_type { CHECK_TYPE_LIST(X) };
enum check_source { CHECK_SOURCE_LIST(X) };
enum check_method { CHECK_METHOD_LIST(X) };
enum work_role { WORK_ROLE_LIST(X) };
enum site_class { SITE_CLASS_LIST(X) };
enum product_class { PRODUCT_CLASS_LIST(X) };
enum workforce { WORKFORCE_LIST(X) };
enum record_status { RECORD_STATUS_LIST(X) };
#undef X

/* Every code is below this, so that a set of codes is a bit mask. */
#define CHECK_CODE_END 64

/* Levels count upwards: a rule asks for at least one. 0: the type has no levels.
 * registration   1 with conditions or undertakings, 2 without
 * criminal_record 1 basic, 2 standard, 3 enhanced, 4 enhanced with barred lists
 * health         1 fit for the role, 2 fit for exposure-prone procedures
 * training       1 to 4, as the framework numbers them */
#define CHECK_LEVEL_MAX 4

enum code_set {
	CODES_REUSE,
	CODES_TYPE,
	CODES_SOURCE,
	CODES_METHOD,
	CODES_ROLE,
	CODES_SITE,
	CODES_PRODUCT,
	CODES_WORKFORCE,
	CODES_STATUS,
	CODES_SETS
};

bool code_is_known(enum code_set set, uint64_t code);
/* Word and label of a known code; "unknown" for others. */
const char *code_word(enum code_set set, uint64_t code);
const char *code_label(enum code_set set, uint64_t code);
/* The code of a word. Errors: ERR_NOT_FOUND names the set and the word; *code is untouched. */
MUST_CHECK enum err code_parse(
	enum code_set set, struct span word, uint8_t *code, struct fault *fault);
/* What the set is called in a sentence: "check type". */
const char *code_set_name(enum code_set set);
/* The index-th code of a set in ascending order, or -1 past the last. */
int code_at(enum code_set set, size_t index);

/* The reuse class of a known type. */
enum reuse check_reuse(enum check_type type);
bool check_is_training(enum check_type type);
/* "enhanced with barred lists"; "" where the type has no such level. */
const char *check_level_label(enum check_type type, uint8_t level);

#endif
