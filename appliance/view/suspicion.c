#include "appliance/view/suspicion.h"

/* The key of a statement; of a delivery, that of the statement inside. */
static enum err signer_of(struct span bytes, uint8_t kid[KID_SIZE], struct fault *fault)
{
	struct statement statement;
	struct delivery_body delivery;
	enum signed_type type = SIGNED_STATEMENT;
	enum err err = signed_type_of(bytes, &type, fault);
	if (!err)
		err = statement_decode(bytes, type, &statement, fault);
	if (!err && statement.kind == KIND_DELIVERY) {
		err = delivery_body_decode(statement.body, &delivery, fault);
		if (!err)
			err = statement_decode(
				delivery.statement, SIGNED_STATEMENT, &statement, fault);
	}
	if (!err)
		memcpy(kid, statement.envelope.kid.at, KID_SIZE);
	return err;
}

enum err suspicion_find(struct reader *reader, const struct table *table, uint64_t position,
	int64_t time_ms, bool *is_suspect, struct fault *fault)
{
	struct buf bytes;
	uint8_t kid[KID_SIZE];
	struct key_record key;
	*is_suspect = false;
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	enum err err = reader_statement(reader, position, &bytes, fault);
	if (!err)
		err = signer_of(buf_span(&bytes), kid, fault);
	buf_close(&bytes);
	if (!err)
		err = key_find(table, kid, &key, fault);
	if (err)
		return err;
	*is_suspect = key.has_compromised && time_ms >= key.compromised_ms;
	return OK;
}
