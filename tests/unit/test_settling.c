#include "appliance/view/settling.h"
#include "appliance/rules/kinds.h"
#include "tests/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct house {
	struct env env;
	char folder[64];
	struct view *view;
	struct desk_party party;
};

static bool house_open(struct house *house)
{
	*house = (struct house){.party = {.name = "pharmacy"}};
	env_machine(&house->env);
	(void)snprintf(house->folder, sizeof house->folder, "/tmp/assay-settling-XXXXXX");
	return crypto_start() == OK && mkdtemp(house->folder) &&
	       view_open(&house->view, house->folder, &house->env, NULL) == OK;
}

static void house_close(struct house *house)
{
	static const char *const names[] = {"view.db", "view.db-wal", "view.db-shm"};
	view_free(house->view);
	for (size_t i = 0; i < 3; i++) {
		char path[128];
		(void)snprintf(path, sizeof path, "%s/%s", house->folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(house->folder);
}

static struct underway change_of(uint64_t sequence, unsigned kind, const char *serial)
{
	struct underway underway = {.sequence = sequence,
		.kind = (uint16_t)kind,
		.pack = {.gtin = "05012345678900",
			.lot = "L1",
			.expiry = "280331",
			.state = STOCK_HELD,
			.count = 1}};
	(void)snprintf(underway.pack.serial, sizeof underway.pack.serial, "%s", serial);
	memset(underway.secret, (int)sequence, sizeof underway.secret);
	return underway;
}

static enum err add_line(void *self, const struct stock_line *line, struct fault *fault)
{
	struct stock_line *sum = self;
	(void)fault;
	sum->held += line->held;
	sum->supplied += line->supplied;
	sum->gone += line->gone;
	memcpy(sum->expiry, line->expiry, sizeof sum->expiry);
	return OK;
}

static struct stock_line stock_of(struct house *house)
{
	struct stock_line sum = {0};
	struct stock_sink sink = {&sum, add_line};
	if (view_stock(house->view, house->party.name, NULL, NULL, &sink, NULL))
		sum.held = -1;
	return sum;
}

static bool stock_is(struct house *house, int64_t held, int64_t supplied, int64_t gone)
{
	struct stock_line line = stock_of(house);
	if (line.held == held && line.supplied == supplied && line.gone == gone)
		return true;
	printf("# held %lld supplied %lld gone %lld\n", (long long)line.held,
		(long long)line.supplied, (long long)line.gone);
	return false;
}

static enum err keep(struct house *house, const struct underway *underway)
{
	return view_underway_put(house->view, house->party.name, underway, NULL);
}

static enum err end(
	struct house *house, const struct underway *underway, uint64_t position, uint16_t alert)
{
	return settling_end(house->view, &house->party, underway, position, alert, NULL);
}

static enum err secret(struct house *house, const char *serial, struct undo_secret *secret)
{
	return view_secret_get(
		house->view, house->party.name, "05012345678900", serial, secret, NULL);
}

TEST(a_change_is_settled_once)
{
	struct house house;
	struct undo_secret found;
	NEED(house_open(&house));
	struct underway supply = change_of(7, KIND_SUPPLY, "A");
	CHECK(keep(&house, &supply) == OK);
	CHECK(secret(&house, "A", &found) == ERR_NOT_FOUND);
	CHECK(stock_is(&house, 0, 0, 0));
	CHECK(end(&house, &supply, 40, 0) == OK);
	CHECK(stock_is(&house, 0, 1, 0));
	CHECK(secret(&house, "A", &found) == OK && found.position == 40);
	CHECK(!memcmp(found.secret, supply.secret, sizeof found.secret));
	/* told again by whoever looks after what is left under way */
	struct underway undo = change_of(8, KIND_VOID, "A");
	memcpy(undo.secret, supply.secret, sizeof undo.secret);
	CHECK(keep(&house, &undo) == OK && end(&house, &undo, 41, 0) == OK);
	CHECK(end(&house, &supply, 40, 0) == OK);
	CHECK(stock_is(&house, 1, 0, 0));
	CHECK(secret(&house, "A", &found) == ERR_NOT_FOUND);
	house_close(&house);
}

/* Both kept before either is stated: the one must not take away the other's secret. */
TEST(two_changes_at_once_keep_a_secret_each)
{
	struct house house;
	struct undo_secret found;
	NEED(house_open(&house));
	struct underway one = change_of(7, KIND_SUPPLY, "A");
	struct underway other = change_of(8, KIND_SUPPLY, "B");
	CHECK(keep(&house, &one) == OK && keep(&house, &other) == OK);
	CHECK(end(&house, &other, 41, 0) == OK);
	CHECK(settling_drop(house.view, &house.party, &other, NULL) == OK);
	CHECK(end(&house, &one, 40, 0) == OK);
	CHECK(secret(&house, "A", &found) == OK && found.position == 40);
	CHECK(secret(&house, "B", &found) == OK && found.position == 41);
	CHECK(stock_is(&house, 0, 2, 0));
	house_close(&house);
}

TEST(what_an_alert_kept_from_happening_changes_nothing)
{
	static const struct {
		unsigned kind;
		uint16_t alert;
		int64_t held, supplied, gone;
	} rows[] = {
		{KIND_SUPPLY, 0, 0, 1, 0},
		{KIND_SUPPLY, ALERT_RECALLED, 0, 1, 0},
		{KIND_SUPPLY, ALERT_EXPIRED, 0, 1, 0},
		{KIND_SUPPLY, ALERT_ALREADY_SUPPLIED, 1, 0, 0},
		{KIND_SUPPLY, ALERT_LOCKED, 1, 0, 0},
		{KIND_SUPPLY, ALERT_LATE_DELIVERY, 0, 1, 0},
		{KIND_EXPORT, ALERT_LATE_DELIVERY, 1, 0, 0},
		{KIND_DESTROY, ALERT_NO_WITNESS, 0, 0, 1},
		{KIND_DESTROY, ALERT_DESTROYED, 1, 0, 0},
		{KIND_LOCK, 0, 1, 0, 0},
		{KIND_OPEN, 0, 1, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct house house;
		NEED(house_open(&house));
		struct underway change = change_of(7, rows[i].kind, "A");
		CHECK_ROW(view_stock_put(house.view, "pharmacy", &change.pack, NULL) == OK,
			"row %zu", i);
		CHECK_ROW(keep(&house, &change) == OK, "row %zu", i);
		CHECK_ROW(end(&house, &change, 40, rows[i].alert) == OK, "row %zu", i);
		CHECK_ROW(stock_is(&house, rows[i].held, rows[i].supplied, rows[i].gone), "row %zu",
			i);
		house_close(&house);
	}
}

TEST(an_undoing_gives_back_only_what_had_left)
{
	struct house house;
	struct undo_secret found;
	NEED(house_open(&house));
	/* A maker that has shipped a pack locks it, and takes that back: it does not hold it
	 * again. */
	struct underway lock = change_of(7, KIND_LOCK, "A");
	lock.pack.state = STOCK_SHIPPED;
	CHECK(view_stock_put(house.view, "pharmacy", &lock.pack, NULL) == OK);
	CHECK(keep(&house, &lock) == OK && end(&house, &lock, 40, 0) == OK);
	struct underway undo = change_of(8, KIND_VOID, "A");
	memcpy(undo.secret, lock.secret, sizeof undo.secret);
	CHECK(keep(&house, &undo) == OK);
	CHECK(end(&house, &undo, 41, ALERT_UNDO_LATE) == OK);
	CHECK(secret(&house, "A", &found) == OK);
	CHECK(keep(&house, &undo) == OK && end(&house, &undo, 42, 0) == OK);
	CHECK(secret(&house, "A", &found) == ERR_NOT_FOUND);
	CHECK(stock_is(&house, 0, 0, 0));
	house_close(&house);
}

TEST(a_scan_without_expiry_does_not_forget_it)
{
	struct house house;
	NEED(house_open(&house));
	struct underway supply = change_of(7, KIND_SUPPLY, "A");
	CHECK(view_stock_put(house.view, "pharmacy", &supply.pack, NULL) == OK);
	supply.pack.expiry[0] = 0;
	CHECK(keep(&house, &supply) == OK && end(&house, &supply, 40, 0) == OK);
	CHECK(!strcmp(stock_of(&house).expiry, "280331"));
	house_close(&house);
}

TEST(packs_without_a_number_are_never_fewer_than_none)
{
	struct house house;
	NEED(house_open(&house));
	struct underway supply = change_of(7, KIND_SUPPLY, "");
	supply.pack.count = 3;
	CHECK(view_stock_count(house.view, "pharmacy", &supply.pack, NULL) == OK);
	supply.pack.count = 2;
	CHECK(keep(&house, &supply) == OK && end(&house, &supply, 40, 0) == OK);
	CHECK(stock_is(&house, 1, 2, 0));
	CHECK(end(&house, &supply, 40, 0) == OK);
	CHECK(stock_is(&house, 1, 2, 0));
	supply.sequence = 8;
	supply.pack.count = 5;
	CHECK(keep(&house, &supply) == OK && end(&house, &supply, 41, 0) == OK);
	CHECK(stock_is(&house, 0, 7, 0));
	house_close(&house);
}

/* A station posts again until it has its receipt. */
TEST(a_station_counts_once)
{
	struct house house;
	NEED(house_open(&house));
	struct underway supply = change_of(0, KIND_SUPPLY, "");
	for (int i = 0; i < 3; i++)
		CHECK(settling_note(house.view, &house.party, &supply, 40, 0, NULL) == OK);
	CHECK(stock_is(&house, 0, 1, 0));
	CHECK(settling_note(house.view, &house.party, &supply, 41, 0, NULL) == OK);
	CHECK(stock_is(&house, 0, 2, 0));
	house_close(&house);
}

TAP_MAIN(CASE(a_change_is_settled_once), CASE(two_changes_at_once_keep_a_secret_each),
	CASE(what_an_alert_kept_from_happening_changes_nothing),
	CASE(an_undoing_gives_back_only_what_had_left),
	CASE(a_scan_without_expiry_does_not_forget_it),
	CASE(packs_without_a_number_are_never_fewer_than_none), CASE(a_station_counts_once))
