#include "appliance/rules/movement.h"

#include "appliance/rules/kinds.h"

enum {
	MOVEMENT_CLASS = 1,
};

enum {
	ACK_ENTRIES = 1,
};

enum err movement_decode(struct span in, struct movement_body *out, struct fault *fault)
{
	struct movement_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		if (body.field == MOVEMENT_CLASS)
			read.class = (enum movement_class)body_code(&body, 1, MOVEMENT_OTHER);
		else
			body_unknown(&body);
	}
	enum err err = body_close(&body, FIELD(MOVEMENT_CLASS), fault);
	if (!err)
		*out = read;
	return err;
}

void movement_encode(const struct movement_body *body, struct buf *buf)
{
	cbor_put_map(buf, 1);
	cbor_put_uint(buf, MOVEMENT_CLASS);
	cbor_put_uint(buf, body->class);
}

enum err movement_apply(struct judging *judging, const struct movement_body *body)
{
	(void)body;
	if (!judging->applying->statement->attachment_count)
		return judging_refuse(judging, REFUSED_NO_ATTACHMENT, 0, 0, 0);
	return OK;
}

enum err attachment_ack_decode(struct span in, struct attachment_ack_body *out, struct fault *fault)
{
	struct attachment_ack_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		if (body.field != ACK_ENTRIES) {
			body_unknown(&body);
			continue;
		}
		read.entries = body_items(&body, ENTRY_SIZE, ACK_ENTRIES_MAX);
	}
	enum err err = body_close(&body, FIELD(ACK_ENTRIES), fault);
	if (!err)
		*out = read;
	return err;
}

void attachment_ack_encode(const struct attachment_ack_body *body, struct buf *buf)
{
	cbor_put_map(buf, 1);
	cbor_put_uint(buf, ACK_ENTRIES);
	cbor_put_bytes(buf, body->entries);
}

/* Accepting it is the record: no rule depends on who holds what. */
enum err attachment_ack_apply(struct judging *judging, const struct attachment_ack_body *body)
{
	(void)judging;
	(void)body;
	return OK;
}
