#include "appliance/view/scanned.h"

#include "appliance/rules/opener.h"
#include "gs1/syntax/diagnose.h"

#include <stdio.h>
#include <stdlib.h>

/* Where the scanner has changed the code, that is what to say of it. */
static enum err blame_scanner(struct span scan, struct fault *fault)
{
	struct gs1_diagnosis diagnosis;
	gs1_diagnose(scan, NULL, &diagnosis);
	if (!diagnosis.fits && diagnosis.damage != GS1_DAMAGE_NONE)
		return fault_set(fault, ERR_FORMAT, fault ? fault->at : 0, fault ? fault->size : 0,
			"the scanner changed this code: %s", diagnosis.sentence);
	return ERR_FORMAT;
}

enum err scanned_read(struct span scan, struct scanned *out, struct fault *fault)
{
	struct gs1_scan read;
	*out = (struct scanned){0};
	enum err err = gs1_scan_read(scan, &read, fault);
	if (!err)
		err = gs1_pack_read(&read, &out->pack, fault);
	if (err == ERR_FORMAT)
		return blame_scanner(scan, fault);
	if (err)
		return err;
	switch (out->pack.kind) {
	case GS1_KIND_PACK: break;
	case GS1_KIND_LOGISTIC:
		return fault_set(fault, ERR_RANGE, 0, 0,
			"this is the code of a case or pallet (SSCC): receive it, or scan the "
			"packs "
			"inside");
	case GS1_KIND_LOCATION:
		return fault_set(
			fault, ERR_RANGE, 0, 0, "this is the code of a place, not of a pack");
	case GS1_KIND_OTHER:
		return fault_set(fault, ERR_RANGE, 0, 0,
			"this code carries no GTIN: scan the square code on the pack");
	}
	out->gtin = strtoull(out->pack.gtin, NULL, 10);
	out->expiry = out->pack.has_expiry ? (uint32_t)strtoul(out->pack.expiry, NULL, 10) : 0;
	return OK;
}

enum err scanned_keys(struct desk *desk, const struct table *table, const struct scanned *scanned,
	struct pepper_key keys[DESK_PEPPERS_MAX], size_t *count, struct fault *fault)
{
	const struct desk_pepper *peppers = NULL;
	size_t peppers_count = 0;
	*count = 0;
	if (!scanned->pack.has_serial)
		return OK;
	enum err err = desk_peppers(desk, table, &peppers, &peppers_count, fault);
	if (err)
		return err;
	for (size_t i = 0; i < peppers_count; i++) {
		uint8_t opener[KEY_SIZE];
		opener_make(
			peppers[i].pepper, scanned->gtin, span_text(scanned->pack.serial), opener);
		keys[i].year = peppers[i].year;
		opener_key(opener, keys[i].key);
	}
	*count = peppers_count;
	return OK;
}

enum err scanned_opener(struct desk *desk, const struct table *table, const struct scanned *scanned,
	uint8_t opener[KEY_SIZE], struct fault *fault)
{
	const struct desk_pepper *peppers = NULL;
	size_t count = 0;
	struct lot lot;
	enum err err = desk_peppers(desk, table, &peppers, &count, fault);
	if (err)
		return err;
	size_t chosen = 0;
	err = lot_get(table, scanned->gtin, span_text(scanned->pack.lot), &lot, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (!err) {
		while (chosen < count && peppers[chosen].year != lot.pepper_year)
			chosen++;
		if (chosen == count)
			return fault_set(fault, ERR_UNSURE, 0, 0,
				"the pepper of %u, which this lot uses, is not here",
				(unsigned)lot.pepper_year);
	}
	opener_make(peppers[chosen].pepper, scanned->gtin, span_text(scanned->pack.serial), opener);
	return OK;
}

void expiry_print(uint32_t yymmdd, char out[11])
{
	out[0] = 0;
	if (yymmdd && yymmdd % 100)
		(void)snprintf(out, 11, "20%02u-%02u-%02u", yymmdd / 10000 % 100,
			yymmdd / 100 % 100, yymmdd % 100);
	else if (yymmdd)
		(void)snprintf(out, 11, "20%02u-%02u", yymmdd / 10000 % 100, yymmdd / 100 % 100);
}
