/* Voters' messages and voter sets as bytes: what is written reads back, and whatever no honest
 * server says is refused where it stands. */
#include "ledger/order/raft_wire.h"
#include "tests/tap.h"
#include "tests/unit/raft_stand.h"

static struct raft_row taken[RAFT_ROWS_MAX];

static struct raft_mail mail_of(enum raft_mail_kind kind)
{
	return (struct raft_mail){.kind = kind, .from = 2, .to = 1, .term = 7};
}

static bool is_same(const struct raft_mail *a, const struct raft_mail *b)
{
	struct buf left;
	struct buf right;
	buf_init(&left, 100000);
	buf_init(&right, 100000);
	raft_wire_put(a, &left);
	raft_wire_put(b, &right);
	bool same = span_equal(buf_span(&left), buf_span(&right));
	buf_close(&left);
	buf_close(&right);
	return same;
}

static enum err round_trip(const struct raft_mail *mail, bool *same, struct fault *fault)
{
	struct raft_mail read;
	struct buf bytes;
	buf_init(&bytes, 100000);
	raft_wire_put(mail, &bytes);
	enum err err = raft_wire_take(buf_span(&bytes), 2, 1, taken, &read, fault);
	*same = !err && is_same(mail, &read);
	buf_close(&bytes);
	return err;
}

TEST(each_kind_of_message_reads_back)
{
	struct stand stand;
	struct raft_mail mails[6];
	struct fault fault;
	bool same;
	stand_init(&stand);
	struct raft_row rows[] = {
		stand_batch(5), {.term = 6, .kind = RAFT_ROW_BARRIER}, stand_row(&stand, 7, 1)};
	mails[0] = mail_of(RAFT_MAIL_APPEND);
	mails[0].append.prev = 12;
	mails[0].append.prev_term = 5;
	mails[0].append.commit = 11;
	mails[0].append.rows = rows;
	mails[0].append.count = 3;
	mails[1] = mail_of(RAFT_MAIL_APPEND);
	mails[2] = mail_of(RAFT_MAIL_APPENDED);
	mails[2].appended.rejected = 9;
	mails[2].appended.last = 8;
	mails[3] = mail_of(RAFT_MAIL_ASK_VOTE);
	mails[3].ask_vote.last = 4;
	mails[3].ask_vote.last_term = 3;
	mails[3].ask_vote.is_sent_by_leader = true;
	mails[4] = mail_of(RAFT_MAIL_VOTE);
	mails[4].vote.is_granted = true;
	mails[5] = mail_of(RAFT_MAIL_TAKE_OVER);
	mails[5].take_over.last = 4;
	mails[5].take_over.last_term = 3;
	for (size_t i = 0; i < 6; i++) {
		enum err err = round_trip(&mails[i], &same, &fault);
		CHECK_ROW(!err && same, "%zu: %s", i, err ? fault.text : "");
	}
}

struct append_case {
	const char *name;
	uint64_t prev, prev_term, commit;
	uint64_t terms[2];
	int kinds[2];
	enum err err;
	size_t row;
};

TEST(rows_that_cannot_follow_one_another_are_refused)
{
	static const struct append_case cases[] = {
		{"right", 4, 3, 4, {3, 7}, {1, 2}, OK, 0},
		{"row 0 has no term", 0, 3, 0, {3, 3}, {3, 1}, ERR_RANGE, 0},
		{"row 4 has one", 4, 0, 4, {3, 3}, {1, 1}, ERR_RANGE, 0},
		{"before the first row's time", 4, 5, 4, {3, 3}, {1, 1}, ERR_RANGE, 0},
		{"terms fall", 4, 3, 4, {6, 5}, {1, 1}, ERR_RANGE, 1},
		{"a row of the future", 4, 3, 4, {7, 8}, {1, 1}, ERR_RANGE, 1},
		{"a row of no term", 0, 0, 0, {0, 1}, {3, 1}, ERR_RANGE, 0},
		{"row 1 is no voter set", 0, 0, 0, {1, 1}, {1, 1}, ERR_FORMAT, 0},
		{"row 1 is one", 0, 0, 0, {1, 1}, {3, 1}, OK, 0},
		{"a kind that is none", 4, 3, 4, {3, 3}, {1, 0}, ERR_FORMAT, 1},
		{"a kind that is none", 4, 3, 4, {3, 3}, {4, 1}, ERR_RANGE, 0},
	};
	struct stand stand;
	struct fault fault;
	bool same;
	stand_init(&stand);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct append_case *c = &cases[i];
		struct raft_row rows[2];
		struct raft_mail mail = mail_of(RAFT_MAIL_APPEND);
		for (size_t r = 0; r < 2; r++) {
			rows[r] = (struct raft_row){
				.term = c->terms[r], .kind = (enum raft_row_kind)c->kinds[r]};
			if (c->kinds[r] == RAFT_ROW_CHANGE)
				rows[r].body = stand.changes[0];
		}
		mail.append.prev = c->prev;
		mail.append.prev_term = c->prev_term;
		mail.append.commit = c->commit;
		mail.append.rows = rows;
		mail.append.count = 2;
		enum err err = round_trip(&mail, &same, &fault);
		CHECK_ROW(err == c->err && (err || same), "%zu %s: %s", i, c->name, err_name(err));
		if (err && c->kinds[0] < 4)
			CHECK_ROW(fault.at == c->row, "%zu %s: at %zu", i, c->name, fault.at);
	}
}

TEST(what_no_honest_server_says_is_refused)
{
	static const struct {
		const char *name;
		const char *hex;
		enum err err;
	} cases[] = {
		{"right: a vote", "870104020107f5f4", OK},
		{"another version", "870204020107f5f4", ERR_VERSION},
		{"too short for its kind", "860104020107f5", ERR_FORMAT},
		{"too long for its kind", "880104020107f5f4f4", ERR_FORMAT},
		{"an unknown kind", "870106020107f5f4", ERR_RANGE},
		{"kind 0", "870100020107f5f4", ERR_FORMAT},
		{"from another", "870104030107f5f4", ERR_DENIED},
		{"to another", "870104020307f5f4", ERR_DENIED},
		{"term 0", "870104020100f5f4", ERR_RANGE},
		{"a term beyond all", "87010402011b4000000000000001f5f4", ERR_RANGE},
		{"numbers for yes and no", "8701040201070100", ERR_FORMAT},
		{"bytes behind the end", "870104020107f5f400", ERR_FORMAT},
		{"rejected and there", "8701020201070909", ERR_RANGE},
		{"right: rejected", "8701020201070908", OK},
		{"asks first, sent by the leader", "8901030201070403f5f5", ERR_FORMAT},
		{"last row of a later term", "8901030201070408f4f4", ERR_RANGE},
		{"right: asks", "8901030201070403f4f5", OK},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t bytes[64];
		size_t size = strlen(cases[i].hex) / 2;
		struct raft_mail mail;
		struct fault fault = {0};
		for (size_t b = 0; b < size; b++) {
			char pair[3] = {cases[i].hex[2 * b], cases[i].hex[2 * b + 1], 0};
			bytes[b] = (uint8_t)strtoul(pair, NULL, 16);
		}
		enum err err = raft_wire_take(span_of(bytes, size), 2, 1, taken, &mail, &fault);
		CHECK_ROW(err == cases[i].err, "%zu %s: %s", i, cases[i].name, err_name(err));
	}
}

TEST(a_voter_set_reads_back_or_is_refused)
{
	const enum raft_role vote = RAFT_ROLE_VOTER;
	const struct {
		const char *name;
		struct raft_members members;
		enum err err;
	} cases[] = {
		{"three", {3, {{1, vote}, {2, vote}, {9, vote}}}, OK},
		{"and a spare", {4, {{1, vote}, {2, vote}, {3, vote}, {4, RAFT_ROLE_SPARE}}}, OK},
		{"two voters", {3, {{1, vote}, {2, vote}, {3, RAFT_ROLE_STANDBY}}}, ERR_RANGE},
		{"one twice", {4, {{1, vote}, {2, vote}, {2, vote}, {4, vote}}}, ERR_FORMAT},
		{"out of order", {3, {{2, vote}, {1, vote}, {3, vote}}}, ERR_FORMAT},
		{"id 0", {3, {{0, vote}, {1, vote}, {3, vote}}}, ERR_FORMAT},
		{"no such role", {3, {{1, vote}, {2, vote}, {3, (enum raft_role)3}}}, ERR_RANGE},
		{"none", {0, {{0, vote}}}, ERR_RANGE},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct raft_members read;
		uint8_t room[RAFT_MEMBERS_SIZE_MAX];
		struct fault fault;
		struct buf body;
		buf_over(&body, room, sizeof room);
		raft_members_put(&cases[i].members, &body);
		enum err err = raft_members_take(buf_span(&body), &read, &fault);
		CHECK_ROW(err == cases[i].err, "%s: %s", cases[i].name, err_name(err));
		if (!err)
			CHECK_ROW(
				raft_members_equal(&read, &cases[i].members), "%s", cases[i].name);
	}
}

TEST(servers_come_and_go_one_at_a_time)
{
	const enum raft_role vote = RAFT_ROLE_VOTER;
	const struct raft_members from = {
		5, {{1, vote}, {3, vote}, {5, vote}, {7, vote}, {9, RAFT_ROLE_SPARE}}};
	static const struct {
		const char *name;
		uint64_t removed[2];
		struct raft_member set[2];
		enum err err;
		uint64_t changed;
	} cases[] = {
		{"nothing", {0}, {{0}}, ERR_REFUSED, 0},
		{"a spare comes", {0}, {{4, RAFT_ROLE_SPARE}}, OK, 4},
		{"a standby comes", {0}, {{10, RAFT_ROLE_STANDBY}}, OK, 10},
		{"a stranger votes", {0}, {{4, RAFT_ROLE_VOTER}}, ERR_REFUSED, 0},
		{"the spare votes", {0}, {{9, RAFT_ROLE_VOTER}}, OK, 9},
		{"a voter goes", {1}, {{0}}, OK, 1},
		{"two go", {1, 9}, {{0}}, ERR_REFUSED, 0},
		{"one goes, one comes", {1}, {{2, RAFT_ROLE_SPARE}}, ERR_REFUSED, 0},
		{"a voter stands by", {0}, {{7, RAFT_ROLE_STANDBY}}, OK, 7},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct raft_members to = from;
		struct raft_member changed = {0};
		struct fault fault;
		for (size_t k = 0; k < 2; k++) {
			raft_members_remove(&to, cases[i].removed[k]);
			if (cases[i].set[k].id)
				NEED(!raft_members_set(&to, cases[i].set[k], &fault));
		}
		enum err err = raft_members_step(&from, &to, &changed, &fault);
		CHECK_ROW(err == cases[i].err && changed.id == cases[i].changed, "%s: %s, %d",
			cases[i].name, err_name(err), (int)changed.id);
	}
	struct raft_members three = {3, {{1, vote}, {2, vote}, {3, vote}}};
	struct raft_members two = three;
	struct raft_member changed;
	raft_members_remove(&two, 2);
	CHECK(raft_members_step(&three, &two, &changed, NULL) == ERR_REFUSED);
}

TAP_MAIN(CASE(each_kind_of_message_reads_back),
	CASE(rows_that_cannot_follow_one_another_are_refused),
	CASE(what_no_honest_server_says_is_refused), CASE(a_voter_set_reads_back_or_is_refused),
	CASE(servers_come_and_go_one_at_a_time))
