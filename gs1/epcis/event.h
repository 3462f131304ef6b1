/* The five events of EPCIS 2.0 (ISO/IEC 19987) in memory, whatever form they came in.
 *
 * Everything is a span into memory that somebody else owns: the reader's arena (valid while its
 * callback runs) or the caller's own texts when an event is made by hand. A span whose `at` is
 * NULL, a list whose count is 0, and a node pointer that is NULL are absent. Names are the
 * standard's. Not kept, because no rule may depend on it: fractions of a second below a
 * millisecond (rounded half up as the event hash wants), white space around values, prefixes as
 * names (they stay as a hint for writing), comments.
 *
 * EPCs stay texts; gs1/syntax/urn.h reads them: gs1_epc_read(event->epc_list.at[i], ...). */
#ifndef GS1_EPCIS_EVENT_H
#define GS1_EPCIS_EVENT_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define EPCIS_XSI         "http://www.w3.org/2001/XMLSchema-instance"
#define EPCIS_MASTER_DATA "urn:epcglobal:cbv:mda:" /* namespace of lotNumber and the like */

enum epcis_type {
	EPCIS_OBJECT_EVENT,
	EPCIS_AGGREGATION_EVENT,
	EPCIS_TRANSACTION_EVENT,
	EPCIS_TRANSFORMATION_EVENT,
	EPCIS_ASSOCIATION_EVENT,
	EPCIS_TYPE_COUNT
};

enum epcis_action {
	EPCIS_NO_ACTION, /* TransformationEvent has none */
	EPCIS_ADD,
	EPCIS_OBSERVE,
	EPCIS_DELETE
};

struct epcis_texts {
	const struct span *at;
	size_t count;
};

struct epcis_quantity {
	struct span epc_class;
	struct span quantity; /* decimal number as written; absent: unspecified */
	struct span uom; /* UN/ECE Recommendation 20 code; absent: counted pieces */
};

struct epcis_quantities {
	const struct epcis_quantity *at;
	size_t count;
};

/* A business transaction, source or destination: what kind, and which. */
struct epcis_party {
	struct span type; /* only a bizTransaction may lack one */
	struct span id;
};

struct epcis_parties {
	const struct epcis_party *at;
	size_t count;
};

enum epcis_scalar {
	EPCIS_STRING,
	EPCIS_NUMBER, /* digits as written */
	EPCIS_BOOLEAN, /* "true", "false" */
	EPCIS_NULL, /* no value */
	EPCIS_EMPTY /* {} */
};

/* An element or attribute that the standard leaves to others: ILMD and extensions. An element has
 * either a value or children; attributes come before elements among the children. */
struct epcis_node {
	struct span space; /* namespace URI; absent for an attribute without prefix */
	struct span prefix; /* how the document called it: a hint */
	struct span name;
	struct span value;
	uint32_t line; /* in the document, 0 if made by hand */
	bool is_attribute;
	bool is_implied; /* JSON-LD: its prefix was declared by the standard's context only */
	enum epcis_scalar scalar; /* what the value was in JSON, so that it can be again */
	const struct epcis_node *children;
	const struct epcis_node *next;
};

struct epcis_place {
	struct span id;
	const struct epcis_node *extensions;
};

struct epcis_error_declaration {
	int64_t declaration_time_ms;
	struct span reason;
	struct epcis_texts corrective_event_ids;
	const struct epcis_node *extensions;
};

/* Attributes of sensorMetadata and sensorReport, in the order of the event hash (CBV 2.0, 8.9.2):
 * name, kind of value (value.h), vocabulary (cbv.h). */
#define EPCIS_METADATA_LIST(X)                                                                     \
	X(TIME, "time", TIME, NONE)                                                                \
	X(START_TIME, "startTime", TIME, NONE)                                                     \
	X(END_TIME, "endTime", TIME, NONE)                                                         \
	X(DEVICE_ID, "deviceID", URI, NONE)                                                        \
	X(DEVICE_METADATA, "deviceMetadata", URI, NONE)                                            \
	X(RAW_DATA, "rawData", URI, NONE)                                                          \
	X(DATA_PROCESSING_METHOD, "dataProcessingMethod", URI, NONE)                               \
	X(BIZ_RULES, "bizRules", URI, NONE)

#define EPCIS_REPORT_LIST(X)                                                                       \
	X(TYPE, "type", URI, MEASUREMENT)                                                          \
	X(EXCEPTION, "exception", URI, ALERT)                                                      \
	X(DEVICE_ID, "deviceID", URI, NONE)                                                        \
	X(DEVICE_METADATA, "deviceMetadata", URI, NONE)                                            \
	X(RAW_DATA, "rawData", URI, NONE)                                                          \
	X(DATA_PROCESSING_METHOD, "dataProcessingMethod", URI, NONE)                               \
	X(TIME, "time", TIME, NONE)                                                                \
	X(MICROORGANISM, "microorganism", URI, NONE)                                               \
	X(CHEMICAL_SUBSTANCE, "chemicalSubstance", URI, NONE)                                      \
	X(VALUE, "value", DOUBLE, NONE)                                                            \
	X(COMPONENT, "component", URI, COMPONENT)                                                  \
	X(STRING_VALUE, "stringValue", TEXT, NONE)                                                 \
	X(BOOLEAN_VALUE, "booleanValue", BOOLEAN, NONE)                                            \
	X(HEX_BINARY_VALUE, "hexBinaryValue", HEX, NONE)                                           \
	X(URI_VALUE, "uriValue", URI, NONE)                                                        \
	X(MIN_VALUE, "minValue", DOUBLE, NONE)                                                     \
	X(MAX_VALUE, "maxValue", DOUBLE, NONE)                                                     \
	X(MEAN_VALUE, "meanValue", DOUBLE, NONE)                                                   \
	X(S_DEV, "sDev", DOUBLE, NONE)                                                             \
	X(PERC_RANK, "percRank", DOUBLE, NONE)                                                     \
	X(PERC_VALUE, "percValue", DOUBLE, NONE)                                                   \
	X(UOM, "uom", TEXT, NONE)                                                                  \
	X(COORDINATE_REFERENCE_SYSTEM, "coordinateReferenceSystem", URI, NONE)

enum epcis_metadata {
#define X(word, name, value, words) EPCIS_METADATA_##word,
	EPCIS_METADATA_LIST(X)
#undef X
		EPCIS_METADATA_COUNT
};

enum epcis_report {
#define X(word, name, value, words) EPCIS_REPORT_##word,
	EPCIS_REPORT_LIST(X)
#undef X
		EPCIS_REPORT_COUNT
};

struct epcis_sensor_report {
	struct span value[EPCIS_REPORT_COUNT];
	const struct epcis_node *extensions;
};

struct epcis_sensor_element {
	bool has_metadata;
	struct span metadata[EPCIS_METADATA_COUNT];
	const struct epcis_node *metadata_extensions;
	const struct epcis_sensor_report *reports;
	size_t report_count;
	const struct epcis_node *extensions;
};

struct epcis_sensor_elements {
	const struct epcis_sensor_element *at;
	size_t count;
};

struct epcis_event {
	enum epcis_type type;
	size_t line; /* where it begins in the document; 0 if made by hand */

	int64_t event_time_ms; /* since 1970, UTC */
	int32_t time_zone_offset; /* eventTimeZoneOffset in minutes */
	bool has_record_time; /* set by whoever captured it */
	int64_t record_time_ms;
	struct span event_id;
	bool has_error_declaration;
	struct epcis_error_declaration error_declaration;
	struct epcis_texts certification_info; /* XML has room for one */

	enum epcis_action action;
	struct span biz_step; /* as written; cbv.h tells the word */
	struct span disposition;
	struct epcis_texts persistent_set;
	struct epcis_texts persistent_unset;
	struct epcis_place read_point;
	struct epcis_place biz_location;

	struct span parent_id;
	struct span transformation_id;
	struct epcis_texts epc_list;
	struct epcis_texts child_epcs;
	struct epcis_texts input_epc_list;
	struct epcis_texts output_epc_list;
	struct epcis_quantities quantity_list;
	struct epcis_quantities child_quantity_list;
	struct epcis_quantities input_quantity_list;
	struct epcis_quantities output_quantity_list;

	struct epcis_parties biz_transaction_list;
	struct epcis_parties source_list;
	struct epcis_parties destination_list;
	struct epcis_sensor_elements sensor_element_list;
	const struct epcis_node *ilmd;
	const struct epcis_node *extensions;
};

enum epcis_form { EPCIS_XML_1_2, EPCIS_XML_2_0, EPCIS_JSON_LD, EPCIS_CBOR };

enum epcis_document {
	EPCIS_WITH_EVENTS, /* EPCISDocument */
	EPCIS_WITH_RESULTS, /* EPCISQueryDocument with QueryResults */
	EPCIS_WITH_MASTER_DATA,
	EPCIS_WITHOUT_DOCUMENT, /* an event without a document around it */
	EPCIS_WITH_PARAMS, /* a question: no events, but parameters (query.h) */
	EPCIS_WITH_QUESTION /* of the query interface, without parameters */
};

/* What a document says beside its events. Whatever a form has no member of its own for is kept in
 * the trees, so that the same form can be written again. */
struct epcis_head {
	enum epcis_form form;
	enum epcis_document document;
	struct span schema_version; /* as written, and so on */
	struct span creation_date;
	struct span id; /* JSON-LD's names; XML has the last three in the SBDH */
	struct span instance_identifier;
	struct span sender;
	struct span receiver;
	struct span query_name;
	struct span subscription_id;
	const struct epcis_node *attributes; /* of the document, others' */
	const struct epcis_node
		*header; /* in EPCISHeader: StandardBusinessDocumentHeader, others' */
	const struct epcis_node *vocabularies; /* master data as in XML: <Vocabulary type> ... */
	bool has_event_list;
	const struct epcis_node *params; /* of a question: name, and value or children */
	bool may_lose; /* for writing: what the form has no place for is left out, not refused */
};

/* Where a reader puts the events it reads, in document order. The event and all it points to are
 * valid until on_event returns. A result other than OK ends the reading with that error; the sink
 * then fills the fault. Events may have been put before the reader finds the document wrong: who
 * wants all or nothing keeps them until the reader's end says OK. */
struct epcis_sink {
	void *self;
	enum err (*on_event)(void *self, const struct epcis_event *event, struct fault *fault);
};

/* "ObjectEvent". */
const char *epcis_type_name(enum epcis_type type);
/* "ADD"; "" for EPCIS_NO_ACTION. */
const char *epcis_action_name(enum epcis_action action);

/* Whether a namespace is that of CBV master data, in either of its two spellings in use
 * (docs/gs1-epcis.md): "urn:epcglobal:cbv:mda" and with a colon behind. */
bool epcis_is_master_data(struct span space);

/* Whether an extension is an attribute for schema processors (xsi:type and the like). They are
 * kept, because the reference implementation of the event hash counts them, but they say nothing
 * about the event: they are not written, and not part of an event's identity. */
bool epcis_is_hint(const struct epcis_node *node);

/* The value of a top-level ILMD element of CBV master data ("lotNumber"), absent if there is none.
 * The first wins when there are several; count (if not NULL) tells how many. */
struct span epcis_ilmd(const struct epcis_event *event, const char *name, size_t *count);

#endif
