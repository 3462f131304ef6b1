/* assay.conf: what of an appliance is decided by people and is no secret. Text, `name = value` a
 * line, # begins a comment; unknown names are refused, so that a typing error is seen. */
#ifndef APPLIANCE_CONFIG_H
#define APPLIANCE_CONFIG_H

#include "ledger/base/buf.h"
#include "ledger/base/err.h"

#define CONFIG_SIZE_MAX        ((size_t)64 << 10)
#define CONFIG_SHORT_DATED_MAX 3650
#define CONFIG_ARCHIVE_MAX     36500

struct config {
	char member[64]; /* whose appliance this is */
	char address[64]; /* to listen on: "127.0.0.1", "::" */
	uint16_t http_port;
	uint16_t station_port;
	char host[128]; /* name by which browsers reach it; also in the certificate */
	char second_floor[512]; /* second copy of the floor, on another disk; "" for none */
	uint16_t short_dated_days; /* packs with fewer days left are told as such; 0: never */
	uint16_t archive_days; /* older statements move to the archive folder; 0: never */
};

/* The text of assay.conf. Names that are left out keep their defaults; of one that is there twice
 * the last counts. Errors: ERR_FORMAT, ERR_RANGE, ERR_LIMIT; fault.at is the line. */
MUST_CHECK enum err config_parse(struct span text, struct config *config, struct fault *fault);
/* Text that config_parse reads as the same. Errors: ERR_FORMAT: a value could not be read back. */
MUST_CHECK enum err config_print(
	const struct config *config, struct buf *text, struct fault *fault);

MUST_CHECK enum err config_load(const char *folder, struct config *config, struct fault *fault);
/* Written beside and renamed: there is never half a file. */
MUST_CHECK enum err config_save(
	const char *folder, const struct config *config, struct fault *fault);

#endif
