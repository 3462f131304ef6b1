/* Bodies of the ledger's own kinds: the first byte says which decoder; what it takes, its encoder
 * gives back byte for byte, and it is strict CBOR. */
#include "ledger/members/bodies.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROUND(type, name)                                                                          \
	{                                                                                          \
		static struct type body;                                                           \
		decoded = name##_decode(in, &body, &fault) == OK;                                  \
		if (decoded)                                                                       \
			name##_encode(&body, &out);                                                \
		break;                                                                             \
	}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = {0};
	struct buf out;
	bool decoded = false;
	if (!size)
		return 0;
	struct span in = span_of(data + 1, size - 1);
	buf_init(&out, size + 64);
	switch (data[0] % 11) {
	case KIND_GENESIS: ROUND(genesis, genesis)
	case KIND_SEAL: ROUND(seal_body, seal_body)
	case KIND_KEY: ROUND(key_body, key_body)
	case KIND_KEY_REVOKE: ROUND(key_revoke_body, key_revoke_body)
	case KIND_TENANT: ROUND(tenant_body, tenant_body)
	case KIND_TENANT_MOVE: ROUND(tenant_move_body, tenant_move_body)
	case KIND_SITE: ROUND(site_body, site_body)
	case KIND_MANDATE: ROUND(mandate_body, mandate_body)
	case KIND_MANDATE_REVOKE: ROUND(mandate_revoke_body, mandate_revoke_body)
	case KIND_PEPPER: ROUND(pepper_body, pepper_body)
	case KIND_DELIVERY: ROUND(delivery_body, delivery_body)
	default: break;
	}
	if (decoded && (!span_equal(in, buf_span(&out)) || cbor_check(in, &fault)))
		abort();
	if (!decoded && (!fault.err || !fault.text[0] || fault.at > in.size))
		abort();
	buf_close(&out);
	return 0;
}
