// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet_socket.c - a port on the wire of a host's NIC: one packet socket
 *
 * Theory of operation
 *
 * Frames pass with their virtio_net_hdr in front (PACKET_VNET_HDR): 64 KiB of
 * TCP that GRO put together, and checksums that the NIC is going to finish.
 *
 * They are read and written in batches by plain system calls. The kernel's
 * rings for packet sockets are no better here: TPACKET_V3 hands frames over by
 * block, so a lone one waits for a timeout (0.9 to 3.8 ms), and the slots of a
 * TPACKET_V2 ring cut off what is longer than they are, 64 KiB of TCP first.
 *
 * What the upper side does not take stays where it is; reading stops, the
 * socket fills, and the kernel drops what comes after. It counts those
 * (PACKET_STATISTICS), and so does the port, as drops it never saw: it asks a
 * second after frames came, so that an idle one does not wake.
 *
 * The NIC's state is watched (link_watch.h) and is the port's carrier. While
 * there is none nothing is sent: what the kernel's queue then takes it loses
 * without a word. A NIC that is set down costs its carrier, and works again
 * when it is set up; one that is removed, or moved to another namespace, is
 * gone for good, and the port stays with its fault. Neither is told from within
 * send(), but in a turn of its own.
 *
 * An error that recvmmsg() met behind the first frame is kept by the socket:
 * EPOLLERR says so, and asking for it takes it away.
 *
 * Limits: one queue; of offloads checksum and TCP segmentation. UDP datagrams
 * that a program of this host sent in one piece are cut apart (packet_udp.h).
 */
#include "backends/packet_socket_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

void packet_socket_update_watch(struct packet_socket *socket)
{
	uint32_t events = socket->is_held ? 0 : EPOLLIN;

	if (socket->is_full && socket->is_waiting)
		events |= EPOLLOUT;
	if (socket->is_gone || events == socket->events)
		return;
	if (watch_change(&socket->watch, events) == 0)
		socket->events = events;
}

void packet_socket_fail(struct packet_socket *socket, int error)
{
	if (socket->is_gone)
		return;
	watch_remove(&socket->watch);
	link_watch_fini(&socket->link);
	timer_cancel(socket->loop, &socket->retry);
	socket->is_gone = true;
	snprintf(socket->fault, sizeof(socket->fault),
		 "the interface is gone: %s", strerror(error));
	log_warning(socket->log, "port %s: %s", socket->port.name,
		    socket->fault);
	port_carrier(&socket->port, false);
}

void packet_socket_refuse(struct packet_socket *socket)
{
	socket->is_refused = true;
	loop_defer(socket->loop, &socket->turn);
}

void packet_socket_error(struct packet_socket *socket, int error)
{
	switch (error) {
	case 0:
	case EAGAIN:
	case EINTR:
		break;
	case EINVAL:
		/* The kernel can't say these offloads in a header. */
		port_drop_rx(&socket->port, NULL, DROP_BAD_OFFLOAD);
		break;
	case ENETDOWN:
	case ENODEV:
	case ENXIO:
		link_watch_ask(&socket->link);
		break;
	default:
		packet_socket_fail(socket, error);
	}
}

static void link_changed(struct link_watch *link)
{
	struct packet_socket *socket =
		container_of(link, struct packet_socket, link);

	if (!link->state.is_there) {
		packet_socket_fail(socket, ENODEV);
		return;
	}
	socket->port.mtu = (uint16_t)MIN(link->state.mtu, UINT16_MAX);
	port_carrier(&socket->port, link->state.carrier);
}

static void have_room(struct packet_socket *socket)
{
	socket->is_full = false;
	packet_socket_update_watch(socket);
	port_writable(&socket->port);
}

static void retry_expired(struct timer *timer)
{
	struct packet_socket *socket =
		container_of(timer, struct packet_socket, retry);

	if (socket->is_full)
		have_room(socket);
}

static void statistics_expired(struct timer *timer)
{
	packet_socket_count_lost(
		container_of(timer, struct packet_socket, statistics));
}

static void take_error(struct packet_socket *socket)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(socket->watch.fd, SOL_SOCKET, SO_ERROR, &error, &len))
		error = errno;
	packet_socket_error(socket, error);
}

static void socket_ready(struct watch *watch, uint32_t events)
{
	struct packet_socket *socket =
		container_of(watch, struct packet_socket, watch);

	if (events & EPOLLHUP)
		packet_socket_fail(socket, ENODEV);
	else if (events & EPOLLERR)
		take_error(socket);
	if ((events & EPOLLIN) && !socket->is_gone)
		packet_socket_receive(socket);
	if ((events & EPOLLOUT) && !socket->is_gone && socket->is_full)
		have_room(socket);
}

static void socket_turn(struct deferred *deferred)
{
	struct packet_socket *socket =
		container_of(deferred, struct packet_socket, turn);

	if (socket->is_refused && !socket->is_gone)
		link_watch_ask(&socket->link);
	socket->is_refused = false;
	if (socket->is_held)
		packet_socket_retry(socket);
}

static void socket_resume(struct port *port)
{
	struct packet_socket *socket =
		container_of(port, struct packet_socket, port);

	if (socket->is_held)
		loop_defer(socket->loop, &socket->turn);
}

static void socket_status(struct port *port, struct port_status *status)
{
	struct packet_socket *socket =
		container_of(port, struct packet_socket, port);
	const struct link_state *state = &socket->link.state;
	const char *words = "";

	packet_socket_count_lost(socket);
	if (!state->is_up)
		words = ", interface is set down";
	else if (!state->carrier)
		words = ", no carrier";
	snprintf(status->detail, sizeof(status->detail), "packet socket%s",
		 socket->is_gone ? "" : words);
	snprintf(status->fault, sizeof(status->fault), "%s", socket->fault);
}

static void socket_close(struct port *port)
{
	struct packet_socket *socket =
		container_of(port, struct packet_socket, port);

	deferred_cancel(&socket->turn);
	timer_cancel(socket->loop, &socket->retry);
	timer_cancel(socket->loop, &socket->statistics);
	watch_remove(&socket->watch);
	close(socket->watch.fd);
	link_watch_fini(&socket->link);
	if (socket->link.hint.fd >= 0)
		close(socket->link.hint.fd);
	free(socket);
}

static const struct port_ops packet_socket_ops = {
	.send = packet_socket_send,
	.resume = socket_resume,
	.status = socket_status,
	.close = socket_close,
};

static void socket_init(struct packet_socket *socket, struct loop *loop,
			const struct packet_socket_settings *settings)
{
	port_init(&socket->port, &packet_socket_ops, settings->name);
	socket->port.features = PORT_CSUM | PORT_TSO4 | PORT_TSO6 | PORT_ECN;
	socket->port.can_wait = true;
	socket->loop = loop;
	socket->log = settings->log;
	socket->events = EPOLLIN;
	deferred_init(&socket->turn, socket_turn);
	socket->retry.expired = retry_expired;
	socket->statistics.expired = statistics_expired;
	link_kernel_init(&socket->kernel, settings->fd, settings->ifindex);
	socket->watch.fd = settings->fd;
	socket->watch.ready = socket_ready;
	socket->watch.name = "packet socket";
	packet_in_init(&socket->in);
}

static int socket_start(struct packet_socket *socket,
			const struct packet_socket_settings *settings)
{
	const struct link_source *source =
		settings->link ? settings->link : &socket->kernel.source;
	int rc = watch_add(socket->loop, &socket->watch, EPOLLIN);

	if (rc)
		return rc;
	rc = link_watch_init(&socket->link, socket->loop, source,
			     settings->link_fd, link_changed);
	if (rc)
		watch_remove(&socket->watch);
	else
		link_changed(&socket->link);
	return rc;
}

struct packet_socket *
packet_socket_create(struct loop *loop,
		     const struct packet_socket_settings *settings,
		     struct err *err)
{
	int rc, flags = fcntl(settings->fd, F_GETFL);
	struct packet_socket *socket;

	if (flags < 0 || !(flags & O_NONBLOCK)) {
		err_set(err, -EINVAL,
			"port %s: its packet socket must be open and "
			"non-blocking",
			settings->name);
		return NULL;
	}
	socket = calloc(1, sizeof(*socket));
	if (!socket) {
		err_set(err, -ENOMEM, "port %s: out of memory", settings->name);
		return NULL;
	}
	socket_init(socket, loop, settings);
	rc = socket_start(socket, settings);
	if (rc == 0)
		return socket;
	err_set(err, rc, "port %s: cannot wait for its packet socket: %s",
		settings->name, strerror(-rc));
	free(socket);
	return NULL;
}

struct port *packet_socket_port(struct packet_socket *socket)
{
	return &socket->port;
}

int packet_socket_poll_link(struct packet_socket *socket, uint64_t ns)
{
	return socket->is_gone ? -ENODEV : link_watch_poll(&socket->link, ns);
}

const struct link_watch *packet_socket_link(const struct packet_socket *socket)
{
	return &socket->link;
}
