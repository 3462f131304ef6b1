/* assay.conf: what is taken ends every text, keeps numbers in bounds, and printed is taken again as
 * the same; what is refused names a line that is there, or none. */
#include "appliance/config.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct config *config)
{
	assert(config->member[0] && memchr(config->member, 0, sizeof config->member));
	assert(memchr(config->address, 0, sizeof config->address));
	assert(memchr(config->host, 0, sizeof config->host));
	assert(memchr(config->second_floor, 0, sizeof config->second_floor));
	assert(config->short_dated_days <= CONFIG_SHORT_DATED_MAX);
	assert(config->archive_days <= CONFIG_ARCHIVE_MAX);
}

static bool is_same(const struct config *one, const struct config *other)
{
	return !strcmp(one->member, other->member) && !strcmp(one->address, other->address) &&
	       !strcmp(one->host, other->host) && !strcmp(one->second_floor, other->second_floor) &&
	       one->http_port == other->http_port && one->station_port == other->station_port &&
	       one->short_dated_days == other->short_dated_days &&
	       one->archive_days == other->archive_days;
}

static void print_and_read(const struct config *config)
{
	struct config again = {0};
	struct buf text;
	struct fault fault = {0};
	buf_init(&text, CONFIG_SIZE_MAX);
	assert(config_print(config, &text, &fault) == OK);
	assert(config_parse(buf_span(&text), &again, &fault) == OK);
	assert(is_same(config, &again));
	buf_close(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config config = {.host = "untouched"};
	struct fault fault = {0};
	size_t lines = 1;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (config_parse(span_of(data, size), &config, &fault)) {
		assert(fault.text[0] && fault.at <= lines);
		assert(!strcmp(config.host, "untouched"));
	} else {
		judge(&config);
		print_and_read(&config);
	}
	return 0;
}
