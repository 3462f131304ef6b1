#include "gs1/epcis/query_inside.h"
#include "gs1/epcis/unit.h"

#include <stdlib.h>

#define NUMBER_SIZE 64

struct matching {
	const struct epcis_event *event;
	const struct epcis_knowledge *knowledge;
	const struct epcis_param *param;
};

static bool same_uri(
	struct span text, const struct epcis_param *param, const struct epcis_wanted *wanted)
{
	uint8_t memory[EPCIS_CANONICAL_SIZE];
	if (span_equal(text, wanted->text))
		return true;
	return span_equal(
		epcis_canonical(text, param->words, memory, sizeof memory), wanted->canonical);
}

static bool any_uri(struct span text, const struct epcis_param *param)
{
	for (size_t i = 0; i < param->count && text.at; i++)
		if (same_uri(text, param, &param->values[i]))
			return true;
	return false;
}

static bool in_order(enum epcis_compare compare, int order)
{
	switch (compare) {
	case EPCIS_EQ: return order == 0;
	case EPCIS_GT: return order > 0;
	case EPCIS_GE: return order >= 0;
	case EPCIS_LT: return order < 0;
	case EPCIS_LE: return order <= 0;
	case EPCIS_EXISTS: return true;
	case EPCIS_MATCH:
	case EPCIS_WITHIN:
	case EPCIS_HASATTR:
	case EPCIS_EQATTR: break;
	}
	return false;
}

static bool any_time(int64_t ms, const struct epcis_param *param)
{
	for (size_t i = 0; i < param->count; i++) {
		int64_t wanted = param->values[i].ms;
		if (in_order(param->compare, (ms > wanted) - (ms < wanted)))
			return true;
	}
	return false;
}

/* A number in its unit, against those wanted in the parameter's. */
static bool any_amount(
	struct span text, struct span unit, bool is_difference, const struct epcis_param *param)
{
	char digits[NUMBER_SIZE];
	if (!text.size || text.size >= sizeof digits || epcis_value_wrong(EPCIS_VALUE_DOUBLE, text))
		return false;
	memcpy(digits, text.at, text.size);
	digits[text.size] = 0;
	struct epcis_amount there = {strtod(digits, NULL), unit, is_difference};
	for (size_t i = 0; i < param->count; i++) {
		struct epcis_amount wanted = {param->values[i].number, param->unit, is_difference};
		int order;
		if (param->values[i].is_number && epcis_unit_order(there, wanted, &order) &&
			in_order(param->compare, order))
			return true;
	}
	return false;
}

static bool any_number(struct span text, const struct epcis_param *param)
{
	return any_amount(text, param->unit, false, param);
}

/* A value of an extension: as number or time if both are, else as text. */
static bool any_value(struct span text, const struct epcis_param *param)
{
	int64_t ms;
	text = epcis_trim(text);
	if (param->compare == EPCIS_EXISTS)
		return true;
	for (size_t i = 0; i < param->count; i++) {
		struct epcis_param one = *param;
		one.values = &param->values[i];
		one.count = 1;
		if (one.values->is_time && epcis_time_read(text, &ms) ? any_time(ms, &one)
								      : any_number(text, &one))
			return true;
		if (param->compare == EPCIS_EQ && same_uri(text, param, one.values))
			return true;
	}
	return false;
}

/* "urn:epc:idpat:sgtin:0614141.*.*" and the like against an EPC: by its digits when it is a Digital
 * Link, for GTIN, SSCC and GLN. */
static bool match_pattern(struct span pattern, struct span epc)
{
	static const struct {
		const char *scheme;
		const char *link;
		size_t digits; /* in front of the company prefix */
	} keys[] = {{"sgtin:", "https://id.gs1.org/01/", 1}, {"sscc:", "https://id.gs1.org/00/", 1},
		{"sgln:", "https://id.gs1.org/414/", 0}};
	static const char front[] = "urn:epc:idpat:";
	static const char id[] = "urn:epc:id:";
	uint8_t memory[EPCIS_CANONICAL_SIZE];
	if (!span_is(span_cut(pattern, 0, sizeof front - 1), front))
		return false;
	struct span rest = span_cut(pattern, sizeof front - 1, pattern.size);
	const uint8_t *star = rest.size ? memchr(rest.at, '*', rest.size) : NULL;
	if (!star)
		return false;
	struct span fixed = span_cut(rest, 0, (size_t)(star - rest.at)); /* "sgtin:0614141." */
	struct span there = span_cut(epc, sizeof id - 1, epc.size);
	if (span_is(span_cut(epc, 0, sizeof id - 1), id))
		return span_equal(span_cut(there, 0, fixed.size), fixed);
	struct span link = epcis_canonical(epc, CBV_NONE, memory, sizeof memory);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct span scheme = span_text(keys[i].scheme);
		struct span digits = span_cut(fixed, scheme.size, fixed.size);
		size_t at = strlen(keys[i].link);
		if (!span_equal(span_cut(fixed, 0, scheme.size), scheme) ||
			!span_is(span_cut(link, 0, at), keys[i].link))
			continue;
		const uint8_t *point = digits.size ? memchr(digits.at, '.', digits.size) : NULL;
		if (!digits.size)
			return true;
		if (!point || (size_t)(point - digits.at) + 1 != digits.size)
			return false; /* more is fixed: then the pattern has a link of its own */
		digits.size--;
		at += keys[i].digits;
		return span_equal(span_cut(link, at, at + digits.size), digits);
	}
	return false;
}

/* An EPC, or a class for all in it: the GTIN's link for each of its packs and lots. */
static bool match_epc(struct span epc, const struct epcis_param *param)
{
	uint8_t memory[EPCIS_CANONICAL_SIZE];
	struct span link = epcis_canonical(epc, CBV_NONE, memory, sizeof memory);
	for (size_t i = 0; i < param->count && epc.at; i++) {
		const struct epcis_wanted *wanted = &param->values[i];
		bool is_pattern = span_is(span_cut(wanted->text, 0, 14), "urn:epc:idpat:");
		if (span_equal(epc, wanted->text) || span_equal(link, wanted->canonical))
			return true;
		if (!is_pattern)
			continue;
		bool has_link = !span_equal(wanted->canonical, wanted->text);
		if (has_link && link.size > wanted->canonical.size &&
			link.at[wanted->canonical.size] == '/' &&
			span_equal(span_cut(link, 0, wanted->canonical.size), wanted->canonical))
			return true;
		if (match_pattern(wanted->text, epc))
			return true;
	}
	return false;
}

static bool match_texts(struct epcis_texts texts, const struct epcis_param *param)
{
	for (size_t i = 0; i < texts.count; i++)
		if (param->compare == EPCIS_MATCH ? match_epc(texts.at[i], param)
						  : any_uri(texts.at[i], param))
			return true;
	return false;
}

static bool match_classes(struct epcis_quantities list, const struct epcis_param *param)
{
	for (size_t i = 0; i < list.count; i++)
		if (match_epc(list.at[i].epc_class, param))
			return true;
	return false;
}

static bool match_amounts(struct epcis_quantities list, const struct epcis_param *param)
{
	for (size_t i = 0; i < list.count; i++)
		if (any_amount(list.at[i].quantity, list.at[i].uom, false, param))
			return true;
	return false;
}

static bool match_parties(
	struct epcis_parties list, const struct epcis_param *param, enum cbv_vocabulary words)
{
	struct epcis_param type = *param;
	uint8_t memory[EPCIS_CANONICAL_SIZE];
	struct epcis_wanted wanted = {.text = param->name,
		.canonical = epcis_canonical(param->name, words, memory, sizeof memory)};
	type.words = words;
	for (size_t i = 0; i < list.count; i++)
		if (list.at[i].type.at && same_uri(list.at[i].type, &type, &wanted) &&
			any_uri(list.at[i].id, param))
			return true;
	return false;
}

/* Names of namespaces with and without the sign at their end. */
static struct span bare_space(struct span space)
{
	while (space.size && strchr("/#:", space.at[space.size - 1]))
		space.size--;
	return space;
}

static bool match_nodes(
	const struct epcis_node *node, const struct epcis_param *param, bool is_below, int level)
{
	for (; node && level < 64; node = node->next) {
		bool is_named = span_equal(node->name, param->name) &&
				span_equal(bare_space(node->space), bare_space(param->space));
		if (is_named && is_below == param->is_inner && any_value(node->value, param))
			return true;
		if (param->is_inner && match_nodes(node->children, param, true, level + 1))
			return true;
	}
	return false;
}

static bool match_extension(const struct epcis_event *event, const struct epcis_param *param)
{
	const struct epcis_sensor_elements *sensors = &event->sensor_element_list;
	switch (param->scope) {
	case EPCIS_SCOPE_EVENT: return match_nodes(event->extensions, param, false, 0);
	case EPCIS_SCOPE_ILMD: return match_nodes(event->ilmd, param, false, 0);
	case EPCIS_SCOPE_ERROR_DECLARATION:
		return match_nodes(event->error_declaration.extensions, param, false, 0);
	case EPCIS_SCOPE_READ_POINT:
		return match_nodes(event->read_point.extensions, param, false, 0);
	case EPCIS_SCOPE_BIZ_LOCATION:
		return match_nodes(event->biz_location.extensions, param, false, 0);
	case EPCIS_SCOPE_SENSOR_ELEMENT:
	case EPCIS_SCOPE_SENSOR_METADATA:
	case EPCIS_SCOPE_SENSOR_REPORT: break;
	}
	for (size_t i = 0; i < sensors->count; i++) {
		const struct epcis_sensor_element *sensor = &sensors->at[i];
		if (param->scope == EPCIS_SCOPE_SENSOR_ELEMENT &&
			match_nodes(sensor->extensions, param, false, 0))
			return true;
		if (param->scope == EPCIS_SCOPE_SENSOR_METADATA &&
			match_nodes(sensor->metadata_extensions, param, false, 0))
			return true;
		for (size_t j = 0; j < sensor->report_count; j++)
			if (param->scope == EPCIS_SCOPE_SENSOR_REPORT &&
				match_nodes(sensor->reports[j].extensions, param, false, 0))
				return true;
	}
	return false;
}

static bool match_attribute_value(
	enum epcis_value kind, struct span text, struct span uom, const struct epcis_param *param)
{
	int64_t ms;
	if (!text.at)
		return false;
	if (kind == EPCIS_VALUE_TIME)
		return epcis_time_read(text, &ms) && any_time(ms, param);
	if (kind == EPCIS_VALUE_DOUBLE)
		return param->unit.size ? any_amount(text, uom, span_is(param->name, "sDev"), param)
					: any_number(text, param);
	if (kind == EPCIS_VALUE_BOOLEAN) {
		bool is_true = span_is(text, "true") || span_is(text, "1");
		struct span wanted = param->values[0].text;
		return is_true == (span_is(wanted, "true") || span_is(wanted, "1"));
	}
	return any_uri(text, param);
}

static bool match_sensor(const struct epcis_sensor_element *sensor, const struct epcis_param *param)
{
	for (int i = 0; i < EPCIS_METADATA_COUNT; i++) {
		const struct epcis_attribute_rule *rule =
			epcis_metadata_rule((enum epcis_metadata)i);
		if (span_is(param->name, rule->name) &&
			match_attribute_value(
				rule->value, sensor->metadata[i], (struct span){0}, param))
			return true;
	}
	for (size_t j = 0; j < sensor->report_count; j++) {
		const struct epcis_sensor_report *report = &sensor->reports[j];
		for (int i = 0; i < EPCIS_REPORT_COUNT; i++) {
			const struct epcis_attribute_rule *rule =
				epcis_report_rule((enum epcis_report)i);
			if (span_is(param->name, rule->name) &&
				match_attribute_value(rule->value, report->value[i],
					report->value[EPCIS_REPORT_UOM], param))
				return true;
		}
	}
	return false;
}

static bool match_place(const struct matching *matching, struct span place)
{
	const struct epcis_param *param = matching->param;
	const struct epcis_knowledge *knowledge = matching->knowledge;
	if (any_uri(place, param))
		return true;
	for (size_t i = 0; i < param->count && place.at; i++)
		if (param->compare == EPCIS_WITHIN && knowledge && knowledge->is_within &&
			knowledge->is_within(knowledge->self, place, param->values[i].text))
			return true;
	return false;
}

static bool match_field(const struct matching *matching)
{
	const struct epcis_event *event = matching->event;
	const struct epcis_param *param = matching->param;
	const void *at = (const uint8_t *)event + epcis_field_at(param->field);
	if (!epcis_has(event, param->field))
		return false;
	if (param->compare == EPCIS_EXISTS)
		return true;
	switch (epcis_field_kind(param->field)) {
	case EPCIS_KIND_TEXT: return match_texts((struct epcis_texts){at, 1}, param);
	case EPCIS_KIND_TEXTS: return match_texts(*(const struct epcis_texts *)at, param);
	case EPCIS_KIND_PLACE: return match_place(matching, ((const struct epcis_place *)at)->id);
	case EPCIS_KIND_QUANTITIES:
	case EPCIS_KIND_PARTIES:
	case EPCIS_KIND_OWN: break;
	}
	if (param->field == EPCIS_EVENT_TIME)
		return any_time(event->event_time_ms, param);
	if (param->field == EPCIS_RECORD_TIME)
		return any_time(event->record_time_ms, param);
	return param->field == EPCIS_ACTION &&
	       any_uri(span_text(epcis_action_name(event->action)), param);
}

static bool match_master(const struct matching *matching, struct span id)
{
	const struct epcis_knowledge *knowledge = matching->knowledge;
	const struct epcis_param *param = matching->param;
	if (!id.at || !knowledge || !knowledge->attribute)
		return false;
	for (size_t i = 0; i < param->count; i++) {
		bool has = param->compare == EPCIS_HASATTR;
		struct span value = knowledge->attribute(
			knowledge->self, id, has ? param->values[i].text : param->name);
		if (value.at && (has || span_equal(value, param->values[i].text)))
			return true;
	}
	return false;
}

static bool match_attribute(const struct matching *matching)
{
	const struct epcis_event *event = matching->event;
	const struct epcis_quantities lists[] = {event->quantity_list, event->child_quantity_list,
		event->input_quantity_list, event->output_quantity_list};
	enum epcis_element field = matching->param->field;
	if (field == EPCIS_READ_POINT)
		return match_master(matching, event->read_point.id);
	if (field == EPCIS_BIZ_LOCATION)
		return match_master(matching, event->biz_location.id);
	if (field == EPCIS_BIZ_STEP)
		return match_master(matching, event->biz_step);
	if (field == EPCIS_DISPOSITION)
		return match_master(matching, event->disposition);
	for (size_t l = 0; l < 4; l++)
		for (size_t i = 0; i < lists[l].count; i++)
			if (match_master(matching, lists[l].at[i].epc_class))
				return true;
	return false;
}

static bool match_any_epc(const struct epcis_event *event, const struct epcis_param *param)
{
	return match_texts(event->epc_list, param) || match_texts(event->child_epcs, param) ||
	       match_texts(event->input_epc_list, param) ||
	       match_texts(event->output_epc_list, param) || match_epc(event->parent_id, param);
}

static bool match_param(const struct matching *matching)
{
	const struct epcis_event *event = matching->event;
	const struct epcis_param *param = matching->param;
	bool is_declared = event->has_error_declaration;
	switch (param->subject) {
	case EPCIS_SUBJECT_FIELD: return match_field(matching);
	case EPCIS_SUBJECT_TYPE: return any_uri(span_text(epcis_type_name(event->type)), param);
	case EPCIS_SUBJECT_SET: return match_texts(event->persistent_set, param);
	case EPCIS_SUBJECT_UNSET: return match_texts(event->persistent_unset, param);
	case EPCIS_SUBJECT_EPC:
		return match_texts(event->epc_list, param) || match_texts(event->child_epcs, param);
	case EPCIS_SUBJECT_ANY_EPC: return match_any_epc(event, param);
	case EPCIS_SUBJECT_CLASS:
		return match_classes(event->quantity_list, param) ||
		       match_classes(event->child_quantity_list, param);
	case EPCIS_SUBJECT_INPUT_CLASS: return match_classes(event->input_quantity_list, param);
	case EPCIS_SUBJECT_OUTPUT_CLASS: return match_classes(event->output_quantity_list, param);
	case EPCIS_SUBJECT_ANY_CLASS:
		return match_classes(event->quantity_list, param) ||
		       match_classes(event->child_quantity_list, param) ||
		       match_classes(event->input_quantity_list, param) ||
		       match_classes(event->output_quantity_list, param);
	case EPCIS_SUBJECT_QUANTITY:
		return match_amounts(event->quantity_list, param) ||
		       match_amounts(event->child_quantity_list, param) ||
		       match_amounts(event->input_quantity_list, param) ||
		       match_amounts(event->output_quantity_list, param);
	case EPCIS_SUBJECT_PARTY:
		return match_parties(
			*(const struct epcis_parties *)(const void *)((const uint8_t *)event +
								      epcis_field_at(param->field)),
			param, epcis_field_words(param->field));
	case EPCIS_SUBJECT_DECLARATION_TIME:
		return is_declared && any_time(event->error_declaration.declaration_time_ms, param);
	case EPCIS_SUBJECT_REASON:
		return is_declared && any_uri(event->error_declaration.reason, param);
	case EPCIS_SUBJECT_CORRECTIVE_ID:
		return match_texts(event->error_declaration.corrective_event_ids, param);
	case EPCIS_SUBJECT_SENSOR:
		for (size_t i = 0; i < event->sensor_element_list.count; i++)
			if (match_sensor(&event->sensor_element_list.at[i], param))
				return true;
		return false;
	case EPCIS_SUBJECT_EXTENSION: return match_extension(event, param);
	case EPCIS_SUBJECT_ATTRIBUTE: return match_attribute(matching);
	}
	return false;
}

bool epcis_query_match(const struct epcis_query *query, const struct epcis_event *event,
	const struct epcis_knowledge *knowledge)
{
	for (const struct epcis_param *param = query->params; param; param = param->next)
		if (!match_param(&(struct matching){event, knowledge, param}))
			return false;
	return true;
}
