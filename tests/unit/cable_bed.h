/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cable_bed.h - a cable, and at each end somebody who counts what comes out
 *
 * Each frame has the next number of the end that it is sent into, and must come
 * out in that order.
 */
#ifndef UNIT_CABLE_BED_H
#define UNIT_CABLE_BED_H

#include "switch/uplink/cable.h"

#define CABLE_BED_PACKETS 1024
#define CABLE_BED_CHUNKS 2048
#define CABLE_BED_FRAME 64

/**
 * struct cable_side - whoever an end is plugged into
 * @port:	the end
 * @room:	frames that it takes; UINT_MAX: no limit
 * @came:	frames that it took
 * @next:	number that the next of these must have
 * @downs:	times that carrier went
 * @ups:	times that it came
 * @writables:	times that the end said so
 * @dropped:	frames that the end lost, of what came in
 * @lost:	of what was sent
 * @seen:	frames that sent() was told of
 * @answer:	each batch that comes is answered by so many frames
 * @in_send:	a send() into an end is under way: nothing may come in
 */
struct cable_side {
	struct port *port;
	unsigned room;
	unsigned came;
	uint32_t next;
	unsigned downs;
	unsigned ups;
	unsigned writables;
	unsigned dropped;
	unsigned lost;
	unsigned seen;
	unsigned answer;
	bool *in_send;
};

/**
 * struct cable_bed - the test
 * @fake:	the clock
 * @loop:	on it
 * @pool:	for frames under way
 * @cable:	under test
 * @side:	what its ends are plugged into
 * @sent:	frames that each end took
 * @in_send:	a send() into an end is under way
 * @on_down:	called when an end loses its carrier; NULL: nothing more is done
 */
struct cable_bed {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct cable *cable;
	struct cable_side side[2];
	uint32_t sent[2];
	bool in_send;
	void (*on_down)(struct cable_bed *bed);
};

/** cable_bed_set_up() - a cable that is plugged in */
int cable_bed_set_up(void **state);

/** cable_bed_tear_down() - asserts that no packet is left */
int cable_bed_tear_down(void **state);

/** cable_bed_plug() - end @i goes into a side that has seen nothing */
void cable_bed_plug(struct cable_bed *bed, unsigned i);

/** cable_bed_close() - end @i */
void cable_bed_close(struct cable_bed *bed, unsigned i);

/** cable_bed_run() - the loop, for so many rounds */
void cable_bed_run(struct cable_bed *bed, unsigned rounds);

/** cable_bed_send_len() - @n frames into end @i; returns how many it took */
unsigned cable_bed_send_len(struct cable_bed *bed, unsigned i, unsigned n,
			    uint32_t len);

/** cable_bed_send() - the same, of CABLE_BED_FRAME bytes */
unsigned cable_bed_send(struct cable_bed *bed, unsigned i, unsigned n);

#endif
