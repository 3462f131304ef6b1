#include "ledger/node_parts.h"

static enum err sign_own(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	struct node *node = self;
	return node->signer.sign(node->signer.self, node->kid, bytes, signature, NULL);
}

struct signer node_own_signer(struct node *node)
{
	return (struct signer){.self = node, .sign = sign_own};
}

enum err node_sign_checkpoint(struct node *node, struct fault *fault)
{
	const struct node_place *place = &node->place;
	struct ledger_checkpoint checkpoint = {
		.size = place->size, .height = place->height, .time_ms = env_now_ms(node->env)};
	/* Genesis alone is not signed: a receipt needs a tree of two leaves. */
	if (place->height == 0)
		return OK;
	node->is_checkpoint_due = place->final_size < place->size;
	node->cosigned_ms = checkpoint.time_ms;
	buf_reset(&node->note);
	enum err err = node->signer.checkpoint(node->signer.self, buf_span(&node->origin),
		place->size, place->root, checkpoint.time_ms, &node->note, fault);
	if (!err && node->note.err)
		err = fault_set(fault, node->note.err, 0, 0, "the checkpoint's note is too large");
	if (!err)
		err = ledger_db_put_checkpoint(
			node->ledger, &checkpoint, buf_span(&node->note), fault);
	if (err == ERR_REFUSED)
		node->is_broken = true;
	if (err)
		return err;
	node->place.final_size = place->size;
	node->is_checkpoint_due = false;
	return OK;
}

static struct envelope own_envelope(struct node *node)
{
	return (struct envelope){.kid = span_of(node->kid, KID_SIZE),
		.issuer = span_text(node->member),
		.origin = buf_span(&node->origin)};
}

void node_sign_answer(struct node *node, struct answer *answer)
{
	struct buf out;
	struct signer signer = node_own_signer(node);
	enum err err;
	buf_over(&out, answer->signed_bytes, sizeof answer->signed_bytes);
	if (answer_is_recorded(answer)) {
		struct promise promise = {.envelope = own_envelope(node),
			.by_ms = node->place.time_ms + PROMISE_MS,
			.tree_size = node->place.size};
		memcpy(promise.entry, answer->entry, ENTRY_SIZE);
		err = promise_encode(&promise, &signer, &out, NULL);
	} else {
		struct refusal refusal = {.envelope = own_envelope(node),
			.height = answer->height,
			.code = answer->outcome.code,
			.has_element = answer->outcome.element != 0,
			.element = answer->outcome.element,
			.tree_size = node->place.size};
		memcpy(refusal.entry, answer->entry, ENTRY_SIZE);
		err = refusal_encode(&refusal, &signer, &out, NULL);
	}
	answer->signed_size = err ? 0 : out.size;
}
