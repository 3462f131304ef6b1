#include "ledger/keyholder.h"

#include "ledger/keyholder_confine.h"
#include "ledger/keyholder_serve.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct keyholder {
	pthread_mutex_t lock; /* one request at a time */
	int socket;
	pid_t child;
	bool is_gone; /* the process ended or spoke nonsense: for good */
	struct buf frame;
};

/* In the child: tells how the start went, then serves. */
static int run(int socket, pid_t parent, const char *folder, const char *second)
{
	struct holder *holder = calloc(1, sizeof *holder);
	struct buf hello;
	struct fault fault = {0};
	if (socket < 3) /* a parent without standard streams: those numbers are closed below */
		socket = fcntl(socket, F_DUPFD_CLOEXEC, 3);
	if (!holder || socket < 0 || confine_process(parent, socket))
		return 1;
	buf_init(&hello, 1024);
	enum err err = holder_open(holder, folder, second, &fault);
	if (!err && confine_calls())
		err = fault_set(&fault, ERR_IO, 0, 0,
			"the key holder cannot give up system calls (seccomp)");
	if (err)
		holder_answer_fault(&fault, &hello);
	else
		holder_answer_done(span_of(NULL, 0), &hello);
	enum err sent = holder_send(socket, buf_span(&hello));
	buf_close(&hello);
	int status = err || sent ? 1 : holder_serve(holder, socket);
	holder_close(holder);
	free(holder);
	return status;
}

static enum err gone(struct keyholder *holder, struct fault *fault)
{
	holder->is_gone = true;
	return fault_set(fault, ERR_IO, 0, 0,
		"the key holder's process has ended: nothing can be signed until the next start");
}

/* Receives an answer into holder->frame. done is valid until the next exchange. */
static enum err receive(struct keyholder *holder, struct span *done, struct fault *fault)
{
	struct fault answer;
	if (holder_receive(holder->socket, &holder->frame) ||
		holder_answer_decode(buf_span(&holder->frame), &answer, done, NULL))
		return gone(holder, fault);
	if (answer.err && fault)
		*fault = answer;
	return answer.err;
}

static enum err fork_holder(
	struct keyholder *holder, const char *folder, const char *second, struct fault *fault)
{
	int pair[2];
	pid_t parent = getpid();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return fault_set(
			fault, ERR_IO, 0, 0, "no socket for the key holder: %s", strerror(errno));
	pid_t child = fork();
	if (child == 0) {
		(void)close(pair[0]);
		_exit(run(pair[1], parent, folder, second));
	}
	(void)close(pair[1]);
	holder->socket = pair[0];
	holder->child = child;
	if (child < 0)
		return fault_set(
			fault, ERR_IO, 0, 0, "no process for the key holder: %s", strerror(errno));
	return OK;
}

enum err keyholder_start(
	struct keyholder **out, const char *folder, const char *second_floor, struct fault *fault)
{
	struct span done = {0};
	struct keyholder *holder = calloc(1, sizeof *holder);
	if (!holder)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for the key holder");
	holder->socket = -1;
	holder->child = -1;
	buf_init(&holder->frame, HOLDER_FRAME_MAX);
	(void)pthread_mutex_init(&holder->lock, NULL);
	enum err err = fork_holder(holder, folder, second_floor, fault);
	if (!err)
		err = receive(holder, &done, fault);
	if (err) {
		keyholder_stop(holder);
		return err;
	}
	*out = holder;
	return OK;
}

void keyholder_stop(struct keyholder *holder)
{
	if (!holder)
		return;
	if (holder->socket >= 0)
		(void)close(holder->socket);
	while (holder->child > 0 && waitpid(holder->child, NULL, 0) < 0 && errno == EINTR)
		;
	if (holder->frame.at)
		secret_wipe(holder->frame.at, holder->frame.room);
	buf_close(&holder->frame);
	(void)pthread_mutex_destroy(&holder->lock);
	free(holder);
}

/* One request and its answer, with the lock held. */
static enum err exchange(struct keyholder *holder, const struct holder_request *request,
	struct span *done, struct fault *fault)
{
	if (holder->is_gone)
		return gone(holder, fault);
	buf_reset(&holder->frame);
	holder_request_encode(request, &holder->frame);
	if (holder->frame.err)
		return fault_set(fault, ERR_LIMIT, 0, 0, "more than the key holder takes at once");
	if (holder_send(holder->socket, buf_span(&holder->frame)))
		return gone(holder, fault);
	return receive(holder, done, fault);
}

/* An exchange whose answer has exactly size bytes. */
static enum err exchange_fixed(struct keyholder *holder, const struct holder_request *request,
	uint8_t *out, size_t size, struct fault *fault)
{
	struct span done = {0};
	(void)pthread_mutex_lock(&holder->lock);
	enum err err = exchange(holder, request, &done, fault);
	if (!err && done.size != size)
		err = gone(holder, fault);
	if (!err && done.at && size)
		memcpy(out, done.at, size);
	if (request->kind == HOLDER_BOX_OPEN && holder->frame.at)
		secret_wipe(holder->frame.at, holder->frame.room);
	(void)pthread_mutex_unlock(&holder->lock);
	return err;
}

static enum err take_keys(struct span done, struct keyholder_key *keys, size_t room, size_t *count,
	struct fault *fault)
{
	struct cbor cbor;
	cbor_init(&cbor, done);
	size_t there = cbor_array(&cbor, KEYHOLDER_KEYS_MAX);
	if (there > room)
		return fault_set(fault, ERR_LIMIT, 0, 0,
			"the key holder has %zu keys, there is room for %zu", there, room);
	for (size_t i = 0; i < there; i++)
		holder_key_take(&cbor, &keys[i]);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*count = there;
	return err;
}

enum err keyholder_keys(struct keyholder *holder, struct keyholder_key *keys, size_t room,
	size_t *count, struct fault *fault)
{
	struct span done = {0};
	struct holder_request request = {.kind = HOLDER_KEYS};
	(void)pthread_mutex_lock(&holder->lock);
	enum err err = exchange(holder, &request, &done, fault);
	if (!err)
		err = take_keys(done, keys, room, count, fault);
	(void)pthread_mutex_unlock(&holder->lock);
	return err;
}

enum err keyholder_find(struct keyholder *holder, const char *party, enum key_purpose purpose,
	struct keyholder_key *key, struct fault *fault)
{
	size_t count = 0;
	struct keyholder_key *keys = calloc(KEYHOLDER_KEYS_MAX, sizeof *keys);
	if (!keys)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for the list of keys");
	enum err err = keyholder_keys(holder, keys, KEYHOLDER_KEYS_MAX, &count, fault);
	size_t i = 0;
	while (i < count &&
		(keys[i].purpose != purpose || (party && strcmp(party, keys[i].party) != 0)))
		i++;
	for (size_t k = i + 1; k < count; k++) /* of renewed keys the one without a label */
		if (keys[k].purpose == purpose && !strcmp(keys[k].party, keys[i].party))
			i = k;
	if (!err && i == count)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0, "there is no %s key of %s",
			key_purpose_word(purpose), party ? party : "any party");
	if (!err)
		*key = keys[i];
	free(keys);
	return err;
}

enum err keyholder_sign(struct keyholder *holder, const uint8_t kid[32], struct span tbs,
	uint8_t sig[SIGN_SIZE], struct fault *fault)
{
	struct holder_request request = {.kind = HOLDER_SIGN, .bytes = tbs};
	memcpy(request.kid, kid, sizeof request.kid);
	return exchange_fixed(holder, &request, sig, SIGN_SIZE, fault);
}

static enum err sign_by_holder(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	struct keyholder_signer *signer = self;
	return keyholder_sign(signer->holder, signer->kid, bytes, signature, NULL);
}

struct signer keyholder_signer(struct keyholder_signer *self)
{
	return (struct signer){.self = self, .sign = sign_by_holder};
}

enum err keyholder_sign_hashes(struct keyholder *holder, const uint8_t kid[32],
	const uint8_t hashes[64], uint8_t sig[SIGN_SIZE], struct fault *fault)
{
	struct holder_request request = {.kind = HOLDER_SIGN_HASHES, .bytes = span_of(hashes, 64)};
	memcpy(request.kid, kid, sizeof request.kid);
	return exchange_fixed(holder, &request, sig, SIGN_SIZE, fault);
}

enum err keyholder_checkpoint(struct keyholder *holder, struct span origin, uint64_t size,
	const uint8_t root[32], int64_t time_ms, struct buf *note, struct fault *fault)
{
	struct span done = {0};
	struct holder_request request = {
		.kind = HOLDER_CHECKPOINT, .origin = origin, .size = size, .time_ms = time_ms};
	memcpy(request.root, root, sizeof request.root);
	(void)pthread_mutex_lock(&holder->lock);
	enum err err = exchange(holder, &request, &done, fault);
	if (!err) {
		buf_put(note, done);
		if (note->err)
			err = fault_set(
				fault, note->err, 0, 0, "no room for the signed checkpoint");
	}
	(void)pthread_mutex_unlock(&holder->lock);
	return err;
}

enum err keyholder_floor(struct keyholder *holder, struct span origin, uint64_t *size,
	uint8_t root[32], struct fault *fault)
{
	struct span done = {0};
	struct cbor cbor;
	struct holder_request request = {.kind = HOLDER_FLOOR, .origin = origin};
	(void)pthread_mutex_lock(&holder->lock);
	enum err err = exchange(holder, &request, &done, fault);
	if (!err) {
		cbor_init(&cbor, done);
		(void)cbor_array(&cbor, 2);
		uint64_t floor_size = cbor_uint(&cbor);
		struct span floor_root = cbor_bytes_of(&cbor, HASH_SIZE);
		if (cbor_end(&cbor, NULL)) {
			err = gone(holder, fault);
		} else {
			*size = floor_size;
			memcpy(root, floor_root.at, HASH_SIZE);
		}
	}
	(void)pthread_mutex_unlock(&holder->lock);
	return err;
}

enum err keyholder_box_open(struct keyholder *holder, const uint8_t kid[32], struct span box,
	uint8_t *out, struct fault *fault)
{
	struct holder_request request = {.kind = HOLDER_BOX_OPEN, .bytes = box};
	if (box.size < BOX_SEAL_EXTRA || box.size > HOLDER_BOX_MAX)
		return fault_set(fault, ERR_SIGNATURE, 0, box.size, "this is no sealed box");
	memcpy(request.kid, kid, sizeof request.kid);
	return exchange_fixed(holder, &request, out, box.size - BOX_SEAL_EXTRA, fault);
}
