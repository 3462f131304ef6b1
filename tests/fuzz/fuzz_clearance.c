/* A policy document that is read encodes to the same bytes. Judging any checks by it: cleared means
 * every reason is met and the end lies ahead; a moment before the end it is still so; what
 * suspends the checks that cleared never leaves it cleared; the order of checks does not matter.
 * (A check of a later day would count later: there is none.)
 *
 * Input: u16 size of the document, the document, then 12 bytes for each check. */
#include "appliance/rules/clearance.h"

#include <stdlib.h>

#define FACT_BYTES 12
#define FACTS      24
#define AT_DAY     20760

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		abort();
}

static struct check_facts fact_of(const uint8_t *at)
{
	return (struct check_facts){.type = (enum check_type)(at[0] % CHECK_CODE_END),
		.source = (enum check_source)(at[1] % 17),
		.method = (enum check_method)(at[2] % 8),
		.level = at[3] % 5,
		.workforce = (enum workforce)(at[4] % 5),
		.accepted_for = (enum work_role)(at[5] % 11),
		.checker = "a.example",
		.own = at[6] & 1,
		.attested = at[6] & 2,
		.superseded = at[6] & 4,
		.disputed = at[6] & 8,
		.status = (enum record_status)(at[7] % 4),
		.checked_day = AT_DAY - at[8],
		.due_day = at[9] ? AT_DAY - 40 + at[9] : 0,
		.expiry_day = at[10] ? AT_DAY - 40 + at[10] : 0,
		.position = at[11],
		.status_ms = at[11] ? (int64_t)AT_DAY * 86400000 - at[11] * INT64_C(600000) : 0};
}

static void print_all(const struct clearance_policy *policy, const struct check_facts *facts,
	const struct clearance_question *question, const struct clearance *clearance)
{
	for (size_t i = 0; i < clearance->reason_count; i++) {
		struct buf text;
		buf_init(&text, 2048);
		clearance_reason_print(policy, facts, question, &clearance->reasons[i], &text);
		must(text.err == OK && text.size > 0);
		buf_close(&text);
	}
}

static void judge(const struct clearance_policy *policy, struct check_facts *facts, size_t count,
	const struct clearance_question *question)
{
	struct clearance first;
	struct clearance again;
	struct check_facts turned[FACTS];
	clearance_judge(policy, facts, count, question, &first);
	print_all(policy, facts, question, &first);
	for (size_t i = 0; i < count; i++)
		turned[i] = facts[count - 1 - i];
	clearance_judge(policy, turned, count, question, &again);
	must(again.result == first.result && again.until_ms == first.until_ms);
	must((first.until_ms != 0) == (first.result == CLEARANCE_CLEARED));
	if (first.result != CLEARANCE_CLEARED)
		return;
	must(first.until_ms > question->at_ms);
	for (size_t i = 0; i < first.reason_count; i++)
		must(first.reasons[i].reason == REASON_MET);
	struct clearance_question last = *question;
	last.at_ms = first.until_ms - 1;
	clearance_judge(policy, facts, count, &last, &again);
	must(again.result == CLEARANCE_CLEARED);
	for (size_t i = 0; i < first.reason_count; i++) {
		struct check_facts *fact = &facts[first.reasons[i].fact];
		enum record_status before = fact->status;
		fact->status = RECORD_SUSPENDED;
		clearance_judge(policy, facts, count, question, &again);
		must(again.result == CLEARANCE_NOT_CLEARED);
		fact->status = before;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct clearance_policy policy;
	struct check_facts facts[FACTS];
	size_t count = 0;
	struct fault fault = {0};
	struct buf again;
	if (size < 2)
		return 0;
	struct span in = span_of(data + 2, size - 2);
	size_t document_size = (size_t)data[0] << 8 | data[1];
	struct span document = span_cut(in, 0, document_size);
	if (clearance_policy_decode(document, &policy, &fault)) {
		must(fault.text[0] != '\0');
		return 0;
	}
	buf_init(&again, CLEARANCE_POLICY_SIZE_MAX);
	clearance_policy_encode(&policy, &again);
	must(span_equal(buf_span(&again), document));
	buf_close(&again);
	struct span rest = span_cut(in, document.size, in.size);
	for (; count < FACTS && (count + 1) * FACT_BYTES <= rest.size; count++)
		facts[count] = fact_of(rest.at + count * FACT_BYTES);
	for (int role = WORK_PHARMACIST; role <= WORK_DOCTOR; role++) {
		struct clearance_question question = {.role = (enum work_role)role,
			.site = SITE_HOSPITAL_PHARMACY,
			.products = PRODUCTS_CONTROLLED,
			.at_ms = (int64_t)AT_DAY * 86400000 + 43200000,
			.final_size = 200,
			.zone = ZONE_EUROPE_LONDON};
		judge(&policy, facts, count, &question);
	}
	return 0;
}
