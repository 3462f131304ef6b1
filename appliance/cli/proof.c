/* `assay proof`: the parts of the proofs, judged one by one, for those who compare programs. */
#include "appliance/cli/commands.h"
#include "appliance/cli/proof_judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static enum err print_answer(json_t *answer, struct fault *fault)
{
	if (!answer)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory");
	cli_print_json(answer);
	if (fflush(stdout))
		return fault_set(fault, ERR_IO, 0, 0, "standard output: %s", strerror(errno));
	return OK;
}

/* Answers every line there is; one that is no JSON object is answered too, and remembered. */
static enum err answer_lines(const struct proof_form *form, struct fault *fault)
{
	char *line = NULL;
	size_t room = 0, number = 0, first_bad = 0;
	enum err err = OK;
	ssize_t size;
	while (!err && (size = getline(&line, &room, stdin)) > 0) {
		bool was_read;
		number++;
		if ((size_t)size > PROOF_LINE_MAX) {
			err = fault_set(fault, ERR_LIMIT, 0, 0, "line %zu is longer than %zu bytes",
				number, PROOF_LINE_MAX);
			break;
		}
		if (strspn(line, " \t\r\n") == (size_t)size)
			continue;
		err = print_answer(proof_answer(form, line, (size_t)size, &was_read), fault);
		if (!was_read && !first_bad)
			first_bad = number;
	}
	if (!err && ferror(stdin))
		err = fault_set(fault, ERR_IO, 0, 0, "standard input: %s", strerror(errno));
	if (!err && first_bad)
		err = fault_set(fault, ERR_FORMAT, 0, 0, "line %zu of the input is no JSON object",
			first_bad);
	free(line);
	return err;
}

static enum status run(struct cli *cli)
{
	const char *word = cli->args.plain_count == 1 ? cli->args.plain[0] : NULL;
	const struct proof_form *form = word ? proof_form_find(word) : NULL;
	if (!form) {
		(void)fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say what the lines are: cbor, note, inclusion, consistency or ed25519");
		return STATUS_COULD_NOT;
	}
	return cli_failed(answer_lines(form, &cli->fault));
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
	{"--jsonl", NULL, "a JSON object a line, in and out (the only form there is)"},
	{0},
};

const struct command command_proof = {
	.word = "proof",
	.usage = "cbor|note|inclusion|consistency|ed25519",
	.summary = "judge encodings, notes, proofs and signatures, a line each",
	.help = "Reads JSON objects from standard input, one a line, and answers each with\n"
		"{\"valid\", \"fault\"}: cbor {hex}; note {note, vkeys}, answer with signed_by;\n"
		"inclusion {leaf_index, tree_size, leaf_hash, path, root} and consistency {size1,\n"
		"size2, root1, root2, path}, hashes in base64; ed25519 {key, message, signature}\n"
		"in hex, answer with key_ok: may the key be registered. Exit status: 0 each line\n"
		"was answered, 2 one was no JSON object.",
	.options = options,
	.run = run,
};
