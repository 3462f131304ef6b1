/* Master data and headers of EPCIS documents: trees as XML has them (struct epcis_node), checked
 * against the standard, and read piece by piece.
 *
 * Vocabulary (type) > VocabularyElementList > VocabularyElement (id) > attribute (id), children >
 * id. */
#ifndef GS1_EPCIS_MASTER_H
#define GS1_EPCIS_MASTER_H

#include "gs1/epcis/event.h"

/* What stands in EPCISHeader. line: where the header begins. In XML 1.2 a
 * StandardBusinessDocumentHeader must be there and others may add elements, in XML 2.0 neither; in
 * the other forms it may be there and others may add.
 * Errors: ERR_FORMAT with line and element. */
MUST_CHECK enum err epcis_header_check(
	const struct epcis_node *children, size_t line, enum epcis_form form, struct fault *fault);

/* What stands in VocabularyList. Errors: as above. */
MUST_CHECK enum err epcis_vocabularies_check(
	const struct epcis_node *vocabularies, struct fault *fault);

/* The VocabularyList of an <extension><EPCISMasterData>, or NULL if the node is none. */
const struct epcis_node *epcis_master_list(const struct epcis_node *node);

/* The first child element, or attribute, of that name without a namespace; NULL if there is none.
 * */
const struct epcis_node *epcis_child(const struct epcis_node *parent, const char *name);
struct span epcis_attribute(const struct epcis_node *parent, const char *name);

/* One thing that master data speak of. */
struct epcis_master {
	struct span type; /* "urn:epcglobal:epcis:vtype:Location" */
	struct span id;
	const struct epcis_node *element; /* its VocabularyElement */
};

/* The value of one of its attributes: "urn:epcglobal:cbv:mda#name" and the like; `name` is what
 * stands behind '#' (or behind "urn:epcglobal:cbv:mda:", as some write). Absent if there is none.
 * */
struct span epcis_master_value(const struct epcis_master *master, const char *name);

/* Calls for each element of each vocabulary; a result other than OK ends it and is returned. */
MUST_CHECK enum err epcis_master_each(const struct epcis_node *vocabularies, void *self,
	enum err (*on_master)(void *self, const struct epcis_master *master, struct fault *fault),
	struct fault *fault);

#endif
