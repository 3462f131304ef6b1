/* Who asks: its place and roles, whose transcribed notices count for it, whether it sees both sides
 * of what others did. */
#ifndef APPLIANCE_VIEW_ASKER_H
#define APPLIANCE_VIEW_ASKER_H

#include "appliance/rules/facts.h"
#include "appliance/view/desk.h"
#include "appliance/view/view.h"

struct asker {
	struct facts_asker facts;
	bool is_authority; /* for medicines */
	bool has_party;
	struct party party; /* with all places that its keys speak from */
};

/* party NULL: somebody who is not signed in. Own transcriptions and, with a view, those of members
 * that the party follows count, RECALL_FOLLOWED_MAX in all. Errors: storage. */
MUST_CHECK enum err asker_find(const struct table *table, struct view *view,
	const struct desk_party *party, struct asker *asker, struct fault *fault);

/* Whether a transcription by that member counts for the asker. */
bool asker_follows(const struct asker *asker, uint16_t member_index);

#endif
