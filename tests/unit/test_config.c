/* assay.conf: what is written is read back, and a wrong line is named. */
#include "appliance/config.h"

#include "tests/tap.h"

#include <unistd.h>

struct place {
	char folder[64];
	char path[80];
};

static bool place_open(struct place *place, const char *text, size_t size)
{
	(void)snprintf(place->folder, sizeof place->folder, P_tmpdir "/assay-config-XXXXXX");
	if (!mkdtemp(place->folder))
		return false;
	(void)snprintf(place->path, sizeof place->path, "%s/assay.conf", place->folder);
	FILE *out = text ? fopen(place->path, "wb") : NULL;
	return !text || (out && fwrite(text, 1, size, out) == size && !fclose(out));
}

static void place_close(struct place *place)
{
	(void)unlink(place->path);
	(void)rmdir(place->folder);
}

TEST(what_is_saved_is_loaded)
{
	static const struct config configs[] = {
		{.member = "wholesale.example",
			.address = "127.0.0.1",
			.http_port = 8443,
			.station_port = 7433,
			.host = "localhost"},
		{.member = "hospital.example",
			.address = "::",
			.http_port = 65535,
			.station_port = 1,
			.host = "assay.hospital.example",
			.second_floor = "/srv/second disk/floor",
			.short_dated_days = 90},
	};
	for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
		struct place place;
		struct fault fault = {0};
		struct config loaded;
		NEED(place_open(&place, NULL, 0));
		CHECK_ROW(config_save(place.folder, &configs[i], &fault) == OK, "%s", fault.text);
		CHECK_ROW(config_load(place.folder, &loaded, &fault) == OK, "%s", fault.text);
		CHECK(!strcmp(loaded.member, configs[i].member));
		CHECK(!strcmp(loaded.address, configs[i].address));
		CHECK(!strcmp(loaded.host, configs[i].host));
		CHECK(!strcmp(loaded.second_floor, configs[i].second_floor));
		CHECK(loaded.http_port == configs[i].http_port);
		CHECK(loaded.station_port == configs[i].station_port);
		CHECK(loaded.short_dated_days == configs[i].short_dated_days);
		place_close(&place);
	}
}

#define LONG_HOST                                                                                  \
	"a23456789.b23456789.c23456789.d23456789.e23456789.f23456789.g23456789."                   \
	"h23456789.i23456789.j23456789.k23456789.l23456789.m23456789.example"

TEST(lines_are_read_or_named)
{
	static const struct {
		const char *text;
		enum err err;
		size_t line; /* 0: of no line */
		const char *says; /* in the fault, or the host when it is read */
	} rows[] = {
		{"member = m.example\n", OK, 0, "localhost"},
		{"member=m.example\nhost=h.example", OK, 0, "h.example"},
		{"# a comment\n\n \t\nmember = m.example # behind\nhost =\th.example \r\n", OK, 0,
			"h.example"},
		{"host = a.example\nmember = m.example\nhost = b.example\n", OK, 0, "b.example"},
		{"", ERR_FORMAT, 0, "names no member"},
		{"member =\n", ERR_FORMAT, 0, "names no member"},
		{"member = m.example\nhots = h.example\n", ERR_FORMAT, 2, "hots"},
		{"member = m.example\n\nhttp_port\n", ERR_FORMAT, 3, "line 3"},
		{"= m.example\n", ERR_FORMAT, 1, "line 1"},
		{"http_port = 65536\n", ERR_RANGE, 1, "65536"},
		{"http_port = -1\n", ERR_RANGE, 1, "-1"},
		{"http_port = https\n", ERR_RANGE, 1, "https"},
		{"http_port =\n", ERR_RANGE, 1, "line 1"},
		{"station_port = 74 33\n", ERR_RANGE, 1, "74 33"},
		{"station_port = +7433\n", ERR_RANGE, 1, "+7433"},
		{"http_port = 4294967297\n", ERR_RANGE, 1, "port number"},
		{"member = m.example\nshort_dated_days = 3650\n", OK, 0, "localhost"},
		{"member = m.example\nshort_dated_days = 3651\n", ERR_RANGE, 2, "days"},
		{"member = m.example\nshort_dated_days = -1\n", ERR_RANGE, 2, "days"},
		{"member = m.example\nhost = a\rb\n", ERR_FORMAT, 2, "control character"},
		{"member = m.example\nhost = " LONG_HOST "\n", ERR_LIMIT, 2, "127 characters"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct place place;
		struct fault fault = {0};
		struct config config = {.host = "untouched"};
		NEED(place_open(&place, rows[i].text, strlen(rows[i].text)));
		enum err err = config_load(place.folder, &config, &fault);
		CHECK_ROW(err == rows[i].err, "row %zu: %s", i, fault.text);
		if (err) {
			CHECK_ROW(fault.at == rows[i].line, "row %zu: line %zu", i, fault.at);
			CHECK_ROW(strstr(fault.text, rows[i].says), "row %zu: %s", i, fault.text);
			CHECK_ROW(!strcmp(config.host, "untouched"), "row %zu", i);
		} else {
			CHECK_ROW(
				!strcmp(config.host, rows[i].says), "row %zu: %s", i, config.host);
			CHECK_ROW(!strcmp(config.address, "127.0.0.1"), "row %zu", i);
		}
		place_close(&place);
	}
}

TEST(lines_without_end_are_refused)
{
	struct place place;
	struct fault fault = {0};
	struct config config;
	char text[3000];
	memset(text, 'x', sizeof text);
	memcpy(text, "member = m.example\n# ", 21);
	NEED(place_open(&place, text, sizeof text));
	CHECK(config_load(place.folder, &config, &fault) == ERR_LIMIT);
	CHECK_ROW(fault.at == 2, "line %zu: %s", fault.at, fault.text);
	place_close(&place);
}

/* A value that ended there would be another one than was written. */
TEST(a_nul_is_refused)
{
	static const char text[] = "member = m.example\nhost = a.example\0.evil.example\n";
	struct place place;
	struct fault fault = {0};
	struct config config;
	NEED(place_open(&place, text, sizeof text - 1));
	CHECK(config_load(place.folder, &config, &fault) == ERR_FORMAT);
	CHECK_ROW(fault.at == 2, "line %zu: %s", fault.at, fault.text);
	place_close(&place);
}

TEST(what_could_not_be_read_back_is_not_written)
{
	static const char *const floors[] = {"/srv/#1/floor", "/srv/a\nmember = other.example",
		" /srv/floor", "/srv/floor\t", "/srv/\x7f"};
	for (size_t i = 0; i < sizeof floors / sizeof floors[0]; i++) {
		struct place place;
		struct fault fault = {0};
		struct config config = {.member = "m.example", .host = "localhost"};
		(void)snprintf(config.second_floor, sizeof config.second_floor, "%s", floors[i]);
		NEED(place_open(&place, NULL, 0));
		CHECK_ROW(
			config_save(place.folder, &config, &fault) == ERR_FORMAT, "%s", floors[i]);
		CHECK_ROW(config_load(place.folder, &config, &fault) == ERR_NOT_FOUND, "%s",
			floors[i]);
		place_close(&place);
	}
}

TEST(a_folder_of_no_appliance_and_one_that_has_a_file)
{
	struct place place;
	struct fault fault = {0};
	struct config config = {.member = "m.example", .address = "::", .host = "localhost"};
	NEED(place_open(&place, NULL, 0));
	CHECK(config_load(place.folder, &config, &fault) == ERR_NOT_FOUND);
	CHECK_ROW(strstr(fault.text, "assay init"), "%s", fault.text);
	CHECK(config_save(place.folder, &config, &fault) == OK);
	config.http_port = 9443;
	CHECK(config_save(place.folder, &config, &fault) == OK);
	CHECK(config_load(place.folder, &config, &fault) == OK && config.http_port == 9443);
	place_close(&place);
	CHECK(config_save(place.folder, &config, &fault) != OK);
}

TAP_MAIN(CASE(what_is_saved_is_loaded), CASE(lines_are_read_or_named),
	CASE(lines_without_end_are_refused), CASE(a_nul_is_refused),
	CASE(what_could_not_be_read_back_is_not_written),
	CASE(a_folder_of_no_appliance_and_one_that_has_a_file))
