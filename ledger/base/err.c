#include "ledger/base/err.h"

#include "ledger/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const names[] = {
#define X(name, text) #name,
	ERR_LIST(X)
#undef X
};

static const char *const texts[] = {
#define X(name, text) text,
	ERR_LIST(X)
#undef X
};

#define ERR_COUNT (sizeof texts / sizeof texts[0])

_Static_assert(ERR_COUNT < 30, "few codes: a reader must be able to know them all");

const char *err_text(enum err err)
{
	return (size_t)err < ERR_COUNT ? texts[err] : "unknown error";
}

const char *err_name(enum err err)
{
	return (size_t)err < ERR_COUNT ? names[err] : "ERR_UNKNOWN";
}

enum err fault_set(
	struct fault *fault, enum err err, size_t at, size_t size, const char *format, ...)
{
	if (fault) {
		fault->err = err;
		fault->at = at;
		fault->size = size;
		va_list args;
		va_start(args, format);
		(void)vsnprintf(fault->text, sizeof fault->text, format, args);
		va_end(args);
		utf8_make_harmless(fault->text);
	}
	return err;
}
