/* The key holder's own side: what runs in its process. */
#ifndef LEDGER_KEYHOLDER_SERVE_H
#define LEDGER_KEYHOLDER_SERVE_H

#include "ledger/keyholder_floor.h"
#include "ledger/keyholder_keys.h"
#include "ledger/keyholder_wire.h"

#define HOLDER_TREES 256

/* A tree whose checkpoint was signed here. */
struct holder_tree {
	uint8_t origin[HASH_SIZE]; /* SHA-256 of it */
	uint64_t size;
	uint8_t root[HASH_SIZE];
};

struct holder {
	struct held_keys keys;
	struct holder_tree tree[HOLDER_TREES]; /* the newest since the start, in turn */
	size_t tree_count;
	struct floor floor; /* open only when there is a log or cosign key */
	bool has_floor;
};

/* Loads keys and opens the floor (<folder>/floor, second or NULL). */
MUST_CHECK enum err holder_open(
	struct holder *holder, const char *folder, const char *second, struct fault *fault);
void holder_close(struct holder *holder);

/* Answers one request, whatever bytes it has, with one answer put into buf (empty). */
void holder_answer(struct holder *holder, struct span bytes, struct buf *buf);

/* Answers requests from the socket until the other side closes it. Returns the exit status. */
int holder_serve(struct holder *holder, int socket);

#endif
