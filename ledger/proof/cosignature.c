#include "ledger/proof/cosignature.h"

#define SIGNED_EXTRA 64 /* header and time line */

void cosignature_signed_bytes(uint64_t time_s, struct span body, struct buf *buf)
{
	buf_printf(buf, "cosignature/v1\ntime %llu\n", (unsigned long long)time_s);
	buf_put(buf, body);
}

enum err cosignature_make(uint64_t time_s, struct span body, const struct signer *signer,
	uint8_t out[COSIGNATURE_SIZE], struct fault *fault)
{
	uint8_t signature[SIGN_SIZE];
	struct buf buf;
	if (time_s > INT64_MAX)
		return fault_set(fault, ERR_RANGE, 0, 0, "a cosignature's time is at most 2^63-1");
	buf_init(&buf, body.size + SIGNED_EXTRA);
	cosignature_signed_bytes(time_s, body, &buf);
	enum err err = buf.err;
	if (!err)
		err = signer->sign(signer->self, buf_span(&buf), signature);
	buf_close(&buf);
	if (err)
		return fault_set(
			fault, err, 0, 0, "could not cosign the checkpoint: %s", err_text(err));
	buf_over(&buf, out, COSIGNATURE_SIZE);
	buf_put_be(&buf, time_s, 8);
	buf_put(&buf, span_of(signature, sizeof signature));
	return OK;
}

enum err cosignature_verify(const uint8_t public[SIGN_PUBLIC], struct span body,
	struct span signature, uint64_t *time_s, struct fault *fault)
{
	uint64_t time = 0;
	if (signature.size != COSIGNATURE_SIZE)
		return fault_set(fault, ERR_FORMAT, 0, signature.size,
			"a cosignature has %d bytes, not %zu", COSIGNATURE_SIZE, signature.size);
	for (size_t i = 0; i < 8; i++)
		time = time << 8 | signature.at[i];
	if (time > INT64_MAX)
		return fault_set(fault, ERR_FORMAT, 0, 8, "a cosignature's time is at most 2^63-1");
	struct buf buf;
	buf_init(&buf, body.size + SIGNED_EXTRA);
	cosignature_signed_bytes(time, body, &buf);
	enum err err = buf.err;
	if (err)
		err = fault_set(fault, err, 0, 0, "no memory to verify a cosignature");
	else if (!sign_verify(public, buf_span(&buf), signature.at + 8))
		err = fault_set(fault, ERR_SIGNATURE, 0, 0,
			"the cosignature is not this key's over this checkpoint and time");
	buf_close(&buf);
	if (!err)
		*time_s = time;
	return err;
}
