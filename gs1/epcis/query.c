#include "gs1/epcis/query.h"
#include "gs1/epcis/query_inside.h"
#include "gs1/epcis/refuse.h"
#include "gs1/syntax/urn.h"

#include <stdlib.h>

#define NUMBER_SIZE 64

/* What a value must be. */
enum kind { ANY, URI, WORD, TIME, NUMBER, NOTHING, ACTION, TYPE, DIRECTION, COUNT, BOOLEAN };

struct row {
	const char *name;
	enum epcis_compare compare;
	enum epcis_subject subject;
	enum epcis_element field;
	enum kind kind;
	enum cbv_vocabulary words;
};

#define FIELD(name, compare, field, kind, words)                                                   \
	{                                                                                          \
		name, EPCIS_##compare, EPCIS_SUBJECT_FIELD, EPCIS_##field, kind, CBV_##words       \
	}
#define OTHER(name, compare, subject, kind, words)                                                 \
	{                                                                                          \
		name, EPCIS_##compare, EPCIS_SUBJECT_##subject, EPCIS_FIELD_COUNT, kind,           \
			CBV_##words                                                                \
	}

static const struct row rows[] = {
	OTHER("eventType", EQ, TYPE, TYPE, NONE),
	FIELD("GE_eventTime", GE, EVENT_TIME, TIME, NONE),
	FIELD("LT_eventTime", LT, EVENT_TIME, TIME, NONE),
	FIELD("GE_recordTime", GE, RECORD_TIME, TIME, NONE),
	FIELD("LT_recordTime", LT, RECORD_TIME, TIME, NONE),
	FIELD("EQ_action", EQ, ACTION, ACTION, NONE),
	FIELD("EQ_bizStep", EQ, BIZ_STEP, WORD, BIZ_STEP),
	FIELD("EQ_disposition", EQ, DISPOSITION, WORD, DISPOSITION),
	OTHER("EQ_persistentDisposition_set", EQ, SET, WORD, DISPOSITION),
	OTHER("EQ_persistentDisposition_unset", EQ, UNSET, WORD, DISPOSITION),
	FIELD("EQ_readPoint", EQ, READ_POINT, URI, NONE),
	FIELD("WD_readPoint", WITHIN, READ_POINT, URI, NONE),
	FIELD("EQ_bizLocation", EQ, BIZ_LOCATION, URI, NONE),
	FIELD("WD_bizLocation", WITHIN, BIZ_LOCATION, URI, NONE),
	FIELD("EQ_transformationID", EQ, TRANSFORMATION_ID, URI, NONE),
	OTHER("MATCH_epc", MATCH, EPC, URI, NONE),
	FIELD("MATCH_parentID", MATCH, PARENT_ID, URI, NONE),
	FIELD("MATCH_inputEPC", MATCH, INPUT_EPC_LIST, URI, NONE),
	FIELD("MATCH_outputEPC", MATCH, OUTPUT_EPC_LIST, URI, NONE),
	OTHER("MATCH_anyEPC", MATCH, ANY_EPC, URI, NONE),
	OTHER("MATCH_epcClass", MATCH, CLASS, URI, NONE),
	OTHER("MATCH_inputEPCClass", MATCH, INPUT_CLASS, URI, NONE),
	OTHER("MATCH_outputEPCClass", MATCH, OUTPUT_CLASS, URI, NONE),
	OTHER("MATCH_anyEPCClass", MATCH, ANY_CLASS, URI, NONE),
	FIELD("EQ_eventID", EQ, EVENT_ID, URI, NONE),
	FIELD("EXISTS_errorDeclaration", EXISTS, ERROR_DECLARATION, NOTHING, NONE),
	OTHER("GE_errorDeclaration_Time", GE, DECLARATION_TIME, TIME, NONE),
	OTHER("LT_errorDeclaration_Time", LT, DECLARATION_TIME, TIME, NONE),
	OTHER("GE_errorDeclarationTime", GE, DECLARATION_TIME, TIME, NONE),
	OTHER("LT_errorDeclarationTime", LT, DECLARATION_TIME, TIME, NONE),
	OTHER("EQ_errorReason", EQ, REASON, WORD, ERROR_REASON),
	OTHER("EQ_correctiveEventID", EQ, CORRECTIVE_ID, URI, NONE),
	FIELD("EXISTS_sensorElementList", EXISTS, SENSOR_ELEMENT_LIST, NOTHING, NONE),
};

/* Attributes of sensors that may be asked for: with an operator in front, some with a unit
 * behind. */
static const struct {
	const char *name;
	enum kind kind;
	bool has_order; /* GT_ and so on */
	bool has_unit;
	enum cbv_vocabulary words;
} sensor_rows[] = {
	{"type", WORD, false, false, CBV_MEASUREMENT},
	{"deviceID", URI, false, false, CBV_NONE},
	{"dataProcessingMethod", URI, false, false, CBV_NONE},
	{"microorganism", URI, false, false, CBV_NONE},
	{"chemicalSubstance", URI, false, false, CBV_NONE},
	{"bizRules", URI, false, false, CBV_NONE},
	{"stringValue", ANY, false, false, CBV_NONE},
	{"booleanValue", BOOLEAN, false, false, CBV_NONE},
	{"hexBinaryValue", ANY, false, false, CBV_NONE},
	{"uriValue", URI, false, false, CBV_NONE},
	{"time", TIME, true, false, CBV_NONE},
	{"startTime", TIME, true, false, CBV_NONE},
	{"endTime", TIME, true, false, CBV_NONE},
	{"percRank", NUMBER, true, false, CBV_NONE},
	{"value", NUMBER, true, true, CBV_NONE},
	{"minValue", NUMBER, true, true, CBV_NONE},
	{"maxValue", NUMBER, true, true, CBV_NONE},
	{"meanValue", NUMBER, true, true, CBV_NONE},
	{"sDev", NUMBER, true, true, CBV_NONE},
	{"percValue", NUMBER, true, true, CBV_NONE},
};

enum err epcis_query_open(struct epcis_query **out, struct fault *fault)
{
	struct epcis_query *query = calloc(1, sizeof *query);
	if (!query || arena_init(&query->arena, EPCIS_QUERY_SIZE)) {
		free(query);
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a query");
	}
	*out = query;
	return OK;
}

void epcis_query_free(struct epcis_query *query)
{
	if (!query)
		return;
	arena_close(&query->arena);
	free(query);
}

struct epcis_query_order epcis_query_order(const struct epcis_query *query)
{
	return query->order;
}

static enum err refuse(struct fault *fault, enum err err, struct span name, const char *why)
{
	return fault_set(fault, err, 0, 0, "%s %s", epcis_show(name).text, why);
}

static bool keep(struct epcis_query *query, struct span text, struct span *kept)
{
	size_t from = query->arena.size;
	if (!arena_put(&query->arena, text))
		return false;
	*kept = span_of(query->arena.at + from, text.size);
	return true;
}

enum err epcis_query_prefix(
	struct epcis_query *query, struct span prefix, struct span space, struct fault *fault)
{
	struct epcis_query_prefix *row = arena_take(&query->arena, sizeof *row);
	if (!row)
		return refuse(fault, ERR_LIMIT, prefix, "does not fit: the query is too large");
	*row = (struct epcis_query_prefix){.next = query->prefixes};
	if (!keep(query, prefix, &row->prefix) || !keep(query, space, &row->space))
		return refuse(fault, ERR_LIMIT, prefix, "does not fit: the query is too large");
	query->prefixes = row;
	return OK;
}

static bool skip(struct span *text, const char *front)
{
	struct span wanted = span_text(front);
	if (!span_equal(span_cut(*text, 0, wanted.size), wanted))
		return false;
	*text = span_cut(*text, wanted.size, text->size);
	return true;
}

static bool read_number(struct span text, double *number)
{
	char digits[NUMBER_SIZE];
	if (text.size >= sizeof digits || epcis_value_wrong(EPCIS_VALUE_DOUBLE, text))
		return false;
	memcpy(digits, text.at, text.size);
	digits[text.size] = 0;
	*number = strtod(digits, NULL);
	return true;
}

struct span epcis_canonical(
	struct span text, enum cbv_vocabulary words, uint8_t *memory, size_t size)
{
	struct buf out;
	buf_over(&out, memory, size);
	if (words != CBV_NONE) {
		const char *word = cbv_word(words, text);
		return word ? span_text(word) : text;
	}
	bool is_urn = span_is(span_cut(text, 0, 8), "urn:epc:");
	if ((is_urn || span_is(span_cut(text, 0, 4), "http")) &&
		gs1_epc_canonical(text, &out, NULL) == OK && !out.err)
		return buf_span(&out);
	return text;
}

static bool is_type(struct span text)
{
	for (int i = 0; i < EPCIS_TYPE_COUNT; i++)
		if (span_is(text, epcis_type_name((enum epcis_type)i)))
			return true;
	return false;
}

/* Why a value is not of the kind, or NULL. */
static const char *wrong_value(enum kind kind, const struct epcis_wanted *wanted)
{
	enum epcis_action action;
	switch (kind) {
	case ANY:
	case NOTHING: return NULL;
	case URI: return epcis_value_wrong(EPCIS_VALUE_URI, wanted->text);
	case WORD: return epcis_value_wrong(EPCIS_VALUE_URI, wanted->text);
	case TIME: return wanted->is_time ? NULL : "is not a time with its offset";
	case NUMBER: return wanted->is_number ? NULL : "is not a number";
	case ACTION:
		return epcis_action_read(wanted->text, &action) ? NULL
								: "is none of ADD, OBSERVE, DELETE";
	case TYPE: return is_type(wanted->text) ? NULL : "is no type of event";
	case DIRECTION:
		return span_is(wanted->text, "ASC") || span_is(wanted->text, "DESC")
			       ? NULL
			       : "is neither ASC nor DESC";
	case COUNT:
		return wanted->is_number && wanted->number >= 1 && wanted->number < 1e15 &&
				       wanted->number == (double)(uint64_t)wanted->number
			       ? NULL
			       : "is not a number of events";
	case BOOLEAN: return epcis_value_wrong(EPCIS_VALUE_BOOLEAN, wanted->text);
	}
	return NULL;
}

static enum err take_values(struct epcis_query *query, struct epcis_param *param, enum kind kind,
	const struct span *values, size_t count, struct fault *fault)
{
	struct epcis_wanted *at = arena_take(&query->arena, (count ? count : 1) * sizeof *at);
	uint8_t memory[EPCIS_CANONICAL_SIZE];
	if (kind == NOTHING)
		count = 0;
	else if (!count)
		return refuse(fault, ERR_RANGE, param->whole, "has no value");
	for (size_t i = 0; i < count && at; i++) {
		struct epcis_wanted *wanted = &at[i];
		struct span text = epcis_trim(values[i]);
		*wanted = (struct epcis_wanted){0};
		if (!keep(query, text, &wanted->text) ||
			!keep(query, epcis_canonical(text, param->words, memory, sizeof memory),
				&wanted->canonical)) {
			at = NULL;
			break;
		}
		wanted->is_time = epcis_time_read(text, &wanted->ms);
		wanted->is_number = read_number(text, &wanted->number);
		const char *wrong = wrong_value(kind, wanted);
		if (wrong)
			return fault_set(fault, ERR_RANGE, 0, 0, "%s: \"%s\" %s",
				epcis_show(param->whole).text, epcis_show(text).text, wrong);
	}
	if (!at)
		return refuse(
			fault, ERR_LIMIT, param->whole, "does not fit: the query is too large");
	bool is_list = param->compare == EPCIS_EQ || param->compare == EPCIS_MATCH ||
		       param->compare == EPCIS_WITHIN || param->compare == EPCIS_HASATTR ||
		       param->compare == EPCIS_EQATTR;
	if (count > 1 && !is_list)
		return refuse(fault, ERR_RANGE, param->whole, "takes one value");
	param->values = at;
	param->count = count;
	return OK;
}

/* "ex:name", "http://x/#name": namespace and name. */
static void read_name(const struct epcis_query *query, struct span text, struct epcis_param *param)
{
	const uint8_t *colon = text.size ? memchr(text.at, ':', text.size) : NULL;
	size_t at = text.size;
	size_t front = colon ? (size_t)(colon - text.at) : text.size;
	for (const struct epcis_query_prefix *row = query->prefixes; row; row = row->next) {
		if (!span_equal(row->prefix, span_cut(text, 0, front)))
			continue;
		param->space = row->space;
		param->name = span_cut(text, front + 1, text.size);
		return;
	}
	if (span_is(span_cut(text, 0, front), "cbvmda")) {
		param->space = span_text(EPCIS_MASTER_DATA);
		param->name = span_cut(text, front + 1, text.size);
		return;
	}
	while (at && !strchr("/#:", text.at[at - 1]))
		at--;
	param->space = span_cut(text, 0, at);
	param->name = span_cut(text, at, text.size);
}

static bool read_operator(struct span *name, enum epcis_compare *compare)
{
	static const struct {
		const char *front;
		enum epcis_compare compare;
	} fronts[] = {{"EQ_", EPCIS_EQ}, {"GT_", EPCIS_GT}, {"GE_", EPCIS_GE}, {"LT_", EPCIS_LT},
		{"LE_", EPCIS_LE}, {"EXISTS_", EPCIS_EXISTS}};
	for (size_t i = 0; i < sizeof fronts / sizeof fronts[0]; i++) {
		if (skip(name, fronts[i].front)) {
			*compare = fronts[i].compare;
			return true;
		}
	}
	return false;
}

static bool is_unit(struct span text)
{
	return text.size >= 2 && text.size <= 4 &&
	       !epcis_value_wrong(EPCIS_VALUE_UOM, span_cut(text, 0, 3)) &&
	       (text.size < 4 || !epcis_value_wrong(EPCIS_VALUE_UOM, span_cut(text, 2, 4)));
}

/* EQ_quantity, GE_quantity_KGM, EQ_value_CEL, LT_time, ... */
static bool read_measure(struct span rest, struct epcis_param *param, enum kind *kind)
{
	bool is_order = param->compare != EPCIS_EQ;
	struct span unit = rest;
	if (param->compare == EPCIS_EXISTS)
		return false;
	if (skip(&unit, "quantity") && (!unit.size || (skip(&unit, "_") && is_unit(unit)))) {
		param->subject = EPCIS_SUBJECT_QUANTITY;
		param->unit = unit;
		*kind = NUMBER;
		return true;
	}
	for (size_t i = 0; i < sizeof sensor_rows / sizeof sensor_rows[0]; i++) {
		unit = rest;
		if (!skip(&unit, sensor_rows[i].name) || (is_order && !sensor_rows[i].has_order))
			continue;
		bool has_unit = unit.size && skip(&unit, "_") && is_unit(unit);
		if (sensor_rows[i].has_unit ? !has_unit : unit.size > 0)
			continue;
		param->subject = EPCIS_SUBJECT_SENSOR;
		param->name = span_text(sensor_rows[i].name);
		param->words = sensor_rows[i].words;
		param->unit = unit;
		*kind = sensor_rows[i].kind;
		return true;
	}
	return false;
}

static bool read_party(struct span rest, struct epcis_param *param, enum kind *kind)
{
	static const struct {
		const char *front;
		enum epcis_element field;
	} lists[] = {{"bizTransaction_", EPCIS_BIZ_TRANSACTION_LIST},
		{"source_", EPCIS_SOURCE_LIST}, {"destination_", EPCIS_DESTINATION_LIST}};
	for (size_t i = 0; i < 3 && param->compare == EPCIS_EQ; i++) {
		struct span type = rest;
		if (!skip(&type, lists[i].front) || !type.size)
			continue;
		param->subject = EPCIS_SUBJECT_PARTY;
		param->field = lists[i].field;
		param->name = type;
		*kind = URI;
		return true;
	}
	return false;
}

static bool read_extension(const struct epcis_query *query, struct span rest,
	struct epcis_param *param, enum kind *kind)
{
	static const struct {
		const char *front;
		enum epcis_scope scope;
	} scopes[] = {{"ILMD_", EPCIS_SCOPE_ILMD},
		{"ERROR_DECLARATION_", EPCIS_SCOPE_ERROR_DECLARATION},
		{"SENSORELEMENT_", EPCIS_SCOPE_SENSOR_ELEMENT},
		{"SENSORMETADATA_", EPCIS_SCOPE_SENSOR_METADATA},
		{"SENSORREPORT_", EPCIS_SCOPE_SENSOR_REPORT},
		{"readPoint_", EPCIS_SCOPE_READ_POINT}, {"bizLocation_", EPCIS_SCOPE_BIZ_LOCATION}};
	param->is_inner = skip(&rest, "INNER_");
	for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
		if (skip(&rest, scopes[i].front)) {
			param->scope = scopes[i].scope;
			break;
		}
	}
	param->subject = EPCIS_SUBJECT_EXTENSION;
	*kind = param->compare == EPCIS_EXISTS ? NOTHING : ANY;
	read_name(query, rest, param);
	return param->space.size && param->name.size;
}

/* HASATTR_readPoint, EQATTR_bizLocation_urn:...: attributes that master data have. */
static bool read_attribute(struct span rest, struct epcis_param *param, enum kind *kind)
{
	static const struct {
		const char *front;
		enum epcis_element field;
	} fields[] = {{"readPoint", EPCIS_READ_POINT}, {"bizLocation", EPCIS_BIZ_LOCATION},
		{"bizStep", EPCIS_BIZ_STEP}, {"disposition", EPCIS_DISPOSITION},
		{"epcClass", EPCIS_QUANTITY_LIST}};
	bool has = skip(&rest, "HASATTR_");
	if (!has && !skip(&rest, "EQATTR_") && !skip(&rest, "EQ_ATTR_"))
		return false;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		struct span name = rest;
		if (!skip(&name, fields[i].front) || (has ? name.size > 0 : !skip(&name, "_")))
			continue;
		param->subject = EPCIS_SUBJECT_ATTRIBUTE;
		param->compare = has ? EPCIS_HASATTR : EPCIS_EQATTR;
		param->field = fields[i].field;
		param->name = name;
		*kind = ANY;
		return has || name.size;
	}
	return false;
}

static bool read_param(const struct epcis_query *query, struct span name, struct epcis_param *param,
	enum kind *kind)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!span_is(name, rows[i].name))
			continue;
		param->compare = rows[i].compare;
		param->subject = rows[i].subject;
		param->field = rows[i].field;
		param->words = rows[i].words;
		*kind = rows[i].kind;
		return true;
	}
	if (read_attribute(name, param, kind))
		return true;
	return read_operator(&name, &param->compare) &&
	       (read_measure(name, param, kind) || read_party(name, param, kind) ||
		       read_extension(query, name, param, kind));
}

/* How many and in what order: no condition on an event. False if the name is none of them. */
static bool take_order(struct epcis_query *query, struct span name, const struct span *values,
	size_t count, enum err *err, struct fault *fault)
{
	static const char *const names[] = {
		"orderBy", "orderDirection", "eventCountLimit", "maxEventCount"};
	static const enum kind kinds[] = {ANY, DIRECTION, COUNT, COUNT};
	struct epcis_query_order *order = &query->order;
	struct epcis_param param = {.whole = name, .words = CBV_NONE, .compare = EPCIS_GE};
	size_t i = 0;
	while (i < 4 && !span_is(name, names[i]))
		i++;
	if (i == 4)
		return false;
	*err = take_values(query, &param, kinds[i], values, count, fault);
	if (*err)
		return true;
	if (i == 0)
		order->by = param.values->text;
	if (i == 1)
		order->is_ascending = span_is(param.values->text, "ASC");
	if (i == 2)
		order->count_limit = (uint64_t)param.values->number;
	if (i == 3)
		order->count_max = (uint64_t)param.values->number;
	if (order->count_limit && order->count_max)
		*err = refuse(fault, ERR_RANGE, name,
			"may not stand beside the other of eventCountLimit and maxEventCount");
	return true;
}

enum err epcis_query_add(struct epcis_query *query, const char *name, const struct span *values,
	size_t count, struct fault *fault)
{
	struct epcis_param *param = arena_take(&query->arena, sizeof *param);
	struct span whole = {0};
	enum kind kind = ANY;
	enum err err = OK;
	if (!param || !keep(query, span_text(name), &whole))
		return refuse(fault, ERR_LIMIT, span_text(name),
			"does not fit: the query is too "
			"large");
	*param = (struct epcis_param){.whole = whole,
		.field = EPCIS_FIELD_COUNT,
		.words = CBV_NONE,
		.next = query->params};
	for (const struct epcis_param *other = query->params; other; other = other->next)
		if (span_equal(other->whole, whole))
			return refuse(fault, ERR_EXISTS, whole, "stands twice");
	if (take_order(query, whole, values, count, &err, fault))
		return err;
	if (!read_param(query, whole, param, &kind))
		return refuse(fault, ERR_RANGE, whole, "is no parameter of SimpleEventQuery");
	err = take_values(query, param, kind, values, count, fault);
	if (!err)
		query->params = param;
	return err;
}

static enum err take_one(
	struct epcis_query *query, const struct epcis_node *node, struct fault *fault)
{
	char name[256];
	size_t count = 0;
	if (node->name.size >= sizeof name)
		return refuse(fault, ERR_RANGE, node->name, "is no parameter of SimpleEventQuery");
	memcpy(name, node->name.at, node->name.size);
	name[node->name.size] = 0;
	for (const struct epcis_node *child = node->children; child; child = child->next)
		count += !child->is_attribute;
	struct span *values = calloc(count + 1, sizeof *values);
	if (!values)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a query");
	size_t used = 0;
	for (const struct epcis_node *child = node->children; child; child = child->next)
		if (!child->is_attribute)
			values[used++] = child->value;
	if (!used && node->value.at && node->scalar != EPCIS_EMPTY && node->scalar != EPCIS_NULL)
		values[used++] = node->value;
	enum err err = epcis_query_add(query, name, values, used, fault);
	free(values);
	if (err && fault)
		fault->at = node->line;
	return err;
}

enum err epcis_query_take(
	struct epcis_query *query, const struct epcis_head *head, struct fault *fault)
{
	enum err err = OK;
	if (head->document != EPCIS_WITH_PARAMS)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0, "the document asks nothing");
	if (!span_is(head->query_name, "SimpleEventQuery"))
		return fault_set(fault, ERR_NOT_FOUND, 0, 0, "there is no query %s",
			epcis_show(head->query_name).text);
	for (const struct epcis_node *node = head->params; node && !err; node = node->next)
		err = take_one(query, node, fault);
	return err;
}
