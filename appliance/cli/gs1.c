/* `assay gs1`: GS1 data judged and turned into other forms, for those who integrate and compare. */
#include "appliance/cli/commands.h"
#include "appliance/cli/gs1_epcis.h"
#include "appliance/cli/gs1_forms.h"
#include "gs1/syntax/lint.h"
#include "ledger/base/hex.h"
#include "ledger/base/utf8.h"
#include "scanners/symbol/qr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct form {
	const char *word;
	const char *member; /* of a JSON line that holds what is asked about */
	json_t *(*answer)(const struct gs1_asked *asked);
	const char *shown; /* member of the answer that is printed as text */
};

static const struct form forms[] = {
	{"scan", "scan", gs1_scan_answer, "text"},
	{"lint", "input", gs1_lint_answer, NULL},
	{"uri", "input", gs1_uri_answer, "uri"},
	{"ppn", "scan", gs1_ppn_answer, "ppn"},
	{"label", "text", gs1_label_answer, "lines"},
};

static const struct form *find_form(const struct args *args)
{
	for (size_t i = 0; args->plain_count > 0 && i < sizeof forms / sizeof forms[0]; i++)
		if (strcmp(args->plain[0], forms[i].word) == 0)
			return &forms[i];
	return NULL;
}

/* ---- one question ---- */

static void print_fault(const json_t *fault)
{
	const char *marked = json_string_value(json_object_get(fault, "marked"));
	printf("no: %s", json_string_value(json_object_get(fault, "text")));
	printf(marked ? "  %s\n" : "\n", marked);
}

static void print_diagnosis(const json_t *diagnosis)
{
	if (diagnosis)
		printf("scanner: %s\n", json_string_value(json_object_get(diagnosis, "text")));
}

static void print_qr(const char *link)
{
	struct buf lines;
	struct fault fault;
	buf_init(&lines, (size_t)1 << 20);
	if (link && !qr_terminal(span_text(link), &lines, &fault))
		printf("%s\n%s", link, buf_text(&lines));
	buf_close(&lines);
}

/* The answer as text, for people. */
static void print_text(const struct form *form, const json_t *answer)
{
	const json_t *shown = form->shown ? json_object_get(answer, form->shown) : NULL;
	size_t index;
	json_t *line;
	if (!json_is_true(json_object_get(answer, "valid")))
		print_fault(json_object_get(answer, "fault"));
	else if (json_is_array(shown))
		json_array_foreach(shown, index, line) printf("%s\n", json_string_value(line));
	else
		printf("%s\n", json_is_string(shown) ? json_string_value(shown) : "yes");
	print_diagnosis(json_object_get(answer, "diagnosis"));
	if (json_is_array(shown))
		print_qr(json_string_value(json_object_get(answer, "link")));
}

static enum err answer_one(const struct form *form, const struct gs1_asked *asked, bool json,
	bool *valid, struct fault *fault)
{
	json_t *answer = form->answer(asked);
	if (!answer)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory");
	*valid = json_is_true(json_object_get(answer, "valid"));
	if (json) {
		cli_print_json(answer);
	} else {
		print_text(form, answer);
		json_decref(answer);
	}
	if (fflush(stdout))
		return fault_set(fault, ERR_IO, 0, 0, "standard output: %s", strerror(errno));
	return OK;
}

/* ---- JSON lines ---- */

/* Rules are tried with any bytes: a text of characters up to U+00FF stands for the bytes of these
 * numbers. Any other stands for its UTF-8. */
static struct span bytes_of(struct span text, uint8_t *room)
{
	size_t size = 0;
	for (size_t i = 0; i < text.size;) {
		uint32_t point;
		size_t more = utf8_next(span_cut(text, i, text.size), &point);
		if (more == 0 || point > 0xFF)
			return text;
		room[size++] = (uint8_t)point;
		i += more;
	}
	return span_of(room, size);
}

/* What a line asks about, in room of as many bytes as the line has. */
static enum err read_line(const struct form *form, const json_t *row, uint8_t *room,
	struct gs1_asked *asked, struct fault *fault)
{
	const json_t *text = json_object_get(row, form->member);
	const json_t *hex = json_object_get(row, "scan_hex");
	asked->ppn = json_string_value(json_object_get(row, "ppn"));
	if (strcmp(form->word, "ppn") != 0)
		asked->ppn = NULL;
	if (asked->ppn)
		return OK;
	if (json_is_string(hex) && strcmp(form->member, "scan") == 0) {
		size_t size = json_string_length(hex);
		enum err err =
			hex_parse(span_of(json_string_value(hex), size), room, size / 2, fault);
		asked->bytes = span_of(room, size / 2);
		return err;
	}
	if (!json_is_string(text))
		return fault_set(
			fault, ERR_FORMAT, 0, 0, "the line has no member \"%s\"", form->member);
	asked->bytes = span_of(json_string_value(text), json_string_length(text));
	if (strcmp(form->word, "lint") == 0)
		asked->bytes = bytes_of(asked->bytes, room);
	return OK;
}

static enum err answer_line(const struct form *form, struct gs1_asked *asked, const char *line,
	size_t size, struct fault *fault)
{
	bool valid;
	json_t *row = json_loadb(line, size, JSON_ALLOW_NUL, NULL);
	uint8_t *room = malloc(size + 1);
	enum err err = OK;
	if (!room)
		err = fault_set(fault, ERR_MEMORY, 0, 0, "out of memory");
	else if (!json_is_object(row))
		err = fault_set(fault, ERR_FORMAT, 0, 0, "the line is no JSON object");
	if (!err)
		err = read_line(form, row, room, asked, fault);
	if (!err)
		err = answer_one(form, asked, true, &valid, fault);
	free(room);
	json_decref(row);
	return err;
}

static bool is_blank(struct span line)
{
	for (size_t i = 0; i < line.size; i++)
		if (!strchr(" \t\r", line.at[i]) || !line.at[i])
			return false;
	return true;
}

/* One line without its end, the rest of one that is too long passed over. False at the end. */
static bool next_line(struct buf *line, bool *too_long)
{
	int c = 0;
	buf_reset(line);
	*too_long = false;
	while ((c = getc_unlocked(stdin)) != EOF && c != '\n') {
		if (line->size < GS1_LINE_MAX)
			buf_put_u8(line, (uint8_t)c);
		else
			*too_long = true;
	}
	return c != EOF || line->size > 0;
}

/* A line that cannot be judged is answered too, so that answers and lines stay together. */
static enum err refuse_line(size_t number, const struct fault *why, struct fault *fault)
{
	struct fault said;
	(void)fault_set(&said, why->err, why->at, why->size, "line %zu: %.200s", number, why->text);
	json_t *refusal = gs1_fault_json(&said);
	if (fault->err == OK)
		*fault = said;
	json_t *answer = refusal ? json_pack("{s:b, s:o}", "valid", 0, "fault", refusal) : NULL;
	if (!answer)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory");
	cli_print_json(answer);
	return OK;
}

/* The first line that could not be judged is what the command fails with, after the last. */
static enum err answer_lines(const struct form *form, struct gs1_asked *asked, struct fault *fault)
{
	struct buf line;
	size_t number = 0;
	bool too_long;
	enum err err = OK;
	buf_init(&line, GS1_LINE_MAX);
	while (!err && next_line(&line, &too_long)) {
		struct fault why = {0};
		const char *text = (const char *)line.at;
		number++;
		if (line.err)
			err = fault_set(fault, line.err, 0, 0, "out of memory");
		else if (too_long)
			(void)fault_set(
				&why, ERR_LIMIT, 0, 0, "it is longer than %zu bytes", GS1_LINE_MAX);
		else if (is_blank(buf_span(&line)))
			continue;
		else if (answer_line(form, asked, text, line.size, &why) &&
			 (why.err == ERR_IO || why.err == ERR_MEMORY))
			err = fault_set(fault, why.err, 0, 0, "%s", why.text);
		if (!err && why.err)
			err = refuse_line(number, &why, fault);
	}
	buf_close(&line);
	if (!err && ferror(stdin))
		err = fault_set(fault, ERR_IO, 0, 0, "standard input: %s", strerror(errno));
	return err ? err : fault->err;
}

/* ---- the command ---- */

static enum status run(struct cli *cli)
{
	if (cli->args.plain_count && gs1_epcis_is(cli->args.plain[0]))
		return gs1_epcis_run(cli);
	const struct form *form = find_form(&cli->args);
	struct gs1_asked asked = {.cli = cli, .strict = arg_given(&cli->args, "--strict")};
	size_t from = 1;
	bool all_valid = true;
	if (!form) {
		(void)fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say what is asked about: scan, lint NAME, uri, ppn, label, validate, "
			"convert or hash");
		return STATUS_COULD_NOT;
	}
	if (strcmp(form->word, "lint") == 0) {
		asked.name = cli->args.plain_count > 1 ? cli->args.plain[from++] : "";
		if (gs1_lint_by_name(span_text(asked.name)) == GS1_LINT_NONE) {
			(void)fault_set(&cli->fault, ERR_USAGE, 0, 0,
				"there is no content rule \"%s\": csum, yymmd0 and so on",
				asked.name);
			return STATUS_COULD_NOT;
		}
	}
	bool lines = arg_given(&cli->args, "--jsonl");
	if (lines == (cli->args.plain_count > from)) {
		(void)fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"give what is asked about as arguments, or with --jsonl as JSON lines on "
			"standard input");
		return STATUS_COULD_NOT;
	}
	if (lines)
		return cli_failed(answer_lines(form, &asked, &cli->fault));
	for (size_t i = from; i < cli->args.plain_count; i++) {
		bool valid = false;
		const char *text = cli->args.plain[i];
		asked.bytes = span_text(text);
		asked.ppn = strcmp(form->word, "ppn") == 0 && text[0] != '[' && text[0] != ']'
				    ? text
				    : NULL;
		if (answer_one(form, &asked, cli->json, &valid, &cli->fault))
			return STATUS_COULD_NOT;
		all_valid = all_valid && valid;
	}
	return all_valid ? STATUS_YES : STATUS_NO;
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
	{"--jsonl", NULL, "JSON lines on standard input, one answer a line"},
	{"--strict", NULL, "scan: an identifier is demanded, nothing is repaired"},
	{"--to", "FORM", "convert: xml-2.0, xml-1.2, jsonld or cbor"},
	{"--lossy", NULL, "convert: leave out of the header what the form has no place for"},
	{"--prehash", NULL, "hash: the texts that are hashed, instead of the hashes"},
	{"--as-written", NULL, "hash: as the reference implementation, for hashes made by others"},
	{"--prefix", "DIGITS", "uri: also the EPC URN, of a company prefix of so many digits"},
	{0},
};

const struct command command_gs1 = {
	.word = "gs1",
	.usage = "scan|lint NAME|uri|ppn|label [TEXT...] or validate|convert|hash FILE",
	.summary = "judge GS1 data: scans, content rules, links, EPC URNs, PPNs, EPCIS files",
	.help = "scan: element strings, brackets, Digital Links, format 06; what a scanner did.\n"
		"lint NAME: one content rule of GS1's syntax dictionary. uri: EPC URN or Digital\n"
		"Link to canonical Digital Link. ppn: a PPN or a message with one. label: lines\n"
		"and link of a label. validate, convert --to FORM, hash: EPCIS files (- is\n"
		"standard input). With --jsonl each line has a member: scan or scan_hex,\n"
		"input (lint, uri), ppn, text (label). A line that cannot\n"
		"be judged is answered too, with a fault. Exit status: 0 all valid (with --jsonl:\n"
		"all judged), 1 one is not, 2 one could not be judged.",
	.options = options,
	.run = run,
};
