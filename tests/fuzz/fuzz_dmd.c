/* A dm+d file: however it is cut, the same table comes of it; every GTIN in it is whole. The same
 * bytes as a list of places and as a table of company prefixes end without a crash. */
#include "gs1/epcis/company.h"
#include "gs1/epcis/places.h"
#include "gs1/epcis/product.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err load(struct span text, size_t piece, size_t *count)
{
	struct product_table *table;
	struct fault fault = {0};
	assert(product_table_open(&table, &fault) == OK);
	struct dmd_sink sink = product_table_sink(table);
	struct dmd_reader *reader;
	assert(dmd_open(&reader, &sink, &fault) == OK);
	enum err err = OK;
	for (size_t at = 0; at < text.size && !err; at += piece)
		err = dmd_feed(reader, span_cut(text, at, at + piece), &fault);
	if (!err)
		err = dmd_end(reader, &fault);
	assert(!err || fault.text[0]);
	product_table_seal(table);
	*count = product_table_count(table);
	struct product product;
	if (product_table_find(table, "05012345123455", NULL, &product))
		assert(gs1_check_holds(span_of(product.gtin, GS1_GTIN_SIZE)));
	dmd_free(reader);
	product_table_free(table);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of(data, size);
	size_t whole;
	size_t cut;
	enum err err = load(text, size + 1, &whole);
	enum err again = load(text, size ? data[size / 2] % 37 + 1 : 1, &cut);
	assert((err == OK) == (again == OK) && (err || whole == cut));
	struct place_table *places;
	struct company_table *companies;
	assert(place_table_open(&places, NULL) == OK);
	(void)!place_table_load(places, text, NULL);
	place_table_free(places);
	if (company_table_open(&companies, text, NULL) == OK) {
		assert(company_prefix_size(companies, span_text("501234500001")) <= 12);
		company_table_free(companies);
	}
	return 0;
}
