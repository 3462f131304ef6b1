/* Lists of bundled files: what is read encodes to the same bytes, and no name leads out of a
 * folder. */
#include "ledger/bundle.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bundle_file *files = NULL;
	struct fault fault = {0};
	struct buf out;
	size_t count = 0;
	if (bundle_list_decode(span_of(data, size), &files, &count, &fault)) {
		if (!fault.err || !fault.text[0])
			abort();
		return 0;
	}
	buf_init(&out, size + 16);
	bundle_list_encode(files, count, &out);
	if (!span_equal(span_of(data, size), buf_span(&out)))
		abort();
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k + 1 < files[i].name.size; k++)
			if (files[i].name.at[k] == '.' && files[i].name.at[k + 1] == '.' &&
				(!k || files[i].name.at[k - 1] == '/'))
				abort();
	free(files);
	buf_close(&out);
	return 0;
}
