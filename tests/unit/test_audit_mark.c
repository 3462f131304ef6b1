#include "tests/tap.h"

#include "ledger/audit_mark.h"

TEST(a_mark_is_read_as_it_was_printed_and_in_no_other_way)
{
	struct audit_mark mark = {.origin = "trial.example/00", .height = 7, .size = 1234}, read;
	uint8_t memory[AUDIT_MARK_SIZE_MAX];
	struct buf buf;
	struct fault fault;
	memset(mark.root, 0xab, sizeof mark.root);
	buf_over(&buf, memory, sizeof memory);
	audit_mark_print(&mark, &buf);
	NEED(!buf.err && audit_mark_parse(buf_span(&buf), &read, &fault) == OK);
	CHECK(memcmp(&read, &mark, sizeof mark) == 0);
	for (size_t at = 0; at < buf.size; at++) {
		memory[at] ^= 1;
		CHECK_ROW(audit_mark_parse(buf_span(&buf), &read, &fault) != OK, "byte %zu", at);
		memory[at] ^= 1;
		CHECK(audit_mark_parse(span_of(memory, at), &read, &fault) != OK);
	}
}

TAP_MAIN(CASE(a_mark_is_read_as_it_was_printed_and_in_no_other_way))
