/* Reading the published credential sets that lie beside the repository, when they are there. */
#ifndef TESTS_UNIT_SHARED_SET_H
#define TESTS_UNIT_SHARED_SET_H

#include "ledger/base/buf.h"

#include <stdio.h>

#define SHARED       "../shared/data/credentials/"
#define SET_FILE_MAX (1 << 20)

/* The whole file into a new buffer, without a line's end at its end; false (and no buffer) when it
 * cannot be read. */
static inline bool set_read(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return false;
	buf_init(out, SET_FILE_MAX);
	uint8_t *to = buf_reserve(out, SET_FILE_MAX);
	if (to)
		out->size = fread(to, 1, SET_FILE_MAX, file);
	(void)fclose(file);
	while (out->size && (out->at[out->size - 1] == '\n' || out->at[out->size - 1] == '\r'))
		out->size--;
	return to != NULL;
}

#endif
