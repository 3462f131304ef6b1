#include "gs1/epcis/shape.h"
#include "gs1/epcis/shape_inside.h"

/* What begins every event. */
#define BASE                                                                                       \
	ONE(EPCIS_EVENT_TIME), MAYBE(EPCIS_RECORD_TIME), ONE(EPCIS_TIME_ZONE_OFFSET),              \
		MAYBE(EPCIS_EVENT_ID), MAYBE(EPCIS_ERROR_DECLARATION),                             \
		MAYBE(EPCIS_CERTIFICATION_INFO)
#define WHY_AND_WHERE                                                                              \
	MAYBE(EPCIS_BIZ_STEP), MAYBE(EPCIS_DISPOSITION), MAYBE(EPCIS_READ_POINT),                  \
		MAYBE(EPCIS_BIZ_LOCATION)
#define PARTIES_AND_HOW                                                                            \
	MAYBE(EPCIS_SOURCE_LIST), MAYBE(EPCIS_DESTINATION_LIST), MAYBE(EPCIS_SENSOR_ELEMENT_LIST), \
		MAYBE(EPCIS_PERSISTENT_DISPOSITION)

static const struct epcis_part object_parts[] = {BASE, MAYBE(EPCIS_EPC_LIST), ONE(EPCIS_ACTION),
	WHY_AND_WHERE, MAYBE(EPCIS_BIZ_TRANSACTION_LIST), MAYBE(EPCIS_QUANTITY_LIST),
	PARTIES_AND_HOW, MAYBE(EPCIS_ILMD)};
static const struct epcis_part aggregation_parts[] = {BASE, MAYBE(EPCIS_PARENT_ID),
	MAYBE(EPCIS_CHILD_EPCS), ONE(EPCIS_ACTION), WHY_AND_WHERE,
	MAYBE(EPCIS_BIZ_TRANSACTION_LIST), MAYBE(EPCIS_CHILD_QUANTITY_LIST), PARTIES_AND_HOW};
static const struct epcis_part transaction_parts[] = {BASE, ONE(EPCIS_BIZ_TRANSACTION_LIST),
	MAYBE(EPCIS_PARENT_ID), MAYBE(EPCIS_EPC_LIST), ONE(EPCIS_ACTION), WHY_AND_WHERE,
	MAYBE(EPCIS_QUANTITY_LIST), PARTIES_AND_HOW};
static const struct epcis_part transformation_parts[] = {BASE, MAYBE(EPCIS_INPUT_EPC_LIST),
	MAYBE(EPCIS_INPUT_QUANTITY_LIST), MAYBE(EPCIS_OUTPUT_EPC_LIST),
	MAYBE(EPCIS_OUTPUT_QUANTITY_LIST), MAYBE(EPCIS_TRANSFORMATION_ID), WHY_AND_WHERE,
	MAYBE(EPCIS_BIZ_TRANSACTION_LIST), PARTIES_AND_HOW, MAYBE(EPCIS_ILMD)};
static const struct epcis_part association_parts[] = {BASE, ONE(EPCIS_PARENT_ID),
	MAYBE(EPCIS_CHILD_EPCS), MAYBE(EPCIS_CHILD_QUANTITY_LIST), ONE(EPCIS_ACTION), WHY_AND_WHERE,
	MAYBE(EPCIS_BIZ_TRANSACTION_LIST), PARTIES_AND_HOW};

static const struct epcis_part document_parts[] = {MAYBE(EPCIS_HEADER), ONE(EPCIS_BODY)};
static const struct epcis_part query_document_parts[] = {
	MAYBE(EPCIS_HEADER), ONE(EPCIS_QUERY_BODY)};
static const struct epcis_part master_document_parts[] = {
	MAYBE(EPCIS_HEADER), ONE(EPCIS_MASTER_BODY)};
static const struct epcis_part body_parts[] = {MAYBE(EPCIS_EVENT_LIST)};
static const struct epcis_part master_body_parts[] = {MAYBE(EPCIS_VOCABULARY_LIST)};
static const struct epcis_part query_body_parts[] = {
	MAYBE(EPCIS_QUERY_RESULTS), MAYBE(EPCIS_POLL), MAYBE(EPCIS_SUBSCRIBE)};
static const struct epcis_part poll_parts[] = {ONE(EPCIS_QUERY_NAME), ONE(EPCIS_PARAMS)};
static const struct epcis_part subscribe_parts[] = {ONE(EPCIS_QUERY_NAME), ONE(EPCIS_PARAMS),
	ONE(EPCIS_DESTINATION_ADDRESS), ONE(EPCIS_CONTROLS), ONE(EPCIS_SUBSCRIPTION_ID)};
static const struct epcis_part params_parts[] = {ANY(EPCIS_PARAM)};
static const struct epcis_part param_parts[] = {ONE(EPCIS_PARAM_NAME), ONE(EPCIS_PARAM_VALUE)};
static const struct epcis_part envelope_parts[] = {
	MAYBE(EPCIS_ENVELOPE_HEADER), ONE(EPCIS_ENVELOPE_BODY)};
static const struct epcis_part query_results_parts[] = {
	ONE(EPCIS_QUERY_NAME), MAYBE(EPCIS_SUBSCRIPTION_ID), ONE(EPCIS_RESULTS_BODY)};
static const struct epcis_part results_body_parts[] = {
	MAYBE(EPCIS_EVENT_LIST), MAYBE(EPCIS_VOCABULARY_LIST)};
static const struct epcis_part event_list_parts[] = {
	ANY((enum epcis_element)(EPCIS_EVENTS + (int)EPCIS_OBJECT_EVENT)),
	ANY((enum epcis_element)(EPCIS_EVENTS + (int)EPCIS_AGGREGATION_EVENT)),
	ANY((enum epcis_element)(EPCIS_EVENTS + (int)EPCIS_TRANSACTION_EVENT)),
	ANY((enum epcis_element)(EPCIS_EVENTS + (int)EPCIS_TRANSFORMATION_EVENT)),
	ANY((enum epcis_element)(EPCIS_EVENTS + (int)EPCIS_ASSOCIATION_EVENT))};

static const struct epcis_part error_declaration_parts[] = {
	ONE(EPCIS_DECLARATION_TIME), MAYBE(EPCIS_REASON), MAYBE(EPCIS_CORRECTIVE_EVENT_IDS)};
static const struct epcis_part corrective_parts[] = {ANY(EPCIS_CORRECTIVE_EVENT_ID)};
static const struct epcis_part epc_parts[] = {ANY(EPCIS_EPC)};
static const struct epcis_part quantity_list_parts[] = {ANY(EPCIS_QUANTITY_ELEMENT)};
static const struct epcis_part quantity_parts[] = {
	ONE(EPCIS_EPC_CLASS), MAYBE(EPCIS_QUANTITY), MAYBE(EPCIS_UOM)};
static const struct epcis_part place_parts[] = {ONE(EPCIS_PLACE_ID)};
static const struct epcis_part transaction_list_parts[] = {SOME(EPCIS_BIZ_TRANSACTION)};
static const struct epcis_part source_list_parts[] = {SOME(EPCIS_SOURCE)};
static const struct epcis_part destination_list_parts[] = {SOME(EPCIS_DESTINATION)};
static const struct epcis_part sensor_list_parts[] = {SOME(EPCIS_SENSOR_ELEMENT)};
static const struct epcis_part sensor_parts[] = {
	MAYBE(EPCIS_SENSOR_METADATA), SOME(EPCIS_SENSOR_REPORT)};
static const struct epcis_part persistent_parts[] = {ANY(EPCIS_UNSET), ANY(EPCIS_SET)};

static const struct epcis_rule rules[EPCIS_ELEMENT_COUNT] = {
	[EPCIS_EVENT_TIME] = TEXT("eventTime", TIME),
	[EPCIS_RECORD_TIME] = TEXT("recordTime", TIME),
	[EPCIS_TIME_ZONE_OFFSET] = TEXT("eventTimeZoneOffset", OFFSET),
	[EPCIS_EVENT_ID] = TEXT("eventID", URI),
	[EPCIS_ERROR_DECLARATION] =
		PARENT("errorDeclaration", error_declaration_parts, CHOICE, KEPT, true),
	[EPCIS_CERTIFICATION_INFO] = TEXT("certificationInfo", URI),
	[EPCIS_PARENT_ID] = TEXT("parentID", URI),
	[EPCIS_EPC_LIST] = PARENT("epcList", epc_parts, SEQUENCE, NONE, false),
	[EPCIS_INPUT_EPC_LIST] = PARENT("inputEPCList", epc_parts, SEQUENCE, NONE, false),
	[EPCIS_CHILD_EPCS] = PARENT("childEPCs", epc_parts, SEQUENCE, NONE, false),
	[EPCIS_QUANTITY_LIST] = PARENT("quantityList", quantity_list_parts, SEQUENCE, NONE, false),
	[EPCIS_CHILD_QUANTITY_LIST] =
		PARENT("childQuantityList", quantity_list_parts, SEQUENCE, NONE, false),
	[EPCIS_INPUT_QUANTITY_LIST] =
		PARENT("inputQuantityList", quantity_list_parts, SEQUENCE, NONE, false),
	[EPCIS_OUTPUT_EPC_LIST] = PARENT("outputEPCList", epc_parts, SEQUENCE, NONE, false),
	[EPCIS_OUTPUT_QUANTITY_LIST] =
		PARENT("outputQuantityList", quantity_list_parts, SEQUENCE, NONE, false),
	[EPCIS_ACTION] = TEXT("action", ACTION),
	[EPCIS_TRANSFORMATION_ID] = TEXT("transformationID", URI),
	[EPCIS_BIZ_STEP] = TEXT("bizStep", URI),
	[EPCIS_DISPOSITION] = TEXT("disposition", URI),
	[EPCIS_PERSISTENT_DISPOSITION] =
		PARENT("persistentDisposition", persistent_parts, SEQUENCE, NONE, false),
	[EPCIS_READ_POINT] = PARENT("readPoint", place_parts, SEQUENCE, NONE, true),
	[EPCIS_BIZ_LOCATION] = PARENT("bizLocation", place_parts, SEQUENCE, NONE, true),
	[EPCIS_SENSOR_ELEMENT_LIST] =
		PARENT("sensorElementList", sensor_list_parts, SEQUENCE, NONE, false),
	[EPCIS_BIZ_TRANSACTION_LIST] =
		PARENT("bizTransactionList", transaction_list_parts, SEQUENCE, NONE, false),
	[EPCIS_DESTINATION_LIST] =
		PARENT("destinationList", destination_list_parts, SEQUENCE, NONE, false),
	[EPCIS_ILMD] = BARE("ilmd", SEQUENCE, KEPT, true),
	[EPCIS_SOURCE_LIST] = PARENT("sourceList", source_list_parts, SEQUENCE, NONE, false),

	[EPCIS_EPC] = TEXT("epc", URI),
	[EPCIS_QUANTITY_ELEMENT] = PARENT("quantityElement", quantity_parts, SEQUENCE, NONE, false),
	[EPCIS_EPC_CLASS] = TEXT("epcClass", URI),
	[EPCIS_QUANTITY] = TEXT("quantity", DECIMAL),
	[EPCIS_UOM] = TEXT("uom", UOM),
	[EPCIS_PLACE_ID] = TEXT("id", URI),
	[EPCIS_BIZ_TRANSACTION] = TYPED("bizTransaction", TYPE),
	[EPCIS_SOURCE] = TYPED("source", TYPE_REQUIRED),
	[EPCIS_DESTINATION] = TYPED("destination", TYPE_REQUIRED),
	[EPCIS_SENSOR_ELEMENT] = PARENT("sensorElement", sensor_parts, SEQUENCE, NONE, true),
	[EPCIS_SENSOR_METADATA] = BARE("sensorMetadata", SEQUENCE, METADATA, false),
	[EPCIS_SENSOR_REPORT] = BARE("sensorReport", SEQUENCE, REPORT, false),
	[EPCIS_UNSET] = TEXT("unset", URI),
	[EPCIS_SET] = TEXT("set", URI),
	[EPCIS_DECLARATION_TIME] = TEXT("declarationTime", TIME),
	[EPCIS_REASON] = TEXT("reason", URI),
	[EPCIS_CORRECTIVE_EVENT_IDS] =
		PARENT("correctiveEventIDs", corrective_parts, SEQUENCE, NONE, false),
	[EPCIS_CORRECTIVE_EVENT_ID] = TEXT("correctiveEventID", URI),

	[EPCIS_DOCUMENT] = PARENT("EPCISDocument", document_parts, SEQUENCE, DOCUMENT, true),
	[EPCIS_QUERY_DOCUMENT] =
		PARENT("EPCISQueryDocument", query_document_parts, SEQUENCE, DOCUMENT, true),
	[EPCIS_MASTER_DOCUMENT] =
		PARENT("EPCISMasterDataDocument", master_document_parts, SEQUENCE, DOCUMENT, true),
	[EPCIS_HEADER] = BARE("EPCISHeader", FOREIGN, KEPT, true),
	[EPCIS_BODY] = PARENT("EPCISBody", body_parts, SEQUENCE, IGNORED, true),
	[EPCIS_MASTER_BODY] = PARENT("EPCISBody", master_body_parts, SEQUENCE, IGNORED, true),
	[EPCIS_QUERY_BODY] = PARENT("EPCISBody", query_body_parts, CHOICE, NONE, false),
	[EPCIS_QUESTION] = BARE("a question", IGNORED, IGNORED, false),
	[EPCIS_POLL] = PARENT("Poll", poll_parts, SEQUENCE, NONE, false),
	[EPCIS_SUBSCRIBE] = PARENT("Subscribe", subscribe_parts, SEQUENCE, NONE, false),
	[EPCIS_PARAMS] = PARENT("params", params_parts, SEQUENCE, NONE, false),
	[EPCIS_PARAM] = PARENT("param", param_parts, SEQUENCE, NONE, false),
	[EPCIS_PARAM_NAME] = TEXT("name", TEXT),
	[EPCIS_PARAM_VALUE] = BARE("value", FOREIGN, KEPT, true),
	[EPCIS_DESTINATION_ADDRESS] = TEXT("dest", TEXT),
	[EPCIS_CONTROLS] = BARE("controls", IGNORED, IGNORED, false),
	[EPCIS_ENVELOPE] = PARENT("Envelope", envelope_parts, SEQUENCE, IGNORED, false),
	[EPCIS_ENVELOPE_HEADER] = BARE("Header", IGNORED, IGNORED, false),
	[EPCIS_ENVELOPE_BODY] = BARE("Body", SEQUENCE, IGNORED, false),
	[EPCIS_QUERY_RESULTS] = PARENT("QueryResults", query_results_parts, SEQUENCE, NONE, true),
	[EPCIS_QUERY_NAME] = TEXT("queryName", TEXT),
	[EPCIS_SUBSCRIPTION_ID] = TEXT("subscriptionID", TEXT),
	[EPCIS_RESULTS_BODY] = PARENT("resultsBody", results_body_parts, SEQUENCE, NONE, false),
	[EPCIS_VOCABULARY_LIST] = BARE("VocabularyList", FOREIGN, KEPT, true),
	[EPCIS_UNREAD] = BARE("an extension", IGNORED, IGNORED, true),
	[EPCIS_EVENT_LIST] = PARENT("EventList", event_list_parts, CHOICE, IGNORED, false),
	EVENT(EPCIS_OBJECT_EVENT, "ObjectEvent", object_parts),
	EVENT(EPCIS_AGGREGATION_EVENT, "AggregationEvent", aggregation_parts),
	EVENT(EPCIS_TRANSACTION_EVENT, "TransactionEvent", transaction_parts),
	EVENT(EPCIS_TRANSFORMATION_EVENT, "TransformationEvent", transformation_parts),
	EVENT(EPCIS_ASSOCIATION_EVENT, "AssociationEvent", association_parts),

	[EPCIS_EXTENSION] = BARE("extension", SEQUENCE, IGNORED, true),
	[EPCIS_FOREIGN] = BARE("an extension", FOREIGN, KEPT, true),

	[EPCIS_LIST_EXTENSION] = BARE("extension", SEQUENCE, NONE, false),
	[EPCIS_LIST_EXTENSION_2] = BARE("extension", SEQUENCE, NONE, false),
	[EPCIS_BASE_EXTENSION] = BARE("baseExtension", SEQUENCE, NONE, false),
	[EPCIS_BASE_EXTENSION_2] = BARE("extension", SEQUENCE, NONE, false),
	[EPCIS_OBJECT_EXTENSION] = BARE("extension", SEQUENCE, NONE, false),
	[EPCIS_AGGREGATION_EXTENSION] = BARE("extension", SEQUENCE, NONE, false),
	[EPCIS_TRANSACTION_EXTENSION] = BARE("extension", SEQUENCE, NONE, false),
	[EPCIS_NEWER_EXTENSION] = BARE("extension", SEQUENCE, NONE, false),
	[EPCIS_QUANTITY_EVENT] = BARE("QuantityEvent", SEQUENCE, NONE, false),
};

/* Fields without a row here are EPCIS_KIND_OWN. */
struct field {
	size_t at;
	enum epcis_kind kind;
	enum cbv_vocabulary words;
};

#define FIELD(kind, member, words)                                                                 \
	{                                                                                          \
		offsetof(struct epcis_event, member), EPCIS_KIND_##kind, words                     \
	}

static const struct field fields[EPCIS_FIELD_COUNT] = {
	[EPCIS_EVENT_ID] = FIELD(TEXT, event_id, CBV_NONE),
	[EPCIS_CERTIFICATION_INFO] = FIELD(TEXTS, certification_info, CBV_NONE),
	[EPCIS_PARENT_ID] = FIELD(TEXT, parent_id, CBV_NONE),
	[EPCIS_EPC_LIST] = FIELD(TEXTS, epc_list, CBV_NONE),
	[EPCIS_INPUT_EPC_LIST] = FIELD(TEXTS, input_epc_list, CBV_NONE),
	[EPCIS_CHILD_EPCS] = FIELD(TEXTS, child_epcs, CBV_NONE),
	[EPCIS_QUANTITY_LIST] = FIELD(QUANTITIES, quantity_list, CBV_NONE),
	[EPCIS_CHILD_QUANTITY_LIST] = FIELD(QUANTITIES, child_quantity_list, CBV_NONE),
	[EPCIS_INPUT_QUANTITY_LIST] = FIELD(QUANTITIES, input_quantity_list, CBV_NONE),
	[EPCIS_OUTPUT_EPC_LIST] = FIELD(TEXTS, output_epc_list, CBV_NONE),
	[EPCIS_OUTPUT_QUANTITY_LIST] = FIELD(QUANTITIES, output_quantity_list, CBV_NONE),
	[EPCIS_TRANSFORMATION_ID] = FIELD(TEXT, transformation_id, CBV_NONE),
	[EPCIS_BIZ_STEP] = FIELD(TEXT, biz_step, CBV_BIZ_STEP),
	[EPCIS_DISPOSITION] = FIELD(TEXT, disposition, CBV_DISPOSITION),
	[EPCIS_READ_POINT] = FIELD(PLACE, read_point, CBV_NONE),
	[EPCIS_BIZ_LOCATION] = FIELD(PLACE, biz_location, CBV_NONE),
	[EPCIS_BIZ_TRANSACTION_LIST] = FIELD(PARTIES, biz_transaction_list, CBV_BIZ_TRANSACTION),
	[EPCIS_DESTINATION_LIST] = FIELD(PARTIES, destination_list, CBV_SOURCE_DESTINATION),
	[EPCIS_SOURCE_LIST] = FIELD(PARTIES, source_list, CBV_SOURCE_DESTINATION),
};

enum epcis_kind epcis_field_kind(enum epcis_element field)
{
	return field < EPCIS_FIELD_COUNT ? fields[field].kind : EPCIS_KIND_OWN;
}

size_t epcis_field_at(enum epcis_element field)
{
	return fields[field].at;
}

enum cbv_vocabulary epcis_field_words(enum epcis_element field)
{
	return fields[field].words;
}

const struct epcis_rule *epcis_rule(enum epcis_element element)
{
	return &rules[element];
}

bool epcis_has(const struct epcis_event *event, enum epcis_element field)
{
	const uint8_t *at = (const uint8_t *)event + epcis_field_at(field);
	switch (epcis_field_kind(field)) {
	case EPCIS_KIND_TEXT: return ((const struct span *)(const void *)at)->at;
	case EPCIS_KIND_TEXTS: return ((const struct epcis_texts *)(const void *)at)->count;
	case EPCIS_KIND_QUANTITIES:
		return ((const struct epcis_quantities *)(const void *)at)->count;
	case EPCIS_KIND_PARTIES: return ((const struct epcis_parties *)(const void *)at)->count;
	case EPCIS_KIND_PLACE: return ((const struct epcis_place *)(const void *)at)->id.at;
	case EPCIS_KIND_OWN: break;
	}
	if (field == EPCIS_RECORD_TIME)
		return event->has_record_time;
	if (field == EPCIS_ERROR_DECLARATION)
		return event->has_error_declaration;
	if (field == EPCIS_ACTION)
		return event->action != EPCIS_NO_ACTION;
	if (field == EPCIS_PERSISTENT_DISPOSITION)
		return event->persistent_set.count || event->persistent_unset.count;
	if (field == EPCIS_SENSOR_ELEMENT_LIST)
		return event->sensor_element_list.count;
	if (field == EPCIS_ILMD)
		return event->ilmd;
	return true; /* eventTime and its offset */
}

enum epcis_element epcis_misplaced(const struct epcis_event *event)
{
	const struct epcis_rule *rule = epcis_type_rule(event->type);
	for (int field = 0; field < EPCIS_FIELD_COUNT; field++) {
		bool is_known = false;
		for (size_t i = 0; i < rule->part_count; i++)
			is_known |= rule->parts[i].element == (enum epcis_element)field;
		if (!is_known && epcis_has(event, (enum epcis_element)field))
			return (enum epcis_element)field;
	}
	return EPCIS_FIELD_COUNT;
}

static const struct epcis_attribute_rule metadata_rules[EPCIS_METADATA_COUNT] = {
#define X(word, name, value, words) {name, EPCIS_VALUE_##value, CBV_##words},
	EPCIS_METADATA_LIST(X)
#undef X
};

static const struct epcis_attribute_rule report_rules[EPCIS_REPORT_COUNT] = {
#define X(word, name, value, words) {name, EPCIS_VALUE_##value, CBV_##words},
	EPCIS_REPORT_LIST(X)
#undef X
};

const struct epcis_attribute_rule *epcis_metadata_rule(enum epcis_metadata number)
{
	return &metadata_rules[number];
}

const struct epcis_attribute_rule *epcis_report_rule(enum epcis_report number)
{
	return &report_rules[number];
}
