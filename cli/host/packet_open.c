// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet_open.c - open the wire of a host's NIC for backends/packet_socket.h
 *
 * The socket is opened deaf (protocol 0) and hears only once it is bound to the
 * NIC, as the last step: else it would begin with frames of all interfaces, and
 * without what was set up meanwhile.
 *
 * A namespace is a property of a thread: to open something in another one, a
 * thread goes there and does not come back.
 */
#include "cli/host/packet_open.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/host/nic.h"

/*
 * Room for frames: in, what comes while a worker is busy elsewhere for some
 * milliseconds; out, some frames of 64 KiB, and less than a NIC's own queue of
 * 1000 frames takes.
 */
#define PACKET_RCVBUF (8 * 1024 * 1024)
#define PACKET_SNDBUF (1024 * 1024)

int packet_filter_outgoing(int fd)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog program = {ARRAY_SIZE(code), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program))
		       ? -errno
		       : 0;
}

static int set_flag(int fd, int option)
{
	int on = 1;

	return setsockopt(fd, SOL_PACKET, option, &on, sizeof(on)) ? -errno : 0;
}

static int ignore_outgoing(int fd)
{
	int rc = set_flag(fd, PACKET_IGNORE_OUTGOING);

	return rc == -ENOPROTOOPT ? packet_filter_outgoing(fd) : rc;
}

/* Beyond the host's limits where we may; else as far as they go. */
static void set_buffer(int fd, int forced, int option, int size)
{
	if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size));
}

static int set_promiscuous(int fd, int ifindex)
{
	const struct packet_mreq request = {.mr_ifindex = ifindex,
					    .mr_type = PACKET_MR_PROMISC};

	return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request,
			  sizeof(request))
		       ? -errno
		       : 0;
}

static int bind_to(int fd, int ifindex)
{
	const struct sockaddr_ll address = {.sll_family = AF_PACKET,
					    .sll_protocol = htons(ETH_P_ALL),
					    .sll_ifindex = ifindex};

	return bind(fd, (const struct sockaddr *)&address, sizeof(address))
		       ? -errno
		       : 0;
}

/* A NIC that is set down is bound to as well, and heard once it is set up. */
static int set_up_socket(int fd, int ifindex)
{
	int rc = set_flag(fd, PACKET_VNET_HDR);

	if (!rc)
		rc = set_flag(fd, PACKET_AUXDATA);
	if (!rc)
		rc = ignore_outgoing(fd);
	set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, PACKET_RCVBUF);
	set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, PACKET_SNDBUF);
	if (!rc)
		rc = set_promiscuous(fd, ifindex);
	return rc ? rc : bind_to(fd, ifindex);
}

static int open_socket(const struct nic *nic, struct err *err)
{
	const int type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int rc, fd = socket(AF_PACKET, type, 0);

	if (fd < 0 && (errno == EPERM || errno == EACCES))
		return err_set(err, -errno,
			       "not permitted to open a packet socket on %s: "
			       "it needs CAP_NET_RAW; run as root",
			       nic->name);
	if (fd < 0)
		return err_set(err, -errno,
			       "cannot open a packet socket on %s: %s",
			       nic->name, strerror(errno));
	rc = set_up_socket(fd, nic->ifindex);
	if (!rc)
		return fd;
	close(fd);
	return err_set(err, rc, "cannot set up a packet socket on %s: %s",
		       nic->name, strerror(-rc));
}

int packet_open_links(struct err *err)
{
	const int type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
	const struct sockaddr_nl self = {.nl_family = AF_NETLINK,
					 .nl_groups = RTMGRP_LINK};
	int rc, fd = socket(AF_NETLINK, type, NETLINK_ROUTE);

	if (fd >= 0 &&
	    bind(fd, (const struct sockaddr *)&self, sizeof(self)) == 0)
		return fd;
	rc = -errno;
	if (fd >= 0)
		close(fd);
	return err_set(err, rc, "cannot listen to the host's links: %s",
		       strerror(-rc));
}

bool packet_is_other(const char *ifname, int fd)
{
	struct sockaddr_ll address = {0};
	socklen_t len = sizeof(address);
	unsigned ifindex = if_nametoindex(ifname);

	if (!ifindex || getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		return false;
	return address.sll_ifindex != (int)ifindex;
}

/* In the thread's own namespace. */
static int open_here(const char *ifname, bool is_forced, struct packet_fds *fds,
		     struct err *err)
{
	struct nic nic;
	int rc = nic_read(&nic, ifname, err);

	if (!rc)
		rc = nic_check(&nic, is_forced, err);
	if (rc)
		return rc;
	fds->ifindex = nic.ifindex;
	fds->fd = open_socket(&nic, err);
	if (fds->fd < 0)
		return fds->fd;
	fds->link_fd = packet_open_links(err);
	if (fds->link_fd >= 0)
		return 0;
	rc = fds->link_fd;
	close(fds->fd);
	return rc;
}

/**
 * struct packet_errand - what a thread does in another namespace
 * @ifname:	argument of packet_open()
 * @options:	likewise
 * @fds:	likewise
 * @err:	likewise
 * @rc:		what packet_open() returns
 */
struct packet_errand {
	const char *ifname;
	const struct packet_open_options *options;
	struct packet_fds *fds;
	struct err *err;
	int rc;
};

static void *run_errand(void *arg)
{
	struct packet_errand *errand = arg;
	const struct packet_open_options *options = errand->options;

	if (setns(options->netns_fd, CLONE_NEWNET))
		errand->rc = err_set(errand->err, -errno,
				     "cannot enter the network namespace of "
				     "%s: %s",
				     errand->ifname, strerror(errno));
	else
		errand->rc = open_here(errand->ifname, options->is_forced,
				       errand->fds, errand->err);
	return NULL;
}

int packet_open(const char *ifname, const struct packet_open_options *options,
		struct packet_fds *fds, struct err *err)
{
	struct packet_errand errand = {ifname, options, fds, err, 0};
	pthread_t thread;
	int rc;

	*fds = (struct packet_fds){-1, -1, 0};
	if (options->netns_fd < 0)
		return open_here(ifname, options->is_forced, fds, err);
	rc = pthread_create(&thread, NULL, run_errand, &errand);
	if (rc)
		return err_set(err, -rc, "cannot start a thread for %s: %s",
			       ifname, strerror(rc));
	pthread_join(thread, NULL);
	return errand.rc;
}
