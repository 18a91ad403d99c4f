/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet_open.h - open the wire of a host's NIC for backends/packet_socket.h
 */
#ifndef CLI_HOST_PACKET_OPEN_H
#define CLI_HOST_PACKET_OPEN_H

#include <stdbool.h>

#include "core/err.h"

/**
 * struct packet_open_options - how
 * @is_forced:	also what nic_check() advises against
 * @netns_fd:	of the network namespace that the NIC is in; -1: the caller's
 */
struct packet_open_options {
	bool is_forced;
	int netns_fd;
};

/**
 * struct packet_fds - what was opened; both are non-blocking, close-on-exec
 * @fd:		the packet socket, as struct packet_socket_settings wants it
 * @link_fd:	rtnetlink, group of links, of the same namespace
 * @ifindex:	of the NIC
 */
struct packet_fds {
	int fd;
	int link_fd;
	int ifindex;
};

/**
 * packet_open() - open the NIC @ifname
 * @ifname:	its name
 * @options:	how
 * @fds:	filled on success; the caller's
 * @err:	says why not, and what to do
 *
 * Needs CAP_NET_RAW in the NIC's namespace, with @netns_fd also what setns(2)
 * needs. Nothing of the NIC is changed but its promiscuity, for as long as
 * @fds->fd is open. It is not set up: it is its owner's to say when.
 *
 * Return: 0 or -errno.
 */
int packet_open(const char *ifname, const struct packet_open_options *options,
		struct packet_fds *fds, struct err *err);

/**
 * packet_open_links() - an rtnetlink socket of the group of links, in the
 * caller's network namespace
 *
 * Return: non-blocking and close-on-exec, the caller's; or -errno.
 */
int packet_open_links(struct err *err);

/**
 * packet_is_other() - is there a NIC @ifname that @fd is not bound to?
 * @ifname:	in the caller's network namespace
 * @fd:		packet socket
 *
 * So it is after a NIC was pulled out and put in again: the kernel unbinds the
 * socket for good when the NIC goes, and the new one only has its name.
 */
bool packet_is_other(const char *ifname, int fd);

/**
 * packet_filter_outgoing() - hide frames that go out from a packet socket
 *
 * Where PACKET_IGNORE_OUTGOING is not known (before Linux 4.20): a filter in
 * the kernel does the same, but runs once for each frame.
 *
 * Return: 0 or -errno.
 */
int packet_filter_outgoing(int fd);

#endif
