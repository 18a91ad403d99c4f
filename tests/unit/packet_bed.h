/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet_bed.h - a packet socket port over one end of a socket pair, on a NIC
 * that is in the state that a test says
 */
#ifndef UNIT_PACKET_BED_H
#define UNIT_PACKET_BED_H

#include <stdatomic.h>

#include "backends/packet_socket.h"

#define PACKET_BED_SEEN_MAX 256
/* Last byte of the source address; behind it TCP over IPv4 begins. */
#define PACKET_BED_NUMBER_AT 11

/**
 * struct packet_bed - the fixture
 * @fake:	the port's time
 * @log:	of the port
 * @loop:	of the port
 * @source:	answers with @nic, @nic_rc and @driver_lost
 * @nic:	what the kernel knows of the NIC
 * @nic_rc:	or that it knows none
 * @driver_lost: what the driver says when it is polled, on another thread
 * @next_error:	what the kernel says to the next frames that are sent; 0: the
 *		truth
 * @socket:	under test
 * @port:	of @socket, plugged in
 * @peer:	the wire; -1 when it was closed
 * @hints:	rtnetlink, and who writes to it
 * @accept:	frames that the network still takes
 * @calls:	times that frames were offered
 * @count:	frames taken
 * @writable:	times that the port said it has room again
 * @carrier_changes: times that it told of its carrier
 * @lens:	of the frames taken
 * @numbers:	of the frames taken, see packet_bed_make_frame()
 * @hdr:	of the last one
 * @data:	the last one
 */
struct packet_bed {
	struct fake_clock fake;
	struct log log;
	struct loop *loop;
	struct link_source source;
	struct link_state nic;
	int nic_rc;
	atomic_bool driver_lost;
	int next_error;
	struct packet_socket *socket;
	struct port *port;
	int peer;
	int hints[2];
	unsigned accept;
	unsigned calls;
	unsigned count;
	unsigned writable;
	unsigned carrier_changes;
	uint32_t lens[PACKET_BED_SEEN_MAX];
	uint8_t numbers[PACKET_BED_SEEN_MAX];
	struct vnet_hdr hdr;
	uint8_t data[FRAME_MAX_LEN];
};

/** packet_bed_no_offload - nothing is left to do */
extern const struct vnet_hdr packet_bed_no_offload;
/** packet_bed_segments - TCP over IPv4, to be cut to frames of 1500 bytes */
extern const struct vnet_hdr packet_bed_segments;

/** packet_bed_setup() - for cmocka: a port on a NIC that is up, MTU 1500 */
int packet_bed_setup(void **state);

/** packet_bed_teardown() - for cmocka */
int packet_bed_teardown(void **state);

/** packet_bed_make_frame() - with @number in its source address */
void packet_bed_make_frame(uint8_t *data, uint32_t len, uint8_t number);

/** packet_bed_receive() - the kernel has such a frame for the port */
void packet_bed_receive(struct packet_bed *bed, const struct vnet_hdr *hdr,
			uint32_t len, uint8_t number);

/** packet_bed_send() - one frame of @len bytes; returns whether it was taken */
unsigned packet_bed_send(struct packet_bed *bed, const struct vnet_hdr *hdr,
			 uint32_t len);

/** packet_bed_nic_changes() - rtnetlink says something, and the loop runs */
void packet_bed_nic_changes(struct packet_bed *bed);

/** packet_bed_drops() - the port's, for @reason */
static inline uint64_t packet_bed_drops(const struct packet_bed *bed,
					enum drop_reason reason)
{
	return bed->port->counters.drops[reason];
}

#endif
