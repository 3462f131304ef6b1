#include "ledger/keyholder_keys.h"

#include "ledger/private_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_party(const struct dirent *entry)
{
	return name_is_valid(span_text(entry->d_name));
}

/* "<purpose>.key" and "<purpose>-<label>.key"; whatever else lies there is none of ours. */
static int is_key(const struct dirent *entry)
{
	const char *name = entry->d_name;
	size_t size = strlen(name);
	return size > 4 && !strcmp(name + size - 4, ".key");
}

static enum err judge_loaded(const struct held_keys *keys, const struct keyfile *file,
	const char *party, const char *path, struct fault *fault)
{
	if (strcmp(file->party, party) != 0)
		return fault_set(fault, ERR_KEY, 0, 0,
			"%s is a key of %s: it must lie in that party's folder", path, file->party);
	if (file->purpose == KEY_ROOT)
		return fault_set(fault, ERR_KEY, 0, 0,
			"%s is a root key: it must be kept offline, not among an appliance's keys",
			path);
	if (file->is_sealed)
		return fault_set(fault, ERR_KEY, 0, 0,
			"%s is under a password, which nobody can type at start", path);
	if (held_key_find(keys, file->kid))
		return fault_set(fault, ERR_EXISTS, 0, 0,
			"%s holds a key that another file holds too: remove one", path);
	if (keys->count == KEYHOLDER_KEYS_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "there are more than %d key files",
			KEYHOLDER_KEYS_MAX);
	return OK;
}

static enum err load_file(struct held_keys *keys, const char *folder, const char *party,
	const char *name, struct fault *fault)
{
	char path[KEYFILE_PATH_MAX];
	struct keyfile file;
	int size = snprintf(path, sizeof path, "%s/keys/%s/%s", folder, party, name);
	if (size < 0 || (size_t)size >= sizeof path)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the folder's path is too long");
	enum err err = keyfile_load(&file, path, span_of(NULL, 0), fault);
	if (err)
		return err;
	err = judge_loaded(keys, &file, party, path, fault);
	if (err || file.purpose == KEY_CURVE) {
		keyfile_close(&file);
		return err;
	}
	struct held_key *key = &keys->key[keys->count++];
	*key = (struct held_key){.about.purpose = file.purpose, .secret = file.secret};
	memcpy(key->about.kid, file.kid, sizeof key->about.kid);
	memcpy(key->about.public, file.public, sizeof key->about.public);
	memcpy(key->about.party, file.party, sizeof key->about.party);
	key->about.has_tenant = file.has_tenant;
	memcpy(key->about.tenant, file.tenant, sizeof key->about.tenant);
	return OK;
}

static void list_free(struct dirent **list, int count)
{
	for (int i = 0; i < count; i++)
		free(list[i]);
	free(list);
}

static enum err load_party(
	struct held_keys *keys, const char *folder, const char *party, struct fault *fault)
{
	char path[KEYFILE_PATH_MAX];
	struct dirent **list = NULL;
	enum err err = OK;
	(void)snprintf(path, sizeof path, "%s/keys/%s", folder, party);
	int count = scandir(path, &list, is_key, by_name);
	if (count < 0)
		return errno == ENOTDIR ? OK : private_file_fault(errno, "read", path, fault);
	for (int i = 0; !err && i < count; i++)
		err = load_file(keys, folder, party, list[i]->d_name, fault);
	list_free(list, count);
	return err;
}

enum err held_keys_load(struct held_keys *keys, const char *folder, struct fault *fault)
{
	char path[KEYFILE_PATH_MAX];
	struct dirent **list = NULL;
	enum err err = OK;
	keys->count = 0;
	(void)snprintf(path, sizeof path, "%s/keys", folder);
	int count = scandir(path, &list, is_party, by_name);
	if (count < 0)
		return errno == ENOENT ? OK : private_file_fault(errno, "read", path, fault);
	for (int i = 0; !err && i < count; i++)
		err = load_party(keys, folder, list[i]->d_name, fault);
	list_free(list, count);
	if (err)
		held_keys_close(keys);
	return err;
}

void held_keys_close(struct held_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		secret_free(keys->key[i].secret);
	keys->count = 0;
}

const struct held_key *held_key_find(const struct held_keys *keys, const uint8_t kid[32])
{
	for (size_t i = 0; i < keys->count; i++)
		if (!memcmp(keys->key[i].about.kid, kid, KID_SIZE))
			return &keys->key[i];
	return NULL;
}

const struct held_key *held_key_of(const struct held_keys *keys, enum key_purpose purpose)
{
	const struct held_key *found = NULL;
	for (size_t i = 0; i < keys->count; i++)
		if (keys->key[i].about.purpose == purpose &&
			(!found || !strcmp(found->about.party, keys->key[i].about.party)))
			found = &keys->key[i];
	return found;
}
