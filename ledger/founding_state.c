#include "ledger/founding_party.h"

enum err founding_state(struct span origin, unsigned kind, struct span body, int64_t now_ms,
	struct founding_author *author, struct buf *statements, struct fault *fault)
{
	struct buf bytes;
	const char *word = ledger_kind_word(kind);
	if (!word)
		return fault_set(fault, ERR_USAGE, 0, 0, "kind %u is not the ledger's own", kind);
	struct statement statement = {
		.envelope.type = SIGNED_STATEMENT,
		.envelope.kid = span_of(author->kid, KID_SIZE),
		.envelope.issuer = span_text(author->issuer),
		.envelope.subject = span_text(word),
		.envelope.origin = origin,
		.kind = (uint16_t)kind,
		.sequence = author->sequence,
		.not_after_ms = now_ms + FOUNDING_NOT_AFTER_MS,
		.body = body,
	};
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	enum err err = statement_encode(&statement, &author->signer, &bytes, fault);
	if (!err) {
		buf_put_be(statements, bytes.size, 4);
		buf_put(statements, buf_span(&bytes));
		author->sequence++;
		if (statements->err)
			err = fault_set(fault, statements->err, 0, 0,
				"no room for the statements of the founding");
	}
	buf_close(&bytes);
	return err;
}

bool founding_next(struct span *statements, struct span *statement)
{
	if (statements->size < 4)
		return false;
	size_t size = (size_t)statements->at[0] << 24 | (size_t)statements->at[1] << 16 |
		      (size_t)statements->at[2] << 8 | statements->at[3];
	if (size > STATEMENT_SIZE_MAX || size > statements->size - 4)
		return false;
	*statement = span_of(statements->at + 4, size);
	*statements = span_cut(*statements, 4 + size, statements->size);
	return true;
}

enum err founding_site(struct span origin, const struct site_body *site, int64_t now_ms,
	struct founding_author *author, struct buf *statements, struct fault *fault)
{
	uint8_t memory[256];
	struct buf body;
	buf_over(&body, memory, sizeof memory);
	site_body_encode(site, &body);
	return founding_state(
		origin, KIND_SITE, buf_span(&body), now_ms, author, statements, fault);
}

enum err founding_tenant(const struct founding_tenancy *tenancy, struct tenant_body *body,
	struct buf *statements, struct fault *fault)
{
	const struct founding_work work = {
		.folder = tenancy->folder,
		.origin = tenancy->origin,
		.appliance = tenancy->appliance,
		.root_password = tenancy->root_password,
		.now_ms = tenancy->now_ms,
		.statements = statements,
		.fault = fault,
	};
	struct founding_party party = {.name = tenancy->tenant->name,
		.issuer = tenancy->operator_name,
		.tenant = tenancy->tenant->id};
	enum err err = founding_party_root(&work, &party);
	party.by_root.sequence = tenancy->root_sequence;
	if (!err)
		err = founding_party_consent(&work, &party, tenancy->operator_name, body);
	if (!err)
		err = founding_party_keys(&work, &party, false);
	founding_party_close(&party);
	return err;
}

/* The registration of a key that is bound to the station's site. */
static void site_key_body(const struct enrolment *enrolment, enum key_purpose purpose,
	const uint8_t public[32], struct buf *bytes)
{
	struct key_body body = {
		.purpose = purpose,
		.has_site = true,
		.has_until = true,
		.until_ms = enrolment->until_ms,
		.has_tenant = enrolment->has_tenant,
	};
	memcpy(body.public, public, sizeof body.public);
	memcpy(body.site, enrolment->site, sizeof body.site);
	memcpy(body.tenant, enrolment->tenant, sizeof body.tenant);
	key_body_encode(&body, bytes);
}

enum err founding_station_ask(
	struct enrolment *enrolment, struct buf bodies[2], struct fault *fault)
{
	uint8_t public[SIGN_PUBLIC];
	uint8_t *secret = secret_new(SIGN_SECRET);
	if (!secret)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no locked memory for a key");
	random_fill(enrolment->seed, sizeof enrolment->seed);
	sign_keys(enrolment->seed, public, secret);
	secret_free(secret);
	box_keys(enrolment->curve_public, enrolment->curve_secret);
	site_key_body(enrolment, KEY_STATION, public, &bodies[0]);
	site_key_body(enrolment, KEY_CURVE, enrolment->curve_public, &bodies[1]);
	enum err err = bodies[0].err ? bodies[0].err : bodies[1].err;
	return err ? fault_set(fault, err, 0, 0, "no room for a station's keys") : OK;
}

enum err founding_station(struct enrolment *enrolment, int64_t now_ms, struct founding_author *root,
	struct buf *statements, struct fault *fault)
{
	uint8_t memory[2][256];
	struct buf bodies[2];
	buf_over(&bodies[0], memory[0], sizeof memory[0]);
	buf_over(&bodies[1], memory[1], sizeof memory[1]);
	enum err err = founding_station_ask(enrolment, bodies, fault);
	for (size_t i = 0; !err && i < 2; i++)
		err = founding_state(span_text(enrolment->origin), KIND_KEY, buf_span(&bodies[i]),
			now_ms, root, statements, fault);
	return err;
}
