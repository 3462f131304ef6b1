/* Words of the Core Business Vocabulary 2.0 (ISO/IEC 19988, sections 7.1 to 7.6).
 *
 * One word has four written forms: bare ("commissioning", JSON), URN
 * ("urn:epcglobal:cbv:bizstep:commissioning", XML since 1.0), web URI
 * ("https://ref.gs1.org/cbv/BizStep-commissioning", since 2.0) and the web URI shortened to
 * "cbv:BizStep-commissioning". A value that is none of these belongs to somebody else's vocabulary
 * and is left as it is. */
#ifndef GS1_EPCIS_CBV_H
#define GS1_EPCIS_CBV_H

#include "ledger/base/buf.h"
#include "ledger/base/span.h"

enum cbv_vocabulary {
	CBV_BIZ_STEP,
	CBV_DISPOSITION,
	CBV_BIZ_TRANSACTION,
	CBV_SOURCE_DESTINATION,
	CBV_ERROR_REASON,
	CBV_COMPONENT,
	CBV_MEASUREMENT, /* of GS1's web vocabulary: no URN, https://gs1.org/voc/, gs1: */
	CBV_ALERT, /* the same */
	CBV_VOCABULARY_COUNT,
	CBV_NONE = CBV_VOCABULARY_COUNT /* of fields that take their words from nowhere */
};

#define CBV_STEP_LIST(X)                                                                           \
	X(ACCEPTING, "accepting")                                                                  \
	X(ARRIVING, "arriving")                                                                    \
	X(ASSEMBLING, "assembling")                                                                \
	X(COLLECTING, "collecting")                                                                \
	X(COMMISSIONING, "commissioning")                                                          \
	X(CONSIGNING, "consigning")                                                                \
	X(CREATING_CLASS_INSTANCE, "creating_class_instance")                                      \
	X(CYCLE_COUNTING, "cycle_counting")                                                        \
	X(DECOMMISSIONING, "decommissioning")                                                      \
	X(DEPARTING, "departing")                                                                  \
	X(DESTROYING, "destroying")                                                                \
	X(DISASSEMBLING, "disassembling")                                                          \
	X(DISPENSING, "dispensing")                                                                \
	X(ENCODING, "encoding")                                                                    \
	X(ENTERING_EXITING, "entering_exiting")                                                    \
	X(HOLDING, "holding")                                                                      \
	X(INSPECTING, "inspecting")                                                                \
	X(INSTALLING, "installing")                                                                \
	X(KILLING, "killing")                                                                      \
	X(LOADING, "loading")                                                                      \
	X(OTHER, "other")                                                                          \
	X(PACKING, "packing")                                                                      \
	X(PICKING, "picking")                                                                      \
	X(RECEIVING, "receiving")                                                                  \
	X(REMOVING, "removing")                                                                    \
	X(REPACKAGING, "repackaging")                                                              \
	X(REPAIRING, "repairing")                                                                  \
	X(REPLACING, "replacing")                                                                  \
	X(RESERVING, "reserving")                                                                  \
	X(RETAIL_SELLING, "retail_selling")                                                        \
	X(SAMPLING, "sampling")                                                                    \
	X(SENSOR_REPORTING, "sensor_reporting")                                                    \
	X(SHIPPING, "shipping")                                                                    \
	X(STAGING_OUTBOUND, "staging_outbound")                                                    \
	X(STOCK_TAKING, "stock_taking")                                                            \
	X(STOCKING, "stocking")                                                                    \
	X(STORING, "storing")                                                                      \
	X(TRANSPORTING, "transporting")                                                            \
	X(UNLOADING, "unloading")                                                                  \
	X(UNPACKING, "unpacking")                                                                  \
	X(VOID_SHIPPING, "void_shipping")

#define CBV_DISP_LIST(X)                                                                           \
	X(ACTIVE, "active")                                                                        \
	X(AVAILABLE, "available")                                                                  \
	X(COMPLETENESS_INFERRED, "completeness_inferred")                                          \
	X(COMPLETENESS_VERIFIED, "completeness_verified")                                          \
	X(CONFORMANT, "conformant")                                                                \
	X(CONTAINER_CLOSED, "container_closed")                                                    \
	X(CONTAINER_OPEN, "container_open")                                                        \
	X(DAMAGED, "damaged")                                                                      \
	X(DESTROYED, "destroyed")                                                                  \
	X(DISPENSED, "dispensed")                                                                  \
	X(DISPOSED, "disposed")                                                                    \
	X(ENCODED, "encoded")                                                                      \
	X(EXPIRED, "expired")                                                                      \
	X(IN_PROGRESS, "in_progress")                                                              \
	X(IN_TRANSIT, "in_transit")                                                                \
	X(INACTIVE, "inactive")                                                                    \
	X(MISMATCH_CLASS, "mismatch_class")                                                        \
	X(MISMATCH_INSTANCE, "mismatch_instance")                                                  \
	X(MISMATCH_QUANTITY, "mismatch_quantity")                                                  \
	X(NEEDS_REPLACEMENT, "needs_replacement")                                                  \
	X(NO_PEDIGREE_MATCH, "no_pedigree_match")                                                  \
	X(NON_CONFORMANT, "non_conformant")                                                        \
	X(NON_SELLABLE_OTHER, "non_sellable_other")                                                \
	X(PARTIALLY_DISPENSED, "partially_dispensed")                                              \
	X(RECALLED, "recalled")                                                                    \
	X(RESERVED, "reserved")                                                                    \
	X(RETAIL_SOLD, "retail_sold")                                                              \
	X(RETURNED, "returned")                                                                    \
	X(SELLABLE_ACCESSIBLE, "sellable_accessible")                                              \
	X(SELLABLE_NOT_ACCESSIBLE, "sellable_not_accessible")                                      \
	X(STOLEN, "stolen")                                                                        \
	X(UNAVAILABLE, "unavailable")                                                              \
	X(UNKNOWN, "unknown")

enum cbv_step {
	CBV_NO_STEP, /* none given, or none of the CBV's */
#define X(name, word) CBV_STEP_##name,
	CBV_STEP_LIST(X)
#undef X
		CBV_STEP_COUNT
};

enum cbv_disp {
	CBV_NO_DISP,
#define X(name, word) CBV_DISP_##name,
	CBV_DISP_LIST(X)
#undef X
		CBV_DISP_COUNT
};

/* The step or disposition that a text in any of the four forms names. */
enum cbv_step cbv_step(struct span text);
enum cbv_disp cbv_disp(struct span text);
const char *cbv_step_word(enum cbv_step step); /* bare; "" for CBV_NO_STEP */
const char *cbv_disp_word(enum cbv_disp disp);

/* The bare word, or NULL when the text is no word of that vocabulary. */
const char *cbv_word(enum cbv_vocabulary vocabulary, struct span text);

/* Writes a text in that form if it is a word of the vocabulary, else unchanged. */
void cbv_put_bare(enum cbv_vocabulary vocabulary, struct span text, struct buf *out);
void cbv_put_urn(enum cbv_vocabulary vocabulary, struct span text, struct buf *out);
void cbv_put_web(enum cbv_vocabulary vocabulary, struct span text, struct buf *out);

/* The words of a vocabulary, for listings: NULL behind the last. */
const char *cbv_nth(enum cbv_vocabulary vocabulary, size_t index);

#endif
