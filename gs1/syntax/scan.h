/* From the raw bytes of one scan to GS1 elements, and from these to what a pharmacy asks for. */
#ifndef GS1_SYNTAX_SCAN_H
#define GS1_SYNTAX_SCAN_H

#include "gs1/syntax/aim.h"
#include "gs1/syntax/element.h"
#include "gs1/syntax/key.h"
#include "ledger/base/err.h"
#include "ledger/base/span.h"

enum gs1_form {
	GS1_FORM_ELEMENTS, /* element string as transmitted, GS between */
	GS1_FORM_BRACKETED, /* "(01)...(10)...": printed under a symbol, typed by a person */
	GS1_FORM_LINK, /* GS1 Digital Link URI */
	GS1_FORM_KEY, /* bare EAN-13, EAN-8, UPC-A or ITF-14: a GTIN and nothing else */
	GS1_FORM_PPN, /* ISO/IEC 15434 format 06 with a PPN (IFA, Germany); no elements */
	GS1_FORM_TEXT /* read well from a symbol that carries text, which is not GS1 data */
};

/* What format 06 says; all point into the scan. Empty when absent. */
struct gs1_ppn {
	struct span ppn;
	struct span lot;
	struct span expiry; /* YYMMDD */
	struct span serial;
};

/* Points into the scan's bytes and into itself: not to be copied, and the bytes must stay. */
struct gs1_scan {
	enum gs1_aim aim;
	enum gs1_form form;
	struct span data; /* the scan without identifier, line end */
	struct gs1_ppn ppn;
	struct gs1_elements elements; /* count 0 for GS1_FORM_PPN and GS1_FORM_TEXT */
};

/* How to read. All zero: kindly, as a bench wants it. */
struct gs1_reading {
	/* As GS1's reference engine judges: an identifier is demanded, one of those it knows; no
	 * line end is dropped, no FNC1 passed over at the front; format 06 is text. */
	bool strict;
	unsigned permit; /* of enum gs1_permit */
};

/* Reads one scan: with or without AIM identifier; element string, bare key, Digital Link,
 * bracketed text or format 06. CR and LF at the end are dropped. Without an identifier the look
 * decides: "http" a link, "(" bracketed, 8, 12 or 13 digits or 14 that do not read as elements a
 * bare key, "[)>" format 06, a digit or GS elements; anything else is refused.
 * bytes:  read now and pointed to afterwards.
 * Errors: ERR_FORMAT (fault: AI, offset in bytes, size, sentence), ERR_LIMIT. Of out is then
 * defined
 *         elements.refusal: the rule, if an element was refused.
 * Cost:   no allocation; 300 ns for a pack with GTIN, expiry, lot and serial. */
MUST_CHECK enum err gs1_scan_read(struct span bytes, struct gs1_scan *out, struct fault *fault);
MUST_CHECK enum err gs1_scan_read_as(
	struct span bytes, struct gs1_reading reading, struct gs1_scan *out, struct fault *fault);

enum gs1_kind {
	GS1_KIND_PACK, /* a trade item: gtin is there (a unit, or a case with a GTIN of its own) */
	GS1_KIND_LOGISTIC, /* a case, pallet or tote: sscc is there; content and count if told */
	GS1_KIND_LOCATION, /* gln is there, extension perhaps */
	GS1_KIND_OTHER /* GS1 data about something else: look at the elements */
};

#define GS1_SERIAL_MAX 20
#define GS1_LOT_MAX    20
#define GS1_NHRN_MAX   20
#define GS1_PPN_MAX    22

/* The medicine view of a scan. Texts end with NUL and hold no NUL; absent ones are "". */
struct gs1_pack {
	enum gs1_kind kind;
	char gtin[GS1_GTIN_SIZE + 1]; /* 14 digits. LOGISTIC: its own (01) or what it holds (02) */
	char sscc[GS1_SSCC_SIZE + 1];
	char gln[GS1_GLN_SIZE + 1];
	char gln_extension[GS1_SERIAL_MAX + 1];
	bool has_serial;
	bool has_lot;
	bool has_expiry;
	bool has_nhrn;
	bool has_count;
	bool has_ppn;
	char serial[GS1_SERIAL_MAX + 1]; /* case-sensitive, exactly as read */
	char lot[GS1_LOT_MAX + 1];
	char expiry[7]; /* YYMMDD as read, day may be 00: date.h. AI (17), else date of (7003) */
	uint16_t nhrn_ai; /* 710 Germany to 717; 0 if none */
	char nhrn[GS1_NHRN_MAX + 1];
	uint32_t count; /* AI (37), (30) */
	char ppn[GS1_PPN_MAX + 1];
};

/* The medicine view. A German PPN with a PZN is also given as its GTIN (NTIN: 4150, PZN, check).
 * Errors: ERR_FORMAT when the scan holds text that is not GS1 data. */
MUST_CHECK enum err gs1_pack_read(
	const struct gs1_scan *scan, struct gs1_pack *out, struct fault *fault);

#endif
