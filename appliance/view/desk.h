/* Where the appliance speaks for the parties it serves: numbers a statement, has it signed by the
 * key holder, hands it in and waits for its place. One desk a process, used by all threads. */
#ifndef APPLIANCE_VIEW_DESK_H
#define APPLIANCE_VIEW_DESK_H

#include "ledger/keyholder.h"
#include "ledger/members/members.h"
#include "ledger/pepper.h"
#include "ledger/reader.h"
#include "ledger/service.h"
#include "ledger/submit.h"

#define DESK_PARTIES_MAX 64
#define DESK_FORMER_MAX  4

/* A party this appliance holds an appliance key for. */
struct desk_party {
	char name[NAME_SIZE_MAX + 1]; /* local: the folder of its keys */
	char member[NAME_SIZE_MAX + 1]; /* on the ledger: itself, or a tenant's operator */
	bool has_tenant;
	uint8_t tenant[UNIT_ID_SIZE];
	uint8_t kid[KID_SIZE]; /* appliance key */
	bool has_box;
	uint8_t box_kid[KID_SIZE];
	uint8_t box_public[32];
	uint8_t former_box[DESK_FORMER_MAX][KID_SIZE]; /* of renewed box keys not yet destroyed */
	size_t former_count;
};

struct desk;

struct desk_options {
	const char *folder;
	const struct env *env;
	struct service *service;
	struct keyholder *keyholder;
	int32_t short_dated_days; /* the parties want to be told of less; 0: never */
};

/* Parties whose appliance key is not on the ledger yet are left out.
 * Errors: storage; ERR_LIMIT over DESK_PARTIES_MAX parties. */
MUST_CHECK enum err desk_open(
	struct desk **desk, const struct desk_options *options, struct fault *fault);
void desk_free(struct desk *desk);

/* By local name; NULL if it is not served here. */
const struct desk_party *desk_find(const struct desk *desk, const char *name);
const struct desk_party *desk_party(const struct desk *desk, size_t index); /* NULL at the end */

struct keyholder *desk_keyholder(struct desk *desk);
const struct env *desk_env(const struct desk *desk);
const char *desk_folder(const struct desk *desk);
int32_t desk_short_dated_days(const struct desk *desk);
struct span desk_origin(const struct desk *desk);

/* The peppers of all years on the ledger that a box key here opens, newest first; kept in locked
 * memory. A new year's is taken in as soon as it is on the ledger; one that was not sealed to a key
 * here is looked for again after DESK_PEPPER_RETRY_MS. table: of a snapshot. What was given stays
 * as it is until desk_free, also when a newer list is there. */
#define DESK_PEPPERS_MAX     16
#define DESK_PEPPER_RETRY_MS 5000
struct desk_pepper {
	uint16_t year;
	uint8_t pepper[PEPPER_SIZE];
};
MUST_CHECK enum err desk_peppers(struct desk *desk, const struct table *table,
	const struct desk_pepper **peppers, size_t *count, struct fault *fault);

/* A reader for this thread's use; give it back soon. Errors: as reader_open. */
MUST_CHECK enum err desk_reader(struct desk *desk, struct reader **reader, struct fault *fault);
void desk_reader_back(struct desk *desk, struct reader *reader);

/* One moment of the ledger; hold it 100 ms at most. desk_end follows in any case. */
struct desk_moment {
	struct reader *reader;
	bool is_begun;
	struct snapshot snapshot;
};
MUST_CHECK enum err desk_begin(struct desk *desk, struct desk_moment *moment, struct fault *fault);
void desk_end(struct desk *desk, struct desk_moment *moment);

struct desk_statement {
	const struct desk_party *party;
	unsigned kind;
	const char *word; /* of the kind */
	struct span body;
	const char *principal; /* NULL: for itself */
	const struct attachment_record *attachments;
	size_t attachment_count;
	uint64_t sequence; /* from desk_sequence; 0: the next */
};

/* What became of it. */
struct stated {
	struct outcome
		outcome; /* accepted; a duplicate: as it was accepted first, with its alert */
	uint8_t entry[ENTRY_SIZE];
	uint64_t position;
	uint64_t height;
	int64_t time_ms;
	bool is_open; /* after an error: only the next start tells whether it was recorded */
};

/* Takes the party's next sequence number, never 0: for what is kept or sealed under it before. */
MUST_CHECK enum err desk_sequence(
	struct desk *desk, const struct desk_party *party, uint64_t *sequence, struct fault *fault);

/* Signs, hands in, waits until it is on the ledger.
 * Errors: ERR_REFUSED with the outcome's sentence (stated->outcome says which); ERR_BUSY and
 * ERR_TIMEOUT: nothing was recorded; signing. After an error of storage it was not recorded
 * either, unless stated->is_open: then the next start tells (desk_recorded). */
MUST_CHECK enum err desk_state(struct desk *desk, const struct desk_statement *statement,
	struct stated *stated, struct fault *fault);

/* What the ledger has under that number of the party, also from before this start.
 * Errors: ERR_NOT_FOUND: nothing, or too long ago to be told by its number; storage. */
MUST_CHECK enum err desk_recorded(struct desk *desk, const struct desk_party *party,
	uint64_t sequence, struct stated *stated, struct fault *fault);

/* Hands in bytes that somebody else signed (stations). ERR_TIMEOUT: its fate is open. */
MUST_CHECK enum err desk_hand_in(
	struct desk *desk, struct span bytes, struct stated *stated, struct fault *fault);

/* What was found about the statement at a position. Errors: ERR_NOT_FOUND beyond the end. */
MUST_CHECK enum err desk_recorded_at(
	struct desk *desk, uint64_t position, struct recorded *recorded, struct fault *fault);

/* The same in full. */
MUST_CHECK enum err desk_stated_at(
	struct desk *desk, uint64_t position, struct stated *stated, struct fault *fault);

/* Its receipt as tlog-proof text. Errors: ERR_UNSURE while it is not final. */
MUST_CHECK enum err desk_receipt(
	struct desk *desk, uint64_t position, struct buf *text, struct fault *fault);

#endif
