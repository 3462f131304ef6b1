#include "appliance/people/commitment.h"

#include "appliance/people/jcs.h"

#define COMMITMENT_DOMAIN "assay/commit/1"

enum err commitment_make(const uint8_t r[COMMITMENT_KEY_SIZE], struct span document,
	uint8_t out[COMMITMENT_SIZE], struct fault *fault)
{
	json_t *value = NULL;
	struct buf message;
	enum err err = jcs_parse(document, &value, fault);
	if (err)
		return err;
	buf_init(&message, 4 * JCS_TEXT_MAX);
	buf_put_text(&message, COMMITMENT_DOMAIN);
	err = jcs_print(value, &message, fault);
	if (!err)
		hash_blake2b(
			span_of(r, COMMITMENT_KEY_SIZE), buf_span(&message), out, COMMITMENT_SIZE);
	if (message.size)
		secret_wipe(message.at, message.size);
	buf_close(&message);
	json_decref(value);
	return err;
}

enum err commitment_verify(const uint8_t r[COMMITMENT_KEY_SIZE], struct span document,
	const uint8_t commitment[COMMITMENT_SIZE], struct fault *fault)
{
	uint8_t made[COMMITMENT_SIZE];
	enum err err = commitment_make(r, document, made, fault);
	if (err)
		return err;
	if (!secret_equal(made, commitment, COMMITMENT_SIZE))
		return fault_set(fault, ERR_PROOF, 0, 0,
			"the document is not the one that the ledger holds a commitment to");
	return OK;
}
