/* xsi:type on elements that others added to a document: an XML Schema processor takes the type
 * from it, also where it knows no schema of the element. So a type of XML Schema itself must be one
 * that there is, and the element must hold what it says (XML Schema part 1 section 2.6.1, part 2
 * section 3). Types of other namespaces are not known here and say nothing. */
#ifndef GS1_EPCIS_XML_TYPE_H
#define GS1_EPCIS_XML_TYPE_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define EPCIS_SCOPE_MAX   64 /* prefixes declared at once; with more, none is judged */
#define EPCIS_SCOPE_WIDTH 32 /* of a prefix, with NUL; longer ones are not judged */

/* The prefixes that are declared where the reader stands. */
struct epcis_scope {
	struct {
		char prefix[EPCIS_SCOPE_WIDTH];
		size_t depth;
		bool is_schema; /* XML Schema's namespace */
	} at[EPCIS_SCOPE_MAX];
	size_t count;
	size_t depth;
	bool is_blind; /* too many or too long: what is not found may have been declared */
};

/* An element with its declarations, pairs of prefix (NULL: none) and namespace; and its end. */
void epcis_scope_begin(struct epcis_scope *scope, const unsigned char **spaces, size_t count);
void epcis_scope_end(struct epcis_scope *scope);

#define EPCIS_TYPE_OTHER 0 /* none is said, or one of another namespace */
#define EPCIS_TYPE_WRONG UINT8_MAX

/* The type that a value of xsi:type means there: a number for epcis_type_misfit, or one of the two
 * above: WRONG when its prefix is not declared, or XML Schema has no such type. */
uint8_t epcis_scope_type(const struct epcis_scope *scope, struct span qualified_name);

/* Whether an element of that type may have elements and attributes inside: anyType alone. */
bool epcis_type_is_open(uint8_t type);

/* NULL if the text (trimmed) is a value of that type, else the type's name. */
const char *epcis_type_misfit(uint8_t type, struct span text);

#endif
