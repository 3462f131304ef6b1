#include "ledger/store/changes.h"

#include <assert.h>

#include "ledger/store/table.h"

#define OP_PUT    1
#define OP_DROP   2
#define HEAD_SIZE 5

void changes_init(struct changes *changes, const uint8_t digest[HASH_SIZE])
{
	memcpy(changes->digest, digest, HASH_SIZE);
	changes->count = 0;
	sha256_init(&changes->hash);
}

/* Head, key and value size go in at once: most changes are shorter than a hash block. */
static void put_change(
	struct changes *changes, uint8_t op, unsigned id, struct span key, struct span value)
{
	uint8_t head[HEAD_SIZE + TABLE_KEY_MAX + 4] = {
		op, (uint8_t)(id >> 8), (uint8_t)id, (uint8_t)(key.size >> 8), (uint8_t)key.size};
	assert(key.size <= TABLE_KEY_MAX && value.size <= TABLE_VALUE_MAX);
	size_t size = HEAD_SIZE;
	if (key.size)
		memcpy(head + size, key.at, key.size);
	size += key.size;
	for (unsigned i = 0; i < 4; i++)
		head[size++] = (uint8_t)(value.size >> (8 * (3 - i)));
	sha256_put(&changes->hash, span_of(head, size));
	if (value.size)
		sha256_put(&changes->hash, value);
	changes->count++;
}

void changes_put(struct changes *changes, unsigned id, struct span key, struct span value)
{
	put_change(changes, OP_PUT, id, key, value);
}

void changes_drop(struct changes *changes, unsigned id, struct span key)
{
	put_change(changes, OP_DROP, id, key, span_of(NULL, 0));
}

void changes_fold(struct changes *changes)
{
	uint8_t both[2 * HASH_SIZE];
	memcpy(both, changes->digest, HASH_SIZE);
	sha256_end(&changes->hash, both + HASH_SIZE);
	hash_sha256(span_of(both, sizeof both), changes->digest);
	changes->count = 0;
	sha256_init(&changes->hash);
}
