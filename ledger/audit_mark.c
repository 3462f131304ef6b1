#include "ledger/audit_mark.h"

#include "ledger/audit_parts.h"
#include "ledger/base/hex.h"

#include <stdio.h>

#define MARK_START "assay-audit/1\n"
#define CHECK_SIZE 16

static void put_hex(struct buf *buf, const char *name, struct span bytes)
{
	char text[2 * HASH_SIZE + 1];
	hex_print(bytes, text);
	buf_printf(buf, "%s %s\n", name, text);
}

void audit_mark_print(const struct audit_mark *mark, struct buf *buf)
{
	size_t from = buf->size;
	uint8_t hash[HASH_SIZE];
	buf_printf(buf, MARK_START "origin %s\nheight %llu\nsize %llu\n", mark->origin,
		(unsigned long long)mark->height, (unsigned long long)mark->size);
	put_hex(buf, "root", span_of(mark->root, HASH_SIZE));
	put_hex(buf, "chain", span_of(mark->chain, HASH_SIZE));
	hash_sha256(span_cut(buf_span(buf), from, buf->size), hash);
	put_hex(buf, "check", span_of(hash, CHECK_SIZE));
}

/* What stands behind "<name> " on the next line. */
static struct span take_line(struct span text, size_t *at, const char *name)
{
	size_t size = strlen(name);
	struct span rest = span_cut(text, *at, text.size);
	const uint8_t *end = rest.size ? memchr(rest.at, '\n', rest.size) : NULL;
	if (!end || rest.size < size || memcmp(rest.at, name, size) != 0)
		return span_of(NULL, 0);
	size_t line = (size_t)(end - rest.at);
	if (line < size)
		return span_of(NULL, 0);
	*at += line + 1;
	return span_cut(rest, size, line);
}

static bool take_number(struct span text, uint64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t)(text.at[i] - '0');
	}
	return text.size > 0 && text.size <= 18;
}

enum err audit_mark_parse(struct span text, struct audit_mark *out, struct fault *fault)
{
	struct audit_mark mark = {0};
	uint8_t memory[AUDIT_MARK_SIZE_MAX];
	struct buf again;
	size_t at = strlen(MARK_START);
	if (!span_is(span_cut(text, 0, at), MARK_START))
		return fault_set(fault, ERR_VERSION, 0, 0, "it does not begin with assay-audit/1");
	struct span origin = take_line(text, &at, "origin ");
	bool right = origin.size <= ORIGIN_SIZE_MAX && origin_is_valid(origin);
	if (right)
		memcpy(mark.origin, origin.at, origin.size);
	right = right && take_number(take_line(text, &at, "height "), &mark.height);
	right = right && take_number(take_line(text, &at, "size "), &mark.size);
	right = right && !hex_parse(take_line(text, &at, "root "), mark.root, HASH_SIZE, NULL);
	right = right && !hex_parse(take_line(text, &at, "chain "), mark.chain, HASH_SIZE, NULL);
	buf_over(&again, memory, sizeof memory);
	if (right)
		audit_mark_print(&mark, &again);
	if (!right || again.err || !span_equal(buf_span(&again), text))
		return fault_set(fault, ERR_FORMAT, at, 0,
			"it is not whole, or was changed: remove it to begin anew");
	*out = mark;
	return OK;
}

/* ---- in the walk ---- */

static void fold(uint8_t chain[HASH_SIZE], const uint8_t hash[HASH_SIZE])
{
	struct sha256 sha;
	sha256_init(&sha);
	sha256_put(&sha, span_of(chain, HASH_SIZE));
	sha256_put(&sha, span_of(hash, HASH_SIZE));
	sha256_end(&sha, chain);
}

void audit_chain(struct auditor *auditor, const uint8_t hash[HASH_SIZE])
{
	fold(auditor->chain, hash);
}

/* The newest note waits: it may be signed again as long as no larger size has one. */
void audit_chain_note(struct auditor *auditor, uint64_t size, struct span note)
{
	if (auditor->newest_note_size)
		fold(auditor->chain, auditor->newest_note);
	hash_sha256(note, auditor->newest_note);
	auditor->newest_note_size = size;
}

static void chain_at(const struct auditor *auditor, uint64_t size, uint8_t chain[HASH_SIZE])
{
	memcpy(chain, auditor->chain, HASH_SIZE);
	if (auditor->newest_note_size && auditor->newest_note_size < size)
		fold(chain, auditor->newest_note);
}

static enum err compare_mark(struct auditor *auditor, struct fault *fault)
{
	const struct audit_mark *mark = auditor->options->mark;
	uint64_t size = auditor->edge.tree.size;
	uint8_t chain[HASH_SIZE];
	if (!mark || auditor->report->marked || size < mark->size)
		return OK;
	chain_at(auditor, size, chain);
	if (size != mark->size || auditor->batch.applied.height != mark->height ||
		memcmp(auditor->report->root, mark->root, HASH_SIZE) != 0 ||
		memcmp(chain, mark->chain, HASH_SIZE) != 0)
		return fault_set(fault, ERR_UNSURE, 0, 0, "the mark is of other bytes");
	auditor->report->marked = size;
	return OK;
}

/* The tree as it stands, whose signatures are all verified. */
static void give_mark(struct auditor *auditor)
{
	const struct audit_options *options = auditor->options;
	struct audit_mark mark = {
		.height = auditor->batch.applied.height, .size = auditor->edge.tree.size};
	(void)snprintf(mark.origin, sizeof mark.origin, "%.*s", (int)auditor->origin.size,
		(const char *)auditor->origin.at);
	memcpy(mark.root, auditor->report->root, HASH_SIZE);
	chain_at(auditor, mark.size, mark.chain);
	options->keep_mark(options->keep_self, &mark);
}

static bool is_markable(const struct auditor *auditor)
{
	const struct audit_options *options = auditor->options;
	return options->keep_mark && !options->since && !auditor->early_count &&
	       !auditor->report->absent && auditor->verifies;
}

enum err audit_mark_pass(struct auditor *auditor, struct fault *fault)
{
	struct audit_wrong wrong;
	uint64_t lines;
	enum err err = compare_mark(auditor, fault);
	if (err || !is_markable(auditor))
		return err;
	int64_t now_us = env_steady_us(auditor->options->env);
	if (now_us - auditor->kept_us < auditor->options->keep_every_us)
		return OK;
	auditor->kept_us = now_us;
	if (!audit_verifier_settle(auditor->verifier, &wrong, &lines))
		give_mark(auditor); /* else the walk ends with it in a moment */
	return OK;
}

void audit_mark_end(struct auditor *auditor)
{
	if (is_markable(auditor))
		give_mark(auditor);
}
