/* `assay gs1 lint`, `uri`, `ppn` and `label`: rules, names and numbers as JSON. */
#include "appliance/cli/gs1_forms.h"
#include "gs1/syntax/link.h"
#include "gs1/syntax/lint.h"
#include "gs1/syntax/ppn.h"
#include "gs1/syntax/urn.h"

#include <string.h>

#define TEXT_MAX ((size_t)4 * GS1_SCAN_MAX)

static json_t *refused(const struct fault *fault)
{
	return json_pack("{s:b, s:o}", "valid", 0, "fault", gs1_fault_json(fault));
}

json_t *gs1_lint_answer(const struct gs1_asked *asked)
{
	struct fault fault = {0};
	if (!gs1_lint(gs1_lint_by_name(span_text(asked->name)), asked->bytes, &fault))
		return json_pack("{s:b}", "valid", 1);
	json_t *answer = refused(&fault);
	(void)json_object_set_new(
		json_object_get(answer, "fault"), "rule", json_string(asked->name));
	return answer;
}

/* The other forms, where the elements are right as well. */
static void set_elements(json_t *answer, const struct gs1_asked *asked)
{
	struct gs1_elements elements;
	struct fault fault;
	struct buf text;
	const char *prefix = arg_value(&asked->cli->args, "--prefix");
	gs1_elements_begin(&elements, 0);
	if (gs1_epc_elements(asked->bytes, &elements, &fault))
		return;
	buf_init(&text, TEXT_MAX);
	gs1_elements_print_bracketed(&elements, &text);
	if (!text.err)
		gs1_set_bytes(answer, "text", buf_span(&text));
	buf_reset(&text);
	if (prefix && !gs1_urn_put(&elements, (unsigned)strtoul(prefix, NULL, 10), &text, &fault) &&
		!text.err)
		gs1_set_bytes(answer, "urn", buf_span(&text));
	buf_close(&text);
}

json_t *gs1_uri_answer(const struct gs1_asked *asked)
{
	struct fault fault = {0};
	struct buf uri;
	buf_init(&uri, TEXT_MAX);
	enum err err = gs1_epc_canonical(asked->bytes, &uri, &fault);
	json_t *answer = err ? refused(&fault) : json_pack("{s:b}", "valid", 1);
	if (err)
		(void)json_object_set_new(answer, "uri", json_null());
	else
		gs1_set_bytes(answer, "uri", buf_span(&uri));
	buf_close(&uri);
	if (!err)
		set_elements(answer, asked);
	return answer;
}

static void set_text(json_t *answer, const char *name, const char *text)
{
	(void)json_object_set_new(answer, name, text[0] ? json_string(text) : json_null());
}

/* The PZN is the GTIN's inside, and so there only for agency 11. */
static json_t *pack_json(const struct gs1_pack *pack)
{
	json_t *answer = json_pack("{s:b}", "valid", 1);
	char pzn[9] = "";
	if (pack->gtin[0])
		memcpy(pzn, pack->gtin + 5, 8);
	set_text(answer, "ppn", pack->ppn);
	set_text(answer, "pzn", pzn);
	set_text(answer, "gtin", pack->gtin);
	set_text(answer, "lot", pack->lot);
	set_text(answer, "expiry", pack->expiry);
	set_text(answer, "serial", pack->serial);
	return answer;
}

json_t *gs1_ppn_answer(const struct gs1_asked *asked)
{
	struct gs1_scan scan;
	struct gs1_pack pack = {0};
	struct fault fault = {0};
	if (asked->ppn) {
		struct span ppn = span_text(asked->ppn);
		if (!gs1_ppn_holds(ppn)) {
			(void)fault_set(&fault, ERR_FORMAT, 0, ppn.size,
				"the check digits do not hold, or it is not a PPN");
			return refused(&fault);
		}
		memcpy(pack.ppn, ppn.at, ppn.size);
		gs1_ppn_gtin(ppn, pack.gtin);
		return pack_json(&pack);
	}
	enum err err = gs1_scan_read(asked->bytes, &scan, &fault);
	if (!err && scan.form != GS1_FORM_PPN)
		err = fault_set(&fault, ERR_FORMAT, 0, asked->bytes.size,
			"this is no message of format 06 with a PPN");
	if (!err)
		err = gs1_pack_read(&scan, &pack, &fault);
	return err ? refused(&fault) : pack_json(&pack);
}

/* What is printed beside a symbol, and the link to put into a QR code. */
json_t *gs1_label_answer(const struct gs1_asked *asked)
{
	struct gs1_scan scan;
	struct fault fault = {0};
	struct buf text;
	enum err err = gs1_scan_read(asked->bytes, &scan, &fault);
	if (!err && scan.elements.count == 0)
		err = fault_set(&fault, ERR_FORMAT, 0, asked->bytes.size,
			"there are no GS1 elements in this to make a label of");
	if (err)
		return refused(&fault);
	json_t *answer = json_pack("{s:b, s:[]}", "valid", 1, "lines");
	buf_init(&text, TEXT_MAX);
	gs1_elements_print_lines(&scan.elements, true, &text);
	json_t *lines = json_object_get(answer, "lines");
	char *from = text.err ? NULL : strtok((char *)(uintptr_t)buf_text(&text), "\n");
	for (; from; from = strtok(NULL, "\n"))
		(void)json_array_append_new(lines, json_string(from));
	buf_reset(&text);
	if (!gs1_link_put(&scan.elements, NULL, &text, &fault) && !text.err)
		gs1_set_bytes(answer, "link", buf_span(&text));
	buf_close(&text);
	return answer;
}
