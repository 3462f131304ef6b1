#include "ledger/proof/signer.h"

static enum err sign_local(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	sign_make(self, bytes, signature);
	return OK;
}

struct signer signer_local(uint8_t secret[SIGN_SECRET])
{
	return (struct signer){.self = secret, .sign = sign_local};
}
