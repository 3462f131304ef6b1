/* The packs that a captured event is about. */
#include "appliance/rules/facts.h"
#include "appliance/view/capture_run.h"
#include "appliance/view/scanned.h"
#include "gs1/syntax/link.h"

#include <stdio.h>
#include <stdlib.h>

struct span *run_epcs(
	const struct capture_run *run, const struct document_event *event, size_t *count)
{
	*count = event->epc_count - event->class_count;
	struct span *epcs = calloc(event->epc_count + 1, sizeof *epcs);
	for (size_t k = 0; epcs && k < event->epc_count; k++)
		epcs[k] = document_epc_text(
			run->document, document_epc(run->document, event->epc_first + k));
	return epcs;
}

void run_scan(const struct stock_pack *pack, struct buf *scan)
{
	gs1_link_put_pack(scan, pack->gtin, span_text(pack->lot), span_text(pack->serial));
	if (pack->expiry[0])
		buf_printf(scan, "?17=%s", pack->expiry);
}

static void fill_scanned(const struct stock_pack *pack, struct scanned *scanned)
{
	*scanned = (struct scanned){.gtin = strtoull(pack->gtin, NULL, 10)};
	memcpy(scanned->pack.gtin, pack->gtin, sizeof pack->gtin);
	memcpy(scanned->pack.serial, pack->serial, sizeof pack->serial);
	memcpy(scanned->pack.lot, pack->lot, sizeof pack->lot);
	scanned->pack.has_serial = pack->serial[0] != 0;
	scanned->pack.has_lot = pack->lot[0] != 0;
}

/* One look at the ledger's tables about one pack. */
struct looking {
	const struct table *table;
	struct pepper_key keys[DESK_PEPPERS_MAX];
	size_t key_count;
	struct known_pack *known;
};

static void take_lot(const struct lot *lot, struct known_pack *known)
{
	memcpy(known->pack.lot, lot->text, lot->text_size);
	known->pack.lot[lot->text_size] = 0;
	if (!known->pack.expiry[0] && lot->expiry_count)
		(void)snprintf(known->pack.expiry, sizeof known->pack.expiry, "%06u",
			(unsigned)(lot->expiries[0].date % 1000000));
	known->pepper_year = lot->pepper_year;
}

static enum err look_into(struct looking *looking, const struct lot *lot, struct fault *fault)
{
	struct pack pack;
	for (size_t i = 0; i < looking->key_count; i++) {
		if (looking->keys[i].year != lot->pepper_year)
			continue;
		enum err err =
			pack_get(looking->table, lot->id, looking->keys[i].key, &pack, fault);
		if (err)
			return err;
		looking->known->is_on_ledger = true;
		looking->known->state = pack.state;
		take_lot(lot, looking->known);
		return OK;
	}
	return ERR_NOT_FOUND;
}

/* In its lot if that is known, else in the product's lots, newest first. */
static enum err look_for(struct looking *looking, struct fault *fault)
{
	struct lot lot = {0};
	uint64_t gtin = strtoull(looking->known->pack.gtin, NULL, 10);
	enum err err = OK;
	if (looking->known->pack.lot[0]) {
		err = lot_get(
			looking->table, gtin, span_text(looking->known->pack.lot), &lot, fault);
		return err ? err : look_into(looking, &lot, fault);
	}
	for (size_t i = 0; i < LOT_SEARCH_MAX; i++) {
		err = lot_next(looking->table, gtin, lot.id, &lot, fault);
		if (!err)
			err = look_into(looking, &lot, fault);
		else
			return err;
		if (err != ERR_NOT_FOUND)
			return err;
	}
	return ERR_NOT_FOUND;
}

static enum err ask_ledger(
	const struct capture_run *run, struct known_pack *known, struct fault *fault)
{
	struct desk *desk = run->capturing->desk;
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct scanned scanned;
	struct looking looking = {.known = known};
	fill_scanned(&known->pack, &scanned);
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		looking.table = snapshot.table;
		err = scanned_keys(
			desk, snapshot.table, &scanned, looking.keys, &looking.key_count, fault);
		if (!err)
			err = look_for(&looking, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err unknown_lot(
	const struct document_event *event, struct span epc, struct fault *fault)
{
	return fault_set(fault, ERR_NOT_FOUND, event->line, 0,
		"line %zu: the lot of %.*s is not known here: capture its commissioning, or "
		"receive it, first",
		event->line, epc.size < 100 ? (int)epc.size : 100, (const char *)epc.at);
}

static enum err find_pack(const struct capture_run *run, const struct document_event *event,
	struct span epc, bool wants_state, struct known_pack *known, struct fault *fault)
{
	struct gs1_epc read;
	*known = (struct known_pack){.pack = {.count = 1}};
	enum err err = gs1_epc_read(epc, &read, fault);
	if (err)
		return err;
	err = view_stock_get(run->capturing->view, run_party(run), read.key, read.extension,
		&known->pack, fault);
	known->is_in_view = !err;
	if (err && err != ERR_NOT_FOUND)
		return err;
	memcpy(known->pack.gtin, read.key, sizeof known->pack.gtin);
	memcpy(known->pack.serial, read.extension, sizeof known->pack.serial);
	known->pack.count = 1;
	if (!known->pack.lot[0] && event->lot[0]) {
		memcpy(known->pack.lot, event->lot, sizeof known->pack.lot);
		memcpy(known->pack.expiry, event->expiry, sizeof known->pack.expiry);
	}
	err = known->pack.lot[0] && !wants_state ? OK : ask_ledger(run, known, fault);
	return err || known->pack.lot[0] ? err : unknown_lot(event, epc, fault);
}

enum err run_pack(const struct capture_run *run, const struct document_event *event,
	struct span epc, struct known_pack *known, struct fault *fault)
{
	return find_pack(run, event, epc, false, known, fault);
}

enum err run_pack_state(const struct capture_run *run, const struct document_event *event,
	struct span epc, struct known_pack *known, struct fault *fault)
{
	return find_pack(run, event, epc, true, known, fault);
}

enum err run_lot_expiry(const struct capture_run *run, const char *gtin, const char *lot,
	char expiry[7], struct fault *fault)
{
	struct desk *desk = run->capturing->desk;
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct lot found;
	expiry[0] = 0;
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = lot_get(
			snapshot.table, strtoull(gtin, NULL, 10), span_text(lot), &found, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	if (!err && found.expiry_count)
		(void)snprintf(expiry, 7, "%06u", (unsigned)(found.expiries[0].date % 1000000));
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err run_opener(const struct capture_run *run, const struct stock_pack *pack,
	uint8_t opener[KEY_SIZE], struct fault *fault)
{
	struct desk *desk = run->capturing->desk;
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct scanned scanned;
	fill_scanned(pack, &scanned);
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = scanned_opener(desk, snapshot.table, &scanned, opener, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err;
}

/* A pack, or a container with something in it, which is then no pack. */
static enum err check_thing(const struct document_event *event, const struct contents *contents,
	size_t index, bool *is_pack, struct fault *fault)
{
	struct gs1_epc epc;
	struct span text = content_epc(contents, index);
	enum err err = gs1_epc_read(text, &epc, fault);
	*is_pack = false;
	if (err || contents_is_parent(contents, index))
		return err;
	*is_pack = epc.kind == GS1_EPC_PACK;
	if (*is_pack)
		return OK;
	if (epc.kind == GS1_EPC_LOGISTIC)
		return fault_set(fault, ERR_NOT_FOUND, event->line, 0,
			"line %zu: nothing is known to lie in %.*s: capture its AggregationEvent, "
			"or name the packs",
			event->line, (int)text.size, (const char *)text.at);
	return fault_set(fault, ERR_RANGE, event->line, 0,
		"line %zu: %.*s is no pack: name packs by GTIN and serial, or what they lie in by "
		"its SSCC",
		event->line, text.size < 90 ? (int)text.size : 90, (const char *)text.at);
}

enum err run_each_pack(struct capture_run *run, const struct document_event *event,
	enum err (*each)(struct capture_run *run, const struct document_event *event,
		struct span epc, struct fault *fault),
	struct fault *fault)
{
	struct contents contents;
	size_t count;
	struct span *epcs = run_epcs(run, event, &count);
	if (!epcs)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for an event");
	enum err err =
		contents_find(&contents, run->capturing->view, run_party(run), epcs, count, fault);
	for (size_t i = 0; !err && i < contents_count(&contents); i++) {
		bool is_pack;
		err = check_thing(event, &contents, i, &is_pack, fault);
		if (!err && is_pack)
			err = each(run, event, content_epc(&contents, i), fault);
	}
	contents_close(&contents);
	free(epcs);
	return err;
}
