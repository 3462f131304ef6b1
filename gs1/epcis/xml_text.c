#include "gs1/epcis/xml_text.h"
#include "gs1/epcis/value.h"
#include "ledger/base/utf8.h"

#include <libxml/uri.h>

bool epcis_xml_is_writable(struct span text)
{
	uint32_t point;
	for (size_t at = 0, size; at < text.size; at += size) {
		size = utf8_next(span_cut(text, at, text.size), &point);
		if (!size || point == 0xfffe || point == 0xffff ||
			(point < ' ' && point != '\t' && point != '\n' && point != '\r'))
			return false;
	}
	return true;
}

bool epcis_xml_is_name(struct span name)
{
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.at[i];
		bool is_first =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
		if (!is_first && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.')))
			return false;
	}
	return name.size > 0 && epcis_xml_is_writable(name);
}

bool epcis_xml_is_namespace(struct span space)
{
	char text[2048];
	static const char own[] = "http://www.w3.org/2000/xmlns/";
	if (space.size >= sizeof text || epcis_value_wrong(EPCIS_VALUE_URI, space) ||
		span_is(space, own) || memchr(space.at, 0, space.size))
		return false;
	memcpy(text, space.at, space.size);
	text[space.size] = 0;
	xmlURIPtr uri = xmlParseURI(text);
	xmlFreeURI(uri);
	return uri != NULL;
}
