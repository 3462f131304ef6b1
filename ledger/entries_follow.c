#include "ledger/entries_follow.h"

#include <string.h>

/* Whether the last leaf covered is the one that stands there in the ledger. */
static enum err is_of_ledger(struct reader *reader, uint64_t covered, const uint8_t last[HASH_SIZE],
	uint64_t size, bool *is_so, struct fault *fault)
{
	struct recorded recorded;
	*is_so = covered <= size;
	if (!covered || !*is_so)
		return OK;
	enum err err = reader_recorded(reader, covered - 1, &recorded, fault);
	if (!err)
		*is_so = !memcmp(recorded.entry, last, HASH_SIZE);
	return err;
}

enum err entries_follow(struct entries *entries, struct reader *reader, unsigned runs_max,
	bool *is_behind, struct fault *fault)
{
	struct snapshot snapshot;
	struct buf run;
	uint8_t last[HASH_SIZE] = {0};
	uint64_t covered = 0;
	bool is_so = false;
	enum err err = entries_size(entries, &covered, last, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (err)
		return err;
	reader_end(reader);
	err = is_of_ledger(reader, covered, last, snapshot.applied_size, &is_so, fault);
	if (!err && !is_so) {
		err = entries_clear(entries, fault);
		covered = 0;
	}
	buf_init(&run, (size_t)ENTRIES_RUN * HASH_SIZE);
	for (; !err && runs_max && covered + ENTRIES_RUN <= snapshot.applied_size; runs_max--) {
		buf_reset(&run);
		err = reader_entries(reader, covered, ENTRIES_RUN, &run, fault);
		if (!err)
			err = entries_add(entries, covered, buf_span(&run), fault);
		covered += ENTRIES_RUN;
	}
	buf_close(&run);
	if (!err)
		*is_behind = covered + ENTRIES_RUN <= snapshot.applied_size;
	return err;
}
