/* A second person's signature inside a body: the last field, [kid 32, signature 64]. It signs
 *
 *	"assay/witness/1" ‖ origin ‖ 0 ‖ kind u16 ‖ hash
 *
 * where hash is SHA-256 of the body without the witness field. The key is registered for the same
 * party, in force, and not the author's own. */
#ifndef APPLIANCE_RULES_WITNESS_H
#define APPLIANCE_RULES_WITNESS_H

#include "appliance/rules/judging.h"

#define WITNESS_SIGNED_MAX 192

struct witness {
	struct span kid; /* size 0: none */
	struct span signature;
	struct span body; /* the whole body, for what was signed */
	size_t body_at; /* where the witness field begins in it */
};

/* Reads the present field. */
void witness_read(struct body *body, struct witness *witness);
void witness_put(struct buf *buf, uint64_t field, const struct witness *witness);

/* What a witness signs. before: the encoded body without the field: a map of up to 22 fields. */
void witness_signed(struct span origin, uint16_t kind, struct span before, struct buf *out);

/* Refuses a witness that does not verify and returns with *refused; a body without one is neither
 * refused nor witnessed. Errors: broken storage. */
MUST_CHECK enum err witness_check(
	struct judging *judging, const struct witness *witness, bool *is_witnessed, bool *refused);

#endif
