#include "gs1/epcis/prefix.h"

#include <assert.h>
#include <stdio.h>

#define MASTER_DATA_PREFIX "cbvmda"

static bool is_name_byte(uint8_t c, bool first)
{
	bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
	return is_letter || (!first && ((c >= '0' && c <= '9') || c == '-' || c == '.'));
}

/* A prefix that any XML and any JSON-LD can carry: ASCII, short, not beginning with "xml". */
static bool is_usable(const struct epcis_prefixes *prefixes, struct span prefix, struct span space)
{
	if (!prefix.size || prefix.size >= EPCIS_PREFIX_SIZE)
		return false;
	for (size_t i = 0; i < prefix.size; i++) {
		if (!is_name_byte(prefix.at[i], i == 0))
			return false;
	}
	if (prefix.size >= 3 && (prefix.at[0] | 0x20) == 'x' && (prefix.at[1] | 0x20) == 'm' &&
		(prefix.at[2] | 0x20) == 'l')
		return false;
	if (prefixes->is_reserved && prefixes->is_reserved(prefix, space))
		return false;
	for (size_t i = 0; i < prefixes->count; i++) {
		if (span_is(prefix, prefixes->at[i].text))
			return false;
	}
	return true;
}

static bool same_space(const struct epcis_prefixes *prefixes, struct span a, struct span b)
{
	if (prefixes->one_master_data && epcis_is_master_data(a) && epcis_is_master_data(b))
		return true;
	return span_equal(a, b);
}

static const struct epcis_prefix *find(const struct epcis_prefixes *prefixes, struct span space)
{
	for (size_t i = 0; i < prefixes->count; i++) {
		if (same_space(prefixes, space, prefixes->at[i].space))
			return &prefixes->at[i];
	}
	return NULL;
}

const char *epcis_prefix_of(const struct epcis_prefixes *prefixes, struct span space)
{
	if (!space.size)
		return "";
	if (span_is(space, EPCIS_XML_SPACE))
		return "xml";
	const struct epcis_prefix *prefix = find(prefixes, space);
	assert(prefix);
	return prefix->text;
}

static enum err add(
	struct epcis_prefixes *prefixes, const struct epcis_node *node, struct fault *fault)
{
	bool is_xml = span_is(node->space, EPCIS_XML_SPACE);
	if (!node->space.size || (is_xml && !prefixes->declares_xml) || epcis_is_hint(node) ||
		find(prefixes, node->space))
		return OK;
	if (prefixes->count == EPCIS_PREFIXES_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0,
			"the event's extensions are in more than %d namespaces",
			EPCIS_PREFIXES_MAX);
	struct epcis_prefix *prefix = &prefixes->at[prefixes->count];
	bool is_ours = prefixes->one_master_data && epcis_is_master_data(node->space);
	struct span hint = is_ours  ? span_text(MASTER_DATA_PREFIX)
			   : is_xml ? span_text("xml")
				    : node->prefix;
	prefix->space = is_ours ? span_text(EPCIS_MASTER_DATA) : node->space;
	if (is_ours || is_xml || is_usable(prefixes, hint, node->space)) {
		memcpy(prefix->text, hint.at, hint.size);
		prefix->text[hint.size] = 0;
	} else {
		size_t number = prefixes->count;
		do {
			(void)snprintf(prefix->text, sizeof prefix->text, "ns%zu", ++number);
		} while (!is_usable(prefixes, span_text(prefix->text), node->space));
	}
	prefixes->count++;
	return OK;
}

static enum err collect(struct epcis_prefixes *prefixes, const struct epcis_node *node, int level,
	struct fault *fault)
{
	if (node && level == EPCIS_LEVELS_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0,
			"extensions stand more than %d elements deep", EPCIS_LEVELS_MAX);
	for (; node; node = node->next) {
		enum err err = add(prefixes, node, fault);
		if (!err)
			err = collect(prefixes, node->children, level + 1, fault);
		if (err)
			return err;
	}
	return OK;
}

enum err epcis_prefixes_collect(
	struct epcis_prefixes *prefixes, const struct epcis_event *event, struct fault *fault)
{
	const struct epcis_node *const roots[] = {event->ilmd, event->extensions,
		event->read_point.extensions, event->biz_location.extensions,
		event->error_declaration.extensions};
	enum err err = OK;
	for (size_t i = 0; i < sizeof roots / sizeof roots[0] && !err; i++)
		err = collect(prefixes, roots[i], 0, fault);
	for (size_t i = 0; i < event->sensor_element_list.count && !err; i++) {
		const struct epcis_sensor_element *sensor = &event->sensor_element_list.at[i];
		err = collect(prefixes, sensor->metadata_extensions, 0, fault);
		for (size_t j = 0; j < sensor->report_count && !err; j++)
			err = collect(prefixes, sensor->reports[j].extensions, 0, fault);
		if (!err)
			err = collect(prefixes, sensor->extensions, 0, fault);
	}
	return err;
}
