/* The tables of the rules: what state.db holds of medicines and people. Keys are big endian, so
 * that bytewise order is the order of numbers. Packs' ids 32-63, people's 64-95. */
#ifndef APPLIANCE_RULES_TABLES_H
#define APPLIANCE_RULES_TABLES_H

#include "ledger/store/table.h"

enum rules_table {
	TABLE_COUNTER = 32, /* name of a counter (1 byte) -> u32 last used */
	TABLE_PRODUCT = 33, /* gtin u64 -> struct product */
	TABLE_COVERED = 34, /* gtin u64, lot text -> position u40: lots of a coverage by list */
	TABLE_LOT = 35, /* gtin u64, lot id u32 -> struct lot */
	TABLE_LOT_TEXT = 36, /* gtin u64, lot text -> lot id u32 */
	TABLE_PACK = 37, /* lot id u32, K -> struct pack */
	TABLE_DERIVED =
		38, /* gtin u64, lot size u8, lot text, gtin u64, lot text -> position u40 */
	TABLE_ALERT = 40, /* alert number u32 -> struct alert */
	TABLE_ALERT_OPEN =
		41, /* gtin u64, code u16, lot size u8, lot text, parameter u32 -> number u32 */
	TABLE_ALERT_CASE =
		42, /* alert number u32, position u40, element u32 -> struct alert_case */
	TABLE_ALERT_QUOTA = 43, /* key index u32, gtin u64, code u16 -> day u32, count u32 */
	TABLE_RECALL = 44, /* recall id 16 -> struct recall */
	TABLE_RECALL_ITEM =
		45, /* gtin u64, lot size u8, lot text, source u8, member u16, recall id 16
				    -> struct recall_item */
	TABLE_RECALL_PACK = 46, /* recall id 16, K -> position u40 */
	TABLE_RECALL_ANSWER = 47, /* recall id 16, gtin u64, lot size u8, lot text, place 8
				     -> struct recall_answer */
	TABLE_RECALL_LOT = 49, /* recall id 16, gtin u64, lot text -> struct recall_item, again */
	TABLE_RECALL_CLEARED = 50, /* recall id 16, gtin u64, lot text -> position u40 */
	TABLE_COMPROMISED = 51, /* key index u32 -> position u40 of the first statement flagged */
	TABLE_CHECK_DAY = 48, /* place 8 -> last counted day u32 */
	TABLE_PEOPLE_FIRST = 64,
	TABLE_ATTESTATION = 64, /* commitment 32 -> struct attestation */
	TABLE_STATUS_LIST = 65, /* list id 16 -> struct status_list_owner */
	TABLE_STATUS_EVENT = 66, /* list id 16, index u32, position u40 -> struct status_event */
	TABLE_STATUS_CONFIRM = 67, /* list id 16, position u40 -> time u64, effective u64 */
	TABLE_DISPUTE = 68, /* list id 16, index u32, position u40 -> struct dispute_event */
	TABLE_CLEARANCE_POLICY = 69, /* hash 32 -> struct published_policy */
	TABLE_POLICY_VERSION = 70, /* party 17, version u32 -> hash 32 */
	TABLE_CLEARANCE = 71, /* commitment 32 -> struct recorded_decision */
};

enum rules_counter {
	COUNTER_LOT = 1,
	COUNTER_ALERT = 2,
};

#endif
