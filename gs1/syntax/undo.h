/* The ways in which a scan can have been damaged, undone one by one: for diagnose.c. */
#ifndef GS1_SYNTAX_UNDO_H
#define GS1_SYNTAX_UNDO_H

#include "gs1/syntax/diagnose.h"

/* Takes what may have been scanned; `text` lives during the call only. */
struct undo_sink {
	void *self;
	void (*take)(void *self, enum gs1_damage damage, struct span text);
	/* The same, to be believed only if it is known. */
	void (*take_if_known)(void *self, enum gs1_damage damage, struct span text);
	/* The same; if it reads but is not known, nothing is certain. */
	void (*take_unsure)(void *self, enum gs1_damage damage, struct span text);
	/* The damage is there, and what was scanned cannot be told. */
	void (*give_up)(void *self, enum gs1_damage damage);
};

/* All damages but AIM_MISSING. */
void undo_all(struct span scan, const struct undo_sink *sink);

/* Whether a separator stands there written out, "<GS>" and the like: then a scan does not fit, even
 * if it reads. */
bool undo_has_token(struct span scan);

#endif
