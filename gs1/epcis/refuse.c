#include "gs1/epcis/refuse.h"

#include <stdarg.h>
#include <stdio.h>

struct epcis_shown epcis_show(struct span text)
{
	struct epcis_shown shown = {0};
	size_t size = text.size < EPCIS_SHOWN_SIZE ? text.size : EPCIS_SHOWN_SIZE;
	for (size_t i = 0; i < size; i++)
		shown.text[i] = (char)(text.at[i] >= ' ' && text.at[i] < 0x7f ? text.at[i] : '?');
	if (text.size > size)
		memcpy(shown.text + size, "...", 3);
	return shown;
}

enum err epcis_refuse(struct fault *fault, enum err err, size_t line, const char *element,
	const char *format, ...)
{
	char why[FAULT_TEXT_SIZE];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(why, sizeof why, format, args);
	va_end(args);
	return fault_set(fault, err, line, 0, "line %zu: <%s> %s", line,
		epcis_show(span_text(element)).text, why);
}
