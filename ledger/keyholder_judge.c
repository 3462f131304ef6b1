#include "ledger/keyholder_judge.h"

#include "ledger/proof/cose_receipt.h"

#define BIT(type) (1U << (type))

static unsigned types_of(enum key_purpose purpose)
{
	switch (purpose) {
	case KEY_APPLIANCE:
		return BIT(SIGNED_STATEMENT) | BIT(SIGNED_SEAL) | BIT(SIGNED_PROMISE) |
		       BIT(SIGNED_REFUSAL) | BIT(SIGNED_VERDICT) | BIT(SIGNED_BADGE) |
		       BIT(SIGNED_STATUS_LIST);
	case KEY_LOG: return BIT(SIGNED_RECEIPT);
	case KEY_STATION:
	case KEY_HOLDER: return BIT(SIGNED_STATEMENT);
	case KEY_ROOT:
	case KEY_COSIGN:
	case KEY_BOX:
	case KEY_CURVE: break;
	}
	return 0;
}

struct header {
	int64_t alg;
	struct span kid;
	struct span typ;
};

static enum err read_header(struct span protected, struct header *header, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t label;
	*header = (struct header){0};
	cbor_init(&cbor, protected);
	cbor_map(&cbor, &map, COSE_HEADERS_MAX);
	while (cbor_map_int(&cbor, &map, &label)) {
		if (label == COSE_ALG)
			header->alg = cbor_int(&cbor);
		else if (label == COSE_KID)
			header->kid = cbor_bytes(&cbor);
		else if (label == COSE_TYP)
			header->typ = cbor_text(&cbor);
		else if (label == COSE_CRIT)
			cbor_fail(&cbor, ERR_DENIED, "critical headers are not signed here");
		else
			(void)cbor_item(&cbor);
	}
	return cbor_end(&cbor, fault);
}

static enum err judge_header(const struct header *header, const uint8_t kid[32],
	enum key_purpose purpose, struct fault *fault)
{
	if (header->alg != COSE_EDDSA)
		return fault_set(
			fault, ERR_DENIED, 0, 0, "the protected header does not say EdDSA");
	if (!span_equal(header->kid, span_of(kid, KID_SIZE)))
		return fault_set(
			fault, ERR_DENIED, 0, 0, "the protected header names another key (kid)");
	for (unsigned type = 0; type < SIGNED_TYPE_COUNT; type++)
		if (span_is(header->typ, signed_type_name((enum signed_type)type)))
			return types_of(purpose) & BIT(type)
				       ? OK
				       : fault_set(fault, ERR_DENIED, 0, 0,
						 "a key of this purpose may not sign %s",
						 signed_type_name((enum signed_type)type));
	return fault_set(
		fault, ERR_DENIED, 0, 0, "the protected header has no typ that is signed here");
}

enum err keyholder_judge(
	struct span tbs, const uint8_t kid[32], enum key_purpose purpose, struct fault *fault)
{
	struct cbor cbor;
	struct header header;
	cbor_init(&cbor, tbs);
	if (cbor_array(&cbor, 4) != 4)
		cbor_fail(&cbor, ERR_FORMAT, "a Sig_structure has four items");
	struct span context = cbor_text(&cbor);
	if (!cbor.fault.err && !span_is(context, "Signature1"))
		cbor_fail(&cbor, ERR_FORMAT, "a Sig_structure begins with Signature1");
	struct span protected = cbor_bytes(&cbor);
	if (cbor_bytes(&cbor).size)
		cbor_fail(&cbor, ERR_DENIED, "external data is not signed here");
	(void)cbor_bytes(&cbor);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		err = read_header(protected, &header, fault);
	return err ? err : judge_header(&header, kid, purpose, fault);
}

/* origin and size out of the claims of a receipt. */
static void take_claims(struct cbor *cbor, struct judged_receipt *receipt)
{
	struct cbor_map map;
	int64_t label;
	cbor_map(cbor, &map, COSE_HEADERS_MAX);
	while (cbor_map_int(cbor, &map, &label)) {
		if (label == CLAIM_AUD)
			receipt->origin = cbor_text(cbor);
		else if (label == CLAIM_TREE_SIZE)
			receipt->size = cbor_uint(cbor);
		else
			(void)cbor_item(cbor);
	}
}

enum err keyholder_judge_receipt(
	struct span tbs, struct judged_receipt *receipt, struct fault *fault)
{
	struct cbor cbor;
	struct cbor header;
	struct cbor_map map;
	int64_t label;
	*receipt = (struct judged_receipt){0};
	cbor_init(&cbor, tbs);
	(void)cbor_array(&cbor, 4);
	(void)cbor_text(&cbor);
	struct span protected = cbor_bytes(&cbor);
	(void)cbor_bytes(&cbor);
	receipt->root = cbor_bytes(&cbor);
	enum err err = cbor_end(&cbor, fault);
	if (err)
		return err;
	cbor_init(&header, protected);
	cbor_map(&header, &map, COSE_HEADERS_MAX);
	while (cbor_map_int(&header, &map, &label)) {
		if (label == COSE_CLAIMS)
			take_claims(&header, receipt);
		else
			(void)cbor_item(&header);
	}
	err = cbor_end(&header, fault);
	if (!err && (receipt->root.size != HASH_SIZE || !receipt->origin.size || !receipt->size))
		err = fault_set(fault, ERR_DENIED, 0, 0,
			"a receipt names its origin and tree size and is over a root");
	return err;
}
