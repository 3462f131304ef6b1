/* Places by GLN and by ODS code (the NHS's code of an organisation or site). There is no public
 * file that joins the two, so the table is loaded: lines of "gln,ods,name", or from the Location
 * master data of an EPCIS document. Either code may be missing, not both. */
#ifndef GS1_EPCIS_PLACES_H
#define GS1_EPCIS_PLACES_H

#include "gs1/epcis/master.h"
#include "gs1/syntax/key.h"

#define PLACE_ODS_SIZE  12
#define PLACE_NAME_SIZE 160
#define PLACES_MAX      1000000

struct place {
	char gln[GS1_GLN_SIZE + 1]; /* "" if none */
	char ods[PLACE_ODS_SIZE + 1];
	char name[PLACE_NAME_SIZE + 1];
};

struct place_table;

MUST_CHECK enum err place_table_open(struct place_table **table, struct fault *fault);
void place_table_free(struct place_table *table); /* NULL is nothing */

/* Adds one. Errors: ERR_RANGE: no code, a GLN whose check digit is wrong, an ODS code that is not
 * 3 to 12 capitals and digits, a name too long; ERR_LIMIT, ERR_MEMORY. */
MUST_CHECK enum err place_table_add(struct place_table *table, struct span gln, struct span ods,
	struct span name, struct fault *fault);

/* Adds the lines of a file; empty lines, lines that begin with '#' and a first line
 * "gln,ods,name" say nothing. A name may stand in double quotes. Errors: as above with the line
 * in fault.at. */
MUST_CHECK enum err place_table_load(
	struct place_table *table, struct span csv, struct fault *fault);

/* Adds the Locations of master data whose id is a GLN (SGLN URN or Digital Link). */
MUST_CHECK enum err place_table_take(
	struct place_table *table, const struct epcis_node *vocabularies, struct fault *fault);

size_t place_table_count(const struct place_table *table);

/* The place that was added last with that code, or NULL; valid until the next add. */
const struct place *place_by_gln(const struct place_table *table, struct span gln);
const struct place *place_by_ods(const struct place_table *table, struct span ods);

#endif
