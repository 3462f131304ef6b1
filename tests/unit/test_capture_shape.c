/* The table of EPCIS shapes: what each combination of type, action, bizStep and disposition asks
 * for, or what is said when it is refused. */
#include "appliance/view/capture_shape.h"

#include "appliance/rules/kinds.h"
#include "tests/tap.h"

#define OBJECT     EPCIS_OBJECT_EVENT
#define AGGREGATE  EPCIS_AGGREGATION_EVENT
#define STEP(word) CBV_STEP_##word
#define DISP(word) CBV_DISP_##word

struct row {
	enum epcis_type type;
	enum epcis_action action;
	enum cbv_step step;
	enum cbv_disp disposition;
	enum document_recall recall;
	const char *market;
	enum capture_act act;
	unsigned kind;
	const char *refusal; /* found in the sentence; NULL: not refused */
};

static const struct row rows[] = {
	{OBJECT, EPCIS_ADD, STEP(COMMISSIONING), DISP(ACTIVE), 0, "", CAPTURE_COMMISSION, 0, NULL},
	{OBJECT, EPCIS_ADD, STEP(COMMISSIONING), 0, 0, "", CAPTURE_COMMISSION, 0, NULL},
	{OBJECT, EPCIS_DELETE, STEP(COMMISSIONING), DISP(ACTIVE), 0, "", 0, 0, "ADD"},
	{OBJECT, EPCIS_OBSERVE, STEP(COMMISSIONING), DISP(ACTIVE), 0, "", 0, 0, "ADD"},
	{OBJECT, EPCIS_ADD, STEP(COMMISSIONING), DISP(DESTROYED), 0, "", 0, 0, "active"},
	{OBJECT, EPCIS_OBSERVE, STEP(DISPENSING), DISP(DISPENSED), 0, "", CAPTURE_CHANGE,
		KIND_SUPPLY, NULL},
	{OBJECT, EPCIS_DELETE, STEP(DISPENSING), DISP(DISPENSED), 0, "", CAPTURE_CHANGE,
		KIND_SUPPLY, NULL},
	{OBJECT, EPCIS_ADD, STEP(DISPENSING), DISP(DISPENSED), 0, "", 0, 0, "<action>"},
	{OBJECT, EPCIS_OBSERVE, STEP(DISPENSING), DISP(PARTIALLY_DISPENSED), 0, "", CAPTURE_CHANGE,
		KIND_OPEN, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(DISPENSING), 0, 0, "", 0, 0, "dispensed"},
	{OBJECT, EPCIS_OBSERVE, STEP(STORING), DISP(DISPENSED), 0, "", 0, 0, "dispensing"},
	{OBJECT, EPCIS_OBSERVE, STEP(RETAIL_SELLING), DISP(RETAIL_SOLD), 0, "", 0, 0, "dispensing"},
	{OBJECT, EPCIS_DELETE, STEP(DESTROYING), DISP(DESTROYED), 0, "", CAPTURE_CHANGE,
		KIND_DESTROY, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(DESTROYING), DISP(DESTROYED), 0, "", CAPTURE_CHANGE,
		KIND_DESTROY, NULL},
	{OBJECT, EPCIS_DELETE, STEP(DESTROYING), 0, 0, "", 0, 0, "destroyed"},
	{OBJECT, EPCIS_DELETE, STEP(OTHER), DISP(DESTROYED), 0, "", 0, 0, "destroying"},
	{OBJECT, EPCIS_DELETE, STEP(OTHER), DISP(DISPOSED), 0, "", 0, 0, "destroying"},
	{OBJECT, EPCIS_DELETE, STEP(DECOMMISSIONING), DISP(INACTIVE), 0, "", 0, 0, "became"},
	{OBJECT, EPCIS_DELETE, STEP(DECOMMISSIONING), DISP(DAMAGED), 0, "", 0, 0, "became"},
	{OBJECT, EPCIS_DELETE, STEP(INSPECTING), 0, 0, "", 0, 0, "OBSERVE"},
	{OBJECT, EPCIS_ADD, STEP(STORING), 0, 0, "", 0, 0, "OBSERVE"},
	{OBJECT, EPCIS_OBSERVE, STEP(OTHER), DISP(STOLEN), 0, "", CAPTURE_CHANGE, KIND_STOLEN,
		NULL},
	{OBJECT, EPCIS_DELETE, 0, DISP(STOLEN), 0, "", CAPTURE_CHANGE, KIND_STOLEN, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(SHIPPING), DISP(STOLEN), 0, "", CAPTURE_CHANGE, KIND_STOLEN,
		NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(DISPENSING), DISP(STOLEN), 0, "", 0, 0, "dispensed"},
	{OBJECT, EPCIS_OBSERVE, STEP(SAMPLING), DISP(INACTIVE), 0, "", CAPTURE_CHANGE, KIND_SAMPLE,
		NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(SAMPLING), DISP(IN_PROGRESS), 0, "", 0, 0, "inactive"},
	{OBJECT, EPCIS_OBSERVE, STEP(HOLDING), DISP(NON_SELLABLE_OTHER), 0, "", CAPTURE_CHANGE,
		KIND_LOCK, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(HOLDING), DISP(EXPIRED), 0, "", CAPTURE_NOTE, 0, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(HOLDING), DISP(DAMAGED), 0, "", 0, 0, "destroy"},
	{OBJECT, EPCIS_OBSERVE, STEP(HOLDING), DISP(RECALLED), DOCUMENT_RECALL_SET, "",
		CAPTURE_RECALL, 0, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(HOLDING), DISP(RECALLED), 0, "", 0, 0,
		"persistentDisposition"},
	{OBJECT, EPCIS_OBSERVE, STEP(STORING), DISP(RECALLED), DOCUMENT_RECALL_SET, "", 0, 0,
		"holding"},
	{OBJECT, EPCIS_OBSERVE, STEP(STORING), DISP(ACTIVE), DOCUMENT_RECALL_SET, "", 0, 0,
		"holding"},
	{OBJECT, EPCIS_OBSERVE, STEP(HOLDING), DISP(SELLABLE_NOT_ACCESSIBLE), DOCUMENT_RECALL_UNSET,
		"", CAPTURE_RECALL_END, 0, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(INSPECTING), 0, DOCUMENT_RECALL_UNSET, "", CAPTURE_RECALL_END,
		0, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(SHIPPING), 0, DOCUMENT_RECALL_UNSET, "", 0, 0, "its own"},
	{OBJECT, EPCIS_OBSERVE, STEP(SHIPPING), DISP(IN_TRANSIT), 0, "", CAPTURE_SHIP, 0, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(SHIPPING), DISP(IN_TRANSIT), 0, "FR", CAPTURE_EXPORT,
		KIND_EXPORT, NULL},
	{OBJECT, EPCIS_DELETE, STEP(SHIPPING), DISP(IN_TRANSIT), 0, "", 0, 0, "OBSERVE"},
	{OBJECT, EPCIS_OBSERVE, STEP(STORING), 0, 0, "FR", 0, 0, "exportMarket"},
	{OBJECT, EPCIS_OBSERVE, STEP(VOID_SHIPPING), 0, 0, "", CAPTURE_UNSHIP, 0, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(RECEIVING), DISP(IN_PROGRESS), 0, "", CAPTURE_RECEIVE, 0,
		NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(STOCKING), DISP(SELLABLE_ACCESSIBLE), 0, "", CAPTURE_STOCK, 0,
		NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(STOCKING), DISP(SELLABLE_NOT_ACCESSIBLE), 0, "", CAPTURE_NOTE,
		0, NULL},
	{OBJECT, EPCIS_OBSERVE, STEP(INSPECTING), DISP(NEEDS_REPLACEMENT), 0, "", CAPTURE_NOTE, 0,
		NULL},
	{OBJECT, EPCIS_OBSERVE, 0, 0, 0, "", CAPTURE_NOTE, 0, NULL},
	{AGGREGATE, EPCIS_ADD, STEP(PACKING), DISP(IN_PROGRESS), 0, "", CAPTURE_PACK, 0, NULL},
	{AGGREGATE, EPCIS_DELETE, STEP(UNPACKING), 0, 0, "", CAPTURE_UNPACK, 0, NULL},
	{AGGREGATE, EPCIS_OBSERVE, STEP(LOADING), 0, 0, "", CAPTURE_NOTE, 0, NULL},
	{AGGREGATE, EPCIS_ADD, STEP(SHIPPING), 0, 0, "", 0, 0, "ObjectEvent"},
	{AGGREGATE, EPCIS_DELETE, STEP(OTHER), DISP(DESTROYED), 0, "", 0, 0, "ObjectEvent"},
	{EPCIS_TRANSACTION_EVENT, EPCIS_ADD, STEP(PICKING), 0, 0, "", CAPTURE_NOTE, 0, NULL},
	{EPCIS_TRANSACTION_EVENT, EPCIS_ADD, STEP(SHIPPING), 0, 0, "", 0, 0, "ObjectEvent"},
	{EPCIS_ASSOCIATION_EVENT, EPCIS_ADD, STEP(ASSEMBLING), 0, 0, "", CAPTURE_NOTE, 0, NULL},
	{EPCIS_TRANSFORMATION_EVENT, EPCIS_NO_ACTION, STEP(COMMISSIONING), 0, 0, "", 0, 0,
		"TransformationEvent"},
};

static struct document_event event_of(const struct row *row)
{
	struct document_event event = {
		.line = 7,
		.type = row->type,
		.action = row->action,
		.step = row->step,
		.disposition = row->disposition,
		.recall = row->recall,
		.epc_count = 2,
		.has_parent = row->type == EPCIS_AGGREGATION_EVENT,
	};
	(void)snprintf(event.export_market, sizeof event.export_market, "%s", row->market);
	return event;
}

TEST(each_shape_has_its_effect_or_is_refused)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct document_event event = event_of(&rows[i]);
		struct capture_shape shape;
		struct fault fault = {0};
		enum err err = capture_shape(&event, &shape, &fault);
		if (rows[i].refusal) {
			CHECK_ROW(err == ERR_RANGE && fault.at == 7, "row %zu: %s", i, fault.text);
			CHECK_ROW(
				strstr(fault.text, "line 7") && strstr(fault.text, rows[i].refusal),
				"row %zu: %s", i, fault.text);
			continue;
		}
		CHECK_ROW(err == OK && shape.act == rows[i].act && shape.kind == rows[i].kind,
			"row %zu: act %d kind %u: %s", i, (int)shape.act, shape.kind, fault.text);
	}
}

/* Whatever the words, DELETE and ADD alone are never taken for something that happened. */
TEST(the_action_never_decides_alone)
{
	for (int step = 0; step < CBV_STEP_COUNT; step++) {
		struct row row = {OBJECT, EPCIS_DELETE, (enum cbv_step)step, CBV_NO_DISP, 0, "",
			CAPTURE_NOTE, 0, NULL};
		struct capture_shape shape;
		struct document_event event = event_of(&row);
		CHECK_ROW(capture_shape(&event, &shape, NULL) == ERR_RANGE, "DELETE %s",
			cbv_step_word(row.step));
		event.action = EPCIS_ADD;
		CHECK_ROW(capture_shape(&event, &shape, NULL) == ERR_RANGE ||
				  shape.act == CAPTURE_COMMISSION || row.step == CBV_STEP_ENCODING,
			"ADD %s", cbv_step_word(row.step));
	}
}

/* What has a meaning for packs is either an act or refused; the rest is only noted. */
TEST(no_disposition_that_changes_packs_is_only_noted)
{
	static const enum cbv_disp heavy[] = {DISP(DESTROYED), DISP(DISPOSED), DISP(DISPENSED),
		DISP(PARTIALLY_DISPENSED), DISP(INACTIVE), DISP(RECALLED), DISP(RETAIL_SOLD),
		DISP(STOLEN)};
	for (int step = 0; step < CBV_STEP_COUNT; step++) {
		for (size_t i = 0; i < sizeof heavy / sizeof heavy[0]; i++) {
			struct row row = {OBJECT, EPCIS_OBSERVE, (enum cbv_step)step, heavy[i], 0,
				"", CAPTURE_NOTE, 0, NULL};
			struct capture_shape shape;
			struct document_event event = event_of(&row);
			CHECK_ROW(capture_shape(&event, &shape, NULL) == ERR_RANGE ||
					  shape.act == CAPTURE_CHANGE,
				"%s %s", cbv_step_word(row.step), cbv_disp_word(heavy[i]));
		}
	}
}

TAP_MAIN(CASE(each_shape_has_its_effect_or_is_refused), CASE(the_action_never_decides_alone),
	CASE(no_disposition_that_changes_packs_is_only_noted))
