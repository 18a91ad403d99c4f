// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_legs.c - the host's own legs in networks of a lab (host:), taps that
 * labd keeps
 *
 * Theory of operation
 *
 * A leg in a network that is there before and after a change stays, and so does
 * its address if the file has the same. New ones are opened before anything
 * else of a lab is changed, as that is what can fail; so are addresses of the
 * file looked at, with those left out that may go by the same change. All are
 * set once the change is made: first what is old is taken back everywhere, so
 * that an address can move from one network to another.
 *
 * With DHCP, the address is what the client (host_dhcp.c) was given last. One
 * that can't be had is not kept a secret: the leg then has none, and a reason.
 *
 * Limits: an address of the file that can't be set when its time comes is tried
 * again with the next weft up only.
 */
#include "cli/labd/host_legs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_same(const struct ipv4_prefix *a, const struct ipv4_prefix *b)
{
	return a->addr == b->addr && a->len == b->len;
}

static void set_address(struct host_leg *leg, const struct ipv4_prefix *address)
{
	const struct host_legs_settings *settings = &leg->table->settings;
	struct host_access *host = settings->host;
	char reason[HOST_LEG_REASON];
	struct host_tap was = leg->tap;
	struct err err = {0}, ignored;

	memcpy(reason, leg->reason, sizeof(reason));
	if (host->ops->set_address(host, &leg->tap, address, &err))
		host->ops->set_address(host, &leg->tap, NULL, &ignored);
	snprintf(leg->reason, sizeof(leg->reason), "%.*s",
		 (int)sizeof(leg->reason) - 1, err.msg);
	if (strcmp(reason, leg->reason) == 0 &&
	    was.has_address == leg->tap.has_address &&
	    (!was.has_address || is_same(&was.address, &leg->tap.address)))
		return;
	if (err.code)
		log_error(settings->log, "network %s: host: %s", leg->network,
			  err.msg);
	settings->changed(settings->ctx, leg);
}

static void leg_bound(struct host_dhcp *dhcp, const struct ipv4_prefix *lease)
{
	set_address(container_of(dhcp, struct host_leg, dhcp), lease);
}

void host_legs_init(struct host_legs *table,
		    const struct host_legs_settings *settings)
{
	char hostname[HOST_LEG_HOSTNAME] = "";
	unsigned i;

	memset(table, 0, sizeof(*table));
	table->settings = *settings;
	if (gethostname(hostname, sizeof(hostname) - 1))
		strcpy(hostname, "host");
	memcpy(table->hostname, hostname, sizeof(hostname));
	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		table->legs[i].table = table;
		table->legs[i].tap.fd = -1;
		host_dhcp_init(&table->legs[i].dhcp, leg_bound);
	}
}

static void leg_close(struct host_leg *leg)
{
	struct host_access *host = leg->table->settings.host;

	if (!leg->network[0])
		return;
	host_dhcp_stop(&leg->dhcp);
	host->ops->close_tap(host, &leg->tap);
	leg->network[0] = '\0';
	leg->reason[0] = '\0';
	leg->is_wanted = false;
}

static void close_unwanted(struct host_legs *table)
{
	unsigned i;

	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		if (!table->legs[i].is_wanted)
			leg_close(&table->legs[i]);
	}
}

void host_legs_fini(struct host_legs *table)
{
	unsigned i;

	for (i = 0; i < LAB_MAX_NETWORKS; i++)
		leg_close(&table->legs[i]);
}

static struct host_leg *lookup(struct host_legs *table, const char *network)
{
	unsigned i;

	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		if (strcmp(table->legs[i].network, network) == 0)
			return &table->legs[i];
	}
	return NULL;
}

void host_leg_ifname(const char *lab, const struct network_settings *network,
		     char ifname[TAP_NAME_SIZE])
{
	host_tap_name(lab, network->name, &network->host_mac, ifname);
}

/* Whatever has them, our own interfaces are in nobody's way: they change. */
static void list_interfaces(const struct host_legs *table,
			    unsigned except[LAB_MAX_NETWORKS + 1])
{
	unsigned i, count = 0;

	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		if (table->legs[i].network[0])
			except[count++] = table->legs[i].tap.ifindex;
	}
	except[count] = 0;
}

static int check(const struct host_legs *table,
		 const struct network_settings *network, struct err *err)
{
	struct host_access *host = table->settings.host;
	unsigned except[LAB_MAX_NETWORKS + 1];

	if (network->host_ipv4 == NIC_IPV4_DHCP &&
	    access(table->settings.busybox, X_OK))
		return err_set(err, -ENOENT,
			       "its DHCP client is %s, and there is none: "
			       "sudo apt install busybox-static, or give it "
			       "an address",
			       table->settings.busybox);
	if (network->host_ipv4 == NIC_IPV4_DHCP && host->is_far)
		return err_set(err, -EPERM,
			       "its DHCP client takes CAP_NET_RAW itself, and "
			       "weft-broker lends it to none: run as root, or "
			       "give it an address");
	if (network->host_ipv4 != NIC_IPV4_STATIC)
		return 0;
	list_interfaces(table, except);
	return host->ops->check_address(host, &network->host_address, except,
					err);
}

static int open_leg(struct host_legs *table, const struct lab *lab,
		    const struct network_settings *network, struct err *err)
{
	struct host_access *host = table->settings.host;
	char ifname[TAP_NAME_SIZE];
	const struct host_tap_settings settings = {
		.ifname = ifname,
		.mac = network->host_mac,
		.mtu = network->mtu,
	};
	struct host_leg *leg;

	if (lookup(table, network->name))
		return 0;
	leg = lookup(table, "");
	if (!leg)
		return err_set(err, -ENOSPC, "more than %u networks with one",
			       LAB_MAX_NETWORKS);
	host_leg_ifname(lab->name, network, ifname);
	if (host->ops->open_tap(host, &leg->tap, &settings, err))
		return err->code;
	leg->mac = network->host_mac;
	memcpy(leg->network, network->name, sizeof(leg->network));
	return 0;
}

int host_legs_open(struct host_legs *table, const struct lab *lab,
		   struct err *err)
{
	unsigned i;

	close_unwanted(table);
	for (i = 0; i < lab->network_count; i++) {
		const struct network_settings *network = &lab->networks[i];

		if (!network->host || (!check(table, network, err) &&
				       !open_leg(table, lab, network, err)))
			continue;
		close_unwanted(table);
		return err_wrap(err, "network %s: host", network->name);
	}
	return 0;
}

/* Before it is closed: who listens hears of its address, and what it was. */
static void take_back(struct host_leg *leg,
		      const struct network_settings *network)
{
	if (!network || network->host_ipv4 != NIC_IPV4_DHCP)
		host_dhcp_stop(&leg->dhcp);
	if (network && network->host_ipv4 == NIC_IPV4_DHCP && leg->dhcp.loop)
		return;
	if (network && network->host_ipv4 == NIC_IPV4_STATIC &&
	    leg->tap.has_address &&
	    is_same(&leg->tap.address, &network->host_address))
		return;
	set_address(leg, NULL);
}

static void ask_dhcp(struct host_leg *leg)
{
	const struct host_legs_settings *settings = &leg->table->settings;
	const struct host_dhcp_settings dhcp = {
		.busybox = settings->busybox,
		.run_dir = settings->run_dir,
		.ifname = leg->tap.ifname,
		.hostname = leg->table->hostname,
		.log_fd = settings->log_fd,
	};
	struct err err;

	if (leg->dhcp.loop ||
	    !host_dhcp_start(&leg->dhcp, settings->loop, &dhcp, &err))
		return;
	host_dhcp_stop(&leg->dhcp);
	log_error(settings->log, "network %s: host: %s", leg->network, err.msg);
	snprintf(leg->reason, sizeof(leg->reason), "%.*s",
		 (int)sizeof(leg->reason) - 1, err.msg);
}

static void settle(struct host_leg *leg, const struct network_settings *network)
{
	const struct host_legs_settings *settings = &leg->table->settings;
	struct host_access *host = settings->host;
	struct err err;

	if (host->ops->set_mtu(host, &leg->tap, network->mtu, &err))
		log_error(settings->log, "network %s: host: %s", leg->network,
			  err.msg);
	if (network->host_ipv4 == NIC_IPV4_DHCP)
		ask_dhcp(leg);
	else if (network->host_ipv4 == NIC_IPV4_STATIC)
		set_address(leg, &network->host_address);
}

static const struct network_settings *wanted(const struct lab *lab,
					     const struct host_leg *leg)
{
	const struct network_settings *network =
		lab_lookup_network(lab, leg->network);

	return network && network->host ? network : NULL;
}

void host_legs_change(struct host_legs *table, const struct lab *lab)
{
	unsigned i;

	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		struct host_leg *leg = &table->legs[i];

		leg->is_wanted = leg->network[0] && wanted(lab, leg);
		if (leg->network[0])
			take_back(leg, wanted(lab, leg));
	}
	close_unwanted(table);
	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		if (table->legs[i].network[0])
			settle(&table->legs[i], wanted(lab, &table->legs[i]));
	}
}

const struct host_leg *host_legs_lookup(const struct host_legs *table,
					const char *network)
{
	return lookup((struct host_legs *)(uintptr_t)table, network);
}
