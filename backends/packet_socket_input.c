// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet_socket_input.c - frames from a packet socket into the network
 *
 * One turn is one recvmmsg(). How long a frame is, nobody knows before, so each
 * gets a slot that the longest fits in. Where frames are long, fewer are asked
 * for: what a turn touches then stays in a core's second level cache. The watch
 * is level triggered: what is left is read in the loop's next round, when the
 * neighbours had theirs.
 *
 * The headers come from whatever sent on that wire or is on this host, so they
 * are judged before anybody relies on them (offload_check()).
 */
#include "backends/packet_socket_internal.h"

#include <errno.h>

/* How soon after frames came the kernel is asked for those it dropped. */
#define STATISTICS_NS NSEC_PER_SEC
/* Bytes of a turn above which the next one asks for fewer frames, and the
 * fewest. */
#define TURN_BYTES (256 * 1024)
#define TURN_MIN 4

void packet_in_init(struct packet_in *in)
{
	unsigned i;

	in->want = FRAME_BATCH;
	for (i = 0; i < FRAME_BATCH; i++) {
		struct frame *frame = &in->frames[i];

		in->tails[i].iov_base = in->slots[i];
		in->iov[i][0] = (struct iovec){&frame->hdr, sizeof(frame->hdr)};
		in->iov[i][1] = (struct iovec){frame->snap, PACKET_FRAME_HEAD};
		in->iov[i][2] = (struct iovec){in->slots[i], PACKET_FRAME_TAIL};
		in->msgs[i].msg_hdr.msg_iov = in->iov[i];
		in->msgs[i].msg_hdr.msg_iovlen = PACKET_IN_IOV;
		in->msgs[i].msg_hdr.msg_control = in->control[i];
	}
}

static int read_frames(struct packet_socket *socket)
{
	struct packet_in *in = &socket->in;
	unsigned i;
	int n;

	for (i = 0; i < in->want; i++)
		in->msgs[i].msg_hdr.msg_controllen = PACKET_FRAME_CONTROL;
	n = recvmmsg(socket->watch.fd, in->msgs, in->want, MSG_DONTWAIT, NULL);
	return n < 0 ? -errno : n;
}

/* Into the list, or what is in it comes first: then false, and once more. */
static bool accept_frame(struct packet_socket *socket, unsigned i)
{
	struct packet_in *in = &socket->in;
	struct frame *frame = &in->frames[i];
	enum drop_reason reason = frame->verdict.reason;

	if (reason == DROP_NONE && frame->hdr.gso_type == PACKET_UDP_GSO) {
		if (in->count)
			return false;
		if (packet_udp_begin(&in->udp, frame))
			return true;
		reason = DROP_BAD_OFFLOAD;
	}
	if (reason)
		port_drop_rx(&socket->port, reason == DROP_RUNT ? NULL : frame,
			     reason);
	else
		in->list[in->count++] = frame;
	return true;
}

/* The next frames of what was read; the list is empty when that was all. */
static void fill_list(struct packet_socket *socket)
{
	struct packet_in *in = &socket->in;
	unsigned i;

	in->first = in->count = 0;
	while (!in->udp.at && in->next < in->got &&
	       accept_frame(socket, in->next))
		in->next++;
	if (!in->udp.at)
		return;
	in->count = packet_udp_next(&in->udp, in->datagrams, in->datagram_tails,
				    FRAME_BATCH);
	for (i = 0; i < in->count; i++)
		in->list[i] = &in->datagrams[i];
}

static void choose_want(struct packet_in *in, unsigned n, size_t bytes)
{
	if (bytes > TURN_BYTES)
		in->want = MAX(in->want / 2, TURN_MIN);
	else if (n == in->want)
		in->want = MIN(in->want * 2, FRAME_BATCH);
}

/* Offer a batch of what was read and not taken yet; the next has its own turn.
 */
static void deliver(struct packet_socket *socket)
{
	struct packet_in *in = &socket->in;
	unsigned n = in->count - in->first;

	if (n)
		in->first += port_input(&socket->port, in->list + in->first, n);
	if (in->first == in->count) {
		fill_list(socket);
		if (in->count)
			loop_defer(socket->loop, &socket->turn);
	}
	socket->is_held = in->first < in->count;
	packet_socket_update_watch(socket);
}

void packet_socket_receive(struct packet_socket *socket)
{
	struct packet_in *in = &socket->in;
	int i, n = read_frames(socket);
	size_t bytes = 0;

	for (i = 0; i < n; i++) {
		struct msghdr *msg = &in->msgs[i].msg_hdr;
		struct frame *frame = &in->frames[i];

		/* A runt has no verdict of its own. */
		frame->verdict = (struct verdict){0};
		frame->verdict.reason = (uint8_t)packet_frame_accept(
			frame, &in->tails[i], msg, in->msgs[i].msg_len,
			socket->port.features);
		bytes += in->msgs[i].msg_len;
	}
	in->got = n > 0 ? (unsigned)n : 0;
	in->next = 0;
	fill_list(socket);
	if (n > 0) {
		choose_want(in, (unsigned)n, bytes);
		if (!timer_is_armed(&socket->statistics))
			timer_arm(socket->loop, &socket->statistics,
				  loop_now_ns(socket->loop) + STATISTICS_NS);
	}
	deliver(socket);
	if (n < 0)
		packet_socket_error(socket, -n);
}

void packet_socket_retry(struct packet_socket *socket)
{
	struct packet_in *in = &socket->in;
	unsigned i;

	/* Whoever did not take them may have begun their verdicts. */
	for (i = in->first; i < in->count; i++)
		frame_classify(in->list[i]);
	deliver(socket);
}

void packet_socket_count_lost(struct packet_socket *socket)
{
	struct tpacket_stats stats = {0};
	socklen_t len = sizeof(stats);

	/* It counts anew from here on. */
	if (getsockopt(socket->watch.fd, SOL_PACKET, PACKET_STATISTICS, &stats,
		       &len) == 0)
		socket->port.counters.drops[DROP_SOCKET_FULL] += stats.tp_drops;
}
