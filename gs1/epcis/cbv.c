#include "gs1/epcis/cbv.h"

static const char *const steps[] = {
#define X(name, word) word,
	CBV_STEP_LIST(X)
#undef X
};

static const char *const dispositions[] = {
#define X(name, word) word,
	CBV_DISP_LIST(X)
#undef X
};

static const char *const transactions[] = {"bol", "cert", "desadv", "inv", "pedigree", "po", "poc",
	"prodorder", "recadv", "rma", "testprd", "testres", "upevt"};
static const char *const sources[] = {"location", "owning_party", "possessing_party"};
static const char *const reasons[] = {"did_not_occur", "incorrect_data"};
static const char *const components[] = {"altitude", "axial_distance", "azimuth", "easting",
	"elevation_angle", "height", "latitude", "longitude", "northing", "polar_angle",
	"spherical_radius", "x", "y", "z"};

#define CBV_WEB   "https://ref.gs1.org/cbv/"
#define CBV_SHORT "cbv:"
#define CBV_URN   "urn:epcglobal:cbv:"

struct vocabulary {
	const char *urn; /* what stands behind urn:epcglobal:cbv: */
	const char *class; /* what stands behind https://ref.gs1.org/cbv/ */
	const char *const *words;
	size_t count;
};

#define WORDS(list) list, sizeof list / sizeof list[0]

static const struct vocabulary vocabularies[CBV_VOCABULARY_COUNT] = {
	[CBV_BIZ_STEP] = {"bizstep:", "BizStep-", WORDS(steps)},
	[CBV_DISPOSITION] = {"disp:", "Disp-", WORDS(dispositions)},
	[CBV_BIZ_TRANSACTION] = {"btt:", "BTT-", WORDS(transactions)},
	[CBV_SOURCE_DESTINATION] = {"sdt:", "SDT-", WORDS(sources)},
	[CBV_ERROR_REASON] = {"er:", "ER-", WORDS(reasons)},
	[CBV_COMPONENT] = {"comp:", "Comp-", WORDS(components)},
};

/* Moves past a text at the front of the span, if it is there. */
static bool skip(struct span *text, const char *front)
{
	struct span wanted = span_text(front);
	if (!span_equal(span_cut(*text, 0, wanted.size), wanted))
		return false;
	*text = span_cut(*text, wanted.size, text->size);
	return true;
}

/* The bare word's place in its list, or count when it is none. */
static size_t find(const struct vocabulary *vocabulary, struct span text)
{
	bool is_web = skip(&text, CBV_WEB);
	bool is_urn = !is_web && skip(&text, CBV_URN);
	bool is_short = !is_web && !is_urn && skip(&text, CBV_SHORT);
	if (is_urn && !skip(&text, vocabulary->urn))
		return vocabulary->count;
	if ((is_web || is_short) && !skip(&text, vocabulary->class))
		return vocabulary->count;
	for (size_t i = 0; i < vocabulary->count; i++) {
		if (span_is(text, vocabulary->words[i]))
			return i;
	}
	return vocabulary->count;
}

enum cbv_step cbv_step(struct span text)
{
	const struct vocabulary *vocabulary = &vocabularies[CBV_BIZ_STEP];
	size_t index = find(vocabulary, text);
	return index == vocabulary->count ? CBV_NO_STEP : (enum cbv_step)(index + 1);
}

enum cbv_disp cbv_disp(struct span text)
{
	const struct vocabulary *vocabulary = &vocabularies[CBV_DISPOSITION];
	size_t index = find(vocabulary, text);
	return index == vocabulary->count ? CBV_NO_DISP : (enum cbv_disp)(index + 1);
}

const char *cbv_step_word(enum cbv_step step)
{
	return step == CBV_NO_STEP ? "" : steps[step - 1];
}

const char *cbv_disp_word(enum cbv_disp disp)
{
	return disp == CBV_NO_DISP ? "" : dispositions[disp - 1];
}

const char *cbv_nth(enum cbv_vocabulary vocabulary, size_t index)
{
	return index < vocabularies[vocabulary].count ? vocabularies[vocabulary].words[index]
						      : NULL;
}

const char *cbv_word(enum cbv_vocabulary vocabulary, struct span text)
{
	return cbv_nth(vocabulary, find(&vocabularies[vocabulary], text));
}

static void put(enum cbv_vocabulary vocabulary, struct span text, const char *stem,
	const char *class, struct buf *out)
{
	const char *word = cbv_word(vocabulary, text);
	if (!word) {
		buf_put(out, text);
		return;
	}
	buf_put_text(out, stem);
	buf_put_text(out, class);
	buf_put_text(out, word);
}

void cbv_put_bare(enum cbv_vocabulary vocabulary, struct span text, struct buf *out)
{
	put(vocabulary, text, "", "", out);
}

void cbv_put_urn(enum cbv_vocabulary vocabulary, struct span text, struct buf *out)
{
	put(vocabulary, text, CBV_URN, vocabularies[vocabulary].urn, out);
}

void cbv_put_web(enum cbv_vocabulary vocabulary, struct span text, struct buf *out)
{
	put(vocabulary, text, CBV_WEB, vocabularies[vocabulary].class, out);
}
