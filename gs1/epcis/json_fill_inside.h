/* Pieces of events from pieces of JSON, for json_event.c. A fault is kept in fill->err; what is
 * returned then is empty. */
#ifndef GS1_EPCIS_JSON_FILL_INSIDE_H
#define GS1_EPCIS_JSON_FILL_INSIDE_H

#include "gs1/epcis/json_fill.h"
#include "gs1/epcis/shape.h"

void epcis_json_refuse(struct epcis_json_fill *fill, const struct epcis_json *value,
	struct span name, const char *why, const char *more);

/* Cleared memory. */
void *epcis_json_take(struct epcis_json_fill *fill, size_t size);

/* Refuses what is of another kind. */
bool epcis_json_is(
	struct epcis_json_fill *fill, const struct epcis_json *value, enum epcis_json_kind kind);

/* A name of letters, digits and _, as terms of a vocabulary are. */
bool epcis_json_is_name(struct span text);

/* A value of the kind. A URI with a prefix of the document stays as it is written, as in XML:
 * put out in full, the same event would have another hash in JSON than in XML. */
struct span epcis_json_value(struct epcis_json_fill *fill, const struct epcis_json *value,
	struct span name, enum epcis_value kind, enum cbv_vocabulary words);

/* once: no text may stand in it twice. */
struct epcis_texts epcis_json_texts(struct epcis_json_fill *fill, const struct epcis_json *array,
	enum cbv_vocabulary words, bool once);
void epcis_json_place(
	struct epcis_json_fill *fill, const struct epcis_json *object, struct epcis_place *place);
struct epcis_quantities epcis_json_quantities(
	struct epcis_json_fill *fill, const struct epcis_json *array);
struct epcis_parties epcis_json_parties(struct epcis_json_fill *fill,
	const struct epcis_json *array, const char *id, enum cbv_vocabulary words, bool needs_type);
void epcis_json_sensor(struct epcis_json_fill *fill, const struct epcis_json *object,
	struct epcis_sensor_element *sensor);

/* A member that the standard does not define. is_free: it needs no prefix. */
void epcis_json_extension(struct epcis_json_fill *fill, const struct epcis_json *member,
	const char *in, bool as_attribute, bool is_free, const struct epcis_node ***tail);

#endif
