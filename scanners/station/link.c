#include "scanners/station/link.h"

#include <stdlib.h>

#define QUEUE 64 /* more than a station ever has on its way */

struct link {
	struct channel *channel;
	struct channel_message message; /* what was received last points into it */
};

enum err link_open(struct link **out, const struct link_options *options, struct fault *fault)
{
	struct link *link = calloc(1, sizeof *link);
	if (!link)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the link");
	struct channel_options channel = {
		.type = CHANNEL_DEALER,
		.endpoint = options->address,
		.queue = QUEUE,
		.public = options->public,
		.secret = options->secret,
		.server_public = options->appliance,
	};
	enum err err = channel_open(options->channels, &channel, &link->channel, fault);
	if (err)
		link_free(link);
	else
		*out = link;
	return err;
}

void link_free(struct link *link)
{
	if (!link)
		return;
	channel_free(link->channel);
	free(link);
}

static enum err send_wire(void *self, const struct wire *wire, struct fault *fault)
{
	struct link *link = self;
	struct wire_frames frames;
	enum err err = wire_encode(wire, &frames, fault);
	if (!err)
		err = channel_send(link->channel, frames.frame, frames.count, 0, fault);
	wire_frames_close(&frames);
	return err;
}

static enum err receive_wire(void *self, struct wire *wire, struct fault *fault)
{
	struct link *link = self;
	enum err err = channel_receive(link->channel, &link->message, 0, fault);
	if (!err)
		err = wire_decode(link->message.frame, link->message.count, wire, fault);
	return err;
}

struct station_link link_station(struct link *link)
{
	return (struct station_link){.self = link, .send = send_wire, .receive = receive_wire};
}

int link_fd(const struct link *link)
{
	return channel_fd(link->channel);
}
