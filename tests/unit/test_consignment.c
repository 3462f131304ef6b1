#include "appliance/view/consignment.h"
#include "ledger/base/env.h"
#include "ledger/proof/cbor.h"
#include "tests/tap.h"

#include <dirent.h>
#include <unistd.h>

#define PARTY  "maker.example"
#define PALLET "https://id.gs1.org/00/350123450000000016"
#define CASE_1 "https://id.gs1.org/00/350123450000000023"
#define CASE_2 "https://id.gs1.org/00/350123450000000030"
#define PACK   "https://id.gs1.org/01/05012345678900/21/"
#define EVENT  "{\"type\":\"ObjectEvent\"}"

struct shelf {
	char folder[64];
	struct env env;
	struct view *view;
};

static bool shelf_open(struct shelf *shelf)
{
	struct fault fault = {0};
	*shelf = (struct shelf){0};
	env_machine(&shelf->env);
	(void)snprintf(shelf->folder, sizeof shelf->folder, P_tmpdir "/assay-view-XXXXXX");
	if (!mkdtemp(shelf->folder))
		return false;
	enum err err = view_open(&shelf->view, shelf->folder, &shelf->env, &fault);
	if (err)
		printf("# %s\n", fault.text);
	return err == OK;
}

static void shelf_close(struct shelf *shelf)
{
	view_free(shelf->view);
	DIR *folder = opendir(shelf->folder);
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		char path[400];
		(void)snprintf(path, sizeof path, "%s/%s", shelf->folder, entry->d_name);
		(void)unlink(path);
	}
	if (folder)
		(void)closedir(folder);
	(void)rmdir(shelf->folder);
}

static bool put_pack(struct shelf *shelf, const char *serial, const char *lot, const char *parent)
{
	struct fault fault = {0};
	char epc[128];
	struct stock_pack pack = {
		.gtin = "05012345678900", .expiry = "280331", .state = STOCK_HELD, .count = 1};
	(void)snprintf(pack.serial, sizeof pack.serial, "%s", serial);
	(void)snprintf(pack.lot, sizeof pack.lot, "%s", lot);
	(void)snprintf(epc, sizeof epc, PACK "%s", serial);
	return view_stock_put(shelf->view, PARTY, &pack, &fault) == OK &&
	       view_pack_into(shelf->view, PARTY, span_text(parent), span_text(epc), &fault) == OK;
}

/* Two cases on a pallet: two packs of one lot, one of another. */
static bool fill(struct shelf *shelf)
{
	struct fault fault = {0};
	return view_pack_into(shelf->view, PARTY, span_text(PALLET), span_text(CASE_1), &fault) ==
		       OK &&
	       view_pack_into(shelf->view, PARTY, span_text(PALLET), span_text(CASE_2), &fault) ==
		       OK &&
	       put_pack(shelf, "S2", "LOT2", CASE_1) && put_pack(shelf, "S1", "LOT1", CASE_1) &&
	       put_pack(shelf, "S3", "LOT1", CASE_2);
}

/* What reading tells, a line each. */
struct told {
	struct buf text;
	size_t stop_after; /* the sink fails at this call; 0: never */
	size_t calls;
};

static enum err count_call(struct told *told, struct fault *fault)
{
	return ++told->calls == told->stop_after
		       ? fault_set(fault, ERR_IO, 0, 0, "the shelf fell over")
		       : OK;
}

static enum err tell_inside(void *self, struct span parent, struct span child, struct fault *fault)
{
	struct told *told = self;
	buf_printf(&told->text, "%.*s in %.*s\n", (int)child.size, (const char *)child.at,
		(int)parent.size, (const char *)parent.at);
	return count_call(told, fault);
}

static enum err tell_pack(void *self, const struct stock_pack *pack, struct fault *fault)
{
	struct told *told = self;
	buf_printf(&told->text, "%s %s %s %s\n", pack->gtin, pack->lot, pack->expiry, pack->serial);
	return count_call(told, fault);
}

static enum err tell_event(void *self, struct span json, struct fault *fault)
{
	struct told *told = self;
	buf_printf(&told->text, "event %.*s\n", (int)json.size, (const char *)json.at);
	return count_call(told, fault);
}

static enum err tell_outermost(void *self, struct span epc, struct fault *fault)
{
	struct told *told = self;
	buf_printf(&told->text, "ships %.*s\n", (int)epc.size, (const char *)epc.at);
	return count_call(told, fault);
}

static enum err read_into(struct told *told, struct span bytes, size_t stop, struct fault *fault)
{
	struct consignment_sink sink = {told, tell_inside, tell_pack, tell_event, tell_outermost};
	*told = (struct told){.stop_after = stop};
	buf_init(&told->text, 1 << 20);
	return consignment_read(bytes, &sink, fault);
}

static enum err make(
	struct shelf *shelf, const char *outermost, struct buf *out, struct fault *fault)
{
	struct span epc = span_text(outermost);
	struct span json = span_text(EVENT);
	buf_init(out, CONSIGNMENT_SIZE_MAX);
	return consignment_make(shelf->view, PARTY, &epc, 1, &json, 1, out, fault);
}

TEST(what_is_made_tells_the_receiver_all_that_lies_inside)
{
	static const char wanted[] =
		CASE_1 " in " PALLET "\n" CASE_2 " in " PALLET "\n" PACK "S1 in " CASE_1 "\n" PACK
		       "S2 in " CASE_1 "\n" PACK "S3 in " CASE_2 "\n"
		       "05012345678900 LOT1 280331 S1\n05012345678900 LOT1 280331 S3\n"
		       "05012345678900 LOT2 280331 S2\nevent " EVENT "\nships " PALLET "\n";
	struct shelf shelf;
	struct told told;
	struct buf made;
	struct fault fault = {0};
	NEED(shelf_open(&shelf) && fill(&shelf));
	CHECK_ROW(make(&shelf, PALLET, &made, &fault) == OK, "%s", fault.text);
	CHECK_ROW(read_into(&told, buf_span(&made), 0, &fault) == OK, "%s", fault.text);
	CHECK_ROW(!strcmp(buf_text(&told.text), wanted), "\n%s", buf_text(&told.text));
	buf_close(&told.text);
	buf_close(&made);
	shelf_close(&shelf);
}

TEST(one_case_tells_nothing_of_the_other)
{
	struct shelf shelf;
	struct told told;
	struct buf made;
	struct fault fault = {0};
	NEED(shelf_open(&shelf) && fill(&shelf));
	CHECK(make(&shelf, CASE_2, &made, &fault) == OK);
	CHECK(read_into(&told, buf_span(&made), 0, &fault) == OK);
	CHECK(!strstr(buf_text(&told.text), "S1") && !strstr(buf_text(&told.text), PALLET));
	CHECK(strstr(buf_text(&told.text), "LOT1 280331 S3") != NULL);
	buf_close(&told.text);
	buf_close(&made);
	shelf_close(&shelf);
}

TEST(a_pack_whose_lot_is_not_known_is_not_shipped)
{
	struct shelf shelf;
	struct buf made;
	struct fault fault = {0};
	NEED(shelf_open(&shelf) && fill(&shelf));
	CHECK(make(&shelf, PACK "S9", &made, &fault) == ERR_NOT_FOUND);
	CHECK_ROW(strstr(fault.text, "S9") != NULL, "%s", fault.text);
	buf_close(&made);
	shelf_close(&shelf);
}

TEST(a_sink_that_fails_ends_the_reading_with_its_own_error)
{
	struct shelf shelf;
	struct told told;
	struct buf made;
	struct fault fault = {0};
	NEED(shelf_open(&shelf) && fill(&shelf));
	CHECK(make(&shelf, PALLET, &made, &fault) == OK);
	for (size_t stop = 1; stop <= 10; stop++) {
		CHECK_ROW(read_into(&told, buf_span(&made), stop, &fault) == ERR_IO, "call %zu",
			stop);
		CHECK_ROW(told.calls == stop, "call %zu: %zu", stop, told.calls);
		buf_close(&told.text);
	}
	buf_close(&made);
	shelf_close(&shelf);
}

TEST(every_cut_and_every_wrong_byte_is_refused_or_tells_something_bounded)
{
	struct shelf shelf;
	struct told told;
	struct buf made;
	struct fault fault = {0};
	NEED(shelf_open(&shelf) && fill(&shelf));
	CHECK(make(&shelf, PALLET, &made, &fault) == OK);
	for (size_t size = 0; size < made.size; size++) {
		CHECK_ROW(read_into(&told, span_of(made.at, size), 0, &fault) != OK, "cut at %zu",
			size);
		buf_close(&told.text);
	}
	for (size_t at = 0; at < made.size; at++) {
		made.at[at] ^= 0x80;
		(void)read_into(&told, buf_span(&made), 0, &fault);
		CHECK_ROW(told.calls < 64, "byte %zu: %zu", at, told.calls);
		buf_close(&told.text);
		made.at[at] ^= 0x80;
	}
	buf_close(&made);
	shelf_close(&shelf);
}

/* A consignment with one thing put otherwise. */
static void put_bad(struct buf *buf, uint64_t version, const char *gtin, const char *expiry,
	const char *serial, size_t fields)
{
	cbor_put_map(buf, fields);
	cbor_put_uint(buf, 0);
	cbor_put_uint(buf, version);
	cbor_put_uint(buf, 1);
	cbor_put_array(buf, 0);
	cbor_put_uint(buf, 2);
	cbor_put_array(buf, 1);
	cbor_put_array(buf, 4);
	cbor_put_text(buf, span_text(gtin));
	cbor_put_text(buf, span_text("L"));
	cbor_put_text(buf, span_text(expiry));
	cbor_put_array(buf, 1);
	cbor_put_text(buf, span_text(serial));
	cbor_put_uint(buf, 3);
	cbor_put_array(buf, 0);
	if (fields < 5)
		return;
	cbor_put_uint(buf, 4);
	cbor_put_array(buf, 0);
}

TEST(refuses_what_no_sender_of_ours_writes)
{
	static const struct {
		const char *name;
		uint64_t version;
		const char *gtin;
		const char *expiry;
		const char *serial;
		size_t fields;
		enum err err;
	} rows[] = {
		{"right", 1, "05012345678900", "280331", "S1", 5, OK},
		{"another version", 2, "05012345678900", "280331", "S1", 5, ERR_VERSION},
		{"a short GTIN", 1, "5012345678900", "280331", "S1", 5, ERR_FORMAT},
		{"a long GTIN", 1, "005012345678900", "280331", "S1", 5, ERR_RANGE},
		{"a short expiry", 1, "05012345678900", "2803", "S1", 5, ERR_FORMAT},
		{"a long serial", 1, "05012345678900", "280331", "123456789012345678901", 5,
			ERR_RANGE},
		{"a field missing", 1, "05012345678900", "280331", "S1", 4, ERR_FORMAT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct told told;
		struct buf bytes;
		struct fault fault = {0};
		buf_init(&bytes, 4096);
		put_bad(&bytes, rows[i].version, rows[i].gtin, rows[i].expiry, rows[i].serial,
			rows[i].fields);
		enum err err = read_into(&told, buf_span(&bytes), 0, &fault);
		CHECK_ROW(err == rows[i].err, "%s: %d %s", rows[i].name, err, fault.text);
		CHECK_ROW(!err || fault.text[0], "%s", rows[i].name);
		buf_close(&told.text);
		buf_close(&bytes);
	}
}

TAP_MAIN(CASE(what_is_made_tells_the_receiver_all_that_lies_inside),
	CASE(one_case_tells_nothing_of_the_other),
	CASE(a_pack_whose_lot_is_not_known_is_not_shipped),
	CASE(a_sink_that_fails_ends_the_reading_with_its_own_error),
	CASE(every_cut_and_every_wrong_byte_is_refused_or_tells_something_bounded),
	CASE(refuses_what_no_sender_of_ours_writes))
