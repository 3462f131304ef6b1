#include "appliance/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define LINE_SIZE 1024

static enum err set_port(uint16_t *port, const char *value, size_t line, struct fault *fault)
{
	char *end = NULL;
	long number = strtol(value, &end, 10);
	if (!*value || *end || number < 0 || number > UINT16_MAX)
		return fault_set(fault, ERR_RANGE, line, 0,
			"assay.conf line %zu: %.40s is no port number", line, value);
	*port = (uint16_t)number;
	return OK;
}

static enum err set_text(char *to, size_t room, const char *value, size_t line, struct fault *fault)
{
	size_t size = strlen(value);
	if (size >= room)
		return fault_set(fault, ERR_LIMIT, line, 0,
			"assay.conf line %zu: the value is longer than %zu characters", line,
			room - 1);
	memcpy(to, value, size + 1);
	return OK;
}

static enum err set_item(struct config *config, const char *name, const char *value, size_t line,
	struct fault *fault)
{
	if (!strcmp(name, "member"))
		return set_text(config->member, sizeof config->member, value, line, fault);
	if (!strcmp(name, "address"))
		return set_text(config->address, sizeof config->address, value, line, fault);
	if (!strcmp(name, "host"))
		return set_text(config->host, sizeof config->host, value, line, fault);
	if (!strcmp(name, "second_floor"))
		return set_text(
			config->second_floor, sizeof config->second_floor, value, line, fault);
	if (!strcmp(name, "http_port"))
		return set_port(&config->http_port, value, line, fault);
	if (!strcmp(name, "station_port"))
		return set_port(&config->station_port, value, line, fault);
	return fault_set(fault, ERR_FORMAT, line, 0, "assay.conf line %zu: nothing is called %.60s",
		line, name);
}

static char *trimmed(char *text)
{
	while (*text == ' ' || *text == '\t')
		text++;
	size_t size = strlen(text);
	while (size && strchr(" \t\r\n", text[size - 1]))
		text[--size] = 0;
	return text;
}

enum err config_load(const char *folder, struct config *out, struct fault *fault)
{
	char path[PATH_SIZE];
	char text[LINE_SIZE];
	struct config config = {.address = "127.0.0.1", .host = "localhost"};
	(void)snprintf(path, sizeof path, "%s/assay.conf", folder);
	FILE *file = fopen(path, "re");
	if (!file)
		return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, 0, 0,
			errno == ENOENT
				? "%.150s is no appliance's folder (no assay.conf there): `assay "
				  "init` makes one, --folder names another"
				: "cannot read assay.conf in %.150s",
			folder);
	enum err err = OK;
	for (size_t line = 1; !err && fgets(text, sizeof text, file); line++) {
		if (!strchr(text, '\n') && !feof(file)) {
			err = fault_set(fault, ERR_LIMIT, line, 0,
				"assay.conf line %zu is longer than %d characters", line,
				LINE_SIZE - 2);
			break;
		}
		char *comment = strchr(text, '#');
		if (comment)
			*comment = 0;
		char *name = trimmed(text);
		char *equals = strchr(name, '=');
		if (!*name)
			continue;
		if (!equals) {
			err = fault_set(fault, ERR_FORMAT, line, 0,
				"assay.conf line %zu is not `name = value`", line);
			break;
		}
		*equals = 0;
		err = set_item(&config, trimmed(name), trimmed(equals + 1), line, fault);
	}
	(void)fclose(file);
	if (!err && !config.member[0])
		err = fault_set(fault, ERR_FORMAT, 0, 0, "assay.conf names no member");
	if (!err)
		*out = config;
	return err;
}

enum err config_save(const char *folder, const struct config *config, struct fault *fault)
{
	char path[PATH_SIZE];
	char beside[PATH_SIZE + 8];
	const char *const values[] = {
		config->member, config->address, config->host, config->second_floor};
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (strpbrk(values[i], "#\r\n"))
			return fault_set(fault, ERR_FORMAT, 0, 0,
				"%.150s cannot be kept in assay.conf: # begins a comment there",
				values[i]);
	(void)snprintf(path, sizeof path, "%s/assay.conf", folder);
	(void)snprintf(beside, sizeof beside, "%s.new", path);
	FILE *file = fopen(beside, "we");
	if (!file)
		return fault_set(fault, ERR_READONLY, 0, 0, "cannot write %.150s: %s", beside,
			strerror(errno));
	int put = fprintf(file,
		"# This appliance. Keys are in keys/ and root/, not here.\n"
		"member = %s\naddress = %s\nhttp_port = %u\nstation_port = %u\nhost = %s\n"
		"second_floor = %s\n",
		config->member, config->address, (unsigned)config->http_port,
		(unsigned)config->station_port, config->host, config->second_floor);
	bool failed = put < 0 || fflush(file) || fsync(fileno(file));
	failed |= fclose(file) != 0;
	if (failed || rename(beside, path))
		return fault_set(fault, errno == ENOSPC ? ERR_FULL : ERR_IO, 0, 0,
			"cannot write %.150s: %s", path, strerror(errno));
	return OK;
}
