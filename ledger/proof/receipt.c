#include "ledger/proof/receipt.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"
#define INDEX_MAX  ((uint64_t)INT64_MAX)

/* The line at *at without its newline; false when there is none. */
static bool take_line(struct span text, size_t *at, struct span *line)
{
	const uint8_t *end = *at < text.size ? memchr(text.at + *at, '\n', text.size - *at) : NULL;
	if (!end)
		return false;
	*line = span_cut(text, *at, (size_t)(end - text.at));
	*at += line->size + 1;
	return true;
}

static bool starts_with(struct span line, const char *word)
{
	return span_is(span_cut(line, 0, strlen(word)), word);
}

static bool read_index(struct span digits, uint64_t *index)
{
	uint64_t value = 0;
	if (!digits.size || (digits.size > 1 && digits.at[0] == '0'))
		return false;
	for (size_t i = 0; i < digits.size; i++) {
		unsigned digit = (unsigned)digits.at[i] - '0';
		if (digit > 9 || value > (INDEX_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*index = value;
	return true;
}

static enum err read_extra(struct span line, size_t at, struct receipt *out, struct fault *fault)
{
	uint8_t raw[RECEIPT_EXTRA_MAX];
	size_t size = 0;
	out->extra = span_cut(line, 6, line.size);
	if (out->extra.size > RECEIPT_EXTRA_MAX)
		return fault_set(fault, ERR_LIMIT, at, line.size,
			"a receipt's extra data has at most %zu characters", RECEIPT_EXTRA_MAX);
	if (!out->extra.size || base64_parse(out->extra, false, raw, sizeof raw, &size, NULL))
		return fault_set(
			fault, ERR_FORMAT, at, line.size, "a receipt's extra data is not base64");
	return OK;
}

/* The lines between index and the empty line. */
static enum err read_path(struct span text, size_t *at, struct receipt *out, struct fault *fault)
{
	for (;;) {
		struct span line = {0};
		size_t start = *at, size = 0;
		if (!take_line(text, at, &line))
			return fault_set(fault, ERR_FORMAT, start, 0,
				"the receipt ends before its checkpoint");
		if (!line.size)
			return OK;
		if (out->path.count == TREE_PROOF_MAX)
			return fault_set(fault, ERR_LIMIT, start, line.size,
				"a receipt's path has at most %d hashes", TREE_PROOF_MAX);
		if (base64_parse(
			    line, false, out->path.hash[out->path.count], HASH_SIZE, &size, NULL) ||
			size != HASH_SIZE)
			return fault_set(fault, ERR_FORMAT, start, line.size,
				"a line of the receipt's path is not the base64 of a hash");
		out->path.count++;
	}
}

enum err receipt_parse(struct span text, struct receipt *receipt, struct fault *fault)
{
	struct receipt out = {.index = 0};
	struct span line = {0};
	struct note note;
	size_t at = 0;
	if (text.size > RECEIPT_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, RECEIPT_SIZE_MAX, 0,
			"a receipt has at most %zu bytes", RECEIPT_SIZE_MAX);
	if (!take_line(text, &at, &line) || !span_is(line, FIRST_LINE))
		return fault_set(fault,
			starts_with(line, "c2sp.org/tlog-proof@") ? ERR_VERSION : ERR_FORMAT, 0,
			line.size, "the first line of a receipt is " FIRST_LINE);
	size_t start = at;
	line = span_of(NULL, 0);
	(void)take_line(text, &at, &line);
	if (starts_with(line, "extra ")) {
		enum err err = read_extra(line, start, &out, fault);
		if (err)
			return err;
		start = at;
		line = span_of(NULL, 0);
		(void)take_line(text, &at, &line);
	}
	if (!starts_with(line, "index ") || !read_index(span_cut(line, 6, line.size), &out.index))
		return fault_set(fault, ERR_FORMAT, start, line.size,
			"a receipt has a line `index` with the entry's number");
	enum err err = read_path(text, &at, &out, fault);
	if (err)
		return err;
	out.checkpoint = span_cut(text, at, text.size);
	err = note_parse(out.checkpoint, &note, fault);
	if (err) {
		if (fault)
			fault->at += at;
		return err;
	}
	*receipt = out;
	return OK;
}

void receipt_print(const struct receipt *receipt, struct buf *buf)
{
	buf_put_text(buf, FIRST_LINE "\n");
	if (receipt->extra.size) {
		buf_put_text(buf, "extra ");
		buf_put(buf, receipt->extra);
		buf_put_text(buf, "\n");
	}
	buf_printf(buf, "index %llu\n", (unsigned long long)receipt->index);
	for (size_t i = 0; i < receipt->path.count; i++) {
		char hash[base64_room(HASH_SIZE)];
		base64_print(span_of(receipt->path.hash[i], HASH_SIZE), false, hash);
		buf_printf(buf, "%s\n", hash);
	}
	buf_put_text(buf, "\n");
	buf_put(buf, receipt->checkpoint);
}

enum err receipt_verify(const struct receipt *receipt, const uint8_t entry[HASH_SIZE],
	const struct policy *policy, struct policy_judgement *judgement, struct fault *fault)
{
	struct policy_judgement out;
	uint8_t leaf[HASH_SIZE];
	enum err err = policy_judge(policy, receipt->checkpoint, &out, fault);
	if (err)
		return err;
	if (out.checkpoint.size < RECEIPT_TREE_MIN)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"a receipt is for a tree of %d entries or more", RECEIPT_TREE_MIN);
	tree_leaf(entry, leaf);
	err = tree_verify_inclusion(leaf, receipt->index, out.checkpoint.size, &receipt->path,
		out.checkpoint.root, fault);
	if (!err)
		*judgement = out;
	return err;
}
