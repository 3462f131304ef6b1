/* Documents for the EPCIS tests: own ones, and the published sets when they lie beside. */
#ifndef TESTS_UNIT_EPCIS_SET_H
#define TESTS_UNIT_EPCIS_SET_H

#include "gs1/epcis/xml_read.h"
#include "tests/json.h"

#define OWN          "tests/vectors/epcis/"
#define SHARED       "../shared/data/gs1/"
#define DOCUMENT_MAX ((size_t)1 << 20)
#define PATH_MAX_    256

/* Reads a whole document, given in pieces of that size (0: at once). */
static inline enum err document_read(struct span text, size_t piece, const struct epcis_sink *sink,
	const struct epcis_limits *limits, struct fault *fault)
{
	struct epcis_xml *xml;
	enum err err = epcis_xml_open(&xml, sink, limits, fault);
	if (err)
		return err;
	if (!piece)
		piece = text.size ? text.size : 1;
	for (size_t at = 0; at < text.size && !err; at += piece)
		err = epcis_xml_feed(xml, span_cut(text, at, at + piece), fault);
	if (!err)
		err = epcis_xml_end(xml, fault);
	epcis_xml_free(xml);
	return err;
}

/* A file in static memory until the next call; absent if it is not there. */
static inline struct span document_file(const char *folder, const char *name)
{
	static uint8_t bytes[DOCUMENT_MAX];
	char path[PATH_MAX_];
	(void)snprintf(path, sizeof path, "%s%s", folder, name);
	size_t size = file_read(path, bytes, sizeof bytes);
	return size == SIZE_MAX ? (struct span){0} : span_of(bytes, size);
}

#endif
