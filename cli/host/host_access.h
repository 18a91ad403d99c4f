/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_access.h - what a lab does to its host that takes a privilege
 *
 * One table of functions, so that callers don't know whether they do it by
 * themselves or have it done by weft-broker (cli/labd/broker_link.h). Questions
 * that anybody may ask of the host are not in it.
 */
#ifndef CLI_HOST_HOST_ACCESS_H
#define CLI_HOST_HOST_ACCESS_H

#include "cli/host/host_tap.h"
#include "cli/host/packet_open.h"

struct host_access;

/**
 * struct host_access_ops - how it is done; another one in tests
 * @open_nic:	packet_open() in the own network namespace
 * @open_tap:	host_tap_open()
 * @check_address: host_tap_check()
 * @set_address: host_tap_set_address()
 * @set_mtu:	host_tap_set_mtu()
 * @close_tap:	host_tap_close()
 */
struct host_access_ops {
	int (*open_nic)(struct host_access *host, const char *ifname,
			bool is_forced, struct packet_fds *fds,
			struct err *err);
	int (*open_tap)(struct host_access *host, struct host_tap *tap,
			const struct host_tap_settings *settings,
			struct err *err);
	int (*check_address)(struct host_access *host,
			     const struct ipv4_prefix *address,
			     const unsigned *except, struct err *err);
	int (*set_address)(struct host_access *host, struct host_tap *tap,
			   const struct ipv4_prefix *address, struct err *err);
	int (*set_mtu)(struct host_access *host, struct host_tap *tap,
		       uint16_t mtu, struct err *err);
	void (*close_tap)(struct host_access *host, struct host_tap *tap);
};

/**
 * struct host_access - embedded in who does it
 * @ops:	how
 * @is_far:	another process does it, so our children can't do the like
 */
struct host_access {
	const struct host_access_ops *ops;
	bool is_far;
};

/** host_access_here - by this very process */
extern const struct host_access_ops host_access_here;

#endif
