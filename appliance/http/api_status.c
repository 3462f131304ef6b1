/* Status lists for anybody who holds a credential or a badge: GET /status/LIST. They are made when
 * they are asked for, and kept: a list that has not changed is not signed again for a while. */
#include "appliance/http/api_people.h"

#include "appliance/people/staff_publish.h"
#include "ledger/base/hex.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define KEPT_MAX   64
#define LOOK_MS    5000 /* how long a change may go unseen */
#define SIGN_MS    600000 /* how old a list may be that has not changed */
#define TAG_DIGITS 32
#define CACHES     "public, max-age=60"

struct kept {
	uint8_t list[STATUS_LIST_ID];
	enum published_form form;
	bool is_used;
	int64_t looked_ms;
	int64_t signed_ms;
	uint8_t statuses[HASH_SIZE]; /* hash of what it says */
	struct buf bytes;
};

struct published {
	pthread_mutex_t lock; /* also while a list is made: one at a time */
	struct kept kept[KEPT_MAX];
};

enum err published_open(struct published **out, struct fault *fault)
{
	struct published *published = calloc(1, sizeof *published);
	if (!published)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for status lists");
	pthread_mutex_init(&published->lock, NULL);
	*out = published;
	return OK;
}

void published_free(struct published *published)
{
	if (!published)
		return;
	for (size_t i = 0; i < KEPT_MAX; i++)
		buf_close(&published->kept[i].bytes);
	pthread_mutex_destroy(&published->lock);
	free(published);
}

/* The one of the list, or the one that was looked at longest ago. */
static struct kept *find_kept(struct published *published, const uint8_t list[STATUS_LIST_ID],
	enum published_form form, bool *is_there)
{
	struct kept *oldest = &published->kept[0];
	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct kept *kept = &published->kept[i];
		*is_there = kept->is_used && kept->form == form &&
			    !memcmp(kept->list, list, STATUS_LIST_ID);
		if (*is_there)
			return kept;
		if (!kept->is_used || (oldest->is_used && kept->looked_ms < oldest->looked_ms))
			oldest = kept;
	}
	return oldest;
}

/* Whose list it is, if that party is served here. */
static enum err find_owner(struct call *call, const uint8_t list[STATUS_LIST_ID])
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct status_list_owner owner;
	const struct desk_party *party = NULL;
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = reader_begin(reader, &snapshot, &call->fault);
	if (err) {
		desk_reader_back(call->api->desk, reader);
		return err;
	}
	err = status_list_owner(snapshot.table, list, &owner, &call->fault);
	for (size_t i = 0; !err && (party = desk_party(call->api->desk, i)); i++) {
		struct author author;
		uint8_t key[SIGN_PUBLIC];
		uint8_t bytes[PARTY_SIZE];
		err = members_key(snapshot.table, party->kid, &author, key, &call->fault);
		if (err)
			break;
		party_put(&author, bytes);
		if (!memcmp(bytes, owner.party, PARTY_SIZE))
			break;
	}
	reader_end(reader);
	desk_reader_back(call->api->desk, reader);
	call->party = party;
	if (err == ERR_NOT_FOUND || (!err && !party))
		return fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
			"no status list of that number is kept here");
	return err;
}

/* Looks at the ledger, and signs when what it says has changed or was said long ago. */
static enum err make_list(struct call *call, struct kept *kept, const uint8_t list[STATUS_LIST_ID],
	enum published_form form, bool is_there)
{
	struct people_call people;
	struct buf statuses;
	uint8_t hash[HASH_SIZE];
	int64_t now = env_now_ms(desk_env(call->api->desk));
	buf_init(&statuses, STATUS_COUNT_MAX);
	enum err err = people_open(&people, call);
	if (!err)
		err = staff_list_statuses(&people.moment, list, &statuses, &call->fault);
	people_end_reading(&people);
	if (!err)
		err = published_pad(&statuses, &call->fault);
	if (!err)
		hash_sha256(buf_span(&statuses), hash);
	bool is_old = !is_there || memcmp(hash, kept->statuses, HASH_SIZE) != 0 ||
		      now - kept->signed_ms >= SIGN_MS || now < kept->signed_ms;
	if (!err && is_old) {
		struct buf bytes;
		buf_init(&bytes, STATUS_TEXT_MAX);
		err = staff_publish(
			&people.party, list, form, buf_span(&statuses), now, &bytes, &call->fault);
		if (err) {
			buf_close(&bytes);
		} else {
			buf_close(&kept->bytes);
			*kept = (struct kept){
				.form = form, .is_used = true, .signed_ms = now, .bytes = bytes};
			memcpy(kept->list, list, STATUS_LIST_ID);
			memcpy(kept->statuses, hash, HASH_SIZE);
		}
	}
	if (!err)
		kept->looked_ms = now;
	buf_close(&statuses);
	return err;
}

static void print_tag(struct span bytes, char tag[TAG_DIGITS + 3])
{
	uint8_t hash[HASH_SIZE];
	char digits[2 * HASH_SIZE + 1];
	hash_sha256(bytes, hash);
	hex_print(span_of(hash, sizeof hash), digits);
	(void)snprintf(tag, TAG_DIGITS + 3, "\"%.*s\"", TAG_DIGITS, digits);
}

static void answer_list(struct call *call, const struct kept *kept)
{
	char tag[TAG_DIGITS + 3];
	const char *known = http_header(call->request, "If-None-Match");
	print_tag(buf_span(&kept->bytes), tag);
	http_reply_header(call->reply, "ETag", tag);
	http_reply_header(call->reply, "Cache-Control", CACHES);
	http_reply_header(call->reply, "Access-Control-Allow-Origin", "*");
	call->reply->type = published_type(kept->form);
	if (known && strstr(known, tag))
		call->reply->status = 304;
	else
		buf_put(&call->reply->body, buf_span(&kept->bytes));
}

static enum err status_list(struct call *call)
{
	struct published *published = call->api->published;
	uint8_t list[STATUS_LIST_ID];
	enum published_form form = PUBLISHED_TOKEN;
	bool is_there = false;
	enum err err = published_path_parse(call->rest, list, &form, &call->fault);
	if (err)
		return err;
	int64_t now = env_now_ms(desk_env(call->api->desk));
	pthread_mutex_lock(&published->lock);
	struct kept *kept = find_kept(published, list, form, &is_there);
	bool is_fresh = is_there && now >= kept->looked_ms && now - kept->looked_ms < LOOK_MS;
	if (!is_fresh)
		err = find_owner(call, list);
	if (!err && !is_fresh)
		err = make_list(call, kept, list, form, is_there);
	if (!err)
		answer_list(call, kept);
	pthread_mutex_unlock(&published->lock);
	return err;
}

const struct route api_status_routes[] = {
	{"GET", "/status/*", 0, BODY_NONE, status_list},
	{0},
};
