/* Names of things in EPCIS events: EPC URNs (EPC Tag Data Standard 2.0, sections 6 to 8) and
 * Digital Links, read into the same key. To write a URN takes the length of the company prefix,
 * which a GTIN does not tell: Assay itself writes Digital Links. */
#ifndef GS1_SYNTAX_URN_H
#define GS1_SYNTAX_URN_H

#include "gs1/syntax/key.h"
#include "gs1/syntax/scan.h"
#include "ledger/base/buf.h"
#include "ledger/base/err.h"
#include "ledger/base/span.h"

enum gs1_epc_kind {
	GS1_EPC_PACK, /* sgtin; 01 with 21: gtin, serial */
	GS1_EPC_PRODUCT, /* idpat:sgtin with "*"; 01: gtin */
	GS1_EPC_LOT, /* class:lgtin; 01 with 10: gtin, lot */
	GS1_EPC_LOGISTIC, /* sscc; 00 */
	GS1_EPC_LOCATION, /* sgln; 414, 254: gln, extension (URN extension "0" means none) */
	GS1_EPC_PARTY /* pgln; 417: gln */
};

/* What medicines events name. */
struct gs1_epc {
	enum gs1_epc_kind kind;
	char key[GS1_SSCC_SIZE + 1]; /* GTIN-14, SSCC or GLN with its check digit */
	char extension[GS1_SERIAL_MAX + 1]; /* serial, lot or GLN extension, decoded; "" if none */
};

/* Reads a URN or a Digital Link (any domain; the finest key counts: serial before lot).
 * Read generously from links, for old event files: short names (/gtin/), GTINs without leading
 * zeros. Check digits and characters must hold.
 * Errors: ERR_FORMAT with the place; ERR_VERSION when it is an EPC of another kind (GRAI, GIAI,
 * GDTI, GSRN, ...): well-formed or not is then not said, gs1_epc_canonical tells. */
MUST_CHECK enum err gs1_epc_read(struct span text, struct gs1_epc *out, struct fault *fault);

/* Writes its canonical Digital Link, https://id.gs1.org/... */
void gs1_epc_put_link(const struct gs1_epc *epc, struct buf *out);

/* Writes the canonical Digital Link of any EPC URN or Digital Link, of all key kinds, as CBV 2.0
 * section 8.9 (event hash) wants it: domain replaced, query dropped, only the finest key left.
 * Lengths and characters must be right; check digits in links are not judged, because a hash is
 * to be had of what was said. Refused are the keys that it does not list (8013, 415), and a GRAI
 * of a 12-digit prefix, as by the reference implementation.
 * Errors: ERR_FORMAT when it is neither; out is then unchanged. */
MUST_CHECK enum err gs1_epc_canonical(struct span text, struct buf *out, struct fault *fault);

/* Reads a URN, or a Digital Link with all it holds, into elements (gs1_elements_begin first). A
 * pattern ("idpat:") gives the key alone. From there gs1_link_put and gs1_elements_print write the
 * other forms. Errors: ERR_FORMAT with the place; ERR_LIMIT. */
MUST_CHECK enum err gs1_epc_elements(
	struct span text, struct gs1_elements *out, struct fault *fault);

/* Writes the first key there is as URN, with serial, lot or extension; one without is written as
 * pattern of its class ("urn:epc:idpat:sgtin:4012345.012345.*"), a place with extension "0".
 * prefix_size: digits of the GS1 Company Prefix, 6 to 12.
 * Errors: ERR_RANGE; ERR_FORMAT when there is no key that a URN can name, or the prefix leaves no
 *         reference. out is then unchanged. Source: EPC Tag Data Standard 2.0 section 6.3. */
MUST_CHECK enum err gs1_urn_put(const struct gs1_elements *elements, unsigned prefix_size,
	struct buf *out, struct fault *fault);

#endif
