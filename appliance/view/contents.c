#include "appliance/view/contents.h"

#include <stdlib.h>

#define TEXTS_MAX ((size_t)128 << 20)

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

static int outermost_order(const void *a, const void *b)
{
	return span_order(*(const struct span *)a, *(const struct span *)b);
}

/* Whether some other one of the outermost, which are sorted, holds it. */
static enum err is_nested(struct view *view, const char *party, const struct span *sorted,
	size_t count, struct span epc, bool *nested, struct fault *fault)
{
	struct buf at;
	enum err err = OK;
	*nested = false;
	buf_init(&at, VIEW_EPC_MAX);
	buf_put(&at, epc);
	for (size_t level = 0; !err && !*nested; level++) {
		struct buf parent;
		buf_init(&parent, VIEW_EPC_MAX);
		err = view_parent(view, party, buf_span(&at), &parent, fault);
		buf_close(&at);
		at = parent;
		struct span above = buf_span(&at);
		if (!err && (at.err || level == VIEW_LEVELS_MAX || span_equal(above, epc)))
			err = fault_set(fault, ERR_LIMIT, 0, 0,
				"%.*s lies more than %d levels deep, or in itself: unpack it",
				(int)epc.size, (const char *)epc.at, VIEW_LEVELS_MAX);
		*nested = !err && bsearch(&above, sorted, count, sizeof above, outermost_order);
	}
	buf_close(&at);
	return err == ERR_NOT_FOUND ? OK : err;
}

/* Each outermost once, in the order given, without those that lie in another one. */
static enum err add_outermost(struct contents *contents, struct view *view, const char *party,
	const struct span *outermost, size_t count, struct fault *fault)
{
	struct span *sorted = calloc(count + 1, sizeof *sorted);
	bool *given = calloc(count + 1, sizeof *given);
	enum err err = OK;
	if (!sorted || !given)
		err = fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a delivery");
	else if (count) {
		memcpy(sorted, outermost, count * sizeof *sorted);
		qsort(sorted, count, sizeof *sorted, outermost_order);
	}
	for (size_t i = 0; !err && i < count; i++) {
		bool nested = false;
		const struct span *first =
			bsearch(&outermost[i], sorted, count, sizeof *sorted, outermost_order);
		while (first > sorted && span_equal(first[-1], outermost[i]))
			first--;
		if (given[first - sorted])
			continue;
		given[first - sorted] = true;
		err = is_nested(view, party, sorted, count, outermost[i], &nested, fault);
		if (!err && !nested)
			err = add(contents, outermost[i], fault);
	}
	free(given);
	free(sorted);
	return err;
}

/* Everything lies in one thing at most, and what is walked from lies in nothing that is walked: so
 * nothing is met twice, and the walk ends. */
enum err contents_find(struct contents *contents, struct view *view, const char *party,
	const struct span *outermost, size_t count, struct fault *fault)
{
	struct view_epc_sink sink = {contents, add};
	*contents = (struct contents){0};
	buf_init(&contents->texts, TEXTS_MAX);
	buf_init(&contents->list, CONTENTS_MAX * sizeof(struct content));
	enum err err = add_outermost(contents, view, party, outermost, count, fault);
	/* The list grows while it is walked, so each EPC is copied before its children come. */
	for (size_t i = 0; !err && i < contents_count(contents); i++) {
		struct buf epc;
		buf_init(&epc, VIEW_EPC_MAX);
		buf_put(&epc, content_epc(contents, i));
		contents->parent = (uint32_t)i + 1;
		err = view_children(view, party, buf_span(&epc), &sink, fault);
		buf_close(&epc);
	}
	return err;
}

bool contents_is_parent(const struct contents *contents, size_t index)
{
	size_t count = contents_count(contents);
	size_t low = index + 1;
	size_t high = count;
	/* Parents ascend along the list. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (content_at(contents, middle)->parent < index + 1)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && content_at(contents, low)->parent == index + 1;
}

void contents_close(struct contents *contents)
{
	buf_close(&contents->texts);
	buf_close(&contents->list);
}
