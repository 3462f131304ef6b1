/* What an event means for packs (RULES section 4, "EPCIS shapes"): a table over event type,
 * bizStep, disposition and action. Pure. What is in no row that has a meaning is refused with what
 * to say instead: an event whose effect would be lost must not be answered as a success. */
#ifndef APPLIANCE_VIEW_CAPTURE_SHAPE_H
#define APPLIANCE_VIEW_CAPTURE_SHAPE_H

#include "appliance/view/document.h"

enum capture_act {
	CAPTURE_NOTE, /* kept and sealed; says nothing that changes a pack */
	CAPTURE_COMMISSION,
	CAPTURE_CHANGE, /* of each pack, by a statement of shape.kind */
	CAPTURE_STOCK, /* back into stock: undoes a supply, export or sample; else a note */
	CAPTURE_SHIP,
	CAPTURE_EXPORT, /* ship, and each pack is exported */
	CAPTURE_UNSHIP, /* the shipment did not leave */
	CAPTURE_RECEIVE,
	CAPTURE_PACK,
	CAPTURE_UNPACK,
	CAPTURE_RECALL,
	CAPTURE_RECALL_END,
};

struct capture_shape {
	enum capture_act act;
	uint16_t kind; /* CAPTURE_CHANGE and CAPTURE_EXPORT */
};

/* Errors: ERR_RANGE with line, element and what to do. */
MUST_CHECK enum err capture_shape(
	const struct document_event *event, struct capture_shape *shape, struct fault *fault);

#endif
