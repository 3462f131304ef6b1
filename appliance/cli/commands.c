/* All commands, in the order in which `assay --help` shows them. */
#include "appliance/cli/commands.h"

const struct command *const commands[] = {
	&command_verify,
	NULL,
};
