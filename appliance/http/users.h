/* Accounts, sign-ins and tokens: users.db. Passwords are stored by Argon2id, sessions and tokens
 * by their SHA-256 only, so that the file alone lets nobody in. Thread: any. */
#ifndef APPLIANCE_HTTP_USERS_H
#define APPLIANCE_HTTP_USERS_H

#include "ledger/base/buf.h"
#include "ledger/base/crypto.h"
#include "ledger/base/env.h"

#define USER_OWN_MAX      32 /* [a-z0-9.-] */
#define USER_PARTY_MAX    63
#define USER_NAME_MAX     (USER_OWN_MAX + 1 + USER_PARTY_MAX) /* own name, or own name@party */
#define USER_SIGN_INS_MAX 2 /* passwords checked at once */
#define USER_PASSWORD_MIN 10
#define USER_PASSWORD_MAX 128
#define USER_TOKEN_SIZE   base64_room(32)
#define USER_SESSION_MS   (12 * 3600 * 1000LL)
#define USER_FAILURES_MAX 5 /* wrong passwords for one name from one address at once */
#define USER_BLOCK_MS     30000 /* then one more each half a minute */
#define USER_SESSIONS_MAX 16 /* open at once of one account: an older one ends */
#define USER_TOKENS_MAX   64 /* of one account */

enum duty {
	DUTY_ADMIN = 1 << 0,
	DUTY_PHARMACIST = 1 << 1,
	DUTY_WAREHOUSE = 1 << 2,
	DUTY_MAKER = 1 << 3,
	DUTY_HR = 1 << 4,
	DUTY_REGULATOR = 1 << 5,
	DUTY_VIEWER = 1 << 6,
};

/* Word of one role, and back (0 if there is none). */
const char *duty_word(enum duty duty);
unsigned duty_parse(struct span word);

struct account {
	char user[USER_NAME_MAX + 1];
	char party[USER_PARTY_MAX + 1];
	unsigned duties;
	bool is_disabled; /* below: filled in when it is read */
	bool has_password;
};

struct users;

MUST_CHECK enum err users_open(
	struct users **users, const char *folder, const struct env *env, struct fault *fault);
void users_free(struct users *users);

/* Whether the name is one of that party's own: own name@party. Who sees to one party's accounts
 * gives such names only: a plain one that is taken would tell of another party's account. */
bool user_is_own(const char *user, const char *party);

/* Adds or replaces an account; its open sessions end. password NULL leaves it without one (tokens
 * only).
 * Errors: ERR_FORMAT for a name, also one that ends with @ and another party; ERR_RANGE for a
 * password that is too short or long. */
MUST_CHECK enum err users_put(struct users *users, const struct account *account,
	const char *password, struct fault *fault);
/* Sessions of all accounts in the file, open or past their time. */
MUST_CHECK enum err users_session_count(struct users *users, size_t *count, struct fault *fault);
MUST_CHECK enum err users_count(struct users *users, size_t *count, struct fault *fault);

/* Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err users_get(
	struct users *users, const char *user, struct account *account, struct fault *fault);
/* The account after user in order of names; "" begins. Errors: ERR_NOT_FOUND at the end. */
MUST_CHECK enum err users_next(
	struct users *users, const char *user, struct account *account, struct fault *fault);

/* What is changed of an account that is there; what is NULL stays. A new password ends its
 * sessions, and so does disabling; a disabled account's tokens are refused until it is enabled
 * again. Errors: ERR_NOT_FOUND; ERR_RANGE as users_put. */
struct account_change {
	const unsigned *duties;
	const char *password;
	const bool *is_disabled;
};
MUST_CHECK enum err users_change(struct users *users, const char *user,
	const struct account_change *change, struct fault *fault);
/* Takes back all tokens for programs that it has. */
MUST_CHECK enum err users_forget_tokens(struct users *users, const char *user, struct fault *fault);

/* A token for programs, until revoked: 256 random bits as base64url.
 * Errors: ERR_NOT_FOUND; ERR_LIMIT over USER_TOKENS_MAX. */
MUST_CHECK enum err users_token(
	struct users *users, const char *user, char token[USER_TOKEN_SIZE], struct fault *fault);

/* Checks a password and opens a session; the oldest one beyond USER_SESSIONS_MAX ends, and all that
 * are past their time are deleted. page is the second token, which the page must send back with
 * what changes something. peer is who asks (numeric address).
 * Errors: ERR_DENIED (the same sentence whether name or password is wrong), ERR_BUSY after
 * USER_FAILURES_MAX wrong ones for that name from that address, whether or not there is such a
 * name: wait USER_BLOCK_MS; ERR_TIMEOUT while USER_SIGN_INS_MAX others are at it. Cost: Argon2id,
 * by design slow, and the same for a name that is not there. */
struct sign_in {
	const char *user;
	const char *password;
	const char *peer;
};
MUST_CHECK enum err users_sign_in(struct users *users, const struct sign_in *sign_in,
	struct account *account, char session[USER_TOKEN_SIZE], char page[USER_TOKEN_SIZE],
	struct fault *fault);
MUST_CHECK enum err users_sign_out(struct users *users, const char *session, struct fault *fault);

/* Whose session or token this is; page (may be NULL) is checked when needs_page.
 * Errors: ERR_DENIED: unknown, ended or without its page token. */
MUST_CHECK enum err users_session(struct users *users, const char *session, const char *page,
	bool needs_page, struct account *account, struct fault *fault);
MUST_CHECK enum err users_bearer(
	struct users *users, const char *token, struct account *account, struct fault *fault);

#endif
