#include "gs1/epcis/read.h"
#include "gs1/epcis/cbor_read.h"
#include "gs1/epcis/json_read.h"

#include <stdlib.h>

enum reading { UNKNOWN, XML, JSON, CBOR };

struct epcis_reader {
	struct epcis_sink sink;
	struct epcis_limits limits;
	enum reading reading;
	struct epcis_xml *xml;
	struct epcis_json_reader *json;
	struct epcis_cbor_reader *cbor;
	size_t mark_size; /* bytes of a byte order mark in front */
	bool has_white; /* in front, beside ends of lines */
	size_t lines;
	enum err err;
	struct fault fault;
};

enum err epcis_reader_open(struct epcis_reader **out, const struct epcis_sink *sink,
	const struct epcis_limits *limits, struct fault *fault)
{
	struct epcis_reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for reading events");
	reader->sink = *sink;
	if (limits)
		reader->limits = *limits;
	*out = reader;
	return OK;
}

static bool is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static enum err open_form(struct epcis_reader *reader, uint8_t first)
{
	struct fault *fault = &reader->fault;
	if (first == '{') {
		reader->reading = JSON;
		return epcis_json_open(&reader->json, &reader->sink, &reader->limits, fault);
	}
	if (first == EPCIS_CBOR_FIRST) {
		reader->reading = CBOR;
		return epcis_cbor_open(&reader->cbor, &reader->sink, &reader->limits, fault);
	}
	/* UTF-16 has a zero or a mark in front: the reader of XML says what to do about it */
	if (first == '<' || !first || first >= 0xfe) {
		reader->reading = XML;
		return epcis_xml_open(&reader->xml, &reader->sink, &reader->limits, fault);
	}
	return fault_set(fault, ERR_FORMAT, 1, 0,
		"line 1: this is no EPCIS document: neither XML nor JSON nor CBOR");
}

static enum err pass(struct epcis_reader *reader, struct span bytes)
{
	switch (reader->reading) {
	case XML: return epcis_xml_feed(reader->xml, bytes, &reader->fault);
	case JSON: return epcis_json_feed(reader->json, bytes, &reader->fault);
	case CBOR: return epcis_cbor_feed(reader->cbor, bytes, &reader->fault);
	case UNKNOWN: break;
	}
	return OK;
}

/* The first byte that is no white space and no byte order mark tells. What came before it is
 * passed on too, for the lines; of white space that came in pieces of its own only the ends of
 * lines. */
static enum err sniff(struct epcis_reader *reader, struct span bytes)
{
	static const uint8_t mark[3] = {0xef, 0xbb, 0xbf};
	size_t at = 0;
	while (at < bytes.size && reader->mark_size < sizeof mark &&
		bytes.at[at] == mark[reader->mark_size]) {
		reader->mark_size++;
		at++;
	}
	size_t from = at;
	while (at < bytes.size && is_white(bytes.at[at]))
		at++;
	if (at == bytes.size) {
		for (; from < at; from++)
			reader->lines += bytes.at[from] == '\n';
		reader->has_white |= at > 0;
		return OK;
	}
	enum err err = open_form(reader, bytes.at[at]);
	if (!err)
		err = pass(reader, span_of(mark, reader->mark_size));
	if (!err && reader->has_white)
		err = pass(reader, span_of(" ", 1));
	for (; reader->lines && !err; reader->lines--)
		err = pass(reader, span_of("\n", 1));
	return err ? err : pass(reader, span_cut(bytes, from, bytes.size));
}

enum err epcis_reader_feed(struct epcis_reader *reader, struct span bytes, struct fault *fault)
{
	if (!reader->err && bytes.size)
		reader->err =
			reader->reading == UNKNOWN ? sniff(reader, bytes) : pass(reader, bytes);
	if (reader->err && fault)
		*fault = reader->fault;
	return reader->err;
}

enum err epcis_reader_end(struct epcis_reader *reader, struct fault *fault)
{
	if (!reader->err) {
		switch (reader->reading) {
		case XML: reader->err = epcis_xml_end(reader->xml, &reader->fault); break;
		case JSON: reader->err = epcis_json_end(reader->json, &reader->fault); break;
		case CBOR: reader->err = epcis_cbor_end(reader->cbor, &reader->fault); break;
		case UNKNOWN:
			reader->err = fault_set(
				&reader->fault, ERR_FORMAT, 1, 0, "line 1: the document is empty");
			break;
		}
	}
	if (reader->err && fault)
		*fault = reader->fault;
	return reader->err;
}

const struct epcis_head *epcis_reader_head(const struct epcis_reader *reader)
{
	switch (reader->reading) {
	case XML: return reader->xml ? epcis_xml_head(reader->xml) : NULL;
	case JSON: return reader->json ? epcis_json_head(reader->json) : NULL;
	case CBOR: return reader->cbor ? epcis_cbor_head(reader->cbor) : NULL;
	case UNKNOWN: break;
	}
	return NULL;
}

size_t epcis_reader_count(const struct epcis_reader *reader)
{
	switch (reader->reading) {
	case XML: return reader->xml ? epcis_xml_count(reader->xml) : 0;
	case JSON: return reader->json ? epcis_json_count(reader->json) : 0;
	case CBOR: return reader->cbor ? epcis_cbor_count(reader->cbor) : 0;
	case UNKNOWN: break;
	}
	return 0;
}

void epcis_reader_free(struct epcis_reader *reader)
{
	if (!reader)
		return;
	epcis_xml_free(reader->xml);
	epcis_json_free(reader->json);
	epcis_cbor_free(reader->cbor);
	free(reader);
}

enum err epcis_read(struct span document, const struct epcis_sink *sink,
	const struct epcis_limits *limits, size_t *count, struct fault *fault)
{
	struct epcis_reader *reader = NULL;
	enum err err = epcis_reader_open(&reader, sink, limits, fault);
	if (err)
		return err;
	err = epcis_reader_feed(reader, document, fault);
	if (!err)
		err = epcis_reader_end(reader, fault);
	if (count)
		*count = epcis_reader_count(reader);
	epcis_reader_free(reader);
	return err;
}
