/* What a station's requests come to: checks, goods-in, receipts, late deliveries. */
#include "appliance/stations_parts.h"

#include "appliance/rules/kinds.h"
#include "appliance/view/check.h"
#include "appliance/view/movement.h"
#include "appliance/view/scanned.h"
#include "appliance/view/station_note.h"
#include "gs1/syntax/link.h"

#include <stdio.h>
#include <stdlib.h>

#define RETRY_MS      250 /* until a receipt can be made */
#define RETRY_SLOW_MS 5000 /* when something is wrong here */
#define EPC_SIZE      256

struct task *task_new(const struct caller *caller, const struct wire *wire)
{
	struct task *task = calloc(1, sizeof *task);
	if (!task)
		return NULL;
	task->caller = *caller;
	task->answer.request = caller->request;
	buf_init(&task->scan, WIRE_SCAN_MAX);
	buf_init(&task->statement, STATEMENT_SIZE_MAX);
	buf_init(&task->text, WIRE_RECEIPT_MAX);
	buf_put(&task->scan, wire->scan);
	buf_put(&task->statement, wire->statement);
	if (task->scan.err || task->statement.err) {
		task_free(task);
		return NULL;
	}
	return task;
}

void task_free(struct task *task)
{
	if (!task)
		return;
	buf_close(&task->scan);
	buf_close(&task->statement);
	buf_close(&task->text);
	free(task);
}

void task_busy(struct task *task, uint32_t wait_ms)
{
	task->answer = (struct wire){.type = WIRE_BUSY,
		.request = task->caller.request,
		.wait_ms = wait_ms < WIRE_WAIT_MAX_MS ? wait_ms : WIRE_WAIT_MAX_MS};
}

/* A sentence as messages carry it: one line, never empty. */
static struct span keep_sentence(struct task *task, const char *text)
{
	(void)snprintf(task->sentence, sizeof task->sentence, "%s", text[0] ? text : "no reason");
	for (char *c = task->sentence; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return span_text(task->sentence);
}

static struct span keep_word(struct task *task, const char *word)
{
	(void)snprintf(task->word, sizeof task->word, "%s", word);
	return span_text(task->word);
}

void task_failed(struct task *task, const char *word, const char *sentence)
{
	task->answer = (struct wire){.type = WIRE_FAILED,
		.request = task->caller.request,
		.word = keep_word(task, word),
		.sentence = keep_sentence(task, sentence)};
}

void task_refused(struct task *task, const struct outcome *outcome)
{
	char text[OUTCOME_SENTENCE_MAX];
	outcome_sentence(outcome->code, outcome->a, outcome->b, text);
	task->answer = (struct wire){.type = WIRE_REFUSED,
		.request = task->caller.request,
		.code = outcome->code,
		.word = keep_word(task, outcome_word(outcome->code)),
		.sentence = keep_sentence(task, text)};
}

static const char *word_of(enum err err)
{
	static const struct {
		enum err err;
		const char *word;
	} words[] = {
		{ERR_FORMAT, "not_a_pack"},
		{ERR_RANGE, "not_a_pack"},
		{ERR_ENCODING, "not_a_pack"},
		{ERR_NOT_FOUND, "not_there"},
		{ERR_EXISTS, "exists"},
		{ERR_REFUSED, "refused"},
	};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].err == err)
			return words[i].word;
	return "failed";
}

/* ---- checks ---- */

/* Which year's pepper the lot of this pack has; 0 when that is not known. */
static uint16_t find_year(struct desk *desk, struct span scan)
{
	struct scanned scanned;
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct lot lot = {0};
	if (scanned_read(scan, &scanned, NULL) || !scanned.pack.has_lot ||
		desk_reader(desk, &reader, NULL))
		return 0;
	enum err err = reader_begin(reader, &snapshot, NULL);
	if (!err) {
		err = lot_get(
			snapshot.table, scanned.gtin, span_text(scanned.pack.lot), &lot, NULL);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err ? 0 : lot.pepper_year;
}

static void run_check(const struct workplace *place, struct task *task)
{
	struct fault fault = {0};
	struct span scan = buf_span(&task->scan);
	enum err err = check_scan_json(
		place->desk, place->view, task->caller.party, scan, true, &task->text, &fault);
	if (!err && task->text.err)
		err = fault_set(&fault, ERR_LIMIT, 0, 0, "the verdict does not fit");
	if (err) {
		task_failed(task, word_of(err), fault.text);
		return;
	}
	task->answer = (struct wire){.type = WIRE_VERDICT,
		.request = task->caller.request,
		.json = buf_span(&task->text),
		.year = find_year(place->desk, scan)};
}

/* ---- goods-in ---- */

static bool sscc_epc(struct span scan, struct buf *epc)
{
	struct gs1_scan read;
	struct gs1_pack pack;
	if (gs1_scan_read(scan, &read, NULL) || gs1_pack_read(&read, &pack, NULL) || !pack.sscc[0])
		return false;
	gs1_link_put_sscc(epc, pack.sscc);
	return true;
}

static enum err receive_pack(const struct capturing *capturing, struct span scan,
	struct movement_result *result, struct fault *fault)
{
	struct scanned scanned;
	struct stock_pack pack = {.count = 1};
	enum err err = scanned_read(scan, &scanned, fault);
	if (err)
		return err;
	if (!scanned.pack.has_lot || !scanned.pack.has_expiry)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"goods-in by scan needs lot and expiry: scan the square code");
	memcpy(pack.gtin, scanned.pack.gtin, sizeof pack.gtin);
	memcpy(pack.serial, scanned.pack.serial, sizeof pack.serial);
	memcpy(pack.lot, scanned.pack.lot, sizeof pack.lot);
	memcpy(pack.expiry, scanned.pack.expiry, sizeof pack.expiry);
	return movement_receive_pack(capturing, &pack, 0, result, fault);
}

static void run_receive(const struct workplace *place, struct task *task)
{
	struct capturing capturing = {
		.desk = place->desk,
		.view = place->view,
		.attachments = place->attachments,
		.party = task->caller.party,
	};
	struct movement_result result = {0};
	struct fault fault = {0};
	uint8_t memory[EPC_SIZE];
	struct buf epc;
	char text[WIRE_SENTENCE_MAX];
	struct span scan = buf_span(&task->scan);
	buf_over(&epc, memory, sizeof memory);
	enum err err = sscc_epc(scan, &epc)
			       ? movement_receive(&capturing, buf_span(&epc), 0, &result, &fault)
			       : receive_pack(&capturing, scan, &result, &fault);
	if (err) {
		task_failed(task, word_of(err), fault.text);
		return;
	}
	(void)snprintf(text, sizeof text, "received: %u packs in %u cases%s%s",
		(unsigned)result.packs, (unsigned)result.cases, result.from[0] ? " from " : "",
		result.from);
	task->answer = (struct wire){.type = WIRE_RECEIVED,
		.request = task->caller.request,
		.sentence = keep_sentence(task, text)};
}

/* ---- statements ---- */

/* A scan that is not of the statement's pack moves no stock, and the receipt is due all the same.
 * Errors: storage of the view; whoever asks again finds it done once. */
static enum err follow_view(
	const struct workplace *place, const struct task *task, struct fault *fault)
{
	struct statement statement;
	struct station_change change = {.party = task->caller.party, .scan = buf_span(&task->scan)};
	if (!task->scan.size ||
		statement_decode(buf_span(&task->statement), SIGNED_STATEMENT, &statement, NULL))
		return OK;
	change.statement = &statement;
	change.position = task->answer.position;
	change.alert = task->outcome.alert;
	enum err err = note_station_change(place->view, &change, fault);
	return err == ERR_FORMAT || err == ERR_RANGE || err == ERR_ENCODING ? OK : err;
}

/* An answer got lost, the appliance or the station was killed: what was found then counts. */
static enum err recall_first(const struct workplace *place, struct task *task, struct fault *fault)
{
	struct recorded recorded;
	if (task->outcome.code != OUTCOME_DUPLICATE)
		return OK;
	enum err err = desk_recorded_at(place->desk, task->answer.position, &recorded, fault);
	if (err)
		return err;
	task->outcome = recorded.outcome;
	task->answer.time_ms = recorded.time_ms;
	return OK;
}

static void run_finish(const struct workplace *place, struct task *task)
{
	struct fault fault = {0};
	enum err err = recall_first(place, task, &fault);
	if (!err)
		err = follow_view(place, task, &fault);
	buf_reset(&task->text);
	if (!err)
		err = desk_receipt(place->desk, task->answer.position, &task->text, &fault);
	if (err || task->text.err) {
		/* Asked again, the ledger tells the same position: then there is a receipt. */
		task_busy(task, err == ERR_UNSURE ? RETRY_MS : RETRY_SLOW_MS);
		return;
	}
	task->answer.type = WIRE_RECORDED;
	task->answer.request = task->caller.request;
	task->answer.receipt = buf_span(&task->text);
	if (task->outcome.alert) {
		char text[OUTCOME_SENTENCE_MAX];
		outcome_sentence(task->outcome.alert, task->outcome.a, task->outcome.b, text);
		task->answer.alert = task->outcome.alert;
		task->answer.sentence = keep_sentence(task, text);
	}
}

/* The party's appliance key hands in what its station's key no longer can. */
static void run_deliver(const struct workplace *place, struct task *task)
{
	struct buf body;
	struct stated stated = {0};
	struct fault fault = {0};
	struct delivery_body delivery = {.statement = buf_span(&task->statement)};
	buf_init(&body, STATEMENT_SIZE_MAX);
	delivery_body_encode(&delivery, &body);
	struct desk_statement statement = {
		.party = task->caller.party,
		.kind = KIND_DELIVERY,
		.word = ledger_kind_word(KIND_DELIVERY),
		.body = buf_span(&body),
	};
	enum err err = body.err ? fault_set(&fault, body.err, 0, 0, "no room for the delivery")
				: desk_state(place->desk, &statement, &stated, &fault);
	buf_close(&body);
	if (err == ERR_REFUSED) {
		task_refused(task, &stated.outcome);
	} else if (err) {
		task_busy(task, RETRY_SLOW_MS);
	} else {
		task->outcome = stated.outcome;
		task->answer.position = stated.position;
		task->answer.time_ms = stated.time_ms;
		run_finish(place, task);
	}
}

void task_run(const struct workplace *place, struct task *task)
{
	switch (task->type) {
	case TASK_CHECK: run_check(place, task); break;
	case TASK_RECEIVE: run_receive(place, task); break;
	case TASK_FINISH: run_finish(place, task); break;
	case TASK_DELIVER: run_deliver(place, task); break;
	case TASK_END: break;
	}
}
