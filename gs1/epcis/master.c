#include "gs1/epcis/master.h"
#include "gs1/epcis/refuse.h"
#include "gs1/epcis/shape.h"

/* What may stand in an element of a tree. */
struct part {
	const char *name;
	bool required;
	bool many;
};

static bool is_element(const struct epcis_node *node, const char *space, const char *name)
{
	return !node->is_attribute && span_is(node->name, name) &&
	       (space ? span_is(node->space, space) : !node->space.size);
}

const struct epcis_node *epcis_child(const struct epcis_node *parent, const char *name)
{
	for (const struct epcis_node *node = parent->children; node; node = node->next) {
		if (is_element(node, NULL, name))
			return node;
	}
	return NULL;
}

struct span epcis_attribute(const struct epcis_node *parent, const char *name)
{
	for (const struct epcis_node *node = parent->children; node; node = node->next) {
		if (node->is_attribute && !node->space.size && span_is(node->name, name))
			return node->value;
	}
	return (struct span){0};
}

const struct epcis_node *epcis_master_list(const struct epcis_node *node)
{
	if (!is_element(node, NULL, "extension"))
		return NULL;
	const struct epcis_node *data = epcis_child(node, "EPCISMasterData");
	return data ? epcis_child(data, "VocabularyList") : NULL;
}

static enum err refuse(
	const struct epcis_node *node, struct fault *fault, const char *why, const char *what)
{
	char name[64];
	size_t size = node->name.size < sizeof name ? node->name.size : sizeof name - 1;
	memcpy(name, node->name.at, size);
	name[size] = 0;
	return epcis_refuse(fault, ERR_FORMAT, node->line, name, "%s%s", why, what);
}

/* Elements of a namespace (NULL: none) in order; what is in other namespaces may stand behind
 * them if `open`. Attributes are not looked at. */
static enum err check_parts(const struct epcis_node *parent, const char *space,
	const struct part *parts, size_t count, bool open, struct fault *fault)
{
	size_t at = 0;
	bool is_there = false; /* parts[at] */
	for (const struct epcis_node *node = parent->children; node; node = node->next) {
		if (node->is_attribute)
			continue;
		size_t found = at;
		while (found < count && !is_element(node, space, parts[found].name))
			found++;
		if (found == count) {
			bool is_other = node->space.size && !(space && span_is(node->space, space));
			if (open && is_other)
				continue;
			return refuse(node, fault, "has no place here, or stands too late", "");
		}
		for (; at < found; at++, is_there = false)
			if (parts[at].required && !is_there)
				return refuse(node, fault,
					"stands where this must come first: ", parts[at].name);
		if (is_there && !parts[found].many)
			return refuse(node, fault, "stands twice", "");
		is_there = true;
	}
	for (; at < count; at++, is_there = false)
		if (parts[at].required && !is_there)
			return refuse(parent, fault, "lacks ", parts[at].name);
	return OK;
}

#define CHECK_PARTS(node, space, parts, open, fault)                                               \
	check_parts(node, space, parts, sizeof(parts) / sizeof((parts)[0]), open, fault)

static enum err check_uri_attribute(
	const struct epcis_node *node, const char *name, struct fault *fault)
{
	struct span value = epcis_attribute(node, name);
	if (!value.at)
		return refuse(node, fault, "lacks its attribute ", name);
	return epcis_value_wrong(EPCIS_VALUE_URI, value)
		       ? refuse(node, fault, "has an attribute that is no URI: ", name)
		       : OK;
}

static enum err check_element(const struct epcis_node *element, struct fault *fault)
{
	static const struct part parts[] = {{"attribute", false, true}, {"children", false, false},
		{"extension", false, false}};
	static const struct part ids[] = {{"id", false, true}};
	enum err err = CHECK_PARTS(element, NULL, parts, true, fault);
	if (!err)
		err = check_uri_attribute(element, "id", fault);
	for (const struct epcis_node *node = element->children; node && !err; node = node->next) {
		if (is_element(node, NULL, "attribute"))
			err = check_uri_attribute(node, "id", fault);
		if (is_element(node, NULL, "children"))
			err = CHECK_PARTS(node, NULL, ids, false, fault);
	}
	return err;
}

static enum err check_vocabulary(const struct epcis_node *vocabulary, struct fault *fault)
{
	static const struct part parts[] = {
		{"VocabularyElementList", false, false}, {"extension", false, false}};
	static const struct part elements[] = {{"VocabularyElement", true, true}};
	enum err err = CHECK_PARTS(vocabulary, NULL, parts, true, fault);
	if (!err)
		err = check_uri_attribute(vocabulary, "type", fault);
	const struct epcis_node *list = epcis_child(vocabulary, "VocabularyElementList");
	if (!err && list)
		err = CHECK_PARTS(list, NULL, elements, false, fault);
	for (const struct epcis_node *node = list ? list->children : NULL; node && !err;
		node = node->next)
		if (!node->is_attribute)
			err = check_element(node, fault);
	return err;
}

enum err epcis_vocabularies_check(const struct epcis_node *vocabularies, struct fault *fault)
{
	enum err err = OK;
	for (const struct epcis_node *node = vocabularies; node && !err; node = node->next) {
		if (node->is_attribute)
			continue;
		if (!is_element(node, NULL, "Vocabulary"))
			return refuse(node, fault, "has no place in <VocabularyList>", "");
		err = check_vocabulary(node, fault);
	}
	return err;
}

/* StandardBusinessDocumentHeader.xsd, as far as its parts must be there. */
static enum err check_sbdh(const struct epcis_node *header, struct fault *fault)
{
	static const struct part parts[] = {{"HeaderVersion", true, false}, {"Sender", true, true},
		{"Receiver", true, true}, {"DocumentIdentification", true, false},
		{"Manifest", false, false}, {"BusinessScope", false, false}};
	static const struct part partner[] = {
		{"Identifier", true, false}, {"ContactInformation", false, true}};
	static const struct part document[] = {{"Standard", true, false},
		{"TypeVersion", true, false}, {"InstanceIdentifier", true, false},
		{"Type", true, false}, {"MultipleType", false, false},
		{"CreationDateAndTime", true, false}};
	const char *space = EPCIS_SBDH_NAMESPACE;
	enum err err = CHECK_PARTS(header, space, parts, false, fault);
	for (const struct epcis_node *node = header->children; node && !err; node = node->next) {
		if (is_element(node, space, "Sender") || is_element(node, space, "Receiver"))
			err = CHECK_PARTS(node, space, partner, false, fault);
		if (is_element(node, space, "DocumentIdentification"))
			err = CHECK_PARTS(node, space, document, false, fault);
	}
	return err;
}

enum err epcis_header_check(
	const struct epcis_node *children, size_t line, enum epcis_form form, struct fault *fault)
{
	bool is_first = form == EPCIS_XML_1_2;
	bool may_add = form != EPCIS_XML_2_0;
	bool has_sbdh = false;
	enum err err = OK;
	static const struct part extension[] = {
		{"EPCISMasterData", false, false}, {"extension", false, false}};
	static const struct part master[] = {
		{"VocabularyList", true, false}, {"extension", false, false}};
	for (const struct epcis_node *node = children; node && !err; node = node->next) {
		const struct epcis_node *list = epcis_master_list(node);
		const struct epcis_node *data = NULL;
		if (node->is_attribute)
			continue;
		if (is_element(node, EPCIS_SBDH_NAMESPACE, "StandardBusinessDocumentHeader")) {
			if (has_sbdh)
				return refuse(node, fault, "stands twice", "");
			has_sbdh = true;
			err = check_sbdh(node, fault);
		} else if (is_element(node, NULL, "extension")) {
			err = CHECK_PARTS(node, NULL, extension, !is_first, fault);
			data = epcis_child(node, "EPCISMasterData");
		} else if (!node->space.size || !may_add) {
			return refuse(node, fault, "has no place in <EPCISHeader>", "");
		}
		if (!err && data)
			err = CHECK_PARTS(data, NULL, master, false, fault);
		if (!err && list)
			err = epcis_vocabularies_check(list->children, fault);
	}
	if (!err && is_first && !has_sbdh)
		err = epcis_refuse(fault, ERR_FORMAT, line, "EPCISHeader",
			"lacks <StandardBusinessDocumentHeader>: EPCIS 1.2 demands it");
	return err;
}

struct span epcis_master_value(const struct epcis_master *master, const char *name)
{
	static const char stem[] = "urn:epcglobal:cbv:mda"; /* then '#', or ':' */
	struct span wanted = span_text(name);
	for (const struct epcis_node *node = master->element->children; node; node = node->next) {
		struct span id = epcis_attribute(node, "id");
		if (!is_element(node, NULL, "attribute") || id.size != sizeof stem + wanted.size)
			continue;
		if (span_is(span_cut(id, 0, sizeof stem - 1), stem) &&
			span_equal(span_cut(id, sizeof stem, id.size), wanted))
			return node->value;
	}
	return (struct span){0};
}

enum err epcis_master_each(const struct epcis_node *vocabularies, void *self,
	enum err (*on_master)(void *self, const struct epcis_master *master, struct fault *fault),
	struct fault *fault)
{
	enum err err = OK;
	for (const struct epcis_node *node = vocabularies; node && !err; node = node->next) {
		const struct epcis_node *list = epcis_child(node, "VocabularyElementList");
		for (const struct epcis_node *element = list ? list->children : NULL;
			element && !err; element = element->next) {
			struct epcis_master master = {epcis_attribute(node, "type"),
				epcis_attribute(element, "id"), element};
			if (!element->is_attribute)
				err = on_master(self, &master, fault);
		}
	}
	return err;
}
