/* One statement being judged: what an apply function of a kind gets and how it answers.
 *
 * An apply function validates first: `return judging_refuse(...)` records a refusal. When nothing
 * is wrong it asks `if (judging_is_dry(judging)) return OK;` and then changes tables; from its
 * first put on the statement is accepted. Errors are for broken storage only. */
#ifndef APPLIANCE_RULES_JUDGING_H
#define APPLIANCE_RULES_JUDGING_H

#include "appliance/rules/body.h"
#include "appliance/rules/outcomes.h"
#include "appliance/rules/scope.h"
#include "ledger/app.h"
#include "ledger/base/civil.h"

/* What the rules ask of the members' tables: appliance/rules/directory.c, or a test's own. */
struct directory {
	/* Scope bytes of a member; valid until the next call on the table. */
	enum err (*scope)(const struct table *table, const char *member, struct span *scope,
		struct fault *fault);
	/* The ledger's time zone, from genesis. */
	enum err (*zone)(const struct table *table, enum zone *zone, struct fault *fault);
	/* A registered key by its kid, and whether it is in force then. ERR_NOT_FOUND. */
	enum err (*key)(const struct table *table, const uint8_t kid[32], int64_t time_ms,
		struct author *owner, uint8_t public[32], bool *in_force, struct fault *fault);
	/* Since when a key is said to have been in other hands. ERR_NOT_FOUND: it is not. */
	enum err (*compromised)(const struct table *table, const uint8_t kid[32], int64_t *since_ms,
		struct fault *fault);
	/* Whether the key of that index (author.key_index) is one of the author's own party. */
	enum err (*owns)(const struct table *table, const struct author *author, uint32_t key_index,
		bool *owns, struct fault *fault);
	/* The author's mandate in force for the kind that was given last before a position, which
	 * becomes its own; its scope goes into author. ERR_NOT_FOUND. */
	enum err (*mandate)(const struct table *table, unsigned kind, int64_t time_ms,
		uint64_t *position, struct author *author, struct fault *fault);
	/* Whether there is a pepper of that year. */
	enum err (*pepper)(
		const struct table *table, uint16_t year, bool *is_there, struct fault *fault);
};

#define PLACE_SIZE 8

/* What is older than this is final: no more statements lie past the last final position (DESIGN
 * section 6). Of easings that follow each other closer, what stood before the first still
 * counts. */
#define TAIL_MAX 10000

struct kind;

struct judging {
	const struct table *table;
	const struct directory *directory;
	const struct applying *applying;
	const struct kind *kind;
	struct outcome *outcome;
	struct fault *fault;
	bool dry; /* only judge */

	/* Whom it is said for: the principal if there is one, else the author's member. */
	const char *member;
	uint16_t member_index;
	struct scope scope; /* of that member: a view into scope_bytes */
	uint8_t scope_bytes[SCOPE_BYTES_MAX];
	struct mandate_scope mandate; /* all open when the author speaks for itself */
	enum zone zone;
	int32_t today; /* in the ledger's zone */
	uint8_t place[PLACE_SIZE]; /* where it was signed: see judging_place */
};

/* Refuses: nothing is recorded. Always OK, to be returned. */
enum err judging_refuse(
	struct judging *judging, uint16_t code, uint32_t element, int64_t a, int64_t b);

/* Sets the alert of the outcome if it is graver than (or the first before) the one there. */
void judging_alert(struct judging *judging, uint16_t code, uint32_t element, int64_t a, int64_t b);

static inline bool judging_is_dry(const struct judging *judging)
{
	return judging->dry;
}

/* The member it is said for holds the GTIN and the mandate, if any, covers it: else refuses and
 * returns false. */
bool judging_holds_gtin(struct judging *judging, uint64_t gtin, uint32_t element);
/* What is said about a product lies inside the mandate, if it is said by one: else refuses and
 * returns false. */
bool judging_in_mandate(struct judging *judging, uint64_t gtin, uint32_t element);
/* The member holds it and the mandate covers it; without refusing. */
bool judging_is_holder(const struct judging *judging, uint64_t gtin);

/* A tag for the place of a key: its site if it has one, else its party. The first 8 bytes of
 * SHA-256("assay/place/1" ‖ member ‖ 0 ‖ tenant ‖ 0 ‖ site), ids of 16 bytes or none.
 * Tenants and sites are random ids: the tag tells no name. */
void judging_place(const struct author *author, uint8_t out[PLACE_SIZE]);

#endif
