#include "ledger/proof/note.h"

#include "ledger/base/hex.h"
#include "ledger/base/utf8.h"

#include <assert.h>

#define DASH           "\xe2\x80\x94 " /* em dash U+2014, space */
#define KEY_ID_SIZE    4
#define KEY_ID_DIGITS  8
#define SIGNATURE_MAX  5120 /* bytes: post-quantum ones need 2,432 */
#define BASE64_KEY_MAX 4096 /* characters */

/* White_Space of Unicode; those below U+0021 are refused before. */
static bool is_space(uint32_t point)
{
	return point == 0x20 || point == 0x85 || point == 0xa0 || point == 0x1680 ||
	       (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
	       point == 0x202f || point == 0x205f || point == 0x3000;
}

static bool key_name_is_valid(struct span name)
{
	if (!name.size || name.size > NOTE_NAME_MAX)
		return false;
	while (name.size) {
		uint32_t point = 0;
		size_t size = utf8_next(name, &point);
		if (!size || point < 0x20 || point == '+' || is_space(point))
			return false;
		name = span_cut(name, size, name.size);
	}
	return true;
}

static uint32_t id_of(struct span name, uint8_t type, const uint8_t public[SIGN_PUBLIC])
{
	static const uint8_t newline = '\n';
	uint8_t digest[HASH_SIZE];
	struct sha256 hash;
	sha256_init(&hash);
	sha256_put(&hash, name);
	sha256_put(&hash, span_of(&newline, 1));
	sha256_put(&hash, span_of(&type, 1));
	sha256_put(&hash, span_of(public, SIGN_PUBLIC));
	sha256_end(&hash, digest);
	return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
	       digest[3];
}

enum err note_key_make(struct span name, enum note_type type, const uint8_t public[SIGN_PUBLIC],
	struct note_key *key, struct fault *fault)
{
	assert(type == NOTE_ED25519 || type == NOTE_COSIGNATURE);
	if (!key_name_is_valid(name))
		return fault_set(fault, ERR_FORMAT, 0, name.size,
			"a key's name has 1 to %d bytes of UTF-8 without space and '+'",
			NOTE_NAME_MAX);
	*key = (struct note_key){.name = name, .type = (uint8_t)type};
	memcpy(key->public, public, SIGN_PUBLIC);
	key->id = id_of(name, key->type, public);
	return OK;
}

static size_t find(struct span text, uint8_t c)
{
	const uint8_t *at = text.size ? memchr(text.at, c, text.size) : NULL;
	return at ? (size_t)(at - text.at) : text.size;
}

enum err note_key_parse(struct span text, struct note_key *key, struct fault *fault)
{
	size_t name_size = find(text, '+');
	struct span name = span_cut(text, 0, name_size);
	struct span id_text = span_cut(text, name_size + 1, name_size + 1 + KEY_ID_DIGITS);
	size_t key_at = name_size + 1 + KEY_ID_DIGITS;
	uint8_t id[KEY_ID_SIZE], raw[BASE64_KEY_MAX];
	size_t raw_size = 0;
	if (key_at >= text.size || text.at[key_at] != '+')
		return fault_set(fault, ERR_FORMAT, 0, text.size,
			"a verifier key is name+8 hex digits+base64");
	if (!key_name_is_valid(name))
		return fault_set(fault, ERR_FORMAT, 0, name_size,
			"a key's name has 1 to %d bytes of UTF-8 without space and '+'",
			NOTE_NAME_MAX);
	enum err err = hex_parse(id_text, id, sizeof id, fault);
	for (size_t i = 0; !err && i < id_text.size; i++)
		if (id_text.at[i] >= 'A' && id_text.at[i] <= 'F')
			err = fault_set(fault, ERR_FORMAT, i, 1, "key ID's digits are lower case");
	if (err) {
		if (fault)
			fault->at += name_size + 1;
		return err;
	}
	key_at++;
	err = base64_parse(
		span_cut(text, key_at, text.size), false, raw, sizeof raw, &raw_size, fault);
	if (err) {
		if (fault)
			fault->at += key_at;
		return err;
	}
	if (!raw_size)
		return fault_set(fault, ERR_FORMAT, key_at, 0, "the verifier key has no key");
	if (raw[0] != NOTE_ED25519 && raw[0] != NOTE_COSIGNATURE)
		return fault_set(fault, ERR_VERSION, key_at, text.size - key_at,
			"key type 0x%02x cannot be verified here; 0x01 and 0x04 can", raw[0]);
	if (raw_size != 1 + SIGN_PUBLIC)
		return fault_set(fault, ERR_FORMAT, key_at, text.size - key_at,
			"an Ed25519 key has 32 bytes, not %zu", raw_size - 1);
	uint32_t stated =
		(uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
	if (stated != id_of(name, raw[0], raw + 1))
		return fault_set(fault, ERR_KEY, name_size + 1, KEY_ID_DIGITS,
			"the key ID is not that of this name and key");
	return note_key_make(name, (enum note_type)raw[0], raw + 1, key, fault);
}

void note_key_print(const struct note_key *key, struct buf *buf)
{
	uint8_t raw[1 + SIGN_PUBLIC];
	char base64[base64_room(sizeof raw)];
	raw[0] = key->type;
	memcpy(raw + 1, key->public, SIGN_PUBLIC);
	base64_print(span_of(raw, sizeof raw), false, base64);
	buf_put(buf, key->name);
	buf_printf(buf, "+%08x+%s", key->id, base64);
}

/* UTF-8 without control characters but newline, newline at the end. */
static enum err check_text(struct span text, struct fault *fault)
{
	if (text.size > NOTE_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, NOTE_SIZE_MAX, 0, "a note has at most %zu bytes",
			NOTE_SIZE_MAX);
	size_t valid = utf8_valid_size(text);
	if (valid < text.size)
		return fault_set(fault, ERR_ENCODING, valid, 1, "the note is not UTF-8");
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] < 0x20 && text.at[i] != '\n')
			return fault_set(fault, ERR_FORMAT, i, 1,
				"a note has no control characters but newline");
	if (!text.size || text.at[text.size - 1] != '\n')
		return fault_set(
			fault, ERR_FORMAT, text.size, 0, "the note's last line has no newline");
	return OK;
}

/* One line without its newline; at is its place in the note. */
static enum err read_signature(
	struct span line, size_t at, struct note_signature *out, struct fault *fault)
{
	static const size_t dash = sizeof DASH - 1;
	uint8_t raw[SIGNATURE_MAX];
	size_t size = 0;
	if (!span_is(span_cut(line, 0, dash), DASH))
		return fault_set(fault, ERR_FORMAT, at, line.size,
			"a signature line begins with an em dash and a space");
	struct span rest = span_cut(line, dash, line.size);
	size_t name_size = find(rest, ' ');
	out->name = span_cut(rest, 0, name_size);
	out->base64 = span_cut(rest, name_size + 1, rest.size);
	if (!key_name_is_valid(out->name))
		return fault_set(fault, ERR_FORMAT, at + dash, name_size,
			"a signature line has a key's name behind the dash");
	size_t base64_at = at + dash + name_size + 1;
	if (base64_parse(out->base64, false, raw, sizeof raw, &size, NULL) || size <= KEY_ID_SIZE)
		return fault_set(fault, ERR_FORMAT, base64_at, out->base64.size,
			"a signature is base64 of key ID and signature");
	out->id = (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 | (uint32_t)raw[2] << 8 | raw[3];
	return OK;
}

enum err note_parse(struct span text, struct note *note, struct fault *fault)
{
	struct note out = {.count = 0};
	enum err err = check_text(text, fault);
	if (err)
		return err;
	size_t split = text.size;
	while (split > 1 && !(text.at[split - 1] == '\n' && text.at[split - 2] == '\n'))
		split--;
	if (split <= 1)
		return fault_set(fault, ERR_FORMAT, text.size, 0,
			"there is no empty line between the note's text and its signatures");
	out.body = span_cut(text, 0, split - 1);
	for (size_t at = split; at < text.size;) {
		struct span rest = span_cut(text, at, text.size);
		size_t size = find(rest, '\n');
		if (out.count == NOTE_SIGNATURES_MAX)
			return fault_set(fault, ERR_LIMIT, at, size,
				"a note has at most %d signatures", NOTE_SIGNATURES_MAX);
		err = read_signature(span_cut(rest, 0, size), at, &out.signature[out.count], fault);
		if (err)
			return err;
		out.count++;
		at += size + 1;
	}
	if (!out.count)
		return fault_set(fault, ERR_FORMAT, text.size, 0, "the note has no signature");
	*note = out;
	return OK;
}

static enum err verify_one(const struct note *note, const struct note_signature *signature,
	const struct note_key *key, uint64_t *time_s, struct fault *fault)
{
	uint8_t raw[SIGNATURE_MAX];
	size_t size = 0;
	if (base64_parse(signature->base64, false, raw, sizeof raw, &size, fault))
		return ERR_FORMAT;
	struct span bytes = span_of(raw + KEY_ID_SIZE, size - KEY_ID_SIZE);
	enum err err = OK;
	*time_s = 0;
	if (key->type == NOTE_COSIGNATURE)
		err = cosignature_verify(key->public, note->body, bytes, time_s, fault);
	else if (bytes.size != SIGN_SIZE || !sign_verify(key->public, note->body, bytes.at))
		err = ERR_SIGNATURE;
	if (err == ERR_MEMORY || !err)
		return err;
	return fault_set(fault, ERR_SIGNATURE, 0, 0,
		"the signature of %.*s does not verify: the whole note is refused",
		(int)(key->name.size > 100 ? 100 : key->name.size), (const char *)key->name.at);
}

enum err note_verify_key(
	const struct note *note, const struct note_key *key, uint64_t *time_s, struct fault *fault)
{
	uint64_t newest = 0;
	bool has_signed = false;
	for (size_t i = 0; i < note->count; i++) {
		const struct note_signature *signature = &note->signature[i];
		uint64_t time = 0;
		if (signature->id != key->id || !span_equal(signature->name, key->name))
			continue;
		enum err err = verify_one(note, signature, key, &time, fault);
		if (err)
			return err;
		has_signed = true;
		if (time > newest)
			newest = time;
	}
	if (!has_signed)
		return fault_set(fault, ERR_KEY, 0, 0, "%.*s has not signed the note",
			(int)(key->name.size > 100 ? 100 : key->name.size),
			(const char *)key->name.at);
	if (time_s)
		*time_s = newest;
	return OK;
}

enum err note_verify(const struct note *note, const struct note_key *keys, size_t count,
	bool *signed_by, struct fault *fault)
{
	size_t have_signed = 0;
	for (size_t i = 0; i < count; i++) {
		enum err err = note_verify_key(note, &keys[i], NULL, fault);
		if (err && err != ERR_KEY)
			return err;
		if (signed_by)
			signed_by[i] = !err;
		have_signed += !err;
	}
	if (!have_signed)
		return fault_set(
			fault, ERR_KEY, 0, 0, "none of the known keys has signed the note");
	return OK;
}

void note_signature_put(const struct note_key *key, struct span signature, struct buf *buf)
{
	uint8_t raw[KEY_ID_SIZE + COSIGNATURE_SIZE];
	char base64[base64_room(sizeof raw)];
	struct buf whole;
	assert(signature.size == (key->type == NOTE_COSIGNATURE ? COSIGNATURE_SIZE : SIGN_SIZE));
	buf_over(&whole, raw, sizeof raw);
	buf_put_be(&whole, key->id, KEY_ID_SIZE);
	buf_put(&whole, signature);
	base64_print(buf_span(&whole), false, base64);
	buf_put_text(buf, DASH);
	buf_put(buf, key->name);
	buf_printf(buf, " %s\n", base64);
}

enum err note_sign(const struct note_key *key, struct span body, uint64_t time_s,
	const struct signer *signer, struct buf *buf, struct fault *fault)
{
	uint8_t signature[COSIGNATURE_SIZE];
	size_t size = SIGN_SIZE;
	enum err err;
	if (key->type == NOTE_COSIGNATURE) {
		size = COSIGNATURE_SIZE;
		err = cosignature_make(time_s, body, signer, signature, fault);
	} else {
		err = signer->sign(signer->self, body, signature);
		if (err)
			(void)fault_set(
				fault, err, 0, 0, "could not sign the note: %s", err_text(err));
	}
	if (err)
		return err;
	note_signature_put(key, span_of(signature, size), buf);
	if (buf->err)
		return fault_set(fault, buf->err, 0, 0, "no room for the signature line");
	return OK;
}
