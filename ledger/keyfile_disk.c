#include "ledger/keyfile.h"

#include "ledger/private_file.h"

#include <stdio.h>

static bool label_is_valid(const char *label)
{
	size_t size = strlen(label);
	return size >= 1 && size <= KEYFILE_LABEL_MAX && name_is_valid(span_text(label));
}

enum err keyfile_path(const char *folder, enum key_purpose purpose, const char *party,
	const char *label, char out[KEYFILE_PATH_MAX], struct fault *fault)
{
	int size;
	if (!name_is_valid(span_text(party)))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"\"%.80s\" cannot be a party's name: 1 to 63 of a-z, 0-9, dot and hyphen",
			party);
	if (label && !label_is_valid(label))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"\"%.80s\" cannot be a key's label: 1 to 32 of a-z, 0-9, dot and hyphen",
			label);
	if (purpose == KEY_ROOT)
		size = snprintf(out, KEYFILE_PATH_MAX, "%s/root/%s%s%s.key", folder, party,
			label ? "-" : "", label ? label : "");
	else
		size = snprintf(out, KEYFILE_PATH_MAX, "%s/keys/%s/%s%s%s.key", folder, party,
			key_purpose_word(purpose), label ? "-" : "", label ? label : "");
	if (size < 0 || size >= KEYFILE_PATH_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the folder's path is too long");
	return OK;
}

/* Makes the last two folders of the path: keys and keys/<party>, or <folder> and root. */
static enum err make_folders(const char *path, struct fault *fault)
{
	char folder[KEYFILE_PATH_MAX];
	(void)snprintf(folder, sizeof folder, "%s", path);
	char *file = strrchr(folder, '/');
	if (!file)
		return OK;
	*file = 0;
	char *above = strrchr(folder, '/');
	if (above && above != folder) {
		*above = 0;
		enum err err = private_folder_make(folder, fault);
		if (err)
			return err;
		*above = '/';
	}
	return private_folder_make(folder, fault);
}

enum err keyfile_save(
	const struct keyfile *key, const char *path, struct span password, struct fault *fault)
{
	uint8_t memory[KEYFILE_SIZE_MAX];
	struct buf text;
	buf_over(&text, memory, sizeof memory);
	enum err err = keyfile_print(key, password, &text, fault);
	if (!err)
		err = make_folders(path, fault);
	if (!err)
		err = private_file_make(path, buf_span(&text), fault);
	secret_wipe(memory, sizeof memory);
	return err;
}

enum err keyfile_load(
	struct keyfile *key, const char *path, struct span password, struct fault *fault)
{
	uint8_t memory[KEYFILE_SIZE_MAX + 1];
	struct buf text;
	struct fault inside;
	buf_over(&text, memory, sizeof memory);
	enum err err = private_file_read(path, KEYFILE_SIZE_MAX, &text, fault);
	if (!err) {
		err = keyfile_parse(key, buf_span(&text), password, &inside);
		if (err)
			(void)fault_set(
				fault, err, inside.at, inside.size, "%s: %s", path, inside.text);
	}
	secret_wipe(memory, sizeof memory);
	return err;
}
