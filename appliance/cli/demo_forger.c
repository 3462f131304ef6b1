/* A supply by somebody who never saw the pack. The forger has a station's key that is in force, and
 * the pack's key K, which stands on the ledger for every member to see; what is missing is the
 * opener, which only the printed code gives. */
#include "appliance/cli/demo.h"

#include "appliance/rules/kinds.h"
#include "ledger/enrolment.h"
#include "ledger/proof/signer.h"

#include <stdio.h>

#define BUNDLE_NEAR  16 /* positions behind the lot's opening that are looked at */
#define NOT_AFTER_MS 3600000LL

/* A key of the lot's packs, from its commissioning on the ledger. */
static bool find_key(struct demo *demo, uint8_t key[KEY_SIZE])
{
	struct fault fault = {0};
	for (uint64_t i = 1; i <= BUNDLE_NEAR; i++) {
		char path[64];
		struct buf bytes;
		struct statement statement;
		struct commission_body body;
		bool found = false;
		(void)snprintf(path, sizeof path, "/statement/%llu",
			(unsigned long long)(demo->lot_at + i));
		buf_init(&bytes, STATEMENT_SIZE_MAX);
		if (!demo_fetch(demo, "hospital", path, &bytes)) {
			buf_close(&bytes);
			return false;
		}
		if (!statement_decode(buf_span(&bytes), SIGNED_STATEMENT, &statement, &fault) &&
			statement.kind == KIND_COMMISSION &&
			!commission_decode(statement.body, &body, &fault) && body.keys.size) {
			memcpy(key, body.keys.at, KEY_SIZE);
			found = true;
		}
		buf_close(&bytes);
		if (found) {
			demo_note(demo, "pack", "a key K from position %llu",
				(unsigned long long)(demo->lot_at + i));
			return true;
		}
	}
	(void)fault_set(&fault, ERR_NOT_FOUND, 0, 0, "no commissioning near the lot's opening");
	return demo_ok(demo, fault.err, &fault);
}

/* A supply that names the pack by K, rightly signed by the station. */
static enum err put_supply(const struct demo *demo, const struct enrolment *station,
	const uint8_t key[KEY_SIZE], struct buf *out, struct fault *fault)
{
	const struct kind *kind = kind_find(KIND_SUPPLY);
	uint8_t memory[512];
	uint8_t element[128];
	uint8_t secret[SECRET_SIZE];
	uint8_t public[SIGN_PUBLIC];
	uint8_t kid[KID_SIZE];
	uint8_t *private = secret_new(SIGN_SECRET);
	struct buf body;
	struct buf items;
	if (!private)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no locked memory for a key");
	sign_keys(station->seed, public, private);
	cose_kid(public, kid);
	env_random(&demo->env, secret, sizeof secret);
	buf_over(&body, memory, sizeof memory);
	buf_over(&items, element, sizeof element);
	element_put(&items, key, secret, 0);
	union kind_body said = {
		.change = {
			.gtin = strtoull(demo->goods.gtin, NULL, 10),
			.lot = span_text(demo->goods.lot),
			.elements = {.items = buf_span(&items), .count = 1, .by_key = true},
		}};
	kind->encode(&said, &body);
	struct statement statement = {
		.envelope = {.type = SIGNED_STATEMENT,
			.kid = span_of(kid, sizeof kid),
			.issuer = span_text(station->issuer),
			.subject = span_text(kind->word),
			.origin = span_text(station->origin)},
		.kind = kind->number,
		.sequence = 1, /* what is refused uses up no number */
		.not_after_ms = env_now_ms(&demo->env) + NOT_AFTER_MS,
		.body = buf_span(&body),
	};
	struct signer signer = signer_local(private);
	enum err err = statement_encode(&statement, &signer, out, fault);
	secret_free(private);
	return err;
}

void demo_forge(struct demo *demo)
{
	char path[DEMO_PATH_SIZE];
	uint8_t key[KEY_SIZE];
	struct fault fault = {0};
	struct buf statement;
	struct enrolment *station = secret_new(sizeof *station);
	buf_init(&statement, STATEMENT_SIZE_MAX);
	enum err err = station ? demo_enrol(demo, "forger", path) : ERR_MEMORY;
	fault = demo->cli->fault;
	if (!err)
		err = enrolment_load(station, path, &fault);
	if (demo_ok(demo, err, &fault) && find_key(demo, key)) {
		err = put_supply(demo, station, key, &statement, &fault);
		if (demo_ok(demo, err, &fault))
			demo_post_refused(demo, "warehouse", "/api/v1/statements",
				"application/cose", buf_span(&statement), "not_in_hand");
	}
	buf_close(&statement);
	secret_free(station);
}
