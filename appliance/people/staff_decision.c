/* Decisions: what a policy said of a person, and what somebody decided beside it. The document
 * stays in the vault; the ledger holds result, policy and commitment. */
#include "appliance/people/staff_inside.h"

#include "ledger/base/hex.h"

static enum err check_override(const struct staff_answer *answer,
	const struct staff_override *override, struct fault *fault)
{
	bool cleared = answer->clearance.result == CLEARANCE_CLEARED;
	if (override->decision == OVERRIDE_NONE)
		return OK;
	if ((override->decision == OVERRIDE_LET_WORK) == cleared)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"an override differs from what the policy says: %s",
			clearance_word(answer->clearance.result));
	size_t size = override->reason ? strlen(override->reason) : 0;
	if (size == 0 || size > STAFF_REASON_MAX)
		return fault_set(fault, ERR_RANGE, 0, size,
			"an override needs a reason of 1 to %d bytes", STAFF_REASON_MAX);
	if (override->decision == OVERRIDE_LET_WORK &&
		override->until_ms <= answer->clearance.at_ms)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"an override to let somebody work needs a moment ahead when it ends");
	return OK;
}

static const char *override_word(enum clearance_override decision)
{
	return decision == OVERRIDE_LET_WORK ? "let_work" : "kept_from_work";
}

static json_t *override_json(const struct staff_override *override)
{
	char until[CIVIL_TIME_SIZE];
	if (override->decision == OVERRIDE_NONE)
		return NULL;
	civil_print_time(override->until_ms, until);
	return json_pack("{s:s, s:s, s:o*}", "decision", override_word(override->decision),
		"reason", override->reason, "until",
		override->decision == OVERRIDE_LET_WORK ? json_string(until) : NULL);
}

/* The commitments of the checks that were looked at, so that it can be judged again. */
static json_t *checks_json(const struct staff_answer *answer)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < answer->fact_count; i++) {
		char hex[2 * COMMITMENT_SIZE + 1];
		hex_print(span_of(answer->commitments[i], COMMITMENT_SIZE), hex);
		if (json_array_append_new(list, json_string(hex))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *decision_json(const uint8_t pseudonym[PERSON_SIZE],
	const struct staff_answer *answer, const struct staff_override *override)
{
	char person[2 * PERSON_SIZE + 1];
	char hash[2 * HASH_SIZE + 1];
	char at[CIVIL_TIME_SIZE];
	char until[CIVIL_TIME_SIZE];
	const struct clearance_question *question = &answer->question;
	const struct clearance *clearance = &answer->clearance;
	hex_print(span_of(pseudonym, PERSON_SIZE), person);
	hex_print(span_of(answer->policy_hash, HASH_SIZE), hash);
	civil_print_time(clearance->at_ms, at);
	civil_print_time(clearance->until_ms, until);
	return json_pack("{s:s, s:s, s:s, s:s, s:o*, s:s, s:s, s:o*, s:s, s:s, s:I, s:I, s:I, s:o, "
			 "s:o, s:o*, s:o*}",
		"type", "ClearanceDecision", "person", person, "role",
		code_word(CODES_ROLE, question->role), "site",
		code_word(CODES_SITE, question->site), "products",
		question->products ? json_string(code_word(CODES_PRODUCT, question->products))
				   : NULL,
		"at", at, "result", clearance_word(clearance->result), "until",
		clearance->until_ms ? json_string(until) : NULL, "employer",
		answer->policy.employer, "policyHash", hash, "policyVersion",
		(json_int_t)answer->policy.version, "appliedSize", (json_int_t)answer->applied_size,
		"finalSize", (json_int_t)clearance->final_size, "reasons",
		staff_reasons_json(answer), "checks", checks_json(answer), "override",
		override_json(override), "decidedBy",
		override->by ? json_string(override->by) : NULL);
}

enum err staff_decide(struct staff *staff, const struct staff_party *party,
	const uint8_t person[VAULT_ID_SIZE], const struct staff_answer *answer,
	const struct staff_override *override, struct staff_statement *statement,
	struct fault *fault)
{
	uint8_t pseudonym[PERSON_SIZE];
	struct vault_document kept = {.kind = VAULT_DECISION, .position = POSITION_NONE};
	struct buf document;
	enum err err = check_override(answer, override, fault);
	if (!err)
		err = vault_pseudonym(
			staff->vault, party->name, person, party->member, pseudonym, fault);
	if (err)
		return err;
	buf_init(&document, VAULT_DOCUMENT_MAX);
	err = staff_print(decision_json(pseudonym, answer, override), &document, fault);
	if (err)
		goto undo;
	memcpy(kept.person, person, VAULT_ID_SIZE);
	kept.document = buf_span(&document);
	env_random(staff->env, kept.r, COMMITMENT_KEY_SIZE);
	err = commitment_make(kept.r, kept.document, kept.commitment, fault);
	if (!err)
		err = vault_document_add(staff->vault, party->name, &kept, fault);
	if (err)
		goto undo;
	union kind_body body = {.decision = {.policy_hash = span_of(answer->policy_hash, HASH_SIZE),
					.result = answer->clearance.result,
					.until_ms = override->decision == OVERRIDE_LET_WORK
							    ? override->until_ms
							    : answer->clearance.until_ms,
					.commitment = span_of(kept.commitment, COMMITMENT_SIZE),
					.override = override->decision}};
	memcpy(statement->commitment, kept.commitment, COMMITMENT_SIZE);
	staff_put_body(statement, KIND_CLEARANCE, &body);
undo:
	buf_close(&document);
	return err;
}

enum err staff_policy_body(const struct clearance_policy *policy, int64_t from_ms, struct buf *body,
	struct fault *fault)
{
	struct buf document;
	uint8_t hash[HASH_SIZE];
	enum err err = clearance_policy_check(policy, fault);
	if (err)
		return err;
	buf_init(&document, CLEARANCE_POLICY_SIZE_MAX);
	clearance_policy_encode(policy, &document);
	clearance_policy_hash(buf_span(&document), hash);
	union kind_body publish = {.policy_publish = {.hash = span_of(hash, HASH_SIZE),
					   .version = policy->version,
					   .from_ms = from_ms,
					   .document = buf_span(&document)}};
	if (document.err)
		err = fault_set(fault, document.err, 0, 0,
			"a clearance policy has at most %d bytes", CLEARANCE_POLICY_SIZE_MAX);
	else
		kind_find(KIND_CLEARANCE_POLICY)->encode(&publish, body);
	buf_close(&document);
	if (!err && body->err)
		err = fault_set(fault, body->err, 0, 0, "no room for a policy's statement");
	return err;
}
