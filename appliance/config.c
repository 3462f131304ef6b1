#include "appliance/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE     4096
#define LINE_SIZE_MAX 1022

static enum err set_number(uint16_t *number, uint32_t max, struct span value, const char *what,
	size_t line, struct fault *fault)
{
	uint32_t read = 0;
	bool is_number = value.size >= 1 && value.size <= 9;
	for (size_t i = 0; is_number && i < value.size; i++) {
		is_number = value.at[i] >= '0' && value.at[i] <= '9';
		read = read * 10 + (uint32_t)(value.at[i] - '0');
	}
	if (!is_number || read > max)
		return fault_set(fault, ERR_RANGE, line, 0, "assay.conf line %zu: %.*s is no %s",
			line, (int)(value.size < 40 ? value.size : 40), (const char *)value.at,
			what);
	*number = (uint16_t)read;
	return OK;
}

static enum err set_text(char *to, size_t room, struct span value, size_t line, struct fault *fault)
{
	if (value.size >= room)
		return fault_set(fault, ERR_LIMIT, line, 0,
			"assay.conf line %zu: the value is longer than %zu characters", line,
			room - 1);
	if (value.size)
		memcpy(to, value.at, value.size);
	to[value.size] = 0;
	return OK;
}

static enum err set_item(struct config *config, struct span name, struct span value, size_t line,
	struct fault *fault)
{
	const struct {
		const char *name;
		char *to;
		size_t room;
	} texts[] = {
		{"member", config->member, sizeof config->member},
		{"address", config->address, sizeof config->address},
		{"host", config->host, sizeof config->host},
		{"second_floor", config->second_floor, sizeof config->second_floor},
	};
	const struct {
		const char *name;
		uint16_t *to;
		uint32_t max;
		const char *what;
	} numbers[] = {
		{"http_port", &config->http_port, UINT16_MAX, "port number"},
		{"station_port", &config->station_port, UINT16_MAX, "port number"},
		{"short_dated_days", &config->short_dated_days, CONFIG_SHORT_DATED_MAX,
			"number of days (0 to 3650)"},
		{"archive_days", &config->archive_days, CONFIG_ARCHIVE_MAX,
			"number of days (0 to 36500)"},
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (span_is(name, texts[i].name))
			return set_text(texts[i].to, texts[i].room, value, line, fault);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (span_is(name, numbers[i].name))
			return set_number(
				numbers[i].to, numbers[i].max, value, numbers[i].what, line, fault);
	return fault_set(fault, ERR_FORMAT, line, 0, "assay.conf line %zu: nothing is called %.*s",
		line, (int)(name.size < 60 ? name.size : 60), (const char *)name.at);
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct span trimmed(struct span text)
{
	size_t from = 0;
	size_t to = text.size;
	while (from < to && is_blank(text.at[from]))
		from++;
	while (to > from && is_blank(text.at[to - 1]))
		to--;
	return span_cut(text, from, to);
}

/* Bytes up to the first of that kind; all of it when there is none. */
static size_t size_before(struct span text, char byte)
{
	const uint8_t *found = text.size ? memchr(text.at, byte, text.size) : NULL;
	return found ? (size_t)(found - text.at) : text.size;
}

/* A NUL would cut a value short, a line end could not be written back. */
static bool has_control(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((text.at[i] < ' ' && text.at[i] != '\t') || text.at[i] == 0x7f)
			return true;
	return false;
}

static enum err read_line(struct config *config, struct span text, size_t line, struct fault *fault)
{
	if (text.size > LINE_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, line, 0,
			"assay.conf line %zu is longer than %d characters", line, LINE_SIZE_MAX);
	struct span said = trimmed(span_cut(text, 0, size_before(text, '#')));
	size_t equals = size_before(said, '=');
	if (!said.size)
		return OK;
	if (has_control(said))
		return fault_set(fault, ERR_FORMAT, line, 0,
			"assay.conf line %zu has a control character", line);
	if (equals == said.size)
		return fault_set(fault, ERR_FORMAT, line, 0,
			"assay.conf line %zu is not `name = value`", line);
	return set_item(config, trimmed(span_cut(said, 0, equals)),
		trimmed(span_cut(said, equals + 1, said.size)), line, fault);
}

enum err config_parse(struct span text, struct config *out, struct fault *fault)
{
	struct config config = {.address = "127.0.0.1", .host = "localhost"};
	for (size_t line = 1; text.size; line++) {
		size_t size = size_before(text, '\n');
		enum err err = read_line(&config, span_cut(text, 0, size), line, fault);
		if (err)
			return err;
		text = span_cut(text, size + 1, text.size);
	}
	if (!config.member[0])
		return fault_set(fault, ERR_FORMAT, 0, 0, "assay.conf names no member");
	*out = config;
	return OK;
}

enum err config_load(const char *folder, struct config *config, struct fault *fault)
{
	char path[PATH_SIZE];
	char chunk[4096];
	struct buf text;
	size_t got;
	(void)snprintf(path, sizeof path, "%s/assay.conf", folder);
	FILE *file = fopen(path, "re");
	if (!file)
		return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, 0, 0,
			errno == ENOENT
				? "%.150s is no appliance's folder (no assay.conf there): `assay "
				  "init` makes one, --folder names another"
				: "cannot read assay.conf in %.150s",
			folder);
	buf_init(&text, CONFIG_SIZE_MAX);
	while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
		buf_put(&text, span_of(chunk, got));
	enum err err = OK;
	if (ferror(file))
		err = fault_set(fault, ERR_IO, 0, 0, "cannot read assay.conf in %.150s", folder);
	else if (text.err)
		err = fault_set(fault, text.err, 0, 0, "assay.conf in %.150s is over %zu KiB",
			folder, CONFIG_SIZE_MAX >> 10);
	(void)fclose(file);
	if (!err)
		err = config_parse(buf_span(&text), config, fault);
	buf_close(&text);
	return err;
}

/* What # or a line end would cut, and what the reader would trim. */
static bool is_kept(const char *value)
{
	struct span text = span_text(value);
	return !strchr(value, '#') && !has_control(text) && trimmed(text).size == text.size;
}

enum err config_print(const struct config *config, struct buf *text, struct fault *fault)
{
	const char *const values[] = {
		config->member, config->address, config->host, config->second_floor};
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (!is_kept(values[i]))
			return fault_set(fault, ERR_FORMAT, 0, 0,
				"%.150s cannot be kept in assay.conf: # begins a comment there, "
				"and space around a value is dropped",
				values[i]);
	buf_printf(text,
		"# This appliance. Keys are in keys/ and root/, not here.\n"
		"member = %s\naddress = %s\nhttp_port = %u\nstation_port = %u\nhost = %s\n"
		"second_floor = %s\n",
		config->member, config->address, (unsigned)config->http_port,
		(unsigned)config->station_port, config->host, config->second_floor);
	buf_printf(text,
		"# Packs with fewer days left than this are told as short_dated; 0: never.\n"
		"short_dated_days = %u\n",
		(unsigned)config->short_dated_days);
	buf_printf(text,
		"# Statements older than so many days move to the folder archive/; 0: never.\n"
		"archive_days = %u\n",
		(unsigned)config->archive_days);
	return text->err ? fault_set(fault, text->err, 0, 0, "no room for assay.conf") : OK;
}

enum err config_save(const char *folder, const struct config *config, struct fault *fault)
{
	char path[PATH_SIZE];
	char beside[PATH_SIZE + 8];
	struct buf text;
	buf_init(&text, CONFIG_SIZE_MAX);
	enum err err = config_print(config, &text, fault);
	(void)snprintf(path, sizeof path, "%s/assay.conf", folder);
	(void)snprintf(beside, sizeof beside, "%s.new", path);
	FILE *file = err ? NULL : fopen(beside, "we");
	if (!err && !file)
		err = fault_set(fault, ERR_READONLY, 0, 0, "cannot write %.150s: %s", beside,
			strerror(errno));
	if (file) {
		bool failed = fwrite(text.at, 1, text.size, file) != text.size || fflush(file) ||
			      fsync(fileno(file));
		failed |= fclose(file) != 0;
		if (failed || rename(beside, path)) {
			err = fault_set(fault, errno == ENOSPC ? ERR_FULL : ERR_IO, 0, 0,
				"cannot write %.150s: %s", path, strerror(errno));
			(void)unlink(beside);
		}
	}
	buf_close(&text);
	return err;
}
