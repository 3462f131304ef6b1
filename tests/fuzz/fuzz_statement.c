/* A statement, seal, promise or refusal that is read can be made again from what was read, byte
 * for byte: there is one form of each. */
#include "ledger/proof/promise.h"
#include "ledger/proof/statement.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Signs with the signature that is there already. */
static enum err echo(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	struct cose_sign1 *message = self;
	(void)bytes;
	memcpy(signature, message->signature.at, SIGN_SIZE);
	return OK;
}

static void try_statement(struct span in, enum signed_type type, struct buf *out)
{
	struct statement statement;
	struct signer signer = {&statement.envelope.message, echo};
	uint8_t public[SIGN_PUBLIC] = {0};
	if (statement_decode(in, type, &statement, NULL))
		return;
	buf_reset(out);
	assert(statement_encode(&statement, &signer, out, NULL) == OK);
	assert(span_equal(buf_span(out), in));
	for (size_t i = 0; i < statement.attachment_count; i++) {
		struct attachment_record record;
		statement_attachment(&statement, i, &record);
		assert(record.size_class <= 31);
	}
	assert(statement_verify(&statement, public, NULL) != OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct promise promise;
	struct refusal refusal;
	struct buf out;
	buf_init(&out, STATEMENT_SIZE_MAX);
	try_statement(in, SIGNED_STATEMENT, &out);
	try_statement(in, SIGNED_SEAL, &out);
	buf_reset(&out);
	if (promise_decode(in, &promise, NULL) == OK) {
		struct signer signer = {&promise.envelope.message, echo};
		assert(promise_encode(&promise, &signer, &out, NULL) == OK);
		assert(span_equal(buf_span(&out), in));
	}
	if (refusal_decode(in, &refusal, NULL) == OK) {
		struct signer signer = {&refusal.envelope.message, echo};
		assert(refusal_encode(&refusal, &signer, &out, NULL) == OK);
		assert(span_equal(buf_span(&out), in));
	}
	buf_close(&out);
	return 0;
}
