#include "appliance/view/capture_known.h"

#include <stdlib.h>

enum err capture_claim(const struct capturing *capturing, const struct document *document,
	struct view_claim *claim, struct fault *fault)
{
	*claim = (struct view_claim){.party = capturing->party->name};
	claim->hashes = calloc(document->count + 1, HASH_SIZE);
	if (!claim->hashes)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the events");
	claim->count = document->count;
	for (size_t i = 0; i < document->count; i++)
		memcpy(claim->hashes[i], document_event(document, i)->identity.hash, HASH_SIZE);
	enum err err = view_claim(capturing->view, claim, fault);
	if (err) {
		free(claim->hashes);
		*claim = (struct view_claim){0};
	}
	return err;
}

/* By hash, then undeclared before declared, then as they come. */
static int identity_order(const void *a, const void *b)
{
	const struct document_event *one = *(struct document_event *const *)a;
	const struct document_event *other = *(struct document_event *const *)b;
	const struct epcis_identity *x = &one->identity;
	const struct epcis_identity *y = &other->identity;
	int order = memcmp(x->hash, y->hash, HASH_SIZE);
	if (order)
		return order;
	if (x->has_error_declaration != y->has_error_declaration)
		return x->has_error_declaration ? 1 : -1;
	if (x->declaration_time_ms != y->declaration_time_ms)
		return x->declaration_time_ms < y->declaration_time_ms ? -1 : 1;
	return (one->order > other->order) - (one->order < other->order);
}

static bool is_same(const struct document_event *a, const struct document_event *b)
{
	return !memcmp(a->identity.hash, b->identity.hash, HASH_SIZE) &&
	       a->identity.has_error_declaration == b->identity.has_error_declaration &&
	       a->identity.declaration_time_ms == b->identity.declaration_time_ms;
}

static enum err look_up(const struct capturing *capturing, const struct document_event *event,
	bool is_declared, bool *has, struct fault *fault)
{
	struct view_event record = {
		.party = capturing->party->name,
		.is_declared = is_declared,
		.declaration_ms = is_declared ? event->identity.declaration_time_ms : 0,
	};
	memcpy(record.hash, event->identity.hash, sizeof record.hash);
	return view_event_has(capturing->view, &record, has, fault);
}

/* The events of one hash. A declaration that is there already has done its work: a further one only
 * annotates. One whose original comes with it, or later, annuls it; nothing then happened. */
static enum err mark_group(const struct capturing *capturing, struct document_event **group,
	size_t count, struct fault *fault)
{
	bool was_captured;
	bool was_declared;
	bool declares = group[count - 1]->identity.has_error_declaration;
	enum err err = look_up(capturing, group[0], false, &was_captured, fault);
	if (!err)
		err = view_event_declared(capturing->view, capturing->party->name,
			group[0]->identity.hash, &was_declared, fault);
	for (size_t i = 0; !err && i < count; i++) {
		bool is_declared = group[i]->identity.has_error_declaration;
		err = look_up(capturing, group[i], is_declared, &group[i]->is_known, fault);
		group[i]->is_known |= i && is_same(group[i - 1], group[i]);
		if (err || group[i]->is_known)
			continue;
		group[i]->is_annulled = !is_declared && (was_declared || declares);
		group[i]->voids = is_declared && was_captured && !was_declared;
		was_declared |= is_declared;
	}
	return err;
}

static enum err mark_all(const struct capturing *capturing, struct document *document,
	struct document_event **sorted, struct fault *fault)
{
	enum err err = OK;
	for (size_t i = 0; i < document->count; i++)
		sorted[i] = document_event(document, i);
	qsort(sorted, document->count, sizeof *sorted, identity_order);
	for (size_t i = 0, end; !err && i < document->count; i = end) {
		for (end = i;
			end < document->count &&
			!memcmp(sorted[end]->identity.hash, sorted[i]->identity.hash, HASH_SIZE);)
			end++;
		err = mark_group(capturing, sorted + i, end - i, fault);
	}
	return err;
}

enum err capture_mark(const struct capturing *capturing, struct document *document,
	struct capture_result *result, struct fault *fault)
{
	if (!document->count)
		return fault_set(fault, ERR_FORMAT, 0, 0, "there is no event in this document");
	struct document_event **sorted = calloc(document->count, sizeof *sorted);
	if (!sorted)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the events");
	enum err err = mark_all(capturing, document, sorted, fault);
	free(sorted);
	if (err)
		return err;
	result->events = document->count;
	for (size_t i = 0; i < document->count; i++) {
		result->duplicates += document_event(document, i)->is_known;
		result->annulled += document_event(document, i)->is_annulled;
	}
	if (result->duplicates == document->count)
		return fault_set(fault, ERR_EXISTS, 0, 0,
			"all %zu events of this document were captured before", document->count);
	return OK;
}

/* Later its number may be another statement's. */
static enum err settle_effect(struct desk *desk, struct view *view,
	const struct effect_begun *begun, struct span epc, struct fault *fault)
{
	const struct desk_party *party = desk_find(desk, begun->party);
	struct stated stated;
	enum err err =
		party ? desk_recorded(desk, party, begun->sequence, &stated, fault) : ERR_NOT_FOUND;
	if (err == ERR_NOT_FOUND)
		return view_effect_drop(view, begun->party, begun->hash, epc, fault);
	struct effect effect = {.position = err ? 0 : stated.position};
	return err ? err : view_effect_put(view, begun->party, begun->hash, epc, &effect, fault);
}

enum err capture_recover(struct desk *desk, struct view *view, struct fault *fault)
{
	struct effect_begun begun;
	struct buf epc;
	enum err err = OK;
	buf_init(&epc, VIEW_EPC_MAX);
	while (!err && !(err = view_effect_begun(view, &begun, &epc, fault)))
		err = settle_effect(desk, view, &begun, buf_span(&epc), fault);
	buf_close(&epc);
	return err == ERR_NOT_FOUND ? OK : err;
}
