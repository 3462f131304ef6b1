#include "ledger/proof/policy.h"

#include <assert.h>

#define ITEMS_MAX (POLICY_NAMES_MAX + 3) /* on a line */

/* One line cut into items, and where faults in it are told. */
struct line {
	struct span text; /* the whole policy */
	size_t number; /* from 1 */
	size_t count;
	struct span item[ITEMS_MAX];
	struct fault *fault;
};

/* A fault at an item: `why` ends the sentence "line N: ...". */
static enum err bad(const struct line *line, enum err err, size_t item, const char *why)
{
	struct span at = line->item[item < line->count ? item : line->count - 1];
	return fault_set(line->fault, err, (size_t)(at.at - line->text.at), at.size,
		"policy line %zu: %s", line->number, why);
}

static enum err cut(struct line *line, size_t from, size_t to)
{
	const uint8_t *at = line->text.at;
	line->count = 0;
	while (from < to) {
		size_t start = from;
		if (at[from] == ' ' || at[from] == '\t') {
			from++;
			continue;
		}
		while (from < to && at[from] != ' ' && at[from] != '\t')
			from++;
		if (line->count == 0 && at[start] == '#')
			return OK;
		if (line->count == ITEMS_MAX)
			return bad(line, ERR_LIMIT, ITEMS_MAX - 1, "too many items on a line");
		line->item[line->count++] = span_of(at + start, from - start);
	}
	return OK;
}

static int name_find(const struct policy *policy, struct span name)
{
	for (size_t i = 0; i < policy->name_count; i++)
		if (span_equal(policy->name[i].name, name))
			return (int)i;
	return -1;
}

static enum err take_key(const struct line *line, size_t item, struct note_key *key)
{
	struct fault inner;
	enum err err = note_key_parse(line->item[item], key, &inner);
	return err ? bad(line, err, item, inner.text) : OK;
}

static bool is_same_key(const struct note_key *a, const struct note_key *b)
{
	return memcmp(a->public, b->public, SIGN_PUBLIC) == 0;
}

static enum err take_log(const struct line *line, struct policy *policy)
{
	struct note_key key;
	if (line->count < 2 || line->count > 3)
		return bad(line, ERR_FORMAT, 0, "a log is: log <vkey> [<url>]");
	if (policy->log_count == POLICY_LOGS_MAX)
		return bad(line, ERR_LIMIT, 0, "more than 32 logs");
	enum err err = take_key(line, 1, &key);
	if (err)
		return err;
	for (size_t i = 0; i < policy->log_count; i++)
		if (is_same_key(&policy->log[i], &key))
			return bad(line, ERR_FORMAT, 1, "this log's key is listed already");
	policy->log[policy->log_count++] = key;
	return OK;
}

/* Room for a new name, which must be neither taken nor "none"; NULL and *err otherwise. It counts
 * when name_count is raised. */
static struct policy_name *new_name(const struct line *line, struct policy *policy, enum err *err)
{
	struct span name = line->item[1];
	*err = OK;
	if (span_is(name, "none"))
		*err = bad(line, ERR_FORMAT, 1, "the name none has a meaning of its own");
	else if (name_find(policy, name) >= 0)
		*err = bad(line, ERR_FORMAT, 1, "this name is defined already");
	else if (policy->name_count == POLICY_NAMES_MAX)
		*err = bad(line, ERR_LIMIT, 1, "more than 128 witnesses and groups");
	if (*err)
		return NULL;
	struct policy_name *added = &policy->name[policy->name_count];
	*added = (struct policy_name){.name = name};
	return added;
}

static enum err take_witness(const struct line *line, struct policy *policy)
{
	enum err err = OK;
	if (line->count < 3 || line->count > 4)
		return bad(line, ERR_FORMAT, 0, "a witness is: witness <name> <vkey> [<url>]");
	struct policy_name *witness = new_name(line, policy, &err);
	if (!witness)
		return err;
	err = take_key(line, 2, &witness->key);
	if (err)
		return err;
	if (witness->key.type != NOTE_COSIGNATURE)
		return bad(line, ERR_VERSION, 2, "a witness has a key of type 0x04");
	for (size_t i = 0; i < policy->name_count; i++)
		if (!policy->name[i].is_group && is_same_key(&policy->name[i].key, &witness->key))
			return bad(line, ERR_FORMAT, 2, "this witness's key is listed already");
	policy->name_count++;
	return OK;
}

/* all, any or a number from 1 to count; 0 if it is none of these. */
static size_t threshold_of(struct span text, size_t count)
{
	size_t value = 0;
	if (span_is(text, "all"))
		return count;
	if (span_is(text, "any"))
		return 1;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9' || value > count)
			return 0;
		value = value * 10 + (size_t)(text.at[i] - '0');
	}
	return value <= count ? value : 0;
}

static enum err take_group(const struct line *line, struct policy *policy)
{
	enum err err = OK;
	if (line->count < 4)
		return bad(line, ERR_FORMAT, 0, "a group is: group <name> all|any|<k> <name>...");
	struct policy_name *group = new_name(line, policy, &err);
	if (!group)
		return err;
	size_t threshold = threshold_of(line->item[2], line->count - 3);
	if (!threshold)
		return bad(line, ERR_FORMAT, 2,
			"a group's threshold is all, any or a number from 1 to its members");
	for (size_t i = 3; i < line->count; i++) {
		int member = name_find(policy, line->item[i]);
		if (member < 0)
			return bad(line, ERR_FORMAT, i, "no witness or group has this name so far");
		if (policy->name[member].is_member)
			return bad(line, ERR_FORMAT, i, "this name is a member already");
		policy->name[member].is_member = true;
		policy->name[member].parent = (uint8_t)policy->name_count;
	}
	group->is_group = true;
	group->threshold = (uint8_t)threshold;
	policy->name_count++;
	return OK;
}

static enum err take_quorum(const struct line *line, struct policy *policy, bool *has_quorum)
{
	if (line->count != 2)
		return bad(line, ERR_FORMAT, 0, "the quorum is: quorum <name>|none");
	if (*has_quorum)
		return bad(line, ERR_FORMAT, 0, "there is a quorum line already");
	*has_quorum = true;
	if (span_is(line->item[1], "none"))
		return OK;
	int name = name_find(policy, line->item[1]);
	if (name < 0)
		return bad(line, ERR_FORMAT, 1, "no witness or group has this name so far");
	policy->needs_quorum = true;
	policy->quorum = (uint8_t)name;
	return OK;
}

static enum err take_line(const struct line *line, struct policy *policy, bool *has_quorum)
{
	struct span word = line->item[0];
	if (span_is(word, "log"))
		return take_log(line, policy);
	if (span_is(word, "witness"))
		return take_witness(line, policy);
	if (span_is(word, "group"))
		return take_group(line, policy);
	if (span_is(word, "quorum"))
		return take_quorum(line, policy, has_quorum);
	return bad(line, ERR_FORMAT, 0, "a line begins with log, witness, group or quorum");
}

enum err policy_parse(struct span text, struct policy *policy, struct fault *fault)
{
	struct policy out = {.log_count = 0};
	struct line line = {.text = text, .fault = fault};
	bool has_quorum = false;
	if (text.size > TRUST_POLICY_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, TRUST_POLICY_SIZE_MAX, 0,
			"a policy has at most %zu bytes", TRUST_POLICY_SIZE_MAX);
	for (size_t i = 0; i < text.size; i++)
		if ((text.at[i] < ' ' && text.at[i] != '\t' && text.at[i] != '\n') ||
			text.at[i] == 0x7f)
			return fault_set(fault, ERR_FORMAT, i, 1,
				"a policy has no control characters but tab and newline");
	for (size_t at = 0; at < text.size;) {
		const uint8_t *newline = memchr(text.at + at, '\n', text.size - at);
		size_t end = newline ? (size_t)(newline - text.at) : text.size;
		line.number++;
		enum err err = cut(&line, at, end);
		if (!err && line.count)
			err = take_line(&line, &out, &has_quorum);
		if (err)
			return err;
		at = end + 1;
	}
	if (!has_quorum)
		return fault_set(fault, ERR_FORMAT, text.size, 0,
			"the policy has no quorum line; `quorum none` asks for no cosigner");
	*policy = out;
	return OK;
}

void policy_print(const struct note_key *logs, size_t log_count, const struct note_key *cosigners,
	size_t cosigner_count, size_t quorum, struct buf *buf)
{
	assert(quorum <= cosigner_count && cosigner_count < POLICY_NAMES_MAX);
	for (size_t i = 0; i < log_count; i++) {
		buf_put_text(buf, "log ");
		note_key_print(&logs[i], buf);
		buf_put_text(buf, "\n");
	}
	for (size_t i = 0; i < cosigner_count; i++) {
		buf_printf(buf, "witness cosigner-%zu ", i + 1);
		note_key_print(&cosigners[i], buf);
		buf_put_text(buf, "\n");
	}
	if (quorum) {
		buf_printf(buf, "group cosigners %zu", quorum);
		for (size_t i = 0; i < cosigner_count; i++)
			buf_printf(buf, " cosigner-%zu", i + 1);
		buf_put_text(buf, "\n");
	}
	buf_put_text(buf, quorum ? "quorum cosigners\n" : "quorum none\n");
}

/* Whether those who cosigned at `since` or later are a quorum. A name's parent comes after it, so
 * one pass in order settles all groups. */
static bool is_quorum(const struct policy *policy, const bool cosigned[POLICY_NAMES_MAX],
	const uint64_t time_s[POLICY_NAMES_MAX], uint64_t since)
{
	size_t members[POLICY_NAMES_MAX] = {0};
	bool met[POLICY_NAMES_MAX] = {false};
	if (!policy->needs_quorum)
		return true;
	for (size_t i = 0; i < policy->name_count; i++) {
		const struct policy_name *name = &policy->name[i];
		met[i] = name->is_group ? members[i] >= name->threshold
					: cosigned[i] && time_s[i] >= since;
		if (met[i] && name->is_member) {
			assert(name->parent > i);
			members[name->parent]++;
		}
	}
	return met[policy->quorum];
}

static enum err judge_log(const struct policy *policy, const struct note *note,
	struct policy_judgement *out, struct fault *fault)
{
	bool is_known = false, has_signed = false;
	struct span origin = out->checkpoint.origin;
	for (size_t i = 0; i < policy->log_count; i++) {
		if (!span_equal(policy->log[i].name, origin))
			continue;
		is_known = true;
		enum err err = note_verify_key(note, &policy->log[i], NULL, fault);
		if (err && err != ERR_KEY)
			return err;
		if (!err && !has_signed) {
			has_signed = true;
			out->log = i;
		}
	}
	int size = (int)(origin.size > 100 ? 100 : origin.size);
	if (!is_known)
		return fault_set(fault, ERR_UNSURE, 0, origin.size,
			"the policy has no log %.*s, so nothing can be said of its checkpoint",
			size, (const char *)origin.at);
	if (!has_signed)
		return fault_set(fault, ERR_PROOF, 0, 0,
			"the checkpoint is not signed by a key that the policy has for %.*s", size,
			(const char *)origin.at);
	return OK;
}

enum err policy_judge(const struct policy *policy, struct span text,
	struct policy_judgement *judgement, struct fault *fault)
{
	struct policy_judgement out = {.log = 0};
	uint64_t time_s[POLICY_NAMES_MAX] = {0};
	struct note note;
	enum err err = note_parse(text, &note, fault);
	if (!err)
		err = checkpoint_parse(note.body, &out.checkpoint, fault);
	if (!err)
		err = judge_log(policy, &note, &out, fault);
	if (err)
		return err;
	for (size_t i = 0; i < policy->name_count; i++) {
		if (policy->name[i].is_group)
			continue;
		err = note_verify_key(&note, &policy->name[i].key, &time_s[i], fault);
		if (err && err != ERR_KEY)
			return err;
		out.cosigned[i] = !err;
		out.cosigners += !err;
	}
	if (!is_quorum(policy, out.cosigned, time_s, 0))
		return fault_set(fault, ERR_PROOF, 0, 0,
			"%zu of the policy's witnesses have cosigned, which is no quorum",
			out.cosigners);
	if (policy->needs_quorum)
		for (size_t i = 0; i < policy->name_count; i++)
			if (time_s[i] > out.time_s &&
				is_quorum(policy, out.cosigned, time_s, time_s[i]))
				out.time_s = time_s[i];
	*judgement = out;
	return OK;
}
