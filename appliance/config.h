/* assay.conf: what of an appliance is decided by people and is no secret. Text, `name = value` a
 * line, # begins a comment; unknown names are refused, so that a typing error is seen. */
#ifndef APPLIANCE_CONFIG_H
#define APPLIANCE_CONFIG_H

#include "ledger/base/err.h"

struct config {
	char member[64]; /* whose appliance this is */
	char address[64]; /* to listen on: "127.0.0.1", "::" */
	uint16_t http_port;
	uint16_t station_port;
	char host[128]; /* name by which browsers reach it; also in the certificate */
	char second_floor[512]; /* second copy of the floor, on another disk; "" for none */
};

MUST_CHECK enum err config_load(const char *folder, struct config *config, struct fault *fault);
/* Written beside and renamed: there is never half a file. */
MUST_CHECK enum err config_save(
	const char *folder, const struct config *config, struct fault *fault);

#endif
