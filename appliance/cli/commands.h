/* The table of commands; each is defined in the file of its verb or its family of verbs. */
#ifndef APPLIANCE_CLI_COMMANDS_H
#define APPLIANCE_CLI_COMMANDS_H

#include "appliance/cli/cli.h"

extern const struct command command_init;
extern const struct command command_run;
extern const struct command command_demo;
extern const struct command command_capture;
extern const struct command command_lot;
extern const struct command command_receive;
extern const struct command command_ship;
extern const struct command command_stock;
extern const struct command command_quarantine;
extern const struct command command_check;
extern const struct command command_supply;
extern const struct command command_open;
extern const struct command command_destroy;
extern const struct command command_stolen;
extern const struct command command_lock;
extern const struct command command_sample;
extern const struct command command_export_pack;
extern const struct command command_undo;
extern const struct command command_recall;
extern const struct command command_trace;
extern const struct command command_alerts;
extern const struct command command_receipt;
extern const struct command command_verify;
extern const struct command command_proof;
extern const struct command command_gs1;
extern const struct command command_audit;
extern const struct command command_rebuild;
extern const struct command command_export;
extern const struct command command_import;
extern const struct command command_archive;
extern const struct command command_person;
extern const struct command command_attest;
extern const struct command command_badge;
extern const struct command command_clearance;
extern const struct command command_status;
extern const struct command command_accounts;
extern const struct command command_sites;
extern const struct command command_tenants;
extern const struct command command_mandate;
extern const struct command command_backup;
extern const struct command command_restore;
extern const struct command command_keys;
extern const struct command command_doctor;
extern const struct command command_pepper;
extern const struct command command_station_enrol;
extern const struct command command_station;

#endif
