/* A folder with the keys of an appliance and of a station, for tests of the key holder. */
#ifndef TESTS_KEYHOLDER_PLACE_H
#define TESTS_KEYHOLDER_PLACE_H

#include "ledger/keyholder.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW_MS INT64_C(1795167000123)

/* A ledger's folder with an appliance's keys and a station's. */
struct place {
	char folder[64];
	char second[96]; /* the floor's second copy */
	struct keyfile appliance;
	struct keyfile log;
	struct keyfile cosign;
	struct keyfile box;
	struct keyfile curve;
	struct keyfile station;
};

static inline bool place_key(struct place *place, struct keyfile *key, enum key_purpose purpose)
{
	char path[KEYFILE_PATH_MAX];
	return !keyfile_make(key, purpose, "maker.example", NULL, NOW_MS, NULL) &&
	       !keyfile_path(place->folder, purpose, "maker.example", NULL, path, NULL) &&
	       !keyfile_save(key, path, span_of(NULL, 0), NULL);
}

static inline bool place_make(struct place *place)
{
	(void)snprintf(place->folder, sizeof place->folder, "/tmp/assay-keyholder-XXXXXX");
	if (crypto_start() || !mkdtemp(place->folder))
		return false;
	(void)snprintf(place->second, sizeof place->second, "%s/second-floor", place->folder);
	return place_key(place, &place->appliance, KEY_APPLIANCE) &&
	       place_key(place, &place->log, KEY_LOG) &&
	       place_key(place, &place->cosign, KEY_COSIGN) &&
	       place_key(place, &place->box, KEY_BOX) &&
	       place_key(place, &place->curve, KEY_CURVE) &&
	       place_key(place, &place->station, KEY_STATION);
}

static inline void place_remove(struct place *place)
{
	char command[128];
	keyfile_close(&place->appliance);
	keyfile_close(&place->log);
	keyfile_close(&place->cosign);
	keyfile_close(&place->box);
	keyfile_close(&place->curve);
	keyfile_close(&place->station);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
	if (system(command))
		printf("# could not remove %s\n", place->folder);
}

#endif
