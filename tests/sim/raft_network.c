/* Letters are lost, late, doubled and out of order, as this seed's weather has it; each travels as
 * bytes. */
#include "ledger/order/raft_wire.h"
#include "tests/sim/raft_cluster.h"

#include <stdlib.h>

static bool is_before(const struct sim_letter *a, const struct sim_letter *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void letters_put(struct sim_letters *letters, const struct sim_letter *letter)
{
	letters->of = sim_grow(letters->of, &letters->room, letters->count, sizeof *letters->of);
	letters->of[letters->count++] = *letter;
}

void letters_clear(struct sim_letters *letters)
{
	for (size_t i = 0; i < letters->count; i++)
		free(letters->of[i].rows);
	free(letters->of);
	*letters = (struct sim_letters){0};
}

static void heap_put(struct sim_letters *heap, const struct sim_letter *letter)
{
	letters_put(heap, letter);
	for (size_t i = heap->count - 1; i && is_before(&heap->of[i], &heap->of[(i - 1) / 2]);) {
		struct sim_letter other = heap->of[(i - 1) / 2];
		heap->of[(i - 1) / 2] = heap->of[i];
		heap->of[i] = other;
		i = (i - 1) / 2;
	}
}

static struct sim_letter heap_take(struct sim_letters *heap)
{
	struct sim_letter top = heap->of[0];
	heap->of[0] = heap->of[--heap->count];
	for (size_t i = 0;;) {
		size_t least = i;
		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < heap->count; child++)
			if (is_before(&heap->of[child], &heap->of[least]))
				least = child;
		if (least == i)
			return top;
		struct sim_letter other = heap->of[least];
		heap->of[least] = heap->of[i];
		heap->of[i] = other;
		i = least;
	}
}

static void send_once(struct cluster *cluster, struct node *from, size_t to, bool is_copy,
	const struct sim_letter *letter)
{
	const struct sim_weather *weather = &cluster->weather;
	struct sim_letter sent = *letter;
	int64_t delay = 1 + (int64_t)sim_below(cluster, (uint64_t)weather->delay_ms);
	if (sim_chance(cluster, weather->late_permille))
		delay += (int64_t)sim_below(cluster, 500);
	if (is_copy)
		delay += (int64_t)sim_below(cluster, 3000);
	sent.at = cluster->now + delay;
	sent.order = ++cluster->order;
	if (weather->is_ordered) {
		if (sent.at < from->links_free_at[to])
			sent.at = from->links_free_at[to];
		from->links_free_at[to] = sent.at;
	}
	if (letter->rows) {
		size_t size = letter->mail.append.count * sizeof *sent.rows;
		sent.rows = malloc(size);
		if (!sent.rows)
			abort();
		memcpy(sent.rows, letter->rows, size);
	}
	heap_put(&cluster->network, &sent);
}

/* Takes the letter's rows over. */
void network_send(struct cluster *cluster, struct node *from, struct sim_letter *letter)
{
	struct node *to = cluster_node(cluster, letter->mail.to);
	size_t at = to ? (size_t)(to - cluster->nodes) : 0;
	bool is_lost = !to || cluster->is_cut[from - cluster->nodes][at] ||
		       sim_chance(cluster, cluster->weather.drop_permille);
	if (is_lost) {
		cluster->faults++;
	} else {
		send_once(cluster, from, at, false, letter);
		if (!cluster->weather.is_ordered &&
			sim_chance(cluster, cluster->weather.double_permille)) {
			send_once(cluster, from, at, true, letter);
			cluster->faults++;
		}
	}
	free(letter->rows);
	letter->rows = NULL;
}

int64_t network_next(const struct cluster *cluster)
{
	return cluster->network.count ? cluster->network.of[0].at : NEVER;
}

bool network_take(struct cluster *cluster, struct sim_letter *letter)
{
	if (!cluster->network.count || cluster->network.of[0].at > cluster->now)
		return false;
	*letter = heap_take(&cluster->network);
	return true;
}
