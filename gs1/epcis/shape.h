/* The shape of EPCIS XML as tables: which elements stand in which, in what order, how often,
 * and what their text may be (EPCglobal-epcis-2_0.xsd and EPCglobal-epcis-query-2_0.xsd). The
 * reader judges documents by them, the writer writes events by them, and the hash and the JSON
 * form take names and order of the fields from them. */
#ifndef GS1_EPCIS_SHAPE_H
#define GS1_EPCIS_SHAPE_H

#include "gs1/epcis/cbv.h"
#include "gs1/epcis/event.h"
#include "gs1/epcis/value.h"

#define EPCIS_NAMESPACE       "urn:epcglobal:epcis:xsd:2"
#define EPCIS_QUERY_NAMESPACE "urn:epcglobal:epcis-query:xsd:2"
#define EPCIS_1_NAMESPACE     "urn:epcglobal:epcis:xsd:1"
#define EPCIS_1_QUERY         "urn:epcglobal:epcis-query:xsd:1"
#define EPCIS_MASTER          "urn:epcglobal:epcis-masterdata:xsd:2"
#define EPCIS_1_MASTER        "urn:epcglobal:epcis-masterdata:xsd:1"
/* of the StandardBusinessDocumentHeader */
#define EPCIS_SBDH_NAMESPACE EPCIS_CEFACT "namespaces/StandardBusinessDocumentHeader"
#define EPCIS_CEFACT         "http://www.unece.org/cefact/"

enum epcis_element {
	/* fields of events, in the order of the event hash (CBV 2.0 section 8.9.2) */
	EPCIS_EVENT_TIME,
	EPCIS_RECORD_TIME,
	EPCIS_TIME_ZONE_OFFSET,
	EPCIS_EVENT_ID,
	EPCIS_ERROR_DECLARATION,
	EPCIS_CERTIFICATION_INFO,
	EPCIS_PARENT_ID,
	EPCIS_EPC_LIST,
	EPCIS_INPUT_EPC_LIST,
	EPCIS_CHILD_EPCS,
	EPCIS_QUANTITY_LIST,
	EPCIS_CHILD_QUANTITY_LIST,
	EPCIS_INPUT_QUANTITY_LIST,
	EPCIS_OUTPUT_EPC_LIST,
	EPCIS_OUTPUT_QUANTITY_LIST,
	EPCIS_ACTION,
	EPCIS_TRANSFORMATION_ID,
	EPCIS_BIZ_STEP,
	EPCIS_DISPOSITION,
	EPCIS_PERSISTENT_DISPOSITION,
	EPCIS_READ_POINT,
	EPCIS_BIZ_LOCATION,
	EPCIS_SENSOR_ELEMENT_LIST,
	EPCIS_BIZ_TRANSACTION_LIST,
	EPCIS_DESTINATION_LIST,
	EPCIS_ILMD,
	EPCIS_SOURCE_LIST,
	EPCIS_FIELD_COUNT,

	/* inside fields */
	EPCIS_EPC = EPCIS_FIELD_COUNT,
	EPCIS_QUANTITY_ELEMENT,
	EPCIS_EPC_CLASS,
	EPCIS_QUANTITY,
	EPCIS_UOM,
	EPCIS_PLACE_ID,
	EPCIS_BIZ_TRANSACTION,
	EPCIS_SOURCE,
	EPCIS_DESTINATION,
	EPCIS_SENSOR_ELEMENT,
	EPCIS_SENSOR_METADATA,
	EPCIS_SENSOR_REPORT,
	EPCIS_UNSET,
	EPCIS_SET,
	EPCIS_DECLARATION_TIME,
	EPCIS_REASON,
	EPCIS_CORRECTIVE_EVENT_IDS,
	EPCIS_CORRECTIVE_EVENT_ID,

	/* around events */
	EPCIS_DOCUMENT,
	EPCIS_QUERY_DOCUMENT,
	EPCIS_MASTER_DOCUMENT,
	EPCIS_HEADER,
	EPCIS_BODY,
	EPCIS_MASTER_BODY,
	EPCIS_QUERY_BODY,
	EPCIS_QUESTION, /* of the query interface, other than these two */
	EPCIS_POLL,
	EPCIS_SUBSCRIBE,
	EPCIS_PARAMS,
	EPCIS_PARAM,
	EPCIS_PARAM_NAME,
	EPCIS_PARAM_VALUE,
	EPCIS_DESTINATION_ADDRESS,
	EPCIS_CONTROLS,
	EPCIS_ENVELOPE, /* of SOAP */
	EPCIS_ENVELOPE_HEADER,
	EPCIS_ENVELOPE_BODY,
	EPCIS_QUERY_RESULTS,
	EPCIS_QUERY_NAME,
	EPCIS_SUBSCRIPTION_ID,
	EPCIS_RESULTS_BODY,
	EPCIS_VOCABULARY_LIST,
	EPCIS_EVENT_LIST,
	EPCIS_EVENTS, /* one for each enum epcis_type */

	/* what others define */
	EPCIS_EXTENSION = EPCIS_EVENTS + EPCIS_TYPE_COUNT, /* the standard's wrapper, kept open */
	EPCIS_FOREIGN, /* an element of another namespace */
	EPCIS_UNREAD, /* the same where it belongs to no event: passed over */

	/* of EPCIS 1.x only */
	EPCIS_LIST_EXTENSION, /* <extension> in EventList, and inside it */
	EPCIS_LIST_EXTENSION_2,
	EPCIS_BASE_EXTENSION,
	EPCIS_BASE_EXTENSION_2,
	EPCIS_OBJECT_EXTENSION, /* <extension> in ObjectEvent */
	EPCIS_AGGREGATION_EXTENSION,
	EPCIS_TRANSACTION_EXTENSION,
	EPCIS_NEWER_EXTENSION, /* innermost: for what 1.2 does not know */
	EPCIS_QUANTITY_EVENT,
	EPCIS_ELEMENT_COUNT
};

enum epcis_content {
	EPCIS_CONTENT_SEQUENCE, /* its parts in order */
	EPCIS_CONTENT_CHOICE, /* its parts in any order */
	EPCIS_CONTENT_TEXT,
	EPCIS_CONTENT_FOREIGN,
	EPCIS_CONTENT_IGNORED /* passed over whole */
};

/* Attributes that an element may have beside those of the xsi namespace. */
enum epcis_attributes {
	EPCIS_ATTRIBUTES_NONE,
	EPCIS_ATTRIBUTES_IGNORED,
	EPCIS_ATTRIBUTES_KEPT, /* any, kept among the extensions */
	EPCIS_ATTRIBUTES_DOCUMENT,
	EPCIS_ATTRIBUTES_TYPE, /* type, may be absent */
	EPCIS_ATTRIBUTES_TYPE_REQUIRED,
	EPCIS_ATTRIBUTES_METADATA,
	EPCIS_ATTRIBUTES_REPORT
};

struct epcis_part {
	enum epcis_element element;
	bool required;
	bool many;
};

struct epcis_rule {
	const char *name;
	const struct epcis_part *parts;
	size_t part_count;
	enum epcis_content content;
	enum epcis_value value;
	enum epcis_attributes attributes;
	bool open; /* elements of other namespaces may stand behind the parts */
};

/* As EPCIS 2.0 has it; for what only 1.x knows the name. */
const struct epcis_rule *epcis_rule(enum epcis_element element);

enum epcis_version { EPCIS_VERSION_1, EPCIS_VERSION_2 };
const struct epcis_rule *epcis_rule_of(enum epcis_version version, enum epcis_element element);

/* How a field is kept in struct epcis_event. */
enum epcis_kind {
	EPCIS_KIND_OWN, /* in its own way */
	EPCIS_KIND_TEXT, /* struct span */
	EPCIS_KIND_TEXTS,
	EPCIS_KIND_QUANTITIES,
	EPCIS_KIND_PARTIES,
	EPCIS_KIND_PLACE
};

enum epcis_kind epcis_field_kind(enum epcis_element field);
/* Where it is in struct epcis_event, in bytes; nothing for EPCIS_KIND_OWN. */
size_t epcis_field_at(enum epcis_element field);
/* The vocabulary of its values (of their types for parties), or CBV_NONE. */
enum cbv_vocabulary epcis_field_words(enum epcis_element field);

/* The rule of an event type: its parts are its fields. */
static inline const struct epcis_rule *epcis_type_rule(enum epcis_type type)
{
	return epcis_rule((enum epcis_element)(EPCIS_EVENTS + (int)type));
}

/* Whether the event says anything under a field. */
bool epcis_has(const struct epcis_event *event, enum epcis_element field);

/* The first field that the event has and its type has not, or EPCIS_FIELD_COUNT. */
enum epcis_element epcis_misplaced(const struct epcis_event *event);

/* Attributes of sensorMetadata and sensorReport by number. */
struct epcis_attribute_rule {
	const char *name;
	enum epcis_value value;
	enum cbv_vocabulary words; /* CBV_NONE: none */
};
const struct epcis_attribute_rule *epcis_metadata_rule(enum epcis_metadata number);
const struct epcis_attribute_rule *epcis_report_rule(enum epcis_report number);

#endif
