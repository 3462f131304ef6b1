#include "appliance/http/users_db.h"

#include "appliance/http/rate.h"

#include <stdio.h>
#include <stdlib.h>

/* users.db: two small tables. A token's kind tells a session (ends) from a program's token. */
static const char schema[] =
	"CREATE TABLE account(user TEXT PRIMARY KEY, party TEXT NOT NULL, duties INTEGER NOT NULL,"
	" password TEXT, disabled INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
	"CREATE TABLE token(hash BLOB PRIMARY KEY, user TEXT NOT NULL, page BLOB,"
	" until INTEGER NOT NULL) WITHOUT ROWID;";

#define USERS_APPLICATION 0x41535553 /* "ASUS" */
#define TOKEN_BYTES       32

static const struct {
	enum duty duty;
	const char *word;
} duties[] = {
	{DUTY_ADMIN, "admin"},
	{DUTY_PHARMACIST, "pharmacist"},
	{DUTY_WAREHOUSE, "warehouse"},
	{DUTY_MAKER, "maker"},
	{DUTY_HR, "hr"},
	{DUTY_REGULATOR, "regulator"},
	{DUTY_VIEWER, "viewer"},
};

const char *duty_word(enum duty duty)
{
	for (size_t i = 0; i < sizeof duties / sizeof duties[0]; i++)
		if (duties[i].duty == duty)
			return duties[i].word;
	return NULL;
}

unsigned duty_parse(struct span word)
{
	for (size_t i = 0; i < sizeof duties / sizeof duties[0]; i++)
		if (span_is(word, duties[i].word))
			return duties[i].duty;
	return 0;
}

static bool name_is_fine(struct span name, size_t max)
{
	static const char signs[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
	if (!name.size || name.size > max)
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (!memchr(signs, name.at[i], sizeof signs - 1))
			return false;
	return true;
}

bool user_is_own(const char *user, const char *party)
{
	const char *at = strchr(user, '@');
	return at && !strcmp(at + 1, party) &&
	       name_is_fine(span_of((const uint8_t *)user, (size_t)(at - user)), USER_OWN_MAX);
}

static bool user_is_fine(const struct account *account)
{
	if (!name_is_fine(span_text(account->party), USER_PARTY_MAX))
		return false;
	return strchr(account->user, '@') ? user_is_own(account->user, account->party)
					  : name_is_fine(span_text(account->user), USER_OWN_MAX);
}

/* What is past its time is of no use any more. The lock is held, or nobody else is there. */
static enum err drop_ended(struct users *users, struct fault *fault)
{
	struct db_query *query = NULL;
	enum err err = db_prepare(
		users->db, "DELETE FROM token WHERE until > 0 AND until <= ?1", &query, fault);
	if (!err) {
		db_bind_int(query, 1, env_now_ms(users->env));
		err = db_run(query, fault);
	}
	db_query_free(query);
	return err;
}

enum err users_open(
	struct users **out, const char *folder, const struct env *env, struct fault *fault)
{
	struct users *users = calloc(1, sizeof *users);
	if (!users)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the accounts");
	users->env = env;
	pthread_mutex_init(&users->lock, NULL);
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/users.db", folder);
	enum err err = password_store(span_text("nobody has this password"), users->nobody);
	if (err)
		(void)fault_set(fault, err, 0, 0, "out of memory for Argon2id (64 MiB)");
	else
		err = db_open(&users->db,
			&(struct db_options){.path = path,
				.vfs = env->vfs,
				.mode = DB_FULL,
				.application = USERS_APPLICATION,
				.version = 1,
				.schema = schema,
				.secure_delete = true},
			fault);
	struct rate_options guessing = {USER_FAILURES_MAX, USER_BLOCK_MS};
	if (!err)
		err = rate_open(&users->guessing, &guessing, env, fault);
	if (!err)
		err = drop_ended(users, fault);
	if (err)
		users_free(users);
	else
		*out = users;
	return err;
}

void users_free(struct users *users)
{
	if (!users)
		return;
	db_free(users->db);
	rate_free(users->guessing);
	pthread_mutex_destroy(&users->lock);
	free(users);
}

/* Of an account's sessions only the newest stay. The lock is held. */
static enum err keep_newest(
	struct users *users, const char *user, unsigned count, struct fault *fault)
{
	struct db_query *query = NULL;
	enum err err = db_prepare(users->db,
		"DELETE FROM token WHERE user = ?1 AND page IS NOT NULL AND hash NOT IN (SELECT "
		"hash FROM token WHERE user = ?1 AND page IS NOT NULL ORDER BY until DESC LIMIT "
		"?2)",
		&query, fault);
	if (!err) {
		db_bind_text(query, 1, span_text(user));
		db_bind_int(query, 2, count);
		err = db_run(query, fault);
	}
	db_query_free(query);
	return err;
}

enum err users_put(struct users *users, const struct account *account, const char *password,
	struct fault *fault)
{
	char stored[PASSWORD_STORED] = "";
	if (!user_is_fine(account))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"a user name is 1 to %d of a-z 0-9 . -, or such a name and @%.63s",
			USER_OWN_MAX, account->party);
	if (password) {
		enum err err = users_password_check(password, fault);
		if (err)
			return err;
		if (password_store(span_text(password), stored))
			return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for Argon2id");
	}
	struct db_query *query = NULL;
	pthread_mutex_lock(&users->lock);
	enum err err = db_prepare(users->db,
		"INSERT INTO account(user, party, duties, password) VALUES(?1, ?2, ?3, ?4)"
		" ON CONFLICT(user) DO UPDATE SET party = ?2, duties = ?3, password = ?4",
		&query, fault);
	if (!err) {
		db_bind_text(query, 1, span_text(account->user));
		db_bind_text(query, 2, span_text(account->party));
		db_bind_int(query, 3, account->duties);
		if (password)
			db_bind_text(query, 4, span_text(stored));
		else
			db_bind_null(query, 4);
		err = db_run(query, fault);
	}
	db_query_free(query);
	if (!err)
		err = keep_newest(users, account->user, 0, fault);
	pthread_mutex_unlock(&users->lock);
	return err;
}

static enum err count_rows(struct users *users, const char *sql, size_t *count, struct fault *fault)
{
	struct db_query *query = NULL;
	bool row = false;
	pthread_mutex_lock(&users->lock);
	enum err err = db_prepare(users->db, sql, &query, fault);
	if (!err)
		err = db_step(query, &row, fault);
	if (!err)
		*count = (size_t)db_int(query, 0);
	db_query_free(query);
	pthread_mutex_unlock(&users->lock);
	return err;
}

enum err users_count(struct users *users, size_t *count, struct fault *fault)
{
	return count_rows(users, "SELECT count(*) FROM account", count, fault);
}

enum err users_session_count(struct users *users, size_t *count, struct fault *fault)
{
	return count_rows(users, "SELECT count(*) FROM token WHERE page IS NOT NULL", count, fault);
}

static void hash_token(const char *token, uint8_t hash[HASH_SIZE])
{
	hash_sha256(span_text(token), hash);
}

static void make_token(struct users *users, char token[USER_TOKEN_SIZE])
{
	uint8_t raw[TOKEN_BYTES];
	env_random(users->env, raw, sizeof raw);
	base64_print(span_of(raw, sizeof raw), true, token);
	secret_wipe(raw, sizeof raw);
}

/* The lock is held. page NULL: a program's token. until 0: no end. */
static enum err keep_token(struct users *users, const char *user, const char *token,
	const char *page, int64_t until, struct fault *fault)
{
	struct db_query *query = NULL;
	uint8_t hash[HASH_SIZE];
	uint8_t page_hash[HASH_SIZE];
	hash_token(token, hash);
	enum err err = db_prepare(users->db,
		"INSERT INTO token(hash, user, page, until) VALUES(?1, ?2, ?3, ?4)", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, span_of(hash, sizeof hash));
		db_bind_text(query, 2, span_text(user));
		if (page) {
			hash_token(page, page_hash);
			db_bind_bytes(query, 3, span_of(page_hash, sizeof page_hash));
		} else {
			db_bind_null(query, 3);
		}
		db_bind_int(query, 4, until);
		err = db_run(query, fault);
	}
	db_query_free(query);
	return err;
}

/* The lock is held. *found says whether the account is there. */
static enum err read_account(struct users *users, const char *user, struct account *account,
	char password[PASSWORD_STORED], bool *found, struct fault *fault)
{
	struct db_query *query = NULL;
	*found = false;
	enum err err = db_prepare(users->db,
		"SELECT party, duties, coalesce(password, ''), disabled FROM account"
		" WHERE user = ?1",
		&query, fault);
	if (!err) {
		db_bind_text(query, 1, span_text(user));
		err = db_step(query, found, fault);
	}
	if (!err && *found) {
		struct span party = span_cut(db_text(query, 0), 0, USER_PARTY_MAX);
		struct span stored = span_cut(db_text(query, 2), 0, PASSWORD_STORED - 1);
		*account = (struct account){.duties = (unsigned)db_int(query, 1),
			.is_disabled = db_int(query, 3) != 0,
			.has_password = stored.size != 0};
		(void)snprintf(account->user, sizeof account->user, "%s", user);
		memcpy(account->party, party.at, party.size);
		memcpy(password, stored.at, stored.size);
		password[stored.size] = 0;
	}
	db_query_free(query);
	return err;
}

/* The lock is held. */
static enum err token_room(struct users *users, const char *user, struct fault *fault)
{
	struct db_query *query = NULL;
	bool row = false;
	enum err err = db_prepare(users->db,
		"SELECT count(*) FROM token WHERE user = ?1 AND page IS NULL", &query, fault);
	if (!err) {
		db_bind_text(query, 1, span_text(user));
		err = db_step(query, &row, fault);
	}
	if (!err && db_int(query, 0) >= USER_TOKENS_MAX)
		err = fault_set(fault, ERR_LIMIT, 0, 0,
			"the account %s has %d tokens already: revoke what is not used", user,
			USER_TOKENS_MAX);
	db_query_free(query);
	return err;
}

enum err users_token(
	struct users *users, const char *user, char token[USER_TOKEN_SIZE], struct fault *fault)
{
	struct account account;
	char password[PASSWORD_STORED];
	bool found = false;
	make_token(users, token);
	pthread_mutex_lock(&users->lock);
	enum err err = read_account(users, user, &account, password, &found, fault);
	if (!err && !found)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0, "there is no account %s", user);
	if (!err)
		err = token_room(users, user, fault);
	if (!err)
		err = keep_token(users, user, token, NULL, 0, fault);
	pthread_mutex_unlock(&users->lock);
	secret_wipe(password, sizeof password);
	return err;
}

/* Each takes 64 MiB and a thread for a while: the others are kept for those who are signed in. */
static bool begin_signing_in(struct users *users)
{
	pthread_mutex_lock(&users->lock);
	bool may = users->signing_in < USER_SIGN_INS_MAX;
	users->signing_in += may;
	pthread_mutex_unlock(&users->lock);
	return may;
}

static void end_signing_in(struct users *users)
{
	pthread_mutex_lock(&users->lock);
	users->signing_in--;
	pthread_mutex_unlock(&users->lock);
}

static enum err open_session(struct users *users, const char *user, char session[USER_TOKEN_SIZE],
	char page[USER_TOKEN_SIZE], struct fault *fault)
{
	make_token(users, session);
	make_token(users, page);
	pthread_mutex_lock(&users->lock);
	enum err err = drop_ended(users, fault);
	if (!err)
		err = keep_newest(users, user, USER_SESSIONS_MAX - 1, fault);
	if (!err)
		err = keep_token(users, user, session, page,
			env_now_ms(users->env) + USER_SESSION_MS, fault);
	pthread_mutex_unlock(&users->lock);
	return err;
}

enum err users_sign_in(struct users *users, const struct sign_in *sign_in, struct account *account,
	char session[USER_TOKEN_SIZE], char page[USER_TOKEN_SIZE], struct fault *fault)
{
	char stored[PASSWORD_STORED] = "";
	struct account found_account = {0};
	bool found = false;
	struct span name = span_text(sign_in->user);
	if (strlen(sign_in->password) > USER_PASSWORD_MAX)
		return fault_set(fault, ERR_DENIED, 0, 0, "user name or password is wrong");
	if (!begin_signing_in(users))
		return fault_set(fault, ERR_TIMEOUT, 0, 0,
			"others are signing in at this moment; try again");
	enum err err = OK;
	if (rate_take_name(users->guessing, sign_in->peer, name)) {
		err = fault_set(fault, ERR_BUSY, 0, 0,
			"too many wrong passwords for this account; wait half a minute");
	} else {
		pthread_mutex_lock(&users->lock);
		err = read_account(users, sign_in->user, &found_account, stored, &found, fault);
		pthread_mutex_unlock(&users->lock);
	}
	/* Outside the lock: it takes long, and as long for names that are not there. */
	bool has_password = !err && found && stored[0] && !found_account.is_disabled;
	bool matched = !err &&
		       password_matches(has_password ? stored : users->nobody,
			       span_text(sign_in->password)) &&
		       has_password;
	end_signing_in(users);
	secret_wipe(stored, sizeof stored);
	if (!err && !matched)
		err = fault_set(fault, ERR_DENIED, 0, 0, "user name or password is wrong");
	if (err)
		return err;
	rate_forget_name(users->guessing, sign_in->peer, name);
	*account = found_account;
	return open_session(users, sign_in->user, session, page, fault);
}

enum err users_sign_out(struct users *users, const char *session, struct fault *fault)
{
	struct db_query *query = NULL;
	uint8_t hash[HASH_SIZE];
	hash_token(session, hash);
	pthread_mutex_lock(&users->lock);
	enum err err = db_prepare(users->db,
		"DELETE FROM token WHERE hash = ?1 OR (until > 0 AND until < ?2)", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, span_of(hash, sizeof hash));
		db_bind_int(query, 2, env_now_ms(users->env));
		err = db_run(query, fault);
	}
	db_query_free(query);
	pthread_mutex_unlock(&users->lock);
	return err;
}

/* Looks a session or token up; page_hash is empty for a program's token. */
static enum err find_token(struct users *users, const char *token, struct account *account,
	uint8_t page_hash[HASH_SIZE], bool *is_session, struct fault *fault)
{
	enum err err = OK;
	uint8_t hash[HASH_SIZE];
	bool row = false;
	hash_token(token, hash);
	pthread_mutex_lock(&users->lock);
	if (!users->token)
		err = db_prepare(users->db,
			"SELECT a.user, a.party, a.duties, t.page FROM token t"
			" JOIN account a USING(user)"
			" WHERE t.hash = ?1 AND (t.until = 0 OR t.until > ?2) AND a.disabled = 0",
			&users->token, fault);
	struct db_query *query = users->token;
	if (!err) {
		db_bind_bytes(query, 1, span_of(hash, sizeof hash));
		db_bind_int(query, 2, env_now_ms(users->env));
		err = db_step(query, &row, fault);
	}
	if (!err && row) {
		struct span user = span_cut(db_text(query, 0), 0, USER_NAME_MAX);
		struct span party = span_cut(db_text(query, 1), 0, USER_PARTY_MAX);
		struct span page = db_bytes(query, 3);
		*account = (struct account){.duties = (unsigned)db_int(query, 2)};
		memcpy(account->user, user.at, user.size);
		memcpy(account->party, party.at, party.size);
		*is_session = page.size == HASH_SIZE;
		if (*is_session)
			memcpy(page_hash, page.at, HASH_SIZE);
	}
	if (query)
		db_reset(query);
	pthread_mutex_unlock(&users->lock);
	if (!err && !row)
		err = fault_set(fault, ERR_DENIED, 0, 0, "sign in first");
	return err;
}

enum err users_session(struct users *users, const char *session, const char *page, bool needs_page,
	struct account *account, struct fault *fault)
{
	uint8_t wanted[HASH_SIZE];
	uint8_t given[HASH_SIZE];
	bool is_session = false;
	enum err err = find_token(users, session, account, wanted, &is_session, fault);
	if (err)
		return err;
	if (!is_session)
		return fault_set(fault, ERR_DENIED, 0, 0, "a token is not a session");
	if (!needs_page)
		return OK;
	hash_token(page ? page : "", given);
	if (!secret_equal(given, wanted, sizeof wanted))
		return fault_set(fault, ERR_DENIED, 0, 0,
			"the request did not come from this appliance's page: X-Assay-Token is "
			"wrong");
	return OK;
}

enum err users_bearer(
	struct users *users, const char *token, struct account *account, struct fault *fault)
{
	uint8_t page[HASH_SIZE];
	bool is_session = false;
	enum err err = find_token(users, token, account, page, &is_session, fault);
	if (!err && is_session)
		return fault_set(fault, ERR_DENIED, 0, 0, "a session is not a program's token");
	return err;
}
