// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nics.c - the guest's NICs: configured as the host says, and reported
 *
 * Theory of operation
 *
 * Interfaces are found by MAC whenever rtnetlink says that something changed,
 * so it doesn't matter whether the driver, a hot-plugged NIC or the
 * configuration comes first. Each NIC is applied once: brought up, given its
 * static address or a udhcpc of its own, which stays to renew the lease. A
 * spare NIC's is there while it has a carrier, and takes the address along.
 *
 * The state is read anew after each change (getifaddrs) and compared as a
 * whole; the host hears of it only when it differs. Changes within SETTLE_NS
 * are one: setting an address is half a dozen of them.
 *
 * Limits: a NIC that the host's next configuration no longer names keeps its
 * address; AGENT_NICS_MAX interfaces and AGENT_ADDRS_MAX addresses of each are
 * reported.
 */
#include "cli/guest/nics.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/guest/lease.h"
#include "cli/guest/link.h"
#include "cli/guest/spawn.h"

#define SETTLE_NS (5 * NSEC_PER_MSEC)
#define RESPAWN_NS NSEC_PER_SEC

static struct agent_nic_status *status_lookup(struct agent_status *status,
					      const char *ifname)
{
	unsigned i;

	for (i = 0; i < status->nic_count; i++) {
		if (!strcmp(status->nics[i].ifname, ifname))
			return &status->nics[i];
	}
	return NULL;
}

static void status_add_nic(struct agent_status *status,
			   const struct ifaddrs *ifa)
{
	struct agent_nic_status *nic = &status->nics[status->nic_count];
	struct sockaddr_ll ll;

	memcpy(&ll, ifa->ifa_addr, sizeof(ll));
	if (ll.sll_halen != MAC_LEN || (ifa->ifa_flags & IFF_LOOPBACK) ||
	    status->nic_count == AGENT_NICS_MAX ||
	    status_lookup(status, ifa->ifa_name))
		return;
	memcpy(nic->mac.b, ll.sll_addr, MAC_LEN);
	snprintf(nic->ifname, sizeof(nic->ifname), "%s", ifa->ifa_name);
	nic->up = ifa->ifa_flags & IFF_UP;
	nic->carrier = ifa->ifa_flags & IFF_RUNNING;
	status->nic_count++;
}

static uint8_t prefix_len(const uint8_t *mask, unsigned size)
{
	unsigned i, len = 0;

	for (i = 0; i < size; i++)
		len += (unsigned)__builtin_popcount(mask[i]);
	return (uint8_t)len;
}

static void status_add_addr(struct agent_status *status,
			    const struct ifaddrs *ifa)
{
	struct agent_nic_status *nic = status_lookup(status, ifa->ifa_name);
	struct sockaddr_in6 in6, mask6;
	struct sockaddr_in in, mask;
	struct agent_addr *addr;

	if (!nic || nic->addr_count == AGENT_ADDRS_MAX || !ifa->ifa_netmask)
		return;
	addr = &nic->addrs[nic->addr_count];
	if (ifa->ifa_addr->sa_family == AF_INET) {
		memcpy(&in, ifa->ifa_addr, sizeof(in));
		memcpy(&mask, ifa->ifa_netmask, sizeof(mask));
		memcpy(addr->addr, &in.sin_addr, 4);
		addr->len = prefix_len((uint8_t *)&mask.sin_addr, 4);
		nic->addr_count++;
	} else if (ifa->ifa_addr->sa_family == AF_INET6) {
		memcpy(&in6, ifa->ifa_addr, sizeof(in6));
		memcpy(&mask6, ifa->ifa_netmask, sizeof(mask6));
		if (IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr))
			return;
		addr->is_ipv6 = true;
		memcpy(addr->addr, &in6.sin6_addr, 16);
		addr->len = prefix_len((uint8_t *)&mask6.sin6_addr, 16);
		nic->addr_count++;
	}
}

void nics_read(struct agent_status *status)
{
	struct ifaddrs *list, *ifa;

	if (getifaddrs(&list))
		return;
	for (ifa = list; ifa; ifa = ifa->ifa_next) {
		if (ifa->ifa_addr && ifa->ifa_addr->sa_family == AF_PACKET)
			status_add_nic(status, ifa);
	}
	for (ifa = list; ifa; ifa = ifa->ifa_next) {
		if (ifa->ifa_addr && ifa->ifa_addr->sa_family != AF_PACKET)
			status_add_addr(status, ifa);
	}
	freeifaddrs(list);
}

static void dhcp_start(struct nics *nics, struct nic *nic)
{
	char name[AGENT_HOSTNAME_SIZE + 16];
	const char *argv[] = {
		"udhcpc",     "-f", "-R",  "-i", nic->ifname, "-s",
		LEASE_SCRIPT, "-t", "20",  "-T", "1",         "-A",
		"1",          "-O", "121", "-O", "search",    "-O",
		"mtu",        "-x", name,  NULL,
	};

	snprintf(name, sizeof(name), "hostname:%s", nics->hostname);
	nic->dhcp_pid = spawn_quiet(argv);
	if (nic->dhcp_pid < 0) {
		nic->error = nic->dhcp_pid;
		nic->dhcp_pid = 0;
	}
}

static void nic_apply(struct nics *nics, struct nic *nic)
{
	const struct agent_nic_config *config = &nic->config;
	static const struct ipv4_prefix any;

	nic->applied = true;
	nic->error = link_up(nic->ifname);
	if (nic->error)
		return;
	switch (config->ipv4) {
	case AGENT_IPV4_DHCP:
		dhcp_start(nics, nic);
		return;
	case AGENT_IPV4_STATIC:
		nic->error = link_set_address(nic->ifname, &config->address);
		if (!nic->error && config->gateway)
			nic->error =
				link_add_gateway(nic->ifname, &config->address,
						 &any, config->gateway);
		return;
	case AGENT_IPV4_NONE:
	case AGENT_IPV4_SPARE:
	case AGENT_IPV4_COUNT:
		return;
	}
}

static void nics_match(struct nics *nics, const struct agent_status *status)
{
	unsigned i, j;

	for (i = 0; i < nics->count; i++) {
		struct nic *nic = &nics->nics[i];

		for (j = 0; j < status->nic_count && !nic->applied; j++) {
			if (!mac_is_equal(&status->nics[j].mac,
					  &nic->config.mac))
				continue;
			memcpy(nic->ifname, status->nics[j].ifname,
			       sizeof(nic->ifname));
			nic_apply(nics, nic);
		}
	}
}

/* It comes and goes with its cable; of a client that ends, nics_reaped() hears.
 */
static void spare_follow(struct nics *nics, struct nic *nic, bool carrier)
{
	if (nic->carrier == carrier)
		return;
	nic->carrier = carrier;
	if (carrier && !nic->dhcp_pid)
		dhcp_start(nics, nic);
	else if (!carrier && nic->dhcp_pid)
		kill(nic->dhcp_pid, SIGTERM);
}

static void spares_follow(struct nics *nics, struct agent_status *status)
{
	unsigned i;

	for (i = 0; i < nics->count; i++) {
		struct nic *nic = &nics->nics[i];
		const struct agent_nic_status *seen;

		if (!nic->applied || nic->config.ipv4 != AGENT_IPV4_SPARE)
			continue;
		seen = status_lookup(status, nic->ifname);
		spare_follow(nics, nic, seen && seen->carrier);
	}
}

static bool nic_has_lease(const struct nic *nic)
{
	char path[128];

	return !access(lease_path(nic->ifname, path, sizeof(path)), F_OK);
}

/* Is @nic what it was to become? If not, say in @reason what is missing. */
static bool nic_is_ready(const struct nic *nic, char *reason, size_t size)
{
	char mac[MAC_TEXT_SIZE];

	if (!nic->applied) {
		snprintf(reason, size, "there is no NIC with MAC %s",
			 mac_format(&nic->config.mac, mac));
		return false;
	}
	if (nic->error) {
		snprintf(reason, size, "%s: %s", nic->ifname,
			 strerror(-nic->error));
		return false;
	}
	if (nic->config.ipv4 == AGENT_IPV4_DHCP && !nic_has_lease(nic)) {
		snprintf(reason, size, "%s waits for an address by DHCP",
			 nic->ifname);
		return false;
	}
	return true;
}

static void status_judge(const struct nics *nics, struct agent_status *status)
{
	unsigned i;

	status->config_id = nics->status.config_id;
	status->ready = status->config_id != 0;
	for (i = 0; i < nics->count && status->ready; i++) {
		status->ready = nic_is_ready(&nics->nics[i], status->reason,
					     sizeof(status->reason));
	}
}

/* As the host would see them: padding and unused slots don't count. */
static bool status_is_equal(const struct agent_status *a,
			    const struct agent_status *b)
{
	uint8_t a_data[AGENT_STATUS_MAX], b_data[AGENT_STATUS_MAX];
	int a_len = agent_status_encode(a, a_data, sizeof(a_data));
	int b_len = agent_status_encode(b, b_data, sizeof(b_data));

	return a_len > 0 && a_len == b_len &&
	       !memcmp(a_data, b_data, (size_t)a_len);
}

static void nics_look(struct timer *timer)
{
	struct nics *nics = container_of(timer, struct nics, settle);
	struct agent_status seen, status;

	memset(&seen, 0, sizeof(seen));
	nics_read(&seen);
	nics_match(nics, &seen);
	spares_follow(nics, &seen);
	memset(&status, 0, sizeof(status));
	status_judge(nics, &status);
	/* Last: who is said to be ready has its addresses in what is said. */
	nics_read(&status);
	if (status_is_equal(&status, &nics->status))
		return;
	nics->status = status;
	nics->changed(nics->owner);
}

void nics_refresh(struct nics *nics)
{
	if (!timer_is_armed(&nics->settle))
		timer_arm(nics->loop, &nics->settle,
			  loop_now_ns(nics->loop) + SETTLE_NS);
}

static void netlink_readable(struct watch *watch, uint32_t events)
{
	struct nics *nics = container_of(watch, struct nics, netlink);
	char data[8192];

	(void)events;
	/* What changed doesn't matter, nor that some of it was lost. */
	while (recv(watch->fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	nics_refresh(nics);
}

static void respawn_expired(struct timer *timer)
{
	struct nics *nics = container_of(timer, struct nics, respawn);
	unsigned i;

	for (i = 0; i < nics->count; i++) {
		struct nic *nic = &nics->nics[i];

		if (nic->applied && !nic->dhcp_pid &&
		    (nic->config.ipv4 == AGENT_IPV4_DHCP || nic->carrier))
			dhcp_start(nics, nic);
	}
}

int nics_init(struct nics *nics, struct loop *loop,
	      void (*changed)(void *owner), void *owner)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_groups =
			RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};

	memset(nics, 0, sizeof(*nics));
	nics->loop = loop;
	nics->changed = changed;
	nics->owner = owner;
	nics->settle.expired = nics_look;
	nics->respawn.expired = respawn_expired;
	nics->netlink.ready = netlink_readable;
	nics->netlink.name = "netlink";
	nics->netlink.fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (nics->netlink.fd < 0)
		return -errno;
	if (bind(nics->netlink.fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	return watch_add(loop, &nics->netlink, EPOLLIN);
}

static void nics_drop(struct nics *nics)
{
	unsigned i;

	for (i = 0; i < nics->count; i++) {
		if (nics->nics[i].dhcp_pid)
			kill(nics->nics[i].dhcp_pid, SIGTERM);
	}
	nics->count = 0;
}

void nics_configure(struct nics *nics, const struct agent_config *config)
{
	unsigned i;

	nics_drop(nics);
	memcpy(nics->hostname, config->hostname, sizeof(nics->hostname));
	for (i = 0; i < config->nic_count; i++)
		nics->nics[i] = (struct nic){.config = config->nics[i]};
	nics->count = config->nic_count;
	nics->status.config_id = config->id;
	nics->status.ready = !config->id; /* whatever it is, it is news */
	timer_arm(nics->loop, &nics->settle, loop_now_ns(nics->loop));
}

bool nics_reaped(struct nics *nics, pid_t pid)
{
	unsigned i;

	for (i = 0; i < nics->count; i++) {
		if (nics->nics[i].dhcp_pid != pid)
			continue;
		nics->nics[i].dhcp_pid = 0;
		timer_arm(nics->loop, &nics->respawn,
			  loop_now_ns(nics->loop) + RESPAWN_NS);
		return true;
	}
	return false;
}
