#include "gs1/epcis/xml_dmd.h"
#include "gs1/epcis/refuse.h"
#include "gs1/epcis/value.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>
#include <strings.h>

#define PIECE     ((size_t)32 << 10)
#define NAME_SIZE 64
#define DEPTH_MAX 5 /* root, section, record, field or group, field of a group */

struct dmd_reader {
	xmlParserCtxtPtr parser;
	struct dmd_sink sink;
	char names[DEPTH_MAX][NAME_SIZE]; /* of the elements that are open */
	size_t depth;
	struct dmd_row row;
	size_t own; /* fields of the record itself, in front */
	size_t own_size; /* and their bytes */
	bool had_group;
	bool had_element; /* in the element that is open */
	char text[DMD_RECORD_MAX];
	size_t size;
	size_t value_from;
	size_t rows;
	size_t fed;
	enum err err;
	struct fault fault;
};

struct span dmd_value(const struct dmd_row *row, const char *name)
{
	for (size_t i = row->count; i > 0; i--)
		if (span_is(row->fields[i - 1].name, name))
			return row->fields[i - 1].value;
	return (struct span){0};
}

static size_t line_of(const struct dmd_reader *reader)
{
	const struct _xmlParserInput *input = reader->parser ? reader->parser->input : NULL;
	return input && input->line > 0 ? (size_t)input->line : 1;
}

static void stop(struct dmd_reader *reader, enum err err)
{
	if (!err || reader->err)
		return;
	reader->err = err;
	xmlStopParser(reader->parser);
}

static void refuse(struct dmd_reader *reader, enum err err, const char *element, const char *why)
{
	stop(reader, epcis_refuse(&reader->fault, err, line_of(reader), element, "%s", why));
}

static void put_row(struct dmd_reader *reader)
{
	reader->row.root = reader->names[0];
	reader->row.section = reader->names[1];
	reader->row.record = reader->names[2];
	reader->rows++;
	stop(reader, reader->sink.on_row(reader->sink.self, &reader->row, &reader->fault));
}

static void on_begin(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
	int space_count, const xmlChar **spaces, int count, int defaulted, const xmlChar **values)
{
	struct dmd_reader *reader = self;
	size_t size = strlen((const char *)name);
	(void)prefix, (void)space, (void)space_count, (void)spaces;
	(void)count, (void)defaulted, (void)values;
	if (reader->err)
		return;
	if (reader->depth == DEPTH_MAX || size >= NAME_SIZE) {
		refuse(reader, ERR_LIMIT, (const char *)name,
			"stands deeper, or has a longer name, than any in dm+d");
		return;
	}
	memcpy(reader->names[reader->depth++], name, size + 1);
	if (reader->depth == 3) {
		reader->row.count = reader->own = reader->size = reader->own_size = 0;
		reader->row.line = line_of(reader);
		reader->had_group = false;
	}
	if (reader->depth == 5 && !reader->had_element) {
		/* the element that is open is a group: its fields come behind the record's */
		reader->row.count = reader->own;
		reader->size = reader->own_size;
	}
	reader->had_element = false;
	reader->value_from = reader->size;
}

static void on_text(void *self, const xmlChar *text, int size)
{
	struct dmd_reader *reader = self;
	if (reader->err || reader->depth < 4)
		return;
	if (reader->size + (size_t)size > sizeof reader->text) {
		refuse(reader, ERR_LIMIT, reader->names[2], "is longer than a record may be");
		return;
	}
	memcpy(reader->text + reader->size, text, (size_t)size);
	reader->size += (size_t)size;
}

static bool keep(struct dmd_reader *reader, struct span bytes, struct span *kept)
{
	if (bytes.size > sizeof reader->text - reader->size)
		return false;
	memcpy(reader->text + reader->size, bytes.at, bytes.size);
	*kept = span_of(reader->text + reader->size, bytes.size);
	reader->size += bytes.size;
	return true;
}

static void end_field(struct dmd_reader *reader)
{
	struct dmd_row *row = &reader->row;
	struct span value = epcis_trim(
		span_of(reader->text + reader->value_from, reader->size - reader->value_from));
	struct dmd_field field = {.value = value};
	if (row->count == DMD_FIELDS_MAX ||
		!keep(reader, span_text(reader->names[reader->depth - 1]), &field.name)) {
		refuse(reader, ERR_LIMIT, reader->names[2], "has more fields than a record may");
		return;
	}
	row->fields[row->count++] = field;
	if (reader->depth == 4) {
		reader->own = row->count;
		reader->own_size = reader->size;
	}
}

static void on_end(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct dmd_reader *reader = self;
	(void)name, (void)prefix, (void)space;
	if (reader->err)
		return;
	bool is_group = reader->depth == 4 && reader->had_element;
	if (is_group) {
		reader->had_group = true;
		put_row(reader);
		reader->row.count = reader->own;
		reader->size = reader->own_size;
	} else if (reader->depth >= 4) {
		end_field(reader);
	} else if (reader->depth == 3 && !reader->had_group && reader->row.count) {
		put_row(reader);
	}
	reader->depth--;
	reader->had_element = true;
}

static void on_doctype(
	void *self, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	(void)external, (void)system;
	refuse(self, ERR_FORMAT, (const char *)name, "has a DOCTYPE: dm+d has none");
}

/* dm+d is in UTF-8; libxml2 would read others, and differently by how the bytes arrive. */
static void on_start(void *self)
{
	struct dmd_reader *reader = self;
	const char *encoding = (const char *)reader->parser->encoding;
	if (encoding && strcasecmp(encoding, "UTF-8") != 0 && strcasecmp(encoding, "US-ASCII") != 0)
		stop(reader, fault_set(&reader->fault, ERR_ENCODING, 1, 0,
				     "line 1: the file says it is in %s: dm+d is in UTF-8",
				     epcis_show(span_text(encoding)).text));
}

static void on_error(void *self, xmlErrorPtr error)
{
	struct dmd_reader *reader = self;
	if (reader->err || error->level < XML_ERR_ERROR)
		return;
	size_t line = error->line > 0 ? (size_t)error->line : line_of(reader);
	struct span text = epcis_trim(span_text(error->message ? error->message : "no reason"));
	stop(reader, fault_set(&reader->fault,
			     error->code == XML_ERR_NO_MEMORY ? ERR_MEMORY : ERR_FORMAT, line, 0,
			     "line %zu: not well-formed XML: %s", line, epcis_show(text).text));
}

enum err dmd_open(struct dmd_reader **out, const struct dmd_sink *sink, struct fault *fault)
{
	xmlSAXHandler handler = {
		.startDocument = on_start,
		.internalSubset = on_doctype,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_begin,
		.endElementNs = on_end,
		.serror = on_error,
	};
	struct dmd_reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for reading dm+d");
	reader->sink = *sink;
	reader->parser = xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL);
	if (!reader->parser) {
		free(reader);
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for reading dm+d");
	}
	(void)xmlCtxtUseOptions(reader->parser, XML_PARSE_NONET | XML_PARSE_NOENT);
	*out = reader;
	return OK;
}

static enum err result(const struct dmd_reader *reader, struct fault *fault)
{
	if (reader->err && fault)
		*fault = reader->fault;
	return reader->err;
}

/* UTF-16 and UTF-32 are known by their first bytes, and libxml2 knows them or not by how the bytes
 * arrive; EBCDIC begins with 'L'. */
static void check_front(struct dmd_reader *reader, struct span bytes)
{
	for (size_t i = 0; i < bytes.size && reader->fed + i < 4; i++) {
		uint8_t c = bytes.at[i];
		bool is_first = reader->fed + i == 0;
		if (c == 0 || (is_first && (c >= 0xfe || c == 'L')))
			stop(reader, fault_set(&reader->fault, ERR_ENCODING, 1, 0,
					     "line 1: the file is not in UTF-8 as dm+d is: fetch "
					     "it again, or convert it"));
	}
	reader->fed += bytes.size;
}

enum err dmd_feed(struct dmd_reader *reader, struct span bytes, struct fault *fault)
{
	check_front(reader, bytes);
	for (size_t at = 0; at < bytes.size && !reader->err; at += PIECE) {
		struct span piece = span_cut(bytes, at, at + PIECE);
		(void)xmlParseChunk(reader->parser, (const char *)piece.at, (int)piece.size, 0);
	}
	return result(reader, fault);
}

enum err dmd_end(struct dmd_reader *reader, struct fault *fault)
{
	if (!reader->err)
		(void)xmlParseChunk(reader->parser, NULL, 0, 1);
	if (!reader->err && (reader->depth || !reader->parser->wellFormed))
		stop(reader, fault_set(&reader->fault, ERR_FORMAT, line_of(reader), 0,
				     "line %zu: the file is cut off", line_of(reader)));
	return result(reader, fault);
}

size_t dmd_count(const struct dmd_reader *reader)
{
	return reader->rows;
}

void dmd_free(struct dmd_reader *reader)
{
	if (!reader)
		return;
	xmlFreeParserCtxt(reader->parser);
	free(reader);
}
