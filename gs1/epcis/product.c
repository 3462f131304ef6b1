#include "gs1/epcis/product.h"
#include "ledger/base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS_LIMIT ((size_t)512 << 20)

/* A text by its place: the buffer of texts moves while it grows. */
struct text {
	uint32_t at;
	uint32_t size; /* 0: absent */
};

struct gtin_row {
	char gtin[GS1_GTIN_SIZE + 1];
	uint64_t ampp;
	struct text from;
	struct text until;
};

/* Whatever has a code: a pack, product, word. */
struct code_row {
	uint64_t code;
	uint64_t up; /* AMPP: AMP; VMPP: VMP; AMP: VMP */
	uint64_t other; /* AMPP: VMPP; AMP: supplier; VMPP: unit; VMP: category */
	uint64_t legal; /* AMPP */
	struct text name;
};

enum list {
	PACKS, /* AMPP */
	PRODUCTS, /* AMP */
	VIRTUAL_PACKS, /* VMPP: name is the quantity */
	CATEGORIES, /* VMP: its controlled-drug category in `other` */
	SUPPLIERS,
	UNITS,
	LEGAL_WORDS,
	CONTROLLED_WORDS,
	LIST_COUNT
};

struct product_table {
	struct buf texts;
	struct buf gtins; /* struct gtin_row */
	struct buf lists[LIST_COUNT]; /* struct code_row */
	size_t bad;
	bool is_sealed;
};

enum err product_table_open(struct product_table **out, struct fault *fault)
{
	struct product_table *table = calloc(1, sizeof *table);
	if (!table)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for products");
	buf_init(&table->texts, PRODUCT_TABLE_LIMIT);
	buf_init(&table->gtins, ROWS_LIMIT);
	for (int i = 0; i < LIST_COUNT; i++)
		buf_init(&table->lists[i], ROWS_LIMIT);
	*out = table;
	return OK;
}

void product_table_free(struct product_table *table)
{
	if (!table)
		return;
	buf_close(&table->texts);
	buf_close(&table->gtins);
	for (int i = 0; i < LIST_COUNT; i++)
		buf_close(&table->lists[i]);
	free(table);
}

static bool is_row(const struct dmd_row *row, const char *section, const char *record)
{
	return strcmp(row->section, section) == 0 && strcmp(row->record, record) == 0;
}

/* A code of at most 18 digits; absent is 0. */
static bool take_code(const struct dmd_row *row, const char *name, uint64_t *code)
{
	struct span text = dmd_value(row, name);
	*code = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9' || i == 18)
			return false;
		*code = *code * 10 + (uint64_t)(text.at[i] - '0');
	}
	return true;
}

static struct text take_text(
	struct product_table *table, const struct dmd_row *row, const char *name)
{
	struct span value = dmd_value(row, name);
	struct text text = {(uint32_t)table->texts.size, (uint32_t)value.size};
	buf_put(&table->texts, value);
	return text;
}

static void add_gtin(struct product_table *table, const struct dmd_row *row, uint64_t ampp)
{
	struct span given = dmd_value(row, "GTIN");
	struct gtin_row gtin = {.ampp = ampp};
	char digits[GS1_GTIN_SIZE + 1];
	if (!given.size)
		return;
	if (given.size > GS1_GTIN_SIZE) {
		table->bad++;
		return;
	}
	memset(digits, '0', GS1_GTIN_SIZE);
	memcpy(digits + GS1_GTIN_SIZE - given.size, given.at, given.size);
	if (gs1_gtin_parse(span_of(digits, GS1_GTIN_SIZE), gtin.gtin, NULL)) {
		table->bad++;
		return;
	}
	gtin.from = take_text(table, row, "STARTDT");
	gtin.until = take_text(table, row, "ENDDT");
	buf_put(&table->gtins, span_of(&gtin, sizeof gtin));
}

/* Where a record goes and which of its fields: code, up, other, legal, name. */
struct place {
	const char *root;
	const char *section;
	const char *record;
	enum list list;
	const char *fields[5];
};

static const struct place places[] = {
	{NULL, "AMPPS", "AMPP", PACKS, {"APPID", "APID", "VPPID", "LEGAL_CATCD", "NM"}},
	{NULL, "AMPS", "AMP", PRODUCTS, {"APID", "VPID", "SUPPCD", NULL, "NM"}},
	{NULL, "VMPPS", "VMPP", VIRTUAL_PACKS, {"VPPID", "VPID", "QTY_UOMCD", NULL, "QTYVAL"}},
	{NULL, "CONTROL_DRUG_INFO", "CONTROL_INFO", CATEGORIES,
		{"VPID", NULL, "CATCD", NULL, NULL}},
	{"LOOKUP", "SUPPLIER", "INFO", SUPPLIERS, {"CD", NULL, NULL, NULL, "DESC"}},
	{"LOOKUP", "UNIT_OF_MEASURE", "INFO", UNITS, {"CD", NULL, NULL, NULL, "DESC"}},
	{"LOOKUP", "LEGAL_CATEGORY", "INFO", LEGAL_WORDS, {"CD", NULL, NULL, NULL, "DESC"}},
	{"LOOKUP", "CONTROL_DRUG_CATEGORY", "INFO", CONTROLLED_WORDS,
		{"CD", NULL, NULL, NULL, "DESC"}},
};

static enum err on_row(void *self, const struct dmd_row *row, struct fault *fault)
{
	struct product_table *table = self;
	bool is_right = true;
	if (dmd_value(row, "AMPPID").size) {
		uint64_t ampp;
		is_right = take_code(row, "AMPPID", &ampp);
		if (is_right)
			add_gtin(table, row, ampp);
	}
	for (size_t i = 0; i < sizeof places / sizeof places[0] && is_right; i++) {
		const struct place *place = &places[i];
		struct code_row code = {0};
		uint64_t *const numbers[] = {&code.code, &code.up, &code.other, &code.legal};
		if (!is_row(row, place->section, place->record) ||
			(place->root && strcmp(row->root, place->root) != 0) ||
			!dmd_value(row, place->fields[0]).size)
			continue;
		for (int j = 0; j < 4 && is_right; j++)
			if (place->fields[j])
				is_right = take_code(row, place->fields[j], numbers[j]);
		if (place->fields[4])
			code.name = take_text(table, row, place->fields[4]);
		buf_put(&table->lists[place->list], span_of(&code, sizeof code));
		if (table->lists[place->list].err)
			table->texts.err = table->lists[place->list].err;
	}
	if (!is_right)
		return fault_set(fault, ERR_FORMAT, row->line, 0,
			"line %zu: <%s> has a code that is no number", row->line, row->record);
	enum err err = table->texts.err ? table->texts.err : table->gtins.err;
	return err ? fault_set(fault, err, row->line, 0, "the dictionary is too large") : OK;
}

struct dmd_sink product_table_sink(struct product_table *table)
{
	return (struct dmd_sink){table, on_row};
}

size_t product_table_bad(const struct product_table *table)
{
	return table->bad;
}

static struct span text_of(const struct product_table *table, struct text text)
{
	return text.size ? span_of(table->texts.at + text.at, text.size) : (struct span){0};
}

/* By code; the first of equal ones stays first, as qsort_r gives no promise about them. */
static int code_order(const void *a, const void *b)
{
	const struct code_row *left = a;
	const struct code_row *right = b;
	int order = (left->code > right->code) - (left->code < right->code);
	return order ? order : (left->name.at > right->name.at) - (left->name.at < right->name.at);
}

/* By GTIN, then by the day from which it holds. */
static int gtin_order(const void *a, const void *b, void *self)
{
	const struct gtin_row *left = a;
	const struct gtin_row *right = b;
	int order = strcmp(left->gtin, right->gtin);
	if (!order)
		order = span_order(text_of(self, left->from), text_of(self, right->from));
	return order ? order : (left->ampp > right->ampp) - (left->ampp < right->ampp);
}

void product_table_seal(struct product_table *table)
{
	if (table->gtins.size)
		qsort_r(table->gtins.at, table->gtins.size / sizeof(struct gtin_row),
			sizeof(struct gtin_row), gtin_order, table);
	for (int i = 0; i < LIST_COUNT; i++) {
		struct buf *list = &table->lists[i];
		if (list->size)
			qsort(list->at, list->size / sizeof(struct code_row),
				sizeof(struct code_row), code_order);
	}
	table->is_sealed = true;
}

size_t product_table_count(const struct product_table *table)
{
	return table->gtins.size / sizeof(struct gtin_row);
}

static const struct code_row *find(const struct product_table *table, enum list list, uint64_t code)
{
	const struct code_row *rows = (const void *)table->lists[list].at;
	size_t low = 0;
	size_t high = table->lists[list].size / sizeof *rows;
	size_t count = high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rows[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && rows[low].code == code ? &rows[low] : NULL;
}

static struct span word(const struct product_table *table, enum list list, uint64_t code)
{
	const struct code_row *row = code ? find(table, list, code) : NULL;
	return row ? text_of(table, row->name) : (struct span){0};
}

/* "Schedule 2 (CD)", "Schedule 3 (CD No Register Exempt ...)", "No Controlled Drug Status". */
static int schedule_of(struct span text)
{
	static const char front[] = "Schedule ";
	size_t size = sizeof front - 1;
	if (text.size > size && span_is(span_cut(text, 0, size), front) && text.at[size] >= '1' &&
		text.at[size] <= '5')
		return text.at[size] - '0';
	return span_is(span_cut(text, 0, 3), "No ") ? 0 : -1;
}

static void fill(
	const struct product_table *table, const struct gtin_row *row, struct product *product)
{
	*product = (struct product){.ampp = row->ampp,
		.schedule = -1,
		.from = text_of(table, row->from),
		.until = text_of(table, row->until)};
	memcpy(product->gtin, row->gtin, sizeof product->gtin);
	const struct code_row *pack = find(table, PACKS, row->ampp);
	const struct code_row *amp = pack ? find(table, PRODUCTS, pack->up) : NULL;
	const struct code_row *vmpp = pack ? find(table, VIRTUAL_PACKS, pack->other) : NULL;
	if (pack) {
		product->amp = pack->up;
		product->name = text_of(table, pack->name);
		product->legal_category = word(table, LEGAL_WORDS, pack->legal);
	}
	if (amp) {
		product->vmp = amp->up;
		product->product_name = text_of(table, amp->name);
		product->supplier = word(table, SUPPLIERS, amp->other);
	}
	if (vmpp) {
		product->vmp = product->vmp ? product->vmp : vmpp->up;
		product->quantity = text_of(table, vmpp->name);
		product->unit = word(table, UNITS, vmpp->other);
	}
	const struct code_row *category =
		product->vmp ? find(table, CATEGORIES, product->vmp) : NULL;
	if (category) {
		/* its code 0000 is a word as well: no controlled drug */
		const struct code_row *words = find(table, CONTROLLED_WORDS, category->other);
		if (words)
			product->controlled_category = text_of(table, words->name);
		product->schedule = schedule_of(product->controlled_category);
	}
}

bool product_table_find(const struct product_table *table, const char gtin[GS1_GTIN_SIZE + 1],
	const char *day, struct product *product)
{
	const struct gtin_row *rows = (const void *)table->gtins.at;
	const struct gtin_row *found = NULL;
	size_t count = product_table_count(table);
	size_t low = 0;
	size_t high = count;
	while (low < high && table->is_sealed) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(rows[middle].gtin, gtin) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && table->is_sealed && strcmp(rows[low].gtin, gtin) == 0; low++) {
		struct span from = text_of(table, rows[low].from);
		struct span until = text_of(table, rows[low].until);
		bool is_before = day && from.at && span_order(span_text(day), from) < 0;
		bool is_after = day && until.at && span_order(span_text(day), until) > 0;
		if (!is_before && !is_after)
			found = &rows[low];
	}
	if (found)
		fill(table, found, product);
	return found;
}
