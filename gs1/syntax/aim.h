/* AIM symbology identifiers (ISO/IEC 15424): "]", a letter for the symbology, a modifier, sent by a
 * reader in front of the data. They tell whether FNC1 stood first, that is whether the data are
 * GS1 element strings. Without one (keyboard wedges mostly) scan.h goes by the text's look. */
#ifndef GS1_SYNTAX_AIM_H
#define GS1_SYNTAX_AIM_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define GS1_AIM_SIZE 3

enum gs1_aim {
	GS1_AIM_NONE, /* no identifier was sent */
	GS1_AIM_GS1_128, /* ]C1 */
	GS1_AIM_DATABAR, /* ]e0: DataBar, and composite components */
	GS1_AIM_DATAMATRIX, /* ]d1: no FNC1, so text, a Digital Link, or format 06 */
	GS1_AIM_GS1_DATAMATRIX, /* ]d2 */
	GS1_AIM_QR, /* ]Q1: text or a Digital Link */
	GS1_AIM_GS1_QR, /* ]Q3 */
	GS1_AIM_DOTCODE, /* ]J0 */
	GS1_AIM_GS1_DOTCODE, /* ]J1 */
	GS1_AIM_EAN_13, /* ]E0: EAN-13, UPC-A, UPC-E, always 13 digits */
	GS1_AIM_EAN_8, /* ]E4 */
	GS1_AIM_EAN_13_ADDON, /* ]E3: the same with an add-on of 2 or 5 digits behind */
	GS1_AIM_ITF_14, /* ]I0 or ]I1 with 14 digits */
	GS1_AIM_COUNT
};

/* Reads the identifier at the front. Text that does not begin with "]" is GS1_AIM_NONE.
 * Errors: ERR_FORMAT when "]" begins an identifier that does not carry GS1 data.
 * Source: General Specifications section 5, figure 5.1.3-1 (symbology identifiers). */
MUST_CHECK enum err gs1_aim_read(struct span text, enum gs1_aim *aim, struct fault *fault);

/* "]d2"; "" for GS1_AIM_NONE. */
const char *gs1_aim_id(enum gs1_aim aim);

/* Whether GS1's reference engine reads it too (gs1_reading.strict of scan.h). */
bool gs1_aim_is_common(enum gs1_aim aim);

/* "GS1 DataMatrix", for people. */
const char *gs1_aim_name(enum gs1_aim aim);

#endif
