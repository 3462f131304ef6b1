/* Making a ledger and its parties: keys on disk, and the signed statements that tell the ledger
 * of them, as bytes to be submitted in order.
 *
 *	founding_make -> the node makes a ledger of statement 0 (genesis) -> submit the rest
 *
 * Statements stand in a buf, each behind its length in 4 bytes, big endian; founding_next takes
 * them. They may be stored and submitted again: sequence numbers make that harmless. Root keys
 * sign here, from their files, and nowhere else. */
#ifndef LEDGER_FOUNDING_H
#define LEDGER_FOUNDING_H

#include "ledger/enrolment.h"
#include "ledger/keyfile.h"
#include "ledger/members/members.h"

#define FOUNDING_SIZE_MAX     ((size_t)16 << 20) /* limit for the statements' buf */
#define FOUNDING_NOT_AFTER_MS ((int64_t)7 * 24 * 3600 * 1000)

struct founding_member {
	const char *name;
	struct span scope; /* opaque here */
	const char *operator_name; /* NULL: runs its own appliance */
	bool is_voter; /* only without operator */
	const uint8_t *root; /* public root key made elsewhere; NULL: it is made here */
};

struct founding_tenant {
	const char *name; /* local: not on the ledger */
	uint8_t id[UNIT_ID_SIZE];
};

struct founding_site {
	const char *party; /* self, a member it operates, or one of its tenants */
	uint8_t id[UNIT_ID_SIZE];
	bool has_parent;
	uint8_t parent[UNIT_ID_SIZE]; /* earlier in the list */
	uint8_t level;
};

struct founding_plan {
	const char *folder; /* of the ledger */
	const char *self; /* the member whose appliance this is */
	uint8_t appliance[UNIT_ID_SIZE];
	int64_t now_ms;
	struct span root_password; /* size 0: root keys are stored as they are */
	/* Below: read by founding_make; tenants and sites by founding_join too. */
	const char *chosen;
	const char *zone; /* "Europe/London" */
	const struct founding_member *members; /* self is one of them; genesis order */
	size_t member_count;
	const struct founding_tenant *tenants; /* of self */
	size_t tenant_count;
	const struct founding_site *sites;
	size_t site_count;
};

/* Makes the root key of a member in the folder, or finds it there, and says its public half: what
 * goes into another's plan. */
MUST_CHECK enum err founding_root(const char *folder, const char *member, struct span password,
	int64_t now_ms, uint8_t public[SIGN_PUBLIC], struct fault *fault);

/* Loads the root keys of the folder or makes them (of members without one in the plan); makes the
 * keys of the parties that this appliance serves (self: appliance, log, cosign, box, curve; members
 * it operates and tenants: appliance, box); appends genesis, signed by the first member's root, and
 * what registers keys, tenants, sites and, when self is a voter, this year's pepper. The first
 * member must be self or one it operates. Recovery: more than half of the voters' root keys.
 * On failure the key files made so far stay where they are.
 * Errors: ERR_EXISTS when one of these key files but a root is there already; ERR_USAGE for a plan
 * that no ledger takes (which: in the text); ERR_REFUSED for a root key whose password is not the
 * plan's; keyfile_save's. */
MUST_CHECK enum err founding_make(const struct founding_plan *plan,
	char origin[ORIGIN_SIZE_MAX + 1], struct buf *statements, struct fault *fault);

/* The same for the other appliances of a new ledger: keys of self and of those it serves, tenants
 * and sites, signed by the root keys in this folder; no genesis and no pepper. members: only self
 * and those it operates are looked at. */
MUST_CHECK enum err founding_join(const struct founding_plan *plan, struct span origin,
	struct buf *statements, struct fault *fault);

/* Takes the statement at the front; false at the end (or when what is left is none). */
bool founding_next(struct span *statements, struct span *statement);

/* Who signs on a running ledger. sequence is that of the next statement (members_sequence_next)
 * and counted up. */
struct founding_author {
	struct signer signer;
	uint8_t kid[KID_SIZE];
	const char *issuer; /* member's name; a tenant's operator's */
	uint64_t sequence;
};

/* A party that comes under an operator as its tenant, on a running ledger. */
struct founding_tenancy {
	const char *folder;
	struct span origin;
	const char *operator_name;
	const struct founding_tenant *tenant;
	const uint8_t *appliance; /* ID of the operator's */
	struct span root_password;
	uint64_t root_sequence; /* of its next statement: 0 for a new one */
	int64_t now_ms;
};

/* Loads the tenant's root key, if it is in the folder (it comes from another operator), or makes
 * it; makes appliance and box key in the folder. *body is what the operator's appliance states
 * first (kind 4), signed by that root; the registrations of the keys are appended. */
MUST_CHECK enum err founding_tenant(const struct founding_tenancy *tenancy,
	struct tenant_body *body, struct buf *statements, struct fault *fault);

/* Appends one statement about a site by an appliance key of its party. */
MUST_CHECK enum err founding_site(struct span origin, const struct site_body *site, int64_t now_ms,
	struct founding_author *author, struct buf *statements, struct fault *fault);

/* Appends one statement of any kind and body. */
MUST_CHECK enum err founding_state(struct span origin, unsigned kind, struct span body,
	int64_t now_ms, struct founding_author *author, struct buf *statements,
	struct fault *fault);

/* A new station of the root's party. The caller fills origin, issuer, party, tenant, site, until,
 * label, address, appliance_curve and peppers; keys are made here. Appends the registrations of
 * station and CURVE key, both bound to the site. */
MUST_CHECK enum err founding_station(struct enrolment *enrolment, int64_t now_ms,
	struct founding_author *root, struct buf *statements, struct fault *fault);

/* The same where the root key is not at hand: makes the keys and puts the two bodies (kind 2) that
 * it is to sign into empty bufs. */
MUST_CHECK enum err founding_station_ask(
	struct enrolment *enrolment, struct buf bodies[2], struct fault *fault);

#endif
