/* How long GS1 company prefixes are: a table that GS1 publishes and that changes, loaded from its
 * file (GCPPrefixFormatList, JSON). It is not needed to read anything; it is needed to write an
 * EPC URN, which shows where the company prefix ends. */
#ifndef GS1_EPCIS_COMPANY_H
#define GS1_EPCIS_COMPANY_H

#include "gs1/syntax/urn.h"
#include "ledger/base/buf.h"

#define COMPANY_FILE_MAX ((size_t)32 << 20)

struct company_table;

/* Loads {"GCPPrefixFormatList": {"date": ..., "entry": [{"prefix": "030001", "gcpLength": 6},
 * ...]}}. A length of 0 means that no company has that prefix.
 * Errors: ERR_FORMAT with the line, ERR_LIMIT, ERR_MEMORY. */
MUST_CHECK enum err company_table_open(
	struct company_table **table, struct span json, struct fault *fault);
void company_table_free(struct company_table *table); /* NULL is nothing */
size_t company_table_count(const struct company_table *table);

/* Digits of the company prefix at the front of these digits (6 to 12): by the longest entry that
 * fits. 0: not known, or given to nobody. */
size_t company_prefix_size(const struct company_table *table, struct span digits);

/* Writes the EPC URN of a pack, product, lot, logistic unit, place or party.
 * Errors: ERR_NOT_FOUND: its company prefix is not in the table; the buffer's. */
MUST_CHECK enum err company_put_urn(const struct company_table *table, const struct gs1_epc *epc,
	struct buf *out, struct fault *fault);

#endif
