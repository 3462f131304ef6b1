#include "ledger/keyholder_serve.h"

#include "ledger/keyholder_judge.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/note.h"

#include <stdio.h>

enum err holder_open(
	struct holder *holder, const char *folder, const char *second, struct fault *fault)
{
	char path[KEYFILE_PATH_MAX];
	holder->has_floor = false;
	holder->tree_count = 0;
	int size = snprintf(path, sizeof path, "%s/floor", folder);
	if (size < 0 || (size_t)size >= sizeof path)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the folder's path is too long");
	enum err err = held_keys_load(&holder->keys, folder, fault);
	if (err)
		return err;
	if (!held_key_of(&holder->keys, KEY_LOG) && !held_key_of(&holder->keys, KEY_COSIGN))
		return OK;
	err = floor_open(&holder->floor, path, second, fault);
	if (err)
		held_keys_close(&holder->keys);
	holder->has_floor = !err;
	return err;
}

void holder_close(struct holder *holder)
{
	held_keys_close(&holder->keys);
	if (holder->has_floor)
		floor_close(&holder->floor);
	holder->has_floor = false;
}

static enum err find(const struct holder *holder, const uint8_t kid[32],
	const struct held_key **key, struct fault *fault)
{
	*key = held_key_find(&holder->keys, kid);
	return *key ? OK : fault_set(fault, ERR_NOT_FOUND, 0, 0, "there is no such key here");
}

static void note_tree(struct holder *holder, const struct holder_request *request)
{
	struct holder_tree tree = {.size = request->size};
	hash_sha256(request->origin, tree.origin);
	memcpy(tree.root, request->root, sizeof tree.root);
	if (holder->tree_count &&
		!memcmp(&holder->tree[(holder->tree_count - 1) % HOLDER_TREES], &tree, sizeof tree))
		return;
	holder->tree[holder->tree_count++ % HOLDER_TREES] = tree;
}

/* The log key vouches for no tree but those it has signed: the floor, or one since the start. */
static enum err check_receipt(const struct holder *holder, struct span tbs, struct fault *fault)
{
	struct judged_receipt receipt;
	struct holder_tree tree = {0};
	uint64_t floor_size = 0;
	uint8_t floor_root[HASH_SIZE] = {0};
	enum err err = keyholder_judge_receipt(tbs, &receipt, fault);
	if (err)
		return err;
	tree.size = receipt.size;
	hash_sha256(receipt.origin, tree.origin);
	memcpy(tree.root, receipt.root.at, sizeof tree.root);
	for (size_t i = 0; i < HOLDER_TREES && i < holder->tree_count; i++)
		if (!memcmp(&holder->tree[i], &tree, sizeof tree))
			return OK;
	if (holder->has_floor)
		floor_get(&holder->floor, receipt.origin, &floor_size, floor_root);
	if (holder->has_floor && floor_size == tree.size &&
		!memcmp(floor_root, tree.root, sizeof floor_root))
		return OK;
	return fault_set(fault, ERR_REFUSED, 0, 0,
		"no tree of %llu entries with that root was signed here lately",
		(unsigned long long)tree.size);
}

static enum err answer_sign(const struct holder *holder, const struct holder_request *request,
	struct buf *done, struct fault *fault)
{
	const struct held_key *key;
	uint8_t signature[SIGN_SIZE];
	enum err err = find(holder, request->kid, &key, fault);
	if (!err)
		err = keyholder_judge(request->bytes, request->kid, key->about.purpose, fault);
	if (!err && key->about.purpose == KEY_LOG)
		err = check_receipt(holder, request->bytes, fault);
	if (err)
		return err;
	sign_make(key->secret, request->bytes, signature);
	buf_put(done, span_of(signature, sizeof signature));
	return OK;
}

static enum err answer_hashes(const struct holder *holder, const struct holder_request *request,
	struct buf *done, struct fault *fault)
{
	const struct held_key *key;
	uint8_t signature[SIGN_SIZE];
	enum err err = find(holder, request->kid, &key, fault);
	if (err)
		return err;
	if (key->about.purpose != KEY_APPLIANCE)
		return fault_set(
			fault, ERR_DENIED, 0, 0, "only an appliance's key may sign a data proof");
	sign_make(key->secret, request->bytes, signature);
	buf_put(done, span_of(signature, sizeof signature));
	return OK;
}

/* One line of the note by the key of that purpose, if there is one. */
static enum err put_line(const struct holder *holder, enum key_purpose purpose, struct span name,
	struct span body, uint64_t time_s, struct buf *note, struct fault *fault)
{
	struct note_key key;
	const struct held_key *held = held_key_of(&holder->keys, purpose);
	if (!held)
		return OK;
	enum note_type type = purpose == KEY_LOG ? NOTE_ED25519 : NOTE_COSIGNATURE;
	if (purpose == KEY_COSIGN)
		name = span_text(held->about.party);
	struct signer signer = signer_local(held->secret);
	enum err err = note_key_make(name, type, held->about.public, &key, fault);
	if (!err)
		err = note_sign(&key, body, time_s, &signer, note, fault);
	return err;
}

static enum err answer_checkpoint(struct holder *holder, const struct holder_request *request,
	struct buf *done, struct fault *fault)
{
	uint8_t memory[512];
	struct buf body;
	struct checkpoint checkpoint = {.origin = request->origin, .size = request->size};
	uint64_t time_s = (uint64_t)request->time_ms / 1000;
	if (!holder->has_floor)
		return fault_set(fault, ERR_KEY, 0, 0,
			"there is neither a log key nor a cosign key to sign a checkpoint with");
	memcpy(checkpoint.root, request->root, sizeof checkpoint.root);
	buf_over(&body, memory, sizeof memory);
	checkpoint_print(&checkpoint, &body);
	if (body.err)
		return fault_set(fault, body.err, 0, 0, "the checkpoint is too long");
	/* Durable first: what is signed after this can never be signed differently again. */
	enum err err =
		floor_raise(&holder->floor, request->origin, request->size, request->root, fault);
	if (err)
		return err;
	note_tree(holder, request);
	buf_put(done, buf_span(&body));
	buf_put_text(done, "\n");
	err = put_line(holder, KEY_LOG, request->origin, buf_span(&body), time_s, done, fault);
	if (!err)
		err = put_line(
			holder, KEY_COSIGN, request->origin, buf_span(&body), time_s, done, fault);
	return err;
}

static enum err answer_floor(
	const struct holder *holder, const struct holder_request *request, struct buf *done)
{
	uint64_t size = 0;
	uint8_t root[HASH_SIZE] = {0};
	if (holder->has_floor)
		floor_get(&holder->floor, request->origin, &size, root);
	cbor_put_array(done, 2);
	cbor_put_uint(done, size);
	cbor_put_bytes(done, span_of(root, sizeof root));
	return OK;
}

static enum err answer_box(const struct holder *holder, const struct holder_request *request,
	struct buf *done, struct fault *fault)
{
	const struct held_key *key;
	enum err err = find(holder, request->kid, &key, fault);
	if (err)
		return err;
	if (key->about.purpose != KEY_BOX)
		return fault_set(fault, ERR_DENIED, 0, 0, "this key opens no boxes");
	if (request->bytes.size < BOX_SEAL_EXTRA)
		return fault_set(fault, ERR_SIGNATURE, 0, 0, "this is no sealed box");
	size_t size = request->bytes.size - BOX_SEAL_EXTRA;
	uint8_t *to = buf_reserve(done, size + 1);
	if (!to)
		return fault_set(fault, done->err, 0, 0, "no memory to open a box");
	if (box_get(key->about.public, key->secret, request->bytes, to))
		return fault_set(
			fault, ERR_SIGNATURE, 0, 0, "the box is damaged or sealed to another key");
	done->size += size;
	return OK;
}

static enum err answer_keys(const struct holder *holder, struct buf *done)
{
	cbor_put_array(done, holder->keys.count);
	for (size_t i = 0; i < holder->keys.count; i++)
		holder_key_put(&holder->keys.key[i].about, done);
	return OK;
}

static enum err answer(struct holder *holder, const struct holder_request *request,
	struct buf *done, struct fault *fault)
{
	switch (request->kind) {
	case HOLDER_KEYS: return answer_keys(holder, done);
	case HOLDER_SIGN: return answer_sign(holder, request, done, fault);
	case HOLDER_SIGN_HASHES: return answer_hashes(holder, request, done, fault);
	case HOLDER_CHECKPOINT: return answer_checkpoint(holder, request, done, fault);
	case HOLDER_FLOOR: return answer_floor(holder, request, done);
	case HOLDER_BOX_OPEN: return answer_box(holder, request, done, fault);
	}
	return fault_set(fault, ERR_FORMAT, 0, 0, "no such request");
}

void holder_answer(struct holder *holder, struct span bytes, struct buf *buf)
{
	struct holder_request request;
	struct fault fault = {0};
	struct buf done;
	buf_init(&done, HOLDER_FRAME_MAX - 64);
	enum err err = holder_request_decode(bytes, &request, &fault);
	if (!err)
		err = answer(holder, &request, &done, &fault);
	if (!err && done.err)
		err = fault_set(&fault, done.err, 0, 0, "the answer does not fit");
	if (err)
		holder_answer_fault(&fault, buf);
	else
		holder_answer_done(buf_span(&done), buf);
	if (done.at)
		secret_wipe(done.at, done.size); /* an opened box */
	buf_close(&done);
}

int holder_serve(struct holder *holder, int socket)
{
	struct buf request;
	struct buf answered;
	enum err err = OK;
	buf_init(&request, HOLDER_FRAME_MAX);
	buf_init(&answered, HOLDER_FRAME_MAX);
	while (!err) {
		err = holder_receive(socket, &request);
		if (err)
			break;
		buf_reset(&answered);
		holder_answer(holder, buf_span(&request), &answered);
		err = answered.err ? answered.err : holder_send(socket, buf_span(&answered));
		if (answered.at)
			secret_wipe(answered.at, answered.size);
	}
	buf_close(&request);
	buf_close(&answered);
	return err == ERR_NOT_FOUND ? 0 : 1;
}
