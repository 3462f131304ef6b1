/* assay demo --alone: what one organisation has on its first day, with nobody else on its ledger
 * and no authority. Three organisations, each on an appliance and a ledger of its own. */
#include "appliance/cli/demo_alone.h"

#include <stdio.h>

#define EXPIRY_DAYS 60
#define MAKER_PACKS 100

static const struct {
	const char *name; /* of the folder */
	const char *member;
	const char *roles[2];
	const char *gtin; /* of its own; NULL: none */
	const char *goods; /* the product in this part */
	size_t packs;
	const struct demo_step *steps;
} parts[] = {
	{"pharmacy", "pharmacy.example", {"pharmacy"}, NULL, "05098765432100", GOODS_CASE_PACKS,
		alone_pharmacy_steps},
	{"hospital", "hospital.example", {"hospital", "hr"}, NULL, "05098765432100",
		GOODS_CASE_PACKS, alone_hospital_steps},
	{"maker", "maker.example", {"manufacturer"}, "05012345678900", "05012345678900",
		MAKER_PACKS, alone_maker_steps},
};

static enum err play_part(struct demo *demo, const char *folder, size_t i)
{
	const char *how[8] = {"--alone", parts[i].member, "--role", parts[i].roles[0]};
	size_t count = 4;
	if (parts[i].roles[1]) {
		how[count++] = "--role";
		how[count++] = parts[i].roles[1];
	}
	if (parts[i].gtin) {
		how[count++] = "--gtin";
		how[count++] = parts[i].gtin;
	}
	const char *args[9] = {0};
	for (size_t k = 0; k < count; k++)
		args[k] = how[k];
	(void)snprintf(demo->folder, sizeof demo->folder, "%.3900s/%s", folder, parts[i].name);
	cli_say(demo->cli, "== %s alone ==", parts[i].member);
	goods_choose(&demo->goods, &demo->env, parts[i].goods, parts[i].packs, EXPIRY_DAYS);
	enum err err = demo_ledger(demo, args);
	if (!err)
		err = demo_files(demo);
	if (!err)
		err = demo_appliance(demo);
	if (err)
		return err;
	demo_play(demo, parts[i].steps);
	demo_accounts_close(demo);
	cli_say(demo->cli, "%s", "");
	return OK;
}

enum err demo_alone(struct demo *demo)
{
	char folder[DEMO_PATH_SIZE];
	(void)snprintf(folder, sizeof folder, "%s", demo->folder);
	enum err err = demo_make_folder(folder, &demo->cli->fault);
	demo->hr = ALONE_USER;
	for (size_t i = 0; !err && i < sizeof parts / sizeof parts[0]; i++)
		err = play_part(demo, folder, i);
	return err;
}
