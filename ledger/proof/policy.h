/* Trust policies, c2sp.org/tlog-policy: which logs and which cosigners are believed, and how many
 * of them it takes. It is what `assay verify` judges against.
 *
 *	log <vkey> [<url>]
 *	witness <name> <vkey> [<url>]
 *	group <name> all|any|<k> <name>...
 *	quorum <name>|none
 *
 * Items are divided by spaces and tabs; lines that are empty or begin with # are ignored. A name
 * is defined before it is used, and is a member of at most one group; there is one quorum line.
 * A key is listed once as a log and once as a witness. */
#ifndef LEDGER_PROOF_POLICY_H
#define LEDGER_PROOF_POLICY_H

#include "ledger/proof/checkpoint.h"
#include "ledger/proof/note.h"

#define TRUST_POLICY_SIZE_MAX ((size_t)64 << 10)
#define POLICY_LOGS_MAX       32
#define POLICY_NAMES_MAX      128 /* witnesses and groups */

/* A witness or a group. */
struct policy_name {
	struct span name;
	bool is_group;
	bool is_member; /* of the group `parent` */
	uint8_t parent; /* index in policy.name */
	uint8_t threshold; /* of a group */
	struct note_key key; /* of a witness: type NOTE_COSIGNATURE */
};

/* Spans point into the text, which the caller keeps. */
struct policy {
	size_t log_count;
	struct note_key log[POLICY_LOGS_MAX];
	size_t name_count;
	struct policy_name name[POLICY_NAMES_MAX];
	bool needs_quorum; /* false: quorum none */
	uint8_t quorum; /* index in name */
};

/* Errors: ERR_FORMAT and so on; at and size tell the place, the text the line. ERR_VERSION for a
 * key of a type that this program cannot verify. */
MUST_CHECK enum err policy_parse(struct span text, struct policy *policy, struct fault *fault);

/* Appends the usual policy of a ledger: logs, and `quorum` of the cosigners. */
void policy_print(const struct note_key *logs, size_t log_count, const struct note_key *cosigners,
	size_t cosigner_count, size_t quorum, struct buf *buf);

struct policy_judgement {
	struct checkpoint checkpoint;
	size_t log; /* index in policy.log */
	size_t cosigners; /* witnesses of the policy that have cosigned */
	bool cosigned[POLICY_NAMES_MAX];
	uint64_t time_s; /* a quorum cosigned at this time or later; 0 for quorum none */
};

/* Judges a checkpoint (a whole note). Written on success; checkpoint points into the note.
 * Errors: ERR_UNSURE when no log of the policy has this origin, so that it cannot be told;
 * ERR_SIGNATURE when a listed key's signature does not verify; ERR_PROOF when the log of this
 * origin has not signed or there is no quorum; ERR_FORMAT, ERR_ENCODING, ERR_LIMIT. */
MUST_CHECK enum err policy_judge(const struct policy *policy, struct span note,
	struct policy_judgement *judgement, struct fault *fault);

#endif
