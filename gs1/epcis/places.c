#include "gs1/epcis/places.h"
#include "gs1/epcis/refuse.h"
#include "gs1/epcis/value.h"
#include "gs1/syntax/urn.h"

#include <stdlib.h>

#define SLOTS_FIRST 64

/* Two tables of hashes into one list: by GLN, by ODS code. A slot holds the number behind one. */
struct place_table {
	struct place *places;
	size_t count;
	size_t room;
	uint32_t *slots[2];
	size_t slot_count; /* a power of two, at least twice the room */
};

enum err place_table_open(struct place_table **out, struct fault *fault)
{
	struct place_table *table = calloc(1, sizeof *table);
	if (!table)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for places");
	*out = table;
	return OK;
}

void place_table_free(struct place_table *table)
{
	if (!table)
		return;
	free(table->places);
	free(table->slots[0]);
	free(table->slots[1]);
	free(table);
}

static const char *code_of(const struct place *place, int by)
{
	return by ? place->ods : place->gln;
}

static size_t hash_of(struct span code)
{
	uint64_t hash = 0xcbf29ce484222325;
	for (size_t i = 0; i < code.size; i++)
		hash = (hash ^ code.at[i]) * 0x100000001b3;
	return (size_t)(hash ^ hash >> 32);
}

/* The slot of a code: the one that holds it, or the empty one where it belongs. */
static uint32_t *slot_of(const struct place_table *table, int by, struct span code)
{
	size_t mask = table->slot_count - 1;
	size_t at = hash_of(code) & mask;
	while (table->slots[by][at] &&
		!span_is(code, code_of(&table->places[table->slots[by][at] - 1], by)))
		at = (at + 1) & mask;
	return &table->slots[by][at];
}

static bool grow(struct place_table *table)
{
	size_t room = table->room ? table->room * 2 : SLOTS_FIRST / 2;
	struct place *places = realloc(table->places, room * sizeof *places);
	if (places)
		table->places = places;
	uint32_t *gln = calloc(room * 2, sizeof *gln);
	uint32_t *ods = calloc(room * 2, sizeof *ods);
	if (!places || !gln || !ods) {
		free(gln);
		free(ods);
		return false;
	}
	free(table->slots[0]);
	free(table->slots[1]);
	table->slots[0] = gln;
	table->slots[1] = ods;
	table->room = room;
	table->slot_count = room * 2;
	for (size_t i = 0; i < table->count; i++)
		for (int by = 0; by < 2; by++) {
			struct span code = span_text(code_of(&table->places[i], by));
			if (code.size)
				*slot_of(table, by, code) = (uint32_t)i + 1;
		}
	return true;
}

static bool is_ods(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((text.at[i] < 'A' || text.at[i] > 'Z') &&
			(text.at[i] < '0' || text.at[i] > '9'))
			return false;
	return text.size >= 3 && text.size <= PLACE_ODS_SIZE;
}

enum err place_table_add(struct place_table *table, struct span gln, struct span ods,
	struct span name, struct fault *fault)
{
	struct place place = {0};
	gln = epcis_trim(gln);
	ods = epcis_trim(ods);
	name = epcis_trim(name);
	if (!gln.size && !ods.size)
		return fault_set(fault, ERR_RANGE, 0, 0, "a place needs a GLN or an ODS code");
	if (gln.size && gs1_gln_parse(gln, place.gln, NULL))
		return fault_set(fault, ERR_RANGE, 0, 0,
			"\"%s\" is no GLN: 13 digits with their check digit", epcis_show(gln).text);
	if (ods.size && !is_ods(ods))
		return fault_set(fault, ERR_RANGE, 0, 0,
			"\"%s\" is no ODS code: 3 to 12 capitals and digits", epcis_show(ods).text);
	if (name.size > PLACE_NAME_SIZE)
		return fault_set(fault, ERR_RANGE, 0, 0, "the name is longer than %d bytes",
			PLACE_NAME_SIZE);
	if (table->count == PLACES_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "more than %d places", PLACES_MAX);
	if (table->count == table->room && !grow(table))
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for places");
	memcpy(place.ods, ods.at ? ods.at : (const uint8_t *)"", ods.size);
	memcpy(place.name, name.at ? name.at : (const uint8_t *)"", name.size);
	table->places[table->count++] = place;
	for (int by = 0; by < 2; by++)
		if (code_of(&place, by)[0])
			*slot_of(table, by, span_text(code_of(&place, by))) =
				(uint32_t)table->count;
	return OK;
}

/* The next field of a line, up to its comma; the name may be in quotes. */
static struct span take_field(struct span *line)
{
	const uint8_t *comma = line->size ? memchr(line->at, ',', line->size) : NULL;
	size_t size = comma ? (size_t)(comma - line->at) : line->size;
	struct span field = span_cut(*line, 0, size);
	*line = span_cut(*line, size + (comma != NULL), line->size);
	return field;
}

static struct span without_quotes(struct span text)
{
	text = epcis_trim(text);
	if (text.size >= 2 && text.at[0] == '"' && text.at[text.size - 1] == '"')
		return span_cut(text, 1, text.size - 1);
	return text;
}

enum err place_table_load(struct place_table *table, struct span csv, struct fault *fault)
{
	for (size_t number = 1; csv.size; number++) {
		const uint8_t *end = memchr(csv.at, '\n', csv.size);
		size_t size = end ? (size_t)(end - csv.at) : csv.size;
		struct span line = epcis_trim(span_cut(csv, 0, size));
		csv = span_cut(csv, size + (end != NULL), csv.size);
		if (!line.size || line.at[0] == '#' ||
			(number == 1 && span_is(line, "gln,ods,name")))
			continue;
		struct span gln = take_field(&line);
		struct span ods = take_field(&line);
		struct fault why = {0};
		enum err err = place_table_add(table, gln, ods, without_quotes(line), &why);
		if (err)
			return fault_set(fault, err, number, 0, "line %zu: %s", number, why.text);
	}
	return OK;
}

static enum err on_master(void *self, const struct epcis_master *master, struct fault *fault)
{
	struct gs1_epc epc;
	static const char location[] = "urn:epcglobal:epcis:vtype:Location";
	struct span name = epcis_master_value(master, "name");
	if (!span_is(master->type, location) || gs1_epc_read(master->id, &epc, NULL) ||
		epc.kind != GS1_EPC_LOCATION || epc.extension[0])
		return OK;
	return place_table_add(self, span_text(epc.key), (struct span){0},
		span_cut(name, 0, PLACE_NAME_SIZE), fault);
}

enum err place_table_take(
	struct place_table *table, const struct epcis_node *vocabularies, struct fault *fault)
{
	return epcis_master_each(vocabularies, table, on_master, fault);
}

size_t place_table_count(const struct place_table *table)
{
	return table->count;
}

static const struct place *find(const struct place_table *table, int by, struct span code)
{
	uint32_t number = table->count ? *slot_of(table, by, code) : 0;
	return number ? &table->places[number - 1] : NULL;
}

const struct place *place_by_gln(const struct place_table *table, struct span gln)
{
	return gln.size ? find(table, 0, gln) : NULL;
}

const struct place *place_by_ods(const struct place_table *table, struct span ods)
{
	return ods.size ? find(table, 1, ods) : NULL;
}
