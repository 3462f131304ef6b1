/* Errors: one short list for the whole project, and the fault that says where and why. */
#ifndef LEDGER_BASE_ERR_H
#define LEDGER_BASE_ERR_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))

#define ERR_LIST(X)                                                                                \
	X(OK, "done")                                                                              \
	X(ERR_FORMAT, "not well formed")                                                           \
	X(ERR_LIMIT, "over a limit")                                                               \
	X(ERR_RANGE, "value outside its range")                                                    \
	X(ERR_ENCODING, "wrong character encoding")                                                \
	X(ERR_VERSION, "a version or format this program does not know")                           \
	X(ERR_SIGNATURE, "signature does not verify")                                              \
	X(ERR_PROOF, "proof does not lead to the stated root")                                     \
	X(ERR_KEY, "unknown, expired or unusable key")                                             \
	X(ERR_SCOPE, "outside what the author may do")                                             \
	X(ERR_REFUSED, "refused by the rules")                                                     \
	X(ERR_DENIED, "not allowed")                                                               \
	X(ERR_NOT_FOUND, "not there")                                                              \
	X(ERR_EXISTS, "already there")                                                             \
	X(ERR_CORRUPT, "stored data is damaged")                                                   \
	X(ERR_IO, "input or output failed")                                                        \
	X(ERR_FULL, "no space left")                                                               \
	X(ERR_READONLY, "not writable")                                                            \
	X(ERR_BUSY, "in use, or too much at once")                                                 \
	X(ERR_NETWORK, "network or peer not reachable")                                            \
	X(ERR_TIMEOUT, "took too long")                                                            \
	X(ERR_MEMORY, "out of memory")                                                             \
	X(ERR_USAGE, "wrong arguments")                                                            \
	X(ERR_UNSURE, "cannot tell with what is given")

enum err {
#define X(name, text) name,
	ERR_LIST(X)
#undef X
};

#define FAULT_TEXT_SIZE 256

/* Where in the input, and why. Written only on failure. */
struct fault {
	enum err err;
	size_t at; /* offset in bytes (or line, or element: the text says which) */
	size_t size; /* bytes concerned, 0 if a point */
	char text[FAULT_TEXT_SIZE];
};

/* The error's own short text ("not well formed"). */
const char *err_text(enum err err);

/* The error's name as in this header ("ERR_FORMAT"), for logs and JSON. */
const char *err_name(enum err err);

/* Fills the fault (if not NULL) with one printf-made sentence and returns err, so that a failing
 * function can end with `return fault_set(...)`. Longer text is cut at FAULT_TEXT_SIZE - 1. The
 * sentence may quote outside bytes: control characters and what is not UTF-8 become '?'. */
enum err fault_set(struct fault *fault, enum err err, size_t at, size_t size, const char *format,
	...) __attribute__((format(printf, 5, 6)));

#endif
