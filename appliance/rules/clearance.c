#include "appliance/rules/clearance.h"

#include <assert.h>

#define DAY_MS    ((int64_t)86400000)
#define HOUR_MS   ((int64_t)3600000)
#define MINUTE_MS ((int64_t)60000)

static const struct {
	const char *word;
	enum reason reason;
	enum clearance_result answer;
} reasons[] = {
#define X(name, code, word, answer) {word, name, answer},
	REASON_LIST(X)
#undef X
};

static enum clearance_result answer_of(enum reason reason)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].reason == reason)
			return reasons[i].answer;
	return CLEARANCE_CANNOT_TELL;
}

const char *reason_word(enum reason reason)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].reason == reason)
			return reasons[i].word;
	return "unknown";
}

const char *clearance_word(enum clearance_result result)
{
	switch (result) {
	case CLEARANCE_CLEARED: return "cleared";
	case CLEARANCE_NOT_CLEARED: return "not_cleared";
	case CLEARANCE_CANNOT_TELL: return "cannot_tell";
	}
	return "cannot_tell";
}

/* Zones lie 0 to 3 hours east of UTC, and no day of theirs begins twice. */
int64_t zone_day_end_ms(enum zone zone, int32_t day)
{
	int64_t midnight = ((int64_t)day + 1) * DAY_MS;
	for (int64_t hours = 3; hours > 0; hours--) {
		int64_t ms = midnight - hours * HOUR_MS;
		if (zone_day(zone, ms) > day)
			return ms;
	}
	return midnight;
}

/* One check held against one option. */
struct trial {
	const struct policy_option *option;
	const struct check_facts *fact;
	const struct clearance_question *question;
	int32_t today;
};

static bool is_accepted_elsewhere(const struct trial *t)
{
	return t->option->others && check_reuse(t->fact->type) != REUSE_OWN_CHECK;
}

/* What the document alone tells: whether this check is of the sort the option asks for. */
static enum reason sort_reason(const struct trial *t, struct clearance_reason *out)
{
	const struct check_facts *fact = t->fact;
	if (fact->superseded)
		return REASON_SUPERSEDED;
	if (!fact->own && check_reuse(fact->type) == REUSE_OWN_CHECK)
		return REASON_OTHERS_CHECK;
	if (!fact->own && !is_accepted_elsewhere(t))
		return REASON_OTHERS_DECISION;
	if (check_reuse(fact->type) == REUSE_DECISION_ONLY && fact->accepted_for &&
		fact->accepted_for != t->question->role)
		return REASON_OTHER_ROLE;
	if (t->option->sources && !(t->option->sources & code_bit(fact->source)))
		return REASON_SOURCE;
	if (!(t->option->methods & code_bit(fact->method)))
		return REASON_METHOD;
	if (t->option->workforces && !(t->option->workforces & code_bit(fact->workforce)))
		return REASON_WORKFORCE;
	if (fact->level < t->option->level) {
		out->a = t->option->level;
		return REASON_LEVEL;
	}
	return REASON_MET;
}

/* What time tells. */
static enum reason age_reason(const struct trial *t, struct clearance_reason *out)
{
	const struct check_facts *fact = t->fact;
	if (fact->expiry_day && t->today > fact->expiry_day)
		return REASON_EXPIRED;
	if (fact->due_day && t->today > fact->due_day)
		return REASON_DUE;
	int32_t age = t->today - fact->checked_day;
	if (t->option->age_max_days && age > (int64_t)t->option->age_max_days) {
		out->a = age;
		out->b = t->option->age_max_days;
		return REASON_TOO_OLD;
	}
	return REASON_MET;
}

static enum reason status_reason(const struct trial *t, struct clearance_reason *out)
{
	const struct check_facts *fact = t->fact;
	int64_t age = (t->question->at_ms - fact->status_ms) / MINUTE_MS;
	out->a = fact->status_ms ? age : -1;
	out->b = t->option->status_age_max_min;
	switch (fact->status) {
	case RECORD_SUSPENDED: return REASON_SUSPENDED;
	case RECORD_REVOKED: return REASON_REVOKED;
	case RECORD_VALID: break;
	case RECORD_UNKNOWN: return REASON_STATUS_UNKNOWN;
	}
	if (t->option->status_age_max_min &&
		(!fact->status_ms ||
			t->question->at_ms >=
				fact->status_ms +
					(int64_t)t->option->status_age_max_min * MINUTE_MS))
		return REASON_STATUS_OLD;
	return REASON_MET;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t trial_until(const struct trial *t)
{
	enum zone zone = t->question->zone;
	int64_t until = t->question->at_ms + CLEARANCE_DAYS_MAX * DAY_MS;
	if (t->fact->expiry_day)
		until = earlier(until, zone_day_end_ms(zone, t->fact->expiry_day));
	if (t->fact->due_day)
		until = earlier(until, zone_day_end_ms(zone, t->fact->due_day));
	if (t->option->age_max_days) {
		int64_t last = (int64_t)t->fact->checked_day + t->option->age_max_days;
		until = earlier(until, zone_day_end_ms(zone, (int32_t)last));
	}
	if (t->option->status_age_max_min)
		until = earlier(until,
			t->fact->status_ms + (int64_t)t->option->status_age_max_min * MINUTE_MS);
	return until;
}

static enum reason trial_reason(const struct trial *t, struct clearance_reason *out)
{
	enum reason reason = sort_reason(t, out);
	if (reason != REASON_MET)
		return reason;
	if (!t->fact->attested)
		return REASON_NOT_ON_LEDGER;
	/* Bad news counts before good news is final. */
	reason = status_reason(t, out);
	if (reason == REASON_SUSPENDED || reason == REASON_REVOKED)
		return reason;
	if (t->fact->position >= t->question->final_size)
		return REASON_NOT_FINAL;
	enum reason age = age_reason(t, out);
	if (age != REASON_MET)
		return age;
	return reason == REASON_MET ? REASON_MET : status_reason(t, out);
}

/* Whether this trial says more about the rule than the best so far. Suspended and revoked win
 * over met, so that a good check does not hide a bad one; of two met the longer lasting wins. */
static bool is_better(const struct clearance_reason *trial, const struct clearance_reason *best)
{
	bool trial_bad = trial->reason == REASON_SUSPENDED || trial->reason == REASON_REVOKED;
	bool best_bad = best->reason == REASON_SUSPENDED || best->reason == REASON_REVOKED;
	if (trial_bad != best_bad)
		return trial_bad;
	if (trial->reason != best->reason)
		return trial->reason > best->reason;
	return trial->reason == REASON_MET && trial->until_ms > best->until_ms;
}

static struct clearance_reason judge_rule(const struct clearance_policy *policy, size_t rule_index,
	const struct check_facts *facts, size_t count, const struct clearance_question *question,
	int32_t today)
{
	const struct policy_rule *rule = &policy->rules[rule_index];
	struct clearance_reason best = {
		.reason = REASON_NONE, .rule = (uint16_t)rule_index, .fact = FACT_NONE};
	for (size_t o = 0; o < rule->option_count; o++) {
		for (size_t f = 0; f < count; f++) {
			if (facts[f].type != rule->options[o].type || facts[f].checked_day > today)
				continue;
			struct trial t = {&rule->options[o], &facts[f], question, today};
			struct clearance_reason trial = {.rule = (uint16_t)rule_index,
				.option = (uint16_t)o,
				.fact = (uint16_t)f,
				.disputed = facts[f].disputed};
			trial.reason = trial_reason(&t, &trial);
			if (trial.reason == REASON_MET)
				trial.until_ms = trial_until(&t);
			if (is_better(&trial, &best))
				best = trial;
		}
	}
	best.answer = answer_of(best.reason);
	return best;
}

static bool rule_applies(const struct policy_rule *rule, const struct clearance_question *question)
{
	if (!(rule->roles & code_bit(question->role)))
		return false;
	if (rule->sites && !(rule->sites & code_bit(question->site)))
		return false;
	return !rule->products || (rule->products & code_bit(question->products));
}

void clearance_judge(const struct clearance_policy *policy, const struct check_facts *facts,
	size_t count, const struct clearance_question *question, struct clearance *clearance)
{
	assert(count <= CHECK_FACTS_MAX);
	assert(policy->rule_count <= POLICY_RULES_MAX);
	int32_t today = zone_day(question->zone, question->at_ms);
	*clearance =
		(struct clearance){.at_ms = question->at_ms, .final_size = question->final_size};
	int64_t until = INT64_MAX;
	bool refused = false;
	bool unsure = false;
	for (size_t r = 0; r < policy->rule_count; r++) {
		if (!rule_applies(&policy->rules[r], question))
			continue;
		struct clearance_reason reason =
			judge_rule(policy, r, facts, count, question, today);
		refused = refused || reason.answer == CLEARANCE_NOT_CLEARED;
		unsure = unsure || reason.answer == CLEARANCE_CANNOT_TELL;
		if (reason.answer == CLEARANCE_CLEARED)
			until = earlier(until, reason.until_ms);
		clearance->reasons[clearance->reason_count++] = reason;
	}
	if (clearance->reason_count == 0) {
		clearance->reasons[clearance->reason_count++] =
			(struct clearance_reason){.reason = REASON_NO_RULE,
				.answer = CLEARANCE_CANNOT_TELL,
				.fact = FACT_NONE};
		unsure = true;
	}
	clearance->result = refused  ? CLEARANCE_NOT_CLEARED
			    : unsure ? CLEARANCE_CANNOT_TELL
				     : CLEARANCE_CLEARED;
	clearance->until_ms = clearance->result == CLEARANCE_CLEARED ? until : 0;
}

static void put_day(struct buf *buf, int32_t day)
{
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int32_t year;
	int32_t month;
	int32_t month_day;
	civil_from_day(day, &year, &month, &month_day);
	buf_printf(buf, "%d %s %d", (int)month_day, months[month - 1], (int)year);
}

/* "3 days", "1 hour", "20 minutes": whole units, the largest that fits twice or exactly. */
static void put_minutes(struct buf *buf, int64_t minutes)
{
	static const struct {
		int64_t size;
		const char *name;
	} units[] = {{1440, "day"}, {60, "hour"}, {1, "minute"}};
	size_t u = 0;
	while (u + 1 < sizeof units / sizeof units[0] && minutes < 2 * units[u].size &&
		minutes != units[u].size)
		u++;
	int64_t n = minutes / units[u].size;
	buf_printf(buf, "%lld %s%s", (long long)n, units[u].name, n == 1 ? "" : "s");
}

/* "GPhC register looked up by hospital.example on 3 Nov 2026" */
static void put_made(struct buf *buf, const struct check_facts *fact)
{
	buf_printf(buf, "%s %s %s on ", code_label(CODES_SOURCE, fact->source),
		code_label(CODES_METHOD, fact->method), fact->checker);
	put_day(buf, fact->checked_day);
}

static void put_status(struct buf *buf, const struct clearance_reason *reason)
{
	if (reason->a < 0) {
		buf_put_text(buf, ", and its source has never confirmed it");
		return;
	}
	buf_put_text(buf, ", and its source last spoke ");
	put_minutes(buf, reason->a);
	buf_put_text(buf, " ago");
}

static void put_why_short(struct buf *buf, const struct clearance_reason *reason,
	const struct policy_option *option, const struct check_facts *fact,
	const struct clearance_question *question)
{
	switch (reason->reason) {
	case REASON_SUPERSEDED: buf_put_text(buf, "the record was superseded by another"); break;
	case REASON_OTHERS_CHECK:
		buf_put_text(buf, "another organisation's check does not count");
		break;
	case REASON_OTHERS_DECISION:
		buf_put_text(buf, "this policy does not accept another organisation's check");
		break;
	case REASON_OTHER_ROLE:
		buf_printf(buf, "it was decided for a %s, not for a %s",
			code_label(CODES_ROLE, fact->accepted_for),
			code_label(CODES_ROLE, question->role));
		break;
	case REASON_SOURCE: buf_put_text(buf, "this policy does not accept that source"); break;
	case REASON_METHOD: buf_put_text(buf, "this policy does not accept that method"); break;
	case REASON_WORKFORCE:
		buf_printf(buf, "it was made for the %s",
			code_label(CODES_WORKFORCE, fact->workforce));
		break;
	case REASON_LEVEL:
		buf_printf(buf, "'%s' is needed", check_level_label(option->type, option->level));
		break;
	case REASON_NOT_ON_LEDGER: buf_put_text(buf, "the ledger does not hold it"); break;
	case REASON_NOT_FINAL: buf_put_text(buf, "the ledger's record is not final yet"); break;
	case REASON_EXPIRED:
		buf_put_text(buf, "it expired after ");
		put_day(buf, fact->expiry_day);
		break;
	case REASON_DUE:
		buf_put_text(buf, "the next check was due on ");
		put_day(buf, fact->due_day);
		break;
	case REASON_TOO_OLD:
		buf_printf(buf, "%lld days old, at most %lld allowed", (long long)reason->a,
			(long long)reason->b);
		break;
	case REASON_STATUS_UNKNOWN:
		buf_put_text(buf, "status unknown");
		put_status(buf, reason);
		break;
	case REASON_STATUS_OLD:
		buf_put_text(buf, "status not confirmed recently enough");
		put_status(buf, reason);
		break;
	case REASON_SUSPENDED: buf_put_text(buf, "suspended"); break;
	case REASON_REVOKED: buf_put_text(buf, "revoked"); break;
	case REASON_NONE:
	case REASON_MET:
	case REASON_NO_RULE: break;
	}
}

/* "right to work: no check recorded", naming each type once */
static void put_wanted(const struct policy_rule *rule, struct buf *buf)
{
	uint64_t named = 0;
	for (size_t o = 0; o < rule->option_count; o++) {
		enum check_type type = rule->options[o].type;
		if (named & code_bit(type))
			continue;
		buf_printf(buf, "%s%s", named ? " or " : "", code_label(CODES_TYPE, type));
		named |= code_bit(type);
	}
	buf_put_text(buf, ": no check recorded");
}

void clearance_reason_print(const struct clearance_policy *policy, const struct check_facts *facts,
	const struct clearance_question *question, const struct clearance_reason *reason,
	struct buf *buf)
{
	if (reason->reason == REASON_NO_RULE) {
		buf_printf(buf, "the policy of %s says nothing about a %s at a %s",
			policy->employer, code_label(CODES_ROLE, question->role),
			code_label(CODES_SITE, question->site));
		return;
	}
	const struct policy_rule *rule = &policy->rules[reason->rule];
	if (reason->fact == FACT_NONE) {
		put_wanted(rule, buf);
		return;
	}
	const struct policy_option *option = &rule->options[reason->option];
	const struct check_facts *fact = &facts[reason->fact];
	buf_printf(buf, "%s: ", code_label(CODES_TYPE, option->type));
	if (reason->reason != REASON_MET) {
		put_why_short(buf, reason, option, fact, question);
		buf_put_text(buf, " (");
	}
	put_made(buf, fact);
	if (reason->reason != REASON_MET)
		buf_put_text(buf, ")");
	if (reason->disputed)
		buf_put_text(buf, "; the holder disputes it");
}
