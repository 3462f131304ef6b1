/* How fast the node is, beside what the machine can do at all. `make bench BENCH=node`.
 *
 * Every line is `node key=value` with where it was measured: fill (what was on the ledger), cache,
 * client. The limits are measured before and after, five times each, and the median is printed. */
#include "tests/unit/small_ledger.h"

#include "tests/bench/packs.h"

#define STATEMENTS 20000 /* a round */
#define SENDERS    4
#define WINDOW     2000 /* open at once, a sender */
#define BODY_BYTES 180 /* makes statements of about 400 bytes */

/* ---- statements ---- */

static int64_t machine_now(void *self)
{
	(void)self;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct sender {
	struct service *service;
	const struct span *bytes;
	size_t count;
	size_t recorded;
};

static void *send_run(void *self)
{
	struct sender *sender = self;
	struct submitter *submitter;
	struct answer *answer = malloc(sizeof *answer);
	uint64_t tag;
	if (!answer || submitter_open(&submitter, sender->service, NULL))
		return NULL;
	size_t sent = 0, done = 0;
	while (done < sender->count) {
		while (sent < sender->count && sent - done < WINDOW)
			if (submitter_send(submitter, sender->bytes[sent], false, sent, NULL) == OK)
				sent++;
		if (submitter_wait(submitter, -1, &tag, answer, NULL))
			break;
		sender->recorded += answer_is_recorded(answer) && answer->is_final;
		done++;
	}
	submitter_free(submitter);
	free(answer);
	return NULL;
}

static double send_round(struct service *service, const struct span *bytes)
{
	pthread_t thread[SENDERS];
	struct sender sender[SENDERS];
	size_t each = STATEMENTS / SENDERS, recorded = 0;
	int64_t start = now_us();
	for (size_t i = 0; i < SENDERS; i++) {
		sender[i] = (struct sender){
			.service = service, .bytes = bytes + i * each, .count = each};
		if (pthread_create(&thread[i], NULL, send_run, &sender[i]))
			fail("thread", NULL);
	}
	for (size_t i = 0; i < SENDERS; i++) {
		(void)pthread_join(thread[i], NULL);
		recorded += sender[i].recorded;
	}
	int64_t took = now_us() - start;
	if (recorded != STATEMENTS)
		fail("statements were not recorded", NULL);
	return (double)STATEMENTS * 1e6 / (double)took;
}

/* Each sender has a key of its own whose numbers rise, as real senders do. */
static void register_senders(struct small_ledger *small, struct node *node)
{
	for (unsigned i = 0; i < SENDERS; i++) {
		struct buf out;
		static struct answer answer;
		buf_init(&out, 4096);
		if (!small_key_statement(small, SMALL_EXTRA + i, KEY_APPLIANCE, &out))
			fail("key", NULL);
		struct span bytes = buf_span(&out);
		struct fault fault = {0};
		if (small_step(small, node, &bytes, 1, false, &answer, &fault) ||
			!answer_is_recorded(&answer))
			fail("key", &fault);
		buf_close(&out);
	}
}

/* Statements of all rounds, signed beforehand. */
static struct span *sign_all(struct small_ledger *small)
{
	struct span *all = calloc((size_t)ROUNDS * STATEMENTS, sizeof *all);
	char name[24], value[BODY_BYTES + 1];
	if (!all)
		fail("memory", NULL);
	memset(value, 'v', BODY_BYTES);
	value[BODY_BYTES] = 0;
	for (size_t i = 0; i < (size_t)ROUNDS * STATEMENTS; i++) {
		struct buf out;
		unsigned by = SMALL_EXTRA + (unsigned)(i % STATEMENTS / (STATEMENTS / SENDERS));
		(void)snprintf(name, sizeof name, "%010zu", i);
		buf_init(&out, 4096);
		if (!small_put_statement(small, by, name, value, -1, &out))
			fail("statement", NULL);
		all[i] = buf_span(&out);
	}
	return all;
}

int main(void)
{
	static struct small_ledger small;
	struct fault fault = {0};
	struct node *node = small_open(&small);
	if (!node)
		fail("ledger", NULL);
	small.now_ms = machine_now(NULL);
	small.env.now_ms = machine_now;
	register_senders(&small, node);
	node_free(node);
	struct span *bytes = sign_all(&small);
	limits_print(small.folder, small.key[SMALL_EXTRA].public, bytes[0], "before");
	struct channels *channels;
	struct service *service;
	struct service_options options = {.node = small.options};
	if (channels_open(&channels, &fault))
		fail("channels", &fault);
	options.channels = channels;
	if (service_open(&service, &options, &fault))
		fail("service", &fault);
	double rates[ROUNDS];
	for (size_t i = 0; i < ROUNDS; i++)
		rates[i] = send_round(service, bytes + i * STATEMENTS);
	printf("node statements_durable_s=%.0f bytes=%zu fill=empty cache=warm client=in-process "
	       "senders=%d window=%d\n",
		quantile(rates, ROUNDS, 0.5), bytes[0].size, SENDERS, WINDOW);
	service_free(service);
	channels_free(channels);
	packs_print();
	limits_print(small.folder, small.key[SMALL_EXTRA].public, bytes[0], "after");
	for (size_t i = 0; i < (size_t)ROUNDS * STATEMENTS; i++)
		free((void *)(uintptr_t)bytes[i].at);
	free(bytes);
	small_folder_remove(small.folder);
	return 0;
}
