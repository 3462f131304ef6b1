/* What the receiver of a delivery needs to know beside the shipping event itself: which pack lies
 * in which case, and lot and expiry of each. Travels sealed, as an attachment of the movement's
 * statement. Layout, version 1: a deterministic CBOR map
 *
 *	0  1 (the version)
 *	1  [[parent EPC, [child EPC ...]] ...]        EPCs as canonical Digital Links
 *	2  [[GTIN-14, lot, expiry YYMMDD, [serial ...]] ...]
 *	3  [JSON-LD text of each event]
 *	4  [EPCs shipped, the outermost]
 *
 * Media type application/vnd.assay.consignment+cbor. */
#ifndef APPLIANCE_VIEW_CONSIGNMENT_H
#define APPLIANCE_VIEW_CONSIGNMENT_H

#include "appliance/view/view.h"

#define CONSIGNMENT_MEDIA    "application/vnd.assay.consignment+cbor"
#define CONSIGNMENT_SIZE_MAX ((size_t)48 << 20)
#define CONSIGNMENT_EPCS_MAX 1000000 /* as contents.h */

/* Takes a party's own view of the outermost EPCs apart and writes the consignment into buf.
 * json: the events' texts. Errors: ERR_LIMIT; ERR_NOT_FOUND: a pack inside whose lot the party does
 * not know. */
MUST_CHECK enum err consignment_make(struct view *view, const char *party,
	const struct span *outermost, size_t outermost_count, const struct span *json,
	size_t json_count, struct buf *buf, struct fault *fault);

/* What reading tells, in the order of the file. */
struct consignment_sink {
	void *self;
	enum err (*inside)(void *self, struct span parent, struct span child, struct fault *fault);
	enum err (*pack)(void *self, const struct stock_pack *pack, struct fault *fault);
	enum err (*event)(void *self, struct span json, struct fault *fault);
	enum err (*outermost)(void *self, struct span epc, struct fault *fault);
};
/* Errors: ERR_FORMAT and so on with the place; whatever the sink answers. */
MUST_CHECK enum err consignment_read(
	struct span bytes, const struct consignment_sink *sink, struct fault *fault);

#endif
