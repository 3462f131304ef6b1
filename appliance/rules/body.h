/* Reading and writing the bodies of statements: CBOR maps with integer keys and closed value
 * sets. A reader takes the fields in order; its fault sticks and names the field.
 *
 *	body_open(&body, span);
 *	while (body_next(&body))
 *		switch (body.field) {
 *		case 1: out->gtin = body_gtin(&body); break;
 *		default: body_unknown(&body);
 *		}
 *	return body_close(&body, FIELD(1) | FIELD(2), fault); */
#ifndef APPLIANCE_RULES_BODY_H
#define APPLIANCE_RULES_BODY_H

#include "ledger/proof/cbor.h"

#define BODY_FIELD_MAX 31
#define FIELD(number)  (1u << (number))

#define GTIN_MAX     99999999999999ull
#define LOT_TEXT_MAX 20
#define KEY_SIZE     16 /* openers and pack keys */

struct body {
	struct cbor cbor;
	struct cbor_map map;
	int64_t field; /* the one being read */
	unsigned seen; /* FIELD bits */
};

void body_open(struct body *body, struct span in);
/* Moves to the next field; false at the end and after a fault. */
bool body_next(struct body *body);
/* Records that the present field is not one of this kind. */
void body_unknown(struct body *body);
/* Records that the value just read is not allowed, unless there is a fault already. */
void body_refuse(struct body *body, const char *why);
/* Errors: those of CBOR; ERR_FORMAT for a missing field; ERR_RANGE for a value outside its set.
 * fault.at is the field's number (0: the map itself), not an offset. */
MUST_CHECK enum err body_close(struct body *body, unsigned required, struct fault *fault);

uint64_t body_gtin(struct body *body); /* 14 digits as a number, right check digit */
struct span body_lot(struct body *body); /* 1..20 of GS1's character set 82 */
uint32_t body_date(struct body *body); /* YYMMDD; day 00 allowed */
uint64_t body_code(struct body *body, uint64_t least, uint64_t most);
struct span body_bytes(struct body *body, size_t size);
/* One byte string of 1..max items of that size each, strictly ascending. */
struct span body_items(struct body *body, size_t size, size_t max);
/* true only: a flag that is false is left out. */
bool body_flag(struct body *body);

/* A number as a GTIN: up to 14 digits, right check digit, not zero. */
bool gtin_is_number(uint64_t number);
bool lot_text_is_valid(struct span text);
/* YYMMDD with month 1..12 and day 00 or one the month has (29 February in leap years of 20YY). */
bool yymmdd_is_valid(uint64_t date);

#endif
