/* GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax 1.4):
 * https://domain/any/path/01/<GTIN>/10/<lot>/21/<serial>?17=<expiry>
 * Uncompressed; AIs as numbers, not the short names that the standard has withdrawn (/gtin/). The
 * domain says who answers the link and means nothing here. */
#ifndef GS1_SYNTAX_LINK_H
#define GS1_SYNTAX_LINK_H

#include "gs1/syntax/element.h"
#include "ledger/base/buf.h"
#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define GS1_LINK_STEM "https://id.gs1.org"

/* Begins with http:// or https://, all lower or all upper case. */
bool gs1_link_is(struct span text);

/* Reads key, qualifiers and attributes into elements (gs1_elements_begin first), in this order;
 * what the query holds beside AIs is passed over, a fragment dropped. Offsets count from the front
 * of the scan, text at `at`. What out->permit says is let pass.
 * Errors: ERR_FORMAT with AI and place; ERR_LIMIT. */
MUST_CHECK enum err gs1_link_read(
	struct span text, size_t at, struct gs1_elements *out, struct fault *fault);

/* The pairs AI/value of a link's path: key and at most three qualifiers (one more is surely too
 * many). */
#define GS1_LINK_PAIRS_MAX 5

struct gs1_link_pair {
	const struct gs1_ai *row;
	struct span value; /* as it stands in the link */
	size_t at; /* offset of the value in the link */
	uint16_t ai;
};

struct gs1_link_path {
	struct gs1_link_pair pairs[GS1_LINK_PAIRS_MAX]; /* right to left: the key is the last */
	size_t count;
	size_t query; /* offset of the "?", or where it would stand */
	size_t end; /* offset of the "#", or the link's size */
};

/* Takes a link apart without judging values; the order of qualifiers holds. permit: of enum
 * gs1_permit; names (/gtin/, /lot/, /ser/ and so on) stand in old event files. */
MUST_CHECK enum err gs1_link_split(
	struct span text, unsigned permit, struct gs1_link_path *path, struct fault *fault);

/* Percent-decoding; "+" is a space in a query. What is not "%hh" stays as it stands.
 * out has text.size bytes; returns the bytes written. */
size_t gs1_link_unescape(struct span text, bool query, uint8_t *out);

/* Percent-encodes all but unreserved characters (RFC 3986 section 2.3), as canonical links are. In
 * a query a space becomes "+". */
void gs1_link_escape(struct span value, bool query, struct buf *out);

/* Writes the elements as a link: the first that is a key of links with its qualifiers in the order
 * of the standard, as many as one of its lists takes, then the others behind the "?", first those
 * of predefined length, in their order; a repeated one once.
 * stem:   "https://example.com/some/path", one "/" at its end is dropped; NULL: GS1_LINK_STEM.
 * Errors: ERR_FORMAT at the element when no key is there or an element may not stand in a link;
 *         out is then unchanged. What is too much for out is out->err.
 * Source: GS1 Digital Link Standard: URI Syntax sections 4.5 to 4.9. */
MUST_CHECK enum err gs1_link_put(const struct gs1_elements *elements, const char *stem,
	struct buf *out, struct fault *fault);

/* Canonical links of the ones medicines need, on id.gs1.org. Keys as key.h gives them; lot or
 * serial may be empty (then left out). Values percent-encoded as the canonical form wants. */
void gs1_link_put_pack(struct buf *out, const char *gtin, struct span lot, struct span serial);
void gs1_link_put_sscc(struct buf *out, const char *sscc);
void gs1_link_put_gln(struct buf *out, const char *gln, struct span extension);
void gs1_link_put_party(struct buf *out, const char *gln);

#endif
