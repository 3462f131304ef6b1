/* The one table of signed kinds from 32 on. A kind is a row of KIND_LIST; a shape of body is a row
 * of BODY_LIST, with its struct in the header of its group and three functions in its group's file:
 *
 *	enum err x_decode(struct span in, struct x_body *out, struct fault *fault);
 *	void x_encode(const struct x_body *body, struct buf *buf);
 *	enum err x_apply(struct judging *judging, const struct x_body *body);
 *
 * Decoding gives views into the statement's bytes and allocates nothing; it refuses whatever
 * encoding would not write. Kinds that share a shape are told apart by judging->kind->number.
 * The rules call apply only when the signing key's purpose and the member's roles fit the row. */
#ifndef APPLIANCE_RULES_KINDS_H
#define APPLIANCE_RULES_KINDS_H

#include "appliance/rules/judging.h"
#include "appliance/rules/pack_kinds.h"
#include "appliance/rules/people_kinds.h"

/* Purposes of keys that may sign a kind. */
#define BY_APPLIANCE (1u << KEY_APPLIANCE)
#define BY_STATION   (1u << KEY_STATION)
#define BY_HOLDER    (1u << KEY_HOLDER)
#define BY_PLACE     (BY_APPLIANCE | BY_STATION)

/* X(shape): every shape once. */
#define BODY_LIST(X)                                                                               \
	PACK_BODY_LIST(X)                                                                          \
	PEOPLE_BODY_LIST(X)

/* X(constant, number, shape, word, title, signers, roles): every kind once, in order of number. */
#define KIND_LIST(X)                                                                               \
	PACK_KIND_LIST(X)                                                                          \
	PEOPLE_KIND_LIST(X)                                                                        \
	MOVEMENT_KIND_LIST(X)

enum kind_number {
#define X(constant, number, ...) constant = number,
	KIND_LIST(X)
#undef X
};

union kind_body {
#define X(shape) struct shape##_body shape;
	BODY_LIST(X)
#undef X
};

#define X(shape)                                                                                   \
	MUST_CHECK enum err shape##_decode(                                                        \
		struct span in, struct shape##_body *out, struct fault *fault);                    \
	void shape##_encode(const struct shape##_body *body, struct buf *buf);                     \
	MUST_CHECK enum err shape##_apply(struct judging *judging, const struct shape##_body *body);
BODY_LIST(X)
#undef X

struct kind {
	uint16_t number;
	const char *word; /* sub of the statement */
	const char *title; /* for screens */
	unsigned signers; /* BY_ bits */
	unsigned roles; /* one of them is needed; ROLES_ANY */
	enum err (*decode)(struct span in, union kind_body *out, struct fault *fault);
	void (*encode)(const union kind_body *body, struct buf *buf);
	enum err (*apply)(struct judging *judging, const union kind_body *body);
};

/* NULL when there is none. */
const struct kind *kind_find(uint16_t number);
const struct kind *kind_of_word(struct span word);
/* In order of number; NULL past the end. */
const struct kind *kind_at(size_t index);

#endif
