/* The seal: the statement that opens a batch, signed by the leader's appliance key, itself a leaf.
 * Rules take time only from it. Its body (ledger/members/bodies.h) says where the ledger stood
 * after the batch before; its sequence number is the height. */
#ifndef LEDGER_SEAL_H
#define LEDGER_SEAL_H

#include "ledger/members/bodies.h"
#include "ledger/store/state.h"

#define SEAL_TABLES_EVERY 65536 /* heights between two seals that vouch for the tables */

/* Whether the seal of this height also says how the walk through the tables has come out (field 8):
 * the digest only chains changes, the walk looks at what the tables hold. */
bool seal_has_tables(uint64_t height);

/* One step of the walk (ledger/store/walk.h), which every batch takes before it changes anything;
 * its hash into the body where one belongs. */
MUST_CHECK enum err seal_tables(struct state *state, struct seal_body *body, struct fault *fault);

/* Appends the signed seal. */
MUST_CHECK enum err seal_make(const struct seal_body *body, struct span origin, struct span issuer,
	const uint8_t kid[KID_SIZE], const struct signer *signer, struct buf *seal,
	struct fault *fault);

/* Reads a seal's bytes. Errors: as statement_decode and seal_body_decode; ERR_FORMAT when its
 * sequence number is not its height, or it has the hash of all tables where none belongs or not
 * where one does. The signature is not verified. */
MUST_CHECK enum err seal_take(struct span bytes, struct statement *statement,
	struct seal_body *body, struct fault *fault);

/* The first field in which a seal says something else than the ledger, or NULL. */
const char *seal_difference(const struct seal_body *seal, const struct seal_body *ledger);

#endif
