/* The generated table behind ai.h; only ai.c reads it. */
#ifndef GS1_SYNTAX_AI_TABLE_H
#define GS1_SYNTAX_AI_TABLE_H

#include "gs1/syntax/ai.h"

#define GS1_AI_ROWS 224

/* Rows that begin with two digits, and how long their AIs are; count 0: none. */
struct gs1_ai_prefix {
	uint8_t first;
	uint8_t count;
	uint8_t digits;
};

extern const char gs1_ai_release[];
extern const struct gs1_ai gs1_ai_table[GS1_AI_ROWS];
extern const struct gs1_ai_prefix gs1_ai_prefixes[100];

#endif
