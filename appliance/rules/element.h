/* Elements of a bundle about packs: [name 16, secret 32] or [name 16, secret 32, parameter], where
 * name is a pack's opener (or, when the body says so, its key K), and secret is the hash of a fresh
 * secret (changes) or the secret itself (undoing). Strictly ascending by K. */
#ifndef APPLIANCE_RULES_ELEMENT_H
#define APPLIANCE_RULES_ELEMENT_H

#include "appliance/rules/body.h"

#define ELEMENTS_MAX 1000
#define SECRET_SIZE  32

struct elements {
	struct span items; /* encoded */
	size_t count;
	bool by_key;
	bool has_parameters; /* of some element */
};

struct element {
	struct span name;
	struct span secret;
	uint64_t parameter; /* 0: none */
	uint8_t key[KEY_SIZE];
};

/* Reads the present field: 1 to 1,000 elements. */
void elements_read(struct body *body, bool by_key, struct elements *elements);
/* Writes field and array; nothing if there are none. */
void elements_put(struct buf *buf, uint64_t field, const struct elements *elements);
/* For encoding: appends one element to what becomes elements.items. parameter 0: none. */
void element_put(struct buf *buf, const uint8_t name[KEY_SIZE], const uint8_t secret[SECRET_SIZE],
	uint64_t parameter);

struct element_reader {
	struct cbor cbor;
	size_t left;
	bool by_key;
};
/* Elements that were read once: cannot fail again. */
void elements_open(struct element_reader *reader, const struct elements *elements);
bool elements_next(struct element_reader *reader, struct element *element);

#endif
