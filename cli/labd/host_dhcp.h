/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_dhcp.h - a DHCP client for the host's own leg in a network
 *
 * busybox udhcpc, watched, and started again when it ends. It is told to change
 * nothing: what it learns comes back by a pipe, and of that only the address is
 * used. No default route, no name server: a guest that answers DHCP must not be
 * able to turn the host's traffic around.
 */
#ifndef CLI_LABD_HOST_DHCP_H
#define CLI_LABD_HOST_DHCP_H

#include <net/if.h>

#include "cli/labd/child.h"
#include "core/addr.h"

/** HOST_DHCP_BUSYBOX - where a Debian has it */
#define HOST_DHCP_BUSYBOX "/bin/busybox"
/** HOST_DHCP_SCRIPT - name of the client's script in the run directory */
#define HOST_DHCP_SCRIPT "host-dhcp.sh"
/** HOST_DHCP_LINE - longest line of the script's, and its end */
#define HOST_DHCP_LINE 32
/** HOST_DHCP_AGAIN_NS - pause before a client that ended is started again */
#define HOST_DHCP_AGAIN_NS NSEC_PER_SEC

/**
 * struct host_dhcp_settings - one client; the texts outlive it
 * @busybox:	path of busybox
 * @run_dir:	where its script is put
 * @ifname:	interface, which is up
 * @hostname:	told to the server
 * @log_fd:	for its complaints
 */
struct host_dhcp_settings {
	const char *busybox;
	const char *run_dir;
	const char *ifname;
	const char *hostname;
	int log_fd;
};

/**
 * struct host_dhcp - embedded in whoever has the leg; host_dhcp_init() it
 * @bound:	there is a lease, or with NULL none any more. Called when that
 *		changes and when a lease is renewed
 * @loop:	that it lives in
 * @settings:	of host_dhcp_start()
 * @child:	the client
 * @report:	our end of the pipe
 * @again:	until the next try
 * @line:	what has come of one
 * @len:	bytes of it; more than fit are a line that is bad
 * @is_bound:	the last word was a lease
 * @starts:	clients started
 * @bad:	lines that made no sense
 */
struct host_dhcp {
	void (*bound)(struct host_dhcp *dhcp, const struct ipv4_prefix *lease);
	struct loop *loop;
	struct host_dhcp_settings settings;
	struct child child;
	struct watch report;
	struct timer again;
	char line[HOST_DHCP_LINE];
	size_t len;
	bool is_bound;
	unsigned starts;
	unsigned bad;
};

/** host_dhcp_init() - no client yet */
void host_dhcp_init(struct host_dhcp *dhcp,
		    void (*bound)(struct host_dhcp *dhcp,
				  const struct ipv4_prefix *lease));

/** host_dhcp_start() - 0, or -errno with @err filled */
int host_dhcp_start(struct host_dhcp *dhcp, struct loop *loop,
		    const struct host_dhcp_settings *settings, struct err *err);

/**
 * host_dhcp_stop() - no callback comes any more; no-op when not started
 *
 * The lease is not given back; the server keeps it until it is over, and gives
 * the same again to a client that comes back.
 */
void host_dhcp_stop(struct host_dhcp *dhcp);

/** host_dhcp_read() - bytes of the pipe; for host_dhcp.c and tests */
void host_dhcp_read(struct host_dhcp *dhcp, const char *data, size_t len);

#endif
