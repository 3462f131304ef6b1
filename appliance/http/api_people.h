/* What the two files about people share: a call's party and moment of the ledger for `staff`. */
#ifndef APPLIANCE_HTTP_API_PEOPLE_H
#define APPLIANCE_HTTP_API_PEOPLE_H

#include "appliance/http/api.h"
#include "appliance/people/staff.h"
#include "appliance/rules/kinds.h"

struct people_call {
	struct call *call;
	struct reader *reader;
	bool is_begun;
	struct snapshot snapshot;
	struct keyholder_signer signer;
	char base[96];
	struct staff_party party;
	struct staff_moment moment; /* until people_end_reading */
};

/* Fills it in place: it points into itself. People_end_reading in any case, once before stating. */
MUST_CHECK enum err people_open(struct people_call *people, struct call *call);
void people_end_reading(struct people_call *people);

/* States what staff made. Errors: as desk_state. */
MUST_CHECK enum err people_state(
	struct people_call *people, const struct staff_statement *statement, struct stated *stated);

/* A person's id out of a path. */
MUST_CHECK enum err people_read_id(struct call *call, struct span text, uint8_t id[VAULT_ID_SIZE]);

/* POST /api/v1/people/ID/badge. */
MUST_CHECK enum err people_badge(struct call *call, const uint8_t id[VAULT_ID_SIZE]);

#endif
