/* The AI table: spot rows from the General Specifications, and all of it against GS1's dictionary
 * when that is there. */
#include "gs1/syntax/ai.h"
#include "tests/tap.h"

#define DICTIONARY "../shared/data/gs1/gs1_syntax_dictionary/gs1-syntax-dictionary.txt"

static const struct {
	uint16_t ai;
	uint8_t digits, size_min, size_max;
	uint8_t flags;
} rows[] = {
	{0, 2, 18, 18, GS1_AI_PREDEFINED | GS1_AI_ATTRIBUTE | GS1_AI_KEY},
	{1, 2, 14, 14, GS1_AI_PREDEFINED | GS1_AI_ATTRIBUTE | GS1_AI_KEY},
	{3, 2, 14, 14, GS1_AI_PREDEFINED},
	{10, 2, 1, 20, GS1_AI_ATTRIBUTE},
	{17, 2, 6, 6, GS1_AI_PREDEFINED | GS1_AI_ATTRIBUTE},
	{21, 2, 1, 20, 0},
	{240, 3, 1, 30, GS1_AI_ATTRIBUTE},
	{253, 3, 13, 30, GS1_AI_ATTRIBUTE | GS1_AI_KEY},
	{414, 3, 13, 13, GS1_AI_PREDEFINED | GS1_AI_ATTRIBUTE | GS1_AI_KEY},
	{423, 3, 3, 15, GS1_AI_ATTRIBUTE},
	{710, 3, 1, 20, GS1_AI_ATTRIBUTE},
	{717, 3, 1, 20, GS1_AI_ATTRIBUTE},
	{3103, 4, 6, 6, GS1_AI_PREDEFINED | GS1_AI_ATTRIBUTE},
	{7003, 4, 10, 10, GS1_AI_ATTRIBUTE},
	{8006, 4, 18, 18, GS1_AI_ATTRIBUTE | GS1_AI_KEY},
	{8200, 4, 1, 70, 0},
	{90, 2, 1, 30, GS1_AI_ATTRIBUTE},
	{99, 2, 1, 90, GS1_AI_ATTRIBUTE},
};

TEST(finds_an_ai_with_its_length_rules)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct gs1_ai *row = gs1_ai_find(rows[i].ai);
		CHECK_ROW(row && row->digits == rows[i].digits &&
				  row->size_min == rows[i].size_min &&
				  row->size_max == rows[i].size_max && row->flags == rows[i].flags,
			"AI %u", rows[i].ai);
		char digits[GS1_AI_DIGITS_MAX + 1];
		uint16_t number = 9999;
		gs1_ai_print(rows[i].ai, digits);
		CHECK_ROW(strlen(digits) == rows[i].digits, "AI %s", digits);
		CHECK_ROW(gs1_ai_prefix(span_text(digits), &number) == row && number == rows[i].ai,
			"AI %s", digits);
	}
}

TEST(numbers_that_are_no_ai_are_not_found)
{
	static const uint16_t numbers[] = {
		4, 5, 14, 18, 23, 29, 38, 100, 236, 703, 3106, 3338, 8015, 8201, 9000, 9999, 65535};
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		CHECK_ROW(!gs1_ai_find(numbers[i]), "AI %u", numbers[i]);
	static const char *const texts[] = {"", "0", "2", "23", "2A5", "310", "3A", "8", " 01",
		"\x1D"
		"01"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		uint16_t number;
		CHECK_ROW(!gs1_ai_prefix(span_text(texts[i]), &number), "\"%s\"", texts[i]);
	}
}

/* Every AI of the dictionary, counted once, and 16 keys of Digital Links. */
TEST(the_table_is_whole_and_in_order)
{
	size_t count, ais = 0, keys = 0;
	const struct gs1_ai *table = gs1_ai_rows(&count);
	for (size_t i = 0; i < count; i++) {
		ais += table[i].high - table[i].low + 1U;
		keys += (table[i].flags & GS1_AI_KEY) != 0;
		CHECK_ROW(table[i].low <= table[i].high && table[i].size_max <= GS1_AI_VALUE_MAX &&
				  table[i].components_count > 0 &&
				  table[i].components_count <= GS1_COMPONENTS_MAX,
			"row %zu", i);
		CHECK_ROW(gs1_ai_find(table[i].low) == &table[i] &&
				  gs1_ai_find(table[i].high) == &table[i],
			"AI %u", table[i].low);
	}
	CHECK_ROW(ais == 541 && keys == 16, "%zu AIs, %zu keys", ais, keys);
}

TEST(the_table_is_what_the_dictionary_makes)
{
	FILE *dictionary = fopen(DICTIONARY, "r");
	if (!dictionary)
		SKIP(DICTIONARY " is not there");
	(void)fclose(dictionary);
	FILE *made = popen("awk -f gs1/syntax/ai_table.awk " DICTIONARY, "r");
	FILE *kept = fopen("gs1/syntax/ai_table.c", "r");
	NEED(made && kept);
	char a[4096], b[4096];
	int lines = 0;
	while (fgets(a, sizeof a, made)) {
		lines++;
		NEED(fgets(b, sizeof b, kept));
		CHECK_ROW(strcmp(a, b) == 0, "line %d: %s", lines, a);
	}
	CHECK(!fgets(b, sizeof b, kept) && lines > 600);
	CHECK(pclose(made) == 0);
	(void)fclose(kept);
}

/* Not by the script: lengths and flags as a second reader of the dictionary sees them. */
TEST(lengths_and_flags_are_those_of_the_dictionary)
{
	FILE *dictionary = fopen(DICTIONARY, "r");
	if (!dictionary)
		SKIP(DICTIONARY " is not there");
	char line[512];
	int count = 0;
	while (fgets(line, sizeof line, dictionary)) {
		unsigned low, high;
		if (line[0] < '0' || line[0] > '9')
			continue;
		int ranges = sscanf(line, "%u-%u", &low, &high);
		if (ranges == 1)
			high = low;
		char *at = line + strcspn(line, " ");
		bool star = false, query = false;
		for (; *at == ' ' || *at == '*' || *at == '?'; at++) {
			star = star || *at == '*';
			query = query || *at == '?';
		}
		unsigned size_min = 0, size_max = 0;
		for (char *word = strtok(at, " \n"); word && *word != '#';
			word = strtok(NULL, " \n")) {
			bool optional = *word == '[';
			unsigned most;
			if (!strchr("NXYZ", word[optional]) || strchr(word, '='))
				continue;
			bool varies = sscanf(word + optional + 1, "..%u", &most) == 1;
			NEED(varies || sscanf(word + optional + 1, "%u", &most) == 1);
			size_max += most;
			size_min += optional ? 0 : varies ? 1 : most;
		}
		for (unsigned ai = low; ai <= high; ai++) {
			const struct gs1_ai *row = gs1_ai_find((uint16_t)ai);
			count++;
			CHECK_ROW(row && row->size_min == size_min && row->size_max == size_max &&
					  ((row->flags & GS1_AI_PREDEFINED) != 0) == star &&
					  ((row->flags & GS1_AI_ATTRIBUTE) != 0) == query,
				"AI %u: %u to %u", ai, size_min, size_max);
		}
	}
	(void)fclose(dictionary);
	CHECK(count == 541);
}

TAP_MAIN(CASE(finds_an_ai_with_its_length_rules), CASE(numbers_that_are_no_ai_are_not_found),
	CASE(the_table_is_whole_and_in_order), CASE(the_table_is_what_the_dictionary_makes),
	CASE(lengths_and_flags_are_those_of_the_dictionary))
