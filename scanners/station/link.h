/* The way from a station to its appliance: a DEALER over tcp with CURVE. libzmq connects, and
 * connects again, by itself; whether anybody answers is the station's affair. One thread. */
#ifndef SCANNERS_STATION_LINK_H
#define SCANNERS_STATION_LINK_H

#include "ledger/base/channel.h"
#include "scanners/station/station.h"

struct link;

struct link_options {
	struct channels *channels;
	const char *address; /* "tcp://10.0.0.5:7433" */
	const uint8_t *public; /* the station's CURVE keys */
	const uint8_t *secret;
	const uint8_t *appliance; /* CURVE public key of whom it wants to reach */
};

/* Errors: as channel_open. */
MUST_CHECK enum err link_open(
	struct link **link, const struct link_options *options, struct fault *fault);
void link_free(struct link *link); /* NULL is allowed */

/* For the station's options; lives as long as the link. */
struct station_link link_station(struct link *link);

/* To be polled for reading; edge-triggered: after it was ready, step the station. */
int link_fd(const struct link *link);

#endif
