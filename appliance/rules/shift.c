#include "appliance/rules/shift.h"

#include "appliance/rules/decision.h"
#include "appliance/rules/tables.h"

_Static_assert(SHIFT_ID_SIZE == DECISION_NAME_SIZE, "a shift is a decision's name");

static bool lets_work(const struct recorded_decision *decision)
{
	if (decision->override == OVERRIDE_KEPT_FROM_WORK)
		return false;
	return decision->result == CLEARANCE_CLEARED || decision->override == OVERRIDE_LET_WORK;
}

enum err shift_is_open(struct judging *judging, const uint8_t shift[SHIFT_ID_SIZE], bool *is_open)
{
	struct span key, value;
	uint8_t commitment[COMMITMENT_SIZE], party[PARTY_SIZE];
	struct recorded_decision decision;
	int64_t now_ms = judging->applying->time_ms;
	*is_open = false;
	enum err err = table_next(judging->table, TABLE_CLEARANCE, span_of(shift, SHIFT_ID_SIZE),
		span_of(NULL, 0), TABLE_UP, &key, &value, judging->fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	if (key.size != COMMITMENT_SIZE)
		return fault_set(judging->fault, ERR_CORRUPT, 0, 0,
			"a clearance's key has the wrong size; rebuild the state from the ledger");
	memcpy(commitment, key.at, COMMITMENT_SIZE);
	err = recorded_decision_find(judging->table, commitment, &decision, judging->fault);
	if (err)
		return err;
	party_put(judging->applying->author, party);
	*is_open = lets_work(&decision) && memcmp(party, decision.party, PARTY_SIZE) == 0 &&
		   now_ms <= decision.until_ms && now_ms - decision.time_ms <= SHIFT_MAX_MS;
	return OK;
}
