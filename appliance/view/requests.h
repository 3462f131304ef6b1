/* Requests that may come again: whose answer got lost on the way, or who stopped waiting, asks a
 * second time under the same key and gets the first answer, and what was asked for is done once.
 *
 * Before anything is done the request is kept in view.db with the sequence number that its
 * statement will carry; then its answer. One that a crash left without an answer is looked up at
 * the next start: its statement is on the ledger, or it never was made and the request is
 * forgotten. Each account has its own keys; they are kept a day, the newest 4,096. Thread: any. */
#ifndef APPLIANCE_VIEW_REQUESTS_H
#define APPLIANCE_VIEW_REQUESTS_H

#include "appliance/view/desk.h"
#include "appliance/view/view.h"

#define REQUEST_KEY_MAX    128
#define REQUEST_ANSWER_MAX ((size_t)256 << 10) /* larger ones are not kept */
#define REQUEST_KEPT_MS    (24 * 3600 * 1000LL)
#define REQUESTS_KEPT      4096 /* of an account */
#define REQUESTS_AT_ONCE   64

struct requests;

MUST_CHECK enum err requests_open(
	struct requests **requests, struct desk *desk, struct view *view, struct fault *fault);
void requests_free(struct requests *requests);

/* At the start, when nothing is on its way. */
MUST_CHECK enum err requests_recover(struct desk *desk, struct view *view, struct fault *fault);

struct request {
	const char *user;
	const char *key; /* 1 to REQUEST_KEY_MAX characters */
	uint8_t hash[HASH_SIZE]; /* of all that is asked for */
	const struct desk_party *party;
};

enum request_state {
	REQUEST_NEW, /* to be done; its first statement carries `sequence` */
	REQUEST_STATED, /* its first statement is on the ledger, no answer was given */
	REQUEST_ANSWERED, /* status, and the answer if it was kept */
};

struct request_begun {
	enum request_state state;
	uint64_t sequence;
	struct stated stated;
	int status;
	bool has_answer;
};

/* Unless it was answered, requests_end must follow.
 * Errors: ERR_EXISTS: the key was used for something else; ERR_BUSY: it is being done at this
 * moment, or REQUESTS_AT_ONCE others are; storage. */
MUST_CHECK enum err requests_begin(struct requests *requests, const struct request *request,
	struct request_begun *begun, struct buf *answer, struct fault *fault);
/* status 0: it is not known yet what became of it, so it may be begun again. answer NULL: not to
 * be kept. */
MUST_CHECK enum err requests_end(struct requests *requests, const struct request *request,
	int status, const struct span *answer, struct fault *fault);

#endif
