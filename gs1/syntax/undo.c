#include "gs1/syntax/undo.h"

#include "gs1/syntax/layout.h"
#include "gs1/syntax/lint.h"

#define BEFORE_MAX   15 /* characters added in front: fewer than a GTIN element has */
#define AFTER_MAX    6 /* and behind */
#define ELEMENTS_MAX 16
#define STEPS_MAX    20000
#define SCAN_MIN     16 /* the shortest that names a pack: (01) and its GTIN */

static bool is_letter(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26;
}

static bool is_id_at(struct span text, size_t at)
{
	enum gs1_aim aim;
	struct span id = span_cut(text, at, at + GS1_AIM_SIZE);
	return id.size == GS1_AIM_SIZE && id.at[0] == ']' && gs1_aim_read(id, &aim, NULL) == OK;
}

static bool reads_as_pack(struct span scan)
{
	struct gs1_scan read;
	struct gs1_pack pack;
	return gs1_scan_read(scan, &read, NULL) == OK && read.form != GS1_FORM_KEY &&
	       gs1_pack_read(&read, &pack, NULL) == OK && (pack.gtin[0] || pack.sscc[0]);
}

static void undo_caps_lock(struct span scan, const struct undo_sink *sink)
{
	uint8_t text[GS1_DIAGNOSE_MAX];
	bool has_letters = false;
	for (size_t i = 0; i < scan.size; i++) {
		bool letter = is_letter(scan.at[i]);
		text[i] = letter ? scan.at[i] ^ 0x20 : scan.at[i];
		has_letters = has_letters || letter;
	}
	if (has_letters)
		sink->take(sink->self, GS1_DAMAGE_CAPS_LOCK, span_of(text, scan.size));
}

static void undo_y_z(struct span scan, const struct undo_sink *sink)
{
	uint8_t text[GS1_DIAGNOSE_MAX];
	bool has_either = false;
	for (size_t i = 0; i < scan.size; i++) {
		bool either = (scan.at[i] | 0x20) == 'y' || (scan.at[i] | 0x20) == 'z';
		text[i] = either ? scan.at[i] ^ ('y' ^ 'z') : scan.at[i];
		has_either = has_either || either;
	}
	if (has_either)
		sink->take(sink->self, GS1_DAMAGE_YZ, span_of(text, scan.size));
}

static void undo_layouts(struct span scan, const struct undo_sink *sink)
{
	static const enum gs1_damage damages[GS1_LAYOUT_COUNT] = {
		[GS1_LAYOUT_DE] = GS1_DAMAGE_LAYOUT_DE,
		[GS1_LAYOUT_FR] = GS1_DAMAGE_LAYOUT_FR,
		[GS1_LAYOUT_ES] = GS1_DAMAGE_LAYOUT_ES,
		[GS1_LAYOUT_IT] = GS1_DAMAGE_LAYOUT_IT,
		[GS1_LAYOUT_GB] = GS1_DAMAGE_LAYOUT_GB,
	};
	for (enum gs1_layout layout = 0; layout < GS1_LAYOUT_COUNT; layout++) {
		uint8_t memory[GS1_DIAGNOSE_MAX];
		struct buf text;
		buf_over(&text, memory, sizeof memory);
		if (gs1_layout_undo(layout, scan, &text) && !span_equal(buf_span(&text), scan))
			sink->take(sink->self, damages[layout], buf_span(&text));
	}
}

/* Every `token` becomes one GS. */
static void undo_token(struct span scan, struct span token, const struct undo_sink *sink)
{
	uint8_t text[GS1_DIAGNOSE_MAX];
	size_t size = 0;
	for (size_t i = 0; i < scan.size;) {
		bool found = span_equal(span_cut(scan, i, i + token.size), token);
		text[size++] = found ? GS1_GS : scan.at[i];
		i += found ? token.size : 1;
	}
	/* At the front or the end a character was added rather than a separator changed. */
	size_t front = is_id_at(scan, 0) ? GS1_AIM_SIZE : 0;
	if (size <= front || text[front] == GS1_GS || text[size - 1] == GS1_GS)
		return;
	if (size == scan.size && memcmp(text, scan.at, size) == 0)
		return;
	sink->take(sink->self, GS1_DAMAGE_GS_TYPED, span_of(text, size));
}

/* As readers, terminals and people write GS or FNC1. */
static const char *const gs_tokens[] = {"<GS>", "{GS}", "[GS]", "(GS)", "^]", "\\x1D", "\\x1d",
	"\\u001D", "\\u001d", "\\F", "%1D", "&#29;", "<FNC1>", "{FNC1}", "[FNC1]", "~1", "~d029",
	"\xE2\x90\x9D"};

bool undo_has_token(struct span scan)
{
	/* The first ones, which no lot or serial holds. */
	for (size_t i = 0; i < 4; i++)
		if (memmem(scan.at, scan.size, gs_tokens[i], 4))
			return true;
	return false;
}

static void undo_tokens(struct span scan, const struct undo_sink *sink)
{
	for (size_t i = 0; i < sizeof gs_tokens / sizeof gs_tokens[0]; i++)
		undo_token(scan, span_text(gs_tokens[i]), sink);
}

/* Tokens, and any character that is neither letter nor digit. */
static void undo_gs_typed(struct span scan, const struct undo_sink *sink)
{
	bool tried[128] = {false};
	undo_tokens(scan, sink);
	for (size_t i = 0; i < scan.size; i++) {
		uint8_t c = scan.at[i];
		if (c >= 128 || tried[c] || c == GS1_GS || is_letter(c) ||
			gs1_set_has(GS1_SET_DIGIT, c) || (c == ']' && i == 0))
			continue;
		tried[c] = true;
		undo_token(span_cut(scan, 0, scan.size), span_of(&scan.at[i], 1), sink);
	}
}

/* ---- GS lost ---- */

/* Where a separator may have stood: the elements read so far, and the text written with GS. */
struct split {
	struct span data;
	size_t front; /* bytes of the identifier in text */
	size_t steps;
	size_t count;
	uint16_t ais[ELEMENTS_MAX];
	const struct undo_sink *sink;
	uint8_t text[GS1_DIAGNOSE_MAX];
};

static bool is_repeated(const struct split *split, uint16_t ai)
{
	for (size_t i = 0; i < split->count; i++)
		if (split->ais[i] == ai)
			return true;
	return false;
}

static void split_from(struct split *split, size_t at, size_t size, bool inserted);

/* Value of the element whose AI ends at `at`; every end is tried at which another AI begins. */
static void split_value(
	struct split *split, const struct gs1_ai *row, size_t at, size_t size, bool inserted)
{
	for (size_t n = row->size_min; n <= row->size_max && at + n <= split->data.size; n++) {
		struct span value = span_cut(split->data, at, at + n);
		struct span rest = span_cut(split->data, at + n, split->data.size);
		uint16_t next;
		bool predefined = row->flags & GS1_AI_PREDEFINED;
		if (rest.size > 0 && !gs1_ai_prefix(rest, &next))
			continue;
		if (gs1_value_check(row, value, NULL, NULL) || size + n + 1 > sizeof split->text)
			continue;
		memcpy(split->text + size, value.at, n);
		bool inserts = rest.size > 0 && !predefined;
		if (inserts)
			split->text[size + n] = GS1_GS;
		split_from(split, at + n, size + n + inserts, inserted || inserts);
	}
}

static void split_from(struct split *split, size_t at, size_t size, bool inserted)
{
	uint16_t ai;
	struct span rest = span_cut(split->data, at, split->data.size);
	if (++split->steps > STEPS_MAX)
		return;
	if (rest.size == 0) {
		if (inserted)
			split->sink->take(
				split->sink->self, GS1_DAMAGE_GS_LOST, span_of(split->text, size));
		return;
	}
	const struct gs1_ai *row = gs1_ai_prefix(rest, &ai);
	if (!row || split->count == ELEMENTS_MAX || is_repeated(split, ai) ||
		size + row->digits > sizeof split->text)
		return;
	memcpy(split->text + size, rest.at, row->digits);
	split->ais[split->count++] = ai;
	split_value(split, row, at + row->digits, size + row->digits, inserted);
	split->count--;
}

/* A scanner drops all separators or none. */
static void undo_gs_lost(struct span scan, const struct undo_sink *sink)
{
	struct split split;
	if (memchr(scan.at, GS1_GS, scan.size))
		return;
	split.front = is_id_at(scan, 0) ? GS1_AIM_SIZE : 0;
	split.data = span_cut(scan, split.front, scan.size);
	split.steps = split.count = 0;
	split.sink = sink;
	memcpy(split.text, scan.at, split.front);
	split_from(&split, 0, split.front, false);
	if (split.steps > STEPS_MAX)
		sink->give_up(sink->self, GS1_DAMAGE_GS_LOST);
}

/* ---- identifier, and what stands before and behind ---- */

/* A known identifier but for its "]" and the case of its letter. */
static bool is_like_id_at(struct span text, size_t at)
{
	uint8_t id[GS1_AIM_SIZE] = {']'};
	if (at + GS1_AIM_SIZE > text.size || !is_letter(text.at[at + 1]))
		return false;
	id[1] = text.at[at + 1];
	id[2] = text.at[at + 2];
	bool is_id = is_id_at(span_of(id, sizeof id), 0);
	id[1] ^= 0x20;
	return is_id || is_id_at(span_of(id, sizeof id), 0);
}

static void undo_identifier(struct span scan, const struct undo_sink *sink)
{
	uint8_t text[GS1_DIAGNOSE_MAX + 1];
	if (is_id_at(scan, 0) && is_id_at(scan, GS1_AIM_SIZE))
		sink->take(sink->self, GS1_DAMAGE_AIM_DOUBLED,
			span_cut(scan, GS1_AIM_SIZE, scan.size));
	/* "]" lost, or become another character, but not one that a layout makes of it. */
	bool by_layout = scan.at[0] == '+' || scan.at[0] == '$';
	for (size_t skip = 0; skip < 2 && skip < scan.size; skip++) {
		struct span rest = span_cut(scan, skip, scan.size);
		if (skip == 1 && by_layout)
			break;
		text[0] = ']';
		memcpy(text + 1, rest.at, rest.size);
		if (scan.at[0] != ']' && is_id_at(span_of(text, rest.size + 1), 0))
			sink->take(sink->self, GS1_DAMAGE_AIM_BROKEN, span_of(text, rest.size + 1));
	}
}

/* What can stand in GS1 data. */
static bool is_data(uint8_t c)
{
	return gs1_set_has(GS1_SET_82, c) || c == GS1_GS;
}

/* Whether the scan begins with an identifier, if perhaps a damaged one. */
static bool has_front(struct span scan)
{
	uint8_t shifted[2 * GS1_AIM_SIZE] = {']'};
	struct span front = span_cut(scan, 0, GS1_AIM_SIZE);
	memcpy(shifted + 1, front.at, front.size);
	return is_like_id_at(scan, 0) || is_like_id_at(span_of(shifted, 1 + front.size), 0);
}

/* Added characters end where an identifier begins; without one, wherever an AI may begin. */
static void undo_added_before(struct span scan, const struct undo_sink *sink)
{
	size_t most = scan.size > SCAN_MIN ? scan.size - SCAN_MIN : 0;
	most = most < BEFORE_MAX ? most : BEFORE_MAX;
	for (size_t at = 1; at <= most; at++)
		if (is_id_at(scan, at)) {
			sink->take(
				sink->self, GS1_DAMAGE_ADDED_BEFORE, span_cut(scan, at, scan.size));
			return;
		}
	bool fronted = has_front(scan);
	for (size_t at = 1; at <= most; at++) {
		uint16_t ai;
		struct span rest = span_cut(scan, at, scan.size);
		if (gs1_ai_prefix(rest, &ai))
			(fronted ? sink->take_if_known : sink->take)(
				sink->self, GS1_DAMAGE_ADDED_BEFORE, rest);
	}
}

static bool is_blank(uint8_t c)
{
	return c <= ' ' && c != GS1_GS;
}

/* Where elements end whose length is predefined, or a separator stands: what follows is not theirs.
 * 0 when the elements before the fault do not end so. */
static size_t hard_end(struct span scan)
{
	struct gs1_scan read;
	struct fault fault;
	if (gs1_scan_read(scan, &read, &fault) == OK || read.elements.count == 0 ||
		read.form != GS1_FORM_ELEMENTS)
		return 0;
	const struct gs1_element *last = &read.elements.element[read.elements.count - 1];
	size_t end = (size_t)last->at + last->size;
	bool has_separator = end < scan.size && scan.at[end] == GS1_GS;
	return has_separator || (last->row->flags & GS1_AI_PREDEFINED) ? end : 0;
}

static void undo_added_after(struct span scan, const struct undo_sink *sink)
{
	size_t end = scan.size;
	while (end > 0 && is_blank(scan.at[end - 1]))
		end--;
	if (end < scan.size)
		sink->take(sink->self, GS1_DAMAGE_ADDED_AFTER, span_cut(scan, 0, end));
	end = hard_end(scan);
	bool strange = end > 0;
	for (size_t i = end; i < scan.size && strange; i++)
		strange = !is_data(scan.at[i]) || scan.at[i] == GS1_GS;
	if (strange && end < scan.size && scan.size - end <= AFTER_MAX)
		sink->take(sink->self, GS1_DAMAGE_ADDED_AFTER, span_cut(scan, 0, end));
	/* What is added to a value that ends where the scan does looks like a part of it. */
	for (size_t n = 1; n <= AFTER_MAX && n + SCAN_MIN <= scan.size; n++)
		sink->take_if_known(
			sink->self, GS1_DAMAGE_ADDED_AFTER, span_cut(scan, 0, scan.size - n));
}

static void undo_two_scans(struct span scan, const struct undo_sink *sink)
{
	for (size_t at = SCAN_MIN; at + SCAN_MIN <= scan.size; at++) {
		struct span first = span_cut(scan, 0, at), second = span_cut(scan, at, scan.size);
		uint16_t ai;
		bool begins = is_id_at(scan, at) || gs1_ai_prefix(second, &ai);
		if (!begins || !reads_as_pack(second) || !reads_as_pack(first))
			continue;
		if (span_equal(first, second))
			sink->take(sink->self, GS1_DAMAGE_TWO_SCANS, first);
		else
			sink->give_up(sink->self, GS1_DAMAGE_TWO_SCANS);
	}
}

/* Whether it reads when some characters are taken off its end: then they may have been added, and
 * what else could explain the scan is not certain. */
static bool may_have_tail(struct span scan)
{
	while (scan.size > 0 && is_blank(scan.at[scan.size - 1]))
		scan.size--;
	for (size_t n = 1; n <= AFTER_MAX && n + SCAN_MIN <= scan.size; n++)
		if (reads_as_pack(span_cut(scan, 0, scan.size - n)))
			return true;
	return false;
}

void undo_all(struct span scan, const struct undo_sink *sink)
{
	struct undo_sink doubting = *sink;
	if (may_have_tail(scan))
		doubting.take = sink->take_unsure;
	if (undo_has_token(scan)) {
		undo_tokens(scan, sink);
		return;
	}
	undo_caps_lock(scan, &doubting);
	undo_layouts(scan, &doubting);
	undo_y_z(scan, &doubting);
	undo_gs_lost(scan, &doubting);
	undo_gs_typed(scan, &doubting);
	undo_identifier(scan, sink);
	undo_added_before(scan, &doubting);
	undo_added_after(scan, sink);
	undo_two_scans(scan, sink);
}
