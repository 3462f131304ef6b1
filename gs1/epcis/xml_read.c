#include "gs1/epcis/xml_read.h"
#include "gs1/epcis/assemble.h"
#include "gs1/epcis/refuse.h"
#include "gs1/epcis/xml_type.h"
#include "ledger/base/utf8.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

#define PIECE ((size_t)32 << 10) /* bytes given to the parser at a time */

/* Once over, a reader keeps its error. */
struct epcis_xml {
	xmlParserCtxtPtr parser;
	struct epcis_assembly assembly;
	struct epcis_scope scope;
	struct epcis_sink sink;
	enum err err;
	struct fault fault;
	size_t fed; /* bytes */
	size_t lines; /* ends of lines in them */
	uint8_t cut[4]; /* a character whose end has not arrived */
	size_t cut_size;
};

static size_t line_of(const struct epcis_xml *xml)
{
	const struct _xmlParserInput *input = xml->parser ? xml->parser->input : NULL;
	return input && input->line > 0 ? (size_t)input->line : 1;
}

static void stop(struct epcis_xml *xml, enum err err)
{
	if (!err)
		return;
	xml->err = err;
	if (xml->parser)
		xmlStopParser(xml->parser);
}

static struct epcis_tag tag_of(const xmlChar *name, const xmlChar *space, const xmlChar *prefix)
{
	return (struct epcis_tag){(const char *)name, (const char *)space, (const char *)prefix};
}

/* libxml2 gives five pointers an attribute: name, prefix, namespace, begin and end of the value. */
static void on_begin(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
	int space_count, const xmlChar **spaces, int count, int defaulted, const xmlChar **five)
{
	struct epcis_xml *xml = self;
	struct epcis_attribute attributes[EPCIS_ATTRIBUTES_MAX];
	struct epcis_tag tag = tag_of(name, space, prefix);
	(void)defaulted;
	if (xml->err)
		return;
	epcis_scope_begin(&xml->scope, spaces, (size_t)space_count);
	for (int i = 0; i < count && i < EPCIS_ATTRIBUTES_MAX; i++, five += 5) {
		attributes[i] = (struct epcis_attribute){.tag = tag_of(five[0], five[2], five[1]),
			.value = span_of(five[3], (size_t)(five[4] - five[3]))};
		if (epcis_tag_in(&attributes[i].tag, EPCIS_XSI) &&
			!strcmp(attributes[i].tag.name, "type"))
			attributes[i].type = epcis_scope_type(&xml->scope, attributes[i].value);
	}
	stop(xml, epcis_assembly_begin(&xml->assembly, &tag, attributes, (size_t)count,
			  line_of(xml), &xml->fault));
}

static void on_end(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct epcis_xml *xml = self;
	(void)name;
	(void)prefix;
	(void)space;
	epcis_scope_end(&xml->scope);
	if (!xml->err)
		stop(xml, epcis_assembly_end(&xml->assembly, line_of(xml), &xml->fault));
}

static void on_text(void *self, const xmlChar *text, int size)
{
	struct epcis_xml *xml = self;
	if (!xml->err)
		stop(xml, epcis_assembly_text(&xml->assembly, span_of(text, (size_t)size),
				  line_of(xml), &xml->fault));
}

/* Without a document type there are no entities to expand, no files to open, no defaults. */
static void on_doctype(
	void *self, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	struct epcis_xml *xml = self;
	(void)external;
	(void)system;
	if (!xml->err)
		stop(xml, epcis_refuse(&xml->fault, ERR_FORMAT, line_of(xml), (const char *)name,
				  "has a DOCTYPE: EPCIS documents have none, and none is read"));
}

static void on_start(void *self)
{
	struct epcis_xml *xml = self;
	const char *encoding = (const char *)xml->parser->encoding;
	if (xml->err || !encoding || !strcasecmp(encoding, "UTF-8") ||
		!strcasecmp(encoding, "US-ASCII") || !strcasecmp(encoding, "ASCII"))
		return;
	stop(xml, fault_set(&xml->fault, ERR_ENCODING, 1, 0,
			  "line 1: the document says it is in %s: send it in UTF-8",
			  epcis_show(span_text(encoding)).text));
}

static bool is_about_encoding(int code)
{
	return code == XML_ERR_INVALID_ENCODING || code == XML_ERR_UNKNOWN_ENCODING ||
	       code == XML_ERR_UNSUPPORTED_ENCODING || code == XML_I18N_CONV_FAILED;
}

/* Everything that libxml2 calls an error ends the reading; its warnings are about nothing here. */
static void on_error(void *self, xmlErrorPtr error)
{
	struct epcis_xml *xml = self;
	if (xml->err || error->level < XML_ERR_ERROR)
		return;
	size_t line = error->line > 0 ? (size_t)error->line : line_of(xml);
	struct span text = epcis_trim(span_text(error->message ? error->message : "no reason"));
	struct fault *fault = &xml->fault;
	if (error->code == XML_ERR_NO_MEMORY)
		stop(xml, fault_set(fault, ERR_MEMORY, line, 0, "no memory for reading XML"));
	else if (is_about_encoding(error->code))
		stop(xml, fault_set(fault, ERR_ENCODING, line, 0,
				  "line %zu: send the document in UTF-8: %s", line,
				  epcis_show(text).text));
	else if (error->message && strstr(error->message, "Huge input lookup"))
		stop(xml,
			fault_set(fault, ERR_LIMIT, line, 0,
				"line %zu: a tag, comment or the like is longer than 10 MB", line));
	else if (error->code == XML_ERR_DOCUMENT_END && xml->assembly.depth)
		stop(xml, fault_set(fault, ERR_FORMAT, line, 0,
				  "line %zu: the document is cut off inside <%s>", line,
				  epcis_assembly_name(&xml->assembly)));
	else
		stop(xml, fault_set(fault, ERR_FORMAT, line, 0, "line %zu: not well-formed XML: %s",
				  line, epcis_show(text).text));
}

static void start_library(void)
{
	xmlInitParser();
}

static pthread_once_t library = PTHREAD_ONCE_INIT; /* one-time library start */

enum err epcis_xml_open(struct epcis_xml **out, const struct epcis_sink *sink,
	const struct epcis_limits *limits, struct fault *fault)
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
	(void)pthread_once(&library, start_library);
	struct epcis_xml *xml = calloc(1, sizeof *xml);
	if (!xml)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for reading XML");
	xml->sink = *sink;
	enum err err = epcis_assembly_init(&xml->assembly, &xml->sink, limits, fault);
	if (err)
		goto undo;
	xml->parser = xmlCreatePushParserCtxt(&handler, xml, NULL, 0, NULL);
	if (!xml->parser) {
		err = fault_set(fault, ERR_MEMORY, 0, 0, "no memory for reading XML");
		goto undo;
	}
	/* Without NOENT libxml2 leaves "&" in attributes as "&#38;". Nothing else is replaced:
	 * entities come with a document type, and that is refused before its inside is read. */
	(void)xmlCtxtUseOptions(xml->parser, XML_PARSE_NONET | XML_PARSE_NOENT);
	*out = xml;
	return OK;
undo:
	epcis_xml_free(xml);
	return err;
}

static enum err result(const struct epcis_xml *xml, struct fault *fault)
{
	if (xml->err && fault)
		*fault = xml->fault;
	return xml->err;
}

/* UTF-16 and UTF-32 give themselves away by their first bytes; libxml2 would read them. */
static void check_front(struct epcis_xml *xml, struct span bytes)
{
	for (size_t i = 0; i < bytes.size && xml->fed + i < 4; i++) {
		uint8_t c = bytes.at[i];
		if (c == 0 || (xml->fed + i == 0 && c >= 0xfe))
			stop(xml, fault_set(&xml->fault, ERR_ENCODING, 1, 0,
					  "line 1: the document is in UTF-16 or UTF-32: send it in "
					  "UTF-8"));
	}
}

/* Bytes of a character that begins so; 0 if none does. */
static size_t size_by_front(uint8_t c)
{
	return c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

/* Where the next byte above ASCII is, from `at` on; eight at a time. */
static size_t skip_ascii(struct span text, size_t at)
{
	uint64_t eight;
	for (; text.size - at >= sizeof eight; at += sizeof eight) {
		memcpy(&eight, text.at + at, sizeof eight);
		if (eight & UINT64_C(0x8080808080808080))
			break;
	}
	while (at < text.size && text.at[at] < 0x80)
		at++;
	return at;
}

/* How many bytes at the front are whole characters of UTF-8; *is_cut: what follows is the front of
 * one more. libxml2 would notice what is wrong as well, but names it differently by how the bytes
 * arrive. */
static size_t utf8_size(struct span text, bool *is_cut)
{
	uint32_t point;
	*is_cut = false;
	for (size_t at = skip_ascii(text, 0); at < text.size; at = skip_ascii(text, at)) {
		struct span rest = span_cut(text, at, text.size);
		size_t size = utf8_next(rest, &point);
		if (!size) {
			*is_cut = rest.size < size_by_front(rest.at[0]);
			return at;
		}
		at += size;
	}
	return text.size;
}

static size_t lines_in(struct span text)
{
	size_t lines = 0;
	const uint8_t *end = text.at + text.size;
	for (const uint8_t *at = text.at; (at = memchr(at, '\n', (size_t)(end - at))); at++)
		lines++;
	return lines;
}

static void not_utf8(struct epcis_xml *xml)
{
	stop(xml, fault_set(&xml->fault, ERR_ENCODING, xml->lines + 1, 0,
			  "line %zu: a byte that is not UTF-8: send the document in UTF-8",
			  xml->lines + 1));
}

static void parse(struct epcis_xml *xml, struct span text)
{
	int code = 0;
	if (xml->err || !text.size)
		return;
	code = xmlParseChunk(xml->parser, (const char *)text.at, (int)text.size, 0);
	xml->fed += text.size;
	xml->lines += lines_in(text);
	if (code && !xml->err && !xml->parser->wellFormed)
		stop(xml, fault_set(&xml->fault, ERR_FORMAT, line_of(xml), 0,
				  "line %zu: not well-formed XML (libxml2 code %d)", line_of(xml),
				  code));
}

/* The character that the last piece cut: its missing bytes are at the front of this one. */
static struct span finish_cut(struct epcis_xml *xml, struct span piece)
{
	uint32_t point;
	size_t wanted = size_by_front(xml->cut[0]);
	size_t taken = 0;
	while (taken < piece.size && xml->cut_size < wanted)
		xml->cut[xml->cut_size++] = piece.at[taken++];
	if (xml->cut_size == wanted) {
		struct span whole = span_of(xml->cut, wanted);
		if (utf8_next(whole, &point) == wanted)
			parse(xml, whole);
		else
			not_utf8(xml);
		xml->cut_size = 0;
	}
	return span_cut(piece, taken, piece.size);
}

static void feed(struct epcis_xml *xml, struct span piece)
{
	bool is_cut;
	if (xml->cut_size)
		piece = finish_cut(xml, piece);
	size_t size = utf8_size(piece, &is_cut);
	parse(xml, span_cut(piece, 0, size));
	if (xml->err || size == piece.size)
		return;
	if (!is_cut) {
		not_utf8(xml);
		return;
	}
	xml->cut_size = piece.size - size;
	memcpy(xml->cut, piece.at + size, xml->cut_size);
}

enum err epcis_xml_feed(struct epcis_xml *xml, struct span bytes, struct fault *fault)
{
	check_front(xml, bytes);
	for (size_t at = 0; at < bytes.size && !xml->err; at += PIECE)
		feed(xml, span_cut(bytes, at, at + PIECE));
	return result(xml, fault);
}

enum err epcis_xml_end(struct epcis_xml *xml, struct fault *fault)
{
	if (!xml->err && xml->cut_size)
		not_utf8(xml);
	if (!xml->err)
		(void)xmlParseChunk(xml->parser, NULL, 0, 1);
	if (!xml->err && (!xml->assembly.is_done || !xml->parser->wellFormed))
		stop(xml, fault_set(&xml->fault, ERR_FORMAT, line_of(xml), 0,
				  "line %zu: the document ends before its elements do",
				  line_of(xml)));
	return result(xml, fault);
}

const struct epcis_head *epcis_xml_head(const struct epcis_xml *xml)
{
	return &xml->assembly.head;
}

size_t epcis_xml_count(const struct epcis_xml *xml)
{
	return xml->assembly.count;
}

void epcis_xml_free(struct epcis_xml *xml)
{
	if (!xml)
		return;
	if (xml->parser)
		xmlFreeParserCtxt(xml->parser);
	epcis_assembly_close(&xml->assembly);
	free(xml);
}
