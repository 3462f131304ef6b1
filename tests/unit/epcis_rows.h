/* Documents and what is said of them, for test_epcis_read.c. */
#ifndef TESTS_UNIT_EPCIS_ROWS_H
#define TESTS_UNIT_EPCIS_ROWS_H

#include "gs1/epcis/shape.h"
#include "ledger/base/err.h"

#define HEAD                                                                                       \
	"<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2' schemaVersion='2.0' "                \
	"creationDate='2026-11-20T09:00:00Z' xmlns:x='https://x.example/'>\n"
#define OPEN  HEAD "<EPCISBody><EventList>\n"
#define CLOSE "</EventList></EPCISBody></e:EPCISDocument>"
#define WHEN                                                                                       \
	"<eventTime>2026-11-20T09:00:00Z</eventTime>\n"                                            \
	"<eventTimeZoneOffset>+00:00</eventTimeZoneOffset>\n"
#define OBJECT(inside) OPEN "<ObjectEvent>\n" WHEN inside "</ObjectEvent>\n" CLOSE
#define TYPED(type, more, inside)                                                                  \
	OBJECT("<action>ADD</action><x:o xmlns:s='http://www.w3.org/2001/XMLSchema' "              \
	       "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><x:a xsi:type='" type        \
	       "' " more ">" inside "</x:a></x:o>")
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
	{OBJECT("<action>ADD</action><extension><x:a/></extension><x:b/>"), OK, 0, NULL},
	{OBJECT("<baseExtension><x:a/></baseExtension><action>ADD</action>"), OK, 0, NULL},
	{OBJECT("<action>ADD</action><extension/>"), ERR_FORMAT, 6, "<extension> is empty"},
	{OBJECT("<action>ADD</action><x:b/><extension><x:a/></extension>"), ERR_FORMAT, 6,
		"<extension> stands too late"},
	{OBJECT("<extension><x:a/></extension><action>ADD</action>"), ERR_FORMAT, 6,
		"<action> stands too late"},
	{OBJECT("<action>ADD</action><extension><x:a/></extension><extension><x:a/></extension>"),
		ERR_FORMAT, 6, "<extension> stands twice"},
	{OBJECT("<action>ADD</action><extension><extension><x:a/></extension></extension>"),
		ERR_FORMAT, 6, "<extension> is not known in <extension>"},
	{OBJECT("<action>ADD</action><baseExtension><x:a/></baseExtension>"), ERR_FORMAT, 6,
		"<baseExtension> stands too late"},
	{OBJECT("<action>ADD</action><readPoint><id>urn:a</id><baseExtension><x:a/>"
		"</baseExtension></readPoint>"),
		ERR_FORMAT, 6, "<baseExtension> is not known in <readPoint>"},
	{TYPED("s:int", "", "12"), OK, 0, NULL},
	{TYPED("s:int", "", " 12\n"), OK, 0, NULL},
	{TYPED("s:int", "", "2147483648"), ERR_FORMAT, 0, "<a> is no int, as its xsi:type says"},
	{TYPED("s:int", "", ""), ERR_FORMAT, 0, "is no int"},
	{TYPED("s:integer", "", "-00012345678901234567890123"), OK, 0, NULL},
	{TYPED("s:unsignedByte", "", "256"), ERR_FORMAT, 0, "is no unsignedByte"},
	{TYPED("s:byte", "", "-128"), OK, 0, NULL},
	{TYPED("s:positiveInteger", "", "+0"), ERR_FORMAT, 0, "is no positiveInteger"},
	{TYPED("s:long", "", "1x"), ERR_FORMAT, 0, "is no long"},
	{TYPED("s:double", "", "1.5e3"), OK, 0, NULL},
	{TYPED("s:double", "", "warm"), ERR_FORMAT, 0, "is no double"},
	{TYPED("s:decimal", "", "1e3"), ERR_FORMAT, 0, "is no decimal"},
	{TYPED("s:boolean", "", "yes"), ERR_FORMAT, 0, "is no boolean"},
	{TYPED("s:dateTime", "", "\n2026-11-20T09:00:00\n"), OK, 0, NULL},
	{TYPED("s:dateTime", "", "2026-11-20"), ERR_FORMAT, 0, "is no dateTime"},
	{TYPED("s:date", "", "2026-11-20+01:00"), OK, 0, NULL},
	{TYPED("s:date", "", "2026-02-30"), ERR_FORMAT, 0, "is no date"},
	{TYPED("s:date", "", "2026"), ERR_FORMAT, 0, "is no date"},
	{TYPED("s:hexBinary", "", "0g"), ERR_FORMAT, 0, "is no hexBinary"},
	{TYPED("s:string", "", ""), OK, 0, NULL},
	{TYPED("s:string", "x:more='1'", "a"), ERR_FORMAT, 0, "no place for"},
	{TYPED("s:string", "", "<x:b/>"), ERR_FORMAT, 0, "no place for"},
	{TYPED("s:anyType", "x:more='1'", "<x:b/>"), OK, 0, NULL},
	{TYPED("x:own", "x:more='1'", "<x:b/>"), OK, 0, NULL},
	{TYPED("own", "", "a"), OK, 0, NULL},
	{TYPED("s:nosuch", "", "a"), ERR_FORMAT, 0, "names no type: \"s:nosuch\""},
	{TYPED("t:int", "", "1"), ERR_FORMAT, 0, "names no type: \"t:int\""},
	{TYPED("", "", "1"), ERR_FORMAT, 0, "names no type"},
	{TYPED(":int", "", "1"), ERR_FORMAT, 0, "names no type"},
	{TYPED("s:a:int", "", "1"), ERR_FORMAT, 0, "names no type"},
	{TYPED("int", "xmlns='http://www.w3.org/2001/XMLSchema'", "x"), ERR_FORMAT, 0, "is no int"},
	{TYPED("p:int", "xmlns:p='http://www.w3.org/2001/XMLSchema'", "1"), OK, 0, NULL},
	/* a declaration ends with its element, and a prefix may be declared anew */
	{OBJECT("<action>ADD</action><x:a xmlns:p='http://www.w3.org/2001/XMLSchema'/>"
		"<x:b xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='p:int'>1"
		"</x:b>"),
		ERR_FORMAT, 6, "names no type"},
	{TYPED("s:int", "", "1</x:a><x:a xmlns:s='urn:s' xsi:type='s:int'>x"), OK, 0, NULL},
	{OBJECT("<epcList><epc>24:00</epc></epcList><action>ADD</action>"), ERR_FORMAT, 6,
		"no scheme before its colon"},
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

#endif
