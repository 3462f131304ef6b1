#include "gs1/epcis/json_head.h"
#include "gs1/epcis/json_fill_inside.h"
#include "gs1/epcis/master.h"
#include "gs1/epcis/refuse.h"

enum epcis_json_guess epcis_json_guess(struct span name)
{
	static const char *const document[] = {"schemaVersion", "creationDate", "epcisBody",
		"epcisHeader", "sender", "receiver", "instanceIdentifier"};
	static const char *const nothing[] = {"@context", "id", "type"};
	for (size_t i = 0; i < sizeof document / sizeof document[0]; i++) {
		if (span_is(name, document[i]))
			return EPCIS_JSON_GUESS_DOCUMENT;
	}
	for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
		if (span_is(name, nothing[i]))
			return EPCIS_JSON_GUESS_NOTHING;
	}
	for (int field = 0; field < EPCIS_FIELD_COUNT; field++) {
		if (span_is(name, epcis_rule((enum epcis_element)field)->name))
			return EPCIS_JSON_GUESS_EVENT;
	}
	return name.size && memchr(name.at, ':', name.size) ? EPCIS_JSON_GUESS_NOTHING
							    : EPCIS_JSON_GUESS_QUERY;
}

enum epcis_json_place epcis_json_inside(
	enum epcis_json_place parent, struct span name, bool is_array)
{
	static const struct {
		enum epcis_json_place parent;
		enum epcis_json_place place;
		const char *name;
		bool is_array;
	} rows[] = {
		{EPCIS_JSON_OUTSIDE, EPCIS_JSON_DOCUMENT, "", false},
		{EPCIS_JSON_DOCUMENT, EPCIS_JSON_HEADER, "epcisHeader", false},
		{EPCIS_JSON_DOCUMENT, EPCIS_JSON_BODY, "epcisBody", false},
		{EPCIS_JSON_HEADER, EPCIS_JSON_MASTER_DATA, "epcisMasterData", false},
		{EPCIS_JSON_MASTER_DATA, EPCIS_JSON_VOCABULARY_LIST, "vocabularyList", true},
		{EPCIS_JSON_BODY, EPCIS_JSON_EVENT_LIST, "eventList", true},
		{EPCIS_JSON_BODY, EPCIS_JSON_QUERY_RESULTS, "queryResults", false},
		{EPCIS_JSON_QUERY_RESULTS, EPCIS_JSON_RESULTS_BODY, "resultsBody", false},
		{EPCIS_JSON_RESULTS_BODY, EPCIS_JSON_EVENT_LIST, "eventList", true},
		{EPCIS_JSON_RESULTS_BODY, EPCIS_JSON_VOCABULARY_LIST, "vocabularyList", true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].parent == parent && rows[i].is_array == is_array &&
			span_is(name, rows[i].name))
			return rows[i].place;
	}
	return EPCIS_JSON_OUTSIDE;
}

static void once(struct epcis_json_fill *fill, const struct epcis_json *value, struct span name,
	struct span *place, enum epcis_value kind)
{
	if (place->at)
		epcis_json_refuse(fill, value, name, "stands twice", "");
	struct span text = epcis_json_value(fill, value, name, kind, CBV_NONE);
	if (!fill->err)
		*place = text.at ? text : span_of("", 0);
}

/* "2.0": digits with points between them. */
static void take_version(struct epcis_json_document *document, struct epcis_json_fill *fill,
	const struct epcis_json *value, struct span name)
{
	once(fill, value, name, &document->head.schema_version, EPCIS_VALUE_TEXT);
	struct span text = document->head.schema_version;
	bool is_right = text.size > 0;
	for (size_t i = 0; i < text.size; i++) {
		bool is_digit = text.at[i] >= '0' && text.at[i] <= '9';
		bool is_point =
			text.at[i] == '.' && i > 0 && i + 1 < text.size && text.at[i - 1] != '.';
		is_right &= is_digit || is_point;
	}
	if (!is_right)
		epcis_json_refuse(fill, value, name, "is no version like 2.0", "");
	else if (!fill->err && (text.at[0] != '2' || (text.size > 1 && text.at[1] != '.')))
		fill->err = epcis_refuse(fill->fault, ERR_VERSION, value->line, "schemaVersion",
			"is \"%s\": JSON-LD has version 2.0", epcis_show(text).text);
}

static void take_type(struct epcis_json_document *document, struct epcis_json_fill *fill,
	const struct epcis_json *value, struct span name)
{
	struct epcis_json named = *value;
	named.name = name;
	if (document->has_type)
		epcis_json_refuse(fill, value, name, "stands twice", "");
	if (!epcis_json_is(fill, &named, EPCIS_JSON_STRING))
		return;
	document->has_type = true;
	document->head.document = EPCIS_WITH_EVENTS;
	if (span_is(value->text, "EPCISQueryDocument"))
		document->head.document = EPCIS_WITH_RESULTS;
	else if (!span_is(value->text, "EPCISDocument"))
		document->is_event = true; /* whether it is one is seen when it is read */
	if (document->is_event && document->is_document)
		epcis_json_refuse(fill, value, name,
			"is neither EPCISDocument nor EPCISQueryDocument: ",
			epcis_show(value->text).text);
}

/* Others' members of the document or header stay; those of the body belong to no event. */
static void take_other(struct epcis_json_fill *fill, const struct epcis_json *value,
	struct span name, const struct epcis_node **list)
{
	struct epcis_json named = *value;
	const struct epcis_node **tail = list;
	named.name = name;
	while (tail && *tail)
		tail = &((struct epcis_node *)(uintptr_t)*tail)->next;
	const struct epcis_node *dropped = NULL;
	tail = tail ? tail : &dropped;
	epcis_json_extension(fill, &named, "the document", false, false, &tail);
}

static void member_of_document(struct epcis_json_document *document, struct epcis_json_fill *fill,
	struct span name, const struct epcis_json *value)
{
	struct epcis_head *head = &document->head;
	if (span_is(name, "@context")) {
		if (document->has_context)
			epcis_json_refuse(fill, value, name, "stands twice", "");
		if (!fill->err)
			fill->err = epcis_context_add(
				&document->fill.context, value, document->kept, fill->fault);
		document->has_context = true;
	} else if (span_is(name, "type")) {
		take_type(document, fill, value, name);
	} else if (span_is(name, "schemaVersion")) {
		take_version(document, fill, value, name);
	} else if (span_is(name, "creationDate")) {
		once(fill, value, name, &head->creation_date, EPCIS_VALUE_TIME);
	} else if (span_is(name, "id")) {
		once(fill, value, name, &head->id, EPCIS_VALUE_URI);
	} else if (span_is(name, "instanceIdentifier")) {
		once(fill, value, name, &head->instance_identifier, EPCIS_VALUE_TEXT);
	} else if (span_is(name, "sender")) {
		once(fill, value, name, &head->sender, EPCIS_VALUE_TEXT);
	} else if (span_is(name, "receiver")) {
		once(fill, value, name, &head->receiver, EPCIS_VALUE_TEXT);
	} else if (span_is(name, "epcisHeader") || span_is(name, "epcisBody")) {
		epcis_json_refuse(fill, value, name, "is no object", "");
	} else {
		take_other(fill, value, name, &head->attributes);
	}
}

/* Master data, as XML has them. */
static struct epcis_node *add_node(struct epcis_json_fill *fill, const char *name,
	const struct epcis_json *value, bool is_attribute, const struct epcis_node ***tail)
{
	struct epcis_node *node = epcis_json_take(fill, sizeof *node);
	if (!node)
		return NULL;
	node->name = span_text(name);
	node->line = value->line;
	node->is_attribute = is_attribute;
	if (is_attribute)
		node->value =
			epcis_json_value(fill, value, span_text(name), EPCIS_VALUE_URI, CBV_NONE);
	**tail = node;
	*tail = &node->next;
	return node;
}

static void take_attribute(struct epcis_json_fill *fill, const struct epcis_json *object,
	const struct epcis_node ***tail)
{
	const struct epcis_json *id = epcis_json_member(object, "id");
	const struct epcis_json *value = epcis_json_member(object, "attribute");
	struct epcis_node *node = add_node(fill, "attribute", object, false, tail);
	if (!node)
		return;
	const struct epcis_node **inside = &node->children;
	if (!id) {
		epcis_json_refuse(fill, object, span_text("attribute"), "lacks its id", "");
		return;
	}
	(void)add_node(fill, "id", id, true, &inside);
	if (!value)
		return;
	if (value->kind != EPCIS_JSON_OBJECT) {
		node->value = value->text;
		node->scalar = value->kind == EPCIS_JSON_NUMBER ? EPCIS_NUMBER : EPCIS_STRING;
		if (value->kind != EPCIS_JSON_STRING && value->kind != EPCIS_JSON_NUMBER)
			epcis_json_refuse(fill, value, span_text("attribute"),
				"is no text, number or object", "");
		return;
	}
	for (const struct epcis_json *member = value->first; member; member = member->next) {
		struct epcis_name name;
		bool is_known = epcis_context_name(&fill->context, member->name, &name);
		epcis_json_nodes(fill, member, is_known ? &name : NULL, false, &inside);
	}
}

static void take_element(struct epcis_json_fill *fill, const struct epcis_json *object,
	const struct epcis_node ***tail)
{
	struct epcis_node *node = add_node(fill, "VocabularyElement", object, false, tail);
	const struct epcis_node **inside = node ? &node->children : NULL;
	const struct epcis_json *id = epcis_json_member(object, "id");
	if (!node || !epcis_json_is(fill, object, EPCIS_JSON_OBJECT))
		return;
	if (!id) {
		epcis_json_refuse(fill, object, node->name, "lacks its id", "");
		return;
	}
	(void)add_node(fill, "id", id, true, &inside);
	for (const struct epcis_json *member = object->first; member && !fill->err;
		member = member->next) {
		if (span_is(member->name, "attributes") &&
			epcis_json_is(fill, member, EPCIS_JSON_ARRAY)) {
			for (const struct epcis_json *item = member->first; item; item = item->next)
				take_attribute(fill, item, &inside);
		} else if (span_is(member->name, "children") &&
			   epcis_json_is(fill, member, EPCIS_JSON_ARRAY)) {
			struct epcis_node *children =
				add_node(fill, "children", member, false, &inside);
			const struct epcis_node **ids = children ? &children->children : NULL;
			for (const struct epcis_json *item = member->first; item && ids;
				item = item->next) {
				struct epcis_node *child = add_node(fill, "id", item, false, &ids);
				if (child)
					child->value = epcis_json_value(
						fill, item, child->name, EPCIS_VALUE_URI, CBV_NONE);
			}
		} else if (!span_is(member->name, "id") && !span_is(member->name, "isA") &&
			   !span_is(member->name, "type")) {
			epcis_json_extension(
				fill, member, "vocabularyElementList", false, false, &inside);
		}
	}
}

static void take_vocabulary(struct epcis_json_document *document, struct epcis_json_fill *fill,
	const struct epcis_json *object)
{
	if (!document->vocabulary)
		document->vocabulary = &document->head.vocabularies;
	struct epcis_node *node =
		add_node(fill, "Vocabulary", object, false, &document->vocabulary);
	const struct epcis_node **inside = node ? &node->children : NULL;
	const struct epcis_json *type = epcis_json_member(object, "type");
	const struct epcis_json *list = epcis_json_member(object, "vocabularyElementList");
	if (!node || !epcis_json_is(fill, object, EPCIS_JSON_OBJECT))
		return;
	if (!type) {
		epcis_json_refuse(fill, object, span_text("vocabularyList"), "lacks a type", "");
		return;
	}
	(void)add_node(fill, "type", type, true, &inside);
	if (!list || !epcis_json_is(fill, list, EPCIS_JSON_ARRAY) || !list->count)
		return;
	struct epcis_node *elements = add_node(fill, "VocabularyElementList", list, false, &inside);
	const struct epcis_node **tail = elements ? &elements->children : NULL;
	for (const struct epcis_json *item = list->first; item && tail && !fill->err;
		item = item->next)
		take_element(fill, item, &tail);
}

enum err epcis_json_member_of(struct epcis_json_document *document, enum epcis_json_place place,
	struct span name, const struct epcis_json *value, struct fault *fault)
{
	struct epcis_json_fill fill = document->fill;
	struct epcis_head *head = &document->head;
	/* the name is in the reader's memory, which the next one takes */
	uint8_t *kept = arena_take(document->kept, name.size + 1);
	fill.arena = document->kept;
	fill.fault = fault;
	fill.err = OK;
	fill.line = value->line;
	if (!kept)
		return epcis_refuse(fault, ERR_LIMIT, value->line, "document", "is too large");
	memcpy(kept, name.at, name.size);
	name = span_of(kept, name.size);
	switch (place) {
	case EPCIS_JSON_DOCUMENT: member_of_document(document, &fill, name, value); break;
	case EPCIS_JSON_HEADER: take_other(&fill, value, name, &head->header); break;
	case EPCIS_JSON_VOCABULARY_LIST: take_vocabulary(document, &fill, value); break;
	case EPCIS_JSON_QUERY_RESULTS:
		if (span_is(name, "queryName"))
			once(&fill, value, name, &head->query_name, EPCIS_VALUE_TEXT);
		else if (span_is(name, "subscriptionID"))
			once(&fill, value, name, &head->subscription_id, EPCIS_VALUE_TEXT);
		else
			take_other(&fill, value, name, NULL);
		break;
	case EPCIS_JSON_MASTER_DATA:
	case EPCIS_JSON_BODY:
	case EPCIS_JSON_RESULTS_BODY: take_other(&fill, value, name, NULL); break;
	case EPCIS_JSON_EVENT_LIST:
	case EPCIS_JSON_OUTSIDE: break;
	}
	return fill.err;
}

static enum err leave_document(
	const struct epcis_json_document *document, size_t line, struct fault *fault)
{
	const struct epcis_head *head = &document->head;
	bool has_results = head->document == EPCIS_WITH_RESULTS;
	const char *lacks = NULL;
	enum err err = epcis_header_check(head->header, line, EPCIS_JSON_LD, fault);
	if (err)
		return err;
	if (!document->has_context)
		lacks = "@context";
	else if (!document->has_type)
		lacks = "type";
	else if (!has_results && !head->schema_version.at)
		lacks = "schemaVersion";
	else if (!has_results && !head->creation_date.at)
		lacks = "creationDate";
	else if (has_results && !document->has_results)
		lacks = "epcisBody.queryResults.resultsBody";
	else if (has_results && !head->query_name.at)
		lacks = "queryName";
	else if (document->lists != 1)
		lacks = document->lists ? "a single eventList: it has several" : "eventList";
	else if (!has_results && document->has_results)
		lacks = "epcisBody.eventList: an EPCISDocument has no queryResults";
	return lacks ? epcis_refuse(fault, ERR_FORMAT, line, "document", "lacks %s", lacks) : OK;
}

enum err epcis_json_leave(struct epcis_json_document *document, enum epcis_json_place place,
	size_t line, struct fault *fault)
{
	if (place == EPCIS_JSON_EVENT_LIST) {
		document->lists++;
		document->head.has_event_list = true;
	}
	if (place == EPCIS_JSON_RESULTS_BODY)
		document->has_results = true;
	return place == EPCIS_JSON_DOCUMENT ? leave_document(document, line, fault) : OK;
}

enum err epcis_json_params(
	struct epcis_json_document *document, const struct epcis_json *value, struct fault *fault)
{
	struct epcis_json_fill fill = document->fill;
	const struct epcis_json *query = epcis_json_member(value, "query");
	const struct epcis_node **tail = &document->head.params;
	const struct epcis_json *from = query ? query : value;
	fill.arena = document->kept;
	fill.fault = fault;
	fill.err = OK;
	document->head.document = EPCIS_WITH_PARAMS;
	document->head.query_name = span_text("SimpleEventQuery");
	if (!epcis_json_is(&fill, from, EPCIS_JSON_OBJECT))
		return fill.err;
	for (const struct epcis_json *member = from->first; member && !fill.err;
		member = member->next) {
		struct epcis_node *node;
		if (!member->name.size)
			epcis_json_refuse(&fill, member, member->name,
				"is no name of a parameter: it is empty", "");
		if (span_is(member->name, "@context") ||
			!(node = epcis_json_take(&fill, sizeof *node)))
			continue;
		node->name = member->name;
		node->line = member->line;
		const struct epcis_node **inside = &node->children;
		struct epcis_name string = {.name = span_text("string")};
		if (member->kind == EPCIS_JSON_ARRAY) {
			epcis_json_nodes(&fill, member, &string, false, &inside);
			node->scalar = EPCIS_EMPTY;
		} else {
			struct epcis_json_fill *at = &fill;
			const struct epcis_node *only = NULL;
			const struct epcis_node **end = &only;
			epcis_json_nodes(at, member, &string, false, &end);
			if (only) {
				node->value = only->value;
				node->children = only->children;
				node->scalar = only->scalar;
			}
		}
		*tail = node;
		tail = &node->next;
	}
	return fill.err;
}
