/* One party whose keys are made in this folder: what founding_make, founding_join and
 * founding_tenant have in common. Inside ledger/founding*.c only. */
#ifndef LEDGER_FOUNDING_PARTY_H
#define LEDGER_FOUNDING_PARTY_H

#include "ledger/founding.h"

struct founding_party {
	const char *name; /* as in paths */
	const char *issuer; /* member's name in statements: a tenant's operator's */
	const uint8_t *tenant; /* NULL for a member */
	struct keyfile root;
	struct keyfile appliance;
	struct founding_author by_root;
	struct founding_author by_appliance;
	uint8_t box_kid[KID_SIZE];
	uint8_t box_public[BOX_PUBLIC];
};

/* Where all is put and by when. */
struct founding_work {
	const char *folder;
	struct span origin;
	const uint8_t *appliance; /* ID */
	struct span root_password;
	int64_t now_ms;
	struct buf *statements;
	struct fault *fault;
};

/* Loads the party's root key, or makes it when it is not there. */
MUST_CHECK enum err founding_party_root(
	const struct founding_work *work, struct founding_party *party);

/* Makes the party's other keys and appends their registrations: appliance first; log, cosign and
 * curve only when it runs the appliance. */
MUST_CHECK enum err founding_party_keys(
	const struct founding_work *work, struct founding_party *party, bool runs_appliance);

/* What the operator states about the tenant, signed by the tenant's root.
 * Errors: ERR_LIMIT: a name that does not fit. */
MUST_CHECK enum err founding_party_consent(const struct founding_work *work,
	struct founding_party *party, const char *operator_name, struct tenant_body *body);

/* Appends the tenant statement by its operator. */
MUST_CHECK enum err founding_party_tenant(const struct founding_work *work,
	struct founding_party *party, struct founding_author *operator_author);

void founding_party_close(struct founding_party *party);

#endif
