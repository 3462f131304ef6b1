/* Limits per address: bursts, refilling, kinds of addresses, the table's bound. */
#include "appliance/http/rate.h"

#include "tests/tap.h"

struct clock {
	int64_t us;
	struct env env;
};

static int64_t clock_now(void *self)
{
	return ((struct clock *)self)->us / 1000;
}

static int64_t clock_steady(void *self)
{
	return ((struct clock *)self)->us;
}

static void clock_random(void *self, void *out, size_t size)
{
	(void)self;
	memset(out, 7, size);
}

static struct rate *rate_at(struct clock *clock, unsigned burst, unsigned refill_ms)
{
	struct rate *rate = NULL;
	struct fault fault;
	struct rate_options options = {burst, refill_ms};
	clock->env = (struct env){clock, clock_now, clock_steady, clock_random, NULL};
	return rate_open(&rate, &options, &clock->env, &fault) ? NULL : rate;
}

TEST(a_burst_passes_and_then_one_request_a_period)
{
	struct clock clock = {0};
	struct rate *rate = rate_at(&clock, 3, 2000);
	NEED(rate);
	for (int i = 0; i < 3; i++)
		CHECK_ROW(rate_take(rate, "192.0.2.1") == 0, "request %d", i);
	CHECK(rate_take(rate, "192.0.2.1") == 2);
	clock.us += 1500000;
	CHECK(rate_take(rate, "192.0.2.1") == 1);
	clock.us += 500000;
	CHECK(rate_take(rate, "192.0.2.1") == 0);
	CHECK(rate_take(rate, "192.0.2.1") == 2);
	clock.us += 3600 * 1000000LL; /* full again, and no fuller */
	for (int i = 0; i < 3; i++)
		CHECK_ROW(rate_take(rate, "192.0.2.1") == 0, "after an hour, request %d", i);
	CHECK(rate_take(rate, "192.0.2.1") != 0);
	rate_free(rate);
}

TEST(one_address_does_not_stop_another)
{
	static const struct {
		const char *first;
		const char *second;
		bool same;
	} rows[] = {
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true},
		{"2001:db8:0:1::1", "2001:db8:0:2::1", false},
		{"fe80::1%eth0", "fe80::1%eth1", true},
		{"::1", "127.0.0.1", false},
		{"", "no address", true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct clock clock = {.us = 5};
		struct rate *rate = rate_at(&clock, 1, 1000);
		NEED(rate);
		CHECK_ROW(rate_take(rate, rows[i].first) == 0, "%s", rows[i].first);
		CHECK_ROW((rate_take(rate, rows[i].second) != 0) == rows[i].same, "%s after %s",
			rows[i].second, rows[i].first);
		rate_free(rate);
	}
}

TEST(many_addresses_do_not_free_the_one_that_asks_most)
{
	struct clock clock = {.us = 1};
	struct rate *rate = rate_at(&clock, 8, 60000);
	NEED(rate);
	while (!rate_take(rate, "192.0.2.1"))
		;
	for (int i = 0; i < 4 * RATE_ADDRESSES; i++) {
		char peer[32];
		(void)snprintf(peer, sizeof peer, "10.%d.%d.1", i / 256, i % 256);
		CHECK_ROW(rate_take(rate, peer) == 0, "%s", peer);
		clock.us++;
	}
	CHECK(rate_take(rate, "192.0.2.1") != 0);
	rate_free(rate);
}

TEST(a_name_is_counted_with_who_asks_for_it)
{
	struct clock clock = {.us = 1};
	struct rate *rate = rate_at(&clock, 2, 30000);
	NEED(rate);
	struct span one = span_text("one");
	CHECK(!rate_take_name(rate, "192.0.2.1", one) && !rate_take_name(rate, "192.0.2.1", one));
	CHECK(rate_take_name(rate, "192.0.2.1", one) == 30);
	CHECK(!rate_take_name(rate, "192.0.2.1", span_text("other")));
	CHECK(!rate_take_name(rate, "192.0.2.2", one));
	CHECK(!rate_take(rate, "192.0.2.1"));
	rate_forget_name(rate, "192.0.2.2", one);
	CHECK(rate_take_name(rate, "192.0.2.1", one) == 30);
	rate_forget_name(rate, "192.0.2.1", one);
	CHECK(!rate_take_name(rate, "192.0.2.1", one) && !rate_take_name(rate, "192.0.2.1", one));
	CHECK(rate_take_name(rate, "192.0.2.1", one) == 30);
	rate_free(rate);
}

TAP_MAIN(CASE(a_burst_passes_and_then_one_request_a_period),
	CASE(one_address_does_not_stop_another),
	CASE(many_addresses_do_not_free_the_one_that_asks_most),
	CASE(a_name_is_counted_with_who_asks_for_it))
