#include "ledger/members/bodies.h"

const char *ledger_kind_word(unsigned kind)
{
	static const char *const words[] = {
		[KIND_GENESIS] = "genesis",
		[KIND_SEAL] = "seal",
		[KIND_KEY] = "key",
		[KIND_KEY_REVOKE] = "key-revoke",
		[KIND_TENANT] = "tenant",
		[KIND_TENANT_MOVE] = "tenant-move",
		[KIND_SITE] = "site",
		[KIND_MANDATE] = "mandate",
		[KIND_MANDATE_REVOKE] = "mandate-revoke",
		[KIND_PEPPER] = "pepper",
		[KIND_DELIVERY] = "delivery",
	};
	return kind < sizeof words / sizeof words[0] ? words[kind] : NULL;
}
