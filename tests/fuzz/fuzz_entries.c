/* A page of entries.db: what is found of a tag is what stands there, in order, and a page that is
 * taken is in ascending order. The first 8 bytes are the tag that is looked for. */
#include "ledger/store/entries.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t number_at(const uint8_t *at, size_t size)
{
	uint64_t number = 0;
	while (size--)
		number = number << 8 | *at++;
	return number;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct candidates found = {0};
	struct fault fault = {0};
	size_t k = 0;
	if (size < 8)
		return 0;
	uint64_t tag = number_at(data, 8);
	struct span page = span_of(data + 8, size - 8);
	if (entries_page_find(page, tag, &found, &fault)) {
		assert(fault.text[0]);
		return 0;
	}
	for (size_t at = 0; at < page.size; at += ENTRIES_RECORD) {
		uint64_t here = number_at(page.at + at, 8);
		assert(!at || number_at(page.at + at - ENTRIES_RECORD, 8) <= here);
		if (here == tag && k < ENTRIES_CANDIDATES)
			assert(found.position[k++] == number_at(page.at + at + 8, 5));
	}
	assert(k == found.count);
	return 0;
}
