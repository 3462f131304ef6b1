/* What `assay proof` judges: one question in JSON, one answer in JSON, nothing else. Pure; the
 * command (proof.c) reads and prints lines, tests and fuzzing ask directly.
 *
 *	cbor         {hex}                                       -> {valid, fault}
 *	note         {note, vkeys: [...]}                 -> {valid, signed_by: [...], fault}
 *	inclusion    {leaf_index, tree_size, leaf_hash, path, root}      -> {valid, fault}
 *	consistency  {size1, size2, root1, root2, path}          -> {valid, fault}
 *	ed25519      {key, message, signature}                   -> {valid, key_ok, fault}
 *
 * Hashes are in base64, bytes of cbor and ed25519 in hexadecimal. fault is null or a sentence. */
#ifndef APPLIANCE_CLI_PROOF_JUDGE_H
#define APPLIANCE_CLI_PROOF_JUDGE_H

#include "ledger/base/err.h"

#include <jansson.h>

#define PROOF_VKEYS_MAX 64
#define PROOF_LINE_MAX  ((size_t)8 << 20) /* bytes of one question */

struct proof_form {
	const char *word;
	/* The answer, a new reference, or NULL when there is no memory. */
	json_t *(*judge)(const json_t *question);
};

extern const struct proof_form proof_forms[]; /* ended by a row without word */

/* NULL if there is none of that word. */
const struct proof_form *proof_form_find(const char *word);

/* Reads one line and answers it. What is no JSON object gets {valid: false, fault}, and *was_read
 * is false. Cost: linear in the line's size. Thread: any. */
json_t *proof_answer(const struct proof_form *form, const char *line, size_t size, bool *was_read);

#endif
