#include "ledger/keyfile.h"

#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <assert.h>

#define SEALED_SIZE (32 + AEAD_EXTRA)
#define CHECK_SIZE  8

static size_t secret_size(enum key_purpose purpose)
{
	return key_purpose_is_x25519(purpose) ? BOX_SECRET : SIGN_SECRET;
}

enum err keyfile_make(struct keyfile *key, enum key_purpose purpose, const char *party,
	const uint8_t *tenant, int64_t now_ms, struct fault *fault)
{
	struct keyfile made = {.purpose = purpose, .created_ms = now_ms};
	if (!name_is_valid(span_text(party)))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"\"%s\" cannot be a party's name: 1 to 63 of a-z, 0-9, dot and hyphen",
			party);
	made.secret = secret_new(secret_size(purpose));
	if (!made.secret)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no locked memory for a key");
	memcpy(made.party, party, strlen(party) + 1);
	made.has_tenant = tenant != NULL;
	if (tenant)
		memcpy(made.tenant, tenant, UNIT_ID_SIZE);
	if (key_purpose_is_x25519(purpose)) {
		box_keys(made.public, made.secret);
	} else {
		uint8_t seed[SIGN_SEED];
		random_fill(seed, sizeof seed);
		sign_keys(seed, made.public, made.secret);
		secret_wipe(seed, sizeof seed);
	}
	key_purpose_kid(purpose, made.public, made.kid);
	*key = made;
	return OK;
}

void keyfile_close(struct keyfile *key)
{
	if (key->secret)
		secret_free(key->secret);
	*key = (struct keyfile){0};
}

static void put_hex(struct buf *buf, const char *word, const uint8_t *bytes, size_t size)
{
	char digits[2 * 64 + 1];
	assert(size <= 64);
	hex_print(span_of(bytes, size), digits);
	buf_printf(buf, "%s %s\n", word, digits);
	secret_wipe(digits, sizeof digits);
}

/* Seals the first 32 bytes of the secret: an Ed25519 secret begins with its seed. */
static enum err put_sealed(
	const struct keyfile *key, struct span password, struct buf *buf, struct fault *fault)
{
	uint8_t salt[PASSWORD_SALT];
	uint8_t nonce[AEAD_NONCE];
	uint8_t with[AEAD_KEY];
	uint8_t sealed[SEALED_SIZE];
	char digits[2 * SEALED_SIZE + 1];
	random_fill(salt, sizeof salt);
	random_fill(nonce, sizeof nonce);
	if (password_key(password, salt, with))
		return fault_set(fault, ERR_MEMORY, 0, 0,
			"a key under a password needs 256 MiB of memory for a moment");
	aead_seal(with, nonce, span_of(key->secret, 32), buf_span(buf), sealed);
	secret_wipe(with, sizeof with);
	hex_print(span_of(salt, sizeof salt), digits);
	buf_printf(buf, "sealed %s ", digits);
	hex_print(span_of(nonce, sizeof nonce), digits);
	buf_printf(buf, "%s ", digits);
	hex_print(span_of(sealed, sizeof sealed), digits);
	buf_printf(buf, "%s\n", digits);
	return OK;
}

enum err keyfile_print(
	const struct keyfile *key, struct span password, struct buf *buf, struct fault *fault)
{
	char time[CIVIL_TIME_SIZE];
	uint8_t hash[HASH_SIZE];
	assert(key->secret && !buf->size);
	civil_print_time(key->created_ms, time);
	buf_printf(buf, "assay-key 1\npurpose %s\nparty %s\n", key_purpose_word(key->purpose),
		key->party);
	if (key->has_tenant)
		put_hex(buf, "tenant", key->tenant, sizeof key->tenant);
	buf_printf(buf, "created %s\n", time);
	put_hex(buf, "kid", key->kid, sizeof key->kid);
	put_hex(buf, "public", key->public, sizeof key->public);
	if (password.size) {
		enum err err = put_sealed(key, password, buf, fault);
		if (err)
			return err;
	} else {
		put_hex(buf, "secret", key->secret, 32);
	}
	hash_sha256(buf_span(buf), hash);
	put_hex(buf, "check", hash, CHECK_SIZE);
	return buf->err ? fault_set(fault, buf->err, 0, 0, "the key file's text does not fit") : OK;
}

/* A cursor over lines `word value`. */
struct lines {
	struct span text;
	size_t at; /* start of the line that is next */
	struct fault *fault;
};

static enum err damaged(const struct lines *lines, const char *why)
{
	return fault_set(lines->fault, ERR_CORRUPT, lines->at, 0,
		"the key file was changed or cut: %s (byte %zu)", why, lines->at);
}

/* Takes the next line's value when its word is this one; otherwise nothing is taken. */
static bool line_take(struct lines *lines, const char *word, struct span *value)
{
	struct span rest = span_cut(lines->text, lines->at, lines->text.size);
	const uint8_t *end = rest.size ? memchr(rest.at, '\n', rest.size) : NULL;
	size_t size = strlen(word);
	if (!end)
		return false;
	struct span line = span_of(rest.at, (size_t)(end - rest.at));
	if (line.size <= size || memcmp(line.at, word, size) != 0 || line.at[size] != ' ')
		return false;
	*value = span_cut(line, size + 1, line.size);
	lines->at += line.size + 1;
	return true;
}

static bool line_hex(struct lines *lines, const char *word, uint8_t *out, size_t size)
{
	struct span value;
	size_t start = lines->at;
	if (line_take(lines, word, &value) && !hex_parse(value, out, size, NULL))
		return true;
	lines->at = start;
	return false;
}

/* The last line is looked at first: only a whole and unchanged file is believed. */
static enum err judge_check(struct lines *lines)
{
	uint8_t hash[HASH_SIZE];
	uint8_t check[CHECK_SIZE];
	size_t size = strlen("check ") + (size_t)2 * CHECK_SIZE + 1;
	if (lines->text.size < size)
		return damaged(lines, "it is too short");
	struct lines last = {lines->text, lines->text.size - size, lines->fault};
	hash_sha256(span_of(lines->text.at, last.at), hash);
	if (!line_hex(&last, "check", check, sizeof check) || last.at != lines->text.size)
		return damaged(&last, "no line check at its end");
	if (memcmp(check, hash, sizeof check) != 0)
		return damaged(&last, "the check does not fit the text");
	lines->text = span_cut(lines->text, 0, lines->text.size - size);
	return OK;
}

static enum err parse_head(struct lines *lines, struct keyfile *key)
{
	struct span value;
	if (!line_take(lines, "assay-key", &value))
		return fault_set(lines->fault, ERR_VERSION, 0, 0, "this is no key file");
	if (!span_is(value, "1"))
		return fault_set(lines->fault, ERR_VERSION, 0, 0,
			"the key file has version %.*s; this program knows version 1",
			(int)(value.size < 20 ? value.size : 20), (const char *)value.at);
	enum err err = judge_check(lines);
	if (err)
		return err;
	if (!line_take(lines, "purpose", &value) || key_purpose_parse(value, &key->purpose, NULL))
		return damaged(lines, "no line purpose");
	if (!line_take(lines, "party", &value) || !name_is_valid(value))
		return damaged(lines, "no line party");
	memcpy(key->party, value.at, value.size);
	key->has_tenant = line_hex(lines, "tenant", key->tenant, sizeof key->tenant);
	if (!line_take(lines, "created", &value) ||
		civil_parse_time(value, &key->created_ms, NULL, NULL))
		return damaged(lines, "no line created");
	if (!line_hex(lines, "kid", key->kid, sizeof key->kid))
		return damaged(lines, "no line kid");
	if (!line_hex(lines, "public", key->public, sizeof key->public))
		return damaged(lines, "no line public");
	return OK;
}

/* Opens `<salt> <nonce> <sealed>` into key->secret. */
static enum err parse_sealed(
	struct lines *lines, struct span value, struct span password, struct keyfile *key)
{
	uint8_t salt[PASSWORD_SALT];
	uint8_t nonce[AEAD_NONCE];
	uint8_t sealed[SEALED_SIZE];
	uint8_t with[AEAD_KEY];
	size_t start = lines->at - value.size - strlen("sealed ") - 1;
	size_t nonce_at = 2 * PASSWORD_SALT + 1;
	size_t sealed_at = nonce_at + (size_t)2 * AEAD_NONCE + 1;
	key->is_sealed = true;
	if (value.size < sealed_at || value.at[nonce_at - 1] != ' ' ||
		value.at[sealed_at - 1] != ' ' ||
		hex_parse(span_cut(value, 0, nonce_at - 1), salt, sizeof salt, NULL) ||
		hex_parse(span_cut(value, nonce_at, sealed_at - 1), nonce, sizeof nonce, NULL) ||
		hex_parse(span_cut(value, sealed_at, value.size), sealed, sizeof sealed, NULL))
		return damaged(lines, "the line sealed is not well formed");
	if (!password.size)
		return OK;
	key->secret = secret_new(secret_size(key->purpose));
	if (!key->secret || password_key(password, salt, with))
		return fault_set(lines->fault, ERR_MEMORY, 0, 0, "no memory to open the key");
	enum err err = aead_open(with, nonce, span_of(sealed, sizeof sealed),
		span_of(lines->text.at, start), key->secret);
	secret_wipe(with, sizeof with);
	if (err)
		return fault_set(
			lines->fault, ERR_REFUSED, 0, 0, "the password does not open the key");
	key->is_sealed = false;
	return OK;
}

static enum err parse_secret(struct lines *lines, struct span password, struct keyfile *key)
{
	struct span value;
	if (line_take(lines, "sealed", &value))
		return parse_sealed(lines, value, password, key);
	key->secret = secret_new(secret_size(key->purpose));
	if (!key->secret)
		return fault_set(lines->fault, ERR_MEMORY, 0, 0, "no locked memory for a key");
	if (!line_hex(lines, "secret", key->secret, 32))
		return damaged(lines, "no line secret");
	return OK;
}

/* An Ed25519 key is made again from its seed; of an X25519 pair, one half opens what the other
 * sealed. */
static bool pair_fits(struct keyfile *key)
{
	uint8_t public[32];
	uint8_t seed[SIGN_SEED];
	uint8_t box[1 + BOX_SEAL_EXTRA];
	uint8_t back[1];
	if (key_purpose_is_x25519(key->purpose))
		return !box_put(key->public, span_of("a", 1), box) &&
		       !box_get(key->public, key->secret, span_of(box, sizeof box), back);
	memcpy(seed, key->secret, sizeof seed);
	sign_keys(seed, public, key->secret);
	secret_wipe(seed, sizeof seed);
	return !memcmp(public, key->public, sizeof public);
}

static enum err judge_pair(struct keyfile *key, struct fault *fault)
{
	uint8_t kid[KID_SIZE];
	key_purpose_kid(key->purpose, key->public, kid);
	if (memcmp(kid, key->kid, sizeof kid) != 0)
		return fault_set(
			fault, ERR_KEY, 0, 0, "kid is not the thumbprint of the public key");
	if (key->secret && !pair_fits(key))
		return fault_set(
			fault, ERR_KEY, 0, 0, "the public key does not belong to the secret one");
	return OK;
}

enum err keyfile_parse(
	struct keyfile *key, struct span text, struct span password, struct fault *fault)
{
	struct keyfile read = {0};
	struct lines lines = {text, 0, fault};
	enum err err = parse_head(&lines, &read);
	if (!err)
		err = parse_secret(&lines, password, &read);
	if (!err && lines.at != lines.text.size)
		err = damaged(&lines, "there is a line too many");
	if (!err)
		err = judge_pair(&read, fault);
	if (err) {
		keyfile_close(&read);
		return err;
	}
	*key = read;
	return OK;
}
