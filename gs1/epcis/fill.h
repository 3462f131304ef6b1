/* Where checked pieces of a document go in the event being assembled. Part of assemble.c;
 * everything here returns false or NULL only when the arena's limit does not allow more. */
#ifndef GS1_EPCIS_FILL_H
#define GS1_EPCIS_FILL_H

#include "gs1/epcis/assemble.h"

static inline bool epcis_is_event(enum epcis_element element)
{
	return (element >= EPCIS_EVENTS && element < EPCIS_EXTENSION) ||
	       element == EPCIS_QUANTITY_EVENT;
}

/* Makes room in the event for an element that begins. */
MUST_CHECK bool epcis_fill_begin(
	struct epcis_assembly *assembly, enum epcis_element element, size_t line);

/* Where extensions inside the element go; NULL: they are passed over. */
const struct epcis_node **epcis_fill_tail(
	struct epcis_assembly *assembly, const struct epcis_frame *frame);

/* A new extension at the end of a chain, which moves on. */
MUST_CHECK struct epcis_node *epcis_fill_node(struct epcis_assembly *assembly,
	const struct epcis_tag *tag, const struct epcis_node ***tail);
MUST_CHECK bool epcis_fill_attribute(struct epcis_assembly *assembly,
	const struct epcis_attribute *attribute, const struct epcis_node ***tail);

/* A copy in the arena. */
MUST_CHECK bool epcis_fill_keep(
	struct epcis_assembly *assembly, struct span text, struct span *kept);

/* The place of a known attribute of the sensorMetadata or sensorReport that began last, and what
 * its value must be; NULL when the attribute is not known. */
struct span *epcis_fill_sensor(struct epcis_assembly *assembly, enum epcis_attributes kind,
	const struct epcis_tag *tag, enum epcis_value *value);

/* Puts the value of an element, already in the arena, where it belongs. */
MUST_CHECK bool epcis_fill_value(struct epcis_assembly *assembly, enum epcis_element element,
	enum epcis_element parent, struct span text);

/* Hands a finished list over to the event. */
void epcis_fill_end(struct epcis_assembly *assembly, enum epcis_element element);

#endif
