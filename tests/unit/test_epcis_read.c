#include "gs1/epcis/cbv.h"
#include "gs1/epcis/event.h"
#include "gs1/epcis/hash.h"
#include "gs1/epcis/shape.h"
#include "gs1/syntax/urn.h"
#include "tests/tap.h"
#include "tests/unit/epcis_set.h"

struct count {
	size_t events;
	size_t stop_at; /* 0: never */
	uint8_t hashes[HASH_SIZE]; /* of the hashes of all events so far */
};

static enum err count_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct count *count = self;
	uint8_t both[2 * HASH_SIZE];
	if (++count->events == count->stop_at)
		return fault_set(fault, ERR_BUSY, event->line, 0, "enough");
	memcpy(both, count->hashes, HASH_SIZE);
	enum err err = epcis_hash(event, EPCIS_HASH_ONE_NAME, both + HASH_SIZE, fault);
	hash_sha256(span_of(both, sizeof both), count->hashes);
	return err;
}

#define HEAD                                                                                       \
	"<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2' schemaVersion='2.0' "                \
	"creationDate='2026-11-20T09:00:00Z' xmlns:x='https://x.example/'>\n"
#define OPEN  HEAD "<EPCISBody><EventList>\n"
#define CLOSE "</EventList></EPCISBody></e:EPCISDocument>"
#define WHEN                                                                                       \
	"<eventTime>2026-11-20T09:00:00Z</eventTime>\n"                                            \
	"<eventTimeZoneOffset>+00:00</eventTimeZoneOffset>\n"
#define OBJECT(inside) OPEN "<ObjectEvent>\n" WHEN inside "</ObjectEvent>\n" CLOSE
#define QUERY(inside)                                                                              \
	"<q:EPCISQueryDocument xmlns:q='urn:epcglobal:epcis-query:xsd:2' schemaVersion='2.0' "     \
	"creationDate='2026-11-20T09:00:00Z'><EPCISBody>" inside                                   \
	"</EPCISBody></q:EPCISQueryDocument>"

struct row {
	const char *document;
	enum err err;
	size_t line; /* 0: not looked at */
	const char *says; /* part of the sentence */
};

static const struct row documents[] = {
	{OBJECT("<action>ADD</action>"), OK, 0, NULL},
	{HEAD "<EPCISBody/></e:EPCISDocument>", OK, 0, NULL},
	{HEAD "<EPCISHeader><extension/></EPCISHeader><EPCISBody/><x:y/></e:EPCISDocument>", OK, 0,
		NULL},
	{OBJECT("<x:early/><action>ADD</action>"), ERR_FORMAT, 6, "<action> stands too late"},
	{"<EPCISDocument schemaVersion='2.0' creationDate='2026-11-20T09:00:00Z'/>", ERR_FORMAT, 1,
		"must be in the namespace urn:epcglobal:epcis:xsd:2"},
	{"<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:1' schemaVersion='2.0' "
	 "creationDate='2026-11-20T09:00:00Z'/>",
		ERR_VERSION, 1, "in this namespace it is 1.0, 1.1 or 1.2"},
	{"<e:EPCISDocument xmlns:e='urn:other'/>", ERR_FORMAT, 1, "not in \"urn:other\""},
	{"<e:EPCISMasterDataDocument xmlns:e='urn:epcglobal:epcis-masterdata:xsd:2'/>", ERR_FORMAT,
		1, "lacks the attribute schemaVersion"},
	{"<html/>", ERR_FORMAT, 1, "<html> is not EPCISDocument"},
	{"<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2' schemaVersion='3.0' "
	 "creationDate='2026-11-20T09:00:00Z'/>",
		ERR_VERSION, 1, "schemaVersion \"3.0\""},
	{"<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2' schemaVersion='2.0'/>", ERR_FORMAT,
		1, "lacks the attribute creationDate"},
	{"<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2' schemaVersion='2.0' "
	 "creationDate='today'/>",
		ERR_FORMAT, 1, "\"today\""},
	{HEAD "</e:EPCISDocument>", ERR_FORMAT, 2, "lacks <EPCISBody>"},
	{HEAD "<EPCISBody/><EPCISBody/></e:EPCISDocument>", ERR_FORMAT, 2, "stands twice"},
	{HEAD "<EPCISBody/><EPCISHeader/></e:EPCISDocument>", ERR_FORMAT, 2, "too late"},
	{OPEN "<QuantityEvent/>" CLOSE, ERR_FORMAT, 3,
		"<QuantityEvent> is no event of EPCIS 2.0: not read by this version"},
	{OPEN "<e:ObjectEvent/>" CLOSE, ERR_FORMAT, 3, "in an EPCIS namespace"},
	{OPEN "text" CLOSE, ERR_FORMAT, 3, "only elements"},
	{OPEN "<ObjectEvent/>" CLOSE, ERR_FORMAT, 3, "lacks <eventTime>"},
	{OBJECT(""), ERR_FORMAT, 6, "that began in line 3 lacks <action>"},
	{OBJECT("<action>CREATE</action>"), ERR_FORMAT, 6, "ADD, OBSERVE, DELETE: \"CREATE\""},
	{OBJECT("<action>add</action>"), ERR_FORMAT, 6, "ADD"},
	{OBJECT("<action>ADD</action>\n<action>ADD</action>"), ERR_FORMAT, 7, "stands twice"},
	{OBJECT("<action a='1'>ADD</action>"), ERR_FORMAT, 6, "may not have the attribute a"},
	{OBJECT("<action><b/></action>"), ERR_FORMAT, 6, "holds the element <b>"},
	{OBJECT("<bizStep>urn:x</bizStep>"), ERR_FORMAT, 6, "<action> must come first"},
	{OBJECT("<action>ADD</action><parentID>urn:x</parentID>"), ERR_FORMAT, 6,
		"<parentID> is not known in <ObjectEvent>"},
	{OBJECT("<action>ADD</action><bizStep></bizStep>"), ERR_FORMAT, 6, "is not a URI"},
	{OBJECT("<action>ADD</action><bizStep>a b</bizStep>"), ERR_FORMAT, 6, "is not a URI"},
	{OBJECT("<epcList><epc/></epcList><action>ADD</action>"), ERR_FORMAT, 6, "<epc>"},
	{OBJECT("<action>ADD</action><readPoint><x:a/></readPoint>"), ERR_FORMAT, 6, "lacks <id>"},
	{OBJECT("<action>ADD</action><quantityList><quantityElement><epcClass>urn:a</epcClass>"
		"<quantity>1,5</quantity></quantityElement></quantityList>"),
		ERR_FORMAT, 6, "<quantity> is not a decimal number: \"1,5\""},
	{OBJECT("<action>ADD</action><quantityList><quantityElement><epcClass>urn:a</epcClass>"
		"<uom>KGM</uom></quantityElement></quantityList>"),
		ERR_FORMAT, 6, "<uom> without <quantity>"},
	{OBJECT("<action>ADD</action><sourceList><source>urn:a</source></sourceList>"), ERR_FORMAT,
		6, "lacks its attribute type"},
	{OBJECT("<action>ADD</action><sourceList/>"), ERR_FORMAT, 6, "lacks <source>"},
	{OBJECT("<action>ADD</action><sensorElementList><sensorElement>"
		"<sensorReport value='warm'/></sensorElement></sensorElementList>"),
		ERR_FORMAT, 6, "attribute value that is not a number: \"warm\""},
	{OBJECT("<action>ADD</action><extension><quantityList/></extension>"), ERR_FORMAT, 6,
		"as in EPCIS 1.2"},
	{OBJECT("<action>ADD</action><extension><x:a/></extension>"), OK, 0, NULL},
	{OBJECT("<action>ADD</action><x:a>text<x:b/></x:a>"), ERR_FORMAT, 6, "beside elements"},
	{OBJECT("<action>ADD</action><x:a><x:b/>text</x:a>"), ERR_FORMAT, 6, "beside elements"},
	{OBJECT("<action>ADD</action><y:a/>"), ERR_FORMAT, 6, "well-formed"},
	{OBJECT("<action>ADD</action><y/>"), ERR_FORMAT, 6, "<y> is not known"},
	{OPEN "<AssociationEvent>" WHEN "<action>ADD</action></AssociationEvent>" CLOSE, ERR_FORMAT,
		5, "<parentID> must come first"},
	{OPEN "<TransactionEvent>" WHEN "<action>ADD</action></TransactionEvent>" CLOSE, ERR_FORMAT,
		5, "<bizTransactionList> must come first"},
	{OPEN "<TransformationEvent>" WHEN "<action>ADD</action></TransformationEvent>" CLOSE,
		ERR_FORMAT, 5, "not known"},
	{OPEN "<ObjectEvent>" WHEN "<errorDeclaration><reason>urn:a</reason></errorDeclaration>"
	      "<action>ADD</action></ObjectEvent>" CLOSE,
		ERR_FORMAT, 5, "lacks <declarationTime>"},
	{OPEN "<ObjectEvent><eventTime>2026-11-20</eventTime></ObjectEvent>" CLOSE, ERR_FORMAT, 3,
		"<eventTime> is not a time like"},
	{OPEN "<ObjectEvent><eventTimeZoneOffset>+01:00</eventTimeZoneOffset></ObjectEvent>" CLOSE,
		ERR_FORMAT, 3, "<eventTime> must come first"},
	{QUERY("<q:QueryResults><queryName>a</queryName><resultsBody><EventList/></resultsBody>"
	       "</q:QueryResults>"),
		OK, 0, NULL},
	{QUERY("<q:QueryResults><queryName>a</queryName><resultsBody><VocabularyList><a/>"
	       "</VocabularyList></resultsBody></q:QueryResults>"),
		ERR_FORMAT, 1, "<a> has no place in <VocabularyList>"},
	{QUERY("<q:QueryResults><queryName>a</queryName><resultsBody/></q:QueryResults>"),
		ERR_FORMAT, 1, "neither <EventList>"},
	{QUERY("<QueryResults/>"), ERR_FORMAT, 1, "must be in the namespace"},
	{QUERY("<q:Poll/>"), ERR_FORMAT, 1, "lacks <queryName>"},
	{QUERY("<q:Poll><queryName>a</queryName><params/></q:Poll>"), OK, 0, NULL},
	{QUERY("<q:GetQueryNames/>"), OK, 0, NULL},
	{QUERY("<q:Poll><queryName>a</queryName><params><param><name>b</name></param></params>"
	       "</q:Poll>"),
		ERR_FORMAT, 1, "lacks <value>"},
	{QUERY(""), ERR_FORMAT, 1, "<EPCISBody> is empty"},
};

#define OPEN_1                                                                                     \
	"<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:1' schemaVersion='1.2' "                \
	"creationDate='2026-11-20T09:00:00Z' xmlns:x='urn:x'>\n<EPCISBody><EventList>\n"
#define OBJECT_1(inside) OPEN_1 "<ObjectEvent>\n" WHEN inside "</ObjectEvent>\n" CLOSE
#define HEADER(inside)                                                                             \
	"<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:1' schemaVersion='1.2' "                \
	"creationDate='2026-11-20T09:00:00Z' xmlns:s='" EPCIS_SBDH_NAMESPACE                       \
	"'>\n<EPCISHeader>\n" inside "</EPCISHeader><EPCISBody/></e:EPCISDocument>"
#define SBDH                                                                                       \
	"<s:StandardBusinessDocumentHeader><s:HeaderVersion>1.0</s:HeaderVersion>"                 \
	"<s:Sender><s:Identifier Authority='GS1'>a</s:Identifier></s:Sender>"                      \
	"<s:Receiver><s:Identifier Authority='GS1'>b</s:Identifier></s:Receiver>"                  \
	"<s:DocumentIdentification><s:Standard>EPCglobal</s:Standard>"                             \
	"<s:TypeVersion>1.0</s:TypeVersion><s:InstanceIdentifier>7</s:InstanceIdentifier>"         \
	"<s:Type>Events</s:Type><s:CreationDateAndTime>2026-11-20T09:00:00Z"                       \
	"</s:CreationDateAndTime></s:DocumentIdentification></s:StandardBusinessDocumentHeader>\n"
#define MASTER(inside)                                                                             \
	HEADER(SBDH "<extension><EPCISMasterData><VocabularyList>\n" inside                        \
		    "</VocabularyList></EPCISMasterData></extension>")

static const struct row first_version[] = {
	{OBJECT_1("<epcList/><action>ADD</action>"), OK, 0, NULL},
	{OBJECT_1("<action>ADD</action>"), ERR_FORMAT, 6, "<epcList> must come first"},
	{OBJECT_1("<eventID>urn:a</eventID><epcList/><action>ADD</action>"), ERR_FORMAT, 6,
		"<eventID> is not known in <ObjectEvent>"},
	{OBJECT_1("<baseExtension><eventID>urn:a</eventID></baseExtension><epcList/>"
		  "<action>ADD</action>"),
		OK, 0, NULL},
	{OBJECT_1("<epcList/><action>ADD</action><quantityList/>"), ERR_FORMAT, 6,
		"<quantityList> is not known"},
	{OBJECT_1("<epcList/><action>ADD</action><extension><quantityList/><ilmd><x:a/></ilmd>"
		  "<extension><local/></extension></extension><x:b/>"),
		OK, 0, NULL},
	{OBJECT_1("<epcList/><action>ADD</action><extension><ilmd/><quantityList/></extension>"),
		ERR_FORMAT, 6, "<quantityList> stands too late"},
	{OPEN_1 "<TransformationEvent/>" CLOSE, ERR_FORMAT, 3, "<TransformationEvent>"},
	{OPEN_1 "<extension><TransformationEvent>" WHEN "</TransformationEvent></extension>" CLOSE,
		OK, 0, NULL},
	{OPEN_1 "<QuantityEvent>" WHEN "<epcClass>urn:a</epcClass><quantity>7</quantity>"
		"</QuantityEvent>" CLOSE,
		OK, 0, NULL},
	{OPEN_1 "<QuantityEvent>" WHEN "<quantity>7</quantity></QuantityEvent>" CLOSE, ERR_FORMAT,
		5, "<epcClass> must come first"},
	{HEADER(SBDH), OK, 0, NULL},
	{HEADER(""), ERR_FORMAT, 2, "lacks <StandardBusinessDocumentHeader>"},
	{HEADER("<s:StandardBusinessDocumentHeader/>"), ERR_FORMAT, 3, "lacks HeaderVersion"},
	{MASTER("<Vocabulary type='urn:v'><VocabularyElementList><VocabularyElement id='urn:i'>"
		"<attribute id='urn:n'>text</attribute><children><id>urn:c</id></children>"
		"</VocabularyElement></VocabularyElementList></Vocabulary>"),
		OK, 0, NULL},
	{MASTER("<Vocabulary/>"), ERR_FORMAT, 5, "lacks its attribute type"},
	{MASTER("<Vocabulary type='urn:v'><VocabularyElementList/></Vocabulary>"), ERR_FORMAT, 5,
		"lacks VocabularyElement"},
	{MASTER("<Vocabulary type='urn:v'><VocabularyElementList>\n<VocabularyElement/>"
		"</VocabularyElementList></Vocabulary>"),
		ERR_FORMAT, 6, "lacks its attribute id"},
};

#define LONE "<action>ADD</action></ObjectEvent>"
#define SOAP(inside)                                                                                \
	"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Header><a/></s:Header>" \
	"<s:Body>" inside "</s:Body></s:Envelope>"

static const struct row others[] = {
	{"<ObjectEvent>" WHEN LONE, OK, 0, NULL},
	{"<ObjectEvent schemaVersion='2.0'>" WHEN "</ObjectEvent>", ERR_FORMAT, 3,
		"lacks <action>"},
	{"<e:ObjectEvent xmlns:e='urn:epcglobal:epcis:xsd:2'>"
	 "<e:eventTime>2026-11-20T09:00:00Z</e:eventTime>"
	 "<e:eventTimeZoneOffset>+00:00</e:eventTimeZoneOffset><e:action>ADD</e:action>"
	 "</e:ObjectEvent>",
		OK, 0, NULL},
	{"<ObjectEvent xmlns='urn:other'/>", ERR_FORMAT, 1, "is not EPCISDocument"},
	{SOAP(QUERY(
		 "<q:QueryResults><queryName>a</queryName><resultsBody><EventList/></resultsBody>"
		 "</q:QueryResults>")),
		OK, 0, NULL},
	{SOAP("<q:Poll xmlns:q='urn:epcglobal:epcis-query:xsd:1'><queryName>a</queryName><params/>"
	      "</q:Poll>"),
		OK, 0, NULL},
	{SOAP("<a/>"), ERR_FORMAT, 1, "<a> is not EPCISDocument"},
	{SOAP("<ObjectEvent>" WHEN LONE "<ObjectEvent/>"), ERR_FORMAT, 3,
		"behind the document's end"},
	{"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'/>", ERR_FORMAT, 1,
		"lacks <Body>"},
};

static const struct row broken[] = {
	{"", ERR_FORMAT, 1, ""},
	{"\n\n", ERR_FORMAT, 0, ""},
	{HEAD, ERR_FORMAT, 0, "cut off inside <EPCISDocument>"},
	{OPEN "<ObjectEvent>", ERR_FORMAT, 0, "cut off inside <ObjectEvent>"},
	{OPEN "<ObjectEvent>" WHEN "<act", ERR_FORMAT, 5, ""},
	{OPEN "<ObjectEvent></AggregationEvent>", ERR_FORMAT, 3, "well-formed"},
	{OBJECT("<action>ADD</action>") "<more/>", ERR_FORMAT, 0, "well-formed"},
	{HEAD "&nbsp;", ERR_FORMAT, 2, "well-formed"},
	{"<!DOCTYPE a>" HEAD, ERR_FORMAT, 1, "has a DOCTYPE"},
	{"<!DOCTYPE a SYSTEM 'file:///etc/hostname'>\n" HEAD, ERR_FORMAT, 1, "has a DOCTYPE"},
	{"<?xml version='1.0'?>\n<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;'>"
	 "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]>\n<l>&c;</l>",
		ERR_FORMAT, 2, "has a DOCTYPE"},
	{"<?xml version='1.0' encoding='ISO-8859-1'?>" HEAD, ERR_ENCODING, 1, "ISO-8859-1"},
	{"<?xml version='1.0' encoding='x-nothing'?>" HEAD, ERR_ENCODING, 1, ""},
	{HEAD "\n\n<EPCISBody>\xff</EPCISBody>", ERR_ENCODING, 4, "not UTF-8"},
	{HEAD "\n<EPCISBody>\xc3\x28</EPCISBody>", ERR_ENCODING, 3, "not UTF-8"},
	{HEAD "\n<EPCISBody/>\n<!-- \xe2\x82\xac \xe2\x82 -->", ERR_ENCODING, 4, "not UTF-8"},
	{HEAD "<EPCISBody/></e:EPCISDocument>\n<!-- \xe2\x82", ERR_ENCODING, 3, "not UTF-8"},
	{HEAD "\n<EPCISBody>\xe2\x28\xa1</EPCISBody>", ERR_ENCODING, 3, "not UTF-8"},
	{"\xff\xfe<\0a\0", ERR_ENCODING, 1, "UTF-16"},
	{"\xfe\xff", ERR_ENCODING, 1, "UTF-16"},
};

static void check_row(struct tap *tap, const struct row *row, size_t number)
{
	struct count count = {0};
	struct epcis_sink sink = {&count, count_event};
	struct fault fault = {0};
	struct span text = span_text(row->document);
	enum err err = document_read(text, 0, &sink, NULL, &fault);
	CHECK_ROW(err == row->err, "row %zu: %s: %s", number, err_name(err), fault.text);
	if (!row->err)
		return;
	CHECK_ROW(fault.err == err && fault.text[0], "row %zu", number);
	CHECK_ROW(!row->line || fault.at == row->line, "row %zu: line %zu: %s", number, fault.at,
		fault.text);
	CHECK_ROW(strstr(fault.text, row->says), "row %zu: %s", number, fault.text);
	/* In pieces it comes to the same. */
	for (size_t piece = 1; piece <= 5; piece++) {
		struct fault again = {0};
		CHECK_ROW(document_read(text, piece, &sink, NULL, &again) == err,
			"row %zu in pieces of %zu: %s", number, piece, again.text);
		CHECK_ROW(again.at == fault.at, "row %zu in pieces of %zu: line %zu", number, piece,
			again.at);
	}
}

TEST(what_is_wrong_in_a_document_is_named_with_line_and_element)
{
	for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
		check_row(tap, &documents[i], i);
	for (size_t i = 0; i < sizeof first_version / sizeof first_version[0]; i++)
		check_row(tap, &first_version[i], 100 + i);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		check_row(tap, &others[i], 200 + i);
}

TEST(what_is_not_xml_or_not_utf8_or_has_a_doctype_is_refused)
{
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
		check_row(tap, &broken[i], i);
}

TEST(pieces_of_any_size_give_the_same_events)
{
	static const char *const names[] = {"commission.xml", "move.xml", "rest.xml"};
	static const size_t pieces[] = {1, 2, 3, 7, 64, 1000};
	for (size_t i = 0; i < 3; i++) {
		struct span text = document_file(OWN, names[i]);
		struct count whole = {0};
		struct fault fault = {0};
		NEED(text.size);
		CHECK(document_read(text, 0, &(struct epcis_sink){&whole, count_event}, NULL,
			      &fault) == OK);
		for (size_t j = 0; j < sizeof pieces / sizeof pieces[0]; j++) {
			struct count part = {0};
			CHECK_ROW(document_read(text, pieces[j],
					  &(struct epcis_sink){&part, count_event}, NULL,
					  &fault) == OK,
				"%s: %s", names[i], fault.text);
			CHECK_ROW(part.events == whole.events &&
					  !memcmp(part.hashes, whole.hashes, HASH_SIZE),
				"%s in pieces of %zu", names[i], pieces[j]);
		}
	}
}

/* NEED for a sink, which has to return something. */
#define NEED_OR_OK(condition)                                                                      \
	do {                                                                                       \
		CHECK(condition);                                                                  \
		if (!(condition))                                                                  \
			return OK;                                                                 \
	} while (0)

struct looked {
	struct tap *tap;
	size_t events;
};

static void look_at_commission(struct tap *tap, const struct epcis_event *event)
{
	struct gs1_epc epc;
	size_t lots;
	CHECK(event->type == EPCIS_OBJECT_EVENT && event->line == 11);
	CHECK(event->event_time_ms == 1795166130124); /* 1235 rounded half up */
	CHECK(event->time_zone_offset == 60 && event->action == EPCIS_ADD);
	CHECK(cbv_step(event->biz_step) == CBV_STEP_COMMISSIONING);
	CHECK(cbv_disp(event->disposition) == CBV_DISP_ACTIVE);
	CHECK(event->epc_list.count == 3);
	CHECK(span_is(event->epc_list.at[0], "urn:epc:id:sgtin:5012345.012345.SN3"));
	CHECK(gs1_epc_read(event->epc_list.at[2], &epc, NULL) == OK &&
		!strcmp(epc.key, "05012345123455") && !strcmp(epc.extension, "SN/2"));
	CHECK(span_is(event->read_point.id, "urn:epc:id:sgln:5012345.00001.L1"));
	CHECK(span_is(event->biz_location.id, "urn:epc:id:sgln:5012345.00001.0"));
	CHECK(span_is(epcis_ilmd(event, "lotNumber", &lots), "LOT-7") && lots == 1);
	CHECK(span_is(epcis_ilmd(event, "itemExpirationDate", NULL), "2028-03-31"));
	CHECK(!epcis_ilmd(event, "bestBeforeDate", &lots).at && lots == 0);
	CHECK(!event->has_error_declaration && !event->has_record_time && !event->event_id.at);
}

static enum err look(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct looked *looked = self;
	struct tap *tap = looked->tap;
	(void)fault;
	if (looked->events == 0)
		look_at_commission(tap, event);
	if (looked->events == 2) {
		CHECK(event->epc_list.count == 0 && event->quantity_list.count == 2);
		CHECK(!event->quantity_list.at[0].quantity.at &&
			!event->quantity_list.at[0].uom.at);
		CHECK(span_is(event->quantity_list.at[1].quantity, "00200.50"));
		CHECK(span_is(event->quantity_list.at[1].uom, "KGM"));
	}
	looked->events++;
	return OK;
}

TEST(a_commissioning_file_gives_packs_lot_expiry_and_places)
{
	struct looked looked = {.tap = tap};
	struct fault fault = {0};
	struct span text = document_file(OWN, "commission.xml");
	NEED(text.size);
	CHECK(document_read(text, 0, &(struct epcis_sink){&looked, look}, NULL, &fault) == OK);
	CHECK(looked.events == 3);
}

static enum err look_at_move(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct looked *looked = self;
	struct tap *tap = looked->tap;
	(void)fault;
	switch (looked->events++) {
	case 0:
		CHECK(event->type == EPCIS_AGGREGATION_EVENT && event->time_zone_offset == -330);
		CHECK(span_is(event->parent_id, "urn:epc:id:sscc:5012345.0000000001"));
		CHECK(event->child_epcs.count == 2 && event->child_quantity_list.count == 1);
		CHECK(cbv_step(event->biz_step) == CBV_STEP_PACKING);
		break;
	case 1:
		CHECK(event->biz_transaction_list.count == 2 && event->source_list.count == 1 &&
			event->destination_list.count == 1);
		CHECK(span_is(event->source_list.at[0].type, "urn:epcglobal:cbv:sdt:owning_party"));
		break;
	case 2:
		CHECK(event->persistent_set.count == 2 && event->persistent_unset.count == 1);
		CHECK(cbv_disp(event->persistent_set.at[1]) == CBV_DISP_RECALLED);
		break;
	case 4:
		CHECK(event->has_error_declaration && event->has_record_time);
		CHECK(event->error_declaration.declaration_time_ms == 1795424700000);
		CHECK(cbv_word(CBV_ERROR_REASON, event->error_declaration.reason));
		CHECK(event->error_declaration.corrective_event_ids.count == 1);
		break;
	default: break;
	}
	return OK;
}

TEST(packing_shipping_recall_and_error_declaration_are_read)
{
	struct looked looked = {.tap = tap};
	struct fault fault = {0};
	struct span text = document_file(OWN, "move.xml");
	NEED(text.size);
	CHECK(document_read(text, 0, &(struct epcis_sink){&looked, look_at_move}, NULL, &fault) ==
		OK);
	CHECK(looked.events == 5);
}

static enum err look_at_rest(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct looked *looked = self;
	struct tap *tap = looked->tap;
	const struct epcis_node *node = NULL;
	(void)fault;
	switch (looked->events++) {
	case 0:
		CHECK(event->type == EPCIS_TRANSFORMATION_EVENT &&
			event->action == EPCIS_NO_ACTION);
		CHECK(event->input_epc_list.count == 2 && event->output_epc_list.count == 1);
		CHECK(event->input_quantity_list.count == 1 &&
			event->output_quantity_list.count == 1);
		CHECK(event->transformation_id.size && event->certification_info.count);
		NEED_OR_OK(event->ilmd && event->ilmd->next && event->ilmd->next->children);
		node = event->ilmd->next->children->next;
		NEED_OR_OK(node && node->children);
		CHECK(span_is(node->name, "a") && span_is(node->value, "x < y"));
		CHECK(node->children->is_attribute && span_is(node->children->value, "n & m"));
		CHECK(span_is(node->space, "https://ns.example.com/epcis/"));
		CHECK(span_is(node->prefix, "ex") && !node->children->space.at);
		break;
	case 1:
		CHECK(event->sensor_element_list.count == 2);
		NEED_OR_OK(event->sensor_element_list.count == 2);
		CHECK(event->sensor_element_list.at[0].has_metadata &&
			event->sensor_element_list.at[0].report_count == 2);
		CHECK(span_is(event->sensor_element_list.at[0].reports[0].value[EPCIS_REPORT_VALUE],
			"26.0"));
		CHECK(event->sensor_element_list.at[0].metadata_extensions);
		CHECK(event->sensor_element_list.at[1].extensions &&
			!event->sensor_element_list.at[1].has_metadata);
		CHECK(event->read_point.extensions && event->read_point.extensions->next);
		break;
	case 2:
		NEED_OR_OK(event->extensions && event->extensions->next);
		CHECK(span_is(event->extensions->next->next->value, "<raw> & text"));
		break;
	default: break;
	}
	return OK;
}

TEST(the_other_types_sensors_and_extensions_are_read)
{
	struct looked looked = {.tap = tap};
	struct fault fault = {0};
	struct span text = document_file(OWN, "rest.xml");
	NEED(text.size);
	CHECK(document_read(text, 0, &(struct epcis_sink){&looked, look_at_rest}, NULL, &fault) ==
		OK);
	CHECK(looked.events == 3);
}

static void put_big(struct buf *out, size_t epcs)
{
	buf_put_text(out, OPEN "<ObjectEvent>" WHEN "<epcList>\n");
	for (size_t i = 0; i < epcs; i++)
		buf_printf(out, "<epc>urn:epc:id:sgtin:5012345.012345.SN%08zu</epc>\n", i);
	buf_put_text(out, "</epcList><action>ADD</action></ObjectEvent>" CLOSE);
}

TEST(an_event_may_name_tens_of_thousands_of_packs_but_has_a_limit)
{
	struct count count = {0};
	struct epcis_sink sink = {&count, count_event};
	struct epcis_limits small = {.event_size = 64 << 10, .text_size = 100};
	struct fault fault = {0};
	struct buf text;
	buf_init(&text, (size_t)64 << 20);
	put_big(&text, 50000);
	CHECK(document_read(buf_span(&text), 0, &sink, NULL, &fault) == OK && count.events == 1);
	CHECK(document_read(buf_span(&text), 0, &sink, &small, &fault) == ERR_LIMIT);
	CHECK(strstr(fault.text, "<epc> does not fit") && fault.at > 500 && fault.at < 2000);
	buf_reset(&text);
	buf_put_text(&text, OPEN "<ObjectEvent>" WHEN "<epcList><epc>urn:");
	for (int i = 0; i < 100; i++)
		buf_put_u8(&text, 'a');
	buf_put_text(&text, "</epc></epcList><action>ADD</action></ObjectEvent>" CLOSE);
	CHECK(document_read(buf_span(&text), 0, &sink, &small, &fault) == ERR_LIMIT);
	CHECK(strstr(fault.text, "<epc> is longer than 100 bytes") && fault.at == 5);
	buf_close(&text);
}

TEST(a_comment_or_tag_without_end_does_not_fill_the_memory)
{
	static const char *const fronts[] = {
		HEAD "<!--", HEAD "<a b='", HEAD "<?p ", HEAD "<EPCISHeader><a><![CDATA["};
	static char filler[1 << 16];
	memset(filler, 'a', sizeof filler);
	for (size_t i = 0; i < sizeof fronts / sizeof fronts[0]; i++) {
		struct count count = {0};
		struct epcis_sink sink = {&count, count_event};
		struct fault fault = {0};
		struct epcis_xml *xml = NULL;
		size_t given = 0;
		NEED(epcis_xml_open(&xml, &sink, NULL, &fault) == OK);
		enum err err = epcis_xml_feed(xml, span_text(fronts[i]), &fault);
		for (; !err && given < (32 << 20); given += sizeof filler)
			err = epcis_xml_feed(xml, span_of(filler, sizeof filler), &fault);
		CHECK_ROW(err == ERR_LIMIT, "row %zu: %s", i, fault.text);
		CHECK_ROW(given < (12 << 20), "row %zu: %zu bytes", i, given);
		epcis_xml_free(xml);
	}
}

TEST(depth_and_number_of_attributes_have_a_limit)
{
	struct count count = {0};
	struct epcis_sink sink = {&count, count_event};
	struct fault fault = {0};
	struct buf text;
	buf_init(&text, (size_t)1 << 20);
	buf_put_text(&text, OPEN "<ObjectEvent>" WHEN "<action>ADD</action>");
	for (int i = 0; i < 100; i++)
		buf_put_text(&text, "<x:a>");
	CHECK(document_read(buf_span(&text), 0, &sink, NULL, &fault) == ERR_LIMIT);
	CHECK(strstr(fault.text, "elements deep"));
	buf_reset(&text);
	buf_put_text(&text, OPEN "<ObjectEvent>" WHEN "<action>ADD</action><x:a");
	for (int i = 0; i < 100; i++)
		buf_printf(&text, " a%d='1'", i);
	buf_put_text(&text, "/></ObjectEvent>" CLOSE);
	CHECK(document_read(buf_span(&text), 0, &sink, NULL, &fault) == ERR_LIMIT);
	CHECK(strstr(fault.text, "more than 64 attributes"));
	buf_close(&text);
}

TEST(the_sink_can_end_the_reading_and_the_error_stays)
{
	struct count count = {.stop_at = 2};
	struct epcis_sink sink = {&count, count_event};
	struct fault fault = {0};
	struct epcis_xml *xml;
	struct span text = document_file(OWN, "commission.xml");
	NEED(text.size && epcis_xml_open(&xml, &sink, NULL, &fault) == OK);
	CHECK(epcis_xml_feed(xml, text, &fault) == ERR_BUSY && !strcmp(fault.text, "enough"));
	fault.text[0] = 0;
	CHECK(epcis_xml_feed(xml, text, &fault) == ERR_BUSY && !strcmp(fault.text, "enough"));
	CHECK(epcis_xml_end(xml, NULL) == ERR_BUSY && epcis_xml_count(xml) == 2);
	epcis_xml_free(xml);
	epcis_xml_free(NULL);
}

/* Lone events, which no XSD knows, and three whose xsi:type an XSD processor looks at:
 * docs/gs1-epcis.md. */
static bool is_exception(const char *file)
{
	static const char *const names[] = {"2.0/EPCIS/XML/Capture/Events/",
		"1.2/EPCIS/XML/Capture/Documents/Single_event.xml",
		"1.2/EPCIS/XML/Capture/Documents/AggregationEvent_all_possible_fields.xml",
		"1.2/EPCIS/XML/Capture/Documents/AssociationEvent_all_possible_fields.xml",
		"1.2/EPCIS/XML/Capture/Documents/TransformationEvent_all_possible_fields.xml"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!strncmp(file, names[i], strlen(names[i])))
			return true;
	}
	return false;
}

TEST(published_documents_are_accepted_and_refused_as_the_xsd_says)
{
	size_t accepted = 0;
	size_t refused = 0;
	json_t *rows = json_read(SHARED "openepcis_test_resources/manifest.json");
	if (!rows)
		SKIP("openepcis_test_resources is not beside the repository");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *file = json_text(row, "file");
		size_t size = strlen(file);
		if (size < 4 || strcmp(file + size - 4, ".xml") != 0)
			continue;
		bool is_valid = !strcmp(json_text(row, "xsd_2_0"), "valid") ||
				!strcmp(json_text(row, "xsd_query_2_0"), "valid") ||
				!strcmp(json_text(row, "xsd_1_2"), "valid");
		struct count count = {0};
		struct fault fault = {0};
		struct span text = document_file(SHARED "openepcis_test_resources/", file);
		NEED(text.size);
		enum err err = document_read(
			text, 0, &(struct epcis_sink){&count, count_event}, NULL, &fault);
		CHECK_ROW((err == OK) == (is_valid != is_exception(file)), "%s: %s", file,
			err ? fault.text : "accepted");
		CHECK_ROW(!err || (fault.at > 0 && strncmp(fault.text, "line ", 5) == 0), "%s: %s",
			file, fault.text);
		accepted += err == OK;
		refused += err != OK;
	}
	CHECK(accepted >= 59 && refused >= 15);
	json_decref(rows);
}

TAP_MAIN(CASE(what_is_wrong_in_a_document_is_named_with_line_and_element),
	CASE(what_is_not_xml_or_not_utf8_or_has_a_doctype_is_refused),
	CASE(pieces_of_any_size_give_the_same_events),
	CASE(a_commissioning_file_gives_packs_lot_expiry_and_places),
	CASE(packing_shipping_recall_and_error_declaration_are_read),
	CASE(the_other_types_sensors_and_extensions_are_read),
	CASE(an_event_may_name_tens_of_thousands_of_packs_but_has_a_limit),
	CASE(a_comment_or_tag_without_end_does_not_fill_the_memory),
	CASE(depth_and_number_of_attributes_have_a_limit),
	CASE(the_sink_can_end_the_reading_and_the_error_stays),
	CASE(published_documents_are_accepted_and_refused_as_the_xsd_says))
