/* The appliance's side of its stations: a port (tcp, CURVE) that admits only those whose key is on
 * the ledger, for a party served here. Messages: scanners/station/wire.h.
 *
 * One thread routes: it decodes, hands statements to the node and passes everything that waits or
 * writes (checks, receipts, late deliveries, goods-in) to a few workers, so that one slow answer
 * holds up nobody. All that is under way is bounded; beyond it a station is told to come again.
 * Messages that are none are counted and dropped.
 *
 * A station whose keys have expired is let in for 30 days more, to hand over what it still holds:
 * that goes onto the ledger inside a delivery statement of its party, and it gets no checks. */
#ifndef APPLIANCE_STATIONS_H
#define APPLIANCE_STATIONS_H

#include "ledger/base/err.h"

struct appliance;
struct stations;

#define STATIONS_OPEN_MAX 256 /* requests under way */
#define STATIONS_WORKERS  3

/* Errors: ERR_NOT_FOUND, ERR_DENIED for the CURVE key's file; ERR_EXISTS: the port is taken;
 * ERR_NETWORK: an address that cannot be listened on; ERR_MEMORY. *stations is to be stopped and
 * freed also then. */
MUST_CHECK enum err stations_open(
	struct stations **stations, struct appliance *appliance, struct fault *fault);

/* Ends threads and closes the port; call it before the appliance's parts are closed. */
void stations_stop(struct stations *stations); /* NULL is allowed */
/* After the appliance was closed: until then its guard may still be asked. */
void stations_free(struct stations *stations);

/* The address listened on, with the port that the machine chose for port 0. */
const char *stations_endpoint(const struct stations *stations);

struct stations_counts {
	uint64_t taken; /* messages that were requests */
	uint64_t dropped; /* that were none */
	uint64_t turned_away; /* connections of unknown keys */
};
struct stations_counts stations_count(const struct stations *stations);

#endif
