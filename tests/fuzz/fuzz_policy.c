/* A policy that is read, written out from what was read, is the same policy. */
#include "ledger/proof/policy.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_group(const struct policy *policy, size_t group, struct buf *out)
{
	buf_put_text(out, "group ");
	buf_put(out, policy->name[group].name);
	buf_printf(out, " %d", policy->name[group].threshold);
	for (size_t i = 0; i < policy->name_count; i++) {
		if (policy->name[i].is_member && policy->name[i].parent == group) {
			buf_put_text(out, " ");
			buf_put(out, policy->name[i].name);
		}
	}
	buf_put_text(out, "\n");
}

static void print(const struct policy *policy, struct buf *out)
{
	for (size_t i = 0; i < policy->log_count; i++) {
		buf_put_text(out, "log ");
		note_key_print(&policy->log[i], out);
		buf_put_text(out, "\n");
	}
	for (size_t i = 0; i < policy->name_count; i++) {
		if (policy->name[i].is_group) {
			print_group(policy, i, out);
			continue;
		}
		buf_put_text(out, "witness ");
		buf_put(out, policy->name[i].name);
		buf_put_text(out, " ");
		note_key_print(&policy->name[i].key, out);
		buf_put_text(out, "\n");
	}
	buf_put_text(out, "quorum ");
	if (policy->needs_quorum)
		buf_put(out, policy->name[policy->quorum].name);
	else
		buf_put_text(out, "none");
	buf_put_text(out, "\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy policy, again;
	struct fault fault;
	struct buf out;
	if (policy_parse(span_of(data, size), &policy, &fault)) {
		assert(fault.at <= size && fault.text[0]);
		return 0;
	}
	buf_init(&out, 4 * TRUST_POLICY_SIZE_MAX);
	print(&policy, &out);
	assert(!out.err && policy_parse(buf_span(&out), &again, NULL) == OK);
	assert(again.log_count == policy.log_count && again.name_count == policy.name_count);
	assert(again.needs_quorum == policy.needs_quorum && again.quorum == policy.quorum);
	for (size_t i = 0; i < policy.name_count; i++) {
		const struct policy_name *a = &policy.name[i], *b = &again.name[i];
		assert(span_equal(a->name, b->name) && a->is_group == b->is_group &&
			a->is_member == b->is_member && a->parent == b->parent &&
			a->threshold == b->threshold && a->key.id == b->key.id);
		assert(!a->is_member || (policy.name[a->parent].is_group && a->parent > i));
	}
	buf_close(&out);
	return 0;
}
