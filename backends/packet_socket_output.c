// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet_socket_output.c - frames from the network out through a packet socket
 *
 * The kernel is full in two places. A socket without room (EAGAIN) says by
 * EPOLLOUT when there is some. The NIC's queue (ENOBUFS) tells nobody, so it is
 * tried again a moment later; the frame that it refused is not lost for that.
 *
 * What is longer than the MTU would be cut by nobody: the kernel refuses it,
 * but not where it is to be segmented into pieces that are too long. It would
 * hand those to a driver. So all are measured here.
 */
#include "backends/packet_socket_internal.h"

#include <errno.h>

#define RETRY_NS NSEC_PER_MSEC

/* One tag is not counted, as the kernel has it. */
static bool fits(const struct packet_socket *socket, const struct frame *frame)
{
	uint32_t limit = socket->link.state.mtu + ETH_HLEN, len = frame->len;
	uint16_t type = be16_load(frame->snap + 12);

	if (type == 0x8100 || type == 0x88a8)
		limit += VLAN_HLEN;
	if (frame->hdr.gso_type)
		len = le16toh(frame->hdr.hdr_len) +
		      (uint32_t)le16toh(frame->hdr.gso_size);
	return len <= limit;
}

/* As many frames as there are pieces for, up to one that does not fit. */
static unsigned gather(struct packet_socket *socket, struct frame **frames,
		       unsigned n)
{
	struct packet_out *out = &socket->out;
	unsigned i, used = 0;

	for (i = 0; i < n; i++) {
		struct msghdr *msg = &out->msgs[i].msg_hdr;
		const struct frame *frame = frames[i];

		if (used + 2 + frame->iov_count > PACKET_OUT_IOV ||
		    !fits(socket, frame))
			break;
		msg->msg_iov = &out->iov[used];
		msg->msg_iov[0].iov_base = (void *)(uintptr_t)&frame->hdr;
		msg->msg_iov[0].iov_len = sizeof(frame->hdr);
		msg->msg_iovlen = 1 + frame_iov(frame, msg->msg_iov + 1);
		used += (unsigned)msg->msg_iovlen;
	}
	return i;
}

static void wait_for_room(struct packet_socket *socket, int error)
{
	socket->is_full = true;
	socket->is_waiting = error == EAGAIN ||
			     timer_arm(socket->loop, &socket->retry,
				       loop_now_ns(socket->loop) + RETRY_NS);
	packet_socket_update_watch(socket);
}

/* What a refusal says about the frame, and perhaps about the NIC. */
static enum drop_reason refused(struct packet_socket *socket, int error)
{
	switch (error) {
	case ENETDOWN:
	case ENODEV:
	case ENXIO:
		packet_socket_refuse(socket);
		return DROP_NO_CARRIER;
	case EMSGSIZE:
		return DROP_OVER_MTU;
	default:
		return DROP_SEND_FAILED;
	}
}

/* Send frames that fit; the kernel only says why the first did not pass. */
static int send_some(struct packet_socket *socket, unsigned n)
{
	int sent;

	do {
		sent = sendmmsg(socket->watch.fd, socket->out.msgs, n,
				MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : sent;
}

static bool is_off(const struct packet_socket *socket)
{
	return socket->is_gone || socket->is_refused || !socket->port.carrier;
}

unsigned packet_socket_send(struct port *port, struct frame **frames,
			    unsigned n)
{
	struct packet_socket *socket =
		container_of(port, struct packet_socket, port);
	unsigned i = 0;

	while (i < n) {
		enum drop_reason reason = DROP_NO_CARRIER;

		if (!is_off(socket)) {
			unsigned ready = gather(socket, frames + i, n - i);
			int rc = ready ? send_some(socket, ready) : -EMSGSIZE;

			if (rc > 0) {
				i += (unsigned)rc;
				continue;
			}
			if (rc == -EAGAIN || rc == -ENOBUFS) {
				wait_for_room(socket, -rc);
				break;
			}
			reason = refused(socket, -rc);
		}
		port_count_lost(port, frames[i++], reason);
	}
	return i;
}
