/* A mark that is taken prints as the very text it was read from. */
#include "ledger/audit_mark.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t memory[AUDIT_MARK_SIZE_MAX];
	struct audit_mark mark;
	struct fault fault;
	struct buf again;
	struct span text = span_of(data, size);
	if (audit_mark_parse(text, &mark, &fault))
		return 0;
	buf_over(&again, memory, sizeof memory);
	audit_mark_print(&mark, &again);
	if (again.err || !span_equal(buf_span(&again), text))
		abort();
	return 0;
}
