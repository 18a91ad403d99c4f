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
 * The time between two arrivals, whatever their numbers, is a gap. The one with
 * the longest outage is kept with the numbers that were missing then. When such
 * a number comes after all, it was late and not lost.
 *
 * A gap has its outage and the meter's own sleep in it. Sleep in the middle of
 * an outage makes it no longer. At its ends it does: where two frames, one of
 * which came and one of which did not, were sent far apart, nobody knows when
 * in between the way broke or was whole again; and where nothing is missing, a
 * gap in sending is all there was. So what such frames are more than an
 * interval apart is taken off, and so is what a frame was late because nobody
 * was awake to look.
 */
#include "switch/uplink/meter_tally.h"

#include <string.h>

#include "core/util.h"

static_assert(METER_WINDOW % 64 == 0, "the window is whole words");

void meter_tally_init(struct meter_tally *tally, uint64_t now_ns,
		      uint64_t interval_ns)
{
	memset(tally, 0, sizeof(*tally));
	tally->interval_ns = interval_ns;
	tally->last_ns = tally->last_sent_ns = now_ns;
}

void meter_tally_mark(struct meter_tally *tally)
{
	memset(&tally->way.gap, 0, sizeof(tally->way.gap));
	tally->gap_from = tally->gap_to = 0;
	tally->has_gap = false;
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

/* What two frames that were sent one after the other are too far apart. */
static uint64_t pause_ns(const struct meter_tally *tally, uint64_t from_ns,
			 uint64_t to_ns)
{
	if (to_ns < from_ns || to_ns - from_ns <= 2 * tally->interval_ns)
		return 0;
	return to_ns - from_ns - tally->interval_ns;
}

/* When number @seq was sent; @other_ns if that was too long ago. */
static uint64_t stamp_of(const struct meter_tally *tally, uint64_t seq,
			 uint64_t other_ns)
{
	return seq < tally->sent && tally->sent - seq <= METER_WINDOW
		       ? tally->stamps[seq % METER_WINDOW]
		       : other_ns;
}

/* Pauses at both ends; with nothing missing these are the same one. */
static uint64_t pauses_ns(const struct meter_tally *tally, uint64_t lost,
			  uint64_t sent_ns)
{
	uint64_t first_ns, last_ns;

	if (!lost)
		return pause_ns(tally, tally->last_sent_ns, sent_ns);
	first_ns = stamp_of(tally, tally->next, tally->last_sent_ns);
	last_ns = stamp_of(tally, tally->next + lost - 1, sent_ns);
	return pause_ns(tally, tally->last_sent_ns, first_ns) +
	       pause_ns(tally, last_ns, sent_ns);
}

/* What a frame was later than the one before, for it was not looked at. */
static uint64_t overslept_ns(const struct meter_tally *tally, uint64_t sent_ns,
			     uint64_t now_ns)
{
	uint64_t apart_ns =
		MAX(sent_ns, tally->last_sent_ns) - tally->last_sent_ns;
	uint64_t gap_ns = now_ns - tally->last_ns;

	if (tally->nap_ns <= tally->interval_ns || gap_ns <= apart_ns)
		return 0;
	return MIN(gap_ns - apart_ns, tally->nap_ns);
}

/*
 * Nothing came from the latest arrival until @now_ns, @lost numbers from @next
 * on are missing, and what ends it was sent at @sent_ns. Is it the longest?
 */
static bool is_longest(const struct meter_tally *tally, uint64_t lost,
		       uint64_t sent_ns, uint64_t now_ns, struct meter_gap *gap)
{
	struct meter_gap next = {
		.has_last = tally->has_last,
		.last_sent_ns = tally->has_last ? tally->last_sent_ns : 0,
		.last_ns = tally->last_ns,
		.first_sent_ns = sent_ns,
		.first_ns = now_ns,
		.lost = lost,
	};

	if (now_ns < tally->last_ns)
		return false;
	next.nap_ns = pauses_ns(tally, lost, sent_ns) +
		      overslept_ns(tally, sent_ns, now_ns);
	next.nap_ns = MIN(next.nap_ns, meter_gap_ns(&next));
	if (tally->has_gap &&
	    meter_gap_outage_ns(&next) <= meter_gap_outage_ns(gap))
		return false;
	*gap = next;
	return true;
}

static void end_gap(struct meter_tally *tally, uint64_t seq, uint64_t sent_ns,
		    uint64_t now_ns)
{
	uint64_t from = MIN(tally->next, seq);

	if (!is_longest(tally, seq - from, sent_ns, now_ns, &tally->way.gap))
		return;
	tally->has_gap = true;
	tally->gap_from = from;
	tally->gap_to = seq;
}

void meter_tally_sent(struct meter_tally *tally, uint64_t now_ns)
{
	tally->stamps[tally->sent++ % METER_WINDOW] = now_ns;
}

void meter_tally_nap(struct meter_tally *tally, uint64_t late_ns)
{
	tally->nap_ns = MAX(tally->nap_ns, late_ns);
}

void meter_tally_input(struct meter_tally *tally, uint64_t seq,
		       uint64_t sent_ns, uint64_t now_ns)
{
	if (seq >= tally->sent)
		return;
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

void meter_tally_get(const struct meter_tally *tally, uint64_t until_ns,
		     struct meter_way *way)
{
	*way = tally->way;
	way->sent = tally->sent;
	way->lost = tally->sent - way->received;
	if (way->received)
		way->delay_mean_ns = tally->delay_sum_ns / way->received;
	/* as if a frame of now had come at once */
	if (is_longest(tally, tally->sent - tally->next, until_ns, until_ns,
		       &way->gap)) {
		way->gap.is_open = true;
		way->gap.first_sent_ns = 0;
	}
}
