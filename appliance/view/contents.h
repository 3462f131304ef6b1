/* All that lies inside some cases or pallets, as a party's view has it, level by level. */
#ifndef APPLIANCE_VIEW_CONTENTS_H
#define APPLIANCE_VIEW_CONTENTS_H

#include "appliance/view/view.h"

#define CONTENTS_MAX 1000000

/* One thing: its EPC in contents.texts, and the index + 1 of what it lies in (0: outermost). */
struct content {
	uint32_t at;
	uint32_t size;
	uint32_t parent;
};

struct contents {
	struct buf texts;
	struct buf list; /* of struct content: parents before children, siblings together */
	uint32_t parent; /* of what is being added */
};

/* The outermost themselves come first, each once; one that lies in another of them comes there.
 * Errors: ERR_LIMIT: over CONTENTS_MAX things or VIEW_LEVELS_MAX levels; storage. */
MUST_CHECK enum err contents_find(struct contents *contents, struct view *view, const char *party,
	const struct span *outermost, size_t count, struct fault *fault);
void contents_close(struct contents *contents);

/* Whether something lies in it. */
bool contents_is_parent(const struct contents *contents, size_t index);

static inline size_t contents_count(const struct contents *contents)
{
	return contents->list.size / sizeof(struct content);
}

static inline const struct content *content_at(const struct contents *contents, size_t index)
{
	return (const struct content *)(const void *)contents->list.at + index;
}

static inline struct span content_epc(const struct contents *contents, size_t index)
{
	const struct content *content = content_at(contents, index);
	return span_of(contents->texts.at + content->at, content->size);
}

#endif
