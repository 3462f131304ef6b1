/* Names in EPCIS events. */
#include "gs1/syntax/urn.h"
#include "tests/tap.h"

TEST(names_are_read_into_keys)
{
	static const struct {
		const char *text;
		enum gs1_epc_kind kind;
		const char *key, *extension;
	} rows[] = {
		{"urn:epc:id:sgtin:0614141.812345.6789", GS1_EPC_PACK, "80614141123458", "6789"},
		{"urn:epc:id:sgtin:0614141.012345.A%2FB.1", GS1_EPC_PACK, "00614141123452",
			"A/B.1"},
		{"urn:epc:idpat:sgtin:0614141.812345.*", GS1_EPC_PRODUCT, "80614141123458", ""},
		{"urn:epc:class:lgtin:4012345.012345.Lot987", GS1_EPC_LOT, "04012345123456",
			"Lot987"},
		{"urn:epc:id:sscc:0614141.1234567890", GS1_EPC_LOGISTIC, "106141412345678908", ""},
		{"urn:epc:id:sgln:0614141.00001.0", GS1_EPC_LOCATION, "0614141000012", ""},
		{"urn:epc:id:sgln:0614141.00001.A1", GS1_EPC_LOCATION, "0614141000012", "A1"},
		{"urn:epc:id:pgln:0614141.00001", GS1_EPC_PARTY, "0614141000012", ""},
		{"https://id.gs1.org/01/00614141123452/21/6789", GS1_EPC_PACK, "00614141123452",
			"6789"},
		{"https://a.example/x/01/00614141123452/10/L/21/S?17=280400", GS1_EPC_PACK,
			"00614141123452", "S"},
		{"https://a.example/01/00614141123452/22/V/10/L", GS1_EPC_LOT, "00614141123452",
			"L"},
		{"https://a.example/01/00614141123452/22/V", GS1_EPC_PRODUCT, "00614141123452", ""},
		{"https://a.example/gtin/614141123452/ser/S", GS1_EPC_PACK, "00614141123452", "S"},
		{"https://a.example/00/106141412345678908", GS1_EPC_LOGISTIC, "106141412345678908",
			""},
		{"https://a.example/414/0614141000012/254/A1", GS1_EPC_LOCATION, "0614141000012",
			"A1"},
		{"https://a.example/417/0614141000012", GS1_EPC_PARTY, "0614141000012", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_epc epc = {0}, again = {0};
		struct fault fault = {0};
		uint8_t memory[128];
		struct buf buf;
		CHECK_ROW(gs1_epc_read(span_text(rows[i].text), &epc, &fault) == OK, "%s: %s",
			rows[i].text, fault.text);
		CHECK_ROW(epc.kind == rows[i].kind && strcmp(epc.key, rows[i].key) == 0 &&
				  strcmp(epc.extension, rows[i].extension) == 0,
			"%s: %s %s", rows[i].text, epc.key, epc.extension);
		buf_over(&buf, memory, sizeof memory);
		gs1_epc_put_link(&epc, &buf);
		CHECK_ROW(gs1_epc_read(buf_span(&buf), &again, &fault) == OK &&
				  memcmp(&epc, &again, sizeof epc) == 0,
			"%s: %s", rows[i].text, buf_text(&buf));
	}
}

TEST(wrong_names_are_refused_at_the_place)
{
	static const struct {
		const char *text;
		enum err err;
		size_t at, size;
	} rows[] = {
		{"", ERR_FORMAT, 0, 0},
		{"urn:uuid:0", ERR_FORMAT, 0, 10},
		{"urn:epc:id:nosuch:1.2.3", ERR_FORMAT, 0, 23},
		{"urn:epc:class:sgtin:0614141.812345.1", ERR_FORMAT, 0, 36},
		{"urn:epc:id:sgtin:0614141.12345.1", ERR_FORMAT, 25, 5},
		{"urn:epc:id:sgtin:0614141.812345.A%2", ERR_FORMAT, 33, 1},
		{"urn:epc:class:lgtin:0614141.812345.%zz", ERR_FORMAT, 35, 1},
		{"urn:epc:id:sgtin:061414A.812345.1", ERR_FORMAT, 17, 7},
		{"urn:epc:id:sgtin:06141.8123456.1", ERR_FORMAT, 17, 5},
		{"urn:epc:id:sgtin:0614141.812345", ERR_FORMAT, 31, 0},
		{"urn:epc:id:sgtin:0614141.812345.", ERR_FORMAT, 32, 0},
		{"urn:epc:id:sgtin:0614141.812345.123456789012345678901", ERR_FORMAT, 32, 21},
		{"urn:epc:id:sgtin:0614141.812345.A%23", ERR_FORMAT, 32, 2},
		{"urn:epc:idpat:sgtin:0614141.812345.1", ERR_FORMAT, 35, 1},
		{"urn:epc:idpat:sgtin:0614141.*.*", ERR_FORMAT, 28, 1},
		{"urn:epc:id:sscc:0614141", ERR_FORMAT, 23, 0},
		{"https://a.example/01/00614141123453", ERR_FORMAT, 21, 14},
		{"https://a.example/about", ERR_FORMAT, 17, 6},
		{"urn:epc:id:grai:0614141.12345.400", ERR_VERSION, 0, 33},
		{"https://a.example/8004/0614141A", ERR_VERSION, 0, 31},
		{"https://a.example/01/00614141123452/235/T", ERR_VERSION, 0, 41},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_epc epc = {.key = "untouched"};
		struct fault fault = {0};
		enum err err = gs1_epc_read(span_text(rows[i].text), &epc, &fault);
		CHECK_ROW(err == rows[i].err && strcmp(epc.key, "untouched") == 0, "%s: %d",
			rows[i].text, (int)err);
		CHECK_ROW(fault.at == rows[i].at && fault.size == rows[i].size,
			"%s: at %zu size %zu: %s", rows[i].text, fault.at, fault.size, fault.text);
	}
}

TEST(any_kind_of_name_has_a_canonical_link)
{
	static const struct {
		const char *text, *link; /* NULL: none */
	} rows[] = {
		{"urn:epc:id:grai:0614141.12345.400", "https://id.gs1.org/8003/00614141123452400"},
		{"urn:epc:id:giai:0614141.A%2F1", "https://id.gs1.org/8004/0614141A%2F1"},
		{"urn:epc:id:gdti:0614141.12345.D-1", "https://id.gs1.org/253/0614141123452D-1"},
		{"urn:epc:id:itip:4012345.011111.01.02.987",
			"https://id.gs1.org/8006/040123451111180102/21/987"},
		{"urn:epc:id:itip:4012345.011111.1.02.987", NULL},
		{"urn:epc:id:giai:0614141.A%2", NULL},
		{"urn:epc:id:gdti:0614141.12345.%g0", NULL},
		{"https://a.example/8013/1987654Ad4X4bL5ttr2310c2K", NULL},
		{"https://a.example/415/0614141000012/8020/X", NULL},
		{"https://a.example/01/9506000134352/22/V/10/L/21/S?x=y",
			"https://id.gs1.org/01/09506000134352/21/S"},
		/* A hash is had of what was said: the check digit is not judged. */
		{"https://a.example/01/09506000134353", "https://id.gs1.org/01/09506000134353"},
		{"https://a.example/01/0950600013435", "https://id.gs1.org/01/00950600013435"},
		{"https://a.example/01/09506000134", NULL},
		{"https://a.example/01/0950600013435X", NULL},
		{"urn:epc:id:cpi:0614141.A1.A", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t memory[128];
		struct buf buf;
		struct fault fault = {0};
		buf_over(&buf, memory, sizeof memory);
		enum err err = gs1_epc_canonical(span_text(rows[i].text), &buf, &fault);
		CHECK_ROW(
			(err == OK) == (rows[i].link != NULL), "%s: %s", rows[i].text, fault.text);
		CHECK_ROW(span_is(buf_span(&buf), rows[i].link ? rows[i].link : ""), "%s: %s",
			rows[i].text, buf_text(&buf));
	}
}

TAP_MAIN(CASE(names_are_read_into_keys), CASE(wrong_names_are_refused_at_the_place),
	CASE(any_kind_of_name_has_a_canonical_link))
