/* What a scanner did to a scan that does not fit. Most alerts in the field are made by scanners
 * that are set up wrongly: keys arrive on another keyboard layout, Caps Lock turns letters,
 * separators get lost. Each damage known here is undone in every way it can have come about; what
 * then reads as GS1 data with a key whose check digit holds and dates that exist may be what was
 * scanned.
 *
 * A repair is offered only when all ways that are left lead to the same elements, so that a scan
 * damaged in one of these ways is never repaired to another. With a look-up of what is known, ways
 * to packs that are known come before all others.
 *
 * Added characters are looked for up to 15 in front and 6 behind. What cannot be seen: a damage
 * after which the scan reads well (Caps Lock without an identifier, a separator lost within the
 * length of a lot) and no look-up; characters lost on dead keys (layout.h). */
#ifndef GS1_SYNTAX_DIAGNOSE_H
#define GS1_SYNTAX_DIAGNOSE_H

#include "gs1/syntax/scan.h"

#define GS1_DAMAGE_LIST(X)                                                                         \
	X(GS1_DAMAGE_NONE, "none")                                                                 \
	X(GS1_DAMAGE_CAPS_LOCK, "caps_lock")                                                       \
	X(GS1_DAMAGE_LAYOUT_DE, "layout_de")                                                       \
	X(GS1_DAMAGE_LAYOUT_FR, "layout_fr")                                                       \
	X(GS1_DAMAGE_LAYOUT_ES, "layout_es")                                                       \
	X(GS1_DAMAGE_LAYOUT_IT, "layout_it")                                                       \
	X(GS1_DAMAGE_LAYOUT_GB, "layout_gb")                                                       \
	X(GS1_DAMAGE_YZ, "y_z_swapped")                                                            \
	X(GS1_DAMAGE_GS_LOST, "gs_lost")                                                           \
	X(GS1_DAMAGE_GS_TYPED, "gs_typed")                                                         \
	X(GS1_DAMAGE_AIM_MISSING, "aim_missing")                                                   \
	X(GS1_DAMAGE_AIM_BROKEN, "aim_broken")                                                     \
	X(GS1_DAMAGE_AIM_DOUBLED, "aim_doubled")                                                   \
	X(GS1_DAMAGE_ADDED_BEFORE, "added_before")                                                 \
	X(GS1_DAMAGE_ADDED_AFTER, "added_after")                                                   \
	X(GS1_DAMAGE_TWO_SCANS, "two_scans")

enum gs1_damage {
#define X(name, word) name,
	GS1_DAMAGE_LIST(X)
#undef X
		GS1_DAMAGE_COUNT
};

const char *gs1_damage_word(enum gs1_damage damage);

/* What the caller knows of packs: whether one with this GTIN, lot and serial (as far as it has
 * them) is known. Asked at most GS1_DIAGNOSE_TRIALS times. */
struct gs1_known {
	void *self;
	bool (*is_known)(void *self, const struct gs1_pack *pack);
};

#define GS1_DIAGNOSE_MAX      512 /* bytes of a scan; a longer one is not looked into */
#define GS1_DIAGNOSE_TRIALS   256 /* ways tried; with more nothing is certain */
#define GS1_DIAGNOSE_SENTENCE 256

struct gs1_diagnosis {
	/* Reads well, and is known if known was given: damage is then NONE or AIM_MISSING. */
	bool fits;
	bool has_repair;
	enum gs1_damage damage; /* the first of those that explain the scan; NONE: none does */
	uint32_t damages; /* all that do: bit (1 << damage) */
	char sentence[GS1_DIAGNOSE_SENTENCE]; /* what happened, and what to set; "" when it fits */
	size_t repair_size;
	uint8_t repair[GS1_DIAGNOSE_MAX]; /* what the scanner should have sent */
};

/* scan:  as it arrived, UTF-8 (or Latin-1) where a wedge made letters of it.
 * known: NULL when there is nothing to ask. */
void gs1_diagnose(struct span scan, const struct gs1_known *known, struct gs1_diagnosis *out);

#endif
