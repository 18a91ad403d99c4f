// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet_bed.c - a packet socket port over one end of a socket pair, on a NIC
 * that is in the state that a test says
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "unit/packet_bed.h"

#define IPPROTO_TCP_NUMBER 6

static struct packet_bed the_bed;

const struct vnet_hdr packet_bed_no_offload;
const struct vnet_hdr packet_bed_segments = {
	.flags = VNET_F_NEEDS_CSUM,
	.gso_type = VNET_GSO_TCPV4,
	.hdr_len = 54,
	.gso_size = 1446,
	.csum_start = 34,
	.csum_offset = 16,
};

/* In place of libc's: a socket pair has no queue of a NIC behind it. */
int sendmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
	if (!the_bed.next_error)
		return (int)syscall(SYS_sendmmsg, fd, msgs, n, flags);
	errno = the_bed.next_error;
	the_bed.next_error = 0;
	return -1;
}

static int fake_ask(const struct link_source *source, struct link_state *state)
{
	const struct packet_bed *bed =
		container_of(source, struct packet_bed, source);

	*state = bed->nic;
	return bed->nic_rc;
}

static int fake_ask_carrier(const struct link_source *source, bool *carrier)
{
	struct packet_bed *bed =
		container_of(source, struct packet_bed, source);

	*carrier = !atomic_load(&bed->driver_lost);
	return 0;
}

static unsigned upper_input(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	struct packet_bed *bed = ctx;
	unsigned i;

	assert_ptr_equal(port, bed->port);
	bed->calls++;
	for (i = 0; i < n && bed->accept; i++, bed->accept--) {
		const struct frame *frame = frames[i];

		assert_int_equal(frame->verdict.fate, FATE_NONE);
		bed->lens[bed->count] = frame->len;
		bed->numbers[bed->count++] = frame->snap[PACKET_BED_NUMBER_AT];
		bed->hdr = frame->hdr;
		frame_copy(frame, 0, bed->data, sizeof(bed->data));
	}
	/* A network that does not take them has begun with them. */
	for (; n > i; n--)
		frames[n - 1]->verdict.fate = FATE_FORWARDED;
	return i;
}

static void upper_carrier(void *ctx, struct port *port, bool up)
{
	struct packet_bed *bed = ctx;

	assert_int_equal(port->carrier, up);
	bed->carrier_changes++;
}

static void upper_writable(void *ctx, struct port *port)
{
	struct packet_bed *bed = ctx;

	(void)port;
	bed->writable++;
}

static const struct port_upper upper = {
	.input = upper_input,
	.carrier = upper_carrier,
	.writable = upper_writable,
};

static void create_port(struct packet_bed *bed)
{
	struct packet_socket_settings settings = {
		.name = "bond0/eth1",
		.link_fd = bed->hints[0],
		.link = &bed->source,
		.log = &bed->log,
	};
	int pair[2], size = 1 << 20;

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair),
		0);
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	settings.fd = pair[0];
	bed->peer = pair[1];
	bed->socket = packet_socket_create(bed->loop, &settings, NULL);
	assert_non_null(bed->socket);
	bed->port = packet_socket_port(bed->socket);
	port_plug(bed->port, &upper, bed);
}

int packet_bed_setup(void **state)
{
	struct packet_bed *bed = &the_bed;

	memset(bed, 0, sizeof(*bed));
	fake_clock_init(&bed->fake, 1000);
	bed->log = (struct log){LOG_ERROR, "test", &bed->fake.clock};
	bed->loop = loop_create(&bed->fake.clock, NULL);
	bed->source = (struct link_source){fake_ask, fake_ask_carrier};
	bed->nic = (struct link_state){true, true, true, 1500};
	bed->accept = PACKET_BED_SEEN_MAX;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, bed->hints),
		0);
	create_port(bed);
	*state = bed;
	return 0;
}

int packet_bed_teardown(void **state)
{
	struct packet_bed *bed = *state;

	port_unplug(bed->port);
	bed->port->ops->close(bed->port);
	if (bed->peer >= 0)
		close(bed->peer);
	close(bed->hints[1]);
	loop_destroy(bed->loop);
	return 0;
}

void packet_bed_make_frame(uint8_t *data, uint32_t len, uint8_t number)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 7 + 2);
	data[PACKET_BED_NUMBER_AT] = number;
	data[12] = 0x08;
	data[13] = 0x00;
	if (len < 54)
		return;
	memset(data + 14, 0, 40);
	data[14] = 0x45;
	data[23] = IPPROTO_TCP_NUMBER;
	data[46] = 5 << 4;
}

void packet_bed_receive(struct packet_bed *bed, const struct vnet_hdr *hdr,
			uint32_t len, uint8_t number)
{
	static uint8_t data[sizeof(struct vnet_hdr) + FRAME_MAX_LEN + 100];

	packet_bed_make_frame(data + sizeof(*hdr), len, number);
	memcpy(data, hdr, sizeof(*hdr));
	assert_int_equal(send(bed->peer, data, sizeof(*hdr) + len, 0),
			 sizeof(*hdr) + len);
}

unsigned packet_bed_send(struct packet_bed *bed, const struct vnet_hdr *hdr,
			 uint32_t len)
{
	static uint8_t data[FRAME_MAX_LEN];
	struct frame frame, *frames[] = {&frame};
	struct iovec tail;

	packet_bed_make_frame(data, len, 1);
	frame_set_data(&frame, data, len, &tail);
	frame.hdr = *hdr;
	return port_send(bed->port, frames, 1);
}

void packet_bed_nic_changes(struct packet_bed *bed)
{
	assert_int_equal(send(bed->hints[1], "x", 1, 0), 1);
	loop_run_once(bed->loop, 0);
}
