/* Trees of others' elements as XML, for the heads of documents. Part of xml_write.c. */
#ifndef GS1_EPCIS_XML_TREE_H
#define GS1_EPCIS_XML_TREE_H

#include "gs1/epcis/event.h"
#include "ledger/base/buf.h"

/* Elements with the namespaces they need; attributes at the top are left out.
 * Errors: as epcis_xml_put_event; what was put is then taken back. */
MUST_CHECK enum err epcis_xml_put_tree(
	struct buf *out, const struct epcis_node *nodes, struct fault *fault);

/* A text inside quotes. */
void epcis_xml_put_text(struct buf *out, struct span text);

#endif
