/* Questions to `assay proof`: the first byte says which form, the rest is the line. Every line gets
 * an answer with valid and fault, exactly one of which says yes; and asked again, the same. */
#include "appliance/cli/proof_judge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t count = 0;
	while (proof_forms[count].word)
		count++;
	if (!size)
		return 0;
	const struct proof_form *form = &proof_forms[data[0] % count];
	bool was_read, again_read;
	json_t *answer = proof_answer(form, (const char *)data + 1, size - 1, &was_read);
	json_t *again = proof_answer(form, (const char *)data + 1, size - 1, &again_read);
	assert(json_is_boolean(json_object_get(answer, "valid")));
	assert(json_is_true(json_object_get(answer, "valid")) ==
		json_is_null(json_object_get(answer, "fault")));
	assert(was_read == again_read && json_equal(answer, again));
	assert(was_read || !json_is_true(json_object_get(answer, "valid")));
	json_decref(answer);
	json_decref(again);
	return 0;
}
