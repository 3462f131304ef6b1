#include "appliance/http/users.h"
#include "tests/tap.h"

#include <stdio.h>
#include <unistd.h>

struct clock {
	int64_t now_ms;
};

static int64_t clock_now(void *self)
{
	return ((struct clock *)self)->now_ms;
}

static int64_t clock_steady(void *self)
{
	return ((struct clock *)self)->now_ms * 1000;
}

static void clock_random(void *self, void *out, size_t size)
{
	(void)self;
	random_fill(out, size);
}

struct house {
	struct clock clock;
	struct env env;
	char folder[64];
	struct users *users;
};

static bool house_open(struct house *house)
{
	*house = (struct house){.clock = {1795163400500}};
	house->env = (struct env){.self = &house->clock,
		.now_ms = clock_now,
		.steady_us = clock_steady,
		.random = clock_random};
	(void)snprintf(house->folder, sizeof house->folder, "/tmp/assay-users-XXXXXX");
	struct account account = {.duties = DUTY_PHARMACIST | DUTY_VIEWER};
	(void)snprintf(account.user, sizeof account.user, "test.pharmacist");
	(void)snprintf(account.party, sizeof account.party, "pharmacy.example");
	return crypto_start() == OK && mkdtemp(house->folder) &&
	       users_open(&house->users, house->folder, &house->env, NULL) == OK &&
	       users_put(house->users, &account, "a long password", NULL) == OK;
}

static void house_close(struct house *house)
{
	static const char *const names[] = {"users.db", "users.db-wal", "users.db-shm"};
	users_free(house->users);
	for (size_t i = 0; i < 3; i++) {
		char path[128];
		(void)snprintf(path, sizeof path, "%s/%s", house->folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(house->folder);
}

#define HERE "192.0.2.1"

static enum err sign_in_at(struct house *house, const char *user, const char *password,
	const char *peer, char session[USER_TOKEN_SIZE], char page[USER_TOKEN_SIZE])
{
	struct account account;
	struct fault fault;
	return users_sign_in(house->users, &(struct sign_in){user, password, peer}, &account,
		session, page, &fault);
}

static enum err sign_in(
	struct house *house, const char *user, const char *password, const char *peer)
{
	char session[USER_TOKEN_SIZE];
	char page[USER_TOKEN_SIZE];
	return sign_in_at(house, user, password, peer, session, page);
}

TEST(a_session_opens_with_the_password_and_ends)
{
	struct house house;
	struct account account;
	struct fault fault;
	char session[USER_TOKEN_SIZE];
	char page[USER_TOKEN_SIZE];
	NEED(house_open(&house));
	CHECK(sign_in(&house, "test.pharmacist", "a wrong password", HERE) == ERR_DENIED);
	CHECK(sign_in(&house, "nobody", "a long password", HERE) == ERR_DENIED);
	NEED(users_sign_in(house.users,
		     &(struct sign_in){"test.pharmacist", "a long password", HERE}, &account,
		     session, page, &fault) == OK);
	CHECK(account.duties == (DUTY_PHARMACIST | DUTY_VIEWER));
	CHECK(!strcmp(account.party, "pharmacy.example"));
	CHECK(users_session(house.users, session, NULL, false, &account, &fault) == OK);
	CHECK(users_session(house.users, session, NULL, true, &account, &fault) == ERR_DENIED);
	CHECK(users_session(house.users, session, page, true, &account, &fault) == OK);
	CHECK(users_bearer(house.users, session, &account, &fault) == ERR_DENIED);
	house.clock.now_ms += USER_SESSION_MS + 1;
	CHECK(users_session(house.users, session, NULL, false, &account, &fault) == ERR_DENIED);
	house_close(&house);
}

TEST(signing_out_ends_a_session_at_once)
{
	struct house house;
	struct account account;
	struct fault fault;
	char session[USER_TOKEN_SIZE];
	char page[USER_TOKEN_SIZE];
	NEED(house_open(&house));
	NEED(users_sign_in(house.users,
		     &(struct sign_in){"test.pharmacist", "a long password", HERE}, &account,
		     session, page, &fault) == OK);
	CHECK(users_sign_out(house.users, session, &fault) == OK);
	CHECK(users_session(house.users, session, NULL, false, &account, &fault) == ERR_DENIED);
	house_close(&house);
}

TEST(five_wrong_passwords_block_for_half_a_minute)
{
	struct house house;
	NEED(house_open(&house));
	for (int i = 0; i < USER_FAILURES_MAX; i++)
		CHECK(sign_in(&house, "test.pharmacist", "a wrong password", HERE) == ERR_DENIED);
	CHECK(sign_in(&house, "test.pharmacist", "a long password", HERE) == ERR_BUSY);
	/* Who guesses does not shut out who sits elsewhere. */
	CHECK(sign_in(&house, "test.pharmacist", "a long password", "192.0.2.2") == OK);
	CHECK(sign_in(&house, "test.pharmacist", "a long password", HERE) == ERR_BUSY);
	house.clock.now_ms += USER_BLOCK_MS;
	CHECK(sign_in(&house, "test.pharmacist", "a wrong password", HERE) == ERR_DENIED);
	CHECK(sign_in(&house, "test.pharmacist", "a long password", HERE) == ERR_BUSY);
	house.clock.now_ms += USER_BLOCK_MS;
	CHECK(sign_in(&house, "test.pharmacist", "a long password", HERE) == OK);
	for (int i = 0; i < USER_FAILURES_MAX; i++) /* the right one forgets the wrong ones */
		CHECK(sign_in(&house, "test.pharmacist", "a wrong password", HERE) == ERR_DENIED);
	house_close(&house);
}

/* What a guesser is told, step by step, of a name and a wrong password. */
static void guess(struct house *house, const char *user, char sentences[8][256], enum err errs[8])
{
	for (int i = 0; i < 8; i++) {
		struct account account;
		struct fault fault = {0};
		char session[USER_TOKEN_SIZE];
		char page[USER_TOKEN_SIZE];
		errs[i] = users_sign_in(house->users,
			&(struct sign_in){user, "a wrong password", HERE}, &account, session, page,
			&fault);
		(void)snprintf(sentences[i], 256, "%s", fault.text);
	}
}

TEST(names_that_are_not_there_are_answered_like_those_that_are)
{
	static const char *const names[] = {"nobody", "No Such Name", "hr.bot", "",
		"a name that is longer than any that an account here may have"};
	struct house house;
	struct account bot = {.duties = DUTY_HR, .user = "hr.bot", .party = "p"};
	char wanted[8][256];
	enum err wanted_errs[8];
	NEED(house_open(&house));
	NEED(users_put(house.users, &bot, NULL, NULL) == OK); /* there, without a password */
	guess(&house, "test.pharmacist", wanted, wanted_errs);
	CHECK(wanted_errs[0] == ERR_DENIED && wanted_errs[7] == ERR_BUSY);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char got[8][256];
		enum err errs[8];
		guess(&house, names[i], got, errs);
		CHECK_ROW(!memcmp(errs, wanted_errs, sizeof errs), "%s", names[i]);
		for (int k = 0; k < 8; k++)
			CHECK_ROW(!strcmp(got[k], wanted[k]), "%s: %s", names[i], got[k]);
	}
	house_close(&house);
}

TEST(sessions_past_their_time_are_deleted)
{
	struct house house;
	size_t count = 0;
	NEED(house_open(&house));
	NEED(sign_in(&house, "test.pharmacist", "a long password", HERE) == OK);
	house.clock.now_ms += USER_SESSION_MS - 1;
	NEED(sign_in(&house, "test.pharmacist", "a long password", HERE) == OK);
	CHECK(users_session_count(house.users, &count, NULL) == OK && count == 2);
	house.clock.now_ms += 1;
	NEED(sign_in(&house, "test.pharmacist", "a long password", HERE) == OK);
	CHECK(users_session_count(house.users, &count, NULL) == OK && count == 2);
	house.clock.now_ms += USER_SESSION_MS;
	users_free(house.users);
	house.users = NULL;
	NEED(users_open(&house.users, house.folder, &house.env, NULL) == OK);
	CHECK(users_session_count(house.users, &count, NULL) == OK && count == 0);
	house_close(&house);
}

TEST(an_account_has_a_bounded_number_of_sessions_and_tokens)
{
	struct house house;
	struct account account;
	struct fault fault;
	char first[2][USER_TOKEN_SIZE];
	char last[2][USER_TOKEN_SIZE];
	char token[USER_TOKEN_SIZE];
	size_t count = 0;
	NEED(house_open(&house));
	NEED(sign_in_at(&house, "test.pharmacist", "a long password", HERE, first[0], first[1]) ==
		OK);
	for (int i = 0; i < USER_SESSIONS_MAX; i++) {
		house.clock.now_ms++;
		NEED(sign_in_at(&house, "test.pharmacist", "a long password", HERE, last[0],
			     last[1]) == OK);
	}
	CHECK(users_session_count(house.users, &count, NULL) == OK && count == USER_SESSIONS_MAX);
	CHECK(users_session(house.users, first[0], NULL, false, &account, &fault) == ERR_DENIED);
	CHECK(users_session(house.users, last[0], last[1], true, &account, &fault) == OK);
	for (int i = 0; i < USER_TOKENS_MAX; i++)
		NEED(users_token(house.users, "test.pharmacist", token, &fault) == OK);
	CHECK(users_token(house.users, "test.pharmacist", token, &fault) == ERR_LIMIT);
	house_close(&house);
}

TEST(an_account_that_is_changed_has_to_sign_in_again)
{
	struct house house;
	struct account account;
	struct fault fault;
	char session[USER_TOKEN_SIZE];
	char page[USER_TOKEN_SIZE];
	char token[USER_TOKEN_SIZE];
	NEED(house_open(&house));
	NEED(sign_in_at(&house, "test.pharmacist", "a long password", HERE, session, page) == OK);
	NEED(users_token(house.users, "test.pharmacist", token, &fault) == OK);
	NEED(users_session(house.users, session, NULL, false, &account, &fault) == OK);
	NEED(users_put(house.users, &account, "another long password", &fault) == OK);
	CHECK(users_session(house.users, session, NULL, false, &account, &fault) == ERR_DENIED);
	CHECK(users_bearer(house.users, token, &account, &fault) == OK);
	house_close(&house);
}

TEST(a_name_is_plain_or_ends_with_its_own_party)
{
	static const struct {
		const char *user;
		enum err err;
		bool is_own;
	} rows[] = {
		{"ann", OK, false},
		{"ann@pharmacy", OK, true},
		{"a23456789.b23456789-c2345678901-2", ERR_FORMAT, false}, /* 33 */
		{"a23456789.b23456789-c2345678901-@pharmacy", OK, true},
		{"a23456789.b23456789-c2345678901-2@pharmacy", ERR_FORMAT, false},
		{"ann@ward.example", ERR_FORMAT, false},
		{"ann@pharmacy@pharmacy", ERR_FORMAT, false},
		{"@pharmacy", ERR_FORMAT, false},
		{"ann@", ERR_FORMAT, false},
		{"Ann@pharmacy", ERR_FORMAT, false},
		{"", ERR_FORMAT, false},
	};
	struct house house;
	struct fault fault = {0};
	NEED(house_open(&house));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct account account = {.party = "pharmacy", .duties = DUTY_VIEWER};
		(void)snprintf(account.user, sizeof account.user, "%s", rows[i].user);
		CHECK_ROW(users_put(house.users, &account, NULL, &fault) == rows[i].err, "%s: %s",
			rows[i].user, fault.text);
		CHECK_ROW(user_is_own(rows[i].user, "pharmacy") == rows[i].is_own, "%s",
			rows[i].user);
	}
	house_close(&house);
}

TEST(tokens_are_for_programs_and_passwords_are_long)
{
	struct house house;
	struct account account = {.duties = DUTY_HR, .user = "Capital", .party = "p"};
	struct fault fault;
	char token[USER_TOKEN_SIZE];
	NEED(house_open(&house));
	CHECK(users_put(house.users, &account, NULL, &fault) == ERR_FORMAT);
	memcpy(account.user, "hr.bot", 7);
	CHECK(users_put(house.users, &account, "short", &fault) == ERR_RANGE);
	CHECK(users_put(house.users, &account, NULL, &fault) == OK);
	NEED(users_token(house.users, "hr.bot", token, &fault) == OK);
	CHECK(users_bearer(house.users, token, &account, &fault) == OK);
	CHECK(account.duties == DUTY_HR && !strcmp(account.user, "hr.bot"));
	CHECK(users_session(house.users, token, NULL, false, &account, &fault) == ERR_DENIED);
	CHECK(users_token(house.users, "not-there", token, &fault) == ERR_NOT_FOUND);
	house_close(&house);
}

TEST(an_account_is_changed_and_disabled)
{
	struct house house;
	struct account account = {0};
	struct fault fault;
	char session[USER_TOKEN_SIZE];
	char page[USER_TOKEN_SIZE];
	char token[USER_TOKEN_SIZE];
	const char *user = "test.pharmacist";
	const unsigned viewer = DUTY_VIEWER;
	const bool off = true;
	const bool on = false;
	NEED(house_open(&house));
	NEED(users_sign_in(house.users, &(struct sign_in){user, "a long password", "192.0.2.1"},
		     &account, session, page, &fault) == OK);
	NEED(users_token(house.users, user, token, &fault) == OK);
	struct account_change roles = {.duties = &viewer};
	CHECK(users_change(house.users, user, &roles, &fault) == OK);
	/* Roles count at once, and the session goes on. */
	CHECK(users_session(house.users, session, NULL, false, &account, &fault) == OK);
	CHECK(account.duties == DUTY_VIEWER);
	struct account_change short_one = {.password = "short"};
	CHECK(users_change(house.users, user, &short_one, &fault) == ERR_RANGE);
	struct account_change password = {.password = "another password"};
	CHECK(users_change(house.users, user, &password, &fault) == OK);
	CHECK(users_session(house.users, session, NULL, false, &account, &fault) == ERR_DENIED);
	CHECK(users_bearer(house.users, token, &account, &fault) == OK);
	CHECK(users_sign_in(house.users, &(struct sign_in){user, "a long password", "192.0.2.1"},
		      &account, session, page, &fault) == ERR_DENIED);
	CHECK(users_sign_in(house.users, &(struct sign_in){user, "another password", "192.0.2.1"},
		      &account, session, page, &fault) == OK);
	struct account_change disable = {.is_disabled = &off};
	CHECK(users_change(house.users, user, &disable, &fault) == OK);
	CHECK(users_get(house.users, user, &account, &fault) == OK && account.is_disabled &&
		account.has_password);
	CHECK(users_bearer(house.users, token, &account, &fault) == ERR_DENIED);
	CHECK(users_sign_in(house.users, &(struct sign_in){user, "another password", "192.0.2.1"},
		      &account, session, page, &fault) == ERR_DENIED);
	struct account_change enable = {.is_disabled = &on};
	CHECK(users_change(house.users, user, &enable, &fault) == OK);
	CHECK(users_bearer(house.users, token, &account, &fault) == OK);
	CHECK(users_forget_tokens(house.users, user, &fault) == OK);
	CHECK(users_bearer(house.users, token, &account, &fault) == ERR_DENIED);
	CHECK(users_change(house.users, "nobody", &enable, &fault) == ERR_NOT_FOUND);
	CHECK(users_next(house.users, "", &account, &fault) == OK && !strcmp(account.user, user));
	CHECK(users_next(house.users, user, &account, &fault) == ERR_NOT_FOUND);
	house_close(&house);
}

TAP_MAIN(CASE(an_account_is_changed_and_disabled), CASE(a_session_opens_with_the_password_and_ends),
	CASE(signing_out_ends_a_session_at_once),
	CASE(five_wrong_passwords_block_for_half_a_minute),
	CASE(names_that_are_not_there_are_answered_like_those_that_are),
	CASE(sessions_past_their_time_are_deleted),
	CASE(an_account_has_a_bounded_number_of_sessions_and_tokens),
	CASE(an_account_that_is_changed_has_to_sign_in_again),
	CASE(a_name_is_plain_or_ends_with_its_own_party),
	CASE(tokens_are_for_programs_and_passwords_are_long))
