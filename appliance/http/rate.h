/* How often one address may ask: a token bucket each, in a table that does not grow. An IPv6
 * address counts by its first 64 bits, since a client has all of the rest. Thread: any. */
#ifndef APPLIANCE_HTTP_RATE_H
#define APPLIANCE_HTTP_RATE_H

#include "ledger/base/env.h"
#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define RATE_ADDRESSES 1024 /* remembered at once; the least restrained are forgotten first */

struct rate_options {
	unsigned burst; /* requests at once, at least 1 */
	unsigned refill_ms; /* then one more each so many milliseconds, at least 1 */
};

struct rate;

MUST_CHECK enum err rate_open(struct rate **rate, const struct rate_options *options,
	const struct env *env, struct fault *fault);
void rate_free(struct rate *rate);

/* Takes one request of an address ("192.0.2.1", "2001:db8::1"; text that is no address counts as
 * one address). 0: go on; else how many seconds to wait. */
unsigned rate_take(struct rate *rate, const char *peer);

/* The same for what one address does to one name, whether or not there is such a name; and the
 * bucket full again. */
unsigned rate_take_name(struct rate *rate, const char *peer, struct span name);
void rate_forget_name(struct rate *rate, const char *peer, struct span name);

#endif
