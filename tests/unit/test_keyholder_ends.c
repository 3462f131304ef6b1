#include "ledger/keyholder_serve.h"
#include "tests/tap.h"
#include "tests/unit/keyholder_place.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(a_folder_with_wrong_keys_is_refused_with_the_file_named)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	char from[KEYFILE_PATH_MAX];
	char to[KEYFILE_PATH_MAX];
	NEED(place_make(&place));
	NEED(!keyfile_path(place.folder, KEY_APPLIANCE, "maker.example", NULL, from, NULL));
	NEED(!keyfile_path(place.folder, KEY_APPLIANCE, "maker.example", "two", to, NULL));
	NEED(!link(from, to));
	CHECK(keyholder_start(&holder, place.folder, NULL, &fault) == ERR_EXISTS);
	CHECK(strstr(fault.text, "appliance.key") != NULL);
	NEED(!unlink(to) && !chmod(from, 0644));
	CHECK(keyholder_start(&holder, place.folder, NULL, &fault) == ERR_DENIED);
	CHECK(strstr(fault.text, from) != NULL);
	NEED(!chmod(from, 0600));
	struct keyfile root;
	NEED(!keyfile_make(&root, KEY_ROOT, "maker.example", NULL, NOW_MS, NULL));
	(void)snprintf(to, sizeof to, "%s/keys/maker.example/root.key", place.folder);
	NEED(!keyfile_save(&root, to, span_of(NULL, 0), &fault));
	CHECK(keyholder_start(&holder, place.folder, NULL, &fault) == ERR_KEY);
	NEED(!unlink(to));
	(void)snprintf(to, sizeof to, "%s/keys/other.example/appliance.key", place.folder);
	struct keyfile wrong;
	NEED(!keyfile_make(&wrong, KEY_APPLIANCE, "third.example", NULL, NOW_MS, NULL));
	NEED(!keyfile_save(&wrong, to, span_of(NULL, 0), &fault));
	CHECK(keyholder_start(&holder, place.folder, NULL, &fault) == ERR_KEY);
	keyfile_close(&root);
	keyfile_close(&wrong);
	NEED(!unlink(to));
	CHECK(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	keyholder_stop(holder);
	place_remove(&place);
}

TEST(answers_garbage_with_a_fault_and_goes_on)
{
	struct holder *holder = calloc(1, sizeof *holder);
	struct buf answer;
	struct fault fault;
	struct fault said;
	struct span done;
	uint32_t seed = 1;
	NEED(holder && crypto_start() == OK);
	buf_init(&answer, HOLDER_FRAME_MAX);
	for (int round = 0; round < 2000; round++) {
		uint8_t bytes[64];
		for (size_t i = 0; i < sizeof bytes; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24);
		}
		buf_reset(&answer);
		holder_answer(holder, span_of(bytes, (size_t)round % 64), &answer);
		NEED(holder_answer_decode(buf_span(&answer), &said, &done, &fault) == OK);
		CHECK(said.err != OK);
	}
	buf_close(&answer);
	free(holder);
}

TEST(a_frame_too_long_ends_the_service_and_a_closed_socket_too)
{
	static const struct {
		const char *bytes;
		size_t size;
		int status;
	} rows[] = {
		{"", 0, 0}, /* closed between two frames */
		{"\xff\xff\xff\xff", 4, 1},
		{"\0\0\0\x05"
		 "ab",
			6, 1}, /* closed inside one */
		{"\0\0\0\0", 4, 0}, /* an empty frame is answered with a fault */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct holder *holder = calloc(1, sizeof *holder);
		int pair[2];
		NEED(holder && !socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
		NEED(send(pair[0], rows[i].bytes, rows[i].size, 0) == (ssize_t)rows[i].size);
		NEED(!shutdown(pair[0], SHUT_WR));
		CHECK_ROW(holder_serve(holder, pair[1]) == rows[i].status, "row %zu", i);
		(void)close(pair[0]);
		(void)close(pair[1]);
		free(holder);
	}
}

/* The children of a process, as the kernel lists them. */
static pid_t child_of(pid_t parent)
{
	char path[64];
	long child = 0;
	(void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
	FILE *file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%ld", &child) != 1)
		child = 0;
	(void)fclose(file);
	return (pid_t)child;
}

TEST(says_so_for_good_when_its_process_was_killed)
{
	struct place place;
	struct keyholder *holder = NULL;
	struct fault fault;
	uint8_t hashes[64] = {5};
	uint8_t sig[SIGN_SIZE];
	NEED(place_make(&place));
	NEED(keyholder_start(&holder, place.folder, NULL, &fault) == OK);
	pid_t child = child_of(getpid());
	if (!child) {
		keyholder_stop(holder);
		place_remove(&place);
		SKIP("the kernel does not list children");
	}
	NEED(!kill(child, SIGKILL));
	for (int i = 0; i < 2; i++) {
		CHECK(keyholder_sign_hashes(holder, place.appliance.kid, hashes, sig, &fault) ==
			ERR_IO);
		CHECK(strstr(fault.text, "has ended") != NULL);
	}
	keyholder_stop(holder);
	place_remove(&place);
}

TEST(ends_when_its_parent_is_killed)
{
	struct place place;
	int pipes[2];
	char byte;
	NEED(place_make(&place));
	NEED(!pipe(pipes));
	NEED(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	pid_t parent = fork();
	NEED(parent >= 0);
	if (parent == 0) {
		struct keyholder *holder = NULL;
		(void)close(pipes[0]);
		if (keyholder_start(&holder, place.folder, NULL, NULL) ||
			write(pipes[1], "s", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(pipes[1]);
	NEED(read(pipes[0], &byte, 1) == 1);
	NEED(!kill(parent, SIGKILL));
	NEED(waitpid(parent, NULL, 0) == parent);
	/* The orphan comes to us: this returns once it has ended. */
	int status = 0;
	CHECK(waitpid(-1, &status, 0) > 0);
	CHECK(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
	(void)close(pipes[0]);
	place_remove(&place);
}

TAP_MAIN(CASE(a_folder_with_wrong_keys_is_refused_with_the_file_named),
	CASE(answers_garbage_with_a_fault_and_goes_on),
	CASE(a_frame_too_long_ends_the_service_and_a_closed_socket_too),
	CASE(says_so_for_good_when_its_process_was_killed), CASE(ends_when_its_parent_is_killed))
