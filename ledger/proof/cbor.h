/* The codec lies in ledger/base, where gs1 may use it too. */
#ifndef LEDGER_PROOF_CBOR_H
#define LEDGER_PROOF_CBOR_H

#include "ledger/base/cbor.h"

#endif
