/* A status list as it is handed out to anybody: signed by the party whose list it is, in the form
 * of the Token Status List and in the two of the Bitstring Status List. Entries that are not used
 * are valid, and every form has STATUS_COUNT_MIN of them at least, so that who fetches a list does
 * not tell whom it is about, and the list does not tell how many it knows. */
#ifndef APPLIANCE_PEOPLE_STAFF_PUBLISH_H
#define APPLIANCE_PEOPLE_STAFF_PUBLISH_H

#include "appliance/people/staff.h"
#include "appliance/people/status_credential.h"
#include "appliance/people/status_cwt.h"

#define PUBLISHED_LIFE_S 86400 /* nobody relies on it from then on */
#define PUBLISHED_TTL_S  300 /* when a reader should get a newer one */

enum published_form {
	PUBLISHED_TOKEN, /* at <base>/status/<list> */
	PUBLISHED_REVOCATION, /* .../revocation */
	PUBLISHED_SUSPENSION, /* .../suspension */
	PUBLISHED_FORMS
};

const char *published_type(enum published_form form); /* media type */

/* What stands behind "/status/": the list and the form. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err published_path_parse(struct span rest, uint8_t list[STATUS_LIST_ID],
	enum published_form *form, struct fault *fault);

/* Fills statuses up to what every form has. Errors: ERR_LIMIT. */
MUST_CHECK enum err published_pad(struct buf *statuses, struct fault *fault);

/* Appends the signed list, made at the whole second of at_ms, of padded statuses. Errors: of
 * making; what the signers of the party answer. */
MUST_CHECK enum err staff_publish(const struct staff_party *party,
	const uint8_t list[STATUS_LIST_ID], enum published_form form, struct span statuses,
	int64_t at_ms, struct buf *bytes, struct fault *fault);

#endif
