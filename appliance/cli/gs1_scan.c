/* `assay gs1 scan`: one scan as JSON. */
#include "appliance/cli/gs1_forms.h"
#include "gs1/syntax/diagnose.h"
#include "gs1/syntax/key_kind.h"
#include "ledger/base/utf8.h"

#define TEXT_MAX ((size_t)4 * GS1_SCAN_MAX)

static void set(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

static void put_point(uint8_t byte, struct buf *out)
{
	if (byte >= 0x80)
		buf_put_u8(out, (uint8_t)(0xC0 | byte >> 6));
	buf_put_u8(out, byte >= 0x80 ? (uint8_t)(0x80 | (byte & 0x3F)) : byte);
}

void gs1_set_bytes(json_t *object, const char *name, struct span bytes)
{
	struct buf text;
	buf_init(&text, 2 * bytes.size + 1);
	if (bytes.size == 0 || utf8_valid_size(bytes) == bytes.size)
		buf_put(&text, bytes);
	else
		for (size_t i = 0; i < bytes.size; i++)
			put_point(bytes.at[i], &text);
	set(object, name, text.err ? json_null() : json_stringn(buf_text(&text), text.size));
	buf_close(&text);
}

json_t *gs1_fault_json(const struct fault *fault)
{
	char text[FAULT_TEXT_SIZE];
	(void)snprintf(text, sizeof text, "%s", fault->text);
	utf8_make_harmless(text);
	return json_pack("{s:I, s:I, s:s}", "at", (json_int_t)fault->at, "size",
		(json_int_t)fault->size, "text", text);
}

static const char *form_word(enum gs1_form form)
{
	switch (form) {
	case GS1_FORM_ELEMENTS: return "elements";
	case GS1_FORM_BRACKETED: return "bracketed";
	case GS1_FORM_LINK: return "link";
	case GS1_FORM_KEY: return "key";
	case GS1_FORM_PPN: return "ppn";
	case GS1_FORM_TEXT: break;
	}
	return "text";
}

static json_t *ais_json(const struct gs1_elements *elements)
{
	json_t *ais = json_array();
	for (size_t i = 0; i < elements->count; i++) {
		const struct gs1_element *element = &elements->element[i];
		char digits[GS1_AI_DIGITS_MAX + 1];
		json_t *row = json_object();
		gs1_ai_print(element->ai, digits);
		set(row, "ai", json_string(digits));
		gs1_set_bytes(row, "value", element->value);
		(void)json_array_append_new(ais, row);
	}
	return ais;
}

static json_t *keys_json(const struct gs1_scan *scan)
{
	json_t *keys = json_object();
	for (size_t i = 0; i < scan->elements.count; i++) {
		const struct gs1_element *element = &scan->elements.element[i];
		const struct gs1_key_kind *kind = gs1_key_kind_of(element->ai);
		if (kind && !json_object_get(keys, kind->name))
			gs1_set_bytes(keys, kind->name, element->value);
	}
	struct gs1_pack pack;
	if (scan->form == GS1_FORM_PPN && !gs1_pack_read(scan, &pack, NULL)) {
		set(keys, "ppn", json_string(pack.ppn));
		if (pack.gtin[0])
			set(keys, "gtin", json_string(pack.gtin));
	}
	return keys;
}

/* Which rule, and the bad characters between bars: in the value of the AI, or in the scan. */
static void set_refusal(json_t *json, const struct gs1_refusal *refusal, const struct fault *fault,
	struct span scan)
{
	char digits[GS1_AI_DIGITS_MAX + 1] = "";
	struct buf marked;
	size_t end = fault->at + fault->size;
	buf_init(&marked, TEXT_MAX);
	if (refusal->rule && refusal->has_ai)
		gs1_ai_print(refusal->ai, digits);
	gs1_refusal_print(refusal, &marked);
	if (marked.size == 0) {
		buf_put(&marked, span_cut(scan, 0, fault->at));
		buf_put_u8(&marked, '|');
		buf_put(&marked, span_cut(scan, fault->at, end));
		buf_put_u8(&marked, '|');
		buf_put(&marked, span_cut(scan, end, scan.size));
	}
	set(json, "ai", digits[0] ? json_string(digits) : json_null());
	set(json, "rule", refusal->rule ? json_string(refusal->rule) : json_null());
	if (marked.err)
		set(json, "marked", json_null());
	else
		gs1_set_bytes(json, "marked", buf_span(&marked));
	buf_close(&marked);
}

static json_t *diagnosis_json(const struct gs1_diagnosis *found)
{
	json_t *diagnosis = json_object();
	json_t *damages = json_array();
	for (enum gs1_damage damage = 1; damage < GS1_DAMAGE_COUNT; damage++)
		if (found->damages >> damage & 1)
			(void)json_array_append_new(damages, json_string(gs1_damage_word(damage)));
	set(diagnosis, "damage", json_string(gs1_damage_word(found->damage)));
	set(diagnosis, "damages", damages);
	set(diagnosis, "text", json_string(found->sentence));
	if (found->has_repair)
		gs1_set_bytes(diagnosis, "repair", span_of(found->repair, found->repair_size));
	return diagnosis;
}

static void set_text(json_t *answer, const struct gs1_scan *scan)
{
	struct buf text;
	buf_init(&text, TEXT_MAX);
	if (scan->elements.count > 0)
		gs1_elements_print_bracketed(&scan->elements, &text);
	else
		buf_put(&text, scan->data);
	if (text.err)
		set(answer, "text", json_null());
	else
		gs1_set_bytes(answer, "text", buf_span(&text));
	buf_close(&text);
}

json_t *gs1_scan_answer(const struct gs1_asked *asked)
{
	struct gs1_scan scan = {.aim = GS1_AIM_NONE};
	struct gs1_diagnosis diagnosis;
	struct fault fault = {0};
	json_t *answer = json_object();
	enum err err = gs1_scan_read_as(
		asked->bytes, (struct gs1_reading){.strict = asked->strict}, &scan, &fault);
	const char *id = gs1_aim_id(scan.aim);
	set(answer, "valid", json_boolean(!err));
	set(answer, "symbology", id[0] ? json_string(id) : json_null());
	if (!err) {
		set(answer, "form", json_string(form_word(scan.form)));
		set(answer, "ais", ais_json(&scan.elements));
		set_text(answer, &scan);
		set(answer, "keys", keys_json(&scan));
	} else {
		json_t *json = gs1_fault_json(&fault);
		set_refusal(json, &scan.elements.refusal, &fault, asked->bytes);
		set(answer, "fault", json);
	}
	if (asked->strict)
		return answer;
	gs1_diagnose(asked->bytes, NULL, &diagnosis);
	if (diagnosis.damage != GS1_DAMAGE_NONE &&
		(err || diagnosis.damage != GS1_DAMAGE_AIM_MISSING))
		set(answer, "diagnosis", diagnosis_json(&diagnosis));
	return answer;
}
