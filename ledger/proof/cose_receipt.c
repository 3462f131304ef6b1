#include "ledger/proof/cose_receipt.h"

#define TREE_MIN 2 /* RFC 9942 has no form for the empty path of a tree of one */

static void start(struct cbor *cbor, const struct cose_sign1 *message, struct span part)
{
	cbor_init_within(cbor, message->bytes, part);
	cbor->any_order = message->dialect == COSE_FOREIGN;
}

static struct span header(const struct cose_sign1 *message, int64_t label)
{
	return cose_header(message->protected, label, message->dialect);
}

/* A text in a header's value; empty if it is not text. */
static struct span text_of(struct span value)
{
	struct cbor cbor;
	cbor_init(&cbor, value);
	struct span text = cbor_text(&cbor);
	return cbor_end(&cbor, NULL) == OK ? text : span_of(NULL, 0);
}

/* {396: {-1: [bstr .cbor [size, index, [path]]]}}: the byte string. */
static enum err find_proof(
	const struct cose_sign1 *message, struct span *proof, struct fault *fault)
{
	struct span vdp = cose_header(message->unprotected, COSE_VDP, message->dialect);
	if (!vdp.size || vdp.at[0] >> 5 != CBOR_MAP)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"the receipt has no proofs (label 396) in its unprotected header");
	struct span proofs = cose_header(vdp, VDP_INCLUSION, message->dialect);
	if (!proofs.size)
		return fault_set(fault, ERR_VERSION, (size_t)(vdp.at - message->bytes.at), vdp.size,
			"the receipt has no inclusion proof; other proofs cannot be judged here");
	struct cbor cbor;
	start(&cbor, message, proofs);
	if (cbor_array(&cbor, SIZE_MAX) != 1)
		cbor_fail(&cbor, ERR_VERSION, "only receipts with one proof can be judged here");
	*proof = cbor_bytes(&cbor);
	return cbor_end(&cbor, fault);
}

static enum err read_proof(const struct cose_sign1 *message, struct span proof,
	struct cose_receipt *out, struct fault *fault)
{
	struct cbor cbor;
	start(&cbor, message, proof);
	if (cbor_array(&cbor, 3) != 3)
		cbor_fail(&cbor, ERR_FORMAT, "an inclusion proof is [size, index, path]");
	out->tree_size = cbor_uint_max(&cbor, INT64_MAX);
	out->index = cbor_uint_max(&cbor, INT64_MAX);
	out->path.count = cbor_array(&cbor, TREE_PROOF_MAX);
	for (size_t i = 0; i < out->path.count; i++) {
		struct span hash = cbor_bytes_of(&cbor, HASH_SIZE);
		if (hash.size == HASH_SIZE)
			memcpy(out->path.hash[i], hash.at, HASH_SIZE);
	}
	return cbor_end(&cbor, fault);
}

/* Ours: claims are exactly these four, and the tree size is the proof's. */
static enum err read_claims(const struct cose_sign1 *message, struct span claims,
	struct cose_receipt *out, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t label;
	start(&cbor, message, claims);
	cbor_map(&cbor, &map, 4);
	if (map.left != 4)
		cbor_fail(&cbor, ERR_FORMAT, "a receipt's claims are iss, sub, aud and tree size");
	while (cbor_map_int(&cbor, &map, &label)) {
		size_t at = cbor.at;
		bool fine = false;
		if (label == CLAIM_ISS)
			fine = name_is_valid(out->issuer = cbor_text(&cbor));
		else if (label == CLAIM_SUB)
			fine = span_is(cbor_text(&cbor), "receipt");
		else if (label == CLAIM_AUD)
			fine = origin_is_valid(out->origin = cbor_text(&cbor));
		else if (label == CLAIM_TREE_SIZE)
			fine = cbor_uint(&cbor) == out->tree_size;
		if (!fine && !cbor.fault.err) {
			cbor.at = at;
			cbor_fail(&cbor, label == CLAIM_TREE_SIZE ? ERR_PROOF : ERR_FORMAT,
				label == CLAIM_TREE_SIZE
					? "the signed tree size is not the proof's"
					: "a claim of the receipt is not what it should be");
		}
	}
	return cbor_end(&cbor, fault);
}

/* Ours: the header has five labels, and the unprotected one only the proofs. */
static enum err read_ours(struct cose_receipt *out, struct fault *fault)
{
	const struct cose_sign1 *message = &out->message;
	struct cbor cbor;
	struct cbor_map map;
	struct span claims = header(message, COSE_CLAIMS);
	start(&cbor, message, message->protected);
	cbor_map(&cbor, &map, COSE_HEADERS_MAX);
	if (map.left != 5 || !claims.size || out->kid.size != KID_SIZE)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"a receipt's header labels are exactly 1, 4, 15, 16 and 395");
	start(&cbor, message, message->unprotected);
	cbor_map(&cbor, &map, COSE_HEADERS_MAX);
	if (map.left != 1)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"a receipt's unprotected header has proofs and nothing else");
	return read_claims(message, claims, out, fault);
}

enum err cose_receipt_parse(struct span bytes, struct cose_receipt *receipt, struct fault *fault)
{
	struct cose_receipt out = {.alg = 0};
	struct span proof = {0};
	if (bytes.size > COSE_RECEIPT_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, COSE_RECEIPT_SIZE_MAX, 0,
			"a receipt has at most %zu bytes", COSE_RECEIPT_SIZE_MAX);
	enum err err = cose_sign1_parse(bytes, COSE_FOREIGN, &out.message, fault);
	if (err)
		return err;
	out.is_ours =
		span_is(text_of(header(&out.message, COSE_TYP)), signed_type_name(SIGNED_RECEIPT));
	if (out.is_ours) {
		err = cose_sign1_parse(bytes, COSE_OURS, &out.message, fault);
		if (err)
			return err;
	}
	out.alg = cose_alg(&out.message);
	struct span vds = header(&out.message, COSE_VDS);
	if (vds.size != 1 || vds.at[0] != VDS_RFC9162_SHA256)
		return fault_set(fault, ERR_VERSION, 0, 0,
			"the receipt's data structure (label 395) is not 1, RFC9162_SHA256");
	struct cbor cbor;
	cbor_init(&cbor, header(&out.message, COSE_KID));
	out.kid = cbor_bytes(&cbor);
	out.issuer = text_of(
		cose_header(header(&out.message, COSE_CLAIMS), CLAIM_ISS, out.message.dialect));
	err = find_proof(&out.message, &proof, fault);
	if (!err)
		err = read_proof(&out.message, proof, &out, fault);
	if (!err && out.is_ours)
		err = read_ours(&out, fault);
	if (!err && !out.message.is_detached)
		err = fault_set(fault, ERR_VERSION, 0, 0,
			"the receipt carries its root; only detached ones are judged here");
	if (!err)
		*receipt = out;
	return err;
}

enum err cose_receipt_verify(const struct cose_receipt *receipt, const uint8_t entry[HASH_SIZE],
	const uint8_t public[SIGN_PUBLIC], struct fault *fault)
{
	uint8_t leaf[HASH_SIZE], root[HASH_SIZE], kid[KID_SIZE];
	if (receipt->alg != COSE_EDDSA)
		return fault_set(fault, ERR_VERSION, 0, 0,
			"signed with algorithm %lld; only EdDSA (-8) can be verified here",
			(long long)receipt->alg);
	if (receipt->is_ours && receipt->tree_size < TREE_MIN)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"a receipt is for a tree of %d entries or more", TREE_MIN);
	cose_kid(public, kid);
	if (receipt->is_ours && !span_equal(receipt->kid, span_of(kid, KID_SIZE)))
		return fault_set(fault, ERR_KEY, 0, 0, "the receipt is signed with another key");
	tree_leaf(entry, leaf);
	enum err err = tree_inclusion_root(
		leaf, receipt->index, receipt->tree_size, &receipt->path, root, fault);
	if (err)
		return err;
	return cose_sign1_verify(
		&receipt->message, public, span_of(NULL, 0), span_of(root, HASH_SIZE), fault);
}

static void put_protected(struct buf *buf, const struct cose_receipt *receipt)
{
	cbor_put_map(buf, 5);
	cbor_put_int(buf, COSE_ALG);
	cbor_put_int(buf, COSE_EDDSA);
	cbor_put_int(buf, COSE_KID);
	cbor_put_bytes(buf, receipt->kid);
	cbor_put_int(buf, COSE_CLAIMS);
	cbor_put_map(buf, 4);
	cbor_put_int(buf, CLAIM_ISS);
	cbor_put_text(buf, receipt->issuer);
	cbor_put_int(buf, CLAIM_SUB);
	cbor_put_text(buf, span_text("receipt"));
	cbor_put_int(buf, CLAIM_AUD);
	cbor_put_text(buf, receipt->origin);
	cbor_put_int(buf, CLAIM_TREE_SIZE);
	cbor_put_uint(buf, receipt->tree_size);
	cbor_put_int(buf, COSE_TYP);
	cbor_put_text(buf, span_text(signed_type_name(SIGNED_RECEIPT)));
	cbor_put_int(buf, COSE_VDS);
	cbor_put_int(buf, VDS_RFC9162_SHA256);
}

#define PROOF_MAX  (32 + (size_t)TREE_PROOF_MAX * (2 + HASH_SIZE))
#define HEADER_MAX 512

static void put_unprotected(struct buf *buf, const struct cose_receipt *receipt)
{
	uint8_t room[PROOF_MAX];
	struct buf proof;
	buf_over(&proof, room, sizeof room);
	cbor_put_array(&proof, 3);
	cbor_put_uint(&proof, receipt->tree_size);
	cbor_put_uint(&proof, receipt->index);
	cbor_put_array(&proof, receipt->path.count);
	for (size_t i = 0; i < receipt->path.count; i++)
		cbor_put_bytes(&proof, span_of(receipt->path.hash[i], HASH_SIZE));
	cbor_put_map(buf, 1);
	cbor_put_int(buf, COSE_VDP);
	cbor_put_map(buf, 1);
	cbor_put_int(buf, VDP_INCLUSION);
	cbor_put_array(buf, 1);
	cbor_put_bytes(buf, buf_span(&proof));
}

enum err cose_receipt_make(const struct cose_receipt *receipt, const uint8_t entry[HASH_SIZE],
	const uint8_t root[HASH_SIZE], const struct signer *signer, struct buf *buf,
	struct fault *fault)
{
	uint8_t protected_room[HEADER_MAX], unprotected_room[PROOF_MAX + 32], leaf[HASH_SIZE];
	struct buf protected, unprotected;
	if (receipt->tree_size < TREE_MIN)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"a receipt is for a tree of %d entries or more", TREE_MIN);
	if (receipt->kid.size != KID_SIZE || !name_is_valid(receipt->issuer) ||
		!origin_is_valid(receipt->origin))
		return fault_set(
			fault, ERR_FORMAT, 0, 0, "kid, issuer or origin cannot stand in a receipt");
	tree_leaf(entry, leaf);
	enum err err = tree_verify_inclusion(
		leaf, receipt->index, receipt->tree_size, &receipt->path, root, fault);
	if (err)
		return err;
	buf_over(&protected, protected_room, sizeof protected_room);
	put_protected(&protected, receipt);
	buf_over(&unprotected, unprotected_room, sizeof unprotected_room);
	put_unprotected(&unprotected, receipt);
	if (protected.err || unprotected.err)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the receipt's headers are too large");
	return cose_sign1_make(buf_span(&protected), buf_span(&unprotected),
		span_of(root, HASH_SIZE), true, span_of(NULL, 0), signer, buf, fault);
}
