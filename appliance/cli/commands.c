/* All commands, in the order in which `assay --help` shows them. */
#include "appliance/cli/commands.h"

const struct command *const commands[] = {
	&command_init,
	&command_run,
	&command_capture,
	&command_lot,
	&command_receive,
	&command_ship,
	&command_stock,
	&command_check,
	&command_supply,
	&command_open,
	&command_destroy,
	&command_stolen,
	&command_lock,
	&command_undo,
	&command_recall,
	&command_trace,
	&command_alerts,
	&command_receipt,
	&command_verify,
	NULL,
};
