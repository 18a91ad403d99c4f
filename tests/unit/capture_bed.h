/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_bed.h - a small network that is captured, for more than one test
 */
#ifndef UNIT_CAPTURE_BED_H
#define UNIT_CAPTURE_BED_H

#include "switch/capture/capture.h"
#include "switch/network.h"
#include "unit/mem_port.h"

#define BED_PORTS 3
#define BED_SEEN 16384

/**
 * struct seen - one record as a writer finds it
 * @name:	of the port
 * @record:	a copy
 * @last:	byte of the frame
 */
struct seen {
	char name[8];
	struct capture_record record;
	uint8_t last;
};

/**
 * struct capture_bed - a network of three ports, each with a tap ready
 * @fake:	the time
 * @loop:	of the worker
 * @pool:	for what waits
 * @network:	under test
 * @p:		its ports; port i is known as the address i + 1
 * @wake:	of the writer that the test is
 * @settings:	of the capture
 * @ring:	where frames go
 * @taps:	one for each port, not attached
 * @seen:	@count records of the last bed_drain()
 * @count:	how many
 */
struct capture_bed {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct network *network;
	struct mem_port p[BED_PORTS];
	struct capture_wake wake;
	struct capture_settings settings;
	struct capture_ring *ring;
	struct capture_tap *taps[BED_PORTS];
	struct seen seen[BED_SEEN];
	unsigned count;
};

/** capture_bed_setup() - for cmocka */
int capture_bed_setup(void **state);

/** capture_bed_teardown() - likewise */
int capture_bed_teardown(void **state);

/** bed_tap() - look at a port */
void bed_tap(struct capture_bed *f, unsigned port);

/** bed_drain() - read what was captured; how many records */
unsigned bed_drain(struct capture_bed *f);

/** bed_comment() - the comment that a file would have */
const char *bed_comment(const struct seen *seen);

/** bed_expect() - a record is of this port, this way, with this comment */
void bed_expect(const struct seen *seen, const char *port,
		enum port_direction direction, const char *what);

#endif
