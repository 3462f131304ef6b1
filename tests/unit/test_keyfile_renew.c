#include "ledger/keyfile_renew.h"

#include "ledger/base/hex.h"
#include "ledger/keyholder.h"
#include "tests/tap.h"

#include <stdio.h>
#include <stdlib.h>

#define WARD "ward.example"

static bool load(const char *folder, const char *name, struct keyfile *key)
{
	char path[KEYFILE_PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/keys/%s/%s", folder, WARD, name);
	return !keyfile_load(key, path, span_of(NULL, 0), NULL);
}

static bool is_at(const char *folder, const char *name, const struct keyfile *wanted)
{
	struct keyfile key = {0};
	bool is = load(folder, name, &key) && !memcmp(key.kid, wanted->kid, KID_SIZE);
	keyfile_close(&key);
	return is;
}

struct renewing {
	char folder[64];
	struct keyfile first;
	struct keyfile second;
	char former[32];
	struct fault fault;
};

static bool open_renewing(struct renewing *renewing)
{
	char path[KEYFILE_PATH_MAX];
	char label[9];
	*renewing = (struct renewing){.folder = "/tmp/assay-renew-XXXXXX"};
	if (crypto_start() || !mkdtemp(renewing->folder) ||
		keyfile_make(&renewing->first, KEY_BOX, WARD, NULL, 1, NULL) ||
		keyfile_make(&renewing->second, KEY_BOX, WARD, NULL, 2, NULL) ||
		keyfile_path(renewing->folder, KEY_BOX, WARD, NULL, path, NULL))
		return false;
	hex_print(span_of(renewing->first.kid, 4), label);
	(void)snprintf(renewing->former, sizeof renewing->former, "box-%s.key", label);
	return !keyfile_save(&renewing->first, path, span_of(NULL, 0), NULL);
}

static void close_renewing(struct renewing *renewing)
{
	keyfile_close(&renewing->first);
	keyfile_close(&renewing->second);
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf '%s'", renewing->folder);
	if (system(command))
		printf("# could not remove %s\n", renewing->folder);
}

TEST(a_new_key_takes_the_name_and_the_old_one_gets_a_label)
{
	struct renewing it;
	bool taken = true;
	bool destroyed = true;
	NEED(open_renewing(&it));
	const char *folder = it.folder;
	/* Nothing waits; the present one is taken for long. */
	CHECK(!keyfile_take(folder, KEY_BOX, WARD, it.second.kid, &taken, &it.fault) && !taken);
	CHECK(!keyfile_take(folder, KEY_BOX, WARD, it.first.kid, &taken, &it.fault) && taken);
	NEED(!keyfile_wait(&it.second, folder, &it.fault));
	CHECK(is_at(folder, "box.key", &it.first));
	/* Another than the one that waits is not taken. */
	CHECK(!keyfile_take(folder, KEY_BOX, WARD, (const uint8_t[KID_SIZE]){1}, &taken, NULL) &&
		!taken);
	for (int again = 0; again < 2; again++) {
		CHECK(!keyfile_take(folder, KEY_BOX, WARD, it.second.kid, &taken, &it.fault));
		CHECK(taken && is_at(folder, "box.key", &it.second));
		CHECK(is_at(folder, it.former, &it.first));
	}
	/* The present key is never destroyed; the former one once. */
	CHECK(!keyfile_destroy(folder, KEY_BOX, WARD, it.second.kid, &destroyed, NULL));
	CHECK(!destroyed && is_at(folder, "box.key", &it.second));
	CHECK(!keyfile_destroy(folder, KEY_BOX, WARD, it.first.kid, &destroyed, NULL));
	CHECK(destroyed && !is_at(folder, it.former, &it.first));
	CHECK(!keyfile_destroy(folder, KEY_BOX, WARD, it.first.kid, &destroyed, NULL));
	CHECK(!destroyed);
	close_renewing(&it);
}

TEST(a_crash_between_the_names_is_completed)
{
	struct renewing it;
	char from[KEYFILE_PATH_MAX];
	char to[KEYFILE_PATH_MAX];
	bool taken = false;
	NEED(open_renewing(&it));
	NEED(!keyfile_wait(&it.second, it.folder, &it.fault));
	(void)snprintf(from, sizeof from, "%s/keys/%s/box.key", it.folder, WARD);
	(void)snprintf(to, sizeof to, "%s/keys/%s/%s", it.folder, WARD, it.former);
	NEED(!rename(from, to));
	CHECK(!keyfile_take(it.folder, KEY_BOX, WARD, it.second.kid, &taken, &it.fault));
	CHECK(taken && is_at(it.folder, "box.key", &it.second));
	CHECK(is_at(it.folder, it.former, &it.first));
	close_renewing(&it);
}

TEST(the_key_holder_signs_with_the_key_without_a_label)
{
	struct renewing it;
	struct keyholder *holder = NULL;
	struct keyholder_key key = {0};
	struct keyholder_key keys[8];
	size_t count = 0;
	bool taken = false;
	NEED(open_renewing(&it));
	NEED(!keyfile_wait(&it.second, it.folder, &it.fault));
	NEED(!keyfile_take(it.folder, KEY_BOX, WARD, it.second.kid, &taken, &it.fault));
	NEED(!keyholder_start(&holder, it.folder, NULL, &it.fault));
	CHECK(!keyholder_keys(holder, keys, 8, &count, &it.fault) && count == 2);
	CHECK(!keyholder_find(holder, WARD, KEY_BOX, &key, &it.fault));
	CHECK(!memcmp(key.kid, it.second.kid, KID_SIZE));
	keyholder_stop(holder);
	close_renewing(&it);
}

TAP_MAIN(CASE(a_new_key_takes_the_name_and_the_old_one_gets_a_label),
	CASE(a_crash_between_the_names_is_completed),
	CASE(the_key_holder_signs_with_the_key_without_a_label))
