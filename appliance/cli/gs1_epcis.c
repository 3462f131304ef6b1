#include "appliance/cli/gs1_epcis.h"

#include "gs1/epcis/hash.h"
#include "gs1/epcis/query.h"
#include "gs1/epcis/read.h"
#include "gs1/epcis/write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PIECE       ((size_t)64 << 10)
#define STDIN_MAX   ((size_t)1 << 30)
#define WRITTEN_MAX ((size_t)64 << 20) /* of one event or head */

/* A file that is read twice, or standard input, kept for that. */
struct source {
	const char *path;
	struct buf kept;
};

static enum err source_open(struct source *source, const char *path, struct fault *fault)
{
	*source = (struct source){.path = path};
	buf_init(&source->kept, STDIN_MAX);
	return strcmp(path, "-") != 0 ? OK : cli_read_file(path, STDIN_MAX, &source->kept, fault);
}

static enum err feed_file(
	const struct source *source, struct epcis_reader *reader, struct fault *fault)
{
	char piece[PIECE];
	enum err err = OK;
	size_t size;
	FILE *file = fopen(source->path, "rb");
	if (!file)
		return fault_set(fault, ERR_IO, 0, 0, "%s: %s", source->path, strerror(errno));
	while (!err && (size = fread(piece, 1, sizeof piece, file)) > 0)
		err = epcis_reader_feed(reader, span_of(piece, size), fault);
	if (!err && ferror(file))
		err = fault_set(fault, ERR_IO, 0, 0, "%s: cannot be read", source->path);
	(void)fclose(file);
	return err;
}

static enum err feed(const struct source *source, struct epcis_reader *reader, struct fault *fault)
{
	bool is_kept = strcmp(source->path, "-") == 0;
	enum err err = is_kept ? epcis_reader_feed(reader, buf_span(&source->kept), fault)
			       : feed_file(source, reader, fault);
	return err ? err : epcis_reader_end(reader, fault);
}

static enum err pass_over(void *self, const struct epcis_event *event, struct fault *fault)
{
	(void)self, (void)event, (void)fault;
	return OK;
}

/* Whether the parameters of a question are those of the query that it names. */
static enum err check_question(const struct epcis_head *head, struct fault *fault)
{
	struct epcis_query *query;
	if (head->document != EPCIS_WITH_PARAMS || !span_is(head->query_name, "SimpleEventQuery"))
		return OK;
	enum err err = epcis_query_open(&query, fault);
	if (err)
		return err;
	err = epcis_query_take(query, head, fault);
	epcis_query_free(query);
	return err;
}

/* Whether it is the document's fault, or ours. */
static bool is_about_document(enum err err)
{
	return err != ERR_IO && err != ERR_MEMORY && err != ERR_NOT_FOUND;
}

static const char *form_name(enum epcis_form form)
{
	static const char *const names[] = {
		[EPCIS_XML_1_2] = "xml-1.2",
		[EPCIS_XML_2_0] = "xml-2.0",
		[EPCIS_JSON_LD] = "jsonld",
		[EPCIS_CBOR] = "cbor",
	};
	return names[form];
}

static void say_valid(const struct cli *cli, const struct source *source,
	const struct epcis_reader *reader, enum err err, const struct fault *fault)
{
	const struct epcis_head *head = epcis_reader_head(reader);
	const char *form = head ? form_name(head->form) : "unknown";
	long long events = (long long)epcis_reader_count(reader);
	if (!cli->json && err)
		cli_say(cli, "%s: not valid: %s", source->path, fault->text);
	if (!cli->json && !err)
		cli_say(cli, "%s: valid, %s, %lld events", source->path, form, events);
	if (!cli->json)
		return;
	json_t *answer = json_pack("{sssbsssI}", "file", source->path, "valid", !err, "form", form,
		"events", (json_int_t)events);
	if (answer && err)
		(void)json_object_set_new(answer, "fault",
			json_pack("{sssIss}", "error", err_name(err), "line", (json_int_t)fault->at,
				"text", fault->text));
	cli_print_json(answer);
}

static enum status validate(struct cli *cli, const struct source *source)
{
	struct epcis_sink sink = {NULL, pass_over};
	struct epcis_reader *reader = NULL;
	struct fault fault = {0};
	enum err err = epcis_reader_open(&reader, &sink, NULL, &fault);
	if (!err)
		err = feed(source, reader, &fault);
	if (!err)
		err = check_question(epcis_reader_head(reader), &fault);
	bool is_ours = err && !is_about_document(err);
	if (is_ours)
		cli->fault = fault;
	else
		say_valid(cli, source, reader, err, &fault);
	epcis_reader_free(reader);
	return is_ours ? STATUS_COULD_NOT : err ? STATUS_NO : STATUS_YES;
}

struct hashing {
	enum epcis_hash_form form;
	bool in_full;
	struct buf text;
};

static enum err put_hash(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct hashing *hashing = self;
	uint8_t hash[HASH_SIZE];
	char text[EPCIS_HASH_TEXT_SIZE];
	if (hashing->in_full) {
		buf_reset(&hashing->text);
		enum err err = epcis_prehash(event, hashing->form, &hashing->text, fault);
		if (err)
			return err;
		(void)printf("%s\n", buf_text(&hashing->text));
		return OK;
	}
	enum err err = epcis_hash(event, hashing->form, hash, fault);
	if (err)
		return err;
	epcis_hash_print(hash, text);
	(void)printf("%s\n", text);
	return OK;
}

/* Others' hashes are to be checked: what is plain but not valid is read too. */
static enum err hash(struct cli *cli, const struct source *source)
{
	struct hashing hashing = {.in_full = arg_given(&cli->args, "--prehash"),
		.form = arg_given(&cli->args, "--as-written") ? EPCIS_HASH_AS_WRITTEN
							      : EPCIS_HASH_ONE_NAME};
	struct epcis_limits limits = {.is_lenient = true};
	struct epcis_sink sink = {&hashing, put_hash};
	struct epcis_reader *reader = NULL;
	buf_init(&hashing.text, WRITTEN_MAX);
	enum err err = epcis_reader_open(&reader, &sink, &limits, &cli->fault);
	if (!err)
		err = feed(source, reader, &cli->fault);
	epcis_reader_free(reader);
	buf_close(&hashing.text);
	return err;
}

struct converting {
	struct epcis_writer writer;
	struct buf out;
};

static enum err flush(struct converting *converting, struct fault *fault)
{
	struct span bytes = buf_span(&converting->out);
	if (bytes.size && fwrite(bytes.at, 1, bytes.size, stdout) != bytes.size)
		return fault_set(fault, ERR_IO, 0, 0, "standard output: %s", strerror(errno));
	buf_reset(&converting->out);
	return OK;
}

static enum err put_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct converting *converting = self;
	enum err err = epcis_writer_event(&converting->writer, event, &converting->out, fault);
	return err ? err : flush(converting, fault);
}

static enum err write_all(struct cli *cli, const struct source *source, enum epcis_form form,
	const struct epcis_head *head)
{
	struct converting converting = {0};
	struct epcis_sink sink = {&converting, put_event};
	struct epcis_reader *reader = NULL;
	buf_init(&converting.out, WRITTEN_MAX);
	enum err err = epcis_reader_open(&reader, &sink, NULL, &cli->fault);
	if (!err)
		err = epcis_writer_begin(
			&converting.writer, form, head, &converting.out, &cli->fault);
	if (!err)
		err = feed(source, reader, &cli->fault);
	if (!err)
		err = epcis_writer_end(&converting.writer, &converting.out, &cli->fault);
	if (!err)
		err = flush(&converting, &cli->fault);
	epcis_reader_free(reader);
	buf_close(&converting.out);
	return err;
}

/* The whole is read once before anything is written: what is not valid is not converted, and a head
 * that stands behind its events is known. */
static enum err convert(struct cli *cli, const struct source *source)
{
	const char *to = arg_value(&cli->args, "--to");
	struct epcis_sink sink = {NULL, pass_over};
	struct epcis_reader *reader = NULL;
	enum epcis_form form = EPCIS_XML_1_2;
	while (to && form <= EPCIS_CBOR && strcmp(to, form_name(form)) != 0)
		form++;
	if (!to || form > EPCIS_CBOR)
		return fault_set(
			&cli->fault, ERR_USAGE, 0, 0, "say --to xml-2.0, xml-1.2, jsonld or cbor");
	enum err err = epcis_reader_open(&reader, &sink, NULL, &cli->fault);
	if (!err)
		err = feed(source, reader, &cli->fault);
	if (!err) {
		struct epcis_head head = *epcis_reader_head(reader);
		head.may_lose = arg_given(&cli->args, "--lossy");
		err = write_all(cli, source, form, &head);
	}
	epcis_reader_free(reader);
	return err;
}

static const char *const words[] = {"validate", "convert", "hash"};

bool gs1_epcis_is(const char *word)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

enum status gs1_epcis_run(struct cli *cli)
{
	const char *word = cli->args.plain[0];
	enum status worst = STATUS_YES;
	if (cli->args.plain_count < 2 ||
		(strcmp(word, "convert") == 0 && cli->args.plain_count > 2)) {
		(void)fault_set(
			&cli->fault, ERR_USAGE, 0, 0, "give an EPCIS file (- is standard input)");
		return STATUS_COULD_NOT;
	}
	for (size_t i = 1; i < cli->args.plain_count && worst != STATUS_COULD_NOT; i++) {
		struct source source;
		enum status status = STATUS_COULD_NOT;
		if (!source_open(&source, cli->args.plain[i], &cli->fault)) {
			if (strcmp(word, "validate") == 0)
				status = validate(cli, &source);
			else
				status = cli_failed(strcmp(word, "hash") == 0
							    ? hash(cli, &source)
							    : convert(cli, &source));
		}
		buf_close(&source.kept);
		worst = status > worst ? status : worst;
	}
	return worst;
}
