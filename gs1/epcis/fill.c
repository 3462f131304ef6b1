#include "gs1/epcis/fill.h"

#include <assert.h>

static void *last(const struct arena_list *list, size_t item_size)
{
	assert(list->count);
	return (uint8_t *)list->at + (list->count - 1) * item_size;
}

static struct epcis_sensor_element *last_sensor(struct epcis_assembly *assembly)
{
	return last(&assembly->sensors, sizeof(struct epcis_sensor_element));
}

static struct epcis_sensor_report *last_report(struct epcis_assembly *assembly)
{
	return last(&assembly->reports, sizeof(struct epcis_sensor_report));
}

/* With a NUL behind that is not counted: names of extensions are shown in faults. */
bool epcis_fill_keep(struct epcis_assembly *assembly, struct span text, struct span *kept)
{
	size_t from = assembly->arena.size;
	if (!arena_put(&assembly->arena, text) || !arena_put(&assembly->arena, span_of("", 1)))
		return false;
	*kept = span_of(assembly->arena.at + from, text.size);
	return true;
}

/* Namespaces and prefixes repeat mostly: the one held from the last extension comes first. */
static bool keep_again(
	struct epcis_assembly *assembly, const char *text, struct span *held, struct span *kept)
{
	if (!text) {
		*kept = (struct span){0};
		return true;
	}
	if ((!held->at || !span_is(*held, text)) &&
		!epcis_fill_keep(assembly, span_text(text), held))
		return false;
	*kept = *held;
	return true;
}

struct epcis_node *epcis_fill_node(struct epcis_assembly *assembly, const struct epcis_tag *tag,
	const struct epcis_node ***tail)
{
	struct epcis_node *node = arena_take(&assembly->arena, sizeof *node);
	if (!node)
		return NULL;
	*node = (struct epcis_node){0};
	if (!keep_again(assembly, tag->space, &assembly->held_space, &node->space) ||
		!keep_again(assembly, tag->prefix, &assembly->held_prefix, &node->prefix) ||
		!epcis_fill_keep(assembly, span_text(tag->name), &node->name))
		return NULL;
	**tail = node;
	*tail = &node->next;
	return node;
}

bool epcis_fill_attribute(struct epcis_assembly *assembly, const struct epcis_attribute *attribute,
	const struct epcis_node ***tail)
{
	struct epcis_node *node = epcis_fill_node(assembly, &attribute->tag, tail);
	if (!node || !epcis_fill_keep(assembly, epcis_trim(attribute->value), &node->value))
		return false;
	node->is_attribute = true;
	return true;
}

struct span *epcis_fill_sensor(struct epcis_assembly *assembly, enum epcis_attributes kind,
	const struct epcis_tag *tag, enum epcis_value *value)
{
	bool is_metadata = kind == EPCIS_ATTRIBUTES_METADATA;
	int count = is_metadata ? (int)EPCIS_METADATA_COUNT : (int)EPCIS_REPORT_COUNT;
	for (int i = 0; i < count && !tag->space; i++) {
		const struct epcis_attribute_rule *rule =
			is_metadata ? epcis_metadata_rule((enum epcis_metadata)i)
				    : epcis_report_rule((enum epcis_report)i);
		if (strcmp(tag->name, rule->name) != 0)
			continue;
		*value = rule->value;
		return is_metadata ? &last_sensor(assembly)->metadata[i]
				   : &last_report(assembly)->value[i];
	}
	return NULL;
}

const struct epcis_node **epcis_fill_tail(
	struct epcis_assembly *assembly, const struct epcis_frame *frame)
{
	struct epcis_event *event = &assembly->event;
	if (epcis_is_event(frame->element))
		return &event->extensions;
	if (frame->element == EPCIS_ILMD)
		return &event->ilmd;
	if (frame->element == EPCIS_READ_POINT)
		return &event->read_point.extensions;
	if (frame->element == EPCIS_BIZ_LOCATION)
		return &event->biz_location.extensions;
	if (frame->element == EPCIS_ERROR_DECLARATION)
		return &event->error_declaration.extensions;
	if (frame->element == EPCIS_SENSOR_ELEMENT)
		return &last_sensor(assembly)->extensions;
	if (frame->element == EPCIS_SENSOR_METADATA)
		return &last_sensor(assembly)->metadata_extensions;
	if (frame->element == EPCIS_SENSOR_REPORT)
		return &last_report(assembly)->extensions;
	return frame->node ? &frame->node->children : NULL;
}

/* EPCIS 1.2 section 7.4.4: the same as an ObjectEvent with action OBSERVE, no EPCs and one quantity
 * without a unit. */
static bool begin_quantity_event(struct epcis_assembly *assembly)
{
	assembly->event.type = EPCIS_OBJECT_EVENT;
	assembly->event.action = EPCIS_OBSERVE;
	assembly->quantities = (struct arena_list){0};
	return arena_list_add(
		&assembly->arena, &assembly->quantities, sizeof(struct epcis_quantity));
}

bool epcis_fill_begin(struct epcis_assembly *assembly, enum epcis_element element, size_t line)
{
	struct arena *arena = &assembly->arena;
	enum epcis_kind kind = epcis_field_kind(element);
	if (epcis_is_event(element)) {
		arena_reset(arena, assembly->head_size);
		assembly->held_space = assembly->held_prefix = (struct span){0};
		assembly->event = (struct epcis_event){.line = line};
		if (element == EPCIS_QUANTITY_EVENT)
			return begin_quantity_event(assembly);
		assembly->event.type = (enum epcis_type)((int)element - (int)EPCIS_EVENTS);
	}
	if (element == EPCIS_EVENT_LIST)
		assembly->head_size = arena->size;
	if (kind == EPCIS_KIND_TEXTS || element == EPCIS_CORRECTIVE_EVENT_IDS ||
		element == EPCIS_PERSISTENT_DISPOSITION)
		assembly->texts = (struct arena_list){0};
	if (kind == EPCIS_KIND_QUANTITIES)
		assembly->quantities = (struct arena_list){0};
	if (kind == EPCIS_KIND_PARTIES)
		assembly->parties = (struct arena_list){0};
	if (element == EPCIS_ERROR_DECLARATION)
		assembly->event.has_error_declaration = true;
	if (element == EPCIS_SENSOR_ELEMENT_LIST)
		assembly->sensors = (struct arena_list){0};
	if (element == EPCIS_QUANTITY_ELEMENT)
		return arena_list_add(arena, &assembly->quantities, sizeof(struct epcis_quantity));
	if (element == EPCIS_SENSOR_ELEMENT) {
		assembly->reports = (struct arena_list){0};
		return arena_list_add(
			arena, &assembly->sensors, sizeof(struct epcis_sensor_element));
	}
	if (element == EPCIS_SENSOR_METADATA)
		last_sensor(assembly)->has_metadata = true;
	if (element == EPCIS_SENSOR_REPORT)
		return arena_list_add(
			arena, &assembly->reports, sizeof(struct epcis_sensor_report));
	return true;
}

static bool add_text(struct epcis_assembly *assembly, struct span text)
{
	struct span *item = arena_list_add(&assembly->arena, &assembly->texts, sizeof *item);
	if (item)
		*item = text;
	return item;
}

static struct epcis_texts texts_of(const struct epcis_assembly *assembly)
{
	return (struct epcis_texts){assembly->texts.at, assembly->texts.count};
}

static bool add_party(struct epcis_assembly *assembly, struct span id)
{
	struct epcis_party *party =
		arena_list_add(&assembly->arena, &assembly->parties, sizeof *party);
	if (party)
		*party = (struct epcis_party){assembly->type, id};
	return party;
}

/* What is set and what is unset share the list: unset comes first in XML. */
static bool add_persistent(struct epcis_assembly *assembly, bool is_set, struct span text)
{
	struct epcis_event *event = &assembly->event;
	if (is_set && !event->persistent_set.count)
		assembly->texts = (struct arena_list){0};
	if (!add_text(assembly, text))
		return false;
	if (is_set)
		event->persistent_set = texts_of(assembly);
	else
		event->persistent_unset = texts_of(assembly);
	return true;
}

/* Values that are read, not kept as text; they have been checked. */
static void fill_read(struct epcis_event *event, enum epcis_element element, struct span text)
{
	bool is_right = true;
	if (element == EPCIS_EVENT_TIME)
		is_right = epcis_time_read(text, &event->event_time_ms);
	if (element == EPCIS_RECORD_TIME) {
		event->has_record_time = true;
		is_right = epcis_time_read(text, &event->record_time_ms);
	}
	if (element == EPCIS_TIME_ZONE_OFFSET)
		is_right = epcis_offset_read(text, &event->time_zone_offset);
	if (element == EPCIS_DECLARATION_TIME)
		is_right = epcis_time_read(text, &event->error_declaration.declaration_time_ms);
	if (element == EPCIS_ACTION)
		is_right = epcis_action_read(text, &event->action);
	assert(is_right);
}

static void fill_quantity(
	struct epcis_quantity *quantity, enum epcis_element element, struct span text)
{
	if (element == EPCIS_EPC_CLASS)
		quantity->epc_class = text;
	if (element == EPCIS_QUANTITY)
		quantity->quantity = text;
	if (element == EPCIS_UOM)
		quantity->uom = text;
}

bool epcis_fill_value(struct epcis_assembly *assembly, enum epcis_element element,
	enum epcis_element parent, struct span text)
{
	struct epcis_event *event = &assembly->event;
	if (epcis_field_kind(element) == EPCIS_KIND_TEXT) {
		memcpy((uint8_t *)event + epcis_field_at(element), &text, sizeof text);
		return true;
	}
	if (element == EPCIS_CERTIFICATION_INFO) {
		if (!add_text(assembly, text))
			return false;
		event->certification_info = texts_of(assembly);
		return true;
	}
	if (element == EPCIS_EPC || element == EPCIS_CORRECTIVE_EVENT_ID)
		return add_text(assembly, text);
	if (element == EPCIS_SET || element == EPCIS_UNSET)
		return add_persistent(assembly, element == EPCIS_SET, text);
	if (epcis_field_kind(parent) == EPCIS_KIND_PARTIES)
		return add_party(assembly, text);
	if (parent == EPCIS_QUANTITY_ELEMENT ||
		(parent == EPCIS_QUANTITY_EVENT &&
			(element == EPCIS_EPC_CLASS || element == EPCIS_QUANTITY)))
		fill_quantity(
			last(&assembly->quantities, sizeof(struct epcis_quantity)), element, text);
	else if (element == EPCIS_REASON)
		event->error_declaration.reason = text;
	else if (parent == EPCIS_READ_POINT)
		event->read_point.id = text;
	else if (parent == EPCIS_BIZ_LOCATION)
		event->biz_location.id = text;
	else
		fill_read(event, element, text);
	return true;
}

void epcis_fill_end(struct epcis_assembly *assembly, enum epcis_element element)
{
	struct epcis_event *event = &assembly->event;
	enum epcis_kind kind = epcis_field_kind(element);
	struct epcis_texts texts = texts_of(assembly);
	struct epcis_quantities quantities = {assembly->quantities.at, assembly->quantities.count};
	struct epcis_parties parties = {assembly->parties.at, assembly->parties.count};
	if (kind == EPCIS_KIND_TEXTS)
		memcpy((uint8_t *)event + epcis_field_at(element), &texts, sizeof texts);
	if (kind == EPCIS_KIND_QUANTITIES)
		memcpy((uint8_t *)event + epcis_field_at(element), &quantities, sizeof quantities);
	if (kind == EPCIS_KIND_PARTIES)
		memcpy((uint8_t *)event + epcis_field_at(element), &parties, sizeof parties);
	if (element == EPCIS_QUANTITY_EVENT)
		event->quantity_list = quantities;
	if (element == EPCIS_CORRECTIVE_EVENT_IDS)
		event->error_declaration.corrective_event_ids = texts;
	if (element == EPCIS_SENSOR_ELEMENT) {
		last_sensor(assembly)->reports = assembly->reports.at;
		last_sensor(assembly)->report_count = assembly->reports.count;
	}
	if (element == EPCIS_SENSOR_ELEMENT_LIST)
		event->sensor_element_list = (struct epcis_sensor_elements){
			assembly->sensors.at, assembly->sensors.count};
}
