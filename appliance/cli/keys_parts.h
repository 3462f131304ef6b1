/* Shared by keys*.c: a request for a root key on its way from the appliance to it and back. */
#ifndef APPLIANCE_CLI_KEYS_PARTS_H
#define APPLIANCE_CLI_KEYS_PARTS_H

#include "appliance/cli/client.h"
#include "appliance/cli/here.h"
#include "ledger/authorisation.h"

/* What is asked for, with the bytes of its bodies and statements. */
struct asking {
	struct authorisation wanted;
	struct buf bodies; /* one behind the other; wanted's spans point into it once it is full */
	struct buf statements;
};

/* Fills in who asks, and the next number of the root key. Close it in any case. */
MUST_CHECK enum err asking_open(
	struct asking *asking, struct here *here, const struct here_party *party);
void asking_close(struct asking *asking);

/* Adds one item. Errors: ERR_LIMIT. */
MUST_CHECK enum err asking_add(
	struct asking *asking, struct here *here, unsigned kind, struct span body);

/* Writes the file for the root key to sign; an existing one is left alone. */
MUST_CHECK enum err asking_save(struct cli *cli, const struct asking *asking, const char *path);

/* Loads --root FILE (or root/PARTY.key in the folder), with --root-password FILE.
 * Errors: ERR_NOT_FOUND and the others of keyfile_load; ERR_DENIED: under a password. */
MUST_CHECK enum err root_load(struct cli *cli, const char *party, struct keyfile *root);
/* Signs with it. */
MUST_CHECK enum err asking_sign(struct cli *cli, struct asking *asking);

/* Hands in what was signed and puts renewed keys in their places, as far as it can be done now; see
 * keys_install.c. *answer is to be released. */
MUST_CHECK enum err authorisation_install(
	struct cli *cli, const struct authorisation *authorisation, json_t **answer);

/* One item in words: "register the box key 1a2b... of ward.example". Valid until the next call into
 * the same room. */
#define ITEM_TEXT_MAX 320
void item_print(const struct authorisation *authorisation, size_t index, char out[ITEM_TEXT_MAX]);

enum status run_keys_authorise(struct cli *cli);
enum status run_keys_install(struct cli *cli);
enum status run_keys_request(struct cli *cli, bool at_once);
enum status run_keys_revoke(struct cli *cli);

#endif
