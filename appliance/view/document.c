#include "appliance/view/document.h"

#include "gs1/epcis/json_write.h"
#include "gs1/epcis/read.h"
#include "ledger/base/civil.h"

#include <stdlib.h>

#define TEXTS_MAX ((size_t)512 << 20)

static enum err add_epc(struct document *document, struct span text, size_t line,
	struct document_event *event, struct fault *fault)
{
	struct document_epc epc = {.text_at = (uint32_t)document->texts.size};
	struct gs1_epc read;
	struct fault why = {0};
	if (document->epcs.size / sizeof epc >= DOCUMENT_EPCS_MAX)
		return fault_set(fault, ERR_LIMIT, line, 0,
			"more than %d EPCs in one document: cut it", DOCUMENT_EPCS_MAX);
	if (gs1_epc_read(text, &read, &why))
		return fault_set(fault, ERR_RANGE, line, 0, "line %zu: %.60s: %.120s", line,
			text.size ? "an EPC cannot be read" : "an EPC is empty", why.text);
	gs1_epc_put_link(&read, &document->texts);
	epc.kind = read.kind;
	memcpy(epc.key, read.key, sizeof epc.key);
	memcpy(epc.extension, read.extension, sizeof epc.extension);
	epc.text_size = (uint32_t)(document->texts.size - epc.text_at);
	buf_put(&document->epcs, span_of(&epc, sizeof epc));
	event->epc_count++;
	return document->epcs.err || document->texts.err
		       ? fault_set(fault, ERR_LIMIT, line, 0, "the document is too large")
		       : OK;
}

/* Pieces are whole numbers without a unit; what is measured is told apart, not lost. */
static void take_quantity(struct document *document, const struct epcis_quantity *from)
{
	struct document_epc *epc =
		(struct document_epc *)(void *)(document->epcs.at + document->epcs.size) - 1;
	uint64_t count = 0;
	size_t i = 0;
	while (i < from->quantity.size && from->quantity.at[i] >= '0' &&
		from->quantity.at[i] <= '9' && count <= UINT32_MAX)
		count = count * 10 + (uint64_t)(from->quantity.at[i++] - '0');
	if (i < from->quantity.size && from->quantity.at[i] == '.')
		do
			i++;
		while (i < from->quantity.size && from->quantity.at[i] == '0');
	epc->is_measured = from->uom.size || i < from->quantity.size || count > UINT32_MAX;
	epc->count = epc->is_measured ? 0 : (uint32_t)count;
}

static enum err add_epcs(struct document *document, const struct epcis_event *from,
	struct document_event *event, struct fault *fault)
{
	const struct epcis_texts *const lists[] = {&from->epc_list, &from->child_epcs};
	const struct epcis_quantities *const classes[] = {
		&from->quantity_list, &from->child_quantity_list};
	enum err err = OK;
	event->epc_first = (uint32_t)(document->epcs.size / sizeof(struct document_epc));
	event->has_parent = from->parent_id.size > 0;
	if (event->has_parent)
		err = add_epc(document, from->parent_id, from->line, event, fault);
	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; !err && i < lists[l]->count; i++)
			err = add_epc(document, lists[l]->at[i], from->line, event, fault);
	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; !err && i < classes[l]->count; i++) {
			err = add_epc(
				document, classes[l]->at[i].epc_class, from->line, event, fault);
			event->class_count++;
			if (!err)
				take_quantity(document, &classes[l]->at[i]);
		}
	return err;
}

static void keep_text(char *out, size_t room, struct span text)
{
	size_t size = text.size < room ? text.size : room - 1;
	if (size)
		memcpy(out, text.at, size);
	out[size] = 0;
}

/* Lot and expiry of the ILMD: itemExpirationDate as YYYY-MM-DD becomes the YYMMDD of the pack. */
static enum err take_ilmd(
	const struct epcis_event *from, struct document_event *event, struct fault *fault)
{
	size_t lots;
	size_t expiries;
	struct span lot = epcis_ilmd(from, "lotNumber", &lots);
	struct span expiry = epcis_ilmd(from, "itemExpirationDate", &expiries);
	int32_t day;
	int32_t year;
	int32_t month;
	int32_t month_day;
	if (lots > 1 || expiries > 1)
		return fault_set(fault, ERR_RANGE, from->line, 0,
			"line %zu: <ilmd> has %s twice: one event commissions packs of one lot",
			from->line, lots > 1 ? "lotNumber" : "itemExpirationDate");
	if (lot.size > GS1_LOT_MAX)
		return fault_set(fault, ERR_RANGE, from->line, 0,
			"line %zu: a lot number has at most %d characters", from->line,
			GS1_LOT_MAX);
	keep_text(event->lot, sizeof event->lot, lot);
	if (!expiry.size)
		return OK;
	/* xsd:date may carry a time zone; the day is what is printed on the pack. */
	if (civil_parse_day(span_cut(expiry, 0, 10), &day, NULL))
		return fault_set(fault, ERR_RANGE, from->line, 0,
			"line %zu: itemExpirationDate is not a day like 2028-03-31", from->line);
	civil_from_day(day, &year, &month, &month_day);
	if (year < 2000 || year > 2099)
		return fault_set(fault, ERR_RANGE, from->line, 0,
			"line %zu: itemExpirationDate is not in this century", from->line);
	uint32_t yymmdd = (uint32_t)((year - 2000) * 10000 + month * 100 + month_day);
	for (int i = 5; i >= 0; i--) {
		event->expiry[i] = (char)('0' + yymmdd % 10);
		yymmdd /= 10;
	}
	return OK;
}

/* Where it goes: the location if named, else who shall possess it, else who shall own it. */
static void take_destination(const struct epcis_event *from, struct document_event *event)
{
	static const char *const types[] = {"location", "possessing_party", "owning_party"};
	for (size_t t = 0; t < 3; t++) {
		for (size_t i = 0; i < from->destination_list.count; i++) {
			const struct epcis_party *party = &from->destination_list.at[i];
			struct gs1_epc epc;
			size_t size = strlen(types[t]);
			if (party->type.size < size ||
				memcmp(party->type.at + party->type.size - size, types[t], size) !=
					0)
				continue;
			if (!gs1_epc_read(party->id, &epc, NULL) &&
				(epc.kind == GS1_EPC_LOCATION || epc.kind == GS1_EPC_PARTY)) {
				keep_text(event->destination, sizeof event->destination,
					span_text(epc.key));
				return;
			}
		}
	}
}

/* A word written as one of the CBV's that is none would be passed over as somebody else's. */
static enum err check_word(enum cbv_vocabulary vocabulary, const char *element, struct span text,
	size_t line, struct fault *fault)
{
	static const char *const forms[] = {
		"urn:epcglobal:cbv:", "https://ref.gs1.org/cbv/", "cbv:"};
	bool is_ours =
		!memchr(text.size ? text.at : (const uint8_t *)":", ':', text.size ? text.size : 1);
	for (size_t i = 0; i < 3; i++)
		is_ours |= text.size >= strlen(forms[i]) &&
			   !memcmp(text.at, forms[i], strlen(forms[i]));
	if (!is_ours || cbv_word(vocabulary, text))
		return OK;
	return fault_set(fault, ERR_RANGE, line, 0, "line %zu: <%s> \"%.*s\" is no word of the CBV",
		line, element, text.size < 80 ? (int)text.size : 80, (const char *)text.at);
}

static bool texts_have(const struct epcis_texts *texts, enum cbv_disp disposition)
{
	for (size_t i = 0; i < texts->count; i++)
		if (cbv_disp(texts->at[i]) == disposition)
			return true;
	return false;
}

/* An extension of any namespace says that a shipment leaves for another market. */
static enum err take_market(
	const struct epcis_event *from, struct document_event *event, struct fault *fault)
{
	for (const struct epcis_node *node = from->extensions; node; node = node->next) {
		if (!span_is(node->name, "exportMarket") || node->is_attribute)
			continue;
		size_t letters = 0;
		size_t digits = 0;
		for (size_t i = 0; i < node->value.size; i++) {
			letters += node->value.at[i] >= 'A' && node->value.at[i] <= 'Z';
			digits += node->value.at[i] >= '0' && node->value.at[i] <= '9';
		}
		if (event->export_market[0] || node->children ||
			!((letters == 2 && node->value.size == 2) ||
				(digits == 3 && node->value.size == 3)))
			return fault_set(fault, ERR_RANGE, from->line, 0,
				"line %zu: <exportMarket> is one country of ISO 3166-1, like FR or "
				"250",
				from->line);
		keep_text(event->export_market, sizeof event->export_market, node->value);
	}
	return OK;
}

static enum err take_words(
	const struct epcis_event *from, struct document_event *event, struct fault *fault)
{
	if (texts_have(&from->persistent_set, CBV_DISP_RECALLED))
		event->recall = DOCUMENT_RECALL_SET;
	else if (texts_have(&from->persistent_unset, CBV_DISP_RECALLED))
		event->recall = DOCUMENT_RECALL_UNSET;
	enum err err = check_word(CBV_BIZ_STEP, "bizStep", from->biz_step, from->line, fault);
	if (!err)
		err = check_word(
			CBV_DISPOSITION, "disposition", from->disposition, from->line, fault);
	return err ? err : take_market(from, event, fault);
}

static enum err on_event(void *self, const struct epcis_event *from, struct fault *fault)
{
	struct document *document = self;
	struct document_event event = {
		.line = from->line,
		.order = (uint32_t)document->count,
		.type = from->type,
		.action = from->action,
		.step = cbv_step(from->biz_step),
		.disposition = cbv_disp(from->disposition),
		.time_ms = from->event_time_ms,
	};
	if (document->count == DOCUMENT_EVENTS_MAX)
		return fault_set(fault, ERR_LIMIT, from->line, 0,
			"more than %d events in one document: cut it", DOCUMENT_EVENTS_MAX);
	enum err err = epcis_identify(from, &event.identity, fault);
	if (!err)
		err = add_epcs(document, from, &event, fault);
	if (!err)
		err = take_ilmd(from, &event, fault);
	if (!err)
		err = take_words(from, &event, fault);
	if (err)
		return err;
	take_destination(from, &event);
	event.json_at = (uint32_t)document->texts.size;
	err = epcis_json_put_event(&document->texts, from, fault);
	if (err)
		return err;
	event.json_size = (uint32_t)(document->texts.size - event.json_at);
	buf_put(&document->events, span_of(&event, sizeof event));
	document->count++;
	return document->events.err
		       ? fault_set(fault, ERR_LIMIT, from->line, 0, "the document is too large")
		       : OK;
}

static int event_order(const void *a, const void *b)
{
	const struct document_event *one = a;
	const struct document_event *other = b;
	if (one->time_ms != other->time_ms)
		return one->time_ms < other->time_ms ? -1 : 1;
	return (one->order > other->order) - (one->order < other->order);
}

static bool has_place_for_events(const struct epcis_head *head)
{
	return head->document == EPCIS_WITH_EVENTS || head->document == EPCIS_WITH_RESULTS ||
	       head->document == EPCIS_WITHOUT_DOCUMENT;
}

enum err document_read(struct document *document, struct span text, struct fault *fault)
{
	*document = (struct document){0};
	buf_init(&document->events, DOCUMENT_EVENTS_MAX * sizeof(struct document_event));
	buf_init(&document->epcs, DOCUMENT_EPCS_MAX * sizeof(struct document_epc));
	buf_init(&document->texts, TEXTS_MAX);
	struct epcis_sink sink = {document, on_event};
	struct epcis_reader *reader = NULL;
	enum err err = epcis_reader_open(&reader, &sink, NULL, fault);
	if (!err)
		err = epcis_reader_feed(reader, text, fault);
	if (!err)
		err = epcis_reader_end(reader, fault);
	if (!err && !has_place_for_events(epcis_reader_head(reader)))
		err = fault_set(fault, ERR_FORMAT, 1, 0,
			"line 1: the document is a question or master data: capture takes events");
	epcis_reader_free(reader);
	if (!err && document->count)
		qsort(document->events.at, document->count, sizeof(struct document_event),
			event_order);
	return err;
}

void document_close(struct document *document)
{
	buf_close(&document->events);
	buf_close(&document->epcs);
	buf_close(&document->texts);
}
