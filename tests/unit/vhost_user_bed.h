/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost_user_bed.h - a vhost-user port, its loop, its upper side, its front-end
 */
#ifndef UNIT_VHOST_USER_BED_H
#define UNIT_VHOST_USER_BED_H

#include "backends/vhost_user.h"
#include "core/clock.h"
#include "core/loop.h"
#include "core/sigbus_guard.h"
#include "unit/front_end.h"

/** BED_MAX_FRAMES - frames that the upper side remembers */
#define BED_MAX_FRAMES 600
#define BED_FRAME_SIZE 70000

/**
 * struct bed - all of it
 * @clock:	stands still
 * @loop:	driven by bed_run()
 * @notifier:	of this thread
 * @stack:	of this thread
 * @log:	says errors only
 * @vu:		the port
 * @port:	the same
 * @fe:		the front-end
 * @listen:	path of the socket
 * @limit:	frames that the upper side takes before it says "full"
 * @count:	frames it took
 * @keep_first:	let @last be the first one instead
 * @writable:	calls of port_writable()
 * @len:	their lengths
 * @hdr:	their offloads
 * @first:	their byte behind the Ethernet header
 * @last:	all of the last one
 */
struct bed {
	struct fake_clock clock;
	struct loop *loop;
	struct notifier notifier;
	struct sigbus_stack stack;
	struct log log;
	struct vhost_user *vu;
	struct port *port;
	struct front_end fe;
	char listen[64];
	unsigned limit;
	unsigned count;
	bool keep_first;
	unsigned writable;
	uint32_t len[BED_MAX_FRAMES];
	struct vnet_hdr hdr[BED_MAX_FRAMES];
	uint8_t first[BED_MAX_FRAMES];
	uint8_t last[BED_FRAME_SIZE];
};

/** BED_TEST() - a cmocka test that finds @bed set up */
#define BED_TEST(name, bed)                                        \
	cmocka_unit_test_prestate_setup_teardown(name, bed_set_up, \
						 bed_tear_down, bed)

/** bed_set_up() - *@state, a bed: a port that listens, nobody connected */
int bed_set_up(void **state);

/** bed_tear_down() - the reverse */
int bed_tear_down(void **state);

/** bed_run() - some rounds of the loop, enough for anything to settle */
void bed_run(struct bed *bed);

/** bed_connect_without_running() - a socket that waits to be accepted */
int bed_connect_without_running(struct bed *bed);

/** bed_connect() - a socket to the port; -1 when refused */
int bed_connect(struct bed *bed);

/** bed_start() - connect, start @rings rings, see carrier */
void bed_start(struct bed *bed, uint64_t features, unsigned rings);

/** bed_is_closed() - did the back-end end the session? */
bool bed_is_closed(struct bed *bed);

/** bed_fds() - descriptors this process has open */
unsigned bed_fds(void);

/** bed_maps() - mappings this process has */
unsigned bed_maps(void);

/** bed_transmit() - the guest transmits @len bytes behind its header */
void bed_transmit(struct bed *bed, unsigned buffer, uint32_t len,
		  const struct vnet_hdr *hdr);

/** bed_offer() - the guest offers a receive buffer */
void bed_offer(struct bed *bed, unsigned buffer, uint32_t len);

/** bed_send() - the network sends a frame of @len bytes; was it taken? */
bool bed_send(struct bed *bed, uint32_t len, uint8_t first);

/** bed_drops() - frames that the port dropped for this reason */
uint64_t bed_drops(const struct bed *bed, enum drop_reason reason);

/** bed_used() - chains of a ring that came back to the guest since last asked
 */
unsigned bed_used(struct bed *bed, unsigned ring);

#endif
