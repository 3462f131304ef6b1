/* Movements and acknowledgements, kinds 90 and 91: the open part says next to nothing, since who
 * ships what to whom is nobody else's affair; the event itself is an attachment. */
#ifndef APPLIANCE_RULES_MOVEMENT_H
#define APPLIANCE_RULES_MOVEMENT_H

#include "appliance/rules/judging.h"

#define ACK_ENTRIES_MAX 2000

enum movement_class {
	MOVEMENT_SHIP = 1,
	MOVEMENT_RECEIVE = 2,
	MOVEMENT_OTHER = 3,
};

/* Kind 90: 1 class */
struct movement_body {
	enum movement_class class;
};

/* Kind 91: 1 entries of statements whose attachments the author holds (n * 32, ascending) */
struct attachment_ack_body {
	struct span entries;
};

#endif
