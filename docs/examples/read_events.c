/* Reads an EPCIS document of any form from standard input and prints of each event its hash and what
 * its EPCs name: what an integrator needs of libassay-gs1 for EPCIS.
 *
 *	cc -o read_events read_events.c $(pkg-config --cflags --libs --static assay-gs1)
 *	./read_events <document.xml
 */
#include <gs1/epcis/hash.h>
#include <gs1/epcis/read.h>
#include <gs1/syntax/urn.h>

#include <stdio.h>

static void print_epcs(struct epcis_texts epcs)
{
	struct gs1_epc epc;
	struct fault fault;
	for (size_t i = 0; i < epcs.count; i++) {
		if (gs1_epc_read(epcs.at[i], &epc, &fault))
			printf("other     %.*s\n", (int)epcs.at[i].size,
				(const char *)epcs.at[i].at);
		else
			printf("%-9s %s %s\n", epc.kind == GS1_EPC_PACK ? "pack" : "thing", epc.key,
				epc.extension);
	}
}

/* The event and all it points to are there until this returns. */
static enum err on_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	uint8_t hash[HASH_SIZE];
	char text[EPCIS_HASH_TEXT_SIZE];
	(void)self;
	enum err err = epcis_hash(event, EPCIS_HASH_ONE_NAME, hash, fault);
	if (err)
		return err;
	epcis_hash_print(hash, text);
	printf("event     %s %s\n", epcis_type_name(event->type), text);
	print_epcs(event->epc_list);
	return OK;
}

int main(void)
{
	char piece[65536];
	size_t size;
	struct fault fault;
	struct epcis_sink sink = {NULL, on_event};
	struct epcis_reader *reader = NULL;
	enum err err = epcis_reader_open(&reader, &sink, NULL, &fault);
	while (!err && (size = fread(piece, 1, sizeof piece, stdin)) > 0)
		err = epcis_reader_feed(reader, span_of(piece, size), &fault);
	if (!err)
		err = epcis_reader_end(reader, &fault);
	epcis_reader_free(reader);
	if (err)
		fprintf(stderr, "%s\n", fault.text);
	return err != OK;
}
