#include "gs1/epcis/json_check.h"
#include "gs1/epcis/json_fill_inside.h"
#include "gs1/epcis/shape.h"

#include <stdlib.h>

/* A URI or word, by what the reader of JSON-LD takes. */
static const char *text_lack(struct span text, enum cbv_vocabulary words)
{
	bool is_word = words != CBV_NONE && cbv_word(words, text);
	static const char urn[] = "urn:epcglobal:cbv:";
	if (!text.at || is_word)
		return NULL;
	if (!memchr(text.at, ':', text.size))
		return "has a URI without a colon";
	bool is_gs1 = words == CBV_MEASUREMENT || words == CBV_ALERT;
	return words != CBV_NONE && !is_gs1 && span_is(span_cut(text, 0, sizeof urn - 1), urn)
		       ? "has a URN of the CBV that is none of its words"
		       : NULL;
}

static const char *texts_lack(struct epcis_texts texts, enum cbv_vocabulary words)
{
	const char *lack = NULL;
	for (size_t i = 0; i < texts.count && !lack; i++)
		lack = text_lack(texts.at[i], words);
	return lack;
}

static const char *field_lack(const struct epcis_event *event, enum epcis_element field)
{
	const void *at = (const uint8_t *)event + epcis_field_at(field);
	enum cbv_vocabulary words = epcis_field_words(field);
	const struct epcis_quantities *quantities = at;
	const struct epcis_parties *parties = at;
	const char *lack = NULL;
	switch (epcis_field_kind(field)) {
	case EPCIS_KIND_TEXT: return text_lack(*(const struct span *)at, words);
	case EPCIS_KIND_TEXTS: return texts_lack(*(const struct epcis_texts *)at, CBV_NONE);
	case EPCIS_KIND_PLACE: return text_lack(((const struct epcis_place *)at)->id, CBV_NONE);
	case EPCIS_KIND_QUANTITIES:
		for (size_t i = 0; i < quantities->count && !lack; i++)
			lack = text_lack(quantities->at[i].epc_class, CBV_NONE);
		return lack;
	case EPCIS_KIND_PARTIES:
		for (size_t i = 0; i < parties->count && !lack; i++) {
			lack = text_lack(parties->at[i].type, words);
			lack = lack ? lack : text_lack(parties->at[i].id, CBV_NONE);
		}
		return lack;
	case EPCIS_KIND_OWN: break;
	}
	return NULL;
}

static const char *event_lack(const struct epcis_event *event)
{
	const char *lack = text_lack(event->error_declaration.reason, CBV_ERROR_REASON);
	if (!lack)
		lack = texts_lack(event->error_declaration.corrective_event_ids, CBV_NONE);
	if (!lack)
		lack = texts_lack(event->persistent_set, CBV_DISPOSITION);
	if (!lack)
		lack = texts_lack(event->persistent_unset, CBV_DISPOSITION);
	for (int field = 0; field < EPCIS_FIELD_COUNT && !lack; field++)
		lack = field_lack(event, (enum epcis_element)field);
	return lack;
}

static const char *attribute_lack(const struct epcis_attribute_rule *rule, struct span text)
{
	if (rule->value == EPCIS_VALUE_DOUBLE && text.size &&
		(text.at[text.size - 1] | 0x20) >= 'a')
		return "has INF or NaN"; /* JSON has no such numbers */
	if (rule->value == EPCIS_VALUE_URI && text.at && rule->words == CBV_MEASUREMENT &&
		epcis_json_is_name(text))
		return NULL; /* GS1's web vocabulary grows */
	return rule->value == EPCIS_VALUE_URI ? text_lack(text, rule->words) : NULL;
}

static int text_order(const void *a, const void *b)
{
	return span_order(*(const struct span *)a, *(const struct span *)b);
}

/* The JSON Schema's uniqueItems, for lists that XML allows. */
static bool has_twice(struct epcis_texts texts, bool *is_twice)
{
	*is_twice = false;
	if (texts.count < 2)
		return true;
	struct span *sorted = malloc(texts.count * sizeof *sorted);
	if (!sorted)
		return false;
	memcpy(sorted, texts.at, texts.count * sizeof *sorted);
	qsort(sorted, texts.count, sizeof *sorted, text_order);
	for (size_t i = 1; i < texts.count; i++)
		*is_twice |= span_equal(sorted[i - 1], sorted[i]);
	free(sorted);
	return true;
}

static const char *report_lack(const struct epcis_sensor_report *report)
{
	if (!report->value[EPCIS_REPORT_TYPE].at)
		return "has a sensorReport without a type";
	const char *lack = NULL;
	for (int i = 0; i < EPCIS_REPORT_COUNT && !lack; i++)
		lack = attribute_lack(epcis_report_rule((enum epcis_report)i), report->value[i]);
	return lack;
}

enum err epcis_json_check(const struct epcis_event *event, struct fault *fault)
{
	const struct epcis_texts lists[] = {event->epc_list, event->child_epcs,
		event->input_epc_list, event->output_epc_list, event->persistent_set,
		event->persistent_unset};
	const char *lack = epcis_json_lack(event, event->epc_list.count);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0] && !lack; i++) {
		bool is_twice;
		if (!has_twice(lists[i], &is_twice))
			return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for writing");
		lack = is_twice ? "has a list with the same twice: JSON-LD has lists without"
				: NULL;
	}
	lack = lack ? lack : event_lack(event);
	for (size_t i = 0; i < event->sensor_element_list.count && !lack; i++) {
		const struct epcis_sensor_element *sensor = &event->sensor_element_list.at[i];
		for (int j = 0; j < EPCIS_METADATA_COUNT && !lack; j++)
			lack = attribute_lack(
				epcis_metadata_rule((enum epcis_metadata)j), sensor->metadata[j]);
		for (size_t j = 0; j < sensor->report_count && !lack; j++)
			lack = report_lack(&sensor->reports[j]);
	}
	return lack ? fault_set(fault, ERR_RANGE, event->line, 0,
			      "%s: %s, so it has no JSON-LD form", epcis_type_name(event->type),
			      lack)
		    : OK;
}
