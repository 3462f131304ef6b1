/* Inside staff: for staff*.c only. */
#ifndef APPLIANCE_PEOPLE_STAFF_INSIDE_H
#define APPLIANCE_PEOPLE_STAFF_INSIDE_H

#include "appliance/people/staff.h"
#include "appliance/rules/kinds.h"

struct staff {
	struct vault *vault;
	const struct env *env;
};

/* The class under which a member attests: the first that its roles allow.
 * Errors: ERR_SCOPE; storage. */
MUST_CHECK enum err staff_issuer_class(const struct staff_moment *moment, const char *member,
	enum issuer_class *issuer_class, struct fault *fault);

/* Encodes a body into a statement. */
void staff_put_body(struct staff_statement *statement, unsigned kind, const union kind_body *body);

/* Takes a status entry and makes the attestation of a document for it; quarter may be
 * QUARTER_NONE. document: its kind, person and bytes are read, the rest is filled; it is kept in
 * the vault. */
MUST_CHECK enum err staff_attest(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, uint16_t quarter, struct vault_document *document,
	struct staff_statement *statement, struct fault *fault);

/* The reasons of an answer as a JSON list; NULL without memory. */
json_t *staff_reasons_json(const struct staff_answer *answer);

/* Appends the canonical form of a JSON value and gives up the reference. NULL is ERR_MEMORY. */
MUST_CHECK enum err staff_print(json_t *value, struct buf *text, struct fault *fault);

#endif
