/* What `assay gs1` does with EPCIS documents: validate, convert, hash. */
#ifndef APPLIANCE_CLI_GS1_EPCIS_H
#define APPLIANCE_CLI_GS1_EPCIS_H

#include "appliance/cli/cli.h"

/* Whether a word is one of the three. */
bool gs1_epcis_is(const char *word);

/* Does it; the first plain argument is the word, the others are files ("-": standard input).
 * Options: --to FORM, --lossy (convert), --prehash (hash). Exit status: validate 1 when one is not
 * valid. */
enum status gs1_epcis_run(struct cli *cli);

#endif
