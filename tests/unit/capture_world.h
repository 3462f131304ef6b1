/* EPCIS documents about the packs of a trade world, made event by event, and captured. */
#ifndef TESTS_UNIT_CAPTURE_WORLD_H
#define TESTS_UNIT_CAPTURE_WORLD_H

#include "appliance/rules/lot.h"
#include "appliance/view/scanned.h"
#include "ledger/base/civil.h"
#include "tests/unit/trade_world.h"

/* Hours before now are times of events. */
static inline void world_time(struct trade *trade, int minutes_ago, char time[CIVIL_TIME_SIZE])
{
	civil_print_time(
		env_now_ms(&trade->appliance.env) / 1000 * 1000 - minutes_ago * 60000LL, time);
}

static inline void world_begin(struct trade *trade)
{
	buf_reset(&trade->xml);
	buf_put_text(&trade->xml,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<epcis:EPCISDocument xmlns:epcis=\"urn:epcglobal:epcis:xsd:2\" "
		"xmlns:cbvmda=\"urn:epcglobal:cbv:mda:\" xmlns:x=\"https://trade.example/\" "
		"schemaVersion=\"2.0\" creationDate=\"2026-11-20T09:00:00Z\">"
		"<EPCISBody><EventList>\n");
}

/* One event of the document. Texts may be NULL: the element is then left out. */
struct world_event {
	const char *time; /* NULL: ten minutes ago */
	const char *declared; /* time of an error declaration */
	const char *parent; /* SSCC: an AggregationEvent */
	const char *serials[4];
	const char *ssccs[3];
	const char *action;
	const char *step;
	const char *disposition;
	const char *lot_class; /* lot of a quantityList */
	const char *quantity;
	const char *rest; /* behind, as XML */
};

static inline void world_epcs(struct trade *trade, const struct world_event *event)
{
	struct buf *xml = &trade->xml;
	for (size_t i = 0; i < 4 && event->serials[i]; i++)
		buf_printf(xml, "<epc>https://id.gs1.org/01/%s/21/%s</epc>", trade->goods.gtin,
			event->serials[i]);
	for (size_t i = 0; i < 3 && event->ssccs[i]; i++)
		buf_printf(xml, "<epc>https://id.gs1.org/00/%s</epc>", event->ssccs[i]);
}

static inline void world_put(struct trade *trade, const struct world_event *event)
{
	struct buf *xml = &trade->xml;
	const char *type = event->parent ? "AggregationEvent" : "ObjectEvent";
	const char *list = event->parent ? "childEPCs" : "epcList";
	char now[CIVIL_TIME_SIZE];
	world_time(trade, 10, now);
	buf_printf(xml, "<%s><eventTime>%s</eventTime>", type, event->time ? event->time : now);
	buf_put_text(xml, "<eventTimeZoneOffset>+00:00</eventTimeZoneOffset>");
	if (event->declared)
		buf_printf(xml,
			"<errorDeclaration><declarationTime>%s</declarationTime>"
			"</errorDeclaration>",
			event->declared);
	if (event->parent)
		buf_printf(xml, "<parentID>https://id.gs1.org/00/%s</parentID>", event->parent);
	buf_printf(xml, "<%s>", list);
	world_epcs(trade, event);
	buf_printf(xml, "</%s><action>%s</action>", list, event->action);
	if (event->step)
		buf_printf(xml, "<bizStep>%s</bizStep>", event->step);
	if (event->disposition)
		buf_printf(xml, "<disposition>%s</disposition>", event->disposition);
	if (event->lot_class)
		buf_printf(xml,
			"<quantityList><quantityElement><epcClass>https://id.gs1.org/01/%s/10/%s"
			"</epcClass>%s</quantityElement></quantityList>",
			trade->goods.gtin, event->lot_class,
			event->quantity ? event->quantity : "");
	buf_printf(xml, "%s</%s>\n", event->rest ? event->rest : "", type);
}

static inline enum err world_capture(
	struct trade *trade, const char *party, struct capture_result *result, struct fault *fault)
{
	struct capturing capturing = trade_as(trade, party);
	*fault = (struct fault){0};
	buf_put_text(&trade->xml, "</EventList></EPCISBody></epcis:EPCISDocument>\n");
	return capture_xml(&capturing, buf_span(&trade->xml), result, fault);
}

/* A document of one event. */
static inline enum err world_one(struct trade *trade, const char *party,
	const struct world_event *event, struct capture_result *result, struct fault *fault)
{
	world_begin(trade);
	world_put(trade, event);
	return world_capture(trade, party, result, fault);
}

/* The state of a pack on the ledger; "" when it is not there. */
static inline const char *world_state(struct trade *trade, const char *serial)
{
	struct desk *desk = trade->appliance.desk;
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct scanned scanned = {.gtin = strtoull(trade->goods.gtin, NULL, 10)};
	struct pepper_key keys[DESK_PEPPERS_MAX];
	size_t count = 0;
	struct lot lot;
	struct pack pack = {0};
	scanned.pack.has_serial = true;
	(void)snprintf(scanned.pack.serial, sizeof scanned.pack.serial, "%s", serial);
	enum err err = desk_reader(desk, &reader, NULL);
	if (!err && !reader_begin(reader, &snapshot, NULL)) {
		err = scanned_keys(desk, snapshot.table, &scanned, keys, &count, NULL);
		if (!err)
			err = lot_get(snapshot.table, scanned.gtin, span_text(trade->goods.lot),
				&lot, NULL);
		if (!err && count)
			err = pack_get(snapshot.table, lot.id, keys[0].key, &pack, NULL);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err ? "" : pack_state_word(pack.state);
}

/* What a party's own stock says of a pack; -1: nothing. */
static inline int world_stock(struct trade *trade, const char *party, const char *serial)
{
	struct stock_pack pack;
	return view_stock_get(trade->appliance.view, party, trade->goods.gtin, serial, &pack, NULL)
		       ? -1
		       : (int)pack.state;
}

static inline bool world_open(struct trade *trade, size_t packs)
{
	struct fault fault = {0};
	return trade_open(trade, packs, 400) && trade_commission(trade) &&
	       trade_step(trade, KIND_LOT_CLOSE, &fault) &&
	       trade_step(trade, KIND_LOT_RELEASE, &fault);
}

#endif
