#include "appliance/view/yearly.h"

#include "ledger/base/civil.h"

#define REMIND_MONTH 11 /* November */

static enum err begin(
	struct desk *desk, struct reader **reader, struct snapshot *snapshot, struct fault *fault)
{
	enum err err = desk_reader(desk, reader, fault);
	return err ? err : reader_begin(*reader, snapshot, fault);
}

/* The box keys of a party that are in force: how many have the year's pepper and how many not. */
static enum err count_party(const struct table *table, const struct party *party, int64_t time_ms,
	struct yearly *yearly, struct fault *fault)
{
	struct key_walk walk;
	struct key_record key;
	enum err err;
	key_walk_init(&walk, party, KEY_BOX);
	while (!(err = key_walk_next(table, &walk, &key, fault))) {
		uint8_t box[BODY_PEPPER_BOX_SIZE];
		bool in_force = false;
		err = key_in_force(table, &key, time_ms, &in_force, fault);
		if (err)
			return err;
		if (!in_force)
			continue;
		err = pepper_box_find(table, yearly->year, key.kid, box, fault);
		yearly->sealed += !err;
		yearly->missing += err == ERR_NOT_FOUND;
		if (err && err != ERR_NOT_FOUND)
			return err;
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err count_all(
	const struct table *table, int64_t time_ms, struct yearly *yearly, struct fault *fault)
{
	struct party party = {0};
	struct tenant tenant = {0};
	uint16_t members = 0;
	enum err err = members_count(table, &members, fault);
	for (uint16_t i = 0; !err && i < members; i++) {
		party.member_index = i;
		err = count_party(table, &party, time_ms, yearly, fault);
	}
	party.has_tenant = true;
	for (bool is_first = true; !err; is_first = false) {
		err = tenant_next(table, is_first ? NULL : party.tenant, &tenant, fault);
		if (!err) {
			memcpy(party.tenant, tenant.id, UNIT_ID_SIZE);
			err = count_party(table, &party, time_ms, yearly, fault);
		}
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err list(struct desk *desk, const struct snapshot *snapshot,
	struct yearly years[YEARLY_MAX], size_t *count, struct fault *fault)
{
	const struct table *table = snapshot->table;
	const struct desk_pepper *peppers = NULL;
	struct fault ignored;
	size_t opened = 0;
	uint16_t newest = 0;
	*count = 0;
	enum err err = pepper_newest(table, &newest, fault);
	if (err)
		return err;
	if (desk_peppers(desk, table, &peppers, &opened, &ignored))
		opened = 0;
	for (uint16_t back = 0; !err && back < YEARLY_MAX && back < newest; back++) {
		uint8_t commitment[HASH_SIZE];
		struct yearly *yearly = &years[*count];
		*yearly = (struct yearly){.year = (uint16_t)(newest - back)};
		err = pepper_find(table, yearly->year, commitment, fault);
		if (err == ERR_NOT_FOUND) {
			err = OK;
			continue;
		}
		for (size_t i = 0; i < opened; i++)
			yearly->opens |= peppers[i].year == yearly->year;
		if (!err)
			err = count_all(table, snapshot->time_ms, yearly, fault);
		(*count)++;
	}
	return err;
}

enum err yearly_list(
	struct desk *desk, struct yearly years[YEARLY_MAX], size_t *count, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	enum err err = begin(desk, &reader, &snapshot, fault);
	if (!err) {
		err = list(desk, &snapshot, years, count, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err;
}

enum err yearly_due(const struct table *table, int64_t now_ms, uint16_t *year, struct fault *fault)
{
	uint8_t commitment[HASH_SIZE];
	int32_t now, month, day;
	civil_from_day(zone_day(ZONE_UTC, now_ms), &now, &month, &day);
	*year = (uint16_t)now;
	enum err err = pepper_find(table, *year, commitment, fault);
	if (!err) {
		*year = (uint16_t)(now + 1);
		err = month < REMIND_MONTH ? OK : pepper_find(table, *year, commitment, fault);
	}
	if (!err)
		*year = 0;
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err yearly_due_here(struct desk *desk, uint16_t *year, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	enum err err = begin(desk, &reader, &snapshot, fault);
	if (!err) {
		err = yearly_due(snapshot.table, env_now_ms(desk_env(desk)), year, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err;
}

/* One statement: the next BODY_PEPPER_BOXES keys at most. ERR_NOT_FOUND: none lacks it. */
static enum err seal_some(struct desk *desk, const struct desk_party *voter, uint16_t year,
	const uint8_t pepper[PEPPER_SIZE], size_t *count, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct pepper_body read;
	struct stated stated;
	struct buf body;
	buf_init(&body, BODY_SIZE_MAX);
	enum err err = begin(desk, &reader, &snapshot, fault);
	if (!err) {
		err = pepper_seal(snapshot.table, year, pepper, snapshot.time_ms, &body, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	if (!err)
		err = pepper_body_decode(buf_span(&body), &read, fault);
	struct desk_statement statement = {.party = voter,
		.kind = KIND_PEPPER,
		.word = ledger_kind_word(KIND_PEPPER),
		.body = buf_span(&body)};
	if (!err)
		err = desk_state(desk, &statement, &stated, fault);
	if (!err)
		*count += read.box_count;
	buf_close(&body);
	return err;
}

static enum err seal_year(struct desk *desk, const struct desk_party *voter, uint16_t year,
	const uint8_t pepper[PEPPER_SIZE], size_t *count, struct fault *fault)
{
	enum err err = OK;
	while (!err)
		err = seal_some(desk, voter, year, pepper, count, fault);
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err yearly_post(struct desk *desk, const struct desk_party *voter, uint16_t year,
	size_t *count, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	uint8_t commitment[HASH_SIZE];
	*count = 0;
	enum err err = begin(desk, &reader, &snapshot, fault);
	if (!err) {
		err = pepper_find(snapshot.table, year, commitment, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	if (!err)
		return fault_set(fault, ERR_EXISTS, 0, 0,
			"the pepper of %u is on the ledger already", (unsigned)year);
	if (err != ERR_NOT_FOUND)
		return err;
	uint8_t *pepper = secret_new(PEPPER_SIZE);
	if (!pepper)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no locked memory for a pepper");
	random_fill(pepper, PEPPER_SIZE);
	err = seal_year(desk, voter, year, pepper, count, fault);
	secret_free(pepper);
	return err;
}

enum err yearly_seal(
	struct desk *desk, const struct desk_party *voter, size_t *count, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	const struct desk_pepper *peppers = NULL;
	size_t years = 0;
	*count = 0;
	enum err err = begin(desk, &reader, &snapshot, fault);
	if (!err) {
		err = desk_peppers(desk, snapshot.table, &peppers, &years, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	for (size_t i = 0; !err && i < years; i++)
		err = seal_year(desk, voter, peppers[i].year, peppers[i].pepper, count, fault);
	return err;
}
