/* Pharmacy Product Numbers (IFA, Germany) in ISO/IEC 15434 format 06: "[)>" RS "06" GS, data
 * identifiers with their values between GS, RS EOT. Identifiers: 9N PPN, 1T lot, D expiry, S serial
 * (IFA specification PPN-Code for pharmaceutical packages).
 * PPN: agency code of two characters, product number, two check digits: the sum of the characters'
 * ASCII values weighted 2, 3, 4 ... modulo 97. Agency 11 is IFA's, its number the PZN of eight
 * digits. */
#ifndef GS1_SYNTAX_PPN_H
#define GS1_SYNTAX_PPN_H

#include "gs1/syntax/scan.h"

#define GS1_FORMAT_06_HEAD                                                                         \
	"[)>\x1E"                                                                                  \
	"06\x1D"

/* Reads the whole message. Identifiers beside the four are passed over. Some readers drop the RS
 * and EOT at the end: then the message may end without.
 * Errors: ERR_FORMAT with the place. */
MUST_CHECK enum err gs1_ppn_read(struct span text, struct gs1_ppn *out, struct fault *fault);

/* Whether the check digits hold. */
bool gs1_ppn_holds(struct span ppn);

/* The GTIN of a PPN with a PZN (NTIN): 0, 4150, PZN, check digit; "" if it has none. */
void gs1_ppn_gtin(struct span ppn, char gtin[GS1_GTIN_SIZE + 1]);

#endif
