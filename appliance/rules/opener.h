/* From the code on a pack to its place on the ledger, without its serial going there.
 *
 *	opener O = first 16 bytes of BLAKE2b keyed with the pepper over
 *	           "assay/pack/1" ‖ GTIN, 14 digits ‖ 0x1D ‖ serial
 *	key    K = first 16 bytes of SHA-256("assay/key/1" ‖ O)
 *
 * K stands on the ledger; who shows O has read the code and knows the pepper. A serial is the
 * characters of AI 21 with percent signs of a Digital Link already decoded. */
#ifndef APPLIANCE_RULES_OPENER_H
#define APPLIANCE_RULES_OPENER_H

#include "appliance/rules/body.h"

#define PEPPER_SIZE    32
#define SERIAL_MAX     20
#define PEPPER_VERSION "assay/pepper/1"

void opener_make(const uint8_t pepper[PEPPER_SIZE], uint64_t gtin, struct span serial,
	uint8_t opener[KEY_SIZE]);
void opener_key(const uint8_t opener[KEY_SIZE], uint8_t key[KEY_SIZE]);

#endif
