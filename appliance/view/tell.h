/* Members of JSON answers that several of them have, each written one way. */
#ifndef APPLIANCE_VIEW_TELL_H
#define APPLIANCE_VIEW_TELL_H

#include "appliance/view/desk.h"

#include <jansson.h>

/* Each sets a member of object; tell takes the value over. */
void tell(json_t *object, const char *name, json_t *value);
void tell_count(json_t *object, const char *name, uint64_t count);
void tell_text(json_t *object, const char *name, struct span text);
void tell_hex(json_t *object, const char *name, struct span bytes);
void tell_gtin(json_t *object, const char *name, uint64_t gtin);
void tell_time(json_t *object, const char *name, int64_t ms); /* RFC 3339 */
void tell_date(json_t *object, const char *name, uint32_t yymmdd); /* as expiry_print */
/* Its name. Errors: storage. */
MUST_CHECK enum err tell_member(json_t *object, const char *name, const struct table *table,
	uint16_t index, struct fault *fault);

#endif
