#include "gs1/epcis/json_fill.h"
#include "gs1/epcis/json_fill_inside.h"
#include "gs1/epcis/refuse.h"

#include <assert.h>

static int64_t take_time(struct epcis_json_fill *fill, const struct epcis_json *member)
{
	int64_t ms = 0;
	struct span text = epcis_json_value(fill, member, member->name, EPCIS_VALUE_TIME, CBV_NONE);
	if (!fill->err && !epcis_time_read(text, &ms))
		epcis_json_refuse(fill, member, member->name, "is not a time", "");
	return ms;
}

static void take_error_declaration(struct epcis_json_fill *fill, const struct epcis_json *object)
{
	struct epcis_event *event = fill->event;
	struct epcis_error_declaration *declaration = &event->error_declaration;
	const struct epcis_node **tail = &declaration->extensions;
	bool has_time = false;
	event->has_error_declaration = true;
	if (!epcis_json_is(fill, object, EPCIS_JSON_OBJECT))
		return;
	for (const struct epcis_json *member = object->first; member && !fill->err;
		member = member->next) {
		if (span_is(member->name, "declarationTime")) {
			declaration->declaration_time_ms = take_time(fill, member);
			has_time = true;
		} else if (span_is(member->name, "reason")) {
			declaration->reason = epcis_json_value(
				fill, member, member->name, EPCIS_VALUE_URI, CBV_ERROR_REASON);
		} else if (span_is(member->name, "correctiveEventIDs")) {
			declaration->corrective_event_ids =
				epcis_json_texts(fill, member, CBV_NONE, false);
		} else {
			epcis_json_extension(
				fill, member, "an errorDeclaration", false, false, &tail);
		}
	}
	if (!has_time)
		epcis_json_refuse(fill, object, object->name, "lacks its declarationTime", "");
}

static void take_persistent(struct epcis_json_fill *fill, const struct epcis_json *object)
{
	struct epcis_event *event = fill->event;
	if (!epcis_json_is(fill, object, EPCIS_JSON_OBJECT))
		return;
	for (const struct epcis_json *member = object->first; member && !fill->err;
		member = member->next) {
		bool is_set = span_is(member->name, "set");
		if (!is_set && !span_is(member->name, "unset")) {
			epcis_json_refuse(fill, member, member->name,
				"is not known in a persistentDisposition", "");
			return;
		}
		struct epcis_texts texts = epcis_json_texts(fill, member, CBV_DISPOSITION, true);
		if (!texts.count)
			epcis_json_refuse(fill, member, member->name, "is empty", "");
		*(is_set ? &event->persistent_set : &event->persistent_unset) = texts;
	}
	if (!event->persistent_set.count && !event->persistent_unset.count)
		epcis_json_refuse(fill, object, object->name, "has neither set nor unset", "");
}

static void take_sensors(struct epcis_json_fill *fill, const struct epcis_json *array)
{
	struct epcis_sensor_elements *list = &fill->event->sensor_element_list;
	if (!epcis_json_is(fill, array, EPCIS_JSON_ARRAY))
		return;
	struct epcis_sensor_element *at = epcis_json_take(fill, array->count * sizeof *at);
	for (const struct epcis_json *item = array->first; item && at; item = item->next)
		epcis_json_sensor(fill, item, &at[list->count++]);
	list->at = at;
}

static void take_ilmd(struct epcis_json_fill *fill, const struct epcis_json *object)
{
	const struct epcis_node **tail = &fill->event->ilmd;
	if (!epcis_json_is(fill, object, EPCIS_JSON_OBJECT))
		return;
	for (const struct epcis_json *member = object->first; member && !fill->err;
		member = member->next)
		epcis_json_extension(fill, member, "ilmd", false, false, &tail);
}

static void take_certification(struct epcis_json_fill *fill, const struct epcis_json *member)
{
	struct epcis_texts *texts = &fill->event->certification_info;
	if (member->kind == EPCIS_JSON_ARRAY) {
		*texts = epcis_json_texts(fill, member, CBV_NONE, false);
		return;
	}
	struct span *at = epcis_json_take(fill, sizeof *at);
	if (at)
		*at = epcis_json_value(fill, member, member->name, EPCIS_VALUE_URI, CBV_NONE);
	*texts = (struct epcis_texts){at, at ? 1 : 0};
}

static void take_own(
	struct epcis_json_fill *fill, const struct epcis_json *member, enum epcis_element field)
{
	struct epcis_event *event = fill->event;
	struct span text;
	if (field == EPCIS_EVENT_TIME)
		event->event_time_ms = take_time(fill, member);
	if (field == EPCIS_RECORD_TIME) {
		event->record_time_ms = take_time(fill, member);
		event->has_record_time = true;
	}
	if (field == EPCIS_TIME_ZONE_OFFSET) {
		text = epcis_json_value(fill, member, member->name, EPCIS_VALUE_OFFSET, CBV_NONE);
		if (!fill->err)
			(void)epcis_offset_read(text, &event->time_zone_offset);
	}
	if (field == EPCIS_ACTION) {
		text = epcis_json_value(fill, member, member->name, EPCIS_VALUE_ACTION, CBV_NONE);
		if (!fill->err)
			(void)epcis_action_read(text, &event->action);
	}
	if (field == EPCIS_ERROR_DECLARATION)
		take_error_declaration(fill, member);
	if (field == EPCIS_PERSISTENT_DISPOSITION)
		take_persistent(fill, member);
	if (field == EPCIS_SENSOR_ELEMENT_LIST)
		take_sensors(fill, member);
	if (field == EPCIS_ILMD)
		take_ilmd(fill, member);
}

static void take_field(
	struct epcis_json_fill *fill, const struct epcis_json *member, enum epcis_element field)
{
	void *at = (uint8_t *)fill->event + epcis_field_at(field);
	enum cbv_vocabulary words = epcis_field_words(field);
	const struct epcis_rule *rule = epcis_rule(field);
	if (field == EPCIS_CERTIFICATION_INFO) {
		take_certification(fill, member);
		return;
	}
	switch (epcis_field_kind(field)) {
	case EPCIS_KIND_OWN: take_own(fill, member, field); break;
	case EPCIS_KIND_TEXT:
		*(struct span *)at =
			epcis_json_value(fill, member, member->name, EPCIS_VALUE_URI, words);
		break;
	case EPCIS_KIND_TEXTS:
		*(struct epcis_texts *)at = epcis_json_texts(fill, member, CBV_NONE, true);
		break;
	case EPCIS_KIND_QUANTITIES:
		*(struct epcis_quantities *)at = epcis_json_quantities(fill, member);
		break;
	case EPCIS_KIND_PARTIES:
		*(struct epcis_parties *)at =
			epcis_json_parties(fill, member, epcis_rule(rule->parts[0].element)->name,
				words, field != EPCIS_BIZ_TRANSACTION_LIST);
		break;
	case EPCIS_KIND_PLACE: epcis_json_place(fill, member, at); break;
	}
}

/* What the JSON Schema demands of each type of event beyond the XSD: to name something. */
const char *epcis_json_lack(const struct epcis_event *event, bool has_epc_list)
{
	bool has_children = event->child_epcs.count || event->child_quantity_list.count;
	bool has_input = event->input_epc_list.count || event->input_quantity_list.count;
	bool has_output = event->output_epc_list.count || event->output_quantity_list.count;
	bool has_epcs = has_epc_list || event->quantity_list.count;
	bool is_delete = event->action == EPCIS_DELETE;
	switch (event->type) {
	case EPCIS_OBJECT_EVENT:
		if (event->ilmd && event->action != EPCIS_ADD)
			return "has ilmd though its action is not ADD";
		return has_epcs || (event->sensor_element_list.count && event->read_point.id.at)
			       ? NULL
			       : "has no epcList, quantityList, or sensors with readPoint";
	case EPCIS_AGGREGATION_EVENT:
	case EPCIS_ASSOCIATION_EVENT:
		return has_children || is_delete ? NULL
						 : "has neither childEPCs nor childQuantityList";
	case EPCIS_TRANSACTION_EVENT:
		if (!event->biz_transaction_list.count)
			return "has an empty bizTransactionList";
		return has_epcs || is_delete ? NULL : "has neither epcList nor quantityList";
	case EPCIS_TRANSFORMATION_EVENT:
		if (event->transformation_id.at ? has_input || has_output : has_input && has_output)
			return NULL;
		return "has not both inputs and outputs";
	case EPCIS_TYPE_COUNT: break;
	}
	return NULL;
}

static void check_whole(
	struct epcis_json_fill *fill, const struct epcis_json *object, uint64_t seen)
{
	const struct epcis_rule *rule = epcis_type_rule(fill->event->type);
	struct span name = span_text(rule->name);
	for (size_t i = 0; i < rule->part_count; i++) {
		if (rule->parts[i].required && !(seen & UINT64_C(1) << rule->parts[i].element))
			epcis_json_refuse(fill, object, name, "lacks ",
				epcis_rule(rule->parts[i].element)->name);
	}
	const char *missing =
		fill->err ? NULL
			  : epcis_json_lack(fill->event, seen & UINT64_C(1) << EPCIS_EPC_LIST);
	if (missing)
		epcis_json_refuse(fill, object, name, missing, "");
}

static bool find_type(
	struct epcis_json_fill *fill, const struct epcis_json *object, enum epcis_type *type)
{
	const struct epcis_json *member = epcis_json_member(object, "type");
	struct span name = span_text("event");
	if (!member) {
		epcis_json_refuse(fill, object, name, "lacks its type", "");
		return false;
	}
	for (int i = 0; i < EPCIS_TYPE_COUNT; i++) {
		*type = (enum epcis_type)i;
		if (member->kind == EPCIS_JSON_STRING &&
			span_is(member->text, epcis_type_name(*type)))
			return true;
	}
	epcis_json_refuse(fill, member, name, "is no event of EPCIS 2.0: ",
		member->kind == EPCIS_JSON_STRING ? epcis_show(member->text).text
						  : "its type is no text");
	return false;
}

static void take_member(struct epcis_json_fill *fill, const struct epcis_json *member,
	uint64_t *seen, const struct epcis_node ***tail)
{
	const struct epcis_rule *rule = epcis_type_rule(fill->event->type);
	if (span_is(member->name, "type") || span_is(member->name, "@context"))
		return;
	for (size_t i = 0; i < rule->part_count; i++) {
		enum epcis_element field = rule->parts[i].element;
		if (!span_is(member->name, epcis_rule(field)->name))
			continue;
		*seen |= UINT64_C(1) << field;
		take_field(fill, member, field);
		return;
	}
	epcis_json_extension(fill, member, rule->name, false, false, tail);
}

enum err epcis_json_event(
	struct epcis_json_fill *fill, const struct epcis_json *value, bool is_lone)
{
	struct epcis_event *event = fill->event;
	const struct epcis_node **tail = &event->extensions;
	struct epcis_context outer = fill->context;
	uint64_t seen = 0;
	enum epcis_type type;
	fill->err = OK;
	fill->line = value->line;
	*event = (struct epcis_event){.line = value->line};
	if (!epcis_json_is(fill, value, EPCIS_JSON_OBJECT) || !find_type(fill, value, &type))
		return fill->err;
	event->type = type;
	const struct epcis_json *context = epcis_json_member(value, "@context");
	if (context)
		fill->err = epcis_context_add(&fill->context, context, fill->arena, fill->fault);
	else if (is_lone)
		epcis_json_refuse(fill, value, span_text(epcis_type_name(type)),
			"stands alone and lacks its @context", "");
	for (const struct epcis_json *member = value->first; member && !fill->err;
		member = member->next)
		take_member(fill, member, &seen, &tail);
	if (!fill->err)
		check_whole(fill, value, seen);
	fill->context = outer;
	return fill->err;
}
