#include "appliance/rules/checks.h"

#include <assert.h>

struct code_row {
	uint8_t code;
	const char *word;
	const char *label;
};

#define ROW(name, code, word, label)             {code, word, label},
#define TYPE_ROW(name, code, word, label, reuse) {code, word, label},

static const struct code_row reuses[] = {REUSE_LIST(ROW)};
static const struct code_row types[] = {CHECK_TYPE_LIST(TYPE_ROW)};
static const struct code_row sources[] = {CHECK_SOURCE_LIST(ROW)};
static const struct code_row methods[] = {CHECK_METHOD_LIST(ROW)};
static const struct code_row roles[] = {WORK_ROLE_LIST(ROW)};
static const struct code_row sites[] = {SITE_CLASS_LIST(ROW)};
static const struct code_row products[] = {PRODUCT_CLASS_LIST(ROW)};
static const struct code_row workforces[] = {WORKFORCE_LIST(ROW)};
static const struct code_row statuses[] = {RECORD_STATUS_LIST(ROW)};

#define IN_MASK(name, code, ...) _Static_assert((code) < CHECK_CODE_END, "fits a bit mask");
CHECK_TYPE_LIST(IN_MASK)
CHECK_SOURCE_LIST(IN_MASK)
WORK_ROLE_LIST(IN_MASK)

#define SET(rows, name)                                                                            \
	{                                                                                          \
		rows, sizeof rows / sizeof rows[0], name                                           \
	}

static const struct {
	const struct code_row *rows;
	size_t count;
	const char *name;
} sets[CODES_SETS] = {
	[CODES_REUSE] = SET(reuses, "reuse class"),
	[CODES_TYPE] = SET(types, "check type"),
	[CODES_SOURCE] = SET(sources, "source"),
	[CODES_METHOD] = SET(methods, "method"),
	[CODES_ROLE] = SET(roles, "role"),
	[CODES_SITE] = SET(sites, "site class"),
	[CODES_PRODUCT] = SET(products, "product class"),
	[CODES_WORKFORCE] = SET(workforces, "workforce"),
	[CODES_STATUS] = SET(statuses, "status"),
};

static const struct code_row *row_of(enum code_set set, uint64_t code)
{
	assert(set < CODES_SETS);
	for (size_t i = 0; i < sets[set].count; i++)
		if (sets[set].rows[i].code == code)
			return &sets[set].rows[i];
	return NULL;
}

bool code_is_known(enum code_set set, uint64_t code)
{
	return row_of(set, code) != NULL;
}

const char *code_word(enum code_set set, uint64_t code)
{
	const struct code_row *row = row_of(set, code);
	return row ? row->word : "unknown";
}

const char *code_label(enum code_set set, uint64_t code)
{
	const struct code_row *row = row_of(set, code);
	return row ? row->label : "unknown";
}

enum err code_parse(enum code_set set, struct span word, uint8_t *code, struct fault *fault)
{
	assert(set < CODES_SETS);
	for (size_t i = 0; i < sets[set].count; i++)
		if (span_is(word, sets[set].rows[i].word)) {
			*code = sets[set].rows[i].code;
			return OK;
		}
	size_t shown = word.size < 40 ? word.size : 40;
	return fault_set(fault, ERR_NOT_FOUND, 0, word.size, "'%.*s' is not a known %s", (int)shown,
		word.at ? (const char *)word.at : "", sets[set].name);
}

const char *code_set_name(enum code_set set)
{
	assert(set < CODES_SETS);
	return sets[set].name;
}

int code_at(enum code_set set, size_t index)
{
	assert(set < CODES_SETS);
	return index < sets[set].count ? sets[set].rows[index].code : -1;
}

enum reuse check_reuse(enum check_type type)
{
	switch (type) {
#define X(name, code, word, label, reuse)                                                          \
	case name: return reuse;
		CHECK_TYPE_LIST(X)
#undef X
	}
	return REUSE_OWN_CHECK;
}

bool check_is_training(enum check_type type)
{
	return type >= CHECK_TRAINING_CONFLICT && type <= CHECK_TRAINING_MEDICINES;
}

const char *check_level_label(enum check_type type, uint8_t level)
{
	static const char *const registration[] = {
		"", "with conditions or undertakings", "without conditions", "", ""};
	static const char *const criminal[] = {
		"", "basic", "standard", "enhanced", "enhanced with barred lists"};
	static const char *const health[] = {
		"", "fit for the role", "fit for exposure-prone procedures", "", ""};
	static const char *const training[] = {"", "level 1", "level 2", "level 3", "level 4"};
	if (level > CHECK_LEVEL_MAX)
		return "";
	if (type == CHECK_REGISTRATION)
		return registration[level];
	if (type == CHECK_CRIMINAL_RECORD)
		return criminal[level];
	if (type == CHECK_HEALTH)
		return health[level];
	return check_is_training(type) ? training[level] : "";
}
