/* What goes over the key holder's socketpair: frames of 4 bytes length, big endian, and one
 * deterministic CBOR array.
 *
 *	request   [1]                                          keys
 *	          [2, kid, Sig_structure]                      sign
 *	          [3, kid, hashes 64]                          sign hashes
 *	          [4, origin, size, root, time ms]             checkpoint
 *	          [5, origin]                                  floor
 *	          [6, kid, sealed box]                         open a box
 *	answer    [0, bytes]                                   done
 *	          [error 1.., place, size, text]               the fault
 *
 * Bytes of an answer: a signature; a note; an opened box; for the floor [size, root]; for keys
 * [[kid, purpose, public, party, tenant or null], ...]. */
#ifndef LEDGER_KEYHOLDER_WIRE_H
#define LEDGER_KEYHOLDER_WIRE_H

#include "ledger/keyholder.h"

#define HOLDER_FRAME_MAX (STATEMENT_SIZE_MAX + 4096)
#define HOLDER_BOX_MAX   4096

enum holder_request_kind {
	HOLDER_KEYS = 1,
	HOLDER_SIGN = 2,
	HOLDER_SIGN_HASHES = 3,
	HOLDER_CHECKPOINT = 4,
	HOLDER_FLOOR = 5,
	HOLDER_BOX_OPEN = 6,
};

struct holder_request {
	enum holder_request_kind kind;
	uint8_t kid[KID_SIZE];
	struct span bytes; /* what is to be signed, the hashes, the box */
	struct span origin;
	uint64_t size;
	uint8_t root[HASH_SIZE];
	int64_t time_ms;
};

/* A view into the bytes. */
MUST_CHECK enum err holder_request_decode(
	struct span bytes, struct holder_request *request, struct fault *fault);
void holder_request_encode(const struct holder_request *request, struct buf *buf);

/* Answers: fault.err OK means done, with bytes. */
MUST_CHECK enum err holder_answer_decode(
	struct span bytes, struct fault *answer, struct span *done, struct fault *fault);
void holder_answer_done(struct span bytes, struct buf *buf);
void holder_answer_fault(const struct fault *answer, struct buf *buf);

void holder_key_put(const struct keyholder_key *key, struct buf *buf);
void holder_key_take(struct cbor *cbor, struct keyholder_key *key);

/* Frames over a socket. Receiving takes the content into buf (from empty).
 * Errors: ERR_NOT_FOUND: the other side has closed between two frames; ERR_IO; ERR_LIMIT. */
MUST_CHECK enum err holder_send(int socket, struct span bytes);
MUST_CHECK enum err holder_receive(int socket, struct buf *buf);

#endif
