/* The file in which an audit keeps how far it has come, so that the next one need not verify the
 * same signatures again. Text:
 *
 *	assay-audit/1
 *	origin <origin>
 *	height <decimal>
 *	size <decimal>
 *	root <hex>
 *	chain <hex>
 *	check <hex: first 16 bytes of SHA-256 of the lines above>
 *
 * It is believed as far as its owner is: who can write it can say that signatures were verified.
 * It can not say so of other bytes: what it speaks for is hashed again, statement by statement
 * and note by note, and must lead to root and chain. Tiles, seals, rules and digests are judged
 * again in any case. */
#ifndef LEDGER_AUDIT_MARK_H
#define LEDGER_AUDIT_MARK_H

#include "ledger/audit.h"
#include "ledger/base/buf.h"

#define AUDIT_MARK_SIZE_MAX ((size_t)1024)

void audit_mark_print(const struct audit_mark *mark, struct buf *buf);
/* Exactly what printing makes. Errors: ERR_FORMAT, ERR_VERSION. */
MUST_CHECK enum err audit_mark_parse(
	struct span text, struct audit_mark *mark, struct fault *fault);

#endif
