/* The event hash of CBV 2.0 (ISO/IEC 19988 section 8.9): SHA-256 over a text made of the event's
 * fields in a fixed order, so that the same event has the same name in XML and JSON-LD, with URNs
 * or Digital Links, on every machine. recordTime, eventID and errorDeclaration are left out.
 *
 * The text follows the published algorithm where the reference implementation (1.9.3) leaves it
 * unclear, and the reference where it differs from the algorithm's wording on documents of its own
 * test set; docs/gs1-epcis.md says where. */
#ifndef GS1_EPCIS_HASH_H
#define GS1_EPCIS_HASH_H

#include "gs1/epcis/event.h"
#include "ledger/base/buf.h"
#include "ledger/base/crypto.h"
#include "ledger/base/err.h"

enum epcis_hash_form {
	/* CBV master data always under "urn:epcglobal:cbv:mda:", as JSON-LD has it, and without
	 * attributes for schema processors (xsi:type), which JSON has not: one event, one hash,
	 * whatever form it came in. This is the identity of an event here. */
	EPCIS_HASH_ONE_NAME,
	/* Both as written, as the reference implementation does: to check a hash that
	 * somebody else made from XML (an eventID "ni:///sha-256;..."). */
	EPCIS_HASH_AS_WRITTEN
};

/* Writes the text that is hashed.
 * Errors: ERR_LIMIT: more than 64 levels of extensions, or the buffer's; ERR_MEMORY. */
MUST_CHECK enum err epcis_prehash(const struct epcis_event *event, enum epcis_hash_form form,
	struct buf *out, struct fault *fault);

/* Errors: as epcis_prehash; ERR_LIMIT when the text is over 64 MiB.
 * Cost: about 1 us an EPC. */
MUST_CHECK enum err epcis_hash(const struct epcis_event *event, enum epcis_hash_form form,
	uint8_t hash[HASH_SIZE], struct fault *fault);

/* "ni:///sha-256;<64 digits>?ver=CBV2.0" and a NUL. */
#define EPCIS_HASH_TEXT_SIZE (14 + 2 * HASH_SIZE + 11 + 1)
void epcis_hash_print(const uint8_t hash[HASH_SIZE], char out[EPCIS_HASH_TEXT_SIZE]);

/* What makes a captured event the same as one captured before (RULES section 4): its hash, and
 * whether and when it was declared wrong. The same hash without a declaration is a duplicate; with
 * one it annotates the original. */
struct epcis_identity {
	uint8_t hash[HASH_SIZE]; /* EPCIS_HASH_ONE_NAME */
	bool has_error_declaration;
	int64_t declaration_time_ms; /* 0 without */
};
MUST_CHECK enum err epcis_identify(
	const struct epcis_event *event, struct epcis_identity *identity, struct fault *fault);

#endif
