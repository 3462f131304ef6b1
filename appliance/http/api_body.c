/* The JSON that a request brings: what may be in it, and reading it. */
#include "appliance/http/api.h"

#include "appliance/rules/kinds.h"
#include "gs1/syntax/key.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdlib.h>

/* What requests may say, and as what: a member has the same type wherever it stands. A wrong type
 * or an unknown name is refused before anything is done: "transcribed": "true", or a slip of the
 * pen, must not become a statement that says something else. */
static const struct {
	const char *name;
	json_type type;
} members[] = {
	{"agent", JSON_STRING},
	{"add", JSON_ARRAY},
	{"affected", JSON_TRUE},
	{"at", JSON_STRING},
	{"badge", JSON_STRING},
	{"cause", JSON_STRING},
	{"check", JSON_OBJECT},
	{"class", JSON_INTEGER},
	{"commitment", JSON_STRING},
	{"compromised_since", JSON_STRING},
	{"contacted", JSON_INTEGER},
	{"count", JSON_INTEGER},
	{"credential", JSON_OBJECT},
	{"days", JSON_INTEGER},
	{"depth", JSON_STRING},
	{"disabled", JSON_TRUE},
	{"expiries", JSON_ARRAY},
	{"expiry", JSON_STRING},
	{"from", JSON_STRING},
	{"gln", JSON_STRING},
	{"gtin", JSON_STRING},
	{"gtins", JSON_ARRAY},
	{"held", JSON_INTEGER},
	{"items", JSON_ARRAY},
	{"kid", JSON_STRING},
	{"kinds", JSON_ARRAY},
	{"last_good", JSON_INTEGER},
	{"level", JSON_INTEGER},
	{"licence", JSON_STRING},
	{"lot", JSON_STRING},
	{"lots", JSON_ARRAY},
	{"member", JSON_STRING},
	{"months", JSON_INTEGER},
	{"name", JSON_STRING},
	{"never_left_our_control", JSON_TRUE},
	{"notice", JSON_STRING},
	{"ods", JSON_STRING},
	{"packs", JSON_STRING},
	{"parent", JSON_STRING},
	{"party", JSON_STRING},
	{"password", JSON_STRING},
	{"person", JSON_STRING},
	{"photo_seen", JSON_TRUE},
	{"photo_sha256", JSON_STRING},
	{"premises", JSON_STRING},
	{"printed", JSON_STRING},
	{"product_class", JSON_STRING},
	{"quarantined", JSON_INTEGER},
	{"r", JSON_STRING},
	{"reason", JSON_STRING},
	{"relying", JSON_STRING},
	{"remaining", JSON_INTEGER},
	{"remove", JSON_ARRAY},
	{"returned", JSON_INTEGER},
	{"role", JSON_STRING},
	{"root", JSON_STRING},
	{"roles", JSON_ARRAY},
	{"scan", JSON_STRING},
	{"scan_hex", JSON_STRING},
	{"signature", JSON_STRING},
	{"site_class", JSON_STRING},
	{"sites", JSON_ARRAY},
	{"status", JSON_STRING},
	{"successor", JSON_STRING},
	{"supplied", JSON_INTEGER},
	{"tenant", JSON_STRING},
	{"to", JSON_STRING},
	{"token", JSON_TRUE},
	{"transcribed", JSON_TRUE},
	{"undo", JSON_INTEGER},
	{"until", JSON_STRING},
	{"user", JSON_STRING},
	{"whole_lot", JSON_TRUE},
	{"year", JSON_INTEGER},
};

static const char *type_word(json_type type)
{
	switch (type) {
	case JSON_STRING: return "a text";
	case JSON_INTEGER: return "a whole number";
	case JSON_ARRAY: return "a list";
	case JSON_OBJECT: return "an object";
	case JSON_TRUE:
	case JSON_FALSE: return "true or false";
	case JSON_REAL:
	case JSON_NULL: break;
	}
	return "something else";
}

/* null says the same as leaving it out. */
static enum err check_member(struct call *call, const char *name, const json_t *value)
{
	json_type type = json_is_boolean(value) ? JSON_TRUE : json_typeof(value);
	size_t i = 0;
	size_t count = sizeof members / sizeof members[0];
	while (i < count && strcmp(members[i].name, name) != 0)
		i++;
	if (i == count)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"%.60s\" says nothing in a request: is it misspelt?", name);
	if (type != members[i].type && type != JSON_NULL)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0, "\"%s\" must be %s", name,
			type_word(members[i].type));
	return OK;
}

static enum err check_members(struct call *call)
{
	const char *name;
	json_t *value;
	enum err err = OK;
	json_object_foreach(call->body, name, value)
	{
		err = check_member(call, name, value);
		if (err)
			break;
	}
	return err;
}

enum err api_read_body(struct call *call)
{
	json_error_t error;
	struct span body = call->request->body;
	call->body = json_loadb((const char *)body.at, body.size, JSON_REJECT_DUPLICATES, &error);
	if (!call->body)
		return fault_set(&call->fault, ERR_FORMAT, (size_t)error.position, 1,
			"the request is not JSON: %.150s (line %d)", error.text, error.line);
	if (!json_is_object(call->body))
		return fault_set(
			&call->fault, ERR_FORMAT, 0, 1, "the request must be a JSON object");
	return check_members(call);
}

enum err api_text(struct call *call, const char *name, const char **text)
{
	*text = json_string_value(json_object_get(call->body, name));
	if (!*text)
		return fault_set(
			&call->fault, ERR_FORMAT, 0, 0, "the request needs \"%s\" as a text", name);
	return OK;
}

const char *api_text_or(const struct call *call, const char *name, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(call->body, name));
	return text ? text : otherwise;
}

enum err api_int_or(struct call *call, const char *name, int64_t otherwise, int64_t *value)
{
	const json_t *member = json_object_get(call->body, name);
	if (json_is_null(member))
		member = NULL;
	if (member && !json_is_integer(member))
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"%s\" in the request must be a whole number", name);
	*value = member ? (int64_t)json_integer_value(member) : otherwise;
	return OK;
}

bool api_bool(const struct call *call, const char *name)
{
	return json_is_true(json_object_get(call->body, name));
}

enum err api_gtin_of(struct call *call, const char *text, uint64_t *gtin)
{
	char key[GS1_GTIN_SIZE + 1];
	enum err err = gs1_gtin_parse(span_text(text), key, &call->fault);
	if (!err)
		*gtin = strtoull(key, NULL, 10);
	return err;
}

enum err api_gtin(struct call *call, uint64_t *gtin)
{
	const char *text;
	enum err err = api_text(call, "gtin", &text);
	return err ? err : api_gtin_of(call, text, gtin);
}

enum err api_date(struct call *call, const char *text, uint32_t *date)
{
	int32_t day;
	int32_t year;
	int32_t month;
	int32_t month_day;
	size_t digits = strspn(text, "0123456789");
	if (digits == 6 && !text[6]) {
		uint32_t yymmdd = (uint32_t)strtoul(text, NULL, 10);
		if (!yymmdd_is_valid(yymmdd))
			return fault_set(
				&call->fault, ERR_RANGE, 0, 6, "%s is no date YYMMDD", text);
		*date = yymmdd;
		return OK;
	}
	enum err err = civil_parse_day(span_text(text), &day, &call->fault);
	if (err)
		return err;
	civil_from_day(day, &year, &month, &month_day);
	if (year < 2000 || year > 2099)
		return fault_set(&call->fault, ERR_RANGE, 0, 4, "%s is not in this century", text);
	*date = (uint32_t)((year - 2000) * 10000 + month * 100 + month_day);
	return OK;
}

static int text_order(const void *a, const void *b)
{
	const char *one = *(const char *const *)a;
	const char *other = *(const char *const *)b;
	return span_order(span_text(one), span_text(other));
}

/* Anything but a list must not come to mean all lots. */
enum err api_put_lots(struct call *call, const json_t *lots, struct buf *items)
{
	size_t count = json_array_size(lots);
	if (lots && !json_is_array(lots) && !json_is_null(lots))
		return fault_set(&call->fault, ERR_FORMAT, 0, 0, "\"lots\" is a list of texts");
	const char **texts = calloc(count + 1, sizeof *texts);
	enum err err = OK;
	if (!texts)
		return fault_set(&call->fault, ERR_MEMORY, 0, 0, "out of memory");
	for (size_t i = 0; !err && i < count; i++) {
		texts[i] = json_string_value(json_array_get(lots, i));
		err = texts[i] ? api_lot_check(call, texts[i])
			       : fault_set(&call->fault, ERR_FORMAT, i, 0,
					 "\"lots\" is a list of texts");
	}
	if (!err)
		qsort(texts, count, sizeof *texts, text_order);
	for (size_t i = 0; !err && i < count; i++)
		cbor_put_text(items, span_text(texts[i]));
	free(texts);
	return err;
}

enum err api_scan(
	struct call *call, const char *text, const char *hex, uint8_t *room, struct span *scan)
{
	if (text) {
		*scan = span_text(text);
		return OK;
	}
	if (!hex)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"say what was scanned: \"scan\", or \"scan_hex\" with two digits a byte");
	size_t size = strlen(hex) / 2;
	if (size > API_SCAN_MAX)
		return fault_set(
			&call->fault, ERR_LIMIT, 0, 0, "a scan has at most %d bytes", API_SCAN_MAX);
	*scan = span_of(room, size);
	return hex_parse(span_text(hex), room, size, &call->fault);
}

enum err api_body_scan(struct call *call, uint8_t *room, struct span *scan)
{
	return api_scan(call, api_text_or(call, "scan", NULL), api_text_or(call, "scan_hex", NULL),
		room, scan);
}

enum err api_number(struct call *call, struct span text, uint32_t *number)
{
	uint64_t value = 0;
	bool is_number = text.size >= 1 && text.size <= 10;
	for (size_t i = 0; is_number && i < text.size; i++) {
		is_number = text.at[i] >= '0' && text.at[i] <= '9';
		value = value * 10 + (uint64_t)(text.at[i] - '0');
	}
	if (!is_number || value > UINT32_MAX)
		return fault_set(&call->fault, ERR_NOT_FOUND, 0, 0, "%.*s is no number",
			(int)(text.size < 40 ? text.size : 40), (const char *)text.at);
	*number = (uint32_t)value;
	return OK;
}
