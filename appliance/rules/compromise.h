/* Keys that were in other hands. A revocation may say since when (kind 3, compromised since): what
 * the key said from then on is flagged, not reversed. One alert `key_compromised` for the key: its
 * parameter is the key's number, its cases name the statements (before_at), as far as the key's
 * window of sequence numbers reaches; an earlier date given later adds to it. What is delivered
 * late of such a key is flagged as it comes in. */
#ifndef APPLIANCE_RULES_COMPROMISE_H
#define APPLIANCE_RULES_COMPROMISE_H

#include "appliance/rules/judging.h"

/* An accepted statement of the ledger's own: a revocation flags what the key has said. Changes
 * tables. */
MUST_CHECK enum err compromise_note(struct judging *judging);

/* A statement that was just accepted: flags it when it came late and of such a key. */
MUST_CHECK enum err compromise_late(struct judging *judging);

#endif
