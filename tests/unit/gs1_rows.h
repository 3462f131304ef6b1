/* Rows of the shared GS1 vectors: one JSON object a line. */
#ifndef TESTS_UNIT_GS1_ROWS_H
#define TESTS_UNIT_GS1_ROWS_H

#include "ledger/base/span.h"

#include <jansson.h>
#include <stdio.h>

#define FOLDER "../shared/data/gs1/vectors/"
#define ABSENT "../shared/data/gs1/vectors is not there"

struct rows {
	FILE *file;
	json_t *row;
	char line[65536];
};

static inline bool rows_open(struct rows *rows, const char *path)
{
	rows->file = fopen(path, "r");
	rows->row = NULL;
	return rows->file != NULL;
}

static inline bool rows_next(struct rows *rows)
{
	json_decref(rows->row);
	rows->row = NULL;
	if (!fgets(rows->line, sizeof rows->line, rows->file)) {
		(void)fclose(rows->file);
		return false;
	}
	rows->row = json_loads(rows->line, JSON_ALLOW_NUL, NULL);
	return rows->row != NULL;
}

/* JSON holds the byte FF as U+00FF, which is UTF-8 C3 BF: turned back into one byte. The answer
 * stays until the same name is asked for again in another row. */
static inline struct span text_of(const json_t *row, const char *name)
{
	static uint8_t memory[16][8192];
	const json_t *value = json_object_get(row, name);
	uint8_t *bytes = memory[((uint8_t)name[strlen(name) - 1] + 31 * strlen(name)) % 16];
	size_t to = 0;
	if (!json_is_string(value) || json_string_length(value) > sizeof memory[0])
		return span_of("", 0);
	const char *text = json_string_value(value);
	for (size_t i = 0; i < json_string_length(value); i++) {
		uint8_t c = (uint8_t)text[i];
		if (c == 0xC2 || c == 0xC3)
			bytes[to++] = (uint8_t)(c << 6 | ((uint8_t)text[++i] & 0x3F));
		else
			bytes[to++] = c;
	}
	return span_of(bytes, to);
}

static inline const char *string_of(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));
	return text ? text : "";
}

static inline bool is_valid(const json_t *row)
{
	return json_is_true(json_object_get(row, "valid"));
}

static inline bool has_setting(const json_t *row, const char *name)
{
	return json_is_true(json_object_get(json_object_get(row, "settings"), name));
}

#endif
