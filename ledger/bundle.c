#include "ledger/bundle.h"

#include "ledger/base/cbor.h"

#include <stdlib.h>

#define MAGIC      "assay-bundle/1\n"
#define MAGIC_SIZE (sizeof MAGIC - 1)
#define HEAD_SIZE  (MAGIC_SIZE + PASSWORD_SALT + AEAD_NONCE)
#define STEPS_MAX  3

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

bool bundle_name_is_valid(struct span name)
{
	size_t steps = 1;
	bool begins = true;
	if (!name.size || name.size > BUNDLE_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.at[i];
		bool divides = c == '/';
		if (divides ? begins : !is_plain(c) || (begins && c == '.'))
			return false;
		steps += divides;
		begins = divides;
	}
	return !begins && steps <= STEPS_MAX;
}

void bundle_list_encode(const struct bundle_file *files, size_t count, struct buf *list)
{
	cbor_put_array(list, count);
	for (size_t i = 0; i < count; i++) {
		cbor_put_array(list, 2);
		cbor_put_text(list, files[i].name);
		cbor_put_bytes(list, files[i].bytes);
	}
}

static void take_files(struct cbor *cbor, struct bundle_file *files, size_t count)
{
	for (size_t i = 0; i < count && !cbor->fault.err; i++) {
		if (cbor_array(cbor, 2) != 2)
			cbor_fail(cbor, ERR_FORMAT, "a file is a pair: name and bytes");
		files[i].name = cbor_text(cbor);
		files[i].bytes = cbor_bytes(cbor);
		if (!cbor->fault.err && !bundle_name_is_valid(files[i].name))
			cbor_fail(cbor, ERR_FORMAT, "no name of a file inside a folder");
		if (i && !cbor->fault.err && span_order(files[i - 1].name, files[i].name) >= 0)
			cbor_fail(cbor, ERR_FORMAT, "files are not ascending by name");
	}
}

enum err bundle_list_decode(
	struct span list, struct bundle_file **files, size_t *count, struct fault *fault)
{
	struct cbor cbor;
	cbor_init(&cbor, list);
	size_t there = cbor_array(&cbor, BUNDLE_FILES_MAX);
	struct bundle_file *read = calloc(there + 1, sizeof *read);
	if (!read)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a bundle");
	take_files(&cbor, read, there);
	enum err err = cbor_end(&cbor, fault);
	if (err) {
		free(read);
		return err;
	}
	*files = read;
	*count = there;
	return OK;
}

enum err bundle_seal(struct span list, struct span passphrase, struct buf *out, struct fault *fault)
{
	uint8_t head[HEAD_SIZE];
	uint8_t key[AEAD_KEY];
	uint8_t *salt = head + MAGIC_SIZE;
	uint8_t *nonce = salt + PASSWORD_SALT;
	memcpy(head, MAGIC, MAGIC_SIZE);
	random_fill(salt, PASSWORD_SALT + AEAD_NONCE);
	uint8_t *sealed = malloc(list.size + AEAD_EXTRA);
	if (!sealed || password_key(passphrase, salt, key)) {
		free(sealed);
		return fault_set(fault, ERR_MEMORY, 0, 0,
			"a passphrase needs 256 MiB of memory for a moment");
	}
	aead_seal(key, nonce, list, span_of(head, MAGIC_SIZE), sealed);
	secret_wipe(key, sizeof key);
	buf_put(out, span_of(head, sizeof head));
	buf_put(out, span_of(sealed, list.size + AEAD_EXTRA));
	free(sealed);
	return out->err ? fault_set(fault, out->err, 0, 0, "the bundle is too large") : OK;
}

enum err bundle_open(
	struct span bundle, struct span passphrase, struct buf *list, struct fault *fault)
{
	uint8_t key[AEAD_KEY];
	if (bundle.size < HEAD_SIZE + AEAD_EXTRA || memcmp(bundle.at, MAGIC, MAGIC_SIZE) != 0)
		return fault_set(fault, ERR_VERSION, 0, 0, "this is no bundle of version 1");
	const uint8_t *salt = bundle.at + MAGIC_SIZE;
	struct span sealed = span_cut(bundle, HEAD_SIZE, bundle.size);
	uint8_t *opened = malloc(sealed.size);
	if (!opened || password_key(passphrase, salt, key)) {
		free(opened);
		return fault_set(fault, ERR_MEMORY, 0, 0,
			"a passphrase needs 256 MiB of memory for a moment");
	}
	enum err err = aead_open(
		key, salt + PASSWORD_SALT, sealed, span_cut(bundle, 0, MAGIC_SIZE), opened);
	secret_wipe(key, sizeof key);
	if (!err)
		buf_put(list, span_of(opened, sealed.size - AEAD_EXTRA));
	secret_wipe(opened, sealed.size);
	free(opened);
	if (err)
		return fault_set(fault, ERR_REFUSED, 0, 0,
			"the passphrase does not open it, or it was changed");
	return list->err ? fault_set(fault, list->err, 0, 0, "out of memory for a bundle") : OK;
}
