#include "appliance/view/desk.h"

#include "appliance/rules/outcomes.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define POOL_MAX      64
#define WAIT_MS       10000
#define NOT_AFTER_MS  3600000 /* an hour for what is stated through the API */
#define SEQUENCE_NONE UINT64_MAX

/* Things that belong to one thread at a time and are dear to open. */
struct pool {
	void *idle[POOL_MAX];
	size_t count;
};

struct pepper_list;

struct numbering {
	uint64_t next; /* SEQUENCE_NONE: to be read from the ledger */
};

struct desk {
	struct desk_options options;
	pthread_mutex_t lock; /* pools, numbering and peppers */
	struct pool readers;
	struct pool submitters;
	struct desk_party party[DESK_PARTIES_MAX];
	struct numbering numbering[DESK_PARTIES_MAX];
	size_t party_count;
	struct pepper_list *peppers; /* the newest */
	char origin[ORIGIN_SIZE_MAX + 1];
	_Atomic int64_t ledger_ms; /* the latest ledger time seen; 0: none yet */
};

#define PEPPER_YEARS 64 /* how far back from the newest year peppers are looked for */

/* As of one moment; never changed once another thread may see it. In locked memory. */
struct pepper_list {
	struct pepper_list *before; /* older lists, which readers may still hold */
	struct desk_pepper pepper[DESK_PEPPERS_MAX]; /* newest first */
	size_t count;
	uint16_t newest; /* year on the ledger, ours or not */
	bool is_short; /* a pepper on the ledger was not sealed to a key here */
	int64_t read_us; /* steady clock */
};

static enum err load_peppers(
	struct desk *desk, const struct table *table, struct pepper_list *list, struct fault *fault)
{
	for (uint16_t back = 0; back < PEPPER_YEARS && back < list->newest; back++) {
		if (list->count == DESK_PEPPERS_MAX)
			break;
		struct desk_pepper *pepper = &list->pepper[list->count];
		pepper->year = (uint16_t)(list->newest - back);
		enum err err = pepper_load(
			table, desk->options.keyholder, pepper->year, pepper->pepper, fault);
		if (!err)
			list->count++;
		else if (err == ERR_KEY)
			list->is_short = true;
		else if (err != ERR_NOT_FOUND)
			return err;
	}
	return OK;
}

static bool is_due(const struct desk *desk, const struct pepper_list *list, uint16_t newest)
{
	if (!list || list->newest != newest)
		return true;
	return list->is_short &&
	       env_steady_us(desk->options.env) - list->read_us >= DESK_PEPPER_RETRY_MS * 1000;
}

/* The lock is held. A list that says nothing new is not kept: so there are as many as there were
 * news, at most one for each pepper. */
static enum err renew_peppers(
	struct desk *desk, const struct table *table, uint16_t newest, struct fault *fault)
{
	struct pepper_list *list = secret_new(sizeof *list);
	if (!list)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no locked memory for the peppers");
	*list = (struct pepper_list){.before = desk->peppers,
		.newest = newest,
		.read_us = env_steady_us(desk->options.env)};
	enum err err = load_peppers(desk, table, list, fault);
	struct pepper_list *old = desk->peppers;
	if (!err && old && old->newest == newest && old->count == list->count) {
		old->read_us = list->read_us; /* looked at under the lock only */
		secret_free(list);
		return OK;
	}
	if (err)
		secret_free(list);
	else
		desk->peppers = list;
	return err;
}

enum err desk_peppers(struct desk *desk, const struct table *table,
	const struct desk_pepper **peppers, size_t *count, struct fault *fault)
{
	uint16_t newest = 0;
	enum err err = pepper_newest(table, &newest, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, err, 0, 0, "no pepper is on the ledger yet");
	if (err)
		return err;
	pthread_mutex_lock(&desk->lock);
	/* A snapshot from before the new year's pepper needs none that is not in the list. */
	if (is_due(desk, desk->peppers, newest) &&
		(!desk->peppers || newest >= desk->peppers->newest))
		err = renew_peppers(desk, table, newest, fault);
	if (!err && !desk->peppers->count)
		err = fault_set(fault, ERR_KEY, 0, 0,
			"no box key here opens a pepper: have it sealed to this appliance");
	if (!err) {
		*peppers = desk->peppers->pepper;
		*count = desk->peppers->count;
	}
	pthread_mutex_unlock(&desk->lock);
	return err;
}

static void *pool_take(struct desk *desk, struct pool *pool)
{
	void *thing = NULL;
	pthread_mutex_lock(&desk->lock);
	if (pool->count)
		thing = pool->idle[--pool->count];
	pthread_mutex_unlock(&desk->lock);
	return thing;
}

/* False when the pool is full: the caller frees the thing. */
static bool pool_put(struct desk *desk, struct pool *pool, void *thing)
{
	bool kept = false;
	pthread_mutex_lock(&desk->lock);
	if (pool->count < POOL_MAX) {
		pool->idle[pool->count++] = thing;
		kept = true;
	}
	pthread_mutex_unlock(&desk->lock);
	return kept;
}

enum err desk_reader(struct desk *desk, struct reader **reader, struct fault *fault)
{
	*reader = pool_take(desk, &desk->readers);
	return *reader ? OK : reader_open(reader, desk->options.folder, desk->options.env, fault);
}

void desk_reader_back(struct desk *desk, struct reader *reader)
{
	if (reader && !pool_put(desk, &desk->readers, reader))
		reader_free(reader);
}

static void note_time(struct desk *desk, int64_t time_ms)
{
	int64_t seen = atomic_load(&desk->ledger_ms);
	while (time_ms > seen && !atomic_compare_exchange_weak(&desk->ledger_ms, &seen, time_ms))
		;
}

enum err desk_begin(struct desk *desk, struct desk_moment *moment, struct fault *fault)
{
	*moment = (struct desk_moment){0};
	enum err err = desk_reader(desk, &moment->reader, fault);
	if (!err)
		err = reader_begin(moment->reader, &moment->snapshot, fault);
	moment->is_begun = !err;
	if (!err)
		note_time(desk, moment->snapshot.time_ms);
	return err;
}

void desk_end(struct desk *desk, struct desk_moment *moment)
{
	if (moment->is_begun)
		reader_end(moment->reader);
	desk_reader_back(desk, moment->reader);
}

static enum err take_submitter(struct desk *desk, struct submitter **submitter, struct fault *fault)
{
	*submitter = pool_take(desk, &desk->submitters);
	return *submitter ? OK : submitter_open(submitter, desk->options.service, fault);
}

static void give_submitter(struct desk *desk, struct submitter *submitter)
{
	/* One with an unanswered statement would hand its answer to the next borrower. */
	if (submitter_open_count(submitter) || !pool_put(desk, &desk->submitters, submitter))
		submitter_free(submitter);
}

/* Where a party is kept: of a renewed appliance key the place of the one before. */
static struct desk_party *place_of_party(struct desk *desk, const char *name)
{
	for (size_t i = 0; i < desk->party_count; i++)
		if (!strcmp(desk->party[i].name, name))
			return &desk->party[i];
	return desk->party_count < DESK_PARTIES_MAX ? &desk->party[desk->party_count] : NULL;
}

/* Box keys that were renewed still open what was sealed to them. */
static void add_former(struct desk_party *party, const struct keyholder_key *keys, size_t count)
{
	for (size_t i = 0; i < count && party->former_count < DESK_FORMER_MAX; i++)
		if (keys[i].purpose == KEY_BOX && !strcmp(keys[i].party, party->name) &&
			memcmp(keys[i].kid, party->box_kid, KID_SIZE) != 0)
			memcpy(party->former_box[party->former_count++], keys[i].kid, KID_SIZE);
}

/* Local name, ledger name and tenant of one appliance key, if the ledger knows it. */
static enum err add_party(struct desk *desk, const struct table *table,
	const struct keyholder_key *key, struct fault *fault)
{
	struct author author;
	uint8_t public[32];
	enum err err = members_key(table, key->kid, &author, public, fault);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (err)
		return err;
	struct desk_party *party = place_of_party(desk, key->party);
	if (!party)
		return fault_set(fault, ERR_LIMIT, 0, 0,
			"more than %d parties have keys in this folder", DESK_PARTIES_MAX);
	bool is_new = !party->name[0];
	memcpy(party->name, key->party, sizeof party->name);
	memcpy(party->member, author.member, sizeof party->member);
	party->has_tenant = author.has_tenant;
	memcpy(party->tenant, author.tenant, sizeof party->tenant);
	memcpy(party->kid, key->kid, sizeof party->kid);
	struct keyholder_key box;
	err = keyholder_find(desk->options.keyholder, key->party, KEY_BOX, &box, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	party->has_box = !err;
	if (!err) {
		memcpy(party->box_kid, box.kid, sizeof party->box_kid);
		memcpy(party->box_public, box.public, sizeof party->box_public);
	}
	desk->numbering[party - desk->party].next = SEQUENCE_NONE;
	desk->party_count += is_new;
	return OK;
}

static enum err find_parties(struct desk *desk, struct fault *fault)
{
	struct keyholder_key *keys = calloc(KEYHOLDER_KEYS_MAX, sizeof *keys);
	struct desk_moment moment = {0};
	size_t count = 0;
	if (!keys)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the list of keys");
	enum err err =
		keyholder_keys(desk->options.keyholder, keys, KEYHOLDER_KEYS_MAX, &count, fault);
	if (!err)
		err = desk_begin(desk, &moment, fault);
	for (size_t i = 0; !err && i < count; i++)
		if (keys[i].purpose == KEY_APPLIANCE)
			err = add_party(desk, moment.snapshot.table, &keys[i], fault);
	for (size_t i = 0; !err && i < desk->party_count; i++)
		add_former(&desk->party[i], keys, count);
	desk_end(desk, &moment);
	free(keys);
	return err;
}

enum err desk_open(struct desk **out, const struct desk_options *options, struct fault *fault)
{
	struct desk *desk = calloc(1, sizeof *desk);
	if (!desk)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the desk");
	desk->options = *options;
	pthread_mutex_init(&desk->lock, NULL);
	struct span origin = service_origin(options->service);
	assert(origin.size <= ORIGIN_SIZE_MAX);
	memcpy(desk->origin, origin.at, origin.size);
	enum err err = find_parties(desk, fault);
	if (err)
		desk_free(desk);
	else
		*out = desk;
	return err;
}

void desk_free(struct desk *desk)
{
	if (!desk)
		return;
	for (size_t i = 0; i < desk->readers.count; i++)
		reader_free(desk->readers.idle[i]);
	for (size_t i = 0; i < desk->submitters.count; i++)
		submitter_free(desk->submitters.idle[i]);
	for (struct pepper_list *list = desk->peppers, *before; list; list = before) {
		before = list->before;
		secret_free(list);
	}
	pthread_mutex_destroy(&desk->lock);
	free(desk);
}

const struct desk_party *desk_find(const struct desk *desk, const char *name)
{
	for (size_t i = 0; i < desk->party_count; i++)
		if (!strcmp(desk->party[i].name, name))
			return &desk->party[i];
	return NULL;
}

const struct desk_party *desk_party(const struct desk *desk, size_t index)
{
	return index < desk->party_count ? &desk->party[index] : NULL;
}

struct keyholder *desk_keyholder(struct desk *desk)
{
	return desk->options.keyholder;
}

const struct env *desk_env(const struct desk *desk)
{
	return desk->options.env;
}

const char *desk_folder(const struct desk *desk)
{
	return desk->options.folder;
}

int32_t desk_short_dated_days(const struct desk *desk)
{
	return desk->options.short_dated_days;
}

struct span desk_origin(const struct desk *desk)
{
	return span_text(desk->origin);
}

/* What the ledger says a key's next number is, for the first statement after a start. */
static enum err read_sequence(
	struct desk *desk, const struct desk_party *party, uint64_t *sequence, struct fault *fault)
{
	struct desk_moment moment;
	enum err err = desk_begin(desk, &moment, fault);
	if (!err)
		err = members_sequence_next(moment.snapshot.table, party->kid, sequence, fault);
	desk_end(desk, &moment);
	return err;
}

enum err desk_sequence(
	struct desk *desk, const struct desk_party *party, uint64_t *sequence, struct fault *fault)
{
	struct numbering *numbering = &desk->numbering[party - desk->party];
	uint64_t first = 0;
	pthread_mutex_lock(&desk->lock);
	bool known = numbering->next != SEQUENCE_NONE;
	pthread_mutex_unlock(&desk->lock);
	if (!known) {
		enum err err = read_sequence(desk, party, &first, fault);
		if (err)
			return err;
	}
	pthread_mutex_lock(&desk->lock);
	if (numbering->next == SEQUENCE_NONE)
		numbering->next = first ? first : 1;
	*sequence = numbering->next++;
	pthread_mutex_unlock(&desk->lock);
	return OK;
}

static enum err judge_answer(
	const struct answer *answer, struct stated *stated, struct fault *fault)
{
	if (answer->err == ERR_BUSY)
		return fault_set(fault, ERR_BUSY, 0, 0, "the ledger is busy; try again in %u ms",
			(unsigned)answer->retry_ms);
	if (answer->err) {
		stated->is_open = answer->is_open;
		if (fault)
			*fault = answer->fault;
		return answer->err;
	}
	stated->outcome = answer->outcome;
	stated->position = answer->position;
	stated->height = answer->height;
	stated->time_ms = answer->time_ms;
	memcpy(stated->entry, answer->entry, ENTRY_SIZE);
	if (answer_is_recorded(answer)) {
		stated->outcome.code = OUTCOME_ACCEPTED;
		return OK;
	}
	char text[OUTCOME_SENTENCE_MAX];
	outcome_sentence(answer->outcome.code, answer->outcome.a, answer->outcome.b, text);
	return fault_set(fault, ERR_REFUSED, answer->outcome.element, 0, "%s", text);
}

enum err desk_recorded_at(
	struct desk *desk, uint64_t position, struct recorded *recorded, struct fault *fault)
{
	struct reader *reader = NULL;
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_recorded(reader, position, recorded, fault);
	desk_reader_back(desk, reader);
	return err;
}

enum err desk_stated_at(
	struct desk *desk, uint64_t position, struct stated *stated, struct fault *fault)
{
	struct recorded recorded;
	enum err err = desk_recorded_at(desk, position, &recorded, fault);
	if (err)
		return err;
	*stated = (struct stated){.outcome = recorded.outcome,
		.position = position,
		.height = recorded.height,
		.time_ms = recorded.time_ms};
	memcpy(stated->entry, recorded.entry, ENTRY_SIZE);
	return OK;
}

enum err desk_hand_in(
	struct desk *desk, struct span bytes, struct stated *stated, struct fault *fault)
{
	struct submitter *submitter = NULL;
	struct answer answer;
	enum err err = take_submitter(desk, &submitter, fault);
	if (err)
		return err;
	err = submitter_ask(submitter, bytes, false, WAIT_MS, &answer, fault);
	give_submitter(desk, submitter);
	if (!err && answer.is_ruled)
		note_time(desk, answer.time_ms);
	if (!err)
		err = judge_answer(&answer, stated, fault);
	/* Handed in before: the ledger has what was found then. */
	if (!err && answer.outcome.code == OUTCOME_DUPLICATE) {
		err = desk_stated_at(desk, stated->position, stated, fault);
		stated->is_open = err != OK;
	}
	return err;
}

enum err desk_recorded(struct desk *desk, const struct desk_party *party, uint64_t sequence,
	struct stated *stated, struct fault *fault)
{
	struct reader *reader = NULL;
	uint64_t position = 0;
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_find(reader, party->kid, sequence, &position, fault);
	desk_reader_back(desk, reader);
	return err ? err : desk_stated_at(desk, position, stated, fault);
}

/* The answer did not come in time; it was waited for all the same (give_submitter). */
static enum err ask_ledger(struct desk *desk, const struct desk_party *party, uint64_t sequence,
	struct stated *stated, struct fault *fault)
{
	enum err err = desk_recorded(desk, party, sequence, stated, fault);
	stated->is_open = err && err != ERR_NOT_FOUND;
	return err == ERR_NOT_FOUND ? fault_set(fault, ERR_TIMEOUT, 0, 0,
					      "the ledger took too long, and nothing was recorded: "
					      "try again")
				    : err;
}

/* Until when a statement made now may be recorded, by ledger time: that does not go back when this
 * machine's clock does. */
static enum err not_after(struct desk *desk, int64_t *until_ms, struct fault *fault)
{
	int64_t now_ms = env_now_ms(desk->options.env);
	enum err err = OK;
	if (!atomic_load(&desk->ledger_ms)) {
		struct desk_moment moment;
		err = desk_begin(desk, &moment, fault);
		desk_end(desk, &moment);
	}
	int64_t ledger_ms = atomic_load(&desk->ledger_ms);
	*until_ms = (now_ms > ledger_ms ? now_ms : ledger_ms) + NOT_AFTER_MS;
	return err;
}

enum err desk_state(struct desk *desk, const struct desk_statement *wanted, struct stated *stated,
	struct fault *fault)
{
	const struct desk_party *party = wanted->party;
	struct buf attachments;
	struct buf bytes;
	buf_init(&attachments, STATEMENT_SIZE_MAX);
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	struct keyholder_signer holder = {.holder = desk->options.keyholder};
	memcpy(holder.kid, party->kid, sizeof holder.kid);
	struct signer signer = keyholder_signer(&holder);
	uint64_t sequence = wanted->sequence;
	int64_t until_ms = 0;
	stated->is_open = false;
	enum err err = sequence ? OK : desk_sequence(desk, party, &sequence, fault);
	if (!err)
		err = not_after(desk, &until_ms, fault);
	if (err)
		goto undo;
	if (wanted->attachment_count)
		statement_attachments_put(
			&attachments, wanted->attachments, wanted->attachment_count);
	struct statement statement = {
		.envelope = {.type = SIGNED_STATEMENT,
			.kid = span_of(party->kid, KID_SIZE),
			.issuer = span_text(party->member),
			.subject = span_text(wanted->word),
			.origin = span_text(desk->origin)},
		.kind = (uint16_t)wanted->kind,
		.sequence = sequence,
		.not_after_ms = until_ms,
		.principal = wanted->principal ? span_text(wanted->principal) : span_of(NULL, 0),
		.body = wanted->body,
		.attachments = buf_span(&attachments),
		.attachment_count = wanted->attachment_count,
	};
	err = statement_encode(&statement, &signer, &bytes, fault);
	if (!err)
		err = desk_hand_in(desk, buf_span(&bytes), stated, fault);
	if (err == ERR_TIMEOUT)
		err = ask_ledger(desk, party, sequence, stated, fault);
undo:
	buf_close(&bytes);
	buf_close(&attachments);
	return err;
}

enum err desk_receipt(struct desk *desk, uint64_t position, struct buf *text, struct fault *fault)
{
	struct reader *reader = NULL;
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_receipt(reader, position, text, fault);
	desk_reader_back(desk, reader);
	return err;
}
