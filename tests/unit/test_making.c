/* A ledger's folder whose making is cut off at any place, and what must be left alone. */
#include "appliance/making.h"

#include "tests/tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
	char folder[64];
	char path[128];
	struct fault fault;
};

static const char *in(struct place *place, const char *name)
{
	(void)snprintf(place->path, sizeof place->path, "%s/%s", place->folder, name);
	return place->path;
}

static bool is_there(struct place *place, const char *name)
{
	return !access(in(place, name), F_OK);
}

static bool put(struct place *place, const char *name)
{
	int fd = open(in(place, name), O_WRONLY | O_CREAT, 0600);
	return fd >= 0 && write(fd, "x", 1) == 1 && !close(fd);
}

static bool put_folder(struct place *place, const char *name)
{
	return !mkdir(in(place, name), 0700);
}

static bool place_make(struct place *place)
{
	*place = (struct place){.folder = "/tmp/assay-making-XXXXXX"};
	return mkdtemp(place->folder) != NULL;
}

static void place_remove(struct place *place)
{
	static const char *const names[] = {"unfinished", "assay.conf", "ledger.db", "plan.json",
		"root/brought.key", "root/made.key", "root", "keys/a.key", "keys"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		(void)remove(in(place, names[i]));
	if (rmdir(place->folder))
		printf("# %s is left\n", place->folder);
}

/* The process that made it died: its lock is gone, its files are there. */
static bool cut_off(struct place *place)
{
	int lock = -1;
	if (making_begin(place->folder, &lock, &place->fault))
		return false;
	making_end(place->folder, lock, false);
	return making_was_cut_off(place->folder);
}

TEST(what_a_making_left_is_cleared_by_the_next)
{
	struct place place;
	int lock = -1;
	NEED(place_make(&place));
	NEED(put(&place, "plan.json"));
	NEED(cut_off(&place));
	NEED(put(&place, "ledger.db") && put(&place, "state.db-wal") && put(&place, "users.db"));
	NEED(put_folder(&place, "keys") && put(&place, "keys/a.key"));
	NEED(put_folder(&place, "root") && put(&place, "root/made.key"));
	NEED(making_begin(place.folder, &lock, &place.fault) == OK);
	CHECK(!is_there(&place, "ledger.db") && !is_there(&place, "state.db-wal"));
	CHECK(!is_there(&place, "users.db") && !is_there(&place, "keys"));
	CHECK(!is_there(&place, "root"));
	CHECK(is_there(&place, "plan.json") && is_there(&place, "unfinished"));
	NEED(making_sync(place.folder, &place.fault) == OK && put(&place, "assay.conf"));
	making_end(place.folder, lock, true);
	CHECK(!is_there(&place, "unfinished") && !making_was_cut_off(place.folder));
	place_remove(&place);
}

TEST(root_keys_that_were_brought_stay)
{
	struct place place;
	int lock = -1;
	NEED(place_make(&place));
	NEED(put_folder(&place, "root") && put(&place, "root/brought.key"));
	NEED(cut_off(&place));
	NEED(put(&place, "root/made.key"));
	NEED(making_begin(place.folder, &lock, &place.fault) == OK);
	making_end(place.folder, lock, false);
	CHECK(is_there(&place, "root/brought.key") && is_there(&place, "root/made.key"));
	place_remove(&place);
}

TEST(a_ledger_and_keys_that_no_making_left_are_never_touched)
{
	static const char *const rows[] = {"ledger.db", "assay.conf", "keys"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct place place;
		int lock = -1;
		NEED(place_make(&place));
		NEED(put(&place, rows[i]));
		CHECK_ROW(making_begin(place.folder, &lock, &place.fault) == ERR_EXISTS, "%s",
			rows[i]);
		CHECK_ROW(lock < 0 && is_there(&place, rows[i]), "%s", rows[i]);
		CHECK_ROW(!is_there(&place, "unfinished"), "%s", rows[i]);
		place_remove(&place);
	}
}

TEST(a_whole_ledger_whose_making_was_not_tidied_up_is_one)
{
	struct place place;
	int lock = -1;
	NEED(place_make(&place));
	NEED(cut_off(&place));
	NEED(put(&place, "ledger.db") && put(&place, "assay.conf"));
	CHECK(!making_was_cut_off(place.folder));
	CHECK(making_begin(place.folder, &lock, &place.fault) == ERR_EXISTS);
	CHECK(is_there(&place, "ledger.db") && !is_there(&place, "unfinished"));
	place_remove(&place);
	/* In use, it is tidied up: losing assay.conf must not make it one to be cleared. */
	NEED(place_make(&place));
	NEED(cut_off(&place));
	NEED(put(&place, "ledger.db") && put(&place, "assay.conf"));
	making_tidy(place.folder);
	CHECK(!remove(in(&place, "assay.conf")));
	CHECK(making_begin(place.folder, &lock, &place.fault) == ERR_EXISTS);
	CHECK(is_there(&place, "ledger.db"));
	place_remove(&place);
}

TEST(two_do_not_make_one_folder)
{
	struct place place;
	int lock = -1, other = -1;
	NEED(place_make(&place));
	NEED(making_begin(place.folder, &lock, &place.fault) == OK);
	NEED(put(&place, "ledger.db"));
	CHECK(making_begin(place.folder, &other, &place.fault) == ERR_BUSY);
	CHECK(other < 0 && is_there(&place, "ledger.db"));
	making_end(place.folder, lock, false);
	place_remove(&place);
}

TAP_MAIN(CASE(what_a_making_left_is_cleared_by_the_next), CASE(root_keys_that_were_brought_stay),
	CASE(a_ledger_and_keys_that_no_making_left_are_never_touched),
	CASE(a_whole_ledger_whose_making_was_not_tidied_up_is_one),
	CASE(two_do_not_make_one_folder))
