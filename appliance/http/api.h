/* The HTTP interface (docs/api.md): routes, who may call them, JSON in and out. One api_*.c file
 * a subject; api.c finds the route, checks the caller and turns faults into answers. */
#ifndef APPLIANCE_HTTP_API_H
#define APPLIANCE_HTTP_API_H

#include "appliance/http/metrics.h"
#include "appliance/http/rate.h"
#include "appliance/http/server.h"
#include "appliance/http/users.h"
#include "appliance/view/desk.h"
#include "appliance/view/requests.h"

#include <jansson.h>

struct attachments;
struct published;
struct staff;
struct view;
union kind_body;

struct api {
	struct desk *desk;
	struct users *users;
	struct view *view;
	struct attachments *attachments;
	struct staff *staff;
	const char *policy; /* the verifier's policy text of this ledger */
	struct requests *requests; /* opened by api_open */
	const char *host; /* its name in its certificate; NULL: called by any name */
	struct published *published; /* status lists; opened by api_open */
	struct rate *asking; /* of an address that is not signed in, under /api/ */
	struct rate *signing_in; /* of an address */
	struct metrics metrics;
};

/* Opens what api keeps of its own; the other members are the caller's, and there before. */
MUST_CHECK enum err api_open(struct api *api, const struct env *env, struct fault *fault);
void api_close(struct api *api);

/* api_status.c: the lists that are kept. */
MUST_CHECK enum err published_open(struct published **published, struct fault *fault);
void published_free(struct published *published);

/* One call on its way. */
struct call {
	struct api *api;
	const struct http_request *request;
	struct http_reply *reply;
	bool is_signed_in;
	struct account account;
	const struct desk_party *party; /* of the account; NULL when not signed in */
	json_t *body; /* parsed JSON object, or NULL */
	struct span rest; /* the path behind the route's prefix, without '/' */
	struct fault fault;
	const char *problem; /* SCRAPI's title of what is wrong; NULL: by the status */
	uint16_t outcome; /* of a refused statement: its word is the answer's code */
	/* api_again.c: a request with an Idempotency-Key. */
	bool has_key;
	char key[REQUEST_KEY_MAX + 1];
	struct request repeat;
	uint64_t sequence; /* for its first statement; 0: none, or taken */
	bool is_again; /* its statement was made before, and is this one */
	struct stated again;
	unsigned wait_s; /* with ERR_BUSY: try again then, answered as 429; 0: 503 */
};

/* Answers OK when the reply is filled; otherwise call->fault says why and api.c answers it. */
typedef enum err (*api_handler)(struct call *call);

enum body_form {
	BODY_NONE,
	BODY_JSON, /* an object; duplicate keys are refused */
	BODY_RAW,
};

struct route {
	const char *method;
	const char *path; /* ends with '*' when more may follow */
	unsigned duties; /* any of them; 0: anybody, also not signed in */
	enum body_form form;
	api_handler handle;
};

/* One table a subject, ended by a row without method. */
extern const struct route api_session_routes[];
extern const struct route api_ledger_routes[];
extern const struct route api_pack_routes[];
extern const struct route api_quarantine_routes[];
extern const struct route api_capture_routes[];
extern const struct route api_lot_routes[];
extern const struct route api_recall_routes[];
extern const struct route api_trace_routes[];
extern const struct route api_people_routes[];
extern const struct route api_clearance_routes[];
extern const struct route api_statement_routes[];
extern const struct route api_scrapi_routes[];
extern const struct route api_status_routes[];
extern const struct route api_key_routes[];
extern const struct route api_pepper_routes[];
extern const struct route api_account_routes[];
extern const struct route api_site_routes[];
extern const struct route api_tenant_routes[];
extern const struct route api_mandate_routes[];

#define DUTY_ANY_STAFF 0x7fU
#define API_SIGN_IN    "/api/v1/sign-in"
#define SESSION_COOKIE "__Host-assay" /* by that name browsers take it from this host only */

/* struct http_options' functions; self is a struct api. */
void api_handle(void *self, const struct http_request *request, struct http_reply *reply);
size_t api_body_max(void *self, const struct http_request *request);

/* Answers call->fault with a status. */
void api_answer_fault(struct call *call, int status);

/* api_scrapi.c: whether faults of this path are problem details in CBOR, and such an answer. */
bool api_is_scrapi(const char *path);
void api_answer_problem(struct call *call);
/* api_ledger.c: puts the RFC 9942 receipt of a position into the reply. Errors: ERR_UNSURE: it is
 * not final yet. */
MUST_CHECK enum err api_receipt_cose(struct call *call, struct reader *reader, uint64_t position);

/* Around a handler. True: the reply is filled already, by the first answer or by a no. */
bool api_again_begin(struct call *call);
void api_again_end(struct call *call);
/* The number that the request's first statement is to carry; 0: the next. To be taken once. */
uint64_t api_sequence(struct call *call);
/* Whether the request's statement was made before, when its answer was lost: then nothing is to be
 * stated, and the answer is about this one. */
bool api_stated_before(struct call *call, struct stated *stated);
/* What that statement said; its spans are in memory. Before api_stated_before. */
MUST_CHECK enum err api_body_before(
	struct call *call, unsigned kind, struct buf *memory, union kind_body *body);

/* Fills the reply with a JSON value and gives up the caller's reference. */
void api_answer(struct call *call, json_t *value);
/* Parses the request into call->body: an object of known members (api_body.c lists them), each of
 * its type. Errors: ERR_FORMAT. */
MUST_CHECK enum err api_read_body(struct call *call);
/* A member of the JSON body. Errors: ERR_FORMAT naming it when it is missing or of another type. */
MUST_CHECK enum err api_text(struct call *call, const char *name, const char **text);
/* A lot as text: 1 to LOT_TEXT_MAX characters of a lot number. Errors: ERR_FORMAT. */
MUST_CHECK enum err api_lot_check(struct call *call, const char *lot);
MUST_CHECK enum err api_lot(struct call *call, const char **lot); /* the body's "lot" */
const char *api_text_or(const struct call *call, const char *name, const char *otherwise);
MUST_CHECK enum err api_int_or(
	struct call *call, const char *name, int64_t otherwise, int64_t *value);
bool api_bool(const struct call *call, const char *name);

/* What was scanned, as bytes: text, or hex where a control character would not travel; either may
 * be NULL. room has API_SCAN_MAX bytes. Errors: ERR_FORMAT, ERR_LIMIT. */
#define API_SCAN_MAX 4096
MUST_CHECK enum err api_scan(
	struct call *call, const char *text, const char *hex, uint8_t *room, struct span *scan);
/* The body's "scan" or "scan_hex". */
MUST_CHECK enum err api_body_scan(struct call *call, uint8_t *room, struct span *scan);

/* The body's "gtin" as a number; a GTIN from elsewhere. Errors: ERR_FORMAT. */
MUST_CHECK enum err api_gtin(struct call *call, uint64_t *gtin);
MUST_CHECK enum err api_gtin_of(struct call *call, const char *text, uint64_t *gtin);
/* "2028-03-31", or "280331" as printed (day 00 is the whole month), as the number YYMMDD.
 * Errors: ERR_FORMAT, ERR_RANGE. */
MUST_CHECK enum err api_date(struct call *call, const char *text, uint32_t *yymmdd);
/* A list of lots of the body, as ascending CBOR texts; NULL or null: none. Errors: ERR_FORMAT. */
MUST_CHECK enum err api_put_lots(struct call *call, const json_t *lots, struct buf *items);
/* A number in the path, all of text. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err api_number(struct call *call, struct span text, uint32_t *number);

/* Answers with the evidence of what was stated beside the members of answer, whose reference it
 * takes; or passes err on. */
MUST_CHECK enum err api_answer_stated(
	struct call *call, const struct stated *stated, json_t *answer, enum err err);

/* States one body of a kind as the caller's party and takes it. Errors: as desk_state. */
MUST_CHECK enum err api_state(
	struct call *call, unsigned kind, const union kind_body *body, struct stated *stated);
/* Keeps the outcome of a statement that was refused, and passes err on. */
enum err api_refused(struct call *call, const struct stated *stated, enum err err);

/* {"entry", "position", "size", "final", "ledger_time", "receipt"} of what was stated. */
MUST_CHECK enum err api_evidence(struct call *call, const struct stated *stated, json_t **evidence);

#endif
