/* What becomes of records: their status on the ledger, the published lists, erasure. */
#include "appliance/people/staff_inside.h"

#include "appliance/people/jcs.h"
#include "appliance/people/status_list.h"
#include "appliance/rules/tables.h"
#include "ledger/base/hex.h"

#include <stdio.h>
#include <stdlib.h>

#define URI_PART      "/status/"
#define HEX_SIZE      (2 * (size_t)STATUS_LIST_ID)
#define KEY_INDEX_END (STATUS_LIST_ID + 4)

enum err staff_status_uri(const struct staff_party *party, const uint8_t list[STATUS_LIST_ID],
	char uri[STATUS_URI_MAX + 1], struct fault *fault)
{
	char hex[HEX_SIZE + 1];
	size_t size = strlen(party->status_base) + strlen(URI_PART) + HEX_SIZE;
	if (size > STATUS_URI_MAX)
		return fault_set(fault, ERR_LIMIT, 0, size,
			"the address of status lists has at most %zu characters: %s",
			(size_t)STATUS_URI_MAX - strlen(URI_PART) - HEX_SIZE, party->status_base);
	hex_print(span_of(list, STATUS_LIST_ID), hex);
	(void)snprintf(uri, STATUS_URI_MAX + 1, "%s%s%s", party->status_base, URI_PART, hex);
	return OK;
}

enum err staff_status_list(const char *uri, uint8_t list[STATUS_LIST_ID], struct fault *fault)
{
	struct span text = span_text(uri);
	size_t tail = strlen(URI_PART) + HEX_SIZE;
	size_t start = text.size > tail ? text.size - tail : 0;
	if (start == 0 || !span_is(span_cut(text, start, start + strlen(URI_PART)), URI_PART) ||
		hex_parse(span_cut(text, start + strlen(URI_PART), text.size), list, STATUS_LIST_ID,
			NULL))
		return fault_set(fault, ERR_FORMAT, start, 0,
			"the status list's address does not end in /status/ and the list's 32 "
			"hexadecimal digits");
	return OK;
}

static void put_status(const struct staff_moment *moment, const uint8_t *list,
	const uint32_t *index, enum record_status status, enum status_reason reason,
	struct staff_statement *statement)
{
	union kind_body body = {.record_status = {.list = span_of(list, STATUS_LIST_ID),
					.has_index = index != NULL,
					.index = index ? *index : 0,
					.status = status,
					.effective_ms = moment->at_ms,
					.reason = reason}};
	staff_put_body(statement, KIND_STATUS, &body);
}

enum err staff_status_body(const struct staff_moment *moment,
	const uint8_t commitment[COMMITMENT_SIZE], enum record_status status,
	enum status_reason reason, struct staff_statement *statement, struct fault *fault)
{
	struct attestation row;
	if (!status_reason_fits(reason, status))
		return fault_set(fault, ERR_RANGE, 0, 0,
			"the reason does not go with the status %s",
			code_word(CODES_STATUS, status));
	enum err err = attestation_find(moment->table, commitment, &row, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"no record of that commitment is on the ledger");
	if (err)
		return err;
	memcpy(statement->commitment, commitment, COMMITMENT_SIZE);
	put_status(moment, row.list, &row.index, status, reason, statement);
	return OK;
}

void staff_confirm_body(const struct staff_moment *moment, const uint8_t list[STATUS_LIST_ID],
	struct staff_statement *statement)
{
	memset(statement->commitment, 0, COMMITMENT_SIZE);
	put_status(moment, list, NULL, RECORD_VALID, STATUS_REASON_CONFIRMED, statement);
}

/* The index of a list's last entry. Errors: ERR_NOT_FOUND. */
static enum err last_index(const struct staff_moment *moment, const uint8_t *list, uint32_t *index,
	struct fault *fault)
{
	struct span key;
	struct span value;
	enum err err = table_next(moment->table, TABLE_STATUS_EVENT, span_of(list, STATUS_LIST_ID),
		span_of(NULL, 0), TABLE_DOWN, &key, &value, fault);
	if (err)
		return err;
	if (key.size < KEY_INDEX_END)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"a row of table %u has the wrong key; rebuild the state from the ledger",
			(unsigned)TABLE_STATUS_EVENT);
	*index = 0;
	for (size_t i = STATUS_LIST_ID; i < KEY_INDEX_END; i++)
		*index = *index << 8 | key.at[i];
	return OK;
}

static uint8_t published(enum record_status status)
{
	switch (status) {
	case RECORD_VALID: return STATUS_VALID;
	case RECORD_SUSPENDED: return STATUS_SUSPENDED;
	case RECORD_REVOKED: return STATUS_INVALID;
	case RECORD_UNKNOWN: return STATUS_CHECK_NOW;
	}
	return STATUS_CHECK_NOW;
}

enum err staff_list_statuses(const struct staff_moment *moment, const uint8_t list[STATUS_LIST_ID],
	struct buf *statuses, struct fault *fault)
{
	uint32_t last = 0;
	enum err err = last_index(moment, list, &last, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"no status list of that number is on the ledger");
	for (uint32_t index = 0; !err && index <= last; index++) {
		struct standing standing;
		err = standing_read(moment->table, list, index, moment->at_ms, moment->final_size,
			&standing, fault);
		if (!err)
			buf_put_u8(statuses, published(standing.status));
	}
	if (!err && statuses->err)
		err = fault_set(fault, statuses->err, 0, 0, "no room for the status list");
	return err;
}

/* Room for one more. */
static enum err grow(struct staff_erased *erased, size_t *room, struct fault *fault)
{
	if (erased->revoke_count < *room)
		return OK;
	size_t wanted = *room ? 2 * *room : 32;
	struct staff_statement *more = realloc(erased->revoke, wanted * sizeof *erased->revoke);
	if (!more)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory to erase with");
	erased->revoke = more;
	*room = wanted;
	return OK;
}

/* A badge that is past its day ended by itself. */
static bool has_ended(const struct vault_document *document, int64_t at_ms)
{
	json_t *value;
	if (document->kind != VAULT_BADGE || jcs_parse(document->document, &value, NULL))
		return false;
	const json_t *expires = json_object_get(value, "expires");
	bool ended = json_is_integer(expires) && json_integer_value(expires) * 1000 <= at_ms;
	json_decref(value);
	return ended;
}

/* Adds the revocation of one document's record, if the ledger has it and it is not revoked. */
static enum err add_revocation(const struct staff_party *party, const struct staff_moment *moment,
	const struct vault_document *document, struct staff_erased *erased, size_t *room,
	struct fault *fault)
{
	struct attestation row;
	struct standing standing;
	enum err err = attestation_find(moment->table, document->commitment, &row, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	if (memcmp(row.party, party->party, PARTY_SIZE) != 0 || has_ended(document, moment->at_ms))
		return OK;
	err = standing_read(moment->table, row.list, row.index, moment->at_ms, moment->final_size,
		&standing, fault);
	if (err || standing.status == RECORD_REVOKED)
		return err;
	err = grow(erased, room, fault);
	if (!err)
		err = staff_status_body(moment, document->commitment, RECORD_REVOKED,
			STATUS_REASON_HOLDER, &erased->revoke[erased->revoke_count], fault);
	erased->revoke_count += err == OK;
	return err;
}

static enum err list_revocations(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t *person, enum vault_kind kind,
	struct staff_erased *erased, size_t *room, struct fault *fault)
{
	struct vault_document document = {0};
	struct buf bytes;
	enum err err = OK;
	buf_init(&bytes, 2 * VAULT_DOCUMENT_MAX);
	while (!err) {
		err = vault_document_next(staff->vault, party->name, person, kind, document.number,
			&document, &bytes, fault);
		if (err == ERR_NOT_FOUND) {
			err = OK;
			break;
		}
		if (!err)
			err = add_revocation(party, moment, &document, erased, room, fault);
	}
	if (bytes.at)
		secret_wipe(bytes.at, bytes.size);
	buf_close(&bytes);
	return err;
}

enum err staff_erase(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t person[VAULT_ID_SIZE],
	struct staff_erased *erased, struct fault *fault)
{
	struct staff_erased found = {0};
	size_t room = 0;
	enum err err =
		list_revocations(staff, party, moment, person, VAULT_CHECK, &found, &room, fault);
	if (!err)
		err = list_revocations(
			staff, party, moment, person, VAULT_BADGE, &found, &room, fault);
	if (!err)
		err = vault_erase(staff->vault, party->name, person, &found.vault, fault);
	if (err)
		free(found.revoke);
	else
		*erased = found;
	return err;
}
