/* Alerts, and whom they concern. */
#include "appliance/view/trace.h"

#include "appliance/rules/kinds.h"
#include "appliance/view/tell.h"
#include "ledger/base/civil.h"

#include <stdio.h>
#include <stdlib.h>

#define PLACES_MAX 1024 /* sites of one party that have or had a key */

/* Both sides of each case: what raised it, and the change that it conflicts with. */
static enum err alert_cases(
	const struct table *table, const struct alert *alert, json_t *out, struct fault *fault)
{
	struct alert_case one = {0};
	json_t *cases = json_array();
	enum err err = OK;
	while (!err && !(err = alert_case_next(table, alert->number, &one, &one, fault))) {
		json_t *row = json_object();
		err = tell_member(row, "by", table, one.member, fault);
		tell_time(row, "time", 1000 * one.s);
		tell_count(row, "position", one.position);
		if (one.before_at)
			tell_count(row, "before", one.before_at);
		(void)json_array_append_new(cases, row);
	}
	tell(out, "cases", cases);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err alert_json(const struct table *table, const struct alert *alert, bool sees_all,
	json_t *list, struct fault *fault)
{
	json_t *out = json_object();
	char sentence[OUTCOME_SENTENCE_MAX];
	outcome_sentence(alert->code, alert->parameter, 0, sentence);
	tell(out, "alert", json_integer(alert->number));
	tell(out, "what", json_string(outcome_word(alert->code)));
	tell(out, "sentence", json_string(sentence));
	if (alert->gtin) /* a compromised key is of no product */
		tell_gtin(out, "gtin", alert->gtin);
	if (alert->lot_size)
		tell_text(out, "lot", span_of(alert->lot, alert->lot_size));
	tell(out, "count", json_integer(alert->count));
	enum err err = tell_member(out, "by", table, alert->member, fault);
	tell_time(out, "first", 1000 * alert->first_s);
	tell_time(out, "last", 1000 * alert->last_s);
	tell_count(out, "position", alert->first_at);
	tell(out, "open", json_boolean(!alert->cause));
	if (alert->cause)
		tell(out, "cause", json_string(alert_cause_word(alert->cause)));
	if (!err && sees_all)
		err = alert_cases(table, alert, out, fault);
	(void)json_array_append_new(list, out);
	return err;
}

/* Who looks at alerts: what a tenant does is not for the other parties of its member. */
struct alert_reader {
	uint16_t member;
	bool sees_all;
	bool has_tenant;
	struct scope scope;
	uint8_t scope_bytes[SCOPE_BYTES_MAX];
	size_t place_count;
	uint8_t places[PLACES_MAX][PLACE_SIZE];
};

static bool is_own_place(const struct alert_reader *self, const uint8_t place[PLACE_SIZE])
{
	for (size_t i = 0; i < self->place_count; i++)
		if (!memcmp(self->places[i], place, PLACE_SIZE))
			return true;
	return false;
}

/* Where the party's keys speak from, also those that ended. */
static enum err add_places(struct alert_reader *self, const struct table *table,
	const struct author *author, struct fault *fault)
{
	struct party party = party_of(author);
	struct key_walk walk;
	struct key_record key;
	enum err err;
	key_walk_init(&walk, &party, 0);
	while (!(err = key_walk_next(table, &walk, &key, fault))) {
		struct author by = *author;
		uint8_t place[PLACE_SIZE];
		by.has_site = key.has_site;
		memcpy(by.site, key.site, sizeof by.site);
		judging_place(&by, place);
		if (is_own_place(self, place))
			continue;
		if (self->place_count == PLACES_MAX)
			return fault_set(fault, ERR_LIMIT, 0, 0,
				"this party's keys stand in more than %d places", PLACES_MAX);
		memcpy(self->places[self->place_count++], place, PLACE_SIZE);
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err alert_reader_fill(struct alert_reader *self, const struct table *table,
	const struct desk_party *party, struct fault *fault)
{
	struct member member;
	struct author author;
	uint8_t public[32];
	enum err err = members_key(table, party->kid, &author, public, fault);
	if (!err)
		err = member_at(table, author.member_index, &member, fault);
	if (err)
		return err;
	size_t size = member.scope.size < sizeof self->scope_bytes ? member.scope.size : 0;
	memcpy(self->scope_bytes, member.scope.at, size);
	err = scope_decode(span_of(self->scope_bytes, size), &self->scope, fault);
	self->member = author.member_index;
	self->has_tenant = author.has_tenant;
	self->sees_all =
		!err && !author.has_tenant && scope_is_authority(&self->scope, AREA_MEDICINES);
	return err ? err : add_places(self, table, &author, fault);
}

/* Whether the change that a case conflicts with was made at one of the party's places. */
static enum err is_own_change(const struct alert_reader *self, const struct table *table,
	const struct alert *alert, const struct alert_case *one, bool *is_own, struct fault *fault)
{
	struct lot lot;
	struct pack pack;
	if (!one->before_at || !one->has_key || !alert->lot_size)
		return OK;
	enum err err =
		lot_get(table, alert->gtin, span_of(alert->lot, alert->lot_size), &lot, fault);
	if (!err)
		err = pack_get(table, lot.id, one->key, &pack, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	*is_own = pack.touched && pack.at == one->before_at && is_own_place(self, pack.place);
	return OK;
}

/* It concerns who holds the product, who raised one of its cases, and whose change of the pack one
 * of them conflicts with. */
static enum err concerns(const struct alert_reader *self, const struct table *table,
	const struct alert *alert, bool *does, struct fault *fault)
{
	struct alert_case one = {0};
	enum err err = OK;
	*does = self->sees_all ||
		(!self->has_tenant && scope_set_has(self->scope.gtins, alert->gtin));
	while (!err && !*does) {
		err = alert_case_next(table, alert->number, &one, &one, fault);
		if (err)
			break;
		*does = one.member == self->member && is_own_place(self, one.place);
		if (!*does)
			err = is_own_change(self, table, alert, &one, does, fault);
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err all_alerts(const struct table *table, const struct desk_party *party, size_t most,
	json_t *list, struct fault *fault)
{
	struct alert alert;
	struct alert_reader *self = calloc(1, sizeof *self);
	if (!self)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for alerts");
	enum err err = alert_reader_fill(self, table, party, fault);
	if (!err)
		err = alert_next(table, 0, &alert, fault);
	while (!err && json_array_size(list) < most) {
		bool does = false;
		uint32_t before = alert.number;
		err = concerns(self, table, &alert, &does, fault);
		if (!err && does)
			err = alert_json(table, &alert, self->sees_all, list, fault);
		if (!err)
			err = alert_next(table, before, &alert, fault);
	}
	free(self);
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err trace_alerts(struct desk *desk, const struct desk_party *party, size_t most, json_t **out,
	struct fault *fault)
{
	struct desk_moment moment;
	json_t *list = json_array();
	enum err err = desk_begin(desk, &moment, fault);
	if (!err)
		err = all_alerts(moment.snapshot.table, party, most, list, fault);
	desk_end(desk, &moment);
	if (err)
		json_decref(list);
	else
		*out = list;
	return err;
}
