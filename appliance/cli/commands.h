/* The table of commands; each is defined in the file of its name. */
#ifndef APPLIANCE_CLI_COMMANDS_H
#define APPLIANCE_CLI_COMMANDS_H

#include "appliance/cli/cli.h"

extern const struct command command_verify;

#endif
