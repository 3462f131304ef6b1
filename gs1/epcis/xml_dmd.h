/* Reads the files of the NHS dictionary of medicines and devices (dm+d, XML as on TRUD) as they
 * arrive: f_gtin2, f_ampp2, f_amp2, f_vmpp2, f_vmp2, f_lookup2, and any other of the same shape:
 * sections of records of fields. Bounded memory; no DOCTYPE, no entities, no network. */
#ifndef GS1_EPCIS_XML_DMD_H
#define GS1_EPCIS_XML_DMD_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define DMD_FIELDS_MAX 40
#define DMD_RECORD_MAX 16384 /* bytes of one record */

struct dmd_field {
	struct span name;
	struct span value; /* trimmed */
};

/* One record: <SECTION><RECORD><FIELD>value</FIELD> ... A group inside a record (GTINDATA) makes a
 * row of its own when it ends: the record's fields so far and the group's. A record without groups
 * makes one row. */
struct dmd_row {
	const char *root; /* "GTIN_DETAILS" */
	const char *section; /* "AMPPS"; of f_lookup2 the list, "SUPPLIER" */
	const char *record; /* "AMPP"; "INFO" */
	struct dmd_field fields[DMD_FIELDS_MAX];
	size_t count;
	size_t line;
};

/* The value of a field, absent if it has none. */
struct span dmd_value(const struct dmd_row *row, const char *name);

/* The row is valid until on_row returns. A result other than OK ends the reading. */
struct dmd_sink {
	void *self;
	enum err (*on_row)(void *self, const struct dmd_row *row, struct fault *fault);
};

struct dmd_reader;

/* As in xml_read.h: open, feed pieces, end, free. Errors: ERR_FORMAT, ERR_LIMIT with the line. */
MUST_CHECK enum err dmd_open(
	struct dmd_reader **reader, const struct dmd_sink *sink, struct fault *fault);
MUST_CHECK enum err dmd_feed(struct dmd_reader *reader, struct span bytes, struct fault *fault);
MUST_CHECK enum err dmd_end(struct dmd_reader *reader, struct fault *fault);
size_t dmd_count(const struct dmd_reader *reader); /* rows */
void dmd_free(struct dmd_reader *reader);

#endif
