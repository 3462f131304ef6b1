/* One running appliance: its parts, opened in the order in which they need each other. */
#ifndef APPLIANCE_WIRING_H
#define APPLIANCE_WIRING_H

#include "appliance/config.h"
#include "appliance/http/api.h"
#include "appliance/http/server.h"
#include "appliance/http/users.h"
#include "appliance/people/staff.h"
#include "appliance/view/attachments.h"
#include "appliance/view/desk.h"
#include "appliance/view/view.h"
#include "ledger/keyholder.h"
#include "ledger/service.h"

#include <stdatomic.h>

struct appliance {
	const char *folder;
	struct env env;
	struct config config;
	struct app app;
	struct keyholder *keyholder;
	struct channels *channels;
	struct service *service;
	struct desk *desk;
	struct view *view;
	struct attachments *attachments;
	struct users *users;
	struct staff *staff;
	struct buf policy; /* text */
	atomic_bool is_broken; /* the ledger cannot go on: end with status 2 */
};

/* Everything but the ports. The key holder is forked first: call it before any thread is started.
 * Errors: those of the parts, naming the file. Close it in any case. */
MUST_CHECK enum err appliance_open(
	struct appliance *appliance, const char *folder, struct fault *fault);
void appliance_close(struct appliance *appliance);

/* How the node signs: filled from the key holder and the configuration. */
MUST_CHECK enum err appliance_node_options(
	struct appliance *appliance, struct node_options *options, struct fault *fault);

#endif
