#include "appliance/cli/client.h"

#include "appliance/config.h"
#include "ledger/base/crypto.h"
#include "ledger/base/hex.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ANSWER_MAX ((size_t)64 << 20)
#define PATH_SIZE  4096
#define TIMEOUT_S  120L
#define CONNECT_MS 3000L
#define TRIES      3 /* of a request whose answer does not come */
#define KEY_BYTES  16

struct client {
	CURL *curl;
	struct cli *cli;
	char url[256];
	char ca[PATH_SIZE];
	char authorization[256];
	char once[160]; /* header of a changing request; asked again under the same key */
	unsigned keys; /* given out so far */
	json_t *refusal; /* answer of the last request, if it said no */
};

static enum err read_token(struct client *client, const char *user)
{
	char path[PATH_SIZE];
	struct buf token;
	buf_init(&token, 256);
	(void)snprintf(path, sizeof path, "%s/tokens/%s", client->cli->folder, user);
	enum err err = cli_read_file(path, 200, &token, &client->cli->fault);
	if (!err) {
		while (token.size && token.at[token.size - 1] <= ' ')
			token.size--;
		(void)snprintf(client->authorization, sizeof client->authorization,
			"Authorization: Bearer %s", buf_text(&token));
	} else if (err == ERR_NOT_FOUND) {
		err = fault_set(&client->cli->fault, err, 0, 0,
			"no token of account %.60s in %.100s/tokens", user, client->cli->folder);
	}
	buf_close(&token);
	return err;
}

/* A key of its own for each request that changes something: so it can be asked again. --once names
 * it, for a script that runs the same command again; a second request of the command has "/2". */
static void choose_key(struct client *client)
{
	const char *once = arg_value(&client->cli->args, "--once");
	uint8_t random[KEY_BYTES];
	char key[2 * KEY_BYTES + 1];
	random_fill(random, sizeof random);
	hex_print(span_of(random, sizeof random), key);
	if (!once)
		(void)snprintf(client->once, sizeof client->once, "Idempotency-Key: \"%s\"", key);
	else if (client->keys++ == 0)
		(void)snprintf(client->once, sizeof client->once, "Idempotency-Key: \"%s\"", once);
	else
		(void)snprintf(client->once, sizeof client->once, "Idempotency-Key: \"%s/%u\"",
			once, client->keys);
}

enum err client_open(struct client **out, struct cli *cli)
{
	struct client *client = calloc(1, sizeof *client);
	if (!client)
		return fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
	client->cli = cli;
	const char *once = arg_value(&cli->args, "--once");
	if (once && (!once[0] || strlen(once) > 100 || strpbrk(once, " \"\\"))) {
		client_free(client);
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"--once is a text of 1 to 100 letters, digits and signs, without spaces");
	}
	const char *url = arg_value(&cli->args, "--url");
	const char *user = arg_value(&cli->args, "--as");
	enum err err = OK;
	if (url) {
		(void)snprintf(client->url, sizeof client->url, "%s", url);
	} else {
		struct config config;
		err = config_load(cli->folder, &config, &cli->fault);
		if (!err)
			(void)snprintf(client->url, sizeof client->url, "https://localhost:%u",
				(unsigned)config.http_port);
	}
	(void)snprintf(client->ca, sizeof client->ca, "%s/tls/ca.pem", cli->folder);
	if (!err && user)
		err = read_token(client, user);
	if (!err) {
		client->curl = curl_easy_init();
		if (!client->curl)
			err = fault_set(&cli->fault, ERR_MEMORY, 0, 0, "libcurl does not start");
	}
	if (err)
		client_free(client);
	else
		*out = client;
	return err;
}

void client_free(struct client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	json_decref(client->refusal);
	free(client);
}

const char *client_url(const struct client *client)
{
	return client->url;
}

const json_t *client_refusal(const struct client *client)
{
	return client->refusal;
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *self)
{
	struct buf *buf = self;
	buf_put(buf, span_of(bytes, size * count));
	return buf->err ? 0 : size * count;
}

/* The appliance's own sentence, when it gave one. */
static enum err answered_no(struct client *client, long status, struct buf *body)
{
	json_t *answer =
		json_loadb((const char *)body->at, body->size, JSON_REJECT_DUPLICATES, NULL);
	const char *sentence = json_string_value(json_object_get(answer, "error"));
	enum err err = status == 401 || status == 403 ? ERR_DENIED
		       : status == 404                ? ERR_NOT_FOUND
		       : status == 409                ? ERR_EXISTS
		       : status == 413                ? ERR_LIMIT
		       : status == 422                ? ERR_REFUSED
		       : status == 503                ? ERR_BUSY
		       : status >= 500                ? ERR_IO
						      : ERR_USAGE;
	(void)fault_set(&client->cli->fault, err, 0, 0, "%s",
		sentence ? sentence : "the appliance answered without saying why");
	client->refusal = answer;
	return err;
}

/* The request may have arrived and been done all the same. */
static bool is_lost(CURLcode code)
{
	return code == CURLE_OPERATION_TIMEDOUT || code == CURLE_GOT_NOTHING ||
	       code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_PARTIAL_FILE ||
	       code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM;
}

/* Sends it until an answer comes. */
static CURLcode send_request(CURL *curl, bool has_key, struct buf *answer)
{
	CURLcode code = curl_easy_perform(curl);
	for (int tries = 1; has_key && is_lost(code) && tries < TRIES; tries++) {
		buf_reset(answer);
		code = curl_easy_perform(curl);
	}
	return code;
}

static enum err perform(struct client *client, const char *method, const char *path,
	const char *type, struct span body, struct buf *answer)
{
	CURL *curl = client->curl;
	bool has_key = client->authorization[0] && strcmp(method, "GET") != 0;
	char url[PATH_SIZE * 2];
	char content_type[128];
	struct curl_slist *headers = NULL;
	json_decref(client->refusal);
	client->refusal = NULL;
	(void)snprintf(url, sizeof url, "%s%s", client->url, path);
	(void)snprintf(content_type, sizeof content_type, "Content-Type: %s", type ? type : "");
	if (client->authorization[0])
		headers = curl_slist_append(headers, client->authorization);
	if (type)
		headers = curl_slist_append(headers, content_type);
	if (has_key) {
		choose_key(client);
		headers = curl_slist_append(headers, client->once);
	}
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_CAINFO, client->ca);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	if (type) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)body.at);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
	}
	CURLcode code = send_request(curl, has_key, answer);
	long status = 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	if (code)
		return fault_set(&client->cli->fault, ERR_NETWORK, 0, 0,
			"%s does not answer (%s): is the appliance running? `assay run` starts it",
			client->url, curl_easy_strerror(code));
	return status >= 400 ? answered_no(client, status, answer) : OK;
}

static enum err perform_json(struct client *client, const char *method, const char *path,
	const char *type, struct span body, json_t **answer)
{
	struct buf bytes;
	json_error_t error;
	buf_init(&bytes, ANSWER_MAX);
	enum err err = perform(client, method, path, type, body, &bytes);
	if (!err) {
		*answer = json_loadb(
			(const char *)bytes.at, bytes.size, JSON_REJECT_DUPLICATES, &error);
		if (!*answer)
			err = fault_set(&client->cli->fault, ERR_FORMAT, 0, 0,
				"the appliance's answer is not JSON: %s", error.text);
	}
	buf_close(&bytes);
	return err;
}

enum err client_get(struct client *client, const char *path, json_t **answer)
{
	return perform_json(client, "GET", path, NULL, span_of(NULL, 0), answer);
}

enum err client_delete(struct client *client, const char *path, json_t **answer)
{
	return perform_json(client, "DELETE", path, NULL, span_of(NULL, 0), answer);
}

enum err client_post(struct client *client, const char *path, json_t *body, json_t **answer)
{
	char *text = json_dumps(body, JSON_COMPACT);
	if (!text)
		return fault_set(&client->cli->fault, ERR_MEMORY, 0, 0, "out of memory");
	enum err err =
		perform_json(client, "POST", path, "application/json", span_text(text), answer);
	free(text);
	return err;
}

enum err client_post_bytes(struct client *client, const char *path, const char *type,
	struct span body, json_t **answer)
{
	return perform_json(client, "POST", path, type, body, answer);
}

enum err client_get_bytes(struct client *client, const char *path, struct buf *body)
{
	return perform(client, "GET", path, NULL, span_of(NULL, 0), body);
}

void client_escape(struct span text, struct buf *buf)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.at[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			     (c >= 'a' && c <= 'z') || (c && strchr("-._~", c));
		if (plain) {
			buf_put_u8(buf, c);
		} else {
			buf_put_u8(buf, '%');
			buf_put_u8(buf, (uint8_t)digits[c >> 4]);
			buf_put_u8(buf, (uint8_t)digits[c & 15]);
		}
	}
}
