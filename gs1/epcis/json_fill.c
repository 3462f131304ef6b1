#include "gs1/epcis/json_fill.h"
#include "gs1/epcis/json_fill_inside.h"
#include "gs1/epcis/refuse.h"
#include "gs1/epcis/shape.h"

#include <assert.h>
#include <stdio.h>

#define PLAIN_SIZE 80 /* of a decimal written out */

void epcis_json_refuse(struct epcis_json_fill *fill, const struct epcis_json *value,
	struct span name, const char *why, const char *more)
{
	if (!fill->err)
		fill->err = epcis_refuse(fill->fault, ERR_FORMAT, value->line,
			epcis_show(name).text, "%s%s", why, more);
}

void *epcis_json_take(struct epcis_json_fill *fill, size_t size)
{
	void *at = fill->err ? NULL : arena_take(fill->arena, size ? size : 1);
	if (!at && !fill->err)
		fill->err = fault_set(fill->fault, ERR_LIMIT, fill->line, 0,
			"line %zu: the event does not fit: split it into several", fill->line);
	if (at)
		memset(at, 0, size);
	return at;
}

bool epcis_json_is(
	struct epcis_json_fill *fill, const struct epcis_json *value, enum epcis_json_kind kind)
{
	if (value->kind != kind && !fill->err) {
		char why[64];
		(void)snprintf(why, sizeof why, "is %s, not ", epcis_json_kind_name(value->kind));
		epcis_json_refuse(fill, value, value->name, why, epcis_json_kind_name(kind));
	}
	return !fill->err;
}

/* 1.5e2 is 150: XML's decimals have no exponent. */
static struct span plain_decimal(struct epcis_json_fill *fill, const struct epcis_json *value)
{
	char digits[PLAIN_SIZE];
	size_t size = 0;
	long point = -1;
	long exponent = 0;
	struct span text = value->text;
	size_t at = 0;
	bool negative = text.at[0] == '-';
	for (at = negative; at < text.size && (text.at[at] | 0x20) != 'e'; at++) {
		if (text.at[at] == '.')
			point = (long)size;
		else if (size < PLAIN_SIZE / 4)
			digits[size++] = (char)text.at[at];
		else
			exponent = 1000;
	}
	if (at == text.size)
		return text;
	point = point < 0 ? (long)size : point;
	bool is_less = text.at[++at] == '-';
	for (at += text.at[at] == '-' || text.at[at] == '+'; at < text.size && exponent < 1000;
		at++)
		exponent = exponent * 10 + (text.at[at] - '0');
	point += is_less ? -exponent : exponent;
	if (exponent >= 1000 || point < -20 || point > 40) {
		epcis_json_refuse(fill, value, value->name, "is too large or too small", "");
		return text;
	}
	char out[PLAIN_SIZE * 2];
	size_t used = 0;
	if (negative)
		out[used++] = '-';
	if (point <= 0) {
		out[used++] = '0';
		out[used++] = '.';
		for (long i = point; i < 0; i++)
			out[used++] = '0';
	}
	for (long i = 0; i < (long)size || i < point; i++) {
		if (i == point && point > 0)
			out[used++] = '.';
		out[used++] = i < (long)size ? digits[i] : '0';
	}
	char *kept = epcis_json_take(fill, used);
	if (kept)
		memcpy(kept, out, used);
	return span_of(kept, kept ? used : 0);
}

bool epcis_json_is_name(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.at[i] | 0x20;
		if ((c < 'a' || c > 'z') && text.at[i] != '_' &&
			(text.at[i] < '0' || text.at[i] > '9' || i == 0))
			return false;
	}
	return text.size > 0;
}

/* A value of the kind. A URI with a prefix of the document stays as it is written, as in XML. */
struct span epcis_json_value(struct epcis_json_fill *fill, const struct epcis_json *value,
	struct span name, enum epcis_value kind, enum cbv_vocabulary words)
{
	struct span text = value->text;
	bool is_number = kind == EPCIS_VALUE_DECIMAL || kind == EPCIS_VALUE_DOUBLE;
	enum epcis_json_kind wanted = is_number ? EPCIS_JSON_NUMBER : EPCIS_JSON_STRING;
	struct epcis_json named = *value;
	named.name = name;
	if (kind == EPCIS_VALUE_BOOLEAN &&
		(value->kind == EPCIS_JSON_TRUE || value->kind == EPCIS_JSON_FALSE))
		return span_text(value->kind == EPCIS_JSON_TRUE ? "true" : "false");
	if (kind == EPCIS_VALUE_BOOLEAN)
		wanted = EPCIS_JSON_TRUE;
	if (!epcis_json_is(fill, &named, wanted))
		return text;
	if (kind == EPCIS_VALUE_DECIMAL)
		return plain_decimal(fill, &named);
	if (kind == EPCIS_VALUE_TEXT)
		return text;
	text = epcis_trim(text);
	const char *wrong = epcis_value_wrong(kind, text);
	if (wrong)
		epcis_json_refuse(fill, value, name, wrong, "");
	if (kind != EPCIS_VALUE_URI || fill->err)
		return text;
	/* GS1's web vocabulary, where measurements come from, grows: any name of its kind may be
	 * one */
	bool has_colon = memchr(text.at, ':', text.size) ||
			 (words == CBV_MEASUREMENT && epcis_json_is_name(text));
	if (words == CBV_NONE ? !has_colon : !has_colon && !cbv_word(words, text))
		epcis_json_refuse(fill, value, name,
			words == CBV_NONE ? "is not a URI: it has no colon"
					  : "is no word of the CBV and no URI: ",
			words == CBV_NONE ? "" : epcis_show(text).text);
	static const char urn[] = "urn:epcglobal:cbv:";
	if (words != CBV_NONE && words != CBV_MEASUREMENT && words != CBV_ALERT &&
		span_is(span_cut(text, 0, sizeof urn - 1), urn))
		epcis_json_refuse(
			fill, value, name, "is a URN of the CBV: JSON has the bare word", "");
	return text;
}

/* Texts that are in a list once: the schema's uniqueItems. By a table of hashes, so that long lists
 * cost little. */
static void refuse_repeated(
	struct epcis_json_fill *fill, const struct epcis_json *array, struct epcis_texts texts)
{
	size_t before = fill->arena->size;
	size_t room = 16;
	while (room < texts.count * 2)
		room *= 2;
	uint32_t *slots = epcis_json_take(fill, room * sizeof *slots);
	const struct epcis_json *item = array->first;
	for (size_t i = 0; i < texts.count && slots && !fill->err; i++, item = item->next) {
		uint64_t hash = 0xcbf29ce484222325;
		for (size_t j = 0; j < texts.at[i].size; j++)
			hash = (hash ^ texts.at[i].at[j]) * 0x100000001b3;
		size_t at = (size_t)(hash ^ hash >> 32) & (room - 1);
		for (; slots[at]; at = (at + 1) & (room - 1)) {
			if (!span_equal(texts.at[slots[at] - 1], texts.at[i]))
				continue;
			epcis_json_refuse(fill, item, array->name,
				"holds the same twice: ", epcis_show(texts.at[i]).text);
			return;
		}
		slots[at] = (uint32_t)i + 1;
	}
	if (!fill->err)
		arena_reset(fill->arena, before);
}

struct epcis_texts epcis_json_texts(struct epcis_json_fill *fill, const struct epcis_json *array,
	enum cbv_vocabulary words, bool once)
{
	struct epcis_texts texts = {0};
	if (!epcis_json_is(fill, array, EPCIS_JSON_ARRAY))
		return texts;
	struct span *at = epcis_json_take(fill, array->count * sizeof *at);
	for (const struct epcis_json *item = array->first; item && at; item = item->next)
		at[texts.count++] =
			epcis_json_value(fill, item, array->name, EPCIS_VALUE_URI, words);
	texts.at = at;
	if (once && texts.count > 1 && !fill->err)
		refuse_repeated(fill, array, texts);
	return texts;
}

/* A scalar of an extension. */
static void fill_scalar(
	struct epcis_json_fill *fill, const struct epcis_json *value, struct epcis_node *node)
{
	node->value = value->text;
	switch (value->kind) {
	case EPCIS_JSON_STRING: node->scalar = EPCIS_STRING; break;
	case EPCIS_JSON_NUMBER: node->scalar = EPCIS_NUMBER; break;
	case EPCIS_JSON_NULL: node->scalar = EPCIS_NULL; break;
	case EPCIS_JSON_TRUE:
	case EPCIS_JSON_FALSE:
		node->scalar = EPCIS_BOOLEAN;
		node->value = span_text(value->kind == EPCIS_JSON_TRUE ? "true" : "false");
		break;
	case EPCIS_JSON_ARRAY:
	case EPCIS_JSON_OBJECT:
		epcis_json_refuse(fill, value, value->name, "holds an array in an array", "");
		break;
	}
}

static void fill_object(
	struct epcis_json_fill *fill, const struct epcis_json *object, struct epcis_node *node)
{
	const struct epcis_node **tail = &node->children;
	/* beside a text there are attributes only, as in XML */
	bool has_text = epcis_json_member(object, "#text");
	for (const struct epcis_json *member = object->first; member && !fill->err;
		member = member->next) {
		struct epcis_name name;
		if (span_is(member->name, "#text")) {
			fill_scalar(fill, member, node);
			continue;
		}
		if (has_text && member->kind >= EPCIS_JSON_ARRAY)
			epcis_json_refuse(fill, member, member->name,
				"stands beside #text and is no plain value", "");
		bool is_known = epcis_context_name(&fill->context, member->name, &name);
		epcis_json_nodes(fill, member, is_known ? &name : NULL, has_text, &tail);
	}
	if (!object->count)
		node->scalar = EPCIS_EMPTY;
}

void epcis_json_nodes(struct epcis_json_fill *fill, const struct epcis_json *member,
	const struct epcis_name *name, bool as_attribute, const struct epcis_node ***tail)
{
	bool is_array = member->kind == EPCIS_JSON_ARRAY;
	const struct epcis_json *item = is_array ? member->first : member;
	/* a prefix alone names nothing, and no other form could carry it */
	if (!name && (!member->name.size || memchr(member->name.at, ':', member->name.size)))
		epcis_json_refuse(
			fill, member, member->name, "names nothing behind its prefix", "");
	for (; item && !fill->err; item = is_array ? item->next : NULL) {
		struct epcis_node *node = epcis_json_take(fill, sizeof *node);
		if (!node)
			return;
		node->line = item->line;
		node->name = name ? name->name : member->name;
		if (name) {
			node->space = name->space;
			node->prefix = name->prefix;
			node->is_implied = name->is_implied;
		}
		node->is_attribute = as_attribute && !is_array && item->kind < EPCIS_JSON_ARRAY;
		if (item->kind == EPCIS_JSON_OBJECT)
			fill_object(fill, item, node);
		else
			fill_scalar(fill, item, node);
		**tail = node;
		*tail = &node->next;
	}
}

/* A member that the standard does not define. */
void epcis_json_extension(struct epcis_json_fill *fill, const struct epcis_json *member,
	const char *in, bool as_attribute, bool is_free, const struct epcis_node ***tail)
{
	struct epcis_name name;
	bool is_known = epcis_context_name(&fill->context, member->name, &name);
	if (is_known || is_free)
		epcis_json_nodes(fill, member, is_known ? &name : NULL, as_attribute, tail);
	else
		epcis_json_refuse(fill, member, member->name,
			"is not known, and what others add has a prefix: in ", in);
}

void epcis_json_place(
	struct epcis_json_fill *fill, const struct epcis_json *object, struct epcis_place *place)
{
	const struct epcis_node **tail = &place->extensions;
	if (!epcis_json_is(fill, object, EPCIS_JSON_OBJECT))
		return;
	for (const struct epcis_json *member = object->first; member && !fill->err;
		member = member->next) {
		if (span_is(member->name, "id"))
			place->id = epcis_json_value(
				fill, member, member->name, EPCIS_VALUE_URI, CBV_NONE);
		else
			epcis_json_extension(fill, member, "a place", false, true, &tail);
	}
	if (!place->id.at)
		epcis_json_refuse(fill, object, object->name, "lacks its id", "");
}

struct epcis_quantities epcis_json_quantities(
	struct epcis_json_fill *fill, const struct epcis_json *array)
{
	struct epcis_quantities quantities = {0};
	if (!epcis_json_is(fill, array, EPCIS_JSON_ARRAY))
		return quantities;
	struct epcis_quantity *at = epcis_json_take(fill, array->count * sizeof *at);
	for (const struct epcis_json *item = array->first; item && at && !fill->err;
		item = item->next) {
		struct epcis_quantity *quantity = &at[quantities.count++];
		struct epcis_json named = *item;
		named.name = array->name;
		if (!epcis_json_is(fill, &named, EPCIS_JSON_OBJECT))
			break;
		for (const struct epcis_json *member = item->first; member; member = member->next) {
			bool is_class = span_is(member->name, "epcClass");
			bool is_quantity = span_is(member->name, "quantity");
			struct span *place = is_class      ? &quantity->epc_class
					     : is_quantity ? &quantity->quantity
							   : &quantity->uom;
			if (!is_class && !is_quantity && !span_is(member->name, "uom")) {
				epcis_json_refuse(fill, member, member->name,
					"is not known in a quantity", "");
				break;
			}
			*place = epcis_json_value(fill, member, member->name,
				is_class      ? EPCIS_VALUE_URI
				: is_quantity ? EPCIS_VALUE_DECIMAL
					      : EPCIS_VALUE_UOM,
				CBV_NONE);
		}
		if (!quantity->epc_class.at)
			epcis_json_refuse(
				fill, item, array->name, "holds a quantity without epcClass", "");
	}
	quantities.at = at;
	return quantities;
}

struct epcis_parties epcis_json_parties(struct epcis_json_fill *fill,
	const struct epcis_json *array, const char *id, enum cbv_vocabulary words, bool needs_type)
{
	struct epcis_parties parties = {0};
	if (!epcis_json_is(fill, array, EPCIS_JSON_ARRAY))
		return parties;
	struct epcis_party *at = epcis_json_take(fill, array->count * sizeof *at);
	for (const struct epcis_json *item = array->first; item && at && !fill->err;
		item = item->next) {
		struct epcis_party *party = &at[parties.count++];
		struct epcis_json named = *item;
		named.name = array->name;
		if (!epcis_json_is(fill, &named, EPCIS_JSON_OBJECT))
			break;
		for (const struct epcis_json *member = item->first; member; member = member->next) {
			bool is_type = span_is(member->name, "type");
			if (!is_type && !span_is(member->name, id)) {
				epcis_json_refuse(
					fill, member, member->name, "is not known beside ", id);
				break;
			}
			*(is_type ? &party->type : &party->id) = epcis_json_value(fill, member,
				member->name, EPCIS_VALUE_URI, is_type ? words : CBV_NONE);
		}
		if (!party->id.at || (needs_type && !party->type.at))
			epcis_json_refuse(fill, item, array->name, "holds one without ",
				party->id.at ? "type" : id);
	}
	parties.at = at;
	return parties;
}

static void take_report(struct epcis_json_fill *fill, const struct epcis_json *object,
	struct epcis_sensor_report *report)
{
	const struct epcis_node **tail = &report->extensions;
	if (!epcis_json_is(fill, object, EPCIS_JSON_OBJECT))
		return;
	for (const struct epcis_json *member = object->first; member && !fill->err;
		member = member->next) {
		int i = 0;
		while (i < EPCIS_REPORT_COUNT &&
			!span_is(member->name, epcis_report_rule((enum epcis_report)i)->name))
			i++;
		if (i < EPCIS_REPORT_COUNT) {
			const struct epcis_attribute_rule *rule =
				epcis_report_rule((enum epcis_report)i);
			report->value[i] = epcis_json_value(
				fill, member, member->name, rule->value, rule->words);
		} else {
			/* the JSON Schema knows bizRules here, the XSD does not */
			epcis_json_extension(fill, member, "a sensorReport", true,
				span_is(member->name, "bizRules"), &tail);
		}
	}
	if (!report->value[EPCIS_REPORT_TYPE].at)
		epcis_json_refuse(fill, object, span_text("sensorReport"), "lacks its type", "");
}

static void take_metadata(struct epcis_json_fill *fill, const struct epcis_json *object,
	struct epcis_sensor_element *sensor)
{
	const struct epcis_node **tail = &sensor->metadata_extensions;
	sensor->has_metadata = true;
	if (!epcis_json_is(fill, object, EPCIS_JSON_OBJECT))
		return;
	for (const struct epcis_json *member = object->first; member && !fill->err;
		member = member->next) {
		int i = 0;
		while (i < EPCIS_METADATA_COUNT &&
			!span_is(member->name, epcis_metadata_rule((enum epcis_metadata)i)->name))
			i++;
		if (i < EPCIS_METADATA_COUNT)
			sensor->metadata[i] = epcis_json_value(fill, member, member->name,
				epcis_metadata_rule((enum epcis_metadata)i)->value, CBV_NONE);
		else
			epcis_json_extension(fill, member, "sensorMetadata", true, false, &tail);
	}
}

void epcis_json_sensor(struct epcis_json_fill *fill, const struct epcis_json *object,
	struct epcis_sensor_element *sensor)
{
	const struct epcis_node **tail = &sensor->extensions;
	if (!epcis_json_is(fill, object, EPCIS_JSON_OBJECT))
		return;
	for (const struct epcis_json *member = object->first; member && !fill->err;
		member = member->next) {
		if (span_is(member->name, "sensorMetadata")) {
			take_metadata(fill, member, sensor);
		} else if (!span_is(member->name, "sensorReport")) {
			epcis_json_extension(fill, member, "a sensorElement", false, false, &tail);
		} else if (epcis_json_is(fill, member, EPCIS_JSON_ARRAY)) {
			struct epcis_sensor_report *at =
				epcis_json_take(fill, member->count * sizeof *at);
			for (const struct epcis_json *item = member->first; item && at;
				item = item->next)
				take_report(fill, item, &at[sensor->report_count++]);
			sensor->reports = at;
		}
	}
	if (!sensor->report_count)
		epcis_json_refuse(
			fill, object, span_text("sensorElement"), "has no sensorReport", "");
}
