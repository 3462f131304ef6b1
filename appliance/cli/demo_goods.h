/* The goods of one run of the demo: packs with serial numbers nobody can guess, cases and a pallet,
 * and the two EPCIS 2.0 XML files in which their maker tells of them. */
#ifndef APPLIANCE_CLI_DEMO_GOODS_H
#define APPLIANCE_CLI_DEMO_GOODS_H

#include "gs1/syntax/key.h"
#include "gs1/syntax/scan.h"
#include "ledger/base/buf.h"
#include "ledger/base/env.h"

#define GOODS_PACKS_MAX   5000
#define GOODS_CASE_PACKS  50 /* in one case */
#define GOODS_CASES_MAX   (GOODS_PACKS_MAX / GOODS_CASE_PACKS)
#define GOODS_SERIAL_SIZE 14
#define GOODS_SCAN_SIZE   96

struct goods {
	char gtin[GS1_GTIN_SIZE + 1];
	char lot[GS1_LOT_MAX + 1];
	char expiry[7]; /* YYMMDD */
	char pallet[GS1_SSCC_SIZE + 1];
	char cases[GOODS_CASES_MAX][GS1_SSCC_SIZE + 1];
	char serials[GOODS_PACKS_MAX][GOODS_SERIAL_SIZE + 1];
	size_t pack_count; /* whole cases */
	int64_t made_ms;
};

/* Chooses lot, expiry (in expiry_days), serials and SSCCs; made an hour ago. The company prefix is
 * taken to be the GTIN's digits 2 to 8. */
void goods_choose(struct goods *goods, const struct env *env, const char *gtin, size_t pack_count,
	int32_t expiry_days);

/* File 1: packs (with lot and expiry), cases and pallet are commissioned. */
MUST_CHECK enum err goods_put_commissioning(
	const struct goods *goods, const char *gln, struct buf *xml, struct fault *fault);
/* File 2: packs go into cases, cases on the pallet, and the pallet is shipped to a place. */
MUST_CHECK enum err goods_put_packing(const struct goods *goods, const char *gln, const char *to,
	struct buf *xml, struct fault *fault);

/* What a scanner sends for a pack: a GS1 DataMatrix (AIM identifier ]d2), GS behind the lot. serial
 * or lot NULL: the code does not carry it. */
void goods_scan(const char *gtin, const char *expiry, const char *lot, const char *serial,
	char out[GOODS_SCAN_SIZE]);
/* ... and for a case or pallet: a GS1-128 (]C1). */
void goods_scan_sscc(const char *sscc, char out[GOODS_SCAN_SIZE]);

/* A new serial number. */
void goods_serial(const struct env *env, char out[GOODS_SERIAL_SIZE + 1]);

#endif
