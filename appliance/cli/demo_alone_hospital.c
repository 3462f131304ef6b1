/* A hospital alone: its own bank staff, cleared for some wards and not for others. */
#include "appliance/cli/demo_alone.h"

#include "appliance/cli/answers.h"

#define ROLE "nurse"

static void record_checks(struct demo *demo)
{
	json_t *answer = NULL;
	if (!demo_add_person(demo, ALONE_USER, "Test Person-Three", demo->locum))
		return;
	demo_own_checks(demo, demo->locum, ROLE);
	json_t *check = demo_check_of(demo, "registration", "nmc", "register_lookup", 2);
	(void)json_object_update_new(
		check, json_pack("{s:i, s:s}", "level", 2, "reference", "99Z9999Z"));
	if (demo_record(demo, ALONE_USER, demo->locum, check, NULL, &answer))
		json_decref(answer);
}

static void ask_adult_ward(struct demo *demo)
{
	demo_ask_clearance(demo, demo->locum, ROLE, "adult_ward", "cleared", "green");
}

static void ask_emergency(struct demo *demo)
{
	demo_ask_clearance(demo, demo->locum, ROLE, "emergency", "cleared", "green");
}

static void ask_children_ward(struct demo *demo)
{
	demo_ask_clearance(demo, demo->locum, ROLE, "children_ward", "not_cleared", "red");
}

const struct demo_step alone_hospital_steps[] = {
	{"The hospital", "publishes what it asks of its staff", demo_publish_policy},
	{"HR", "records the checks of a bank nurse", record_checks},
	{"The adult ward", "asks: cleared, with the reasons", ask_adult_ward},
	{"The emergency department", "asks: cleared", ask_emergency},
	{"The children's ward", "asks: not cleared, its criminal record check is another",
		ask_children_ward},
	{0},
};
