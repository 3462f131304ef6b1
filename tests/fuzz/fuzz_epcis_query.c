/* Parameters of a query, one a line: "NAME value value ...". A query that is taken matches an event
 * without end or crash, twice the same; what is refused says why. */
#include "gs1/epcis/query.h"

#include <assert.h>

#define VALUES_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t to(struct span text, char c)
{
	const uint8_t *at = text.size ? memchr(text.at, c, text.size) : NULL;
	return at ? (size_t)(at - text.at) : text.size;
}

static void add_line(struct epcis_query *query, struct span line)
{
	char name[128];
	struct span values[VALUES_MAX];
	struct fault fault = {0};
	size_t count = 0;
	size_t size = to(line, ' ');
	if (size >= sizeof name || memchr(line.at, 0, line.size))
		return;
	memcpy(name, line.at, size);
	name[size] = 0;
	while (size < line.size && count < VALUES_MAX) {
		line = span_cut(line, size + 1, line.size);
		size = to(line, ' ');
		values[count++] = span_cut(line, 0, size);
	}
	enum err err = epcis_query_add(query, name, values, count, &fault);
	assert(err == OK || (fault.err == err && fault.text[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct epcis_query *query;
	struct span left = span_of(data, size);
	struct span epc = span_text("urn:epc:id:sgtin:5012345.012345.SN1");
	struct epcis_node inner = {.name = span_text("dose"), .value = span_text("5")};
	struct epcis_node node = {.space = span_text("urn:epcglobal:cbv:mda"),
		.name = span_text("lotNumber"),
		.children = &inner};
	struct epcis_event event = {.action = EPCIS_ADD,
		.epc_list = {&epc, 1},
		.biz_step = span_text("packing"),
		.read_point = {.id = span_text("urn:epc:id:sgln:5012345.00001.0")},
		.ilmd = &node,
		.extensions = &node};
	assert(epcis_query_open(&query, NULL) == OK);
	while (left.size) {
		size_t end = to(left, '\n');
		if (end)
			add_line(query, span_cut(left, 0, end));
		left = span_cut(left, end + 1, left.size);
	}
	bool is_match = epcis_query_match(query, &event, NULL);
	assert(epcis_query_match(query, &event, NULL) == is_match);
	epcis_query_free(query);
	return 0;
}
