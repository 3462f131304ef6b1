/* What scanners do to scans: named, and undone only where nothing else can have been scanned. */
#include "gs1/syntax/diagnose.h"
#include "gs1/syntax/key.h"
#include "gs1/syntax/layout.h"
#include "tests/tap.h"

#define GS "\x1D"
#define PPN                                                                                        \
	"[)>\x1E"                                                                                  \
	"06" GS "9N110375286414" GS "1TAB12" GS "D280400" GS "S12345\x1E\x04"

#define PACK   "010950600013435217280400"
#define BIT(x) (1U << (x))

static const struct {
	const char *scan;
	enum gs1_damage damage;
	const char *repair; /* NULL: none is offered */
} damages[] = {
	{"]d2" PACK "10AB" GS "21Xy1", GS1_DAMAGE_NONE, NULL},
	{PACK "10AB" GS "21Xy1", GS1_DAMAGE_AIM_MISSING, PACK "10AB" GS "21Xy1"},
	{"]D2" PACK "10AB" GS "21Xy1", GS1_DAMAGE_CAPS_LOCK, "]d2" PACK "10ab" GS "21xY1"},
	{"+d2" PACK "10AB+21X1", GS1_DAMAGE_LAYOUT_DE, "]d2" PACK "10AB" GS "21X1"},
	{"+d2" PACK "10A\xC3\x9F"
	 "B+21X1",
		GS1_DAMAGE_LAYOUT_DE, "]d2" PACK "10A-B" GS "21X1"},
	{"+d2" PACK "10A\xDF"
	 "B+21X1",
		GS1_DAMAGE_LAYOUT_DE, "]d2" PACK "10A-B" GS "21X1"},
	{"+d2" PACK "10AB+21XY", GS1_DAMAGE_LAYOUT_DE, NULL},
	{"+d2" PACK "10A'B+21X1", GS1_DAMAGE_LAYOUT_ES, "]d2" PACK "10A-B" GS "21X1"},
	{"$d\xC3\xA9\xC3\xA0&\xC3\xA0\xC3\xA7(\xC3\xA0-\xC3\xA0\xC3\xA0\xC3\xA0&\"'\"(\xC3\xA9"
	 "&\xC3\xA8\xC3\xA9_\xC3\xA0'\xC3\xA0\xC3\xA0&\xC3\xA0QB$\xC3\xA9&X&",
		GS1_DAMAGE_LAYOUT_FR, "]d2" PACK "10AB" GS "21X1"},
	{"]d2" PACK "10A@B" GS "21X98765", GS1_DAMAGE_LAYOUT_GB, "]d2" PACK "10A\"B" GS "21X98765"},
	{"]d2" PACK "10AB" GS "21X@1", GS1_DAMAGE_LAYOUT_GB, NULL},
	{"]d2" PACK "10AB|21X", GS1_DAMAGE_GS_TYPED, NULL},
	{"]d2" PACK "10AB|21X98765", GS1_DAMAGE_GS_TYPED, "]d2" PACK "10AB" GS "21X98765"},
	{"]d2" PACK "10AB<GS>21X98765", GS1_DAMAGE_GS_TYPED, "]d2" PACK "10AB" GS "21X98765"},
	{"]d2" PACK "10AB\xE2\x90\x9D"
	 "21X98765",
		GS1_DAMAGE_GS_TYPED, "]d2" PACK "10AB" GS "21X98765"},
	{"]d2" PACK "10AB 21X98765", GS1_DAMAGE_GS_TYPED, "]d2" PACK "10AB" GS "21X98765"},
	{"]d2"
	 "0109506000134352"
	 "10ABCDEFGH"
	 "21ABCDEFGHIJKLM"
	 "17280400",
		GS1_DAMAGE_GS_LOST,
		"]d2"
		"0109506000134352"
		"10ABCDEFGH" GS "21ABCDEFGHIJKLM" GS "17280400"},
	{"]d2"
	 "0109506000134352"
	 "10ABCD21FGH"
	 "21ABCDEFGHIJKLM"
	 "17280400",
		GS1_DAMAGE_GS_LOST, NULL},
	{"]d2"
	 "0109506000134352"
	 "10ABCDEFGH"
	 "21ABCDEFGHIJKLM" GS "17280400",
		GS1_DAMAGE_NONE, NULL},
	{"]d2]d2" PACK "10AB", GS1_DAMAGE_AIM_DOUBLED, "]d2" PACK "10AB"},
	{"d2" PACK "10AB", GS1_DAMAGE_AIM_BROKEN, "]d2" PACK "10AB"},
	{"[d2" PACK "10AB", GS1_DAMAGE_AIM_BROKEN, "]d2" PACK "10AB"},
	{"scan:]d2" PACK "10AB", GS1_DAMAGE_ADDED_BEFORE, "]d2" PACK "10AB"},
	{"#" PACK "10AB", GS1_DAMAGE_ADDED_BEFORE, PACK "10AB"},
	{"]d2" PACK "10AB\t", GS1_DAMAGE_ADDED_AFTER, "]d2" PACK "10AB"},
	{"]d2"
	 "10AB" GS PACK "#@",
		GS1_DAMAGE_ADDED_AFTER,
		"]d2"
		"10AB" GS PACK},
	{"]d2" PACK "10AB]d2" PACK "10AB", GS1_DAMAGE_TWO_SCANS, "]d2" PACK "10AB"},
	{"]d2" PACK "10AB]d2" PACK "10AC", GS1_DAMAGE_TWO_SCANS, NULL},
	{"]d2"
	 "0109506000134351"
	 "10AB",
		GS1_DAMAGE_NONE, NULL},
	{"]d2"
	 "0109506000134352"
	 "17281301",
		GS1_DAMAGE_NONE, NULL},
	{"d1" PPN, GS1_DAMAGE_AIM_BROKEN, "]d1" PPN},
	{"]d1]d1" PPN, GS1_DAMAGE_AIM_DOUBLED, "]d1" PPN},
	{"hello", GS1_DAMAGE_NONE, NULL},
	{"\r\n", GS1_DAMAGE_NONE, NULL},
};

TEST(damage_is_named_and_undone)
{
	for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
		struct gs1_diagnosis found;
		gs1_diagnose(span_text(damages[i].scan), NULL, &found);
		CHECK_ROW(found.damage == damages[i].damage, "%s: %s", damages[i].scan,
			gs1_damage_word(found.damage));
		CHECK_ROW(found.has_repair == (damages[i].repair != NULL), "%s: %.*s",
			damages[i].scan, (int)found.repair_size, found.repair);
		CHECK_ROW((found.damage != GS1_DAMAGE_NONE) == (found.sentence[0] != 0), "%s: %s",
			damages[i].scan, found.sentence);
		if (found.has_repair && damages[i].repair)
			CHECK_ROW(span_is(span_of(found.repair, found.repair_size),
					  damages[i].repair),
				"%s: %.*s", damages[i].scan, (int)found.repair_size, found.repair);
	}
}

TEST(layouts_change_as_many_characters_as_were_measured)
{
	static const char all[] = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				  "abcdefghijklmnopqrstuvwxyz]" GS;
	static const int changed[GS1_LAYOUT_COUNT] = {22, 40, 18, 18, 1};
	static const char *const names[GS1_LAYOUT_COUNT] = {"de", "fr", "es", "it", "gb"};
	for (enum gs1_layout layout = 0; layout < GS1_LAYOUT_COUNT; layout++) {
		int count = 0;
		for (const char *c = all; *c; c++) {
			uint8_t typed[8], back[8];
			struct buf one, two;
			buf_over(&one, typed, sizeof typed);
			buf_over(&two, back, sizeof back);
			gs1_layout_type(layout, span_of(c, 1), &one);
			bool same = span_equal(buf_span(&one), span_of(c, 1));
			count += !same;
			CHECK_ROW(gs1_layout_undo(layout, buf_span(&one), &two), "%s: %c",
				names[layout], *c);
			/* "]" and GS share a key; standing first it is "]". */
			bool is_back = span_equal(buf_span(&two), span_of(c, 1));
			CHECK_ROW(is_back || one.size == 0 || *c == GS[0], "%s: %c", names[layout],
				*c);
		}
		CHECK_ROW(count == changed[layout], "%s: %d", names[layout], count);
		CHECK(strcmp(gs1_layout_name(layout), names[layout]) == 0);
	}
}

/* ---- made scans, damaged in each way ---- */

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void put_text(
	struct buf *out, uint32_t *seed, const char *alphabet, size_t least, size_t most)
{
	size_t size = least + next(seed) % (most - least + 1);
	for (size_t i = 0; i < size; i++)
		buf_put_u8(out, (uint8_t)alphabet[next(seed) % strlen(alphabet)]);
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* What else may be on a pack: all of variable length. */
static void put_other(struct buf *out, uint32_t *seed)
{
	switch (next(seed) % 4) {
	case 0: buf_printf(out, "71%u", next(seed) % 8); break;
	case 1: buf_put_text(out, "240"); break;
	case 2: buf_put_text(out, "91"); break;
	default: buf_printf(out, "30%u", next(seed) % 100000); return;
	}
	put_text(out, seed, LETTERS "\"", 4, 12);
}

static void put_element(struct buf *out, uint32_t *seed, int which, bool is_last)
{
	char digits[GS1_GTIN_SIZE + 1];
	switch (which) {
	case 0:
		for (int i = 0; i < GS1_GTIN_SIZE - 1; i++)
			digits[i] = (char)('0' + next(seed) % 10);
		digits[GS1_GTIN_SIZE - 1] = gs1_check_digit(span_of(digits, GS1_GTIN_SIZE - 1));
		buf_put_text(out, "01");
		buf_put(out, span_of(digits, GS1_GTIN_SIZE));
		return;
	case 1:
		buf_printf(out, "17%02u%02u%02u", 26 + next(seed) % 6, 1 + next(seed) % 12,
			next(seed) % 29);
		return;
	case 2:
		buf_put_text(out, "10");
		put_text(out, seed, LETTERS "-/._", 1, 20);
		break;
	case 3:
		buf_put_text(out, "21");
		put_text(out, seed, LETTERS, 1, 20);
		break;
	default: put_other(out, seed);
	}
	if (!is_last)
		buf_put_u8(out, 0x1D);
}

static void make_scan(struct buf *out, uint32_t *seed, bool has_id)
{
	static const char *const ids[] = {"]d2", "]C1", "]Q3", "]e0", "]J1"};
	int order[] = {0, 1, 2, 3, 4};
	int count = 3 + (int)(next(seed) % 3);
	buf_reset(out);
	if (has_id)
		buf_put_text(out, ids[next(seed) % 5]);
	/* Most begin with the GTIN. */
	for (int i = count - 1; i > 0; i--) {
		int j = (int)(next(seed) % (unsigned)(i + 1));
		int keep = order[i];
		order[i] = order[j];
		order[j] = keep;
	}
	bool has_gtin = false;
	for (int i = 0; i < count; i++)
		has_gtin = has_gtin || order[i] == 0;
	if (!has_gtin)
		order[0] = 0;
	for (int i = 0; i < count; i++)
		put_element(out, seed, order[i], i == count - 1);
}

static void put_swapped(struct buf *out, struct span scan, bool caps)
{
	for (size_t i = 0; i < scan.size; i++) {
		uint8_t c = scan.at[i], low = c | 0x20;
		if (caps ? low >= 'a' && low <= 'z' : low == 'y' || low == 'z')
			c ^= caps ? 0x20 : 3;
		buf_put_u8(out, c);
	}
}

static void put_separators(struct buf *out, struct span scan, const char *separator)
{
	for (size_t i = 0; i < scan.size; i++)
		if (scan.at[i] == 0x1D)
			buf_put_text(out, separator);
		else
			buf_put_u8(out, scan.at[i]);
}

/* Does that damage; false when it leaves the scan as it is. */
static bool damage_scan(enum gs1_damage damage, struct span scan, uint32_t *seed, struct buf *out)
{
	static const char *const tokens[] = {"|", " ", "#", "<GS>", "^]", "+", "%", "\xE2\x90\x9D"};
	struct span data = scan.at[0] == ']' ? span_cut(scan, 3, scan.size) : scan;
	buf_reset(out);
	switch (damage) {
	case GS1_DAMAGE_CAPS_LOCK: put_swapped(out, scan, true); break;
	case GS1_DAMAGE_YZ: put_swapped(out, scan, false); break;
	case GS1_DAMAGE_LAYOUT_DE:
	case GS1_DAMAGE_LAYOUT_FR:
	case GS1_DAMAGE_LAYOUT_ES:
	case GS1_DAMAGE_LAYOUT_IT:
	case GS1_DAMAGE_LAYOUT_GB:
		/* The Spanish layout has it on a dead key. */
		if (damage == GS1_DAMAGE_LAYOUT_ES && memchr(scan.at, '"', scan.size))
			return false;
		gs1_layout_type((enum gs1_layout)(damage - GS1_DAMAGE_LAYOUT_DE), scan, out);
		break;
	case GS1_DAMAGE_GS_LOST: put_separators(out, scan, ""); break;
	case GS1_DAMAGE_GS_TYPED: put_separators(out, scan, tokens[next(seed) % 8]); break;
	case GS1_DAMAGE_AIM_MISSING: buf_put(out, data); break;
	case GS1_DAMAGE_AIM_BROKEN: buf_put(out, span_cut(scan, 1, scan.size)); break;
	case GS1_DAMAGE_AIM_DOUBLED:
		buf_put(out, span_cut(scan, 0, 3));
		buf_put(out, scan);
		break;
	case GS1_DAMAGE_ADDED_BEFORE:
		put_text(out, seed, LETTERS "#* :", 1, 6);
		buf_put(out, scan);
		break;
	case GS1_DAMAGE_ADDED_AFTER:
		buf_put(out, scan);
		if (next(seed) % 2)
			put_text(out, seed, " \t", 1, 2);
		else
			put_text(out, seed, LETTERS "#*@$:+-", 1, 6);
		break;
	case GS1_DAMAGE_TWO_SCANS:
		buf_put(out, scan);
		buf_put(out, scan);
		break;
	case GS1_DAMAGE_NONE:
	case GS1_DAMAGE_COUNT: break;
	}
	return !span_equal(buf_span(out), scan);
}

/* Element strings alike, whatever identifier stands before. */
static bool says_same(struct span a, struct span b)
{
	struct gs1_scan first, second;
	struct fault fault;
	uint8_t memory[2][600];
	struct buf one, two;
	buf_over(&one, memory[0], sizeof memory[0]);
	buf_over(&two, memory[1], sizeof memory[1]);
	if (gs1_scan_read(a, &first, &fault) || gs1_scan_read(b, &second, &fault))
		return false;
	gs1_elements_print(&first.elements, &one);
	gs1_elements_print(&second.elements, &two);
	return span_equal(buf_span(&one), buf_span(&two));
}

static bool is_the_one(void *self, const struct gs1_pack *pack)
{
	return memcmp(self, pack, sizeof *pack) == 0;
}

struct tally {
	int damaged, repaired, named, fits;
};

static void check_damaged(struct tap *tap, enum gs1_damage damage, struct span scan,
	struct span damaged, bool asks, struct tally *tally)
{
	struct gs1_scan read;
	struct gs1_pack pack;
	struct gs1_diagnosis found;
	struct fault fault = {0};
	CHECK_ROW(gs1_scan_read(scan, &read, &fault) == OK, "%.*s: %s", (int)scan.size, scan.at,
		fault.text);
	NEED(gs1_pack_read(&read, &pack, &fault) == OK);
	struct gs1_known known = {&pack, is_the_one};
	gs1_diagnose(damaged, asks ? &known : NULL, &found);
	tally->damaged++;
	tally->fits += found.fits;
	tally->named += (found.damages >> damage & 1) != 0;
	if (found.fits)
		return;
	tally->repaired += found.has_repair;
	CHECK_ROW(!found.has_repair || says_same(span_of(found.repair, found.repair_size), scan),
		"%s: \"%.*s\" of \"%.*s\" became \"%.*s\"", gs1_damage_word(damage),
		(int)damaged.size, damaged.at, (int)scan.size, scan.at, (int)found.repair_size,
		found.repair);
	/* What was added may look like another damage: the repair is the same. */
	bool is_added = damage == GS1_DAMAGE_ADDED_BEFORE || damage == GS1_DAMAGE_ADDED_AFTER;
	CHECK_ROW(!found.has_repair || is_added || (found.damages >> damage & 1),
		"%s: \"%.*s\" is called %s", gs1_damage_word(damage), (int)damaged.size, damaged.at,
		gs1_damage_word(found.damage));
}

#define SCANS 1500

static void check_all(struct tap *tap, bool has_id, bool asks, struct tally tallies[])
{
	uint8_t memory[2][600];
	struct buf scan, damaged;
	uint32_t seed = 20261121;
	buf_over(&scan, memory[0], sizeof memory[0]);
	buf_over(&damaged, memory[1], sizeof memory[1]);
	for (enum gs1_damage damage = 1; damage < GS1_DAMAGE_COUNT; damage++) {
		tallies[damage] = (struct tally){0};
		for (int i = 0; i < SCANS; i++) {
			make_scan(&scan, &seed, has_id);
			if (!has_id && damage >= GS1_DAMAGE_AIM_MISSING &&
				damage <= GS1_DAMAGE_AIM_DOUBLED)
				continue;
			if (damage_scan(damage, buf_span(&scan), &seed, &damaged))
				check_damaged(tap, damage, buf_span(&scan), buf_span(&damaged),
					asks, &tallies[damage]);
		}
		const struct tally *tally = &tallies[damage];
		printf("# %s%s%s: %d damaged, %d named, %d repaired, %d read well all the same\n",
			gs1_damage_word(damage), has_id ? "" : ", no identifier",
			asks ? ", pack known" : "", tally->damaged, tally->named, tally->repaired,
			tally->fits);
	}
}

TEST(no_damage_is_repaired_to_another_pack)
{
	struct tally tallies[GS1_DAMAGE_COUNT];
	check_all(tap, true, false, tallies);
	const struct tally *caps = &tallies[GS1_DAMAGE_CAPS_LOCK];
	CHECK(caps->repaired == caps->damaged && caps->damaged > SCANS / 2);
	CHECK(tallies[GS1_DAMAGE_LAYOUT_FR].repaired > SCANS * 98 / 100);
	CHECK(tallies[GS1_DAMAGE_AIM_DOUBLED].repaired == SCANS);
	CHECK(tallies[GS1_DAMAGE_TWO_SCANS].repaired == SCANS);
	CHECK(tallies[GS1_DAMAGE_ADDED_BEFORE].repaired == SCANS);
	CHECK(tallies[GS1_DAMAGE_LAYOUT_IT].named == tallies[GS1_DAMAGE_LAYOUT_IT].damaged);
	check_all(tap, false, false, tallies);
	CHECK(tallies[GS1_DAMAGE_LAYOUT_FR].repaired > SCANS * 98 / 100);
}

TEST(with_what_is_known_nearly_all_is_repaired)
{
	struct tally tallies[GS1_DAMAGE_COUNT];
	for (int has_id = 0; has_id < 2; has_id++) {
		check_all(tap, has_id, true, tallies);
		for (enum gs1_damage damage = 1; damage < GS1_DAMAGE_COUNT; damage++) {
			const struct tally *tally = &tallies[damage];
			CHECK_ROW((tally->repaired + tally->fits) * 100 >= tally->damaged * 95 ||
					  damage == GS1_DAMAGE_LAYOUT_GB,
				"%s: %d of %d", gs1_damage_word(damage), tally->repaired,
				tally->damaged);
		}
	}
}

TAP_MAIN(CASE(damage_is_named_and_undone), CASE(layouts_change_as_many_characters_as_were_measured),
	CASE(no_damage_is_repaired_to_another_pack),
	CASE(with_what_is_known_nearly_all_is_repaired))
