/* The half of the table of kinds about products, lots, packs and movements: taken in by kinds.h. */
#ifndef APPLIANCE_RULES_PACK_KINDS_H
#define APPLIANCE_RULES_PACK_KINDS_H

#include "appliance/rules/alert.h"
#include "appliance/rules/change.h"
#include "appliance/rules/derived.h"
#include "appliance/rules/lot.h"
#include "appliance/rules/movement.h"
#include "appliance/rules/pack.h"
#include "appliance/rules/product.h"
#include "appliance/rules/recall.h"

/* X(shape) */
#define PACK_BODY_LIST(X)                                                                          \
	X(lot)                                                                                     \
	X(commission)                                                                              \
	X(lot_step)                                                                                \
	X(lot_extend)                                                                              \
	X(lot_correct)                                                                             \
	X(coverage)                                                                                \
	X(change)                                                                                  \
	X(undo)                                                                                    \
	X(product)                                                                                 \
	X(derive)                                                                                  \
	X(recall)                                                                                  \
	X(recall_derived)                                                                          \
	X(recall_amend)                                                                            \
	X(recall_end)                                                                              \
	X(recall_answer)                                                                           \
	X(check_alert)                                                                             \
	X(check_count)                                                                             \
	X(alert_resolve)                                                                           \
	X(movement)                                                                                \
	X(attachment_ack)

/* X(constant, number, shape, word, title, signers, roles) */
#define PACK_KIND_LIST(X)                                                                          \
	X(KIND_LOT, 32, lot, "lot", "lot opened", BY_APPLIANCE, ROLES_MAKE)                        \
	X(KIND_COMMISSION, 33, commission, "commission", "packs commissioned", BY_APPLIANCE,       \
		ROLES_MAKE)                                                                        \
	X(KIND_LOT_CLOSE, 34, lot_step, "lot-close", "lot closed", BY_APPLIANCE, ROLES_MAKE)       \
	X(KIND_LOT_RELEASE, 35, lot_step, "lot-release", "lot released", BY_APPLIANCE, ROLES_MAKE) \
	X(KIND_LOT_WITHDRAW, 36, lot_step, "lot-withdraw", "lot withdrawn", BY_APPLIANCE,          \
		ROLES_MAKE)                                                                        \
	X(KIND_LOT_EXTEND, 37, lot_extend, "lot-extend", "expiry changed", BY_APPLIANCE,           \
		ROLES_MAKE)                                                                        \
	X(KIND_LOT_CORRECT, 38, lot_correct, "lot-correct", "lot corrected", BY_APPLIANCE,         \
		ROLES_MAKE)                                                                        \
	X(KIND_COVERAGE, 39, coverage, "coverage", "coverage stated", BY_APPLIANCE, ROLES_MAKE)    \
	X(KIND_SUPPLY, 40, change, "supply", "supplied", BY_PLACE, ROLES_SUPPLY)                   \
	X(KIND_OPEN, 41, change, "open", "opened", BY_PLACE, ROLES_DISPENSE)                       \
	X(KIND_DESTROY, 42, change, "destroy", "destroyed", BY_PLACE, ROLES_IN_HAND)               \
	X(KIND_EXPORT, 43, change, "export", "exported", BY_PLACE, ROLES_TRADE)                    \
	X(KIND_SAMPLE, 44, change, "sample", "sampled", BY_PLACE, ROLES_CONTROL)                   \
	X(KIND_FREE_SAMPLE, 45, change, "free-sample", "given as a free sample", BY_PLACE,         \
		ROLES_TRADE)                                                                       \
	X(KIND_LOCK, 46, change, "lock", "locked", BY_PLACE, ROLES_IN_HAND)                        \
	X(KIND_STOLEN, 47, change, "stolen", "reported stolen", BY_PLACE, ROLES_IN_HAND)           \
	X(KIND_VOID, 48, undo, "void", "scan voided", BY_PLACE, ROLES_IN_HAND)                     \
	X(KIND_RETURN, 49, undo, "return-to-stock", "returned to stock", BY_PLACE, ROLES_IN_HAND)  \
	X(KIND_PRODUCT, 50, product, "product", "product described", BY_APPLIANCE, ROLES_MAKE)     \
	X(KIND_REPACKAGE, 51, change, "repackage", "used up in repackaging", BY_PLACE,             \
		ROLES_TRADE)                                                                       \
	X(KIND_DERIVE, 52, derive, "derive", "lot made from another", BY_APPLIANCE, ROLES_MAKE)    \
	X(KIND_RECALL, 60, recall, "recall", "recall issued", BY_APPLIANCE, ROLES_ANY)             \
	X(KIND_RECALL_AMEND, 61, recall_amend, "recall-amend", "recall amended", BY_APPLIANCE,     \
		ROLES_ANY)                                                                         \
	X(KIND_RECALL_END, 62, recall_end, "recall-end", "recall ended", BY_APPLIANCE, ROLES_ANY)  \
	X(KIND_RECALL_ANSWER, 63, recall_answer, "recall-answer", "recall answered", BY_PLACE,     \
		ROLES_ANY)                                                                         \
	X(KIND_RECALL_DERIVED, 64, recall_derived, "recall-derived", "derived lot judged",         \
		BY_APPLIANCE, ROLES_ANY)                                                           \
	X(KIND_CHECK_ALERT, 70, check_alert, "check-alert", "check came out amber or red",         \
		BY_PLACE, ROLES_ANY)                                                               \
	X(KIND_CHECK_COUNT, 71, check_count, "check-count", "green checks of a day", BY_PLACE,     \
		ROLES_ANY)                                                                         \
	X(KIND_ALERT_RESOLVE, 72, alert_resolve, "alert-resolve", "alert closed", BY_PLACE,        \
		ROLES_ANY)

#define MOVEMENT_KIND_LIST(X)                                                                      \
	X(KIND_MOVEMENT, 90, movement, "movement", "moved", BY_PLACE, ROLES_ANY)                   \
	X(KIND_ATTACHMENT_ACK, 91, attachment_ack, "attachment-ack", "attachments held",           \
		BY_APPLIANCE, ROLES_ANY)

#endif
