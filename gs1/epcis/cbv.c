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

static const char *const alerts[] = {"ALARM_CONDITION", "ERROR_CONDITION"};
static const char *const measurements[] = {"AbsoluteHumidity", "AbsorbedDose", "AbsorbedDoseRate",
	"Acceleration", "Altitude", "AmountOfSubstance", "AmountOfSubstancePerUnitVolume", "Angle",
	"AngularAcceleration", "AngularMomentum", "AngularVelocity", "Area", "Capacitance",
	"Conductance", "Conductivity", "Count", "Density", "Dimensionless", "DoseEquivalent",
	"DoseEquivalentRate", "DynamicViscosity", "ElectricCharge", "ElectricCurrent",
	"ElectricCurrentDensity", "ElectricFieldStrength", "Energy", "Exposure", "Force",
	"Frequency", "Illuminance", "Inductance", "Irradiance", "KinematicViscosity", "Length",
	"LinearMomentum", "Luminance", "LuminousFlux", "LuminousIntensity", "MagneticFlux",
	"MagneticFluxDensity", "MagneticVectorPotential", "Mass", "MassConcentration",
	"MassFlowRate", "MassPerAreaTime", "MemoryCapacity", "MolalityOfSolute", "MolarEnergy",
	"MolarMass", "MolarVolume", "Power", "Pressure", "RadiantFlux", "RadiantIntensity",
	"Radioactivity", "RelativeHumidity", "Resistance", "Resistivity", "SolidAngle",
	"SpecificVolume", "Speed", "SurfaceDensity", "SurfaceTension", "Temperature", "Time",
	"Torque", "Voltage", "Volume", "VolumeFlowRate", "VolumeFraction", "VolumetricFlux",
	"Wavenumber"};

/* What stands in front of the words in each form; a form that does not exist is NULL. */
struct vocabulary {
	const char *urn;
	const char *web;
	const char *short_web;
	const char *const *words;
	size_t count;
};

#define CBV(urn, class, list)                                                                      \
	{                                                                                          \
		"urn:epcglobal:cbv:" urn, "https://ref.gs1.org/cbv/" class, "cbv:" class, (list),  \
			sizeof(list) / sizeof((list)[0])                                           \
	}
#define VOC(list)                                                                                  \
	{                                                                                          \
		NULL, "https://gs1.org/voc/", "gs1:", (list), sizeof(list) / sizeof((list)[0])     \
	}

static const struct vocabulary vocabularies[CBV_VOCABULARY_COUNT] = {
	[CBV_BIZ_STEP] = CBV("bizstep:", "BizStep-", steps),
	[CBV_DISPOSITION] = CBV("disp:", "Disp-", dispositions),
	[CBV_BIZ_TRANSACTION] = CBV("btt:", "BTT-", transactions),
	[CBV_SOURCE_DESTINATION] = CBV("sdt:", "SDT-", sources),
	[CBV_ERROR_REASON] = CBV("er:", "ER-", reasons),
	[CBV_COMPONENT] = CBV("comp:", "Comp-", components),
	[CBV_MEASUREMENT] = VOC(measurements),
	[CBV_ALERT] = VOC(alerts),
};

/* Moves past a text at the front of the span, if it is there. */
static bool skip(struct span *text, const char *front)
{
	struct span wanted = front ? span_text(front) : span_of("", 0);
	if (!front || !span_equal(span_cut(*text, 0, wanted.size), wanted))
		return false;
	*text = span_cut(*text, wanted.size, text->size);
	return true;
}

/* The bare word's place in its list, or count when it is none. */
static size_t find(const struct vocabulary *vocabulary, struct span text)
{
	if (!text.size)
		return vocabulary->count;
	if (!skip(&text, vocabulary->web) && !skip(&text, vocabulary->urn))
		(void)skip(&text, vocabulary->short_web);
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

static void put(enum cbv_vocabulary vocabulary, struct span text, const char *stem, struct buf *out)
{
	const char *word = stem ? cbv_word(vocabulary, text) : NULL;
	if (!word) {
		buf_put(out, text);
		return;
	}
	buf_put_text(out, stem);
	buf_put_text(out, word);
}

void cbv_put_bare(enum cbv_vocabulary vocabulary, struct span text, struct buf *out)
{
	put(vocabulary, text, "", out);
}

void cbv_put_urn(enum cbv_vocabulary vocabulary, struct span text, struct buf *out)
{
	put(vocabulary, text, vocabularies[vocabulary].urn, out);
}

void cbv_put_web(enum cbv_vocabulary vocabulary, struct span text, struct buf *out)
{
	put(vocabulary, text, vocabularies[vocabulary].web, out);
}
