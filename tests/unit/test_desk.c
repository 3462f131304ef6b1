/* The desk: a new year's pepper is taken in while others read; numbers of statements. */
#include "tests/unit/trade_world.h"

#include "ledger/pepper.h"

#include <pthread.h>
#include <stdatomic.h>

static enum err peppers_now(
	struct trade *trade, const struct desk_pepper **peppers, size_t *count, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct desk *desk = trade->appliance.desk;
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = desk_peppers(desk, snapshot.table, peppers, count, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err;
}

/* The voter seals a pepper of this year to all box keys. */
static bool seal_year(struct trade *trade, uint16_t year, uint8_t pepper[PEPPER_SIZE])
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct desk *desk = trade->appliance.desk;
	struct fault fault = {0};
	struct buf body;
	struct stated stated;
	random_fill(pepper, PEPPER_SIZE);
	buf_init(&body, STATEMENT_SIZE_MAX);
	enum err err = desk_reader(desk, &reader, &fault);
	if (!err)
		err = reader_begin(reader, &snapshot, &fault);
	if (!err) {
		err = pepper_seal(snapshot.table, year, pepper, snapshot.time_ms, &body, &fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	struct desk_statement statement = {.party = desk_find(desk, "wholesale.example"),
		.kind = KIND_PEPPER,
		.word = ledger_kind_word(KIND_PEPPER),
		.body = buf_span(&body)};
	if (!err)
		err = desk_state(desk, &statement, &stated, &fault);
	buf_close(&body);
	return trade_done(err, &fault);
}

TEST(a_new_years_pepper_is_taken_in_and_the_old_list_stays)
{
	static struct trade trade;
	const struct desk_pepper *old = NULL;
	const struct desk_pepper *new = NULL;
	struct desk_pepper kept;
	size_t old_count = 0;
	size_t new_count = 0;
	uint8_t pepper[PEPPER_SIZE];
	struct fault fault = {0};
	NEED(trade_open(&trade, GOODS_CASE_PACKS, 400));
	NEED(trade_done(peppers_now(&trade, &old, &old_count, &fault), &fault));
	CHECK(old_count == 1);
	kept = old[0];
	NEED(seal_year(&trade, (uint16_t)(kept.year + 1), pepper));
	NEED(trade_done(peppers_now(&trade, &new, &new_count, &fault), &fault));
	CHECK(new_count == 2);
	CHECK(new[0].year == kept.year + 1 && !memcmp(new[0].pepper, pepper, PEPPER_SIZE));
	CHECK(new[1].year == kept.year && !memcmp(new[1].pepper, kept.pepper, PEPPER_SIZE));
	/* Who reads the old list meanwhile is not disturbed. */
	CHECK(old[0].year == kept.year && !memcmp(old[0].pepper, kept.pepper, PEPPER_SIZE));
	trade_close(&trade);
}

struct reading {
	struct trade *trade;
	atomic_bool is_over;
	atomic_int wrong;
};

/* Each pepper, as soon as it is seen, is the one of its year for good. */
static void *read_on(void *self)
{
	struct reading *reading = self;
	uint8_t seen[DESK_PEPPERS_MAX][PEPPER_SIZE];
	uint16_t first = 0;
	size_t known = 0;
	while (!atomic_load(&reading->is_over)) {
		const struct desk_pepper *peppers = NULL;
		size_t count = 0;
		if (peppers_now(reading->trade, &peppers, &count, NULL)) {
			atomic_fetch_add(&reading->wrong, 1);
			break;
		}
		if (!first)
			first = peppers[count - 1].year;
		for (size_t i = 0; i < count; i++) {
			size_t at = (size_t)(peppers[i].year - first);
			if (at < known && memcmp(seen[at], peppers[i].pepper, PEPPER_SIZE) != 0)
				atomic_fetch_add(&reading->wrong, 1);
			memcpy(seen[at], peppers[i].pepper, PEPPER_SIZE);
		}
		known = count;
	}
	return NULL;
}

TEST(readers_of_peppers_never_see_one_half_written)
{
	enum { THREADS = 4, YEARS = 1 };
	static struct trade trade;
	struct reading reading = {.trade = &trade};
	pthread_t threads[THREADS];
	const struct desk_pepper *peppers = NULL;
	size_t count = 0;
	uint8_t pepper[PEPPER_SIZE];
	NEED(trade_open(&trade, GOODS_CASE_PACKS, 400));
	NEED(peppers_now(&trade, &peppers, &count, NULL) == OK);
	uint16_t year = peppers[0].year;
	for (size_t i = 0; i < THREADS; i++)
		NEED(pthread_create(&threads[i], NULL, read_on, &reading) == 0);
	for (uint16_t i = 1; i <= YEARS; i++)
		CHECK_ROW(seal_year(&trade, (uint16_t)(year + i), pepper), "%u", (unsigned)i);
	atomic_store(&reading.is_over, true);
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	CHECK(atomic_load(&reading.wrong) == 0);
	CHECK(peppers_now(&trade, &peppers, &count, NULL) == OK && count == 1 + YEARS);
	trade_close(&trade);
}

/* Number 0 means none: what is kept under it would never be found again. */
TEST(a_party_counts_its_statements_from_one)
{
	static struct trade trade;
	uint64_t sequence;
	const struct desk_party *party;
	NEED(trade_open(&trade, GOODS_CASE_PACKS, 400));
	for (size_t i = 0; (party = desk_party(trade.appliance.desk, i)); i++)
		CHECK_ROW(desk_sequence(trade.appliance.desk, party, &sequence, NULL) == OK &&
				  sequence > 0,
			"%s: %llu", party->name, (unsigned long long)sequence);
	CHECK_ROW(trade.appliance.desk && desk_find(trade.appliance.desk, "pharmacy"), "parties");
	trade_close(&trade);
}

TEST(what_is_recorded_is_told_by_its_number)
{
	static struct trade trade;
	struct stated stated;
	struct stated found;
	uint64_t sequence;
	struct fault fault = {0};
	NEED(trade_open(&trade, GOODS_CASE_PACKS, 400));
	struct desk *desk = trade.appliance.desk;
	const struct desk_party *party = desk_find(desk, "authority.example");
	const struct kind *kind = kind_find(KIND_RECALL);
	uint8_t id[RECALL_ID_SIZE] = {1};
	uint8_t memory[128];
	uint8_t item[64];
	struct buf items;
	struct buf body;
	buf_over(&items, item, sizeof item);
	buf_over(&body, memory, sizeof memory);
	cbor_put_array(&items, 2);
	cbor_put_uint(&items, strtoull(TRADE_GTIN, NULL, 10));
	cbor_put_array(&items, 0);
	union kind_body said = {.recall = {.id = span_of(id, sizeof id),
					.items = {buf_span(&items), 1},
					.class = RECALL_CLASS_2,
					.depth = DEPTH_PATIENT}};
	kind->encode(&said, &body);
	NEED(desk_sequence(desk, party, &sequence, &fault) == OK);
	CHECK(desk_recorded(desk, party, sequence, &found, &fault) == ERR_NOT_FOUND);
	struct desk_statement statement = {.party = party,
		.kind = kind->number,
		.word = kind->word,
		.body = buf_span(&body),
		.sequence = sequence};
	NEED(trade_done(desk_state(desk, &statement, &stated, &fault), &fault));
	CHECK(desk_recorded(desk, party, sequence, &found, &fault) == OK);
	CHECK(found.position == stated.position && found.time_ms == stated.time_ms &&
		found.height == stated.height && !memcmp(found.entry, stated.entry, ENTRY_SIZE));
	/* Refused: nothing is there. */
	NEED(desk_sequence(desk, party, &statement.sequence, &fault) == OK);
	CHECK(desk_state(desk, &statement, &stated, &fault) == ERR_REFUSED);
	CHECK(desk_recorded(desk, party, statement.sequence, &found, &fault) == ERR_NOT_FOUND);
	trade_close(&trade);
}

TAP_MAIN(CASE(a_new_years_pepper_is_taken_in_and_the_old_list_stays),
	CASE(readers_of_peppers_never_see_one_half_written),
	CASE(a_party_counts_its_statements_from_one), CASE(what_is_recorded_is_told_by_its_number))
