#include "gs1/syntax/diagnose.h"

#include "gs1/syntax/layout.h"
#include "gs1/syntax/undo.h"

#include <stdio.h>

/* What has been tried so far. */
struct trials {
	const struct gs1_known *known;
	struct gs1_diagnosis *out;
	bool reads; /* as it came: then only what is known is better */
	bool any_known;
	bool is_open; /* more than one way is left, or too many to try */
	size_t count;
	size_t elements_size; /* what the ways lead to, as one element string */
	uint8_t elements[GS1_DIAGNOSE_MAX + 64];
};

const char *gs1_damage_word(enum gs1_damage damage)
{
	static const char *const words[GS1_DAMAGE_COUNT] = {
#define X(name, word) [name] = word,
		GS1_DAMAGE_LIST(X)
#undef X
	};
	return words[damage];
}

/* The scan as something with a key whose check digit holds, and what it says in one string. */
static bool read_whole(struct span text, struct gs1_pack *pack, struct buf *elements)
{
	struct gs1_scan scan;
	if (gs1_scan_read(text, &scan, NULL) || gs1_pack_read(&scan, pack, NULL))
		return false;
	if (!pack->gtin[0] && !pack->sscc[0] && !pack->gln[0] && !pack->has_ppn)
		return false;
	if (scan.form == GS1_FORM_PPN)
		buf_put(elements, scan.data);
	else
		gs1_elements_print(&scan.elements, elements);
	return !elements->err;
}

static bool is_known(const struct trials *trials, const struct gs1_pack *pack)
{
	return trials->known && trials->known->is_known(trials->known->self, pack);
}

/* The first way to something known wipes out those to what is not. */
static void forget(struct trials *trials)
{
	trials->any_known = true;
	trials->is_open = false;
	trials->elements_size = 0;
	trials->out->damages = 0;
}

static void try_text(
	struct trials *trials, enum gs1_damage damage, struct span text, bool must_know)
{
	struct gs1_pack pack;
	uint8_t memory[sizeof trials->elements];
	struct buf elements;
	buf_over(&elements, memory, sizeof memory);
	if (text.size > GS1_DIAGNOSE_MAX || !read_whole(text, &pack, &elements))
		return;
	if (++trials->count > GS1_DIAGNOSE_TRIALS) {
		trials->is_open = true;
		return;
	}
	bool known = is_known(trials, &pack);
	if (!known && (must_know || trials->reads || trials->any_known))
		return;
	if (known && !trials->any_known)
		forget(trials);
	trials->out->damages |= 1U << damage;
	if (trials->elements_size == 0) {
		memcpy(trials->elements, elements.at, elements.size);
		trials->elements_size = elements.size;
		memcpy(trials->out->repair, text.at, text.size);
		trials->out->repair_size = text.size;
	} else if (!span_equal(
			   buf_span(&elements), span_of(trials->elements, trials->elements_size))) {
		trials->is_open = true;
	}
}

static void take(void *self, enum gs1_damage damage, struct span text)
{
	try_text(self, damage, text, false);
}

static void take_if_known(void *self, enum gs1_damage damage, struct span text)
{
	try_text(self, damage, text, true);
}

static void give_up(void *self, enum gs1_damage damage)
{
	struct trials *trials = self;
	if (trials->reads || trials->any_known)
		return;
	trials->out->damages |= 1U << damage;
	trials->is_open = true;
}

static void take_unsure(void *self, enum gs1_damage damage, struct span text)
{
	struct trials *trials = self;
	struct gs1_pack pack;
	uint8_t memory[sizeof trials->elements];
	struct buf elements;
	buf_over(&elements, memory, sizeof memory);
	try_text(trials, damage, text, true);
	if (read_whole(text, &pack, &elements) && !is_known(trials, &pack))
		give_up(trials, damage);
}

static const char *const sentences[GS1_DAMAGE_COUNT] = {
	[GS1_DAMAGE_CAPS_LOCK] = "Caps Lock was on while the scanner typed: switch it off and scan "
				 "again",
	[GS1_DAMAGE_YZ] = "Y and Z are swapped: set scanner and computer to the same keyboard",
	[GS1_DAMAGE_GS_LOST] = "the separator (GS) behind lot or serial number is lost: set the "
			       "scanner to send FNC1 as GS (ASCII 29)",
	[GS1_DAMAGE_GS_TYPED] =
		"the separator (GS) arrives as another character: set the scanner to "
		"send FNC1 as GS (ASCII 29)",
	[GS1_DAMAGE_AIM_MISSING] = "no symbology identifier was sent: set the scanner to send it "
				   "(AIM identifier)",
	[GS1_DAMAGE_AIM_BROKEN] =
		"the \"]\" before the symbology identifier is lost or changed: set "
		"scanner and computer to the same keyboard",
	[GS1_DAMAGE_AIM_DOUBLED] = "the symbology identifier is there twice: the scanner is set to "
				   "add it by hand as well",
	[GS1_DAMAGE_ADDED_BEFORE] = "characters stand before the code: take the prefix out of the "
				    "scanner's settings",
	[GS1_DAMAGE_ADDED_AFTER] = "characters stand behind the code: take the suffix out of the "
				   "scanner's settings",
	[GS1_DAMAGE_TWO_SCANS] = "two scans have run together: scan the pack again, alone; if it "
				 "comes back, set the scanner to end a scan with Enter",
};

static bool is_layout(enum gs1_damage damage)
{
	return damage >= GS1_DAMAGE_LAYOUT_DE && damage <= GS1_DAMAGE_LAYOUT_GB;
}

static void say_layouts(struct gs1_diagnosis *out)
{
	struct buf buf;
	const char *before = "";
	buf_over(&buf, out->sentence, sizeof out->sentence - 1);
	buf_put_text(&buf, "the scanner types for a US keyboard, and this computer is set to a ");
	for (enum gs1_layout layout = 0; layout < GS1_LAYOUT_COUNT; layout++) {
		if (!(out->damages >> (GS1_DAMAGE_LAYOUT_DE + (unsigned)layout) & 1))
			continue;
		buf_printf(&buf, "%s%s", before, gs1_layout_language(layout));
		before = " or ";
	}
	buf_put_text(&buf, " one: set both to the same");
	out->sentence[buf.size] = 0;
}

static void conclude(const struct trials *trials)
{
	struct gs1_diagnosis *out = trials->out;
	out->has_repair = trials->elements_size > 0 && !trials->is_open;
	for (enum gs1_damage damage = GS1_DAMAGE_COUNT; damage-- > GS1_DAMAGE_CAPS_LOCK;)
		if (out->damages >> damage & 1)
			out->damage = damage;
	if (out->damages == 0) {
		out->has_repair = false;
		return;
	}
	if (is_layout(out->damage))
		say_layouts(out);
	else
		(void)snprintf(out->sentence, sizeof out->sentence, "%s", sentences[out->damage]);
	/* Several that lead to different packs: that it is one of them is all that can be said. */
	bool several = (out->damages & (out->damages - 1)) != 0;
	if (several && !out->has_repair)
		(void)snprintf(out->sentence, sizeof out->sentence,
			"the scanner changed this code, and more than one way is possible: check "
			"keyboard, separator and prefix in its settings");
}

void gs1_diagnose(struct span scan, const struct gs1_known *known, struct gs1_diagnosis *out)
{
	struct trials trials = {.known = known, .out = out};
	struct undo_sink sink = {&trials, take, take_if_known, take_unsure, give_up};
	struct gs1_pack pack;
	uint8_t memory[GS1_DIAGNOSE_MAX + 64];
	struct buf elements;
	memset(out, 0, sizeof *out);
	buf_over(&elements, memory, sizeof memory);
	while (scan.size > 0 && (scan.at[scan.size - 1] == '\r' || scan.at[scan.size - 1] == '\n'))
		scan.size--;
	if (scan.size == 0 || scan.size > GS1_DIAGNOSE_MAX)
		return;
	trials.reads = read_whole(scan, &pack, &elements);
	trials.reads = trials.reads && !undo_has_token(scan);
	if (trials.reads && (!known || is_known(&trials, &pack))) {
		out->fits = true;
		out->has_repair = scan.at[0] != ']';
		if (!out->has_repair)
			return;
		out->damage = GS1_DAMAGE_AIM_MISSING;
		out->damages = 1U << GS1_DAMAGE_AIM_MISSING;
		memcpy(out->repair, scan.at, scan.size);
		out->repair_size = scan.size;
		(void)snprintf(out->sentence, sizeof out->sentence, "%s",
			sentences[GS1_DAMAGE_AIM_MISSING]);
		return;
	}
	undo_all(scan, &sink);
	conclude(&trials);
}
