/* One captured EPCIS document in memory: what the rules and the view need of each event, and its
 * JSON-LD text. Events are put in order of eventTime, then of the document (RULES section 4). */
#ifndef APPLIANCE_VIEW_DOCUMENT_H
#define APPLIANCE_VIEW_DOCUMENT_H

#include "gs1/epcis/cbv.h"
#include "gs1/epcis/hash.h"
#include "gs1/syntax/urn.h"
#include "ledger/base/buf.h"

#define DOCUMENT_EVENTS_MAX 100000
#define DOCUMENT_EPCS_MAX   1000000

struct document_epc {
	enum gs1_epc_kind kind;
	char key[GS1_SSCC_SIZE + 1];
	char extension[GS1_SERIAL_MAX + 1];
	uint32_t text_at; /* canonical Digital Link, in document.texts */
	uint32_t text_size;
	uint32_t count; /* of a quantity in whole pieces; 0: not said */
	bool is_measured; /* by weight or volume, or in parts of a piece */
};

/* What a persistentDisposition says about a recall. */
enum document_recall {
	DOCUMENT_NO_RECALL,
	DOCUMENT_RECALL_SET,
	DOCUMENT_RECALL_UNSET,
};

struct document_event {
	size_t line;
	uint32_t order; /* in the document */
	enum epcis_type type;
	enum epcis_action action;
	enum cbv_step step;
	enum cbv_disp disposition;
	enum document_recall recall;
	int64_t time_ms;
	struct epcis_identity identity;
	uint32_t json_at;
	uint32_t json_size;
	uint32_t epc_first; /* in document.epcs; parent first if there is one */
	uint32_t epc_count; /* with the parent and the classes of quantities */
	uint32_t class_count; /* the last so many are classes, without a number of their own */
	bool has_parent;
	char lot[GS1_LOT_MAX + 1];
	char expiry[7]; /* YYMMDD; "" if none */
	char destination[GS1_GLN_SIZE + 1]; /* GLN; "" if none */
	char export_market[4]; /* the extension exportMarket, ISO 3166-1; "" if none */
	/* Set by whoever looks it up (capture_known.h): */
	bool is_known; /* captured before, or earlier in this document */
	bool is_annulled; /* another event declares it wrong: it never happened */
	bool voids; /* declares an event wrong that was captured before */
};

struct document {
	struct buf events; /* of struct document_event */
	struct buf epcs; /* of struct document_epc */
	struct buf texts;
	size_t count;
};

/* Reads a whole EPCIS document: XML 1.2 or 2.0, JSON-LD or CBOR, told by its first bytes.
 * Errors: the reader's, with line and element; ERR_LIMIT; ERR_RANGE with the line for a date, a
 * quantity or an EPC that medicines cannot use, and for a word that the CBV does not have. Close it
 * in any case. */
MUST_CHECK enum err document_read(struct document *document, struct span text, struct fault *fault);
void document_close(struct document *document);

static inline struct document_event *document_event(const struct document *document, size_t i)
{
	return (struct document_event *)(void *)document->events.at + i;
}

static inline const struct document_epc *document_epc(const struct document *document, size_t i)
{
	return (const struct document_epc *)(const void *)document->epcs.at + i;
}

static inline struct span document_epc_text(
	const struct document *document, const struct document_epc *epc)
{
	return span_of(document->texts.at + epc->text_at, epc->text_size);
}

static inline struct span document_json(
	const struct document *document, const struct document_event *event)
{
	return span_of(document->texts.at + event->json_at, event->json_size);
}

#endif
