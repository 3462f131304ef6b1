#include "gs1/epcis/event.h"

static const char *const type_names[EPCIS_TYPE_COUNT] = {
	[EPCIS_OBJECT_EVENT] = "ObjectEvent",
	[EPCIS_AGGREGATION_EVENT] = "AggregationEvent",
	[EPCIS_TRANSACTION_EVENT] = "TransactionEvent",
	[EPCIS_TRANSFORMATION_EVENT] = "TransformationEvent",
	[EPCIS_ASSOCIATION_EVENT] = "AssociationEvent",
};

static const char *const action_names[] = {
	[EPCIS_NO_ACTION] = "",
	[EPCIS_ADD] = "ADD",
	[EPCIS_OBSERVE] = "OBSERVE",
	[EPCIS_DELETE] = "DELETE",
};

const char *epcis_type_name(enum epcis_type type)
{
	return type_names[type];
}

const char *epcis_action_name(enum epcis_action action)
{
	return action_names[action];
}

bool epcis_is_master_data(struct span space)
{
	struct span colon = span_text(EPCIS_MASTER_DATA);
	return span_equal(space, colon) || span_equal(space, span_cut(colon, 0, colon.size - 1));
}

bool epcis_is_hint(const struct epcis_node *node)
{
	return node->is_attribute && span_is(node->space, EPCIS_XSI);
}

struct span epcis_ilmd(const struct epcis_event *event, const char *name, size_t *count)
{
	struct span value = {0};
	size_t found = 0;
	for (const struct epcis_node *node = event->ilmd; node; node = node->next) {
		if (node->is_attribute || !epcis_is_master_data(node->space) ||
			!span_is(node->name, name))
			continue;
		if (!found++)
			value = node->value;
	}
	if (count)
		*count = found;
	return value;
}
