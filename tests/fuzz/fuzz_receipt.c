/* A receipt that is read is made again byte for byte; a COSE receipt of ours too, and of others'
 * what is read under their freer order is the same when it is in our order. */
#include "ledger/proof/cose_receipt.h"
#include "ledger/proof/receipt.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err echo(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	struct cose_sign1 *message = self;
	(void)bytes;
	memcpy(signature, message->signature.at, SIGN_SIZE);
	return OK;
}

static void try_text(struct span in, struct buf *out)
{
	struct receipt receipt;
	struct fault fault;
	if (receipt_parse(in, &receipt, &fault)) {
		assert(fault.at <= in.size && fault.text[0]);
		return;
	}
	receipt_print(&receipt, out);
	assert(span_equal(buf_span(out), in));
}

static void try_cose(struct span in, struct buf *out)
{
	struct cose_receipt receipt;
	struct cose_sign1 ours, foreign;
	struct fault fault;
	uint8_t entry[HASH_SIZE] = {1}, leaf[HASH_SIZE], root[HASH_SIZE], public[SIGN_PUBLIC] = {0};
	if (cose_sign1_parse(in, COSE_OURS, &ours, NULL) == OK) {
		assert(cose_sign1_parse(in, COSE_FOREIGN, &foreign, NULL) == OK);
		assert(span_equal(ours.protected, foreign.protected) &&
			span_equal(ours.payload, foreign.payload) &&
			cose_alg(&ours) == cose_alg(&foreign));
	}
	if (cose_receipt_parse(in, &receipt, &fault)) {
		assert(fault.at <= in.size && fault.text[0]);
		return;
	}
	assert(cose_receipt_verify(&receipt, entry, public, NULL) != OK);
	tree_leaf(entry, leaf);
	struct signer signer = {&receipt.message, echo};
	if (!receipt.is_ours || receipt.tree_size < RECEIPT_TREE_MIN || receipt.alg != COSE_EDDSA ||
		receipt.message.signature.size != SIGN_SIZE ||
		tree_inclusion_root(
			leaf, receipt.index, receipt.tree_size, &receipt.path, root, NULL))
		return;
	buf_reset(out);
	assert(cose_receipt_make(&receipt, entry, root, &signer, out, NULL) == OK);
	assert(span_equal(buf_span(out), in));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out;
	buf_init(&out, RECEIPT_SIZE_MAX);
	try_text(span_of(data, size), &out);
	try_cose(span_of(data, size), &out);
	buf_close(&out);
	return 0;
}
