/* What the NHS dictionary of medicines and devices says of a GTIN: name, pack, supplier (licence
 * holder), legal category, controlled-drug schedule. Filled from the files of xml_dmd.h in any
 * order:
 *
 *   f_gtin2    GTIN -> pack (AMPP), from when to when      f_vmpp2   VMPP -> quantity, unit, VMP
 *   f_ampp2    AMPP -> name, AMP, VMPP, legal category     f_vmp2    VMP -> controlled-drug
 * category
 *   f_amp2     AMP -> name, supplier                       f_lookup2 words of the codes
 *
 * GTINs of 13 digits or fewer are padded to 14. Where a file was not loaded, its part is empty. */
#ifndef GS1_EPCIS_PRODUCT_H
#define GS1_EPCIS_PRODUCT_H

#include "gs1/epcis/xml_dmd.h"
#include "gs1/syntax/key.h"

#define PRODUCT_TABLE_LIMIT ((size_t)256 << 20) /* bytes of texts */

struct product {
	char gtin[GS1_GTIN_SIZE + 1];
	uint64_t ampp; /* SNOMED CT code of the actual medicinal product pack */
	uint64_t amp;
	uint64_t vmp;
	struct span name; /* of the pack */
	struct span product_name; /* of the product, without the pack */
	struct span quantity; /* of the pack, "28" */
	struct span unit; /* "tablet" */
	struct span supplier; /* who holds the licence, by name */
	struct span legal_category; /* "POM" in words */
	struct span controlled_category; /* "Schedule 2 (CD)" in words */
	int schedule; /* 1 to 5; 0: no controlled drug; -1: not known */
	struct span from; /* YYYY-MM-DD, in use as this GTIN */
	struct span until; /* absent: to this day */
};

struct product_table;

MUST_CHECK enum err product_table_open(struct product_table **table, struct fault *fault);
void product_table_free(struct product_table *table);

/* A sink for dmd_open; rows of files that say nothing about products are passed over. A GTIN with a
 * wrong check digit or length is left out and counted.
 * Errors: ERR_LIMIT, ERR_MEMORY; ERR_FORMAT for a code that is no number. */
struct dmd_sink product_table_sink(struct product_table *table);
size_t product_table_bad(const struct product_table *table);

/* Puts all in order; afterwards nothing may be added. Cost: a sort. */
void product_table_seal(struct product_table *table);
size_t product_table_count(const struct product_table *table); /* GTINs */

/* The product of a GTIN on a day ("2026-11-20"; NULL: the newest entry). False if there is none.
 * Spans live as long as the table. */
bool product_table_find(const struct product_table *table, const char gtin[GS1_GTIN_SIZE + 1],
	const char *day, struct product *product);

#endif
