#include "gs1/epcis/json_context.h"
#include "gs1/epcis/refuse.h"

/* Prefixes of epcis-context.jsonld 2.0.0. */
static const char *const implied[][2] = {
	{"cbvmda", EPCIS_MASTER_DATA},
	{"cbv", "https://ref.gs1.org/cbv/"},
	{"gs1", "https://gs1.org/voc/"},
	{"epcis", "https://ref.gs1.org/epcis/"},
	{"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
	{"owl", "http://www.w3.org/2002/07/owl#"},
	{"xsd", "http://www.w3.org/2001/XMLSchema#"},
	{"dcterms", "http://purl.org/dc/terms/"},
};

static enum err wrong(const struct epcis_json *value, struct fault *fault, const char *why)
{
	return epcis_refuse(fault, ERR_FORMAT, value->line, "@context", "%s", why);
}

static enum err add_term(struct epcis_context *context, const struct epcis_json *member,
	struct arena *arena, struct fault *fault)
{
	const struct epcis_json *id = member;
	if (member->kind == EPCIS_JSON_OBJECT)
		id = epcis_json_member(member, "@id");
	if (span_is(member->name, "@vocab") && member->kind == EPCIS_JSON_STRING) {
		context->vocabulary = member->text;
		return OK;
	}
	if (!member->name.size || member->name.at[0] == '@' || member->kind == EPCIS_JSON_NULL)
		return OK;
	if (!id || id->kind != EPCIS_JSON_STRING || !id->text.size)
		return wrong(member, fault, "has a term that is not declared by a URI");
	struct epcis_term *term = arena_take(arena, sizeof *term);
	if (!term)
		return epcis_refuse(fault, ERR_LIMIT, member->line, "@context", "is too large");
	const struct epcis_json *prefix =
		id == member ? NULL : epcis_json_member(member, "@prefix");
	*term = (struct epcis_term){.name = member->name,
		.space = id->text,
		.is_prefix = prefix && prefix->kind == EPCIS_JSON_TRUE,
		.next = context->terms};
	/* a term may be declared by way of another */
	if (!epcis_context_uri(context, id->text, arena, &term->space))
		return epcis_refuse(fault, ERR_LIMIT, member->line, "@context", "is too large");
	context->terms = term;
	return OK;
}

enum err epcis_context_add(struct epcis_context *context, const struct epcis_json *value,
	struct arena *arena, struct fault *fault)
{
	enum err err = OK;
	switch (value->kind) {
	case EPCIS_JSON_STRING: return OK;
	case EPCIS_JSON_OBJECT:
		for (const struct epcis_json *member = value->first; member && !err;
			member = member->next)
			err = add_term(context, member, arena, fault);
		return err;
	case EPCIS_JSON_ARRAY:
		for (const struct epcis_json *item = value->first; item && !err;
			item = item->next) {
			if (item->kind != EPCIS_JSON_STRING && item->kind != EPCIS_JSON_OBJECT)
				return wrong(item, fault, "holds what is no URI and no object");
			err = epcis_context_add(context, item, arena, fault);
		}
		return err;
	case EPCIS_JSON_NULL:
	case EPCIS_JSON_FALSE:
	case EPCIS_JSON_TRUE:
	case EPCIS_JSON_NUMBER: break;
	}
	return wrong(value, fault, "is no URI, object or array");
}

static const struct epcis_term *find(const struct epcis_context *context, struct span name)
{
	for (const struct epcis_term *term = context->terms; term; term = term->next) {
		if (span_equal(term->name, name))
			return term;
	}
	return NULL;
}

/* Offset behind the last byte of the set, 0 if there is none. */
static size_t behind_last(struct span text, const char *set)
{
	for (size_t at = text.size; at > 0; at--) {
		if (strchr(set, text.at[at - 1]) && text.at[at - 1])
			return at;
	}
	return 0;
}

static void cut_uri(struct span uri, struct epcis_name *name)
{
	size_t at = behind_last(uri, "/#:");
	name->space = span_cut(uri, 0, at);
	name->name = span_cut(uri, at, uri.size);
}

bool epcis_context_name(
	const struct epcis_context *context, struct span text, struct epcis_name *name)
{
	*name = (struct epcis_name){0};
	const uint8_t *colon = text.size ? memchr(text.at, ':', text.size) : NULL;
	if (!colon) {
		const struct epcis_term *term = find(context, text);
		if (term && !term->is_prefix)
			cut_uri(term->space, name);
		else if (context->vocabulary.size)
			*name = (struct epcis_name){.space = context->vocabulary, .name = text};
		return name->name.size;
	}
	struct span prefix = span_of(text.at, (size_t)(colon - text.at));
	struct span rest = span_cut(text, prefix.size + 1, text.size);
	const struct epcis_term *term = find(context, prefix);
	if (term) {
		*name = (struct epcis_name){term->space, prefix, rest, false};
		return rest.size;
	}
	for (size_t i = 0; i < sizeof implied / sizeof implied[0]; i++) {
		if (span_is(prefix, implied[i][0])) {
			*name = (struct epcis_name){span_text(implied[i][1]), prefix, rest, true};
			return rest.size;
		}
	}
	cut_uri(text, name);
	return name->name.size;
}

bool epcis_context_uri(const struct epcis_context *context, struct span text, struct arena *arena,
	struct span *uri)
{
	const uint8_t *colon = text.size ? memchr(text.at, ':', text.size) : NULL;
	*uri = text;
	if (!colon || !context->terms)
		return true;
	struct span prefix = span_of(text.at, (size_t)(colon - text.at));
	struct span rest = span_cut(text, prefix.size + 1, text.size);
	const struct epcis_term *term = find(context, prefix);
	if (!term || (rest.size >= 2 && rest.at[0] == '/' && rest.at[1] == '/'))
		return true;
	size_t from = arena->size;
	if (!arena_put(arena, term->space) || !arena_put(arena, rest))
		return false;
	*uri = span_of(arena->at + from, arena->size - from);
	return true;
}
