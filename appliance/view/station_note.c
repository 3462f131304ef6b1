#include "appliance/view/station_note.h"

#include "appliance/rules/kinds.h"
#include "appliance/view/handling.h"

/* Product and lot of a change or its undoing. */
static enum err read_subject(
	const struct statement *statement, uint64_t *gtin, struct span *lot, struct fault *fault)
{
	const struct kind *kind = kind_find(statement->kind);
	union kind_body body;
	if (!kind || kind->number < KIND_SUPPLY || kind->number > KIND_RETURN)
		return fault_set(fault, ERR_FORMAT, 0, 0, "the statement changes no pack");
	enum err err = kind->decode(statement->body, &body, fault);
	if (err)
		return err;
	bool is_undo = kind->number == KIND_VOID || kind->number == KIND_RETURN;
	*gtin = is_undo ? body.undo.gtin : body.change.gtin;
	*lot = is_undo ? body.undo.lot : body.change.lot;
	return OK;
}

enum err note_station_change(
	struct view *view, const struct station_change *change, struct fault *fault)
{
	struct scanned scanned;
	uint64_t gtin = 0;
	struct span lot = {0};
	enum err err = read_subject(change->statement, &gtin, &lot, fault);
	if (!err)
		err = scanned_read(change->scan, &scanned, fault);
	if (err)
		return err;
	if (scanned.gtin != gtin || !span_is(lot, scanned.pack.lot))
		return fault_set(
			fault, ERR_FORMAT, 0, 0, "the scan is of another pack than the statement");
	return handling_note(view, change->party, &scanned, change->statement->kind,
		change->position, change->alert, fault);
}
