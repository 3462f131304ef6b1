/* Characters of links, for link.c and link_put.c. */
#ifndef GS1_SYNTAX_LINK_PART_H
#define GS1_SYNTAX_LINK_PART_H

#include "gs1/syntax/link.h"

static inline bool is_alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static inline bool is_among(uint8_t c, const char *characters)
{
	return c != 0 && strchr(characters, c) != NULL;
}

#endif
