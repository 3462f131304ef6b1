/* The front ends' side: hand a statement in, get an answer. One submitter a thread. */
#ifndef LEDGER_SUBMIT_H
#define LEDGER_SUBMIT_H

#include "ledger/answer.h"

#define SUBMIT_OPEN_MAX 8192 /* statements of one submitter that wait for an answer */

struct service;
struct submitter;

/* Errors: ERR_MEMORY, ERR_LIMIT. The service must outlive it. */
MUST_CHECK enum err submitter_open(
	struct submitter **submitter, struct service *service, struct fault *fault);
/* Waits until every statement it sent was judged, and drops the answers. */
void submitter_free(struct submitter *submitter);

/* Hands in the bytes (copied). tag comes back with the answer. Does not wait.
 * Errors: ERR_BUSY: SUBMIT_OPEN_MAX wait already; ERR_LIMIT over STATEMENT_SIZE_MAX; ERR_MEMORY.
 * That the ledger's own queue is full comes as an answer. */
MUST_CHECK enum err submitter_send(struct submitter *submitter, struct span bytes,
	enum wants_signed wants_signed, uint64_t tag, struct fault *fault);

/* The next answer, in the order of sending by this submitter except for those refused at the first
 * look, which may come earlier. wait_ms: 0 does not wait, -1 for ever.
 * Errors: ERR_TIMEOUT; ERR_NOT_FOUND when nothing is waited for. */
MUST_CHECK enum err submitter_wait(struct submitter *submitter, int wait_ms, uint64_t *tag,
	struct answer *answer, struct fault *fault);

/* Both in one, for a submitter with nothing else open. A time-out leaves the statement's fate
 * open: sending the same bytes again gives the answer. */
MUST_CHECK enum err submitter_ask(struct submitter *submitter, struct span bytes,
	enum wants_signed wants_signed, int wait_ms, struct answer *answer, struct fault *fault);

size_t submitter_open_count(const struct submitter *submitter);
/* For event loops: readable when submitter_wait(0) may have an answer; edge-triggered, so take
 * answers until ERR_TIMEOUT. */
int submitter_fd(const struct submitter *submitter);

#endif
