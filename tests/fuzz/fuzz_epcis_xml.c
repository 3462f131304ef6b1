/* EPCIS XML, 1.2 and 2.0: what is read survives every form (epcis_round.h). */
#include "tests/fuzz/epcis_round.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return round_trip(data, size);
}
