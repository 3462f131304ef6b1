#include "gs1/syntax/aim.h"

static const struct {
	char id[GS1_AIM_SIZE + 1];
	const char *name;
} known[GS1_AIM_COUNT] = {
	[GS1_AIM_NONE] = {"", "no identifier"},
	[GS1_AIM_GS1_128] = {"]C1", "GS1-128"},
	[GS1_AIM_DATABAR] = {"]e0", "GS1 DataBar"},
	[GS1_AIM_DATAMATRIX] = {"]d1", "DataMatrix"},
	[GS1_AIM_GS1_DATAMATRIX] = {"]d2", "GS1 DataMatrix"},
	[GS1_AIM_QR] = {"]Q1", "QR Code"},
	[GS1_AIM_GS1_QR] = {"]Q3", "GS1 QR Code"},
	[GS1_AIM_DOTCODE] = {"]J0", "DotCode"},
	[GS1_AIM_GS1_DOTCODE] = {"]J1", "GS1 DotCode"},
	[GS1_AIM_EAN_13] = {"]E0", "EAN-13"},
	[GS1_AIM_EAN_8] = {"]E4", "EAN-8"},
	[GS1_AIM_EAN_13_ADDON] = {"]E3", "EAN-13 with add-on"},
	[GS1_AIM_ITF_14] = {"]I1", "ITF-14"},
};

enum err gs1_aim_read(struct span text, enum gs1_aim *aim, struct fault *fault)
{
	if (text.size == 0 || text.at[0] != ']') {
		*aim = GS1_AIM_NONE;
		return OK;
	}
	struct span id = span_cut(text, 0, GS1_AIM_SIZE);
	for (enum gs1_aim i = GS1_AIM_GS1_128; i < GS1_AIM_COUNT; i++)
		if (span_is(id, known[i].id)) {
			*aim = i;
			return OK;
		}
	/* Without check digit verified by the reader; the digit is verified here all the same. */
	if (span_is(id, "]I0")) {
		*aim = GS1_AIM_ITF_14;
		return OK;
	}
	if (span_is(id, "]E1") || span_is(id, "]E2"))
		return fault_set(fault, ERR_FORMAT, 0, id.size,
			"this is the add-on of a bar code alone: scan the main part with it");
	char shown[GS1_AIM_SIZE + 1] = {0};
	for (size_t i = 0; i < id.size; i++)
		shown[i] = (char)(id.at[i] > ' ' && id.at[i] < 0x7F ? id.at[i] : '?');
	return fault_set(fault, ERR_FORMAT, 0, id.size,
		"the symbology identifier \"%s\" is not one that carries GS1 data: "
		"this is another kind of code, or the reader is set up wrongly",
		shown);
}

const char *gs1_aim_id(enum gs1_aim aim)
{
	return aim < GS1_AIM_COUNT ? known[aim].id : "";
}

bool gs1_aim_is_common(enum gs1_aim aim)
{
	return aim >= GS1_AIM_GS1_128 && aim <= GS1_AIM_EAN_8;
}

const char *gs1_aim_name(enum gs1_aim aim)
{
	return aim < GS1_AIM_COUNT ? known[aim].name : "";
}
