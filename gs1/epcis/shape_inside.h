/* How the tables of shape.c and shape_1.c are written; no other file includes this. */
#ifndef GS1_EPCIS_SHAPE_INSIDE_H
#define GS1_EPCIS_SHAPE_INSIDE_H

#define ONE(element)                                                                               \
	{                                                                                          \
		element, true, false                                                               \
	}
#define MAYBE(element)                                                                             \
	{                                                                                          \
		element, false, false                                                              \
	}
#define SOME(element)                                                                              \
	{                                                                                          \
		element, true, true                                                                \
	}
#define ANY(element)                                                                               \
	{                                                                                          \
		element, false, true                                                               \
	}

#define TEXT(name, value)                                                                          \
	{                                                                                          \
		name, NULL, 0, EPCIS_CONTENT_TEXT, EPCIS_VALUE_##value, EPCIS_ATTRIBUTES_NONE,     \
			false                                                                      \
	}
#define TYPED(name, type)                                                                          \
	{                                                                                          \
		name, NULL, 0, EPCIS_CONTENT_TEXT, EPCIS_VALUE_URI, EPCIS_ATTRIBUTES_##type, false \
	}
#define PARENT(name, parts, content, attributes, open)                                             \
	{                                                                                          \
		name, (parts), sizeof(parts) / sizeof((parts)[0]), EPCIS_CONTENT_##content,        \
			EPCIS_VALUE_TEXT, EPCIS_ATTRIBUTES_##attributes, open                      \
	}
#define EVENT(type, name, parts)                                                                   \
	[EPCIS_EVENTS + (int)(type)] = PARENT(name, parts, SEQUENCE, KEPT, true)
#define BARE(name, content, attributes, open)                                                      \
	{                                                                                          \
		name, NULL, 0, EPCIS_CONTENT_##content, EPCIS_VALUE_TEXT,                          \
			EPCIS_ATTRIBUTES_##attributes, open                                        \
	}

#endif
