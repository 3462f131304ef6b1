/* The folder of an appliance as a command on its machine sees it, whether it runs or not: keys,
 * parties and one moment of the ledger. */
#ifndef APPLIANCE_CLI_HERE_H
#define APPLIANCE_CLI_HERE_H

#include "appliance/cli/cli.h"
#include "appliance/config.h"
#include "ledger/keyholder.h"
#include "ledger/members/members.h"
#include "ledger/reader.h"

struct here {
	struct cli *cli;
	struct env env;
	struct config config;
	struct keyholder *holder;
	struct keyholder_key *keys; /* in order of path */
	size_t key_count;
	struct reader *reader;
	struct snapshot snapshot;
	bool is_reading;
};

/* Errors: ERR_NOT_FOUND: no appliance's folder; those of key files and storage. Close it in any
 * case. */
MUST_CHECK enum err here_open(struct here *here, struct cli *cli);
void here_close(struct here *here);

/* A party that has an appliance key here. */
struct here_party {
	char name[NAME_SIZE_MAX + 1]; /* local */
	char issuer[NAME_SIZE_MAX + 1]; /* member's name in statements */
	struct party party;
	uint8_t kid[KID_SIZE]; /* appliance key that is used from the next start on */
};

/* Errors: ERR_NOT_FOUND: no keys of that name here, or not on the ledger. */
MUST_CHECK enum err here_party(struct here *here, const char *name, struct here_party *party);
/* The name of the party at an index, each once; NULL at the end. */
const char *here_party_name(const struct here *here, size_t index);

/* The newest root key of a party that is in force. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err here_root(
	struct here *here, const struct here_party *party, struct key_record *root);

/* A key of any party by its kid, or the first eight digits or more of it.
 * Errors: ERR_FORMAT; ERR_NOT_FOUND; ERR_EXISTS: more than one begins so. */
MUST_CHECK enum err here_key(struct here *here, const struct here_party *party, const char *digits,
	struct key_record *key);

#endif
