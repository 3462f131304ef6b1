/* JSON test vectors: a thin layer over jansson for tests only. A file that is not there gives
 * NULL, so that a test can say SKIP; a member that is not there gives an empty value. */
#ifndef TESTS_JSON_H
#define TESTS_JSON_H

#include "ledger/base/crypto.h"
#include "ledger/base/hex.h"
#include "ledger/base/span.h"

#include <jansson.h>

static inline json_t *json_read(const char *path)
{
	json_t *file = json_load_file(path, JSON_ALLOW_NUL, NULL);
	/* Some sets have integers that do not fit 64 bits. */
	return file ? file : json_load_file(path, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
}

static inline const char *json_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text ? text : "";
}

static inline struct span json_span(const json_t *object, const char *name)
{
	const json_t *member = json_object_get(object, name);
	const char *text = json_string_value(member);
	return text ? span_of(text, json_string_length(member)) : span_of("", 0);
}

static inline uint64_t json_number(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static inline bool json_true_at(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* Decodes hexadecimal or base64 into out (room bytes); false if it is neither or too long. */
static inline bool json_hex(const char *text, uint8_t *out, size_t room, size_t *size)
{
	*size = strlen(text) / 2;
	return *size <= room && hex_parse(span_text(text), out, *size, NULL) == OK;
}

static inline bool json_base64(const char *text, uint8_t *out, size_t room, size_t *size)
{
	return base64_parse(span_text(text), false, out, room, size, NULL) == OK;
}

/* A whole file, at most room bytes; SIZE_MAX if it is not there or larger. */
static inline size_t file_read(const char *path, uint8_t *out, size_t room)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return SIZE_MAX;
	size_t size = fread(out, 1, room, file);
	bool whole = size < room || fgetc(file) == EOF;
	(void)fclose(file);
	return whole ? size : SIZE_MAX;
}

#endif
