/* What a keyboard wedge scanner set to the US keyboard becomes on a host that is set to another:
 * the scanner sends keys, the host makes characters of them. Of the 82 characters of GS1 values,
 * "]" and GS (Ctrl and "]"), so many come out wrong: British 1, Spanish 18, Italian 18, German 22,
 * French 40. */
#ifndef GS1_SYNTAX_LAYOUT_H
#define GS1_SYNTAX_LAYOUT_H

#include "ledger/base/buf.h"
#include "ledger/base/span.h"

enum gs1_layout {
	GS1_LAYOUT_DE,
	GS1_LAYOUT_FR,
	GS1_LAYOUT_ES,
	GS1_LAYOUT_IT,
	GS1_LAYOUT_GB,
	GS1_LAYOUT_COUNT
};

/* "de", and "German". */
const char *gs1_layout_name(enum gs1_layout layout);
const char *gs1_layout_language(enum gs1_layout layout);

/* Writes what the host gets, UTF-8, for what the scanner read. Four characters are lost, being on
 * dead keys: "=" and "+" on the German layout, quotation mark and apostrophe on the Spanish. */
void gs1_layout_type(enum gs1_layout layout, struct span text, struct buf *out);

/* Writes what the scanner read for what the host got (UTF-8 or Latin-1), lost characters apart.
 * false: no keys of the layout give that text. */
bool gs1_layout_undo(enum gs1_layout layout, struct span typed, struct buf *out);

#endif
