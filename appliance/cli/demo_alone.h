/* Inside of `assay demo --alone`: the steps of each organisation. */
#ifndef APPLIANCE_CLI_DEMO_ALONE_H
#define APPLIANCE_CLI_DEMO_ALONE_H

#include "appliance/cli/demo.h"

#define ALONE_USER "admin" /* the one account that `assay init --alone` makes */

extern const struct demo_step alone_pharmacy_steps[];
extern const struct demo_step alone_hospital_steps[];
extern const struct demo_step alone_maker_steps[];

#endif
