/* Kinds 80 and 83: that an accredited organisation attested something to somebody, and that one
 * attestation takes another's place. What, to whom and from which source is inside the commitment
 * and never here; without the key of the commitment, which can be erased, it is noise.
 *
 * 80 attestation: 1 issuer class, 2 commitment 32, 3 quarter in which the record expires (year * 4
 *    + 0..3; left out: it does not expire), 4 status list id 16, 5 index in it.
 *    A list belongs to the party that uses it first, which keeps one for each organisation that
 *    relies on it; nothing here tells which. An index is used once.
 * 83 supersede: 1 old commitment, 2 new commitment, 3 reason. Both are the author's own. Counts
 *    when final; the old one then stands no more, whatever its status. */
#ifndef APPLIANCE_RULES_ATTESTATION_H
#define APPLIANCE_RULES_ATTESTATION_H

#include "appliance/rules/judging.h"

#define COMMITMENT_SIZE  32
#define STATUS_LIST_ID   16
#define STATUS_INDEX_MAX ((1u << 20) - 1)
#define PARTY_SIZE       17 /* see party_put */
#define QUARTER_NONE     0
#define QUARTER_FIRST    8000 /* 2000, first quarter */
#define QUARTER_LAST     8799 /* 2199, last quarter */

enum issuer_class {
	ISSUER_EMPLOYER = 1,
	ISSUER_AGENCY = 2,
	ISSUER_REGISTER = 3,
	ISSUER_AUTHORITY = 4,
};

enum supersede_reason {
	SUPERSEDE_CORRECTION = 1,
	SUPERSEDE_RENEWAL = 2,
	SUPERSEDE_CHANGE_OF_NAME = 3,
};

struct attestation_body {
	enum issuer_class issuer_class;
	struct span commitment;
	uint16_t quarter; /* QUARTER_NONE when left out */
	struct span list;
	uint32_t index;
};

struct supersede_body {
	struct span old_commitment;
	struct span new_commitment;
	enum supersede_reason reason;
};

/* What the state holds of an attestation. */
struct attestation {
	uint8_t party[PARTY_SIZE]; /* the issuer */
	enum issuer_class issuer_class;
	uint16_t quarter;
	uint8_t list[STATUS_LIST_ID];
	uint32_t index;
	uint64_t position;
	int64_t time_ms;
	bool is_superseded;
	uint8_t successor[COMMITMENT_SIZE];
	uint64_t superseded_position;
	int64_t superseded_ms;
};

/* Errors: ERR_NOT_FOUND; storage. */
MUST_CHECK enum err attestation_find(const struct table *table,
	const uint8_t commitment[COMMITMENT_SIZE], struct attestation *attestation,
	struct fault *fault);

/* Whether another one had taken its place for good at that moment. */
static inline bool attestation_is_superseded(
	const struct attestation *attestation, int64_t at_ms, uint64_t final_size)
{
	return attestation->is_superseded && attestation->superseded_ms <= at_ms &&
	       attestation->superseded_position < final_size;
}

/* A party as key bytes: 0, member index u16, zeros; or 1, tenant id. A statement made by mandate
 * is the principal's. */
void party_put(const struct author *author, uint8_t out[PARTY_SIZE]);
void party_put_member(uint16_t member_index, uint8_t out[PARTY_SIZE]);

/* The quarter of a day, for rounding a record's expiry up to what the ledger shows. */
uint16_t quarter_of_day(int32_t day);
/* The last day of a quarter. */
int32_t quarter_last_day(uint16_t quarter);

/* Whether the member it is said for has the role that goes with an issuer class. */
bool judging_is_accredited(const struct judging *judging, enum issuer_class issuer_class);

#endif
