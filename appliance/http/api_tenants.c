/* Tenants of the member whose appliance this is: seeing them, and taking one under it. The tenant's
 * own keys are made and kept elsewhere; here only what its root key has signed comes in. */
#include "appliance/http/api_operator.h"
#include "ledger/base/hex.h"
#include "ledger/members/bodies.h"

/* The name of the tenant here, or NULL: this appliance speaks for it only with its keys. */
static const struct desk_party *served(struct call *call, const uint8_t id[UNIT_ID_SIZE])
{
	const struct desk_party *party;
	for (size_t i = 0; (party = desk_party(call->api->desk, i)); i++)
		if (party->has_tenant && !memcmp(party->tenant, id, UNIT_ID_SIZE))
			return party;
	return NULL;
}

static enum err set_member(struct call *call, const struct table *table, json_t *row,
	const char *name, bool is_there, uint16_t index)
{
	struct member member;
	if (!is_there)
		return OK;
	enum err err = member_at(table, index, &member, &call->fault);
	if (!err)
		(void)json_object_set_new(row, name, json_string(member.name));
	return err;
}

static enum err add_row(
	struct call *call, const struct table *table, const struct tenant *tenant, json_t *list)
{
	char id[2 * UNIT_ID_SIZE + 1];
	struct tenant_moving moving;
	const struct desk_party *party = served(call, tenant->id);
	hex_print(span_of(tenant->id, UNIT_ID_SIZE), id);
	json_t *row = json_pack("{s:s, s:s?, s:b, s:I}", "tenant", id, "party",
		party ? party->name : NULL, "served", party != NULL, "since",
		(json_int_t)tenant->moved);
	enum err err = tenant_moving(table, tenant->id, &moving, &call->fault);
	if (!err)
		err = set_member(
			call, table, row, "offered", moving.has_offered, moving.offered_index);
	if (!err)
		err = set_member(
			call, table, row, "wanted", moving.has_wanted, moving.wanted_index);
	if (err)
		json_decref(row);
	else
		(void)json_array_append_new(list, row);
	return err;
}

/* The operator sees all that it serves, a tenant itself. */
static bool concerns(struct call *call, const struct tenant *tenant, uint16_t member_index)
{
	const struct desk_party *own = call->party;
	if (own->has_tenant)
		return !memcmp(own->tenant, tenant->id, UNIT_ID_SIZE);
	return api_is_operator(call) && tenant->operator_index == member_index;
}

static enum err list_tenants(struct call *call, const struct table *table, json_t *list)
{
	struct member member;
	struct tenant tenant;
	enum err err = member_named(table, span_text(call->party->member), &member, &call->fault);
	if (!err)
		err = tenant_next(table, NULL, &tenant, &call->fault);
	while (!err) {
		if (concerns(call, &tenant, member.index))
			err = add_row(call, table, &tenant, list);
		if (!err)
			err = tenant_next(table, tenant.id, &tenant, &call->fault);
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err list(struct call *call)
{
	struct desk_moment moment;
	json_t *list = json_array();
	enum err err = desk_begin(call->api->desk, &moment, &call->fault);
	if (!err)
		err = list_tenants(call, moment.snapshot.table, list);
	desk_end(call->api->desk, &moment);
	if (err)
		json_decref(list);
	else
		api_answer(call, list);
	return err;
}

static enum err read_hex(struct call *call, const char *name, uint8_t *to, size_t size)
{
	const char *text = NULL;
	struct fault inner = {0};
	enum err err = api_text(call, name, &text);
	if (err || !hex_parse(span_text(text), to, size, &inner))
		return err;
	return fault_set(&call->fault, ERR_FORMAT, inner.at, 0, "\"%s\" is %zu hexadecimal digits",
		name, 2 * size);
}

/* A new tenant comes in, or one of another operator is offered a place. */
static enum err take(struct call *call)
{
	struct tenant_body body;
	struct stated stated = {0};
	uint8_t memory[256];
	struct buf bytes;
	const char *id = NULL;
	enum err err = api_operator_only(call);
	if (!err)
		err = api_text(call, "tenant", &id);
	if (!err)
		err = read_hex(call, "tenant", body.tenant, sizeof body.tenant);
	if (!err)
		err = read_hex(call, "root", body.root, sizeof body.root);
	if (!err)
		err = read_hex(call, "signature", body.signature, sizeof body.signature);
	if (err)
		return err;
	buf_over(&bytes, memory, sizeof memory);
	tenant_body_encode(&body, &bytes);
	err = api_state_own(call, call->party, KIND_TENANT, buf_span(&bytes), &stated);
	return api_answer_stated(call, &stated, json_pack("{s:s}", "tenant", id), err);
}

const struct route api_tenant_routes[] = {
	{"GET", "/api/v1/tenants", DUTY_ADMIN, BODY_NONE, list},
	{"POST", "/api/v1/tenants", DUTY_ADMIN, BODY_JSON, take},
	{0},
};
