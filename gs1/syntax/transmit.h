/* What a reader sends for a symbol: the identifier and the data, FNC1 as GS (General Specifications
 * section 7.8.6, ISO/IEC 15424). For those who make test data or imitate a reader. */
#ifndef GS1_SYNTAX_TRANSMIT_H
#define GS1_SYNTAX_TRANSMIT_H

#include "ledger/base/buf.h"
#include "ledger/base/err.h"
#include "ledger/base/span.h"

enum gs1_symbol {
	GS1_SYMBOL_EAN_13,
	GS1_SYMBOL_EAN_8,
	GS1_SYMBOL_UPC_A,
	GS1_SYMBOL_UPC_E, /* its 12 digits, not the six that are printed */
	GS1_SYMBOL_ITF_14,
	GS1_SYMBOL_DATABAR, /* omnidirectional, truncated, stacked: a GTIN */
	GS1_SYMBOL_DATABAR_LIMITED, /* a GTIN below 2 * 10^13 */
	GS1_SYMBOL_DATABAR_EXPANDED,
	GS1_SYMBOL_GS1_128,
	GS1_SYMBOL_DATAMATRIX,
	GS1_SYMBOL_QR,
	GS1_SYMBOL_DOTCODE,
	GS1_SYMBOL_COUNT
};

struct gs1_message {
	bool is_gs1; /* FNC1 stands first: data is an element string, GS between */
	bool adds_check; /* keys come without their check digit, which is added */
	struct span data; /* element string, the digits of a key, or text */
	struct span composite; /* element string of the composite component; size 0: none */
};

/* Writes the scan. Symbols of a key take it as digits or as element (01).
 * Errors: ERR_FORMAT when the message does not fit the symbol, or an element string is wrong (the
 *         fault's place counts from its front); out is then unchanged. */
MUST_CHECK enum err gs1_transmit(enum gs1_symbol symbol, const struct gs1_message *message,
	struct buf *out, struct fault *fault);

#endif
