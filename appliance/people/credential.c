#include "appliance/people/credential.h"

#include "ledger/base/utf8.h"
#include "ledger/proof/envelope.h"

#include <stdio.h>

#define DAY_MAX 73414 /* 2170-12-31: no check is meant to hold for longer */

/* Fields that only some types may have. */
enum field {
	FIELD_LEVEL = 1,
	FIELD_WORKFORCE = 2,
	FIELD_BARRED = 4,
	FIELD_ISSUED = 8,
	FIELD_BY = 16,
	FIELD_FOR = 32,
	FIELD_THROUGH = 64,
	FIELD_REFERENCE = 128,
};

struct type_fields {
	unsigned may, must;
};

static struct type_fields fields_of(enum check_type type)
{
	const unsigned accepted = FIELD_BY | FIELD_FOR;
	const unsigned outcome = FIELD_LEVEL | FIELD_WORKFORCE | FIELD_ISSUED | accepted;
	if (check_is_training(type))
		return (struct type_fields){FIELD_LEVEL | FIELD_THROUGH, 0};
	switch ((int)type) {
	case CHECK_RIGHT_TO_WORK:
	case CHECK_INDEMNITY: return (struct type_fields){FIELD_THROUGH, 0};
	case CHECK_REGISTRATION:
		return (struct type_fields){
			FIELD_LEVEL | FIELD_THROUGH | FIELD_REFERENCE, FIELD_LEVEL};
	case CHECK_EMPLOYMENT_HISTORY: return (struct type_fields){accepted, accepted};
	case CHECK_CRIMINAL_RECORD: return (struct type_fields){outcome | FIELD_BARRED, outcome};
	case CHECK_HEALTH:
		return (struct type_fields){FIELD_LEVEL | FIELD_FOR, FIELD_LEVEL | FIELD_FOR};
	default: return (struct type_fields){0, 0};
	}
}

bool person_name_is_valid(struct span name)
{
	if (!name.size || name.size > CREDENTIAL_NAME_MAX || utf8_valid_size(name) != name.size ||
		name.at[0] == ' ' || name.at[name.size - 1] == ' ')
		return false;
	for (size_t at = 0; at < name.size;) {
		uint32_t point = 0;
		at += utf8_next(span_cut(name, at, name.size), &point);
		if (point < 0x20 || (point >= 0x7f && point < 0xa0))
			return false;
	}
	return true;
}

bool status_uri_is_valid(struct span uri)
{
	size_t head = span_is(span_cut(uri, 0, 8), "https://")  ? 8
		      : span_is(span_cut(uri, 0, 7), "http://") ? 7
								: 0;
	if (!head || uri.size == head || uri.size > STATUS_URI_MAX || uri.at[uri.size - 1] == '/')
		return false;
	for (size_t i = 0; i < uri.size; i++)
		if (uri.at[i] <= ' ' || uri.at[i] >= 0x7f || strchr("\"#<>?\\^`{|}", uri.at[i]))
			return false;
	return true;
}

static bool is_register(enum check_source source)
{
	return source >= SOURCE_GMC && source <= SOURCE_PSNI;
}

/* A number of a register: 9 stands for a digit, A for a capital letter. Sources of the patterns:
 * the registers' own FHIR profiles; the others have no published form. */
static bool reference_is_valid(enum check_source source, const char *reference)
{
	const char *pattern = NULL;
	size_t size = strlen(reference);
	if (source == SOURCE_GMC || source == SOURCE_GPHC)
		pattern = "9999999";
	else if (source == SOURCE_NMC)
		pattern = "99A9999A";
	else if (source == SOURCE_HCPC)
		pattern = "AA999999";
	if (pattern && size != strlen(pattern))
		return false;
	for (size_t i = 0; i < size; i++) {
		bool digit = reference[i] >= '0' && reference[i] <= '9';
		bool letter = reference[i] >= 'A' && reference[i] <= 'Z';
		if (!digit && !letter)
			return false;
		if (pattern && digit != (pattern[i] == '9'))
			return false;
	}
	return true;
}

static const struct {
	enum field field;
	const char *member;
} members[] = {
	{FIELD_LEVEL, "level"},
	{FIELD_WORKFORCE, "workforce"},
	{FIELD_BARRED, "barredLists"},
	{FIELD_ISSUED, "issuedOn"},
	{FIELD_BY, "acceptedBy"},
	{FIELD_FOR, "acceptedFor"},
	{FIELD_THROUGH, "validThrough"},
	{FIELD_REFERENCE, "reference"},
};

#define MEMBERS (sizeof members / sizeof members[0])

bool credential_may_say(enum check_type type, const char *member)
{
	for (size_t i = 0; i < MEMBERS; i++)
		if (!strcmp(members[i].member, member))
			return fields_of(type).may & members[i].field;
	return false;
}

static enum err must_not(struct fault *fault, const struct credential *c, const char *member)
{
	return fault_set(fault, ERR_SCOPE, 0, 0, "check.%s: a check of type %s must not say it",
		member, code_word(CODES_TYPE, c->type));
}

static enum err must(struct fault *fault, const struct credential *c, const char *member)
{
	return fault_set(fault, ERR_FORMAT, 0, 0, "check.%s: missing, a check of type %s needs it",
		member, code_word(CODES_TYPE, c->type));
}

static unsigned fields_there(const struct credential *c)
{
	unsigned there = 0;
	there |= c->level ? FIELD_LEVEL : 0U;
	there |= c->workforce ? FIELD_WORKFORCE : 0U;
	there |= c->barred_lists ? FIELD_BARRED : 0U;
	there |= c->issued_day ? FIELD_ISSUED : 0U;
	there |= c->accepted_by[0] ? FIELD_BY : 0U;
	there |= c->accepted_for ? FIELD_FOR : 0U;
	there |= c->through_day ? FIELD_THROUGH : 0U;
	there |= c->reference[0] ? FIELD_REFERENCE : 0U;
	return there;
}

static enum err fields_check(const struct credential *c, struct fault *fault)
{
	struct type_fields fields = fields_of(c->type);
	unsigned there = fields_there(c);
	for (size_t i = 0; i < MEMBERS; i++) {
		if (members[i].field & there & ~fields.may)
			return must_not(fault, c, members[i].member);
		if (members[i].field & fields.must & ~there)
			return must(fault, c, members[i].member);
	}
	return OK;
}

static enum err range(struct fault *fault, const char *member, const char *why)
{
	return fault_set(fault, ERR_RANGE, 0, 0, "check.%s: %s", member, why);
}

static enum err values_check(const struct credential *c, struct fault *fault)
{
	if (c->level && !*check_level_label(c->type, c->level))
		return range(fault, "level", "not a level of this type");
	if (c->workforce && !code_is_known(CODES_WORKFORCE, c->workforce))
		return range(fault, "workforce", "not known");
	if (c->barred_lists & ~(BARRED_ADULT | BARRED_CHILD))
		return range(fault, "barredLists", "not known");
	if (c->accepted_by[0] && !name_is_valid(span_text(c->accepted_by)))
		return range(fault, "acceptedBy", "not a member's name");
	if (c->accepted_for && !code_is_known(CODES_ROLE, c->accepted_for))
		return range(fault, "acceptedFor", "not a known role");
	if (c->issued_day && (c->issued_day < 1 || c->issued_day > c->checked_day))
		return range(fault, "issuedOn", "later than checkedOn");
	if (c->through_day && (c->through_day < 1 || c->through_day > DAY_MAX))
		return range(fault, "validThrough", "not a day that is meant");
	if (c->type == CHECK_REGISTRATION && !is_register(c->source))
		return range(fault, "source", "a registration comes from a professional register");
	if (c->reference[0] && !reference_is_valid(c->source, c->reference))
		return range(fault, "reference", "not a number of this register");
	return OK;
}

static enum err check_check(const struct credential *c, struct fault *fault)
{
	if (!code_is_known(CODES_TYPE, c->type))
		return range(fault, "checkType", "not known");
	if (!code_is_known(CODES_SOURCE, c->source))
		return range(fault, "source", "not known");
	if (!code_is_known(CODES_METHOD, c->method))
		return range(fault, "method", "not known");
	if (!name_is_valid(span_text(c->checker)))
		return range(fault, "checker", "not a member's name");
	if (c->checked_day < 1 || c->checked_day > DAY_MAX)
		return range(fault, "checkedOn", "not a day that is meant");
	if (c->due_day && (c->due_day <= c->checked_day || c->due_day > DAY_MAX))
		return range(fault, "nextCheckDue", "not later than checkedOn");
	enum err err = fields_check(c, fault);
	return err ? err : values_check(c, fault);
}

static bool is_whole_second(int64_t ms)
{
	return ms > 0 && ms < DAY_MAX * 86400000LL && ms % 1000 == 0;
}

enum err credential_check(const struct credential *c, struct fault *fault)
{
	if (!name_is_valid(span_text(c->issuer)))
		return fault_set(fault, ERR_FORMAT, 0, 0, "issuer.name: not a member's name");
	if (!is_whole_second(c->valid_from_ms))
		return fault_set(fault, ERR_RANGE, 0, 0, "validFrom: not a whole second");
	if (!is_whole_second(c->valid_until_ms) || c->valid_until_ms <= c->valid_from_ms)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"validUntil: not a whole second later than validFrom");
	if (c->status.uri[0] && !status_uri_is_valid(span_text(c->status.uri)))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"credentialStatus: the list is not at a web address of at most %d "
			"characters",
			STATUS_URI_MAX);
	if (c->name[0] && !person_name_is_valid(span_text(c->name)))
		return fault_set(fault, ERR_FORMAT, 0, 0, "credentialSubject.name: not a name");
	return check_check(c, fault);
}

enum err credential_is_valid_at(const struct credential *c, int64_t at_ms, struct fault *fault)
{
	char when[CIVIL_TIME_SIZE];
	bool early = at_ms < c->valid_from_ms;
	if (!early && at_ms < c->valid_until_ms)
		return OK;
	civil_print_time(early ? c->valid_from_ms : c->valid_until_ms, when);
	return fault_set(fault, ERR_RANGE, 0, 0,
		early ? "credential of %s begins only at %s" : "credential of %s ran out at %s",
		c->issuer, when);
}

void credential_facts(const struct credential *c, struct check_facts *facts)
{
	/* The document's own end counts as well, by its last whole day. */
	int32_t end_day = (int32_t)((c->valid_until_ms - 1) / 86400000);
	if (c->through_day && c->through_day < end_day)
		end_day = c->through_day;
	*facts = (struct check_facts){
		.type = c->type,
		.source = c->source,
		.method = c->method,
		.level = c->level,
		.workforce = c->workforce,
		.accepted_for = c->accepted_for,
		.checked_day = c->checked_day,
		.due_day = c->due_day,
		.expiry_day = end_day,
		.status = RECORD_UNKNOWN,
	};
	(void)snprintf(facts->checker, sizeof facts->checker, "%s", c->checker);
}
