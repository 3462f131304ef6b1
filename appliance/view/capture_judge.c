/* Statements of a capture: judged before, or made. */
#include "appliance/rules/rules_app.h"
#include "appliance/view/capture_run.h"

static enum err judge(const struct capturing *capturing, const struct snapshot *snapshot,
	const struct kind *kind, struct span body, struct outcome *outcome, struct fault *fault)
{
	const struct desk_party *party = capturing->party;
	struct author author;
	uint8_t public[32];
	uint8_t entry[ENTRY_SIZE] = {0};
	struct statement statement = {
		.envelope = {.issuer = span_text(party->member), .subject = span_text(kind->word)},
		.kind = kind->number,
		.body = body,
	};
	struct applying applying = {
		.position = snapshot->applied_size,
		.time_ms = snapshot->time_ms,
		.rules_version = RULES_VERSION,
		.statement = &statement,
		.entry = entry,
		.author = &author,
	};
	enum err err = members_key(snapshot->table, party->kid, &author, public, fault);
	return err ? err
		   : rules_apply(
			     &directory_members, snapshot->table, &applying, true, outcome, fault);
}

enum err capture_judge(const struct capturing *capturing, uint16_t number,
	const union kind_body *body, struct outcome *outcome, struct fault *fault)
{
	const struct kind *kind = kind_find(number);
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct buf bytes;
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	kind->encode(body, &bytes);
	*outcome = (struct outcome){0};
	enum err err = bytes.err ? fault_set(fault, bytes.err, 0, 0, "a statement is too large")
				 : desk_reader(capturing->desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = judge(capturing, &snapshot, kind, buf_span(&bytes), outcome, fault);
		reader_end(reader);
	}
	desk_reader_back(capturing->desk, reader);
	buf_close(&bytes);
	return err;
}

enum err capture_state(const struct capturing *capturing, uint16_t number,
	const union kind_body *body, struct capture_result *result, struct fault *fault)
{
	const struct kind *kind = kind_find(number);
	struct buf bytes;
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	kind->encode(body, &bytes);
	struct desk_statement statement = {
		.party = capturing->party,
		.kind = kind->number,
		.word = kind->word,
		.body = buf_span(&bytes),
	};
	enum err err = bytes.err ? fault_set(fault, bytes.err, 0, 0, "a statement is too large")
				 : desk_state(capturing->desk, &statement, &result->last, fault);
	if (!err) {
		result->has_last = true;
		result->statements++;
	}
	buf_close(&bytes);
	return err;
}

enum err run_refuse(const struct document_event *event, struct span epc,
	const struct outcome *outcome, uint16_t code, struct fault *fault)
{
	char text[OUTCOME_SENTENCE_MAX];
	outcome_sentence(code, outcome->a, outcome->b, text);
	return fault_set(fault, ERR_REFUSED, event->line, 0, "line %zu: %.*s: %s", event->line,
		epc.size < 90 ? (int)epc.size : 90, (const char *)epc.at, text);
}

void run_problem(struct capture_run *run, const struct document_event *event, struct span epc,
	uint16_t code, bool is_recorded, const char *text)
{
	struct capture_result *result = run->result;
	if (result->problem_count++ >= CAPTURE_PROBLEMS_MAX)
		return;
	struct capture_problem *problem = &result->problems[result->problem_count - 1];
	*problem = (struct capture_problem){
		.line = event->line, .code = code, .is_recorded = is_recorded};
	struct span cut = span_cut(epc, 0, sizeof problem->epc - 1);
	if (cut.size)
		memcpy(problem->epc, cut.at, cut.size);
	struct span sentence = span_cut(span_text(text), 0, sizeof problem->text - 1);
	if (sentence.size)
		memcpy(problem->text, sentence.at, sentence.size);
}
