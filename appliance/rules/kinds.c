#include "appliance/rules/kinds.h"

#define X(shape)                                                                                   \
	static enum err decode_##shape(struct span in, union kind_body *out, struct fault *fault)  \
	{                                                                                          \
		return shape##_decode(in, &out->shape, fault);                                     \
	}                                                                                          \
	static void encode_##shape(const union kind_body *body, struct buf *buf)                   \
	{                                                                                          \
		shape##_encode(&body->shape, buf);                                                 \
	}                                                                                          \
	static enum err apply_##shape(struct judging *judging, const union kind_body *body)        \
	{                                                                                          \
		return shape##_apply(judging, &body->shape);                                       \
	}
BODY_LIST(X)
#undef X

static const struct kind kinds[] = {
#define X(constant, number, shape, word, title, signers, roles)                                    \
	{number, word, title, signers, roles, decode_##shape, encode_##shape, apply_##shape},
	KIND_LIST(X)
#undef X
};

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

const struct kind *kind_find(uint16_t number)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kinds[i].number == number)
			return &kinds[i];
	return NULL;
}

const struct kind *kind_of_word(struct span word)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (span_is(word, kinds[i].word))
			return &kinds[i];
	return NULL;
}

const struct kind *kind_at(size_t index)
{
	return index < KIND_COUNT ? &kinds[index] : NULL;
}
