// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * meter_tally.c - what came of numbered frames that were sent one way
 *
 * Theory of operation
 *
 * A bit for each of the last METER_WINDOW numbers says whether it came. A
 * number above all others moves the window up; what falls out of it is judged
 * for good: it came or is lost. So a frame can be late by METER_WINDOW numbers,
 * and counts as reordered; later still it is stale, for nobody knows whether it
 * is the first of its number.
 *
 * The time between two arrivals, whatever their numbers, is a gap, and the
 * longest one is kept with the numbers that were missing then. When such a
 * number comes after all, it was late and not lost.
 */
#include "switch/meter_tally.h"

#include <string.h>

#include "core/util.h"

static_assert(METER_WINDOW % 64 == 0, "the window is whole words");

void meter_tally_init(struct meter_tally *tally, uint64_t now_ns)
{
	memset(tally, 0, sizeof(*tally));
	tally->last_ns = now_ns;
}

void meter_tally_mark(struct meter_tally *tally)
{
	memset(&tally->way.gap, 0, sizeof(tally->way.gap));
	tally->gap_from = tally->gap_to = 0;
}

static uint64_t bit_of(uint64_t seq)
{
	return 1ull << (seq % 64);
}

static uint64_t *word_of(struct meter_tally *tally, uint64_t seq)
{
	return &tally->seen[seq % METER_WINDOW / 64];
}

/* Numbers from @next on have not come yet, whatever their bits say. */
static void advance(struct meter_tally *tally, uint64_t seq)
{
	if (seq - tally->next >= METER_WINDOW)
		memset(tally->seen, 0, sizeof(tally->seen));
	else
		for (uint64_t i = tally->next; i <= seq; i++)
			*word_of(tally, i) &= ~bit_of(i);
	tally->next = seq + 1;
}

/* It is the first of its number, and not stale. */
static void count(struct meter_tally *tally, uint64_t sent_ns, uint64_t now_ns)
{
	uint64_t delay_ns = now_ns > sent_ns ? now_ns - sent_ns : 0;
	struct meter_way *way = &tally->way;

	if (!way->received || delay_ns < way->delay_min_ns)
		way->delay_min_ns = delay_ns;
	way->delay_max_ns = MAX(way->delay_max_ns, delay_ns);
	tally->delay_sum_ns += delay_ns;
	way->received++;
	tally->has_last = true;
	tally->last_sent_ns = sent_ns;
	tally->last_ns = now_ns;
	tally->nap_ns = 0;
}

/* Nothing came from the latest arrival until @now_ns; @lost are missing. */
static bool is_longest(const struct meter_tally *tally, uint64_t now_ns,
		       uint64_t lost, struct meter_gap *gap)
{
	if (now_ns <= tally->last_ns ||
	    now_ns - tally->last_ns <= meter_gap_ns(&tally->way.gap))
		return false;
	*gap = (struct meter_gap){
		.has_last = tally->has_last,
		.last_sent_ns = tally->last_sent_ns,
		.last_ns = tally->last_ns,
		.first_ns = now_ns,
		.lost = lost,
		.nap_ns = tally->nap_ns,
	};
	return true;
}

static void end_gap(struct meter_tally *tally, uint64_t seq, uint64_t sent_ns,
		    uint64_t now_ns)
{
	uint64_t from = MIN(tally->next, seq);

	if (!is_longest(tally, now_ns, seq - from, &tally->way.gap))
		return;
	tally->way.gap.first_sent_ns = sent_ns;
	tally->gap_from = from;
	tally->gap_to = seq;
}

void meter_tally_nap(struct meter_tally *tally, uint64_t late_ns)
{
	tally->nap_ns = MAX(tally->nap_ns, late_ns);
}

void meter_tally_input(struct meter_tally *tally, uint64_t seq,
		       uint64_t sent_ns, uint64_t now_ns)
{
	if (seq < tally->next) {
		if (tally->next - seq > METER_WINDOW) {
			tally->way.stale++;
			return;
		}
		if (*word_of(tally, seq) & bit_of(seq)) {
			tally->way.duplicated++;
			return;
		}
		tally->way.reordered++;
		if (seq >= tally->gap_from && seq < tally->gap_to)
			tally->way.gap.lost--;
	}
	end_gap(tally, seq, sent_ns, now_ns);
	if (seq >= tally->next)
		advance(tally, seq);
	*word_of(tally, seq) |= bit_of(seq);
	count(tally, sent_ns, now_ns);
}

void meter_tally_get(const struct meter_tally *tally, uint64_t sent,
		     uint64_t until_ns, struct meter_way *way)
{
	*way = tally->way;
	way->sent = sent;
	way->lost = sent - way->received;
	if (way->received)
		way->delay_mean_ns = tally->delay_sum_ns / way->received;
	if (is_longest(tally, until_ns, sent - tally->next, &way->gap))
		way->gap.is_open = true;
}
