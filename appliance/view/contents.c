#include "appliance/view/contents.h"

#define TEXTS_MAX ((size_t)128 << 20)
#define EPC_MAX   4096

static enum err add(void *self, struct span epc, struct fault *fault)
{
	struct contents *contents = self;
	if (contents_count(contents) >= CONTENTS_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "more than %d things in one delivery",
			CONTENTS_MAX);
	struct content content = {
		(uint32_t)contents->texts.size, (uint32_t)epc.size, contents->parent};
	buf_put(&contents->texts, epc);
	buf_put(&contents->list, span_of(&content, sizeof content));
	return contents->texts.err || contents->list.err
		       ? fault_set(fault, ERR_LIMIT, 0, 0, "the delivery is too large")
		       : OK;
}

enum err contents_find(struct contents *contents, struct view *view, const char *party,
	const struct span *outermost, size_t count, struct fault *fault)
{
	struct view_epc_sink sink = {contents, add};
	enum err err = OK;
	*contents = (struct contents){0};
	buf_init(&contents->texts, TEXTS_MAX);
	buf_init(&contents->list, CONTENTS_MAX * sizeof(struct content));
	for (size_t i = 0; !err && i < count; i++)
		err = add(contents, outermost[i], fault);
	/* The list grows while it is walked, so each EPC is copied before its children come. */
	for (size_t i = 0; !err && i < contents_count(contents); i++) {
		struct buf epc;
		buf_init(&epc, EPC_MAX);
		buf_put(&epc, content_epc(contents, i));
		contents->parent = (uint32_t)i + 1;
		err = view_children(view, party, buf_span(&epc), &sink, fault);
		buf_close(&epc);
	}
	return err;
}

void contents_close(struct contents *contents)
{
	buf_close(&contents->texts);
	buf_close(&contents->list);
}
