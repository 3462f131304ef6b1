/* What the ledger asks of the application that gives statements their meaning. */
#ifndef LEDGER_APP_H
#define LEDGER_APP_H

#include "ledger/outcome.h"
#include "ledger/proof/statement.h"
#include "ledger/store/table.h"

#define MEMBER_NAME_MAX 63
#define UNIT_ID_SIZE    16 /* tenants, sites, appliances, mandates */

enum key_purpose {
	KEY_ROOT = 1,
	KEY_APPLIANCE = 2,
	KEY_LOG = 3,
	KEY_COSIGN = 4,
	KEY_BOX = 5,
	KEY_CURVE = 6,
	KEY_STATION = 7,
	KEY_HOLDER = 8,
};

/* Who signed, as the members' tables tell. */
struct author {
	uint8_t kid[32];
	enum key_purpose purpose;
	uint32_t key_index; /* order of registration, from 0 */
	uint16_t member_index; /* order of admission, from 0 */
	char member[MEMBER_NAME_MAX + 1];
	bool has_tenant;
	uint8_t tenant[UNIT_ID_SIZE];
	bool has_site; /* stations */
	uint8_t site[UNIT_ID_SIZE];
	bool has_principal; /* acts for another member by mandate */
	uint16_t principal_index;
	char principal[MEMBER_NAME_MAX + 1];
	uint8_t mandate_scope[512]; /* opaque to the ledger; the app judges the body by it */
	size_t mandate_scope_size;
};

/* One statement as it is applied. */
struct applying {
	uint64_t height;
	uint64_t position; /* leaf index it gets if accepted */
	int64_t time_ms; /* ledger time, from the seal */
	uint32_t rules_version;
	bool late; /* came inside a delivery statement */
	const struct statement *statement;
	const uint8_t *entry; /* 32 bytes */
	const struct author *author;
};

struct app {
	void *self;
	/* Judges and changes. The answer is the outcome; an error means broken storage and stops
	 * the node. Must be a pure function of its arguments. Node thread only. */
	enum err (*apply)(void *self, const struct table *table, const struct applying *applying,
		struct outcome *outcome, struct fault *fault);
	/* The same judgement without changes, for early answers: advisory, any thread, table is a
	 * read snapshot. May be NULL. */
	enum err (*check)(void *self, const struct table *table, const struct applying *applying,
		struct outcome *outcome, struct fault *fault);
	/* Called when the genesis statement was applied and the tables are otherwise empty. */
	enum err (*begin)(void *self, const struct table *table, struct fault *fault);
	/* Called when a statement of the ledger's own kinds was accepted and applied: the
	 * application draws its own conclusions, in its own tables, and may set the outcome's
	 * alert. Pure as apply; node thread only. May be NULL. */
	enum err (*noted)(void *self, const struct table *table, const struct applying *applying,
		struct outcome *outcome, struct fault *fault);
};

#endif
