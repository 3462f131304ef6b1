#include "gs1/epcis/company.h"
#include "gs1/epcis/json_tree.h"

#include <stdlib.h>

#define PREFIX_MAX 12

struct row {
	char prefix[PREFIX_MAX + 1];
	uint8_t size; /* of the company prefix */
};

struct company_table {
	struct row *rows;
	size_t count;
};

static int order(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->prefix, ((const struct row *)b)->prefix);
}

static bool take_row(const struct epcis_json *entry, struct row *row)
{
	const struct epcis_json *prefix = epcis_json_member(entry, "prefix");
	const struct epcis_json *size = epcis_json_member(entry, "gcpLength");
	unsigned value = 0;
	if (!prefix || !size || prefix->kind != EPCIS_JSON_STRING || !prefix->text.size ||
		prefix->text.size > PREFIX_MAX || size->kind != EPCIS_JSON_NUMBER)
		return false;
	for (size_t i = 0; i < prefix->text.size; i++)
		if (prefix->text.at[i] < '0' || prefix->text.at[i] > '9')
			return false;
	for (size_t i = 0; i < size->text.size; i++) {
		if (size->text.at[i] < '0' || size->text.at[i] > '9' || i == 2)
			return false;
		value = value * 10 + size->text.at[i] - '0';
	}
	*row = (struct row){.size = (uint8_t)value};
	memcpy(row->prefix, prefix->text.at, prefix->text.size);
	return value == 0 || (value >= 4 && value <= PREFIX_MAX);
}

static enum err load(
	struct company_table *table, const struct epcis_json *file, struct fault *fault)
{
	const struct epcis_json *list = epcis_json_member(file, "GCPPrefixFormatList");
	const struct epcis_json *entries = list ? epcis_json_member(list, "entry") : NULL;
	if (!entries || entries->kind != EPCIS_JSON_ARRAY)
		return fault_set(fault, ERR_FORMAT, 1, 0,
			"line 1: this is no GCPPrefixFormatList with its entries");
	table->rows = calloc(entries->count + (size_t)1, sizeof *table->rows);
	if (!table->rows)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for company prefixes");
	for (const struct epcis_json *entry = entries->first; entry; entry = entry->next)
		if (!take_row(entry, &table->rows[table->count++]))
			return fault_set(fault, ERR_FORMAT, entry->line, 0,
				"line %u: an entry is no prefix of digits with a gcpLength",
				(unsigned)entry->line);
	qsort(table->rows, table->count, sizeof *table->rows, order);
	return OK;
}

enum err company_table_open(struct company_table **out, struct span json, struct fault *fault)
{
	struct company_table *table = calloc(1, sizeof *table);
	struct arena arena = {0};
	const struct epcis_json *file;
	if (json.size > COMPANY_FILE_MAX) {
		free(table);
		return fault_set(fault, ERR_LIMIT, 0, 0, "the table is too large");
	}
	/* a tree takes some five times its text */
	if (!table || arena_init(&arena, json.size * 12 + 4096)) {
		free(table);
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for company prefixes");
	}
	enum err err = epcis_json_parse(&arena, json, 1, &file, fault);
	if (!err)
		err = load(table, file, fault);
	arena_close(&arena);
	if (err)
		company_table_free(table);
	else
		*out = table;
	return err;
}

void company_table_free(struct company_table *table)
{
	if (!table)
		return;
	free(table->rows);
	free(table);
}

size_t company_table_count(const struct company_table *table)
{
	return table->count;
}

size_t company_prefix_size(const struct company_table *table, struct span digits)
{
	struct row wanted = {0};
	size_t size = digits.size < PREFIX_MAX ? digits.size : PREFIX_MAX;
	if (size)
		memcpy(wanted.prefix, digits.at, size);
	for (; size > 0 && table->count; size--) {
		wanted.prefix[size] = 0;
		const struct row *row =
			bsearch(&wanted, table->rows, table->count, sizeof *table->rows, order);
		if (row)
			return row->size <= digits.size ? row->size : 0;
	}
	return 0;
}

/* What a URN may hold as it is: GS1 AI encodable character set 82 but for "%&/<>?" and quotation
 * marks, which are written as %XX (EPC Tag Data Standard, annex A). */
static void put_text(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\"%&/<>?#", *text))
			buf_printf(out, "%%%02X", (unsigned)(uint8_t)*text);
		else
			buf_put_u8(out, (uint8_t)*text);
	}
}

enum err company_put_urn(const struct company_table *table, const struct gs1_epc *epc,
	struct buf *out, struct fault *fault)
{
	bool has_digit = epc->kind != GS1_EPC_LOCATION && epc->kind != GS1_EPC_PARTY;
	struct span key = span_text(epc->key);
	struct span body = span_cut(key, has_digit, key.size - 1); /* without indicator and check */
	size_t size = company_prefix_size(table, body);
	static const char *const fronts[] = {
		[GS1_EPC_PACK] = "urn:epc:id:sgtin:",
		[GS1_EPC_PRODUCT] = "urn:epc:idpat:sgtin:",
		[GS1_EPC_LOT] = "urn:epc:class:lgtin:",
		[GS1_EPC_LOGISTIC] = "urn:epc:id:sscc:",
		[GS1_EPC_LOCATION] = "urn:epc:id:sgln:",
		[GS1_EPC_PARTY] = "urn:epc:id:pgln:",
	};
	if (!size)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"the company prefix of %s is not in the table of company prefixes",
			epc->key);
	buf_put_text(out, fronts[epc->kind]);
	buf_put(out, span_cut(body, 0, size));
	buf_put_u8(out, '.');
	if (has_digit)
		buf_put_u8(out, key.at[0]);
	buf_put(out, span_cut(body, size, body.size));
	if (epc->kind == GS1_EPC_PRODUCT)
		buf_put_text(out, ".*");
	if (epc->kind == GS1_EPC_PACK || epc->kind == GS1_EPC_LOT ||
		epc->kind == GS1_EPC_LOCATION) {
		buf_put_u8(out, '.');
		put_text(out, epc->extension[0] ? epc->extension : "0");
	}
	return out->err ? fault_set(fault, out->err, 0, 0, "the buffer is full") : OK;
}
