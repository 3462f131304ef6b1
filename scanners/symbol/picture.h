/* Reading QR codes from a picture: what a phone or a camera saw of a badge. */
#ifndef SCANNERS_SYMBOL_PICTURE_H
#define SCANNERS_SYMBOL_PICTURE_H

#include "ledger/base/buf.h"

#define PICTURE_SIZE_MAX   (8U << 20) /* bytes of a PNG file */
#define PICTURE_SIDE_MAX   8192U /* pixels */
#define PICTURE_PIXELS_MAX (16U << 20) /* width x height */

/* Called for each code found with its text, in no order; false ends the search. */
typedef bool picture_found(void *self, struct span text);

/* Finds the QR codes of a PNG picture; light on dark is found too. count is how many were told.
 * Errors: ERR_FORMAT when it is no readable PNG; ERR_LIMIT for its size; ERR_NOT_FOUND when there
 * is no code in it; ERR_MEMORY. */
MUST_CHECK enum err picture_read(
	struct span png, picture_found *found, void *self, size_t *count, struct fault *fault);

/* Appends the text of the one code in a picture. Errors: also ERR_UNSURE when there are several
 * with different texts. */
MUST_CHECK enum err picture_read_one(struct span png, struct buf *text, struct fault *fault);

#endif
