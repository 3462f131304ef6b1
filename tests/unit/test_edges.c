/* Signatures at the edges of Ed25519, over statements of our own: they get the same answer when
 * they are submitted, audited and when state.db is made again. The public vectors judge the one
 * function that all three ask: test_ed25519. Their keys are handed in for registration here. */
#include "tests/json.h"
#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/audit.h"
#include "ledger/base/crypto_edges.h"

#include <sodium.h>

#define SHARED_LEDGER "../shared/data/ledger/"
#define KEYS_MAX      1024

enum edge {
	EDGE_NONE,
	EDGE_HIGH_S, /* S + L */
	EDGE_COFACTOR, /* right only times the cofactor */
	EDGE_SMALL_R,
	EDGE_SMALL_R_CODED, /* in another encoding */
	EDGE_OTHER_S,
	EDGE_END
};

static const char *const edge_words[] = {"none", "S not below the order", "cofactor",
	"R of small order", "R of small order in another encoding", "another S"};

struct forger {
	const struct small_signing_key *key;
	enum edge edge;
};

static void challenge(const uint8_t r_point[32], const uint8_t public[SIGN_PUBLIC],
	struct span bytes, uint8_t k[32])
{
	crypto_hash_sha512_state state;
	uint8_t hash[64];
	(void)crypto_hash_sha512_init(&state);
	(void)crypto_hash_sha512_update(&state, r_point, 32);
	(void)crypto_hash_sha512_update(&state, public, SIGN_PUBLIC);
	(void)crypto_hash_sha512_update(&state, bytes.at, bytes.size);
	(void)crypto_hash_sha512_final(&state, hash);
	crypto_core_ed25519_scalar_reduce(k, hash);
}

/* R = rB, but for the edge; S = r + ka. */
static enum err forge(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6,
		0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	static const uint8_t small_point[32] = {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f,
		0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
		0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0xfa};
	const struct forger *forger = self;
	uint8_t wide[64] = {0}, hash[64], a[32], r[32], k[32], product[32];
	uint8_t *r_point = signature, *s = signature + 32;
	(void)crypto_hash_sha512(hash, forger->key->secret, SIGN_SEED);
	hash[0] &= 248;
	hash[31] = (uint8_t)((hash[31] & 127) | 64);
	memcpy(wide, hash, 32);
	crypto_core_ed25519_scalar_reduce(a, wide);
	memset(wide, 9, sizeof wide);
	crypto_core_ed25519_scalar_reduce(r, wide);
	bool is_small = forger->edge == EDGE_SMALL_R || forger->edge == EDGE_SMALL_R_CODED;
	if (is_small) {
		memset(r, 0, sizeof r);
		memset(r_point, forger->edge == EDGE_SMALL_R ? 0 : 0xff, 32);
		r_point[0] = forger->edge == EDGE_SMALL_R ? 1 : 0xee;
		r_point[31] &= 0x7f;
	} else if (crypto_scalarmult_ed25519_base_noclamp(r_point, r)) {
		return ERR_KEY;
	}
	if (forger->edge == EDGE_COFACTOR && crypto_core_ed25519_add(r_point, r_point, small_point))
		return ERR_KEY;
	challenge(r_point, forger->key->public, bytes, k);
	crypto_core_ed25519_scalar_mul(product, k, a);
	crypto_core_ed25519_scalar_add(s, r, product);
	if (forger->edge == EDGE_HIGH_S)
		sodium_add(s, order, 32);
	if (forger->edge == EDGE_OTHER_S)
		s[0] ^= 1;
	return OK;
}

static bool forged(struct small_ledger *small, enum edge edge, struct buf *out)
{
	struct small_signing_key *key = &small->key[SMALL_APPLIANCE];
	struct forger forger = {.key = key, .edge = edge};
	struct signer signer = {.self = &forger, .sign = forge};
	uint8_t memory[64];
	struct buf body;
	buf_over(&body, memory, sizeof memory);
	small_put_body(&body, "edge", "1");
	struct statement statement = {.kind = SMALL_PUT,
		.sequence = key->sequence++,
		.not_after_ms = small->now_ms + SMALL_HOUR,
		.body = buf_span(&body)};
	statement.envelope.type = SIGNED_STATEMENT;
	statement.envelope.kid = span_of(key->kid, KID_SIZE);
	statement.envelope.issuer = span_text(SMALL_MEMBER);
	statement.envelope.subject = span_text("put");
	statement.envelope.origin = span_of(small->origin, small->origin_size);
	return statement_encode(&statement, &signer, out, NULL) == OK;
}

/* A node that looks at no signature, as a thief of the appliance's key might run it. */
static bool put_unseen(struct small_ledger *small, struct node *node, struct span bytes)
{
	static struct answer answer;
	static struct checked checked;
	struct outcome outcome;
	if (check_form(
		    span_of(small->origin, small->origin_size), bytes, &checked, &outcome, NULL) ||
		outcome.code)
		return false;
	checked.is_verified = true;
	struct node_item item = {.checked = &checked};
	return node_step(node, &item, 1, &answer, NULL) == OK && answer_is_recorded(&answer);
}

static void ask_three_ways(struct tap *tap, enum edge edge)
{
	static struct small_ledger small;
	struct node *node = small_open(&small);
	struct buf out;
	struct checked checked;
	struct outcome outcome = {0};
	struct audit_report report;
	struct fault fault = {0};
	uint8_t digest[HASH_SIZE];
	bool is_right = edge == EDGE_NONE;
	buf_init(&out, STATEMENT_SIZE_MAX);
	NEED(node && forged(&small, edge, &out));
	/* submitted */
	NEED(check_statement(node_table(node), NULL, span_of(small.origin, small.origin_size),
		     buf_span(&out), &checked, &outcome, &fault) == OK);
	CHECK_ROW(outcome.code == (is_right ? OUTCOME_ACCEPTED : OUTCOME_BAD_SIGNATURE), "%s: %u",
		edge_words[edge], outcome.code);
	NEED(put_unseen(&small, node, buf_span(&out)));
	struct node_place place;
	node_place(node, &place);
	node_free(node);
	/* audited */
	struct audit_options options = {
		.folder = small.folder, .env = &small.env, .app = &small.app};
	CHECK(audit(&options, &report, &fault) == OK);
	CHECK_ROW(report.what == (is_right ? AUDIT_NOTHING : AUDIT_SIGNATURE), "%s: %s",
		edge_words[edge], report.fault.text);
	CHECK_ROW(is_right || report.position == place.size - 1, "%s: position %llu",
		edge_words[edge], (unsigned long long)report.position);
	/* made again */
	enum err err = rebuild(&options, digest, &fault);
	CHECK_ROW(err == (is_right ? OK : ERR_CORRUPT), "%s: %s", edge_words[edge],
		err ? fault.text : "taken");
	CHECK_ROW(is_right || (strstr(fault.text, "signature") && fault.at == place.size - 1),
		"%s: %zu: %s", edge_words[edge], fault.at, fault.text);
	buf_close(&out);
	small_close(&small, NULL);
}

TEST(an_edge_gets_the_same_answer_when_submitted_audited_and_made_again)
{
	for (enum edge edge = EDGE_NONE; edge < EDGE_END; edge++)
		ask_three_ways(tap, edge);
}

/* ---- keys ---- */

static size_t gather_keys(
	const char *path, const char *member, uint8_t keys[][SIGN_PUBLIC], size_t count)
{
	json_t *file = json_read(path);
	json_t *row;
	size_t i, size;
	json_array_foreach(file, i, row)
	{
		uint8_t key[SIGN_PUBLIC];
		bool is_there = !json_hex(json_text(row, member), key, sizeof key, &size) ||
				size != sizeof key;
		for (size_t k = 0; k < count && !is_there; k++)
			is_there = !memcmp(keys[k], key, sizeof key);
		if (!is_there && count < KEYS_MAX)
			memcpy(keys[count++], key, sizeof key);
	}
	json_decref(file);
	return count;
}

TEST(keys_of_the_public_vectors_are_registered_when_they_are_keys_in_all_three_ways)
{
	static struct small_ledger small;
	static uint8_t keys[KEYS_MAX][SIGN_PUBLIC];
	static struct answer answer;
	size_t count =
		gather_keys(SHARED_LEDGER "cctv-ed25519/ed25519vectors.json", "key", keys, 0);
	count = gather_keys(SHARED_LEDGER "cctv-ed25519/ed25519vectors.2.json", "key", keys, count);
	count = gather_keys(SHARED_LEDGER "ed25519-speccheck/cases.json", "pub_key", keys, count);
	if (!count)
		SKIP("ledger/cctv-ed25519 and ledger/ed25519-speccheck are absent");
	struct node *node = small_open(&small);
	NEED(node);
	size_t taken = 0;
	for (size_t i = 0; i < count; i++) {
		struct buf out;
		buf_init(&out, STATEMENT_SIZE_MAX);
		memcpy(small.key[SMALL_EXTRA].public, keys[i], SIGN_PUBLIC);
		NEED(small_key_statement(&small, SMALL_EXTRA, KEY_STATION, &out));
		struct span bytes = buf_span(&out);
		NEED(small_step(&small, node, &bytes, 1, false, &answer, NULL) == OK);
		bool is_key = sign_public_is_valid(keys[i]);
		CHECK_ROW((answer.outcome.code == OUTCOME_ACCEPTED) == is_key, "key %zu: %u", i,
			answer.outcome.code);
		taken += is_key;
		buf_close(&out);
	}
	node_free(node);
	struct audit_options options = {
		.folder = small.folder, .env = &small.env, .app = &small.app};
	struct audit_report report;
	struct fault fault = {0};
	uint8_t digest[HASH_SIZE];
	CHECK_ROW(audit(&options, &report, &fault) == OK && report.what == AUDIT_NOTHING, "%s",
		report.fault.text);
	CHECK_ROW(rebuild(&options, digest, &fault) == OK &&
			  !memcmp(digest, report.digest, HASH_SIZE),
		"%s", fault.text);
	printf("# %zu keys, %zu taken\n", count, taken);
	CHECK(taken > 0 && taken < count);
	small_close(&small, NULL);
}

/* ---- at the start ---- */

static bool takes_all(
	const uint8_t key[SIGN_PUBLIC], struct span message, const uint8_t signature[SIGN_SIZE])
{
	(void)key, (void)message, (void)signature;
	return true;
}

static bool takes_small_keys(const uint8_t key[SIGN_PUBLIC])
{
	return sign_public_is_valid(key) || key[0] == 0xf2;
}

TEST(a_library_that_judges_an_edge_otherwise_is_noticed_at_the_start)
{
	NEED(crypto_start() == OK);
	const char *edge = crypto_edges_difference(sign_verify, sign_public_is_valid);
	CHECK_ROW(!edge, "%s", edge);
	edge = crypto_edges_difference(takes_all, sign_public_is_valid);
	CHECK(edge && strstr(edge, "S is not below"));
	edge = crypto_edges_difference(sign_verify, takes_small_keys);
	CHECK(edge && strstr(edge, "which falls out"));
}

TAP_MAIN(CASE(an_edge_gets_the_same_answer_when_submitted_audited_and_made_again),
	CASE(keys_of_the_public_vectors_are_registered_when_they_are_keys_in_all_three_ways),
	CASE(a_library_that_judges_an_edge_otherwise_is_noticed_at_the_start))
