#include "appliance/rules/scope.h"

#include "appliance/rules/body.h"

enum {
	SCOPE_ROLES = 1,
	SCOPE_GTINS = 2,
	SCOPE_AREAS = 3,
	SCOPE_REGISTERS = 4,
};

enum {
	MANDATE_GTINS = 1,
	MANDATE_SITES = 2,
	MANDATE_CLASSES = 3,
};

static struct scope_set read_numbers(struct cbor *cbor, size_t max, bool gtins)
{
	struct scope_set set = {.count = cbor_array(cbor, max)};
	size_t start = cbor->at;
	uint64_t before = 0;
	for (size_t i = 0; i < set.count && !cbor->fault.err; i++) {
		uint64_t number = cbor_uint(cbor);
		if (i > 0 && number <= before)
			cbor_fail(cbor, ERR_FORMAT, "numbers are not ascending");
		if (gtins && !gtin_is_number(number))
			cbor_fail(cbor, ERR_RANGE, "not a GTIN with a right check digit");
		before = number;
	}
	if (!set.count)
		cbor_fail(cbor, ERR_FORMAT, "an empty list is left out");
	set.items = span_of(cbor->in.at + start, cbor->at - start);
	return set;
}

static struct scope_set read_sites(struct cbor *cbor)
{
	struct scope_set set = {.count = cbor_array(cbor, SCOPE_SITES_MAX)};
	size_t start = cbor->at;
	struct span before = {0};
	for (size_t i = 0; i < set.count && !cbor->fault.err; i++) {
		struct span site = cbor_bytes_of(cbor, SITE_ID_SIZE);
		if (i > 0 && span_order(before, site) >= 0)
			cbor_fail(cbor, ERR_FORMAT, "sites are not ascending");
		before = site;
	}
	if (!set.count)
		cbor_fail(cbor, ERR_FORMAT, "an empty list is left out");
	set.items = span_of(cbor->in.at + start, cbor->at - start);
	return set;
}

static unsigned read_bits(struct cbor *cbor, unsigned max)
{
	uint64_t bits = cbor_uint_max(cbor, max);
	if (!bits)
		cbor_fail(cbor, ERR_FORMAT, "an empty set is left out");
	return (unsigned)bits;
}

enum err scope_decode(struct span bytes, struct scope *scope, struct fault *fault)
{
	struct scope read = {0};
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	if (!bytes.size) {
		*scope = read;
		return OK;
	}
	cbor_init(&cbor, bytes);
	cbor_map(&cbor, &map, SCOPE_REGISTERS);
	while (cbor_map_int(&cbor, &map, &key)) {
		switch (key) {
		case SCOPE_ROLES: read.roles = read_bits(&cbor, ROLES_ALL); break;
		case SCOPE_GTINS: read.gtins = read_numbers(&cbor, SCOPE_GTINS_MAX, true); break;
		case SCOPE_AREAS: read.areas = read_bits(&cbor, AREAS_ALL); break;
		case SCOPE_REGISTERS:
			read.registers = read_numbers(&cbor, SCOPE_REGISTERS_MAX, false);
			break;
		default: cbor_fail(&cbor, ERR_FORMAT, "unknown field of a scope");
		}
	}
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*scope = read;
	return err;
}

enum err mandate_scope_decode(struct span bytes, struct mandate_scope *scope, struct fault *fault)
{
	struct mandate_scope read = {0};
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	if (!bytes.size) {
		*scope = read;
		return OK;
	}
	cbor_init(&cbor, bytes);
	cbor_map(&cbor, &map, MANDATE_CLASSES);
	while (cbor_map_int(&cbor, &map, &key)) {
		switch (key) {
		case MANDATE_GTINS:
			read.gtins = read_numbers(&cbor, SCOPE_GTINS_MAX, true);
			read.has_gtins = true;
			break;
		case MANDATE_SITES:
			read.sites = read_sites(&cbor);
			read.has_sites = true;
			break;
		case MANDATE_CLASSES:
			read.classes = read_numbers(&cbor, SCOPE_CLASSES_MAX, false);
			read.has_classes = true;
			break;
		default: cbor_fail(&cbor, ERR_FORMAT, "unknown field of a mandate's scope");
		}
	}
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*scope = read;
	return err;
}

void scope_set_put(struct buf *buf, const uint64_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cbor_put_uint(buf, numbers[i]);
}

void scope_sites_put(struct buf *buf, const uint8_t (*sites)[SITE_ID_SIZE], size_t count)
{
	for (size_t i = 0; i < count; i++)
		cbor_put_bytes(buf, span_of(sites[i], SITE_ID_SIZE));
}

static void put_set(struct buf *buf, uint64_t key, struct scope_set set)
{
	if (!set.count)
		return;
	cbor_put_uint(buf, key);
	cbor_put_array(buf, set.count);
	buf_put(buf, set.items);
}

static void put_bits(struct buf *buf, uint64_t key, unsigned bits)
{
	if (!bits)
		return;
	cbor_put_uint(buf, key);
	cbor_put_uint(buf, bits);
}

void scope_encode(const struct scope *scope, struct buf *buf)
{
	cbor_put_map(buf, (size_t)(scope->roles != 0) + (scope->gtins.count != 0) +
				  (scope->areas != 0) + (scope->registers.count != 0));
	put_bits(buf, SCOPE_ROLES, scope->roles);
	put_set(buf, SCOPE_GTINS, scope->gtins);
	put_bits(buf, SCOPE_AREAS, scope->areas);
	put_set(buf, SCOPE_REGISTERS, scope->registers);
}

void mandate_scope_encode(const struct mandate_scope *scope, struct buf *buf)
{
	cbor_put_map(buf, (size_t)scope->has_gtins + scope->has_sites + scope->has_classes);
	put_set(buf, MANDATE_GTINS, scope->gtins);
	put_set(buf, MANDATE_SITES, scope->sites);
	put_set(buf, MANDATE_CLASSES, scope->classes);
}

bool scope_set_has(struct scope_set set, uint64_t number)
{
	struct cbor cbor;
	cbor_init(&cbor, set.items);
	for (size_t i = 0; i < set.count; i++) {
		uint64_t item = cbor_uint(&cbor);
		if (item >= number)
			return item == number && !cbor.fault.err;
	}
	return false;
}

bool scope_sites_has(struct scope_set set, const uint8_t site[SITE_ID_SIZE])
{
	struct cbor cbor;
	cbor_init(&cbor, set.items);
	for (size_t i = 0; i < set.count; i++)
		if (span_equal(cbor_bytes_of(&cbor, SITE_ID_SIZE), span_of(site, SITE_ID_SIZE)))
			return true;
	return false;
}

uint64_t scope_set_at(struct scope_set set, size_t index)
{
	struct cbor cbor;
	uint64_t number = UINT64_MAX;
	cbor_init(&cbor, set.items);
	for (size_t i = 0; i <= index; i++)
		number = i < set.count ? cbor_uint(&cbor) : UINT64_MAX;
	return number;
}

static const struct {
	unsigned role;
	const char *word;
} roles[] = {
#define X(name, bit, word) {name, word},
	ROLE_LIST(X)
#undef X
};

const char *role_word(unsigned role)
{
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		if (roles[i].role == role)
			return roles[i].word;
	return NULL;
}

unsigned role_parse(struct span word)
{
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		if (span_is(word, roles[i].word))
			return roles[i].role;
	return 0;
}
