/* A clearance policy as people write it: JSON with the words of the closed sets.
 *
 *	{"employer": "hospital.example", "version": 1, "rules": [
 *	  {"roles": ["pharmacist"], "sites": ["hospital_pharmacy"], "products": ["controlled"],
 *	   "options": [
 *	     {"type": "registration", "methods": ["register_lookup"], "sources": ["gphc"],
 *	      "level": 2, "workforces": ["adult"], "age_max_days": 30,
 *	      "status_age_max_minutes": 1440, "others": true}]}]}
 *
 * sites, products, sources, level, workforces, both ages and others may be left out: any place,
 * any products, any source, any level, any workforce, no limit, own checks only. */
#ifndef APPLIANCE_PEOPLE_POLICY_FILE_H
#define APPLIANCE_PEOPLE_POLICY_FILE_H

#include "appliance/rules/policy.h"

/* Errors: ERR_FORMAT, ERR_ENCODING, ERR_LIMIT of the JSON, with the offset; else the fault names
 * the member ("rules[1].options[0].methods: 'glance' is not a known method"), fault.at is the
 * rule's index and fault.size the option's. The policy is untouched on failure. */
MUST_CHECK enum err policy_file_parse(
	struct span json, struct clearance_policy *policy, struct fault *fault);

/* Appends the policy as JSON that parses back to the same. Errors: ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK enum err policy_file_print(
	const struct clearance_policy *policy, struct buf *json, struct fault *fault);

#endif
