/* SPDX-License-Identifier: GPL-2.0-or-later */
/* victim.h - a device of any kind, for tests that treat all kinds badly
 *
 * A victim can be started, and asked for something that only a working device
 * can do.
 */
#ifndef GUEST_VICTIM_H
#define GUEST_VICTIM_H

#include "guest/block.h"
#include "guest/inet.h"
#include "guest/rng.h"
#include "guest/vcon.h"

/* Buffers of a request that is right, at most. */
#define VICTIM_CHAIN 3

/*
 * struct victim - one device
 * @v: of whichever member the device is in
 * @target: the queue that a test breaks; @is_writable: its buffers are for the
 *	device to write
 * @on_rx: net: the target is what it receives with
 * @scratch: a page for buffers that nobody else uses
 * @control: net: the queue for commands, when a test wants it
 * @addressed: net: DHCP was done once
 */
struct victim {
	struct machine *machine;
	const char *name;
	struct virtio *v;
	struct virtq *target;
	bool is_writable, on_rx;
	uint8_t *scratch;
	bool addressed;
	struct nic nic;
	struct virtq control;
	struct inet inet;
	struct block block;
	struct vcon console;
	struct rng rng;
};

/* Devices of one machine, at most. */
#define VICTIMS 12

/* struct victims - all devices of the kinds that a test wants */
struct victims {
	unsigned count;
	struct victim all[VICTIMS];
};

/* victims_find() - each device of each kind that dev= names, or of all; once a
 * test, for it takes memory. NULL, with a complaint, when there is none. */
struct victims *victims_find(struct machine *m);

/* victims_each() - calls @call for each; ends with the first that doesn't
 * return 0, and returns what it did */
int victims_each(struct victims *victims, int (*call)(struct victim *victim));

/* victim_each() - both; how many there were, or -1 */
int victim_each(struct machine *m, int (*call)(struct victim *victim));

/* victim_start() - from reset to DRIVER_OK */
int victim_start(struct victim *victim);

/* victim_works() - a request is answered; silent. Only after victim_start() */
bool victim_works(struct victim *victim);

/* victim_recovers() - reset, start, and it works; complains if not */
int victim_recovers(struct victim *victim);

/* victim_request() - buffers of a request that is right, for its target queue;
 * how many */
unsigned victim_request(struct victim *victim, struct virtq_buffer *chain);

#endif
