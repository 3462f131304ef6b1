/* A verdict as an appliance answers a station: what is taken fits its room, ends, has a colour, and
 * shows nothing that a terminal would obey. */
#include "appliance/cli/station_bench.h"
#include "ledger/base/utf8.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge_text(const char *text, size_t room)
{
	assert(memchr(text, 0, room));
	assert(utf8_valid_size(span_text(text)) == strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct station_bench self = {0};
	struct bench bench = station_bench(&self);
	struct bench_verdict verdict = {0};
	struct fault fault = {0};
	if (bench.read(bench.self, span_of(data, size), &verdict, &fault)) {
		assert(fault.text[0]);
		return 0;
	}
	judge_text(verdict.word, sizeof verdict.word);
	judge_text(verdict.sentence, sizeof verdict.sentence);
	judge_text(verdict.product, sizeof verdict.product);
	assert(verdict.word[0]);
	return 0;
}
