/* How a document is refused: one sentence that names line and element. */
#ifndef GS1_EPCIS_REFUSE_H
#define GS1_EPCIS_REFUSE_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

/* A piece of the document fit for a sentence: printable ASCII, cut. */
#define EPCIS_SHOWN_SIZE 48
struct epcis_shown {
	char text[EPCIS_SHOWN_SIZE + 4];
};
struct epcis_shown epcis_show(struct span text);

/* "line 12: <action> ..."; fault.at is the line. Returns err. */
enum err epcis_refuse(struct fault *fault, enum err err, size_t line, const char *element,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
