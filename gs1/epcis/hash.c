#include "gs1/epcis/hash.h"
#include "gs1/epcis/shape.h"
#include "gs1/syntax/urn.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define PREHASH_LIMIT ((size_t)64 << 20)
#define LEVELS_MAX    64
#define NUMBER_SIZE   512 /* longer texts are no numbers here */

/* One of several pieces that are put in order: where it stands in the text. */
struct piece {
	size_t at;
	size_t size;
};

/* The text grows at its end only. A list puts its pieces there one after the other, marks them, and
 * then sorts them in place by way of `scratch`. */
struct hasher {
	struct buf *text;
	struct buf marks; /* struct piece; lists inside lists stand behind one another */
	struct buf scratch;
	enum epcis_hash_form form;
	int level;
	bool is_too_deep;
};

static size_t begin_list(const struct hasher *hasher)
{
	return hasher->marks.size;
}

static struct piece begin_piece(const struct hasher *hasher)
{
	return (struct piece){.at = hasher->text->size};
}

static void end_piece(struct hasher *hasher, struct piece piece)
{
	piece.size = hasher->text->size - piece.at;
	if (piece.size)
		buf_put(&hasher->marks, span_of(&piece, sizeof piece));
}

static int order(const void *a, const void *b, void *text)
{
	const struct piece *left = a;
	const struct piece *right = b;
	const uint8_t *at = text;
	return span_order(span_of(at + left->at, left->size), span_of(at + right->at, right->size));
}

/* Sorts the pieces marked since begin_list; they are all there is behind the first of them. */
static void end_list(struct hasher *hasher, size_t from)
{
	struct buf *text = hasher->text;
	size_t count = (hasher->marks.size - from) / sizeof(struct piece);
	if (count > 1 && !text->err && !hasher->marks.err) {
		struct piece *pieces = (void *)(hasher->marks.at + from);
		size_t first = pieces[0].at;
		qsort_r(pieces, count, sizeof *pieces, order, text->at);
		buf_reset(&hasher->scratch);
		for (size_t i = 0; i < count; i++)
			buf_put(&hasher->scratch, span_of(text->at + pieces[i].at, pieces[i].size));
		if (!hasher->scratch.err) {
			assert(first + hasher->scratch.size == text->size);
			memcpy(text->at + first, hasher->scratch.at, hasher->scratch.size);
		}
	}
	hasher->marks.size = from;
}

/* Rule 6, and the reference for any text that is a number: 26.10 is 26.1, 007 is 7. Beyond what a
 * double can tell apart the reference rounds, and so does this. */
static bool put_number(struct hasher *hasher, struct span text)
{
	char digits[NUMBER_SIZE];
	char *end;
	if (!text.size || text.size >= sizeof digits || text.at[text.size - 1] > '9' ||
		epcis_value_wrong(EPCIS_VALUE_DOUBLE, text))
		return false;
	memcpy(digits, text.at, text.size);
	digits[text.size] = 0;
	double number = strtod(digits, &end);
	assert(!*end); /* no locale other than C is ever set */
	if (!isfinite(number))
		return false;
	if (number == 0)
		buf_put_u8(hasher->text, '0');
	else if (floor(number) == number)
		buf_printf(hasher->text, "%.0f", number);
	else {
		for (int precision = 1; precision <= 17; precision++) {
			(void)snprintf(digits, sizeof digits, "%.*g", precision, number);
			if (strtod(digits, NULL) == number)
				break;
		}
		buf_put_text(hasher->text, digits);
	}
	return true;
}

/* Writes stem and rest for a front; false if the text does not begin with it. */
static bool put_expanded(
	struct hasher *hasher, struct span text, const char *front, const char *stem)
{
	struct span wanted = span_text(front);
	if (!span_equal(span_cut(text, 0, wanted.size), wanted))
		return false;
	buf_put_text(hasher->text, stem);
	buf_put(hasher->text, span_cut(text, wanted.size, text.size));
	return true;
}

/* Rules 14 to 18: one way of writing for what has several. */
static void put_value(struct hasher *hasher, struct span text)
{
	static const char *const fronts[][2] = {
		{"urn:epcglobal:cbv:bizstep:", "https://ref.gs1.org/cbv/BizStep-"},
		{"urn:epcglobal:cbv:disp:", "https://ref.gs1.org/cbv/Disp-"},
		{"urn:epcglobal:cbv:btt:", "https://ref.gs1.org/cbv/BTT-"},
		{"urn:epcglobal:cbv:sdt:", "https://ref.gs1.org/cbv/SDT-"},
		{"urn:epcglobal:cbv:er:", "https://ref.gs1.org/cbv/ER-"},
		{"cbv:", "https://ref.gs1.org/cbv/"},
		{"gs1:", "https://gs1.org/voc/"},
	};
	bool is_urn = span_is(span_cut(text, 0, 8), "urn:epc:");
	if ((is_urn || span_is(span_cut(text, 0, 4), "http")) &&
		gs1_epc_canonical(text, hasher->text, NULL) == OK)
		return;
	for (size_t i = 0; i < sizeof fronts / sizeof fronts[0]; i++) {
		if (put_expanded(hasher, text, fronts[i][0], fronts[i][1]))
			return;
	}
	if (!put_number(hasher, text))
		buf_put(hasher->text, text);
}

static void put_key(struct hasher *hasher, const char *name)
{
	buf_put_text(hasher->text, name);
	buf_put_u8(hasher->text, '=');
}

static void put_pair(struct hasher *hasher, const char *name, struct span text)
{
	text = epcis_trim(text);
	if (!text.size)
		return;
	put_key(hasher, name);
	put_value(hasher, text);
}

static void put_time(struct hasher *hasher, const char *name, int64_t ms)
{
	char text[CIVIL_TIME_SIZE];
	civil_print_time(ms, text);
	put_key(hasher, name);
	buf_put_text(hasher->text, text);
}

/* A word of a vocabulary, also when it is written bare. */
static void put_word(
	struct hasher *hasher, const char *name, enum cbv_vocabulary words, struct span text)
{
	text = epcis_trim(text);
	if (words == CBV_NONE || !cbv_word(words, text)) {
		put_pair(hasher, name, text);
		return;
	}
	put_key(hasher, name);
	cbv_put_web(words, text, hasher->text);
}

/* The name of a list, unless nothing of it was put behind. */
static void drop_if_empty(struct hasher *hasher, size_t before, const char *name)
{
	if (!hasher->text->err && hasher->text->size == before + strlen(name))
		hasher->text->size = before;
}

static void put_name(struct hasher *hasher, const struct epcis_node *node)
{
	bool is_ours = hasher->form == EPCIS_HASH_ONE_NAME && epcis_is_master_data(node->space);
	if (hasher->form == EPCIS_HASH_AS_WRITTEN && node->is_implied) {
		/* the reference knows no prefix that the document does not declare itself */
		buf_put(hasher->text, node->prefix);
		buf_put_text(hasher->text, node->prefix.size ? ":" : "");
	}
	if (node->space.size && !(hasher->form == EPCIS_HASH_AS_WRITTEN && node->is_implied)) {
		buf_put_u8(hasher->text, '{');
		buf_put(hasher->text, is_ours ? span_text(EPCIS_MASTER_DATA) : node->space);
		buf_put_u8(hasher->text, '}');
	}
	buf_put(hasher->text, node->name);
}

/* JSON-LD's way to write a comment, as XML has its own. */
static bool is_comment(const struct epcis_node *node)
{
	return span_is(node->name, "comment") &&
	       span_is(node->space, "http://www.w3.org/2000/01/rdf-schema#");
}

/* Rules 19 to 21: names with their namespace, values, and what is inside, sorted at each level. */
static void put_nodes(struct hasher *hasher, const struct epcis_node *node)
{
	if (hasher->level == LEVELS_MAX) {
		hasher->is_too_deep = true;
		return;
	}
	hasher->level++;
	size_t list = begin_list(hasher);
	for (; node; node = node->next) {
		struct piece piece = begin_piece(hasher);
		struct span value = epcis_trim(node->value);
		if ((hasher->form == EPCIS_HASH_ONE_NAME && epcis_is_hint(node)) ||
			is_comment(node))
			continue;
		put_name(hasher, node);
		if (value.size) {
			buf_put_u8(hasher->text, '=');
			put_value(hasher, value);
		}
		put_nodes(hasher, node->children);
		end_piece(hasher, piece);
	}
	end_list(hasher, list);
	hasher->level--;
}

static void put_texts(struct hasher *hasher, const char *name, enum cbv_vocabulary words,
	struct epcis_texts texts)
{
	size_t list = begin_list(hasher);
	for (size_t i = 0; i < texts.count; i++) {
		struct piece piece = begin_piece(hasher);
		put_word(hasher, name, words, texts.at[i]);
		end_piece(hasher, piece);
	}
	end_list(hasher, list);
}

static void put_quantities(struct hasher *hasher, struct epcis_quantities quantities)
{
	size_t list = begin_list(hasher);
	for (size_t i = 0; i < quantities.count; i++) {
		const struct epcis_quantity *quantity = &quantities.at[i];
		struct piece piece = begin_piece(hasher);
		buf_put_text(hasher->text, "quantityElement");
		put_pair(hasher, "epcClass", quantity->epc_class);
		put_pair(hasher, "quantity", quantity->quantity);
		put_pair(hasher, "uom", quantity->uom);
		end_piece(hasher, piece);
	}
	end_list(hasher, list);
}

/* The type stands before the value, against the wording of rule 13: so does the reference. */
static void put_parties(struct hasher *hasher, const char *name, enum cbv_vocabulary words,
	struct epcis_parties parties)
{
	size_t list = begin_list(hasher);
	for (size_t i = 0; i < parties.count; i++) {
		struct piece piece = begin_piece(hasher);
		put_word(hasher, "type", words, parties.at[i].type);
		put_pair(hasher, name, parties.at[i].id);
		end_piece(hasher, piece);
	}
	end_list(hasher, list);
}

static void put_attribute(
	struct hasher *hasher, const struct epcis_attribute_rule *rule, struct span text)
{
	int64_t ms;
	bool is_one = span_is(text, "1");
	if (rule->value == EPCIS_VALUE_TIME && epcis_time_read(text, &ms))
		put_time(hasher, rule->name, ms);
	else if (rule->value == EPCIS_VALUE_BOOLEAN && hasher->form == EPCIS_HASH_ONE_NAME &&
		 (is_one || span_is(text, "0")))
		/* XML's other way to write them; JSON has no such */
		put_pair(hasher, rule->name, span_text(is_one ? "true" : "false"));
	else
		put_word(hasher, rule->name, rule->words, text);
}

static void put_sensor(struct hasher *hasher, const struct epcis_sensor_element *sensor)
{
	static const char metadata[] = "sensorMetadata";
	buf_put_text(hasher->text, "sensorElement");
	if (sensor->has_metadata) {
		size_t before = hasher->text->size;
		buf_put_text(hasher->text, metadata);
		for (int i = 0; i < EPCIS_METADATA_COUNT; i++)
			put_attribute(hasher, epcis_metadata_rule((enum epcis_metadata)i),
				sensor->metadata[i]);
		put_nodes(hasher, sensor->metadata_extensions);
		drop_if_empty(hasher, before, metadata);
	}
	size_t list = begin_list(hasher);
	for (size_t i = 0; i < sensor->report_count; i++) {
		const struct epcis_sensor_report *report = &sensor->reports[i];
		struct piece piece = begin_piece(hasher);
		buf_put_text(hasher->text, "sensorReport");
		for (int j = 0; j < EPCIS_REPORT_COUNT; j++)
			put_attribute(
				hasher, epcis_report_rule((enum epcis_report)j), report->value[j]);
		put_nodes(hasher, report->extensions);
		end_piece(hasher, piece);
	}
	end_list(hasher, list);
	put_nodes(hasher, sensor->extensions);
}

static void put_own(
	struct hasher *hasher, const struct epcis_event *event, enum epcis_element field)
{
	if (field == EPCIS_EVENT_TIME)
		put_time(hasher, "eventTime", event->event_time_ms);
	if (field == EPCIS_TIME_ZONE_OFFSET) {
		char offset[EPCIS_OFFSET_SIZE];
		epcis_offset_print(event->time_zone_offset, offset);
		put_key(hasher, "eventTimeZoneOffset");
		buf_put_text(hasher->text, offset);
	}
	if (field == EPCIS_ACTION && event->action != EPCIS_NO_ACTION)
		put_pair(hasher, "action", span_text(epcis_action_name(event->action)));
	if (field == EPCIS_PERSISTENT_DISPOSITION &&
		(event->persistent_set.count || event->persistent_unset.count)) {
		buf_put_text(hasher->text, "persistentDisposition");
		put_texts(hasher, "set", CBV_DISPOSITION, event->persistent_set);
		put_texts(hasher, "unset", CBV_DISPOSITION, event->persistent_unset);
	}
	if (field == EPCIS_SENSOR_ELEMENT_LIST && event->sensor_element_list.count) {
		buf_put_text(hasher->text, "sensorElementList");
		size_t list = begin_list(hasher);
		for (size_t i = 0; i < event->sensor_element_list.count; i++) {
			struct piece piece = begin_piece(hasher);
			put_sensor(hasher, &event->sensor_element_list.at[i]);
			end_piece(hasher, piece);
		}
		end_list(hasher, list);
	}
	if (field == EPCIS_ILMD && event->ilmd) {
		buf_put_text(hasher->text, "ilmd");
		put_nodes(hasher, event->ilmd);
	}
}

static void put_field(
	struct hasher *hasher, const struct epcis_event *event, enum epcis_element field)
{
	const char *name = epcis_rule(field)->name;
	const void *at = (const uint8_t *)event + epcis_field_at(field);
	enum cbv_vocabulary words = epcis_field_words(field);
	enum epcis_kind kind = epcis_field_kind(field);
	if (field == EPCIS_EVENT_ID)
		return;
	if (kind == EPCIS_KIND_OWN) {
		put_own(hasher, event, field);
		return;
	}
	if (kind == EPCIS_KIND_TEXT) {
		put_word(hasher, name, words, *(const struct span *)at);
		return;
	}
	if (field == EPCIS_CERTIFICATION_INFO) {
		put_texts(hasher, name, CBV_NONE, event->certification_info);
		return;
	}
	size_t before = hasher->text->size;
	buf_put_text(hasher->text, name);
	if (kind == EPCIS_KIND_TEXTS)
		put_texts(hasher, "epc", CBV_NONE, *(const struct epcis_texts *)at);
	if (kind == EPCIS_KIND_QUANTITIES)
		put_quantities(hasher, *(const struct epcis_quantities *)at);
	if (kind == EPCIS_KIND_PARTIES) {
		bool is_transaction = field == EPCIS_BIZ_TRANSACTION_LIST;
		put_parties(hasher,
			is_transaction               ? "bizTransaction"
			: field == EPCIS_SOURCE_LIST ? "source"
						     : "destination",
			words, *(const struct epcis_parties *)at);
	}
	if (kind == EPCIS_KIND_PLACE) {
		const struct epcis_place *place = at;
		put_pair(hasher, "id", place->id);
		put_nodes(hasher, place->extensions);
	}
	drop_if_empty(hasher, before, name);
}

enum err epcis_prehash(const struct epcis_event *event, enum epcis_hash_form form, struct buf *out,
	struct fault *fault)
{
	struct hasher hasher = {.text = out, .form = form};
	buf_init(&hasher.marks, PREHASH_LIMIT);
	buf_init(&hasher.scratch, PREHASH_LIMIT);
	buf_put_text(out, "eventType=");
	buf_put_text(out, epcis_type_name(event->type));
	for (int field = 0; field < EPCIS_FIELD_COUNT; field++)
		put_field(&hasher, event, (enum epcis_element)field);
	put_nodes(&hasher, event->extensions);
	enum err err = out->err           ? out->err
		       : hasher.marks.err ? hasher.marks.err
					  : hasher.scratch.err;
	if (hasher.is_too_deep)
		err = fault_set(fault, ERR_LIMIT, event->line, 0,
			"extensions stand more than %d elements deep", LEVELS_MAX);
	else if (err)
		err = fault_set(fault, err, event->line, 0, "no room to hash the event (%s)",
			err_text(err));
	buf_close(&hasher.marks);
	buf_close(&hasher.scratch);
	return err;
}

enum err epcis_hash(const struct epcis_event *event, enum epcis_hash_form form,
	uint8_t hash[HASH_SIZE], struct fault *fault)
{
	struct buf text;
	buf_init(&text, PREHASH_LIMIT);
	enum err err = epcis_prehash(event, form, &text, fault);
	if (!err)
		hash_sha256(buf_span(&text), hash);
	buf_close(&text);
	return err;
}

void epcis_hash_print(const uint8_t hash[HASH_SIZE], char out[EPCIS_HASH_TEXT_SIZE])
{
	char digits[2 * HASH_SIZE + 1];
	hex_print(span_of(hash, HASH_SIZE), digits);
	(void)snprintf(out, EPCIS_HASH_TEXT_SIZE, "ni:///sha-256;%s?ver=CBV2.0", digits);
}

enum err epcis_identify(
	const struct epcis_event *event, struct epcis_identity *identity, struct fault *fault)
{
	struct epcis_identity found = {.has_error_declaration = event->has_error_declaration};
	if (event->has_error_declaration)
		found.declaration_time_ms = event->error_declaration.declaration_time_ms;
	enum err err = epcis_hash(event, EPCIS_HASH_ONE_NAME, found.hash, fault);
	if (!err)
		*identity = found;
	return err;
}
