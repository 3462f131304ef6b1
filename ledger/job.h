/* A statement on its way through the service: it travels between the threads as a pointer, and
 * whoever has received it owns it. Submitter -> entrance -> a checker -> node -> entrance ->
 * submitter. */
#ifndef LEDGER_JOB_H
#define LEDGER_JOB_H

#include "ledger/answer.h"
#include "ledger/check.h"

#define JOB_SENDER_SIZE 16 /* identity of a submitter as the entrance's ROUTER sees it */

struct job {
	uint64_t tag; /* the submitter's */
	bool is_ask; /* sent by submitter_ask; tag is then its own count */
	enum wants_signed wants_signed;
	uint8_t sender[JOB_SENDER_SIZE];
	size_t sender_size;
	uint64_t ticket; /* order of arrival */
	bool is_refused; /* at the first look: answer is filled */
	struct checked checked; /* views into bytes */
	struct answer answer;
	size_t size;
	uint8_t bytes[];
};

#endif
