#include "gs1/syntax/layout.h"

#include "gs1/syntax/element.h"
#include "gs1/syntax/lint.h"
#include "ledger/base/utf8.h"

#define LOST 0 /* a dead key: no character of its own appears */

/* A character of the US keyboard, and what the same key gives on the other; GS is Ctrl and "]".
 * Measured with libxkbcommon 1.5 and xkb-data 2.35. */
struct key {
	uint8_t us;
	uint8_t typed; /* all are below U+0100 */
};

static const struct key german[] = {{'"', 0xC4}, {'&', '/'}, {'\'', 0xE4}, {'(', ')'}, {')', '='},
	{'*', '('}, {'+', LOST}, {'-', 0xDF}, {'/', '-'}, {':', 0xD6}, {';', 0xF6}, {'<', ';'},
	{'=', LOST}, {'>', ':'}, {'?', '_'}, {'Y', 'Z'}, {'Z', 'Y'}, {'_', '?'}, {'y', 'z'},
	{'z', 'y'}, {']', '+'}, {'#', 0xA7}, {'[', 0xFC}, {GS1_GS, '+'}, {0, 0}};

static const struct key french[] = {{'!', '1'}, {'"', '%'}, {'%', '5'}, {'&', '7'}, {'\'', 0xF9},
	{'(', '9'}, {')', '0'}, {'*', '8'}, {',', ';'}, {'-', ')'}, {'.', ':'}, {'/', '!'},
	{'0', 0xE0}, {'1', '&'}, {'2', 0xE9}, {'3', '"'}, {'4', '\''}, {'5', '('}, {'6', '-'},
	{'7', 0xE8}, {'8', '_'}, {'9', 0xE7}, {':', 'M'}, {';', 'm'}, {'<', '.'}, {'>', '/'},
	{'?', 0xA7}, {'A', 'Q'}, {'M', '?'}, {'Q', 'A'}, {'W', 'Z'}, {'Z', 'W'}, {'_', 0xB0},
	{'a', 'q'}, {'m', ','}, {'q', 'a'}, {'w', 'z'}, {'z', 'w'}, {']', '$'}, {'#', '3'},
	{'[', LOST}, {GS1_GS, '$'}, {0, 0}};

static const struct key spanish[] = {{'"', LOST}, {'&', '/'}, {'\'', LOST}, {'(', ')'}, {')', '='},
	{'*', '('}, {'+', 0xBF}, {'-', '\''}, {'/', '-'}, {':', 0xD1}, {';', 0xF1}, {'<', ';'},
	{'=', 0xA1}, {'>', ':'}, {'?', '_'}, {'_', '?'}, {']', '+'}, {'#', 0xB7}, {'[', LOST},
	{GS1_GS, '+'}, {0, 0}};

static const struct key italian[] = {{'"', 0xB0}, {'&', '/'}, {'\'', 0xE0}, {'(', ')'}, {')', '='},
	{'*', '('}, {'+', '^'}, {'-', '\''}, {'/', '-'}, {':', 0xE7}, {';', 0xF2}, {'<', ';'},
	{'=', 0xEC}, {'>', ':'}, {'?', '_'}, {'_', '?'}, {']', '+'}, {'#', 0xA3}, {'[', 0xE8},
	{GS1_GS, '+'}, {0, 0}};

static const struct key british[] = {{'"', '@'}, {'#', 0xA3}, {0, 0}};

static const struct {
	const char *name;
	const char *language;
	const struct key *keys;
} layouts[GS1_LAYOUT_COUNT] = {
	[GS1_LAYOUT_DE] = {"de", "German", german},
	[GS1_LAYOUT_FR] = {"fr", "French", french},
	[GS1_LAYOUT_ES] = {"es", "Spanish", spanish},
	[GS1_LAYOUT_IT] = {"it", "Italian", italian},
	[GS1_LAYOUT_GB] = {"gb", "British", british},
};

const char *gs1_layout_name(enum gs1_layout layout)
{
	return layouts[layout].name;
}

const char *gs1_layout_language(enum gs1_layout layout)
{
	return layouts[layout].language;
}

static void put_character(uint32_t character, struct buf *out)
{
	uint8_t bytes[4];
	buf_put(out, span_of(bytes, utf8_print(character, bytes)));
}

void gs1_layout_type(enum gs1_layout layout, struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.size; i++) {
		const struct key *key = layouts[layout].keys;
		while (key->us && key->us != text.at[i])
			key++;
		if (!key->us)
			buf_put_u8(out, text.at[i]);
		else if (key->typed != LOST)
			put_character(key->typed, out);
	}
}

/* What was on the key that gives the character: 0 when no key does. */
static uint8_t key_of(const struct key *keys, uint32_t typed, bool is_first)
{
	bool is_moved = false;
	for (const struct key *key = keys; key->us; key++) {
		is_moved = is_moved || key->us == typed;
		if (key->typed == LOST || key->typed != typed)
			continue;
		/* "]" and GS are one key: "]" begins the identifier, and no GS1 value holds it. */
		if (key->us == ']' && !is_first && typed != ']')
			continue;
		return key->us;
	}
	bool is_data = typed < 0x80 && (gs1_set_has(GS1_SET_82 | GS1_SET_39, (uint8_t)typed) ||
					       strchr("[])\x1D\x1E\x04", (int)typed));
	return is_moved || !is_data ? 0 : (uint8_t)typed;
}

bool gs1_layout_undo(enum gs1_layout layout, struct span typed, struct buf *out)
{
	for (size_t i = 0; i < typed.size;) {
		uint32_t character;
		size_t size = utf8_next(span_cut(typed, i, typed.size), &character);
		/* Not UTF-8: then the host sent Latin-1, where bytes are the characters. */
		if (size == 0) {
			character = typed.at[i];
			size = 1;
		}
		uint8_t us = key_of(layouts[layout].keys, character, i == 0);
		if (us == 0)
			return false;
		buf_put_u8(out, us);
		i += size;
	}
	return true;
}
