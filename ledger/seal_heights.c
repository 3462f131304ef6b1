/* Alone in its file, so that a test can put other heights in its place when it is linked. */
#include "ledger/seal.h"

bool seal_has_tables(uint64_t height)
{
	return height > 1 && (height - 1) % SEAL_TABLES_EVERY == 0;
}
