/* What XML 1.0 can hold. */
#ifndef GS1_EPCIS_XML_TEXT_H
#define GS1_EPCIS_XML_TEXT_H

#include "ledger/base/span.h"

/* Whether all characters may stand in a document (section 2.2); UTF-8. */
bool epcis_xml_is_writable(struct span text);

/* Whether it may be the name of an element or attribute, without a prefix. */
bool epcis_xml_is_name(struct span name);

/* Whether it may be a namespace: libxml2 reads none that is not a URI by RFC 3986, and some are
 * XML's own. */
bool epcis_xml_is_namespace(struct span space);

#endif
