/* EPCIS 1.2 where its shape is not that of 2.0 (EPCglobal-epcis-1_2.xsd): what came after 1.0
 * stands in <extension> and <baseExtension>. What came after 1.2 stands in the innermost
 * <extension>, where GS1's own conversion (convert-2.0-to-1.2.xsl) puts it. */
#include "gs1/epcis/shape.h"
#include "gs1/epcis/shape_inside.h"

#define BASE_1                                                                                     \
	ONE(EPCIS_EVENT_TIME), MAYBE(EPCIS_RECORD_TIME), ONE(EPCIS_TIME_ZONE_OFFSET),              \
		MAYBE(EPCIS_BASE_EXTENSION)
#define WHY_AND_WHERE_1                                                                            \
	MAYBE(EPCIS_BIZ_STEP), MAYBE(EPCIS_DISPOSITION), MAYBE(EPCIS_READ_POINT),                  \
		MAYBE(EPCIS_BIZ_LOCATION)

static const struct epcis_part base_extension[] = {
	MAYBE(EPCIS_EVENT_ID), MAYBE(EPCIS_ERROR_DECLARATION), MAYBE(EPCIS_BASE_EXTENSION_2)};
static const struct epcis_part base_extension_2[] = {MAYBE(EPCIS_CERTIFICATION_INFO)};
static const struct epcis_part error_declaration[] = {
	ONE(EPCIS_DECLARATION_TIME), MAYBE(EPCIS_REASON), MAYBE(EPCIS_CORRECTIVE_EVENT_IDS)};
static const struct epcis_part newer[] = {
	MAYBE(EPCIS_SENSOR_ELEMENT_LIST), MAYBE(EPCIS_PERSISTENT_DISPOSITION)};

static const struct epcis_part object[] = {BASE_1, ONE(EPCIS_EPC_LIST), ONE(EPCIS_ACTION),
	WHY_AND_WHERE_1, MAYBE(EPCIS_BIZ_TRANSACTION_LIST), MAYBE(EPCIS_OBJECT_EXTENSION)};
static const struct epcis_part object_extension[] = {MAYBE(EPCIS_QUANTITY_LIST),
	MAYBE(EPCIS_SOURCE_LIST), MAYBE(EPCIS_DESTINATION_LIST), MAYBE(EPCIS_ILMD),
	MAYBE(EPCIS_NEWER_EXTENSION)};
static const struct epcis_part aggregation[] = {BASE_1, MAYBE(EPCIS_PARENT_ID),
	ONE(EPCIS_CHILD_EPCS), ONE(EPCIS_ACTION), WHY_AND_WHERE_1,
	MAYBE(EPCIS_BIZ_TRANSACTION_LIST), MAYBE(EPCIS_AGGREGATION_EXTENSION)};
static const struct epcis_part aggregation_extension[] = {MAYBE(EPCIS_CHILD_QUANTITY_LIST),
	MAYBE(EPCIS_SOURCE_LIST), MAYBE(EPCIS_DESTINATION_LIST), MAYBE(EPCIS_NEWER_EXTENSION)};
static const struct epcis_part transaction[] = {BASE_1, ONE(EPCIS_BIZ_TRANSACTION_LIST),
	MAYBE(EPCIS_PARENT_ID), ONE(EPCIS_EPC_LIST), ONE(EPCIS_ACTION), WHY_AND_WHERE_1,
	MAYBE(EPCIS_TRANSACTION_EXTENSION)};
static const struct epcis_part transaction_extension[] = {MAYBE(EPCIS_QUANTITY_LIST),
	MAYBE(EPCIS_SOURCE_LIST), MAYBE(EPCIS_DESTINATION_LIST), MAYBE(EPCIS_NEWER_EXTENSION)};
static const struct epcis_part transformation[] = {BASE_1, MAYBE(EPCIS_INPUT_EPC_LIST),
	MAYBE(EPCIS_INPUT_QUANTITY_LIST), MAYBE(EPCIS_OUTPUT_EPC_LIST),
	MAYBE(EPCIS_OUTPUT_QUANTITY_LIST), MAYBE(EPCIS_TRANSFORMATION_ID), WHY_AND_WHERE_1,
	MAYBE(EPCIS_BIZ_TRANSACTION_LIST), MAYBE(EPCIS_SOURCE_LIST), MAYBE(EPCIS_DESTINATION_LIST),
	MAYBE(EPCIS_ILMD), MAYBE(EPCIS_NEWER_EXTENSION)};
static const struct epcis_part association[] = {BASE_1, ONE(EPCIS_PARENT_ID),
	MAYBE(EPCIS_CHILD_EPCS), MAYBE(EPCIS_CHILD_QUANTITY_LIST), ONE(EPCIS_ACTION),
	WHY_AND_WHERE_1, MAYBE(EPCIS_BIZ_TRANSACTION_LIST), MAYBE(EPCIS_SOURCE_LIST),
	MAYBE(EPCIS_DESTINATION_LIST), MAYBE(EPCIS_SENSOR_ELEMENT_LIST),
	MAYBE(EPCIS_PERSISTENT_DISPOSITION)};
static const struct epcis_part quantity_event[] = {BASE_1, ONE(EPCIS_EPC_CLASS),
	ONE(EPCIS_QUANTITY), WHY_AND_WHERE_1, MAYBE(EPCIS_BIZ_TRANSACTION_LIST),
	MAYBE(EPCIS_NEWER_EXTENSION)};

#define ANY_EVENT(type) ANY((enum epcis_element)(EPCIS_EVENTS + (int)(type)))
static const struct epcis_part event_list[] = {ANY_EVENT(EPCIS_OBJECT_EVENT),
	ANY_EVENT(EPCIS_AGGREGATION_EVENT), ANY(EPCIS_QUANTITY_EVENT),
	ANY_EVENT(EPCIS_TRANSACTION_EVENT), ANY(EPCIS_LIST_EXTENSION)};
static const struct epcis_part list_extension[] = {
	ANY_EVENT(EPCIS_TRANSFORMATION_EVENT), ANY(EPCIS_LIST_EXTENSION_2)};
static const struct epcis_part list_extension_2[] = {ANY_EVENT(EPCIS_ASSOCIATION_EVENT)};

/* An element without a name here is as in 2.0. */
static const struct epcis_rule rules[EPCIS_ELEMENT_COUNT] = {
	[EPCIS_ERROR_DECLARATION] =
		PARENT("errorDeclaration", error_declaration, SEQUENCE, KEPT, true),
	[EPCIS_EVENT_LIST] = PARENT("EventList", event_list, CHOICE, IGNORED, false),
	[EPCIS_LIST_EXTENSION] = PARENT("extension", list_extension, CHOICE, NONE, false),
	[EPCIS_LIST_EXTENSION_2] = PARENT("extension", list_extension_2, CHOICE, IGNORED, false),
	[EPCIS_BASE_EXTENSION] = PARENT("baseExtension", base_extension, SEQUENCE, IGNORED, false),
	[EPCIS_BASE_EXTENSION_2] = PARENT("extension", base_extension_2, CHOICE, IGNORED, true),
	[EPCIS_OBJECT_EXTENSION] = PARENT("extension", object_extension, SEQUENCE, IGNORED, false),
	[EPCIS_AGGREGATION_EXTENSION] =
		PARENT("extension", aggregation_extension, SEQUENCE, IGNORED, false),
	[EPCIS_TRANSACTION_EXTENSION] =
		PARENT("extension", transaction_extension, SEQUENCE, IGNORED, false),
	[EPCIS_NEWER_EXTENSION] = PARENT("extension", newer, CHOICE, IGNORED, true),
	[EPCIS_QUANTITY_EVENT] = PARENT("QuantityEvent", quantity_event, SEQUENCE, KEPT, true),
	EVENT(EPCIS_OBJECT_EVENT, "ObjectEvent", object),
	EVENT(EPCIS_AGGREGATION_EVENT, "AggregationEvent", aggregation),
	EVENT(EPCIS_TRANSACTION_EVENT, "TransactionEvent", transaction),
	EVENT(EPCIS_TRANSFORMATION_EVENT, "TransformationEvent", transformation),
	[EPCIS_EVENTS + (int) EPCIS_ASSOCIATION_EVENT] =
		PARENT("AssociationEvent", association, CHOICE, KEPT, true),
};

const struct epcis_rule *epcis_rule_of(enum epcis_version version, enum epcis_element element)
{
	return version == EPCIS_VERSION_1 && rules[element].name ? &rules[element]
								 : epcis_rule(element);
}
