#include "appliance/cli/doctor.h"

#include "ledger/base/civil.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/timex.h>
#include <unistd.h>

#define PATH_SIZE      4096
#define DEPTH_MAX      4
#define SYNC_TIMES     32
#define SYNC_SIZE      4096
#define SYNC_FAST_US   15 /* no medium that waits is that fast */
#define SYNC_SLOW_US   100000
#define FREE_WARN      ((uint64_t)2 << 30)
#define FREE_FAIL      ((uint64_t)256 << 20)
#define CLOCK_AHEAD_MS 10000 /* what voters tolerate */

struct modes {
	size_t open; /* files and folders that others may read or write */
	size_t foreign; /* another user's */
	char first[256]; /* one of them */
};

static bool is_public(const char *name)
{
	return !strcmp(name, "policy") || !strcmp(name, "ca.pem") || !strcmp(name, "server.pem") ||
	       !strcmp(name, "lock");
}

static void walk(const char *folder, unsigned depth, struct modes *modes)
{
	DIR *list = opendir(folder);
	const struct dirent *entry;
	while (list && (entry = readdir(list))) {
		char path[PATH_SIZE];
		struct stat about;
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		int size = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (size < 0 || (size_t)size >= sizeof path || lstat(path, &about))
			continue;
		bool is_open =
			about.st_mode & 077 && !S_ISLNK(about.st_mode) && !is_public(entry->d_name);
		bool is_foreign = about.st_uid != geteuid();
		modes->open += is_open;
		modes->foreign += is_foreign;
		if ((is_open || is_foreign) && !modes->first[0])
			(void)snprintf(modes->first, sizeof modes->first, "%.255s", path);
		if (S_ISDIR(about.st_mode) && depth < DEPTH_MAX)
			walk(path, depth + 1, modes);
	}
	if (list)
		(void)closedir(list);
}

static void look_at_modes(struct doctor *doctor)
{
	struct modes modes = {0};
	struct stat about;
	bool is_closed = !stat(doctor->cli->folder, &about) && !(about.st_mode & 077);
	walk(doctor->cli->folder, 0, &modes);
	if (modes.foreign)
		doctor_say(doctor, "permissions", FINDING_FAIL,
			"run it as the user whose files they are, or chown them",
			"%zu files are another user's, as %s", modes.foreign, modes.first);
	else if (modes.open && !is_closed)
		doctor_say(doctor, "permissions", FINDING_FAIL, "chmod -R go= FOLDER",
			"others may read or write %zu files, as %s", modes.open, modes.first);
	else if (!is_closed)
		doctor_say(doctor, "permissions", FINDING_WARN, "chmod 700 FOLDER",
			"others may look into the folder");
	else
		doctor_say(
			doctor, "permissions", FINDING_OK, "", "the folder is for its owner alone");
}

static void look_at_root(struct doctor *doctor)
{
	char path[PATH_SIZE];
	size_t count = 0;
	const struct dirent *entry;
	(void)snprintf(path, sizeof path, "%s/root", doctor->cli->folder);
	DIR *list = opendir(path);
	while (list && (entry = readdir(list)))
		count += strstr(entry->d_name, ".key") != NULL;
	if (list)
		(void)closedir(list);
	if (count)
		doctor_say(doctor, "root keys", FINDING_WARN,
			"copy root/ to two offline media and remove it here; `assay keys request` "
			"works without it",
			"%zu root keys are on this machine's disk", count);
	else
		doctor_say(doctor, "root keys", FINDING_OK, "", "none on this machine's disk");
}

void doctor_files(struct doctor *doctor)
{
	static const char *const needed[] = {
		"ledger.db", "attachments.db", "users.db", "policy", "keys", "tls/ca.pem", "floor"};
	char missing[256] = "";
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		char path[PATH_SIZE];
		(void)snprintf(path, sizeof path, "%s/%s", doctor->cli->folder, needed[i]);
		if (!access(path, F_OK))
			continue;
		size_t size = strlen(missing);
		(void)snprintf(
			missing + size, sizeof missing - size, "%s%s", size ? ", " : "", needed[i]);
	}
	if (missing[0])
		doctor_say(doctor, "folder", FINDING_FAIL,
			"restore them (docs/operation.md, Restore), or name the right folder",
			"not there: %s", missing);
	else
		doctor_say(doctor, "folder", FINDING_OK, "", "%s of %s", doctor->cli->folder,
			doctor->config.member);
	look_at_modes(doctor);
	look_at_root(doctor);
}

/* Mean time of a small write that is to be on the medium, in microseconds; negative: failed. */
static int64_t sync_time_us(struct doctor *doctor)
{
	static const uint8_t block[SYNC_SIZE] = {1};
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/doctor.%ld", doctor->cli->folder, (long)getpid());
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	(void)unlink(path);
	bool fine = true;
	int64_t begun = env_steady_us(&doctor->env);
	for (int i = 0; fine && i < SYNC_TIMES; i++)
		fine = pwrite(fd, block, sizeof block, (off_t)i * SYNC_SIZE) == SYNC_SIZE &&
		       !fdatasync(fd);
	int64_t spent = env_steady_us(&doctor->env) - begun;
	(void)close(fd);
	return fine ? spent / SYNC_TIMES : -1;
}

static void look_at_sync(struct doctor *doctor, const struct statfs *about)
{
	int64_t each = sync_time_us(doctor);
	bool is_memory = about->f_type == TMPFS_MAGIC || about->f_type == RAMFS_MAGIC;
	if (each < 0)
		doctor_say(doctor, "sync", FINDING_FAIL, "make room, or mount it for writing",
			"cannot write into the folder: %s", strerror(errno));
	else if (is_memory)
		doctor_say(doctor, "sync", FINDING_FAIL, "move the folder to a disk",
			"the folder is in memory: a power cut loses what was acknowledged");
	else if (each < SYNC_FAST_US)
		doctor_say(doctor, "sync", FINDING_WARN,
			"ask the maker of the disk, or of the virtual machine, whether its write "
			"cache survives a power cut",
			"the disk says \"written\" after %lld us, faster than a medium is",
			(long long)each);
	else if (each > SYNC_SLOW_US)
		doctor_say(doctor, "sync", FINDING_WARN, "a faster disk; look at its health",
			"each write takes %lld ms", (long long)each / 1000);
	else
		doctor_say(doctor, "sync", FINDING_OK, "",
			"a write is on the disk after %lld us, %lld a second", (long long)each,
			(long long)(each ? 1000000 / each : 0));
}

void doctor_disk(struct doctor *doctor)
{
	struct statfs about;
	if (statfs(doctor->cli->folder, &about)) {
		doctor_say(doctor, "disk", FINDING_FAIL, "look at the mount",
			"its file system does not answer: %s", strerror(errno));
		return;
	}
	uint64_t room = (uint64_t)about.f_bavail * (uint64_t)about.f_bsize;
	enum finding finding = room < FREE_FAIL   ? FINDING_FAIL
			       : room < FREE_WARN ? FINDING_WARN
						  : FINDING_OK;
	doctor_say(doctor, "disk", finding,
		finding ? "make room: the ledger stops when the disk is full" : "",
		"%.1f GiB are free", (double)room / (double)((uint64_t)1 << 30));
	look_at_sync(doctor, &about);
}

void doctor_clock(struct doctor *doctor)
{
	struct timex state = {0};
	int64_t now = env_now_ms(&doctor->env);
	char time[CIVIL_TIME_SIZE];
	if (doctor->has_here && doctor->here.snapshot.time_ms > now + CLOCK_AHEAD_MS) {
		civil_print_time(doctor->here.snapshot.time_ms, time);
		doctor_say(doctor, "clock", FINDING_FAIL, "set the clock (NTP)",
			"this machine's clock is behind the ledger, which is at %s", time);
	} else if (adjtimex(&state) == TIME_ERROR || state.status & STA_UNSYNC) {
		doctor_say(doctor, "clock", FINDING_WARN,
			"have the clock kept right: systemd-timesyncd, chrony",
			"nothing keeps this machine's clock right");
	} else {
		doctor_say(doctor, "clock", FINDING_OK, "", "kept right");
	}
}
