#include "ledger/keyfile.h"
#include "ledger/private_file.h"
#include "tests/tap.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW_MS 1795167000123

static const struct span no_password = {NULL, 0};

static bool folder_make(char folder[64])
{
	(void)snprintf(folder, 64, "/tmp/assay-keyfile-XXXXXX");
	return mkdtemp(folder) != NULL;
}

static void folder_remove(const char *folder)
{
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
	if (system(command))
		printf("# could not remove %s\n", folder);
}

TEST(a_key_of_every_purpose_is_read_back_as_it_was_made)
{
	NEED(crypto_start() == OK);
	for (unsigned purpose = KEY_ROOT; purpose <= KEY_HOLDER; purpose++) {
		struct keyfile made;
		struct keyfile back;
		struct buf text;
		struct fault fault;
		uint8_t tenant[UNIT_ID_SIZE] = {1, 2, 3};
		buf_init(&text, KEYFILE_SIZE_MAX);
		NEED(keyfile_make(&made, (enum key_purpose)purpose, "maker.example",
			     purpose % 2 ? tenant : NULL, NOW_MS, &fault) == OK);
		NEED(keyfile_print(&made, no_password, &text, &fault) == OK);
		NEED(keyfile_parse(&back, buf_span(&text), no_password, &fault) == OK);
		CHECK(back.purpose == made.purpose && back.created_ms == NOW_MS);
		CHECK(!strcmp(back.party, "maker.example") && !back.is_sealed);
		CHECK(back.has_tenant == (purpose % 2 == 1));
		CHECK(!memcmp(back.tenant, made.tenant, sizeof tenant));
		CHECK(!memcmp(back.kid, made.kid, KID_SIZE));
		CHECK(!memcmp(back.public, made.public, 32));
		CHECK(!memcmp(back.secret, made.secret,
			key_purpose_is_x25519(made.purpose) ? BOX_SECRET : SIGN_SECRET));
		CHECK(key_purpose_takes(made.purpose, made.public));
		keyfile_close(&made);
		keyfile_close(&back);
		buf_close(&text);
	}
}

/* Makes the check line right again, so that what lies behind it is tested. */
static void recheck(struct buf *text)
{
	uint8_t hash[HASH_SIZE];
	text->size -= strlen("check ") + 17;
	hash_sha256(buf_span(text), hash);
	buf_put_text(text, "check ");
	for (size_t i = 0; i < 8; i++)
		buf_printf(text, "%02x", hash[i]);
	buf_put_text(text, "\n");
}

TEST(a_key_file_changed_anywhere_is_refused)
{
	struct keyfile made;
	struct keyfile back;
	struct buf text;
	struct fault fault;
	buf_init(&text, KEYFILE_SIZE_MAX);
	NEED(keyfile_make(&made, KEY_APPLIANCE, "maker.example", NULL, NOW_MS, &fault) == OK);
	NEED(keyfile_print(&made, no_password, &text, &fault) == OK);
	for (size_t i = 0; i < text.size; i++) {
		text.at[i] ^= 1;
		enum err err = keyfile_parse(&back, buf_span(&text), no_password, &fault);
		CHECK_ROW(err == ERR_CORRUPT || err == ERR_VERSION, "byte %zu gives %d", i, err);
		text.at[i] ^= 1;
	}
	for (size_t size = 0; size < text.size; size++) {
		enum err err = keyfile_parse(&back, span_of(text.at, size), no_password, &fault);
		CHECK_ROW(err == ERR_CORRUPT || err == ERR_VERSION, "%zu bytes give %d", size, err);
	}
	keyfile_close(&made);
	buf_close(&text);
}

TEST(a_key_file_with_another_keys_half_is_refused)
{
	static const struct {
		const char *line;
		enum err err;
	} rows[] = {{"kid ", ERR_KEY}, {"public ", ERR_KEY}, {"secret ", ERR_KEY},
		{"created ", ERR_CORRUPT}, {"party ", OK}};
	struct keyfile back;
	struct fault fault;
	static const enum key_purpose purposes[] = {KEY_APPLIANCE, KEY_BOX};
	for (size_t p = 0; p < 2; p++)
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			struct keyfile made;
			struct buf text;
			buf_init(&text, KEYFILE_SIZE_MAX);
			NEED(keyfile_make(&made, purposes[p], "maker.example", NULL, NOW_MS,
				     &fault) == OK);
			NEED(keyfile_print(&made, no_password, &text, &fault) == OK);
			char *line = strstr((char *)(uintptr_t)buf_text(&text), rows[i].line);
			NEED(line);
			char *digit = line + strlen(rows[i].line) +
				      3; /* X25519 ignores low bits of byte 0 */
			*digit = *digit == '1' ? '3' : '1';
			if (rows[i].err == ERR_CORRUPT)
				*digit = 'x';
			recheck(&text);
			enum err err = keyfile_parse(&back, buf_span(&text), no_password, &fault);
			CHECK_ROW(err == rows[i].err, "%s gives %d", rows[i].line, err);
			if (!err)
				keyfile_close(&back);
			keyfile_close(&made);
			buf_close(&text);
		}
}

TEST(a_root_key_under_a_password_opens_with_that_password_only)
{
	struct keyfile made;
	struct keyfile back;
	struct buf text;
	struct fault fault;
	buf_init(&text, KEYFILE_SIZE_MAX);
	NEED(keyfile_make(&made, KEY_ROOT, "maker.example", NULL, NOW_MS, &fault) == OK);
	NEED(keyfile_print(&made, span_text("correct horse"), &text, &fault) == OK);
	NEED(keyfile_parse(&back, buf_span(&text), span_text("correct horse"), &fault) == OK);
	CHECK(!back.is_sealed && !memcmp(back.secret, made.secret, SIGN_SECRET));
	keyfile_close(&back);
	CHECK(keyfile_parse(&back, buf_span(&text), span_text("Correct horse"), &fault) ==
		ERR_REFUSED);
	NEED(keyfile_parse(&back, buf_span(&text), no_password, &fault) == OK);
	CHECK(back.is_sealed && !back.secret && !memcmp(back.kid, made.kid, KID_SIZE));
	keyfile_close(&back);
	/* The lines above are authenticated by the seal too. */
	char *created = strstr((char *)(uintptr_t)buf_text(&text), "created 2026");
	NEED(created);
	created[11] = '5';
	recheck(&text);
	CHECK(keyfile_parse(&back, buf_span(&text), span_text("correct horse"), &fault) ==
		ERR_REFUSED);
	keyfile_close(&made);
	buf_close(&text);
}

TEST(paths_are_made_of_names_that_are_safe)
{
	static const struct {
		enum key_purpose purpose;
		const char *party;
		const char *label;
		const char *path; /* NULL: refused */
	} rows[] = {
		{KEY_APPLIANCE, "maker.example", NULL, "f/keys/maker.example/appliance.key"},
		{KEY_STATION, "a", "bench-2", "f/keys/a/station-bench-2.key"},
		{KEY_ROOT, "maker.example", NULL, "f/root/maker.example.key"},
		{KEY_APPLIANCE, "../x", NULL, NULL},
		{KEY_APPLIANCE, "", NULL, NULL},
		{KEY_APPLIANCE, "a/b", NULL, NULL},
		{KEY_APPLIANCE, "..", NULL, NULL},
		{KEY_STATION, "a", "../x", NULL},
		{KEY_STATION, "a", "", NULL},
		{KEY_STATION, "a", "a-label-that-is-longer-than-32-chars", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[KEYFILE_PATH_MAX];
		struct fault fault;
		enum err err = keyfile_path(
			"f", rows[i].purpose, rows[i].party, rows[i].label, path, &fault);
		CHECK_ROW((err == OK) == (rows[i].path != NULL), "row %zu", i);
		CHECK_ROW(err || !strcmp(path, rows[i].path), "row %zu: %s", i, path);
	}
}

TEST(a_key_file_is_written_once_and_read_only_when_nobody_else_can)
{
	char folder[64];
	char path[KEYFILE_PATH_MAX];
	struct keyfile made;
	struct keyfile back;
	struct fault fault;
	struct stat about;
	NEED(folder_make(folder));
	NEED(keyfile_make(&made, KEY_APPLIANCE, "maker.example", NULL, NOW_MS, &fault) == OK);
	NEED(keyfile_path(folder, KEY_APPLIANCE, "maker.example", NULL, path, &fault) == OK);
	CHECK(keyfile_load(&back, path, no_password, &fault) == ERR_NOT_FOUND);
	CHECK(strstr(fault.text, path) != NULL);
	NEED(keyfile_save(&made, path, no_password, &fault) == OK);
	NEED(!stat(path, &about));
	CHECK((about.st_mode & 07777) == 0600 && about.st_nlink == 1);
	CHECK(keyfile_save(&made, path, no_password, &fault) == ERR_EXISTS);
	CHECK(strstr(fault.text, path) != NULL);
	NEED(keyfile_load(&back, path, no_password, &fault) == OK);
	CHECK(!memcmp(back.secret, made.secret, SIGN_SECRET));
	keyfile_close(&back);
	static const mode_t modes[] = {0640, 0604, 0620, 0610};
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		NEED(!chmod(path, modes[i]));
		CHECK(keyfile_load(&back, path, no_password, &fault) == ERR_DENIED);
		CHECK(strstr(fault.text, "chmod 600") != NULL);
	}
	NEED(!chmod(path, 0600));
	char link[KEYFILE_PATH_MAX + 8];
	(void)snprintf(link, sizeof link, "%s-link", path);
	NEED(!symlink(path, link));
	CHECK(keyfile_load(&back, link, no_password, &fault) == ERR_DENIED);
	CHECK(keyfile_load(&back, folder, no_password, &fault) == ERR_DENIED);
	keyfile_close(&made);
	folder_remove(folder);
}

TEST(a_file_too_large_is_refused_and_an_absent_folder_named)
{
	char folder[64];
	char path[128];
	struct fault fault;
	struct buf buf;
	uint8_t bytes[100] = {7};
	NEED(folder_make(folder));
	(void)snprintf(path, sizeof path, "%s/file", folder);
	buf_init(&buf, 1000);
	CHECK(private_file_make(path, span_of(bytes, sizeof bytes), &fault) == OK);
	CHECK(private_file_read(path, 99, &buf, &fault) == ERR_LIMIT);
	buf_reset(&buf);
	CHECK(private_file_read(path, 100, &buf, &fault) == OK && buf.size == 100);
	(void)snprintf(path, sizeof path, "%s/none/file", folder);
	CHECK(private_file_make(path, span_of(bytes, 1), &fault) == ERR_NOT_FOUND);
	CHECK(strstr(fault.text, path) != NULL);
	buf_close(&buf);
	folder_remove(folder);
}

TAP_MAIN(CASE(a_key_of_every_purpose_is_read_back_as_it_was_made),
	CASE(a_key_file_changed_anywhere_is_refused),
	CASE(a_key_file_with_another_keys_half_is_refused),
	CASE(a_root_key_under_a_password_opens_with_that_password_only),
	CASE(paths_are_made_of_names_that_are_safe),
	CASE(a_key_file_is_written_once_and_read_only_when_nobody_else_can),
	CASE(a_file_too_large_is_refused_and_an_absent_folder_named))
