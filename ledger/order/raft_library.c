/* The one file that knows libraft, release 0.22.1 exactly: its raft_step interface is not frozen,
 * and the next release changed who frees what without saying so in its soname. Debian builds it
 * with NDEBUG, so what it would assert is checked before (raft_engine.c).
 *
 * Who frees what (0.22.1):
 *   entries given in are ours; their batch, one raft_malloc for all of one event, is ours again
 *   if the step flags ENTRIES, and was freed by the library if a RECEIVE does not.
 *   SUBMIT that fails leaves the batch ours; START that fails frees it and the entries.
 *   CONFIGURATION takes the configuration's content in any case.
 *   messages belong to the library until the next step. */
#include "ledger/order/raft_library.h"

#include <assert.h>
#include <inttypes.h>
#include <raft.h>
#include <stdlib.h>

_Static_assert(RAFT_VERSION_NUMBER == 2201, "libraft 0.22.1, no other: see above");
_Static_assert((int)RAFT_ROLE_STANDBY == (int)RAFT_STANDBY &&
		       (int)RAFT_ROLE_VOTER == (int)RAFT_VOTER &&
		       (int)RAFT_ROLE_SPARE == (int)RAFT_SPARE,
	"roles are numbered alike");

#define MAIL_ROOM_MAX (4 * RAFT_ROWS_MAX + 16 * RAFT_MEMBERS_MAX)
#define ADDRESS_SIZE  24
/* What the wire form of 0.22.1 fills in. */
#define VERSION_ASK_VOTE 2
#define VERSION_VOTE     2
#define VERSION_APPENDED 2

struct raft_library {
	struct raft raft;
	uint64_t id;
	struct raft_mail *mail;
	size_t mail_count;
	size_t mail_room;
	struct raft_entry entries[RAFT_ROWS_MAX];
};

/* The library wants an address for each server, and different ones. */
static void address_of(uint64_t id, char address[ADDRESS_SIZE])
{
	(void)snprintf(address, ADDRESS_SIZE, "%" PRIu64, id);
}

static enum err out_of_memory(struct fault *fault)
{
	return fault_set(fault, ERR_MEMORY, 0, 0, "consensus: out of memory; start again");
}

static enum err members_give(
	const struct raft_members *members, struct raft_configuration *conf, struct fault *fault)
{
	char address[ADDRESS_SIZE];
	raft_configuration_init(conf);
	for (size_t i = 0; i < members->count; i++) {
		address_of(members->of[i].id, address);
		if (raft_configuration_add(
			    conf, members->of[i].id, address, (int)members->of[i].role)) {
			raft_configuration_close(conf);
			return out_of_memory(fault);
		}
	}
	return OK;
}

/* The body of a CHANGE row in the library's form, allocated by it. */
static enum err change_give(struct span body, struct raft_buffer *out, struct fault *fault)
{
	struct raft_members members;
	struct raft_configuration conf;
	enum err err = raft_members_take(body, &members, fault);
	if (!err)
		err = members_give(&members, &conf, fault);
	if (err)
		return err;
	int failed = raft_configuration_encode(&conf, out);
	raft_configuration_close(&conf);
	return failed ? out_of_memory(fault) : OK;
}

/* All changes among the rows into one batch; entries point into it. */
static enum err entries_give(struct raft_entry *entries, const struct raft_row *rows, size_t count,
	void **batch, struct fault *fault)
{
	struct raft_buffer change;
	size_t size = 8; /* never empty: the library wants a batch */
	uint8_t *all = raft_malloc(size);
	enum err err = all ? OK : out_of_memory(fault);
	for (size_t i = 0; !err && i < count; i++) {
		entries[i] = (struct raft_entry){
			.term = rows[i].term, .type = (enum raft_entry_type)rows[i].kind};
		if (rows[i].kind != RAFT_ROW_CHANGE)
			continue;
		err = change_give(rows[i].body, &change, fault);
		if (err)
			break;
		uint8_t *more = raft_realloc(all, size + change.len);
		if (more) {
			all = more;
			memcpy(all + size, change.base, change.len);
			entries[i].buf.len = change.len;
			size += change.len;
		} else {
			err = out_of_memory(fault);
		}
		raft_free(change.base);
	}
	if (err) {
		raft_free(all);
		return err;
	}
	size_t at = 8;
	for (size_t i = 0; i < count; i++) {
		entries[i].batch = all;
		if (entries[i].buf.len) {
			entries[i].buf.base = all + at;
			at += entries[i].buf.len;
		}
	}
	*batch = all;
	return OK;
}

static bool mail_take(uint64_t from, const struct raft_message *in, struct raft_mail *out)
{
	*out = (struct raft_mail){.from = from, .to = in->server_id};
	switch (in->type) {
	case RAFT_APPEND_ENTRIES:
		out->kind = RAFT_MAIL_APPEND;
		out->term = in->append_entries.term;
		out->append.prev = in->append_entries.prev_log_index;
		out->append.prev_term = in->append_entries.prev_log_term;
		out->append.commit = in->append_entries.leader_commit;
		out->append.count = in->append_entries.n_entries;
		return true;
	case RAFT_APPEND_ENTRIES_RESULT:
		out->kind = RAFT_MAIL_APPENDED;
		out->term = in->append_entries_result.term;
		out->appended.rejected = in->append_entries_result.rejected;
		out->appended.last = in->append_entries_result.last_log_index;
		return true;
	case RAFT_REQUEST_VOTE:
		out->kind = RAFT_MAIL_ASK_VOTE;
		out->term = in->request_vote.term;
		out->ask_vote.last = in->request_vote.last_log_index;
		out->ask_vote.last_term = in->request_vote.last_log_term;
		out->ask_vote.is_sent_by_leader = in->request_vote.disrupt_leader;
		out->ask_vote.is_pre = in->request_vote.pre_vote;
		return true;
	case RAFT_REQUEST_VOTE_RESULT:
		out->kind = RAFT_MAIL_VOTE;
		out->term = in->request_vote_result.term;
		out->vote.is_granted = in->request_vote_result.vote_granted;
		out->vote.is_pre = in->request_vote_result.pre_vote;
		return true;
	case RAFT_TIMEOUT_NOW:
		out->kind = RAFT_MAIL_TAKE_OVER;
		out->term = in->timeout_now.term;
		out->take_over.last = in->timeout_now.last_log_index;
		out->take_over.last_term = in->timeout_now.last_log_term;
		return true;
	case RAFT_INSTALL_SNAPSHOT: break; /* never: the terms of all rows are known */
	}
	return false;
}

static void message_give(const struct raft_mail *in, struct raft_message *out)
{
	memset(out, 0, sizeof *out);
	out->server_id = in->from;
	switch (in->kind) {
	case RAFT_MAIL_APPEND:
		out->type = RAFT_APPEND_ENTRIES;
		out->append_entries.term = in->term;
		out->append_entries.prev_log_index = in->append.prev;
		out->append_entries.prev_log_term = in->append.prev_term;
		out->append_entries.leader_commit = in->append.commit;
		out->append_entries.n_entries = (unsigned)in->append.count;
		return;
	case RAFT_MAIL_APPENDED:
		out->type = RAFT_APPEND_ENTRIES_RESULT;
		out->append_entries_result.version = VERSION_APPENDED;
		out->append_entries_result.term = in->term;
		out->append_entries_result.rejected = in->appended.rejected;
		out->append_entries_result.last_log_index = in->appended.last;
		return;
	case RAFT_MAIL_ASK_VOTE:
		out->type = RAFT_REQUEST_VOTE;
		out->request_vote.version = VERSION_ASK_VOTE;
		out->request_vote.term = in->term;
		out->request_vote.candidate_id = in->from;
		out->request_vote.last_log_index = in->ask_vote.last;
		out->request_vote.last_log_term = in->ask_vote.last_term;
		out->request_vote.disrupt_leader = in->ask_vote.is_sent_by_leader;
		out->request_vote.pre_vote = in->ask_vote.is_pre;
		return;
	case RAFT_MAIL_VOTE:
		out->type = RAFT_REQUEST_VOTE_RESULT;
		out->request_vote_result.version = VERSION_VOTE;
		out->request_vote_result.term = in->term;
		out->request_vote_result.vote_granted = in->vote.is_granted;
		out->request_vote_result.pre_vote = in->vote.is_pre;
		return;
	case RAFT_MAIL_TAKE_OVER:
		out->type = RAFT_TIMEOUT_NOW;
		out->timeout_now.term = in->term;
		out->timeout_now.last_log_index = in->take_over.last;
		out->timeout_now.last_log_term = in->take_over.last_term;
		return;
	}
}

static enum err mail_keep(
	struct raft_library *library, const struct raft_update *got, struct fault *fault)
{
	size_t need = library->mail_count + got->messages.n;
	if (need > MAIL_ROOM_MAX)
		return fault_set(fault, ERR_MEMORY, 0, 0,
			"consensus: more than %d messages of one step; start again", MAIL_ROOM_MAX);
	if (need > library->mail_room) {
		size_t room = 2 * need;
		struct raft_mail *more = realloc(library->mail, room * sizeof *more);
		if (!more)
			return out_of_memory(fault);
		library->mail = more;
		library->mail_room = room;
	}
	for (unsigned i = 0; i < got->messages.n; i++)
		if (mail_take(library->id, &got->messages.batch[i],
			    &library->mail[library->mail_count]))
			library->mail_count++;
	return OK;
}

static enum err step_failed(int failed, struct fault *fault)
{
	if (failed == RAFT_SHUTDOWN)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"consensus: a row that contradicts what is committed was sent");
	if (failed == RAFT_NOMEM)
		return out_of_memory(fault);
	return fault_set(fault, ERR_CORRUPT, 0, 0, "consensus: %s", raft_strerror(failed));
}

/* One step. batch: what the event's entries point into, or NULL. */
static enum err step(struct raft_library *library, int64_t now_ms, struct raft_event *event,
	void *batch, struct raft_library_update *update, struct fault *fault)
{
	struct raft_update got = {0};
	event->time = (raft_time)now_ms;
	int failed = raft_step(&library->raft, event, &got);
	if (failed) {
		bool is_ours = event->type == RAFT_SUBMIT;
		if (is_ours)
			raft_free(batch);
		if ((is_ours || event->type == RAFT_TRANSFER) && failed != RAFT_NOMEM)
			return fault_set(fault, ERR_BUSY, 0, 0, "consensus: not now: %s",
				raft_strerror(failed));
		return step_failed(failed, fault);
	}
	*update = (struct raft_library_update){.mail_from = library->mail_count};
	update->is_hard_state =
		(got.flags & ((RAFT_UPDATE_CURRENT_TERM) | (RAFT_UPDATE_VOTED_FOR))) != 0;
	if (got.flags & (RAFT_UPDATE_ENTRIES)) {
		update->rows_from = got.entries.index;
		update->rows_count = got.entries.n;
		raft_free(got.entries.batch[0].batch);
	}
	return got.flags & (RAFT_UPDATE_MESSAGES) ? mail_keep(library, &got, fault) : OK;
}

enum err raft_library_receive(struct raft_library *library, int64_t now_ms,
	const struct raft_mail *mail, struct raft_library_update *update, struct fault *fault)
{
	struct raft_message message;
	struct raft_event event = {.type = RAFT_RECEIVE};
	char address[ADDRESS_SIZE];
	void *batch = NULL;
	message_give(mail, &message);
	address_of(mail->from, address);
	message.server_address = address;
	if (mail->kind == RAFT_MAIL_APPEND && mail->append.count) {
		enum err err = entries_give(
			library->entries, mail->append.rows, mail->append.count, &batch, fault);
		if (err)
			return err;
		message.append_entries.entries = library->entries;
	}
	event.receive.message = &message;
	return step(library, now_ms, &event, batch, update, fault);
}

enum err raft_library_submit(struct raft_library *library, int64_t now_ms,
	const struct raft_row *rows, size_t count, struct raft_library_update *update,
	struct fault *fault)
{
	struct raft_event event = {.type = RAFT_SUBMIT};
	void *batch;
	enum err err = entries_give(library->entries, rows, count, &batch, fault);
	if (err)
		return err;
	event.submit.entries = library->entries;
	event.submit.n = (unsigned)count;
	return step(library, now_ms, &event, batch, update, fault);
}

enum err raft_library_persisted(struct raft_library *library, int64_t now_ms, uint64_t index,
	struct raft_library_update *update, struct fault *fault)
{
	struct raft_event event = {.type = RAFT_PERSISTED_ENTRIES};
	event.persisted_entries.index = index;
	return step(library, now_ms, &event, NULL, update, fault);
}

enum err raft_library_timeout(struct raft_library *library, int64_t now_ms,
	struct raft_library_update *update, struct fault *fault)
{
	struct raft_event event = {.type = RAFT_TIMEOUT};
	return step(library, now_ms, &event, NULL, update, fault);
}

enum err raft_library_catch_up(struct raft_library *library, int64_t now_ms, uint64_t id,
	struct raft_library_update *update, struct fault *fault)
{
	struct raft_event event = {.type = RAFT_CATCH_UP};
	event.catch_up.server_id = id;
	return step(library, now_ms, &event, NULL, update, fault);
}

enum err raft_library_transfer(struct raft_library *library, int64_t now_ms, uint64_t id,
	struct raft_library_update *update, struct fault *fault)
{
	struct raft_event event = {.type = RAFT_TRANSFER};
	event.transfer.server_id = id;
	return step(library, now_ms, &event, NULL, update, fault);
}

enum err raft_library_settle(struct raft_library *library, int64_t now_ms,
	struct raft_library_update *update, struct fault *fault)
{
	struct raft_event event = {.type = RAFT_CONFIGURATION};
	struct raft_members members;
	raft_library_members(library, &members);
	event.configuration.index = library->raft.configuration_uncommitted_index;
	enum err err = members_give(&members, &event.configuration.conf, fault);
	return err ? err : step(library, now_ms, &event, NULL, update, fault);
}

struct raft_mail *raft_library_mail(struct raft_library *library, size_t *count)
{
	*count = library->mail_count;
	return library->mail;
}

void raft_library_mail_reset(struct raft_library *library)
{
	library->mail_count = 0;
}

static enum raft_engine_state state_of(struct raft *raft)
{
	switch (raft_state(raft)) {
	case RAFT_LEADER: return RAFT_IS_LEADER;
	case RAFT_CANDIDATE: return RAFT_IS_CANDIDATE;
	case RAFT_FOLLOWER:
	case RAFT_UNAVAILABLE: break;
	}
	return RAFT_IS_FOLLOWER;
}

void raft_library_view(struct raft_library *library, struct raft_library_view *view)
{
	struct raft *raft = &library->raft;
	raft_id leader;
	const char *address;
	raft_leader(raft, &leader, &address);
	*view = (struct raft_library_view){
		.term = raft_current_term(raft),
		.vote = raft_voted_for(raft),
		.state = state_of(raft),
		.leader = leader,
		.commit = raft_commit_index(raft),
		.last = raft_last_index(raft),
		.stored = raft->last_stored,
		.timeout_ms = (int64_t)raft_timeout(raft),
		.members_settled = raft->configuration_committed_index,
		.members_open = raft->configuration_uncommitted_index,
	};
	if (view->state == RAFT_IS_LEADER) {
		view->promotee = raft->leader_state.promotee_id;
		view->transferee = raft_transferee(raft);
	}
	view->is_pre_candidate =
		view->state == RAFT_IS_CANDIDATE && raft->candidate_state.in_pre_vote;
}

void raft_library_members(const struct raft_library *library, struct raft_members *members)
{
	const struct raft_configuration *conf = &library->raft.configuration;
	assert(conf->n <= RAFT_MEMBERS_MAX);
	members->count = conf->n;
	for (size_t i = 0; i < conf->n; i++) {
		members->of[i].id = conf->servers[i].id;
		members->of[i].role = (enum raft_role)conf->servers[i].role;
	}
}

/* Newest first, as most questions are about the end. back: no record has it. */
static unsigned record_of(const struct raft_trail *trail, uint64_t index)
{
	unsigned found = trail->back;
	for (unsigned i = trail->back; i != trail->front;) {
		i = (i + trail->size - 1) % trail->size;
		if (index > trail->records[i].index)
			break;
		found = i;
	}
	return found;
}

uint64_t raft_library_term_of(const struct raft_library *library, uint64_t index)
{
	const struct raft_trail *trail = &library->raft.trail;
	unsigned found = record_of(trail, index);
	return index && found != trail->back ? trail->records[found].term : 0;
}

uint64_t raft_library_term_before(const struct raft_library *library, uint64_t index)
{
	const struct raft_trail *trail = &library->raft.trail;
	unsigned found = record_of(trail, index);
	if (!index || found == trail->back)
		return index;
	if (found == trail->front)
		return 0;
	return trail->records[(found + trail->size - 1) % trail->size].index;
}

bool raft_library_match(const struct raft_library *library, uint64_t id, uint64_t *match)
{
	raft_index index;
	if (raft_match_index(&library->raft, id, &index))
		return false;
	*match = index;
	return true;
}

enum raft_catch_up raft_library_catch_up_state(const struct raft_library *library, uint64_t id)
{
	int status;
	if (raft_catch_up(&library->raft, id, &status))
		return RAFT_CATCH_UP_IS_NONE;
	switch (status) {
	case RAFT_CATCH_UP_RUNNING: return RAFT_CATCH_UP_IS_RUNNING;
	case RAFT_CATCH_UP_ABORTED: return RAFT_CATCH_UP_IS_ABORTED;
	case RAFT_CATCH_UP_FINISHED: return RAFT_CATCH_UP_IS_DONE;
	default: return RAFT_CATCH_UP_IS_NONE;
	}
}

/* Recipe P: started from a cut, the library knows the terms of the tail only. One record a term,
 * for all rows, makes it what a start from the first row would have made. */
static enum err terms_restore(
	struct raft_library *library, const struct raft_start *start, struct fault *fault)
{
	struct raft_trail *trail = &library->raft.trail;
	size_t count = start->terms_count;
	void *records = raft_calloc(count + 2, sizeof *trail->records);
	if (!records)
		return out_of_memory(fault);
	raft_free(trail->records);
	trail->records = records;
	trail->size = (unsigned)count + 2;
	trail->front = 0;
	trail->back = (unsigned)count;
	trail->offset = 0;
	trail->snapshot.index = 0;
	trail->snapshot.term = 0;
	for (size_t i = 0; i < count; i++) {
		trail->records[i].index = start->terms[i].last;
		trail->records[i].term = start->terms[i].term;
	}
	return OK;
}

static uint64_t start_term_of(const struct raft_start *start, uint64_t index)
{
	size_t i = start->terms_count;
	while (i > 1 && start->terms[i - 2].last >= index)
		i--;
	return start->terms[i - 1].term;
}

/* Entries of the tail live for this step only. */
static enum err load(
	struct raft_library *library, const struct raft_start *start, struct fault *fault)
{
	struct raft_event event = {.type = RAFT_START};
	struct raft_snapshot_metadata metadata = {0};
	struct raft_library_update update;
	struct raft_entry *entries = NULL;
	void *batch = NULL;
	enum err err = OK;
	event.start.term = start->term;
	event.start.voted_for = start->vote;
	event.start.start_index = start->commit + 1;
	event.start.n_entries = (unsigned)start->tail_count;
	if (start->tail_count) {
		entries = raft_calloc(start->tail_count, sizeof *entries);
		err = entries ? entries_give(entries, start->tail, start->tail_count, &batch, fault)
			      : out_of_memory(fault);
	}
	if (!err && start->commit) {
		metadata.index = start->commit;
		metadata.term = start_term_of(start, start->commit);
		metadata.configuration_index = start->members_index;
		event.start.metadata = &metadata;
		err = members_give(&start->members, &metadata.configuration, fault);
		if (err)
			raft_free(batch);
	}
	if (err) {
		raft_free(entries);
		return err;
	}
	event.start.entries = entries;
	err = step(library, start->now_ms, &event, batch, &update, fault);
	if (err)
		return err; /* and the library has freed both */
	raft_free(batch);
	raft_free(entries);
	return start->commit ? terms_restore(library, start, fault) : OK;
}

enum err raft_library_open(struct raft_library **out, const struct raft_settings *settings,
	const struct raft_start *start, struct fault *fault)
{
	char address[ADDRESS_SIZE];
	assert(raft_version_number() == 2201);
	struct raft_library *library = calloc(1, sizeof *library);
	if (!library)
		return out_of_memory(fault);
	struct raft *raft = &library->raft;
	library->id = settings->id;
	address_of(settings->id, address);
	if (raft_init(raft, NULL, NULL, settings->id, address)) {
		free(library);
		return out_of_memory(fault);
	}
	raft->tracer = NULL; /* its own prints into a static buffer on every step */
	raft_seed(raft, settings->seed);
	raft_set_election_timeout(raft, settings->election_ms);
	raft_set_heartbeat_timeout(raft, settings->heartbeat_ms);
	raft_set_max_inflight_entries(raft, settings->rows_in_flight);
	raft_set_pre_vote(raft, settings->is_pre_vote);
	enum err err = load(library, start, fault);
	if (err) {
		raft_library_free(library);
		return err;
	}
	*out = library;
	return OK;
}

void raft_library_free(struct raft_library *library)
{
	if (!library)
		return;
	raft_close(&library->raft, NULL);
	free(library->mail);
	free(library);
}
