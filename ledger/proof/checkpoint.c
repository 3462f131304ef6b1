#include "ledger/proof/checkpoint.h"

/* Takes the next line without its newline; false at the end or without newline. */
static bool take_line(struct span text, size_t *at, struct span *line)
{
	const uint8_t *end = *at < text.size ? memchr(text.at + *at, '\n', text.size - *at) : NULL;
	if (!end)
		return false;
	*line = span_cut(text, *at, (size_t)(end - text.at));
	*at += line->size + 1;
	return true;
}

/* No sign, no leading zero, at most 2^63-1. */
static enum err read_size(struct span line, size_t at, uint64_t *size, struct fault *fault)
{
	uint64_t value = 0;
	bool fine = line.size >= 1 && (line.size == 1 || line.at[0] != '0');
	for (size_t i = 0; fine && i < line.size; i++) {
		unsigned digit = (unsigned)line.at[i] - '0';
		fine = digit <= 9 && value <= ((uint64_t)INT64_MAX - digit) / 10;
		value = value * 10 + digit;
	}
	if (!fine)
		return fault_set(fault, ERR_FORMAT, at, line.size,
			"the checkpoint's second line is not a tree size in decimal");
	*size = value;
	return OK;
}

enum err checkpoint_parse(struct span body, struct checkpoint *checkpoint, struct fault *fault)
{
	struct checkpoint out = {.size = 0};
	struct span line = {0};
	size_t at = 0, size = 0;
	if (!take_line(body, &at, &out.origin) || !out.origin.size)
		return fault_set(
			fault, ERR_FORMAT, 0, 0, "the checkpoint's first line is no origin");
	size_t start = at;
	(void)take_line(body, &at, &line);
	enum err err = read_size(line, start, &out.size, fault);
	if (err)
		return err;
	start = at;
	line = span_of(NULL, 0);
	(void)take_line(body, &at, &line);
	if (base64_parse(line, false, out.root, HASH_SIZE, &size, NULL) || size != HASH_SIZE)
		return fault_set(fault, ERR_FORMAT, start, line.size,
			"the checkpoint's third line is not the base64 of a hash");
	out.extension = span_cut(body, at, body.size);
	while (at < body.size) {
		start = at;
		if (!take_line(body, &at, &line) || !line.size)
			return fault_set(fault, ERR_FORMAT, start, 1,
				"a checkpoint's extension lines are not empty");
	}
	*checkpoint = out;
	return OK;
}

void checkpoint_print(const struct checkpoint *checkpoint, struct buf *buf)
{
	char root[base64_room(HASH_SIZE)];
	base64_print(span_of(checkpoint->root, HASH_SIZE), false, root);
	buf_put(buf, checkpoint->origin);
	buf_printf(buf, "\n%llu\n%s\n", (unsigned long long)checkpoint->size, root);
	buf_put(buf, checkpoint->extension);
}
