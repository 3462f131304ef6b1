/* Prefixes for the namespaces of an event's extensions, for writing: each namespace gets one, its
 * own from the document where it may be had, else "ns1" and so on. Same event, same prefixes. */
#ifndef GS1_EPCIS_PREFIX_H
#define GS1_EPCIS_PREFIX_H

#include "gs1/epcis/event.h"

#define EPCIS_PREFIXES_MAX 64
#define EPCIS_PREFIX_SIZE  32 /* with NUL; longer ones are replaced */
#define EPCIS_LEVELS_MAX   64 /* of extensions */

#define EPCIS_XML_SPACE "http://www.w3.org/XML/1998/namespace" /* always "xml" */

struct epcis_prefix {
	struct span space;
	char text[EPCIS_PREFIX_SIZE];
};

struct epcis_prefixes {
	struct epcis_prefix at[EPCIS_PREFIXES_MAX];
	size_t count;
	bool (*is_reserved)(struct span prefix, struct span space); /* NULL: none is */
	bool one_master_data; /* both spellings of the CBV's are one namespace, called cbvmda */
	bool declares_xml; /* the form does not know the prefix by itself */
};

/* Collects the namespaces of all extensions of the event. prefixes: the settings made, the rest
 * zero. Errors: ERR_LIMIT: too many namespaces, or extensions too deep. */
MUST_CHECK enum err epcis_prefixes_collect(
	struct epcis_prefixes *prefixes, const struct epcis_event *event, struct fault *fault);

/* The prefix of a collected namespace, "" for none. */
const char *epcis_prefix_of(const struct epcis_prefixes *prefixes, struct span space);

#endif
