/* Seeing to accounts: listing and changing. */
#include "appliance/http/users_db.h"

#include <stdio.h>

enum err users_password_check(const char *password, struct fault *fault)
{
	size_t size = strlen(password);
	if (size < USER_PASSWORD_MIN || size > USER_PASSWORD_MAX)
		return fault_set(fault, ERR_RANGE, 0, size, "a password has %d to %d characters",
			USER_PASSWORD_MIN, USER_PASSWORD_MAX);
	return OK;
}

static enum err read_one(struct users *users, const char *sql, const char *user,
	struct account *account, struct fault *fault)
{
	struct db_query *query = NULL;
	bool row = false;
	pthread_mutex_lock(&users->lock);
	enum err err = db_prepare(users->db, sql, &query, fault);
	if (!err) {
		db_bind_text(query, 1, span_text(user));
		err = db_step(query, &row, fault);
	}
	if (!err && row) {
		struct span name = span_cut(db_text(query, 0), 0, USER_NAME_MAX);
		struct span party = span_cut(db_text(query, 1), 0, USER_PARTY_MAX);
		*account = (struct account){.duties = (unsigned)db_int(query, 2),
			.has_password = db_int(query, 3) != 0,
			.is_disabled = db_int(query, 4) != 0};
		memcpy(account->user, name.at, name.size);
		memcpy(account->party, party.at, party.size);
	}
	db_query_free(query);
	pthread_mutex_unlock(&users->lock);
	return err || row ? err : ERR_NOT_FOUND;
}

#define COLUMNS "SELECT user, party, duties, password IS NOT NULL, disabled FROM account "

enum err users_get(
	struct users *users, const char *user, struct account *account, struct fault *fault)
{
	enum err err = read_one(users, COLUMNS "WHERE user = ?1", user, account, fault);
	return err == ERR_NOT_FOUND ? fault_set(fault, err, 0, 0, "there is no account %.32s", user)
				    : err;
}

enum err users_next(
	struct users *users, const char *user, struct account *account, struct fault *fault)
{
	return read_one(
		users, COLUMNS "WHERE user > ?1 ORDER BY user LIMIT 1", user, account, fault);
}

/* The lock is held. */
static enum err set_column(struct users *users, const char *sql, const char *user, const char *text,
	int64_t number, struct fault *fault)
{
	struct db_query *query = NULL;
	enum err err = db_prepare(users->db, sql, &query, fault);
	if (!err) {
		db_bind_text(query, 1, span_text(user));
		if (text)
			db_bind_text(query, 2, span_text(text));
		else
			db_bind_int(query, 2, number);
		err = db_run(query, fault);
	}
	db_query_free(query);
	return err;
}

static enum err end_sessions(struct users *users, const char *user, struct fault *fault)
{
	return set_column(users,
		"DELETE FROM token WHERE user = ?1 AND page IS NOT NULL AND until > ?2", user, NULL,
		0, fault);
}

static enum err change_all(struct users *users, const char *user,
	const struct account_change *change, const char *stored, struct fault *fault)
{
	enum err err = OK;
	bool ends = stored[0] || (change->is_disabled && *change->is_disabled);
	if (change->duties)
		err = set_column(users, "UPDATE account SET duties = ?2 WHERE user = ?1", user,
			NULL, *change->duties, fault);
	if (!err && stored[0])
		err = set_column(users, "UPDATE account SET password = ?2 WHERE user = ?1", user,
			stored, 0, fault);
	if (!err && change->is_disabled)
		err = set_column(users, "UPDATE account SET disabled = ?2 WHERE user = ?1", user,
			NULL, *change->is_disabled, fault);
	return err || !ends ? err : end_sessions(users, user, fault);
}

enum err users_change(struct users *users, const char *user, const struct account_change *change,
	struct fault *fault)
{
	struct account account;
	char stored[PASSWORD_STORED] = "";
	enum err err = users_get(users, user, &account, fault);
	if (!err && change->password)
		err = users_password_check(change->password, fault);
	if (!err && change->password && password_store(span_text(change->password), stored))
		err = fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for Argon2id");
	if (err)
		return err;
	pthread_mutex_lock(&users->lock);
	err = db_begin(users->db, fault);
	if (!err)
		err = change_all(users, user, change, stored, fault);
	if (!err)
		err = db_commit(users->db, fault);
	if (err)
		db_rollback(users->db);
	pthread_mutex_unlock(&users->lock);
	return err;
}

enum err users_forget_tokens(struct users *users, const char *user, struct fault *fault)
{
	pthread_mutex_lock(&users->lock);
	enum err err = set_column(users,
		"DELETE FROM token WHERE user = ?1 AND page IS NULL AND until = ?2", user, NULL, 0,
		fault);
	pthread_mutex_unlock(&users->lock);
	return err;
}
