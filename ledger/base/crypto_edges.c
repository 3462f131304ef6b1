#include "ledger/base/crypto_edges.h"

#include "ledger/base/hex.h"

/* Of one key and its relatives, over the message "assay"; made with libsodium's arithmetic. */
static const struct edge_row {
	const char *what, *key, *signature;
	bool verifies, is_key;
} rows[] = {
	{"a signature as it should be",
		"ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c",
		"c256a8d41e166dceb919def3d4dd7e6266f153da226f8a1f6b6a24627fe82223"
		"8fbcaeed783e787d1cadd1098971e31214d976894c9cc62381bc63be27c47002",
		true, true},
	{"S is not below the order of the group",
		"ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c",
		"c256a8d41e166dceb919def3d4dd7e6266f153da226f8a1f6b6a24627fe82223"
		"7c90a44a93a18ad5f249c9ac676bc22714d976894c9cc62381bc63be27c47012",
		false, true},
	{"another S", "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c",
		"c256a8d41e166dceb919def3d4dd7e6266f153da226f8a1f6b6a24627fe82223"
		"8ebcaeed783e787d1cadd1098971e31214d976894c9cc62381bc63be27c47002",
		false, true},
	{"R with a part of small order: right only times the cofactor",
		"ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c",
		"0beb78b74295c1781a4c4bcacee41f3ad52863b2a595d6e3f9c5291c08def296"
		"14bf5624b29c4b3d25635cfef7e8fcbe564e70158b73deefcd45ad3edb543608",
		false, true},
	{"R of small order", "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c",
		"0100000000000000000000000000000000000000000000000000000000000000"
		"989373baf44ebd6cb5619a1c58df87d878d0a8f89b3d22c29ed77fa50bf09000",
		false, true},
	{"R of small order in another encoding",
		"ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
		"1a9b8ac8be3d381421fb06b3a0ad37ecfcd4ae43b4b9ac8cdc53c47d29779e0d",
		false, true},
	{"a key with a part of small order, which falls out",
		"f24bdee2e8843310289c2fe57709b8c1bc1a30f5f8bf1bb54a39bb9f1102b98a",
		"a9cca99b4c01d4d47dc9cdcd3fd8262073a45547c81bf88e7670781558de96f3"
		"78515fe127b7e89a14a06760ccc83166c5604aab09b5eb3813078c38592e020c",
		true, false},
	{"a key with a part of small order: right only times the cofactor",
		"f24bdee2e8843310289c2fe57709b8c1bc1a30f5f8bf1bb54a39bb9f1102b98a",
		"c6473159e19ed185b373e935081774e0c133b9416abdff319667187a71dff53e"
		"a55781de3bc29d0229f87b9ebe9c38471c156cd48b2262293833c8008ce1900c",
		false, false},
	{"a key of small order", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"c256a8d41e166dceb919def3d4dd7e6266f153da226f8a1f6b6a24627fe82223"
		"00d3fe3087513f537cc231f801af8414e3a7c67e08ade77ac1f260ec99d60a00",
		false, false},
	{"a key in another encoding",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"cf87cb20135bb302ca810555817fb23c993263f69d965f79a70dc8390cb46a87"
		"9e974c3a481fcb1a5e574d0aed741c30256da0280ecb2c22ede9f68900bbbc0a",
		false, false},
	{"all of small order: right for every message",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000"
		"0000000000000000000000000000000000000000000000000000000000000000",
		false, false},
};

const char *crypto_edges_difference(
	bool (*verify)(const uint8_t key[SIGN_PUBLIC], struct span message,
		const uint8_t signature[SIGN_SIZE]),
	bool (*is_key)(const uint8_t key[SIGN_PUBLIC]))
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct edge_row *row = &rows[i];
		uint8_t key[SIGN_PUBLIC], signature[SIGN_SIZE];
		if (hex_parse(span_text(row->key), key, sizeof key, NULL) ||
			hex_parse(span_text(row->signature), signature, sizeof signature, NULL) ||
			verify(key, span_text("assay"), signature) != row->verifies ||
			is_key(key) != row->is_key)
			return row->what;
	}
	return NULL;
}
