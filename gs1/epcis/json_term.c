#include "gs1/epcis/json_term.h"
#include "gs1/epcis/shape.h"

bool epcis_is_term(struct span prefix, struct span space)
{
	static const char *const prefixes[][2] = {
		{"epcis", "https://ref.gs1.org/epcis/"},
		{"cbv", "https://ref.gs1.org/cbv/"},
		{"cbvmda", EPCIS_MASTER_DATA},
		{"gs1", "https://gs1.org/voc/"},
		{"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
		{"owl", "http://www.w3.org/2002/07/owl#"},
		{"xsd", "http://www.w3.org/2001/XMLSchema#"},
		{"dcterms", "http://purl.org/dc/terms/"},
	};
	static const char *const terms[] = {"id", "type", "baseURL", "member", "children",
		"Collection", "creationDate", "epcisBody", "epcisHeader", "eventList",
		"instanceIdentifier", "masterData", "queryResults", "receiver", "sender",
		"schemaVersion", "sensorReport", "vocabularyList"};
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		if (span_is(prefix, prefixes[i][0]))
			return !span_is(space, prefixes[i][1]);
	}
	for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
		if (span_is(prefix, terms[i]))
			return true;
	}
	for (int i = 0; i < EPCIS_ELEMENT_COUNT; i++) {
		if (span_is(prefix, epcis_rule((enum epcis_element)i)->name))
			return true;
	}
	for (int i = 0; i < EPCIS_METADATA_COUNT; i++) {
		if (span_is(prefix, epcis_metadata_rule((enum epcis_metadata)i)->name))
			return true;
	}
	for (int i = 0; i < EPCIS_REPORT_COUNT; i++) {
		if (span_is(prefix, epcis_report_rule((enum epcis_report)i)->name))
			return true;
	}
	return false;
}
