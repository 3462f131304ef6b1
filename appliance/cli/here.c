#include "appliance/cli/here.h"

#include "ledger/base/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MIN 8

enum err here_open(struct here *here, struct cli *cli)
{
	*here = (struct here){.cli = cli};
	env_machine(&here->env);
	enum err err = config_load(cli->folder, &here->config, &cli->fault);
	const char *second = here->config.second_floor;
	if (!err)
		err = keyholder_start(
			&here->holder, cli->folder, second[0] ? second : NULL, &cli->fault);
	here->keys = err ? NULL : calloc(KEYHOLDER_KEYS_MAX, sizeof *here->keys);
	if (!err && !here->keys)
		err = fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory for keys");
	if (!err)
		err = keyholder_keys(here->holder, here->keys, KEYHOLDER_KEYS_MAX, &here->key_count,
			&cli->fault);
	if (!err)
		err = reader_open(&here->reader, cli->folder, &here->env, &cli->fault);
	if (!err)
		err = reader_begin(here->reader, &here->snapshot, &cli->fault);
	here->is_reading = !err;
	return err;
}

void here_close(struct here *here)
{
	if (here->is_reading)
		reader_end(here->reader);
	reader_free(here->reader);
	free(here->keys);
	keyholder_stop(here->holder);
	*here = (struct here){0};
}

const char *here_party_name(const struct here *here, size_t index)
{
	const char *last = "";
	for (size_t i = 0; i < here->key_count; i++) {
		const struct keyholder_key *key = &here->keys[i];
		if (key->purpose != KEY_APPLIANCE || !strcmp(key->party, last))
			continue;
		last = key->party;
		if (!index--)
			return last;
	}
	return NULL;
}

enum err here_party(struct here *here, const char *name, struct here_party *party)
{
	struct fault *fault = &here->cli->fault;
	struct author author = {0};
	uint8_t public[32];
	bool found = false;
	enum err err = OK;
	/* A renewed key that the ledger does not know yet has not taken the place of the former. */
	for (size_t i = 0; i < here->key_count; i++) {
		const struct keyholder_key *key = &here->keys[i];
		if (key->purpose != KEY_APPLIANCE || strcmp(key->party, name) != 0)
			continue;
		err = members_key(here->snapshot.table, key->kid, &author, public, fault);
		if (err && err != ERR_NOT_FOUND)
			return err;
		found |= !err;
		if (!err)
			memcpy(party->kid, key->kid, KID_SIZE);
	}
	if (!found)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"%.63s has no appliance key here that is on the ledger", name);
	party->party = party_of(&author);
	(void)snprintf(party->name, sizeof party->name, "%s", name);
	(void)snprintf(party->issuer, sizeof party->issuer, "%s", author.member);
	return OK;
}

enum err here_root(struct here *here, const struct here_party *party, struct key_record *root)
{
	struct key_walk walk;
	struct key_record key;
	bool found = false;
	enum err err;
	struct fault *fault = &here->cli->fault;
	key_walk_init(&walk, &party->party, KEY_ROOT);
	while (!(err = key_walk_next(here->snapshot.table, &walk, &key, fault))) {
		bool in_force = false;
		err = key_in_force(
			here->snapshot.table, &key, here->snapshot.time_ms, &in_force, fault);
		if (err)
			return err;
		if (in_force)
			*root = key;
		found |= in_force;
	}
	if (err != ERR_NOT_FOUND)
		return err;
	return found ? OK : fault_set(fault, err, 0, 0, "%s has no root key in force", party->name);
}

enum err here_key(struct here *here, const struct here_party *party, const char *digits,
	struct key_record *found)
{
	struct fault *fault = &here->cli->fault;
	struct key_walk walk;
	struct key_record key;
	size_t size = strlen(digits);
	size_t count = 0;
	enum err err;
	if (size < DIGITS_MIN || size > 2 * KID_SIZE || strspn(digits, "0123456789abcdef") != size)
		return fault_set(fault, ERR_FORMAT, 0, size,
			"name a key by its kid, or by the first %d hexadecimal digits or more of "
			"it",
			DIGITS_MIN);
	key_walk_init(&walk, &party->party, 0);
	while (!(err = key_walk_next(here->snapshot.table, &walk, &key, fault))) {
		char kid[2 * KID_SIZE + 1];
		hex_print(span_of(key.kid, KID_SIZE), kid);
		if (strncmp(kid, digits, size) != 0)
			continue;
		*found = key;
		count++;
	}
	if (err != ERR_NOT_FOUND)
		return err;
	if (count > 1)
		return fault_set(fault, ERR_EXISTS, 0, 0, "more than one key of %s begins with %s",
			party->name, digits);
	return count ? OK
		     : fault_set(fault, err, 0, 0, "%s has no key that begins with %s", party->name,
			       digits);
}
