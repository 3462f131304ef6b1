#include "ledger/store/outcomes.h"

#include "ledger/proof/cbor.h"

#define FIELDS 6

bool outcome_is_plain(const struct outcome *outcome)
{
	return !outcome->code && !outcome->alert && !outcome->element && !outcome->a && !outcome->b;
}

bool outcome_equal(const struct outcome *a, const struct outcome *b)
{
	return a->code == b->code && a->alert == b->alert && a->element == b->element &&
	       a->a == b->a && a->b == b->b;
}

void outcomes_put(const struct outcome *outcomes, size_t count, struct buf *buf)
{
	size_t named = 0;
	for (size_t i = 0; i < count; i++)
		named += !outcome_is_plain(&outcomes[i]);
	cbor_put_array(buf, named);
	for (size_t i = 0; i < count; i++) {
		const struct outcome *outcome = &outcomes[i];
		if (outcome_is_plain(outcome))
			continue;
		cbor_put_array(buf, FIELDS);
		cbor_put_uint(buf, i);
		cbor_put_uint(buf, outcome->code);
		cbor_put_uint(buf, outcome->alert);
		cbor_put_uint(buf, outcome->element);
		cbor_put_int(buf, outcome->a);
		cbor_put_int(buf, outcome->b);
	}
}

enum err outcomes_take(
	struct span stored, struct outcome *outcomes, size_t count, struct fault *fault)
{
	struct cbor cbor;
	size_t next = 1;
	for (size_t i = 0; i < count; i++)
		outcomes[i] = (struct outcome){0};
	cbor_init(&cbor, stored);
	for (size_t left = cbor_array(&cbor, count); left > 0 && !cbor.fault.err; left--) {
		struct outcome outcome;
		if (cbor_array(&cbor, FIELDS) != FIELDS)
			cbor_fail(&cbor, ERR_FORMAT, "an outcome has six fields");
		size_t index = (size_t)cbor_uint_max(&cbor, count - 1);
		outcome.code = (uint16_t)cbor_uint_max(&cbor, UINT16_MAX);
		outcome.alert = (uint16_t)cbor_uint_max(&cbor, UINT16_MAX);
		outcome.element = (uint32_t)cbor_uint_max(&cbor, UINT32_MAX);
		outcome.a = cbor_int(&cbor);
		outcome.b = cbor_int(&cbor);
		if (!cbor.fault.err && (index < next || outcome_is_plain(&outcome)))
			cbor_fail(&cbor, ERR_FORMAT, "outcomes are out of order");
		if (cbor.fault.err)
			break;
		outcomes[index] = outcome;
		next = index + 1;
	}
	return cbor_end(&cbor, fault);
}
