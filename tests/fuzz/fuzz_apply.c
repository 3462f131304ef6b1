/* Statements about packs, drawn from the input's bytes and applied to a small state: no error, the
 * dry judgement is the real one, and what is refused writes nothing (asserted in rules_world.h). */
#include "tests/unit/rules_random.h"

#include <stdlib.h>

#define STEPS_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices choices = {.data = span_of(data, size), .is_fuzz = true};
	struct random_room room = {0};
	struct world world;
	if (!world_open(&world))
		abort();
	for (size_t i = 0; i < STEPS_MAX && choices_left(&choices); i++)
		if (!say_random(&world, &choices, &room))
			abort();
	world_close(&world);
	return 0;
}
