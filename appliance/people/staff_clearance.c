/* A clearance: facts from the vault and the ledger, judged by the party's policy. */
#include "appliance/people/staff_inside.h"

#include "appliance/people/jcs.h"
#include "ledger/base/hex.h"

#define AHEAD_MAX_MS 60000 /* ledger time may be ahead of this machine's clock */

/* A document of the vault as a credential. What we made, and what came over whole, has its proof;
 * an import that lost fields has none any more and was verified when it came. */
static enum err read_credential(
	const struct vault_document *document, struct credential *credential, struct fault *fault)
{
	json_t *value;
	enum err err = jcs_parse(document->document, &value, fault);
	if (err)
		return err;
	if (document->is_imported && !json_object_get(value, "proof"))
		err = credential_from_json(value, NULL, credential, fault);
	else
		err = credential_read(document->document, NULL, credential, fault);
	json_decref(value);
	return err;
}

/* Whether the check was there at the moment: what was attested later, or came in later, must
 * not change the answer for it. What is not on the ledger at all is there: as a check that
 * cannot count. */
static bool was_there(const struct staff_moment *moment, const struct vault_document *document,
	const struct attestation *row)
{
	if (document->is_imported && document->added_ms > moment->at_ms + AHEAD_MAX_MS)
		return false;
	return !row || (row->position < moment->applied_size && row->time_ms <= moment->at_ms);
}

/* What the ledger says of it at the moment. */
static enum err add_ledger_facts(const struct staff_party *party, const struct staff_moment *moment,
	const struct vault_document *document, struct check_facts *facts, bool *is_there,
	struct fault *fault)
{
	struct attestation row;
	struct standing standing;
	facts->own = !document->is_imported;
	enum err err = attestation_find(moment->table, document->commitment, &row, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	*is_there = was_there(moment, document, err ? NULL : &row);
	if (err || !*is_there)
		return OK;
	facts->own = memcmp(row.party, party->party, PARTY_SIZE) == 0;
	err = standing_read(moment->table, row.list, row.index, moment->at_ms, moment->final_size,
		&standing, fault);
	if (err)
		return err;
	facts->attested = true;
	facts->position = row.position;
	facts->status = standing.status;
	facts->status_ms = standing.said_ms;
	facts->disputed = standing.is_disputed;
	facts->superseded = attestation_is_superseded(&row, moment->at_ms, moment->final_size);
	int32_t quarter_end = row.quarter ? quarter_last_day(row.quarter) : 0;
	if (quarter_end && quarter_end < facts->expiry_day)
		facts->expiry_day = quarter_end;
	return OK;
}

static enum err load_fact(const struct staff_party *party, const struct staff_moment *moment,
	const struct vault_document *document, struct check_facts *facts, bool *is_there,
	struct fault *fault)
{
	struct credential credential;
	bool is_whole = true;
	enum err err = read_credential(document, &credential, fault);
	if (err)
		return err;
	credential_facts(&credential, facts);
	err = add_ledger_facts(party, moment, document, facts, is_there, fault);
	if (err || !facts->attested)
		return err;
	/* What is not the document that the ledger knows does not count. */
	static const uint8_t none[COMMITMENT_KEY_SIZE];
	if (memcmp(document->r, none, sizeof none) != 0)
		is_whole = commitment_verify(document->r, document->document, document->commitment,
				   NULL) == OK;
	facts->attested = is_whole;
	return OK;
}

/* All of them or none: a check that could not be read must not be passed over. */
static enum err load_facts(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t *person, struct staff_answer *answer,
	struct fault *fault)
{
	struct vault_document document = {0};
	struct buf bytes;
	enum err err = OK;
	buf_init(&bytes, 2 * VAULT_DOCUMENT_MAX);
	while (!err) {
		err = vault_document_next(staff->vault, party->name, person, VAULT_CHECK,
			document.number, &document, &bytes, fault);
		if (err == ERR_NOT_FOUND) {
			err = OK;
			break;
		}
		if (!err && answer->fact_count == CHECK_FACTS_MAX)
			err = fault_set(fault, ERR_LIMIT, 0, 0,
				"a clearance looks at no more than %d checks of a person",
				CHECK_FACTS_MAX);
		if (err)
			break;
		bool is_there = false;
		size_t i = answer->fact_count;
		memcpy(answer->commitments[i], document.commitment, COMMITMENT_SIZE);
		err = load_fact(party, moment, &document, &answer->facts[i], &is_there, fault);
		answer->fact_count += is_there;
	}
	if (bytes.at)
		secret_wipe(bytes.at, bytes.size);
	buf_close(&bytes);
	return err;
}

static enum err load_policy(const struct staff_party *party, const struct staff_moment *moment,
	struct staff_answer *answer, struct fault *fault)
{
	struct published_policy published;
	enum err err = published_policy_at(
		moment->table, party->party, moment->at_ms, moment->final_size, &published, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"no clearance policy of %s was in force then: publish one first",
			party->member);
	if (err)
		return err;
	memcpy(answer->policy_hash, published.hash, HASH_SIZE);
	answer->policy_position = published.position;
	return clearance_policy_decode(published.document, &answer->policy, fault);
}

enum err staff_clearance(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t person[VAULT_ID_SIZE], enum work_role role,
	enum site_class site, enum product_class products, struct staff_answer *answer,
	struct fault *fault)
{
	struct vault_person who;
	if (moment->at_ms > env_now_ms(staff->env) + AHEAD_MAX_MS)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"that moment lies ahead: ask for now or for one in the past");
	answer->fact_count = 0;
	answer->applied_size = moment->applied_size;
	answer->question = (struct clearance_question){.role = role,
		.site = site,
		.products = products,
		.at_ms = moment->at_ms,
		.final_size = moment->final_size};
	enum err err = moment->directory->zone(moment->table, &answer->question.zone, fault);
	if (!err)
		err = vault_person_find(staff->vault, party->name, person, &who, fault);
	if (!err)
		err = load_policy(party, moment, answer, fault);
	if (!err)
		err = load_facts(staff, party, moment, person, answer, fault);
	if (err)
		return err;
	answer->has_photo = who.has_photo;
	clearance_judge(&answer->policy, answer->facts, answer->fact_count, &answer->question,
		&answer->clearance);
	return OK;
}

const char *staff_colour(const struct staff_answer *answer, bool photo_seen)
{
	switch (answer->clearance.result) {
	case CLEARANCE_CLEARED: return answer->has_photo && photo_seen ? "green" : "amber";
	case CLEARANCE_NOT_CLEARED: return "red";
	case CLEARANCE_CANNOT_TELL: return "amber";
	}
	return "amber";
}

static const char *answer_word(enum clearance_result answer)
{
	switch (answer) {
	case CLEARANCE_CLEARED: return "met";
	case CLEARANCE_NOT_CLEARED: return "not_met";
	case CLEARANCE_CANNOT_TELL: return "unsure";
	}
	return "unsure";
}

json_t *staff_reasons_json(const struct staff_answer *answer)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < answer->clearance.reason_count; i++) {
		const struct clearance_reason *reason = &answer->clearance.reasons[i];
		struct buf sentence;
		buf_init(&sentence, 1024);
		clearance_reason_print(
			&answer->policy, answer->facts, &answer->question, reason, &sentence);
		json_t *item = json_pack("{s:s, s:s, s:s}", "result", answer_word(reason->answer),
			"reason", reason_word(reason->reason), "sentence", buf_text(&sentence));
		buf_close(&sentence);
		if (!item || json_array_append_new(list, item)) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* "Cleared as pharmacist at a hospital pharmacy until 2026-11-04 09:30 UTC." */
static void put_sentence(const struct staff_answer *answer, bool photo_seen, struct buf *buf)
{
	const struct clearance *clearance = &answer->clearance;
	const char *role = code_label(CODES_ROLE, answer->question.role);
	const char *site = code_label(CODES_SITE, answer->question.site);
	char until[CIVIL_TIME_SIZE];
	size_t open = 0;
	for (size_t i = 0; i < clearance->reason_count; i++)
		open += clearance->reasons[i].answer == clearance->result;
	switch (clearance->result) {
	case CLEARANCE_CLEARED:
		civil_print_time(clearance->until_ms, until);
		buf_printf(buf, "Cleared as %s, %s, until %.10s %.5s UTC.", role, site, until,
			until + 11);
		if (!answer->has_photo || !photo_seen)
			buf_put_text(buf, " The record is valid: check photo ID.");
		break;
	case CLEARANCE_NOT_CLEARED:
		buf_printf(buf, "Not cleared as %s, %s: %zu of %zu requirements not met.", role,
			site, open, clearance->reason_count);
		break;
	case CLEARANCE_CANNOT_TELL:
		buf_printf(buf,
			"Cannot tell whether cleared as %s, %s: %zu of %zu requirements "
			"need a look.",
			role, site, open, clearance->reason_count);
		break;
	}
}

enum err staff_answer_json(
	const struct staff_answer *answer, bool photo_seen, json_t **json, struct fault *fault)
{
	char hash[2 * HASH_SIZE + 1];
	char at[CIVIL_TIME_SIZE];
	char until[CIVIL_TIME_SIZE] = "";
	struct buf sentence;
	buf_init(&sentence, 1024);
	put_sentence(answer, photo_seen, &sentence);
	hex_print(span_of(answer->policy_hash, HASH_SIZE), hash);
	civil_print_time(answer->clearance.at_ms, at);
	if (answer->clearance.until_ms)
		civil_print_time(answer->clearance.until_ms, until);
	json_t *made = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:o, s:o*}", "clearance",
		clearance_word(answer->clearance.result), "colour",
		staff_colour(answer, photo_seen), "sentence", buf_text(&sentence), "policy_hash",
		hash, "employer", answer->policy.employer, "policy_version",
		(int)answer->policy.version, "at", at, "reasons", staff_reasons_json(answer),
		"until", until[0] ? json_string(until) : NULL);
	buf_close(&sentence);
	if (!made)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a clearance");
	*json = made;
	return OK;
}
