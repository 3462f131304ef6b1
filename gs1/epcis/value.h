/* Value spaces of EPCIS: what the text of an element or attribute may be. XML Schema's types, but
 * stricter where a wider value could not be used: a URI is never empty and holds no white space. */
#ifndef GS1_EPCIS_VALUE_H
#define GS1_EPCIS_VALUE_H

#include "ledger/base/buf.h"
#include "ledger/base/err.h"
#include "ledger/base/span.h"

#include "gs1/epcis/event.h"

enum epcis_value {
	EPCIS_VALUE_TEXT,
	EPCIS_VALUE_URI,
	EPCIS_VALUE_TIME, /* dateTimeStamp: a time with its offset */
	EPCIS_VALUE_OFFSET, /* +01:00 */
	EPCIS_VALUE_ACTION, /* ADD, OBSERVE, DELETE */
	EPCIS_VALUE_DECIMAL, /* 12, -0.50, .5 */
	EPCIS_VALUE_DOUBLE, /* the same with an exponent; INF, -INF, NaN */
	EPCIS_VALUE_BOOLEAN, /* true, false, 1, 0 */
	EPCIS_VALUE_HEX, /* pairs of hexadecimal digits */
	EPCIS_VALUE_UOM /* two or three capitals or digits */
};

/* Without XML's white space (space, tab, line feed, carriage return) at both ends. */
struct span epcis_trim(struct span text);

/* NULL if the text (already trimmed) is such a value, else why not: "is not ...". */
const char *epcis_value_wrong(enum epcis_value value, struct span text);

/* Milliseconds since 1970, digits behind them rounded half up (CBV 2.0 section 8.9.2, rule 9).
 * False if it is not a dateTimeStamp of the years 1 to 9998. */
bool epcis_time_read(struct span text, int64_t *ms);

/* xsd:dateTime, as creationDate is one: the offset may be missing. */
bool epcis_date_time_is(struct span text);

/* Minutes; false if it is not an offset. "-00:00" is read as no offset. */
bool epcis_offset_read(struct span text, int32_t *minutes);
#define EPCIS_OFFSET_SIZE 7 /* "+01:00" and a NUL */
void epcis_offset_print(int32_t minutes, char out[EPCIS_OFFSET_SIZE]);

bool epcis_action_read(struct span text, enum epcis_action *action);

/* Writes a decimal or double as JSON wants numbers: no plus sign, no zeros in front, a digit on
 * both sides of the point. False (nothing written) for INF, -INF and NaN. */
bool epcis_number_put(struct buf *out, struct span text);

#endif
