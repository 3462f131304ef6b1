/* What a member may do, as the rules read it from the scope bytes that governance gave it (opaque
 * to the ledger), and what a mandate narrows that to. Deterministic CBOR maps:
 *
 *	member's scope   1 roles, a set of bits   2 GTINs held [uint, ascending]
 *	                 3 an authority's areas, a set of bits
 *	                 4 registers it is the source of [uint, ascending]
 *	mandate's scope  1 GTINs [uint, ascending]   2 sites [16 bytes each, ascending]
 *	                 3 classes of work [uint, ascending]
 *
 * A field that is empty is left out; in a mandate a field left out does not narrow. */
#ifndef APPLIANCE_RULES_SCOPE_H
#define APPLIANCE_RULES_SCOPE_H

#include "ledger/proof/cbor.h"

#define SCOPE_BYTES_MAX     16384 /* what the ledger takes */
#define SCOPE_GTINS_MAX     4096
#define SCOPE_REGISTERS_MAX 64
#define SCOPE_SITES_MAX     16
#define SCOPE_CLASSES_MAX   32
#define SITE_ID_SIZE        16

#define ROLE_LIST(X)                                                                               \
	X(ROLE_MANUFACTURER, 0, "manufacturer")                                                    \
	X(ROLE_WHOLESALER, 1, "wholesaler")                                                        \
	X(ROLE_PHARMACY, 2, "pharmacy")                                                            \
	X(ROLE_HOSPITAL, 3, "hospital")                                                            \
	X(ROLE_AUTHORITY, 4, "authority")                                                          \
	X(ROLE_REGISTER, 5, "register")                                                            \
	X(ROLE_AGENCY, 6, "agency")                                                                \
	X(ROLE_HR, 7, "hr")

enum role {
#define X(name, bit, word) name = 1 << (bit),
	ROLE_LIST(X)
#undef X
		ROLES_ALL = 255
};

/* Sets that the table of kinds uses. */
#define ROLES_ANY  0u /* any member */
#define ROLES_MAKE ((unsigned)ROLE_MANUFACTURER)
#define ROLES_IN_HAND                                                                              \
	((unsigned)(ROLE_MANUFACTURER | ROLE_WHOLESALER | ROLE_PHARMACY | ROLE_HOSPITAL |          \
		    ROLE_AUTHORITY))
#define ROLES_DISPENSE ((unsigned)(ROLE_PHARMACY | ROLE_HOSPITAL))
/* Wholesalers supply those who dispense without being pharmacies: surgeries, ships, vets. */
#define ROLES_SUPPLY ((unsigned)(ROLE_PHARMACY | ROLE_HOSPITAL | ROLE_WHOLESALER))
#define ROLES_TRADE  ((unsigned)(ROLE_MANUFACTURER | ROLE_WHOLESALER))
#define ROLES_CONTROL                                                                              \
	((unsigned)(ROLE_MANUFACTURER | ROLE_WHOLESALER | ROLE_HOSPITAL | ROLE_AUTHORITY))

/* Areas of an authority. */
#define AREA_MEDICINES 1u
#define AREA_PEOPLE    2u
#define AREAS_ALL      3u

/* Numbers as encoded: a view into the scope's bytes. */
struct scope_set {
	struct span items; /* the array's items, without its head */
	size_t count;
};

struct scope {
	unsigned roles;
	struct scope_set gtins;
	unsigned areas;
	struct scope_set registers;
};

struct mandate_scope {
	bool has_gtins;
	struct scope_set gtins;
	bool has_sites;
	struct scope_set sites;
	bool has_classes;
	struct scope_set classes;
};

/* Views into the bytes. An empty span is the empty scope: a member that may do nothing special.
 * Errors: ERR_FORMAT, ERR_RANGE, ERR_LIMIT with the place. */
MUST_CHECK enum err scope_decode(struct span bytes, struct scope *scope, struct fault *fault);
MUST_CHECK enum err mandate_scope_decode(
	struct span bytes, struct mandate_scope *scope, struct fault *fault);

/* Sets for encoding: appends ascending numbers; the buffer's content becomes a scope_set. */
void scope_set_put(struct buf *buf, const uint64_t *numbers, size_t count);
/* The same for sites, 16 bytes each. */
void scope_sites_put(struct buf *buf, const uint8_t (*sites)[SITE_ID_SIZE], size_t count);

void scope_encode(const struct scope *scope, struct buf *buf);
void mandate_scope_encode(const struct mandate_scope *scope, struct buf *buf);

/* Cost: one pass. */
bool scope_set_has(struct scope_set set, uint64_t number);
bool scope_sites_has(struct scope_set set, const uint8_t site[SITE_ID_SIZE]);
/* Number at an index; UINT64_MAX past the end. */
uint64_t scope_set_at(struct scope_set set, size_t index);

static inline bool scope_has_role(const struct scope *scope, unsigned roles)
{
	return (scope->roles & roles) != 0;
}

static inline bool scope_is_authority(const struct scope *scope, unsigned area)
{
	return scope_has_role(scope, ROLE_AUTHORITY) && (scope->areas & area) != 0;
}

/* "pharmacy": NULL if bit is none of the roles. */
const char *role_word(unsigned role);
/* The role's bit; 0 when there is none of that name. */
unsigned role_parse(struct span word);

#endif
