/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meter_tally.h - what came of numbered frames that were sent one way
 *
 * Frames are numbered from 0. What was received, how often, in which order and
 * how late is counted, and the longest time in which nothing came is kept,
 * without what the sender, who is also the receiver, slept.
 */
#ifndef SWITCH_UPLINK_METER_TALLY_H
#define SWITCH_UPLINK_METER_TALLY_H

#include <stdbool.h>
#include <stdint.h>

/**
 * METER_WINDOW - sequence numbers behind the highest one that are remembered:
 * 6.5 s of 10000 frames a second
 */
#define METER_WINDOW 65536

/**
 * struct meter_gap - a time in which nothing was received
 * @is_open:	nothing has come since: @first_ns is when somebody asked
 * @has_last:	something came before: else @last_ns is when all began
 * @last_sent_ns: last frame before it: when it was sent; 0 without one
 * @last_ns:	and received
 * @first_sent_ns: first frame after it: when it was sent; 0 while @is_open
 * @first_ns:	and received
 * @lost:	frames sent between these two that never came
 * @nap_ns:	so much of it was the meter's own sleep: nothing was sent at its
 *		ends, or what had come was not looked at
 */
struct meter_gap {
	bool is_open;
	bool has_last;
	uint64_t last_sent_ns;
	uint64_t last_ns;
	uint64_t first_sent_ns;
	uint64_t first_ns;
	uint64_t lost;
	uint64_t nap_ns;
};

/**
 * struct meter_way - one direction of a round
 * @sent:	frames
 * @received:	of these, each counted once
 * @lost:	the others; those still under way are among them
 * @duplicated:	came once more
 * @reordered:	came behind one that was sent later (RFC 4737 4)
 * @stale:	came so late that METER_WINDOW had forgotten them; they are
 *		among @lost
 * @refused:	died at once, in the network that they were sent into; they are
 *		among @lost
 * @delay_min_ns: one way, of the fastest; 0 with nothing received
 * @delay_max_ns: of the slowest
 * @delay_mean_ns: of all
 * @gap:	the one with the longest outage since the round began, or was
 *		marked
 */
struct meter_way {
	uint64_t sent;
	uint64_t received;
	uint64_t lost;
	uint64_t duplicated;
	uint64_t reordered;
	uint64_t stale;
	uint64_t refused;
	uint64_t delay_min_ns;
	uint64_t delay_max_ns;
	uint64_t delay_mean_ns;
	struct meter_gap gap;
};

/**
 * struct meter_tally - the count
 * @way:	but for @sent, @lost and the mean
 * @interval_ns: between two frames of a sender that does not sleep
 * @delay_sum_ns: of all received
 * @sent:	frames
 * @next:	one more than the highest number received
 * @gap_from:	numbers that @way.gap covers begin here
 * @gap_to:	and end before this one
 * @has_gap:	@way.gap is one
 * @has_last:	something was received
 * @last_sent_ns: latest arrival: when it was sent; the beginning without one
 * @last_ns:	and received; the beginning without one
 * @nap_ns:	longest sleep since then
 * @seen:	a bit for each of the METER_WINDOW numbers below @next
 * @stamps:	when each of the last METER_WINDOW frames was sent
 */
struct meter_tally {
	struct meter_way way;
	uint64_t interval_ns;
	uint64_t delay_sum_ns;
	uint64_t sent;
	uint64_t next;
	uint64_t gap_from;
	uint64_t gap_to;
	bool has_gap;
	bool has_last;
	uint64_t last_sent_ns;
	uint64_t last_ns;
	uint64_t nap_ns;
	uint64_t seen[METER_WINDOW / 64];
	uint64_t stamps[METER_WINDOW];
};

/** meter_gap_ns() - how long nothing came */
static inline uint64_t meter_gap_ns(const struct meter_gap *gap)
{
	return gap->first_ns - gap->last_ns;
}

/** meter_gap_outage_ns() - without what the meter slept */
static inline uint64_t meter_gap_outage_ns(const struct meter_gap *gap)
{
	return meter_gap_ns(gap) - gap->nap_ns;
}

/** meter_tally_init() - nothing sent; a first gap begins at @now_ns */
void meter_tally_init(struct meter_tally *tally, uint64_t now_ns,
		      uint64_t interval_ns);

/**
 * meter_tally_mark() - forget gaps that are over
 *
 * The one that begins with the latest arrival counts in full.
 */
void meter_tally_mark(struct meter_tally *tally);

/** meter_tally_sent() - the frame of the next number is sent now */
void meter_tally_sent(struct meter_tally *tally, uint64_t now_ns);

/** meter_tally_nap() - what is done now was due @late_ns ago */
void meter_tally_nap(struct meter_tally *tally, uint64_t late_ns);

/**
 * meter_tally_input() - number @seq, sent at @sent_ns, came at @now_ns
 *
 * One that was not sent, by meter_tally_sent(), is ignored.
 */
void meter_tally_input(struct meter_tally *tally, uint64_t seq,
		       uint64_t sent_ns, uint64_t now_ns);

/**
 * meter_tally_get() - what is known by now
 * @until_ns:	now, or when sending ended
 */
void meter_tally_get(const struct meter_tally *tally, uint64_t until_ns,
		     struct meter_way *way);

#endif
