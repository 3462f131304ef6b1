#include "appliance/view/tell.h"

#include "appliance/view/scanned.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <assert.h>
#include <stdio.h>

#define HEX_MAX 64 /* bytes */

void tell(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

void tell_count(json_t *object, const char *name, uint64_t count)
{
	tell(object, name, json_integer((json_int_t)count));
}

void tell_text(json_t *object, const char *name, struct span text)
{
	tell(object, name, json_stringn((const char *)text.at, text.size));
}

void tell_hex(json_t *object, const char *name, struct span bytes)
{
	char text[2 * HEX_MAX + 1];
	assert(bytes.size <= HEX_MAX);
	hex_print(bytes, text);
	tell(object, name, json_string(text));
}

void tell_gtin(json_t *object, const char *name, uint64_t gtin)
{
	char text[24];
	(void)snprintf(text, sizeof text, "%014llu", (unsigned long long)gtin);
	tell(object, name, json_string(text));
}

void tell_time(json_t *object, const char *name, int64_t ms)
{
	char time[CIVIL_TIME_SIZE];
	civil_print_time(ms, time);
	tell(object, name, json_string(time));
}

void tell_date(json_t *object, const char *name, uint32_t yymmdd)
{
	char date[11];
	expiry_print(yymmdd, date);
	tell(object, name, json_string(date));
}

enum err tell_member(json_t *object, const char *name, const struct table *table, uint16_t index,
	struct fault *fault)
{
	struct member member;
	enum err err = member_at(table, index, &member, fault);
	if (!err)
		tell(object, name, json_string(member.name));
	return err;
}
