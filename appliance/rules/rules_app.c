#include "appliance/rules/rules_app.h"

#include "appliance/rules/compromise.h"
#include "appliance/rules/kinds.h"

/* Whom the statement is said for, and what that member and the mandate allow. A scope that does
 * not decode allows nothing: governance let it in, so all appliances see the same. */
static enum err read_scope(struct judging *judging)
{
	const struct author *author = judging->applying->author;
	struct span bytes;
	judging->member = author->has_principal ? author->principal : author->member;
	judging->member_index =
		author->has_principal ? author->principal_index : author->member_index;
	if (author->has_principal &&
		mandate_scope_decode(span_of(author->mandate_scope, author->mandate_scope_size),
			&judging->mandate, NULL))
		judging->mandate = (struct mandate_scope){
			.has_gtins = true, .has_sites = true, .has_classes = true};
	enum err err =
		judging->directory->scope(judging->table, judging->member, &bytes, judging->fault);
	if (err)
		return err;
	if (bytes.size > sizeof judging->scope_bytes)
		return OK;
	if (bytes.size)
		memcpy(judging->scope_bytes, bytes.at, bytes.size);
	if (scope_decode(span_of(judging->scope_bytes, bytes.size), &judging->scope, NULL))
		judging->scope = (struct scope){0};
	return OK;
}

/* A mandate for certain sites is for keys that are bound to one of them. */
static bool signed_in_mandate(const struct judging *judging)
{
	const struct author *author = judging->applying->author;
	return author->has_site && scope_sites_has(judging->mandate.sites, author->site);
}

/* Of what is delivered late only supply, destroy and lock change the state, and alerts are
 * raised. Changes of packs and checks see to that themselves; of the others (an answer, a
 * count, a shift, a closed alert) nothing is kept but the statement, so that it cannot
 * overwrite what was said since. */
static bool is_recorded_only(const struct judging *judging)
{
	uint16_t number = judging->kind->number;
	return judging->applying->late && number != KIND_CHECK_ALERT && number != KIND_REPACKAGE &&
	       (number < KIND_SUPPLY || number > KIND_RETURN);
}

static enum err judge_kind(struct judging *judging)
{
	const struct statement *statement = judging->applying->statement;
	union kind_body body;
	struct fault place = {0};
	if (!(judging->kind->signers & 1u << judging->applying->author->purpose))
		return judging_refuse(judging, OUTCOME_KEY_PURPOSE, 0, 0, 0);
	enum err err = judging->kind->decode(statement->body, &body, &place);
	if (err == ERR_RANGE)
		return judging_refuse(judging, OUTCOME_BAD_VALUE, 0, (int64_t)place.at, 0);
	if (err)
		return judging_refuse(judging, OUTCOME_NOT_WELL_FORMED, 0, (int64_t)place.at, 0);
	err = read_scope(judging);
	if (err)
		return err;
	if (judging->kind->roles && !scope_has_role(&judging->scope, judging->kind->roles))
		return judging_refuse(judging, REFUSED_NO_ROLE, 0, 0, 0);
	if (judging->mandate.has_sites && !signed_in_mandate(judging))
		return judging_refuse(judging, REFUSED_OTHER_SITE, 0, 0, 0);
	bool dry = judging->dry;
	judging->dry |= is_recorded_only(judging);
	err = judging->kind->apply(judging, &body);
	judging->dry = dry;
	if (err || judging->outcome->code)
		return err;
	if (judging->applying->late)
		judging_alert(judging, ALERT_LATE_DELIVERY, 0, 0, 0);
	return compromise_late(judging);
}

static bool is_outside(const struct judging *judging)
{
	return judging->outcome->code == REFUSED_OUTSIDE_MANDATE ||
	       judging->outcome->code == REFUSED_OTHER_SITE;
}

/* An agent may hold several mandates of one principal: what lies outside the newest is judged
 * by the others, newest first. A refused judgement has changed nothing. Cost: at most 64
 * (admission sees to that). When all refuse it is the newest one's refusal that is told. */
static enum err judge_by_others(struct judging *judging)
{
	struct author author = *judging->applying->author;
	struct applying applying = *judging->applying;
	struct outcome first = *judging->outcome;
	uint64_t position = UINT64_MAX;
	enum err err = OK;
	applying.author = &author;
	judging->applying = &applying;
	while (!err && is_outside(judging)) {
		err = judging->directory->mandate(judging->table, applying.statement->kind,
			applying.time_ms, &position, &author, judging->fault);
		if (err == ERR_NOT_FOUND) {
			*judging->outcome = first;
			return OK;
		}
		*judging->outcome = (struct outcome){0};
		if (!err)
			err = judge_kind(judging);
	}
	return err;
}

enum err rules_apply(const struct directory *directory, const struct table *table,
	const struct applying *applying, bool dry, struct outcome *outcome, struct fault *fault)
{
	struct judging judging = {
		.table = table,
		.directory = directory,
		.applying = applying,
		.kind = kind_find(applying->statement->kind),
		.outcome = outcome,
		.fault = fault,
		.dry = dry,
	};
	if (applying->rules_version != RULES_VERSION)
		return fault_set(fault, ERR_VERSION, 0, 0,
			"rules version %u is in force and this program has only %u: upgrade it",
			applying->rules_version, RULES_VERSION);
	*outcome = (struct outcome){0};
	if (!judging.kind)
		return judging_refuse(
			&judging, OUTCOME_UNKNOWN_KIND, 0, applying->statement->kind, 0);
	if (!span_is(applying->statement->envelope.subject, judging.kind->word))
		return judging_refuse(&judging, OUTCOME_NOT_WELL_FORMED, 0, 0, 0);
	enum err err = directory->zone(table, &judging.zone, fault);
	if (err)
		return err;
	judging.today = zone_day(judging.zone, applying->time_ms);
	judging_place(applying->author, judging.place);
	err = judge_kind(&judging);
	return err || !applying->author->has_principal || !is_outside(&judging)
		       ? err
		       : judge_by_others(&judging);
}

static enum err app_apply(void *self, const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	return rules_apply(self, table, applying, false, outcome, fault);
}

static enum err app_check(void *self, const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	return rules_apply(self, table, applying, true, outcome, fault);
}

static enum err app_noted(void *self, const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	const struct directory *directory = self;
	struct judging judging = {
		.table = table,
		.directory = directory,
		.applying = applying,
		.outcome = outcome,
		.fault = fault,
		.member = applying->author->member,
		.member_index = applying->author->member_index,
	};
	enum err err = directory->zone(table, &judging.zone, fault);
	if (err)
		return err;
	judging.today = zone_day(judging.zone, applying->time_ms);
	judging_place(applying->author, judging.place);
	return compromise_note(&judging);
}

void rules_app(struct app *app, const struct directory *directory)
{
	union {
		const struct directory *in;
		void *out;
	} self = {.in = directory};
	*app = (struct app){
		.self = self.out, .apply = app_apply, .check = app_check, .noted = app_noted};
}
