/* What `assay gs1` answers, a JSON object for each question: scans, content rules, names, German
 * product numbers. */
#ifndef APPLIANCE_CLI_GS1_FORMS_H
#define APPLIANCE_CLI_GS1_FORMS_H

#include "appliance/cli/cli.h"

#define GS1_LINE_MAX ((size_t)1 << 20)

struct gs1_asked {
	const struct cli *cli;
	const char *name; /* lint: the rule */
	bool strict; /* scan */
	struct span bytes; /* what is asked about */
	const char *ppn; /* ppn: the number alone, instead of a scan; else NULL */
};

/* NULL when out of memory. Each answer has "valid" and, if that is false, "fault". */
json_t *gs1_scan_answer(const struct gs1_asked *asked);
json_t *gs1_lint_answer(const struct gs1_asked *asked);
json_t *gs1_uri_answer(const struct gs1_asked *asked);
json_t *gs1_ppn_answer(const struct gs1_asked *asked);
json_t *gs1_label_answer(const struct gs1_asked *asked);

/* {"at", "size", "text"}, with the sentence fit for JSON. */
json_t *gs1_fault_json(const struct fault *fault);

/* A member that may hold any bytes: they are UTF-8, or each stands for the character of its number,
 * as in what `gs1 lint` is asked. */
void gs1_set_bytes(json_t *object, const char *name, struct span bytes);

#endif
