/* Drawing QR codes: plain ones of error correction level M, for badges, Digital Links and
 * invitations. (GS1 QR with FNC1 is not made here: libqrencode cannot.) */
#ifndef SCANNERS_SYMBOL_QR_H
#define SCANNERS_SYMBOL_QR_H

#include "ledger/base/buf.h"

#define QR_TEXT_MAX   3391 /* characters of the alphanumeric set in the largest symbol, 40-M */
#define QR_QUIET      4 /* modules of white around it, ISO/IEC 18004 section 6.3.8 */
#define QR_MODULE_MAX 32 /* pixels a module */

/* Each appends a picture of the text with its quiet zone.
 * Errors: ERR_LIMIT for a text that does not fit in a symbol; ERR_FORMAT for an empty text or one
 * with a NUL; ERR_RANGE for module_px outside 1..QR_MODULE_MAX; ERR_MEMORY; the buf's error. */

/* Grey PNG, module_px pixels a module. */
MUST_CHECK enum err qr_png(
	struct span text, unsigned module_px, struct buf *png, struct fault *fault);

/* SVG of one path, one unit a module, so that it prints sharp at any size. */
MUST_CHECK enum err qr_svg(struct span text, struct buf *svg, struct fault *fault);

/* Lines of half blocks in UTF-8, two modules a character, dark on light whatever the terminal's
 * colours are. */
MUST_CHECK enum err qr_terminal(struct span text, struct buf *lines, struct fault *fault);

#endif
