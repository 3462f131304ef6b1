/* Requests to the key holder: what is decoded encodes to the same bytes; and one with an
 * appliance, a station, a log and a box key answers whatever it is asked, signing only with a key
 * whose purpose may sign it. */
#include "ledger/keyholder_judge.h"
#include "ledger/keyholder_serve.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Keys whose kid is one byte repeated, so that the fuzzer can name them. */
static void hold(struct holder *holder)
{
	static const enum key_purpose purposes[] = {KEY_APPLIANCE, KEY_STATION, KEY_LOG, KEY_BOX};
	for (size_t i = 0; i < 4; i++) {
		struct held_key *key = &holder->keys.key[holder->keys.count++];
		uint8_t seed[SIGN_SEED] = {(uint8_t)i};
		key->about.purpose = purposes[i];
		memset(key->about.kid, (int)i + 1, KID_SIZE);
		key->secret = malloc(SIGN_SECRET);
		if (!key->secret)
			abort();
		sign_keys(seed, key->about.public, key->secret);
	}
}

static void judge(const struct holder *holder, const struct holder_request *request, bool done)
{
	struct fault fault;
	const struct held_key *key = held_key_find(&holder->keys, request->kid);
	if (!done)
		return;
	if (request->kind == HOLDER_CHECKPOINT)
		abort(); /* there is no floor */
	if (request->kind == HOLDER_SIGN &&
		(!key ||
			keyholder_judge(request->bytes, request->kid, key->about.purpose, &fault) ||
			/* the log key only for trees that were signed, and here is none */
			(key->about.purpose != KEY_APPLIANCE && key->about.purpose != KEY_STATION)))
		abort();
	if (request->kind == HOLDER_SIGN_HASHES && (!key || key->about.purpose != KEY_APPLIANCE))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct holder holder;
	struct holder_request request = {0};
	struct fault fault = {0};
	struct fault said;
	struct span done;
	struct buf buf;
	if (crypto_start())
		return 0;
	if (!holder.keys.count)
		hold(&holder);
	struct span in = span_of(data, size);
	buf_init(&buf, HOLDER_FRAME_MAX);
	bool decoded = holder_request_decode(in, &request, &fault) == OK;
	if (decoded) {
		holder_request_encode(&request, &buf);
		if (!span_equal(in, buf_span(&buf)))
			abort();
	}
	buf_reset(&buf);
	holder_answer(&holder, in, &buf);
	if (buf.err || holder_answer_decode(buf_span(&buf), &said, &done, &fault))
		abort();
	if (!decoded && !said.err)
		abort();
	judge(&holder, &request, !said.err);
	buf_close(&buf);
	return 0;
}
