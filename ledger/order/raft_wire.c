#include "ledger/order/raft_wire.h"

#include "ledger/base/cbor.h"
#include "ledger/order/raft_judge.h"

#define VERSION 1
#define HEAD    5

static size_t parts_of(enum raft_mail_kind kind)
{
	switch (kind) {
	case RAFT_MAIL_APPEND:
	case RAFT_MAIL_ASK_VOTE: return HEAD + 4;
	case RAFT_MAIL_APPENDED:
	case RAFT_MAIL_VOTE:
	case RAFT_MAIL_TAKE_OVER: return HEAD + 2;
	}
	return 0;
}

static void put_rows(const struct raft_mail *mail, struct buf *buf)
{
	cbor_put_array(buf, mail->append.count);
	for (size_t i = 0; i < mail->append.count; i++) {
		cbor_put_array(buf, 3);
		cbor_put_uint(buf, mail->append.rows[i].term);
		cbor_put_uint(buf, (uint64_t)mail->append.rows[i].kind);
		cbor_put_bytes(buf, mail->append.rows[i].body);
	}
}

void raft_wire_put(const struct raft_mail *mail, struct buf *buf)
{
	cbor_put_array(buf, parts_of(mail->kind));
	cbor_put_uint(buf, VERSION);
	cbor_put_uint(buf, (uint64_t)mail->kind);
	cbor_put_uint(buf, mail->from);
	cbor_put_uint(buf, mail->to);
	cbor_put_uint(buf, mail->term);
	switch (mail->kind) {
	case RAFT_MAIL_APPEND:
		cbor_put_uint(buf, mail->append.prev);
		cbor_put_uint(buf, mail->append.prev_term);
		cbor_put_uint(buf, mail->append.commit);
		put_rows(mail, buf);
		return;
	case RAFT_MAIL_APPENDED:
		cbor_put_uint(buf, mail->appended.rejected);
		cbor_put_uint(buf, mail->appended.last);
		return;
	case RAFT_MAIL_ASK_VOTE:
		cbor_put_uint(buf, mail->ask_vote.last);
		cbor_put_uint(buf, mail->ask_vote.last_term);
		cbor_put_bool(buf, mail->ask_vote.is_sent_by_leader);
		cbor_put_bool(buf, mail->ask_vote.is_pre);
		return;
	case RAFT_MAIL_VOTE:
		cbor_put_bool(buf, mail->vote.is_granted);
		cbor_put_bool(buf, mail->vote.is_pre);
		return;
	case RAFT_MAIL_TAKE_OVER:
		cbor_put_uint(buf, mail->take_over.last);
		cbor_put_uint(buf, mail->take_over.last_term);
		return;
	}
}

static void take_rows(struct cbor *cbor, struct raft_row *rows, struct raft_mail *mail)
{
	size_t count = cbor_array(cbor, RAFT_ROWS_MAX);
	for (size_t i = 0; i < count && !cbor->fault.err; i++) {
		if (cbor_array(cbor, 3) != 3)
			cbor_fail(cbor, ERR_FORMAT, "a row is term, kind and body");
		rows[i].term = cbor_uint_max(cbor, RAFT_TERM_MAX);
		rows[i].kind = (enum raft_row_kind)cbor_uint_max(cbor, RAFT_ROW_CHANGE);
		rows[i].body = cbor_bytes(cbor);
	}
	mail->append.rows = rows;
	mail->append.count = count;
}

static void take_parts(struct cbor *cbor, struct raft_row *rows, struct raft_mail *mail)
{
	switch (mail->kind) {
	case RAFT_MAIL_APPEND:
		mail->append.prev = cbor_uint_max(cbor, RAFT_INDEX_MAX);
		mail->append.prev_term = cbor_uint_max(cbor, RAFT_TERM_MAX);
		mail->append.commit = cbor_uint_max(cbor, RAFT_INDEX_MAX);
		take_rows(cbor, rows, mail);
		return;
	case RAFT_MAIL_APPENDED:
		mail->appended.rejected = cbor_uint_max(cbor, RAFT_INDEX_MAX);
		mail->appended.last = cbor_uint_max(cbor, RAFT_INDEX_MAX);
		return;
	case RAFT_MAIL_ASK_VOTE:
		mail->ask_vote.last = cbor_uint_max(cbor, RAFT_INDEX_MAX);
		mail->ask_vote.last_term = cbor_uint_max(cbor, RAFT_TERM_MAX);
		mail->ask_vote.is_sent_by_leader = cbor_bool(cbor);
		mail->ask_vote.is_pre = cbor_bool(cbor);
		return;
	case RAFT_MAIL_VOTE:
		mail->vote.is_granted = cbor_bool(cbor);
		mail->vote.is_pre = cbor_bool(cbor);
		return;
	case RAFT_MAIL_TAKE_OVER:
		mail->take_over.last = cbor_uint_max(cbor, RAFT_INDEX_MAX);
		mail->take_over.last_term = cbor_uint_max(cbor, RAFT_TERM_MAX);
		return;
	}
	cbor_fail(cbor, ERR_FORMAT, "unknown kind of message");
}

enum err raft_wire_take(struct span bytes, uint64_t from, uint64_t to, struct raft_row *rows,
	struct raft_mail *out, struct fault *fault)
{
	struct raft_mail mail = {0};
	struct cbor cbor;
	if (bytes.size > RAFT_WIRE_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, RAFT_WIRE_SIZE_MAX,
			bytes.size - RAFT_WIRE_SIZE_MAX, "voter's message: longer than %d bytes",
			RAFT_WIRE_SIZE_MAX);
	cbor_init(&cbor, bytes);
	size_t parts = cbor_array(&cbor, HEAD + 4);
	if (cbor_uint(&cbor) != VERSION)
		cbor_fail(&cbor, ERR_VERSION, "version of a voter's message");
	mail.kind = (enum raft_mail_kind)cbor_uint_max(&cbor, RAFT_MAIL_TAKE_OVER);
	if (parts != parts_of(mail.kind))
		cbor_fail(&cbor, ERR_FORMAT, "kind and number of parts of a voter's message");
	mail.from = cbor_uint(&cbor);
	if (mail.from != from)
		cbor_fail(&cbor, ERR_DENIED, "the sender is another");
	mail.to = cbor_uint(&cbor);
	if (mail.to != to)
		cbor_fail(&cbor, ERR_DENIED, "the receiver is another");
	mail.term = cbor_uint_max(&cbor, RAFT_TERM_MAX);
	take_parts(&cbor, rows, &mail);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		err = raft_judge_mail(&mail, fault);
	if (!err)
		*out = mail;
	return err;
}
