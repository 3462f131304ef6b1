/* Writes documents in any form, event by event, into a buffer that the caller may empty between two
 * calls:
 *
 *	epcis_writer_begin(&writer, EPCIS_JSON_LD, epcis_reader_head(reader), out, fault)
 *	epcis_writer_event(&writer, event, out, fault)     for each
 *	epcis_writer_end(&writer, out, fault)
 *
 * What one form has no place for is never dropped silently: an event that cannot be carried whole
 * is refused with the field's name, and epcis_head_loss tells it of a head. */
#ifndef GS1_EPCIS_WRITE_H
#define GS1_EPCIS_WRITE_H

#include "gs1/epcis/event.h"
#include "ledger/base/buf.h"

struct epcis_writer {
	enum epcis_form form;
	struct epcis_head head;
	size_t count; /* events written */
};

/* A head made by hand: an EPCISDocument of that time. room: CIVIL_TIME_SIZE bytes, used as long as
 * the head. */
struct epcis_head epcis_head_made(int64_t creation_date_ms, char *room);

/* What the form has no place for in this head: a sentence, or NULL if it carries all. */
const char *epcis_head_loss(enum epcis_form form, const struct epcis_head *head);

/* Writes all up to the first event. head: used until the writer ends; a document without a creation
 * date is refused, as the forms demand one. EPCIS_WITHOUT_DOCUMENT: one event is written alone.
 * Errors: ERR_RANGE names what cannot be written; the buffer's. What was put is taken back. */
MUST_CHECK enum err epcis_writer_begin(struct epcis_writer *writer, enum epcis_form form,
	const struct epcis_head *head, struct buf *out, struct fault *fault);
MUST_CHECK enum err epcis_writer_event(struct epcis_writer *writer, const struct epcis_event *event,
	struct buf *out, struct fault *fault);
MUST_CHECK enum err epcis_writer_end(
	struct epcis_writer *writer, struct buf *out, struct fault *fault);

#endif
