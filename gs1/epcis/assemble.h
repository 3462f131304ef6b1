/* From elements to events: takes the begin, text and end of each element of an EPCIS document,
 * 1.2 or 2.0, whoever parsed it, checks them by the tables of shape.h, and puts whole events into
 * a sink. */
#ifndef GS1_EPCIS_ASSEMBLE_H
#define GS1_EPCIS_ASSEMBLE_H

#include "gs1/epcis/arena.h"
#include "gs1/epcis/shape.h"
#include "gs1/epcis/xml_read.h"

#define EPCIS_DEPTH_MAX      64 /* of elements, headers not counted */
#define EPCIS_ATTRIBUTES_MAX 64 /* of one element */

/* Names end with NUL; space and prefix are NULL when there is none. */
struct epcis_tag {
	const char *name;
	const char *space;
	const char *prefix;
};

struct epcis_attribute {
	struct epcis_tag tag;
	struct span value;
	uint8_t type; /* of xsi:type: what epcis_scope_type says */
};

struct epcis_frame {
	enum epcis_element element;
	const struct epcis_rule *rule; /* of this version */
	size_t part; /* the sequence goes on from here */
	uint32_t seen; /* parts that were there, one bit each */
	size_t line;
	struct epcis_node *node; /* the extension itself */
	uint8_t type; /* that its xsi:type says, 0: none */
	const struct epcis_node **tail; /* where the next extension inside goes, NULL: nowhere */
};

struct epcis_assembly {
	const struct epcis_sink *sink;
	struct epcis_limits limits;
	enum epcis_version version;
	struct arena arena;
	struct epcis_head head;
	size_t head_size; /* the head lies so far into the arena and stays; events come behind */
	struct epcis_event event;
	size_t count; /* events put */
	bool is_lone; /* one event without a document */
	bool is_qualified; /* a lone event whose elements are in the EPCIS namespace */
	size_t depth;
	size_t ignored; /* depth inside an element that is passed over */
	size_t text_from; /* text of the innermost element begins here in the arena */
	bool is_nil; /* xsi:nil, of a quantity */
	bool is_done; /* the document's element has ended */
	const struct epcis_node **params; /* where the next parameter of a question goes */
	struct epcis_node *param;
	struct span type; /* of the business transaction, source or destination being read */
	struct span held_space; /* of the last extension, as kept in the arena */
	struct span held_prefix;
	struct arena_list texts;
	struct arena_list quantities;
	struct arena_list parties;
	struct arena_list sensors;
	struct arena_list reports;
	struct epcis_frame frames[EPCIS_DEPTH_MAX];
};

/* Errors: ERR_MEMORY. */
MUST_CHECK enum err epcis_assembly_init(struct epcis_assembly *assembly,
	const struct epcis_sink *sink, const struct epcis_limits *limits, struct fault *fault);
void epcis_assembly_close(struct epcis_assembly *assembly);

/* What stands before the first element of a document; parts of assemble.c (assemble_head.c). */
MUST_CHECK enum err epcis_head_begin(struct epcis_assembly *assembly, const struct epcis_tag *tag,
	size_t line, struct fault *fault);
/* The attributes of the document's element. */
MUST_CHECK enum err epcis_head_attributes(struct epcis_assembly *assembly,
	const struct epcis_attribute *attributes, size_t count, size_t line, struct fault *fault);
/* What is left to check when an element around events ends. */
MUST_CHECK enum err epcis_head_end(
	struct epcis_assembly *assembly, const struct epcis_frame *frame, struct fault *fault);
/* Keeps the value of an element around events. */
MUST_CHECK bool epcis_head_value(
	struct epcis_assembly *assembly, const struct epcis_frame *frame, struct span text);
/* Enters an element whose place has been found right. */
MUST_CHECK enum err epcis_assembly_enter(struct epcis_assembly *assembly,
	enum epcis_element element, struct epcis_node *node, size_t line, struct fault *fault);
enum err epcis_assembly_full(const struct epcis_assembly *assembly, const char *element,
	size_t line, struct fault *fault);

static inline bool epcis_tag_in(const struct epcis_tag *tag, const char *space)
{
	return tag->space && strcmp(tag->space, space) == 0;
}

/* Name of the innermost element that has not ended; depth must not be 0. */
const char *epcis_assembly_name(const struct epcis_assembly *assembly);

/* line: where the parser is, for faults. After an error nothing more may be given. */
MUST_CHECK enum err epcis_assembly_begin(struct epcis_assembly *assembly,
	const struct epcis_tag *tag, const struct epcis_attribute *attributes, size_t count,
	size_t line, struct fault *fault);
MUST_CHECK enum err epcis_assembly_text(
	struct epcis_assembly *assembly, struct span text, size_t line, struct fault *fault);
MUST_CHECK enum err epcis_assembly_end(
	struct epcis_assembly *assembly, size_t line, struct fault *fault);

#endif
