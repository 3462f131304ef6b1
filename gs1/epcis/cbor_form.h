/* The CBOR form of EPCIS, version 1: a sequence (RFC 8742) of byte strings, each holding one item
 * in deterministic encoding (RFC 8949 section 4.2.1). So the same document always has the same
 * bytes, and the length in front of each item lets it be read as it arrives:
 *
 *   55799(<< [1, {head}] >>)    once, in front: tag of self-described CBOR, version of this form
 *   << {event} >>               for each event
 *
 * Map keys are the numbers below, which never change; what is absent has no key. Texts are texts,
 * times milliseconds since 1970, offsets minutes, words of the CBV as they were written. A
 * quantity is [class, quantity, unit], a party [type, id], a place [id, extensions], with null
 * for what is absent. Extensions are lists of [level, flags, namespace, prefix, name, value], the
 * tree in document order: level 0 stands in the list itself, level n+1 in the last of level n.
 *
 * It carries all that the event model carries, from whatever form it came. */
#ifndef GS1_EPCIS_CBOR_FORM_H
#define GS1_EPCIS_CBOR_FORM_H

#include "gs1/epcis/shape.h"

#define EPCIS_CBOR_VERSION 1
#define EPCIS_CBOR_TAG     55799
#define EPCIS_CBOR_FIRST   0xd9 /* the tag's first byte */

/* Keys of an event: 0 is its type (enum epcis_type), then these. */
#define EPCIS_CBOR_FIELDS(X)                                                                       \
	X(1, EVENT_TIME)                                                                           \
	X(2, TIME_ZONE_OFFSET)                                                                     \
	X(3, RECORD_TIME)                                                                          \
	X(4, EVENT_ID)                                                                             \
	X(5, ERROR_DECLARATION)                                                                    \
	X(6, CERTIFICATION_INFO)                                                                   \
	X(7, ACTION)                                                                               \
	X(8, BIZ_STEP)                                                                             \
	X(9, DISPOSITION)                                                                          \
	X(10, PERSISTENT_DISPOSITION)                                                              \
	X(11, READ_POINT)                                                                          \
	X(12, BIZ_LOCATION)                                                                        \
	X(13, PARENT_ID)                                                                           \
	X(14, TRANSFORMATION_ID)                                                                   \
	X(15, EPC_LIST)                                                                            \
	X(16, CHILD_EPCS)                                                                          \
	X(17, INPUT_EPC_LIST)                                                                      \
	X(18, OUTPUT_EPC_LIST)                                                                     \
	X(19, QUANTITY_LIST)                                                                       \
	X(20, CHILD_QUANTITY_LIST)                                                                 \
	X(21, INPUT_QUANTITY_LIST)                                                                 \
	X(22, OUTPUT_QUANTITY_LIST)                                                                \
	X(23, BIZ_TRANSACTION_LIST)                                                                \
	X(24, SOURCE_LIST)                                                                         \
	X(25, DESTINATION_LIST)                                                                    \
	X(26, SENSOR_ELEMENT_LIST)                                                                 \
	X(27, ILMD)
#define EPCIS_CBOR_EXTENSIONS 28

/* Keys of a head. */
enum epcis_cbor_head {
	EPCIS_CBOR_HEAD_FORM, /* it came in: enum epcis_form */
	EPCIS_CBOR_HEAD_DOCUMENT, /* enum epcis_document */
	EPCIS_CBOR_HEAD_SCHEMA_VERSION,
	EPCIS_CBOR_HEAD_CREATION_DATE,
	EPCIS_CBOR_HEAD_ID,
	EPCIS_CBOR_HEAD_INSTANCE_IDENTIFIER,
	EPCIS_CBOR_HEAD_SENDER,
	EPCIS_CBOR_HEAD_RECEIVER,
	EPCIS_CBOR_HEAD_QUERY_NAME,
	EPCIS_CBOR_HEAD_SUBSCRIPTION_ID,
	EPCIS_CBOR_HEAD_ATTRIBUTES,
	EPCIS_CBOR_HEAD_HEADER,
	EPCIS_CBOR_HEAD_VOCABULARIES,
	EPCIS_CBOR_HEAD_HAS_EVENT_LIST,
	EPCIS_CBOR_HEAD_PARAMS,
	EPCIS_CBOR_HEAD_COUNT
};

#define EPCIS_CBOR_NODE_PARTS   6
#define EPCIS_CBOR_ATTRIBUTE    1U /* flags of a node */
#define EPCIS_CBOR_IMPLIED      2U
#define EPCIS_CBOR_SCALAR_SHIFT 2

#endif
