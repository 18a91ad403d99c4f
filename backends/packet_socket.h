/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet_socket.h - a port on the wire of a host's NIC: one packet socket
 *
 * The socket is opened and set up by somebody with the right to do so
 * (cli/host/packet_open.h) and handed in as a file descriptor. Nothing of the
 * NIC is changed but its promiscuity, which the kernel takes back with the
 * descriptor, whoever closes it.
 */
#ifndef BACKENDS_PACKET_SOCKET_H
#define BACKENDS_PACKET_SOCKET_H

#include <stdint.h>

#include "backends/link_watch.h"
#include "core/err.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/port.h"

struct packet_socket;

/**
 * struct packet_socket_settings - what makes such a port
 * @name:	of the port: "bond0/eth1"
 * @fd:		non-blocking AF_PACKET, SOCK_RAW, bound to the NIC, with
 *		PACKET_VNET_HDR and PACKET_AUXDATA, without frames that go out
 * @link_fd:	non-blocking rtnetlink socket of the group of links, opened in
 *		the same network namespace; -1: none
 * @ifindex:	of the NIC
 * @link:	who is asked about the NIC; NULL: the kernel, through @fd
 * @log:	for the one line when the NIC goes away; outlives the port
 */
struct packet_socket_settings {
	const char *name;
	int fd;
	int link_fd;
	int ifindex;
	const struct link_source *link;
	const struct log *log;
};

/**
 * packet_socket_create() - make a port of a packet socket
 * @loop:	of the worker that the port belongs to
 * @settings:	copied; both descriptors belong to the port on success only
 * @err:	says why when NULL is returned
 *
 * Return: the packet socket; its port's close() frees it and closes the
 * descriptors.
 */
struct packet_socket *
packet_socket_create(struct loop *loop,
		     const struct packet_socket_settings *settings,
		     struct err *err);

/** packet_socket_port() - what is plugged into a network */
struct port *packet_socket_port(struct packet_socket *socket);

/**
 * packet_socket_poll_link() - look at the carrier every @ns; 0: rtnetlink alone
 *
 * A member of a bond wants 0.5 to 2 ms: see link_watch.h. It costs a thread.
 *
 * Return: 0; -ENODEV when the NIC is gone; another -errno.
 */
int packet_socket_poll_link(struct packet_socket *socket, uint64_t ns);

/** packet_socket_link() - what is known of the NIC, and how it was learned */
const struct link_watch *packet_socket_link(const struct packet_socket *socket);

#endif
