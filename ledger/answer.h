/* What a submitter is told about one statement. */
#ifndef LEDGER_ANSWER_H
#define LEDGER_ANSWER_H

#include "ledger/outcome.h"
#include "ledger/proof/promise.h"

/* What a submitter wants signed. true and false are the first two. */
enum wants_signed {
	WANTS_NOTHING,
	WANTS_SIGNED, /* a promise or a refusal */
	WANTS_REFUSAL, /* a refusal only: who gets the receipt anyway needs no promise */
};

struct answer {
	/* OK: outcome says what became of it. ERR_BUSY: too much at once, nothing was done, try
	 * again after retry_ms. Else: the ledger cannot take anything now, fault says why. */
	enum err err;
	uint32_t retry_ms;
	bool is_open; /* err: only the next start tells whether it was recorded */
	struct outcome
		outcome; /* code 0, or OUTCOME_DUPLICATE with a = position: it is on the ledger */
	bool is_final; /* a signed checkpoint covers it; false also for what is refused */
	bool is_ruled; /* judged in a batch: `height` is meaningful and a refusal may be signed */
	uint64_t position; /* leaf index; accepted and duplicate */
	uint64_t height; /* of the batch that judged it (a duplicate: of this judgement) */
	int64_t time_ms; /* ledger time of that batch */
	uint8_t entry[ENTRY_SIZE];
	struct fault fault; /* err != OK, or OUTCOME_NOT_WELL_FORMED: where and why */
	/* On request: a promise (accepted or duplicate) or a refusal (refused by the rules). */
	size_t signed_size; /* 0: none */
	uint8_t signed_bytes[PROMISE_SIZE_MAX];
};

/* On the ledger, now or from before. */
static inline bool answer_is_recorded(const struct answer *answer)
{
	return answer->err == OK && (answer->outcome.code == OUTCOME_ACCEPTED ||
					    answer->outcome.code == OUTCOME_DUPLICATE);
}

#endif
