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

TEST(a_session_opens_with_the_password_and_ends)
{
	struct house house;
	struct account account;
	struct fault fault;
	char session[USER_TOKEN_SIZE];
	char page[USER_TOKEN_SIZE];
	NEED(house_open(&house));
	CHECK(users_sign_in(house.users, "test.pharmacist", "a wrong password", &account, session,
		      page, &fault) == ERR_DENIED);
	CHECK(users_sign_in(house.users, "nobody", "a long password", &account, session, page,
		      &fault) == ERR_DENIED);
	NEED(users_sign_in(house.users, "test.pharmacist", "a long password", &account, session,
		     page, &fault) == OK);
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
	NEED(users_sign_in(house.users, "test.pharmacist", "a long password", &account, session,
		     page, &fault) == OK);
	CHECK(users_sign_out(house.users, session, &fault) == OK);
	CHECK(users_session(house.users, session, NULL, false, &account, &fault) == ERR_DENIED);
	house_close(&house);
}

TEST(five_wrong_passwords_block_for_half_a_minute)
{
	struct house house;
	struct account account;
	struct fault fault;
	char session[USER_TOKEN_SIZE];
	char page[USER_TOKEN_SIZE];
	NEED(house_open(&house));
	for (int i = 0; i < 5; i++)
		CHECK(users_sign_in(house.users, "test.pharmacist", "a wrong password", &account,
			      session, page, &fault) == ERR_DENIED);
	CHECK(users_sign_in(house.users, "test.pharmacist", "a long password", &account, session,
		      page, &fault) == ERR_BUSY);
	house.clock.now_ms += 30001;
	CHECK(users_sign_in(house.users, "test.pharmacist", "a long password", &account, session,
		      page, &fault) == OK);
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

TAP_MAIN(CASE(a_session_opens_with_the_password_and_ends), CASE(signing_out_ends_a_session_at_once),
	CASE(five_wrong_passwords_block_for_half_a_minute),
	CASE(tokens_are_for_programs_and_passwords_are_long))
